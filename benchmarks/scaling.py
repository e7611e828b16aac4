"""How cost grows with pixels, length, layers, regions, threads and workers.

    python benchmarks/scaling.py [--seconds 2] [--size 1280x720] [NAME...]

One process per row, from the start of Python to the finished file, motion and all; the last columns
are per frame, once what a clip of three frames costs is taken off. NAME picks tables: pixels,
duration, layers, regions, threads, workers.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path

from measured import OURS, Cost, cost

SAMPLES = Path(__file__).parent.parent / "samples"
SAMPLE = SAMPLES / "river.jpg"


def clip(out: Path, seconds: float, *more: str) -> Cost:
    """Render one clip."""
    return cost([
        *OURS, str(SAMPLE), "--camera", "orbit", "--duration", f"{seconds:g}", *more,
        "-o", str(out / "clip.mp4"), "--overwrite", "-q",
    ])  # fmt: skip


def rows(title: str, cases: dict[str, tuple[float, tuple[str, ...]]]) -> None:
    """Print a table: one row per case, named, with its length and further options."""
    print(f"\n| {title} | CPU s | wall s | MiB | CPU ms a frame | wall ms a frame |")
    print("|---|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        for name, (seconds, more) in cases.items():
            start, whole = clip(out, 0.1, *more), clip(out, seconds, *more)
            frames = round(30 * seconds) - 3
            each = [
                1e3 * (a - b) / frames
                for a, b in ((whole.cpu, start.cpu), (whole.wall, start.wall))
            ]
            print(
                f"| {name} | {whole.cpu:.1f} | {whole.wall:.1f} | {whole.memory:.0f} "
                f"| {each[0]:.0f} | {each[1]:.0f} |",
                flush=True,
            )


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
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--size", default="1280x720")
    asked = parser.parse_args()
    s, size = asked.seconds, ("--size", asked.size)
    cores = sorted({1, 2, os.cpu_count() or 1})
    tables = {
        "pixels": {
            w: (s, ("--size", w)) for w in ("640x360", "1280x720", "1920x1080", "3840x2160")
        },
        "duration": {f"{n * s:g} s": (n * s, size) for n in (1, 2, 4)},
        "layers": {f"{n}": (s, (*size, "--layers", str(n))) for n in (1, 2, 3, 5, 8)},
        "regions": {
            "none": (s, (*size, "--motion", "none")),
            **{f"{m}": (s, (*size, "--motion", m)) for m in ("cloud", "cloud,foliage", "auto")},
        },
        "threads": {f"{n}": (s, (*size, "--threads", str(n))) for n in cores},
    }
    clip_size = asked.size
    with tempfile.TemporaryDirectory() as folder:
        clip(Path(folder), 0.1)  # kernels compile once per machine
    print(f"{SAMPLE.name}, {clip_size} and {s:g} s unless said otherwise")
    for title, cases in tables.items():
        if not asked.names or title in asked.names:
            rows(title, cases)
    if not asked.names or "workers" in asked.names:
        workers(asked.size, s)


if __name__ == "__main__":
    main()
