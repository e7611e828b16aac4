"""Moving scenes with known loops, for the tests of `loop` and `hold`."""

from __future__ import annotations

import cv2
import faults
import numpy as np

SIZE = (96, 160)


def scene(x: float, y: float = 0.0, radius: float = 14.0) -> np.ndarray:
    """Return (96, 160, 3) uint8: a bright textured disc before a still textured wall."""
    wall, disc = faults.texture(*SIZE, 3), faults.texture(64, 64, 9)
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]].astype(np.float32)
    dx, dy = columns - np.float32(80 + x), rows - np.float32(48 + y)
    matte = np.clip(radius - np.hypot(dx, dy), 0, 1)[..., None]
    look = cv2.remap(disc, 32 + dx, 32 + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    lit = np.clip(look.astype(np.float32) * 0.7 + 70, 0, 255)
    return (wall * (1 - matte) + lit * matte + 0.5).astype(np.uint8)


def circling(count: int, period: int, start: float = 0.0) -> list[np.ndarray]:
    """Return frames of a disc that goes round once in ``period`` frames."""
    angles = 2 * np.pi * (np.arange(count) + start) / period
    return [scene(40 * np.cos(a), 24 * np.sin(a)) for a in angles]


def swinging(count: int, period: int) -> list[np.ndarray]:
    """Return frames of a disc that swings: it is everywhere twice, but goes the other way."""
    return [scene(44 * np.sin(2 * np.pi * i / period)) for i in range(count)]


def panning(count: int, pixels: float, zoom: float = 0.0) -> list[np.ndarray]:
    """Return frames of a camera that moves so many pixels, and magnifies by ``zoom``, per frame."""
    wide = faults.texture(240, 900, 5)
    frames = []
    for index in range(count):
        scale = 1 / (1 + zoom * index)
        matrix = np.float32(
            [[scale, 0, 300 + pixels * index - 80 * scale], [0, scale, 120 - 48 * scale]]
        )
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        frames.append(cv2.warpAffine(wide, matrix, SIZE[::-1], flags=flags))
    return frames
