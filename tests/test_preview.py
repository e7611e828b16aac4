"""A preview decides as the final clip does, and redoes little after an edit."""

from __future__ import annotations

import numpy as np
import pytest
from livingstill import Shot, animate
from livingstill.imaging import exact
from livingstill.io.files import write_png
from livingstill.jobs.preview import MAX_FRAMES, Preview, small_shot
from livingstill.photo.source import photo_of

SHOT = {"size": "1200x800", "duration": 0.5, "fps": 8, "hold_faces": False}


@pytest.fixture(scope="module")
def photo(samples):
    return photo_of(samples / "meadow.jpg")


@pytest.fixture(scope="module")
def preview(photo):
    return Preview(photo)


def test_a_preview_has_the_regions_depth_and_move_of_the_final_clip(photo, preview):
    shot = Shot(**SHOT)
    final, look = animate(photo, **SHOT), preview.look(shot)
    small = look.clip
    assert small.framing.size == (810, 540) and final.framing.size == (1200, 800)
    assert small.shot.camera == final.shot.camera
    assert [r.label for r in small.regions] == [r.label for r in final.regions]
    assert look.decisions.findings == final.findings
    for mine, other in zip(small.regions, final.regions):
        shrunk = exact.resize_area(other.mask, mine.mask.shape[::-1])
        assert np.abs(mine.mask.astype(int) - shrunk).mean() < 2
    assert preview.full.clip(shot).notes == final.notes


def test_the_session_of_a_preview_renders_the_frames_of_a_fresh_render(photo, preview, tmp_path):
    small = {**SHOT, "size": "150x100"}
    preview.full.clip(Shot(**small))
    mask = np.zeros((100, 150), np.uint8)
    mask[60:] = 255
    write_png(tmp_path / "mask.png", mask)
    masked = {**small, "mask": (f"water={tmp_path / 'mask.png'}",)}
    edited, fresh = preview.full.clip(Shot(**masked)), animate(photo, **masked)
    for one, other in zip(edited.frames(), fresh.frames(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("change", "again"),
    [({"wind": "left,5"}, {"motion"}), ({"exposure": 1.0}, {"finish"}), ({"crf": 30}, set())],
)
def test_an_edit_decides_nothing_anew(preview, change, again):
    preview.look(Shot(**SHOT))
    for session in (preview.full, preview._small):
        session.runs.clear()
    preview.look(Shot(**SHOT, **change))
    assert not preview.full.runs and set(preview._small.runs) == again


def test_a_painted_mask_detects_nothing_anew_and_leaves_other_regions(preview, tmp_path):
    before = preview.look(Shot(**SHOT)).clip
    mask = np.zeros((80, 120), np.uint8)
    for number in range(2):
        mask[70:, : 60 + 20 * number] = 255
        write_png(tmp_path / "mask.png", mask, overwrite=True)
        preview.full.runs.clear()
        after = preview.look(Shot(**SHOT, mask=(f"water={tmp_path / 'mask.png'}",))).clip
    assert set(preview.full.runs) == {"decided regions"}
    assert after.scene is before.scene
    old = {region.label: region.mask for region in before.regions}
    new = {region.label: region.mask for region in after.regions}
    assert "water" in new and "cloud" in new
    np.testing.assert_array_equal(new["cloud"], old["cloud"])


def test_motion_with_cached_effects_is_the_motion_built_anew(preview, photo, tmp_path):
    write_png(tmp_path / "mask.png", np.full((80, 120), 60, np.uint8))
    shot = Shot(**SHOT, mask=(f"water={tmp_path / 'mask.png'}",))
    preview.look(Shot(**SHOT))
    edited, fresh = preview.look(shot).clip, Preview(photo).look(shot).clip
    for one, other in zip(edited.motion.at(0.3), fresh.motion.at(0.3), strict=True):
        assert (one is None) == (other is None)
        if one is not None:
            np.testing.assert_array_equal(one.first, other.first)


def test_a_painted_mask_is_seen_before_its_neighbours_are_exact(preview, tmp_path):
    before = preview.look(Shot(**SHOT)).clip
    write_png(tmp_path / "mask.png", np.full((80, 120), 60, np.uint8))
    painted = {"mask": (f"grass={tmp_path / 'mask.png'}",)}
    assert preview.painted(Shot(**SHOT, **painted, wind="left,7")) is None
    quick = preview.painted(Shot(**SHOT, **painted)).clip
    exact = preview.look(Shot(**SHOT, **painted)).clip
    assert quick.scene is before.scene and quick.camera is before.camera
    for one, other in zip(quick.regions, exact.regions, strict=True):
        assert one.label == other.label
        np.testing.assert_array_equal(one.mask, other.mask)
    frames = [next(clip.packed(range(2, 3))).copy() for clip in (before, quick, exact)]
    assert (frames[0] != frames[1]).any()
    same = (frames[1] == frames[2]).mean()
    assert same > (frames[0] == frames[2]).mean()


def test_the_first_look_has_the_camera_alone_unless_it_stands(photo):
    moving, still = (Preview(photo).first(Shot(**SHOT, camera=c)) for c in ("orbit", "static"))
    assert not moving.clip.regions and still.clip.regions and moving.decisions is None


def test_a_preview_is_small_and_short(photo):
    long = small_shot(photo, Shot(duration=600, fps=60, aspect="9:16"))
    assert long.size == "540x960" and long.duration * long.fps <= MAX_FRAMES * 2
    assert small_shot(photo, Shot(size="160x106")).size == "160x106"
