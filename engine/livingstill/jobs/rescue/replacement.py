"""Renders the still in a clip's place, with its camera, motion, time and sound."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import inf
from pathlib import Path

import cv2
import numpy as np

from livingstill.core.model import UInt8Array
from livingstill.jobs.check import Still
from livingstill.jobs.rescue.followed_camera import SampledPath
from livingstill.jobs.rescue.keep import writer
from livingstill.jobs.rescue.observation import Observation
from livingstill.jobs.rescue.repair import decibels
from livingstill.jobs.rescue.replacement_clip import build
from livingstill.jobs.rescue.replacement_spec import Flags, specify_replacement
from livingstill.jobs.rescue.result import WriteResult
from livingstill.jobs.stages import Stages
from livingstill.quality import registration
from livingstill.quality.faults.kinds import CUT
from livingstill.quality.no_reference import Series
from livingstill.quality.verdict import Verdict
from livingstill.settings.rescue import RescueJob
from livingstill.settings.shot import Shot

_STEP_WIDTH = 480
"""Width of the frames on which steps are measured, as the clip's are."""
_MOVING_STEP, _FROZEN_RATIO, _ALIVE_STEP = 0.4, 0.12, 0.5
"""Levels per frame from which on a clip moves; the share of its step below which another stands,
and the levels from which on it does not, however much a clip that is spoiled changes."""
_TRAVELS = 0.05
"""Frame widths from which on a picture that goes so far is not frozen, however smooth it is."""


class ReplacementFrozen(Exception):  # noqa: N818  (control flow: drops the half-written file)
    """A replacement that would stand still although the clip moves; the message says so."""


def replace(
    observation: Observation, still: Still | None, output: Path, options: RescueJob, stages: Stages
) -> WriteResult:
    """Render the still as the clip showed it, and write it with the clip's time and sound.

    Where nothing in the still moves as the clip did, the camera goes in gently instead.

    Raises
    ------
    ReplacementFrozen
        If it would hardly move even so although the clip does; then nothing is written.
    """
    try:
        return _render(observation, still, output, options, stages, gentle_move=False)
    except ReplacementFrozen:
        return _render(observation, still, output, options, stages, gentle_move=True)


def _render(
    observation: Observation,
    still: Still | None,
    output: Path,
    options: RescueJob,
    stages: Stages,
    *,
    gentle_move: bool,
) -> WriteResult:
    """Write one replacement; ``gentle_move`` as ``replacement_clip.build`` takes it."""
    good = good_frames(observation.review.verdict)
    start = int(np.flatnonzero(good)[0])
    photo, crop, note = _source_picture(observation, still, start, force=options.force)
    spec = specify_replacement(observation, good, options)
    loop = spec.timeline.loop
    shot = Shot(seed=options.seed, quality=options.quality, loop=loop)
    opening = last_opening_frame(observation.review.verdict)
    blends = bool(options.blend) and opening >= 0
    clip = build(photo, crop, spec, shot, stages, keeps_opening=blends, gentle_move=gentle_move)
    notes = [note]
    if options.blend and not blends:
        notes.append("the clip has no good opening to blend from")
    notes += _notes_on_cuts(observation.review.verdict)
    frames = (
        cross_fade(observation.pictures(), clip.frames, opening, options.blend)
        if blends
        else clip.frames()
    )
    target_picture = registration.resample_crop(
        photo, (crop.x, crop.y, crop.width, crop.height), spec.size
    )
    begins_whole = not (isinstance(clip.camera, SampledPath) and clip.camera.begins_closer)
    steps = StepMeter()
    with (
        writer(observation, output, options) as target,
        stages("frames", observation.frames) as step,
    ):
        for index, frame in enumerate(frames):
            steps.add(frame)
            if index == 0 and begins_whole and not blends:
                notes.append(
                    f"its first frame is the still, {_likeness_in_words(frame, target_picture)}"
                )
            target.write(frame)
            step()
        if not (isinstance(clip.camera, SampledPath) and clip.camera.travel > _TRAVELS):
            refuse_frozen(observation.review.series, good, steps.median())
    loop_origin = "like the clip" if options.loop == "auto" else "as asked"
    notes += [
        *clip.notes,
        f"it {'loops' if loop == 'seamless' else 'does not loop'}, {loop_origin}",
    ]
    return WriteResult(
        notes=(*notes, *target.notes),
        camera="followed" if isinstance(clip.camera, SampledPath) else str(clip.shot.camera),
        kinds=tuple(region.label for region in clip.regions),
    )


