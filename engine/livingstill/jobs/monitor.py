"""Amounts of motion lowered until a small trial of the loop neither folds nor pulses, and the
masks by which figures are taken while frames are rendered."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Motion, Pose, Region, Scene, UInt8Array
from livingstill.imaging import exact
from livingstill.quality import known_flow, stream
from livingstill.render.frames import Renderer, Window

FOLDED = 0.05
"""Share of a region that may fold: bent mirrors and ends of streams do, in spots nobody sees."""

_PHASES = 8
_TRIES = 4
_LESS = 0.7
_WIDE = 240
"""Width of the frames that a trial looks at."""

_WAVER = 1.5
"""How much more a mean may vary in a trial, which takes single pixels of many: textures that pass by
make it waver up to 1.7 times as much as the full frame's."""

_SEEN = {"fold": "fold over itself", "pulse": "pulse in brightness"}
"""What is seen of a fault."""

Excess = dict[str, tuple[str, float]]
"""Per kind what it does, and how many times its bar that is: only what is beyond a bar."""


def limit_amounts(
    make: Callable[[Mapping[str, float]], Motion], regions: tuple[Region, ...], scene: Scene
) -> tuple[Motion, str]:
    """Return the motion with each kind as large as asked for, or lowered where it faults; and a note.

    ``make`` gives the motion with a part of the amount per kind. A kind that folds or
    pulses in a small trial of the loop is lowered by itself until it does not; if lowering does not
    help it keeps its amount, and the note says so.
    """
    less = {region.kind: 1.0 for region in regions}
    trial = Trial(scene, regions)
    motion = make(less)
    first = excess = trial.measure(motion)
    for _ in range(_TRIES):
        if not excess:
            break
        less = {kind: part * (_LESS if kind in excess else 1) for kind, part in less.items()}
        motion = make(less)
        excess = trial.measure(motion)
    if excess:  # for another reason: they get back what was taken
        less |= dict.fromkeys(excess, 1.0)
        motion = make(less)
    notes = [
        f"{kind} moves {less[kind]:.0%} as much as asked for, so that it does not {_SEEN[what]}"
        if less[kind] < 1
        else f"{kind} may {_SEEN[what]}; lower --amount or choose another --seed"
        for kind, (what, _) in first.items()
    ]
    return motion, "; ".join(notes)


class Trial:
    """A few small frames of a loop under a camera that stands, to see how each kind behaves."""

    def __init__(self, scene: Scene, regions: tuple[Region, ...]) -> None:
        self.scene, self.regions = scene, regions
        width, height = scene.size
        self.stride = max(1, round(width / _WIDE))
        self.size = (max(2, width // self.stride), max(2, height // self.stride))
        middle = self.stride * np.array([(n - 1) / 2 for n in self.size])
        self.window = Window(float(middle[0]), float(middle[1]), float(self.stride))

    def measure(self, motion: Motion) -> Excess:
        """Return what is beyond a bar."""
        renderer = Renderer(self.scene, self.window, self.size, "draft")
        figures = stream.StreamFigures(
            masks_in_frame(self.regions, self.window, self.size),
            static=False,
            grid=(1, 1),
        )
        cells: NDArray[np.bool_] | None = None
        for index in range(_PHASES):
            flows = motion.at(index / _PHASES)
            figures.feed(renderer.frame(Pose(), flows))
            for flow in known_flow.distinct(flows):
                folded = known_flow.folded(flow)
                cells = folded if cells is None else cells | folded
        found: Excess = {}
        if cells is not None and cells.any():
            found = {k: ("fold", share / FOLDED) for k, share in self._shares(cells).items()}
        for name, value in figures.figures().items():
            kind, _, what = name.rpartition(".")
            bar = stream.pulsing_bar(kind, what) if kind and what != "change" else None
            if bar is not None:
                ratio = value / (bar * (_WAVER if what == "luminance" else 1))
                if ratio > found.get(kind, ("", 0.0))[1]:
                    found[kind] = ("pulse", ratio)
        return {kind: fault for kind, fault in found.items() if fault[1] > 1}

    def _shares(self, cells: NDArray[np.bool_]) -> dict[str, float]:
        """Return the folded share of each kind's region; a cell counts for what moves it most."""
        size = (cells.shape[1], cells.shape[0])
        masks = [exact.resize_area(r.mask, size) for r in self.regions]
        stack = np.stack(masks).astype(np.uint8)
        owner = stack.argmax(0)
        shares: dict[str, float] = {}
        for index, region in enumerate(self.regions):
            area = max(1, int((stack[index] > 127).sum()))
            share = float((cells & (owner == index)).sum()) / area
            shares[region.kind] = max(share, shares.get(region.kind, 0.0))
        return shares


def stream_figures(
    regions: tuple[Region, ...], window: Window, size: tuple[int, int], static: bool
) -> stream.StreamFigures:
    """Return figures over frames of ``size``; regions are known only while the camera stands."""
    return stream.StreamFigures(
        masks_in_frame(regions if static else (), window, size), static=static
    )


def masks_in_frame(
    regions: tuple[Region, ...], window: Window, size: tuple[int, int]
) -> dict[str, UInt8Array]:
    """Return where each kind is in a frame at rest."""
    kinds: dict[str, UInt8Array] = {}
    for region in regions:
        mask = _in_frame(region.mask, window, size)
        before = kinds.get(region.kind)
        kinds[region.kind] = mask if before is None else np.maximum(before, mask)
    return kinds


def _in_frame(mask: UInt8Array, window: Window, size: tuple[int, int]) -> UInt8Array:
    """Return a mask of the scene as a frame at rest shows it."""
    width, height = size
    left = window.x - window.scale * (width - 1) / 2
    top = window.y - window.scale * (height - 1) / 2
    matrix = np.array([[window.scale, 0, left], [0, window.scale, top]])
    shown = cv2.warpAffine(mask, matrix, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    return np.asarray(shown, np.uint8)
