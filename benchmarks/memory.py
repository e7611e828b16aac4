"""Largest memory of whole runs of the command line, by megapixels and by duration.

    python benchmarks/memory.py [--quick]

Each run is a process of its own and is measured by the system. Exit code 1 if a clip of 60 s takes
more than 5 % more than one of 5 s, or a photo of 50 megapixels at 4K more than 1.2 GB.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np

SAMPLE = Path(__file__).parent.parent / "samples" / "forest.jpg"
"""Of the samples the one that takes the most: much of its layers is hidden by leaves, and clouds drift behind them."""
LARGEST = 1.2e9
LONGER = 1.05


def photo(folder: Path, megapixels: float) -> Path:
    """Write a 3:2 photo of a size with grain down to the pixel."""
    path = folder / f"{megapixels:g}.jpg"
    if not path.exists():
        height = round((megapixels * 1e6 / 1.5) ** 0.5)
        size = (round(1.5 * height), height)
        picture = cv2.resize(cv2.imread(str(SAMPLE)), size, interpolation=cv2.INTER_CUBIC)
        grain = np.random.default_rng(0).integers(0, 16, (256, 256, 3), np.uint8)
        tiles = np.tile(grain, (-(-size[1] // 256), -(-size[0] // 256), 1))[: size[1], : size[0]]
        cv2.imwrite(str(path), cv2.subtract(picture, tiles))
    return path


def peak(*args: str) -> tuple[float, float]:
    """Run ``livingstill *args``; return its largest resident memory in bytes, and seconds."""
    start = time.monotonic()
    command = [sys.executable, "-m", "livingstill_cli", *args, "-q", "--overwrite"]
    process = subprocess.Popen(command)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} ended with {status}")
    return used.ru_maxrss * 1024.0, time.monotonic() - start


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="the two bars only")
    options = parser.parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        out = str(folder / "out.mp4")
        rows = [(50, "3840x2160")] if options.quick else [
            (mp, size) for size in ("1920x1080", "3840x2160") for mp in (2, 12, 24, 50)
        ]  # fmt: skip
        for megapixels, size in rows:
            # an encoder takes its largest memory after some tens of frames
            used, took = peak(
                str(photo(folder, megapixels)), "--size", size, "--duration", "1.2", "-o", out
            )
            print(
                f"{megapixels:3} megapixels to {size}: {used / 1e9:.2f} GB, {took:.0f} s",
                flush=True,
            )
            if megapixels == 50:
                wrong += used > LARGEST
        still = str(photo(folder, 2))
        used = {}
        for seconds in ("5", "60"):
            used[seconds], took = peak(still, "--size", "480x320", "--duration", seconds, "-o", out)
            print(
                f"{seconds:>3} s of 480x320: {used[seconds] / 1e9:.3f} GB, {took:.0f} s", flush=True
            )
        longer = used["60"] / used["5"]
        print(f"60 s take {longer:.3f} times the memory of 5 s")
        wrong += longer > LONGER
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
