"""How motion looks in numbers: sharpness, pulsing, spectra, repeats, seams and borders, per region.

    python benchmarks/motion_stats.py lake.jpg waterfall.jpg=flow:mask.png --clip real.mp4

Each photo is planned with our own masks, or with one given mask of one kind, rendered with a still
camera and measured region by region; ``--clip`` measures a real clip the same way.
"""

from __future__ import annotations

import argparse
import time
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from livingstill.core.model import Layer, Pose, Region, Scene
from livingstill.depth import embedded
from livingstill.jobs.analyse import perceive
from livingstill.motion.builder import compose
from livingstill.render import frames
from livingstill.scene import assembly, layers
from livingstill.segmentation import flow_field, plan, semantic
from livingstill.settings.values import Stroke
from livingstill.settings.wind import Wind

SECONDS, RATE = 5.0, 30
HEADER = (
    "region", "%", "sharp", "min/max", "contrast CV", "lum std", "step CV", "seam", "repeat",
    "f50", "f90", "std", "ring", "outside", "rms %W", "field f50/f90", "grad p99/max", "det", "build s", "at ms",
)  # fmt: skip


def high(grey: np.ndarray) -> np.ndarray:
    """Return what a blur of 1.5 px leaves."""
    return grey - cv2.GaussianBlur(grey, (0, 0), 1.5)


def spectrum(series: np.ndarray, rate: float) -> tuple[float, float]:
    """Return the frequencies below which half and 90 % of the power of (F, N) series lie."""
    power = (np.abs(np.fft.rfft(series - series.mean(0), axis=0)) ** 2).sum(1)[1:]
    hertz = np.fft.rfftfreq(len(series), 1 / rate)[1:]
    share = np.cumsum(power) / max(float(power.sum()), 1e-12)
    return float(hertz[np.searchsorted(share, 0.5)]), float(hertz[np.searchsorted(share, 0.9)])


