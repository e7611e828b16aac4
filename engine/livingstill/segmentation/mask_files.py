"""Regions to and from files: grey pictures, white = belongs."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from livingstill.core.errors import InputError
from livingstill.core.model import Region, UInt8Array
from livingstill.imaging.exact import resize_area, resize_linear
from livingstill.io import files
from livingstill.io.images import bytes_of, open_picture

_MAX_PIXELS = 200_000_000


def read(path: Path, size: tuple[int, int]) -> UInt8Array:
    """Return the mask in a grey picture for a photo of ``size`` (width, height), (H, W) uint8.

    Raises
    ------
    InputError
        If the file is no picture, or has another shape than the photo.
    """
    with open_picture(path, bytes_of(path, "mask"), "mask", _MAX_PIXELS) as image:
        if image.mode.startswith("I"):
            mask = (
                (np.asarray(image).astype(np.float32) / 257).round().clip(0, 255).astype(np.uint8)
            )
        else:
            mask = np.asarray(image.convert("L"))
    height, width = mask.shape
    if abs(width / height / (size[0] / size[1]) - 1) > 0.02:
        raise InputError(
            f"mask {path} is {width}x{height}; it must have the shape of the photo, {size[0]}x{size[1]}"
        )
    shrinks = width > size[0]
    resize = resize_area if shrinks else resize_linear
    return np.asarray(mask if (width, height) == size else resize(mask, size), np.uint8)


def write(folder: Path, regions: tuple[Region, ...], overwrite: bool) -> list[Path]:
    """Write one 8-bit PNG per kind into ``folder``, made if missing; return their paths."""
    masks: dict[str, UInt8Array] = {}
    for region in regions:
        before = masks.get(region.label)
        masks[region.label] = region.mask if before is None else np.maximum(before, region.mask)
    with files.folder(folder, overwrite) as part:
        for kind, mask in masks.items():
            files.write_png(part / f"{kind}.png", mask)
    return [folder / f"{kind}.png" for kind in masks]
