"""What rescue decides on clean clips and on faults put into them, and how well it repairs.

    python benchmarks/rescue.py [--frames N] [--width W] [--windows N] [--faults A,B] [--seed N]
                                [--late] [CLIP|FOLDER...]

The clips: those named, and clips of samples/ rendered by ourselves. Each is taken clean, at full
size, in several stretches, and, reduced to ``--width``, with each fault in it: written at high
quality with a tone, rescued, and read again. Right is: a clean clip kept byte for byte; up to 4 bad
frames in a row repaired, and any number whose level alone is off; else the clip replaced. A fault
that no eye can find may be kept too (``hidden`` says when); such are counted apart. Repaired frames are compared with the
clean ones; size, rate, count, stamps, tags and sound with the source's. Of a clip with faults of
its own, frames repeated and then skipped, the longest stretch without is taken. Wrong cases are told
on standard error; a run that is interrupted tells what it has.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, pairwise, zip_longest
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(Path(__file__).parent)]

import director  # noqa: E402
import faults  # noqa: E402
import rescue_clips  # noqa: E402
from clip_scenes import psnr  # noqa: E402
from livingstill.jobs.rescue.decision import MAX_RUN  # noqa: E402
from livingstill.jobs.rescue.run import rescue  # noqa: E402
from livingstill.settings.rescue import RescueJob  # noqa: E402

NAMES = ("drop", "duplicate", "flicker", "melt", "colour jump", "scramble", "black", "freeze")
LEVEL = ("flicker", "colour jump")
MADE = (
    ("lake", "push-in"), ("lake", "truck-left"), ("river", "static"), ("river", "pull-out"),
    ("kitchen", "truck-right"), ("living-room", "orbit"), ("house", "pan-left"),
    ("meadow", "sway"), ("product", "arc"),
)  # fmt: skip
BAR = 30.0
"""Decibels that a repaired frame should reach where 1 to 3 frames were bad."""
UNSEEN = 255**2 / 10**4
"""Mean squared error of 40 dB, levels squared."""


@dataclass(frozen=True)
class Tried:
    """One rescue: ``hidden`` tells that the fault drowns in what the clip does by itself.

    ``worst`` is the worst repaired frame against the truth, ``near`` what its better clean
    neighbour comes to, both dB, where 1 to 3 frames were bad; ``foretold`` what the report says.
    """

    right: bool
    hidden: bool
    alike: bool
    decision: str
    worst: float | None = None
    near: float = 0.0
    foretold: float = 99.0


def right(fault: str, length: int) -> set[str]:
    """Return the decisions that suit a fault of ``length`` frames."""
    if not fault:
        return {"keep"}
    if fault == "drop":
        return {"repair"}
    if fault in LEVEL:
        return {"repair"}
    # a fault rises and fades: the frames at its bar may or may not count
    if fault == "melt" and length in (MAX_RUN + 1, MAX_RUN + 2):
        return {"repair", "replace"}
    return {"repair"} if length <= MAX_RUN else {"replace"}


def hidden(fault: str, spoiled: faults.Spoiled, clip: faults.Clip) -> bool:
    """Tell whether a fault is beyond the eye.

    Its frames come within 40 dB of the truth in every part of the picture; or a melt is smaller, in every
    part, than what the clip changes there from one frame to the next; or a skip is no larger than the
    clip's own steps. A part is a sixteenth of the width.
    """
    if not fault:
        return False
    if fault == "drop":
        steps = _steps(clip)
        gap = cv2.absdiff(spoiled.clip[spoiled.last], spoiled.clip[spoiled.first])
        return float(gap.mean()) < max(0.5, 1.15 * float(np.quantile(steps, 0.9)))
    span = range(spoiled.first, spoiled.last + 1)
    wrong = np.max([_mean_squared_error(spoiled.clip[t], clip[t]) for t in span], axis=0)
    if wrong.max() < UNSEEN:
        return True
    natural = np.max([_mean_squared_error(clip[t], clip[t - 1]) for t in span], axis=0)
    return fault == "melt" and bool((wrong < np.maximum(natural, UNSEEN)).all())


def _mean_squared_error(frame: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Return the mean squared difference of each part of a frame, levels squared."""
    squared = (cv2.absdiff(frame, reference).astype(np.float32) ** 2).mean(-1)
    height, width = squared.shape
    size = (16, max(1, round(16 * height / width)))
    return cv2.resize(squared, size, interpolation=cv2.INTER_AREA)


