"""The settings that the clauses of a sentence come to, and their contradictions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from livingstill.core.kinds import KINDS
from livingstill.settings.prompt.clauses import Clause
from livingstill.settings.prompt.modifiers import LEAST, MOST

STROKE_SECONDS = 2.0


def settings_of(clauses: list[Clause], problems: list[str]) -> dict[str, Any]:
    """Return the settings of all clauses together; contradictions become problems."""
    out: dict[str, Any] = {}
    clauses = _steady_moves(_wind_directed(clauses))
    for clause in clauses:
        if clause.camera:
            keys = [] if clause.strength is None else [f"amount={clause.strength:g}"]
            keys += [f"focus={clause.focus}"] if clause.focus else []
            said = ":" + ",".join(keys) if keys else ""
            choice = clause.camera + ("" if clause.camera == "static" else said)
            refused = {t.value for t in clause.tokens if t.role == "moves"}
            taken = str(out.get("camera", "static")).partition(":")[0]
            if clause.camera == "static" and taken != "static" and refused and taken not in refused:
                continue  # "pan left, no zoom"
            if "camera" in out and out["camera"].partition(":")[0] != clause.camera:
                one, two = out["camera"], clause.camera
                if "auto" in (one.partition(":")[0], two):
                    out["camera"] = choice if two != "auto" else one
                elif "static" in (one, two) and one != "static":
                    problems.append(f"prompt wants the camera to move and not to; {one} is taken")
                elif one == "static" and clause.camera != "static":
                    out["camera"] = choice
                    if not any(t.role == "negation" for c in clauses for t in c.tokens):
                        problems.append(
                            f"prompt wants the camera to move and not to; {choice} is taken"
                        )
                else:
                    problems.append(
                        f"a clip has one camera move; {one} is taken and {two} left out"
                    )
            elif out.setdefault("camera", choice) != choice and ":" in choice:
                if ":" in out["camera"]:
                    problems.append(
                        f"prompt wants {clause.camera} twice; {out['camera']} is taken and {choice} "
                        "left out"
                    )
                else:
                    out["camera"] = choice
        things = {"kind", "thing", "held", "effect"} & {t.role for t in clause.tokens}
        if "tofro" in clause.text.split() and (clause.camera or not things):
            out["loop"] = "bounce"
        if clause.wind is not None:
            wind = _wind(clause)
            if out.setdefault("wind", wind) != wind:
                problems.append(
                    f"prompt wants two winds; {out['wind']} is taken and '{clause.text}' left out"
                )
        if clause.faces:
            out["hold_faces"] = True
    if "wind" not in out and (blown := next(filter(_is_blown, clauses), None)):
        out["wind"] = f"{blown.direction:g},3,0.4"  # "the scarf blows left"
    out |= _motion(clauses, problems)
    if any(clause.rest_still for clause in clauses) and "camera" not in out:
        out["camera"] = "static"
    return out


def _steady_moves(clauses: list[Clause]) -> list[Clause]:
    """Return the clauses where a camera that is only called steady moves, if another clause moves it.

    As in "push in, steady camera".
    """
    moves = any(clause.camera not in ("", "static") for clause in clauses)

    def merely_steady(clause: Clause) -> bool:
        words = {t.word for t in clause.tokens if t.role in ("still", "negation", "moves")}
        return clause.camera == "static" and bool(words) and words <= {"steady", "stable"}

    return [replace(c, camera="") if moves and merely_steady(c) else c for c in clauses]


def _is_blown(clause: Clause) -> bool:
    """Return whether a clause says which way things blow that have no direction but the wind's."""
    blows = any(token.role == "blow" for token in clause.tokens)
    able = any(KINDS[kind].speeds.prompted is not None for kind in clause.kinds)
    return bool(
        blows and clause.kinds and not able and clause.direction is not None and clause.wind is None
    )


def _wind_directed(clauses: list[Clause]) -> list[Clause]:
    """Return the clauses with a wind that takes its direction from what it blows in the next one.

    "Wind blows her hair and dress to the left" is two clauses, of which the second has the direction;
    so is "wind picks up, wheat bends to the left".
    """
    out = [*clauses]
    for i, (one, two) in enumerate(pairwise(clauses)):
        able = any(KINDS[kind].speeds.prompted is not None for kind in two.kinds)
        blown = one.wind and two.kinds and not able and two.wind is None
        listed = two.join == "and" if one.kinds else two.join in ("and", ",")
        if blown and listed and one.direction is None and two.direction is not None:
            out[i] = replace(one, direction=two.direction)
            out[i + 1] = replace(two, direction=None)
    return out


def _wind(clause: Clause) -> str:
    """Return the wind of a clause as ``--wind`` takes it."""
    angle = clause.direction or 0.0
    return f"{angle:g},{min(12, 3 * (clause.wind or 0)):.3g},0.4"


