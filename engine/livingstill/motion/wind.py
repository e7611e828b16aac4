"""The one wind of a scene: its direction, its gusts and the lag with which they arrive."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from livingstill.core.model import Float32Array
from livingstill.motion import noise
from livingstill.settings.wind import Wind


@dataclass(frozen=True, slots=True)
class WindField:
    """The wind over the picture during one loop of ``seconds``.

    ``x``, ``y`` are the unit vector it blows along (y down), ``speed`` is in m/s, ``gust`` the rms
    of its gusts, 0..1. A gust front crosses the picture at ``front_speed`` frame widths per second,
    for every kind of motion alike, so that it passes from grass to tree to water. ``start`` is the
    phase of the wind's loop at which the clip begins.
    """

    x: float
    y: float
    speed: float
    gust: float
    seconds: float
    seed: int
    start: float = 0.0

    @property
    def front_speed(self) -> float:
        """Frame widths per second of a gust front: .3 to .9."""
        return min(max(0.17 * self.speed, 0.3), 0.9)

    def lag(
        self, shape: tuple[int, int], step: float, top: float = 0, left: float = 0
    ) -> Float32Array:
        """Return (h, w) float32, the seconds until a front that enters now arrives at each node.

        ``step``, ``top`` and ``left`` are in frame widths: the node spacing and the first node.
        """
        y = np.arange(shape[0], dtype=np.float32)[:, None] * np.float32(step) + np.float32(top)
        x = np.arange(shape[1], dtype=np.float32)[None] * np.float32(step) + np.float32(left)
        return ((x * np.float32(self.x) + y * np.float32(self.y)) / self.front_speed).astype(
            np.float32
        )

    def gusts(self) -> tuple[np.ndarray, np.ndarray]:
        """Return harmonics (M,) and complex amplitudes (M,) of the gusts: rms ``gust``.

        Amplitudes fall with the cube root of the frequency, as in the boundary layer (Davenport,
        1961). Periods lie between 1 and 12 seconds.
        """
        harmonics = choose_harmonics(
            self.seconds, 0.08, 1.0, 6, noise.generator(self.seed, "gust", 0)
        )
        rng = noise.generator(self.seed, "gust", 1)
        size = harmonics ** (-1 / 3.0)
        size = self.gust * size / math.sqrt(float((size**2).sum()) / 2)
        turns = rng.random(len(harmonics)) + harmonics * self.start
        return harmonics, size * np.exp(2j * np.pi * turns)

    def turns(self, harmonics: np.ndarray) -> np.ndarray:
        """Return the phases (M,) of the wind's ``harmonics``, in turns: the same for all plants."""
        phases = [noise.generator(self.seed, "wind", int(m)).random() for m in harmonics]
        return np.asarray(phases + harmonics * self.start)


def wind_field(wind: Wind, seconds: float, seed: int) -> WindField:
    """Return the field of a wind over a loop of ``seconds``."""
    angle = math.radians(wind.direction)
    field = WindField(math.cos(angle), -math.sin(angle), wind.speed, wind.gust, seconds, seed)
    return over_loop(field, seconds)


def over_loop(field: WindField, seconds: float) -> WindField:
    """Return the wind of ``field`` over a loop of ``seconds``, which begins at a typical instant."""
    field = replace(field, seconds=seconds, start=0.0)
    return replace(field, start=typical_start(field))


def typical_start(field: WindField, instants: int = 120) -> float:
    """Return the phase at which gusts are nowhere in the picture far from their median over time.

    A clip that begins in a gust or a lull steps over its seam faster or slower than elsewhere.
    """
    if field.gust == 0:
        return 0.0
    harmonics, amplitudes = field.gusts()
    lag = (np.linspace(0.1, 0.9, 9) * field.x + 0.3 * field.y) / field.front_speed / field.seconds
    phase = np.arange(instants)[:, None, None] / instants - lag[None, :, None]
    strength = 1 + np.real(amplitudes * np.exp(2j * np.pi * phase * harmonics)).sum(2)
    median = np.maximum(np.median(strength, axis=0), 0.05)
    deviation = np.abs(np.log(np.maximum(strength, 0.05) / median)).max(1)
    return int(np.round(deviation, 9).argmin()) / instants


def choose_harmonics(
    seconds: float, lowest: float, highest: float, max_count: int, rng: np.random.Generator
) -> np.ndarray:
    """Return up to ``max_count`` harmonics (M,) of 1/``seconds`` between two frequencies in Hz.

    All of them if they are few; else a stratified sample, one of each of ``max_count`` equal
    classes, so that a long loop costs no more than a short one and does not repeat within itself.
    """
    low = max(1, math.ceil(lowest * seconds))
    high = max(low, math.floor(highest * seconds))
    count = high - low + 1
    if count <= max_count:
        return np.arange(low, high + 1)
    edges = np.linspace(low, high + 1, max_count + 1).astype(int)
    return np.array([rng.integers(a, b) for a, b in pairwise(edges)])


def bandwidth(harmonics: np.ndarray, seconds: float) -> np.ndarray:
    """Return (M,) Hz: the width of the band that each chosen harmonic stands for."""
    if len(harmonics) == 1:
        return np.array([1 / seconds])
    return np.asarray(np.gradient(harmonics.astype(float)) / seconds)
