"""How prompts are written: apostrophes, hyphens, arrows, slashes, letters that are repeated."""

from __future__ import annotations

from livingstill.settings.prompt.line import Rewrite

_LETTERS = {"l": "left", "r": "right"}
_ARROWS = {"←": "left", "→": "right", "↑": "up", "↓": "down"}

REWRITES: tuple[Rewrite, ...] = (
    (r"(?<=[a-z]) ?= ?(?=[a-z])", ": "),
    (r"\bbg\b", "background"),
    (r"\blil\b", "little"),
    (r"\b([lr]) ?(?:->|-|to) ?(?!\1)([lr])\b", lambda m: _LETTERS[m[2]]),
    (r"\b(pan|panning|truck|slide|slides|sliding|track|tilt|dolly|drift|move|moves|moving|to|from|camera|going|goes|go) ([lr])(?: ?(?:->|>|to) ?([lr]))?\b(?!')",
     lambda m: f"{m[1]} {_LETTERS[m[3] or m[2]]}"),
    (r"(?<=[a-z]{2})/(?=\d)", " ; "),
    (r"([a-z])\1{2,}", r"\1\1"),
    (r"\bple+a+se+\b|\bplee+se\b|\bplea+s\b", "please"),
    (r"(?<=[a-z])\+(?=[a-z])", " + "),
    (r" ?<-+ ?(?!left)", " left "),
    (r" ?-+> ?(?!left|right|up|down)", " right "),
    (r"(?<=[a-z]{3})/(?=[a-z]{3})", ", "),
    (r"\b(?:lef|letf|lfet)\b", "left"),
    (r"\b(?:righ|rigt|rihgt|rigth)\b", "right"),
    (r"([←→↑↓])(?!\s*(?:left|right|up|down))", lambda m: f" {_ARROWS[m[1]]} "),
    (r"[’‘`]", "'"),
    (r"(?<=[a-z0-9])-(?=[a-z])(?!(?<!drone-)like\b)", " "),
    (r"\bdo (?:not|n't)\b|\bdont\b", "don't"),
)  # fmt: skip
