"""Do walls stay straight? Lines of rooms, warped by the listing preset's camera.

    python benchmarks/straight_lines.py PHOTO...

Straight lines are found in each photo; their ends and middles are carried along by the scene's own
depth and the clip's own camera, and the middle's distance from the chord is told in pixels of a
1920 x 1080 frame, the worst of nine instants. Bar: 95 % of a room's lines bend at most 1 px.
"""

from __future__ import annotations

import sys

import cv2
import numpy as np
from livingstill.batch.presets import PRESETS
from livingstill.camera.projection import project
from livingstill.photo.traits import measure
from livingstill.pipeline import Clip, animate


def bends(clip: Clip) -> np.ndarray:
    """Return how far the middle of each line in the frame leaves the chord, pixels."""
    depth, window = clip.depth.values, clip.window
    height, width = depth.shape
    lines = measure(clip.photo.rgb, depth).lines.astype(float)
    along = np.array([0.03, 0.5, 0.97])
    fx = lines[:, :1] + along * (lines[:, 2:3] - lines[:, :1])
    fy = lines[:, 1:2] + along * (lines[:, 3:4] - lines[:, 1:2])
    w = depth[
        np.clip((fy * height).astype(int), 0, height - 1),
        np.clip((fx * width).astype(int), 0, width - 1),
    ]
    across = clip.framing.size[0] * window.scale  # the frame's width in scene pixels
    x = (fx * width - 0.5 - window.x) / across
    y = (fy * height - 0.5 - window.y) / across
    tall = clip.framing.size[1] / clip.framing.size[0] / 2
    inside = (np.abs(x) < 0.5).all(1) & (np.abs(y) < tall).all(1)
    worst = np.zeros(int(inside.sum()))
    for time in np.linspace(0, 1, 9):
        focal = clip.scene.focal * width / across
        px, py = project(x[inside], y[inside], w[inside], clip.camera.at(float(time)), focal)
        dx, dy = px[:, 2] - px[:, 0], py[:, 2] - py[:, 0]
        away = (px[:, 1] - px[:, 0]) * dy - (py[:, 1] - py[:, 0]) * dx
        worst = np.maximum(worst, np.abs(away) / np.hypot(dx, dy) * clip.framing.size[0])
    return worst


def main() -> int:
    """Print a row per photo; return 1 if a bar is missed."""
    missed = 0
    for photo in sys.argv[1:]:
        preset = PRESETS["listing"].values
        clip = animate(photo, **preset, size="1920x1080", max_upscale=4)
        found = bends(clip)
        p50, p95 = np.percentile(found, (50, 95))
        missed += p95 > 1
        print(
            f"{photo.rpartition('/')[2]:28} {clip.shot.camera!s:34} {len(found):4} lines "
            f"median {p50:.2f}  p95 {p95:.2f}  max {found.max():.2f} px",
            flush=True,
        )
    return int(missed > 0)


if __name__ == "__main__":
    cv2.setNumThreads(1)
    sys.exit(main())
