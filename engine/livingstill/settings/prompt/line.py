"""The text of a prompt that knows, through every rewriting, which typed words it stands for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

WORD = r"x\d+(?:\.\d+)?(?!\w)|\d+(?:[.,]\d+)*\w*%?|[^\W\d_](?:[^\W\d_]|['/-])*"
"""A factor, a number with its unit, or letters of any script."""

Rewrite = tuple[str, str | Callable[[re.Match[str]], str]]
"""A pattern of what is said, and what stands for it."""

At = frozenset[int]
"""Places of words in the sentence as it was typed."""


@dataclass(frozen=True, slots=True)
class Line:
    """``text``, and for each of its characters the typed words that it stands for."""

    text: str
    at: tuple[At, ...]

    @classmethod
    def typed(cls, sentence: str) -> Line:
        """Return a sentence of which each word stands for itself."""
        at: list[At] = [At()] * len(sentence)
        for i, (start, end) in enumerate(spans(sentence)):
            at[start:end] = [At([i])] * (end - start)
        return cls(sentence, tuple(at))

    def sub(self, pattern: str, new: str | Callable[[re.Match[str]], str]) -> Line:
        """Return the line where ``new`` stands for what ``pattern`` matches.

        A word of ``new`` that was matched stands for itself; any other stands for all matched words
        that are not kept.
        """
        text, end = "", 0
        at: list[At] = []
        for found in re.finditer(pattern, self.text):
            written = new(found) if callable(new) else found.expand(new)
            text += self.text[end : found.start()] + written
            at += self.at[end : found.start()] + self._standing(found, written)
            end = found.end()
        return Line(text + self.text[end:], (*at, *self.at[end:])) if end or at else self

    def _standing(self, found: re.Match[str], written: str) -> tuple[At, ...]:
        """Return for each character of ``written`` the typed words it stands for."""
        matched = [
            (found[0][a:b], self.words_in(found.start() + a, found.start() + b))
            for a, b in spans(found[0])
        ]
        kept: dict[tuple[int, int], At] = {}
        for a, b in spans(written):
            i = next((i for i, (word, _) in enumerate(matched) if word == written[a:b]), None)
            if i is not None:
                kept[a, b] = matched.pop(i)[1]
        lost = At().union(*(at for _, at in matched))
        out = [At()] * len(written)
        for a, b in spans(written):
            out[a:b] = [kept.get((a, b), lost)] * (b - a)
        return tuple(out)

    @property
    def words(self) -> At:
        """The typed words that the text stands for."""
        return At().union(*self.at)

    def words_in(self, start: int, end: int) -> At:
        """Return the typed words that the characters from ``start`` to ``end`` stand for."""
        return At().union(*self.at[start:end])

    def without(self, start: int, end: int) -> Line:
        """Return the line with a space for the characters from ``start`` to ``end``."""
        return Line(
            f"{self.text[:start]} {self.text[end:]}", (*self.at[:start], At(), *self.at[end:])
        )


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each word of ``text`` starts and ends."""
    return (found.span() for found in re.finditer(WORD, text))
