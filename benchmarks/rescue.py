"""What rescue decides on clips with injected faults, and how well it repairs them.

    python benchmarks/rescue.py [--frames N] [--width W] [--faults A,B] [CLIP...]

Every clip is taken clean and then with each fault in it, written losslessly with a tone, and
rescued. The right decision: keep a clean clip; repair 1 to 3 bad frames (4 for a freeze), and any
number whose level alone is off; else replace. A dropped pair of frames may be repaired or kept
out. Repaired frames are compared with the clean ones; sizes, rates, counts and sound with the
source's. Without clips: loops and pushes made from samples/.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(Path(__file__).parent)]

import director  # noqa: E402
import faults  # noqa: E402
import rescue_clips  # noqa: E402
from clip_scenes import psnr  # noqa: E402
from livingstill.continuity.decide import LONGEST  # noqa: E402
from livingstill.rescue.run import Options, rescue  # noqa: E402

NAMES = ("drop", "duplicate", "flicker", "melt", "colour jump", "scramble", "black", "freeze")
LEVEL = ("flicker", "colour jump")


def right(fault: str, length: int) -> set[str]:
    """Return the decisions that suit a fault of ``length`` frames."""
    if not fault:
        return {"keep"}
    if fault == "drop":
        return {"repair"}
    if fault in LEVEL:
        return {"repair"}
    # a fault rises and fades: the frames at its bar may or may not count
    if fault == "melt" and length in (LONGEST + 1, LONGEST + 2):
        return {"repair", "replace"}
    return {"repair"} if length <= LONGEST else {"replace"}


def small(clip: faults.Clip, width: int) -> faults.Clip:
    size = (width, 2 * round(width * clip[0].shape[0] / clip[0].shape[1] / 2))
    return [cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in clip]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", nargs="*", type=Path)
    parser.add_argument("--frames", type=int, default=48)
    parser.add_argument("--width", type=int, default=320)
    parser.add_argument("--faults", default=",".join(NAMES))
    parser.add_argument("--most", type=int, default=99, help="clips at most")
    parser.add_argument("-v", action="store_true")
    args = parser.parse_args()
    decided: dict[str, list[bool]] = defaultdict(list)
    quality: dict[str, list[float]] = defaultdict(list)
    alike: list[bool] = []
    start = time.process_time()
    if args.clips:
        corpus = ((p.stem, *director.read(p, args.frames)) for p in args.clips)
    else:
        corpus = director.corpus([], args.frames)
    with tempfile.TemporaryDirectory() as folder:
        for _, (name, whole, _fps) in zip(range(args.most), corpus):
            clip = small(whole, args.width)
            for fault in ("", *args.faults.split(",")):
                spoiled = (
                    director.spoil(name, fault, clip) if fault else faults.Spoiled(clip, 0, -1, ())
                )
                source, out = Path(folder, "in.mp4"), Path(folder, "out.mp4")
                rescue_clips.written(source, spoiled.clip)
                length = spoiled.last - spoiled.first + 1
                done = rescue(source, out, None, Options(overwrite=True, quality="draft"))
                good = done.decision in right(fault, length)
                decided[fault or "clean"].append(good)
                if done.decision == "keep":
                    same = source.read_bytes() == out.read_bytes()
                else:
                    same = rescue_clips.told(source) == rescue_clips.told(out)
                alike.append(same)
                worst = float("nan")
                if done.decision == "repair" and fault not in ("", "drop") and length <= LONGEST:
                    made = rescue_clips.decoded(out)
                    span = range(spoiled.first, spoiled.last + 1)
                    worst = min(psnr(made[i], clip[i]) for i in span)
                    quality[fault].append(worst)
                if args.v or not good or not same:
                    said = [f"{f.kind} {f.first}-{f.last}" for f in done.verdict.faults]
                    print(
                        f"{name:16s} {fault or 'clean':12s} [{spoiled.first},{spoiled.last}] "
                        f"{done.decision:8s} {'' if good else 'WRONG '}{'' if same else 'UNLIKE '}"
                        f"{worst:.1f} dB {said[:4]} {done.reasons[0][:70]}",
                        flush=True,
                    )
    for fault, hits in decided.items():
        levels = quality[fault]
        told = (
            f", repaired worst {min(levels):.1f} dB, median {np.median(levels):.1f}"
            if levels
            else ""
        )
        print(f"{fault:12s} decided rightly {sum(hits)}/{len(hits)}{told}")
    every = [hit for hits in decided.values() for hit in hits]
    print(f"decisions right {np.mean(every):.1%} of {len(every)}")
    print(f"size, rate, count, tags and sound as the source's: {sum(alike)}/{len(alike)}")
    print(f"{time.process_time() - start:.0f} CPU-s")


if __name__ == "__main__":
    main()
