"""`livingstill hold`: colours brought back to the still, parts laid anew, and what is refused."""

from __future__ import annotations

import json

import cv2
import faults
import livingstill as library
import loop_clips as clips
import numpy as np
import pytest
import rescue_clips
from clip_scenes import psnr
from livingstill.jobs.hold import colour, parts, track
from livingstill.jobs.hold.smoothing import smooth
from livingstill.settings.hold import HoldJob
from livingstill_cli.hold import command

LABEL = slice(60, 100), slice(70, 150)


def still():
    """Return (160, 240, 3) uint8 without clipped colours: a wall with a label on it."""
    wall = (faults.texture(160, 240, 6) * 0.6 + 45).astype(np.uint8)
    wall[LABEL] = 205
    for line, text in enumerate(("HONEY", "500 g")):
        place = (76, 77 + 17 * line)
        cv2.putText(wall, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.55, (30, 40, 90), 1, cv2.LINE_AA)
    return wall


def mask():
    grey = np.zeros((160, 240), np.uint8)
    grey[LABEL] = 255
    return grey


def place_at(index):
    """Return how a camera that drifts shows the still in a frame, (3, 3)."""
    angle, scale = 0.002 * index, 1 + 0.003 * index
    c, s = scale * np.cos(angle), scale * np.sin(angle)
    return np.array([[c, -s, 0.7 * index], [s, c, -0.4 * index], [0, 0, 1]])


def moved(picture, index):
    matrix = place_at(index)
    return cv2.warpPerspective(
        picture, matrix, (240, 160), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
    )


def drifted(frame, t):
    gain = 1 + t * np.array([0.05, -0.07, -0.16], np.float32)
    return np.clip(frame * gain + 4 * t + 0.5, 0, 255).astype(np.uint8)


def written(path, frames):
    return rescue_clips.written(path, frames, sound=True)


def lab(frame):
    smooth_ = cv2.GaussianBlur(frame.astype(np.float32), (0, 0), 3.0) / 255
    return cv2.cvtColor(smooth_, cv2.COLOR_RGB2LAB)


def difference(a, b):
    return float(np.linalg.norm(lab(a) - lab(b), axis=-1)[12:-12, 12:-12].mean())


@pytest.fixture
def photo(tmp_path):
    return rescue_clips.saved(tmp_path / "still.png", still())


def test_a_known_drift_of_a_moving_clip_is_taken_out(livingstill, tmp_path, photo):
    clean = [moved(still(), i) for i in range(24)]
    source = written(tmp_path / "clip.mp4", [drifted(f, i / 23) for i, f in enumerate(clean)])
    answer = livingstill("hold", source, "--still", photo, "-o", "out.mp4", "--json")
    assert answer.code == 0, answer.err
    told = json.loads(answer.out)
    assert told["decision"] == "hold" and told["found"] == 1.0
    assert told["difference"]["before"] > 3 and told["difference"]["after"] < 1
    before, after = (
        [difference(a, b) for a, b in zip(clean, rescue_clips.decoded(tmp_path / name))]
        for name in ("clip.mp4", "out.mp4")
    )
    own = before[0]  # of the codec, before any drift
    assert own < 0.8 and max(before) > 6 and max(after) < own + 0.6
    kept, now = (rescue_clips.told(tmp_path / name) for name in ("clip.mp4", "out.mp4"))
    assert {k: kept[k] for k in kept if k != "length"} == {k: now[k] for k in now if k != "length"}


def test_no_flicker_is_added_and_the_clips_own_goes(tmp_path, photo):
    rng = np.random.default_rng(4)
    gains = 1 + 0.03 * rng.standard_normal(24)
    frames = [np.clip(still() * g, 0, 255).astype(np.uint8) for g in gains]
    source = written(tmp_path / "clip.mp4", frames)
    done = library.hold(source, tmp_path / "out.mp4", photo)
    assert done.flicker.before > 3 and done.flicker.after < 0.3


def test_what_moves_before_the_wall_keeps_its_colours(tmp_path):
    frames = clips.circling(20, 40)
    tinted = [drifted(frame, 0.5) for frame in frames]
    photo = rescue_clips.saved(tmp_path / "still.png", frames[0])
    source = written(tmp_path / "clip.mp4", tinted)
    library.hold(source, tmp_path / "out.mp4", photo)
    held = rescue_clips.decoded(tmp_path / "out.mp4")
    assert max(difference(a, b) for a, b in zip(frames, held)) < 2


