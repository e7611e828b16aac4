"""CPU time of one 1080p frame beside OpenCV's remap of a plain picture, interleaved in one run.

    python benchmarks/speed_render.py [--size 1920x1080] [--rounds 9] [--depth FILE --photo FILE]

One thread; each row is the least of all rounds. The scene is synthetic unless a photo and its
inverse depth (16-bit PNG) are given.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from livingstill.core import threads
from livingstill.core.model import Flow, Pose
from livingstill.kernels.yuv import to_yuv420
from livingstill.render.frames import Renderer, full_window
from livingstill.scene.layers import build_layers

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
import synthetic


def flows(
    size: tuple[int, int], layers: int, share: float, second: bool
) -> tuple[Flow | None, ...]:
    """Return a smooth flow over the lower ``share`` of every layer."""
    width, height = size
    y, x = np.indices((height // 4 + 2, width // 4 + 2)).astype(np.float32)
    mask = (y > (1 - share) * height / 4).astype(np.float32)
    wave = np.dstack([3 * np.sin(x / 9 + y / 7), 2 * np.cos(x / 8 - y / 9)]) * mask[..., None]
    first = wave.astype(np.float32)
    if not second:
        return (Flow(first),) * layers
    gain = (1 - 0.5 * mask).astype(np.float32)
    return (Flow(first, gain, -first, 1 - gain),) * layers


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--photo", type=Path)
    parser.add_argument("--depth", type=Path)
    options = parser.parse_args()
    width, height = (int(n) for n in options.size.split("x"))
    size = (width, height)
    threads.limit(1)
    if options.photo and options.depth:
        rgb = cv2.resize(cv2.imread(str(options.photo))[:, :, ::-1], size)
        depth = cv2.imread(str(options.depth), cv2.IMREAD_UNCHANGED).astype(np.float32) / 65535
        depth = cv2.resize(depth, size, interpolation=cv2.INTER_NEAREST)
    else:
        rgb, distance = synthetic.cast(width, height, fine=1)
        depth = (distance.min() / distance).astype(np.float32)
    build_layers(rgb, depth)
    start = time.process_time()
    scene = build_layers(rgb, depth)
    built = time.process_time() - start
    layers = len(scene.layers)
    pose = Pose(x=0.03, y=0.01, z=0.02, pivot=0.4, zoom=1.04)
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    shift = (30 * (depth - 0.4)).astype(np.float32)
    fixed = cv2.convertMaps(x / 1.04 + 30 + shift, y / 1.04 + 20, cv2.CV_16SC2)
    draft, standard = (
        Renderer(scene, full_window(size, size), size, q) for q in ("draft", "standard")
    )
    light = Renderer(scene, full_window(size, size), size, "standard", linear_light=True)
    sway, half, water = (
        flows(size, layers, share, second)
        for share, second in ((1.0, False), (0.5, False), (0.5, True))
    )
    planes = [np.empty((height, width), np.uint8)] + [
        np.empty((height // 2, width // 2), np.uint8) for _ in range(2)
    ]
    packed = draft.frame(pose).copy()
    rows: dict[str, Callable[[], object]] = {
        "copy": rgb.copy,
        "cv2.remap linear": lambda: cv2.remap(rgb, *fixed, cv2.INTER_LINEAR),
        "cv2.remap cubic": lambda: cv2.remap(rgb, *fixed, cv2.INTER_CUBIC),
        "cv2.remap lanczos4": lambda: cv2.remap(rgb, *fixed, cv2.INTER_LANCZOS4),
        "draft (bilinear)": lambda: draft.frame(pose),
        "draft, all sways": lambda: draft.frame(pose, sway),
        "standard (cubic)": lambda: standard.frame(pose),
        "standard, half sways": lambda: standard.frame(pose, half),
        "standard, all sways": lambda: standard.frame(pose, sway),
        "standard, half flows": lambda: standard.frame(pose, water),
        "standard, linear light": lambda: light.frame(pose),
        "to YUV 4:2:0": lambda: to_yuv420(packed, *planes),
    }
    best = dict.fromkeys(rows, float("inf"))
    for row in rows.values():
        row()
    for _ in range(options.rounds):
        for name, row in rows.items():
            start = time.process_time()
            row()
            best[name] = min(best[name], time.process_time() - start)
    print(f"{width}x{height}, {layers} layers, scene built in {built:.2f} CPU-s, 1 thread")
    print(f"{'':24} {'ms':>7} {'x linear':>9} {'x cubic':>8}")
    linear, cubic = best["cv2.remap linear"], best["cv2.remap cubic"]
    for name, taken in best.items():
        print(f"{name:24} {1e3 * taken:7.2f} {taken / linear:9.2f} {taken / cubic:8.2f}")


if __name__ == "__main__":
    main()
