"""A shot: every setting of a clip; a job: where its results go."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self, TypeVar, cast

from pydantic import model_validator

from livingstill.core.errors import InputError
from livingstill.core.registry import nearest
from livingstill.settings import brand
from livingstill.settings.declare import Group, checked
from livingstill.settings.groups import (
    CameraSettings,
    DepthSettings,
    EncodingSettings,
    FilterSettings,
    FinishSettings,
    FrameSettings,
    InputSettings,
    LayerSettings,
    PageSettings,
    QualitySettings,
    RegionSettings,
    SeedSettings,
    SoundSettings,
    StereoSettings,
    TimeSettings,
    WindSettings,
)
from livingstill.settings.job import FileSettings, RunSettings, SigningSettings
from livingstill.settings.modulation import ModulationSettings
from livingstill.settings.presets import PRESETS
from livingstill.settings.truth import TruthSettings
from livingstill.settings.values import fixes_aspect, override_settings

Part = TypeVar("Part", bound=Group)


class Shot(
    InputSettings,
    TruthSettings,
    FinishSettings,
    SoundSettings,
    EncodingSettings,
    QualitySettings,
    PageSettings,
    StereoSettings,
    FrameSettings,
    TimeSettings,
    FilterSettings,
    SeedSettings,
    ModulationSettings,
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
    >>> Shot(truth=True).motion, Shot(truth=True, motion="water").motion
    (('none',), ('water',))
    >>> Shot(fps=25).part(TimeSettings)
    TimeSettings(duration=5.0, fps=25.0, loop='seamless')
    """

    @model_validator(mode="after")
    def _camera_only(self) -> Self:
        if self.truth and self.motion == ("auto",):
            object.__setattr__(self, "motion", ("none",))  # the model is frozen for everybody else
        return self

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
        followed = (one.file for one in self.modulate)
        return (*filter(None, named), *masks, *followed, *map(Path, written))


class Job(RunSettings, SigningSettings, FileSettings):
    """Where a shot's results go and how the work behaves: nothing here changes a pixel."""


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
    """Return ``values`` over the settings of their prompt, brand file and preset, in this order.

    Raises
    ------
    InputError
        If the prompt or the brand file cannot be read, or there is no such preset.
    """
    if isinstance(values.get("prompt"), str):
        from livingstill.settings import prompt  # the whole grammar with it

        values = {**prompt.read(values["prompt"]), **values}
    if isinstance(values.get("brand"), (str, Path)):
        values = {**brand.read(Path(values["brand"])), **values}
    if isinstance(values.get("preset"), str):
        preset = PRESETS[values["preset"]]
        one_shape = {"aspect": preset.aspects[0]} if len(preset.aspects) == 1 else {}
        shaped = values.get("aspect") and fixes_aspect(preset.values.get("size"))
        base = {k: v for k, v in preset.values.items() if not (shaped and k == "size")}
        values = override_settings(values, {**one_shape, **base})
    return values
