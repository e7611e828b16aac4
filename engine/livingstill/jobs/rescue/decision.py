"""Whether a clip is kept, repaired or replaced, from its verdict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from livingstill.core.errors import InputError
from livingstill.jobs.rescue.options import Options
from livingstill.jobs.rescue.watch import Observation
from livingstill.quality.faults.detectors import kind_named
from livingstill.quality.faults.statistics import runs
from livingstill.quality.verdict import Fault, Verdict

LONGEST = 4
"""Frames in a row that interpolation rebuilds well: about 30 decibels at three."""

MOST = 0.25
"""Share of the clip that may be rebuilt before rendering it anew is the honest thing."""

_MOST_EASED = 0.6

_JUST = 0.25  # the severity of a fault that just reaches its bar

_BETWEEN = 2  # frames between two of one fault that are likely to share it
Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """What to do with a clip, why, and the frames (T,) bool that a repair rebuilds."""

    decision: Literal["keep", "repair", "replace"]
    reasons: tuple[str, ...]
    rebuild: NDArray[np.bool_]


def decide(
    verdict: Verdict, strict: float = 1.0, level: NDArray[np.bool_] | None = None
) -> Decision:
    """Return the decision on a verdict.

    ``level`` (T,) bool are frames that are off in level alone: they heal however many they are.

    ``strict`` scales what counts: at 1 every fault does, at 0.5 those of severity 0.5 and more, 0
    keeps anything. A fault at the seam alone is no reason: whether the clip should loop is not
    the clip's to say.
    """
    counting = [
        f for f in verdict.faults if f.kind != "seam" and f.severity * strict >= _JUST - 1e-9
    ]
    rebuild = np.zeros(verdict.frames, bool)
    if not counting:
        word = "no fault was found" if verdict.clean else "its faults are too slight to count"
        return Decision("keep", (word,), rebuild)
    for fault in counting:
        rebuild[fault.first : fault.last + 1] = True
    eased = rebuild & level if level is not None else np.zeros_like(rebuild)
    rebuild &= ~eased
    found = rebuild.copy()
    for repeats in (True, False):
        here = np.zeros_like(rebuild)
        for fault in counting:
            here[fault.first : fault.last + 1] |= kind_named(fault.kind).repeats == repeats
        for first, last in runs(here & found, gap=_BETWEEN):
            rebuild[first : last + 1] = True
    told = tuple(fault.message for fault in counting)
    against = _against_repair(counting, rebuild)
    rebuild |= eased
    if not against and rebuild.mean() > _MOST_EASED:
        against = [f"{rebuild.mean():.0%} of the frames are bad; too few are left to go by"]
    if against:
        return Decision("replace", (*against, *told), np.zeros_like(rebuild))
    count = int(rebuild.sum())
    frames = "frame lies" if count == 1 else "frames lie"
    return Decision("repair", (f"{count} bad {frames} between good ones", *told), rebuild)


def choose(observed: Observation, options: Options) -> Decision:
    """Return what to do with a clip: as asked, else as its verdict says.

    Raises
    ------
    InputError
        If a repair is asked for and every frame is bad.
    """
    verdict, levels = observed.review.verdict, observed.levels
    plan = decide(verdict, options.strict, levels.off | levels.sound)
    rebuild = plan.rebuild
    if plan.decision == "repair":
        rebuild = rebuild & ~levels.sound | levels.off
    if options.mode == "auto":
        if plan.decision == "keep" and observed.truncated:
            return Decision("repair", ("the file breaks off",), rebuild)
        return replace(plan, rebuild=rebuild)
    reasons = (f"--mode {options.mode} was given", *plan.reasons)
    if options.mode == "repair":
        rebuild = rebuild.copy()
        for fault in verdict.faults:
            if kind_named(fault.kind).mending != "none" and fault.kind != "seam":
                rebuild[fault.first : fault.last + 1] = True
        if rebuild.all():
            raise InputError(
                f"every frame of clip {observed.reader.path} is bad, so there is nothing to "
                "repair it from; give --mode replace"
            )
        if not rebuild.any() and not observed.truncated:
            return Decision("keep", (*reasons, "there is nothing to repair"), rebuild)
    return Decision(options.mode, reasons, rebuild)


def places(verdict: Verdict, rebuild: NDArray[np.bool_]) -> list[Box | None]:
    """Return for each frame the box outside which it is sound, None where nothing tells."""
    around = [_place(verdict.faults, t, t) or _place(verdict.faults, t - _BETWEEN, t + _BETWEEN)
              for t in range(verdict.frames)]  # fmt: skip
    most = 0.6 * verdict.size[0] * verdict.size[1]
    return [
        box if bad and box is not None and box[2] * box[3] < most else None
        for box, bad in zip(around, rebuild)
    ]


def _place(faults: Iterable[Fault], first: int, last: int) -> Box | None:
    """Return the box around all faults of these frames; None if one has no place, or there is none."""
    here = [f for f in faults if f.first <= last and f.last >= first and f.kind != "seam"]
    if not here or not all(kind_named(f.kind).local for f in here):
        return None
    left, top = (min(f.box[axis] for f in here) for axis in (0, 1))
    right, below = (max(f.box[axis] + f.box[axis + 2] for f in here) for axis in (0, 1))
    return left, top, right - left, below - top


def _against_repair(faults: list[Fault], rebuild: NDArray[np.bool_]) -> list[str]:
    """Return why interpolation cannot heal these faults, in sentences."""
    why = [
        f"{kind} cannot be healed from neighbouring frames"
        for kind in sorted({fault.kind for fault in faults})
        if kind_named(kind).mending == "none"
    ]
    spans = list(runs(rebuild))
    longest = max((last - first + 1 for first, last in spans), default=0)
    if longest > LONGEST:
        why.append(f"{longest} bad frames in a row; at most {LONGEST} can be rebuilt well")
    if rebuild.mean() > MOST:
        why.append(f"{rebuild.mean():.0%} of the frames are bad; at most {MOST:.0%} are rebuilt")
    if rebuild[0] or rebuild[-1]:
        why.append("the clip begins or ends badly, so there is nothing to rebuild it from")
    return why
