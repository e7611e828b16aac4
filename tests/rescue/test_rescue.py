"""Rescue keeps what is sound, rebuilds a few bad frames, and replaces the rest in kind."""

from __future__ import annotations

import cv2
import faults
import numpy as np
import pytest
import rescue_clips as clips
from clip_scenes import psnr
from livingstill.core.errors import InputError
from livingstill.jobs import check
from livingstill.jobs.rescue import camera_track, interpolation, levels, replacement
from livingstill.jobs.rescue.repair import worse_kind
from livingstill.jobs.rescue.replacement import refuse_frozen
from livingstill.jobs.rescue.run import rescue
from livingstill.media import clip_reader
from livingstill.quality import no_reference, registration, verdict
from livingstill.settings.rescue import RescueJob
from livingstill.settings.shot import Shot

COUNT = 40


@pytest.fixture(scope="module")
def photo(samples):
    return clips.still(samples)


@pytest.fixture(scope="module")
def pushed(photo):
    return faults.pushing(photo, COUNT, 1.1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, photo, pushed):
    """A clean clip, one with two black frames, one that drifts, and the still of all."""
    where = tmp_path_factory.mktemp("clips")
    clips.saved(where / "still.png", photo)
    clips.written(where / "clean.mp4", pushed)
    black = [f * 0 if i in (15, 16) else f for i, f in enumerate(pushed)]
    clips.written(where / "black.mp4", black)
    drift = faults.drifted(pushed, np.random.default_rng(1)).clip
    clips.written(where / "drift.mp4", drift)
    return where


def test_a_clean_clip_is_kept_byte_for_byte(folder, tmp_path):
    out = tmp_path / "out.mp4"
    done = rescue(folder / "clean.mp4", out, folder / "still.png")
    assert done.decision == "keep" and done.reasons
    assert out.read_bytes() == (folder / "clean.mp4").read_bytes()


def test_black_frames_are_rebuilt_and_everything_else_stays(folder, tmp_path, pushed):
    source, out = folder / "black.mp4", tmp_path / "out.mp4"
    done = rescue(source, out, folder / "still.png")
    assert done.decision == "repair" and done.rebuilt == (15, 16)
    (tried,) = [note for note in done.notes if "as a trial" in note]
    assert int(tried.split(" dB")[0].split()[-1]) > 30
    assert clips.told(out) == clips.told(source)
    truth, before, after = (clips.decoded(p) for p in (folder / "clean.mp4", source, out))
    assert min(psnr(after[i], truth[i]) for i in (15, 16)) > 30
    assert min(psnr(after[i], before[i]) for i in range(COUNT) if i not in (15, 16)) > 38


def test_a_repair_is_judged_by_the_file_that_it_makes(folder, tmp_path, monkeypatch):
    judged = []

    def coded_badly(reader, series, **_):
        judged.append(reader.path)
        broken = [verdict.make_fault("blur", 0, 39, (0, 0, 256, 144), (256, 144), 24.0, 9.0)]
        found = verdict.Verdict(COUNT, 24.0, (256, 144), tuple(broken), {})
        return check.Review(
            found if len(judged) > 1 else true_judge(reader, series).verdict, series
        )

    true_judge = check.judge
    monkeypatch.setattr(check, "judge", coded_badly)
    done = rescue(folder / "black.mp4", tmp_path / "out.mp4", folder / "still.png")
    assert len(judged) > 1 and all(path != folder / "black.mp4" for path in judged[1:])
    assert done.decision == "keep" and "repair did not make it better: blur" in done.reasons[0]
    assert [path.name for path in tmp_path.iterdir()] == ["out.mp4"]
    assert (tmp_path / "out.mp4").read_bytes() == (folder / "black.mp4").read_bytes()


def test_a_report_shows_the_clip_before_and_after(folder, tmp_path):
    job = RescueJob(report=tmp_path / "report.html")
    rescue(folder / "black.mp4", tmp_path / "out.mp4", folder / "still.png", job)
    page = job.report.read_text()
    assert "before and after" in page and "What was done" in page
    assert page.count('alt="after"') == page.count('alt="frame ') > 0
    assert "times its limit" in page


