"""Small clips for the tests of encoding and decoding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from livingstill.core.model import PackedRGBA
from livingstill.media.formats import choose
from livingstill.media.write.encoder import Encoder

SIZE = (98, 66)
FRAMES = 13


def packed(rgba: np.ndarray) -> PackedRGBA:
    return np.ascontiguousarray(rgba).view(np.uint32)[..., 0]


def drifting(size: tuple[int, int] = SIZE, count: int = FRAMES) -> Iterator[np.ndarray]:
    """Smooth colours that drift to the right, (h, w, 4) uint8."""
    width, height = size
    y, x = np.mgrid[:height, :width] * 2 * np.pi / np.array([height, width]).reshape(2, 1, 1)
    waves = [np.cos(x - 2 * y), np.sin(2 * x + y), np.cos(2 * y), np.ones_like(x)]
    base = (127 + 100 * np.stack(waves, axis=-1)).astype(np.uint8)
    base[..., 3] = 255
    return (np.roll(base, index, axis=1) for index in range(count))


def churning(size: tuple[int, int], count: int) -> Iterator[np.ndarray]:
    """Grain that moves to and fro, rows each in their own way, (h, w, 4) uint8."""
    width, height = size
    grain = np.random.default_rng(0).integers(0, 255, (height // 4 + 1, width // 4 + 1, 4))
    base = np.kron(grain, np.ones((4, 4, 1)))[:height, :width].astype(np.uint8)
    base[..., 3] = 255
    for index in range(count):
        shifts = np.rint(9 * np.sin(index / 5 + np.arange(height) / 20)).astype(int)
        yield np.stack([np.roll(row, shift, axis=0) for row, shift in zip(base, shifts)])


def written(path: Path, frames: Iterable[np.ndarray] | None = None, fps: Fraction = Fraction(30),
          **settings: object) -> Path:  # fmt: skip
    pictures = list(frames or drifting())
    size = pictures[0].shape[1::-1]
    with Encoder(path, size, fps, choose(str(path), **settings), overwrite=True) as encoder:
        for picture in pictures:
            encoder.write(packed(picture))
    return path


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / max(np.mean((a.astype(float) - b) ** 2), 1e-9)))
