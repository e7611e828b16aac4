"""CPU of whole commands, photo to file, beside a plain cv2.remap loop with the same encoder.

    python benchmarks/speed_remap.py [PHOTO...] [--size 1080p] [--duration 5] [--rounds 2]
                                     [--earlier WORKTREE]

Interleaved in one run, the least of all rounds; ratios are to the loop of the same photo. WORKTREE is
a checkout of an earlier commit, whose commands run in turn with ours. Kernels are warm: each command
runs once before, for a moment.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

import av
from measured import OURS, Cost, cost
from peers import remap

SAMPLES = Path(__file__).parent.parent / "samples"
MOVING, STILL = "everything moving", "camera only"


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", nargs="*", type=Path, default=[SAMPLES / "river.jpg"])
    parser.add_argument("--size", default="1080p")
    parser.add_argument("--duration", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--earlier", type=Path, metavar="WORKTREE")
    options = parser.parse_args()
    print("| photo | command | CPU s | x loop | wall s | x clip | MiB |")
    print("|---|---|---:|---:|---:|---:|---:|")
    for photo in options.photos:
        measure(photo, options)


def measure(photo: Path, options: argparse.Namespace) -> None:
    """Print the rows of one photo."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        depth, clip = out / "depth.png", out / "clip.mp4"
        here = {"PYTHONPATH": os.environ.get("PYTHONPATH", "")}
        versions = {"": here}
        if options.earlier:
            paths = (str(options.earlier.resolve() / part) for part in ("engine", "cli"))
            versions[", earlier"] = {"PYTHONPATH": os.pathsep.join(paths)}
        given = [*OURS, str(photo), "--size", options.size, "--overwrite", "-q", "-o", str(clip)]
        ours = {MOVING: given, STILL: [*given, "--motion", "none"]}
        for environment in versions.values():
            for command in ours.values():
                cost([*command, "--duration", "0.2"], environment)
        cost([*OURS, "depth", str(photo), "--overwrite", "-q", "-o", str(depth)], here)
        with av.open(str(clip)) as file:
            size = f"{file.streams.video[0].width}x{file.streams.video[0].height}"
        length = ["--duration", f"{options.duration:g}"]
        frames = round(30 * options.duration)
        runs = {"remap loop": (remap(photo, depth, size, frames, out / "loop.mp4"), here)} | {
            f"{what}{version}": ([*command, *length], environment)
            for what, command in ours.items()
            for version, environment in versions.items()
        }
        best: dict[str, Cost] = {}
        for _ in range(options.rounds):
            for name, run in runs.items():
                best[name] = cost(*run).least(best.get(name))
    loop = best["remap loop"].cpu
    for name, least in best.items():
        print(
            f"| {photo.stem}, {size} | {name} | {least.cpu:.1f} | {least.cpu / loop:.2f} "
            f"| {least.wall:.1f} | {least.wall / options.duration:.2f} | {least.memory:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
