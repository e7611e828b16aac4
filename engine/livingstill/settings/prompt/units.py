"""The sentence as it was typed, cut at its punctuation and joining words alone, whatever it means."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from livingstill.settings.prompt.line import spans
from livingstill.settings.prompt.vocabulary import Token, partners
from livingstill.settings.prompt.words import EXTENTS, MOTIONS, SIZES, USUAL

NAMING = ("kind", "thing", "held", "effect", "camera", "adjective", "compass")
"""Roles of words that name things."""
DETERMINERS = frozenset(
    [
        *("the", "a", "an", "my", "our", "your", "his", "her", "its", "their", "of"),
        *("this", "that", "these", "those", "some", "all", "both"),
    ]
)
_STOP = re.compile(r"[.;!?\n]\s|[;!?\n]|\.$")
_LIST = re.compile(r"and|or|nor|[&+/]|plus")
_PART = re.compile(
    r"[,:()–—]|\s-+\s|(?:but|while|whilst|then|with|as|except|so|where|when|yet|because|"
    r"without|rather|instead|apart|besides|aside|exception)"
)
_MARK = re.compile(r"[,:–—]|-(?=\s)")
_EXCEPT = frozenset(["except", "apart", "besides", "aside", "exception", "minus", "excluding"])
_CONTRAST = _EXCEPT | frozenset(
    [
        "but",
        "without",
        "rather",
        "instead",
        "while",
        "whilst",
        "yet",
        "then",
        "with",
        "where",
        "when",
    ]
)


class Break(NamedTuple):
    """What parts a unit from the one before: "and", "," or ":", a word such as "but", "except", "nor"."""

    sentence: int = 0
    linked: bool = False
    mark: str = ""
    contrast: bool = False
    excepting: bool = False
    refusing: bool = False

    def after(self, before: Break) -> Break:
        """Return the break together with one right before it, as in ", and"."""
        return Break(
            self.sentence,
            self.linked or before.linked,
            before.mark or self.mark,
            self.contrast or before.contrast,
            self.excepting or before.excepting,
            self.refusing or before.refusing,
        )


@dataclass(frozen=True, slots=True)
class Unit:
    """The tokens between two breaks of the typed sentence, and the break before them."""

    tokens: tuple[Token, ...]
    at: Break

    @property
    def listed(self) -> bool:
        """Whether it goes on with the list that the unit before it is in."""
        return (self.at.linked or bool(self.at.mark)) and not self.at.contrast

    @property
    def movers(self) -> frozenset[str]:
        """The kinds, "camera", "wind" and "all" that it names."""
        return frozenset(name for t in self.tokens for name in names_of(t))

    @property
    def bare(self) -> bool:
        """Whether it names things and says nothing of them."""
        return self._is_bare(self.tokens)

    def opens_list(self, order: str) -> bool:
        """Whether it is bare after an ``order`` that may begin it: "move" the clouds, "hold" the sky."""
        named = (n for n, t in enumerate(self.tokens) if t.role in NAMING)
        first = next(named, len(self.tokens))
        opening = ("idle", "order", order, *(("wind", "blow") if order == "move" else ()))
        ordered = all(t.role in opening for t in self.tokens[:first])
        return ordered and self._is_bare(self.tokens[first:])

    def _is_bare(self, tokens: Sequence[Token]) -> bool:
        placed = False
        for token in tokens:
            placed = placed or token.role == "prep"
            naming = token.role in NAMING or (placed and token.role == "unknown")
            naming = naming and token.word not in EXTENTS  # "big clouds and small waves"
            if not (naming or token.role == "prep" or token.word in DETERMINERS):
                return False
        named = any(t.role in NAMING[:5] for t in tokens)
        return named and tokens[-1].role != "prep"


def names_of(token: Token) -> frozenset[str]:
    """Return what a token names that a setting may be of."""
    match token.role:
        case "kind":
            return frozenset([token.value]) | partners(token.word)
        case "moves" | "camera" | "wind":
            return frozenset(["wind" if token.role == "wind" else "camera"])
        case "all" | "nothing":
            return frozenset(["all"])
        case "move" if token.word in MOTIONS:
            return frozenset(["all"])
    return frozenset()


def units_of(sentence: str, tokens: Iterable[Token]) -> list[Unit]:
    """Return the units of a typed sentence with the tokens that stand for their words."""
    tokens = sorted(dict.fromkeys(t for t in tokens if t.at), key=lambda t: min(t.at))
    inner = {i for t in tokens for i in t.at if len(t.at) > 1}  # "as it is", which is "still"
    breaks, where = _breaks(sentence.lower(), inner)
    held: list[list[Token]] = [[] for _ in breaks]
    for token in tokens:
        held[where[max(token.at) if token.role == "size" else min(token.at)]].append(token)
    out: list[Unit] = []
    pending = Break()
    for said, at in zip(held, breaks, strict=True):
        pending = at.after(pending)
        usual = at.mark == ":" and any(t.word in USUAL for t in said)  # "veil: medium"
        if usual or any(t.role not in ("idle", "boost") for t in said):
            out.append(Unit(tuple(said), pending))
            pending = Break()
    return out


def _breaks(text: str, inner: Container[int]) -> tuple[list[Break], list[int]]:
    """Return the breaks of a text, and for each of its words which one it follows.

    Words at ``inner`` are within an idiom and join nothing.
    """
    places = list(spans(text))
    words = [text[start:end] for start, end in places]
    edges = [0, *(edge for place in places for edge in place), len(text)]
    between = [text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)]
    breaks: list[Break] = []
    where: list[int] = []
    stop = 0
    for i, word in enumerate(words):
        before, last = (between[i], words[i - 1]) if i else ("", "")
        stop += bool(_STOP.search(before))
        degree = word == "so" and {*words[i + 1 : i + 2]} & {*SIZES, "much"}  # "not so fast"
        joining = "" if i in inner or degree else word
        listed = bool(_LIST.search(before) or _LIST.fullmatch(joining))
        parted = bool(_PART.search(before) or _STOP.search(before))
        parted = parted or bool(_PART.fullmatch(joining) and last not in ("only", "just"))
        parted = parted or (word == "than" and words[i + 1 : i + 2] in (["in"], ["on"], ["of"]))
        first = word in ("only", "just") and not between[i + 1].strip() and i + 1 < len(words)
        excepting = word in _EXCEPT or (word == "than" and "other" in words[max(0, i - 2) : i])
        if i == 0 or listed or parted or first or excepting:
            found = _MARK.search(before)
            mark = "" if not found else ":" if found[0] == ":" else ","
            breaks.append(Break(stop, listed, mark, word in _CONTRAST, excepting, word == "nor"))
        where.append(len(breaks) - 1)
    return breaks, where


def list_before(units: Sequence[Unit], k: int, order: str = "move") -> frozenset[str]:
    """Return what bare units before unit ``k`` name: "trees and grass sway gently"."""
    out: frozenset[str] = frozenset()
    while k and units[k].listed and units[k - 1].opens_list(order):
        k -= 1
        out |= units[k].movers
        if not units[k].bare:
            return out
    return frozenset() if units[k].at.linked else out  # "wind in her veil and hair, couple still"
