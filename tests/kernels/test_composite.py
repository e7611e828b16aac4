"""The layered frame, and how its layers are sampled."""

from __future__ import annotations

import llvmlite.binding as llvm
import naive
import numba
import numpy as np
import pytest
from livingstill.core.arrays import sparse
from livingstill.kernels import composite, tap_weights
from twins import agree, pack


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="without a compiler there is no machine code")
def test_a_pixel_is_sampled_by_vectors_and_without_gathers():
    if not llvm.get_host_cpu_features().get("avx2"):
        pytest.skip("this machine has no AVX2")
    colour = np.zeros((16, 16), np.uint32).ravel()
    place, out = np.full(32, 4, np.float32), np.zeros((4, 32), np.float32)
    taps, weights = np.zeros((4, 32), np.int32), np.zeros((8, 32), np.float32)
    fresh = numba.njit(nogil=True, error_model="numpy")(
        composite._sample.py_func
    )  # not from the cache
    fresh(colour, 0, 16, 16, place, place, 32, True, False, taps, weights, out)
    code = "".join(fresh.inspect_asm().values())
    assert "vpmovzxbw" in code and "vpmaddwd" in code and "vgather" not in code


@pytest.mark.parametrize("cubic", [False, True])
def test_points_beyond_the_border_repeat_the_last_pixel(cubic):
    rng = np.random.default_rng(1)
    colour = rng.integers(0, 2**32, (6, 9), np.uint32)
    steps = tap_weights.PHASES  # positions that are told exactly
    xs = (np.rint(rng.uniform(-3, 12, 64) * steps) / steps).astype(np.float32)
    ys = (np.rint(rng.uniform(-3, 9, 64) * steps) / steps).astype(np.float32)
    xs[:4], ys[:4] = (0, 8, 7.5, 0.5), (0, 5, 4.5, 0.25)
    taps, weights = np.zeros((4, 64), np.int32), np.zeros((8, 64), np.float32)
    out = np.zeros((4, 64), np.float32)
    both = np.concatenate([np.zeros(7, np.uint32), colour.ravel()])

    run = numba.njit(getattr(composite._sample, "py_func", composite._sample))
    run(both, 7, 9, 6, xs, ys, 64, cubic, False, taps, weights, out)
    rgba = colour.view(np.uint8).reshape(6, 9, 4).astype(float)
    for n in range(64):
        want = naive.sample(rgba, float(np.clip(xs[n], 0, 8)), float(np.clip(ys[n], 0, 5)), cubic)
        np.testing.assert_allclose(out[:, n], want, atol=0.03)


RNG = np.random.default_rng(10)


def smooth(*shape, low=0.0, high=1.0):
    """Return a smooth random field of some height, width and more, over a range."""
    field = RNG.normal(size=shape)
    for _ in range(3):
        padded = np.pad(field, [(1, 1), (1, 1)] + [(0, 0)] * (field.ndim - 2), mode="edge")
        field = sum(padded[j : j + shape[0], i : i + shape[1]] for j in range(3) for i in range(3))
    field = (field - field.min()) / np.ptp(field)
    return low + (high - low) * field


def layers(count, *shape):
    """Return packed layers (K, H, W): the last is opaque, the others have soft borders."""
    out = []
    for k in range(count):
        alpha = np.clip(smooth(*shape, 1, low=-350, high=600), 0, 255) if k < count - 1 else 255
        out.append(pack(np.floor(np.dstack(
            [smooth(*shape, 3) * alpha, np.broadcast_to(alpha, (*shape, 1))]
        ))))  # fmt: skip
    return np.array(out)


