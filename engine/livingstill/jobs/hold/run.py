"""A clip is measured against its still, then written in the still's colours, its parts laid anew."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core import threads
from livingstill.core.errors import InputError
from livingstill.core.model import Float32Array, Progress
from livingstill.jobs import check
from livingstill.jobs.clip_output import check_output, copy_clip, uneven_note
from livingstill.jobs.hold import colour, parts, reference
from livingstill.jobs.hold.colour import Comparison, Correction
from livingstill.jobs.hold.parts import HeldPart
from livingstill.jobs.hold.reference import Reference
from livingstill.jobs.hold.result import BeforeAfter, HoldResult
from livingstill.jobs.hold.smoothing import smooth
from livingstill.jobs.hold.track import Matrix, Tracker
from livingstill.jobs.stages import Stages
from livingstill.media import clip_reader
from livingstill.media.carried import refuse_rewriting
from livingstill.media.write import remux
from livingstill.settings.hold import HoldJob

_SETTLE = 0.25
"""Seconds (standard deviation) over which corrections are smoothed."""
_JUMP = 1.0
"""Levels by which colours change from frame to frame for it to be the clip's flicker, which is taken
out, and no error of an estimate, which is smoothed."""
_WIDER, _NO_FLICKER = (1.0, 2.0, 4.0), 0.05
"""Times as long over which they are smoothed where they add flicker; levels that are none."""
_STEADY = 1.2
"""Frames (standard deviation) over which the place of a part is smoothed."""
_UNSEEN = 1.0
"""Colour difference that is not seen."""


@dataclass(frozen=True, slots=True, eq=False)
class _Watched:
    """What was measured of a clip of T frames.

    ``places`` are where the still lies in each; ``corrections`` (T, n) flat, ``shifts`` (T, 3) and
    ``trust`` (T,) theirs; ``corners`` (P, T, 8) of the parts and whether they were ``found`` (P, T);
    ``differences`` (T,) from the still; ``means`` (T, 3) the mean colours; ``times`` (T,) seconds.
    """

    places: list[Matrix]
    corrections: NDArray[np.float64]
    shifts: NDArray[np.float64]
    trust: NDArray[np.float64]
    corners: NDArray[np.float64]
    found: NDArray[np.bool_]
    differences: NDArray[np.float64]
    means: NDArray[np.float64]
    times: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.places)


def hold(
    clip: Path,
    output: Path,
    still: Path,
    options: HoldJob | None = None,
    *,
    progress: Progress | None = None,
) -> HoldResult:
    """Write ``clip`` to ``output`` in the colours of ``still``, and its parts in a mask laid anew.

    Raises
    ------
    InputError
        If the clip, the still or the mask cannot be used, the still is unlike the clip, or the
        output cannot be written.
    """
    options = options or HoldJob()
    threads.limit(options.threads)
    check_output(clip, output, options)
    stages = Stages(progress)
    reader = clip_reader.ClipReader(clip)
    refuse_rewriting(reader)
    photo = check.Still.read(still)
    basis = reference.read(reader, photo, options.mask, force=options.force)
    comparison = Comparison(basis.rgb)
    pieces = [HeldPart.of(basis.rgb, mask) for mask in basis.parts]
    watched = _watch(reader, basis, comparison, pieces, stages)
    trusted = watched.trust > 0
    if not trusted.any():
        raise InputError(
            f"still {still} is not found again in any frame of clip {clip}, so nothing can be held "
            "to it; give the still it was made of"
        )
    if not pieces and watched.differences[trusted].max() <= _UNSEEN:
        result = _kept(reader, watched, output, options, stages)
    else:
        result = _write(reader, basis, comparison, pieces, watched, output, options, stages)
    if options.report is not None:
        found = check.review(output, still if not options.force else None)
        check.write_report(
            found,
            lambda: clip_reader.frames(output),
            options.report,
            output.name,
            options.overwrite,
        )
    return result


def _watch(
    reader: clip_reader.ClipReader,
    basis: Reference,
    comparison: Comparison,
    pieces: list[HeldPart],
    stages: Stages,
) -> _Watched:
    """Find the still, its colours and its parts in every frame, in one pass."""
    tracker = Tracker.of(basis.rgb)
    places: list[Matrix] = []
    corrections: list[Correction | None] = []
    differences: list[float] = []
    means: list[tuple[float, ...]] = []
    times: list[float] = []
    tracks: list[list[tuple[Float32Array, bool]]] = [[] for _ in pieces]
    last = np.eye(3)
    with stages("watching", reader.info.frames or 0) as step:
        for frame in reader:
            luma = tracker.luma(frame.rgb)
            found = tracker.find(luma, last)
            place = last if found is None else found
            sample = comparison.sample(frame.rgb, place)
            correction = None if found is None else comparison.correct(sample)
            for piece, track in zip(pieces, tracks):
                near = _place(piece, track[-1][0]) if track else place
                track.append(parts.locate(piece, basis.rgb, frame.rgb, luma, near, place))
            places.append(place)
            corrections.append(correction)
            differences.append(comparison.difference(sample.rgb, sample.weight))
            means.append(tuple(cv2.mean(frame.rgb)[:3]))
            times.append(frame.time)
            last = place
            step()
    none = Correction(
        np.eye(3, 4, dtype=np.float32),
        np.zeros((3, 3), np.float32),
        np.zeros((*comparison.grid[::-1], 3), np.float32),
        np.zeros(3, np.float32),
        0.0,
    )
    told = [one or none for one in corrections]
    count = len(places)
    return _Watched(
        places,
        np.array([_flattened(one) for one in told], np.float64),
        np.array([one.shift for one in told], np.float64),
        np.array([one.trust for one in told], np.float64),
        np.array([[at.ravel() for at, _ in track] for track in tracks], np.float64).reshape(
            len(pieces), count, 8
        ),
        np.array([[found for _, found in track] for track in tracks], bool).reshape(
            len(pieces), count
        ),
        np.array(differences),
        np.array(means),
        np.array(times),
    )


def _place(piece: HeldPart, at: Float32Array) -> Matrix:
    return np.asarray(cv2.getPerspectiveTransform(piece.corners[:, 0], at), np.float64)


def _write(
    reader: clip_reader.ClipReader,
    basis: Reference,
    comparison: Comparison,
    pieces: list[HeldPart],
    watched: _Watched,
    output: Path,
    options: HoldJob,
    stages: Stages,
) -> HoldResult:
    """Write the clip, held, and measure it on the way."""
    count = len(watched)
    fps = float(reader.info.fps)
    flat = _settled(watched, max(0.7, _SETTLE * fps))
    corners = [
        smooth(at, found.astype(np.float64), _STEADY) if found.any() else at
        for at, found in zip(watched.corners, watched.found)
    ]
    opacity = [_opacity(found) for found in watched.found]
    after, means = [], []
    with (
        remux.Remuxer(
            reader, output, count, truncated=bool(reader.notes), overwrite=options.overwrite
        ) as target,
        stages("frames", count) as step,
    ):
        for index, frame in enumerate(reader):
            correction = _unflattened(flat[index], comparison)
            place = watched.places[index]
            held = colour.apply(frame.rgb, correction, place, comparison)
            if watched.trust[index] > 0:
                sample = comparison.sample(frame.rgb, place)
                mended = colour.corrected(sample.rgb, correction)
                after.append(comparison.difference(mended, sample.weight))
            means.append(cv2.mean(held)[:3])
            for piece, at, seen in zip(pieces, corners, opacity):
                if seen[index] > 0:
                    held = parts.lay(
                        piece, basis.rgb, held, at[index].reshape(4, 2), float(seen[index])
                    )
            target.write(held)
            step()
    trusted = watched.trust > 0
    before = watched.differences[trusted]
    return HoldResult(
        clip=str(reader.path),
        output=str(output),
        decision="hold",
        frames=count,
        difference=_change(before.mean(), float(np.mean(after))),
        worst=_change(before.max(), max(after)),
        flicker=_change(_flicker(watched.means), _flicker(np.array(means))),
        found=round(float(trusted.mean()), 3),
        laid=tuple(round(float((seen > 0.5).mean()), 3) for seen in opacity),
        notes=(
            *dict.fromkeys(reader.notes),
            *target.notes,
            *uneven_note(reader, np.diff(watched.times), output),
            *_lost_notes(trusted, "the still is", "colours there follow the frames around"),
            *(
                note
                for number, seen in enumerate(opacity, 1)
                for note in _lost_notes(
                    seen > 0.5, f"part {number} is", "there it is left as it was"
                )
            ),
        ),
        seconds=stages.seconds,
    )


def _settled(watched: _Watched, sigma: float) -> NDArray[np.float64]:
    """Return (T, n) the corrections smoothed over time, as little as adds no flicker.

    A jump or flicker of the clip's colours is followed first, so that it goes; where the estimates
    are too rough for that, they are smoothed over longer and longer.
    """
    trend = smooth(watched.shifts, watched.trust, 2 * sigma)
    flat = smooth(watched.corrections, watched.trust, sigma, watched.shifts - trend, _JUMP)
    best, least = flat, _flicker(_corrected_means(watched.means, flat))
    for wider in _WIDER:
        if least <= _flicker(watched.means) + _NO_FLICKER:
            break
        flat = smooth(watched.corrections, watched.trust, wider * sigma)
        flicker = _flicker(_corrected_means(watched.means, flat))
        if flicker < least:
            best, least = flat, flicker
    return best


def _corrected_means(means: NDArray[np.float64], flat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean colours (T, 3) as corrections (T, n) leave them, nearly."""
    affine, curve = flat[:, :12].reshape(-1, 3, 4), flat[:, 12:21].reshape(-1, 3, 3)
    gains = 1 + flat[:, 21:].reshape(len(flat), -1, 3).mean(axis=1)
    bent = np.einsum("tij,tj->ti", curve, means * (1 - means / 255))
    mapped = np.einsum("tij,tj->ti", affine[:, :, :3], means) + affine[:, :, 3] + bent
    return np.asarray(mapped * gains)


