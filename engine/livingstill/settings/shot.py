"""Every parameter of a shot, declared once: name, type, unit, range, default and help.

The command line, the shot file, the Python API and the reference page are all made from
``Shot.model_fields``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    model_validator,
)

from livingstill.core.errors import InputError
from livingstill.core.registry import nearest
from livingstill.io import text as texts
from livingstill.settings import brand, prompt

DIRECTIONS = {"right": 0.0, "up": 90.0, "left": 180.0, "down": 270.0}
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


class Choice(BaseModel):
    """A name with keys, written ``name:key=value,key=value``.

    >>> Choice.parse("push-in:amount=1.5,focus=0.4,0.6,ease=sine").keys
    (('amount', '1.5'), ('focus', '0.4,0.6'), ('ease', 'sine'))
    >>> str(Choice.parse("orbit:amount=2"))
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
            key, equals, given = part.partition("=")
            if equals:
                keys.append((key.strip(), given.strip()))
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


class Wind(BaseModel):
    """The one wind of a scene, written ``DIR[,SPEED[,GUST]]``.

    >>> Wind.parse("left,5")
    Wind(direction=180.0, speed=5.0, gust=0.4)
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    direction: float = Field(0.0, description="degrees, 0 = right, 90 = up")
    speed: float = Field(3.0, ge=0, le=12, description="metres per second")
    gust: float = Field(0.4, ge=0, le=1, description="gustiness")

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


def _words(value: object) -> object:
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
    given = sides(text)
    if given is None:
        raise ValueError(
            "it must be WxH, a long side such as 640, a width 640x, a height x480, "
            f"{', '.join(LONG_SIDES)} or source"
        )
    if not all(SMALLEST_SIDE <= side <= LARGEST_SIDE for side in given if side is not None):
        raise ValueError(f"it must have sides from {SMALLEST_SIDE} to {LARGEST_SIDE} pixels")
    return text


def differs(size: str, aspect: str | None) -> bool:
    """Return whether ``size`` gives both sides of a frame that has not the shape ``aspect``."""
    given = sides(size)
    if aspect is None or given is None or given.width is None or given.height is None:
        return False
    wide, _, tall = aspect.partition(":")
    return abs(float(wide) / float(tall) / (given.width / given.height) - 1) > 0.01


def shaped(size: object) -> bool:
    """Return whether a size as given decides the shape of the frame too."""
    given = sides(str(size).strip().lower())
    return given is not None and given.width is not None and given.height is not None


def long_side(size: str) -> int:
    """Return the longer side of a frame, pixels, as far as ``size`` says it; source counts as 4k."""
    given = sides(size)
    if given is None:
        return LONG_SIDES.get(size, LONG_SIDES["4k"])
    return max(side for side in given if side is not None)


def over(values: Mapping[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``others`` overruled by ``values``, in which both sides of a frame overrule a shape too.

    >>> over({"size": "640x426"}, {"aspect": "16:9", "fps": 25})
    {'fps': 25, 'size': '640x426'}
    """
    lost = {"aspect"} if shaped(values.get("size")) else set()
    return {**{key: value for key, value in others.items() if key not in lost}, **values}


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


_text = PlainSerializer(str, return_type=str)
CameraChoice = Annotated[Choice, BeforeValidator(Choice.parse), _text]
WindChoice = Annotated[Wind, BeforeValidator(Wind.parse), _text]
Strokes = tuple[Annotated[Stroke, BeforeValidator(Stroke.parse), _text], ...]
MaskFiles = tuple[Annotated[MaskFile, BeforeValidator(MaskFile.parse), _text], ...]
Words_ = Annotated[tuple[str, ...], BeforeValidator(_words)]
Size = Annotated[str, BeforeValidator(_size)]
Aspect = Annotated[str | None, BeforeValidator(_aspect)]
Line = Annotated[str | None, BeforeValidator(_line)]
Depth = Annotated[str, BeforeValidator(_depth)]


