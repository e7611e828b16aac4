"""The temporal filter calms flicker, spares motion, and never moves a byte beyond its bound."""

from __future__ import annotations

import faults
import numpy as np
import pytest
from livingstill.core import threads
from livingstill.render.temporal import ghost_bound, smooth


def naive(clip, strength=1.0, circular=True):
    """The definition, in float64, frame by frame."""
    stack = np.stack(clip).astype(np.float64)
    out = stack.copy()
    for shift, tap in ((-2, 0.02), (-1, 0.27), (1, 0.27), (2, 0.02)):
        other = np.roll(stack, -shift, 0)
        if not circular:
            keep = np.arange(len(clip)) + shift
            other[(keep < 0) | (keep >= len(clip))] = stack[(keep < 0) | (keep >= len(clip))]
        d = other - stack
        radius = 18.0 * max(strength, 1)
        out += tap * min(strength, 1) * d * np.maximum(0, 1 - (d / radius) ** 2) ** 2
    return out


def run(clip, *args, **options):
    words = [faults.packed(f) for f in clip]
    return [
        faults.unpacked(f) for f in smooth(lambda i: words[i].copy(), len(clip), *args, **options)
    ]


@pytest.fixture(scope="module")
def clip():
    rng = np.random.default_rng(3)
    base = rng.integers(0, 256, (37, 53, 3))
    return [
        np.clip(base + rng.integers(-25, 26, base.shape), 0, 255).astype(np.uint8) for _ in range(7)
    ]


@pytest.mark.parametrize("circular", [True, False])
@pytest.mark.parametrize("strength", [0.5, 1.0, 2.5])
def test_the_kernel_agrees_with_the_definition(clip, strength, circular):
    got = np.stack(run(clip, strength, circular=circular)).astype(np.float64)
    # near a half, fixed point may round either way
    assert np.abs(got - naive(clip, strength, circular)).max() <= 0.51


def test_no_byte_moves_beyond_the_ghost_bound(clip):
    for strength in (0.5, 1.0, 3.0):
        moved = np.abs(np.subtract(run(clip, strength), clip, dtype=np.int16)).max()
        assert moved <= ghost_bound(strength) + 0.5
    assert ghost_bound(1.0) <= 4


def test_strength_zero_passes_the_very_arrays(clip):
    words = [faults.packed(f) for f in clip]
    assert all(a is b for a, b in zip(smooth(words.__getitem__, 7, 0.0), words))


def test_a_loop_can_start_anywhere(clip):
    turned = clip[3:] + clip[:3]
    np.testing.assert_array_equal(np.roll(run(clip), -3, 0), run(turned))


def test_a_moving_camera_switches_it_off(clip):
    np.testing.assert_array_equal(run(clip, displacement=lambda a, b: 0.6 * (a != b)), clip)
    np.testing.assert_array_equal(run(clip, displacement=lambda a, b: 0.0), run(clip))


def test_each_frame_is_rendered_once_and_few_are_held():
    import weakref

    alive, asked = [], []

    def render(i):
        asked.append(i)
        frame = np.full((16, 16), 0xFF000000 + i, np.uint32)
        alive.append(weakref.ref(frame))
        return frame

    most = 0
    for _ in smooth(render, 60):
        most = max(most, sum(ref() is not None for ref in alive))
    assert sorted(asked) == list(range(60))
    assert most <= 9


def test_threads_change_no_bit(clip):
    before = threads._state["threads"]
    try:
        results = []
        for n in (1, 3):
            threads.limit(n)
            results.append(run([np.tile(f, (3, 1, 1)) for f in clip]))
        np.testing.assert_array_equal(*results)
    finally:
        threads.limit(before)


def test_flicker_falls_by_a_third_and_clean_clips_stay():
    clip = faults.swaying(faults.texture(120, 160), 60, fps=30.0)
    rng = np.random.default_rng(0)
    noisy = [
        np.clip(f + faults.grain(f.shape[:2], rng)[..., None], 0, 255).round().astype(np.uint8)
        for f in clip
    ]

    def error(one):
        return np.abs(np.subtract(one, clip, dtype=np.int16)).mean()

    assert error(run(noisy)) <= 0.7 * error(noisy)
    assert error(run(clip)) <= 0.5
