"""The constructions that clauses are known in; any other is understood only in part."""

from __future__ import annotations

import re
from collections.abc import Sequence

from livingstill.settings.prompt.vocabulary import Token
from livingstill.settings.prompt.words import ALL, RELATIVES, SHARES, SUBSETS, WHOLE

_LETTERS = {
    "kind": "n", "thing": "t", "held": "t", "effect": "t", "camera": "c", "wind": "w", "all": "A",
    "nothing": "0", "size": "s", "way": "d", "adjective": "a", "compass": "a", "modifier": "a",
    "number": "a", "verb": "v", "move": "v", "blow": "v", "act": "y", "change": "y", "add": "y",
    "moves": "x", "phrase": "u", "unknown": "u", "negation": "N", "still": "F", "hold": "h",
    "only": "o", "prep": "p", "order": "u",
}  # fmt: skip
_NOUN = "(?:[sa]*[ntwcAiu])"
_WHERE = f"(?:p+{_NOUN}*a*d?)"
_THINGS = f"(?:{_NOUN}(?:{_NOUN}|{_WHERE})*)"
_HOW = f"(?:[sda]|{_WHERE})"
_PLAIN = "[ntwcisdavypux]"
_ALL = f"(?:[svyia]*A+{_WHERE}*)"
_CONSTRUCTIONS = (
    f"{_PLAIN}*",
    f"{_ALL}v*{_HOW}*v*{_HOW}*",  # "everything in the picture moves slowly"
    # negation
    f"(?!Np+i|Ni+$)N[vysap]*{_THINGS}[vy]*{_WHERE}*",  # "don't let the trees move"
    f"N[sap]*[vys][vysap]*{_WHERE}*",  # "no movement in the water"
    f"(?!i+N$){_THINGS}N[vyx]*{_NOUN}?{_WHERE}*",  # "the trees should not move"
    f"o?[vy]?{_THINGS}[vy]*N[vy]?{_THINGS}",  # "move the trees, not the clouds"
    f"N?{_NOUN}?[vs]*x+[vs]*N?{_WHERE}*",  # "no zoom"
    # stillness
    f"{_THINGS}N[vy]*d+",  # "the clouds should not go left"
    f"{_THINGS}[vy]*h?F+{_WHERE}*",  # "the sky stays still"
    f"hF*p?{_THINGS}?F*{_WHERE}*",  # "keep the sky still"
    f"[vs]*F+v*{_THINGS}?v?",  # "freeze the sky", "stop moving the camera"
    f"[vy]?{_THINGS}Fv",  # "make the flag stop moving"
    f"[vsa]*{_THINGS}[vs]*p+F{_NOUN}",  # "moving clouds over static mountains"
    f"[hFvsa]*x[hFvsa]*{_NOUN}?{_WHERE}*",  # "keep the camera locked off"
    # hold
    f"hp?v{_HOW}*{_THINGS}?{_HOW}*",  # "keep moving the water"
    f"h?{_HOW}*{_THINGS}?h?{_HOW}*v?{_HOW}*",  # "keep the water moving", "the sky stays"
    # only
    f"o[vys]*{_THINGS}?{_HOW}*v*{_HOW}*",  # "only the water moves slowly"
    f"oh?{_THINGS}v{_HOW}*",
    f"{_PLAIN}+o{_HOW}*",  # "move the water only"
    f"os*x{_HOW}*",
    # nothing
    f"[vh]*0[Ai]?[svyF]*{_WHERE}*",  # "nothing else moves"
)
_ROUND = (["direction"], ["directions"], ["side"], ["sides"], ["way"], ["ways"])
_KNOWN = re.compile("|".join(f"(?:{each})" for each in _CONSTRUCTIONS))


def shape(tokens: Sequence[Token]) -> str:
    """Return a letter for the role of each token that is no filler."""
    return "".join(_letter(token) for token in tokens)


def _letter(token: Token) -> str:
    """Return the letter of a token; the picture is no "everything", "the one" a thing."""
    if token.role == "all" and token.word not in WHOLE:
        return "i"
    return "t" if token.word in ("one", "ones") else _LETTERS.get(token.role, "")


def is_known(tokens: Sequence[Token]) -> bool:
    """Return whether the tokens of a clause stand in a construction that the grammar knows."""
    return _KNOWN.fullmatch(shape(tokens)) is not None


def tells_apart(tokens: Sequence[Token], i: int) -> bool:
    """Return whether the filler at ``i`` picks out some of what is named, which no setting does.

    "Some of the trees", "not every cloud", "the other boat", "except the river which rushes".
    """
    word, following = tokens[i].word, [t.word for t in tokens[i + 1 : i + 2]]
    rules = {t.role for t in tokens} & {"negation", "still", "hold", "only", "nothing"}
    if word == "other":
        return not rules or any(t.role == "kind" for t in tokens)
    if word in ("those", "these"):  # "those on the tree"
        return [t.role for t in tokens[i + 1 : i + 2]] == ["prep"]
    if word in ("out", "away"):
        return not any(
            t.role in ("verb", "move", "blow", "act", "moves", "hold") for t in tokens[:i]
        )
    if word == "part" and i and tokens[i - 1].role == "kind":
        return True  # "the clouds part"
    if word == "gradually":
        return following[:1] != [] and following[0].endswith("er")
    if word == "side":
        return not any(t.role == "way" for t in tokens)
    if word in SHARES:
        return following == ["of"]
    if word in ALL:
        noun = any(t.role in ("kind", "thing", "held", "camera", "wind") for t in tokens)
        return (
            following[:1] in (["other"], *_ROUND)
            or (word == "both" and not noun)
            or any(t.role == "negation" for t in tokens[:i])
        )
    if word in RELATIVES:
        return bool(rules)
    return word in SUBSETS
