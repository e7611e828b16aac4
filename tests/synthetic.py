"""Scenes with known truth, ray-cast exactly."""

from __future__ import annotations

import cv2
import numpy as np


def texture(seed: int, size: int = 512) -> np.ndarray:
    """Return a (size, size, 3) float32 pattern of many scales that tiles, 20..235."""
    rng = np.random.default_rng(seed)
    total = np.zeros((size, size, 3), np.float32)
    for cells, weight in ((4, 1.0), (16, 0.7), (64, 0.5), (256, 0.25)):
        noise = rng.normal(size=(cells, cells, 3)).astype(np.float32)
        tiled = np.tile(noise, (3, 3, 1))
        big = cv2.resize(tiled, (3 * size, 3 * size), interpolation=cv2.INTER_CUBIC)
        total += weight * big[size : 2 * size, size : 2 * size]
    tint = rng.uniform(60, 190, 3).astype(np.float32)
    return np.clip(tint + 28 * total, 20, 235)


def _look_up(pattern: np.ndarray, u: np.ndarray, v: np.ndarray, scale: float) -> np.ndarray:
    size = pattern.shape[0]
    x = ((u * scale) % 1 * size).astype(np.float32)
    y = ((v * scale) % 1 * size).astype(np.float32)
    return cv2.remap(pattern, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)


def cast(
    width: int = 480, height: int = 320, eye: tuple[float, float, float] = (0, 0, 0), fine: int = 2
) -> tuple[np.ndarray, np.ndarray]:
    """Return (H, W, 3) uint8 and the distance along the axis (H, W) float32 seen from ``eye``.

    Focal length is 0.95 frame widths. A back wall, a floor, a slanted card, three spheres and two
    thin poles, all textured; the colour is the mean of ``fine`` x ``fine`` rays, the distance
    that of the middle one.
    """
    focal = 0.95 * width

    def shoot(dx: float, dy: float) -> tuple[np.ndarray, np.ndarray]:
        y, x = np.indices((height, width)).astype(np.float64)
        rx = (x + dx - (width - 1) / 2) / focal
        ry = (y + dy - (height - 1) / 2) / focal
        best = np.full((height, width), np.inf)
        colour = np.zeros((height, width, 3), np.float32)

        def show(
            z: np.ndarray, ok: np.ndarray, u: np.ndarray, v: np.ndarray, seed: int, scale: float
        ) -> None:
            nonlocal best
            ok = ok & (z > 0.1) & (z < best)
            colour[ok] = _look_up(texture(seed), u, v, scale)[ok]
            best = np.where(ok, z, best)

        ex, ey, ez = eye
        everywhere = np.ones((height, width), bool)
        z = np.full_like(rx, 8.0 - ez)
        show(z, everywhere, ex + rx * z, ey + ry * z, 1, 0.15)
        with np.errstate(divide="ignore", invalid="ignore"):
            z = (1.1 - ey) / ry
            show(np.where(ry > 0, z, np.inf), ry > 0, ex + rx * z, ez + z, 2, 0.25)
            # card: z = 3.2 + 0.8 (x + 0.6), |x + 0.6| < 0.5, -0.7 < y < 0.5
            z = (3.2 + 0.8 * (ex + 0.6) - ez) / (1 - 0.8 * rx)
            u, v = ex + rx * z, ey + ry * z
            show(z, (np.abs(u + 0.6) < 0.5) & (v > -0.7) & (v < 0.5), u, v, 3, 0.6)
        for n, (cx, cy, cz, radius) in enumerate(
            ((0.75, 0.45, 2.6, 0.45), (0.2, -0.3, 4.5, 0.5), (-1.6, 0.6, 4.0, 0.5))
        ):
            px, py, pz = ex - cx, ey - cy, ez - cz
            a = rx * rx + ry * ry + 1
            b = px * rx + py * ry + pz
            root = b * b - a * (px * px + py * py + pz * pz - radius * radius)
            z = (-b - np.sqrt(np.maximum(root, 0))) / a
            u, v = ex + rx * z - cx, ey + ry * z - cy
            show(z, root > 0, u, v, 4 + n, 0.8)
        for n, (cx, cz, radius) in enumerate(((0.05, 2.0, 0.012), (-0.95, 2.4, 0.02))):
            px, pz = ex - cx, ez - cz
            a = rx * rx + 1
            b = px * rx + pz
            root = b * b - a * (px * px + pz * pz - radius * radius)
            z = (-b - np.sqrt(np.maximum(root, 0))) / a
            show(z, root > 0, 20 * (ex + rx * z), ey + ry * z, 7 + n, 0.5)
        return colour, best.astype(np.float32)

    offsets = (np.arange(fine) + 0.5) / fine - 0.5
    mean = sum(shoot(dx, dy)[0] for dx in offsets for dy in offsets) / fine**2
    return np.asarray(mean).round().astype(np.uint8), shoot(0, 0)[1]


def stereo_pair(
    width: int = 480, height: int = 320, share: float = 0.06
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return left, right and the left's disparity; the nearest point moves ``share`` of the width."""
    left, distance = cast(width, height)
    focal = 0.95 * width
    base = share * width * float(distance.min()) / focal
    right, _ = cast(width, height, (base, 0, 0))
    return left, right, (focal * base / distance).astype(np.float32)
