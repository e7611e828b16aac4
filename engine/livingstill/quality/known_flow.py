"""Exact figures for clips we render ourselves, whose flow, masks and rest frame are known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, Flow, UInt8Array

HELP = {
    "exact_seam": "step over the loop's seam, in median steps; bar 0.90 to 1.10",
    "exact_loop_gap": "largest change of a byte between frame 0 and frame N; bar 0",
    "exact_leak": "largest change far outside every mask (12 pixels of a frame 960 wide), camera static; bar 0",
    "exact_warp_error": "mean squared residual along our own flow, unoccluded pixels (Lai 2018)",
    "exact_border": "pixels whose source lies outside the photo, most of any frame; bar 0",
    "exact_holes": "pixels that no layer covers, most of any frame; bar 0",
    "exact_uncovered": "share of the frame that shows what was filled in, most of any frame",
    "exact_colour_drift": "change of a layer's mean Lab against the photo, that of what moves over the clip; bar 0.5 of 255",
    "exact_line_bend": "bending of the photo's straight line that bends most, pixels; bar 1",
    "exact_camera_step": "largest second difference of the camera's track, pixels; bar 0.1",
    "exact_rest_psnr": "rest frame against the photo, decibels; bar 42",
    "exact_rest_off": "share of its pixels off by more than a level; bar 0.02",
    "exact_gradient": "largest gradient of a displacement",
    "exact_folded": "share of the picture whose displacement folds; bar 0",
    "exact_stretched": "share of it that is drawn out more than twice",
    "sharpness": "fine detail of a region as a share of the photo's; bar 0.90 to 1.15",
    "sharpness_least": "the same, its least over the loop",
    "sharpness_most": "the same, its most",
    "luminance": "standard deviation over time of a region's mean luminance, levels; bar 0.6",
    "contrast": "variation over time of a region's local contrast; bar 0.025",
    "change": "variation of a region's frame differences; bar 0.05, gusts 0.35",
    "self_repeat": "largest self-likeness of a region within the loop; bar 0.35",
}
"""Each figure's meaning and limit. Those of a region are named ``<kind>.<figure>``."""


@dataclass(frozen=True, slots=True)
class Fold:
    """The deformation of a displacement field.

    ``gradient`` is the largest singular value of grad D; ``determinant`` the least of
    det(I + grad D), 0 or less where the picture folds; ``stretched`` the share of it that is
    drawn out more than twice, ``folded`` the share that folds. Samples that hardly show (a gain
    below a quarter) do not count.
    """

    gradient: float
    determinant: float
    stretched: float
    folded: float = 0.0


def measure_fold(flow: Flow) -> Fold:
    """Return the deformation of a flow's samples by finite differences on their own grid."""
    gradient, min_determinant, stretched, folded = 0.0, np.inf, 0.0, 0.0
    for field, gain in ((flow.first, flow.first_gain), (flow.second, flow.second_gain)):
        if field is None or min(field.shape[:2]) < 2:
            continue
        across = (field[:-1, 1:] - field[:-1, :-1]) / flow.step
        down = (field[1:, :-1] - field[:-1, :-1]) / flow.step
        a, b = across[..., 0], down[..., 0]
        c, d = across[..., 1], down[..., 1]
        # singular values of a 2x2 matrix, in closed form
        size = np.hypot(a + d, c - b) / 2 + np.hypot(a - d, c + b) / 2
        determinant = (1 + a) * (1 + d) - b * c
        if gain is not None:  # an invisible sample folds nothing
            visible = gain[:-1, :-1] > 0.25
            if not visible.any():
                continue
            size, determinant = size[visible], determinant[visible]
        gradient = max(gradient, float(size.max()))
        min_determinant = min(min_determinant, float(determinant.min()))
        cells = (field.shape[0] - 1) * (field.shape[1] - 1)
        stretched = max(stretched, float((np.abs(determinant) < 0.5).sum()) / cells)
        folded = max(folded, float((determinant <= 0).sum()) / cells)
    return Fold(
        gradient, min_determinant if np.isfinite(min_determinant) else 1.0, stretched, folded
    )


def distinct_flows(flows: Iterable[Flow | None]) -> list[Flow]:
    """Return the flows of layers, each once: layers that move alike share one object."""
    unique: list[Flow] = []
    for flow in flows:
        if flow is not None and not any(flow is other for other in unique):
            unique.append(flow)
    return unique


