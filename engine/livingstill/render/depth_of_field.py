"""Depth of field: layers blurred by their inverse-depth distance from the focus."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from livingstill.core.model import Float32Array, PackedRGBA, Scene
from livingstill.core.threads import over_bands
from livingstill.imaging import exact
from livingstill.kernels import accumulate

_MIN_SIGMA = 0.6


class Lens:
    """Blurs the layers of a scene for a focus and an aperture; remembers the last result.

    A pixel's disc of confusion has the diameter aperture * |w - focus| in frame widths; it is drawn
    as a Gaussian of the same variance, interpolated between blurs an octave apart.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._blurs: list[list[PackedRGBA]] = [[layer.colour] for layer in scene.layers]
        self._out: PackedRGBA = np.empty((0, 0, 0), np.uint32)
        self._cached_settings: tuple[float, float] | None = None

    def layers(self, focus: float, aperture: float) -> PackedRGBA:
        """Return the blurred (K, H, W) uint32 layers; valid until the next call."""
        if self._cached_settings == (focus, aperture):
            return self._out
        if not self._out.size:
            self._out = self._scene.stack().copy()
        strength = aperture * self._scene.size[0] / 4
        for k, layer in enumerate(self._scene.layers):
            distance = np.abs(layer.inverse_depth - np.float32(focus)).max()
            levels, sigmas = self._levels(k, strength * float(distance))
            over_bands(
                partial(
                    accumulate.defocus, levels, sigmas, layer.inverse_depth, focus, strength,
                    self._out[k],
                ),
                self._out.shape[1],
            )  # fmt: skip
        self._cached_settings = (focus, aperture)
        return self._out

    def _levels(self, k: int, max_sigma: float) -> tuple[PackedRGBA, Float32Array]:
        """Return the blurs of a layer up to standard deviation ``max_sigma`` pixels."""
        count = 2
        while _MIN_SIGMA * 2 ** (count - 2) < max_sigma:
            count += 1
        blurs = self._blurs[k]
        while len(blurs) < count:
            blurs.append(_blurred(blurs[0], _MIN_SIGMA * 2.0 ** (len(blurs) - 1)))
        sigmas = [0.0] + [_MIN_SIGMA * 2.0**n for n in range(count - 1)]
        return np.stack(blurs[:count]), np.array(sigmas, np.float32)


def _blurred(colour: PackedRGBA, sigma: float) -> PackedRGBA:
    """Blur premultiplied packed pixels; strong blurs at a smaller size."""
    height, width = colour.shape
    rgba: Any = np.ascontiguousarray(colour).view(np.uint8).reshape(height, width, 4)
    factor = 1
    while sigma / factor > 5 and min(height, width) // factor > 16:
        factor *= 2
    if factor > 1:
        small = (-(-width // factor), -(-height // factor))
        rgba = exact.resize_area(rgba, small)
    rgba = exact.gaussian_blur(rgba, sigma / factor, border="edge")
    if factor > 1:
        rgba = exact.resize_linear(rgba, (width, height))
    return np.ascontiguousarray(rgba).view(np.uint32)[..., 0]
