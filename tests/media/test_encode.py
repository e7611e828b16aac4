"""Encoding: what comes back is what went in, tagged rightly, the same bytes every time, or nothing."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from clip_scenes import FRAMES, SIZE, drifting, packed, psnr, written
from livingstill.core.errors import InputError
from livingstill.media.clip_reader import ClipReader
from livingstill.media.write import encoder as encode
from livingstill.media.write.encoder import Encoder, Tee
from livingstill.media.write.stills import name_of, write_poster
from PIL import Image

VIDEO = ["a.mp4", "a.mov", "a.webm", "a.mkv", "a.y4m"]
PICTURES = ["a.gif", "a.webp", "a.png"]
CODECS = [("a.mp4", "h265"), ("a.mp4", "av1"), ("a.webm", "av1"), ("a.mkv", "ffv1"),
          ("a.mov", "prores-4444"), ("a.mov", "h264")]  # fmt: skip
needs_ffmpeg = pytest.mark.skipif(not shutil.which("ffprobe"), reason="FFmpeg is not here")


def probe(path: Path) -> dict[str, str]:
    command = ["ffprobe", "-v", "error", "-show_streams", "-of", "json", str(path)]
    stream: dict[str, str] = json.loads(subprocess.check_output(command))["streams"][0]
    return stream


def decoded(path: Path, size: tuple[int, int] = SIZE) -> np.ndarray:
    """Decode with the ffmpeg program: another reader than the writer."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-vf",
               "scale=in_color_matrix=bt709:flags=accurate_rnd+full_chroma_int", "-f", "rawvideo",
               "-pix_fmt", "rgb24", "-fps_mode", "passthrough", "-"]  # fmt: skip
    data = subprocess.run(command, check=True, capture_output=True).stdout
    return np.frombuffer(data, np.uint8).reshape(-1, size[1], size[0], 3)


@needs_ffmpeg
@pytest.mark.parametrize(("name", "codec"), [(name, None) for name in VIDEO] + CODECS)
def test_another_reader_sees_the_frames_that_were_written(tmp_path, name, codec):
    path = written(tmp_path / name, codec=codec)
    seen = decoded(path)
    assert len(seen) == FRAMES
    assert min(psnr(a, b[..., :3]) for a, b in zip(seen, drifting())) > 33


@needs_ffmpeg
@pytest.mark.parametrize(
    ("name", "codec"),
    [(name, None) for name in VIDEO if name != "a.y4m"]
    + [pair for pair in CODECS if pair[1] != "ffv1"],
)
def test_video_says_bt709_limited_range_square_pixels_and_no_rotation(tmp_path, name, codec):
    told = probe(written(tmp_path / name, fps=Fraction(30000, 1001), codec=codec))
    assert "side_data_list" not in told and "rotate" not in told.get("tags", {})
    tags = ("color_space", "color_primaries", "color_transfer")
    assert [told[tag] for tag in tags] == ["bt709"] * 3
    assert told["color_range"] == "tv"
    assert told["sample_aspect_ratio"] == "1:1"
    assert (told["width"], told["height"]) == SIZE
    if name in {"a.mp4", "a.mov"}:
        assert told["avg_frame_rate"] == "30000/1001"
        assert int(told["nb_frames"]) == FRAMES


@needs_ffmpeg
@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "a.mov", "a.y4m"])
def test_flat_colours_come_back_within_two_levels(tmp_path, name):
    patches = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0), (128, 128, 128),
               (200, 120, 40), (30, 90, 160)]  # fmt: skip
    flat = np.full((64, 256, 4), 255, np.uint8)
    for i, colour in enumerate(patches):
        flat[:, i * 32 : i * 32 + 32, :3] = colour
    path = written(tmp_path / name, iter([flat] * 3), **({} if name != "a.webm" else {"crf": 4}))
    seen = decoded(path, (256, 64))[1]
    for i, colour in enumerate(patches):
        middle = seen[16:48, i * 32 + 8 : i * 32 + 24].reshape(-1, 3).mean(axis=0)
        assert np.abs(middle - colour).max() <= 2, colour


