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
from numpy.typing import NDArray

from livingstill.core import threads
from livingstill.core.model import Float32Array
from livingstill.imaging import exact
from livingstill.motion.canvas import Canvas, Placement, Stage
from livingstill.motion.context import Box, flow_step
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

    ``harmonics`` (M,) int; ``maps`` (h, M, 2 C, w) int16, real and imaginary by turns, in ``units``
    (M,) float32; node (0, 0) lies on node (0, 0) of the box that the field is for.
    """

    harmonics: np.ndarray
    maps: NDArray[np.int16]
    units: Float32Array
    factor: int = 1

    @classmethod
    def of(cls, harmonics: np.ndarray, amplitudes: np.ndarray, factor: int = 1) -> Spectrum:
        """Return the spectrum of complex ``amplitudes`` (M, C, h, w), in steps of 1/32767."""
        count, channels, rows, columns = amplitudes.shape
        maps = np.empty((rows, count, 2 * channels, columns), np.int16)
        units = np.ones(count, np.float32)
        for m, values in enumerate(amplitudes):
            largest = max(np.abs(values.real).max(), np.abs(values.imag).max())
            units[m] = np.float32(largest / 32767) or np.float32(1)
            steps = np.float32(1) / units[m]
            for c, value in enumerate(values):
                maps[:, m, 2 * c] = np.rint(value.real.astype(np.float32) * steps)
                maps[:, m, 2 * c + 1] = np.rint(value.imag.astype(np.float32) * steps)
        return cls(harmonics, maps, units, factor)

    @classmethod
    def of_values(
        cls, harmonics: np.ndarray, values: Float32Array, largest: NDArray[np.float64], factor: int
    ) -> Spectrum:
        """Return the spectrum of amplitudes as ``maps`` are laid out, (h, M, 2 C, w) float32, spent.

        ``largest`` (M,) is what each harmonic's steps are scaled to.
        """
        units = (largest / 32767).astype(np.float32)
        units[units == 0] = 1
        np.multiply(values, (np.float32(1) / units)[:, None, None], out=values)
        return cls(harmonics, np.rint(values, out=values).astype(np.int16), units, factor)

    def at(self, phase: float) -> Float32Array:
        """Return (h, C, w) float32 at ``phase``."""
        from livingstill.kernels import spectral as kernels

        turns = 2 * np.pi * np.mod(self.harmonics * (phase % 1.0), 1.0)
        cosines, sines = (
            wave.astype(np.float32) * self.units for wave in (np.cos(turns), np.sin(turns))
        )
        rows, _, twice, columns = self.maps.shape
        out = np.empty((rows, twice // 2, columns), np.float32)
        threads.over_field(
            lambda a, b: kernels.evaluate(self.maps, cosines, sines, out, a, b), rows
        )
        return out


def coarse(shape: tuple[int, int], factor: int) -> tuple[int, int]:
    """Return the nodes that every ``factor``-th node needs to span ``shape`` nodes."""
    return -(-(shape[0] - 1) // factor) + 1, -(-(shape[1] - 1) // factor) + 1


@dataclass(frozen=True, slots=True, eq=False)
class HarmonicDisplacement:
    """Displacement of a box of nodes: the sum of ``parts`` in pixels, times ``weight`` (h, w).

    There are ``step`` pixels to a node. ``limit`` (h, w) bounds its length in pixels. ``gust``, a
    one-channel spectrum, modulates its amplitude. ``shade`` (h, w) times the last channel is added to
    the gain: the displacement downwards, or a third channel of its own.
    """

    box: Box
    step: int
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
            threads.over_field(
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
        threads.over_field(
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
    threads.over_field(lambda a, b: kernels.spread(values, part.factor, out, a, b), out.shape[0])


def gusts(wind: WindField, box: Box, width: int, share: float = 1.0) -> Spectrum | None:
    """Return ``share`` of the wind's gusts over a box, one channel; None without gusts.

    Every kind of motion gets the same front.
    """
    if wind.gust == 0:
        return None
    factor = 8
    shape = coarse(box.shape, factor)
    step = flow_step(width) / width
    lag = wind.lag(shape, step * factor, box.top * step, box.left * step)
    harmonics, amplitudes = wind.gusts()
    angles = -2j * np.pi * harmonics[:, None, None] / wind.seconds * lag
    swell = share * amplitudes[:, None, None] * np.exp(angles)
    return Spectrum.of(harmonics, swell[:, None], factor)


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
    weight = displacement.weight
    fields = np.empty((phases, len(weight), 2, weight.shape[1]), np.float32)
    for i, field in enumerate(fields):
        field[:] = displacement.total(i / phases)[:, :2]
    radius = max(3, round(0.015 * max(displacement.box.shape)))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    norms = np.empty((phases, *weight.shape), np.float32)
    for last in (*7 * (False,), True):
        _gradient_norms(fields, weight, float(displacement.step), norms)
        moving = weight > 0
        size = phases * np.count_nonzero(moving)
        worst = float(norms.max(where=moving, initial=0))
        if worst == 0:  # nothing moves, or the clip is too short for any wave
            return displacement
        rank = math.ceil(0.99 * (size - 1))
        gentle = np.count_nonzero((norms <= max_gradient_99) & moving)
        if worst <= max_gradient and gentle > rank:
            break
        if last:  # the excess that is left lowers all alike
            # a value that is there: versions of NumPy round differently between two
            percentile = float(np.partition(norms[:, moving], rank, axis=None)[rank])
            weight = weight * np.float32(min(1, max_gradient / worst, max_gradient_99 / percentile))
        else:
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
    distance = displacement.step * np.minimum(down[:, None], across[None]).astype(np.float32)
    max_displacement = np.maximum(np.float32(_BORDER) * distance, np.float32(0.1))
    return replace(displacement, limit=np.minimum(displacement.limit, max_displacement))


def _gradient_norms(
    fields: Float32Array, weight: Float32Array, step: float, norms: Float32Array
) -> None:
    """Fill (P, h, w) norms of the gradients of ``fields`` (P, h, 2, w), in pixels, times ``weight``.

    ``step`` is in pixels per node.
    """
    from livingstill.kernels import spectral as kernels

    threads.over_bands(
        lambda a, b: kernels.gradient_norms(fields, weight, step, norms, a, b),
        weight.shape[0],
    )


def factor_for(length: float, nodes_per_length: float) -> int:
    """Return the power of two of nodes that resolves fields of correlation ``length`` in nodes."""
    max_factor = length / nodes_per_length
    return int(2 ** min(4, max(0, math.floor(math.log2(max(max_factor, 1))))))
