"""ICC profiles: made from primaries and a curve, applied, and compared with sRGB by what they do."""

from __future__ import annotations

import io
import struct

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from livingstill.photo.cicp import Primaries

_MAX_DIFFERENCE = 2
"""Levels of 255 that a conversion may change any colour by for its profile to be sRGB."""

_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
_D50 = np.array([0.9642, 1.0, 0.8249])


def rgb_to_xyz(primaries: Primaries) -> NDArray[np.float64]:
    """Return the matrix (3, 3) from linear RGB to XYZ, where white has Y = 1.

    Raises
    ------
    ValueError
        If the primaries span no triangle around white.
    """
    xy = np.asarray(primaries, np.float64).reshape(4, 2)
    if not np.isfinite(xy).all() or (xy[:, 1] <= 0).any():
        raise ValueError("primaries must have y above 0")
    xyz = np.stack([xy[:, 0], xy[:, 1], 1 - xy.sum(1)]) / xy[:, 1]
    corners = xyz[:, 1:]
    if abs(np.linalg.det(corners)) < 1e-3:
        raise ValueError("primaries must span a triangle")
    weights = np.linalg.solve(corners, xyz[:, 0])
    if (weights <= 0).any():
        raise ValueError("white must lie within the primaries")
    matrix: NDArray[np.float64] = corners * weights
    return matrix


def make_profile(primaries: Primaries, gamma: float | None) -> bytes:
    """Return an ICC profile (version 4) of linear primaries and a curve; gamma None = sRGB's curve.

    Raises
    ------
    ValueError
        If these make no colours.
    """
    to_xyz = rgb_to_xyz(primaries)
    white = to_xyz.sum(1)
    scale = np.diag((_BRADFORD @ _D50) / (_BRADFORD @ white))
    adapted = np.linalg.inv(_BRADFORD) @ scale @ _BRADFORD @ to_xyz

    def fixed(*values: float) -> bytes:
        return struct.pack(f">{len(values)}i", *(round(v * 65536) for v in values))

    curve = (
        b"para" + struct.pack(">IHH", 0, 3, 0) + fixed(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
        if gamma is None
        else b"para" + struct.pack(">IHH", 0, 0, 0) + fixed(gamma)
    )  # fmt: skip
    tags = [(b"wtpt", b"XYZ \0\0\0\0" + fixed(*_D50))]
    for letter, column in zip((b"r", b"g", b"b"), adapted.T):
        tags.append((letter + b"XYZ", b"XYZ \0\0\0\0" + fixed(*column)))
        tags.append((letter + b"TRC", curve))
    table, body = b"", b""
    start = 128 + 4 + 12 * len(tags)
    for name, value in tags:
        table += struct.pack(">4sII", name, start + len(body), len(value))
        body += value
    header = struct.pack(
        ">I4sI4s4s4s12s4s4sIIIQI12s48s",
        start + len(body), b"", 0x04300000, b"mntr", b"RGB ", b"XYZ ", b"", b"acsp",
        b"", 0, 0, 0, 0, 0, fixed(*_D50), b"",
    )  # fmt: skip
    return header + struct.pack(">I", len(tags)) + table + body


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image | None:
    """Return ``image`` converted by a profile (None: Lab) to sRGB; None if it is sRGB already.

    A profile is sRGB if it changes no colour of a lattice by more than 2 levels, whatever its name.

    Raises
    ------
    Exception
        Of any kind, if the profile does not work or is not for such pictures.
    """
    source = ImageCms.ImageCmsProfile(
        io.BytesIO(profile) if profile else ImageCms.createProfile("LAB")
    )
    if image.mode == "L" and source.profile.xcolor_space.strip() == "RGB":
        image = image.convert("RGB")
    transform = ImageCms.buildTransform(
        source,
        ImageCms.createProfile("sRGB"),
        image.mode,
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    if image.mode == "RGB":
        probe = _probe()
        applied = ImageCms.applyTransform(probe, transform)
        if applied is not None:
            change = np.abs(np.asarray(applied, np.int16) - np.asarray(probe, np.int16))
            if change.max() <= _MAX_DIFFERENCE:
                return None
    converted = ImageCms.applyTransform(image, transform)
    if converted is None:
        raise ValueError("no picture")
    return converted


def description(profile: bytes | None) -> str:
    """Return what a profile calls itself, on one short line."""
    if not profile:
        return "Lab"
    try:
        name = ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(profile)))
    except Exception:  # any byte may be wrong in a profile
        name = ""
    name = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    return name[:80] or "the embedded profile"


def _probe() -> Image.Image:
    """Return a picture of every grey, and of a lattice of 9 x 9 x 9 colours."""
    greys = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, 1)
    steps = np.linspace(0, 255, 9).round().astype(np.uint8)
    lattice = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), -1).reshape(-1, 3)
    return Image.fromarray(np.concatenate([greys, lattice])[None])
