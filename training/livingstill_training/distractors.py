"""What lettering is to be told from: shapes in the same inks that are no letters, and bare texture."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from livingstill_training.synthetic_text import Picture, Rng, ink_colour, ink_opacity


def draw_shapes(rng: Rng, picture: Picture) -> Picture:
    """Return a picture with shapes in the inks of lettering that are none: bars, rails, leaves, rings."""
    out = picture.copy()
    height, width = out.shape[:2]
    for _ in range(int(rng.integers(1, 6))):
        layer: Any = np.zeros((height, width), np.uint8)
        kind = int(rng.integers(5))
        x, y = int(rng.integers(width)), int(rng.integers(height))
        size = int(np.exp(rng.uniform(np.log(8), np.log(200))))
        thick = -1 if rng.random() < 0.4 else max(1, int(size * rng.uniform(0.03, 0.2)))
        if kind == 0:
            cv2.ellipse(
                layer, (x, y), (size, max(2, int(size * rng.uniform(0.2, 1)))),
                float(rng.uniform(0, 180)), 0, 360, 255, thick, cv2.LINE_AA,
            )  # fmt: skip
        elif kind == 1:
            corner = (x + size, y + max(2, int(size * rng.uniform(0.1, 2))))
            cv2.rectangle(layer, (x, y), corner, 255, thick)
        elif kind == 2:
            points = rng.normal((x, y), size / 2, (int(rng.integers(3, 8)), 2)).astype(np.int32)
            cv2.fillPoly(layer, [points], 255, cv2.LINE_AA)
        elif kind == 3:  # a railing or a pane: bars alike
            step = max(4, int(size * rng.uniform(0.15, 0.6)))
            bar = max(1, int(step * rng.uniform(0.1, 0.5)))
            across = rng.random() < 0.5
            for i in range(int(rng.integers(4, 20))):
                ends = ((x + i * step, y), (x + i * step, y + size))
                if across:
                    ends = ((x, y + i * step), (x + size, y + i * step))
                cv2.line(layer, *ends, 255, bar, cv2.LINE_AA)
        else:  # tiles, windows
            step = max(6, size // 3)
            for j in range(int(rng.integers(2, 8))):
                for i in range(int(rng.integers(2, 8))):
                    at = (x + i * step, y + j * step)
                    cv2.rectangle(layer, at, (at[0] + step // 2, at[1] + step // 2), 255, -1)
        share = layer.astype(np.float32)[..., None] / 255 * np.float32(ink_opacity(rng))
        out = np.rint(out + (ink_colour(rng) - out) * share).astype(np.uint8)
    return out


def draw_texture(rng: Rng, shape: tuple[int, int]) -> Picture:
    """Return (h, w, 3) uint8 noise, stretched: leaves, ripples, clouds and grass without any form."""
    noise = rng.standard_normal((*shape, 3), np.float32)
    across, down = np.exp(rng.uniform(np.log(0.5), np.log(24), 2))
    soft: Any = cv2.GaussianBlur(noise, (0, 0), sigmaX=float(across), sigmaY=float(down))
    mix = rng.uniform(0, 1)
    soft = soft * mix + soft.mean(axis=2, keepdims=True) * (1 - mix)
    levels = rng.uniform(40, 200, 3) + rng.uniform(5, 60) * soft / max(float(soft.std()), 1e-6)
    return np.asarray(np.clip(levels, 0, 255), np.uint8)