def test_a_clip_in_the_stills_colours_is_kept_byte_for_byte(livingstill, tmp_path, photo):
    source = written(tmp_path / "clip.mp4", [moved(still(), i) for i in range(12)])
    answer = livingstill("hold", source, "--still", photo)
    assert answer.code == 0 and "kept as it is" in answer.err
    assert (tmp_path / "clip-held.mp4").read_bytes() == source.read_bytes()


def spoiled_label(index):
    """Return a frame whose label is smeared away more and more, and lies in half a shadow."""
    picture = still()
    smeared = cv2.GaussianBlur(picture[LABEL], (0, 0), 0.3 + 0.25 * index)
    picture[LABEL] = np.roll(smeared, index // 6, axis=1)
    shade = np.linspace(1.0, 0.7, 240, dtype=np.float32)[None, :, None]
    return moved(np.clip(picture * shade, 0, 255).astype(np.uint8), index)


def test_a_label_is_laid_anew_where_it_belongs_in_the_light_of_the_clip(tmp_path, photo):
    rescue_clips.saved(tmp_path / "mask.png", np.dstack([mask()] * 3))
    source = written(tmp_path / "clip.mp4", [spoiled_label(i) for i in range(20)])
    done = library.hold(source, tmp_path / "out.mp4", photo, mask=tmp_path / "mask.png")
    assert done.laid == (1.0,)
    held = rescue_clips.decoded(tmp_path / "out.mp4")
    for index in (8, 19):
        truth = moved(still(), index)
        inside = moved(np.dstack([mask()] * 3), index)[..., 0] > 250
        inside = cv2.erode(inside.astype(np.uint8), np.ones((5, 5))) > 0
        ours, theirs = (
            cv2.cvtColor(p, cv2.COLOR_RGB2GRAY).astype(float) for p in (held[index], truth)
        )
        detail = [p - cv2.GaussianBlur(p, (0, 0), 4) for p in (ours, theirs)]
        assert np.corrcoef(detail[0][inside], detail[1][inside])[0, 1] > 0.97
        spoiled = cv2.cvtColor(spoiled_label(index), cv2.COLOR_RGB2GRAY).astype(float)
        was = spoiled - cv2.GaussianBlur(spoiled, (0, 0), 4)
        assert np.corrcoef(was[inside], detail[1][inside])[0, 1] < 0.8


def test_a_hand_before_the_label_stays_before_it():
    picture = still()
    covered = picture.copy()
    covered[50:110, 115:240] = (150, 90, 70)
    part = parts.HeldPart.of(picture, mask())
    laid = parts.lay(part, picture, covered, part.corners[:, 0], 1.0)
    np.testing.assert_allclose(laid[64:96, 130:146].astype(int), covered[64:96, 130:146], atol=4)
    assert psnr(laid[62:98, 72:90], picture[62:98, 72:90]) > 30


def test_a_part_is_tracked_to_a_fraction_of_a_pixel():
    picture = still()
    part = parts.HeldPart.of(picture, mask())
    whole = track.Tracker.of(picture)
    near = np.eye(3)
    for index in range(0, 20, 2):
        frame = moved(picture, index)
        luma = whole.luma(frame)
        place = whole.find(luma, near)
        at, found = parts.locate(part, picture, frame, luma, place, place)
        truth = cv2.perspectiveTransform(part.corners, place_at(index))[:, 0]
        assert found and np.abs(at - truth).max() < 0.35
        near = place


def test_a_still_camera_is_exactly_still():
    picture = still()
    noisy = (picture + np.random.default_rng(1).normal(0, 2, picture.shape)).clip(0, 255)
    tracker = track.Tracker.of(picture)
    found = tracker.find(tracker.luma(noisy.astype(np.uint8)), np.eye(3))
    np.testing.assert_array_equal(found, np.eye(3))


def test_the_colour_map_is_that_of_the_drift():
    picture = still()
    comparison = colour.Comparison(picture)
    matrix = np.float32([[0.9, 0.05, 0, 6], [0.02, 0.85, 0, 3], [0, 0.04, 0.95, -4]])
    frame = np.clip(cv2.transform(picture.astype(np.float32), matrix) + 0.5, 0, 255)
    sample = comparison.sample(frame.astype(np.uint8), np.eye(3))
    found = comparison.correct(sample)
    inverse = np.linalg.inv(matrix[:, :3])
    np.testing.assert_allclose(found.affine[:, :3], inverse, atol=0.06)
    assert comparison.difference(colour.corrected(sample.rgb, found), sample.weight) < 0.4
    assert comparison.difference(sample.rgb, sample.weight) > 3


def test_a_picture_of_something_else_tells_no_colours():
    comparison = colour.Comparison(still())
    other = faults.texture(160, 240, 31)
    found = comparison.correct(comparison.sample(other, np.eye(3)))
    assert found is None or found.trust < 0.1


def test_smoothing_keeps_lines_and_jumps_and_bridges_gaps():
    line = np.linspace(0, 10, 30)[:, None] * np.array([1.0, -2.0])
    trust = np.ones(30)
    np.testing.assert_allclose(smooth(line, trust, 4), line, atol=1e-9)
    trust[10:16] = 0
    holed = line.copy()
    holed[10:16] = 99
    np.testing.assert_allclose(smooth(holed, trust, 4), line, atol=1e-6)
    jump = np.where(np.arange(30) < 12, 0.0, 9.0)[:, None]
    kept = smooth(jump, np.ones(30), 4, jump, 1.0)
    np.testing.assert_allclose(kept, jump, atol=0.01)
    noise = np.random.default_rng(0).normal(0, 1, (200, 1))
    assert smooth(noise, np.ones(200), 5).std() < 0.4


def test_values_far_from_any_estimate_are_the_nearest():
    values, trust = np.arange(40.0)[:, None], np.zeros(40)
    trust[3] = 1
    np.testing.assert_array_equal(smooth(values, trust, 2), np.full((40, 1), 3.0))


def test_a_still_of_something_else_is_refused(livingstill, tmp_path):
    source = written(tmp_path / "clip.mp4", [moved(still(), i) for i in range(8)])
    rescue_clips.saved(tmp_path / "other.png", faults.texture(160, 240, 31))
    answer = livingstill("hold", source, "--still", "other.png", "-o", "out.mp4", "-q")
    assert answer.code == 2 and answer.err.count("\n") == 1
    assert "other.png is unlike clip" in answer.err and "--force" in answer.err
    assert not (tmp_path / "out.mp4").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("missing.mp4", "--still", "still.png"), "clip missing.mp4 does not exist"),
        (("clip.mp4", "--still", "none.png"), "none.png"),
        (("clip.mp4", "--still", "still.png", "--mask", "none.png"), "none.png"),
        (("clip.mp4", "--still", "still.png", "--mask", "black.png"), "mask black.png is black"),
        (("clip.mp4", "--still", "still.png", "--mask", "tall.png"), "mask tall.png is 100x300"),
        (("clip.mp4", "--still", "still.png", "-o", "there.mp4"), "there.mp4 exists"),
        (("clip.mp4", "--still", "still.png", "-o", "clip.mp4"), "is the clip itself"),
        (("clip.mp4",), "--still"),
    ],
)
def test_wrong_input_is_one_sentence(livingstill, tmp_path, photo, arguments, sentence):
    written(tmp_path / "clip.mp4", [moved(still(), i) for i in range(6)])
    rescue_clips.saved(tmp_path / "black.png", np.zeros((160, 240, 3), np.uint8))
    rescue_clips.saved(tmp_path / "tall.png", np.full((300, 100, 3), 255, np.uint8))
    (tmp_path / "there.mp4").write_bytes(b"mine")
    answer = livingstill("hold", "-q", *arguments)
    assert answer.code == 2 and sentence in answer.err
    assert (tmp_path / "there.mp4").read_bytes() == b"mine"


def test_every_declared_option_is_one_of_the_command():
    assert {parameter.name for parameter in command.params} >= set(HoldJob.model_fields)


def test_two_runs_write_the_same_file(tmp_path, photo):
    source = written(tmp_path / "clip.mp4", [drifted(moved(still(), i), i / 9) for i in range(10)])
    rescue_clips.saved(tmp_path / "mask.png", np.dstack([mask()] * 3))
    for name, count in (("a.mp4", 1), ("b.mp4", 2)):
        library.hold(source, tmp_path / name, photo, mask=tmp_path / "mask.png", threads=count)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
