"""Exposure matched across rooms: the middle tones meet, and no window is blown."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from livingstill.finish import grade
from livingstill.imaging.srgb import encode_srgb
from livingstill.jobs import exposure
from livingstill.jobs.batch.matching import match_rows
from livingstill.jobs.batch.sources import Row
from livingstill.settings.shot import Shot


def room(path, light, seed=0):
    """A textured room of a linear luminance with a white window and a black corner."""
    rng = np.random.default_rng(seed)
    linear = light * rng.uniform(0.5, 1.6, (60, 90, 1)).astype(np.float64) * np.ones(3)
    linear[:15, :30], linear[-8:, -8:] = 1.0, 0.0
    rgb = np.round(255 * encode_srgb(linear)).astype(np.uint8)
    rgb = cv2.resize(rgb, (360, 240), interpolation=cv2.INTER_NEAREST)
    cv2.imwrite(str(path), rgb[..., ::-1])
    return path


def graded(path, stops):
    table = grade.table(Shot(midtones=stops))
    rgb = cv2.imread(str(path))[..., ::-1].astype(np.uint32)
    if table is None:
        return rgb.astype(np.uint8)
    packed = table[rgb[..., 0] | rgb[..., 1] << 8 | rgb[..., 2] << 16]
    return np.ascontiguousarray(packed).view(np.uint8).reshape(*packed.shape, 4)[..., :3]


def test_rooms_meet_in_the_middle_and_white_stays_white(tmp_path):
    lights = (0.06, 0.12, 0.2)
    paths = [room(tmp_path / f"{i}.png", light, i) for i, light in enumerate(lights)]
    before = [exposure.luminance_of(path) for path in paths]
    assert before == pytest.approx(lights, rel=0.1)
    stops = exposure.match(before)
    assert stops[0] > 0.5 and stops[1] == 0 and stops[2] < -0.4
    after = [exposure.luminance(graded(path, s)) for path, s in zip(paths, stops)]
    assert after == pytest.approx([before[1]] * 3, rel=0.06)
    for path, s in zip(paths, stops):
        rgb, was = graded(path, s), cv2.imread(str(path))[..., ::-1]
        assert (rgb[:40, :100] >= 254).all()  # the window
        assert ((rgb == 255) & (was < 250)).sum() == 0


def test_a_dusk_is_not_made_a_day_and_what_cannot_be_read_is_left(tmp_path):
    assert exposure.match([0.005, 0.2, 0.2]) == [exposure.MAX_STOPS, 0, 0]
    (tmp_path / "bad.jpg").write_bytes(b"none")
    assert exposure.match([exposure.luminance_of(tmp_path / "bad.jpg"), 0.1]) == [0, 0]
    assert exposure.match([None]) == [0] and exposure.match([0.1], 0.2) == [1.15]


def test_midtones_are_monotone_and_undo_each_other():
    light = np.linspace(0, 1, 101)
    up = grade.raise_midtones(light, 1.2)
    assert (
        (np.diff(up) > 0).all() and (up[1:-1] > light[1:-1]).all() and (up[[0, -1]] == [0, 1]).all()
    )
    np.testing.assert_allclose(grade.raise_midtones(up, -1.2), light, atol=1e-12)
    assert grade.table(Shot()) is None


def test_a_room_that_comes_later_is_matched_to_those_that_are_done(tmp_path):
    rows = [Row(room(tmp_path / f"{i}.png", light, i)) for i, light in enumerate((0.1, 0.16))]
    first = match_rows(rows, tmp_path / "out")
    late = Row(room(tmp_path / "late.png", 0.05, 7))
    own = Row(rows[0].photo, "", {"midtones": "0.3"})
    second = match_rows([late, *rows, own], tmp_path / "out")
    assert [row.values["midtones"] for row in second[1:3]] == [r.values["midtones"] for r in first]
    assert second[0].values["midtones"] > 0.5 and second[3] == own
    other = match_rows([Row(late.photo, "villa")], tmp_path / "out")
    assert other[0].values["midtones"] == 0