class Shot(BaseModel):
    """One photo's way to one clip: every setting that a user can give.

    >>> Shot(camera="push-in:amount=1.2", wind="left,5").wind.speed
    5.0
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    prompt: str | None = param(
        None,
        "the shot in words, as in 'clouds drift left slowly, gentle ripples, push in'; "
        "other settings win over it",
        group="Camera",
        metavar="WORDS",
    )
    camera: CameraChoice = param(
        "auto",
        "camera move with its keys, or @FILE with keyframes; see `livingstill moves`",
        group="Camera",
        metavar="NAME[:key=value,...]",
    )
    depth: str = param(
        "embedded",
        "where depth comes from: embedded, cues, flat, a depth file, a model name or a model file",
        group="Scene",
        metavar="SOURCE",
    )
    depth_far: Literal["auto", "bright", "dark"] = param(
        "auto",
        "which end of a depth file is far; auto takes bright as near",
        group="Scene",
    )
    layers: int | None = param(
        None,
        "layers of the scene; by default as many as the depth needs, 2 to 5 (8 with --quality high)",
        group="Scene",
        ge=1,
        le=8,
    )
    motion: Words_ = param(
        "auto",
        "what moves: auto, none, or a list of kinds; see `livingstill kinds`",
        group="Motion",
        metavar="LIST",
    )
    mask: MaskFiles = param(
        (),
        "region of a kind from a grey picture, white = moves; replaces detection; repeatable",
        group="Motion",
        metavar="KIND=FILE",
    )
    brush: Strokes = param(
        (),
        "stroke from tail to head in photo fractions, sets direction and speed; repeatable",
        group="Motion",
        metavar="KIND:x0,y0,x1,y1[,...]",
    )
    hold: Path | None = param(
        None,
        "what never moves: a grey picture, white = held still",
        group="Motion",
        metavar="FILE",
    )
    hold_faces: bool = param(True, "hold faces and text still", group="Motion")
    wind: WindChoice = param(
        "right,3,0.4",
        "one wind for everything: left/right/up/down or degrees, m/s, gustiness 0..1",
        group="Motion",
        metavar="DIR[,SPEED[,GUST]]",
    )
    amount: float = param(
        1.0, "scales all motion: 0 = still, 2 = twice", group="Motion", ge=0, le=4
    )
    seed: int = param(
        0,
        "another number gives other random motion; the same one always the same frames",
        group="Motion",
        ge=0,
        le=2**32 - 1,
    )
    smooth: float = param(
        1.0,
        "calms flicker between frames: strength of the temporal filter, 0 = off",
        group="Motion",
        ge=0,
        le=4,
    )
    duration: float = param(5.0, "length of the clip", group="Time", unit="seconds", ge=0.1, le=600)
    fps: float = param(30.0, "frames per second", group="Time", unit="per second", ge=1, le=120)
    loop: Literal["seamless", "bounce", "none", "hold"] = param(
        "seamless",
        "how the end meets the start: seamless = runs on, bounce = there and back, hold = rests at the "
        "end, none = plays once",
        group="Time",
    )
    size: Size = param(
        "1080p",
        "size of the frame in pixels: WxH, a long side (640), one side (640x or x480, the other by "
        "the shape), a name of a long side ("
        + ", ".join(f"{n} = {s}" for n, s in LONG_SIDES.items())
        + ") or source, the photo's own",
        group="Frame",
        metavar="WxH|LONG|NAME",
    )
    aspect: Aspect = param(
        None, "shape of the frame; by default the photo's", group="Frame", metavar="W:H"
    )
    fit: Literal["crop", "pad", "blur"] = param(
        "crop",
        "how the photo fills another shape of frame: cropped, black bars, or the photo blurred around it",
        group="Frame",
    )
    max_upscale: float = param(
        2.0,
        "largest enlargement of the photo without a warning",
        group="Frame",
        unit="times",
        ge=1,
        le=16,
    )
    quality: Literal["draft", "standard", "high"] = param(
        "standard",
        "how finely frames are sampled and encoded; draft is quick, high is slow",
        group="Output",
    )
    shutter: float = param(
        180.0,
        "motion blur of --quality high: how long the shutter is open in each frame; 0 = none",
        group="Output",
        unit="degrees",
        ge=0,
        le=360,
    )
    codec: str | None = param(
        None, "video codec; by default the format's own", group="Output", metavar="NAME"
    )
    crf: float | None = param(
        None,
        "constant quality, smaller = better; by default the codec's own",
        group="Output",
        ge=0,
        le=63,
    )
    bitrate: str | None = param(
        None, "bit rate, as in 4M, instead of constant quality", group="Output", metavar="RATE"
    )
    budget: str | None = param(
        None,
        "largest file, as in 2MB: the best quality that fits, found by search",
        group="Output",
        metavar="SIZE",
    )
    alpha: str | None = param(
        None,
        "transparent but for these: kinds that move, moving, or layer:N (1 = in front)",
        group="Output",
        metavar="KIND|layer:N[,...]",
    )
    audio: str | None = param(
        None,
        "sound: a file, beds of noise (wind, leaves, water, stream, waves, rain, fire), or auto = "
        "beds that suit what moves",
        group="Sound",
        metavar="FILE|auto|BED[,...]",
    )
    audio_start: float = param(
        0.0, "where in the file the sound begins", group="Sound", unit="seconds", ge=0, le=1e6
    )
    audio_fade: float = param(
        0.5,
        "cross-fade of the sound's end into its start; fade in and out where the clip does not loop",
        group="Sound",
        unit="seconds",
        ge=0,
        le=60,
    )
    audio_level: float = param(0.0, "louder or softer", group="Sound", unit="dB", ge=-60, le=30)
    title: Line = param(None, "a title over the clip", group="Finishing", metavar="TEXT")
    subtitle: Line = param(
        None, "a smaller line below the title", group="Finishing", metavar="TEXT"
    )
    price: Line = param(None, "price on the card of a listing", group="Finishing", metavar="TEXT")
    address: Line = param(
        None, "address on the card of a listing", group="Finishing", metavar="TEXT"
    )
    details: Line = param(
        None,
        "small print on the card of a listing, as in '3 beds, 2 baths'",
        group="Finishing",
        metavar="TEXT",
    )
    font: Path | None = param(
        None,
        "font file (.ttf, .otf) of title and price; by default a free one that is built in",
        group="Finishing",
        metavar="FILE",
    )
    subtitle_font: Path | None = param(
        None,
        "font file of the smaller lines; by default the title's",
        group="Finishing",
        metavar="FILE",
    )
    title_place: Literal[
        "auto",
        "top-left",
        "top",
        "top-right",
        "left",
        "centre",
        "right",
        "bottom-left",
        "bottom",
        "bottom-right",
    ] = param(
        "auto",
        "where the title is, in the safe area; auto is bottom-left, above a card top-left",
        group="Finishing",
    )
    title_size: float = param(
        1.0, "size of title and card", group="Finishing", unit="times", ge=0.2, le=4
    )
    title_colour: str = param(
        "white", "colour of title and subtitle", group="Finishing", metavar="COLOUR"
    )
    title_shadow: float = param(
        0.6, "strength of the title's soft shadow", group="Finishing", ge=0, le=1
    )
    title_fade: float = param(
        0.0,
        "how long title and card fade in and out; 0 = they stay",
        group="Finishing",
        unit="seconds",
        ge=0,
        le=60,
    )
    title_depth: Depth = param(
        "front",
        "front = before everything; an inverse depth, 0 far to 1 near = nearer things pass before "
        "the title; auto = as many as leave it readable",
        group="Finishing",
        metavar="front|auto|0..1",
    )
    card_place: Literal[
        "top-left",
        "top",
        "top-right",
        "left",
        "centre",
        "right",
        "bottom-left",
        "bottom",
        "bottom-right",
    ] = param("bottom-left", "where the card of a listing is", group="Finishing")
    card_colour: str = param(
        "#14181d", "colour of the card's plate", group="Finishing", metavar="COLOUR"
    )
    accent: str | None = param(
        None, "colour of a bar at the card's left edge", group="Finishing", metavar="COLOUR"
    )
    logo: Path | None = param(
        None, "picture with transparency to lay over the clip", group="Finishing", metavar="FILE"
    )
    logo_place: Literal[
        "top-left",
        "top",
        "top-right",
        "left",
        "centre",
        "right",
        "bottom-left",
        "bottom",
        "bottom-right",
    ] = param("top-right", "where the logo is, in the safe area", group="Finishing")
    logo_size: float = param(
        0.12,
        "side of a square of the logo's area",
        group="Finishing",
        unit="of the frame's shorter side",
        ge=0.01,
        le=1,
    )
    logo_opacity: float = param(1.0, "opacity of the logo", group="Finishing", ge=0, le=1)
    lut: Path | None = param(
        None, "colour table (.cube, 1D or 3D)", group="Finishing", metavar="FILE"
    )
    lut_strength: float = param(1.0, "share of the table's colours", group="Finishing", ge=0, le=1)
    exposure: float = param(
        0.0, "brightness, in linear light", group="Finishing", unit="stops", ge=-5, le=5
    )
    temperature: float = param(
        6500.0,
        "white balance: light of this temperature becomes neutral, so more is warmer",
        group="Finishing",
        unit="kelvin",
        ge=2000,
        le=20000,
    )
    tint: float = param(
        0.0, "white balance from green (-1) to magenta (1)", group="Finishing", ge=-1, le=1
    )
    saturation: float = param(1.0, "strength of colours, 0 = grey", group="Finishing", ge=0, le=3)
    vignette: float = param(0.0, "how much darker the corners are", group="Finishing", ge=0, le=1)
    grain: float = param(
        0.0,
        "film grain, from the seed; about 0.2 is seen, 1 is coarse",
        group="Finishing",
        ge=0,
        le=1,
    )
    brand: Path | None = param(
        None,
        "brand file: fonts, colours, logo, LUT and mood; other settings win over it",
        group="Finishing",
        metavar="FILE.toml",
    )
    max_pixels: int = param(
        200_000_000,
        "largest photo that is read",
        group="Input",
        unit="pixels",
        ge=1,
        le=2_000_000_000,
    )
    background: str = param(
        "white", "colour under transparent parts of the photo", group="Input", metavar="COLOUR"
    )

    @model_validator(mode="after")
    def _one_shape(self) -> Shot:
        if differs(self.size, self.aspect):
            raise ValueError(f"size {self.size} is not {self.aspect}; give one of them")
        return self


class Job(BaseModel):
    """Where a shot's results go and how the work behaves: nothing here changes a pixel."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

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
    values = expanded(values)
    known = {**Shot.model_fields, **Job.model_fields}
    unknown = next((key for key in values if key not in known), None)
    if unknown is not None:
        raise InputError(f"{where}no setting is called '{unknown}'{nearest(unknown, list(known))}")
    parts = (
        {key: value for key, value in values.items() if key in model.model_fields}
        for model in (Shot, Job)
    )
    return checked(Shot, next(parts), where), checked(Job, next(parts), where)


