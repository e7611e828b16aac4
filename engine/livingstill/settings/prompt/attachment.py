"""Which things each strength and each direction of the typed sentence is said of."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence, Set
from typing import NamedTuple

from livingstill.core.kinds import KINDS
from livingstill.settings.prompt.stance import Statement
from livingstill.settings.prompt.units import Unit, names_of
from livingstill.settings.prompt.vocabulary import Token, place_in
from livingstill.settings.prompt.words import ALL, MOTIONS, WHOLE

_BETWEEN = ("adjective", "modifier", "compass", "number", "size", "boost", "idle")
"""Roles of words that stand between a modifier and the noun after it."""
MODIFIERS = ("size", "way")
_NAMED = ("kind", "moves", "camera", "wind")
_NONE, _CAMERA = frozenset[str](), frozenset(["camera"])


class Row(NamedTuple):
    """A statement and the unit that it is in."""

    said: Statement
    unit: Unit

    @property
    def movers(self) -> list[tuple[int, Token]]:
        """The places and the tokens of what it is of, without what only says where."""
        tokens = self.said.tokens
        named = [(i, t) for i, t in enumerate(tokens) if t.role in _NAMED]
        place = place_in(tokens)
        heads = [(i, t) for i, t in named if i < place or t.role == "wind"]
        return named if all(t.role == "wind" for _, t in heads) else heads

    @property
    def named(self) -> frozenset[str]:
        """The kinds, "camera" and "wind" that it is of."""
        return _NONE.union(*(names_of(t) for _, t in self.movers))

    @property
    def bare(self) -> bool:
        """Whether it names things and says neither what they do nor how."""
        told = any(t.role in (*MODIFIERS, "wind") for t in self.said.tokens)
        return bool(self.named) and not self.said.stance and not told

    @property
    def opens(self) -> bool:
        """Whether it is bare after an order that may begin a list: "move" the clouds."""
        tokens = self.said.tokens
        first = next((i for i, t in enumerate(tokens) if t.role in ("kind", "moves", "camera")), 0)
        ordered = {t.role for t in tokens[:first]} & {"move", "hold", "wind", "blow", "only"}
        others = {"verb", "still", "negation", *MODIFIERS}
        participle = any(t.role == "move" and t.word.endswith("ing") for t in tokens)
        return bool(ordered) and not participle and not {t.role for t in tokens} & others

    @property
    def whole(self) -> bool:
        """Whether it is of all that moves: "everything slow", "both gently"."""
        return any(t.word in {*WHOLE, *ALL} for t in self.said.tokens)

    @property
    def resumes(self) -> bool:
        """Whether it is of all that was named before: "water, clouds, camera right, all slow"."""
        places = [t.at for t in self.said.tokens if t.role == "kind"]
        return self.whole and len(set(places)) < len(places)

    @property
    def also(self) -> bool:
        """Whether it says of its things that they do the same: "the sky too"."""
        return any(t.word in ("too", "also", "well") for t in self.said.tokens)

    @property
    def of_motion(self) -> bool:
        """Whether it names motion, and then what has it: "subtle movement in the hair, the grass"."""
        return any(t.word in MOTIONS for t in self.said.tokens)


class Attachment(NamedTuple):
    """A token, what it is said of for sure, and what else it may be said of."""

    token: Token
    of: frozenset[str]
    maybe: frozenset[str] = _NONE


def attached(rows: Sequence[Row], i: int, n: int, moving: Set[str]) -> Attachment:
    """Return what token ``n`` of row ``i``, a strength or a direction, is said of.

    ``moving`` is what the settings move; a word on its own is preferably of one of these.
    """
    row, token = rows[i], rows[i].said.tokens[n]
    if not row.named or row.resumes:
        return _on_its_own(rows, i, token, moving)
    tokens, kinds = row.said.tokens, row.named & {*KINDS}
    k = n + 1
    while k < len(tokens) and tokens[k].role in _BETWEEN:
        k += 1
    after = next((t for place, t in row.movers if place == k), None)
    adverb = token.word.endswith("ly") or token.role == "way"
    before = [t for place, t in row.movers if place < n]
    if after is not None and after.role != "kind" and not (adverb and before):
        return Attachment(token, names_of(after))
    if any(t.role == "moves" for t in tokens) and (after is None or adverb):
        last = max((place for place, t in row.movers if place < n), default=0)
        does = any(t.role in ("verb", "move", "blow") for t in tokens[last:n])
        shot = any(t.role == "moves" for t in before) and not does
        return Attachment(token, names_of(before[-1]) if before and not shot else _CAMERA)
    if after is not None and not adverb and before:  # "windy reeds calm lake"
        kinds = _NONE.union(*(names_of(t) for place, t in row.movers if place > n)) & {*KINDS}
    of = kinds or row.named
    if not before:
        closed = row.of_motion or _is_closed_list(rows, i)
        return Attachment(token, of | (_listed(rows, i, 1) if closed else _NONE))
    alike = _NONE.union(*(r.named for r in _listed_with(rows, i, 1) if r.unit.at.linked or r.also))
    alike = alike - _CAMERA if kinds else _NONE  # "the wind should be hard, the flags too"
    listed = _listed(rows, i, -1)
    if row.unit.at.linked or row.whole:
        return Attachment(token, of | alike | listed)
    return Attachment(token, of | alike, listed - of)


def _listed_with(rows: Sequence[Row], i: int, step: int) -> Iterator[Row]:
    """Yield the bare rows before (-1) or after (1) row ``i`` that are in one list with it."""
    if step < 0 and rows[i].said.where == "before" and rows[i].said.stance:
        return  # "sway the trees and rock the reeds gently"
    while 0 <= i + step < len(rows):
        other, later = rows[i + step], rows[max(i, i + step)]
        apart = other.unit.at.sentence != rows[i].unit.at.sentence
        if apart or not later.unit.listed or not (other.bare or (step < 0 and other.opens)):
            return
        yield other
        if not other.bare:
            return
        i += step


def _listed(rows: Sequence[Row], i: int, step: int) -> frozenset[str]:
    """Return what the list beside row ``i`` names."""
    return _NONE.union(*(r.named for r in _listed_with(rows, i, step))) - {"camera"}


def _is_closed_list(rows: Sequence[Row], i: int) -> bool:
    """Return whether an "and" ends the list that row ``i`` begins."""
    listed = [*_listed_with(rows, i, 1)]
    return bool(listed) and listed[-1].unit.at.linked


def _on_its_own(rows: Sequence[Row], i: int, token: Token, moving: Set[str]) -> Attachment:
    """Return what a word of row ``i``, which names nothing, is said of: what is before it, or after."""
    row, at = rows[i], rows[i].unit.at
    named = [k for k, r in enumerate(rows) if r.named]
    named = [k for k in named if rows[k].named & moving]
    near = [k for k in named if rows[k].unit.at.sentence == at.sentence]
    before = [k for k in near or named if k < i]
    after = [k for k in named if k > i]
    if row.whole or (row.of_motion and not named):
        others = frozenset(moving) & {*KINDS} - _NONE.union(*(rows[k].named for k in named))
        if any(t.word in ("else", "rest") for t in row.said.tokens):
            return Attachment(token, others or frozenset(["all"]))
        return Attachment(token, others | _NONE.union(*(rows[k].named for k in before)))
    if not before:
        if not after:
            return Attachment(token, _NONE)
        label = rows[i + 1].unit.at.mark == ":"
        spoken = after if label else after[:1]
        first = rows[after[0]]
        listed = _listed(rows, after[0], 1) if first.bare or first.of_motion else _NONE
        return Attachment(token, listed.union(*(rows[k].named for k in spoken)))
    last = rows[before[-1]]
    listed = _listed(rows, before[-1], -1) if last.bare or last.unit.at.linked else _NONE
    alone = at.mark == ":" or at.linked
    others = _NONE.union(
        *(rows[k].named for k in before[:-1] if _has_predicate(rows[k]) and not alone)
    )
    between = last.bare and after[:1] == [i + 1] and rows[i + 1].bare
    if between and at.mark == "," and rows[i + 1].unit.at.mark:
        others |= rows[i + 1].named  # "the fire and, slowly, the smoke"
    return Attachment(token, last.named | listed, others - last.named - listed)


def _has_predicate(row: Row) -> bool:
    """Return whether a row says what its things do."""
    return not row.bare or "camera" in row.named


def modifiers(
    rows: Sequence[Row], moving: Set[str], refused: Container[int]
) -> Iterator[tuple[Row, list[Attachment]]]:
    """Yield each row with what its strengths and directions are said of, but for ``refused`` words."""
    for i, row in enumerate(rows):
        tokens = row.said.tokens
        out = [
            attached(rows, i, n, moving)
            for n, t in enumerate(tokens)
            if t.role in MODIFIERS
            and not any(place in refused for place in t.at)
            and not any(before.role == "nothing" for before in tokens[:n])  # "nothing more"
        ]
        if out:
            yield row, out
