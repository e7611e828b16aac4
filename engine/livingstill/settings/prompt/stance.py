"""Whether each thing is said to move or to stand still, by the typed words around it alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from livingstill.settings.prompt.line import At
from livingstill.settings.prompt.run_on import SUBJECTS, run_on, telling
from livingstill.settings.prompt.scope import DETERMINERS
from livingstill.settings.prompt.units import Unit
from livingstill.settings.prompt.vocabulary import Token
from livingstill.settings.prompt.words import USUAL, WHOLE

POLAR = ("negation", "still", "hold", "only", "nothing")
"""Roles of words that say what stands still; what the grammar made of them does not count here."""
_ACTS = ("verb", "move", "blow", "size", "way", "phrase", "change", "act", "add", "wind")
AUXILIARIES = frozenset(
    ["can", "may", "should", "does", "do", "is", "are", "will", "shall", "must", "would", "be"]
)
"""Words that say again of a noun what is said before: "the flag must not move, trees may"."""
_YES = frozenset(["yes", "on", "ok", "okay", "maybe", "yeah"]) | USUAL
MOVES, STAYS = 1, -1


@dataclass(frozen=True, slots=True)
class Statement:
    """Tokens of one predicate, whether it moves its things (0: it does not say), and where it says so.

    ``where`` is "before" or "after" its first noun, "none" without one; ``echoes``: it is so as is
    said before, "the fire is not still, the smoke is".
    """

    tokens: tuple[Token, ...]
    stance: int = 0
    where: str = "none"
    echoes: bool = False

    @property
    def contrasts(self) -> bool:
        """Whether it only denies of things what is said before: "not the trees", "the clouds aren't"."""
        told = telling(self.tokens)
        denied = [t.word for t in told if t.role == "negation" and t.word not in DETERMINERS]
        return len(denied) == 1 and [t.role in SUBJECTS for t in told].count(False) == 1

    @property
    def held(self) -> bool:
        """Whether it only keeps things, in a state that is said later or that of the photo."""
        does = {t.role for t in self.tokens}
        return "hold" in does and not does & {*POLAR[:2], *POLAR[3:], *_ACTS}


def typed(spoken: Iterable[Token], understood: Iterable[Token]) -> list[Token]:
    """Return the ``spoken`` tokens in the roles that the grammar gave them, but for those of ``POLAR``.

    ``understood`` are the tokens of the clauses; the nouns of pronouns stand for them, and a
    camera move for all of its words.
    """
    at: dict[At, list[Token]] = {}
    moves: dict[int, Token] = {}
    for token in understood:
        at.setdefault(token.at, []).append(token)
        if token.role == "moves":
            moves |= dict.fromkeys(token.at, token)
    out: list[Token] = []
    for token in spoken:
        there = at.get(token.at, [])
        move = next((moves[i] for i in token.at if i in moves), None)
        nouns = [t for t in there if t.role in ("kind", "thing", "held") and t.word != token.word]
        if token.role in POLAR:
            out.append(token)
        elif same := [t for t in there if t.word == token.word]:
            out.append(token if token.role == same[0].role == "size" else same[0])
        elif nouns and len(token.at) == 1:
            out += [token, *nouns] if token.word in ("all", "both") else nouns
        elif move is not None and token.role not in ("size", "boost"):
            out += [move] if move not in out else []
        else:
            out.append(token)
    return out


def statements(units: Sequence[Unit]) -> list[list[Statement]]:
    """Return the statements of each unit; a unit without punctuation may have several."""
    return [[_stated(part) for part in run_on(unit.tokens)] for unit in units]


def stances(units: Sequence[Unit], said: Sequence[Sequence[Statement]]) -> list[list[set[int]]]:
    """Return for each statement of each unit what it may say of its things: ``MOVES``, ``STAYS``.

    What says nothing itself takes what the list says that it is in.
    """
    return [[_possible_stances(units, said, k, one) for one in part] for k, part in enumerate(said)]


def _possible_stances(
    units: Sequence[Unit], said: Sequence[Sequence[Statement]], k: int, one: Statement
) -> set[int]:
    """Return the stances, ``MOVES`` and ``STAYS``, that statement ``one`` of unit ``k`` may have."""
    unit, before = units[k], said[k - 1][-1] if k else Statement(())
    if unit.at.excepting or (unit.at.linked and units[k - 1].at.excepting):
        return {MOVES, STAYS}
    after = said[k + 1][0] if k + 1 < len(units) and units[k + 1].at.linked else Statement(())
    if one.held and one.where == "before" and after.where == "after" and not after.held:
        return {after.stance}  # "keep fire and lamp moving"
    if one.contrasts:
        told = (part[-1] for part in reversed(said[:k]) if part[-1].stance)
        return {-next((s.stance for s in told if not s.contrasts), MOVES)}
    if one.echoes and any(t.role == "still" for t in before.tokens):
        return {STAYS}
    if unit.at.refusing:
        return {STAYS} if one.stance <= 0 else {MOVES, STAYS}
    if one.stance == MOVES and one.where != "after" and unit.at.linked and before.stance == STAYS:
        return {MOVES, STAYS}  # "I don't want moving clouds or rolling waves"
    if one.stance:
        return {one.stance}
    if before.stance and any(t.word in ("too", "also") for t in one.tokens):
        return {before.stance}
    if unit.at.linked and before.stance == STAYS and _of_camera(before):
        return {MOVES, STAYS}  # "I don't want the camera to move, or the trees"
    if unit.at.linked and before.stance == MOVES and before.where == "after":
        return {MOVES, STAYS}  # "the sea moves, and my hair, the boat stays"
    if (end := _denied_end(units, said, k)) > k:
        return _possible_stances(units, said, end, said[end][0])
    out = {part.stance for part in (_list_end(units, said, k), _list_start(units, said, k)) if part}
    rest = {"all", "nothing"} & {t.role for t in before.tokens}
    if any(u.at.excepting for u in units) or (unit.at.contrast and rest):
        return {MOVES, STAYS}
    return out | {MOVES} if unit.at.contrast else out or {MOVES}


def _denied_end(units: Sequence[Unit], said: Sequence[Sequence[Statement]], k: int) -> int:
    """Return the unit that ends the list of unit ``k`` and denies what is said before; ``k`` without one.

    "The clouds move, the trees and the grass don't".
    """
    j = k + 1
    while j < len(units) and units[j].at.mark == "," and not units[j].at.linked and units[j].bare:
        j += 1
    ends = j < len(units) and units[j].at.linked and not units[j].at.contrast
    return j if ends and said[j][0].contrasts and said[j][0].where == "after" else k


def _list_end(
    units: Sequence[Unit], said: Sequence[Sequence[Statement]], k: int
) -> Statement | None:
    """Return the statement that ends the list of unit ``k``: "sky, water and people stay still"."""
    j = k + 1
    while j < len(units) and units[j].listed and (not said[j][0].stance or said[j][0].contrasts):
        j += 1
    if j == len(units) or not units[j].listed or said[j][0].where == "before":
        return None
    whole = any(t.word in WHOLE and t.word != "all" for t in said[j][0].tokens)
    named = any(t.role in SUBJECTS for t in said[j][0].tokens)
    whole = whole or (named and _of_camera(said[j][0]))  # "waves, camera still"
    return None if whole and not units[j].at.linked else said[j][0]


def _list_start(
    units: Sequence[Unit], said: Sequence[Sequence[Statement]], k: int
) -> Statement | None:
    """Return the statement that begins the list of unit ``k``: "freeze the sky, water and people"."""
    while k and units[k].listed:
        before = said[k - 1][-1]
        if before.stance and not before.contrasts:
            label = before.where == "none" and units[k].at.mark == ":"
            attribute = _of_camera(before)  # "static camera, water and clouds"
            return before if label or (before.where == "before" and not attribute) else None
        k -= 1
    return None


def _of_camera(one: Statement) -> bool:
    """Return whether a statement is of the camera and of nothing else."""
    return all(t.role in ("moves", "camera") for t in one.tokens if t.role in SUBJECTS)


def _stated(tokens: tuple[Token, ...]) -> Statement:
    """Return what one predicate says of its things."""
    told = telling(tokens)
    static = (i for i, t in enumerate(told[1:]) if (told[i].role, t.role) == ("prep", "still"))
    told = told[: next(static, len(told))]  # "moving clouds over static mountains"
    noun = next((i for i, t in enumerate(told) if t.role in SUBJECTS), len(told))
    does: dict[str, int] = {}
    for i, token in enumerate(told):
        after = [t.role for t in told[i + 1 :]]
        role = token.role if token.role in POLAR else "act" if token.role in _ACTS else ""
        of_degree = token.word not in DETERMINERS and {"size", "way"} & {*after}
        if role == "nothing" and "kind" in after:
            role = "negation"  # "nothing moves the flowers"
        elif role == "negation" and (
            (of_degree and "still" not in after) or after[:1] == ["boost"]
        ):
            role = "act"  # "must not move fast"
        elif (
            i and role == "still" and "too" in [t.word for t in tokens[: tokens.index(token)]][-1:]
        ):
            role = "act"  # "everything is too static"
        elif token.word == "still" and after[:1] and after[0] in ("verb", "move", "blow"):
            role = "act"  # "the water should still move"
        if role and role != "nothing":
            does.setdefault(role, i)
    where = "none" if noun == len(told) else "before"
    if where == "before" and does and min(does.values()) > noun:
        where = "after"
    if not does:
        first = next((i for i, t in enumerate(tokens) if t.role in SUBJECTS), len(tokens))
        words = {t.word for t in tokens[first + 1 :]}
        if not words & {*AUXILIARIES, *_YES}:
            return Statement(tokens, 0, where)
        others = any(t.role in SUBJECTS for t in told[noun + 1 :])  # "the clouds should cover it"
        echoes = bool(words & AUXILIARIES) and not others
        return Statement(tokens, MOVES, "after", echoes)
    kept = "still" in does or ("hold" in does and not {"act", "negation", "only"} & does.keys())
    stance = STAYS if kept != ("negation" in does) else MOVES
    return Statement(tokens, stance, where)
