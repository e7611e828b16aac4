"""Where, and which way: sides, corners, from one edge to the other."""

from __future__ import annotations

import re

from livingstill.settings.prompt.line import Rewrite
from livingstill.settings.prompt.vocabulary import known, vocabulary

_SIDE = r"(?:the )?(left|right|top|bottom|above|below)(?: (?:hand )?(?:side|edge))?"

_CORNER = r"(?:the )?(top|upper|bottom|lower) (left|right)(?: hand)?(?: corner)?\b"

_OPPOSITE = {
    "left": "right", "right": "left", "top": "down", "bottom": "up", "above": "down", "below": "up", "up": "down", "down": "up"
}  # fmt: skip

_ENDS = {
    "top": "up", "bottom": "down", "above": "up", "below": "down", "upper": "up", "lower": "down"
}  # fmt: skip


def _from_side(found: re.Match[str]) -> str:
    """Return the way that leads from a side, or the side where a thing follows: "the left door"."""
    side, word = found.groups()
    after = f" {word}" if word else ""
    token = known(word, vocabulary()) if word else None
    if word and (token is None or token.role in ("thing", "held", "kind")):
        return f"from {side}-side{after}"
    return f"{_OPPOSITE[side]}{after}"


REWRITES: tuple[Rewrite, ...] = (
    (r"\b((?:wind|breeze|gust)s?) of (?:the )?(left|right)\b(?! side| hand)", r"\1 from the \2"),
    (r"\bto (?:the )?(left|right) side\b(?! of)", r"to the \1"),
    (r"\bfrom (?:up|above|top) (?:to |until )(?:down|below|bottom)\b", "down"),
    (r"\bscreen (?=left\b|right\b)", ""),
    (r"\bon top(?! of)\b(?=\s*(?:[,.;!]|$|and\b))", ""),
    (r",? ?\b(?:in|through) the air\b|\bin mid ?-?air\b", ""),
    (r"\bdown ?hill\b", "down"),
    (r"\bup ?hill\b", "up"),
    (r"\bdiagonally (?=(?:up|down)(?:wards?)?(?:,| and)* (?:to (?:the )?)?(?:left|right)\b)", ""),
    (r"\b((?:sway|wav|swing|rock|bend)\w*(?: \w+ly)?) (?:from )?side to side\b", r"\1"),
    (r"\b(?:from )?side to side\b|\bleft and right\b|\bside ?ways\b", "sideways"),
    (r"\bto and fro\b|\bback and forth\b|\bup and down\b|\bin and out\b", "tofro"),
    (r"\ball (?=over|across|around|along|through)\b", ""),
    (r"\bin (?:front|back) of\b", "behind"),
    (r"\b(left|right|up|down)(?:wards?)?,? (?:and )?not (?:to the )?(?:left|right|up|down)(?:wards?)?\b", r"\1"),
    (r"\bfrom (?:the )?(?:behind|front|back|side|rear)\b(?! (?!of|and|to)\w)", "from-behind"),
    (rf"\bfrom {_CORNER}", lambda m: f"{_OPPOSITE[_ENDS[m[1]]]} {_OPPOSITE[m[2]]}"),
    (rf"\b(?:to|toward|towards|into) {_CORNER}", lambda m: f"{_ENDS[m[1]]} {m[2]}"),
    (rf"\b(?:on|at|in) (?:the |its |my |your )?(?:very |far )?{_CORNER}|"
     r"\b(?:on|at|in) (?:the |its |my |your )?(?:very |far )?(left|right|top|bottom)"
     r"(?: hand)?(?: (?:side|half|part|corner|edge|third))?(?: of the (?:frame|picture|photo|image))?\b",
     lambda m: "-".join([part for part in m.groups() if part] + ["side"])),
    (r"(?<!to )(?<!to the )(?<!from )(?<!from the )(?<!toward )(?<!toward the )"
     r"\b(?:the )?(left|right|top|bottom|upper|lower) (?:hand )?"
     r"(?:side|half|part|corner|edge|third|portion)\b", r"\1-side"),
    (r"\banti ?clockwise\b|\bcounter ?clockwise\b", "anticlockwise"),
    (rf"\b(?:from )?{_SIDE} to {_SIDE}", lambda m: _ENDS.get(m[2], m[2])),
    (rf"\bfrom {_SIDE}\b(?: (\w+))?", _from_side),
    (r"\b(left|right|up|down)wards?\b", r"\1"),
    (r"\b(forward|toward|backward|onward)s\b", r"\1"),
)  # fmt: skip
