"""Every layer agrees with its naive version, whatever lies in the buffers and however it is shared."""

from __future__ import annotations

from itertools import pairwise

import naive
import numpy as np
import pytest
from livingstill.core import threads
from livingstill.kernels import convolution
from livingstill.network.graph import FeatureMap, pack, plane

SHAPES = [(3, 5), (1, 1), (17, 33), (32, 40)]
INFINITY = np.float32(np.inf)


def empty(channels, rows, columns):
    """A map full of what must never be read."""
    flat = np.full(channels * plane(rows, columns + 1) + 64, np.nan, np.float32)
    return FeatureMap(flat, channels, rows, columns + 1)


def filled(values):
    out = empty(*values.shape)
    out.flat[:] = 0
    out.pixels()[:] = values
    return out


def check(found, expected):
    np.testing.assert_allclose(found.pixels()[: len(expected)], expected, atol=2e-5)
    planes = found.flat[: found.channels * found.plane].reshape(found.channels, -1)
    bordered = planes[:, : found.side * (found.rows + 2)]
    bordered = bordered.reshape(found.channels, found.rows + 2, found.side)
    assert not bordered[:, 0].any() and not bordered[:, -1].any() and not bordered[:, :, 0].any()


def dense(x, w, b, *, low=-INFINITY, high=INFINITY, residual=None, cuts=(0.0, 1.0), by="position"):
    layer = pack(w, b)
    out = empty(layer.bias.size, x.rows, x.side - 1)
    added = np.empty(0, np.float32) if residual is None else residual.flat
    offsets = layer.taps @ np.array((x.plane, x.side, 1))
    start, end = x.side + 1, x.side * (x.rows + 1)
    for a, z in pairwise(cuts):
        if by == "position":
            part = (0, out.channels, *(start + int(c * (end - start)) for c in (a, z)))
        else:
            part = (*(int(c * out.channels) // 4 * 4 for c in (a, z)), start, end)
        dense_filter = convolution.Filter(offsets, layer.weights, layer.bias, low, high)
        convolution.dense(x.flat, dense_filter, added, out.flat, x.layout, *part)
    return out


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("size", "inputs", "outputs"), [(1, 5, 6), (3, 3, 4), (3, 7, 9)])
def test_a_dense_convolution_is_the_naive_one(shape, size, inputs, outputs):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(inputs, *shape)).astype(np.float32)
    w = rng.normal(size=(outputs, inputs, size, size)).astype(np.float32) / 5
    b = rng.normal(size=outputs).astype(np.float32)
    expected = naive.convolution(x, w, b)
    whole = dense(filled(x), w, b)
    check(whole, expected)
    for by in ("position", "channel"):
        shared = dense(filled(x), w, b, cuts=(0.0, 0.3, 0.8, 1.0), by=by)
        np.testing.assert_array_equal(shared.pixels(), whole.pixels())
    more = rng.normal(size=(len(whole.pixels()), *shape)).astype(np.float32)
    clipped = dense(filled(x), w, b, low=np.float32(0), high=np.float32(6), residual=filled(more))
    check(clipped, np.clip(expected, 0, 6) + more[:outputs])


@pytest.mark.parametrize("shape", SHAPES)
def test_a_depthwise_convolution_is_the_naive_one(shape):
    rng = np.random.default_rng(2)
    x = rng.normal(size=(3, *shape)).astype(np.float32)
    w, b = rng.normal(size=(3, 9)).astype(np.float32), rng.normal(size=3).astype(np.float32)
    out = empty(3, *shape)
    convolution.depthwise(filled(x).flat, w, b, out.flat, out.layout, 0, 3)
    check(out, np.clip(naive.convolution(x, w.reshape(3, 1, 3, 3), b), 0, 6))


@pytest.mark.parametrize("shape", SHAPES)
def test_a_depthwise_convolution_of_stride_2_pads_after_alone(shape):
    rng = np.random.default_rng(3)
    x = rng.normal(size=(2, 2 * shape[0], 2 * shape[1])).astype(np.float32)
    w, b = rng.normal(size=(2, 9)).astype(np.float32), rng.normal(size=2).astype(np.float32)
    wide, out = filled(x), empty(2, *shape)
    convolution.depthwise_half(wide.flat, wide.plane, w, b, out.flat, out.layout, 0, 2)
    check(out, np.clip(naive.convolution(x, w.reshape(2, 1, 3, 3), b, 2, before=0), 0, 6))


@pytest.mark.parametrize("shape", SHAPES)
def test_a_map_is_added_at_twice_the_size(shape):
    rng = np.random.default_rng(4)
    x = rng.normal(size=(2, *shape)).astype(np.float32)
    y = rng.normal(size=(2, 2 * shape[0], 2 * shape[1])).astype(np.float32)
    small, out = filled(x), filled(y)
    layout = convolution.Layout(small.side, small.rows, out.plane)
    convolution.add_doubled(small.flat, small.plane, out.flat, layout, 0, 2)
    check(out, y + naive.doubled(x))


def test_the_two_answers_are_a_squared_sigmoid_and_a_softmax():
    x = np.random.default_rng(5).normal(0, 9, (4, 5, 7)).astype(np.float32)
    x[:, 0, 0], x[:, 0, 1] = 200, (-300, 0, 1, 2)
    planes = filled(x)
    root, chance = np.empty((5, 7), np.float32), np.empty((4, 5, 7), np.float32)
    convolution.squared_sigmoid(planes.flat, root, 0, 5)
    convolution.softmax(planes.flat, planes.plane, chance, 0, 5)
    np.testing.assert_allclose(root, naive.squared_sigmoid(x[0]), atol=2e-5)
    np.testing.assert_allclose(chance, naive.softmax(x), atol=2e-5)


def test_shares_cover_a_range_once_in_whole_units():
    before = threads._state["threads"]
    try:
        for count in (1, 2, 5):
            threads.limit(count)
            taken = set()
            threads.over_shares(lambda *share, to=taken: to.add(share), 7, 107, 8)
            found = sorted(taken)
            assert (found[0][0], found[-1][1]) == (7, 107) and len(found) <= count
            assert all(a[1] == b[0] and (a[1] - 7) % 8 == 0 for a, b in pairwise(found))
    finally:
        threads.limit(before)
