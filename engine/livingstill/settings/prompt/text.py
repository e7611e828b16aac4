"""The clauses of a prompt's text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from livingstill.settings.prompt.line import At, Line, spans

_BREAKS = (
    r"([,;:!?()\n–—]+|\.(?!\d)|\s-+(?=\s|\w)|\s[&+/|]\s|\band\b|\bor\b|\bnor\b|\bthen\b|\bwhile\b|\bwhilst\b|\bbut\b|"
    r"\bplus\b|\bwith\b|\bas\b|\bexcept\b|\balso\b(?!\s*(?:[,.;!]|$))|\buntil\b|\bso that\b|\bwhere\b|\bby (?=\w+ing\b)|"
    r"(?=\bwithout\b)|(?=\bno\b(?!(?: (?:move|moves|moving))?\s*(?:[,;.!]|$)))|(?=\b(?:only|just)\b))"
)


class Part(NamedTuple):
    """What joins a part of a sentence to the one before, and its words with what they stand for."""

    join: str
    words: tuple[tuple[str, At], ...]


def _said(part: Part) -> list[str]:
    """Return the words of a part alone."""
    return [word for word, _ in part.words]


def parts(line: Line) -> Iterator[Part]:
    """Yield the parts of a sentence that may be clauses."""
    join, said, end = "", None, 0
    emphatic = False
    for piece in re.split(_BREAKS, line.text):
        start, end = end, end + len(piece or "")
        if piece is None or not piece.strip():
            continue
        if re.fullmatch(_BREAKS, piece.strip()) or re.fullmatch(r"[,;:!?().&+/|–—\s-]+", piece):
            said_join = "and" if piece.strip() in ("&", "+") else piece.strip()
            join = said_join if not (join and said_join == ",") else join
            continue
        words = tuple((piece[a:b], line.words_in(start + a, start + b)) for a, b in spans(piece))
        plain = [word for word, _ in words]
        if plain in (["only"], ["alone"]) and said:  # "the water only"
            said = said._replace(words=(*said.words, ("only", words[0][1])))
        elif (
            said
            and ((_said(said) == ["no"] and said.join != ":") or emphatic)
            and len(plain) == 1
            and join == "."
        ):
            said, join, emphatic = said._replace(words=said.words + words), "", True
        elif plain:  # "No. Camera. Movement." is one
            if said:
                yield said
            said, join, emphatic = Part(join, words), "", False
    if said:
        yield said