def _steps(clip: faults.Clip) -> list[float]:
    return [float(cv2.absdiff(a, b).mean()) for a, b in pairwise(clip)]


def sound(clip: faults.Clip) -> faults.Clip:
    """Return the longest stretch without faults of its own: repeats left out, no skip after one."""
    steps = _steps(clip)
    usual = float(np.median(steps))
    pieces: list[faults.Clip] = [[clip[0]]]
    for frame, step, before in zip(clip[1:], steps, [usual, *steps]):
        if step > 0.35 * usual:
            if before <= 0.35 * usual and step > 1.7 * usual:
                pieces.append([])
            pieces[-1].append(frame)
    return max(pieces, key=len)


def small(clip: faults.Clip, width: int) -> faults.Clip:
    """Return the clip at most ``width`` wide."""
    width = min(width, clip[0].shape[1])
    size = (width, 2 * round(width * clip[0].shape[0] / clip[0].shape[1] / 2))
    return [cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in clip]


def made(folder: Path) -> Iterator[Path]:
    """Render the clips of our own."""
    import livingstill

    for name, move in MADE:
        loop = "seamless" if move in ("push-in", "static", "orbit", "sway") else "none"
        clip = livingstill.animate(
            ROOT / "samples" / f"{name}.jpg",
            camera=move, loop=loop, size="480x320", duration=2.2, quality="draft",
        )  # fmt: skip
        clip.save(str(folder / f"{name}-{move}.mp4"))
        yield folder / f"{name}-{move}.mp4"


