"""Inputs of nodes made from the declarations of livingstill's settings: label, range, default and help."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import floor, log10
from types import NoneType
from typing import Any, get_args

from comfy_api.latest import io
from livingstill.camera.path import Key
from livingstill.settings.declare import bounds, choices, declared
from livingstill.settings.wind import Wind
from pydantic import BaseModel
from pydantic.fields import FieldInfo

CATEGORY = "livingstill"

CAMERA = io.Custom("LIVINGSTILL_CAMERA")
"""A camera move as it is written on the command line, ``orbit:amount=2``."""

AUTOMATIC = "automatic"
"""The word in a choice for a setting that is left to livingstill."""

_WIND = "wind_"
_MOST = 2**53
_FINEST = 0.01
"""To what a number is rounded that is typed; the arrows beside it go in larger steps."""


def settings_inputs(
    model: type[BaseModel], names: Iterable[str], advanced: Iterable[str] = ()
) -> list[io.Input]:
    """Return the inputs of some settings, those that are ``advanced`` folded away."""
    inputs: list[io.Input] = []
    fields = declared(model)
    for name in (*names, *advanced):
        folded = name in advanced
        if name == "wind":
            inputs += _wind_inputs(folded)
        else:
            inputs.append(_setting(name, fields[name], folded))
    return inputs


def settings_of(model: type[BaseModel], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings in the inputs of a node that are not the defaults, so that a prompt may set them."""
    given = {
        name: value
        for name, value in values.items()
        if name in model.model_fields
        and value not in (None, "", AUTOMATIC, model.model_fields[name].default)
    }
    wind = Wind(**{key: values[_WIND + key] for key in Wind.model_fields if _WIND + key in values})
    return given if wind == Wind() else {**given, "wind": wind}


def key_input(key: Key) -> io.Input:
    """Return the input of one key of a camera move."""
    tooltip = _tooltip(key.help, f"{key.range} {key.unit}".strip())
    label = key.key.replace("_", " ")
    if key.words:
        default = key.default if isinstance(key.default, str) else AUTOMATIC
        words = [*([] if isinstance(key.default, str) else [AUTOMATIC]), *key.words]
        return io.Combo.Input(
            key.key, options=words, default=default, display_name=label, tooltip=tooltip
        )
    if isinstance(key.default, bool):
        return io.Boolean.Input(key.key, default=key.default, display_name=label, tooltip=tooltip)
    if isinstance(key.default, (int, float)):
        return _number(key.key, key.default, key.least, key.most, label, tooltip, False)
    default = key.default if isinstance(key.default, str) else ""
    return io.String.Input(
        key.key,
        default=default,
        placeholder=key.range or key.unit or AUTOMATIC,
        display_name=label,
        tooltip=tooltip,
        advanced=True,
    )


def _setting(name: str, field: FieldInfo, advanced: bool) -> io.Input:
    limits = bounds(field)
    range_ = "" if choices(field) else limits.range
    label, tooltip = name.replace("_", " "), _tooltip(field.description or "", range_)
    shared: dict[str, Any] = {"display_name": label, "tooltip": tooltip, "advanced": advanced}
    types = {one for one in (field.annotation, *get_args(field.annotation)) if one is not NoneType}
    if field.annotation is bool:
        return io.Boolean.Input(name, default=field.default, **shared)
    if words := choices(field):
        return io.Combo.Input(name, options=list(words), default=field.default, **shared)
    if field.default is not None and types & {int, float}:
        return _number(name, field.default, limits.least, limits.most, label, tooltip, advanced)
    return io.String.Input(
        name,
        default="" if field.default is None else str(field.default),
        multiline=name == "prompt",
        placeholder=limits.range or AUTOMATIC,
        **shared,
    )


def _number(
    name: str,
    default: float,
    least: float | None,
    most: float | None,
    label: str,
    tooltip: str,
    advanced: bool,
) -> io.Input:
    shared: dict[str, Any] = {"display_name": label, "tooltip": tooltip, "advanced": advanced}
    if isinstance(default, int):
        if name == "seed":
            shared["control_after_generate"] = True
        low, high = int(least or 0), int(most or _MOST)
        return io.Int.Input(name, default=default, min=low, max=high, **shared)
    low, high = float(least or 0), float(_MOST if most is None else most)
    step = 10.0 ** floor(log10(min(high - low, 100 * max(default, 1.0)) / 100))
    shared |= {"step": step, "round": min(step, _FINEST)}
    return io.Float.Input(name, default=default, min=low, max=high, **shared)


def _wind_inputs(advanced: bool) -> list[io.Input]:
    """Return the three numbers of a wind."""
    inputs = []
    for key, field in Wind.model_fields.items():
        limits = bounds(field)
        most = 360.0 if limits.most is None else limits.most
        label, tooltip = f"wind {key}", _tooltip(f"wind: {field.description}", "")
        inputs.append(
            _number(_WIND + key, field.default, limits.least, most, label, tooltip, advanced)
        )
    return inputs


def _tooltip(text: str, range_: str) -> str:
    return f"{text[:1].upper()}{text[1:]}" + (f" ({range_})" if range_ else "")
