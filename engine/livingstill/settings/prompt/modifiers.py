"""How strong, which way: the modifiers of a clause."""

from __future__ import annotations

import math

from livingstill.settings.prompt.negation import refused_way
from livingstill.settings.prompt.vocabulary import Token

LEAST, MOST = 0.05, 4.0
"""Range of --amount that a prompt may ask for."""
DAMPING = frozenset({"slightly", "slight", "somewhat", "little", "barely", "hardly", "faintly"})
_HARDLY = frozenset({"barely", "hardly"})


def strength_of(tokens: tuple[Token, ...]) -> float | None:
    """Return the product of a clause's strengths, each under the word that boosts it.

    A weak word before a strong one, as in "a bit faster", takes its root.
    """
    out, boost = None, 1.0
    tokens = _once_more(_near_comparative(_without_hardly(tokens)))
    after = [*tokens[1:], Token("", "")]
    damped = False
    for token, following in zip(tokens, after, strict=False):
        if token.role == "boost":
            boost = token.value
        elif token.word in DAMPING and following.role == "size" and _is_degree(following):
            damped = True
        elif token.role == "size":
            size = token.value * boost if token.value > 1 else token.value / boost
            size, damped = (math.sqrt(size) if damped else size), False
            out, boost = size if out is None else out * size, 1.0
    return None if out is None else round(min(MOST, max(LEAST, out)), 4)


def _is_degree(size: Token) -> bool:
    """Return whether a strength has degrees that "a little" is of: a strong one, "slower", "less"."""
    return bool(size.value > 1) or size.word.endswith("er") or size.word == "less"


def _once_more(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """Return the tokens without a "more" that is the comparative of the strength after it: "more lively"."""
    pairs = zip(tokens, [*tokens[1:], Token("", "")], strict=False)
    return tuple(
        t for t, after in pairs if t.word != "more" or after.role != "size" or after.value < 1
    )


def _near_comparative(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """Return the tokens with a damping word at the comparative it is of: "more wind, a bit"."""
    damping = next((t for t in tokens if t.word in DAMPING and t.role == "size"), None)
    more = next((t for t in tokens if t.word == "more" and t.role == "size"), None)
    if damping is None or more is None:
        return tokens
    rest = tuple(t for t in tokens if t is not damping)
    k = rest.index(more)
    return (*rest[:k], damping, *rest[k:])


def _without_hardly(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """Return the tokens without what is hardly so: "hardly noticeable", but not "hardly faster"."""
    gone = {
        i + 1
        for i, token in enumerate(tokens[:-1])
        if token.word in _HARDLY
        and tokens[i + 1].role == "size"
        and not tokens[i + 1].word.endswith(("er", "more"))
    }
    return tuple(t for i, t in enumerate(tokens) if i not in gone)


def contrary_strengths(tokens: tuple[Token, ...]) -> tuple[str, ...]:
    """Return a remark where a clause says both less and more, as in "the sea calm the sky fast"."""
    tokens = _near_comparative(_without_hardly(tokens))
    damped = {i + 1 for i, t in enumerate(tokens) if t.word in DAMPING and i + 1 < len(tokens)}
    sizes = [t for i, t in enumerate(tokens) if t.role == "size" and not {i, i + 1} & damped]
    less, more = ([t.word for t in sizes if (t.value < 1) is low] for low in (True, False))
    if not less or not more:
        return ()
    return (
        f"prompt has '{less[0]}' and '{more[0]}' of the same thing, for which there is one "
        f"strength, {strength_of(tokens):g}",
    )


_COLUMNS = {"left": "0.2", "right": "0.8"}
_ROWS = {"top": "0.2", "upper": "0.2", "up": "0.2", "bottom": "0.8", "lower": "0.8", "down": "0.8"}


def focus_of(tokens: tuple[Token, ...], inward: bool) -> str:
    """Return the place in the picture that a clause names, "x,y" in photo fractions, or "".

    "The top right corner" is a fifth of the picture from both edges. A direction is that of a place
    where the camera goes ``inward``, as in "zoom in to the left".
    """
    words = [
        part
        for t in tokens
        if t.role == "compass" or (inward and t.role == "way")
        for part in t.word.split("-")
    ]
    if not set(words) & {*_COLUMNS, *_ROWS, "middle", "center", "centre"}:
        return ""
    x = next((_COLUMNS[word] for word in words if word in _COLUMNS), "0.5")
    return f"{x},{next((_ROWS[word] for word in words if word in _ROWS), '0.5')}"


def wind_strength(tokens: tuple[Token, ...], i: int, shared: bool) -> float:
    """Return the strength of the wind at ``i``: the words before it alone where others move too."""
    if not shared:
        return strength_of(tokens) or 1.0
    return strength_of(tuple(tokens[k] for k in _before(tokens, i))) or 1.0


def without_wind(tokens: tuple[Token, ...], i: int) -> tuple[Token, ...]:
    """Return the tokens without the strengths directly before the wind at ``i``."""
    gone = _before(tokens, i)
    return tuple(t for k, t in enumerate(tokens) if k not in gone)


def _before(tokens: tuple[Token, ...], i: int) -> list[int]:
    """Return the places of the strengths directly before ``i``."""
    out: list[int] = []
    for k in range(i - 1, -1, -1):
        if tokens[k].role not in ("size", "boost", "adjective"):
            break
        out.insert(0, k)
    return out


def direction_of(tokens: tuple[Token, ...]) -> tuple[float | None, tuple[str, ...]]:
    """Return the direction of a clause: the mean of two that agree, the first of two that do not."""
    angles = [t.value for t in tokens if t.role == "way"]
    if not angles:
        return None, ()
    if any(t.role == "negation" and refused_way(tokens, i) for i, t in enumerate(tokens)):
        said = next(t.word for t in tokens if t.role == "way")
        return None, (f"prompt says which way not, '{said}'; it must say which way",)
    x = sum(math.cos(math.radians(a)) for a in set(angles))
    y = sum(math.sin(math.radians(a)) for a in set(angles))
    if math.hypot(x, y) < 0.1:
        one, *others = dict.fromkeys(t.word for t in tokens if t.role == "way")
        left = ", ".join(f"'{word}'" for word in others)
        return angles[0], (
            f"prompt has two opposite directions at once; '{one}' is taken and {left} left out",
        )
    return round(math.degrees(math.atan2(y, x))) % 360.0, ()
