"""Scenes with known truth: ray-cast depth, and drawn kinds of motion."""

from __future__ import annotations

from typing import NamedTuple

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


class Labelled(NamedTuple):
    """A made photo with its depth, the class masks of a network that errs, and the true kinds."""

    rgb: np.ndarray
    inverse_depth: np.ndarray
    classes: dict[str, np.ndarray]
    truth: dict[str, np.ndarray]


SCENE = (300, 480)


def _noise(seed: int, across: float, down: float) -> np.ndarray:
    """Return (300, 480) float32 noise of unit variance, smoothed by two sigmas."""
    white = np.random.default_rng(seed).standard_normal(SCENE).astype(np.float32)
    soft = cv2.GaussianBlur(white, (0, 0), sigmaX=across, sigmaY=down)
    return soft / soft.std()


def _paint(rgb: np.ndarray, where: np.ndarray, colour: tuple[int, ...], detail: np.ndarray) -> None:
    rgb[where] = (np.array(colour, np.float32) + detail[..., None])[where]


def _band(top: int, bottom: int) -> np.ndarray:
    out = np.zeros(SCENE, bool)
    out[top:bottom] = True
    return out


def _masks(parts: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: part.astype(np.uint8) * np.uint8(255) for name, part in parts.items()}


def mirror_lake() -> Labelled:
    """Return clouds over wooded hills, all upside down in a lake; the network takes none for water."""
    rgb = np.zeros((*SCENE, 3), np.float32)
    sky, line = _band(0, 150), 150
    x = np.arange(SCENE[1])
    hills = np.arange(SCENE[0])[:, None] > 80 + 25 * np.sin(x / 60)
    _paint(rgb, sky, (150, 180, 220), 18 * _noise(1, 14, 9))
    _paint(rgb, sky & hills, (50, 75, 35), 22 * _noise(2, 1.2, 1.2))
    rgb[line:] = 0.9 * cv2.GaussianBlur(rgb[:line][::-1], (0, 0), 1.0)
    depth = np.zeros(SCENE, np.float32)
    depth[hills] = 0.1
    depth[line:] = np.linspace(0.1, 1, SCENE[0] - line)[:, None]
    air = sky & ~hills
    trees = sky & hills
    classes = {"sky": air | air[::-1], "foliage": trees | trees[::-1]}
    truth = {"cloud": air, "water": ~sky, "foliage": trees}
    return Labelled(np.clip(rgb, 0, 255).astype(np.uint8), depth, _masks(classes), truth)


def fall_and_pool() -> Labelled:
    """Return a pale fall between rocks into a dark pool; the network's outline takes in rock."""
    rgb = np.zeros((*SCENE, 3), np.float32)
    fall, pool = np.zeros(SCENE, bool), _band(200, 300)
    fall[60:200, 200:260] = True
    _paint(rgb, np.ones(SCENE, bool), (70, 60, 45), 18 * _noise(1, 2, 2))
    _paint(rgb, fall, (205, 205, 205), 28 * _noise(2, 1.2, 14))
    _paint(rgb, pool, (60, 60, 60), 6 * _noise(3, 1, 1))
    outline = fall | pool
    outline[100:200, 170:290] = True
    depth = np.repeat(np.linspace(0.1, 1, SCENE[0], dtype=np.float32)[:, None], SCENE[1], 1)
    truth = {"flow": fall, "water": pool}
    return Labelled(np.clip(rgb, 0, 255).astype(np.uint8), depth, _masks({"water": outline}), truth)


def meadow() -> Labelled:
    """Return a tree and a white mast on a meadow under a plain sky; the network calls both foliage."""
    rgb = np.zeros((*SCENE, 3), np.float32)
    sky, horizon = _band(0, 110), 110
    tree, mast = np.zeros(SCENE, np.uint8), np.zeros(SCENE, np.uint8)
    cv2.ellipse(tree, (130, 120), (70, 90), 0, 0, 360, 1, -1)
    cv2.rectangle(mast, (340, 20), (346, 299), 1, -1)
    ground = ~sky & (tree == 0)
    _paint(rgb, sky, (150, 180, 220), 0 * _noise(1, 1, 1))
    _paint(rgb, ~sky, (95, 125, 50), 20 * _noise(2, 1.5, 1))
    _paint(rgb, tree > 0, (45, 75, 30), 24 * _noise(3, 1.5, 1.5))
    rgb[mast > 0] = 245
    rows = np.arange(SCENE[0], dtype=np.float32)[:, None]
    depth = np.repeat(np.clip((rows - horizon + 6) / (SCENE[0] - horizon), 0, 1), SCENE[1], 1)
    depth[sky] = 0
    depth[tree > 0] = depth[210, 0]
    green = ~sky | (tree > 0)
    truth = {"grass": ground & (mast == 0), "foliage": tree > 0}
    classes = {"sky": sky & (tree == 0) & (mast == 0), "foliage": green}
    return Labelled(np.clip(rgb, 0, 255).astype(np.uint8), depth, _masks(classes), truth)


LABELLED = {scene.__name__: scene for scene in (mirror_lake, fall_and_pool, meadow)}
"""Scenes whose kinds of motion are known, by name."""