def places(count, out, pitch, shape):
    """Return nodes (K, 2, rows, columns): nearly the layer, scaled to ``out``, slightly bent."""
    y, x = np.mgrid[: -(-out[0] // pitch) + 1, : -(-out[1] // pitch) + 1] * float(pitch)
    at = np.stack([x * (shape[1] - 1) / out[1], y * (shape[0] - 1) / out[0]])
    return at + RNG.uniform(-0.8, 0.8, (count, *at.shape))


def composed(
    quads=(0, 0, 0), linear=False, cubic=False, card=None, pitch=8, second_only=False, hole=False, smooth_blocks=False,
):  # fmt: skip
    """Compare frames of three layers, each with a flow of so many quads everywhere."""
    shape, out, grid = (23, 31), (21, 38), (7, 9)
    colour = layers(3, *shape)
    colour[1, :, :12] = 0
    if hole:
        colour[:, 4:21, 14:] = colour[:2, :, :14] = 0
    blocks = naive.survey(colour, 2, np.zeros((3, 7, 9)))["blocks"]
    flow, sizes, at = [], np.zeros((3, 5), int), 0
    for k, n in enumerate(quads):
        if n:
            field = np.dstack([
                smooth(*grid, 2, low=-3, high=3), smooth(*grid, low=0.4, high=0.7),
                smooth(*grid, low=0.3, high=0.5) if n > 2 else np.zeros(grid),
                smooth(*grid, 3, low=-20, high=20), np.zeros(grid),
                smooth(*grid, 2, low=-3, high=3), np.zeros((*grid, 2)),
            ])[..., : 4 * n]  # fmt: skip
            field[..., 2] *= not second_only
            flow.append(field.ravel())
            sizes[k], at = (at, n, *grid, 3), at + field.size
    busy = np.tile(np.pad(np.ones((3, 4)).cumsum(0).cumsum(1), ((1, 0), (1, 0))), (3, 2, 1, 1))
    alike = np.pad(np.ones((6, 8)).cumsum(0).cumsum(1), ((1, 0), (1, 0))) * smooth_blocks
    card, place, opacity = card or (np.zeros((0, 0)), (0, 0, 0), 0.0)
    agree(
        "composite.compose", layers=(colour, blocks, np.tile(alike, (3, 1, 1)), 2), nodes=places(3, out, pitch, shape),
        pitch=pitch, flows=(np.concatenate([*flow, [0.0]]), sizes, np.full(3, 4.0), busy, 3),
        overlay=(card, place, opacity), rest=np.zeros((0, 0)), out=np.zeros(out), cubic=cubic, linear=linear,
        share=out[0], unit=pitch, atol=1.01,
    )  # fmt: skip


@pytest.mark.parametrize("linear", [False, True])
@pytest.mark.parametrize("cubic", [False, True])
def test_still_layers_are_laid_over_each_other(cubic, linear):
    composed(cubic=cubic, linear=linear)


@pytest.mark.parametrize("pitch", [8, 16])
@pytest.mark.parametrize("quads", [(0, 1, 2), (3, 0, 1), (2, 3, 3)])
def test_layers_move_by_their_flows(quads, pitch):
    composed(quads, pitch=pitch)


def test_flows_are_lit_in_levels_before_they_are_blended_in_light():
    composed((3, 2, 3), linear=True, cubic=True)


def test_a_sample_that_has_gained_nothing_is_not_taken():
    composed((3, 3, 3), second_only=True)


@pytest.mark.parametrize("pitch", [8, 16])
def test_what_has_no_detail_is_sampled_bilinearly(pitch):
    composed((0, 3, 1), cubic=True, smooth_blocks=True, pitch=pitch)


def test_black_shows_where_all_layers_are_empty():
    composed((0, 2, 0), hole=True)


@pytest.mark.parametrize("before", [0, 1, 3])
def test_a_card_stands_between_layers(before):
    alpha = RNG.integers(0, 256, (9, 13, 1))
    card = pack(np.concatenate([RNG.integers(0, alpha + 1, (9, 13, 3)), alpha], axis=2))
    composed((0, 1, 0), card=(card, (17, 5, before), 0.8))


def test_blocks_of_the_farthest_layers_of_a_large_scene_are_counted_exactly():
    line, rows, base = 51, 60, 2**24 + 1  # floats no longer tell such places apart
    table = sparse((base + rows * line,))
    table[base:] = np.arange(rows * line, dtype=np.uint32) ** 2  # no two sums alike
    block_sum = numba.njit(getattr(composite._block_sum, "py_func", composite._block_sum))
    quarter, last, *box = map(np.float32, (0.25, 199, 20, 24, 61, 77, 1))
    sums, blocks = block_sum(table, base, line, quarter, last, last, *box)
    y0, y1, x0, x1 = 23 // 4, 79 // 4 + 1, 19 // 4, 63 // 4 + 1
    corners = table[base:].reshape(rows, line)[np.ix_([y0, y1], [x0, x1])].astype(np.int64)
    assert sums == corners[1, 1] - corners[1, 0] - corners[0, 1] + corners[0, 0]
    assert blocks == (y1 - y0) * (x1 - x0)


def test_a_flat_area_keeps_its_colour_at_every_phase():
    assert (tap_weights.CUBIC.view(np.int16).sum(1) == 2**14).all()
