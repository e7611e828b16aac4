"""The still as a clip frames it, and the parts of it that are laid anew."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from livingstill.core.errors import InputError
from livingstill.core.model import UInt8Array
from livingstill.io import images
from livingstill.jobs import check
from livingstill.media import clip_reader
from livingstill.quality import registration

_MOST_PARTS = 8
_LEAST_PIXELS = 64
"""Parts of a mask that are followed each by itself, the largest; and the smallest that is a part."""


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """The still at a clip's size: ``rgb`` (H, W, 3) uint8, and ``parts``, masks (H, W) uint8."""

    rgb: UInt8Array
    parts: tuple[UInt8Array, ...] = ()


def read(
    reader: clip_reader.ClipReader, still: check.Still, mask: Path | None, *, force: bool
) -> Reference:
    """Return the part of the still that the clip's first frame shows, at the frame's size.

    Raises
    ------
    InputError
        If the still is unlike the clip and not ``force``, or the mask cannot be used.
    """
    whole = None if mask is None else _mask(mask, still.rgb.shape)
    frame = _first_frame(reader)
    crop = check.locate_still(still, frame, reader.path, force, "take it all the same with --force")
    box, size = (crop.x, crop.y, crop.width, crop.height), frame.shape[1::-1]
    rgb = registration.resample_crop(still.rgb, box, size)
    if whole is None:
        return Reference(rgb)
    framed = registration.resample_crop(whole, box, size)
    parts = _parts(framed)
    if not parts:
        raise InputError(f"mask {mask} is black where the clip shows the still; paint a part white")
    return Reference(rgb, parts)


def _first_frame(reader: clip_reader.ClipReader) -> UInt8Array:
    """Return the first frame of a clip that shows something, or the first of all."""
    first = None
    for index, frame in enumerate(reader):
        first = frame.rgb if first is None else first
        if not check.is_plain(frame.rgb):
            return frame.rgb
        if index + 1 >= check.PLAIN_OPENING:
            break
    if first is None:
        raise InputError(f"clip {reader.path} has no frame; give a clip with pictures in it")
    return first


def _mask(path: Path, shape: tuple[int, ...]) -> UInt8Array:
    """Return (H, W) uint8 of a mask file.

    Raises
    ------
    InputError
        If it cannot be read, is not of the still's shape, or has no white in it.
    """
    with images.open_picture(
        path, images.bytes_of(path, "mask"), "mask", clip_reader.MAX_PIXELS
    ) as image:
        mask = np.asarray(image.convert("L"))
    height, width = shape[:2]
    if abs(mask.shape[1] / mask.shape[0] / (width / height) - 1) > 0.01:
        raise InputError(
            f"mask {path} is {mask.shape[1]}x{mask.shape[0]}; it must have the shape of the still, "
            f"{width}x{height}"
        )
    if mask.shape != (height, width):
        mask = cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(mask, np.uint8)


def _parts(mask: UInt8Array) -> tuple[UInt8Array, ...]:
    """Return the connected parts of a mask, the largest first; what is left belongs to the last."""
    count, labels, statistics, _ = cv2.connectedComponentsWithStats((mask >= 128).astype(np.uint8))
    areas = statistics[1:, cv2.CC_STAT_AREA]
    order = [int(i) + 1 for i in np.argsort(-areas, kind="stable") if areas[i] >= _LEAST_PIXELS]
    del count
    parts = []
    for label in order[:_MOST_PARTS]:
        near = cv2.dilate((labels == label).astype(np.uint8), np.ones((5, 5), np.uint8))
        parts.append(np.asarray(mask * near, np.uint8))
    return tuple(parts)
