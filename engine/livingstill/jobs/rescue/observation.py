"""One measuring pass over a clip: verdict, level corrections and the crop of the still it shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livingstill.core.errors import InputError
from livingstill.core.model import UInt8Array
from livingstill.jobs import check
from livingstill.jobs.rescue import levels
from livingstill.jobs.stages import Stages
from livingstill.media import clip_reader
from livingstill.quality import registration
from livingstill.quality.faults.statistics import runs

Flags = NDArray[np.bool_]

_LEVEL_KINDS = ("flicker", "colour")
_NEAR_FLICKERS = 8
"""Frames between two flickers that may belong to them."""


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """A clip after one pass.

    ``review`` is what was measured and found, ``levels`` what sets its frames' levels right,
    ``crop`` the part of the still that it shows; ``variable_frame_rate``: its frames stand for
    unequal times.
    """

    reader: clip_reader.ClipReader
    review: check.Review
    levels: levels.Levels
    crop: registration.Crop | None
    variable_frame_rate: bool

    @property
    def frames(self) -> int:
        """Number of frames."""
        return self.review.verdict.frames

    @property
    def truncated(self) -> bool:
        """Whether the file breaks off."""
        return bool(self.reader.notes)

    def pictures(self) -> Iterator[UInt8Array]:
        """Yield the clip's own frames, (H, W, 3) uint8 RGB."""
        return (frame.rgb for frame in self.reader)

    def picture(self, index: int) -> UInt8Array:
        """Return one of the clip's own frames."""
        for position, frame in enumerate(self.pictures()):
            if position == index:
                return frame
        raise InputError(f"clip {self.reader.path} changed while it was read; try again")


def observe(clip: Path, still: check.Still | None, stages: Stages, *, force: bool) -> Observation:
    """Measure every frame of a clip once, against ``still`` if one is given.

    Raises
    ------
    InputError
        If the clip cannot be read or is no clip, or the still is unlike it and not ``force``.
    """
    reader = clip_reader.ClipReader(clip)
    with stages("watching", reader.info.frames or 0) as step:
        measured = check.measure(reader, still, step, force=force)
    if len(measured.times) < 2:
        raise InputError(f"clip {clip} has one frame only; give a clip, or animate the picture")
    series = measured.series
    review = check.judge(reader, series)
    steps = np.diff(measured.times)
    variable_frame_rate = bool(steps.max() > 1.2 * steps.min() + 0.002)
    return Observation(
        reader, review, level_corrections(review), measured.crop, variable_frame_rate
    )


def level_corrections(review: check.Review) -> levels.Levels:
    """Return the gains and offsets of frames whose only fault is brightness or colour.

    A flicker crossing its own mean is undetected there, so the frames between are estimated too.
    """
    series, verdict = review.series, review.verdict
    level = np.zeros(verdict.frames, bool)
    other = level.copy()
    for fault in verdict.faults:
        target = level if fault.kind in _LEVEL_KINDS else other
        if fault.kind != "seam":
            target[fault.first : fault.last + 1] = True
    flagged = level.copy()
    for first, last in list(runs(level, gap=_NEAR_FLICKERS)):
        level[max(0, first - 1) : last + 2] = True
    estimate = levels.estimate_levels(series, level | other, flagged)
    shifted, unaffected = estimate.shifted & level & ~other, estimate.unaffected & level & ~other
    for first, last in runs(level):
        span = slice(first, last + 1)
        if shifted[span][flagged[span]].mean() < 0.5:  # then it is not the level that is at fault
            shifted[span] = unaffected[span] = False
    return replace(estimate, shifted=shifted, unaffected=unaffected)