def test_a_still_that_is_drawn_on_is_known_and_not_shown(folder, tmp_path, photo):
    drawn = photo.copy()
    drawn[:, : photo.shape[1] // 2] = 255 - drawn[:, : photo.shape[1] // 2]
    cv2.imwrite(str(tmp_path / "drawn.png"), drawn[..., ::-1])
    options = RescueJob(quality="draft")
    done = rescue(folder / "drift.mp4", tmp_path / "out.mp4", tmp_path / "drawn.png", options)
    assert done.decision == "replace"
    assert any("drawn on" in note and "frame 0 of the clip" in note for note in done.notes)


def test_a_drifting_clip_is_replaced_in_kind(folder, tmp_path, photo):
    source, out = folder / "drift.mp4", tmp_path / "out.mp4"
    done = rescue(source, out, folder / "still.png")
    assert any("does not loop, like the clip" in note for note in done.notes)
    assert done.decision == "replace" and done.camera == "followed"
    assert clips.told(out) == clips.told(source)
    first = registration.crop_like(photo, clips.decoded(source)[0])
    assert psnr(clips.decoded(out)[0], first) > 33  # 4:2:0 and the coder between the two


def test_a_replacement_loops_if_asked(folder, tmp_path):
    out, asked = tmp_path / "out.mp4", RescueJob(mode="replace", loop="seamless", quality="draft")
    done = rescue(folder / "clean.mp4", out, folder / "still.png", asked)
    assert any("loops, as asked" in note for note in done.notes)
    made = clips.decoded(out)
    assert psnr(made[-1], made[0]) > psnr(made[COUNT // 2], made[0]) + 3


def test_odd_times_and_a_shift_of_the_camera_are_kept(tmp_path, photo):
    import cv2

    ticks = list(np.cumsum([0, *([1001, 2002, 1001, 501] * 8)]))
    slid = [
        cv2.warpAffine(photo, np.float32([[1.15, 0, -0.6 * i], [0, 1.15, -10]]), (256, 144))
        for i in range(len(ticks))
    ]
    source = clips.written(tmp_path / "in.mkv", slid, ticks=[int(t) for t in ticks])
    done = rescue(source, tmp_path / "out.mkv", clips.saved(tmp_path / "a.png", photo),
                  RescueJob(mode="replace"))  # fmt: skip
    assert done.camera == "followed"
    slides = camera_track.track(clips.decoded(tmp_path / "out.mkv"))
    assert slides.x[-1] == pytest.approx(-0.6 * 32 / 256, rel=0.15) and abs(slides.y[-1]) < 0.01
    want, got = clips.told(source), clips.told(tmp_path / "out.mkv")
    assert {k: got[k] for k in got if k != "length"} == {k: want[k] for k in want if k != "length"}


def test_blending_keeps_the_opening(folder, tmp_path):
    source, out = folder / "black.mp4", tmp_path / "out.mp4"
    rescue(source, out, folder / "still.png", RescueJob(mode="replace", blend=6))
    before, after = clips.decoded(source), clips.decoded(out)
    assert min(psnr(a, b) for a, b in zip(after[:15], before[:15])) > 38
    assert psnr(after[15], before[14]) > psnr(after[20], before[14])


def test_without_a_still_the_first_good_frame_serves(folder, tmp_path):
    done = rescue(folder / "clean.mp4", tmp_path / "out.mp4", None, RescueJob(mode="replace"))
    assert any("serves" in note for note in done.notes)
    before, after = clips.decoded(folder / "clean.mp4"), clips.decoded(tmp_path / "out.mp4")
    assert psnr(after[0], before[0]) > 35


def test_a_clip_that_breaks_off_is_rescued_up_to_the_break(tmp_path, pushed):
    source = clips.written(tmp_path / "a.mp4", pushed, movflags="+faststart")
    data = source.read_bytes()
    (tmp_path / "cut.mp4").write_bytes(data[: int(len(data) * 0.7)])
    done = rescue(tmp_path / "cut.mp4", tmp_path / "out.mp4")
    assert done.decision != "keep" and any("cut short" in note for note in done.notes)
    whole = clips.decoded(tmp_path / "out.mp4")
    assert 10 < len(whole) < COUNT
    assert not clip_reader.ClipReader(tmp_path / "out.mp4").notes


def test_another_still_needs_force(folder, tmp_path, samples):
    rng = np.random.default_rng(0)
    other = clips.saved(tmp_path / "other.png", rng.integers(0, 255, (144, 256, 3), np.uint8))
    with pytest.raises(InputError, match="unlike"):
        rescue(folder / "clean.mp4", tmp_path / "out.mp4", other)
    assert not (tmp_path / "out.mp4").exists()
    rescue(folder / "clean.mp4", tmp_path / "out.mp4", other, RescueJob(force=True, mode="keep"))


def test_levels_are_set_back(photo):
    sway = faults.swaying(photo, 12)
    bad = np.zeros(12, bool)
    bad[4:9] = True
    tint = np.float32([1.1, 1.0, 0.9])
    spoiled = [(f * tint).clip(0, 255).astype(np.uint8) if b else f for f, b in zip(sway, bad)]
    found = levels.estimate_levels(no_reference.observe(spoiled, 24.0), bad, bad)
    assert (found.shifted == bad).all()
    for i in np.flatnonzero(bad):
        assert psnr(levels.apply_levels(spoiled[i], found.gain[i], found.offset[i]), sway[i]) > 33


def test_what_replaces_a_loop_loops_from_the_still_itself(tmp_path, photo):
    sway = faults.swaying(photo, 36)
    source = clips.written(tmp_path / "in.mp4", sway, sound=False)
    still = clips.saved(tmp_path / "still.png", photo)
    done = rescue(source, tmp_path / "out.png", still, RescueJob(mode="replace"))
    assert any("it loops" in note for note in done.notes)
    told = next(note for note in done.notes if "first frame" in note)
    assert "bit for bit" in told or int(told.split()[-2]) >= 42
    made = [f.astype(np.float32) for f in clips.decoded(tmp_path / "out.png")]
    assert len(made) == 36
    apart = [float(np.abs(frame - made[0]).mean()) for frame in made]
    assert apart[-1] < 0.1 * max(apart)


def test_lights_lost_in_a_flicker_are_rebuilt(photo):
    bright = np.clip(photo.astype(np.float32) * 1.25 + 20, 0, 255).astype(np.uint8)
    sway = faults.swaying(bright, 12)
    bad = np.arange(12) == 6
    spoiled = [(f * 1.1).clip(0, 255).astype(np.uint8) if b else f for f, b in zip(sway, bad)]
    found = levels.estimate_levels(no_reference.observe(spoiled, 24.0), bad, bad)
    corrected = levels.apply_levels(spoiled[6], found.gain[6], found.offset[6])
    damage = levels.clipped_area(spoiled[6], found.gain[6])
    pieces = [interpolation.DamagedFrame(f) for f in spoiled]
    pieces[6] = interpolation.DamagedFrame(corrected, damage, clipped_high=True)
    made = list(interpolation.rebuild(pieces))[6]
    white = (sway[6] > 240).all(-1)
    assert white.mean() > 0.02 and corrected[white].max() < 245
    assert psnr(made[white], sway[6][white]) > psnr(corrected[white], sway[6][white]) + 6


def test_a_local_flaw_is_no_matter_of_level(photo):
    sway = faults.swaying(photo, 12)
    bad = np.arange(12) == 6
    sway[6] = sway[6].copy()
    sway[6][20:70, 40:120] = (sway[6][20:70, 40:120] * 0.8).astype(np.uint8)
    found = levels.estimate_levels(no_reference.observe(sway, 24.0), bad, bad)
    assert not found.shifted.any() and not found.unaffected.any()


def test_a_cast_in_proportion_to_brightness_is_seen_on_bright_and_dark(photo):
    ramp = np.linspace(0.1, 1.0, photo.shape[1])[:, None]
    clip = faults.swaying((photo * ramp).astype(np.uint8), 30)
    tint = np.float32([1.12, 1.0, 0.88])
    for i in range(12, 17):
        clip[i] = (clip[i] * tint).clip(0, 255).astype(np.uint8)
    (fault,) = verdict.check(clip, 24.0).faults
    assert (fault.kind, fault.first, fault.last) == ("colour", 12, 16)


def test_a_replacement_that_would_stand_still_is_not_delivered(
    folder, tmp_path, monkeypatch, pushed
):
    from livingstill.media.write import remux

    monkeypatch.setattr(
        remux.Remuxer, "write", lambda self, frame: None
    )  # nothing may depend on it
    monkeypatch.setattr(replacement, "build", lambda photo, *_, **__: StillClip(photo))
    source, out = folder / "drift.mp4", tmp_path / "out.mp4"
    done = rescue(source, out, folder / "still.png")
    assert done.decision == "keep" and "would hardly move" in done.reasons[0]
    assert out.read_bytes() == source.read_bytes()
    with pytest.raises(InputError, match="would hardly move"):
        rescue(source, tmp_path / "b.mp4", folder / "still.png", RescueJob(mode="replace"))
    assert not (tmp_path / "b.mp4").exists()


class StillClip:
    """A clip that shows one picture all the time."""

    camera = None

    def __init__(self, photo: np.ndarray) -> None:
        self.photo = photo
        self.notes: tuple[str, ...] = ()

    def frames(self):
        return iter([self.photo] * COUNT)


class MovingClip:
    """A clip that shows given pictures."""

    notes: tuple[str, ...] = ()
    regions = ()
    shot, camera = Shot(), None

    def __init__(self, pictures: list[np.ndarray]) -> None:
        self.pictures = pictures

    def frames(self):
        return iter(self.pictures)


def test_a_replacement_that_stood_still_is_made_anew_with_a_gentle_move(
    folder, tmp_path, monkeypatch, pushed
):
    asked = []

    def build(photo, *_, keeps_opening, gentle_move):
        asked.append(gentle_move)
        return MovingClip(pushed) if gentle_move else StillClip(photo)

    monkeypatch.setattr(replacement, "build", build)
    source, out = folder / "drift.mp4", tmp_path / "out.mp4"
    assert rescue(source, out, folder / "still.png").decision == "replace"
    assert asked == [False, True]
    assert len(clips.decoded(out)) == COUNT


def test_check_and_rescue_say_the_same_of_the_same_still(folder, tmp_path):
    source, still = folder / "drift.mp4", folder / "still.png"
    options = RescueJob(mode="keep")
    assert (
        rescue(source, tmp_path / "out.mp4", still, options).verdict.faults
        == check.review(source, still).verdict.faults
    )


def test_a_clip_that_stands_may_be_replaced_by_one_that_does(pushed):
    still = no_reference.observe([pushed[0]] * 12, 24.0)
    refuse_frozen(still, np.ones(12, bool), 0.0)
    moving = no_reference.observe(pushed[:12], 24.0)
    with pytest.raises(replacement.ReplacementFrozen, match="hardly move"):
        refuse_frozen(moving, np.ones(12, bool), 0.0)


def test_a_repair_that_does_more_harm_in_a_kind_is_refused():
    def seen(*spans):
        faults_ = [
            verdict.make_fault(k, a, b, (0, 0, 9, 9), (9, 9), 24.0, s) for k, a, b, s in spans
        ]
        return verdict.Verdict(48, 24.0, (9, 9), tuple(faults_), {})

    before = seen(("black", 10, 11, 5.0))
    assert worse_kind(before, seen()) == ""
    assert worse_kind(before, seen(("black", 10, 10, 2.0))) == ""
    assert "melt does more harm" in worse_kind(before, seen(("melt", 10, 12, 4.0)))
