"""Parses a prompt into settings, by a small strict grammar and no model.

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
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from livingstill.core.errors import InputError
from livingstill.core.kinds import KINDS
from livingstill.core.registry import nearest

DIRECTIONS = {"left": 180.0, "right": 0.0, "up": 90.0, "down": 270.0}
DIRECTIONS |= {"leftward": 180.0, "rightward": 0.0, "upward": 90.0, "downward": 270.0}
DIRECTIONS |= {f"{word}s": angle for word, angle in DIRECTIONS.items() if word.endswith("ward")}

STRENGTHS = {
    0.35: "barely faintly faint",
    0.6: "slow slowly gentle gently soft softly subtle subtly slight slightly calm calmly light "
    "lightly lazily weak little",
    1.5: "fast quick quickly strong strongly brisk briskly",
    2.0: "wild wildly violently",
}
INTENSIFIERS = {"very": 1.35, "quite": 1.0}

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
"""Phrases of the camera moves."""

_FILLER_WORDS = "the a an to in on over of it its with is are camera towards toward and then"
FILLER_WORDS, WIND = set(_FILLER_WORDS.split()), ("wind", "winds", "breeze")
MOVING = ("move", "moves", "moving")
"""Verbs that say nothing but that a thing moves."""

_STRENGTHS = {word: size for size, words in STRENGTHS.items() for word in words.split()}

_STROKE_SECONDS = 2.0


class _Vocabulary(NamedTuple):
    """Words of the kinds of motion there are: nouns by kind, and verbs."""

    nouns: Mapping[str, str]
    verbs: Mapping[str, None]


def _vocabulary() -> _Vocabulary:
    """Return the words that the records of all kinds bring."""
    nouns = {word: name for name, kind in KINDS.items() for word in kind.nouns}
    verbs = [word for kind in KINDS.values() for word in kind.verbs]
    return _Vocabulary(nouns, dict.fromkeys([*MOVING, *verbs]))


@dataclass(frozen=True, slots=True)
class _Clause:
    """A parsed clause; ``direction`` in degrees counter-clockwise, 0 to the right."""

    kinds: tuple[str, ...] = ()
    direction: float | None = None
    strength: float | None = None
    wind: bool = False
    reverse: bool = False
    negated: bool = False
    camera: str = ""

    @property
    def factor(self) -> float:
        """The strength, 1 without a word for it."""
        return 1.0 if self.strength is None else self.strength


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
    texts = [text for text in re.split(r"[,;.]|\band\b", prompt.lower()) if text.strip()]
    if not texts:
        raise InputError("prompt is empty; it must say what moves, as in 'clouds drift left'")
    clauses = _with_shared_predicates([_parse(text, words) for text in texts])
    out: dict[str, Any] = {}
    for clause in clauses:
        if clause.camera:
            amount = "" if clause.strength is None else f":amount={clause.strength:g}"
            out["camera"] = clause.camera + amount
        elif clause.wind:
            out["wind"] = _wind(clause)
    out |= _motion([c for c in clauses if not (c.camera or c.wind)])
    order = ("camera", "motion", "brush", "wind", "amount")
    return {key: out[key] for key in order if key in out}


def _wind(clause: _Clause) -> str:
    """Return the wind of a clause as ``--wind`` takes it."""
    angle = clause.direction or 0.0
    if clause.reverse and clause.direction is not None:
        angle = (angle + 180) % 360
    return f"{angle:g},{min(12, 3 * clause.factor):g},0.4"


def _motion(clauses: list[_Clause]) -> dict[str, Any]:
    """Return the settings of what moves: ``motion``, ``brush`` and ``amount``."""
    out: dict[str, Any] = {}
    excluded = {kind for clause in clauses if clause.negated for kind in clause.kinds}
    moving = [(kind, c) for c in clauses if not c.negated for kind in c.kinds]
    if moving:
        kinds = dict.fromkeys(kind for kind, _ in moving)
        out["motion"] = tuple(kind for kind in kinds if kind not in excluded)
    elif excluded:
        auto = (name for name, kind in KINDS.items() if kind.found_by == "auto")
        out["motion"] = tuple(kind for kind in auto if kind not in excluded) or ("none",)
    strokes: list[str] = []
    strengths: list[float] = []
    for kind, clause in moving:
        speed = KINDS[kind].speeds.prompted
        if clause.direction is not None and speed is not None:
            strokes.append(_stroke(kind, clause.direction, speed * clause.factor))
        elif clause.strength is not None:
            strengths.append(clause.strength)
    if strokes:
        out["brush"] = tuple(strokes)
    if strengths:
        out["amount"] = round(math.exp(sum(map(math.log, strengths)) / len(strengths)), 3)
    return out


def _parse(text: str, vocabulary: _Vocabulary) -> _Clause:
    """Return what one clause says.

    Raises
    ------
    InputError
        If a word is unknown.
    """
    words = " ".join(re.findall(r"[a-z][a-z'-]*", text))
    camera, words = _camera(words)
    clause = _Clause(camera=camera)
    intensifier = 1.0
    for word in words.split():
        if word in INTENSIFIERS:
            intensifier = INTENSIFIERS[word]
        elif word in _STRENGTHS:
            strength_value = _STRENGTHS[word]
            factor = clause.factor * (
                strength_value * intensifier if strength_value > 1 else strength_value / intensifier
            )
            clause, intensifier = replace(clause, strength=factor), 1.0
        elif word in DIRECTIONS:
            clause = replace(clause, direction=DIRECTIONS[word])
        elif word in WIND:
            clause = replace(clause, wind=True)
        elif word == "from":
            clause = replace(clause, reverse=True)
        elif word in ("no", "without", "not"):
            clause = replace(clause, negated=True)
        elif word in vocabulary.nouns and not (word in vocabulary.verbs and clause.kinds):
            clause = replace(clause, kinds=(*clause.kinds, vocabulary.nouns[word]))
        elif word not in vocabulary.verbs and word not in FILLER_WORDS:
            raise InputError(
                f"prompt has '{word}', which means nothing here{_hint(word, vocabulary)}"
            )
    return clause


def _camera(words: str) -> tuple[str, str]:
    """Return the camera move that words name, by the longest phrase, and the other words."""
    for phrase in sorted(CAMERA, key=len, reverse=True):
        if match := re.search(rf"\b{phrase}\b", words):
            return CAMERA[phrase], words[: match.start()] + words[match.end() :]
    return "", words


def _hint(word: str, vocabulary: _Vocabulary) -> str:
    """Return the word that was probably meant, or what a prompt may say."""
    moves = " ".join(CAMERA).split()
    words = [*vocabulary.nouns, *DIRECTIONS, *_STRENGTHS, *vocabulary.verbs, *WIND, *moves]
    suggestion = nearest(word, words)
    return (
        suggestion
        if "did you mean" in suggestion
        else "; say things, directions, speeds, camera moves"
    )


def _with_shared_predicates(clauses: list[_Clause]) -> list[_Clause]:
    """Return the clauses where a bare noun takes direction and strength of the one after it.

    So "trees and grass sway gently" means both.

    Raises
    ------
    InputError
        If a clause names nothing.
    """
    out: list[_Clause] = []
    for clause in reversed(clauses):
        following = out[-1] if out else _Clause()
        bare = clause.kinds and clause.direction is None and clause.strength is None
        bare = bare and not (clause.negated or clause.camera)
        if (
            bare
            and following.kinds
            and not (following.wind or following.camera or following.negated)
        ):
            clause = replace(clause, direction=following.direction, strength=following.strength)  # noqa: PLW2901
        if not (clause.kinds or clause.wind or clause.camera):
            raise InputError(
                "prompt has a clause that names nothing; each must name what moves, the wind or "
                "a camera move"
            )
        out.append(clause)
    return out[::-1]


def _stroke(kind: str, direction: float, speed: float) -> str:
    """Return a stroke through the photo's centre, ``speed`` in frame widths per second."""
    half = speed * _STROKE_SECONDS / 2
    angle = math.radians(direction)
    dx, dy = half * math.cos(angle), -half * math.sin(angle)
    numbers = (0.5 - dx, 0.5 - dy, 0.5 + dx, 0.5 + dy)
    return f"{kind}:" + ",".join(f"{min(1, max(0, n)):.4g}" for n in numbers)
