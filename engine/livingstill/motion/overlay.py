"""Vapour drawn over the photo: layers of noise that scroll by whole tiles per loop.

Each octave's tile is as tall as what it travels in the loop, divided by a whole number, so the end
of the loop is its start. Octaves at different speeds billow.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from livingstill.model import Floats
from livingstill.motion.canvas import Canvas
from livingstill.motion.site import STEP, Box, Site


@dataclass(frozen=True, slots=True, eq=False)
class Octave:
    """Noise (p, w) float32 whose first row follows its last, scrolled ``turns`` times per loop."""

    tile: Floats
    turns: int
    share: float


@dataclass(frozen=True, slots=True, eq=False)
class Vapour:
    """Vapour over a box of nodes, opaque to the degree of ``envelope`` (h, w) times its noise.

    ``rise`` (h, w) is each node's height above the source in nodes, along the plume; ``side``
    (h, w) its place across, in 0..1 of the tile's width. ``meander`` holds harmonics, complex
    amplitudes in tile widths and their wave numbers per node of height.
    """

    box: Box
    octaves: tuple[Octave, ...]
    rise: Floats
    side: Floats
    envelope: Floats
    colour: tuple[float, float, float]
    meander: tuple[np.ndarray, np.ndarray, np.ndarray]
    order: int = 3
    alone: bool = False

    def density(self, phase: float) -> Floats:
        """Return the opacity (h, w) float32 at ``phase``."""
        harmonics, sizes, waves = self.meander
        height = np.maximum(self.rise, 0)
        side = self.side.copy()
        reach = height / max(float(height.max()), 1.0)
        for m, size, wave in zip(harmonics, sizes, waves):
            turn = 2 * np.pi * ((m * (phase % 1.0)) % 1.0) + np.angle(size)
            side += (
                np.float32(abs(size)) * reach * np.cos(np.float32(turn) - np.float32(wave) * height)
            )
        total: Floats = np.full(self.rise.shape, 0.35, np.float32)
        for octave in self.octaves:
            rows, columns = octave.tile.shape
            scrolled = np.mod((octave.turns * (phase % 1.0)) % 1.0 * rows - self.rise, rows)
            wrapped = np.concatenate([octave.tile, octave.tile[:1]])
            x = np.asarray(np.clip(side, 0, 1) * (columns - 1), np.float32)
            noise = cv2.remap(wrapped, x, scrolled.astype(np.float32), cv2.INTER_LINEAR)
            total += np.float32(octave.share) * np.asarray(noise, np.float32)
        return np.clip(total, 0, 1) * self.envelope

    def apply(self, phase: float, canvas: Canvas) -> None:
        """Lay the vapour over whatever moves below it."""
        alpha = self.density(phase)
        cut = self.box.slices
        canvas.gain()[cut] *= 1 - alpha
        if canvas.second_gain is not None:
            canvas.second_gain[cut] *= 1 - alpha
        bias = canvas.added()
        bias[cut] *= (1 - alpha)[..., None]
        bias[cut] += alpha[..., None] * np.array(self.colour, np.float32)


def octaves(site: Site, speed: float, width: int) -> tuple[Octave, ...]:
    """Return three octaves of noise that rise at ``speed`` nodes per second and more."""
    out = []
    rng = site.chance("vapour")
    for k, (size, share) in enumerate(((26, 0.5), (13, 0.32), (7, 0.2))):
        size_nodes = max(2.5, size * site.scale * 4 / STEP / 2)
        travel = speed * (1 + 0.45 * k) * site.seconds
        turns = max(1, round(travel / (10 * size_nodes)))
        rows = max(8, round(travel / turns))
        white = rng.standard_normal((rows, width)).astype(np.float32)
        copies = 1 + 2 * int(np.ceil(4 * size_nodes / rows))
        noise = cv2.GaussianBlur(
            np.tile(white, (copies, 1)), (0, 0), sigmaX=size_nodes * 0.55, sigmaY=size_nodes
        )
        middle = noise[(copies // 2) * rows : (copies // 2 + 1) * rows]
        tile = np.asarray(middle / max(float(middle.std()), 1e-6), np.float32)
        out.append(Octave(np.ascontiguousarray(tile), turns, share * 0.5))
    return tuple(out)
