"""Do walls stay straight? Lines of rooms, in frames rendered by the listing preset.

    python benchmarks/straight_lines.py PHOTO...

Straight lines are found in each photo (LSD). Nine points of each are tracked from the photo at
rest into five frames of the clip, 1920 x 1080 (Lucas and Kanade, 1981, there and back), and their
largest distance from the line through them is told in pixels: how far the line bends as it is
seen. Lines so faint that the texture beside them is followed instead are not judged. Beside it
what the camera's choice rests on, the bending that depth and path predict.
Bar: every line of a room bends at most 1 px.
"""

from __future__ import annotations

import sys

import cv2
import numpy as np
from livingstill import Clip, animate
from livingstill.camera import auto
from livingstill.camera.view import CameraView
from livingstill.core.model import Pose
from livingstill.depth import alignment
from livingstill.jobs.batch.presets import PRESETS
from livingstill.photo.lines import detect_lines
from livingstill.render.frames import Renderer, unpack

POINTS = np.linspace(0.06, 0.94, 9)
MIN_AMOUNT = 6
"""A line is judged if so many of its points are found again."""

FAINT = 4.0
"""Root mean square slope across a line, levels per pixel, from which on the line itself is followed."""

LOST = 8.0
"""A point so far from its line was taken for another one."""

WINDOW = 21


def tracked(clip: Clip, lines: np.ndarray) -> np.ndarray:
    """Return how far each line that is found again bends in rendered frames, pixels."""
    width, height = clip.framing.size
    renderer = Renderer(clip.scene, clip.window, clip.framing.size, clip.shot.quality)
    still = grey(renderer, Pose())
    tall, wide = clip.depth.values.shape
    x = (lines[:, :1] + POINTS * (lines[:, 2:3] - lines[:, :1])) * wide - 0.5
    y = (lines[:, 1:2] + POINTS * (lines[:, 3:4] - lines[:, 1:2])) * tall - 0.5
    x = (x - clip.window.x) / clip.window.scale + (width - 1) / 2
    y = (y - clip.window.y) / clip.window.scale + (height - 1) / 2
    inside = ((x > 10) & (x < width - 10) & (y > 10) & (y < height - 10)).all(1)
    start = np.stack([x[inside], y[inside]], -1).astype(np.float32)
    way = start[:, -1] - start[:, 0]
    along = way / np.linalg.norm(way, axis=1, keepdims=True)
    across = np.stack([along[:, 1], -along[:, 0]], -1)
    clear = slope(still, start, across) > FAINT
    worst = np.full(len(start), np.nan)
    for time in np.linspace(0, 1, 5):
        frame = grey(renderer, clip.camera.at(float(time)))
        there, sure, error = follow(still, frame, start)
        back, _, _ = follow(frame, still, there)
        missed = np.abs(((back - start) * across[:, None]).sum(-1))
        good = clear & sure & (missed < 0.3) & (error < 12)
        for i in np.flatnonzero(good.sum(1) >= MIN_AMOUNT):
            at = there[i][good[i]].astype(np.float64)
            off = away(at, across[i], along[i])
            while off.max() > LOST and len(at) > MIN_AMOUNT:
                at = np.delete(at, off.argmax(), 0)
                off = away(at, across[i], along[i])
            worst[i] = np.fmax(worst[i], off.max() if off.max() < LOST else np.nan)
    return worst[np.isfinite(worst)]


def away(at: np.ndarray, across: np.ndarray, along: np.ndarray) -> np.ndarray:
    """Return how far points (n, 2) are from the line through them, pixels."""
    at = at - at.mean(0)
    s, t = at @ across, at @ along
    return np.abs(s - np.polyval(np.polyfit(t, s, 1), t))


def follow(
    first: np.ndarray, second: np.ndarray, points: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return where points (n, k, 2) of one picture are in another, whether found, and how unlike."""
    end = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 50, 1e-4)
    found, sure, error = cv2.calcOpticalFlowPyrLK(
        first,
        second,
        points.reshape(-1, 1, 2),
        None,
        winSize=(WINDOW, WINDOW),
        maxLevel=4,
        criteria=end,
    )
    shape = points.shape[:2]
    return found.reshape(points.shape), sure.reshape(shape) > 0, error.reshape(shape)


def slope(picture: np.ndarray, points: np.ndarray, across: np.ndarray) -> np.ndarray:
    """Return the root mean square slope about points (n, k, 2) in the directions ``across`` (n, 2)."""
    x, y = (cv2.Sobel(picture, cv2.CV_32F, *way, scale=1 / 8) for way in ((1, 0), (0, 1)))
    around = [
        cv2.remap(cv2.blur(power, (WINDOW, WINDOW)), *points.transpose(2, 0, 1), cv2.INTER_LINEAR)
        for power in (x * x, y * y, x * y)
    ]
    u, v = across[:, :1], across[:, 1:]
    return np.sqrt(np.maximum(around[0] * u * u + around[1] * v * v + 2 * around[2] * u * v, 0))


def grey(renderer: Renderer, pose: Pose) -> np.ndarray:
    """Render a frame in grey."""
    return cv2.cvtColor(unpack(renderer.frame(pose)), cv2.COLOR_RGB2GRAY)


def predicted(clip: Clip, lines: np.ndarray) -> float:
    """Return the bending that the depth predicts for the worst line, pixels."""
    view = CameraView.of(clip.depth.values, clip.photo.focal, clip.subject, clip.framing.box)
    along = alignment.sample_lines(clip.depth.values, lines, auto.LINE_FRACTIONS)
    poses = [clip.camera.at(i / 8) for i in range(9)]
    return auto.cost(poses, view, auto.lines_in_frame(lines, view, along)).line_bend


def main() -> int:
    """Print a row per photo; return 1 if a bar is missed."""
    missed = 0
    for photo in sys.argv[1:]:
        preset = PRESETS["listing"].values
        clip = animate(photo, **preset, size="1920x1080", max_upscale=4)
        lines = detect_lines(clip.photo.rgb)
        found = tracked(clip, lines)
        p50, p95 = np.percentile(found, (50, 95))
        missed += found.max() > 1
        print(
            f"{photo.rpartition('/')[2]:28} {clip.shot.camera!s:32} {len(found):3} lines  "
            f"median {p50:.2f}  p95 {p95:.2f}  max {found.max():.2f} px  "
            f"(predicted {predicted(clip, lines):.2f})",
            flush=True,
        )
    return int(missed > 0)


if __name__ == "__main__":
    cv2.setNumThreads(1)
    sys.exit(main())
