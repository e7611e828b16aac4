"""Removes stray patches, and classes that are hardly there, from the network's class probabilities."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, Perception
from livingstill.segmentation import sky_mask

MIN_COMPONENT_SHARE = 0.0008
"""Share of the photo below which a connected part of a class is given to its neighbours."""

MIN_SHARE = {"sky": 0.010, "water": 0.015, "foliage": 0.012, "grass": 0.006, "person": 0.003}
"""Share of the photo below which a class counts as absent."""

MIN_CONFIDENCE = {"sky": 0.85, "water": 0.85, "foliage": 0.60, "grass": 0.50, "person": 0.85}
"""The 90th percentile of a class's probability where it wins must reach this, or it is absent."""


def clean_classes(perception: Perception) -> Perception:
    """Return a network's output with its class probabilities cleaned, still in steps of 8 bits."""
    probabilities = perception.probabilities.astype(np.float32) / np.float32(255)
    cleaned = clean_probabilities(probabilities, perception.classes, perception.inverse_depth)
    return replace(perception, probabilities=np.round(cleaned * 255).astype(np.uint8))


def clean_probabilities(
    probabilities: Float32Array, names: tuple[str, ...], inverse_depth: Float32Array
) -> Float32Array:
    """Return class probabilities (C, h, w) float32 whose likeliest classes form no small components.

    Parameters
    ----------
    probabilities : (C, h, w) float32
    names : of the classes; the first is the class of all the rest, and takes what no other may have
    inverse_depth : (h, w) float32 in 0..1, of the same pass
    """
    out = probabilities.copy()
    if "sky" in names:
        sky = names.index("sky")
        seen = np.argmax(out, 0) == sky
        out[sky][sky_mask.near_components(out[sky], seen, inverse_depth)] = 0
    for _ in range(2):
        for i in range(len(names)):
            out[i][_small_components(np.argmax(out, 0) == i)] = 0
    if "sky" in names:
        likeliest = np.argmax(out, 0)
        clouds = sky_mask.enclosed_clouds(likeliest == 0, likeliest == sky, inverse_depth)
        out[:, clouds] = 0
        out[sky, clouds] = 1
    for i, name in enumerate(names[1:], 1):
        where = np.argmax(out, 0) == i
        if where.mean() < max(MIN_SHARE.get(name, 0), 1 / where.size) or (
            float(np.percentile(out[i][where], 90, method="lower")) < MIN_CONFIDENCE.get(name, 0)
        ):
            out[i] = 0  # also where it is second, or it would win what a later class loses
    total = out.sum(0)
    out[0] += total <= 0
    return np.asarray(out / np.where(total > 0, total, np.float32(1)), np.float32)


def _small_components(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return where the connected components of a mask are smaller than ``MIN_COMPONENT_SHARE``."""
    if not mask.any():
        return mask
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    small = stats[:, cv2.CC_STAT_AREA] < MIN_COMPONENT_SHARE * mask.size
    small[0] = False
    return np.asarray(small[labels])