def repeat(clip: np.ndarray, rate: float, circular: bool = True) -> float:
    """Return the largest correlation of a clip (F, N) with itself at lags of .27 s to half of it."""
    moved = clip - clip.mean(0)
    count = len(moved)
    power = float((moved**2).mean())
    best = -1.0
    for lag in range(max(1, round(0.27 * rate)), count // 2 + 1):
        if circular:
            like = float((moved * np.roll(moved, lag, 0)).mean())
        else:
            like = float((moved[lag:] * moved[:-lag]).mean())
        best = max(best, like / max(power, 1e-9))
    return best


def measure(clip: np.ndarray, still: np.ndarray | None, mask: np.ndarray, rate: float) -> dict:
    """Measure one region of a clip (F, H, W) uint8 of luma."""
    inside = mask > 200
    inside[:2], inside[-2:], inside[:, :2], inside[:, -2:] = False, False, False, False
    first = clip[0] if still is None else still
    reference = float(high(first.astype(np.float32))[inside].std())
    sharp, contrast, level = [], [], []
    for frame in clip:
        grey = frame.astype(np.float32)
        sharp.append(float(high(grey)[inside].std()))
        contrast.append(float((grey - cv2.GaussianBlur(grey, (0, 0), 8))[inside].std()))
        level.append(float(grey[inside].mean()))
    points = np.flatnonzero(inside.ravel())
    points = points[:: max(1, len(points) // 12000)]
    series = clip.reshape(len(clip), -1)[:, points].astype(np.float32)
    steps = np.abs(np.diff(series, axis=0)).mean(1)
    seam = float(np.abs(series[0] - series[-1]).mean() / max(float(np.median(steps)), 1e-6))
    f50, f90 = spectrum(series, rate)
    return {
        "%": f"{mask.mean() / 2.55:.0f}",
        "sharp": f"{np.mean(sharp) / max(reference, 1e-6):.2f}",
        "min/max": f"{min(sharp) / max(sharp):.2f}",
        "contrast CV": f"{np.std(contrast) / np.mean(contrast):.3f}",
        "lum std": f"{np.std(level):.2f}",
        "step CV": f"{steps.std() / steps.mean():.3f}",
        "seam": f"{seam:.2f}",
        "repeat": f"{repeat(series[:, ::4], rate, still is not None):.2f}",
        "f50": f"{f50:.2f}",
        "f90": f"{f90:.2f}",
        "std": f"{np.sqrt(series.var(0).mean()):.1f}",
    }


def border(clip: np.ndarray, still: np.ndarray, mask: np.ndarray, every: np.ndarray) -> dict:
    """Measure the ring 5 to 20 px outside a mask, and what changes over 12 px outside all."""
    away = cv2.distanceTransform((mask < 128).astype(np.uint8), cv2.DIST_L2, 5)
    others = every - np.minimum(every, mask)
    ring = (away >= 5) & (away <= 20) & (others < 5)
    far = cv2.distanceTransform((every < 13).astype(np.uint8), cv2.DIST_L2, 5) > 12
    std = clip[:, ring].astype(np.float32).std(0).mean() if ring.any() else 0.0
    change = max((int(cv2.absdiff(f, still)[far].max()) if far.any() else 0) for f in clip[::5])
    return {"ring": f"{std:.2f}", "outside": f"{change}"}


def fields(motion, mask: np.ndarray, width: int) -> dict:
    """Measure the displacement itself: rms, gradients, the smallest determinant."""

    def flow_at(phase: float):
        return next(flow for flow in motion.at(phase) if flow is not None)

    inside = cv2.resize(mask, flow_at(0).first.shape[1::-1], interpolation=cv2.INTER_AREA) > 128
    total, steep, det = [], [], []
    for i in range(15):
        flow = flow_at(i / 15)
        d = np.asarray(flow.first, np.float64)
        dy, dx = (np.gradient(d, flow.step, axis=axis) for axis in (0, 1))
        total.append((d**2).sum(2)[inside])
        steep.append(np.sqrt((dx**2).sum(2) + (dy**2).sum(2))[inside])
        det.append(((1 + dx[..., 0]) * (1 + dy[..., 1]) - dx[..., 1] * dy[..., 0])[inside].min())
    rms = np.sqrt(np.mean(total, axis=0))
    points = np.flatnonzero(inside.ravel())[::37]
    series = np.stack(
        [np.asarray(flow_at(i / 75).first).reshape(-1, 2)[points].ravel() for i in range(75)]
    )
    f50, f90 = spectrum(series, 75 / SECONDS)
    return {
        "rms %W": f"{100 * np.median(rms) / width:.2f}",
        "field f50/f90": f"{f50:.1f}/{f90:.1f}",
        "grad p99/max": f"{np.percentile(steep, 99):.2f}/{np.max(steep):.2f}",
        "det": f"{min(det):.2f}",
    }


def rendered(rgb: np.ndarray, motion, count: int, scene: Scene | None = None) -> np.ndarray:
    """Return the clip (F, H, W) uint8 of luma that a still camera sees of a scene, or of a sheet.

    Without a motion it shows the scene at rest.
    """
    height, width = rgb.shape[:2]
    if scene is None:
        packed = np.dstack([rgb, np.full((height, width), 255, np.uint8)]).view(np.uint32)[..., 0]
        scene = Scene((Layer(packed.copy(), np.zeros((height, width), np.float32)),))
    renderer = frames.Renderer(
        scene, frames.full_window((width, height), (width, height)), (width, height)
    )
    out = np.empty((count, height, width), np.uint8)
    for i in range(count):
        shown = frames.unpack(renderer.frame(Pose(), motion and motion.at(i / count)))
        out[i] = cv2.cvtColor(shown, cv2.COLOR_RGB2GRAY)
    return out


def photo(path: str, width: int) -> tuple[np.ndarray, np.ndarray, tuple[Region, ...]]:
    """Return a photo at ``width``, its depth and classes."""
    rgb = cv2.cvtColor(cv2.imread(path), cv2.COLOR_BGR2RGB)
    rgb = cv2.resize(
        rgb, (width, round(rgb.shape[0] * width / rgb.shape[1])), interpolation=cv2.INTER_AREA
    )
    perception = perceive(rgb, "standard")
    return rgb, embedded.from_perception(perception, rgb), semantic.segment(perception, rgb)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photos", nargs="*", help="PHOTO, or PHOTO=KIND:MASK")
    parser.add_argument("--clip", action="append", default=[], help="CLIP or CLIP:x0,y0,x1,y1")
    parser.add_argument("--width", type=int, default=960)
    parser.add_argument("--brush", action="append", default=[])
    options = parser.parse_args()
    rows = []
    for name in options.photos:
        path, _, hand = name.partition("=")
        rgb, depth, classes = photo(path, options.width)
        if hand:
            kind, _, file = hand.partition(":")
            mask = cv2.resize(cv2.imread(file, 0), rgb.shape[1::-1], interpolation=cv2.INTER_AREA)
            regions: tuple[Region, ...] = (Region(kind, mask),)
        else:
            regions = plan.plan(rgb, depth, classes)
        strokes = tuple(Stroke(**Stroke.parse(b).model_dump()) for b in options.brush)
        ways = flow_field.velocities(rgb, depth, regions, strokes)
        start = time.process_time()
        scene = assembly.build_scene(
            partial(layers.build_layers, max_layers=5), rgb, depth, regions
        )
        motion = compose(
            rgb, depth, regions, wind=Wind(), seconds=SECONDS, directions=ways, scene=scene
        )
        build = time.process_time() - start
        if not any(motion.at(0)):
            continue
        start = time.process_time()
        for i in range(20):
            motion.at(i / 20)
        cost = (time.process_time() - start) * 50
        clip = rendered(rgb, motion, round(SECONDS * RATE), scene)
        grey = rendered(rgb, None, 1, scene)[0]
        every = np.max([r.mask for r in regions], axis=0)
        for region in regions:
            row = {"region": f"{Path(path).stem} {region.label}{'*' if hand else ''}"}
            row |= measure(clip, grey, region.mask, RATE) | border(clip, grey, region.mask, every)
            alone = compose(rgb, depth, (region,), wind=Wind(), seconds=SECONDS).at(0.3)[0]
            if alone is not None and alone.second is None and alone.first.any():
                row |= fields(motion, region.mask, rgb.shape[1])
            rows.append(row | {"build s": f"{build:.2f}", "at ms": f"{cost:.1f}"})
    for name in options.clip:
        path, _, crop = name.partition(":")
        source = cv2.VideoCapture(path)
        rate, shots = source.get(cv2.CAP_PROP_FPS), []
        while len(shots) < 6 * rate and (frame := source.read())[0]:
            shots.append(cv2.cvtColor(frame[1], cv2.COLOR_BGR2GRAY))
        clip = np.stack([s for i, s in enumerate(shots) if i == 0 or (s != shots[i - 1]).any()])
        mask = np.full(clip.shape[1:], 255 if not crop else 0, np.uint8)
        if crop:
            x0, y0, x1, y1 = (float(n) for n in crop.split(","))
            h, w = mask.shape
            mask[int(y0 * h) : int(y1 * h), int(x0 * w) : int(x1 * w)] = 255
        rows.append({"region": f"{Path(path).name} REAL"} | measure(clip, None, mask, rate))
    widths = [max(len(h), *(len(r.get(h, "")) for r in rows)) for h in HEADER]
    for row in [dict(zip(HEADER, HEADER)), *rows]:
        print("  ".join(row.get(h, "").ljust(w) for h, w in zip(HEADER, widths)))


if __name__ == "__main__":
    main()
