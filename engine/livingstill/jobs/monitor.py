"""Attenuation of motion that folds or pulses in a small trial of the loop, and the region masks
that figures are measured by during a render."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import CameraPath, Motion, Pose, Region, Scene, Timeline, UInt8Array
from livingstill.core.threads import Prefetched
from livingstill.imaging import exact
from livingstill.quality import known_flow, stream
from livingstill.render.frames import Renderer, Window

MAX_FOLDED_SHARE = 0.05
"""Largest folded share of a region: bent mirrors and ends of streams fold in invisible spots."""

_PHASES = 8
_STEPS = 5
"""Places of a clip at which its step is measured."""
_MAX_ATTENUATIONS = 4
_ATTENUATION_STEP = 0.7
_TRIAL_WIDTH = 240
"""Width of a trial's frames, pixels."""

_LUMINANCE_TOLERANCE = 1.5
"""Factor on the luminance limit in a trial, which samples single pixels: passing textures vary its
mean up to 1.7 times as much as the full frame's."""

_FAULT_WORDS = {"fold": "fold over itself", "pulse": "pulse in brightness"}
"""Visible effect of each fault, in words."""

Excess = dict[str, tuple[str, float]]
"""Per kind its fault and the ratio of the figure to its limit, where that is above 1."""


def limit_amounts(
    make: Callable[[Mapping[str, float]], Motion],
    regions: tuple[Region, ...],
    scene: Scene,
    deliver: Callable[[Mapping[str, float]], Motion] | None = None,
) -> tuple[Motion, str]:
    """Return the motion with each kind at its requested amount, or attenuated if it faults; and a note.

    ``make`` gives the motion with a part of the amount per kind. A kind that folds or
    pulses in a small trial of the loop is lowered by itself until it does not; if lowering does not
    help it keeps its amount, and the note says so. ``deliver`` gives the motion that is returned, where
    it is never stronger than the one that is tried.
    """
    attenuation = {region.label: 1.0 for region in regions}
    trial = Trial(scene, regions)
    motion = make(attenuation)
    first = excess = trial.measure(motion)
    for _ in range(_MAX_ATTENUATIONS):
        if not excess:
            break
        attenuation = {
            kind: factor * (_ATTENUATION_STEP if kind in excess else 1)
            for kind, factor in attenuation.items()
        }
        motion = make(attenuation)
        excess = trial.measure(motion)
    if excess:  # attenuation does not help these kinds: restore their amounts
        attenuation |= dict.fromkeys(excess, 1.0)
        motion = make(attenuation)
    if deliver is not None:
        motion = deliver(attenuation)
    notes = [
        f"{kind} moves {attenuation[kind]:.0%} as much as asked for, so that it does not {_FAULT_WORDS[fault]}"
        if attenuation[kind] < 1
        else f"{kind} may {_FAULT_WORDS[fault]}; lower --amount or choose another --seed"
        for kind, (fault, _) in first.items()
    ]
    return motion, "; ".join(notes)


