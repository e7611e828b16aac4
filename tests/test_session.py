"""Steps are redone when a setting they depend on changes, and only then."""

from __future__ import annotations

import time
import weakref
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest
from livingstill import Session, Shot, animate
from livingstill.core.model import SilentProgress
from livingstill.jobs import analyse, steps
from livingstill.jobs.stages import Stages
from livingstill.photo.source import photo_of
from livingstill.settings.groups import FrameSettings, TimeSettings

EVERYTHING = {
    *("basis", "analysis", "detection", "decided regions", "regions", "move", "finish"),
    *("scene", "camera", "motion"),
}
SMALL = {"size": "160x106", "duration": 0.2, "fps": 10, "camera": "push-in"}


@pytest.fixture(scope="module")
def photo(samples):
    return photo_of(samples / "lake.jpg")


@pytest.mark.parametrize(
    ("change", "again"),
    [
        ({}, set()),
        ({"smooth": 0.0}, set()),
        ({"codec": "h264"}, set()),
        ({"title": "Lake"}, {"finish"}),
        ({"exposure": 0.5}, {"finish"}),
        ({"amount": 0.5}, {"motion"}),
        ({"wind": "left,5"}, {"motion"}),
        ({"duration": 0.4}, {"finish", "camera", "motion"}),
        ({"loop": "none"}, {"finish", "camera"}),
        ({"camera": "orbit"}, {"move", "finish", "camera"}),
        ({"seed": 1}, {"finish", "camera", "motion"}),
        (
            {"motion": "cloud"},
            {"detection", "decided regions", "regions", "scene", "camera", "motion"},
        ),
        ({"layers": 2}, {"scene", "camera", "motion"}),
        ({"aspect": "1:1", "size": "720p"}, {"move", "finish", "camera"}),
        ({"depth": "flat"}, EVERYTHING),
    ],
)
def test_a_change_of_settings_redoes_the_steps_that_depend_on_it(photo, change, again):
    session = Session(photo, scale=0.1)
    session.clip(Shot(**SMALL))
    session.runs.clear()
    session.clip(Shot(**{**SMALL, **change}))
    assert set(session.runs) == again


def test_another_size_decides_nothing_anew(photo):
    session = Session(photo)
    session.clip(Shot(**SMALL))
    session.runs.clear()
    session.clip(Shot(**{**SMALL, "size": "200x134"}))
    assert not {"basis", "detection", "decided regions"} & set(session.runs)
    assert {"analysis", "regions", "scene"} <= set(session.runs)


def test_a_kept_step_gives_the_frames_of_a_fresh_one(photo):
    session = Session(photo)
    session.clip(Shot(**SMALL, seed=3, wind="left,2"))
    kept = session.clip(Shot(**SMALL, seed=4))
    fresh = animate(photo, **SMALL, seed=4)
    for one, other in zip(kept.frames(), fresh.frames(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_changed_file_is_read_anew(photo, tmp_path):
    mask = tmp_path / "mask.png"
    from PIL import Image

    session = Session(photo, scale=0.1)
    for level in (255, 128):
        Image.new("L", (photo.size[0], photo.size[1]), level).save(mask)
        clip = session.clip(Shot(**SMALL, motion="none", hold=str(mask)))
    assert session.runs["regions"] == 2 and clip.regions == ()


def test_a_limit_that_only_warns_redoes_no_analysis(photo):
    session = Session(photo)
    session.clip(Shot(**SMALL))
    session.runs.clear()
    session.clip(Shot(**SMALL, max_upscale=3))
    assert "analysis" not in session.runs


def test_a_shot_is_its_groups():
    shot = Shot(size="720p", fps=25)
    assert shot.part(FrameSettings) == FrameSettings(size="720p")
    assert shot.part(TimeSettings) != TimeSettings()
    assert list(Shot.model_fields)[:3] == ["prompt", "camera", "depth"]


@pytest.mark.parametrize("camera", ["push-in", "auto"])
def test_of_a_single_clip_the_photo_has_left_memory_before_the_scene_is_built(
    photo, camera, monkeypatch
):
    shot = Shot(**{**SMALL, "camera": camera})
    whole = Session(photo).clip(shot)
    monkeypatch.setattr(analyse, "LARGE_PIXELS", 1)  # one step after another
    mine = replace(photo, rgb=photo.rgb.copy())
    session, left = Session(mine, single=True), weakref.ref(mine.rgb)
    del mine
    seen, build_scene = [], steps.build_scene

    def build(*arguments):
        seen.append(left() is None)
        return build_scene(*arguments)

    monkeypatch.setattr(steps, "build_scene", build)
    clip = session.clip(shot)
    assert seen == [True]
    assert clip.photo.size == photo.size
    for found, wanted in zip(clip.frames(), whole.frames(), strict=True):
        np.testing.assert_array_equal(found, wanted)


def test_a_single_clip_keeps_the_photo_where_bars_show_it(photo):
    shot = Shot(**{**SMALL, "size": "120x120", "fit": "blur"})
    found, wanted = (Session(photo, single=single).clip(shot).frames() for single in (True, False))
    np.testing.assert_array_equal(next(found), next(wanted))


def test_a_stage_that_is_resumed_is_told_once_and_its_time_adds_up():
    told = []

    class RecordingProgress(SilentProgress):
        @contextmanager
        def stage(self, name, total=0):
            told.append((name, total))
            yield lambda: None

    stages = Stages(RecordingProgress())
    for name, total in (("regions", 0), ("frames", 3), ("regions", 0), ("frames", 3)):
        before = stages.seconds.get(name, 0.0)
        with stages(name, total):
            time.sleep(0.002)
        assert stages.seconds[name] > before
    assert told == [("regions", 0), ("frames", 3), ("frames", 3)]
