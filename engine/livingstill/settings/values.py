"""Values of settings as they are written: a camera move, a brush stroke, a mask, a size, a shape."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

LONG_SIDES = {
    "480p": 854,
    "720p": 1280,
    "1080p": 1920,
    "1440p": 2560,
    "2k": 2048,
    "4k": 3840,
    "8k": 7680,
}
"""Long side of the frame, pixels, by the name of a size."""

SMALLEST_SIDE, LARGEST_SIDE = 16, 8192
"""Pixels that a side of the frame may have."""


class MoveSpec(BaseModel):
    """A name with keys, written ``name:key=value,key=value``.

    >>> MoveSpec.parse("push-in:amount=1.5,focus=0.4,0.6,ease=sine").keys
    (('amount', '1.5'), ('focus', '0.4,0.6'), ('ease', 'sine'))
    >>> str(MoveSpec.parse("orbit:amount=2"))
    'orbit:amount=2'
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    keys: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, value: object) -> object:
        """Read the written form; anything that is no text passes through."""
        if not isinstance(value, str):
            return value
        name, _, rest = value.partition(":") if not value.startswith("@") else (value, "", "")
        keys: list[tuple[str, str]] = []
        for part in filter(None, rest.split(",")):
            key, equals, text = part.partition("=")
            if equals:
                keys.append((key.strip(), text.strip()))
            elif keys:  # a comma inside a value, as in focus=0.4,0.6
                keys[-1] = (keys[-1][0], f"{keys[-1][1]},{part.strip()}")
            else:
                raise ValueError(f"it must have keys as key=value; '{part}' is none")
        if not name.strip():
            raise ValueError("it must begin with a name, as in push-in:amount=1.5")
        return cls(name=name.strip(), keys=tuple(keys))

    def __str__(self) -> str:
        keys = ",".join(f"{key}={value}" for key, value in self.keys)
        return f"{self.name}:{keys}" if keys else self.name


class Stroke(BaseModel):
    """A brush stroke, written ``KIND:x0,y0,x1,y1[,...]`` from tail to head in photo fractions."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: str
    points: tuple[tuple[float, float], ...] = Field(min_length=2)

    @classmethod
    def parse(cls, value: object) -> object:
        """Read the written form; anything that is no text passes through."""
        if not isinstance(value, str):
            return value
        kind, colon, rest = value.partition(":")
        try:
            numbers = [float(part) for part in rest.split(",")]
        except ValueError:
            numbers = []
        if not colon or len(numbers) < 4 or len(numbers) % 2:
            raise ValueError("it must be KIND:x0,y0,x1,y1[,...] in photo fractions 0..1")
        if not all(0 <= number <= 1 for number in numbers):
            raise ValueError("it must have points in 0..1, fractions of the photo")
        return cls(kind=kind, points=tuple(zip(numbers[::2], numbers[1::2])))

    def __str__(self) -> str:
        return f"{self.kind}:" + ",".join(f"{n:g}" for point in self.points for n in point)


class MaskFile(BaseModel):
    """A region from a file, written ``KIND=FILE``."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: str
    file: Path

    @classmethod
    def parse(cls, value: object) -> object:
        """Read the written form; anything that is no text passes through."""
        if not isinstance(value, str):
            return value
        kind, equals, file = value.partition("=")
        if not equals or not kind or not file:
            raise ValueError("it must be KIND=FILE, as in water=lake-mask.png")
        return cls(kind=kind, file=Path(file))

    def __str__(self) -> str:
        return f"{self.kind}={self.file}"


def _point(value: object) -> object:
    """Split ``x,y``; anything that is no text passes through."""
    if not isinstance(value, str):
        return value
    try:
        x, y = (float(part) for part in value.split(","))
    except ValueError:
        raise ValueError("it must be two numbers x,y") from None
    if not (0 <= x <= 1 and 0 <= y <= 1):
        raise ValueError("it must have both numbers in 0..1, fractions of the photo")
    return x, y


def _comma_list(value: object) -> object:
    """Split a comma list; anything that is no text passes through."""
    if isinstance(value, str):
        return tuple(word.strip() for word in value.split(",") if word.strip())
    return value


class Sides(NamedTuple):
    """A size given in pixels, as written: either both sides, one of them, or the longer one."""

    width: int | None = None
    height: int | None = None
    long: int | None = None


