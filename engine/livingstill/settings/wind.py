"""The wind of a shot: its default, and how it is written."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

_DIRECTION, _SPEED, _GUST = 0.0, 3.0, 0.4

DEFAULT_WIND = f"right,{_SPEED:g},{_GUST:g}"
"""The wind of a shot that names none: a light breeze to the right."""

DIRECTIONS = {"right": 0.0, "up": 90.0, "left": 180.0, "down": 270.0}
"""Degrees by the names of directions."""


class Wind(BaseModel):
    """The one wind of a scene, written ``DIR[,SPEED[,GUST]]``.

    >>> Wind.parse("left,5")
    Wind(direction=180.0, speed=5.0, gust=0.4)
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    direction: float = Field(_DIRECTION, description="degrees, 0 = right, 90 = up")
    speed: float = Field(_SPEED, ge=0, le=12, description="metres per second")
    gust: float = Field(_GUST, ge=0, le=1, description="gustiness")

    @classmethod
    def parse(cls, value: object) -> object:
        """Read the written form; anything that is no text passes through."""
        if not isinstance(value, str):
            return value
        parts = [part.strip() for part in value.split(",")]
        if len(parts) > 3:
            raise ValueError("it must be DIR[,SPEED[,GUST]]")
        try:
            angle = DIRECTIONS[parts[0]] if parts[0] in DIRECTIONS else float(parts[0])
            rest = [float(part) for part in parts[1:]]
        except ValueError:
            raise ValueError("it must be left, right, up, down or degrees, then numbers") from None
        return cls(direction=angle % 360, **dict(zip(("speed", "gust"), rest)))

    def __str__(self) -> str:
        return f"{self.direction:g},{self.speed:g},{self.gust:g}"


WindSetting = Annotated[Wind, BeforeValidator(Wind.parse), PlainSerializer(str, return_type=str)]
