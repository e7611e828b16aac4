"""The constructions that clauses are known in; any other is understood only in part."""

from __future__ import annotations

import re
from collections.abc import Sequence

from livingstill.settings.prompt.vocabulary import Token

_LETTERS = {
    "kind": "n", "thing": "t", "held": "t", "effect": "t", "camera": "c", "wind": "w", "all": "A",
    "nothing": "0", "size": "s", "way": "d", "adjective": "a", "compass": "a", "modifier": "a",
    "number": "a", "verb": "v", "move": "v", "blow": "v", "act": "y", "change": "y", "add": "y",
    "moves": "x", "phrase": "u", "unknown": "u", "negation": "N", "still": "F", "hold": "h",
    "only": "o", "prep": "p", "order": "u",
}  # fmt: skip
_NOUN = "(?:[sa]*[ntwcAu])"
_WHERE = f"(?:p+{_NOUN}*d?)"
_THINGS = f"(?:{_NOUN}(?:{_NOUN}|{_WHERE})*)"
_HOW = f"(?:[sda]|{_WHERE})"
_PLAIN = "[ntwcAsdavypux]"
_CONSTRUCTIONS = (
    f"{_PLAIN}*",
    # negation
    f"N[vysa]*{_THINGS}?[vy]*{_WHERE}*",  # "don't let the trees move", "no movement in the water"
    f"{_THINGS}N[vyx]*{_NOUN}?{_WHERE}*",  # "the trees should not move"
    f"[vy]?{_THINGS}[vy]*N[vy]?{_THINGS}",  # "move the trees, not the clouds"
    f"N?{_NOUN}?[vs]*x+[vs]*N?{_WHERE}*",  # "no zoom"
    # stillness
    f"{_THINGS}h?F+{_WHERE}*",  # "the sky stays still"
    f"h{_THINGS}?F+{_WHERE}*",  # "keep the sky still"
    f"[vs]*F+v*{_THINGS}?v?",  # "freeze the sky", "stop moving the camera"
    f"[vy]?{_THINGS}Fv",  # "make the flag stop moving"
    f"F?xF?{_NOUN}?",
    # hold
    f"h?{_HOW}*{_THINGS}?h?{_HOW}*v?{_HOW}*",  # "keep the water moving", "the sky stays"
    # only
    f"o[vys]*{_THINGS}?{_HOW}*v*{_HOW}*",  # "only the water moves slowly"
    f"oh?{_THINGS}v{_HOW}*",
    f"{_PLAIN}+o{_HOW}*",  # "move the water only"
    f"os*x{_HOW}*",
    # nothing
    f"[vh]*0A?[svyF]*{_WHERE}*",  # "nothing else moves"
)
_KNOWN = re.compile("|".join(f"(?:{each})" for each in _CONSTRUCTIONS))


def shape(tokens: Sequence[Token]) -> str:
    """Return a letter for the role of each token that is no filler."""
    return "".join(_LETTERS.get(token.role, "") for token in tokens)


def is_known(tokens: Sequence[Token]) -> bool:
    """Return whether the tokens of a clause stand in a construction that the grammar knows."""
    return _KNOWN.fullmatch(shape(tokens)) is not None
