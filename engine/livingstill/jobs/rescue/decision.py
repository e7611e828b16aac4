"""Whether a clip is kept, repaired or replaced, from its verdict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from livingstill.core.errors import InputError
from livingstill.jobs.rescue.observation import Observation
from livingstill.quality.events import find_events
from livingstill.quality.faults.detectors import fault_kind
from livingstill.quality.faults.statistics import runs
from livingstill.quality.verdict import Fault, Verdict
from livingstill.settings.rescue import RescueSettings

MAX_RUN = 4
"""Frames in a row that interpolation rebuilds well: about 30 decibels at three."""

_MAX_REBUILT_SHARE, _MAX_REPAIRED_SHARE = 0.25, 0.6
"""Share of the frames that may be rebuilt, and rebuilt or set right in level."""
_LIMIT_SEVERITY = 0.25
"""Severity of a fault that just reaches its limit."""
_DOUBT_SEVERITY = 0.29
"""Severity up to which a fault, 1.2 times its limit, may be what real footage does now and then."""
_BRIDGED_GAP = 2
"""Frames between two of one fault that are likely to share it."""
REPLACED_FROM = 0.02
"""Harm from which on a clip is replaced: a clean clip must not be lost to a doubt."""
REPLACED_AFTER_REPAIR = 0.1
"""The same where a repair was tried in vain: few frames are bad, and all others would be lost."""
_REPAIRED_FROM, _RARE_SKIPS_REPAIRED_FROM = 0.002, 0.003
"""Harm of skips and repeats from which on a clip is coded anew: cameras and converters leave some; and
of rare ones. Of slight and rare faults of other kinds the first."""
_RARE_SECONDS, _SLIGHT_SEVERITY = 2.5, 0.4
"""Seconds to a fault, in the mean, beyond which faults are rare; severity, twice the limit, below which
they are slight."""
_SHOT_SECONDS = 2.0
"""Length from which on both sides of a cut are shots, and the clip is edited."""

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
    spoils its shorter side, unless the clip is edited.
    """
    visible = np.zeros(frames)
    faults = list(faults)
    edited = _is_edited(faults, frames, fps)
    for fault in faults:
        first, last = fault.first, fault.last
        if fault.kind == "cut":
            if edited:
                continue
            side = min(first, frames - first)
            first, last = (0, first) if first == side else (first, frames - 1)
        span = slice(first, last + 1)
        visible[span] = np.maximum(
            visible[span], (fault.severity - _LIMIT_SEVERITY) / (1 - _LIMIT_SEVERITY)
        )
    return float(visible.mean())


def _is_edited(faults: Iterable[Fault], frames: int, fps: float) -> bool:
    """Return whether a clip has a cut between two shots: then its first and last may be trimmed short."""
    bounds = [0, *sorted(fault.first for fault in faults if fault.kind == "cut"), frames]
    shots = np.diff(bounds)
    return bool((np.minimum(shots[:-1], shots[1:]) >= _SHOT_SECONDS * fps).any())


def decide(verdict: Verdict, strict: float = 1.0, level: Flags | None = None) -> Decision:
    """Return the decision on a verdict: repair what can be, replace where the harm is great, else keep.

    ``level`` (T,) bool are frames that are off in level alone: they heal however many they are.
    ``strict`` scales what counts: at 1 faults of severity 0.29 and more, which are beyond doubt, at
    1.2 every one, at 0.5 those of severity 0.58 and more, 0 keeps anything; and the harm from which
    on a clip is replaced. A fault at the seam alone is no reason: whether the clip should loop is
    not the clip's to say.
    """
    faults = [fault for fault in verdict.faults if fault.kind != "seam"]
    counting = [fault for fault in faults if fault.severity * strict >= _DOUBT_SEVERITY]
    if level is None:
        level = np.zeros(verdict.frames, bool)
    none = np.zeros(verdict.frames, bool)
    if not counting:
        word = "no fault was found" if verdict.clean else "its faults are too slight to count"
        return Decision("keep", (word,), none)
    messages = (*_sentences(counting, verdict), *_too_slight(len(faults) - len(counting), strict))
    done = harm(counting, verdict.frames, verdict.fps)
    least, those = _least_to_repair(counting, verdict)
    if done * strict < least:
        share = f"harm {done:.2%} of the clip; {those} are repaired from {least / strict:.1%} on"
        return Decision("keep", (share, *messages), none)
    obstacles = _obstacles_to_repair(counting, level)
    if not obstacles:
        return _repair(counting, level, messages)
    repairable = _repairable(counting, level)
    remaining = [fault for fault in counting if fault not in repairable]
    remaining_harm = harm(remaining, verdict.frames, verdict.fps)
    share = f"harm {remaining_harm:.1%} of the clip (share of its frames times how visible)"
    if remaining_harm * strict >= REPLACED_FROM:
        return Decision("replace", (*obstacles, share, *messages), none)
    share += f"; it is replaced from {REPLACED_FROM / strict:.1%} on"
    if repairable:
        return _repair(repairable, level, (share, *messages))
    return Decision("keep", (share, *obstacles, *messages), none)


