"""Repairs the bad frames of a clip: levels corrected, the rest interpolated between good frames."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from math import inf, log10
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import UInt8Array
from livingstill.io import files
from livingstill.jobs import check
from livingstill.jobs.rescue import double_image, interpolation, levels
from livingstill.jobs.rescue.decision import MAX_RUN, Box, Decision, fault_boxes, harm
from livingstill.jobs.rescue.keep import writer
from livingstill.jobs.rescue.observation import Observation
from livingstill.jobs.rescue.result import WriteResult
from livingstill.jobs.stages import Stages
from livingstill.media import clip_reader
from livingstill.quality.faults.statistics import runs
from livingstill.quality.verdict import Verdict
from livingstill.settings.rescue import RescueJob

Flags = NDArray[np.bool_]
Boxes = list[Box | None]

_MAX_LEFT_RATIO = 0.8
"""Share of the worst severity that may be left where a clip was repaired..."""
_MAX_LEFT_SEVERITY = 0.34
"""...and the severity, half beyond the limit, that may be left in any case."""
_MAX_ADDED_HARM = 0.2
"""Frames' worth of harm that a repair may add in a kind: a fault just beyond its limit."""
_MAX_DOUBLE_AREA, _MAX_DOUBLE_RATIO = 0.04, 3.0
"""Share of a rebuilt frame that may be a mixture of two pictures, and how many times that of good frames
that are as far from each other."""
_TRIALS = 5
_LOST_KINDS = ("black", "scramble", "flicker", "colour")
"""Kinds of fault whose frames are so unlike those beside them that even a mixture is better."""
_FAITHFUL_DECIBELS = 30.0
"""Decibels below which a rebuilt frame is a likely picture, not the true one."""


class RepairFailed(Exception):  # noqa: N818  (control flow: drops the half-written file)
    """A repair did not remove what it was made for; the message says what is left."""


def repair(
    observation: Observation, decision: Decision, output: Path, options: RescueJob, stages: Stages
) -> WriteResult:
    """Write the clip with its bad frames repaired, by the first attempt that heals it.

    Raises
    ------
    RepairFailed
        If no attempt does; then nothing is written.
    """
    reason = ""
    for attempt, boxes in attempts(decision, observation.review.verdict):
        bad, notes = attempt.rebuild, tuple[str, ...]()
        if options.mode == "auto":
            bad, notes = without_double_images(observation, bad)
            if notes and not bad.any():
                reason = f"a repair would not heal it: {notes[0]}"
                continue
        try:
            done = _write(observation, bad, boxes, output, options, stages)
            return replace(done, notes=(*done.notes, *notes))
        except RepairFailed as error:
            reason = str(error)
    raise RepairFailed(reason)


def attempts(decision: Decision, verdict: Verdict) -> Iterator[tuple[Decision, Boxes | None]]:
    """Yield ways to repair: the spoiled places, whole frames, whole frames and their neighbours."""
    boxes = fault_boxes(verdict, decision.rebuild)
    if any(boxes):
        yield decision, boxes
    yield decision, None
    wider = _widen(decision)
    if wider is not None:  # a skip is spread over more frames
        yield wider, None


def _widen(decision: Decision) -> Decision | None:
    """Return the decision with a frame more on either side of its bad ones, if not too many."""
    widened = _dilate(decision.rebuild)
    longest = max((last - first + 1 for first, last in runs(widened)), default=0)
    if not 0 < longest <= MAX_RUN or widened[0] or widened[-1]:
        return None
    return replace(decision, rebuild=widened)


def _dilate(bad: Flags) -> Flags:
    return np.asarray(bad | np.r_[bad[1:], False] | np.r_[False, bad[:-1]])


def _write(
    observation: Observation,
    bad: Flags,
    boxes: Boxes | None,
    output: Path,
    options: RescueJob,
    stages: Stages,
) -> WriteResult:
    """Write the repaired frames, check the file that they make, and leave nothing if it is no better.

    The file is what counts: coding it anew changes frames, too.
    """
    with files.temporary(output, folder=True) as folder:
        trial = folder / output.name
        with (
            writer(observation, trial, options) as target,
            stages("frames", observation.frames) as step,
        ):
            for frame in interpolation.rebuild(_damaged_frames(observation, bad, boxes)):
                target.write(frame)
                step()
        if options.mode == "auto":
            reader = clip_reader.ClipReader(trial)
            with stages("checking", observation.frames) as step:
                series = check.measure(reader, None, step).series
            reason = _unrepaired(observation, check.judge(reader, series).verdict, bad)
            if reason:
                raise RepairFailed(reason)
        for file in sorted(folder.iterdir()):
            with files.atomic_write(output.with_name(file.name), options.overwrite) as part:
                file.replace(part)
    level = bad & observation.levels.shifted
    notes = [*target.notes, *_trial_note(observation, bad & ~level)]
    if level.any():
        notes.append(f"{int(level.sum())} frames had their brightness and colour set right")
    return WriteResult(tuple(notes), rebuilt=tuple(map(int, np.flatnonzero(bad))))


