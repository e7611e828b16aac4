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
from livingstill.media.write.budget import LEAST_FPS, premultiplied, quality_scales
from livingstill.media.write.encoder import Encoder
from livingstill.media.write.video import unpremultiplied
from PIL import Image

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


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.png"])
@pytest.mark.parametrize(("count", "fps"), [(120, 30), (75, 25), (7, 8), (300, 60)])
def test_quality_goes_before_frames_and_frames_stay_above_ten_a_second(name, count, fps):
    scales = list(quality_scales(choose(name), count, Fraction(fps)))
    steps = [scale.frame_step for scale in scales]
    assert steps == sorted(steps)
    rates = [fps / step for step in steps]
    assert min(rates) >= min(fps, LEAST_FPS)
    assert all(step == steps[0] or count % step == 0 for step in steps)
    for step in set(steps):
        worst = [abs(scale.worst) for scale in scales if scale.frame_step == step]
        assert len(worst) >= 1
    sign = 1 if scales[0].worst > scales[0].best else -1
    assert sign * scales[-1].worst > sign * scales[0].worst


@pytest.mark.parametrize("name", ["a.gif", "a.webp"])
def test_a_tight_budget_keeps_every_frame_that_some_quality_affords(tmp_path, name):
    pictures = list(drifting((160, 112), 12))
    budget = round(0.5 * written(tmp_path / name, pictures).stat().st_size)
    with Encoder(tmp_path / name, SIZE, Fraction(12), budget=budget, overwrite=True) as encoder:
        for frame in pictures:
            encoder.write(packed(frame))
    assert "frames per second" not in encoder.chosen
    assert (tmp_path / name).stat().st_size <= budget
    with Image.open(tmp_path / name) as clip:
        assert clip.n_frames == 12


@pytest.mark.parametrize("name", ["a.webp", "a.png"])
def test_transparent_stickers_meet_a_budget(tmp_path, name):
    height, width = SIZE[::-1]
    across = np.linspace(-0.5, 1.5, width).clip(0, 1)
    alpha = np.rint(255 * np.tile(across, (height, 1))).astype(np.uint8)
    pictures = [premultiplied(np.dstack([frame[..., :3], alpha])) for frame in drifting(SIZE, 12)]
    encoding = choose(name, alpha=True)

    def save(budget):
        how = {"budget": budget, "overwrite": True}
        with Encoder(tmp_path / name, SIZE, Fraction(12), encoding, **how) as encoder:
            for frame in pictures:
                encoder.write(packed(frame))
        return (tmp_path / name).stat().st_size

    budget = round(0.6 * save(None))
    assert save(budget) <= budget
    with Image.open(tmp_path / name) as clip:
        clip.seek(3)
        kept = np.asarray(clip.convert("RGBA"))[..., 3]
    assert np.abs(kept.astype(int) - alpha).mean() < 12
    assert kept[:, :10].max() == 0
    assert kept[:, -10:].min() == 255


def test_a_transparent_frame_comes_through_the_copy_as_it_was():
    rng = np.random.default_rng(1)
    alpha = rng.integers(0, 256, (32, 40, 1), dtype=np.uint8)
    rgba = np.concatenate([rng.integers(0, 256, (32, 40, 3), dtype=np.uint8), alpha], axis=2)
    once = premultiplied(rgba)
    straight = unpremultiplied(np.ascontiguousarray(once).view(np.uint32)[..., 0])
    np.testing.assert_array_equal(premultiplied(straight), once)