def _least_to_repair(faults: list[Fault], verdict: Verdict) -> tuple[float, str]:
    """Return the harm of these faults from which on a clip is coded anew for them, and what they are."""
    rare = len(faults) * _RARE_SECONDS < verdict.frames / verdict.fps
    if all(_is_of_time(fault) for fault in faults):
        if rare:
            return _RARE_SKIPS_REPAIRED_FROM, "rare skips and repeats"
        return _REPAIRED_FROM, "skips and repeats"
    if rare and all(fault.severity < _SLIGHT_SEVERITY for fault in faults):
        return _REPAIRED_FROM, "rare slight faults"
    return 0.0, "faults that are seen"


def _is_of_time(fault: Fault) -> bool:
    """Return whether a fault is of when pictures come, and not of what they show."""
    return fault.kind == "drop" or fault_kind(fault.kind).repeats


def _repairable(faults: list[Fault], level: Flags) -> list[Fault]:
    """Return the faults that can be repaired together, the worst of them first."""
    chosen: list[Fault] = []
    for fault in sorted(faults, key=lambda f: -f.severity):
        if not _obstacles_to_repair([*chosen, fault], level):
            chosen.append(fault)
    return chosen


def _too_slight(count: int, strict: float) -> tuple[str, ...]:
    """Return that so many faults do not count, and what makes them."""
    if count == 0 or strict <= 0:
        return ()
    what = "1 slighter fault does" if count == 1 else f"{count} slighter faults do"
    return (f"{what} not count; --strict {_DOUBT_SEVERITY / _LIMIT_SEVERITY:.2g} counts every one",)


def _sentences(faults: list[Fault], verdict: Verdict) -> tuple[str, ...]:
    """Return what is wrong and how sure that is, an event each, worst first."""
    events = find_events(faults, verdict.frames, verdict.size, verdict.fps)
    return tuple(f"{event.message[:-1]}; {event.confidence}" for event in events)


def _repair(faults: list[Fault], level: Flags, reasons: tuple[str, ...]) -> Decision:
    """Return the decision to rebuild the frames of these faults."""
    rebuild = _frames_to_rebuild(faults, level)
    rebuild |= _faulty_frames(faults, len(level)) & level
    count = int(rebuild.sum())
    frames = "frame lies" if count == 1 else "frames lie"
    return Decision("repair", (f"{count} bad {frames} between good ones", *reasons), rebuild)


def _faulty_frames(faults: Iterable[Fault], frames: int) -> Flags:
    """Return the frames (T,) that faults cover."""
    flags = np.zeros(frames, bool)
    for fault in faults:
        flags[fault.first : fault.last + 1] = True
    return flags


def _frames_to_rebuild(faults: list[Fault], level: Flags) -> Flags:
    """Return the frames (T,) to interpolate: the bad ones not off in level alone, and those between."""
    rebuild = _faulty_frames(faults, len(level)) & ~level
    bad = rebuild.copy()
    for repeats in (True, False):
        alike = (fault for fault in faults if fault_kind(fault.kind).repeats == repeats)
        for first, last in runs(_faulty_frames(alike, len(level)) & bad, gap=_BRIDGED_GAP):
            rebuild[first : last + 1] = True
    return rebuild


