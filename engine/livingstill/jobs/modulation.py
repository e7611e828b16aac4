"""The envelopes of a shot: what follows a sound or a curve over the clip, and how strongly when."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Mapping
from math import isfinite
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livingstill.audio.loudness import fit_power, follow, window_power
from livingstill.camera.keyframes import Knots, curve
from livingstill.core.envelope import Envelope
from livingstill.core.errors import InputError
from livingstill.core.kinds import KINDS
from livingstill.core.model import SAMPLE_RATE
from livingstill.io import text
from livingstill.io.images import bytes_of
from livingstill.media import sound
from livingstill.settings.modulation import Modulation, ModulationSettings, Target
from livingstill.settings.shot import Shot

RATE = 50
"""Strengths per second of an envelope: what changes faster than half of that is no swell."""

_NOUNS: Mapping[Target, str] = {"wind": "the wind", "amount": "all motion", "camera": "the camera"}

Envelopes = Mapping[Target, Envelope]


def envelopes(shot: Shot) -> tuple[dict[Target, Envelope], tuple[str, ...]]:
    """Return the envelope of each target that follows a file, and a note on each.

    Raises
    ------
    InputError
        If a file cannot be read, is silent, or is a curve of another length than the clip.
    """
    found: dict[Target, Envelope] = {}
    notes = []
    for one in shot.modulate:
        found[one.key], note = _of_curve(one, shot) if one.is_curve else _of_sound(one, shot)
        notes.append(f"{_NOUNS[one.key]} follows {note}")
    return found, tuple(notes)


def check(shot: Shot) -> None:
    """Validate what is followed before any work begins.

    Raises
    ------
    InputError
        As ``envelopes``.
    """
    envelopes(shot)


def files(shot: Shot) -> dict[str, dict[str, str]]:
    """Return path and SHA-256 of each file that is followed, for the manifest."""
    return {
        f"modulate {one.key}": {
            "path": str(one.file),
            "sha256": hashlib.sha256(bytes_of(one.file, "file")).hexdigest(),
        }
        for one in shot.modulate
    }


def of_kinds(found: Envelopes, kinds: Iterable[str]) -> dict[str, Envelope]:
    """Return the envelope of each kind of motion that has one: that of all motion, times the wind's.

    The wind's only where the wind drives the kind.
    """
    amount, wind = found.get("amount"), found.get("wind")
    chosen = {}
    for kind in kinds:
        blown = wind if KINDS[kind].wind_driven else None
        both = amount.times(blown) if amount else blown
        if both is not None:
            chosen[kind] = both
    return chosen


def notes_on_unused(shot: Shot, kinds: Iterable[str]) -> tuple[str, ...]:
    """Return a note on each target of the shot that nothing in the clip depends on."""
    moving = list(kinds)
    idle = {
        "wind": not any(KINDS[kind].wind_driven for kind in moving),
        "amount": not moving,
        "camera": shot.camera.name == "static",
    }
    because = {
        "wind": "nothing that moves is driven by the wind",
        "amount": "nothing moves",
        "camera": "the camera stands still",
    }
    unused = [
        f"{because[one.key]}, so nothing follows {one.file.name}"
        for one in shot.modulate
        if idle[one.key]
    ]
    how = [name for name in ModulationSettings.model_fields if name != "modulate"]
    changed = [
        name for name in how if getattr(shot, name) != ModulationSettings.model_fields[name].default
    ]
    if changed and not shot.modulate:
        said = " and ".join(f"--{name.replace('_', '-')}" for name in changed)
        unused.append(
            f"nothing follows a sound or a curve, so {said} changes nothing; see --modulate"
        )
    return tuple(unused)


def _is_periodic(shot: Shot) -> bool:
    return shot.loop in ("seamless", "bounce")


def _count(shot: Shot) -> int:
    return max(8, round(RATE * shot.duration))


def _fade(shot: Shot) -> float:
    """Return the seconds over which an end is cross-faded into the start: as for the clip's sound."""
    return min(shot.audio_fade, shot.duration / 2)


