"""A clip is searched for its best pair of frames and made to loop over it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from livingstill.core import threads
from livingstill.core.model import Progress, UInt8Array
from livingstill.jobs import check
from livingstill.jobs.clip_output import check_output, copy_clip, uneven_note
from livingstill.jobs.loop.plan import Plan, Source, boomerang, join, read
from livingstill.jobs.loop.result import LoopResult
from livingstill.jobs.loop.search import is_loop
from livingstill.jobs.loop.sound import JoinedSound
from livingstill.jobs.loop.steps import FrameSteps
from livingstill.jobs.loop.transition import Transition
from livingstill.jobs.stages import Stages
from livingstill.media import clip_reader
from livingstill.media.formats import choose
from livingstill.media.write import remux
from livingstill.settings.loop import LoopJob

_SOUND_FADE = 0.25
"""Seconds of the least cross-fade of sound."""
_SEEN_GHOST = 0.05
"""Share of the frame seen through another from which on it is said."""
_MOST_HELD = 256 * 2**20
"""Bytes of frames held to play them backwards."""


def loop(
    clip: Path,
    output: Path,
    options: LoopJob | None = None,
    *,
    progress: Progress | None = None,
) -> LoopResult:
    """Write ``clip`` to ``output`` so that its last frame leads into its first.

    Raises
    ------
    InputError
        If the clip cannot be read, is too short, or its camera travels so that no two frames join
        (then ``boomerang`` or ``force`` help); or if the output cannot be written.
    """
    options = options or LoopJob()
    threads.limit(options.threads)
    check_output(clip, output, options)
    stages = Stages(progress)
    source = read(clip, stages)
    chosen = options.seconds is not None or options.boomerang
    if not chosen and is_loop(source.descriptors):
        result = _kept(source, output, options, stages)
    else:
        plan = boomerang(source, options) if options.boomerang else join(source, options)
        result = _write(source, plan, output, options, stages)
    if options.report is not None:
        found = check.review(output, loop=True)
        check.write_report(
            found,
            lambda: clip_reader.frames(output),
            options.report,
            output.name,
            options.overwrite,
        )
    return result


def _write(
    source: Source, plan: Plan, output: Path, options: LoopJob, stages: Stages
) -> LoopResult:
    """Write the loop, and measure the steps on the way."""
    first, last = min(plan.order), max(plan.order)
    steps = FrameSteps()
    durations = np.diff(source.edges)[list(plan.order)]
    sound, notes = _sound(source, plan, output, float(durations.sum()))
    with (
        remux.Remuxer(
            source.reader, output, source.frames, overwrite=options.overwrite,
            order=plan.order, sound=sound,
        ) as target,
        stages("frames", len(plan.order)) as step,
    ):  # fmt: skip
        for frame in _frames(source.reader, plan, notes):
            target.write(frame)
            steps.add(frame)
            step()
    notes.extend(uneven_note(source.reader, durations, output))
    return LoopResult(
        clip=str(source.reader.path),
        output=str(output),
        decision=plan.decision,
        frames=len(plan.order),
        first=first,
        last=last,
        fade=plan.fade,
        times=(round(source.edges[first], 3), round(source.edges[last], 3)),
        duration=round(float(durations.sum()), 3),
        seam=steps.seam(plan.fade),
        mismatch=round(plan.join.mismatch, 2) if plan.join else 0.0,
        travel=round(plan.travel, 3),
        notes=(*dict.fromkeys(source.reader.notes), *target.notes, *plan.notes, *notes),
        seconds=stages.seconds,
    )


def _sound(
    source: Source, plan: Plan, output: Path, duration: float
) -> tuple[JoinedSound | None, list[str]]:
    """Return the sound of the loop, and notes on it."""
    if not source.reader.info.audio or not remux.keeps_time(source.reader, output):
        return None, []
    if not choose(str(output)).format.sound:
        return None, [f"{output.suffix} files have no sound; it is left out"]
    times = 2 if plan.decision == "boomerang" else 1
    start = source.edges[min(plan.order)]
    fade = max(_SOUND_FADE, plan.fade / source.fps)
    sound = JoinedSound(source.reader.path, start, duration / times, fade, times=times)
    plays = ", which plays twice," if times == 2 else ""
    return sound, [
        f"the sound{plays} is joined by a cross-fade of its own, and coded anew in stereo"
    ]


def _frames(reader: clip_reader.ClipReader, plan: Plan, notes: list[str]) -> Iterator[UInt8Array]:
    """Yield the frames of the loop; held are those of the cross-fade, or some that are played backwards."""
    first, last = min(plan.order), max(plan.order)
    if plan.decision == "boomerang":
        yield from _span(reader, first, last + 1)
        yield from _backwards(reader, first + 1, last)
        return
    before = last + 1 - plan.fade
    held: list[UInt8Array] = []
    for index, frame in enumerate(_span(reader, first - plan.fade, last + 1), first - plan.fade):
        if index < first or index >= before:
            held.append(frame)
        else:
            yield frame
    lead = Transition(held[plan.fade :], held[: plan.fade])
    yield from lead
    if lead.ghost > _SEEN_GHOST:
        notes.append(
            f"in {100 * lead.ghost:.0f} % of the frame the joined pictures differ, and are seen "
            "through each other while they fade"
        )


def _span(reader: clip_reader.ClipReader, start: int, stop: int) -> Iterator[UInt8Array]:
    return (frame.rgb for frame in islice(reader, start, stop))


def _backwards(reader: clip_reader.ClipReader, start: int, stop: int) -> Iterator[UInt8Array]:
    """Yield frames ``stop - 1`` down to ``start``, decoded again run by run."""
    size = reader.info.width * reader.info.height * 3
    run = max(8, _MOST_HELD // size)
    for end in range(stop, start, -run):
        yield from reversed(list(_span(reader, max(start, end - run), end)))


def _kept(source: Source, output: Path, options: LoopJob, stages: Stages) -> LoopResult:
    """Leave a loop as it is."""
    steps = FrameSteps()
    with stages("frames", source.frames) as step:
        notes = copy_clip(source.reader, source.frames, output, overwrite=options.overwrite)
        for frame in source.reader:
            steps.add(frame.rgb)
            step()
    return LoopResult(
        clip=str(source.reader.path),
        output=str(output),
        decision="keep",
        frames=source.frames,
        first=0,
        last=source.frames - 1,
        fade=0,
        times=(0.0, round(source.edges[-2], 3)),
        duration=round(source.edges[-1], 3),
        seam=steps.seam(0),
        notes=(*dict.fromkeys(source.reader.notes), *notes),
        seconds=stages.seconds,
    )
