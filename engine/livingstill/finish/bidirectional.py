"""The direction of a line of text, and its runs from left to right as they are seen (UAX 9)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import groupby
from typing import TypeVar

Face = TypeVar("Face")

_STRONG = {"L": False, "R": True, "AL": True}
_NUMBERS = ("EN", "AN")
_DIRECTED = ("L", "R", *_NUMBERS)
_SEPARATED = (("EN", "ES"), ("EN", "CS"), ("AN", "CS"))
"""Kinds of numbers, and of a single sign between two of them that is part of the number."""


def is_right_to_left(text: str) -> bool:
    """Return whether a paragraph starts right: whether its first strong character is Hebrew, Arabic...

    >>> is_right_to_left("3 חדרים"), is_right_to_left("Villa فيلا"), is_right_to_left("12")
    (True, False, False)
    """
    classes = (_STRONG.get(unicodedata.bidirectional(char)) for char in text)
    return next((right for right in classes if right is not None), False)


def visual_runs(line: str, faces: Sequence[Face], base: bool) -> list[tuple[str, Face, bool]]:
    """Return the parts of a line that one face draws in one direction, from left to right.

    Parameters
    ----------
    line : the text as it is stored
    faces : the face of each of its characters
    base : whether the line's paragraph runs from right to left

    Returns
    -------
    list of (text, face, whether it runs from right to left)
    """
    levels = _levels(line, base)
    runs = [
        ("".join(line[i] for i in group), face, level)
        for (level, face), indices in groupby(range(len(line)), lambda i: (levels[i], faces[i]))
        if (group := list(indices))
    ]
    for level in range(max(levels, default=0), 0, -1):
        runs = _reversed_from(runs, level)
    return [(text, face, bool(level % 2)) for text, face, level in runs]


def _levels(line: str, base: bool) -> list[int]:
    """Return the embedding level of each character: even runs right, odd runs left.

    Rules W, N1, N2 and I of UAX 9 without explicit embeddings and pairs of brackets: numbers run right,
    and what belongs to them with them; neutral characters go with both neighbours if these agree, else
    with the paragraph.
    """
    kinds = _resolve_weak([unicodedata.bidirectional(char) for char in line], base)
    right = [None if kind not in _DIRECTED else kind != "L" for kind in kinds]
    after = base
    following: list[bool] = []
    for direction in reversed(right):
        after = after if direction is None else direction
        following.append(after)
    levels = []
    before = base
    for kind, direction, following_right in zip(kinds, right, reversed(following)):
        before = before if direction is None else direction
        found = before if direction is not None or before == following_right else base
        levels.append(2 if kind in _NUMBERS else int(found) if found >= base else 2)
    return levels


def _resolve_weak(kinds: list[str], base: bool) -> list[str]:
    """Return bidirectional classes by rules W1 to W7: numbers with their signs, L, R, and neutrals."""
    start = "R" if base else "L"
    out: list[str] = []
    strong = start
    for own in kinds:
        kind = own if own != "NSM" else out[-1] if out else start  # W1
        strong = kind if kind in _STRONG else strong
        out.append("AN" if kind == "EN" and strong == "AL" else kind)  # W2
    out = ["R" if kind == "AL" else kind for kind in out]  # W3
    for i in range(1, len(out) - 1):  # W4
        number = out[i - 1]
        if number == out[i + 1] and (number, out[i]) in _SEPARATED:
            out[i] = number
    for way in (1, -1):  # W5
        for i in range(1, len(out)):
            at, neighbour = (i, i - 1) if way == 1 else (-i - 1, -i)
            if out[at] == "ET" and out[neighbour] == "EN":
                out[at] = "EN"
    strong = start
    for i, kind in enumerate(out):  # W7; what W6 makes neutral is so by its class already
        strong = kind if kind in _STRONG else strong
        out[i] = "L" if kind == "EN" and strong == "L" else kind
    return out


def _reversed_from(runs: list[tuple[str, Face, int]], level: int) -> list[tuple[str, Face, int]]:
    """Return runs with every sequence at ``level`` or above it reversed (rule L2)."""
    out: list[tuple[str, Face, int]] = []
    for inside, group in groupby(runs, lambda run: run[2] >= level):
        part = list(group)
        out += part[::-1] if inside else part
    return out
