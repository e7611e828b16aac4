"""The direction of a line of text, and its runs from left to right as they are seen (UAX 9)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import groupby
from typing import TypeVar

Face = TypeVar("Face")

_STRONG = {"L": False, "R": True, "AL": True}
_NUMBERS = ("EN", "AN")


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

    Rules W, N and I of UAX 9 without explicit embeddings: numbers stay with a strong neighbour
    before them but run right, neutral characters go with both neighbours if these agree, else with
    the paragraph.
    """
    strong: list[bool | None] = []
    number = [unicodedata.bidirectional(char) in _NUMBERS for char in line]
    last = base
    for char, digit in zip(line, number):
        right = _STRONG.get(unicodedata.bidirectional(char))
        last = last if right is None else right
        strong.append(last if digit else right)
    after = base
    following: list[bool] = []
    for right in reversed(strong):
        after = after if right is None else right
        following.append(after)
    levels = []
    before = base
    for right, following_right, digit in zip(strong, reversed(following), number):
        before = before if right is None else right
        found = right if right is not None else before if before == following_right else base
        level = int(found) if found >= base else 2
        levels.append(2 if digit and found else level)
    return levels


def _reversed_from(runs: list[tuple[str, Face, int]], level: int) -> list[tuple[str, Face, int]]:
    """Return runs with every sequence at ``level`` or above it reversed (rule L2)."""
    out: list[tuple[str, Face, int]] = []
    for inside, group in groupby(runs, lambda run: run[2] >= level):
        part = list(group)
        out += part[::-1] if inside else part
    return out