def _flattened(one: Correction) -> NDArray[np.float32]:
    return np.concatenate([one.affine, one.curve, one.field], axis=None)


def _unflattened(values: NDArray[np.float64], comparison: Comparison) -> Correction:
    affine, curve, field = (part.astype(np.float32) for part in np.split(values, [12, 21]))
    shape = (*comparison.grid[::-1], 3)
    return Correction(
        affine.reshape(3, 4),
        curve.reshape(3, 3),
        field.reshape(shape),
        np.zeros(3, np.float32),
        1.0,
    )


def _opacity(found: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return (T,) 0..1: how much a part is laid over each frame; it comes and goes within a few."""
    padded = np.pad(found, 2, mode="edge")
    steady = np.lib.stride_tricks.sliding_window_view(padded, 5).mean(axis=1)
    return np.asarray(np.where(found, np.clip(2 * steady - 1, 0, 1), 0))


def _lost_notes(seen: NDArray[np.bool_], what: str, then: str) -> list[str]:
    lost = np.flatnonzero(~seen)
    if not len(lost):
        return []
    return [
        f"{what} not found in {len(lost)} frames, the first of them {lost[0]}, the last {lost[-1]}; {then}"
    ]


def _flicker(means: NDArray[np.float64]) -> float:
    """Return the standard deviation of the change of mean colours (T, 3) from frame to frame."""
    return float(np.diff(means, axis=0).std(axis=0).mean()) if len(means) > 1 else 0.0


def _change(before: float, after: float) -> BeforeAfter:
    return BeforeAfter(round(float(before), 3), round(float(after), 3))


def _kept(
    reader: clip_reader.ClipReader,
    watched: _Watched,
    output: Path,
    options: HoldJob,
    stages: Stages,
) -> HoldResult:
    """Leave a clip as it is."""
    with stages("frames", len(watched)):
        notes = copy_clip(reader, len(watched), output, overwrite=options.overwrite)
    trusted = watched.trust > 0
    differences = watched.differences[trusted]
    return HoldResult(
        clip=str(reader.path),
        output=str(output),
        decision="keep",
        frames=len(watched),
        difference=_change(differences.mean(), differences.mean()),
        worst=_change(differences.max(), differences.max()),
        flicker=BeforeAfter(0.0, 0.0),
        found=round(float(trusted.mean()), 3),
        notes=(*dict.fromkeys(reader.notes), *notes),
        seconds=stages.seconds,
    )
