"""Kinds of fault: appearance, likely cause and remedy, and whether neighbouring frames repair it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FaultKind:
    """A kind of fault.

    ``appearance`` says what is seen, ``cause`` the likely cause and the remedy, both as parts of a
    sentence; ``hue`` is its colour in reports. ``repairable``: bad frames can be rebuilt from
    their neighbours. ``local``: it may spoil a part of a frame and leave the rest sound.
    ``repeats``: a picture stands although time goes on; all other kinds are of the picture itself.
    ``note``: it is said, but is no fault: camera and subject may move on by right.
    """

    name: str
    appearance: str
    cause: str
    hue: str = "#8a8f99"
    repairable: bool = True
    local: bool = False
    repeats: bool = False
    note: bool = False


BLACK = FaultKind(
    "black", "no picture", "a lost or empty frame; rebuild it from its neighbours", "#5b5b6b"
)
FREEZE = FaultKind(
    "freeze",
    "the picture stands still",
    "frames were repeated; render them or cut them out",
    "#7a6ff0",
    repeats=True,
)
DUPLICATE = FaultKind(
    "duplicate",
    "a frame repeats the one before",
    "a frame was lost; rebuild it between its neighbours",
    "#9a8cf5",
    repeats=True,
)
DROP = FaultKind(
    "drop",
    "the motion skips",
    "frames are missing; render again or interpolate between the two",
    "#e4572e",
)
CUT = FaultKind(
    "cut",
    "the scene is cut",
    "two shots in one file; split the clip here",
    "#c2185b",
    repairable=False,
)
FLICKER = FaultKind(
    "flicker",
    "the brightness flickers",
    "exposure or grain changes per frame; raise --smooth, or repair",
    "#e0a100",
)
COLOUR = FaultKind(
    "colour",
    "the colours jump",
    "a tint changes between frames; rebuild these frames",
    "#d7589b",
)
DRIFT = FaultKind(
    "drift",
    "the colours drift over the clip",
    "a generator losing its reference; replace the clip",
    "#2a9d8f",
    repairable=False,
)
SCRAMBLE = FaultKind(
    "scramble",
    "the picture breaks up",
    "a damaged frame; rebuild it from its neighbours",
    "#d62828",
    local=True,
)
MELT = FaultKind(
    "melt",
    "a part of the picture changes shape as no motion would",
    "a warp or generator out of hand; lower --amount there, or repair",
    "#e76f51",
    local=True,
)
MORPH = FaultKind(
    "morph",
    "things change shape from frame to frame as nothing that moves does",
    "a generator that loses what it drew; generate the clip again, or replace it",
    "#c8553d",
    repairable=False,
    local=True,
)
BOIL = FaultKind(
    "boil",
    "textures of solid things change from frame to frame as if they boiled",
    "a generator that draws each frame anew; generate the clip again, or replace it",
    "#a44a3f",
    repairable=False,
    local=True,
)
SWING = FaultKind(
    "swing",
    "the colours of the whole scene swing",
    "a generator losing its reference; generate the clip again, or replace it",
    "#21867a",
    repairable=False,
)
JITTER = FaultKind(
    "jitter",
    "the camera hops",
    "an unstable camera path; render with a smooth move or stabilise",
    "#1d7fbf",
)
BLUR = FaultKind(
    "blur",
    "sharpness dips",
    "a blended or badly coded frame; rebuild it, or raise the quality",
    "#5f8f3e",
)
BORDER = FaultKind(
    "border",
    "the edge of the frame is smeared",
    "the picture does not reach the border; zoom in or move less",
    "#8d6e4a",
    local=True,
)
IDENTITY = FaultKind(
    "identity",
    "it no longer looks like the still",
    "a camera or subject that moved on, or a generator inventing content; look at it",
    "#b23a6f",
    repairable=False,
    note=True,
)
SEAM = FaultKind(
    "seam",
    "the loop jumps where its end meets its start",
    "the last frame is no step before the first; render with --loop seamless",
    "#0f8b8d",
)
LEAK = FaultKind(
    "leak",
    "motion spills outside its region",
    "a mask is too wide or too soft; tighten it with --mask or hold it with --hold",
    local=True,
)
FOLD = FaultKind(
    "fold",
    "the picture folds over itself",
    "the motion changes too fast from place to place; lower --amount",
    local=True,
)
HOLE = FaultKind(
    "hole",
    "the camera looks behind the picture",
    "the move is larger than the scene allows; lower the camera's amount",
)
PULSING = FaultKind(
    "pulsing",
    "a region pulses",
    "its layers do not average out; lower --amount or choose another seed",
)

KINDS = {
    kind.name: kind
    for kind in (
        BLACK, FREEZE, DUPLICATE, DROP, CUT, FLICKER, COLOUR, DRIFT, SCRAMBLE, MELT, MORPH, BOIL,
        SWING, JITTER, BLUR, BORDER, IDENTITY, SEAM, LEAK, FOLD, HOLE, PULSING,
    )
}  # fmt: skip
"""The kinds of our own detectors and of the exact figures, by name."""
