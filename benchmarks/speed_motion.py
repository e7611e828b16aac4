"""What each kind of motion adds to a frame: CPU time beside the still scene, interleaved in one run.

    python benchmarks/speed_motion.py [PHOTO...] [--kinds KIND[,KIND]] [--frames 12] [--rounds 3]

Per photo and kind of motion found in it: the share of the picture that moves, what a 1080p frame
takes, fields included, and what that is more than the still scene's, also per masked share. One
thread; the least of all rounds.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from livingstill import Clip, animate
from livingstill.core import threads

SAMPLES = Path(__file__).parent.parent / "samples"
USUAL = ("river", "lake", "forest", "meadow")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("photos", nargs="*", default=[str(SAMPLES / f"{n}.jpg") for n in USUAL])
    parser.add_argument("--kinds", help="kinds to ask for, each alone; else those that are found")
    parser.add_argument("--frames", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    threads.limit(1)
    print("| photo | motion | share | ms a frame | still ms | more | more per share |")
    print("|---|---|---:|---:|---:|---:|---:|")
    for photo in options.photos:
        auto = clip_of(photo, "auto")
        found = sorted({region.label for region in auto.regions})
        kinds = options.kinds.split(",") if options.kinds else found
        clips = {"none": clip_of(photo, "none"), "auto": auto}
        clips.update({kind: clip_of(photo, kind) for kind in kinds})
        taken = dict.fromkeys(clips, float("inf"))
        for _ in range(options.rounds):
            for name, clip in clips.items():
                taken[name] = min(taken[name], cost(clip, options.frames))
        for name, clip in clips.items():
            if name == "none":
                continue
            masks = [region.mask for region in clip.regions]
            share = float((np.max(masks, axis=0) > 127).mean()) if masks else 0.0
            more = taken[name] / taken["none"] - 1
            print(
                f"| {Path(photo).stem} | {name} | {share:.2f} | {1e3 * taken[name]:.1f} "
                f"| {1e3 * taken['none']:.1f} | {more:+.2f} | {more / max(share, 1e-9):.2f} |",
                flush=True,
            )


def clip_of(photo: str, motion: str) -> Clip:
    """Return a clip of 1080p with one kind of motion."""
    return animate(photo, size="1080p", duration=2, camera="push-in", motion=motion)


def cost(clip: Clip, count: int) -> float:
    """Return CPU seconds a frame, drawn and its motion computed, without filter and encoder."""
    frames = clip.packed()
    next(frames)
    start = time.process_time()
    for _ in range(count):
        next(frames)
    return (time.process_time() - start) / count


if __name__ == "__main__":
    main()
