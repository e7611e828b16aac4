"""The embedded networks' forward pass: which layer reads which, each run by a kernel of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.core.threads import over_shares
from livingstill.kernels import convolution
from livingstill.kernels.convolution import GROUP, TAPS, Filter, Layout

_F = np.float32
_ANY, _RELU, _RELU6 = (_F(-np.inf), _F(np.inf)), (_F(0), _F(np.inf)), (_F(0), _F(6))
_NOTHING = np.empty(0, np.float32)
_SLACK = 64  # values after a plane that loops of whole vectors may read and write
_SMALL = 4096  # maps of fewer positions are shared among threads by channels, others by positions
_STAGES = ((2, 2), (3, 2), (4, 2), (3, 1), (3, 2), (1, 1))
"""Inverted residuals of MobileNetV2 after the first block: how many, and the stride of the first."""

_SCALES = (0, 1, 2, 4, 6)
"""The stages whose features the decoders read: at 1/2, 1/4, 1/8, 1/16 and 1/32."""

Share = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class FeatureMap:
    """Channels of ``rows`` rows of ``side - 1`` float32, laid out as `kernels.convolution` reads them."""

    flat: Float32Array
    channels: int
    rows: int
    side: int

    @property
    def plane(self) -> int:
        """Values per channel: its rows, two rows of border, and slack."""
        return plane(self.rows, self.side)

    @property
    def layout(self) -> Layout:
        """How kernels find its values."""
        return Layout(self.side, self.rows, self.plane)

    def pixels(self) -> Float32Array:
        """Return a view of what is within the borders, (channels, rows, side - 1)."""
        planes = self.flat[: self.channels * self.plane].reshape(self.channels, -1)
        rows = planes[:, self.side : self.side * (self.rows + 1)]
        return rows.reshape(-1, self.rows, self.side)[:, :, 1:]


@dataclass(frozen=True, slots=True)
class Dense:
    """A convolution's weights in the order `convolution.dense` reads them, and its taps.

    ``taps`` (K, 3) int64 holds the channel, row and column of each product, from the centre.
    """

    weights: Float32Array
    bias: Float32Array
    taps: NDArray[np.int64]


def plane(rows: int, side: int) -> int:
    """Return the size of one channel of a feature map; planes begin at multiples of 64 bytes."""
    return (side * (rows + 2) + _SLACK + 15) // 16 * 16


def pack(weights: NDArray[Any], bias: NDArray[Any], *, stem: bool = False) -> Dense:
    """Return the (O, I, k, k) weights of a convolution as `convolution.dense` reads them.

    The stem has stride 2 and pads after the picture only; it reads the picture as 12 channels, of
    each colour the 2x2 pixels of a block, and is a convolution of stride 1 over those.
    """
    outputs, inputs, size, _ = weights.shape
    c, y, x = (a.ravel() for a in np.indices((inputs, size, size)))
    if stem:
        c, y, x = c * 4 + y % 2 * 2 + x % 2, y // 2, x // 2
    else:
        y, x = y - size // 2, x - size // 2
    padded = np.zeros((-(-outputs // GROUP) * GROUP, -(-c.size // TAPS) * TAPS), np.float32)
    padded[:outputs, : c.size] = weights.reshape(outputs, -1)
    taps = np.zeros((padded.shape[1], 3), np.int64)
    taps[: c.size] = np.stack((c, y, x), 1)
    grouped = padded.reshape(-1, GROUP, len(taps)).transpose(0, 2, 1)
    full = np.zeros(len(padded), np.float32)
    full[:outputs] = bias
    return Dense(np.ascontiguousarray(grouped).ravel(), full, taps)


class Network:
    """A network with its weights, for one picture after another; not for two threads at once.

    Parameters
    ----------
    weights : by the path of each convolution in `network.net`, ``.weight`` (O, I, k, k) and
        ``.bias`` (O,); batch norms are folded into them
    """

    def __init__(self, weights: Mapping[str, NDArray[Any]]) -> None:
        self._dense: dict[str, Dense] = {}
        self._plain: dict[str, tuple[Float32Array, Float32Array]] = {}
        self._buffers: dict[str, Float32Array] = {}
        for name in {key.rpartition(".")[0] for key in weights}:
            w = np.asarray(weights[f"{name}.weight"], np.float32)
            b = np.asarray(weights[f"{name}.bias"], np.float32)
            if name.endswith(("conv_dw", "whole")):
                self._plain[name] = np.ascontiguousarray(w.reshape(len(w), -1)), b
            else:
                self._dense[name] = pack(w, b, stem=name == "conv_stem")
        self._classes = len(weights.get("kind.bias", ()))

    def inverse_depth(self, picture: UInt8Array) -> Float32Array:
        """Return inverse depth (h / 2, w / 2) in 0..1, by a network of depth.

        Parameters
        ----------
        picture : (h, w, 3) uint8 RGB; sides are multiples of 32
        """
        x, half = self._decoded(picture)
        x = self._join(self._conv("depth.first.0", x, "shrunk", _RELU), "depth.lateral", half)
        x = self._conv("depth.last", self._conv("depth.second.0", x, "blended", _RELU), "merged")
        inverse = np.empty((half.rows, half.side - 1), np.float32)
        over_shares(lambda a, b: convolution.squared_sigmoid(x.flat, inverse, a, b), 0, half.rows)
        return inverse

    def class_probabilities(self, picture: UInt8Array) -> Float32Array:
        """Return class probabilities (C, h / 2, w / 2), by a network of classes.

        Parameters
        ----------
        picture : (h, w, 3) uint8 RGB; sides are multiples of 32
        """
        y, half = self._decoded(picture)
        y = self._conv("kind", y, "shrunk")
        logits = self._buffer("lateral", y.channels, half.rows, half.side)
        logits.flat[:] = 0
        over_shares(_doubled(y, logits), 0, y.channels)
        probabilities = np.empty((self._classes, half.rows, half.side - 1), np.float32)
        over_shares(
            lambda a, b: convolution.softmax(logits.flat, logits.plane, probabilities, a, b),
            0,
            half.rows,
        )
        return probabilities

    def _decoded(self, picture: UInt8Array) -> tuple[FeatureMap, FeatureMap]:
        """Return decoded features at 1/4 and the backbone's at 1/2."""
        half, quarter, eighth, sixteenth, coarsest = self._backbone(picture)
        x = self._merge("up16", self._context("context", coarsest), sixteenth)
        return self._merge("up4", self._merge("up8", x, eighth), quarter), half

    def _buffer(self, name: str, channels: int, rows: int, side: int) -> FeatureMap:
        """Return a map in the buffer of that name, whose last content is lost."""
        size = channels * plane(rows, side) + _SLACK
        if name not in self._buffers or self._buffers[name].size < size:
            self._buffers[name] = np.empty(size, np.float32)
        return FeatureMap(self._buffers[name][:size], channels, rows, side)

    def _conv(
        self,
        name: str,
        x: FeatureMap,
        target: str | FeatureMap,
        clip: tuple[np.float32, np.float32] = _ANY,
        residual: FeatureMap | None = None,
        epilogue: Share | None = None,
    ) -> FeatureMap:
        """Return the dense convolution of ``x``, in a buffer or a map; ``epilogue`` goes on by channel."""
        layer = self._dense[name]
        channels = layer.bias.size
        out = self._buffer(target, channels, x.rows, x.side) if isinstance(target, str) else target
        offsets = layer.taps @ np.array((x.plane, x.side, 1))
        added = _NOTHING if residual is None else residual.flat
        start, end = x.side + 1, x.side * (x.rows + 1)
        dense_filter = Filter(offsets, layer.weights, layer.bias, *clip)

        def run(c0: int, c1: int, p0: int, p1: int) -> None:
            convolution.dense(x.flat, dense_filter, added, out.flat, x.layout, c0, c1, p0, p1)

        def by_channel(first: int, last: int) -> None:
            run(first, last, start, end)
            if epilogue is not None:
                epilogue(first, last)

        if epilogue is not None or x.side * x.rows < _SMALL:
            over_shares(by_channel, 0, channels, GROUP)
        else:
            over_shares(lambda first, last: run(0, channels, first, last), start, end, 32)
        return out

    def _expand(
        self, name: str, x: FeatureMap, channels: int, depthwise_name: str, stride: int
    ) -> FeatureMap:
        """Return a dense convolution of ``x`` to ``channels``, then the depthwise one ``depthwise_name``."""
        wide = self._buffer("wide", channels, x.rows, x.side)
        out = self._buffer("deep", channels, x.rows // stride, (x.side - 1) // stride + 1)
        weights, bias = self._plain[depthwise_name]

        def depthwise(first: int, last: int) -> None:
            if stride == 1:
                convolution.depthwise(wide.flat, weights, bias, out.flat, out.layout, first, last)
            else:
                convolution.depthwise_half(
                    wide.flat, wide.plane, weights, bias, out.flat, out.layout, first, last
                )

        self._conv(name, x, wide, _RELU6, epilogue=depthwise)
        return out

    def _backbone(self, picture: UInt8Array) -> list[FeatureMap]:
        """Return MobileNetV2's features at 1/2, 1/4, 1/8, 1/16 and 1/32."""
        rows, columns = picture.shape[0] // 2, picture.shape[1] // 2
        x = self._buffer("picture", 12, rows, columns + 1)
        x.flat[:] = 0
        blocks = picture.reshape(rows, 2, columns, 2, 3).transpose(4, 1, 3, 0, 2)
        values = blocks.reshape(12, rows, columns).astype(np.float32)
        x.pixels()[:] = (values - _F(128)) * _F(1 / 128)
        x = self._expand("conv_stem", x, 32, "blocks.0.0.conv_dw", 1)
        x = self._conv("blocks.0.0.conv_pw", x, "stage 0")
        found = [x]
        for stage, (count, stride) in enumerate(_STAGES, 1):
            for i in range(count):
                name, before = f"blocks.{stage}.{i}.conv_", x
                first = i == 0
                depthwise_name = self._expand(
                    f"{name}pw", x, 6 * x.channels, f"{name}dw", stride if first else 1
                )
                x = self._conv(
                    f"{name}pwl",
                    depthwise_name,
                    f"stage {stage} {i % 2}",
                    residual=None if first else before,
                )
            found.append(x)
        return [found[i] for i in _SCALES]

    def _context(self, name: str, x: FeatureMap) -> FeatureMap:
        """Return the coarsest features joined with their surroundings and less their mean."""
        x = self._conv(f"{name}.narrow.0", x, "narrow", _RELU)
        n, size = x.channels, x.channels * x.plane
        views = self._buffer("views", 3 * n, x.rows, x.side)
        views.flat[:] = 0
        near, wide, whole = (
            FeatureMap(views.flat[i * size :], n, x.rows, x.side) for i in range(3)
        )
        self._conv(f"{name}.wide.0", self._conv(f"{name}.near.0", x, near, _RELU), wide, _RELU)
        weights, bias = self._plain[f"{name}.whole"]
        mean = _sum(x.pixels().reshape(n, -1)) * _F(1 / (x.rows * (x.side - 1)))
        whole.pixels()[:] = x.pixels() - _sum(np.c_[bias, weights * mean])[:, None, None]
        return self._conv(f"{name}.join.0", views, "joined", _RELU)

    def _join(self, x: FeatureMap, lateral: str, finer: FeatureMap) -> FeatureMap:
        """Return ``x`` at twice the size plus the convolution ``lateral`` of finer features."""
        out = self._buffer("lateral", x.channels, finer.rows, finer.side)
        return self._conv(lateral, finer, out, epilogue=_doubled(x, out))

    def _merge(self, name: str, coarse: FeatureMap, finer: FeatureMap) -> FeatureMap:
        """Return coarse features merged with the backbone's of the next finer scale."""
        x = self._join(self._conv(f"{name}.shrink", coarse, "shrunk"), f"{name}.lateral", finer)
        x = self._conv(f"{name}.blend.0.0", x, "blended", _RELU)
        return self._conv(f"{name}.blend.1.0", x, "merged", _RELU)


def _doubled(x: FeatureMap, out: FeatureMap) -> Share:
    """Return what adds some channels of ``x``, doubled, to ``out``."""

    def run(first: int, last: int) -> None:
        convolution.add_doubled(
            x.flat, x.plane, out.flat, Layout(x.side, x.rows, out.plane), first, last
        )

    return run


def _sum(a: Float32Array) -> Float32Array:
    """Return the sums of rows from left to right; NumPy's ``sum`` adds in an order of its choice."""
    return np.asarray(np.add.accumulate(a, 1)[:, -1])
