"""A QR code as a picture, through segno."""

from __future__ import annotations

import numpy as np

from livingstill.core.errors import InputError
from livingstill.core.model import Float32Array

_QUIET = 4
"""Modules of white around a code, as ISO/IEC 18004 asks for."""


def draw(address: str, side: int) -> Float32Array:
    """Return straight RGBA (s, s, 4) of a QR code on white, whole pixels a module, at most ``side`` pixels.

    Error correction is of level M, or better where that takes no more modules.

    Raises
    ------
    InputError
        If segno is not installed, or the address is too long for a code or for the size.
    """
    try:
        import segno
    except ImportError:
        raise InputError(
            "link needs segno for its QR code; pip install 'livingstill[listing]'"
        ) from None
    try:
        modules = segno.make(address, micro=False, error="m").matrix
    except ValueError:
        raise InputError(
            f"link is {len(address)} characters long; shorten it for its QR code"
        ) from None
    dark = np.pad(np.array([list(row) for row in modules], np.float32), _QUIET)
    scale = side // len(dark)
    if scale < 1:
        raise InputError(
            f"link {address} is too long for a QR code in so small a frame; shorten it"
        )
    white = 1 - np.kron(dark, np.ones((scale, scale), np.float32))
    shade = np.repeat(white[..., None], 3, axis=2)
    return np.concatenate([shade, np.ones_like(white)[..., None]], axis=2).astype(np.float32)