def test_mp4_can_start_before_it_is_loaded_whole(tmp_path):
    data = written(tmp_path / "a.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


@pytest.mark.parametrize(("name", "codec"), [(name, None) for name in VIDEO + PICTURES] + CODECS)
def test_the_same_clip_is_the_same_file(tmp_path, name, codec):
    digests = set()
    for _ in range(2):
        path = written(tmp_path / name, codec=codec)
        digests.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(digests) == 1
    assert [file.name for file in tmp_path.iterdir()] == [name]


@pytest.mark.skipif(sys.platform != "linux", reason="glibc fills fresh memory on demand")
@pytest.mark.parametrize("size", [(98, 66), (256, 130)])
def test_what_was_in_memory_before_leaves_no_trace_in_the_file(tmp_path, size):
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from clip_scenes import Path, churning, written\n"
        f"written(Path(sys.argv[2]), churning({size}, 40))\n"
    )
    files = []
    for fill in ("1", "85"):
        files.append(tmp_path / f"{fill}.mp4")
        command = [sys.executable, "-c", script, str(Path(__file__).parent.parent), str(files[-1])]
        subprocess.run(command, check=True, env={**os.environ, "MALLOC_PERTURB_": fill})
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_sequence_is_one_exact_picture_per_frame(tmp_path):
    path = written(tmp_path / "frame-%03d.png")
    for index, frame in enumerate(drifting()):
        seen = cv2.imread(str(name_of(path, index)))
        np.testing.assert_array_equal(seen[..., ::-1], frame[..., :3])
    assert len(list(tmp_path.iterdir())) == FRAMES
    with pytest.raises(InputError, match=r"frame-000\.png exists"):
        Encoder(path, SIZE, Fraction(30))


@pytest.mark.parametrize("name", ["f-%02d.png", "f-%d.jpg"])
def test_a_shorter_sequence_leaves_nothing_of_the_longer_one(tmp_path, name):
    path = written(tmp_path / name)
    others = ["f-99.txt", "g-12.png", "f-7x.png", "f-0012.png", "f-012.jpg"]
    for other in others:
        (tmp_path / other).write_text("mine")
    written(path, list(drifting(count=5)))
    kept = {name_of(path, index).name for index in range(5)} | set(others)
    assert {file.name for file in tmp_path.iterdir()} == kept


@pytest.mark.parametrize("name", ["a.mp4", "a.gif", "a.png", "a.y4m", "f-%d.png"])
def test_a_clip_that_was_interrupted_leaves_nothing(tmp_path, name):
    with pytest.raises(KeyboardInterrupt), Encoder(tmp_path / name, SIZE, Fraction(30)) as encoder:
        for frame in drifting():
            encoder.write(packed(frame))
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_before_the_first_frame_leaves_nothing(tmp_path, monkeypatch):
    start = threading.Thread.start

    def interrupted(thread: threading.Thread) -> None:
        start(thread)
        if thread.name == "livingstill-encoder":
            raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", interrupted)
    with pytest.raises(KeyboardInterrupt), Encoder(tmp_path / "a.mp4", SIZE, Fraction(25)):
        pytest.fail("the clip was begun")
    assert list(tmp_path.iterdir()) == []


def test_an_error_of_the_encoder_reaches_the_renderer_and_leaves_nothing(tmp_path):
    class Full:
        def write(self, frame):
            raise OSError(28, "No space left on device")

        def abort(self): ...

    with pytest.raises(InputError, match="No space left"), Encoder(
        tmp_path / "a.mp4", SIZE, Fraction(30)
    ) as encoder:  # fmt: skip
        encoder._sink.abort()
        encoder._sink = Full()
        while True:
            encoder.write(packed(next(drifting())))
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_is_said_before_any_work(tmp_path):
    there = tmp_path / "there.mp4"
    there.write_bytes(b"mine")
    with pytest.raises(InputError, match="exists"):
        encode.check_target(there)
    encode.check_target(there, overwrite=True)
    with pytest.raises(InputError, match="does not exist"):
        encode.check_target(tmp_path / "no" / "a.mp4")
    with pytest.raises(InputError, match="even"):
        Encoder(tmp_path / "a.mp4", (31, 20), Fraction(30))
    assert there.read_bytes() == b"mine"