def expanded(values: dict[str, Any]) -> dict[str, Any]:
    """Return ``values`` over what their prompt says, and that over what their brand file says.

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


def load_shot_file(path: Path) -> dict[str, Any]:
    """Read a shot file (TOML) into values for ``split``; its keys are those of ``Shot`` and ``Job``.

    Relative paths in it are taken from the file's own folder.

    Raises
    ------
    InputError
        If the file is missing, no TOML, or holds tables.
    """
    values = texts.toml(path, "shot file")
    stays_inside(path, values)
    return {key: beside(path.parent, key, value) for key, value in values.items()}


WRITTEN = ("output", "manifest", "report", "poster", "sidecar")
"""Keys that name files to write."""


def stays_inside(recipe: Path, values: Mapping[str, Any]) -> None:
    """Refuse a shot file or a manifest that would write where nobody said: it may be a stranger's.

    Raises
    ------
    InputError
        If a file it would write lies neither in its own folder nor in the current one.
    """
    homes = (Path.cwd().resolve(), recipe.parent.resolve())
    for key in WRITTEN:
        named = values.get(key)
        for name in named if isinstance(named, list) else [named]:
            if not isinstance(name, str) or name == "-" or "\0" in name:
                continue
            if not any(Path(name).resolve().is_relative_to(home) for home in homes):
                raise InputError(
                    f"{recipe} would write {name}, outside its own folder and the current one; "
                    f"if that is meant, take it out and give --{key} yourself"
                )


def beside(folder: Path, key: str, value: Any) -> Any:
    """Take a relative path in a shot file from the file's own folder."""
    if key in ("photo", "hold", "brand", *brand.FILES) and isinstance(value, str):
        return str(folder / value)
    if key in ("depth", "audio") and isinstance(value, str) and (folder / value).is_file():
        return str(folder / value)
    if key == "camera" and isinstance(value, str) and value.startswith("@"):
        return f"@{folder / value[1:]}"
    if key == "mask" and isinstance(value, list):
        parts = [str(entry).partition("=") for entry in value]
        return [f"{kind}={folder / file}" if file else kind for kind, _, file in parts]
    return value


def dump_shot_file(shot: Shot, photo: str | None = None) -> str:
    """Return ``shot`` as the text of a shot file: each key with its help, defaults commented out.

    Raises
    ------
    InputError
        If a file's name is no text, so that TOML cannot say it.
    """
    import json

    lines = [f"photo = {json.dumps(photo, ensure_ascii=False)}", ""] if photo else []
    written = shot.model_dump(mode="json")
    default = Shot().model_dump(mode="json")
    for name, info in Shot.model_fields.items():
        value = written[name]
        lines.append(f"# {info.description}")
        mark = "" if value != default[name] else "# "
        shown = "" if value is None else json.dumps(value, ensure_ascii=False)
        lines.append(f"{mark}{name} = {shown}".rstrip() if value is not None else f"# {name} =")
    text = "\n".join(lines) + "\n"
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InputError(
            "a shot file cannot name a file whose name is no text; rename it"
        ) from None
    return text
