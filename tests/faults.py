"""Clips with known truth, and ways to spoil them: each fault tells which frames it touched."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Clip = list[NDArray[np.uint8]]


def grain(
    shape: tuple[int, ...], rng: np.random.Generator, sigma: float = 2.0, size: float = 3.0
) -> NDArray[np.float32]:
    """Return Gaussian noise of ``sigma`` levels whose grain is ``size`` pixels wide."""
    noise = rng.standard_normal(shape).astype(np.float32)
    blurred = cv2.GaussianBlur(noise, (0, 0), size / 2.355)
    return blurred * (sigma / blurred.std())


def texture(height: int, width: int, seed: int = 0) -> NDArray[np.uint8]:
    """Return a colourful (H, W, 3) picture with detail at every scale."""
    rng = np.random.default_rng(seed)
    picture = np.zeros((height, width, 3), np.float32)
    for octave in range(1, 7):
        coarse = rng.standard_normal((2**octave + 1, 2**octave + 1, 3)).astype(np.float32)
        picture += cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC) / octave
    picture += 0.15 * rng.standard_normal(picture.shape).astype(np.float32)
    return np.clip(128 + 45 * picture / picture.std(), 0, 255).astype(np.uint8)


def swaying(
    photo: NDArray[np.uint8], frames: int = 48, pixels: float = 3.0, fps: float = 24.0
) -> Clip:
    """Return a seamless loop in which the middle of ``photo`` sways and the rest stands still."""
    height, width = photo.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    mask = np.exp(-(((x / width - 0.5) / 0.2) ** 2 + ((y / height - 0.5) / 0.2) ** 2)) * pixels
    seconds = frames / fps
    cycles = [max(1, round(f * seconds)) for f in (0.5, 1.0, 2.0)]
    clip = []
    for t in range(frames):
        wave = sum(
            np.sin(2 * np.pi * (c * t / frames + x / width * (j + 1) + 0.3 * j)) / (j + 1)
            for j, c in enumerate(cycles)
        )
        clip.append(
            cv2.remap(
                photo,
                (x + mask * wave).astype(np.float32),
                (y + 0.4 * mask * np.roll(wave, 7, 0)).astype(np.float32),
                cv2.INTER_CUBIC,
                borderMode=cv2.BORDER_REFLECT_101,
            )
        )
    return clip


def pushing(photo: NDArray[np.uint8], frames: int = 48, zoom: float = 1.12) -> Clip:
    """Return an eased push-in on ``photo`` by ``zoom``."""
    height, width = photo.shape[:2]
    clip = []
    for t in range(frames):
        phase = t / max(1, frames - 1)
        scale = 1.02 + (zoom - 1) * phase * phase * (3 - 2 * phase)
        matrix = np.float32(
            [[scale, 0, (1 - scale) * width / 2], [0, scale, (1 - scale) * height / 2]]
        )
        clip.append(cv2.warpAffine(photo, matrix, (width, height), flags=cv2.INTER_CUBIC))
    return clip


def packed(rgb: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Return (H, W, 3) bytes as (H, W) words, opaque."""
    return np.ascontiguousarray(np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8)])).view(
        np.uint32
    )[..., 0]


def unpacked(words: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Return the (H, W, 3) bytes of packed words."""
    return np.ascontiguousarray(words)[..., None].view(np.uint8)[..., :3]
