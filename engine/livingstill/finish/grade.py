"""Exposure, white balance, a LUT and saturation, folded into one table of all colours."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, PackedRGBA
from livingstill.core.threads import over_bands
from livingstill.finish import lut as cube
from livingstill.imaging.srgb import decode_srgb, encode_srgb
from livingstill.kernels import colour as kernels
from livingstill.settings.shot import Shot

NEUTRAL = 6500.0
"""Kelvin at which white stays white."""

_TINT_STOPS = 0.35
"""Stops by which green falls at a tint of 1, and rises at -1."""


def table(shot: Shot) -> PackedRGBA | None:
    """Return the graded colour of each of the 2^24 colours, (2^24,) uint32; None for the identity.

    One look-up per pixel then costs the same whatever is folded in: the 64 MiB are made once, in
    a fraction of a second. The order is exposure, white balance and midtones in linear light, the
    LUT, and saturation last, so that 0 is grey whatever the LUT.

    Raises
    ------
    InputError
        If the LUT cannot be read.
    """
    gains = 2.0**shot.exposure * white_balance(shot.temperature, shot.tint)
    if shot.lut is None and shot.saturation == 1 and (gains == 1).all() and not shot.midtones:
        return None
    levels = np.linspace(0, 1, 256)
    graded = [_apply_midtones(_apply_gain(levels, gain), shot.midtones) for gain in gains]
    curves = np.stack(graded).astype(np.float32)
    lut = cube.read(shot.lut) if shot.lut is not None else None
    strength = shot.lut_strength
    if lut is not None and lut.curves is not None:
        mapped = np.stack([_apply_curve(lut, curves[c], c) for c in range(3)])
        curves = (curves + np.float32(strength) * (mapped - curves)).astype(np.float32)
    lattice = lut.lattice if lut is not None else None
    domain = lut.lattice_domain if lut is not None else np.array([[0] * 3, [1] * 3], np.float32)
    out = np.empty(1 << 24, np.uint32)
    over_bands(
        partial(
            _bands, curves, lattice, domain[0], domain[1], strength, shot.saturation, out
        ),
        1 << 16,
    )  # fmt: skip
    return out


def _apply_gain(levels: NDArray[np.float64], gain: float) -> NDArray[np.float64]:
    """Return sRGB levels times ``gain`` in linear light, in steps of 2^-20 so that machines agree."""
    return (
        levels if gain == 1 else np.round(encode_srgb(decode_srgb(levels) * gain) * 2**20) / 2**20
    )


def _apply_midtones(levels: NDArray[np.float64], stops: float) -> NDArray[np.float64]:
    """Return sRGB levels through ``raise_midtones``, in steps of 2^-20 so that machines agree."""
    if not stops:
        return levels
    return np.round(encode_srgb(raise_midtones(decode_srgb(levels), stops)) * 2**20) / 2**20


def raise_midtones(light: NDArray[np.float64], stops: float) -> NDArray[np.float64]:
    """Return linear light, 0..1, gained by ``stops`` in the shadows, less above, and not at white.

    The Moebius curve k x / (1 + (k - 1) x): monotone, 0 and 1 stay, and its inverse is that of 1 / k.

    >>> raise_midtones(np.array([0, 0.01, 0.2, 1]), 1.0).round(3).tolist()
    [0.0, 0.02, 0.333, 1.0]
    """
    gain = 2.0**stops
    return np.asarray(gain * light / (1 + (gain - 1) * light))


def _bands(*arguments: object) -> None:
    kernels.tabulate(*arguments)  # type: ignore[arg-type]


def _apply_curve(lut: cube.Lut, values: Float32Array, channel: int) -> Float32Array:
    assert lut.curves is not None
    low, high = lut.curve_domain[:, channel]
    nodes = np.linspace(low, high, len(lut.curves))
    return np.interp(values, nodes, lut.curves[:, channel]).astype(np.float32)


def white_balance(temperature: float, tint: float = 0.0) -> NDArray[np.float64]:
    """Return gains of red, green and blue, in linear light, that keep the luminance of white.

    They make neutral what light of ``temperature`` kelvin tinted, as raw developers do: more
    kelvin, a warmer picture. The light's colour is that of a black body (the cubic fit of Kim et
    al., US patent 7024034), relative to the fit's own at 6500 K.

    >>> white_balance(6500).tolist()
    [1.0, 1.0, 1.0]
    >>> red, green, blue = white_balance(9000)
    >>> bool(red > 1 > blue)
    True
    """
    if temperature == NEUTRAL and tint == 0:
        return np.ones(3)
    gains = _black_body(NEUTRAL) / _black_body(temperature)
    gains *= np.array([1, 2.0 ** (-_TINT_STOPS * tint), 1])
    return np.asarray(gains / (np.array([0.2126, 0.7152, 0.0722]) @ gains))


def _black_body(kelvin: float) -> NDArray[np.float64]:
    """Return the linear sRGB colour of a black body of luminance 1, 1667 to 25000 K."""
    t = 1e3 / kelvin
    if kelvin <= 4000:
        x = -0.2661239 * t**3 - 0.2343589 * t**2 + 0.8776956 * t + 0.179910
    else:
        x = -3.0258469 * t**3 + 2.1070379 * t**2 + 0.2226347 * t + 0.240390
    if kelvin <= 2222:
        y = -1.1063814 * x**3 - 1.34811020 * x**2 + 2.18555832 * x - 0.20219683
    elif kelvin <= 4000:
        y = -0.9549476 * x**3 - 1.37418593 * x**2 + 2.09137015 * x - 0.16748867
    else:
        y = 3.0817580 * x**3 - 5.87338670 * x**2 + 3.75112997 * x - 0.37001483
    to_rgb = np.array(
        [[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]]
    )
    rgb = to_rgb @ np.array([x / y, 1.0, (1 - x - y) / y])
    return np.asarray(np.maximum(rgb, 0.02))