def sides(size: str) -> Sides | None:
    """Return the sides that ``size`` gives in pixels, None if it is a name.

    >>> sides("640x426")
    Sides(width=640, height=426, long=None)
    >>> sides("x480").height, sides("640").long, sides("4k")
    (480, 640, None)
    """
    match = re.fullmatch(r"(\d{0,6})x(\d{0,6})|(\d{1,6})", size, re.ASCII)
    if match is None or size == "x":
        return None
    return Sides(*(int(part) if part else None for part in match.groups()))


def _size(value: object) -> object:
    """Check a frame's sides in pixels, a named size or ``source``; return it in lower case."""
    text = str(value).strip().lower()
    if text in LONG_SIDES or text == "source":
        return text
    pixel_sides = sides(text)
    if pixel_sides is None:
        raise ValueError(
            "it must be WxH, a long side such as 640, a width 640x, a height x480, "
            f"{', '.join(LONG_SIDES)} or source"
        )
    if not all(SMALLEST_SIDE <= side <= LARGEST_SIDE for side in pixel_sides if side is not None):
        raise ValueError(f"it must have sides from {SMALLEST_SIDE} to {LARGEST_SIDE} pixels")
    return text


def contradicts_aspect(size: str, aspect: str | None) -> bool:
    """Return whether ``size`` gives both sides of a frame that has not the shape ``aspect``."""
    fixed = sides(size)
    if aspect is None or fixed is None or fixed.width is None or fixed.height is None:
        return False
    aspect_width, _, aspect_height = aspect.partition(":")
    return abs(float(aspect_width) / float(aspect_height) / (fixed.width / fixed.height) - 1) > 0.01


def fixes_aspect(size: object) -> bool:
    """Return whether a size has both sides in pixels, and so fixes the frame's aspect."""
    fixed = sides(str(size).strip().lower())
    return fixed is not None and fixed.width is not None and fixed.height is not None


def long_side(size: str) -> int:
    """Return the longer side of a frame, pixels, as far as ``size`` says it; source counts as 4k."""
    fixed = sides(size)
    if fixed is None:
        return LONG_SIDES.get(size, LONG_SIDES["4k"])
    return max(side for side in fixed if side is not None)


def override_settings(values: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``base`` overruled by ``values``, in which both sides of a frame overrule a shape too.

    >>> override_settings({"size": "640x426"}, {"aspect": "16:9", "fps": 25})
    {'fps': 25, 'size': '640x426'}
    """
    dropped = {"aspect"} if fixes_aspect(values.get("size")) else set()
    return {**{key: value for key, value in base.items() if key not in dropped}, **values}


def _aspect(value: object) -> object:
    """Check ``W:H``."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)", str(value)) if value else None
    if value is not None and not match:
        raise ValueError("it must be one W:H, as in 16:9; animate and batch take several")
    if match and not (float(match[1]) and float(match[2])):
        raise ValueError("it must have no side of 0")
    if match and not 0.1 <= float(match[1]) / float(match[2]) <= 10:
        raise ValueError("it must lie between 1:10 and 10:1")
    return value


def _line(value: object) -> object:
    """Check a text of a title or card; an empty one is none."""
    text = str(value) if isinstance(value, (str, int, float)) else value
    if isinstance(text, str) and len(text) > 300:
        raise ValueError("it must have at most 300 characters")
    return (text.strip() or None) if isinstance(text, str) else text


def _depth(value: object) -> object:
    """Check ``front``, ``auto`` or an inverse depth."""
    if value in ("front", "auto"):
        return value
    try:
        number = float(str(value))
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise ValueError("it must be front, auto or a number from 0 (far) to 1 (near)")
    return f"{number:g}"


class EyeSpacing(NamedTuple):
    """How far apart two views show the nearest and the farthest thing: percent of a view's width.

    ``screen`` is the width of the screen in millimetres, where the spacing was given on one.
    """

    percent: float
    screen: float | None = None


def eye_spacing(text: str) -> EyeSpacing:
    """Return the spacing of a checked ``eyes``.

    >>> eye_spacing("2.5%"), eye_spacing("12mm@600mm").percent
    (EyeSpacing(percent=2.5, screen=None), 2.0)
    """
    match = re.fullmatch(r"(\d*\.?\d+) ?(?:%|mm ?@ ?(\d*\.?\d+) ?mm)?", text.strip(), re.ASCII)
    if match is None:
        raise ValueError(
            "it must be percent of the width, as in 2%, or mm on a screen, as in 12mm@600mm"
        )
    screen = float(match[2]) if match[2] else None
    if screen is not None and not 20 <= screen <= 50_000:
        raise ValueError("it must be on a screen 20 to 50000 mm wide")
    return EyeSpacing(float(match[1]) if screen is None else 100 * float(match[1]) / screen, screen)


