"""The views of a stereo picture put together in one frame: pairs, anaglyph, quilt."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from livingstill.core.arrays import read_only
from livingstill.core.model import Float32Array, PackedRGBA, UInt8Array
from livingstill.core.threads import over_bands
from livingstill.imaging.srgb import decode_srgb, encode_srgb
from livingstill.kernels import anaglyph as kernels
from livingstill.settings.values import views

_LEAST_SQUARES = np.array(
    [
        [0.437, 0.449, 0.164, -0.011, -0.032, -0.007],
        [-0.062, -0.062, -0.024, 0.377, 0.761, 0.009],
        [-0.048, -0.050, -0.017, -0.026, -0.093, 1.234],
    ],
    np.float32,
)
"""Light of an anaglyph from that of the left and of the right view, for red-cyan glasses.

Dubois, "Conversion of a stereo pair to anaglyph with the least-squares projection method", 2009.
"""

_LEVELS = 4096


def frame_size(layout: str, size: tuple[int, int]) -> tuple[int, int]:
    """Return width and height of the frame that holds views of ``size``.

    >>> frame_size("sbs", (640, 360)), frame_size("half-sbs", (640, 360)), frame_size("quilt", (10, 10))
    ((1280, 360), (640, 360), (80, 60))
    """
    across, down = views(layout)
    return size[0] * across, size[1] * down


class StereoLayout:
    """Puts views, left to right, into one frame; the frame is overwritten by the next but one."""

    def __init__(self, layout: str, size: tuple[int, int]) -> None:
        width, height = frame_size(layout, size)
        self._layout, self._size = layout, size
        self._out = [np.empty((height, width), np.uint32) for _ in range(2)]
        self._transfer = _transfer() if layout == "anaglyph" else None

    def compose(self, frames: Sequence[PackedRGBA]) -> PackedRGBA:
        """Return the frame of (h, w) uint32 views, in the order of ``StereoRig.offsets``.

        A quilt begins with the leftmost view at its lower left, row by row upwards.
        """
        self._out.reverse()
        out = self._out[0]
        if self._transfer is not None:
            left, right = (read_only(frame) for frame in frames)
            light, levels = (read_only(table) for table in self._transfer)
            matrix = read_only(_LEAST_SQUARES)
            work = partial(kernels.anaglyph, left, right, light, matrix, levels, out)
            over_bands(work, out.shape[0])
        elif self._layout == "half-sbs":
            middle = out.shape[1] // 2
            for place, frame in zip((out[:, :middle], out[:, middle:]), frames, strict=True):
                place[:] = _half_width(frame)
        else:
            self._place(frames, out)
        return out

    def _place(self, frames: Sequence[PackedRGBA], out: PackedRGBA) -> None:
        """Place views at their full size: a pair from above, a quilt from below."""
        (width, height), (across, down) = self._size, views(self._layout)
        for n, frame in enumerate(frames):
            row, column = divmod(n, across)
            row = row if self._layout == "top-bottom" else down - 1 - row
            top, left = row * height, column * width
            out[top : top + height, left : left + width] = frame


def _half_width(frame: PackedRGBA) -> PackedRGBA:
    """Return a view squeezed to half its width, (h, w) to (h, w // 2): the mean of two pixels."""
    height, width = frame.shape
    pairs = np.ascontiguousarray(frame).view(np.uint8).reshape(height, width // 2, 2, 4)
    mean = (pairs[:, :, 0].astype(np.uint16) + pairs[:, :, 1] + 1) >> 1
    return mean.astype(np.uint8).view(np.uint32)[..., 0]


def _transfer() -> tuple[Float32Array, UInt8Array]:
    """Return the light of every level, and the level of light in steps of 1 / 4095 (sRGB).

    Light is rounded to 20 bits: the last bits of a power differ between machines.
    """
    light = np.rint(decode_srgb(np.arange(256) / 255) * 2**20) / 2**20
    curve = encode_srgb(np.arange(_LEVELS) / (_LEVELS - 1))
    return light.astype(np.float32), np.rint(255 * curve).astype(np.uint8)
