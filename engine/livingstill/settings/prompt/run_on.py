"""Predicates that follow one another without a comma: "sky left sea right camera stop"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from livingstill.settings.prompt.scope import DETERMINERS
from livingstill.settings.prompt.vocabulary import Token
from livingstill.settings.prompt.words import USUAL

SUBJECTS = ("kind", "held", "thing", "moves", "camera", "wind", "effect", "unknown", "all")
"""Roles of words that something is said of."""
_SILENT = ("idle", "adjective", "modifier", "compass", "number", "order")
_SAID = frozenset(["yes"]) | USUAL
_ORDERS = ("move", "hold", "still", "negation")
_WEATHER = ("windy", "breezy", "gusty")
_SHAPES = {"prep": "p", "negation": "N"}
_POSTFIX, _PREFIX = re.compile("n+[sN]+(?:n+[sN]+)+"), re.compile("(?:[sN]+n+){2,}")


def telling(tokens: Iterable[Token]) -> list[Token]:
    """Return the tokens that are no filler and describe nothing."""
    return [t for t in tokens if t.role not in _SILENT]


def run_on(tokens: Sequence[Token]) -> list[tuple[Token, ...]]:
    """Return the predicates of a row of tokens apart, where each noun has one: "slow sky quick sea"."""
    places = [i for i, t in enumerate(tokens) if t.role not in _SILENT or t.word in _SAID]
    places = [i for i in places if not _moves_camera(tokens, i)]
    told = [tokens[i] for i in places]
    cuts = [
        i
        for i in range(1, len(told) - 1)
        if told[i].word in DETERMINERS
        and told[i].role == "negation"
        and told[i - 1].role in SUBJECTS
        and told[i + 1].role in (*SUBJECTS, "phrase", "change", "act")
        and told[-1].word != "yes"
    ]  # "water no camera"
    cuts = cuts or _predicate_bounds(told)
    if not cuts:
        return [tuple(tokens)]
    at = [0, *(_predicate_start(tokens, places[i - 1], places[i]) for i in cuts), len(tokens)]
    return [part for a, b in pairwise(at) for part in run_on(tokens[a:b])]


def _moves_camera(tokens: Sequence[Token], i: int) -> bool:
    """Return whether the word at ``i`` is of what the camera right before it does: "camera pan right"."""
    while i and tokens[i].role in ("phrase", "way", "prep", "idle"):
        i -= 1
        if tokens[i].role == "camera":
            return True
    return False


def _predicate_bounds(told: Sequence[Token]) -> list[int]:
    """Return where one noun's predicate ends and another's begins, if all of them stand alike."""
    roles = {t.role for t in told}
    if "unknown" in roles or {"wind", "blow"} <= roles:
        return []  # "the wind blows her scarf"
    shape = "".join(
        "n"
        if t.role in SUBJECTS and t.word != "it" and t.word not in _WEATHER
        else _SHAPES.get(t.role, "s")
        for t in told
    )
    last = "sN" if _POSTFIX.fullmatch(shape) else "n"
    orders = (
        told[:1] and told[0].role in _ORDERS and "only" not in roles
    )  # "keep the water move the clouds"
    if last == "n" and not (
        _PREFIX.fullmatch(shape)
        and all(_describes(t) or (orders and t.role in _ORDERS) for t in told)
    ):
        return []
    return [i for i in range(1, len(told)) if shape[i - 1] in last and shape[i] not in last]


def _describes(token: Token) -> bool:
    """Return whether a token is a noun or may stand before one: "slow", "static", "drifting"."""
    return token.role in (*SUBJECTS, "size", "still") or token.word.endswith("ing")


def _predicate_start(tokens: Sequence[Token], last: int, first: int) -> int:
    """Return where the predicate begins whose first telling word is at ``first``: with its article."""
    start = first
    while start - 1 > last and tokens[start - 1].role in ("adjective", "modifier", "idle"):
        start -= 1
    return start
