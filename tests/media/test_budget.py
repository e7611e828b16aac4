"""A budget is met: under it, and by no more than three in a hundred."""

from __future__ import annotations

from fractions import Fraction

import cv2
import numpy as np
import pytest
from clip_scenes import drifting, packed, written
from livingstill.core.errors import InputError
from livingstill.media.clip_reader import frames
from livingstill.media.formats import choose
from livingstill.media.write.encoder import Encoder

SIZE = (160, 112)


def grainy(count: int = 24) -> list[np.ndarray]:
    """Moving texture that costs bits, (h, w, 4) uint8."""
    noise = np.random.default_rng(5).normal(128, 160, (SIZE[1], SIZE[0] * 2, 4))
    base = cv2.GaussianBlur(noise, (0, 0), 1.5).clip(0, 255).astype(np.uint8)
    return [np.ascontiguousarray(base[:, 3 * i : 3 * i + SIZE[0]]) for i in range(count)]


@pytest.mark.parametrize(
    ("name", "codec", "budget"),
    [("a.mp4", "h264", 35_000), ("a.mp4", "h264", 25_000), ("a.mp4", "h265", 30_000)],
)
def test_a_budget_is_met_within_three_percent_under(tmp_path, name, codec, budget):
    path = tmp_path / name
    encoding = choose(str(path), codec=codec)
    with Encoder(path, SIZE, Fraction(24), encoding, budget=budget) as encoder:
        for frame in grainy():
            encoder.write(packed(frame))
    assert 0.97 * budget <= path.stat().st_size <= budget
    assert encoder.chosen.startswith("crf") or "kbit/s" in encoder.chosen
    assert len(list(frames(path))) == 24
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.png"])
@pytest.mark.parametrize("share", [0.8, 0.3])
def test_pictures_meet_a_budget_too(tmp_path, name, share):
    pictures = list(drifting((160, 112), 12))
    budget = round(share * written(tmp_path / name, pictures).stat().st_size)
    with Encoder(tmp_path / name, SIZE, Fraction(24), budget=budget, overwrite=True) as encoder:
        for frame in pictures:
            encoder.write(packed(frame))
    assert 0.97 * budget <= (tmp_path / name).stat().st_size <= budget
    seen = list(frames(tmp_path / name))
    assert 2 <= len(seen) <= 12
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_a_generous_budget_gives_the_best_quality_at_once(tmp_path):
    with Encoder(tmp_path / "a.mp4", SIZE, Fraction(24), budget=10**6) as encoder:
        for frame in grainy():
            encoder.write(packed(frame))
    assert encoder.chosen.startswith("crf 4,")


def test_what_no_quality_can_meet_is_said(tmp_path):
    with (
        pytest.raises(InputError, match="larger budget"),
        Encoder(tmp_path / "a.mp4", SIZE, Fraction(24), budget=1500) as encoder,
    ):
        for frame in grainy():
            encoder.write(packed(frame))
    assert list(tmp_path.iterdir()) == []
    with (
        pytest.raises(InputError, match="cannot be fitted"),
        Encoder(tmp_path / "a.mov", SIZE, Fraction(24), budget=1500),
    ):
        pass
    assert list(tmp_path.iterdir()) == []