def choose(observation: Observation, options: RescueSettings) -> Decision:
    """Return what to do with a clip: as asked, else as its verdict says.

    Raises
    ------
    InputError
        If a repair is asked for and every frame is bad.
    """
    verdict, levels = observation.review.verdict, observation.levels
    plan = decide(verdict, options.strict, levels.shifted | levels.unaffected)
    rebuild = plan.rebuild
    if plan.decision == "repair":
        rebuild = rebuild & ~levels.unaffected | levels.shifted
    if options.mode == "auto":
        if plan.decision == "keep" and observation.truncated:
            return Decision("repair", ("the file breaks off",), rebuild)
        return replace(plan, rebuild=rebuild)
    reasons = (f"--mode {options.mode} was given", *plan.reasons)
    if options.mode == "repair":
        rebuild = rebuild.copy()
        for fault in verdict.faults:
            if fault_kind(fault.kind).repairable and fault.kind != "seam":
                rebuild[fault.first : fault.last + 1] = True
        if rebuild.all():
            raise InputError(
                f"every frame of clip {observation.reader.path} is bad, so there is nothing to "
                "repair it from; give --mode replace"
            )
        if not rebuild.any() and not observation.truncated:
            return Decision("keep", (*reasons, "there is nothing to repair"), rebuild)
    return Decision(options.mode, reasons, rebuild)


def fault_boxes(verdict: Verdict, rebuild: NDArray[np.bool_]) -> list[Box | None]:
    """Return for each frame the box that holds its faults, None where they are not located."""
    boxes = [_fault_box(verdict.faults, t, t) or _fault_box(verdict.faults, t - _BRIDGED_GAP, t + _BRIDGED_GAP)
              for t in range(verdict.frames)]  # fmt: skip
    max_area = 0.6 * verdict.size[0] * verdict.size[1]
    return [
        box if bad and box is not None and box[2] * box[3] < max_area else None
        for box, bad in zip(boxes, rebuild)
    ]


def _fault_box(faults: Iterable[Fault], first: int, last: int) -> Box | None:
    """Return the box around all faults of these frames; None if one has no place, or there is none."""
    overlapping = [f for f in faults if f.first <= last and f.last >= first and f.kind != "seam"]
    if not overlapping or not all(fault_kind(f.kind).local for f in overlapping):
        return None
    left, top = (min(f.box[axis] for f in overlapping) for axis in (0, 1))
    right, bottom = (max(f.box[axis] + f.box[axis + 2] for f in overlapping) for axis in (0, 1))
    return left, top, right - left, bottom - top


def _obstacles_to_repair(faults: list[Fault], level: Flags) -> list[str]:
    """Return sentences on why neighbouring frames cannot repair these faults."""
    obstacles = [
        f"{kind} cannot be healed from neighbouring frames"
        for kind in sorted({fault.kind for fault in faults})
        if not fault_kind(kind).repairable
    ]
    rebuild = _frames_to_rebuild(faults, level)
    longest = max((last - first + 1 for first, last in runs(rebuild)), default=0)
    if longest > MAX_RUN:
        obstacles.append(f"{longest} bad frames in a row; at most {MAX_RUN} can be rebuilt well")
    if rebuild.mean() > _MAX_REBUILT_SHARE:
        obstacles.append(
            f"{rebuild.mean():.0%} of the frames are bad; at most {_MAX_REBUILT_SHARE:.0%} are rebuilt"
        )
    if rebuild[0] or rebuild[-1]:
        obstacles.append("the clip begins or ends badly, so there is nothing to rebuild it from")
    repaired = rebuild | _faulty_frames(faults, len(level)) & level
    if not obstacles and repaired.mean() > _MAX_REPAIRED_SHARE:
        obstacles.append(f"{repaired.mean():.0%} of the frames are bad; too few are left to go by")
    return obstacles
