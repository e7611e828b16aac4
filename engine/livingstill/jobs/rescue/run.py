"""A clip is measured, then kept, repaired or replaced."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Literal

import numpy as np

from livingstill.core import threads
from livingstill.core.errors import InputError
from livingstill.core.model import Progress, UInt8Array
from livingstill.jobs import check
from livingstill.jobs.clip_output import check_output
from livingstill.jobs.rescue.decision import REPLACED_AFTER_REPAIR, Decision, choose, harm
from livingstill.jobs.rescue.keep import keep
from livingstill.jobs.rescue.observation import Observation, observe
from livingstill.jobs.rescue.repair import RepairFailed, repair
from livingstill.jobs.rescue.replacement import ReplacementFrozen, replace
from livingstill.jobs.rescue.result import RescueResult, WriteResult
from livingstill.jobs.stages import Stages
from livingstill.media import clip_reader
from livingstill.media.carried import refuse_rewriting
from livingstill.media.write import remux
from livingstill.settings.rescue import RescueJob


def rescue(
    clip: Path,
    output: Path,
    still: Path | None = None,
    options: RescueJob | None = None,
    *,
    progress: Progress | None = None,
) -> RescueResult:
    """Write ``clip`` to ``output``: untouched, with bad frames rebuilt, or made anew from ``still``.

    Raises
    ------
    InputError
        If the clip or the still cannot be used, or the output cannot be written; then no file is
        left behind.
    """
    options = options or RescueJob()
    threads.limit(options.threads)
    check_output(clip, output, options)
    stages = Stages(progress)
    photo = check.Still.read(still) if still else None
    observation = observe(clip, photo, stages, force=options.force)
    decision = choose(observation, options)
    decision, outcome = _write(observation, decision, photo, output, options, stages)
    result = RescueResult(
        clip=str(clip),
        output=str(output),
        decision=decision.decision,
        reasons=decision.reasons,
        verdict=observation.review.verdict,
        notes=(*_reading_notes(observation, decision, output), *outcome.notes),
        camera=outcome.camera,
        kinds=outcome.kinds,
        rebuilt=outcome.rebuilt,
        seconds=stages.seconds,
    )
    if options.report is not None:
        _report(observation, result, options.report, options.overwrite)
    return result


def _report(observation: Observation, result: RescueResult, path: Path, overwrite: bool) -> None:
    """Write the report on the clip: its faults, what was done, and worst frames before and after."""
    clip, output = Path(result.clip), Path(result.output)
    lines = tuple(result.lines())
    written = check.RescueOutcome(
        lines, lambda: () if result.decision == "keep" else _pictures(output)
    )
    frames = observation.pictures
    check.write_report(observation.review, frames, path, clip.name, overwrite, written)


def _pictures(output: Path) -> Iterator[UInt8Array]:
    """Yield the pictures of a clip that was written; none of a format that is not read as a clip."""
    with suppress(InputError):
        yield from clip_reader.frames(output)


def _write(
    observation: Observation,
    decision: Decision,
    photo: check.Still | None,
    output: Path,
    options: RescueJob,
    stages: Stages,
) -> tuple[Decision, WriteResult]:
    """Do what was decided; what does no good is undone.

    A repair that does not heal becomes a replacement where the harm is great enough, and a
    replacement that would stand still leaves the clip as it is, unless it was asked for.
    """
    if decision.decision == "keep":
        return decision, keep(observation, output, options)
    refuse_rewriting(observation.reader)
    if decision.decision == "repair":
        try:
            return decision, repair(observation, decision, output, options, stages)
        except RepairFailed as error:
            decision = _after_failed_repair(observation, decision, str(error), options)
            if decision.decision == "keep":
                return decision, keep(observation, output, options)
    try:
        return decision, replace(observation, photo, output, options, stages)
    except ReplacementFrozen as error:
        if options.mode != "auto":
            raise InputError(
                f"{error}; give --mode keep, or a still in which something moves by its nature"
            ) from error
        none = np.zeros_like(decision.rebuild)
        decision = Decision("keep", (str(error), *decision.reasons), none)
        return decision, keep(observation, output, options)


def _after_failed_repair(
    observation: Observation, decision: Decision, reason: str, options: RescueJob
) -> Decision:
    """Return what to do after a repair that left something."""
    verdict = observation.review.verdict
    harm_done = options.strict * harm(verdict.faults, verdict.frames, verdict.fps)
    truncated = observation.truncated  # then its file cannot be kept
    word: Literal["keep", "replace"] = (
        "replace" if harm_done >= REPLACED_AFTER_REPAIR or truncated else "keep"
    )
    share = (
        f"harm {harm_done:.1%} of the clip; "
        f"where a repair fails it is replaced from {REPLACED_AFTER_REPAIR:.0%} on"
    )
    return Decision(word, (reason, share, *decision.reasons), np.zeros_like(decision.rebuild))


def _reading_notes(observation: Observation, decision: Decision, output: Path) -> tuple[str, ...]:
    """Return what reading the clip showed, and whether its uneven times are lost."""
    notes = tuple(dict.fromkeys(observation.review.notes))
    variable_frame_rate = observation.variable_frame_rate and decision.decision != "keep"
    if variable_frame_rate and not remux.keeps_time(observation.reader, output):
        notes += ("the clip's frames stood for unequal times; these stand for the average",)
    return notes
