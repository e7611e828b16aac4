"""One record per kind of motion: all that any stage needs to know of it.

A record lives beside the code that animates the kind, ``motion/kinds/<name>.py``, and is imported
when it is looked up. Nothing but that file and its line in ``KINDS`` names the kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint
from pkgutil import resolve_name
from typing import Any, Literal, NamedTuple

from livingstill.core.errors import InputError
from livingstill.core.registry import Registry

Function = str | Callable[..., Any]
"""A function, or ``"module:name"`` of one that is imported when it is called."""


class SpeedRange(NamedTuple):
    """Speeds that directions ask for, in frame widths per second.

    A brush stroke asks for ``slowest`` to ``fastest`` by its length; a direction in a prompt asks
    for ``prompted``, None where a prompt cannot direct the kind.
    """

    slowest: float = 0.0
    fastest: float = 1.0
    prompted: float | None = None


class QualityBars(NamedTuple):
    """Most that a region may pulse over a loop, each None where it may at will.

    ``luminance`` is the standard deviation of its mean in levels, ``contrast`` and ``change`` the
    coefficients of variation of its mean contrast and of its change from frame to frame. Defaults
    are 2.5 times what clean renders reach on the guard's coarse grid, where the few pixels of a
    small region do not average out.
    """

    luminance: float | None = 0.6
    contrast: float | None = 0.05
    change: float | None = 0.25


STEADY = QualityBars()
GUSTY = QualityBars(change=0.5)
"""Bars of what sways in gusts, which come and go."""

FLICKERING = QualityBars(None, None, None)
"""Bars of what flickers by nature."""

ANY_SPEED = SpeedRange()


@dataclass(frozen=True, slots=True, eq=False)
class MotionKind:
    """A kind of motion.

    Parameters
    ----------
    name : as in ``--motion``
    help : one line
    build : the function from a ``motion.context.MotionContext`` to a tuple of effects
        (``motion.canvas.Effect``) that animate a region
    nouns, verbs : words of a prompt that mean it, in lower case and base form; verbs do not name it
        alone, and are what it can be asked to do
    nouns_with_verb : nouns of another kind that mean this one too when they do what this one does,
        as water that flows
    classes : the network's classes that its regions are of, by which one knows how sure they are;
        none where its detector looks for something else
    min_confidence : mean probability of those classes, 0..1, from which on a part of a region moves
        without being named; what moves wrongly is worse in some kinds than in others
    colour : R, G, B of its regions in the overlay
    found_by : ``auto``: ``--motion auto`` looks for it; ``named``: it is looked for when it is
        named; ``mask``: it moves where a mask or a stroke says
    detector : the function from a ``segmentation.evidence.Evidence`` to the mask (H, W) uint8 of
        the kind, or None; none where only masks say
    rigid : the function from the evidence and a found mask (H, W) float32 in 0..1 to what of it
        stands still, (H, W) float32 in 0..1; none where nothing does
    direction : the function from a mask (h, w) bool, the photo (H, W, 3) uint8 and its inverse
        depth (H, W) float32 to velocities (h, w, 2) float32 in frame widths per second that the
        kind has without strokes; none where it has none
    textured : has fine detail wherever it is in focus; what is found without any is left still
    overrides_classes : wins over what the network's classes say of a place, people included
    min_share : share of the picture from which on a region that was found moves
    drawn_as : the kind that a stroke of this one draws where the photo shows none yet
    layer : ``front``: cut out onto a layer in front of the scene; ``background``: continued behind
        all else on a last layer of its own; None: moves with the layers that show it
    speeds : see ``SpeedRange``
    sounds : weight of each bed of sound that suits it
    quality_bars : see ``QualityBars``
    lights_surroundings : its light falls far beyond its region
    wind_driven : the wind moves it, so that it follows a wind that changes over the clip
    kernels : modules of ``kernels`` that its effects call besides ``spectral``, so that they are
        compiled while the scene is built
    """

    name: str
    help: str
    build: Function
    nouns: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
    nouns_with_verb: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    min_confidence: float = 0.65
    colour: tuple[int, int, int] = (255, 0, 255)
    found_by: Literal["auto", "named", "mask"] = "mask"
    detector: Function | None = None
    rigid: Function | None = None
    direction: Function | None = None
    textured: bool = True
    overrides_classes: bool = False
    min_share: float = 0.012
    drawn_as: str | None = None
    layer: Literal["front", "background"] | None = None
    speeds: SpeedRange = ANY_SPEED
    sounds: Mapping[str, float] = field(default_factory=dict)
    quality_bars: QualityBars = STEADY
    lights_surroundings: bool = False
    wind_driven: bool = False
    kernels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.found_by != "mask" and self.detector is None:
            raise InputError(
                f"motion kind {self.name} is found by '{self.found_by}' but has no detector; "
                "give one, or found_by='mask'"
            )
        if not 0 <= self.speeds.slowest <= self.speeds.fastest:
            raise InputError(
                f"motion kind {self.name} has speeds {self.speeds.slowest:g} to "
                f"{self.speeds.fastest:g}; they must rise from 0"
            )


def resolve(function: Function) -> Callable[..., Any]:
    """Return a function that a record names, imported if need be.

    >>> resolve("math:hypot")(3, 4)
    5.0
    """
    found: Callable[..., Any] = resolve_name(function) if isinstance(function, str) else function
    return found


_GROUP = "livingstill.kinds"
_NAMES = (
    "water",
    "flow",
    "cloud",
    "foliage",
    "grass",
    "flag",
    "cloth",
    "hair",
    "steam",
    "smoke",
    "fire",
    "glint",
    "twinkle",
    "reflection",
)
"""Every kind of ours, a line each, in the order in which regions are listed and built."""

KINDS: Registry[MotionKind] = Registry(
    "motion kind",
    _GROUP,
    {n: EntryPoint(n, f"livingstill.motion.kinds.{n}:KIND", _GROUP) for n in _NAMES},
)