def stretches(clip: faults.Clip, frames: int, most: int) -> list[faults.Clip]:
    """Return up to ``most`` stretches of ``frames`` frames, spread over the clip."""
    count = max(1, min(most, len(clip) // frames))
    starts = np.linspace(0, max(0, len(clip) - frames), count).astype(int)
    return [clip[s : s + frames] for s in starts]


def attempt(name: str, fault: str, clip: faults.Clip, folder: Path, seed: int) -> Tried:
    """Rescue a clip with a fault in it, or a clean one."""
    spoiled = director.spoil(name, fault, clip, seed) if fault else faults.Spoiled(clip, 0, -1, ())
    source = rescue_clips.written(folder / "in.mp4", spoiled.clip)
    out = folder / "out.mp4"
    length = spoiled.last - spoiled.first + 1
    done = rescue(source, out, None, RescueJob(overwrite=True, quality="draft"))
    good = done.decision in right(fault, length)
    unseen = hidden(fault, spoiled, clip)
    if done.decision == "keep":
        alike = source.read_bytes() == out.read_bytes()
    else:
        alike = rescue_clips.told(source) == rescue_clips.told(out)
    worst, near, foretold = None, 0.0, 99.0
    if done.decision == "repair" and fault not in ("", "drop") and length < MAX_RUN:
        rebuilt = rescue_clips.decoded(out)
        span = range(spoiled.first, spoiled.last + 1)
        worst = min(psnr(rebuilt[i], clip[i]) for i in span)
        near = min(max(psnr(clip[i + d], clip[i]) for d in (-1, 1)) for i in span)
        said = re.search(r"come within (\d+) dB", " ".join(done.notes))
        foretold = float(said[1]) if said else 99.0
    if not good or not alike or (worst is not None and worst < BAR):
        said = ", ".join(f"{f.kind} {f.first}-{f.last}" for f in done.verdict.faults[:3])
        print(
            f"{name:20s} {fault or 'clean':11s} [{spoiled.first},{spoiled.last}] {done.decision:7s}"
            f"{'' if good else ' WRONG'}{' hidden' if unseen else ''}{'' if alike else ' UNLIKE'}"
            f"{'' if worst is None else f' {worst:.1f} dB, neighbours {near:.1f}'}; {said}",
            file=sys.stderr,
            flush=True,
        )
    return Tried(good, unseen, alike, done.decision, worst, near, foretold)


def row(fault: str, tried: list[Tried]) -> str:
    """Return a line of the table."""
    count = len(tried)
    right_ = sum(t.right for t in tried)
    may = sum(t.right or t.hidden for t in tried)
    levels = [t.worst for t in tried if t.worst is not None]
    reach = f"{sum(level >= BAR for level in levels)}/{len(levels)}" if levels else ""
    told = [f"{np.median(levels):.1f}", f"{min(levels):.1f}"] if levels else ["", ""]
    alike = f"{sum(t.alike for t in tried)}/{count}"
    cells = [
        fault,
        f"{right_}/{count}",
        f"{right_ / count:.1%}",
        f"{may / count:.1%}",
        f"{sum(t.hidden for t in tried)}",
        reach,
        *told,
        alike,
    ]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("clips", nargs="*", type=Path)
    parser.add_argument("--frames", type=int, default=32)
    parser.add_argument("--width", type=int, default=256, help="of spoiled clips")
    parser.add_argument("--windows", type=int, default=2, help="clean stretches of a clip at most")
    parser.add_argument("--faults", default=",".join(NAMES))
    parser.add_argument("--seed", type=int, default=0, help="of where and how the faults are")
    parser.add_argument(
        "--late", action="store_true", help="the last frames of clips, not the first"
    )
    args = parser.parse_args()
    tried: dict[str, list[Tried]] = defaultdict(list)
    start = time.process_time()
    count = 0
    with tempfile.TemporaryDirectory() as name, suppress(KeyboardInterrupt):
        given = [p for c in args.clips for p in (sorted(c.iterdir()) if c.is_dir() else [c])]
        for path in chain.from_iterable(zip_longest(given, made(Path(name)))):
            if path is not None:
                one(path, args, Path(name), tried)
                count += 1
    print(f"{count} clips, {args.frames} frames each")
    print()
    print(
        "| fault | decided rightly | | or hidden | hidden at all | repaired to 30 dB | median dB | worst dB "
        "| file as the source's |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for fault, all_ in tried.items():
        print(row(fault, all_))
    print(row("all faults", [t for fault, all_ in tried.items() if fault != "clean" for t in all_]))
    levels = [t for all_ in tried.values() for t in all_ if t.worst is not None]
    reach = [t.worst or 0.0 for t in levels if t.near >= BAR - 3]
    short = [t for t in levels if t.worst is not None and t.worst < BAR]
    told = sum(t.foretold <= BAR for t in short)
    replaced = [t for all_ in tried.values() for t in all_ if t.decision == "replace"]
    print()
    print(
        f"Repaired to {BAR:g} dB counts clips with 1 to 3 bad frames, by the worst of them; where a "
        f"clean neighbour comes within {BAR - 3:g} dB of it: "
        f"{sum(q >= BAR for q in reach)}/{len(reach)}; the report foretold it of {told} of the "
        f"{len(short)} below. "
        f"Replaced clips with the source's size, rate, count, tags and sound: "
        f"{sum(t.alike for t in replaced)}/{len(replaced)}. {time.process_time() - start:.0f} CPU-s."
    )


def one(path: Path, args: argparse.Namespace, folder: Path, tried: dict[str, list[Tried]]) -> None:
    """Take a clip clean, and with every fault."""
    most = 10**6 if args.late else args.frames * args.windows * 5 // 4
    whole = sound(director.read(path, most)[0][-480:])
    for clip in stretches(whole, args.frames, args.windows):
        tried["clean"].append(attempt(path.stem, "", clip, folder, args.seed))
    clip = small(whole[-args.frames :] if args.late else whole[: args.frames], args.width)
    for fault in args.faults.split(","):
        tried[fault].append(attempt(path.stem, fault, clip, folder, args.seed))


if __name__ == "__main__":
    main()
