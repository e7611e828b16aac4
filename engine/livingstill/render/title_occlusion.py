"""Which layers of a scene pass before a picture that stands in it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from livingstill.core.model import Float32Array, PackedRGBA, Scene
from livingstill.imaging import exact
from livingstill.render.frames import Card
from livingstill.render.projection import Window

AUTO = "auto"
_MOST_HIDDEN, _MOST_OF_A_LINE, _LEAST_HIDDEN = 0.35, 0.5, 0.01
_STEP, _CLEAN = 0.45, 0.8
"""A border of depth is where what is behind is this share farther; and how much of one is enough."""


def stand(
    scene: Scene,
    window: Window,
    size: tuple[int, int],
    rgba: PackedRGBA,
    place: tuple[int, int],
    depth: str,
) -> tuple[Card, str]:
    """Return a picture as a card in the scene, and what the user should know of it.

    ``rgba`` is (h, w) uint32, premultiplied, its first pixel at ``place`` (left, top) of a frame
    of ``size``. ``depth`` is an inverse depth, 0..1, and nearer layers pass before the card; or
    auto, for those that end there at a step of depth, so that no surface is cut through, and
    cover at most 35 % of the card and half of any of its lines.
    """
    found = covered(scene, window, size, rgba, place)
    if depth == AUTO:
        fitting = [
            k
            for k, one in enumerate(found)
            if one.share <= _MOST_HIDDEN and one.line <= _MOST_OF_A_LINE and one.clean >= _CLEAN
        ]
        behind = max(fitting, key=lambda k: found[k].share)
        if found[behind].share < _LEAST_HIDDEN:
            behind = 0
    else:
        nearer = [_typical(layer.colour, layer.inverse_depth) for layer in scene.layers[:-1]]
        passing = [k for k, near in enumerate(nearer, start=1) if near > float(depth)]
        behind = max(passing, default=0)  # a layer of its own may stand before nearer ones
    card = Card(rgba, *place, behind)
    if not behind:
        return card, "the title stands before everything; nothing nearer crosses it well"
    layers = "layer passes" if behind == 1 else "layers pass"
    note = f"{behind} {layers} before the title and cover {found[behind].share:.0%} of it"
    if found[behind].share > 0.5:
        note += "; choose a larger --title-depth or another place"
    elif found[behind].share >= _LEAST_HIDDEN and found[behind].clean < _CLEAN:
        note += " and cut through a surface; try another --title-depth or place"
    return card, note


@dataclass(frozen=True, slots=True)
class Cover:
    """How the first layers of a scene lie over a card: the share of it that they cover, of its row
    that they cover most, and the share of their border on it that is a step of depth."""

    share: float
    line: float
    clean: float


def covered(
    scene: Scene, window: Window, size: tuple[int, int], rgba: PackedRGBA, place: tuple[int, int]
) -> list[Cover]:
    """Return how the first 0, 1, 2, ... layers lie over a card at rest."""
    (left, top), (height, width) = place, rgba.shape
    x = window.x + window.scale * (left - (size[0] - 1) / 2)
    y = window.y + window.scale * (top - (size[1] - 1) / 2)
    xs, ys = x + window.scale * np.arange(width), y + window.scale * np.arange(height)

    def seen(field: Float32Array) -> Float32Array:
        return exact.sample(field, xs[None], ys[:, None])

    alphas = [
        seen((layer.colour >> 24).astype(np.float32) / np.float32(255)) for layer in scene.layers
    ]
    depth = np.zeros((height, width), np.float32)
    for alpha, layer in zip(reversed(alphas), reversed(scene.layers)):
        depth = np.where(alpha > 0.5, seen(layer.inverse_depth), depth)
    block = np.ones((5, 5), np.uint8)
    nearest = cv2.dilate(depth, block)
    step = nearest - cv2.erode(depth, block) > _STEP * nearest + 0.01
    ink = (rgba >> 24 > 200).astype(np.float32)
    near = cv2.dilate(ink, block) > 0
    rows = ink.sum(axis=1)
    full = rows > 0.1 * rows.max()
    clear = np.ones((height, width), np.float32)
    found = []
    for alpha in alphas:
        left_over = (ink * clear).sum(axis=1)
        front = (clear < 0.5).view(np.uint8)
        border = near & (cv2.dilate(front, block) != cv2.erode(front, block))
        found.append(
            Cover(
                float(1 - left_over.sum() / max(float(rows.sum()), 1)),
                float((1 - left_over[full] / rows[full]).max(initial=0)),
                float(step[border].mean()) if border.any() else 1.0,
            )
        )
        clear = clear * (1 - alpha)
    return found


def _typical(colour: PackedRGBA, inverse_depth: Float32Array) -> float:
    """Return the median inverse depth of what a layer shows."""
    shown = inverse_depth[(colour >> 24) > 127]
    return float(np.median(shown)) if shown.size else 1.0
