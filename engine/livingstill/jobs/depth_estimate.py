"""Inverse depth of a photo from the source its settings name: a coarse map, made once, at any size."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from livingstill.core.errors import InputError
from livingstill.core.model import Float32Array, InverseDepth, Perception, UInt8Array
from livingstill.core.threads import Result
from livingstill.depth import alignment, depth_file, embedded, models, windows
from livingstill.depth.refine import refine
from livingstill.depth.sources import SOURCES
from livingstill.settings.groups import DepthSettings


@dataclass(frozen=True, slots=True, eq=False)
class CoarseDepth:
    """Inverse depth (h, w) float32 as a source estimates it from the picture of analysis.

    ``straighten`` says whether lines are made straight in it and windows of a room closed.
    """

    values: Float32Array
    source: str
    notes: tuple[str, ...] = ()
    straighten: bool = True


def estimate(
    rgb: UInt8Array, settings: DepthSettings, perception: Result[Perception]
) -> CoarseDepth | None:
    """Return what the source estimates of the picture of analysis (h, w, 3); None for a depth file.

    Raises
    ------
    InputError
        If the source cannot be used, or gives another size than the picture's.
    """
    source = settings.depth
    if source == "embedded":
        return CoarseDepth(embedded.inverse_depth(perception(), rgb), "embedded network")
    if source in SOURCES:
        depth = SOURCES[source](rgb)
        if depth.values.shape != rgb.shape[:2]:
            raise InputError(
                f"depth source {source} gave {depth.values.shape} for a photo of "
                f"{rgb.shape[:2]}; it must be as large as the photo"
            )
        return CoarseDepth(depth.values, depth.source, depth.notes, straighten=False)
    if source in models.MODELS or Path(source).suffix == ".onnx":
        coarse = models.estimate(source, rgb, far_bright=settings.depth_far == "bright")
        return CoarseDepth(coarse, f"network {Path(source).stem}")
    return None


def at_size(
    rgb: UInt8Array,
    coarse: CoarseDepth | None,
    settings: DepthSettings,
    lines: Result[Float32Array],
    is_room: Result[bool],
) -> InverseDepth:
    """Return the inverse depth of a photo at the size of ``rgb`` (H, W, 3), in 16-bit steps.

    Parameters
    ----------
    coarse : what the source estimated; None where ``settings`` name a depth file
    lines, is_room : the photo's straight lines, and whether it shows a room, asked for where depth is
        straightened

    Raises
    ------
    InputError
        If the depth file cannot be used.
    """
    height, width = rgb.shape[:2]
    if coarse is None:
        return depth_file.read_depth(
            settings.depth, (width, height), settings.depth_far
        ).quantised()
    same = coarse.values.shape == (height, width) and not coarse.straighten
    fine = coarse.values if same else refine(rgb, coarse.values)
    if coarse.straighten:
        fine = straighten(fine, lines(), is_room=is_room())
    return InverseDepth(fine, coarse.source, coarse.notes).quantised()


def straighten(depth: Float32Array, lines: Float32Array, *, is_room: bool) -> Float32Array:
    """Return inverse depth with straight edges straight, and in a room windows in their wall."""
    if is_room:
        depth = windows.close_windows(depth)
    straight = alignment.align_steps(alignment.straighten_lines(depth, lines), lines)
    return np.asarray(straight, np.float32)
