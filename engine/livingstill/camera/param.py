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
    """The declaration of a key: help, unit and inclusive range, or the permitted words."""

    help: str
    unit: str = ""
    least: float = -math.inf
    most: float = math.inf
    words: tuple[str, ...] = ()


@cache
def declared_params(cls: type) -> dict[str, Param]:
    """Return the keys of ``cls``: its fields that are annotated with a ``Param``."""
    hints = get_type_hints(cls, include_extras=True)
    params = {}
    for field in fields(cls):
        hint = hints[field.name]
        if get_origin(hint) is Annotated:
            params[field.name] = next(a for a in get_args(hint)[1:] if isinstance(a, Param))
    return params


def class_of(make: Callable[..., Any]) -> type:
    """Return the class of a move: ``make`` itself, or the class that a ``partial`` constructs."""
    return make.func if isinstance(make, partial) else make  # type: ignore[return-value]


def defaults(make: Callable[..., Any]) -> dict[str, object]:
    """Return the default of every key of a move."""
    cls, fixed = class_of(make), getattr(make, "keywords", {})
    return {
        field.name: fixed.get(field.name, None if field.default is MISSING else field.default)
        for field in fields(cls)
        if field.name in declared_params(cls)
    }


def check(move: Any, name: str = "") -> None:
    """Check every key of ``move`` against its range.

    Raises
    ------
    InputError
        Naming the key, its value and the bound.
    """
    cls: type = type(move)
    for key, param in declared_params(cls).items():
        value = getattr(move, key)
        if value is None:
            continue
        subject = f"{name or _hyphenated(cls.__name__)}.{key} is {_formatted(value)}"
        if param.words:
            if value not in param.words:
                raise InputError(f"{subject}{nearest(str(value), list(param.words))}")
            continue
        for number in value if isinstance(value, tuple) else (value,):
            unit = f" {param.unit}" if param.unit else ""
            if not math.isfinite(number):
                raise InputError(f"{subject}; it must be a finite number")
            if number < param.least:
                raise InputError(f"{subject}{unit}; it must be at least {param.least:g}")
            if number > param.most:
                raise InputError(f"{subject}{unit}; it must be at most {param.most:g}")


def build(make: Callable[..., T], name: str, keys: Mapping[str, str]) -> T:
    """Make a move from keys as written, ``{"amount": "1.5"}``.

    Raises
    ------
    InputError
        If a key is unknown, cannot be read, or is out of range.
    """
    cls = class_of(make)
    values: dict[str, object] = {}
    for key, text in keys.items():
        if key not in declared_params(cls):
            raise InputError(f"{name} has no key '{key}'{nearest(key, list(declared_params(cls)))}")
        values[key] = _parse_value(
            f"{name}.{key}", text, declared_params(cls)[key], defaults(make)[key]
        )
    try:
        return make(**values)
    except InputError as error:  # a move that checks itself knows its class, not its name
        class_name = _hyphenated(cls.__name__)
        raise InputError(str(error).replace(f"{class_name}.", f"{name}.", 1)) from None


def _parse_value(what: str, text: str, param: Param, default: object) -> object:
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


def _hyphenated(name: str) -> str:
    """Return a class name in lower case with hyphens: DollyZoom -> dolly-zoom.

    >>> _words("DollyZoom")
    'dolly-zoom'
    """
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")


def _formatted(value: object) -> str:
    return ",".join(f"{v:g}" for v in value) if isinstance(value, tuple) else str(value)
