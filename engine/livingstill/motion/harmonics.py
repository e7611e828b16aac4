"""Periodic motion as a sum of harmonics, each with a complex map of amplitudes.

The displacement D(x, t) = Re sum_m S_m(x) exp(2 pi i m t / T) repeats after T exactly, because it
holds nothing but harmonics of 1/T (the spectral volume of Davis, Chen and Durand, 2015). The photo
is sampled once, at x - D(x, t).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np

from livingstill.core import threads
from livingstill.core.model import Float32Array
from livingstill.imaging import exact
from livingstill.motion.canvas import Canvas, Placement, Stage
from livingstill.motion.context import STEP, Box
from livingstill.motion.wind import WindField

_MAX_GRADIENT = 0.29
"""Largest gradient of a displacement: the picture folds from 1 on, looks like rubber from .33."""

_MAX_GRADIENT_99 = 0.19
"""99th percentile of the gradients of a displacement, at most."""

_BORDER = 0.4
"""Largest displacement, in distances to the frame's border."""

_MIN_GUST = 0.15
"""Least factor by which a gust modulates a displacement."""

DISPLACEMENT = Placement(Stage.DISPLACE)
_NO_NODES = np.zeros((0, 0), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """Maps of complex amplitude per harmonic, on every ``factor``-th node of the flow grid.

    ``harmonics`` (M,) int; ``maps`` (h, M, 2 C, w) float32, real and imaginary by turns; node
    (0, 0) lies on node (0, 0) of the box that the field is for.
    """

    harmonics: np.ndarray
    maps: Float32Array
    factor: int = 1

    def at(self, phase: float) -> Float32Array:
        """Return (h, C, w) float32 at ``phase``."""
        from livingstill.kernels import spectral as kernels

        turns = 2 * np.pi * np.mod(self.harmonics * (phase % 1.0), 1.0)
        cosines, sines = np.cos(turns).astype(np.float32), np.sin(turns).astype(np.float32)
        rows, _, twice, columns = self.maps.shape
        out = np.empty((rows, twice // 2, columns), np.float32)
        threads.over_bands(
            lambda a, b: kernels.evaluate(self.maps, cosines, sines, out, a, b), rows
        )
        return out


def pack(amplitudes: np.ndarray) -> Float32Array:
    """Return complex (M, C, h, w) as the maps (h, M, 2 C, w) of a ``Spectrum``."""
    count, channels, rows, columns = amplitudes.shape
    both = np.stack([amplitudes.real, amplitudes.imag], axis=2).astype(np.float32)
    both = both.reshape(count, 2 * channels, rows, columns)
    return np.ascontiguousarray(both.transpose(2, 0, 1, 3))


def coarse(shape: tuple[int, int], factor: int) -> tuple[int, int]:
    """Return the nodes that every ``factor``-th node needs to span ``shape`` nodes."""
    return -(-(shape[0] - 1) // factor) + 1, -(-(shape[1] - 1) // factor) + 1


@dataclass(frozen=True, slots=True, eq=False)
class HarmonicDisplacement:
    """Displacement of a box of nodes: the sum of ``parts`` in pixels, times ``weight`` (h, w).

    ``limit`` (h, w) bounds its length in pixels. ``gust``, a one-channel spectrum, modulates its
    amplitude. ``shade`` (h, w) times the last channel is added to the gain: the displacement
    downwards, or a third channel of its own.
    """

    box: Box
    parts: tuple[Spectrum, ...]
    weight: Float32Array
    limit: Float32Array
    gust: Spectrum | None = None
    shade: Float32Array | None = None
    placement: Placement = DISPLACEMENT

    def total(self, phase: float) -> Float32Array:
        """Return (h, C, w) float32 at ``phase``, before weight and limit."""
        from livingstill.kernels import spectral as kernels

        rows, columns = self.box.shape
        out = np.zeros((rows, self.parts[0].maps.shape[2] // 2, columns), np.float32)
        for part in self.parts:
            _add_spectrum(part, phase, out)
        if (gust := self.gust) is not None:
            swell = gust.at(phase)
            threads.over_bands(
                lambda a, b: kernels.swell(swell, gust.factor, _MIN_GUST, out, a, b), rows
            )
        return out

    def apply(self, phase: float, canvas: Canvas) -> None:
        """Displace both samples and shade their gains."""
        from livingstill.kernels import spectral as kernels

        field, shade = self.total(phase), _NO_NODES
        if self.shade is not None:
            shade = self.shade
            canvas.gain()
        flow = canvas.box(self.box)
        threads.over_bands(
            lambda a, b: kernels.displace(field, self.weight, self.limit, shade, flow, a, b),
            self.box.shape[0],
        )


def _add_spectrum(part: Spectrum, phase: float, out: Float32Array) -> None:
    """Add a spectrum at ``phase`` to all nodes of its box, ``out`` (h, C, w)."""
    from livingstill.kernels import spectral as kernels

    values = part.at(phase)
    if part.factor == 1:
        out += values
        return
    threads.over_bands(lambda a, b: kernels.spread(values, part.factor, out, a, b), out.shape[0])


def gusts(wind: WindField, box: Box, width: int, share: float = 1.0) -> Spectrum | None:
    """Return ``share`` of the wind's gusts over a box, one channel; None without gusts.

    Every kind of motion gets the same front.
    """
    if wind.gust == 0:
        return None
    factor = 8
    shape = coarse(box.shape, factor)
    step = STEP / width
    lag = wind.lag(shape, step * factor, box.top * step, box.left * step)
    harmonics, amplitudes = wind.gusts()
    angles = -2j * np.pi * harmonics[:, None, None] / wind.seconds * lag
    swell = share * amplitudes[:, None, None] * np.exp(angles)
    return Spectrum(harmonics, pack(swell[:, None]), factor)


def limit_gradient(
    displacement: HarmonicDisplacement,
    phases: int = 16,
    max_gradient: float = _MAX_GRADIENT,
    max_gradient_99: float = _MAX_GRADIENT_99,
) -> HarmonicDisplacement:
    """Return a displacement whose weight is lowered where its spatial gradient is too large.

    Over ``phases`` instants the norm of the gradient stays below ``max_gradient``, and its 99th
    percentile below ``max_gradient_99``; below 1 nothing folds.
    """
    fields = [np.moveaxis(displacement.total(i / phases)[:, :2], 1, 2) for i in range(phases)]
    weight = displacement.weight
    radius = max(3, round(0.015 * max(displacement.box.shape)))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    for last in (*7 * (False,), True):
        norms = np.stack([_gradient_norm(f * weight[..., None]) for f in fields])
        active = norms[:, weight > 0]
        if active.size == 0:
            return displacement
        # a value that is there: versions of NumPy round differently between two
        worst, percentile = float(active.max()), float(np.percentile(active, 99, method="higher"))
        if worst == 0:  # a clip too short for any wave
            return displacement
        if last:  # the excess that is left lowers all alike
            weight = weight * np.float32(min(1, max_gradient / worst, max_gradient_99 / percentile))
        elif worst > max_gradient or percentile > max_gradient_99:
            allowed = np.minimum(1, 0.75 * max_gradient / np.maximum(norms.max(0), 1e-6))
            allowed = cv2.erode(allowed.astype(np.float32), kernel)
            weight = np.asarray(weight * exact.gaussian_blur(allowed, radius), np.float32)
    return replace(displacement, weight=weight)


def limit_to_frame(
    displacement: HarmonicDisplacement, shape: tuple[int, int]
) -> HarmonicDisplacement:
    """Return a displacement that never samples beyond the border of a frame of ``shape`` nodes.

    There is nothing to show: the border's own pixels would be drawn out into streaks.
    """
    box = displacement.box
    down, across = (
        np.minimum(np.arange(first, last), side - 1 - np.arange(first, last))
        for first, last, side in zip((box.top, box.left), (box.bottom, box.right), shape)
    )
    distance = STEP * np.minimum(down[:, None], across[None]).astype(np.float32)
    max_displacement = np.maximum(np.float32(_BORDER) * distance, np.float32(0.1))
    return replace(displacement, limit=np.minimum(displacement.limit, max_displacement))


def _gradient_norm(field: Float32Array) -> Float32Array:
    """Return (h, w), the Frobenius norm of the gradient of an (h, w, 2) field in pixels."""
    dy, dx = (np.gradient(field, STEP, axis=axis) for axis in (0, 1))
    return np.asarray(np.sqrt((dy**2 + dx**2).sum(2)), np.float32)


def factor_for(length: float, nodes_per_length: float = 5) -> int:
    """Return the power of two of nodes that resolves fields of correlation ``length`` in pixels."""
    max_factor = length / STEP / nodes_per_length
    return int(2 ** min(4, max(0, math.floor(math.log2(max(max_factor, 1))))))