def typical_step(
    scene: Scene,
    window: Window,
    size: tuple[int, int],
    camera: CameraPath,
    motion: Motion | None,
    timeline: Timeline,
) -> float:
    """Return the mean absolute difference of successive frames, levels: the median over the clip, or
    from the last frame of a loop to the first, if that is less as of a camera that eases.

    It is measured on small pictures of single pixels of frames of ``size``, without any filter.
    """
    stride = max(1, round(size[0] / _TRIAL_WIDTH))
    small = (max(2, size[0] // stride), max(2, size[1] // stride))
    coarse = Window(window.x, window.y, window.scale * stride)
    renderer = Renderer(scene, coarse, small, "draft")

    def picture(index: int) -> NDArray[np.int16]:
        flows = motion.at(timeline.phase(index)) if motion else None
        frame = renderer.frame(camera.at(timeline.time(index)), flows)
        return np.ascontiguousarray(frame).view(np.uint8)[:, 1::4].astype(np.int16)

    steps = []
    for part in range(_STEPS):
        index = round((part + 0.5) / _STEPS * timeline.frames)
        steps.append(float(np.abs(picture(index + 1) - picture(index)).mean()))
    at_seam = float(np.abs(picture(timeline.frames - 1) - picture(0)).mean())
    return min(float(np.median(steps)), at_seam)


class Trial:
    """Measures folding and pulsing of each kind on a few small frames of a loop, camera static."""

    def __init__(self, scene: Scene, regions: tuple[Region, ...]) -> None:
        self.scene, self.regions = scene, regions
        width, height = scene.size
        self.stride = max(1, round(width / _TRIAL_WIDTH))
        self.size = (max(2, width // self.stride), max(2, height // self.stride))
        middle = self.stride * np.array([(n - 1) / 2 for n in self.size])
        self.window = Window(float(middle[0]), float(middle[1]), float(self.stride))

    def measure(self, motion: Motion) -> Excess:
        """Return the kinds that exceed a limit under ``motion``."""
        renderer = Renderer(self.scene, self.window, self.size, "draft")
        figures = stream.StreamFigures(
            masks_in_frame(self.regions, self.window, self.size),
            static=False,
            grid=(1, 1),
        )
        cells: NDArray[np.bool_] | None = None
        flows_at = Prefetched(lambda index: motion.at(index / _PHASES), stop=_PHASES)
        for index in range(_PHASES):
            flows = flows_at(index)
            figures.add(renderer.frame(Pose(), flows))
            for flow in known_flow.distinct_flows(flows):
                folded = known_flow.folded_cells(flow)
                cells = folded if cells is None else cells | folded
        excess: Excess = {}
        if cells is not None and cells.any():
            excess = {
                k: ("fold", share / MAX_FOLDED_SHARE) for k, share in self._shares(cells).items()
            }
        for name, value in figures.figures().items():
            kind, _, figure = name.rpartition(".")
            bar = stream.pulsing_limit(kind, figure) if kind and figure != "change" else None
            if bar is not None:
                ratio = value / (bar * (_LUMINANCE_TOLERANCE if figure == "luminance" else 1))
                if ratio > excess.get(kind, ("", 0.0))[1]:
                    excess[kind] = ("pulse", ratio)
        return {kind: fault for kind, fault in excess.items() if fault[1] > 1}

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
            shares[region.label] = max(share, shares.get(region.label, 0.0))
        return shares


def stream_figures(
    regions: tuple[Region, ...], window: Window, size: tuple[int, int], static: bool
) -> stream.StreamFigures:
    """Return figures over frames of ``size``; regions are known only while the camera stands."""
    scene_width = regions[0].mask.shape[1] / window.scale if regions else 0.0
    return stream.StreamFigures(
        masks_in_frame(regions if static else (), window, size),
        static=static,
        distance=known_flow.leak_distance(scene_width),
    )


def masks_in_frame(
    regions: tuple[Region, ...], window: Window, size: tuple[int, int]
) -> dict[str, UInt8Array]:
    """Return the mask of each kind, (h, w) uint8, in a frame of ``size`` at rest."""
    kinds: dict[str, UInt8Array] = {}
    for region in regions:
        mask = _in_frame(region.mask, window, size)
        previous = kinds.get(region.label)
        kinds[region.label] = mask if previous is None else np.maximum(previous, mask)
    return kinds


def _in_frame(mask: UInt8Array, window: Window, size: tuple[int, int]) -> UInt8Array:
    """Return a mask of the scene warped into a frame at rest."""
    width, height = size
    left = window.x - window.scale * (width - 1) / 2
    top = window.y - window.scale * (height - 1) / 2
    matrix = np.array([[window.scale, 0, left], [0, window.scale, top]])
    warped = cv2.warpAffine(mask, matrix, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    return np.asarray(warped, np.uint8)