def _motion(clauses: list[Clause], problems: list[str]) -> dict[str, Any]:
    """Return the settings of what moves: ``motion``, ``brush``, ``amount`` and ``amount_of``."""
    out: dict[str, Any] = {}
    moving = [(kind, c) for c in clauses for kind in c.kinds]
    never = {kind for clause in clauses for kind in clause.still if not clause.only_keeps}
    moved = {kind for kind, _ in moving}
    never |= {k for c in clauses for k in c.still if c.only_keeps and k not in moved}
    never |= {k for c in clauses for k in c.still_too if k not in moved}
    every = any(clause.every for clause in clauses)
    auto = [name for name, kind in KINDS.items() if kind.found_by == "auto"]
    kinds = dict.fromkeys(kind for kind, _ in moving)
    if both := [kind for kind in kinds if kind in never]:
        said = ", ".join(both)
        problems.append(f"prompt wants {said} to move and to stay still; it stays still")
    if every and any(c.rest_still and c.join != "except" for c in clauses) and not moving:
        problems.append("prompt wants 'everything' to move and to stay still; it stays still")
    if moving:
        wanted = [*(auto if every else ()), *kinds]
        out["motion"] = tuple(dict.fromkeys(k for k in wanted if k not in never)) or ("none",)
    elif never and not any(clause.rest_still for clause in clauses):
        out["motion"] = tuple(kind for kind in auto if kind not in never) or ("none",)
        problems += [
            f"prompt says only what stays still, {', '.join(sorted(never))}; all else that is found "
            "moves, and --motion says what does"
        ] * (not every)
    elif any(clause.rest_still for clause in clauses):
        out["motion"] = _blown_alone(clauses, auto) or ("none",)
    elif every:
        out["motion"] = ("auto",)
    problems += [
        f"prompt says where with '{word}', which is not asked to move; name it with a verb to move it"
        for clause in clauses
        for word in clause.place_words
        if clause.places and not set(clause.places) & {*out.get("motion", ()), *never, "auto"}
    ]
    problems += [
        f"prompt gives a direction in '{clause.text}', but not to what; name it, or the camera"
        for clause in clauses
        if clause.every and clause.direction is not None
    ]
    strokes: list[str] = []
    directions: dict[str, float] = {}
    strengths: dict[str, list[float | None]] = {}
    for kind, clause in moving:
        if kind in never:
            continue
        speed = KINDS[kind].speeds.prompted
        drawn = clause.direction is not None and speed is not None
        drawn = drawn and kind not in clause.undirected
        strengths.setdefault(kind, []).append(None if drawn else clause.strength)
        if drawn and clause.direction is not None and speed is not None:
            if directions.setdefault(kind, clause.direction) != clause.direction:
                problems.append(
                    f"prompt gives {kind} two directions; that of '{clause.text}' is left out"
                )
            elif kind not in clause.undirected:
                strokes.append(_stroke(kind, clause.direction, speed * clause.factor))
        if (
            clause.direction is not None
            and speed is None
            and clause.wind is None
            and not any(_is_blown(c) and c.direction == clause.direction for c in clauses)
        ):
            problems.append(
                f"prompt gives {kind} {_ways(clause)}, which it cannot have; say where the wind blows"
            )
    if strokes:
        out["brush"] = tuple(dict.fromkeys(strokes))
    whole = [c.strength for c in clauses if c.every and c.strength is not None]
    return out | _amounts(strengths, whole, problems)


def _blown_alone(clauses: list[Clause], auto: list[str]) -> tuple[str, ...]:
    """Return the kinds that move where only a wind is asked for: those of ``auto`` that it drives."""
    blown = any(clause.wind and not clause.kinds for clause in clauses)
    still = [c for c in clauses if c.rest_still and not c.wind]
    if not blown or any(
        all(t.word not in ("else", "rest", "other") for t in c.tokens) for c in still
    ):
        return ()
    return tuple(kind for kind in auto if KINDS[kind].wind_driven)


def _ways(clause: Clause) -> str:
    """Return the directions that a clause says, each in quotes."""
    said = dict.fromkeys(f"'{t.word}'" for t in clause.tokens if t.role == "way")
    return f"the direction {', '.join(said)}" if said else "a direction"


def _amounts(
    strengths: Mapping[str, list[float | None]], whole: list[float], problems: list[str]
) -> dict[str, Any]:
    """Return ``amount``, where all that moves has the same strength, and ``amount_of`` of the others.

    ``strengths`` are those that are said of each kind, None for none; ``whole`` those of everything.
    """
    out: dict[str, Any] = {}
    own: dict[str, float | None] = {}
    for kind, every in strengths.items():
        told = list(dict.fromkeys(strength for strength in every if strength is not None))
        own[kind] = told[0] if told else None
        problems += [
            f"prompt wants two strengths of {kind}; {told[0]:g} is taken and {other:g} left out"
            for other in told[1:]
        ]
    if whole:
        out["amount"] = _rounded(math.prod(whole))
    elif len(set(own.values())) == 1 and None not in own.values():
        return {"amount": _rounded(next(iter(own.values())) or 1.0)}
    base = out.get("amount", 1.0)
    told_of = {kind: min(MOST, strength / base) for kind, strength in own.items() if strength}
    if told_of:
        out["amount_of"] = tuple(f"{kind}={_rounded(value):g}" for kind, value in told_of.items())
    return out


def _rounded(strength: float) -> float:
    """Return a strength in the range of ``--amount``, three digits."""
    return round(min(MOST, max(LEAST, strength)), 3)


def _stroke(kind: str, direction: float, speed: float) -> str:
    """Return a stroke through the photo's centre, ``speed`` in frame widths per second."""
    half = speed * STROKE_SECONDS / 2
    angle = math.radians(direction)
    dx, dy = half * math.cos(angle), -half * math.sin(angle)
    numbers = (0.5 - dx, 0.5 - dy, 0.5 + dx, 0.5 + dy)
    return f"{kind}:" + ",".join(f"{min(1, max(0, n)):.4g}" for n in numbers)
