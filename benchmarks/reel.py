"""How long a reel takes: photos to three shapes, branded and unbranded, and where the time goes.

    python benchmarks/reel.py [--photos N] [--seconds S] [--size 1080p] [--watermark] [FOLDER]

The photos are those of FOLDER, or our own samples, some of them mirrored so that there are N that
differ. Wall and CPU seconds are of everything: reading, analysis, frames, encoding, joining, and
the start of the worker processes. The last line scales them to 20 photos and 60 s, as 4 times as
many of both take 4 times as long.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import tempfile
import time
from pathlib import Path

import cv2
import livingstill
import numpy as np

SAMPLES = Path(__file__).parent.parent / "samples"
NAMES = ("house", "living-room", "kitchen", "meadow", "lake", "forest", "river")
PHOTOS, SECONDS = 20, 60.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--photos", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--size", default="1080p")
    parser.add_argument("--watermark", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "photos").mkdir()
        gather(options.folder, folder / "photos", options.photos)
        logo = np.full((60, 200, 4), 230, np.uint8)
        cv2.imwrite(str(folder / "logo.png"), logo)
        values = {
            "size": options.size, "duration": options.seconds, "title": "Villa above the lake",
            "price": "2,450,000", "address": "14 Lake Road", "agent": "A. Keller",
            "logo": folder / "logo.png", "watermark": options.watermark, "duplicates": "keep",
        }  # fmt: skip
        livingstill.warmup()
        started, before = time.perf_counter(), cpu_seconds()
        done = livingstill.reel(folder / "photos", folder / "reel", values)
        wall, cpu = time.perf_counter() - started, cpu_seconds() - before
        size = sum((folder / "reel" / video).stat().st_size for video in done.videos)
    told(done, options, wall, cpu, size)


def told(done, options, wall: float, cpu: float, size: int) -> None:
    """Print what was measured."""
    frames = done.plan.frames
    print(f"{len(done.plan.stops)} photos, {done.plan.seconds:g} s, {len(done.videos)} videos of "
          f"{frames} frames, {options.size}, {size / 1e6:.0f} MB")  # fmt: skip
    for stage, seconds in done.seconds.items():
        print(f"  {stage:10} {seconds:8.1f} wall-s")
    print(f"all          {wall:8.1f} wall-s {cpu:8.1f} CPU-s")
    scale = SECONDS / done.plan.seconds
    print(f"{PHOTOS} photos and {SECONDS:g} s: {scale * wall:.0f} wall-s, {scale * cpu:.0f} CPU-s "
          f"if each takes as long")  # fmt: skip


def gather(source: Path | None, folder: Path, count: int) -> None:
    """Copy ``count`` photos into a folder, numbered; what lacks is mirrored."""
    photos = sorted(source.iterdir()) if source else [SAMPLES / f"{name}.jpg" for name in NAMES]
    for index in range(count):
        photo = photos[index % len(photos)]
        target = folder / f"{index:02}-{photo.name}"
        if index < len(photos):
            shutil.copyfile(photo, target)
        else:
            cv2.imwrite(str(target), np.ascontiguousarray(cv2.imread(str(photo))[:, ::-1]))


def cpu_seconds() -> float:
    """Return the CPU seconds of this process and of those it waited for."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main()
