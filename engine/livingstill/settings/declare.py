"""The engine of declarations: a parameter with help, unit and range, groups of them, and their check."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from livingstill.core.errors import InputError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


def param(
    default: Any,
    help: str,
    *,
    group: str = "",
    unit: str = "",
    ge: float | None = None,
    le: float | None = None,
    metavar: str = "",
) -> Any:
    """Declare one parameter. ``ge`` and ``le`` are inclusive bounds in ``unit``.

    ``group`` is its heading in help, ``metavar`` how a value is written. It is the value of a field,
    or stands in a type's ``Annotated`` where several fields share all but the default.
    """
    extra: dict[str, Any] = {"unit": unit, "group": group, "metavar": metavar}
    return Field(default, description=help, ge=ge, le=le, json_schema_extra=extra)


class Group(BaseModel):
    """Settings that belong together: frozen, checked, and equal when their values are."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False, defer_build=True
    )


def declared(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the fields of ``model`` that were declared with ``param``, which a user may set."""
    return {name: field for name, field in model.model_fields.items() if field.description}


def choices(field: FieldInfo) -> tuple[str, ...]:
    """Return the words that a parameter may be; none where it is no ``Literal``."""
    types = (field.annotation, *get_args(field.annotation))
    return next((get_args(one) for one in types if get_origin(one) is Literal), ())


class Bounds(NamedTuple):
    """What a parameter may be: numbers in a unit, or a written form."""

    unit: str
    least: float | None
    most: float | None
    form: str

    @property
    def range(self) -> str:
        """The numbers, or the form."""
        if self.least is None or self.most is None:
            return self.form
        least, most = (f"{n:.0f}" if n >= 10**6 else f"{n:g}" for n in (self.least, self.most))
        return f"{least} to {most} {self.unit}".rstrip()


def bounds(field: FieldInfo) -> Bounds:
    """Return what one parameter may be; for a tuple, what each of its numbers may be."""
    extra = field.json_schema_extra
    known = extra if isinstance(extra, dict) else {}
    found = {type(m).__name__: m for m in (*_inner_metadata(field.annotation), *field.metadata)}
    return Bounds(
        str(known.get("unit", "")),
        getattr(found.get("Ge"), "ge", None),
        getattr(found.get("Le"), "le", None),
        "|".join(choices(field)) or str(known.get("metavar", "")),
    )


def _inner_metadata(annotation: Any) -> Iterator[Any]:
    """Yield what the types inside ``annotation`` are annotated with."""
    if get_origin(annotation) is Annotated:
        for one in annotation.__metadata__:
            yield from one.metadata if isinstance(one, FieldInfo) else (one,)
    for part in get_args(annotation):
        yield from _inner_metadata(part)


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
    inner = ".".join(str(part) for part in first["loc"][:3] if not isinstance(part, int))
    return f"{inner or name} is {first['input']!s}; {_remedy(first, model.model_fields.get(name))}"


def _remedy(complaint: ErrorDetails, field: FieldInfo | None) -> str:
    """Return what would be right in the place of a wrong value."""
    unit = f" {bounds(field).unit}".rstrip() if field else ""
    context = complaint.get("ctx", {})
    match complaint["type"]:
        case "greater_than_equal":
            return f"it must be at least {context['ge']:g}{unit}"
        case "less_than_equal":
            return f"it must be at most {context['le']:g}{unit}"
        case "literal_error":
            words = choices(field) if field else ()
            close = get_close_matches(str(complaint["input"]), words, n=1)
            return f"did you mean '{close[0]}'?" if close else f"it must be {context['expected']}"
        case "value_error":
            return f"it {str(context['error']).removeprefix('it ')}"
        case "float_parsing" | "float_type":
            default = field.default if field else None
            example = f", as in {default:g}" if isinstance(default, float) else ""
            return f"it must be a number{example}"
        case "finite_number":
            return "it must be a finite number"
        case "int_parsing" | "int_type" | "int_from_float":
            return "it must be a whole number"
        case "bool_parsing" | "bool_type":
            return "it must be true or false"
        case _:
            return f"it {complaint['msg'][0].lower()}{complaint['msg'][1:]}"
