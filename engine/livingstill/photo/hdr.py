"""High dynamic range to sRGB: PQ and HLG (BT.2100) tone-mapped by the EETF of BT.2390."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from livingstill.imaging.srgb import encode_srgb
from livingstill.photo.cicp import PQ, SRGB, Cicp
from livingstill.photo.icc import rgb_to_xyz

PEAK, WHITE = 1000.0, 203.0
"""Luminance in cd/m2 of the brightest source colour that is told apart, and of sRGB's white
(BT.2408's reference white)."""

_M1, _M2 = 2610 / 16384, 2523 / 4096 * 128
_C1, _C2, _C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
_NODES = 65


def pq_to_light(code: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return luminance in cd/m2 from PQ codes 0..1 (the EOTF of SMPTE ST 2084)."""
    power = code ** (1 / _M2)
    light: NDArray[np.float64] = 1e4 * (np.maximum(power - _C1, 0) / (_C2 - _C3 * power)) ** (
        1 / _M1
    )
    return light


def light_to_pq(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return PQ codes 0..1 from luminance in cd/m2."""
    power = (np.maximum(light, 0) / 1e4) ** _M1
    code: NDArray[np.float64] = ((_C1 + _C2 * power) / (1 + _C3 * power)) ** _M2
    return code


def hlg_to_light(code: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return light (..., 3) in cd/m2 on a display of 1000 cd/m2 from HLG codes (..., 3) 0..1."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12)
    luminance = scene @ np.array([0.2627, 0.6780, 0.0593])
    light: NDArray[np.float64] = PEAK * luminance[..., None] ** 0.2 * scene
    return light


def eetf(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return luminance in cd/m2, at most ``PEAK``, pressed under ``WHITE`` (BT.2390, 5.4.1).

    Below a knee light is kept; above it a Hermite spline in PQ leads to white.
    """
    top = light_to_pq(np.array(PEAK))
    white_code = light_to_pq(np.array(WHITE)) / top
    knee = 1.5 * white_code - 0.5
    code = np.minimum(light_to_pq(light) / top, 1)
    t = np.maximum(code - knee, 0) / (1 - knee)
    spline = (
        (2 * t**3 - 3 * t**2 + 1) * knee
        + (t**3 - 2 * t**2 + t) * (1 - knee)
        + (3 * t**2 - 2 * t**3) * white_code
    )
    return pq_to_light(np.where(code < knee, code, spline) * top)


def tone_map(image: Image.Image, colours: Cicp) -> Image.Image:
    """Return a picture of PQ or HLG codes as sRGB; both are 8-bit RGB."""
    return image.filter(_table(colours.primaries, colours.transfer))


@cache
def _table(primaries: int, transfer: int) -> ImageFilter.Color3DLUT:
    """Return sRGB codes on a lattice of 65 x 65 x 65 HDR codes.

    The EETF is applied to the largest of red, green and blue, and all three are scaled alike: hues
    are kept, and none is pressed over white.
    """
    colours = Cicp(primaries, transfer)
    steps = np.linspace(0, 1, _NODES)
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")  # red changes fastest
    codes = np.stack([red, green, blue], -1)
    light = pq_to_light(codes) if transfer == PQ else hlg_to_light(codes)
    largest = light.max(-1, keepdims=True)
    light = light * (eetf(largest) / np.maximum(largest, 1e-9)) / WHITE
    to_srgb = np.linalg.inv(rgb_to_xyz(SRGB)) @ rgb_to_xyz(colours.chromaticities)
    encoded = encode_srgb(light @ to_srgb.T)
    return ImageFilter.Color3DLUT(_NODES, encoded.astype(np.float32).ravel())
