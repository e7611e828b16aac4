"""Keys of a camera move: each declared once on its dataclass, read from text and checked here."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache, partial
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from livingstill.core.errors import InputError
from livingstill.core.registry import nearest

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Param:
    """What a key means: help, unit, inclusive range; or the words it may be."""

    help: str
    unit: str = ""
    least: float = -math.inf
    most: float = math.inf
    words: tuple[str, ...] = ()


@cache
def declared(cls: type) -> dict[str, Param]:
    """Return the keys of ``cls``: its fields that are annotated with a ``Param``."""
    hints = get_type_hints(cls, include_extras=True)
    found = {}
    for field in fields(cls):
        hint = hints[field.name]
        if get_origin(hint) is Annotated:
            found[field.name] = next(a for a in get_args(hint)[1:] if isinstance(a, Param))
    return found


def home(make: Callable[..., Any]) -> type:
    """Return the class behind a move: itself, or what a ``partial`` of it makes."""
    return make.func if isinstance(make, partial) else make  # type: ignore[return-value]


def defaults(make: Callable[..., Any]) -> dict[str, object]:
    """Return the default of every key of a move."""
    cls, fixed = home(make), getattr(make, "keywords", {})
    return {
        field.name: fixed.get(field.name, None if field.default is MISSING else field.default)
        for field in fields(cls)
        if field.name in declared(cls)
    }


def check(thing: Any, name: str = "") -> None:
    """Check every key of ``thing`` against its range.

    Raises
    ------
    InputError
        Naming the key, its value and the bound.
    """
    cls: type = type(thing)
    for key, param in declared(cls).items():
        value = getattr(thing, key)
        if value is None:
            continue
        what = f"{name or _words(cls.__name__)}.{key} is {_shown(value)}"
        if param.words:
            if value not in param.words:
                raise InputError(f"{what}{nearest(str(value), list(param.words))}")
            continue
        for number in value if isinstance(value, tuple) else (value,):
            unit = f" {param.unit}" if param.unit else ""
            if not math.isfinite(number):
                raise InputError(f"{what}; it must be a finite number")
            if number < param.least:
                raise InputError(f"{what}{unit}; it must be at least {param.least:g}")
            if number > param.most:
                raise InputError(f"{what}{unit}; it must be at most {param.most:g}")


def build(make: Callable[..., T], name: str, keys: Mapping[str, str]) -> T:
    """Make a move from keys as written, ``{"amount": "1.5"}``.

    Raises
    ------
    InputError
        If a key is unknown, cannot be read, or is out of range.
    """
    cls = home(make)
    values: dict[str, object] = {}
    for key, text in keys.items():
        if key not in declared(cls):
            raise InputError(f"{name} has no key '{key}'{nearest(key, list(declared(cls)))}")
        values[key] = _value(f"{name}.{key}", text, declared(cls)[key], defaults(make)[key])
    try:
        return make(**values)
    except InputError as error:  # a move that checks itself knows its class, not its name
        own = _words(cls.__name__)
        raise InputError(str(error).replace(f"{own}.", f"{name}.", 1)) from None


def _value(what: str, text: str, param: Param, default: object) -> object:
    if param.words:
        return text
    parts = text.split(",")
    pair = param.unit == POINT
    try:
        numbers = tuple(float(part) for part in parts)
    except ValueError:
        numbers = ()
    if len(numbers) != (2 if pair else 1):
        form = "two numbers x,y" if pair else f"a number, as in {default if default else 1:g}"
        raise InputError(f"{what} is {text}; it must be {form}")
    return numbers if pair else numbers[0]


POINT = "photo fractions"
"""The unit of keys that are a point: written ``x,y``, 0,0 = top left corner, 1,1 = bottom right."""


def _words(name: str) -> str:
    """Turn a class name into the way it is written: PushIn -> push-in.

    >>> _words("DollyZoom")
    'dolly-zoom'
    """
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")


def _shown(value: object) -> str:
    return ",".join(f"{v:g}" for v in value) if isinstance(value, tuple) else str(value)
