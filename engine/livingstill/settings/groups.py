"""Every parameter of a shot, declared once: name, type, unit, range, default and help, by what it decides.

The command line, the shot file, the Python API and the reference page are all made from these
declarations. A step of the engine takes the group that it depends on; ``Shot`` is all of them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import model_validator

from livingstill.settings.declare import Group, param
from livingstill.settings.values import (
    LONG_SIDES,
    AnchorName,
    Aspect,
    CameraChoice,
    DepthName,
    Eyes,
    KindAmounts,
    MaskFiles,
    NameList,
    PlaneName,
    Size,
    StereoLayout,
    Strokes,
    TextLine,
    contradicts_aspect,
)
from livingstill.settings.wind import DEFAULT_WIND, WindSetting


class CameraSettings(Group):
    """Where the camera goes, and the shot in words."""

    prompt: str | None = param(
        None,
        "the shot in words, as in 'clouds drift left slowly, keep the water still, push in'; a note "
        "says what was understood; other settings win over it",
        group="Camera",
        metavar="WORDS",
    )
    camera: CameraChoice = param(
        "auto",
        "camera move with its keys, or @FILE with keyframes; see `livingstill moves`",
        group="Camera",
        metavar="NAME[:key=value,...]",
    )


class DepthSettings(Group):
    """Where inverse depth comes from."""

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


class LayerSettings(Group):
    """How many layers the scene has."""

    layers: int | None = param(
        None,
        "layers of the scene; by default as many as the depth needs, 2 to 5 (8 with --quality high)",
        group="Scene",
        ge=1,
        le=8,
    )


class RegionSettings(Group):
    """What moves and what is held: kinds, masks, strokes."""

    motion: NameList = param(
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

    @model_validator(mode="after")
    def _none_alone(self) -> Self:
        if "none" in self.motion and len(self.motion) > 1:
            said = ",".join(self.motion)
            raise ValueError(
                f"motion is {said}; none stands alone, so leave it out or give only it"
            )
        return self


class WindSettings(Group):
    """How much it moves: the one wind, and factors on all motion and on that of each kind."""

    wind: WindSetting = param(
        DEFAULT_WIND,
        "one wind for everything: left/right/up/down or degrees, m/s, gustiness 0..1",
        group="Motion",
        metavar="DIR[,SPEED[,GUST]]",
    )
    amount: float = param(
        1.0, "scales all motion: 0 = still, 2 = twice", group="Motion", ge=0, le=4
    )
    amount_of: KindAmounts = param(
        (),
        "scales the motion of one kind, beside --amount: 0 = still, 2 = twice; repeatable",
        group="Motion",
        metavar="KIND=X",
    )


class SeedSettings(Group):
    """The seed of every random choice."""

    seed: int = param(
        0,
        "another number gives other random motion; the same one always the same frames",
        group="Motion",
        ge=0,
        le=2**32 - 1,
    )


class FilterSettings(Group):
    """The temporal filter."""

    smooth: float = param(
        1.0,
        "calms flicker between frames: strength of the temporal filter, 0 = off",
        group="Motion",
        ge=0,
        le=4,
    )


class TimeSettings(Group):
    """Length, frame rate, and how the end meets the start."""

    duration: float = param(5.0, "length of the clip", group="Time", unit="seconds", ge=0.1, le=600)
    fps: float = param(30.0, "frames per second", group="Time", unit="per second", ge=1, le=120)
    loop: Literal["seamless", "bounce", "none", "hold"] = param(
        "seamless",
        "how the end meets the start: seamless = runs on, bounce = there and back, hold = rests at the "
        "end, none = plays once",
        group="Time",
    )


class FrameSettings(Group):
    """Size and shape of the frame, and how the photo fills it."""

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
    stereo: StereoLayout = param(
        None,
        "both eyes' views in one picture: side by side, the same squeezed to half their width, one above "
        "the other, an anaglyph for red-cyan glasses, or a quilt of 8x6 views for a Looking Glass; "
        "size is that of one view; .png and .jpg are one picture",
        group="Stereo",
        metavar="sbs|half-sbs|top-bottom|anaglyph|quilt[:COLUMNSxROWS]",
    )

    @model_validator(mode="after")
    def _one_shape(self) -> Self:
        if contradicts_aspect(self.size, self.aspect):
            raise ValueError(f"size {self.size} is not {self.aspect}; give one of them")
        return self


class StereoSettings(Group):
    """The eyes of a stereo picture."""

    eyes: Eyes = param(
        None,
        "how far apart the views show the nearest and the farthest thing: percent of the width, or mm "
        "on a screen of a width; by default 2%, and 6% from end to end of a quilt",
        group="Stereo",
        metavar="N%|MMmm@WIDTHmm",
    )
    converge: PlaneName = param(
        "auto",
        "inverse depth in the plane of the screen, 0 far to 1 near, which a page keeps in place; nearer "
        "things stand before it; auto = the subject, and what the sides of the frame cut off stays "
        "behind them",
        group="Stereo",
        metavar="auto|0..1",
    )


class PageSettings(Group):
    """How a page moves, and what it says."""

    page_parallax: float = param(
        3.0,
        "how far near and far things pass each other from one side of a page (-o lake.html) to the other",
        group="Page",
        unit="percent of the width",
        ge=0,
        le=8,
    )
    alt_text: TextLine = param(
        None,
        "what a page says to those who do not see it; by default the photo's name and what moves",
        group="Page",
        metavar="TEXT",
    )


class SamplingSettings(Group):
    """Sampler and supersampling."""

    quality: Literal["draft", "standard", "high"] = param(
        "standard",
        "how finely frames are sampled and encoded; draft is quick, high is slow",
        group="Output",
    )


class QualitySettings(SamplingSettings):
    """Sampler, supersampling, motion blur."""

    shutter: float = param(
        180.0,
        "motion blur of --quality high: how long the shutter is open in each frame; 0 = none",
        group="Output",
        unit="degrees",
        ge=0,
        le=360,
    )


class EncodingSettings(Group):
    """How the file is encoded."""

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
        "largest file, as in 2MB: the best quality that fits, found by search; quality goes before "
        "frames do",
        group="Output",
        metavar="SIZE",
    )
    preset: str | None = param(
        None,
        "settings for a purpose or a platform, as in calm or whatsapp-sticker; others win over them",
        group="Output",
        metavar="NAME",
    )
    alpha: str | None = param(
        None,
        "transparent but for these: kinds that move, moving, or layer:N (1 = in front)",
        group="Output",
        metavar="KIND|layer:N[,...]",
    )


class SoundSettings(Group):
    """Sound of the clip."""

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


class FinishSettings(Group):
    """Titles, cards, logo and grade, laid over rendered frames."""

    title: TextLine = param(None, "a title over the clip", group="Finishing", metavar="TEXT")
    subtitle: TextLine = param(
        None, "a smaller line below the title", group="Finishing", metavar="TEXT"
    )
    price: TextLine = param(
        None, "price on the card of a listing", group="Finishing", metavar="TEXT"
    )
    address: TextLine = param(
        None, "address on the card of a listing", group="Finishing", metavar="TEXT"
    )
    details: TextLine = param(
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
    title_place: Literal["auto", AnchorName] = param(
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
    title_depth: DepthName = param(
        "front",
        "front = before everything; an inverse depth, 0 far to 1 near = nearer things pass before "
        "the title; auto = as many as leave it readable",
        group="Finishing",
        metavar="front|auto|0..1",
    )
    card_place: AnchorName = param(
        "bottom-left", "where the card of a listing is", group="Finishing"
    )
    card_colour: str = param(
        "#14181d", "colour of the card's plate", group="Finishing", metavar="COLOUR"
    )
    accent: str | None = param(
        None, "colour of a bar at the card's left edge", group="Finishing", metavar="COLOUR"
    )
    logo: Path | None = param(
        None, "picture with transparency to lay over the clip", group="Finishing", metavar="FILE"
    )
    logo_place: AnchorName = param(
        "top-right", "where the logo is, in the safe area", group="Finishing"
    )
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
    midtones: float = param(
        0.0,
        "brightness of shadows and middle tones, in linear light; white stays white, so no window is "
        "blown",
        group="Finishing",
        unit="stops",
        ge=-3,
        le=3,
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


class InputSettings(Group):
    """How the photo is read."""

    max_pixels: int = param(
        200_000_000,
        "largest photo that is read",
        group="Input",
        unit="pixels",
        ge=1,
        le=2_000_000_000,
    )
    upright: bool = param(
        False,
        "make the photo's verticals vertical, where it has clear ones; a note says what is cropped, and "
        "masks, strokes and depth files are of the corrected photo",
        group="Input",
    )
    background: str = param(
        "white", "colour under transparent parts of the photo", group="Input", metavar="COLOUR"
    )
