"""A second reading: whether each setting is said beside what it is of, and each word came to one.

The grammar decides what a word is of; here the sentence as it was typed is cut anew, at its
punctuation and joining words alone, and every strength, direction and word of stillness is compared
with the settings. What is said of one thing and came to another, or may be said of several and
came to one, is named.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from livingstill.core.kinds import KINDS
from livingstill.settings.prompt.clauses import Clause
from livingstill.settings.prompt.modifiers import DAMPING
from livingstill.settings.prompt.resolve import STROKE_SECONDS
from livingstill.settings.prompt.rest import doubts_of_rest, in_words, is_windless
from livingstill.settings.prompt.stance import typed
from livingstill.settings.prompt.units import (
    MOVERS,
    Unit,
    list_after,
    list_before,
    names_of,
    units_of,
)
from livingstill.settings.prompt.vocabulary import Token
from livingstill.settings.prompt.words import EXTENTS, USUAL

_SAME = 0.03
"""Least difference from 1 of a strength that is not the usual one."""
_WAYS = ("way", "compass")
_ALIKE = math.cos(math.radians(60))
"""Least cosine between a direction that is said and the one that it came to: "up and to the left"."""


class Setting(NamedTuple):
    """What a thing came to: its strength, and its direction in degrees, None without one."""

    strength: float = 1.0
    direction: float | None = None


def outcome(settings: Mapping[str, Any], clauses: Iterable[Clause]) -> dict[str, Setting]:
    """Return what each thing that moves came to."""
    amount = float(settings.get("amount", 1.0))
    own = {k: float(v) for k, v in (one.split("=") for one in settings.get("amount_of", ()))}
    strokes: dict[str, tuple[float, float]] = {}
    for one in settings.get("brush", ()):
        kind, numbers = one.split(":")
        x0, y0, x1, y1 = map(float, numbers.split(","))
        strokes[kind] = (math.hypot(x1 - x0, y0 - y1), math.degrees(math.atan2(y0 - y1, x1 - x0)))
    out: dict[str, Setting] = {}
    for kind in dict.fromkeys((*settings.get("motion", ()), *strokes)):
        if kind in ("auto", "none"):
            continue
        strength = amount * own.get(kind, 1.0)
        length, direction = strokes.get(kind, (0.0, None))
        if kind in strokes and (speed := KINDS[kind].speeds.prompted):
            strength *= length / (STROKE_SECONDS * speed)
        out[kind] = Setting(strength, direction)
    if camera := settings.get("camera"):
        found = re.search(r"amount=([\d.]+)", camera)
        out["camera"] = Setting(float(found[1]) if found else 1.0)
    if wind := settings.get("wind"):
        angle, speed, _ = map(float, wind.split(","))
        usual = next((t.value for c in clauses for t in c.tokens if t.role == "wind"), 1.0)
        out["wind"] = Setting(speed / 3 / usual, angle)
    out["all"] = Setting(amount)
    return out


def unbound(
    sentence: str,
    spoken: Sequence[Token],
    clauses: Sequence[Clause],
    settings: Mapping[str, Any],
    told: Iterable[str],
) -> list[str]:
    """Return a problem for each word whose setting is not that of what it stands beside.

    ``spoken`` are the tokens before the grammar; ``told`` the problems that were found before, and
    what they quote is named already.
    """
    told = [*told]
    quoted = " ".join(part for problem in told for part in re.findall(r"'([^']*)'", problem))
    understood = [t for c in clauses for t in c.tokens]
    units = units_of(sentence, understood)
    came = outcome(settings, clauses)
    refused = {i for c in clauses if c.impossible for t in c.tokens for i in t.at}
    doubts: dict[str, str] = {}
    explained: set[str] = set()
    for k, unit in enumerate(units):
        for n, token in enumerate(unit.tokens):
            doubt, followed = "", frozenset[str]()
            if token.role == "size" and not token.at & refused:
                doubt, followed = _of_strength(units, k, n, came)
            elif token.role == "way" and not token.at & refused:
                doubt, followed = _of_direction(units, k, n, came)
            explained |= {f"{name} {token.role}" for name in followed}
            if doubt:
                doubts[token.word] = doubt
        doubts |= _left_open(units, k)
        listed = k and unit.at.linked and units[k - 1].bare and units[k - 1].movers & {*KINDS}
        if listed and unit.tokens[0].role == "nothing" and settings.get("motion") == ("none",):
            doubts["nothing"] = (
                f"has 'nothing' beside {in_words(units[k - 1].movers)}, taken for no motion"
            )
    doubts |= doubts_of_rest(units_of(sentence, typed(spoken, understood)), settings, told)
    for name, setting in came.items():
        strong = abs(setting.strength - 1) > _SAME and (name != "wind" or setting.strength > 0)
        if strong and name != "all" and f"{name} size" not in explained:
            doubts.setdefault(name, f"does not say beside {name} how strong it is")
        blown = name == "wind" and any(t.role in _WAYS for u in units for t in u.tokens)
        directed = setting.direction is not None and (name != "wind" or setting.direction != 0)
        if directed and f"{name} way" not in explained and not blown:
            doubts.setdefault(name, f"does not say beside {name} which way it moves")
    if "wind" in came and not came["wind"].strength and not is_windless(units):
        doubts["wind"] = "does not say beside the wind that there is none"
    return _usual(units, came) + [
        f"prompt {doubt}; say each thing in a clause of its own"
        for word, doubt in doubts.items()
        if word.replace("-", " ") not in quoted
    ]


def _usual(units: Sequence[Unit], came: Mapping[str, Setting]) -> list[str]:
    """Return a problem for each word of the usual strength whose kind has another thing's strength.

    In "dress: soft; veil: medium" both are cloth, for which there is one strength.
    """
    out: list[str] = []
    for k, unit in enumerate(units):
        word = next((t.word for t in unit.tokens if t.role == "idle" and t.word in USUAL), "")
        alone = not unit.movers and unit.at.mark == ":"
        own = range(k - 1 if alone and k else k, k + 1)
        if not word or any(t.role == "size" for i in own for t in units[i].tokens):
            continue
        named = frozenset().union(*(units[i].movers for i in own))
        others = frozenset().union(*(u.movers for i, u in enumerate(units) if i not in own))
        out += [
            f"prompt wants two strengths of {kind}; {came[kind].strength:g} is taken and '{word}' left out"
            for kind in sorted(named & others & came.keys() & {*KINDS})
            if abs(came[kind].strength - 1) > _SAME
        ]
    return out


def _left_open(units: Sequence[Unit], k: int) -> dict[str, str]:
    """Return the doubts, by word, on degrees of unit ``k`` that only another unit says or tells.

    "The smoke not so fast, the fire can be" does not repeat its word; "only tiny ripples, tiny
    leaves" has one word as a degree, then as how leaves look.
    """
    unit, out = units[k], dict[str, str]()
    if any(t.role == "size" for t in unit.tokens) or not unit.movers & {*KINDS}:
        return out
    degrees = {t.word for u in units for t in u.tokens if t.role == "size"}
    before = units[k - 1].tokens if k else ()
    told = any(t.role == "size" for t in before)
    last = unit.tokens[-1]
    if told and last.role == "idle" and last.word in ("be", "is", "are"):
        out[last.word] = f"has '{last.word}', which does not say how"
    for token in unit.tokens:
        if token.role == "adjective" and token.word in EXTENTS and token.word in degrees:
            names = in_words(unit.movers & {*KINDS})
            out[token.word] = f"has '{token.word}' again, taken for how {names} looks"
    return out


def _of_strength(
    units: Sequence[Unit], k: int, n: int, came: Mapping[str, Setting]
) -> tuple[str, frozenset[str]]:
    """Return the doubt on the strength ``n`` of unit ``k``, if any, and what came to it."""
    unit, token = units[k], units[k].tokens[n]
    others = any(t.role == "size" and t is not token for t in unit.tokens)
    if any(t.role == "nothing" for t in unit.tokens[:n]) or (token.word in DAMPING and others):
        return "", frozenset()  # "nothing more", "increase the wind a bit"
    owners, sure = _owners(units, k, n, came)
    owners = _of_whole(unit, owners, came, units)
    degrees = _together(unit.tokens, n)
    followed = frozenset(
        name
        for name in owners & came.keys()
        if any(_agrees(degree, came[name].strength) for degree in degrees)
    )
    if owners and not followed:
        return f"has '{token.word}', which nothing beside it follows", followed
    missed = _missed(units[: k + 1], owners & came.keys(), followed)
    listed = "camera" not in unit.movers and unit.at.linked
    listed = listed and bool(list_before(units, k) & missed - {"wind", "camera"})
    if not k and not unit.movers and followed & {*KINDS}:
        listed = bool(missed & {*KINDS})  # "gentle: the stream runs, ferns tremble"
    exact = followed == {"wind"} and token.word.endswith(" times")  # "10 m/s"
    if (not sure or listed or (_trails(unit) and missed and not exact)) and len(owners) > 1:
        alone = " alone" if followed != owners else ""
        return (
            f"has '{token.word}', which may be of more than one; taken of {in_words(followed)}{alone}",
            followed,
        )
    return "", followed


def _nearest(unit: Unit, n: int) -> frozenset[str]:
    """Return what the last mover before token ``n`` names, or the next one without any before it."""
    movers = [t for t in (*unit.tokens[n::-1], *unit.tokens[n:]) if t.role in MOVERS]
    return names_of(movers[0]) if movers else frozenset()


def _of_direction(
    units: Sequence[Unit], k: int, n: int, came: Mapping[str, Setting]
) -> tuple[str, frozenset[str]]:
    """Return the doubt on the direction ``n`` of unit ``k``, if any, and what came to it."""
    unit, token = units[k], units[k].tokens[n]
    owners = _owners(units, k, n, came)[0] - {"all"}
    if any(name in KINDS and KINDS[name].speeds.prompted is None for name in owners):
        owners |= {"wind"}
    ways = [t.value for t in unit.tokens if t.role == "way"]
    if len(set(ways)) > 1 and len(owners & came.keys() & {*KINDS}) > 1:
        ways, owners = [token.value], _nearest(unit, n)  # "cloud left water right"
    followed = frozenset(
        name for name in owners & came.keys() if _points(ways, came[name].direction)
    )
    if owners and not followed and "camera" not in owners:
        return f"has '{token.word}', which nothing beside it follows", followed
    able = {name for name in owners & came.keys() & {*KINDS} if KINDS[name].speeds.prompted}
    if _trails(unit) and followed and able - followed:
        return f"has '{token.word}', taken of {in_words(followed)} alone", followed
    return "", followed


def _missed(
    units: Sequence[Unit], owners: frozenset[str], followed: frozenset[str]
) -> frozenset[str]:
    """Return the owners that a strength did not come to, and not only as another sense of a noun.

    What blows the things of its own clause is not missed: "flags in the wind, hard".
    """
    alike = [names for u in units for t in u.tokens if (names := names_of(t)) & followed]
    missed = owners.difference({"all"}, followed, *alike)
    alone = any(u.movers == {"wind"} for u in units)
    return missed if alone else missed - {"wind"}


def _trails(unit: Unit) -> bool:
    """Return whether a unit only says more of what others name: ", slowly"."""
    return not unit.movers and unit.at.mark == "," and not unit.at.linked


def _of_whole(
    unit: Unit, owners: frozenset[str], came: Mapping[str, Setting], units: Iterable[Unit]
) -> frozenset[str]:
    """Return the owners with every kind that no unit names, where they are all that moves.

    What is said of motion, and of nothing in particular, is of the kinds that are named too.
    """
    if "all" not in owners:
        return owners
    if unit.movers == {"all"} and not unit.excepted:
        return owners | ({*came} & {*KINDS})
    named = frozenset().union(*(unit.movers for unit in units))
    return owners | {kind for kind in came if kind in KINDS and kind not in named}


def _together(tokens: Sequence[Token], n: int) -> list[Token]:
    """Return the degrees around token ``n``, which are one: "a bit faster", "hardly noticeable"."""
    first, last = n, n
    while first and tokens[first - 1].role in ("size", "boost", "idle"):
        first -= 1
    while last + 1 < len(tokens) and tokens[last + 1].role in ("size", "boost", "idle"):
        last += 1
    return [t for t in tokens[first : last + 1] if t.role == "size"]


def _agrees(token: Token, strength: float) -> bool:
    """Return whether a strength is on the side of 1 that a word says."""
    value = float(token.value or 1)
    return abs(value - 1) < _SAME or (strength - 1) * (value - 1) > 0


def _points(ways: Iterable[float], direction: float | None) -> bool:
    """Return whether a direction is nearly one of those that are said."""
    if direction is None:
        return False
    return any(math.cos(math.radians(way - direction)) >= _ALIKE - 1e-6 for way in ways)


def _owners(
    units: Sequence[Unit], k: int, n: int, came: Mapping[str, Setting]
) -> tuple[frozenset[str], bool]:
    """Return what the word ``n`` of unit ``k`` may be said of, and whether it is of all of them."""
    unit = units[k]
    token = unit.tokens[n]
    after = [
        t for t in unit.tokens[n + 1 :] if t.role not in ("idle", "boost", "adjective", "size")
    ]
    adverb = token.word.endswith("ly") or token.role == "way"
    before = [t for t in unit.tokens[:n] if t.role in MOVERS]
    if before and after and unit.tokens[-1].role == "size" and unit.tokens[0] == before[0]:
        return names_of(before[-1]), True  # "fire strong smoke weak"
    if after and not adverb and after[0].role in MOVERS:
        own = names_of(after[0])
        if unit.movers == own:
            own = own | list_after(units, k)
        return own | list_before(units, k) if unit.movers == own else own, True
    if any(t.role == "moves" for t in unit.tokens):
        near = _nearest(unit, n) & came.keys()
        if near and unit.movers & {*KINDS}:
            return near, True  # "candles flicker softly slow push in"
    if unit.movers:
        listed = list_before(units, k)
        sure = unit.at.linked or not came.keys() & (listed - unit.movers)
        owners = unit.movers | listed
        return (owners | list_after(units, k), True) if sure else (owners & came.keys(), False)
    return _owners_around(units, k, came)


def _owners_around(
    units: Sequence[Unit], k: int, came: Mapping[str, Setting]
) -> tuple[frozenset[str], bool]:
    """Return what the words of unit ``k``, which names nothing, may be said of; whether of all of them."""
    unit = units[k]
    before = [u for u in units[:k] if u.at.sentence == unit.at.sentence and u.movers]
    later = [u for u in units[k + 1 :] if u.at.sentence == unit.at.sentence and u.movers]
    own = not before and not later
    if own:
        before = [u for u in units[:k] if u.movers]
        later = [u for u in units[k + 1 :] if u.movers] if not before else []
    if not before:
        return frozenset().union(*(u.movers for u in later)), True
    between = units[k + 1] if later and unit.at.mark == "," else unit
    if between.bare and between.at.mark == ",":  # "the fire and, slowly, the smoke"
        return (before[-1].movers | between.movers) & came.keys(), False
    names = frozenset().union(*(u.movers for u in before)) & came.keys()
    last = before[-1].movers
    apart = {u.movers - {"all"} for u in before if not u.bare} - {frozenset()}
    trailing = (unit.at.mark == "," or own) and len(apart) > 1 and not unit.at.linked
    return (names, False) if trailing else (last | names, True)