def _eyes(value: object) -> object:
    """Check the spacing of the eyes, which depends on no layout yet; return its text."""
    if value is None:
        return None
    text = f"{value:g}" if isinstance(value, (int, float)) else str(value)
    percent = eye_spacing(text).percent
    if not SMALLEST_SPACING <= percent <= LARGEST_SPACING:
        raise ValueError(
            f"it must be {SMALLEST_SPACING:g} to {LARGEST_SPACING:g} percent of the width"
        )
    return text


QUILT = (8, 6)
"""Views across and down of a quilt, unless it says otherwise: those of a Looking Glass Portrait."""

AUTO_PLANE = "auto"
"""The plane of the screen is chosen by the depth of the frame."""

LONGEST_QUILT = 4096
"""Longer side of a quilt at most, pixels: the largest that its players and decoders take."""

PAIRS = ("sbs", "half-sbs", "top-bottom", "anaglyph")
"""Layouts of two views in one picture."""


def quilt_grid(layout: str) -> tuple[int, int] | None:
    """Return the views across and down of a checked layout, None if it is no quilt.

    >>> quilt_grid("quilt:5x9"), quilt_grid("quilt"), quilt_grid("sbs")
    ((5, 9), (8, 6), None)
    """
    if not layout.startswith("quilt"):
        return None
    columns, _, rows = layout.removeprefix("quilt").removeprefix(":").partition("x")
    return (int(columns), int(rows)) if columns else QUILT


def views(layout: str | None) -> tuple[int, int]:
    """Return how many views a picture has beside and above each other at their full size.

    >>> views("sbs"), views("half-sbs"), views("quilt:5x9"), views(None)
    ((2, 1), (1, 1), (5, 9), (1, 1))
    """
    pair = {"sbs": (2, 1), "top-bottom": (1, 2)}.get(layout or "", (1, 1))
    return quilt_grid(layout or "") or pair


def _stereo(value: object) -> object:
    """Check a stereo layout."""
    if value is None or value in PAIRS:
        return value
    match = re.fullmatch(r"quilt(?::(\d{1,2})x(\d{1,2}))?", str(value), re.ASCII)
    if match is None:
        raise ValueError(f"it must be {', '.join(PAIRS)} or quilt[:COLUMNSxROWS]")
    if match[1] and not (1 <= int(match[1]) <= 16 and 1 <= int(match[2]) <= 16):
        raise ValueError("it must have 1 to 16 views across and down")
    if match[1] and int(match[1]) * int(match[2]) < 2:
        raise ValueError("it must have two views or more")
    return str(value)


def _plane(value: object) -> object:
    """Check ``auto`` or an inverse depth."""
    if value == AUTO_PLANE:
        return value
    try:
        number = float(str(value))
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise ValueError("it must be auto or a number from 0 (far) to 1 (near)")
    return f"{number:g}"


SMALLEST_SPACING, LARGEST_SPACING = 0.05, 16.0
"""Percent of the width that a pair, or the ends of a quilt, may show near and far things apart."""

StereoLayout = Annotated[str | None, BeforeValidator(_stereo)]
Eyes = Annotated[str | None, BeforeValidator(_eyes)]
PlaneName = Annotated[str, BeforeValidator(_plane)]
Fraction = Annotated[float, Field(ge=0, le=1)]
_as_text = PlainSerializer(str, return_type=str)
CameraChoice = Annotated[MoveSpec, BeforeValidator(MoveSpec.parse), _as_text]
Strokes = tuple[Annotated[Stroke, BeforeValidator(Stroke.parse), _as_text], ...]
MaskFiles = tuple[Annotated[MaskFile, BeforeValidator(MaskFile.parse), _as_text], ...]
Point = Annotated[tuple[Fraction, Fraction], BeforeValidator(_point)]
"""A point of the photo, written ``x,y``: 0,0 = top left corner, 1,1 = bottom right."""
NameList = Annotated[tuple[str, ...], BeforeValidator(_comma_list)]
AnchorName = Literal[
    "top-left",
    "top",
    "top-right",
    "left",
    "centre",
    "right",
    "bottom-left",
    "bottom",
    "bottom-right",
]
"""Nine places in the safe area of a frame."""
Size = Annotated[str, BeforeValidator(_size)]
Aspect = Annotated[str | None, BeforeValidator(_aspect)]
TextLine = Annotated[str | None, BeforeValidator(_line)]
DepthName = Annotated[str, BeforeValidator(_depth)]
