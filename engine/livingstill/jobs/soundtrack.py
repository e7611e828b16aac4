"""The sound of a clip by its settings: a recording, beds by name, or those that suit what moves."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from livingstill.audio.beds import BEDS, WindGusts
from livingstill.audio.fit import fit
from livingstill.audio.mix import choose_beds, mix
from livingstill.core.errors import InputError
from livingstill.core.model import SAMPLE_RATE, Float32Array, Timeline
from livingstill.io.images import bytes_of
from livingstill.media import sound
from livingstill.motion.wind import wind_field
from livingstill.settings.shot import Shot

AUTO = "auto"


def beds(audio: str) -> tuple[str, ...] | None:
    """Return the beds that a setting names, None if it names a file.

    >>> beds("wind,rain"), beds("song.mp3")
    (('wind', 'rain'), None)
    """
    names = tuple(part.strip() for part in audio.split(","))
    return names if all(name in BEDS for name in names) else None


def files(shot: Shot) -> dict[str, dict[str, str]]:
    """Return path and SHA-256 of the recording, if the sound is one, for the manifest."""
    if shot.audio is None or shot.audio == AUTO or beds(shot.audio):
        return {}
    digest = hashlib.sha256(bytes_of(Path(shot.audio), "sound")).hexdigest()
    return {"audio": {"path": shot.audio, "sha256": digest}}


def check(shot: Shot) -> None:
    """Validate the sound of a shot before any work begins.

    Raises
    ------
    InputError
        If it is no bed and no recording that we can decode.
    """
    if shot.audio is None or shot.audio == AUTO or beds(shot.audio):
        return
    path = Path(shot.audio)
    if not path.suffix and not path.exists():
        raise InputError(
            f"audio is {shot.audio}; it must be a file, auto, or some of {', '.join(BEDS)}"
        )
    sound.check(path)


def make(
    shot: Shot, timeline: Timeline, shares: Mapping[str, float], height: float
) -> tuple[Float32Array | None, str]:
    """Return the clip's sound, (n, 2) float32 at 48 kHz, and a note; None is silence.

    Parameters
    ----------
    shares : kind of motion -> its share of the picture
    height : of the frame, in frame widths

    Raises
    ------
    InputError
        As ``check``.
    """
    if shot.audio is None:
        return None, ""
    count = round(timeline.frames / timeline.fps * SAMPLE_RATE)
    names = beds(shot.audio)
    if shot.audio != AUTO and names is None:
        duration = timeline.seconds + shot.audio_fade + 0.1
        recording = sound.read(Path(shot.audio), shot.audio_start, duration)
        fitted = fit(
            recording,
            count,
            periodic=timeline.periodic,
            fade=shot.audio_fade,
            level=shot.audio_level,
        )
        return fitted, f"sound of {Path(shot.audio).name}"
    weights = choose_beds(shares, shot.wind.speed) if names is None else dict.fromkeys(names, 1.0)
    if not weights:
        return None, "nothing that moves has a sound; the clip is silent"
    mixed = mix(
        weights,
        count,
        seed=shot.seed,
        wind=_wind_gusts(shot, timeline, height),
        periodic=timeline.periodic,
        fade=shot.audio_fade,
        level=shot.audio_level,
    )
    return mixed, f"sound of {', '.join(weights)}"


def _wind_gusts(shot: Shot, timeline: Timeline, height: float) -> WindGusts:
    """Return the gusts of the picture's wind, delayed for listeners a quarter frame from either side."""
    air = wind_field(shot.wind, timeline.seconds, shot.seed)
    harmonics, amplitudes = air.gusts()
    lags = [(x * air.x + height / 2 * air.y) / air.front_speed for x in (0.25, 0.75)]
    return WindGusts(
        air.speed,
        tuple(int(h) for h in harmonics),
        tuple(complex(a) for a in amplitudes),
        (lags[0], lags[1]),
    )
