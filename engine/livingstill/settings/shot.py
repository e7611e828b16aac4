"""A shot: every setting of a clip; a job: where its results go; and how both are checked."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError

from livingstill.core.errors import InputError
from livingstill.core.registry import nearest
from livingstill.settings import brand, prompt
from livingstill.settings.groups import (
    CameraSettings,
    DepthSettings,
    EncodingSettings,
    FilterSettings,
    FinishSettings,
    FrameSettings,
    Group,
    InputSettings,
    LayerSettings,
    QualitySettings,
    RegionSettings,
    SeedSettings,
    SoundSettings,
    TimeSettings,
    WindSettings,
    param,
)

Part = TypeVar("Part", bound=Group)


class Shot(
    InputSettings,
    FinishSettings,
    SoundSettings,
    EncodingSettings,
    QualitySettings,
    FrameSettings,
    TimeSettings,
    FilterSettings,
    SeedSettings,
    WindSettings,
    RegionSettings,
    LayerSettings,
    DepthSettings,
    CameraSettings,
):
    """All settings of one clip from one photo.

    It is the groups it derives from, so a step that takes one of them can be given the shot; the
    last base's settings come first in help and files.

    >>> Shot(camera="push-in:amount=1.2", wind="left,5").wind.speed
    5.0
    >>> Shot(fps=25).part(TimeSettings)
    TimeSettings(duration=5.0, fps=25.0, loop='seamless')
    """

    def part(self, group: type[Part]) -> Part:
        """Return the settings of one group alone, as a value to compare or to keep."""
        values = {name: getattr(self, name) for name in group.model_fields}
        return cast("Part", group.model_construct(**values))

    def files_read(self) -> tuple[Path, ...]:
        """Return every file that the settings name, which nothing may be written over."""
        named = [self.hold, self.brand, self.font, self.subtitle_font, self.logo, self.lut]
        written = [self.depth, *([self.audio] if self.audio else [])]
        if self.camera.name.startswith("@"):
            written.append(self.camera.name[1:])
        masks = (one.file for one in self.mask)
        return (*filter(None, named), *masks, *map(Path, written))


class Job(Group):
    """Where a shot's results go and how the work behaves: nothing here changes a pixel."""

    photo: Path | None = param(None, "the photo, for shot files", group="Input", metavar="FILE")
    output: tuple[str, ...] = param(
        (),
        "file to write, format by suffix; repeatable; - writes Y4M to stdout; "
        "by default <photo>.mp4 in the current folder, or the next free name (<photo>-2.mp4)",
        group="Output",
        metavar="PATH",
    )
    manifest: Path | None = param(
        None, "write what was done, with a hash of every frame", group="Output", metavar="FILE.json"
    )
    report: Path | None = param(
        None,
        "write what the frames show of flicker, jumps and other faults",
        group="Output",
        metavar="FILE.html|.json",
    )
    poster: Path | None = param(
        None, "write the first frame too (.png, .jpg or .webp)", group="Output", metavar="FILE"
    )
    sidecar: Path | None = param(
        None,
        "write where the clip came from: photo, settings, files, and that nothing is generated",
        group="Output",
        metavar="FILE.json|.xmp",
    )
    overwrite: bool = param(False, "replace files that exist", group="Output")
    threads: int | None = param(
        None, "threads; all cores by default; never changes a pixel", group="Job", ge=1, le=1024
    )


Settings = TypeVar("Settings", bound=BaseModel)


def split(values: dict[str, Any], where: str = "") -> tuple[Shot, Job]:
    """Check the keys of a shot file or a command line once; return the shot and the job.

    Raises
    ------
    InputError
        Naming the first wrong key, its value and what would be right; ``where`` prefixes it.
    """
    values = expand_presets(values)
    fields = {**Shot.model_fields, **Job.model_fields}
    unknown = next((key for key in values if key not in fields), None)
    if unknown is not None:
        raise InputError(f"{where}no setting is called '{unknown}'{nearest(unknown, list(fields))}")
    parts = (
        {key: value for key, value in values.items() if key in model.model_fields}
        for model in (Shot, Job)
    )
    return checked(Shot, next(parts), where), checked(Job, next(parts), where)


def expand_presets(values: dict[str, Any]) -> dict[str, Any]:
    """Return ``values`` over the settings of their prompt, and these over those of their brand file.

    Raises
    ------
    InputError
        If the prompt or the brand file cannot be read.
    """
    if isinstance(values.get("prompt"), str):
        values = {**prompt.read(values["prompt"]), **values}
    if isinstance(values.get("brand"), (str, Path)):
        values = {**brand.read(Path(values["brand"])), **values}
    return values


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
    value = first["input"]
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
    return f"{inner or name} is {value!s}; it {remedy}"