def _of_sound(one: Modulation, shot: Shot) -> tuple[Envelope, str]:
    """Return the loudness of a sound as an envelope, and what is followed, in words.

    A sound that is the clip's own as well begins where that does.
    """
    own = shot.audio is not None and Path(shot.audio) == one.file
    start = shot.audio_start if own else 0.0
    count, periodic, fade = _count(shot), _is_periodic(shot), _fade(shot)
    seconds = shot.duration / count
    recording = sound.read(one.file, start, shot.duration + fade + 2 * seconds)
    power = window_power(recording, len(recording), seconds * SAMPLE_RATE)
    power = fit_power(power, count, round(fade / seconds), periodic)
    loudness = follow(
        power, shot.modulate_attack / seconds, shot.modulate_release / seconds, periodic
    )
    if not loudness.any():
        raise InputError(
            f"sound {one.file} is silent for the length of the clip, so nothing can follow it; "
            "give another one"
        )
    strengths = shot.modulate_floor + (1 - shot.modulate_floor) * loudness
    words = f"the loudness of {one.file.name}"
    if periodic:
        words += f", whose end is cross-faded into its start over {fade:g} s"
    return Envelope.of(strengths, periodic), words


def _of_curve(one: Modulation, shot: Shot) -> tuple[Envelope, str]:
    """Return a curve as an envelope, and what is followed, in words."""
    knots, periodic = read_curve(one.file, shot.duration, 1 / shot.fps), _is_periodic(shot)
    closed = knots[0][1] == knots[-1][1]
    at = curve(knots, "monotone", closed and periodic)
    count = _count(shot)
    times = np.arange(count) * (shot.duration / count)
    strengths: NDArray[np.float64] = np.array([at(float(time)) for time in times])
    words = f"the curve {one.file.name}"
    if periodic and not closed:
        fade = _fade(shot) or 1 / RATE
        share = np.clip((times - (shot.duration - fade)) / fade, 0, 1)
        strengths = strengths + share * (knots[0][1] - strengths)
        words += f", cross-faded into its start over the last {fade:g} s, so that it loops"
    if not strengths.any():
        raise InputError(f"curve {one.file} is 0 throughout; give values above 0 where it moves")
    return Envelope.of(strengths, periodic), words


def read_curve(path: Path, duration: float, tolerance: float) -> Knots:
    """Return the times, in seconds, and values of a curve over a clip of ``duration`` seconds.

    The file is CSV with two columns, seconds and values 0..1, and perhaps a line of names first.

    Raises
    ------
    InputError
        If it is none, times do not rise, or it does not span the clip within ``tolerance``.
    """
    rows = [row for row in csv.reader(text.read(path, "curve").splitlines()) if any(row)]
    knots: list[tuple[float, float]] = []
    for number, row in enumerate(rows, 1):
        numbers = _numbers(row)
        if numbers is None and number == 1:  # names of the columns
            continue
        if numbers is None:
            raise InputError(
                f"curve {path} has '{','.join(row)}' in row {number}; it must be seconds,value"
            )
        if not 0 <= numbers[1] <= 1:
            raise InputError(
                f"curve {path} has {numbers[1]:g} in row {number}; values must be 0 to 1, shares of "
                "full strength"
            )
        if knots and numbers[0] <= knots[-1][0]:
            raise InputError(f"curve {path} has times that do not rise in row {number}; sort them")
        knots.append(numbers)
    if len(knots) < 2:
        raise InputError(f"curve {path} has fewer than two points; give rows of seconds,value")
    first, last = knots[0][0], knots[-1][0]
    if abs(first) > tolerance or abs(last - duration) > tolerance:
        raise InputError(
            f"curve {path} runs from {first:g} to {last:g} s and the clip from 0 to {duration:g} s; "
            "make them equally long"
        )
    return tuple(knots)


def _numbers(row: list[str]) -> tuple[float, float] | None:
    """Return the two numbers of a row, None if it has not just these."""
    try:
        time, value = (float(cell) for cell in row)
    except ValueError:
        return None
    return (time, value) if isfinite(time) and isfinite(value) else None
