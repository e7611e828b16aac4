"""Idioms of prompts become words that the grammar knows, by tables of what is said and what it is."""

from __future__ import annotations

import re

from livingstill.settings.prompt.idioms import (
    camera,
    degrees,
    manners,
    places,
    spelling,
    stillness,
    things,
)
from livingstill.settings.prompt.line import Line

_TABLES = (spelling, manners, camera, things, degrees, stillness, places)
"""In the order in which they are applied: a table may use what one before it writes."""

_WORDS = {
    "closeup": "close-up",
    "softfocus": "soft focus",
    "tofro": "to and fro",
    "livingroom": "living room",
    "tiltshift": "tilt-shift",
}
"""Single words that a table writes, as they are spoken."""


def normalised(prompt: str) -> Line:
    """Return the prompt in lower case, with idioms as words of the grammar."""
    line = Line.typed(" ".join(prompt.lower().replace("\n", " ; ").split()))
    for table in _TABLES:
        for pattern, new in table.REWRITES:
            line = line.sub(pattern, new)
    return line


def spoken(text: str) -> str:
    """Return a text with the idioms that are single words as they are spoken.

    >>> spoken("tofro in the livingroom")
    'to and fro in the living room'
    """
    return re.sub(rf"\b(?:{'|'.join(_WORDS)})\b", lambda m: _WORDS[m[0]], text)
