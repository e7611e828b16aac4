"""The clauses of a prompt's text."""

from __future__ import annotations

import re
from collections.abc import Iterator

_BREAKS = (
    r"([,;:!?()\n–—]+|\.(?!\d)|\s-+(?=\s|\w)|\s&\s|\s\+\s|\band\b|\bor\b|\bnor\b|\bthen\b|\bwhile\b|\bwhilst\b|\bbut\b|"
    r"\bplus\b|\bwith\b|\bas\b|\bexcept\b|\balso\b|\buntil\b|\bso that\b|\bwhere\b|\bby (?=\w+ing\b)|"
    r"(?=\bwithout\b)|(?=\bno\b(?!(?: (?:move|moves|moving))?\s*(?:[,;.!]|$)))|(?=\b(?:only|just)\b))"
)

_WORD = r"x\d+(?:\.\d+)?(?!\w)|\d+(?:[.,]\d+)*\w*%?|[^\W\d_](?:[^\W\d_]|['/-])*"
"""A factor, a number with its unit, or letters of any script."""


def parts(text: str) -> Iterator[tuple[str, str]]:
    """Yield the clauses of a sentence, each with what joins it to the one before."""
    join = said = last = ""
    emphatic = False
    for piece in re.split(_BREAKS, text):
        if piece is None or not piece.strip():
            continue
        if re.fullmatch(_BREAKS, piece.strip()) or re.fullmatch(r"[,;:!?().&+–—\s-]+", piece):
            join = piece.strip() if not (join and piece.strip() == ",") else join
            continue
        plain = " ".join(re.findall(_WORD, piece))
        if plain in ("only", "alone") and last:  # "the water only"
            last = f"{last} only"
        elif (last == "no" or emphatic) and " " not in plain and join == ".":
            last, join, emphatic = f"{last} {plain}", "", True  # "No. Camera. Movement."
        elif plain:
            if last:
                yield said, last
            said, last, join, emphatic = join, plain, "", False
    if last:
        yield said, last
