"""Whether what stands still, and what moves, is what the typed sentence says of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from livingstill.core.kinds import KINDS
from livingstill.settings.prompt.stance import (
    MOVES,
    STAYS,
    Statement,
    stances,
    statements,
)
from livingstill.settings.prompt.units import NAMING, Unit, list_before, names_of
from livingstill.settings.prompt.vocabulary import Token, place_in
from livingstill.settings.prompt.words import WHOLE

_STILLNESS = ("negation", "still")


def doubts_of_rest(
    units: Sequence[Unit], settings: Mapping[str, Any], told: Iterable[str]
) -> dict[str, str]:
    """Return the doubts, by word, on what the units of a typed sentence say of rest and motion.

    Kinds that a problem ``told`` already says to move and to stay still are in no doubt.
    """
    if "motion" not in settings:
        return {}
    auto = {name for name, kind in KINDS.items() if kind.found_by == "auto"}
    motion = {*settings["motion"]} - {"none"}
    moving = frozenset(motion | (auto if "auto" in motion else set())) - {"auto"}
    named = {name for u in units for name in u.movers}
    said = statements(units)
    rows = [
        (one, able)
        for part, may in zip(said, stances(units, said), strict=True)
        for one, able in zip(part, may, strict=True)
    ]
    both = {k for p in told if "and to stay still" in p for k in re.findall(r"\w+", p)}
    sure = {
        t.value
        for one, able in rows
        for t in _subjects(one)
        if one.stance and _obeys(t, able, moving)
    }
    out: dict[str, str] = {}
    for one, able in rows:
        for token in _subjects(one):
            if not _obeys(token, able, moving) and token.value not in (
                both if one.stance else both | sure
            ):
                does = "does not move" if able == {MOVES} else "moves"
                out[token.word] = f"has '{token.word}', which {does}"
        if (whole := _word_for_everything(one)) and able == {STAYS} and "auto" in motion:
            out[whole] = f"has '{whole}', which moves"
        elif whole and able == {MOVES} and not auto - named <= moving:
            out[whole] = f"has '{whole}', which does not all move"
    for k, unit in enumerate(units):
        if names := _loosely_listed(units, k) - moving:
            word = next(t.word for t in unit.tokens if t.role in _STILLNESS)
            out[word] = f"has '{word}', which may end a list; taken of {in_words(names)} too"
        if (only := _of_role(unit, "only")) and (names := _moving_too(units, k, moving)):
            out[only.word] = f"has '{only.word}', but {in_words(names)} moves too"
        if unit.at.excepting and (wrong := _not_excepted(units, k, settings)):
            out["except"] = f"excepts more than one thing, but not {in_words(wrong)}"
    return out


def in_words(names: Iterable[str]) -> str:
    """Return names in words."""
    return ", ".join(sorted(names))


def is_windless(units: Iterable[Unit]) -> bool:
    """Return whether a sentence that names the wind refuses something."""
    units = [*units]
    windy = {u.at.sentence for u in units if "wind" in u.movers}
    return any(
        u.at.sentence in windy and any(t.role in (*_STILLNESS, "nothing", "hold") for t in u.tokens)
        for u in units
    )


def _obeys(kind: Token, able: set[int], moving: frozenset[str]) -> bool:
    """Return whether a kind does what may be said of it; of two senses of a noun one is enough to move."""
    return not (
        (able == {MOVES} and not names_of(kind) & moving)
        or (able == {STAYS} and kind.value in moving)
    )


def _subjects(one: Statement) -> list[Token]:
    """Return the kinds that a statement is of, without those that only say where."""
    place = place_in(one.tokens)
    return [t for t in one.tokens[:place] if t.role == "kind" and not t.word.endswith(("'s", "'"))]


def _word_for_everything(one: Statement) -> str:
    """Return the word for everything that a statement with a verb is of; empty where it names kinds."""
    roles = {t.role for t in one.tokens}
    if "kind" in roles or not {"move", "verb", "still", "negation"} & roles:
        return ""
    return next((t.word for t in one.tokens if t.role == "all" and t.word in WHOLE), "")


def _of_role(unit: Unit, role: str) -> Token | None:
    """Return the first token of a role in a unit."""
    return next((t for t in unit.tokens if t.role == role), None)


def _loosely_listed(units: Sequence[Unit], k: int) -> frozenset[str]:
    """Return the kinds that commas alone join with what unit ``k`` says stands still: "fire, lamp no"."""
    unit = units[k]
    n = next((i for i, t in enumerate(unit.tokens) if t.role in _STILLNESS), 0)
    subject = [t for t in unit.tokens[:n] if t.role in NAMING]
    ordered = any(t.role in ("hold", "move") for t in unit.tokens[:n])
    if not subject or ordered or unit.at.linked or unit.at.mark != "," or not units[k - 1].bare:
        return frozenset()
    return list_before(units, k, "hold") & {*KINDS}


def _moving_too(units: Sequence[Unit], k: int, moving: frozenset[str]) -> frozenset[str]:
    """Return the kinds that move though unit ``k`` says what alone does, and nothing is said of them."""
    if not units[k].movers & {*KINDS, "camera", "wind"}:
        return frozenset()  # "sea and sky only please"
    named = frozenset().union(*(u.movers for u in units[:k] if u.bare and not u.at.excepting))
    named -= list_before(units, k)  # "water and reeds only"
    others = frozenset().union(*(u.movers for u in units if not u.bare))
    return (named - others) & moving


def _not_excepted(units: Sequence[Unit], k: int, settings: Mapping[str, Any]) -> set[str]:
    """Return what unit ``k`` and its list except, and does as all the rest does nevertheless."""
    first, listed = k, [units[k]]
    while k + 1 < len(units) and units[k + 1].at.linked and listed[-1].bare:
        k += 1
        listed.append(units[k])
    said = [t for u in (*units[:first], *listed) for t in u.tokens]
    rest_stays = any(t.role in (*_STILLNESS, "nothing", "hold", "only") for t in said)
    if any(t.role in ("size", "still", "negation") for t in listed[0].tokens):
        return set()  # "except the flag, which is fast"
    names = {name for u in listed for t in u.tokens for name in names_of(t)}
    moves = {*settings.get("motion", ())}
    if "camera" in names:
        static = str(settings.get("camera", "auto")) == "static"
        return {"camera"} if static == rest_stays else set()
    kinds = {t.value for u in listed for t in u.tokens if t.role == "kind"}
    return kinds - moves if rest_stays else kinds & moves
