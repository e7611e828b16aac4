"""Is the camera obeyed? Dots are tracked on rendered frames and compared with what was asked for.

    python benchmarks/camera_obedience.py [NAME...]

The photo has soft dots on a slope from far (top) to near (bottom); each frame's dots are found
again by their centroids, to about a hundredth of a pixel. Bars: every direction right, every
amount within 5 %, the second difference of every track at most 0.1 px at 1080p.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
from livingstill import animate
from livingstill.camera.path import CAMERAS, keys
from livingstill.camera.projection import project
from livingstill.core.model import DEFAULT_FOCAL, Photo
from livingstill.render.frames import Renderer, unpack

SIZE = (1920, 1080)
FAR, NEAR = 0.1, 1.0
COLUMNS = np.linspace(0.14, 0.86, 7) * SIZE[0]
ROWS = np.linspace(0.15, 0.85, 5) * SIZE[1]
FRAMES = (*range(4), *range(30, 46), *range(68, 82))


def photo() -> Photo:
    """Return the picture of dots."""
    ys, xs = np.mgrid[: SIZE[1], : SIZE[0]].astype(np.float32)
    grey = np.full((SIZE[1], SIZE[0]), 30, np.float32)
    for x in COLUMNS:
        for y in ROWS:
            grey += 200 * np.exp(-((xs - x) ** 2 + (ys - y) ** 2) / (2 * 5.0**2))
    return Photo(np.repeat(np.round(grey).astype(np.uint8)[..., None], 3, 2))


def centroids(rgb: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Find each dot near where it was before: (n, 2) pixels, x and y."""
    grey = rgb[..., 0].astype(np.float64) - 30
    found = np.empty_like(before)
    for k, at in enumerate(before):
        x, y = (float(v) for v in at)
        for _ in range(4):
            i, j, r = round(x), round(y), 18
            part = grey[max(0, j - r) : j + r + 1, max(0, i - r) : i + r + 1]
            part = np.maximum(part - 2, 0)
            ys, xs = (
                np.indices(part.shape) + np.array([max(0, j - r), max(0, i - r)])[:, None, None]
            )
            total = part.sum()
            x, y = float((part * xs).sum() / total), float((part * ys).sum() / total)
        found[k] = x, y
    return found


def track(camera: str, depth: Path) -> tuple[dict[int, np.ndarray], float]:
    """Render a clip and follow the dots: positions by frame, and how much the frame is zoomed."""
    clip = animate(
        photo(), camera=camera, depth=str(depth), motion="none", size="1920x1080", layers=1
    )
    renderer = Renderer(clip.scene, clip.window, SIZE, "high")
    still = np.array([(x, y) for y in ROWS for x in COLUMNS])
    zoom = clip.scene.size[0] / SIZE[0] / clip.window.scale
    w = FAR + (NEAR - FAR) * (still[:, 1] + 0.5) / SIZE[1]
    guess = project(
        *((still - np.array(SIZE) / 2) / SIZE[0]).T, w, clip.camera.at(0), DEFAULT_FOCAL
    )
    now = np.stack(guess, -1) * SIZE[0] * zoom + np.array(SIZE) / 2
    found = {}
    for index in range(max(FRAMES) + 1):
        pose = clip.camera.at(clip.timeline.time(index))
        if index in FRAMES or index % 3 == 0:
            now = centroids(unpack(renderer.frame(pose)), now)
            found[index] = now.copy()
    return found, zoom


def jerk(found: dict[int, np.ndarray]) -> float:
    """Return the largest second difference over runs of frames, pixels."""
    return max(
        float(np.abs(found[i - 1] - 2 * found[i] + found[i + 1]).max())
        for i in found
        if i - 1 in found and i + 1 in found
    )


def natural(name: str) -> float:
    """Return the size a move has unless told otherwise, in its own unit."""
    asked = {key: default for key, default, _, _ in keys(name)}
    return next(float(str(asked[key])) for key in ("parallax", "angle", "magnify") if key in asked)


def measured(name: str, found: dict[int, np.ndarray], zoom: float) -> tuple[float, float, str]:
    """Return the amount measured and asked for, signed as asked, and its unit."""
    start, end = found[0], found[75]
    width, focal = SIZE[0], DEFAULT_FOCAL * zoom
    shape = (len(ROWS), len(COLUMNS), 2)
    start, end = start.reshape(shape), end.reshape(shape)
    middle = len(COLUMNS) // 2
    way = (end - start)[:, middle] / width
    near_w = FAR + (NEAR - FAR) * (ROWS + 0.5) / SIZE[1]
    slope = np.polyfit(near_w, way, 1)[0] * (0.982 - 0.118)  # between near and far percentiles
    signs = {"right": -1, "left": 1, "up": 1, "down": -1}
    side = name.rpartition("-")[2]
    if name.startswith(("truck", "pedestal")):
        return (
            100 * slope[0 if name.startswith("truck") else 1] * signs[side],
            natural(name),
            "% parallax",
        )
    if name.startswith(("pan", "tilt")):
        axis = 0 if name.startswith("pan") else 1
        row = len(ROWS) // 2
        at = (np.array([start[row, middle], end[row, middle]]) - np.array(SIZE) / 2)[
            :, axis
        ] / width
        turned = np.degrees(np.arctan(at[1] / focal) - np.arctan(at[0] / focal))
        return float(turned) * signs[side], natural(name), "degrees"
    spread = [np.ptp(frame[:, :, 0], axis=1) for frame in (start, end)]
    grown = spread[1] / spread[0]
    at_middle = float(np.interp(0.55, near_w, grown))
    if name in ("push-in", "pull-out"):
        at_middle = at_middle if name == "push-in" else 1 / at_middle
        return 100 * (at_middle - 1), natural(name), "% larger"
    if name in ("zoom-in", "zoom-out", "ken-burns"):
        value = at_middle if name != "zoom-out" else 1 / at_middle
        return 100 * (value - 1), natural(name), "% larger"
    if name.startswith("roll"):
        vector = [frame[2, -1] - frame[2, 0] for frame in (start, end)]
        angles = [np.degrees(np.arctan2(v[1], v[0])) for v in vector]
        return (
            float(angles[1] - angles[0]) * (1 if side == "right" else -1),
            natural(name),
            "degrees",
        )
    return float("nan"), float("nan"), ""


def main() -> int:
    """Print a table; return 1 if a bar is missed."""
    names = sys.argv[1:] or [name for name in CAMERAS if name not in ("rack-focus", "sliders")]
    slope = FAR + (NEAR - FAR) * (np.arange(SIZE[1], dtype=np.float32) + 0.5) / SIZE[1]
    missed = 0
    print(f"{'move':14} {'measured':>9} {'asked':>7} {'unit':11} {'error':>7} {'2nd diff':>9}")
    with tempfile.TemporaryDirectory() as folder:
        depth = Path(folder) / "depth.npy"
        np.save(depth, np.repeat(slope[:, None], SIZE[0], 1))
        for name in names:
            found, zoom = track(name, depth)
            have, want, unit = measured(name, found, zoom)
            shake = jerk(found)
            error = abs(have / want - 1) if unit else 0.0
            missed += error > 0.05 or shake > 0.1
            told = f"{have:9.3f} {want:7.2f} {unit:11} {error:7.2%}" if unit else " " * 37
            print(f"{name:14} {told} {shake:9.3f}", flush=True)
    return int(missed > 0)


if __name__ == "__main__":
    cv2.setNumThreads(1)
    sys.exit(main())
