"""Every setting as a typed keyword, made from the declarations by tools/settings_keys.py."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from typing import Literal, TypedDict

from livingstill.settings.modulation import Modulation
from livingstill.settings.values import MaskFile, MoveSpec, Stroke
from livingstill.settings.wind import Wind


class ShotKeys(TypedDict, total=False):
    """The keys of ``Shot`` as they may be given to ``animate`` and its kin."""

    prompt: str | None
    camera: str | MoveSpec
    depth: str
    depth_far: Literal["auto", "bright", "dark"]
    layers: int | None
    motion: str | Sequence[str]
    mask: Sequence[str | MaskFile]
    brush: Sequence[str | Stroke]
    hold: str | PathLike[str] | None
    hold_faces: bool
    wind: str | Wind
    amount: float
    modulate: Sequence[str | Modulation]
    modulate_attack: float
    modulate_release: float
    modulate_floor: float
    seed: int
    smooth: float
    duration: float
    fps: float
    loop: Literal["seamless", "bounce", "none", "hold"]
    size: str
    aspect: str | None
    fit: Literal["crop", "pad", "blur"]
    max_upscale: float
    stereo: str | None
    eyes: str | None
    converge: str
    page_parallax: float
    alt_text: str | None
    quality: Literal["draft", "standard", "high"]
    shutter: float
    codec: str | None
    crf: float | None
    bitrate: str | None
    budget: str | None
    preset: str | None
    alpha: str | None
    audio: str | None
    audio_start: float
    audio_fade: float
    audio_level: float
    title: str | None
    subtitle: str | None
    price: str | None
    address: str | None
    details: str | None
    font: str | PathLike[str] | None
    subtitle_font: str | PathLike[str] | None
    title_place: Literal["auto", "top-left", "top", "top-right", "left", "centre", "right", "bottom-left", "bottom", "bottom-right"]
    title_size: float
    title_colour: str
    title_shadow: float
    title_fade: float
    title_depth: str
    card_place: Literal["top-left", "top", "top-right", "left", "centre", "right", "bottom-left", "bottom", "bottom-right"]
    card_colour: str
    accent: str | None
    logo: str | PathLike[str] | None
    logo_place: Literal["top-left", "top", "top-right", "left", "centre", "right", "bottom-left", "bottom", "bottom-right"]
    logo_size: float
    logo_opacity: float
    lut: str | PathLike[str] | None
    lut_strength: float
    exposure: float
    midtones: float
    temperature: float
    tint: float
    saturation: float
    vignette: float
    grain: float
    brand: str | PathLike[str] | None
    truth: bool
    certificate: bool
    disclosure: str | None
    disclosure_place: Literal["auto", "top-left", "top", "top-right", "left", "centre", "right", "bottom-left", "bottom", "bottom-right"]
    max_pixels: int
    upright: bool
    background: str
