"""The end of an encoded loop arrives at its start, and the file has the frames it was given."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from livingstill.media import clip_reader
from livingstill.media.formats import choose
from livingstill.media.write.encoder import Encoder
from livingstill.media.write.sinks import Loop
from livingstill.media.write.video import VideoFile

COUNT, WIDTH, HEIGHT = 90, 192, 128


def slow_loop(count=COUNT, reach=0.75):
    """Yield frames of a fine texture that sways by a pixel and a half, at rest where the loop closes."""
    rng = np.random.default_rng(7)
    spectrum = np.fft.rfft2(rng.normal(0, 30, (HEIGHT, WIDTH)))
    frequency = np.fft.rfftfreq(WIDTH)[None]
    for index in range(count):
        shift = reach * (1 - np.cos(2 * np.pi * index / count))
        moved = np.fft.irfft2(spectrum * np.exp(-2j * np.pi * frequency * shift), (HEIGHT, WIDTH))
        grey = np.clip(128 + moved, 0, 255).astype(np.uint32)
        yield grey | grey << 8 | grey << 16 | np.uint32(0xFF000000)


def encoded(path, loop, *, count=COUNT, reach=0.75, **settings):
    encoding = choose(str(path), **settings)
    with Encoder(path, (WIDTH, HEIGHT), Fraction(30), encoding, overwrite=True, loop=loop) as sink:
        for frame in slow_loop(count, reach):
            sink.write(frame)
    return [rgb[..., 1].astype(int) for rgb in clip_reader.frames(path)]


def seam(frames):
    """Return the step from the last frame to the first in median steps."""
    steps = [np.abs(b - a).mean() for a, b in pairwise(frames)]
    return np.abs(frames[0] - frames[-1]).mean() / np.median(steps)


@pytest.mark.parametrize(
    "settings", [{"quality": "standard"}, {"one_shot": True}, {"quality": "high"}]
)
def test_a_slow_loop_closes_as_an_mp4(tmp_path, settings):
    plain = encoded(tmp_path / "plain.mp4", None, **settings)
    closed = encoded(tmp_path / "closed.mp4", Loop(COUNT, 0.3), **settings)
    assert len(plain) == len(closed) == COUNT
    assert seam(closed) < 1.35 < seam(plain)


@pytest.mark.parametrize(
    ("codec", "suffix", "count"),
    # libvpx puts a key frame at 128 of its own accord; SVT-AV1 gives the first frame by 96
    [("h265", "mp4", 90), ("vp9", "webm", 150), ("av1", "mp4", 150)],
)
def test_a_slow_loop_closes_in_every_codec_that_predicts(tmp_path, codec, suffix, count):
    settings = {"count": count, "reach": 3.0, "codec": codec}
    plain = encoded(tmp_path / f"plain.{suffix}", None, **settings)
    closed = encoded(tmp_path / f"closed.{suffix}", Loop(count, 0.3), **settings)
    assert len(plain) == len(closed) == count
    assert seam(closed) < 0.6 * seam(plain)


def test_the_end_of_a_lively_loop_is_as_fine_as_its_start_in_h265(tmp_path):
    frames = encoded(tmp_path / "lively.mp4", Loop(150, 1.0), count=150, reach=8.0, codec="h265")
    given = [(frame >> 8 & 255).astype(int) for frame in slow_loop(150, 8.0)]
    errors = [np.abs(a - b).mean() for a, b in zip(frames, given, strict=True)]
    assert max(errors[-2:]) < 0.8 * np.median(errors)


def test_a_gif_that_leaves_small_changes_out_closes(tmp_path):
    plain = encoded(tmp_path / "plain.gif", None, quality="draft", reach=6.0)
    closed = encoded(tmp_path / "closed.gif", Loop(COUNT, 0.3), quality="draft", reach=6.0)
    assert len(plain) == len(closed)
    assert seam(closed) < 0.7 * seam(plain)


def test_its_first_frames_are_coded_as_without_it_and_its_last_are_near_those_given(tmp_path):
    closed = encoded(tmp_path / "a.mp4", Loop(COUNT, 0.3))
    given = [(frame >> 8 & 255).astype(int) for frame in slow_loop()]
    errors = [np.abs(a - b).mean() for a, b in zip(closed, given, strict=True)]
    assert max(errors[-30:]) < 1.3 * max(errors[:30])


@pytest.mark.parametrize("count", [1, 2, 9, 40])
def test_short_loops_keep_their_frames(tmp_path, count):
    path = tmp_path / "short.mp4"
    encoding = choose(str(path), one_shot=True)
    with Encoder(path, (WIDTH, HEIGHT), Fraction(30), encoding, loop=Loop(count, 0.3)) as sink:
        for _, frame in zip(range(count), slow_loop(), strict=False):
            sink.write(frame)
    assert sum(1 for _ in clip_reader.frames(path)) == count


@pytest.mark.parametrize("one_shot", [False, True])
def test_frames_beyond_the_end_are_not_encoded_and_none_is_lost(tmp_path, monkeypatch, one_shot):
    flushed = []
    encode = VideoFile._encode
    monkeypatch.setattr(
        VideoFile,
        "_encode",
        lambda self, frame: (flushed.append(frame is None), encode(self, frame)),
    )
    early = encoded(tmp_path / "early.mp4", Loop(COUNT, 0.3), one_shot=one_shot)
    assert not any(flushed)
    monkeypatch.setattr(VideoFile, "_encode_loop_end", all_beyond)
    late = encoded(tmp_path / "late.mp4", Loop(COUNT, 0.3), one_shot=one_shot)
    assert any(flushed) and len(early) == len(late) == COUNT
    assert (tmp_path / "early.mp4").read_bytes() == (tmp_path / "late.mp4").read_bytes()


def all_beyond(video):
    """Encode all frames beyond a loop's end, and leave it to the caller to flush the encoder."""
    for frame in video._loop.beyond():
        video._encode(frame)
    return False


def test_the_file_is_the_same_every_time(tmp_path):
    for name in ("a.mp4", "b.mp4"):
        encoded(tmp_path / name, Loop(COUNT, 0.3))
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
