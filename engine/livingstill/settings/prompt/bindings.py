"""A second reading: whether each setting is said beside what it is of, and each word came to one.

The grammar decides what a word is of; here the sentence as it was typed is cut anew, at its
punctuation and joining words alone, and every strength, direction and word of stillness is compared
with the settings. What is said of one thing and came to another, or may be said of several and
came to one, is named.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence, Set
from itertools import pairwise, product
from typing import Any, NamedTuple

from livingstill.core.kinds import KINDS
from livingstill.settings.prompt.attachment import Attachment, Row, modifiers
from livingstill.settings.prompt.clauses import Clause
from livingstill.settings.prompt.limits import is_motion
from livingstill.settings.prompt.resolve import STROKE_SECONDS
from livingstill.settings.prompt.rest import doubts_of_rest, in_words, is_windless
from livingstill.settings.prompt.scope import DETERMINERS
from livingstill.settings.prompt.stance import MOVES, statements, typed
from livingstill.settings.prompt.units import Unit, names_of, units_of
from livingstill.settings.prompt.vocabulary import Token
from livingstill.settings.prompt.words import EXTENTS, MOTIONS, USUAL

_SAME = 0.03
"""Least difference from 1 of a strength that is not the usual one."""
_SKY = ("sky", "skies")
"""Places of a kind, beside the things that are there."""
_UNCLEAR = 2
"""The side of degrees that say both less and more."""
_ALIKE = math.cos(math.radians(60))
"""Least cosine between a direction that is said and the one that it came to: "up and to the left"."""


class Setting(NamedTuple):
    """What a thing came to: its strength, and its direction in degrees, None without one."""

    strength: float = 1.0
    direction: float | None = None


_PLAIN = Setting()


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
    if (camera := str(settings.get("camera", "static"))) != "static":
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
    units = units_of(sentence, typed(spoken, (t for c in clauses for t in c.tokens)))
    rows = [
        Row(one, unit) for unit, said in zip(units, statements(units), strict=True) for one in said
    ]
    came = outcome(settings, clauses)
    refused = {i for c in clauses if c.impossible for t in c.tokens for i in t.at}
    said = [*modifiers(rows, came.keys(), refused)]
    senses = [names_of(t) for row in rows for _, t in row.movers]
    doubts = _of_degrees(said, came, senses) | _of_directions(said, came, senses)
    doubts |= _left_open(rows) | _said_apart(said, rows, came)
    doubts |= doubts_of_rest(units, settings, told)
    if "wind" in came and not came["wind"].strength and not is_windless(units):
        doubts["wind"] = "does not say beside the wind that there is none"
    return _lost_usual_strengths(units, came) + [
        f"prompt {doubt}; say each thing in a clause of its own"
        for word, doubt in doubts.items()
        if word.replace("-", " ") not in quoted
    ]


def _of_degrees(
    said: Iterable[tuple[Row, list[Attachment]]],
    came: Mapping[str, Setting],
    senses: Sequence[frozenset[str]],
) -> dict[str, str]:
    """Return the doubts, by word, on the strengths: each is of what it stands beside, and of that alone."""
    sides: dict[str, set[int]] = {}
    own: set[str] = set()
    degrees: list[tuple[Attachment, int]] = []
    for row, part in said:
        sizes = [a for a in part if a.token.role == "size"]
        for one in sizes:
            side = degree(row.said.tokens, [a.token for a in sizes if a.of & one.of])
            degrees.append((one, side))
            own |= one.of
            for name in one.of | one.maybe:
                sides.setdefault(name, set()).update({side} if side != _UNCLEAR else {-1, 1})
    out: dict[str, str] = {}
    for one, side in degrees:
        word, of = one.token.word, one.of & came.keys()
        able = {-1, 1} if side == _UNCLEAR else {side}
        follow = {n for n in (of | one.maybe) & came.keys() if _sign_of(came[n]) in able}
        missed = {n for n in of - follow if _sign_of(came[n]) not in sides[n]}
        missed = _without_other_senses(missed, follow, senses)
        may_be = one.maybe & came.keys() - own - {"wind"}
        if one.of and not of:
            out[word] = f"has '{word}', which nothing beside it follows"
        elif missed and not (follow == {"wind"} and word.endswith(" times")):  # "10 m/s"
            out[word] = f"has '{word}', which {in_words(missed)} does not follow"
        elif may_be:
            alone = "" if may_be <= follow else " alone"
            taken = f"taken of {in_words(follow)}{alone}"
            out[word] = f"has '{word}', which may be of more than one; {taken}"
    told = {*sides, "all", *("wind" for name in ["wind"] if not came.get(name, _PLAIN).strength)}
    for name in sorted(
        _without_other_senses({n for n in came if _sign_of(came[n])} - told, told, senses)
    ):
        out.setdefault(name, f"does not say beside {name} how strong it is")
    return out


def _of_directions(
    said: Iterable[tuple[Row, list[Attachment]]],
    came: Mapping[str, Setting],
    senses: Sequence[frozenset[str]],
) -> dict[str, str]:
    """Return the doubts, by word, on the directions: each is of what it stands beside."""
    out: dict[str, str] = {}
    directed = set[str]()
    blown = False
    for _, part in said:
        ways = [a.token.value for a in part if a.token.role == "way"]
        for one in (a for a in part if a.token.role == "way"):
            of, word, blown = one.of | one.maybe, one.token.word, True
            if any(name in KINDS and KINDS[name].speeds.prompted is None for name in of):
                of |= {"wind"}
            follow = {n for n in of & came.keys() if _points(ways, came[n].direction)}
            directed |= follow
            able = {n for n in one.of & came.keys() & {*KINDS} if KINDS[n].speeds.prompted}
            if of and not follow and "camera" not in of:
                out[word] = f"has '{word}', which nothing beside it follows"
            elif follow and (left := _without_other_senses(able - follow, follow, senses)):
                out[word] = f"has '{word}', which {in_words(left)} does not follow"
    for name, setting in came.items():
        free = name == "wind" and (blown or not setting.direction)
        if setting.direction is not None and name not in directed and not free:
            out.setdefault(name, f"does not say beside {name} which way it moves")
    return out


def _without_other_senses(
    names: set[str], others: Set[str], senses: Iterable[frozenset[str]]
) -> set[str]:
    """Return the names that are no second sense of a noun for one of ``others``, and blow none of them."""
    alike = frozenset[str]().union(*(sense for sense in senses if sense & others))
    return names - alike - ({"wind"} if others - {"all"} else set())


def _sign_of(setting: Setting) -> int:
    """Return whether a strength is less (-1), more (1) or the usual one (0)."""
    return 0 if abs(setting.strength - 1) <= _SAME else 1 if setting.strength > 1 else -1


def degree(tokens: Sequence[Token], sizes: Sequence[Token]) -> int:
    """Return what ``sizes`` among ``tokens`` say together: less (-1), more (1), the usual (0), unclear (2)."""
    sides: list[tuple[str, int]] = []
    for i, token in enumerate(tokens):
        if token not in sizes:
            continue
        value = float(token.value or 1)
        side = 0 if abs(value - 1) <= _SAME else 1 if value > 1 else -1
        denied = any(t.role == "negation" and t.word not in DETERMINERS for t in tokens[:i])
        denied |= [t.word in MOTIONS for t in tokens[i + 1 : i + 2]] == [True] and any(
            t.word in DETERMINERS for t in tokens[max(0, i - 1) : i]
        )  # "no fast motion"
        excess = i > 0 and tokens[i - 1].word == "too"
        sides.append((token.word, -side if denied or excess else side))
    compared = [side for word, side in sides if word.endswith("er") or word in ("more", "less")]
    for told in ([side for _, side in sides], compared):
        if len({*told}) == 1:
            return told[0]
    return _UNCLEAR


def _points(ways: Iterable[float], direction: float | None) -> bool:
    """Return whether a direction is nearly one of those that are said."""
    if direction is None:
        return False
    return any(math.cos(math.radians(way - direction)) >= _ALIKE - 1e-6 for way in ways)


def _said_apart(
    said: Sequence[tuple[Row, list[Attachment]]], rows: Iterable[Row], came: Mapping[str, Setting]
) -> dict[str, str]:
    """Return the doubts, by word, on things of one kind of which only some have a strength.

    In "the shallow water ripples, the deep water is calm" both are water, for which there is one.
    """
    out: dict[str, str] = {}
    told = {row: {n for a in part if a.token.role == "size" for n in a.of} for row, part in said}
    acting = [row for row in rows if row.said.stance == MOVES and not row.bare]
    for row, other in product(acting, told):
        for (_, one), (_, two) in product(row.movers, other.movers):
            kind = one.value if one.role == two.role == "kind" and one.value == two.value else ""
            if kind not in told[other] - told.get(row, set()) or not _sign_of(
                came.get(kind, _PLAIN)
            ):
                continue
            place = {*_SKY} & {one.word, two.word}  # "the sky is dull, add fast clouds"
            phrases = [*dict.fromkeys((_described(other, two), _described(row, one)))]
            again = phrases[0] in {t.word for _, t in row.movers}  # "the palm bends, it ..."
            motion = place or is_motion(one.word) or is_motion(two.word)
            if len(phrases) > 1 and not again and not motion:
                nouns = " and ".join(f"'{phrase}'" for phrase in phrases)
                out[one.word] = f"has {nouns}, which are both {kind}, with one strength"
    return out


def _described(row: Row, noun: Token) -> str:
    """Return a noun with the adjectives before it."""
    tokens = row.said.tokens
    i = k = tokens.index(noun)
    while k and tokens[k - 1].role in ("adjective", "modifier", "compass"):
        k -= 1
    return " ".join(t.word for t in tokens[k : i + 1])


def _left_open(rows: Sequence[Row]) -> dict[str, str]:
    """Return the doubts, by word, on degrees that only another statement says or tells.

    "The smoke is slow, the steam is not" does not say how the steam moves; "only tiny ripples, tiny
    leaves" has one word as a degree, then as how leaves look.
    """
    out: dict[str, str] = {}
    degrees = {t.word for row in rows for t in row.said.tokens if t.role == "size"}
    for before, row in pairwise(rows):
        tokens = row.said.tokens
        if any(t.role == "size" for t in tokens) or not row.named & {*KINDS}:
            continue
        roles = {t.role for t in before.said.tokens}
        told = "size" in roles and bool(before.named)
        told = told and ("negation" in roles or not roles & {"verb", "move", "blow"})
        last = tokens[-1]
        states = any(t.word in ("is", "are", "isn't", "aren't", "isnt", "arent") for t in tokens)
        denied = last.role == "negation" and states
        if told and (denied or row.said.echoes):
            out[last.word] = f"has '{last.word}', which does not say how"
        for token in tokens:
            if token.role == "adjective" and token.word in EXTENTS and token.word in degrees:
                names = in_words(row.named & {*KINDS})
                out[token.word] = f"has '{token.word}' again, taken for how {names} looks"
    return out


def _lost_usual_strengths(units: Sequence[Unit], came: Mapping[str, Setting]) -> list[str]:
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