def test_several_clips_come_from_one_render_or_none(tmp_path):
    paths = [tmp_path / name for name in ("a.mp4", "a.gif", "a-%d.jpg")]
    with Tee([Encoder(path, SIZE, Fraction(30)) for path in paths]) as tee:
        for frame in drifting():
            tee.write(packed(frame))
    assert paths[0].exists() and paths[1].exists() and (tmp_path / "a-12.jpg").exists()
    before = sorted(tmp_path.iterdir())
    with pytest.raises(RuntimeError), Tee(
        [Encoder(path, SIZE, Fraction(30), overwrite=True) for path in paths[:2]]
    ) as tee:  # fmt: skip
        tee.write(packed(next(drifting())))
        raise RuntimeError
    assert sorted(tmp_path.iterdir()) == before


def test_the_pipe_gets_the_same_bytes_as_the_file(tmp_path, capfdbinary):
    expected = written(tmp_path / "a.y4m").read_bytes()
    with Encoder("-", SIZE, Fraction(30)) as encoder:
        for frame in drifting():
            encoder.write(packed(frame))
    assert capfdbinary.readouterr().out == expected


def test_bare_rgb_is_the_frames_and_nothing_else(tmp_path, capfdbinary):
    frames = list(drifting())
    with Encoder("-.rgb", SIZE, Fraction(30)) as encoder:
        for frame in frames:
            encoder.write(packed(frame))
    data = np.frombuffer(capfdbinary.readouterr().out, np.uint8)
    np.testing.assert_array_equal(data.reshape(-1, *SIZE[::-1], 3), np.stack(frames)[..., :3])


@needs_ffmpeg
@pytest.mark.parametrize("name", ["a.webm", "a.mov", "a.png"])
def test_transparency_comes_through(tmp_path, name):
    frame = next(drifting())
    frame[:, :40] = frame[:, :40] // 2  # half transparent, premultiplied
    frame[:, :20] = 0
    path = written(tmp_path / name, iter([frame] * 3), alpha=True)
    decoder = ["-c:v", "libvpx-vp9"] if name == "a.webm" else []
    command = ["ffmpeg", "-v", "error", *decoder, "-i", str(path), "-pix_fmt", "rgba",
               "-f", "rawvideo", "-"]  # fmt: skip
    data = subprocess.run(command, check=True, capture_output=True).stdout
    alpha = np.frombuffer(data, np.uint8).reshape(-1, SIZE[1], SIZE[0], 4)[1, ..., 3].astype(int)
    assert np.abs(alpha[:, [8, 30, 60]].mean(axis=0) - [0, 127, 255]).max() < 6


def test_webp_codes_only_what_moves(tmp_path):
    still = next(drifting())
    frames = [still.copy() for _ in range(8)]
    for index, frame in enumerate(frames):
        frame[20:41, 31:50] = 30 * index
        frame[..., 3] = 255
    moving = written(tmp_path / "all.webp").stat().st_size
    path = written(tmp_path / "part.webp", frames, fps=Fraction(24))
    assert path.stat().st_size < moving / 2
    seen = list(ClipReader(path))
    assert min(psnr(a.rgb, b[..., :3]) for a, b in zip(seen, frames)) > 32
    np.testing.assert_allclose([a.time for a in seen], np.arange(8) / 24, atol=0.001)


def test_webp_keeps_transparency(tmp_path):
    frame = next(drifting())
    frame[:, :40] = frame[:, :40] // 2
    path = written(tmp_path / "a.webp", [frame, np.roll(frame, 9, axis=1)], alpha=True)
    with Image.open(path) as image:
        alpha = np.asarray(image.convert("RGBA"))[..., 3]
        colour = np.asarray(image.convert("RGBA"))[:, 60, :3]
    assert np.abs(alpha[:, [20, 60]].mean(axis=0) - [127, 255]).max() < 4
    assert psnr(colour, frame[:, 60, :3]) > 28


def test_a_poster_is_the_frame(tmp_path):
    frame = next(drifting())
    write_poster(tmp_path / "p.png", packed(frame))
    np.testing.assert_array_equal(cv2.imread(str(tmp_path / "p.png"))[..., ::-1], frame[..., :3])
    with pytest.raises(InputError, match=r"poster .* give \.png"):
        write_poster(tmp_path / "p.gif", packed(frame))
