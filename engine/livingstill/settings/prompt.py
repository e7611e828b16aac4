"""A sentence becomes settings, by a small strict grammar and no model.

A prompt is a list of clauses between commas, semicolons, full stops or "and"; each says what moves
and how, where the wind blows, or what the camera does:

    clouds drift left slowly, gentle ripples, push in
    strong wind from the right; trees and grass sway; slow pan left
    the river flows right, no clouds, camera still

Every word must be known. Strength words of things that move set one amount for all of them (their
geometric mean); those of what flows, drifts or of the camera set its speed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from livingstill.core.errors import InputError
from livingstill.core.kinds import KINDS
from livingstill.core.registry import nearest

WAYS = {"left": 180.0, "right": 0.0, "up": 90.0, "down": 270.0}
WAYS |= {"leftward": 180.0, "rightward": 0.0, "upward": 90.0, "downward": 270.0}
WAYS |= {f"{word}s": angle for word, angle in WAYS.items() if word.endswith("ward")}

STRENGTHS = {
    0.35: "barely faintly faint",
    0.6: "slow slowly gentle gently soft softly subtle subtly slight slightly calm calmly light "
    "lightly lazily weak little",
    1.5: "fast quick quickly strong strongly brisk briskly",
    2.0: "wild wildly violently",
}
VERY = {"very": 1.35, "quite": 1.0}

CAMERA = {
    "push in": "push-in", "zoom in": "zoom-in", "dolly in": "push-in", "move in": "push-in",
    "push-in": "push-in", "pull out": "pull-out", "pull back": "pull-out", "zoom out": "zoom-out",
    "dolly out": "pull-out", "pull-out": "pull-out", "pan left": "pan-left",
    "pan right": "pan-right", "truck left": "truck-left", "truck right": "truck-right",
    "slide left": "truck-left", "slide right": "truck-right", "tilt up": "tilt-up",
    "tilt down": "tilt-down", "pedestal up": "pedestal-up", "pedestal down": "pedestal-down",
    "crane": "crane", "roll left": "roll-left", "roll right": "roll-right",
    "orbit": "orbit", "arc": "arc", "handheld": "handheld", "dolly zoom": "dolly-zoom",
    "dolly-zoom": "dolly-zoom", "ken burns": "ken-burns", "ken-burns": "ken-burns",
    "camera sway": "sway", "camera sways": "sway", "camera still": "static",
    "still camera": "static", "static camera": "static", "camera static": "static",
    "static": "static", "locked camera": "static", "fixed camera": "static",
}  # fmt: skip
"""What is said of each camera move."""

_IDLE = "the a an to in on over of it its with is are camera towards toward and then"
IDLE, WIND = set(_IDLE.split()), {"wind", "winds", "breeze"}
MOVING = ("move", "moves", "moving")
"""Verbs that say nothing but that a thing moves."""

_STRENGTHS = {word: size for size, words in STRENGTHS.items() for word in words.split()}

_STROKE_SECONDS = 2.0


class _Words(NamedTuple):
    """Words of the kinds of motion there are: nouns by kind, and verbs."""

    nouns: Mapping[str, str]
    verbs: Mapping[str, None]


def _vocabulary() -> _Words:
    """Return the words that the records of all kinds bring."""
    nouns = {word: name for name, kind in KINDS.items() for word in kind.nouns}
    verbs = [word for kind in KINDS.values() for word in kind.verbs]
    return _Words(nouns, dict.fromkeys([*MOVING, *verbs]))


@dataclass(slots=True)
class _Clause:
    """What one clause says."""

    kinds: list[str] = field(default_factory=list)
    way: float | None = None
    strength: float = 1.0
    strong: bool = False
    wind: bool = False
    coming: bool = False
    never: bool = False
    camera: str = ""


def read(prompt: str) -> dict[str, Any]:
    """Return the settings (keys and values of ``Shot``) that ``prompt`` asks for.

    >>> read("clouds drift left slowly, gentle ripples, push in")["camera"]
    'push-in'
    >>> read("strong wind from the left; trees sway")
    {'motion': ('foliage',), 'wind': '0,4.5,0.4'}

    Raises
    ------
    InputError
        If a word is unknown, or a clause says nothing.
    """
    words = _vocabulary()
    clauses = [
        _clause(text, words) for text in re.split(r"[,;.]|\band\b", prompt.lower()) if text.strip()
    ]
    if not clauses:
        raise InputError("prompt is empty; it must say what moves, as in 'clouds drift left'")
    kinds: list[str] = []
    out: dict[str, Any] = {}
    strengths: list[float] = []
    strokes: list[str] = []
    never: list[str] = []
    for clause in _joined(clauses):
        if clause.camera:
            amount = f":amount={clause.strength:g}" if clause.strong else ""
            out["camera"] = clause.camera + amount
        elif clause.wind:
            angle = 0.0 if clause.way is None else clause.way
            angle = (angle + 180) % 360 if clause.coming and clause.way is not None else angle
            out["wind"] = f"{angle:g},{min(12, 3 * clause.strength):g},0.4"
        elif clause.never:
            never.extend(clause.kinds)
        else:
            kinds.extend(kind for kind in clause.kinds if kind not in kinds)
            for kind in clause.kinds:
                speed = KINDS[kind].speeds.prompted
                if clause.way is not None and speed is not None:
                    strokes.append(_stroke(kind, clause.way, speed * clause.strength))
                elif clause.strong:
                    strengths.append(clause.strength)
    if kinds:
        out["motion"] = tuple(kind for kind in kinds if kind not in never)
    elif never:
        auto = (name for name, kind in KINDS.items() if kind.found_by == "auto")
        out["motion"] = tuple(kind for kind in auto if kind not in never) or ("none",)
    if strokes:
        out["brush"] = tuple(strokes)
    if strengths:
        out["amount"] = round(math.exp(sum(map(math.log, strengths)) / len(strengths)), 3)
    order = ("camera", "motion", "brush", "wind", "amount")
    return {key: out[key] for key in order if key in out}


def _clause(text: str, known: _Words) -> _Clause:
    """Read one clause."""
    said = _Clause()
    words = " ".join(re.findall(r"[a-z][a-z'-]*", text))
    for phrase in sorted(CAMERA, key=len, reverse=True):
        found = re.search(rf"\b{phrase}\b", words)
        if found and not said.camera:
            said.camera = CAMERA[phrase]
            words = words[: found.start()] + words[found.end() :]
    boost = 1.0
    for word in words.split():
        if word in VERY:
            boost = VERY[word]
        elif word in _STRENGTHS:
            size = _STRENGTHS[word]
            said.strength *= size * boost if size > 1 else size / boost
            said.strong, boost = True, 1.0
        elif word in WAYS:
            said.way = WAYS[word]
        elif word in WIND:
            said.wind = True
        elif word == "from":
            said.coming = True
        elif word in ("no", "without", "not"):
            said.never = True
        elif word in known.nouns and not (word in known.verbs and said.kinds):
            said.kinds.append(known.nouns[word])
        elif word not in known.verbs and word not in IDLE:
            every = [
                *known.nouns,
                *WAYS,
                *_STRENGTHS,
                *known.verbs,
                *WIND,
                *" ".join(CAMERA).split(),
            ]
            raise InputError(f"prompt has '{word}', which means nothing here{_hint(word, every)}")
    return said


def _hint(word: str, known: list[str]) -> str:
    close = nearest(word, known)
    return close if "did you mean" in close else "; say things, directions, speeds, camera moves"


def _joined(clauses: list[_Clause]) -> list[_Clause]:
    """Let "trees and grass sway gently" mean both: a bare noun takes what the next clause says."""
    for i in range(len(clauses) - 2, -1, -1):
        bare, after = clauses[i], clauses[i + 1]
        plain = bare.kinds and bare.way is None and not (bare.strong or bare.never or bare.camera)
        if plain and after.kinds and not (after.wind or after.camera or after.never):
            bare.way, bare.strength, bare.strong = after.way, after.strength, after.strong
    for clause in clauses:
        if not (clause.kinds or clause.wind or clause.camera):
            raise InputError(
                "prompt has a clause that names nothing; each must name what moves, the wind or "
                "a camera move"
            )
    return clauses


def _stroke(kind: str, way: float, speed: float) -> str:
    """Return a stroke of ``kind`` in the middle of the photo, ``speed`` in frame widths per second."""
    half = speed * _STROKE_SECONDS / 2
    dx, dy = half * math.cos(math.radians(way)), -half * math.sin(math.radians(way))
    numbers = (0.5 - dx, 0.5 - dy, 0.5 + dx, 0.5 + dy)
    return f"{kind}:" + ",".join(f"{min(1, max(0, n)):.4g}" for n in numbers)
