"""Which layers of a scene pass before a picture that stands in it."""

from __future__ import annotations

import cv2
import numpy as np

from livingstill.model import Floats, Scene, Words
from livingstill.render.frames import Card
from livingstill.render.view import Window

AUTO = "auto"
_MOST_HIDDEN, _MOST_OF_A_LINE, _LEAST_HIDDEN = 0.35, 0.5, 0.01


def stand(
    scene: Scene,
    window: Window,
    size: tuple[int, int],
    rgba: Words,
    place: tuple[int, int],
    depth: str,
) -> tuple[Card, str]:
    """Return a picture as a card in the scene, and what the user should know of it.

    ``rgba`` is (h, w) uint32, premultiplied, its first pixel at ``place`` (left, top) of a frame
    of ``size``. ``depth`` is an inverse depth, 0..1, and nearer layers pass before the card; or
    auto, for as many layers as cover at most 35 % of it, and half of any of its lines.
    """
    hidden, lines = covered(scene, window, size, rgba, place)
    count = len(scene.layers)
    if depth == AUTO:
        fitting = [
            k for k in range(count) if hidden[k] <= _MOST_HIDDEN and lines[k] <= _MOST_OF_A_LINE
        ]
        behind = max(fitting, key=lambda k: hidden[k])
        if hidden[behind] < _LEAST_HIDDEN:
            behind = 0
    else:
        nearer = [_typical(layer.colour, layer.inverse_depth) for layer in scene.layers[:-1]]
        behind = sum(near > float(depth) for near in nearer)
    card = Card(rgba, *place, behind)
    if not behind:
        return card, "the title stands before everything; nothing nearer crosses it"
    layers = "layer passes" if behind == 1 else "layers pass"
    much = "; choose a larger --title-depth or another place" if hidden[behind] > 0.5 else ""
    return card, f"{behind} {layers} before the title and cover {hidden[behind]:.0%} of it{much}"


def covered(
    scene: Scene, window: Window, size: tuple[int, int], rgba: Words, place: tuple[int, int]
) -> tuple[list[float], list[float]]:
    """Return what share of a card its first 0, 1, 2, ... layers cover at rest, and of its rows.

    The second list is of the row that is covered most, of those with at least a little ink.
    """
    (left, top), (height, width) = place, rgba.shape
    ink = (rgba >> 24 > 200).astype(np.float32)
    x = window.x + window.scale * (left - (size[0] - 1) / 2)
    y = window.y + window.scale * (top - (size[1] - 1) / 2)
    look = np.array([[window.scale, 0, x], [0, window.scale, y]])
    clear = np.ones((height, width), np.float32)
    rows = ink.sum(axis=1)
    full = rows > 0.1 * rows.max()
    shares, lines = [], []
    for layer in scene.layers:
        left_over = (ink * clear).sum(axis=1)
        shares.append(float(1 - left_over.sum() / max(float(rows.sum()), 1)))
        lines.append(float((1 - left_over[full] / rows[full]).max(initial=0)))
        alpha = (layer.colour >> 24).astype(np.float32) / np.float32(255)
        clear *= 1 - cv2.warpAffine(
            alpha,
            look,
            (width, height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
    return shares, lines


def _typical(colour: Words, inverse_depth: Floats) -> float:
    """Return the median inverse depth of what a layer shows."""
    shown = inverse_depth[(colour >> 24) > 127]
    return float(np.median(shown)) if shown.size else 1.0
