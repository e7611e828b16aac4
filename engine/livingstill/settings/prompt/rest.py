"""Whether what stands still, and what moves, is what the typed sentence says beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from livingstill.core.kinds import KINDS
from livingstill.settings.prompt.units import (
    DETERMINERS,
    MOVERS,
    NAMING,
    Unit,
    list_after,
    list_before,
    names_of,
)

_STILLNESS = ("negation", "still")


def doubts_of_rest(
    units: Sequence[Unit], k: int, moving: frozenset[str], settings: Mapping[str, Any]
) -> dict[str, str]:
    """Return the doubts, by word, on what unit ``k`` says stands still, or alone moves.

    ``moving`` are the kinds that move by the settings.
    """
    unit, out = units[k], dict[str, str]()
    for n, token in enumerate(unit.tokens):
        word, doubt = token.word, ""
        if token.role in _STILLNESS:
            if names := _moving_in_list(units, k, n, moving):
                doubt = f"has '{word}' in a list of which {in_words(names)} moves"
            elif names := _moving_beside(units, k, moving):
                doubt = f"has '{word}' beside {in_words(names)}, which moves"
            elif names := _loosely_listed(units, k, n):
                doubt = f"has '{word}', which may end a list; taken of {in_words(names)} too"
        elif (
            token.role == "kind"
            and not word.endswith(("'s", "'"))
            and "motion" in settings
            and _unmoved(units, k, n, moving)
        ):
            doubt = f"has '{word}', which does not move"
        elif token.role == "only" and (names := _moving_too(units, k, moving)):
            doubt = f"has '{word}', but {in_words(names)} moves too"
        if doubt:
            out[word] = doubt
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


def _moving_in_list(
    units: Sequence[Unit], k: int, n: int, moving: frozenset[str]
) -> frozenset[str]:
    """Return the kinds that move though a word of stillness ends, or begins, the list they are in."""
    unit = units[k]
    before = unit.tokens[:n]
    if any(t.role in (*MOVERS, *NAMING, "all") for t in before):
        subject = before[0].role in NAMING or before[0].word in DETERMINERS
        listed = list_before(units, k, "hold") if subject else frozenset()
    else:
        listed = list_after(units, k)
    return listed & moving


def _moving_beside(units: Sequence[Unit], k: int, moving: frozenset[str]) -> frozenset[str]:
    """Return the kinds that move though all that is said of them is that they do not."""
    roles = [t.role for t in units[k].tokens]
    said = {
        "size",
        "way",
        "only",
        "verb",
        "blow",
        "wind",
        "moves",
        "camera",
        "thing",
        "held",
        "all",
    }
    if said & {*roles} or roles.count("negation") > 1:
        return frozenset()
    place = roles.index("prep") if "prep" in roles else len(roles)
    kinds = frozenset(t.value for t in units[k].tokens[:place] if t.role == "kind")
    others = frozenset().union(*(u.movers for u in (*units[:k], *units[k + 1 :])))
    return kinds & moving - others


def _loosely_listed(units: Sequence[Unit], k: int, n: int) -> frozenset[str]:
    """Return the kinds that commas alone join with what a word of stillness is said of: "fire, lamp no"."""
    unit = units[k]
    subject = [t for t in unit.tokens[:n] if t.role in NAMING]
    ordered = any(t.role in ("hold", "move") for t in unit.tokens[:n])
    if not subject or ordered or unit.at.linked or unit.at.mark != "," or not units[k - 1].bare:
        return frozenset()
    return list_before(units, k, "hold") & {*KINDS}


def _unmoved(units: Sequence[Unit], k: int, n: int, moving: frozenset[str]) -> bool:
    """Return whether kind ``n`` of unit ``k`` does not move though no word near says so."""
    unit, stays = units[k], {*_STILLNESS, "nothing", "only"}
    roles = [t.role for t in unit.tokens]
    if names_of(unit.tokens[n]) & moving or {"prep", "moves"} & {*roles[: n + 1]}:
        return False
    if unit.at.contrast or any(u.at.excepting for u in units):
        return False
    after = units[k + 1 :]
    if "hold" in roles[:n] and not stays & {*roles} and after and after[0].at.linked:
        said = {t.role for t in after[0].tokens}
        return bool({"move", "verb"} & said) and not {*stays, "hold"} & said
    near = {*roles, *(t.role for u in after[:1] if not u.movers for t in u.tokens)}
    for beside in (units[k::-1], units[k:]):
        for one, next_one in pairwise(beside):
            later = next_one if beside[0] == unit and next_one in after else one
            near |= {t.role for t in next_one.tokens} if later.listed else set()
            if not (later.listed and next_one.bare):
                break
    return not {*stays, "hold"} & near


def _moving_too(units: Sequence[Unit], k: int, moving: frozenset[str]) -> frozenset[str]:
    """Return the kinds that move though unit ``k`` says what alone does, and nothing is said of them."""
    if not units[k].movers:
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
