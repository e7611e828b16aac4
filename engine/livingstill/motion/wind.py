"""The one wind of a scene: its direction, its gusts and the lag with which they arrive."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from livingstill.model import Floats
from livingstill.motion import chance
from livingstill.settings import Wind


@dataclass(frozen=True, slots=True)
class Breeze:
    """Wind in the picture, for one loop of ``seconds``.

    ``x``, ``y`` are the unit vector it blows along (y down), ``speed`` is in m/s, ``gust`` in
    0..1. A gust front crosses the picture at ``front`` frame widths per second, for every kind of
    motion alike, so that it is seen to pass from grass to tree to water.
    """

    x: float
    y: float
    speed: float
    gust: float
    seconds: float
    seed: int

    @property
    def front(self) -> float:
        """Frame widths per second of a gust front: it crosses in two seconds in a fresh wind."""
        return min(max(0.17 * self.speed, 0.3), 0.9)

    def lag(self, shape: tuple[int, int], step: float, top: float = 0, left: float = 0) -> Floats:
        """Return (h, w) float32: seconds until a front that enters now arrives at each node.

        ``step``, ``top`` and ``left`` are in frame widths: the node spacing and the first node.
        """
        y = np.arange(shape[0], dtype=np.float32)[:, None] * np.float32(step) + np.float32(top)
        x = np.arange(shape[1], dtype=np.float32)[None] * np.float32(step) + np.float32(left)
        return ((x * np.float32(self.x) + y * np.float32(self.y)) / self.front).astype(np.float32)

    def gusts(self) -> tuple[np.ndarray, np.ndarray]:
        """Return harmonics (M,) and complex amplitudes (M,) of the gusts: rms ``gust``.

        Amplitudes fall with the cube root of the frequency, as in the boundary layer (Davenport,
        1961). Periods lie between 1 and 12 seconds.
        """
        harmonics = choose(self.seconds, 0.08, 1.0, 6, chance.generator(self.seed, "gust", 0))
        rng = chance.generator(self.seed, "gust", 1)
        size = harmonics ** (-1 / 3.0)
        size = self.gust * size / math.sqrt(float((size**2).sum()) / 2)
        return harmonics, size * np.exp(2j * np.pi * rng.random(len(harmonics)))


def breeze(wind: Wind, seconds: float, seed: int) -> Breeze:
    """Return ``wind`` as it blows through a loop of ``seconds``."""
    angle = math.radians(wind.direction)
    return Breeze(math.cos(angle), -math.sin(angle), wind.speed, wind.gust, seconds, seed)


def choose(
    seconds: float, lowest: float, highest: float, most: int, rng: np.random.Generator
) -> np.ndarray:
    """Return up to ``most`` harmonics (M,) of 1/``seconds`` between two frequencies in Hz.

    All of them if they are few; else one at random of each of ``most`` equal classes, so that a
    long loop costs no more than a short one and does not repeat within itself.
    """
    low = max(1, math.ceil(lowest * seconds))
    high = max(low, math.floor(highest * seconds))
    count = high - low + 1
    if count <= most:
        return np.arange(low, high + 1)
    edges = np.linspace(low, high + 1, most + 1).astype(int)
    return np.array([rng.integers(a, b) for a, b in pairwise(edges)])


def bandwidth(harmonics: np.ndarray, seconds: float) -> np.ndarray:
    """Return (M,) Hz: the width of the band that each chosen harmonic stands for."""
    if len(harmonics) == 1:
        return np.array([1 / seconds])
    return np.asarray(np.gradient(harmonics.astype(float)) / seconds)
