"""What rescue decides on clips with injected faults, and how well it repairs them.

    python benchmarks/rescue.py [--frames N] [--width W] [--faults A,B] [--made FOLDER] [CLIP...]

Every clip is taken clean and then with each fault in it, written at high quality with a tone, and
rescued. The right decision: keep a clean clip; repair up to 4 bad frames in a row, and any number
whose level alone is off; else replace. A fault that no eye can find may be kept too: told apart in
the last lines. Repaired frames are compared with the clean ones and, as a bound, with the clean
neighbours of those; sizes, rates, counts and sound with the source's. Without clips: loops and
pushes made from samples/. ``--made`` renders clips of samples/ first, a move each, into a folder.
Frames that a clip repeats are taken out of it first: they are faults already.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
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
MOVES = {
    "lake": "push-in", "river": "static", "kitchen": "truck-right", "living-room": "orbit",
    "house": "pan-left", "meadow": "sway", "product": "arc",
}  # fmt: skip
BAR = 30.0
"""Decibels that a repaired frame should reach where 1 to 3 frames were bad."""


@dataclass(frozen=True)
class Tried:
    """One rescue: ``hidden`` tells that the fault drowns in what the clip does by itself."""

    right: bool
    hidden: bool
    alike: bool


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


def hidden(fault: str, spoiled: faults.Spoiled, clip: faults.Clip) -> bool:
    """Tell whether a fault is beyond the eye.

    Its frames come within 40 dB of the truth; or it is smaller, where it is, than what the clip
    changes there from one frame to the next; or a skip is no larger than the clip's own steps.
    """
    if not fault:
        return False
    if fault == "drop":
        steps = _steps(clip)
        gap = cv2.absdiff(spoiled.clip[spoiled.last], spoiled.clip[spoiled.first])
        return float(gap.mean()) < max(0.5, 1.15 * float(np.quantile(steps, 0.9)))
    span = range(spoiled.first, spoiled.last + 1)
    if min(psnr(spoiled.clip[t], clip[t]) for t in span) > 40:
        return True
    if fault != "melt":
        return False
    wrong, natural = [], []
    for t in span:
        off, step = (
            cv2.absdiff(clip[t], x).astype(np.float32) for x in (spoiled.clip[t], clip[t - 1])
        )
        where = off.max(-1) > 0
        wrong.append(float(np.mean(off[where] ** 2)))
        natural.append(float(np.mean(step[where] ** 2)))
    return max(wrong) < max(natural)


def _steps(clip: faults.Clip) -> list[float]:
    return [float(cv2.absdiff(a, b).mean()) for a, b in pairwise(clip)]


def distinct(clip: faults.Clip) -> faults.Clip:
    """Return the clip without the frames that repeat the one before."""
    steps = _steps(clip)
    usual = float(np.median(steps))
    return [clip[0], *(frame for frame, step in zip(clip[1:], steps) if step > 0.35 * usual)]


def small(clip: faults.Clip, width: int) -> faults.Clip:
    """Return the clip at most ``width`` wide."""
    width = min(width, clip[0].shape[1])
    size = (width, 2 * round(width * clip[0].shape[0] / clip[0].shape[1] / 2))
    return [cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in clip]


def made(folder: Path) -> list[Path]:
    """Render a clip of every sample, once."""
    import livingstill

    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, move in MOVES.items():
        path = folder / f"{name}-{move}.mp4"
        if not path.exists():
            photo = ROOT / "samples" / f"{name}.jpg"
            loop = "seamless" if move in ("push-in", "static", "orbit", "sway") else "none"
            clip = livingstill.animate(
                photo, camera=move, loop=loop, size="640x426", duration=2, quality="draft"
            )
            clip.save(str(path))
        paths.append(path)
    return paths


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", nargs="*", type=Path)
    parser.add_argument("--frames", type=int, default=48)
    parser.add_argument("--width", type=int, default=480)
    parser.add_argument("--faults", default=",".join(NAMES))
    parser.add_argument("--most", type=int, default=99, help="clips at most")
    parser.add_argument("--made", type=Path, help="render clips of the samples into this folder")
    parser.add_argument("-v", action="store_true")
    args = parser.parse_args()
    tried: dict[str, list[Tried]] = defaultdict(list)
    quality: dict[str, list[float]] = defaultdict(list)
    bound: dict[str, list[float]] = defaultdict(list)
    start = time.process_time()
    paths = [*args.clips, *(made(args.made) if args.made else ())]
    if paths:
        corpus = ((p.stem, *director.read(p, args.frames + 4)) for p in paths)
    else:
        corpus = director.corpus([], args.frames)
    with tempfile.TemporaryDirectory() as folder:
        for _, (name, whole, _fps) in zip(range(args.most), corpus):
            clip = small(distinct(whole)[: args.frames], args.width)
            for fault in ("", *args.faults.split(",")):
                spoiled = (
                    director.spoil(name, fault, clip) if fault else faults.Spoiled(clip, 0, -1, ())
                )
                source, out = Path(folder, "in.mp4"), Path(folder, "out.mp4")
                rescue_clips.written(source, spoiled.clip)
                length = spoiled.last - spoiled.first + 1
                done = rescue(source, out, None, Options(overwrite=True, quality="draft"))
                good = done.decision in right(fault, length)
                unseen = hidden(fault, spoiled, clip)
                if done.decision == "keep":
                    same = source.read_bytes() == out.read_bytes()
                else:
                    same = rescue_clips.told(source) == rescue_clips.told(out)
                tried[fault or "clean"].append(Tried(good, unseen, same))
                worst = near = float("nan")
                if done.decision == "repair" and fault not in ("", "drop") and length < LONGEST:
                    rebuilt = rescue_clips.decoded(out)
                    span = range(spoiled.first, spoiled.last + 1)
                    worst = min(psnr(rebuilt[i], clip[i]) for i in span)
                    near = min(max(psnr(clip[i + d], clip[i]) for d in (-1, 1)) for i in span)
                    quality[fault].append(worst)
                    bound[fault].append(near)
                if args.v or not good or not same or worst < BAR:
                    said = [f"{f.kind} {f.first}-{f.last}" for f in done.verdict.faults]
                    print(
                        f"{name:16s} {fault or 'clean':12s} [{spoiled.first},{spoiled.last}] "
                        f"{done.decision:8s} {'' if good else 'WRONG '}"
                        f"{'hidden ' if unseen else ''}{'' if same else 'UNLIKE '}"
                        f"{worst:.1f} dB (neighbours {near:.1f}) {said[:4]} {done.reasons[0][:70]}",
                        flush=True,
                    )
    for fault, all_ in tried.items():
        levels = quality[fault]
        told = (
            f", repaired worst {min(levels):.1f} dB, median {np.median(levels):.1f}"
            if levels
            else ""
        )
        print(f"{fault:12s} decided rightly {sum(t.right for t in all_)}/{len(all_)}{told}")
    every = [t for fault, all_ in tried.items() if fault != "clean" for t in all_]
    may = [t.right or t.hidden for t in every]
    print(
        f"decisions right {np.mean([t.right for t in every]):.1%} of {len(every)} faults, ", end=""
    )
    print(f"{np.mean(may):.1%} where {sum(t.hidden for t in every)} hidden ones may be kept")
    print(f"clean clips kept {sum(t.right for t in tried['clean'])}/{len(tried['clean'])}")
    pairs = [(q, b) for f in quality for q, b in zip(quality[f], bound[f])]
    if pairs:
        reach = [q for q, b in pairs if b >= BAR - 3]
        print(
            f"repaired to {BAR:g} dB: {sum(q >= BAR for q, _ in pairs)}/{len(pairs)}; where a clean"
            f" neighbour comes within {BAR - 3:g} dB: {sum(q >= BAR for q in reach)}/{len(reach)}"
        )
    alike = [t.alike for all_ in tried.values() for t in all_]
    print(f"size, rate, count, tags and sound as the source's: {sum(alike)}/{len(alike)}")
    print(f"{time.process_time() - start:.0f} CPU-s")


if __name__ == "__main__":
    main()
