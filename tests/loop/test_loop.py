"""`livingstill loop`: what is joined, what a clip keeps, its sound, and what is refused."""

from __future__ import annotations

import json

import av
import faults
import livingstill as library
import loop_clips as clips
import numpy as np
import pytest
import rescue_clips
from clip_scenes import psnr
from livingstill.core.model import SAMPLE_RATE
from livingstill.jobs.loop.sound import JoinedSound
from livingstill.media import sound
from livingstill.settings.loop import LoopJob
from livingstill_cli.loop import command


def differences(frames):
    pairs = zip([*frames, frames[0]], [*frames[1:], frames[0], frames[1]])
    return [float(np.abs(a.astype(float) - b).mean()) for a, b in pairs][: len(frames)]


@pytest.fixture
def clip(tmp_path):
    return rescue_clips.written(tmp_path / "clip.mp4", clips.circling(58, 18))


def test_a_clip_is_cut_to_its_period_and_keeps_what_it_is(livingstill, clip, tmp_path):
    answer = livingstill("loop", clip, "-o", "out.mp4", "--json", "--min-length", "1")
    assert answer.code == 0, answer.err
    told = json.loads(answer.out)
    assert told["decision"] == "join" and told["frames"] == 54
    assert told["seam"]["step"] < 1.1
    before, after = rescue_clips.told(clip), rescue_clips.told(tmp_path / "out.mp4")
    assert [before[key] for key in ("size", "codec", "pixels", "rate", "tick", "tags")] == [
        after[key] for key in ("size", "codec", "pixels", "rate", "tick", "tags")
    ]
    assert after["stamps"] == before["stamps"][:54]
    source, frames = (rescue_clips.decoded(p) for p in (clip, tmp_path / "out.mp4"))
    first = told["first"]
    untouched = range(54 - told["fade"])
    assert min(psnr(frames[i], source[first + i]) for i in untouched) > 36
    assert differences(frames)[-1] < 1.05 * max(differences(frames)[:-1])


def test_sound_is_as_long_as_the_pictures(livingstill, clip, tmp_path):
    assert livingstill("loop", clip, "-o", "out.mp4").code == 0
    with av.open(str(tmp_path / "out.mp4")) as container:
        picture, track = container.streams.video[0], container.streams.audio[0]
        lengths = [float(stream.duration * stream.time_base) for stream in (picture, track)]
    assert lengths[0] == pytest.approx(lengths[1], abs=0.03)


def noise_clip(path, seconds=2.0):
    """Write a clip whose sound is noise of constant power; return the samples."""
    rng = np.random.default_rng(5)
    samples = (0.2 * rng.standard_normal((round(seconds * SAMPLE_RATE), 2))).astype(np.float32)
    with av.open(str(path), "w") as container:
        picture = container.add_stream("ffv1", rate=10)
        picture.width, picture.height, picture.pix_fmt = 32, 32, "yuv420p"
        track = sound.Track(container, "flac", samples)
        for _ in range(round(seconds * 10)):
            frame = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
            container.mux(picture.encode(frame.reformat(format="yuv420p")))
        container.mux(picture.encode(None))
        track.finish()
    return samples


def test_sound_before_the_loop_fades_in_at_its_end_at_equal_power(tmp_path):
    samples = noise_clip(tmp_path / "noise.mkv")
    joined = JoinedSound(tmp_path / "noise.mkv", 0.5, 1.0, 0.25)
    assert len(joined) == SAMPLE_RATE
    parts = [joined[at : at + 4096] for at in range(0, len(joined), 4096)]
    found = np.concatenate(parts)
    assert found.shape == (SAMPLE_RATE, 2)
    start, lead = SAMPLE_RATE // 2, SAMPLE_RATE // 4
    np.testing.assert_allclose(
        found[:-lead], samples[start : start + SAMPLE_RATE - lead], atol=2e-4
    )
    np.testing.assert_allclose(found[-20:], samples[start - 20 : start], atol=0.01)
    assert found[-lead:].std() == pytest.approx(samples.std(), rel=0.05)


