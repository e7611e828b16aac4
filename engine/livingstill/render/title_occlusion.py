"""Depth placement of a title in a scene, from how the layers would occlude it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from livingstill.core.model import Float32Array, PackedRGBA, Scene
from livingstill.imaging import exact
from livingstill.render.frames import Card
from livingstill.render.projection import Window

AUTO = "auto"
_MAX_OCCLUSION, _MAX_LINE_OCCLUSION, _MIN_OCCLUSION = 0.35, 0.5, 0.01
_DEPTH_STEP, _MIN_AT_DEPTH_EDGE = 0.45, 0.8
"""Relative depth difference that counts as a depth edge; smallest share of the occluder's border
on depth edges at which the occlusion does not cut through a surface."""


def place_card(
    scene: Scene,
    window: Window,
    size: tuple[int, int],
    rgba: PackedRGBA,
    place: tuple[int, int],
    depth: str,
) -> tuple[Card, str]:
    """Return a picture as a card between layers of the scene, and a note for the user.

    ``rgba`` is (h, w) uint32, premultiplied, its first pixel at ``place`` (left, top) of a frame
    of ``size``. ``depth`` is an inverse depth, 0..1, and nearer layers pass before the card; or
    auto, for those that end there at a step of depth, so that no surface is cut through, and
    cover at most 35 % of the card and half of any of its lines.
    """
    occlusions = layer_occlusion(scene, window, size, rgba, place)
    if depth == AUTO:
        candidates = [
            k
            for k, occlusion in enumerate(occlusions)
            if occlusion.share <= _MAX_OCCLUSION
            and occlusion.line <= _MAX_LINE_OCCLUSION
            and occlusion.at_depth_edge >= _MIN_AT_DEPTH_EDGE
        ]
        behind = max(candidates, key=lambda k: occlusions[k].share)
        if occlusions[behind].share < _MIN_OCCLUSION:
            behind = 0
    else:
        depths = [_median_depth(layer.colour, layer.inverse_depth) for layer in scene.layers[:-1]]
        nearer_layers = [
            k for k, layer_depth in enumerate(depths, start=1) if layer_depth > float(depth)
        ]
        behind = max(nearer_layers, default=0)  # a layer of its own may stand before nearer ones
    card = Card(rgba, *place, behind)
    if not behind:
        return card, "the title stands before everything; nothing nearer crosses it well"
    layers = "layer passes" if behind == 1 else "layers pass"
    note = f"{behind} {layers} before the title and cover {occlusions[behind].share:.0%} of it"
    if occlusions[behind].share > 0.5:
        note += "; choose a larger --title-depth or another place"
    elif (
        occlusions[behind].share >= _MIN_OCCLUSION
        and occlusions[behind].at_depth_edge < _MIN_AT_DEPTH_EDGE
    ):
        note += " and cut through a surface; try another --title-depth or place"
    return card, note


@dataclass(frozen=True, slots=True)
class CardOcclusion:
    """How the first layers of a scene occlude a card: the occluded share of its opaque pixels, that
    of its most occluded row, and the share of the occluders' border that is at a depth edge."""

    share: float
    line: float
    at_depth_edge: float


def layer_occlusion(
    scene: Scene, window: Window, size: tuple[int, int], rgba: PackedRGBA, place: tuple[int, int]
) -> list[CardOcclusion]:
    """Return how the first 0, 1, 2, ... layers occlude a card with the camera at rest."""
    (left, top), (height, width) = place, rgba.shape
    x = window.x + window.scale * (left - (size[0] - 1) / 2)
    y = window.y + window.scale * (top - (size[1] - 1) / 2)
    xs, ys = x + window.scale * np.arange(width), y + window.scale * np.arange(height)

    def sample_at_card(field: Float32Array) -> Float32Array:
        return exact.sample(field, xs[None], ys[:, None])

    alphas = [
        sample_at_card((layer.colour >> 24).astype(np.float32) / np.float32(255))
        for layer in scene.layers
    ]
    depth = np.zeros((height, width), np.float32)
    for alpha, layer in zip(reversed(alphas), reversed(scene.layers)):
        depth = np.where(alpha > 0.5, sample_at_card(layer.inverse_depth), depth)
    block = np.ones((5, 5), np.uint8)
    nearest = cv2.dilate(depth, block)
    depth_edge = nearest - cv2.erode(depth, block) > _DEPTH_STEP * nearest + 0.01
    ink = (rgba >> 24 > 200).astype(np.float32)
    near_ink = cv2.dilate(ink, block) > 0
    rows = ink.sum(axis=1)
    text_rows = rows > 0.1 * rows.max()
    transmittance = np.ones((height, width), np.float32)
    occlusions = []
    for alpha in alphas:
        visible_ink = (ink * transmittance).sum(axis=1)
        occluded = (transmittance < 0.5).view(np.uint8)
        border = near_ink & (cv2.dilate(occluded, block) != cv2.erode(occluded, block))
        occlusions.append(
            CardOcclusion(
                float(1 - visible_ink.sum() / max(float(rows.sum()), 1)),
                float((1 - visible_ink[text_rows] / rows[text_rows]).max(initial=0)),
                float(depth_edge[border].mean()) if border.any() else 1.0,
            )
        )
        transmittance = transmittance * (1 - alpha)
    return occlusions


def _median_depth(colour: PackedRGBA, inverse_depth: Float32Array) -> float:
    """Return the median inverse depth of a layer's opaque pixels, 1 without any."""
    visible = inverse_depth[(colour >> 24) > 127]
    return float(np.median(visible)) if visible.size else 1.0