def folded_cells(flow: Flow) -> NDArray[np.bool_]:
    """Return (h - 1, w - 1) bool: cells of a flow's grid in which a sample that shows folds."""
    cells = np.zeros((flow.first.shape[0] - 1, flow.first.shape[1] - 1), bool)
    for field, gain in ((flow.first, flow.first_gain), (flow.second, flow.second_gain)):
        if field is None or not cells.size:
            continue
        across = (field[:-1, 1:] - field[:-1, :-1]) / flow.step
        down = (field[1:, :-1] - field[:-1, :-1]) / flow.step
        turned = (1 + across[..., 0]) * (1 + down[..., 1]) <= down[..., 0] * across[..., 1]
        cells |= turned if gain is None else turned & (gain[:-1, :-1] > 0.25)
    return cells


def leak_distance(width: float) -> float:
    """Return how many pixels outside every mask nothing may change, of a scene so many pixels wide.

    Motion fades out beside its region over a share of the width, and over whole nodes of its flow.

    >>> leak_distance(640), leak_distance(3840)
    (12.0, 48.0)
    """
    return 12.0 * max(1.0, width / 960)


def max_leak(
    frame: UInt8Array, rest_frame: UInt8Array, masks: UInt8Array, distance: float = 12.0
) -> int:
    """Return the largest change of a byte further than ``distance`` pixels from every mask.

    ``frame`` and ``rest_frame`` are (H, W, 3) uint8 under one static camera; ``masks`` (H, W)
    uint8, the union of all that may move, non-zero = may.
    """
    far = beyond_distance(masks, distance)
    return int(cv2.absdiff(frame, rest_frame)[far].max()) if far.any() else 0


def beyond_distance(masks: UInt8Array, distance: float) -> NDArray[np.bool_]:
    """Return (H, W) bool: further than ``distance`` pixels from any non-zero pixel of ``masks``."""
    if not masks.any():
        return np.ones(masks.shape, bool)
    return np.asarray(cv2.distanceTransform((masks == 0).view(np.uint8), cv2.DIST_L2, 5) > distance)


def warp_error(
    first: UInt8Array, second: UInt8Array, flow: Float32Array, visible: UInt8Array
) -> float:
    """Return the mean over seen pixels of (second(x + flow(x)) - first(x))^2, colours in [0, 1].

    Lai et al., 2018, with our own flow: ``flow`` is (H, W, 2) float32 (dx, dy) pixels from the
    first frame to the second, ``visible`` (H, W) uint8, 0 = occluded.
    """
    height, width = flow.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    warped = cv2.remap(
        second,
        x + flow[..., 0],
        y + flow[..., 1],
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    residual = cv2.absdiff(warped, first)[visible > 0].astype(np.float32) / 255
    return float((residual * residual).mean()) if residual.size else 0.0


def sharpness(frame: UInt8Array, photo: UInt8Array, mask: UInt8Array) -> float:
    """Return the fine detail of a region, as a share of the photo's.

    Detail is the standard deviation of what a Gaussian of 1.5 px takes away.
    """
    inside = mask > 127
    return float(_detail(frame)[inside].std() / max(float(_detail(photo)[inside].std()), 1e-3))


def _detail(picture: UInt8Array) -> Float32Array:
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    out: Float32Array = grey - cv2.GaussianBlur(grey, (0, 0), 1.5)
    return out


def rest_fidelity(frame: UInt8Array, photo: UInt8Array) -> tuple[float, float]:
    """Return PSNR in decibels, and the share of pixels off by more than one level."""
    difference = cv2.absdiff(frame, photo)
    error = float((difference.astype(np.float32) ** 2).mean())
    decibels = 10 * np.log10(255**2 / error) if error else np.inf
    return float(decibels), float((difference.max(-1) > 1).mean())


def outside_share(map_x: Float32Array, map_y: Float32Array, size: tuple[int, int]) -> float:
    """Return the share of pixels whose source lies more than half a pixel outside the photo."""
    width, height = size
    outside_mask = (map_x < -0.5) | (map_y < -0.5) | (map_x > width - 0.5) | (map_y > height - 0.5)
    return float(outside_mask.mean())


def max_acceleration(track: Float32Array) -> float:
    """Return the largest second difference of a (T, 2) camera track, in its pixels."""
    return float(np.hypot(*np.diff(track, 2, axis=0).T).max()) if len(track) > 2 else 0.0


def max_autocorrelation(pixels: Float32Array, fps: float) -> float:
    """Return the largest circular autocorrelation of (T, n) signals, .27 s to half a loop apart.

    1 means that the region repeats itself within the loop.
    """
    lags = range(round(0.27 * fps), len(pixels) // 2 + 1)
    moving = pixels - pixels.mean(0)
    energy = float((moving * moving).sum())
    if energy == 0 or not lags:
        return 0.0
    return max(float((moving * np.roll(moving, lag, 0)).sum()) / energy for lag in lags)
