"""The music of a reel: as long as the reel, and its beats."""

from __future__ import annotations

from livingstill.audio import beat, fit
from livingstill.audio.beat import Beats
from livingstill.core.model import SAMPLE_RATE, Float32Array
from livingstill.media import sound
from livingstill.settings.reel import ReelSettings

_JOIN = 1.0
"""Seconds over which a recording that is too short is cross-faded into its own beginning."""


def read(settings: ReelSettings, seconds: float) -> Float32Array | None:
    """Return the recording from where it is to begin, (n, 2) float32 of so many seconds, None without one.

    One that is too short is repeated.

    Raises
    ------
    InputError
        If it cannot be decoded, or ends before it is to begin.
    """
    if settings.music is None:
        return None
    count = round(seconds * SAMPLE_RATE)
    recording = sound.read(settings.music, settings.music_start, seconds + 0.1)
    return fit.limit_peak(fit.repeat(recording, count, round(_JOIN * SAMPLE_RATE)))


def beats_of(recording: Float32Array | None) -> tuple[Beats | None, str]:
    """Return the beats to cut on, None where there are none, and a sentence of them."""
    if recording is None:
        return None, ""
    beats = beat.track(recording)
    if len(beats.times) == 0:
        return None, "the music has no clear beat, so the cuts are evenly spaced"
    return beats, f"cut on the beat of the music, {beats.tempo.per_minute:.0f} per minute"


def ended(recording: Float32Array, seconds: float, fade: float) -> Float32Array:
    """Return a recording cut at ``seconds`` and faded out before."""
    count = round(seconds * SAMPLE_RATE)
    return fit.fade_out(recording[:count], round(fade * SAMPLE_RATE))
