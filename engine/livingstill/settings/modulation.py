"""What follows a sound or a curve over the clip, and how: the settings, and how one is written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, model_validator

from livingstill.settings.declare import Group, param

Target = Literal["wind", "amount", "camera"]
"""What can follow: what the wind drives, all that moves, the camera's way from the photo's pose."""

CURVE_SUFFIX = ".csv"


class Modulation(BaseModel):
    """A target and the file that it follows, written ``KEY=FILE``.

    >>> Modulation.parse("wind=song.wav").file.name
    'song.wav'
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    key: Target
    file: Path

    @classmethod
    def parse(cls, value: object) -> object:
        """Read the written form; anything that is no text passes through."""
        if not isinstance(value, str):
            return value
        key, equals, file = value.partition("=")
        if not equals or not file or key not in get_args(Target):
            raise ValueError(
                "it must be KEY=FILE with wind, amount or camera as KEY, as in wind=song.wav; "
                "nothing else follows a file"
            )
        return cls(key=key, file=Path(file))

    @property
    def is_curve(self) -> bool:
        """Whether the file is a table of times and values; else it is a sound."""
        return self.file.suffix.lower() == CURVE_SUFFIX

    def __str__(self) -> str:
        return f"{self.key}={self.file}"


Modulations = tuple[
    Annotated[
        Modulation,
        BeforeValidator(Modulation.parse),
        PlainSerializer(str, return_type=str),
    ],
    ...,
]


class ModulationSettings(Group):
    """What follows a sound or a curve, and how closely it follows a sound."""

    modulate: Modulations = param(
        (),
        "let the wind, all motion (amount) or the camera follow a sound's loudness, or a curve: a CSV "
        "of seconds and shares 0..1 of full strength; repeatable",
        group="Motion",
        metavar="wind|amount|camera=FILE",
    )
    modulate_attack: float = param(
        0.1,
        "how fast what follows a sound rises with it",
        group="Motion",
        unit="seconds",
        ge=0,
        le=10,
    )
    modulate_release: float = param(
        0.25,
        "how slowly what follows a sound falls behind it",
        group="Motion",
        unit="seconds",
        ge=0,
        le=10,
    )
    modulate_floor: float = param(
        0.2,
        "what is left of the strength in silence; the loudest moment has all of it",
        group="Motion",
        ge=0,
        le=1,
    )

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        keys = [one.key for one in self.modulate]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice:
            raise ValueError(f"modulate has {twice} twice; give one file for each")
        return self
