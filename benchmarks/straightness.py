"""Straightness of a room's lines in the frames of a listing: python benchmarks/straightness.py PHOTO...

Long segments are detected in the still and found again in rendered frames by the profiles across
them; what is measured is how far each is from its best straight line, in pixels of a frame 1920
wide (16:9) or 1920 high (9:16). Bar: 1 px at the 95th percentile. A line that was bent in the photo counts as straight: the shift of
each profile against the frame at rest is what bends it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import cv2
import livingstill
import numpy as np
from livingstill.camera import auto
from livingstill.camera.projection import project
from livingstill.camera.view import CameraView
from livingstill.core.model import Pose
from livingstill.depth import alignment
from livingstill.jobs import steps
from livingstill.jobs.exact_figures.ground_truth import render
from livingstill.settings.presets import PRESETS

POINTS = np.linspace(0.06, 0.94, 25, dtype=np.float32)
HALF, REACH, STEP = 9.0, 5.0, 0.25
"""Half the length of a profile, how far it is searched, and its sampling, pixels of the frame."""

ALIKE, ENOUGH = 0.85, 0.6
"""Correlation from which a profile counts as found, and the share of a line's that must be."""

INSTANTS = (0.25, 0.5, 0.75, 1.0)


def profiles(grey, x, y, nx, ny, half):
    """Return (n, k, samples) levels across lines at points (n, k), averaged over 5 px along them."""
    reach = np.arange(-half, half + STEP / 2, STEP, dtype=np.float32)
    total = 0
    for along in (-2, -1, 0, 1, 2):
        px = x[..., None] + reach * nx[..., None] + along * ny[..., None]
        py = y[..., None] + reach * ny[..., None] - along * nx[..., None]
        shape = px.shape
        flat = (
            px.reshape(-1, shape[-1]).astype(np.float32),
            py.reshape(-1, shape[-1]).astype(np.float32),
        )
        rows = [
            cv2.remap(grey, a, b, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            for a, b in zip(*(np.array_split(f, max(1, len(f) // 8000)) for f in flat))
        ]
        total = total + np.concatenate(rows).reshape(shape)
    return total / 5


def shifts(reference, searched):
    """Return (n, k) shifts in pixels at which a profile fits best, and the correlation there."""
    count = reference.shape[-1]
    places = searched.shape[-1] - count + 1
    ref = reference - reference.mean(-1, keepdims=True)
    ref /= np.maximum(np.sqrt((ref * ref).sum(-1, keepdims=True)), 1e-3)
    scores = np.empty((*reference.shape[:2], places), np.float32)
    for i in range(places):
        part = searched[..., i : i + count]
        part = part - part.mean(-1, keepdims=True)
        norm = np.maximum(np.sqrt((part * part).sum(-1)), 1e-3)
        scores[..., i] = (part * ref).sum(-1) / norm
    best = np.clip(scores.argmax(-1), 1, places - 2)
    low, mid, high = (
        np.take_along_axis(scores, (best + d)[..., None], -1)[..., 0] for d in (-1, 0, 1)
    )
    curve = low - 2 * mid + high
    offset = np.where(np.abs(curve) > 1e-6, 0.5 * (low - high) / np.where(curve == 0, 1, curve), 0)
    return (best + np.clip(offset, -1, 1) - (places - 1) / 2) * STEP, mid


def bends(clip):
    """Return (n,) the largest deviation of each line found, pixels, its ends in the frame, and the
    share of the lines that have an edge to find and are in the frame but were not found."""
    size = clip.framing.picture[2:]
    view = CameraView.of(clip.depth.values, clip.photo.focal, clip.subject, clip.framing.box)
    lines = livingstill.photo.lines.detect_lines(clip.photo.rgb)
    depth = alignment.sample_lines(clip.depth.values, lines, POINTS)
    old, auto.LINE_FRACTIONS = auto.LINE_FRACTIONS, POINTS
    edges = auto.lines_in_frame(lines, view, depth)
    auto.LINE_FRACTIONS = old
    zoom = steps.window_of(clip.scene, clip.framing).scale / clip.window.scale
    centre = (np.array(size) - 1) / 2

    def in_frame(x, y):
        return centre[0] + x * size[0] * zoom, centre[1] + y * size[0] * zoom

    def grey(pose):
        return cv2.cvtColor(render(clip, size, pose, None), cv2.COLOR_RGB2GRAY).astype(np.float32)

    def straight(x, y):
        t = POINTS - POINTS.mean()
        sx, sy = ((v * t).sum(1, keepdims=True) / (t * t).sum() for v in (x, y))
        length = np.maximum(np.hypot(sx, sy), 1e-6)
        fx, fy = x.mean(1, keepdims=True) + sx * t, y.mean(1, keepdims=True) + sy * t
        nx, ny = np.broadcast_to(sy / length, x.shape), np.broadcast_to(-sx / length, x.shape)
        return fx, fy, nx, ny

    x0, y0, nx0, ny0 = straight(*in_frame(edges.x, edges.y))
    rest = profiles(grey(Pose()), x0, y0, nx0, ny0, HALF)
    sharp = np.ptp(rest, axis=-1) > 12
    worst, lost = np.full(len(x0), np.nan), np.zeros(len(x0), bool)
    for instant in INSTANTS:
        pose = clip.camera.at(clip.timeline.time(round(instant * (clip.timeline.frames - 1))))
        fx, fy, nx, ny = straight(*in_frame(*project(edges.x, edges.y, edges.w, pose, view.focal)))
        found, likeness = shifts(rest, profiles(grey(pose), fx, fy, nx, ny, HALF + REACH))
        margin = REACH + HALF
        inside = (fx > margin) & (fy > margin) & (fx < size[0] - margin) & (fy < size[1] - margin)
        sure = (likeness > ALIKE) & sharp & inside & (np.abs(found) < REACH - STEP)
        along = np.hypot(fx - fx[:, :1], fy - fy[:, :1])
        for i in range(len(found)):
            keep = sure[i]
            if keep.mean() < ENOUGH:
                lost[i] |= (sharp & inside)[i].mean() >= ENOUGH
                continue
            fit = np.polyfit(along[i][keep], found[i][keep], 1)
            deviation = np.abs(found[i][keep] - np.polyval(fit, along[i][keep])).max()
            worst[i] = np.nanmax([worst[i], deviation])
    ends = np.stack([x0[:, 0], y0[:, 0], x0[:, -1], y0[:, -1]], 1)
    known = ~np.isnan(worst)
    return worst[known] * 1920 / max(clip.framing.size), ends[known], float(lost.mean())


def main():
    """Print, per photo and shape, how many lines there are and how far from straight they get."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", nargs="+", type=Path)
    parser.add_argument("--pictures", type=Path, help="folder for frames with bent lines marked")
    parser.add_argument("--camera", default="auto", help="the move, by default the listing's")
    options = parser.parse_args()
    everything = []
    for photo in options.photos:
        for aspect in PRESETS["listing"].aspects:
            clip = livingstill.animate(
                photo, preset="listing", aspect=aspect, duration=1.0, max_upscale=4,
                camera=options.camera,
            )  # fmt: skip
            found, ends, lost = bends(clip)
            everything += found.tolist()
            figures = (
                [f"{np.percentile(found, p):.2f}" for p in (50, 95, 100)]
                if len(found)
                else ["-"] * 3
            )
            print(f"{photo.name:32} {aspect:5} {len(found):4} lines, median {figures[0]}, 95th {figures[1]},"
                  f" most {figures[2]} px, {lost:.0%} lost; {clip.shot.camera}", flush=True)  # fmt: skip
            if options.pictures:
                mark(
                    clip,
                    found,
                    ends,
                    options.pictures / f"{photo.stem}-{aspect.replace(':', 'x')}.png",
                )
    print(f"all: {len(everything)} lines, 95th percentile {np.percentile(everything, 95):.2f} px,"
          f" {np.mean(np.array(everything) > 1):.1%} above 1 px")  # fmt: skip


def mark(clip, found, ends, path):
    """Write the last frame, lines above 1 px in red and above 0.7 px in yellow."""
    last = clip.camera.at(clip.timeline.time(clip.timeline.frames - 1))
    size = clip.framing.picture[2:]
    pictures = [render(clip, size, pose, None)[..., ::-1].copy() for pose in (Pose(), last)]
    for bend, (x0, y0, x1, y1) in zip(found, ends):
        if bend > 0.7:
            colour = (0, 0, 255) if bend > 1 else (0, 220, 255)
            cv2.line(pictures[0], (round(x0), round(y0)), (round(x1), round(y1)), colour, 2)
            cv2.putText(pictures[0], f"{bend:.1f}", (round(x0), round(y0)), 0, 0.8, colour, 2)
    cv2.imwrite(str(path), np.concatenate(pictures, axis=1 if size[1] > size[0] else 0))


if __name__ == "__main__":
    import livingstill.photo.lines

    sys.exit(main())