def test_without_sound_before_the_loop_both_ends_are_silent(tmp_path):
    noise_clip(tmp_path / "noise.mkv")
    joined = JoinedSound(tmp_path / "noise.mkv", 0.0, 0.5, 0.25, times=2)
    found = np.concatenate([joined[at : at + 1000] for at in range(0, len(joined), 1000)])
    assert len(found) == SAMPLE_RATE
    np.testing.assert_array_equal(found[: SAMPLE_RATE // 2], found[SAMPLE_RATE // 2 :])
    assert abs(found[[0, -1]]).max() < 0.002 and found[5000:9000].std() > 0.15


def test_sound_that_ends_early_is_followed_by_silence(tmp_path):
    noise_clip(tmp_path / "noise.mkv", 1.0)
    joined = JoinedSound(tmp_path / "noise.mkv", 0.5, 1.0, 0.25)
    found = joined[: len(joined)]
    assert len(found) == SAMPLE_RATE and not found[26000:35000].any()


def test_a_loop_is_kept_byte_for_byte(livingstill, tmp_path):
    source = rescue_clips.written(tmp_path / "loop.mp4", clips.circling(36, 18))
    answer = livingstill("loop", source, "--json")
    assert json.loads(answer.out)["decision"] == "keep"
    assert (tmp_path / "loop-loop.mp4").read_bytes() == source.read_bytes()
    assert "is a loop already" in livingstill("loop", source, "-o", "again.mp4").err


def test_a_camera_that_travels_is_refused_and_goes_there_and_back(livingstill, tmp_path):
    source = rescue_clips.written(tmp_path / "pan.mp4", clips.panning(30, 2))
    answer = livingstill("loop", source, "-q")
    assert answer.code == 2 and answer.err.count("\n") == 1
    assert "--boomerang" in answer.err and "% of its width" in answer.err
    assert not (tmp_path / "pan-loop.mp4").exists()
    with pytest.raises(library.InputError, match="give boomerang to play"):
        library.loop(source, tmp_path / "api.mp4")
    done = library.loop(source, tmp_path / "there.mp4", boomerang=True)
    assert done.decision == "boomerang" and done.seam.step < 1.3
    frames = rescue_clips.decoded(tmp_path / "there.mp4")
    assert len(frames) == done.frames == 2 * (done.last - done.first)
    assert psnr(frames[1], frames[-1]) > 35
    assert library.loop(source, tmp_path / "forced.mp4", force=True).travel > 0.06


def test_a_boomerang_of_many_runs_is_the_same(tmp_path, monkeypatch):
    source = rescue_clips.written(tmp_path / "pan.mp4", clips.panning(30, 2))
    library.loop(source, tmp_path / "one.mp4", boomerang=True)
    monkeypatch.setattr("livingstill.jobs.loop.run._MOST_HELD", 1)
    library.loop(source, tmp_path / "many.mp4", boomerang=True)
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "many.mp4").read_bytes()


@pytest.mark.parametrize("options", [{"seconds": 0.6}, {"seconds": 0.8, "boomerang": True}])
def test_the_length_that_is_asked_for_is_made(clip, tmp_path, options):
    done = library.loop(clip, tmp_path / "out.mp4", **options)
    assert done.duration == pytest.approx(options["seconds"], abs=0.04)


def test_two_runs_write_the_same_file(clip, tmp_path):
    for name, count in (("a.mp4", 1), ("b.mp4", 2)):
        library.loop(clip, tmp_path / name, threads=count)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_uneven_times_are_kept(tmp_path):
    ticks = np.cumsum([1001 if i % 3 else 2002 for i in range(50)]).tolist()
    source = rescue_clips.written(tmp_path / "vfr.mp4", clips.circling(50, 18), ticks=ticks)
    done = library.loop(source, tmp_path / "out.mp4", min_length=1.0)
    stamps = rescue_clips.told(tmp_path / "out.mp4")["stamps"]
    span = ticks[done.first : done.last + 1]
    assert np.diff(stamps).tolist() == np.diff(span).tolist()


def test_a_gif_stays_a_gif_and_a_report_is_written(livingstill, tmp_path):
    source = rescue_clips.written(tmp_path / "clip.mp4", clips.circling(40, 18), sound=False)
    assert livingstill("loop", source, "-o", "a.gif", "--report", "r.json").code == 0
    assert "faults" in json.loads((tmp_path / "r.json").read_text())
    assert livingstill("loop", "a.gif").code == 0
    assert (tmp_path / "a-loop.gif").exists()


def one_frame(path):
    rescue_clips.written(path / "one.mp4", [faults.texture(96, 128)], sound=False)
    return "one.mp4"


def too_short(path):
    rescue_clips.written(path / "short.mp4", clips.circling(4, 18), sound=False)
    return "short.mp4"


def no_clip(path):
    (path / "words.mp4").write_text("no clip at all")
    return "words.mp4"


@pytest.mark.parametrize("make", [one_frame, too_short, no_clip, lambda _: "missing.mp4"])
def test_what_cannot_loop_is_one_sentence(livingstill, tmp_path, make):
    name = make(tmp_path)
    answer = livingstill("loop", name, "-o", "out.mp4", "-q")
    assert answer.code == 2
    assert answer.err.startswith("livingstill: ") and answer.err.count("\n") == 1
    assert name in answer.err
    assert not (tmp_path / "out.mp4").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--seconds", "9"), "seconds is 9 s, but of clip clip.mp4 a loop can be"),
        (("--min-length", "9"), "min_length is 9 s, but of clip clip.mp4 a loop can be"),
        (("--seconds", "9", "--boomerang"), "seconds is 9 s, but clip clip.mp4 there and back is"),
        (("--fade", "-1"), "fade is -1; it must be at least 0 s"),
        (("--seconds", "long"), "seconds is long; it must be a number"),
        (("-o", "clip.mp4", "--overwrite"), "output clip.mp4 is the clip itself"),
        (("-o", "there.mp4"), "there.mp4 exists; give --overwrite"),
        (("-o", "out.xyz"), "out.xyz"),
    ],
)
def test_wrong_options_are_one_sentence(livingstill, clip, tmp_path, arguments, sentence):
    (tmp_path / "there.mp4").write_bytes(b"mine")
    answer = livingstill("loop", clip.name, *arguments)
    assert answer.code == 2 and answer.err.count("\n") <= 2
    assert sentence in answer.err
    assert (tmp_path / "there.mp4").read_bytes() == b"mine"


def test_every_declared_option_is_one_of_the_command():
    assert {parameter.name for parameter in command.params} >= set(LoopJob.model_fields)
