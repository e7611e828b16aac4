"""Every parameter of a reel, for the command and the Python API."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator

from livingstill.settings.declare import Group, param
from livingstill.settings.groups import (
    DepthSettings,
    InputSettings,
    SamplingSettings,
    SeedSettings,
)
from livingstill.settings.values import TextLine

SHORT_SIDES = {"360p": 360, "480p": 480, "720p": 720, "1080p": 1080, "1440p": 1440, "2160p": 2160}
"""Shorter side of the frame, pixels, by the name of a reel's size."""

SHAPES = ("16:9", "9:16", "1:1", "4:5")
"""Shapes that a reel can have."""


def _shapes(value: object) -> object:
    """Split a comma list of shapes, each once; anything that is no text passes through."""
    names = value.split(",") if isinstance(value, str) else value
    if not isinstance(names, (list, tuple)):
        return value
    shapes = tuple(str(name).strip() for name in names)
    if not shapes or any(shape not in SHAPES for shape in shapes) or len({*shapes}) < len(shapes):
        raise ValueError(f"it must be some of {', '.join(SHAPES)}, each once")
    return shapes


Shapes = Annotated[tuple[str, ...], BeforeValidator(_shapes)]


class PlanSettings(Group):
    """Which rooms a reel shows, in what order and how long."""

    duration: float = param(
        60.0, "length of the reel; rooms are chosen to fit", group="Reel", unit="seconds", ge=5, le=600
    )  # fmt: skip
    pace: Literal["calm", "standard", "fast"] = param(
        "standard",
        "how long a room is seen: about 4.6, 3.2 or 2.1 seconds",
        group="Reel",
    )
    order: Literal["auto", "table", "time", "name", "tour"] = param(
        "auto",
        "order of the rooms: the table's, by the time of the photos, by name, or a tour of the house "
        "as names and pictures tell it; auto = the first of these that says it",
        group="Reel",
    )
    duplicates: Literal["drop", "keep"] = param(
        "drop", "what becomes of photos that show the same", group="Reel"
    )
    transition: Literal["dissolve", "cut"] = param(
        "dissolve", "how a room gives way to the next", group="Reel"
    )
    music: Path | None = param(
        None, "recording to cut on the beat of; it ends with the reel", group="Sound", metavar="FILE"
    )  # fmt: skip
    music_start: float = param(
        0.0, "where in the recording the reel begins", group="Sound", unit="seconds", ge=0, le=1e6
    )
    music_fade: float = param(
        2.0, "how long the recording fades out", group="Sound", unit="seconds", ge=0, le=20
    )


class ListingSettings(Group):
    """What the cards of a reel say, and whose they are."""

    title: TextLine = param(None, "headline of the opening card", group="Listing", metavar="TEXT")
    price: TextLine = param(None, "price", group="Listing", metavar="TEXT")
    address: TextLine = param(None, "address", group="Listing", metavar="TEXT")
    facts: TextLine = param(
        None, "facts in a line, as in '3 beds · 2 baths · 140 m²'", group="Listing", metavar="TEXT"
    )
    agent: TextLine = param(None, "name of the agent or agency", group="Branding", metavar="TEXT")
    contact: TextLine = param(
        None, "telephone, mail or both, below the agent", group="Branding", metavar="TEXT"
    )
    link: TextLine = param(
        None, "address that a QR code on the closing card leads to", group="Branding", metavar="URL"
    )
    logo: Path | None = param(
        None, "logo with transparency, on the cards", group="Branding", metavar="FILE"
    )
    watermark: bool = param(
        False, "the logo also small in a corner of every room", group="Branding"
    )
    twins: bool = param(
        True, "beside a branded reel the same one without branding", group="Branding"
    )
    font: Path | None = param(
        None, "font file (.ttf, .otf) of title and price", group="Listing", metavar="FILE"
    )
    subtitle_font: Path | None = param(
        None, "font file of the smaller lines", group="Listing", metavar="FILE"
    )
    accent: str = param(
        "#c8a35f", "colour of the fine lines on the cards", group="Listing", metavar="COLOUR"
    )

    @property
    def branded(self) -> bool:
        """Whether anything on the cards says whose the listing is."""
        return any((self.agent, self.contact, self.link, self.logo))


class ReelSettings(
    InputSettings, SamplingSettings, SeedSettings, DepthSettings, ListingSettings, PlanSettings
):
    """All settings of one reel; nothing in a room moves but the camera."""

    aspect: Shapes = param(
        ("16:9", "9:16", "1:1"),
        "shapes of frame, a reel in each, from one analysis of each photo",
        group="Output",
        metavar="W:H[,W:H...]",
    )
    size: Literal["360p", "480p", "720p", "1080p", "1440p", "2160p"] = param(
        "1080p", "shorter side of the frame", group="Output"
    )
    match_exposure: bool = param(
        False, "bring the middle tones of the rooms inside towards each other", group="Input"
    )
    disclosure: TextLine = param(
        None,
        "a small line over every frame, as in 'Virtual tour made from photographs'",
        group="Output",
        metavar="TEXT",
    )
    fps: float = param(30.0, "frames per second", group="Output", unit="per second", ge=10, le=60)

    def frame(self, aspect: str) -> tuple[int, int]:
        """Return width and height of a shape's frame in pixels, even numbers.

        >>> ReelSettings().frame("9:16"), ReelSettings(size="720p").frame("16:9")
        ((1080, 1920), (1280, 720))
        """
        short = SHORT_SIDES[self.size]
        across, down = map(float, aspect.split(":"))
        scale = short / min(across, down)
        return 2 * round(across * scale / 2), 2 * round(down * scale / 2)