def without_double_images(observation: Observation, bad: Flags) -> tuple[Flags, tuple[str, ...]]:
    """Return the frames (T,) to rebuild without those whose picture would be double, and notes on them.

    Flames and flags are mixtures at any distance, so good frames as far apart are held against it.
    """
    lost = np.zeros_like(bad)
    for fault in observation.review.verdict.faults:
        lost[fault.first : fault.last + 1] |= fault.kind in _LOST_KINDS
    spans = [
        (first - 1, last + 1)
        for first, last in runs(bad & ~observation.levels.shifted)
        if first > 0 and last + 1 < len(bad) and not lost[first : last + 1].all()
    ]
    if not spans:
        return bad, ()
    length = max(after - before for before, after in spans)
    sound = np.flatnonzero(np.lib.stride_tricks.sliding_window_view(~bad, length + 1).all(1))
    starts = sound[np.linspace(0, len(sound) - 1, min(_TRIALS, len(sound))).round().astype(int)]
    trials = [(int(start), int(start) + length) for start in starts]
    wanted = {index for span in (*spans, *trials) for index in span}
    pictures = {
        index: double_image.reduced(frame)
        for index, frame in enumerate(observation.pictures())
        if index in wanted
    }
    usual = max((double_image.double_area(pictures[a], pictures[b]) for a, b in trials), default=0)
    kept, notes = bad.copy(), []
    for before, after in spans:
        area = double_image.double_area(pictures[before], pictures[after])
        if area > max(_MAX_DOUBLE_AREA, _MAX_DOUBLE_RATIO * usual):
            kept[before + 1 : after] = False
            notes.append(
                f"nothing leads from frame {before} to frame {after} in {area:.0%} of the picture, "
                "which would be double; what lies between stays"
            )
    return kept, tuple(notes)


def _damaged_frames(
    observation: Observation, bad: Flags, boxes: Boxes | None
) -> Iterator[interpolation.DamagedFrame]:
    """Yield each frame with what of it has to be rebuilt; levels that alone are off are corrected."""
    fit = observation.levels
    for index, frame in enumerate(observation.pictures()):
        box = boxes[index] if boxes else None
        if bad[index] and fit.shifted[index]:
            gain = fit.gain[index]
            clipped = levels.clipped_area(frame, gain)
            corrected = levels.apply_levels(frame, gain, fit.offset[index])
            yield interpolation.DamagedFrame(corrected, clipped, clipped_high=True)
        elif bad[index] and box is None:
            yield interpolation.DamagedFrame(None)
        else:
            damage = interpolation.soft_box_mask(box, frame.shape) if box and bad[index] else None
            yield interpolation.DamagedFrame(frame, damage)


def _unrepaired(observation: Observation, after: Verdict, bad: Flags) -> str:
    """Return a sentence on a fault that the repair left at nearly the worst severity, or ""."""
    dilated = _dilate(bad)
    worst = max((f.severity for f in observation.review.verdict.faults), default=0.0)
    for fault in after.faults:
        span = slice(fault.first, fault.last + 1)
        flags = dilated if fault.kind in ("drop", "jitter", "cut") else bad
        affected = flags[span].any() and fault.kind not in ("blur", "seam")
        # rounding of what was set right is seen in a clip that hardly moves, and by no one else
        rounding = observation.levels.shifted[span].all() and fault.kind in ("flicker", "colour")
        if (
            affected
            and not rounding
            and fault.severity > max(_MAX_LEFT_SEVERITY, _MAX_LEFT_RATIO * worst)
        ):
            return f"repair did not heal it: {fault.message}"
    near = [f for f in after.faults if dilated[f.first : f.last + 1].any()]
    # what is found where no frame was rebuilt was there before, behind a worse one
    return worse_kind(observation.review.verdict, replace(after, faults=tuple(near)))


def worse_kind(before: Verdict, after: Verdict) -> str:
    """Return a sentence on a kind that does more harm after a repair than before, or ""."""
    for kind in sorted({fault.kind for fault in after.faults} - {"seam"}):
        harm_before, harm_after = (
            harm((f for f in v.faults if f.kind == kind), v.frames, v.fps) for v in (before, after)
        )
        if harm_after > harm_before + _MAX_ADDED_HARM / after.frames:
            return f"repair did not make it better: {kind} does more harm than before"
    return ""


def _trial_note(observation: Observation, bad: Flags) -> list[str]:
    """Return a note on the PSNR of good frames interpolated over as long a gap as the bad ones.

    Nothing where nothing was rebuilt, or no stretch of good frames is long enough.
    """
    spans = list(runs(bad))
    count = max((last - first + 1 for first, last in spans), default=0)
    if not 0 < count <= MAX_RUN or count + 2 > len(bad):
        return []
    good = np.lib.stride_tricks.sliding_window_view(~bad, count + 2).all(1)
    starts = np.flatnonzero(good)
    if not starts.size:
        return []
    start = int(starts[np.abs(starts - spans[0][0]).argmin()])
    pictures = list(islice(observation.pictures(), start, start + count + 2))
    times = [(i + 1) / (count + 1) for i in range(count)]
    rebuilt = interpolation.interpolate(pictures[0], pictures[-1], times)
    worst = min(decibels(frame, original) for frame, original in zip(rebuilt, pictures[1:-1]))
    caveat = (
        "; such texture is chance, which no one can foretell" if worst < _FAITHFUL_DECIBELS else ""
    )
    return [f"good frames beside them, rebuilt as a trial, come within {worst:.0f} dB{caveat}"]


def decibels(frame: UInt8Array, reference: UInt8Array) -> float:
    """Return the peak signal to noise of a picture against another, inf where they are the same."""
    error = float(np.mean((frame.astype(np.float32) - reference) ** 2))
    return 10 * log10(255**2 / error) if error else inf
