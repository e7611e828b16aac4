"""Letterbox: bars, or the blurred photo, around a picture that does not fill its frame."""

from __future__ import annotations

import numpy as np

from livingstill.core.model import PackedRGBA, UInt8Array
from livingstill.imaging import exact

_BLUR = 0.03
_DIM = 0.7


class Letterbox:
    """Places pictures at ``box`` (left, top, width, height) of a frame of ``size`` (width, height).

    ``fit`` is pad (black around it) or blur (``rgb``, cropped to the frame, blurred and dimmed).
    """

    def __init__(
        self, rgb: UInt8Array, size: tuple[int, int], box: tuple[int, int, int, int], fit: str
    ) -> None:
        width, height = size
        rgba = np.zeros((height, width, 4), np.uint8)
        rgba[..., 3] = 255
        if fit == "blur":
            rgba[..., :3] = _blurred_photo(rgb, size)
        self._frames = [rgba.view(np.uint32)[..., 0].copy() for _ in range(2)]
        self._box = box
        self._buffer = 0

    def compose(self, picture: PackedRGBA) -> PackedRGBA:
        """Return the frame with ``picture`` in its box; overwritten by the call after the next."""
        left, top, width, height = self._box
        self._buffer = 1 - self._buffer
        frame = self._frames[self._buffer]
        frame[top : top + height, left : left + width] = picture
        return frame


def _blurred_photo(rgb: UInt8Array, size: tuple[int, int]) -> UInt8Array:
    """Return (height, width, 3) uint8: the photo cropped to the frame, blurred and dimmed."""
    width, height = size
    rows, columns = rgb.shape[:2]
    scale = max(width / columns, height / rows)
    part_w, part_h = max(1, round(width / scale)), max(1, round(height / scale))
    left, top = (columns - part_w) // 2, (rows - part_h) // 2
    part = rgb[top : top + part_h, left : left + part_w]
    small = exact.resize_area(part, (max(1, width // 4), max(1, height // 4)))
    soft = exact.gaussian_blur(small, _BLUR * max(small.shape))
    full = exact.resize_cubic(soft, size)
    return np.asarray(full * np.float32(_DIM), np.uint8)
