"""Reading clips: every format frame by frame, with times, and what is damaged is said."""

from __future__ import annotations

import gc
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from clip_scenes import FRAMES, SIZE, drifting, psnr, written
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from livingstill.core.errors import InputError
from livingstill.media import clip_reader
from livingstill.media.clip_reader import ClipReader, frames, info

NAMES = ["a.mp4", "a.mov", "a.webm", "a.mkv", "a.y4m", "a.webp", "a.png", "a.gif", "a-%02d.png",
         "a-%d.jpg"]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_what_was_written_is_read(tmp_path, name):
    path = written(tmp_path / name, fps=Fraction(25))
    seen = list(ClipReader(path))
    assert len(seen) == FRAMES
    for frame, truth in zip(seen, drifting()):
        assert frame.rgb.dtype == np.uint8
        # Y4M cannot say BT.709, and small pictures without a word are BT.601
        assert psnr(frame.rgb, truth[..., :3]) > {"a.y4m": 22, "a.gif": 25}.get(name, 30)
    told = info(path)
    assert (told.width, told.height) == SIZE
    assert not told.audio
    if "%" not in name:
        assert told.fps == 25
        np.testing.assert_allclose(
            [frame.time for frame in seen], np.arange(FRAMES) / 25, atol=0.002
        )
    if name in {"a.mp4", "a.webm"}:
        assert (told.colour_space, told.colour_range) == ("bt709", "limited")


@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "a.mov", "a.png"])
def test_the_reader_takes_the_colours_of_the_writer(tmp_path, name):
    flat = np.full((64, 96, 4), 255, np.uint8)
    flat[..., :3] = 200, 120, 40
    seen = next(frames(written(tmp_path / name, [flat] * 2)))
    assert np.abs(seen[20:40, 20:60].reshape(-1, 3).mean(0) - (200, 120, 40)).max() <= 2


def variable(path: Path, times: list[int]) -> None:
    """Write a clip whose frame ``i`` stands at ``times[i]`` milliseconds."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        for time, rgba in zip(times, drifting()):
            frame = av.VideoFrame.from_ndarray(rgba, format="rgba").reformat(format="yuv420p")
            frame.pts, frame.time_base = time, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def test_variable_frame_times_are_kept(tmp_path):
    times = [0, 40, 60, 160, 170, 400]
    variable(tmp_path / "v.mkv", times)
    seen = [frame.time for frame in ClipReader(tmp_path / "v.mkv")]
    np.testing.assert_allclose(seen, np.array(times) / 1000, atol=0.002)


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="FFmpeg is not here")
def test_a_turned_phone_clip_stands_upright(tmp_path):
    path = written(tmp_path / "a.mp4")
    turned = tmp_path / "turned.mp4"
    command = ["ffmpeg", "-v", "error", "-i", path, "-metadata:s:v:0", "rotate=90", "-c", "copy"]
    subprocess.run([*command, turned], check=True)
    told = info(turned)
    assert (told.width, told.height) == SIZE[::-1]
    expected = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", turned, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
        check=True, capture_output=True,
    ).stdout  # fmt: skip
    first = np.frombuffer(expected, np.uint8).reshape(-1, SIZE[0], SIZE[1], 3)[0]
    assert psnr(next(frames(turned)), first) > 30


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.webm", "a.gif"])
def test_a_clip_cut_short_gives_what_is_readable_and_says_so(tmp_path, name):
    path = written(tmp_path / name, list(drifting(SIZE, 60)))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 3 // 5])
    clip = ClipReader(path)
    count = len(list(clip))
    assert 5 < count < 60
    if name != "a.gif":  # which does not say how long it should be
        whole = " of 60" if name == "a.mp4" else ""
        assert f"{count}{whole} frames were readable" in clip.notes[0]


def remuxed(source: Path, target: Path, **options: str) -> Path:
    """Copy the packets of a video into another container, its index at the end."""
    with av.open(str(source)) as old, av.open(str(target), "w", options=options) as new:
        stream = new.add_stream_from_template(old.streams.video[0])
        for packet in old.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                new.mux(packet)
    return target


def test_a_file_that_only_has_the_name_of_a_picture_is_said_to_hold_none(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_text("not a picture")
    with pytest.raises(InputError, match="has no picture we can read"):
        info(path)


def test_an_mp4_that_breaks_off_before_its_index_or_between_fragments_is_told(tmp_path):
    path = written(tmp_path / "a.mp4", list(drifting(SIZE, 60)))
    fragments = {"movflags": "frag_every_frame+empty_moov"}
    for name, options in {"late.mp4": {}, "parts.mp4": fragments}.items():
        made = remuxed(path, tmp_path / name, **options)
        assert len(list(ClipReader(made))) == 60 and not ClipReader(made).notes
        made.write_bytes(made.read_bytes()[: made.stat().st_size * 3 // 5])
    with pytest.raises(InputError, match="breaks off before its index"):
        ClipReader(tmp_path / "late.mp4")
    clip = ClipReader(tmp_path / "parts.mp4")
    assert 5 < len(list(clip)) < 60 and "cut short" in clip.notes[0]


def test_what_is_no_clip_is_refused_in_one_sentence(tmp_path):
    for name, data in {"text.mp4": b"no clip at all\n" * 99, "empty.mp4": b""}.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(InputError, match=name):
            list(frames(tmp_path / name))
    for path in (tmp_path / "missing.mp4", tmp_path, tmp_path / "f-%04d.png"):
        with pytest.raises(InputError):
            list(frames(path))


@settings(
    max_examples=60, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(
    st.sampled_from(["a.mp4", "a.webm", "a.gif", "a.webp", "a.png"]),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=8),
    st.floats(0.1, 1.0),
)
def test_damaged_bytes_give_frames_or_one_sentence_and_nothing_else(tmp_path, name, edits, keep):
    original = tmp_path / f"whole-{name}"
    if not original.exists():
        written(original)
    broken = bytearray(original.read_bytes())
    for place, value in edits:
        broken[int(place * len(broken))] = value
    path = tmp_path / name
    path.write_bytes(broken[: max(1, int(keep * len(broken)))])
    try:
        for rgb in frames(path):
            assert rgb.ndim == 3
    except InputError as error:
        assert "\n" not in str(error)


def test_decoded_frames_are_freed_as_they_are_passed(tmp_path):
    path = written(tmp_path / "a.mp4", fps=Fraction(25))
    gc.collect()
    gc.disable()
    try:
        for _ in ClipReader(path):
            alive = sum(type(thing) is av.VideoFrame for thing in gc.get_objects())
            assert alive < 9  # of 13; a decoder's threads give several at its end
    finally:
        gc.enable()


def test_two_clips_can_be_read_side_by_side(tmp_path):
    one, other = written(tmp_path / "a.webp"), written(tmp_path / "b.png")
    assert sum(1 for _ in zip(frames(one), frames(one), frames(other))) == FRAMES


def test_an_enormous_clip_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(clip_reader, "MAX_PIXELS", 1000)
    with pytest.raises(InputError, match="98x66"):
        ClipReader(written(tmp_path / "a.mp4"))
