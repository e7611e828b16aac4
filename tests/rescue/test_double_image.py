"""A repair that would show two pictures at once is not made."""

from __future__ import annotations

from types import SimpleNamespace

import cv2
import faults
import numpy as np
import pytest
from livingstill.jobs.rescue.double_image import double_area
from livingstill.jobs.rescue.repair import without_double_images

BACK = faults.texture(180, 320, 4) // 2


def with_head(x: int) -> np.ndarray:
    """A frame with a bright disc, a seventh of the picture high, at a place across."""
    frame = BACK.copy()
    cv2.circle(frame, (x, 80), 26, (235, 225, 215), -1)
    return frame


def test_what_leads_from_one_to_the_other_makes_no_double_picture():
    assert double_area(with_head(100), with_head(108)) < 0.01
    wide = faults.texture(180, 360, 4)
    assert double_area(wide[:, :320].copy(), wide[:, 12:332].copy()) < 0.01


def test_what_is_in_another_place_does():
    assert double_area(with_head(60), with_head(220)) > 0.04


@pytest.mark.parametrize(
    ("kind", "places", "double"),
    [
        ("melt", [100] * 10 + [260] * 10, True),
        ("black", [100] * 10 + [260] * 10, False),
        ("melt", [100 + t for t in range(20)], False),
        ("melt", [60, 220] * 10, False),
    ],
    ids=["a head that jumps", "no picture", "a head that goes", "a clip that always jumps"],
)
def test_a_double_picture_is_refused_where_it_is_not_the_clip_s_way(kind, places, double):
    bad = np.zeros(20, bool)
    bad[[9, 10]] = True
    found = SimpleNamespace(faults=[SimpleNamespace(kind=kind, first=9, last=10)])
    observation = SimpleNamespace(
        review=SimpleNamespace(verdict=found),
        levels=SimpleNamespace(shifted=np.zeros(20, bool)),
        pictures=lambda: (with_head(x) for x in places),
    )
    rebuilt, notes = without_double_images(observation, bad)
    assert rebuilt.any() != double and bool(notes) == double
    assert not double or "from frame 8 to frame 11" in notes[0]