class StepMeter:
    """Accumulates the median change from one frame to the next, levels of luma."""

    def __init__(self) -> None:
        self._previous: UInt8Array | None = None
        self._steps: list[float] = []

    def add(self, frame: UInt8Array) -> None:
        """Add the next frame, (H, W, 3) uint8 RGB."""
        scale = min(1.0, _STEP_WIDTH / frame.shape[1])
        size = (max(1, round(scale * frame.shape[1])), max(1, round(scale * frame.shape[0])))
        small = cv2.resize(np.ascontiguousarray(frame), size, interpolation=cv2.INTER_AREA)
        luma = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
        if self._previous is not None:
            self._steps.append(float(cv2.absdiff(luma, self._previous).mean()))
        self._previous = luma

    def median(self) -> float:
        """Return the median step, 0 of a single frame."""
        return float(np.median(self._steps)) if self._steps else 0.0


def refuse_frozen(series: Series, good: Flags, step: float) -> None:
    """Raise ``ReplacementFrozen`` if a median ``step`` is none beside that of a clip that moves."""
    good_steps = good & np.r_[False, good[:-1]]
    change = series.change[0, 1:][good_steps[1:]] if good_steps.any() else series.change[0, 1:]
    median = float(np.median(change.mean((1, 2))))
    if median > _MOVING_STEP and step < min(_FROZEN_RATIO * median, _ALIVE_STEP):
        raise ReplacementFrozen(
            f"a replacement would hardly move ({step:.2f} levels per frame) where the clip does "
            f"({median:.2f})"
        )


def good_frames(verdict: Verdict) -> Flags:
    """Return the frames (T,) to learn from; where each is bad, those a passing fault spares."""
    good = ~verdict.bad
    if not good.any():
        good[:] = True
        for fault in verdict.faults:
            if fault.last - fault.first + 1 < verdict.frames:
                good[fault.first : fault.last + 1] = False
    return good if good.any() else np.ones_like(good)


def last_opening_frame(verdict: Verdict) -> int:
    """Return the last frame before the first bad one; 0 in a clip without one, -1 where none is good."""
    bad = verdict.bad
    return int(np.flatnonzero(bad)[0]) - 1 if bad.any() else 0


def cross_fade(
    opening: Iterator[UInt8Array],
    replacement: Callable[[], Iterator[UInt8Array]],
    last: int,
    length: int,
) -> Iterator[UInt8Array]:
    """Yield ``opening`` up to frame ``last``, which then fades into ``replacement`` over ``length`` frames."""
    previous: UInt8Array | None = None
    for index, frame in enumerate(replacement()):
        if index <= last:
            previous = np.array(next(opening))
            yield previous
        elif previous is not None and index <= last + length:
            share = (index - last) / (length + 1)
            blended = previous * np.float32(1 - share) + frame * np.float32(share) + np.float32(0.5)
            yield blended.astype(np.uint8)
        else:
            yield frame


def _source_picture(
    observation: Observation, still: Still | None, start: int, *, force: bool
) -> tuple[UInt8Array, registration.Crop, str]:
    """Return the picture to render, the part of it that the clip shows, and a note on them.

    A still that only its features recognise, as in another light or drawn on, would be another picture.
    """
    first = observation.picture(start)
    crop = None if still is None else registration.locate(still.rgb, first)
    changed = crop is not None and crop.likeness < registration.MIN_LIKENESS and not force
    if still is None or crop is None or changed:
        photo = np.array(first)
        whole = registration.Crop(0, 0, photo.shape[1], photo.shape[0], 1.0)
        reason = "no still was given"
        if crop is not None:
            reason = f"the still is in another light or drawn on (likeness {crop.likeness:.2f})"
        return photo, whole, f"{reason}; frame {start} of the clip serves as one"
    return (
        still.rgb,
        crop,
        f"the clip shows {crop.width:.0f}x{crop.height:.0f} of the still at "
        f"{crop.x:.0f},{crop.y:.0f} (likeness {crop.likeness:.2f})",
    )


def _notes_on_cuts(verdict: Verdict) -> list[str]:
    """Return that a replacement has none of a clip's cuts, if it has any."""
    cuts = [str(fault.first) for fault in verdict.faults if fault.kind == CUT.name]
    if not cuts:
        return []
    word = "frame" if len(cuts) == 1 else "frames"
    return [
        f"the clip is cut at {word} {', '.join(cuts)}; this is one shot, whose camera goes as each of "
        "the clip's shots did"
    ]


def _likeness_in_words(frame: UInt8Array, reference: UInt8Array) -> str:
    """Return the PSNR of a frame against a reference, in words."""
    level = decibels(frame, reference)
    return "bit for bit" if level == inf else f"within {level:.0f} dB"
