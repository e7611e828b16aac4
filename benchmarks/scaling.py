"""How cost grows with pixels, length, layers, regions, threads and workers.

    python benchmarks/scaling.py [--frames 30] [--size 1280x720] [NAME...]

From photo to H.264, motion and all, in one process: what is done once per clip, and what each frame
costs. Memory is in memory.py. NAME picks tables: pixels, duration, layers, regions, threads, workers.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import livingstill
from livingstill.core import threads
from measured import OURS, cost

SAMPLES = Path(__file__).parent.parent / "samples"
SAMPLE = SAMPLES / "river.jpg"
FPS = 30


def rows(title: str, cases: dict[str, dict[str, Any]]) -> None:
    """Print a table: one row per case, named, with the settings in which it differs."""
    print(f"\n| {title} | layers | ready: CPU s | CPU ms a frame | wall ms a frame |")
    print("|---|---:|---:|---:|---:|")
    for name, settings in cases.items():
        threads.limit(settings.pop("threads", None))
        with tempfile.TemporaryDirectory() as folder:
            start = time.process_time()
            clip = livingstill.animate(SAMPLE, camera="orbit", **settings)
            ready, wall = time.process_time(), time.perf_counter()
            clip.save(str(Path(folder) / "clip.mp4"))
            each = [time.process_time() - ready, time.perf_counter() - wall]
        cpu, passed = (1e3 * seconds / clip.timeline.frames for seconds in each)
        print(
            f"| {name} | {len(clip.scene.layers)} | {ready - start:.2f} | {cpu:.0f} | {passed:.0f} |",
            flush=True,
        )
    threads.limit(None)


def workers(size: str, seconds: float) -> None:
    """Print the batch of the samples by processes, and on a local Dask cluster."""
    photos = sorted(SAMPLES.glob("*.jpg"))[:4]
    print(f"\n| {len(photos)} photos | CPU s | wall s |\n|---|---:|---:|")
    ways = {"processes": ()} | (
        {"Dask workers": ("--cluster", "local")} if find_spec("distributed") else {}
    )
    for way, more in ways.items():
        for count in (1, 2):
            folder = tempfile.mkdtemp()
            took = cost([
                *OURS, "batch", *map(str, photos), "-o", folder, "--workers", str(count), "--size", size,
                "--duration", f"{seconds:g}", *more, "-q",
            ])  # fmt: skip
            shutil.rmtree(folder)
            print(f"| {way}: {count} | {took.cpu:.1f} | {took.wall:.1f} |", flush=True)
    if "Dask workers" not in ways:
        print("\nDask is not present here, so not measured.")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*")
    parser.add_argument("--frames", type=int, default=30)
    parser.add_argument("--size", default="1280x720")
    asked = parser.parse_args()
    plain = {"size": asked.size, "duration": asked.frames / FPS}
    cores = sorted({1, 2, os.cpu_count() or 1})
    tables: dict[str, dict[str, dict[str, Any]]] = {
        "pixels": {
            size: {**plain, "size": size}
            for size in ("640x360", "1280x720", "1920x1080", "3840x2160")
        },
        "duration": {
            f"{n * asked.frames} frames": {**plain, "duration": n * asked.frames / FPS}
            for n in (1, 2, 4)
        },
        "layers": {f"at most {n}": {**plain, "layers": n} for n in (1, 2, 3, 5, 8)},
        "regions": {
            kinds: {**plain, "motion": kinds}
            for kinds in ("none", "cloud", "cloud,foliage", "auto")
        },
        "threads": {f"{n}": {**plain, "threads": n} for n in cores},
    }
    livingstill.animate(SAMPLE, **{**plain, "duration": 0.1}).preview()  # kernels compile once
    print(f"{SAMPLE.name}, {asked.size} and {asked.frames} frames unless said otherwise")
    for title, cases in tables.items():
        if not asked.names or title in asked.names:
            rows(title, cases)
    if not asked.names or "workers" in asked.names:
        workers(asked.size, asked.frames / FPS)


if __name__ == "__main__":
    main()
