"""Whether a clip is kept, repaired or replaced, from its verdict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from livingstill.core.errors import InputError
from livingstill.jobs.rescue.watch import Observation
from livingstill.quality.faults.detectors import kind_named
from livingstill.quality.faults.statistics import runs
from livingstill.quality.verdict import Fault, Verdict
from livingstill.settings.rescue import RescueSettings

LONGEST = 4
"""Frames in a row that interpolation rebuilds well: about 30 decibels at three."""

_MOST_REBUILT, _MOST_LEVELLED = 0.25, 0.6
"""Share of the frames that may be rebuilt, and rebuilt or set right in level."""
_JUST = 0.25
"""Severity of a fault that just reaches its limit."""
_BETWEEN = 2
"""Frames between two of one fault that are likely to share it."""
REPLACED_FROM = 0.02
"""Harm from which on a clip is replaced: a clean clip must not be lost to a doubt."""
_SHOT_SECONDS = 2.0
"""Length from which on both sides of a cut are shots, and the cut an edit."""

Box = tuple[int, int, int, int]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """What to do with a clip, why, and the frames (T,) bool that a repair rebuilds."""

    decision: Literal["keep", "repair", "replace"]
    reasons: tuple[str, ...]
    rebuild: Flags


def harm(faults: Iterable[Fault], frames: int, fps: float) -> float:
    """Return the harm that faults do to a clip, 0..1: share of its frames times how visible.

    A fault just at its limit is barely visible: visibility is 0 at severity 0.25 and 1 at 1. A cut
    spoils its shorter side, unless both are shots of their own.
    """
    visible = np.zeros(frames)
    for fault in faults:
        first, last = fault.first, fault.last
        if fault.kind == "cut":
            side = min(first, frames - first)
            if side >= _SHOT_SECONDS * fps:
                continue
            first, last = (0, first) if first == side else (first, frames - 1)
        span = slice(first, last + 1)
        visible[span] = np.maximum(visible[span], (fault.severity - _JUST) / (1 - _JUST))
    return float(visible.mean())


def decide(verdict: Verdict, strict: float = 1.0, level: Flags | None = None) -> Decision:
    """Return the decision on a verdict: repair what can be, replace where the harm is great, else keep.

    ``level`` (T,) bool are frames that are off in level alone: they heal however many they are.
    ``strict`` scales what counts: at 1 every fault does, at 0.5 those of severity 0.5 and more, 0
    keeps anything; and the harm from which on a clip is replaced. A fault at the seam alone is no
    reason: whether the clip should loop is not the clip's to say.
    """
    counting = [
        f for f in verdict.faults if f.kind != "seam" and f.severity * strict >= _JUST - 1e-9
    ]
    if level is None:
        level = np.zeros(verdict.frames, bool)
    none = np.zeros(verdict.frames, bool)
    if not counting:
        word = "no fault was found" if verdict.clean else "its faults are too slight to count"
        return Decision("keep", (word,), none)
    messages = tuple(fault.message for fault in counting)
    against = _against_repair(counting, level)
    if not against:
        return _repair(counting, level, messages)
    mendable = [fault for fault in counting if not _against_repair([fault], level)]
    if not mendable or _against_repair(mendable, level):
        mendable = []
    left = [fault for fault in counting if fault not in mendable]
    done = harm(left, verdict.frames, verdict.fps)
    share = f"harm {done:.1%} of the clip (share of its frames times how visible)"
    if done * strict >= REPLACED_FROM:
        return Decision("replace", (*against, share, *messages), none)
    share += f"; it is replaced from {REPLACED_FROM / strict:.1%} on"
    if mendable:
        return _repair(mendable, level, (share, *messages))
    return Decision("keep", (share, *against, *messages), none)


def _repair(faults: list[Fault], level: Flags, reasons: tuple[str, ...]) -> Decision:
    """Return the decision to rebuild the frames of these faults."""
    rebuild = _rebuilt(faults, level)
    rebuild |= _covered(faults, len(level)) & level
    count = int(rebuild.sum())
    frames = "frame lies" if count == 1 else "frames lie"
    return Decision("repair", (f"{count} bad {frames} between good ones", *reasons), rebuild)


def _covered(faults: Iterable[Fault], frames: int) -> Flags:
    """Return the frames (T,) that faults cover."""
    flags = np.zeros(frames, bool)
    for fault in faults:
        flags[fault.first : fault.last + 1] = True
    return flags


def _rebuilt(faults: list[Fault], level: Flags) -> Flags:
    """Return the frames (T,) to interpolate: the bad ones not off in level alone, and those between."""
    rebuild = _covered(faults, len(level)) & ~level
    bad = rebuild.copy()
    for repeats in (True, False):
        alike = (fault for fault in faults if kind_named(fault.kind).repeats == repeats)
        for first, last in runs(_covered(alike, len(level)) & bad, gap=_BETWEEN):
            rebuild[first : last + 1] = True
    return rebuild


def choose(observed: Observation, options: RescueSettings) -> Decision:
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


def _against_repair(faults: list[Fault], level: Flags) -> list[str]:
    """Return why neighbouring frames cannot heal these faults, in sentences."""
    why = [
        f"{kind} cannot be healed from neighbouring frames"
        for kind in sorted({fault.kind for fault in faults})
        if kind_named(kind).mending == "none"
    ]
    rebuild = _rebuilt(faults, level)
    longest = max((last - first + 1 for first, last in runs(rebuild)), default=0)
    if longest > LONGEST:
        why.append(f"{longest} bad frames in a row; at most {LONGEST} can be rebuilt well")
    if rebuild.mean() > _MOST_REBUILT:
        why.append(
            f"{rebuild.mean():.0%} of the frames are bad; at most {_MOST_REBUILT:.0%} are rebuilt"
        )
    if rebuild[0] or rebuild[-1]:
        why.append("the clip begins or ends badly, so there is nothing to rebuild it from")
    every = rebuild | _covered(faults, len(level)) & level
    if not why and every.mean() > _MOST_LEVELLED:
        why.append(f"{every.mean():.0%} of the frames are bad; too few are left to go by")
    return why
