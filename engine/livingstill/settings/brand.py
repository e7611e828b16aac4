"""A brand file: fonts, colours, logo, LUT and mood, once for many clips.

It is TOML; its keys are settings, and what a shot says for itself wins over them:

    font = "fonts/Brand-Bold.ttf"
    title_colour = "#ffffff"
    card_colour = "#1d3557"
    accent = "#e63946"
    logo = "logo.png"
    lut = "film.cube"
    mood = "calm"
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from livingstill.core.errors import InputError
from livingstill.core.registry import nearest
from livingstill.io import text

FILES = ("font", "subtitle_font", "logo", "lut")
"""Keys that name files."""

KEYS = (
    *FILES, "title_colour", "title_shadow", "title_size", "title_place", "title_fade",
    "title_depth", "subtitle", "card_colour", "card_place", "accent", "logo_place", "logo_size",
    "logo_opacity", "lut_strength", "exposure", "midtones", "temperature", "tint", "saturation", "vignette",
    "grain", "camera", "motion", "amount", "amount_of", "wind", "smooth", "duration", "fps", "loop",
    "aspect", "fit",
)  # fmt: skip
"""What a brand file may say, besides its mood."""

MOODS: dict[str, dict[str, Any]] = {
    "still": {"motion": "none", "camera": "auto:amount=0.5"},
    "calm": {"camera": "auto:amount=0.6", "amount": 0.7},
    "natural": {"camera": "auto", "amount": 1.0},
    "energetic": {"camera": "auto:amount=1.6", "amount": 1.3},
}
"""Moods by name; any other is read like ``--prompt``."""


def read(path: Path) -> dict[str, Any]:
    """Return the settings (keys and values of ``Shot``) of a brand file.

    Its paths start at its own folder and stay inside it, so that a brand from elsewhere cannot
    make a clip of files that nobody named.

    Raises
    ------
    InputError
        If the file is missing or no TOML, has an unknown key, or a path leaves its folder.
    """
    values = text.read_toml(path, "brand file")
    for key in values:
        if key not in (*KEYS, "mood"):
            valid = [*KEYS, "mood"]
            raise InputError(f"brand file {path} has a key '{key}'{nearest(key, valid)}")
    mood = values.pop("mood", "natural")
    if not isinstance(mood, str):
        raise InputError(f"brand file {path} has mood {mood}; it must be words in quotes")
    mood_settings = MOODS[mood] if mood in MOODS else _mood_in_words(mood)
    return {**mood_settings, **{key: _inside(path, key, value) for key, value in values.items()}}


def _mood_in_words(mood: str) -> dict[str, Any]:
    """Return the settings that a sentence asks for, none if it is empty."""
    if not mood.strip():
        return {}
    from livingstill.settings import prompt  # the whole grammar with it

    return prompt.read(mood)


def _inside(path: Path, key: str, value: Any) -> Any:
    """Take a path from the brand's folder, which it may not leave."""
    if key == "camera" and isinstance(value, str) and value.startswith("@"):
        return f"@{_inside(path, 'font', value[1:])}"
    if key not in FILES or not isinstance(value, str):
        return value
    folder = path.parent.resolve()
    try:
        target = (folder / value).resolve()
    except (OSError, ValueError):
        target = folder.parent
    if not target.is_relative_to(folder) or Path(value).is_absolute():
        raise InputError(
            f"brand file {path} names {value}, which is not in its folder; put the file beside "
            f"the brand file, or give --{key.replace('_', '-')} yourself"
        )
    return str(path.parent / value)
