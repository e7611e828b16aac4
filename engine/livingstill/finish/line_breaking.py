"""Where a line of text may end: the Unicode line breaking algorithm (UAX 14), and words in Thai."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

SOFT_HYPHEN, ZERO_WIDTH_SPACE, WORD_JOINER = "\u00ad", "\u200b", "\u2060"
_THAI = re.compile("([\u0e01-\u0e5b]+)")
_SPACES = re.compile(r"[ \t\r\f\v]+")
_INVISIBLE = str.maketrans("", "", SOFT_HYPHEN + ZERO_WIDTH_SPACE + WORD_JOINER)


def break_units(paragraph: str) -> list[str]:
    """Return the parts of a paragraph between which a line may end; together they are its text.

    Lao, Khmer and Burmese, which like Thai have no spaces between words, break at spaces and at
    zero-width spaces (U+200B) only.

    >>> break_units("Sea view, 3 beds"), break_units("湖の家。"), break_units("10\u00a0000 €")
    (['Sea ', 'view, ', '3 ', 'beds'], ['湖', 'の', '家。'], ['10\\xa0000 ', '€'])
    >>> [unit.rstrip(ZERO_WIDTH_SPACE) for unit in break_units("บ้านริมทะเล")]
    ['บ้าน', 'ริม', 'ทะเล']
    """
    from uniseg.linebreak import line_break_units

    return list(line_break_units(_THAI.sub(_thai_words, paragraph)))


def wrap(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """Return the lines of a text, each as long as ``width`` allows by ``measure``.

    Lines end at its newlines and where Unicode lets them; a part that no break divides may be
    longer. A soft hyphen is drawn where it ends a line.

    >>> wrap("extra\u00adordinary view", 8, len)
    ['extra-', 'ordinary', 'view']
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for unit in break_units(_SPACES.sub(" ", paragraph).strip()):
            if line and measure(_visible(line + unit)) > width:
                lines.append(_visible(line))
                line = unit
            else:
                line += unit
        lines.append(_visible(line))
    return lines


def _visible(line: str) -> str:
    """Return a line as it is drawn: no space at its end, a hyphen for a soft one there."""
    line = line.rstrip(" " + ZERO_WIDTH_SPACE)
    hyphen = "-" if line.endswith(SOFT_HYPHEN) else ""
    return line.translate(_INVISIBLE) + hyphen


def _thai_words(match: re.Match[str]) -> str:
    """Return a run of Thai with zero-width spaces between its words."""
    return ZERO_WIDTH_SPACE.join(_thai_parser()(match[1]))


@lru_cache(1)
def _thai_parser() -> Callable[[str], list[str]]:
    """Return BudouX's statistical word boundaries for Thai, as a function of a run of Thai."""
    import budoux

    parse: Callable[[str], list[str]] = budoux.load_default_thai_parser().parse
    return parse
