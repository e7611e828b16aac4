"""Bad frames of a clip set right: levels corrected, the rest rebuilt between good frames."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from math import inf, log10
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import UInt8Array
from livingstill.jobs.rescue import interpolation, levels
from livingstill.jobs.rescue.decision import LONGEST, Box, Decision, harm, places
from livingstill.jobs.rescue.keep import writer
from livingstill.jobs.rescue.result import Outcome
from livingstill.jobs.rescue.watch import Observation
from livingstill.jobs.stages import Stages
from livingstill.quality import no_reference
from livingstill.quality.faults.statistics import runs
from livingstill.quality.verdict import Verdict, judge
from livingstill.settings.rescue import RescueJob

Flags = NDArray[np.bool_]
Boxes = list[Box | None]

_HEALED = 0.8
"""Share of the worst severity that may be left where a clip was repaired..."""
_SLIGHT = 0.34
"""...and the severity, half beyond the limit, that may be left in any case."""
_ALLOWED = 0.2
"""Frames' worth of harm that a repair may add in a kind: a fault just beyond its limit."""
_FAITHFUL = 30.0
"""Decibels below which a rebuilt frame is a likely picture, not the true one."""


class Unhealed(Exception):  # noqa: N818  (control flow: drops the half-written file)
    """A repair did not remove what it was made for; the message says what is left."""


def repair(
    observed: Observation, decision: Decision, output: Path, options: RescueJob, stages: Stages
) -> Outcome:
    """Write the clip with its bad frames repaired, by the first attempt that heals it.

    Raises
    ------
    Unhealed
        If no attempt does; then nothing is written.
    """
    left = ""
    for attempt, boxes in attempts(decision, observed.review.verdict):
        try:
            return _write(observed, attempt.rebuild, boxes, output, options, stages)
        except Unhealed as error:
            left = str(error)
    raise Unhealed(left)


def attempts(decision: Decision, verdict: Verdict) -> Iterator[tuple[Decision, Boxes | None]]:
    """Yield ways to repair: the spoiled places, whole frames, whole frames and their neighbours."""
    boxes = places(verdict, decision.rebuild)
    if any(boxes):
        yield decision, boxes
    yield decision, None
    wider = _widened(decision)
    if wider is not None:  # a skip is spread over more frames
        yield wider, None


def _widened(decision: Decision) -> Decision | None:
    """Return the decision with a frame more on either side of its bad ones, if not too many."""
    wide = _grown(decision.rebuild)
    longest = max((last - first + 1 for first, last in runs(wide)), default=0)
    if not 0 < longest <= LONGEST or wide[0] or wide[-1]:
        return None
    return replace(decision, rebuild=wide)


def _grown(bad: Flags) -> Flags:
    return np.asarray(bad | np.r_[bad[1:], False] | np.r_[False, bad[:-1]])


def _write(
    observed: Observation,
    bad: Flags,
    boxes: Boxes | None,
    output: Path,
    options: RescueJob,
    stages: Stages,
) -> Outcome:
    """Write the repaired frames and measure them on the way; unhealed, nothing is left."""
    observer = no_reference.Observer()
    with writer(observed, output, options) as target, stages("frames", observed.frames) as step:
        for frame in interpolation.mend(_pieces(observed, bad, boxes)):
            observer.look(frame)
            target.write(frame)
            step()
        if options.mode == "auto":
            left = _remaining(observed, judge(observer.series(observed.review.series.fps)), bad)
            if left:
                raise Unhealed(left)
    level = bad & observed.levels.off
    notes = [*target.notes, *_trial_note(observed, bad & ~level)]
    if level.any():
        notes.append(f"{int(level.sum())} frames had their brightness and colour set right")
    return Outcome(tuple(notes), rebuilt=tuple(map(int, np.flatnonzero(bad))))


def _pieces(
    observed: Observation, bad: Flags, boxes: Boxes | None
) -> Iterator[interpolation.Piece]:
    """Yield each frame with what of it has to be rebuilt; levels that alone are off are corrected."""
    fit = observed.levels
    for index, frame in enumerate(observed.pictures()):
        box = boxes[index] if boxes else None
        if bad[index] and fit.off[index]:
            gain = fit.gain[index]
            clipped = levels.clipped_area(frame, gain)
            corrected = levels.corrected(frame, gain, fit.offset[index])
            yield interpolation.Piece(corrected, clipped, bright=True)
        elif bad[index] and box is None:
            yield interpolation.Piece(None)
        else:
            lost = interpolation.around(box, frame.shape) if box and bad[index] else None
            yield interpolation.Piece(frame, lost)


def _remaining(observed: Observation, after: Verdict, bad: Flags) -> str:
    """Say what a repair left, if it left the worst."""
    near = _grown(bad)
    before = max((f.severity for f in observed.review.verdict.faults), default=0.0)
    for fault in after.faults:
        span = slice(fault.first, fault.last + 1)
        where = near if fault.kind in ("drop", "jitter", "cut") else bad
        touched = where[span].any() and fault.kind not in ("blur", "seam")
        # rounding of what was set right is seen in a clip that hardly moves, and by no one else
        rounding = observed.levels.off[span].all() and fault.kind in ("flicker", "colour")
        if touched and not rounding and fault.severity > max(_SLIGHT, _HEALED * before):
            return f"repair did not heal it: {fault.message}"
    return worse_kind(observed.review.verdict, after)


def worse_kind(before: Verdict, after: Verdict) -> str:
    """Say which kind of fault does more harm after a repair than before, if one does."""
    for kind in sorted({fault.kind for fault in after.faults} - {"seam"}):
        done, left = (
            harm((f for f in v.faults if f.kind == kind), v.frames, v.fps) for v in (before, after)
        )
        if left > done + _ALLOWED / after.frames:
            return f"repair did not make it better: {kind} does more harm than before"
    return ""


def _trial_note(observed: Observation, bad: Flags) -> list[str]:
    """Say how near the truth good frames come, rebuilt from as far as the bad ones were.

    Nothing where nothing was rebuilt, or no stretch of good frames is long enough.
    """
    spans = list(runs(bad))
    count = max((last - first + 1 for first, last in spans), default=0)
    if not 0 < count <= LONGEST:
        return []
    good = np.lib.stride_tricks.sliding_window_view(~bad, count + 2).all(1)
    starts = np.flatnonzero(good)
    if not starts.size:
        return []
    start = int(starts[np.abs(starts - spans[0][0]).argmin()])
    held = list(islice(observed.pictures(), start, start + count + 2))
    times = [(i + 1) / (count + 1) for i in range(count)]
    made = interpolation.between(held[0], held[-1], times)
    worst = min(decibels(frame, truth) for frame, truth in zip(made, held[1:-1]))
    chance = "; such texture is chance, which no one can foretell" if worst < _FAITHFUL else ""
    return [f"good frames beside them, rebuilt as a trial, come within {worst:.0f} dB{chance}"]


def decibels(frame: UInt8Array, aim: UInt8Array) -> float:
    """Return the peak signal to noise of a picture against another, inf where they are the same."""
    error = float(np.mean((frame.astype(np.float32) - aim) ** 2))
    return 10 * log10(255**2 / error) if error else inf
