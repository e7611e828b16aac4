"""Flags: waves travel from the pole to the fly end and grow on their way.

Amplitude 2 % of the flag's length (real flags fold and hide themselves: 5-8 %W, which no warp can
do), about 2.4 Hz in a fresh breeze and proportional to the wind, .9 waves along the cloth. What
stands behind must stay, so only the layers that show the flag move. On a still of a real flag: f50
2.0 (real 2.0), f90 4.8 (7.2), a third of its amplitude.
"""

from __future__ import annotations

import numpy as np

from livingstill.model import Floats
from livingstill.motion.canvas import Effect
from livingstill.motion.plants import rubber
from livingstill.motion.site import STEP, Site, box_of
from livingstill.motion.spectral import Spectrum, Sway, coarse, guarded, pack
from livingstill.motion.wind import choose

AMPLITUDE = 0.02


def build(site: Site) -> tuple[Effect, ...]:
    """Return the waves of a flag; a stroke from pole to fly end says how it hangs."""
    soft = rubber(site, alone=True)
    box = box_of(soft)
    if box is None or not (site.mask >= 0.5).any():
        return ()
    way = heading(site)
    factor = 2
    along, length = distance(site, way, box.top, box.left, coarse(box.shape, factor), factor)
    hertz = 2.4 * float(np.clip(site.breeze.speed / 4, 0.4, 2.0))
    rng = site.chance("flag")
    harmonics = choose(site.seconds, 0.5, min(7.0, 4.0 * hertz), 24, rng)
    f = harmonics / site.seconds
    size = np.exp(-((f - hertz) ** 2) / (2 * (0.46 * hertz) ** 2)) + 0.12
    size *= AMPLITUDE * length * site.amount / np.sqrt((size**2).sum() / 2)
    waves = np.maximum(2 * np.pi * (0.9 + 0.55 * (f / hertz - 1)), 1.5)
    across = np.linspace(0, 1, along.shape[0])[:, None] - 0.5
    turn = 2 * np.pi * rng.random(len(f))
    tilt = rng.normal(0, 0.8, len(f))
    angle = (turn[:, None, None] + tilt[:, None, None] * across) - waves[:, None, None] * along
    wave = size[:, None, None] * np.clip(along, 0, 1) ** 0.8 * np.exp(1j * angle)
    lagging = 0.55 * wave * np.exp(-1.2j)
    dx, dy = -wave * way[1] + lagging * way[0], wave * way[0] + lagging * way[1]
    light = -1j * waves[:, None, None] * wave / length
    maps = pack(np.stack([dx, dy, light], axis=1))
    weight = np.ascontiguousarray(soft[box.slices])
    inside = np.ascontiguousarray(np.clip(site.mask, 0, 1)[box.slices])
    limit = np.full(weight.shape, 0.08 * length, np.float32)
    sway = Sway(box, (Spectrum(harmonics, maps, factor),), weight, limit, None, 0.6 * inside, True)
    return (guarded(sway),)


def heading(site: Site) -> tuple[float, float]:
    """Return the unit vector from the fixed edge to the free one: the stroke's, else the wind's."""
    x, y = site.breeze.x, 0.3 * site.breeze.y
    if site.direction is not None and site.direction.any():
        x, y = (float(n) for n in site.direction[site.mask >= 0.5].mean(0))
    norm = float(np.hypot(x, y))
    return (x / norm, y / norm) if norm > 1e-6 else (1.0, 0.0)


def distance(
    site: Site, way: tuple[float, float], top: int, left: int, shape: tuple[int, int], factor: int
) -> tuple[Floats, float]:
    """Return (h, w) float32, 0 at the fixed edge and 1 at the free one, and the length in pixels."""
    y, x = np.nonzero(site.mask >= 0.5)
    place = x * way[0] + y * way[1]
    low, high = float(np.percentile(place, 1)), float(np.percentile(place, 99))
    rows = (np.arange(shape[0], dtype=np.float32) * factor + top)[:, None]
    columns = (np.arange(shape[1], dtype=np.float32) * factor + left)[None]
    span = max(high - low, 1.0)
    along = (columns * np.float32(way[0]) + rows * np.float32(way[1]) - low) / span
    return along.astype(np.float32), span * STEP
