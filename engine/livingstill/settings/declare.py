"""The engine of declarations: a parameter with help, unit and range, groups of them, and their check."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from livingstill.core.errors import InputError


def param(
    default: Any,
    help: str,
    *,
    group: str,
    unit: str = "",
    ge: float | None = None,
    le: float | None = None,
    metavar: str = "",
) -> Any:
    """Declare one parameter. ``ge`` and ``le`` are inclusive bounds in ``unit``."""
    extra: dict[str, Any] = {"unit": unit, "group": group, "metavar": metavar}
    return Field(default, description=help, ge=ge, le=le, json_schema_extra=extra)


class Group(BaseModel):
    """Settings that belong together: frozen, checked, and equal when their values are."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


Settings = TypeVar("Settings", bound=BaseModel)


def checked(model: type[Settings], values: dict[str, Any], where: str = "") -> Settings:
    """Return the frozen ``model`` of ``values``, or raise one sentence as InputError."""
    try:
        return model(**values)
    except ValidationError as error:
        raise InputError(where + _sentence(error, model)) from None


def _sentence(error: ValidationError, model: type[BaseModel]) -> str:
    """Turn pydantic's first complaint into thing, value and remedy."""
    first = error.errors()[0]
    if not first["loc"]:  # of two settings together: the sentence is whole
        return str(first["ctx"]["error"])
    name = str(first["loc"][0])
    field = model.model_fields.get(name)
    extra = field.json_schema_extra if field else None
    unit = f" {extra['unit']}".rstrip() if isinstance(extra, dict) else ""
    given = first["input"]
    context = first.get("ctx", {})
    match first["type"]:
        case "greater_than_equal":
            remedy = f"must be at least {context['ge']:g}{unit}"
        case "less_than_equal":
            remedy = f"must be at most {context['le']:g}{unit}"
        case "literal_error":
            remedy = f"must be {context['expected']}"
        case "value_error":
            remedy = str(context["error"]).removeprefix("it ")
        case "float_parsing" | "float_type" | "finite_number":
            remedy = "must be a number"
        case "int_parsing" | "int_type" | "int_from_float":
            remedy = "must be a whole number"
        case "bool_parsing" | "bool_type":
            remedy = "must be true or false"
        case _:
            remedy = first["msg"][0].lower() + first["msg"][1:]
    inner = ".".join(str(part) for part in first["loc"][:3] if not isinstance(part, int))
    return f"{inner or name} is {given!s}; it {remedy}"
