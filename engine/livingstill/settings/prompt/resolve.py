"""The settings that the clauses of a sentence come to, and their contradictions."""

from __future__ import annotations

import math
from typing import Any

from livingstill.core.kinds import KINDS
from livingstill.settings.prompt.clauses import Clause

_STROKE_SECONDS = 2.0


def settings_of(clauses: list[Clause], problems: list[str]) -> dict[str, Any]:
    """Return the settings of all clauses together; contradictions become problems."""
    out: dict[str, Any] = {}
    for clause in clauses:
        if clause.camera:
            amount = "" if clause.strength is None else f":amount={clause.strength:g}"
            choice = clause.camera + ("" if clause.camera == "static" else amount)
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
            else:
                out["camera"] = choice
        if clause.camera and "tofro" in clause.text:
            out["loop"] = "bounce"
        if clause.wind is not None:
            out["wind"] = _wind(clause)
        if clause.faces:
            out["hold_faces"] = True
    out |= _motion(clauses, problems)
    if any(clause.rest_still for clause in clauses) and "camera" not in out:
        out["camera"] = "static"
    return out


def _wind(clause: Clause) -> str:
    """Return the wind of a clause as ``--wind`` takes it."""
    angle = clause.direction or 0.0
    return f"{angle:g},{min(12, 3 * (clause.wind or 0)):.3g},0.4"


def _motion(clauses: list[Clause], problems: list[str]) -> dict[str, Any]:
    """Return the settings of what moves: ``motion``, ``brush`` and ``amount``."""
    out: dict[str, Any] = {}
    moving = [(kind, c) for c in clauses for kind in c.kinds]
    never = {kind for clause in clauses for kind in clause.still if not clause.only_keeps}
    moved = {kind for kind, _ in moving}
    never |= {k for c in clauses for k in c.still if c.only_keeps and k not in moved}
    every = any(clause.every for clause in clauses)
    auto = [name for name, kind in KINDS.items() if kind.found_by == "auto"]
    kinds = dict.fromkeys(kind for kind, _ in moving)
    if both := [kind for kind in kinds if kind in never]:
        said = ", ".join(both)
        problems.append(f"prompt wants {said} to move and to stay still; it stays still")
    if moving:
        wanted = [*(auto if every else ()), *kinds]
        out["motion"] = tuple(dict.fromkeys(k for k in wanted if k not in never)) or ("none",)
    elif never and not any(clause.rest_still for clause in clauses):
        out["motion"] = tuple(kind for kind in auto if kind not in never) or ("none",)
    elif any(clause.rest_still for clause in clauses):
        out["motion"] = ("none",)
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
    strengths: list[float] = [c.strength for c in clauses if c.every and c.strength is not None]
    for kind, clause in moving:
        if kind in never:
            continue
        speed = KINDS[kind].speeds.prompted
        if clause.direction is not None and speed is not None:
            if directions.setdefault(kind, clause.direction) != clause.direction:
                problems.append(
                    f"prompt gives {kind} two directions; that of '{clause.text}' is left out"
                )
            elif kind not in clause.undirected:
                strokes.append(_stroke(kind, clause.direction, speed * clause.factor))
        elif clause.strength is not None:
            strengths.append(clause.strength)
        if clause.direction is not None and speed is None and clause.wind is None:
            problems.append(
                f"prompt gives {kind} a direction, which it cannot have; say where the wind blows"
            )
    if strokes:
        out["brush"] = tuple(dict.fromkeys(strokes))
    if len({strength > 1 for strength in strengths}) > 1:
        problems.append(
            "prompt wants more motion of one thing and less of another, where --amount is one for all; "
            "the mean is taken"
        )
    if strengths:
        out["amount"] = round(math.exp(sum(map(math.log, strengths)) / len(strengths)), 3)
    return out


def _stroke(kind: str, direction: float, speed: float) -> str:
    """Return a stroke through the photo's centre, ``speed`` in frame widths per second."""
    half = speed * _STROKE_SECONDS / 2
    angle = math.radians(direction)
    dx, dy = half * math.cos(angle), -half * math.sin(angle)
    numbers = (0.5 - dx, 0.5 - dy, 0.5 + dx, 0.5 + dy)
    return f"{kind}:" + ",".join(f"{min(1, max(0, n)):.4g}" for n in numbers)
