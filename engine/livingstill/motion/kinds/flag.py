"""Flags: waves travel from the pole to the fly end and grow on their way; folds are shaded.

About 2 Hz at 4 m/s and in proportion to the wind, 1.3 waves along the cloth, which they cross in a
second or so, as on a clip of a real flag; short ones are quick. The background must stay: a flag is
displaced alone, on a layer that is cut out for it (``scene.cutout``), by a ninetieth of the frame
at most. Beside that clip, on two of its stills: f50 2.0 (real 2.0), f90 6.6-6.8 (7.2), variation of
the change .09-.11 (.17), half of its amplitude: a warp cannot fold or turn over.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from livingstill.core.kinds import GUSTY, MotionKind
from livingstill.core.model import Float32Array
from livingstill.imaging import exact
from livingstill.motion.canvas import Effect, Placement, Stage
from livingstill.motion.cloth_waves import Maps, wave_displacement
from livingstill.motion.context import Box, MotionContext, bounding_box
from livingstill.motion.harmonics import coarse
from livingstill.motion.oscillators import elastic_falloff
from livingstill.motion.wind import choose_harmonics

AMPLITUDE = 0.04
"""Rms of the waves at the fly end, in lengths of the flag, before the guards."""

MAX_DISPLACEMENT = 0.0115
"""Largest displacement in frame widths: eleven pixels of a frame of the reference width."""

WAVES = 1.3
"""Waves along the flag at its main frequency; four fifths of that follow the frequency."""

LIGHT = 0.45
"""Change of gain per unit of a fold's slope."""

MIN_STRAIGHTNESS_RATIO = 1.5
"""How many times as straight the edge at the pole is as the free one, at least."""

FACTOR = 2
"""Nodes of the flow grid per node of the maps."""

FRONT_ONLY = Placement(Stage.DISPLACE, front_only=True)


def build(context: MotionContext) -> tuple[Effect, ...]:
    """Return the waves of a flag; a stroke from pole to fly end says how it hangs."""
    soft = elastic_falloff(context, front_only=True)
    box = bounding_box(soft)
    if box is None or not (context.mask >= 0.5).any():
        return ()
    harmonics, maps = travelling_waves(context, box)
    weight = np.ascontiguousarray(soft[box.slices])
    max_displacement = MAX_DISPLACEMENT * context.width
    return (
        wave_displacement(
            context, box, harmonics, maps, FACTOR, weight, max_displacement, placement=FRONT_ONLY
        ),
    )


def travelling_waves(context: MotionContext, box: Box) -> tuple[NDArray[np.int64], Maps]:
    """Return harmonics (M,) and maps (M, 3, h, w): displacement in pixels and shading of folds."""
    direction = heading(context)
    along, length = distance(
        context, direction, box.top, box.left, coarse(box.shape, FACTOR), FACTOR
    )
    hertz = 2.0 * float(np.clip(context.wind.speed / 4, 0.4, 2.0))
    rng = context.generator("flag")
    harmonics = choose_harmonics(context.seconds, 0.5, min(8.0, 5.0 * hertz), 24, rng)
    f = harmonics / context.seconds
    size = np.exp(-((f - hertz) ** 2) / (2 * (0.46 * hertz) ** 2)) + 0.2
    size *= AMPLITUDE * length * context.amount / np.sqrt((size**2).sum() / 2)
    waves = 2 * np.pi * WAVES * (0.2 + 0.8 * f / hertz)
    across = np.linspace(0, 1, along.shape[0])[:, None] - 0.5
    tilt = rng.normal(0, 1.2, len(f))
    angle = tilt[:, None, None] * across - waves[:, None, None] * along
    wave = size[:, None, None] * np.clip(along, 0, 1) ** 0.8 * np.exp(1j * angle)
    lagging = 0.55 * wave * np.exp(-1.2j)
    dx, dy = (
        -wave * direction[1] + lagging * direction[0],
        wave * direction[0] + lagging * direction[1],
    )
    light = -1j * LIGHT * waves[:, None, None] * wave / length
    return harmonics, np.stack([dx, dy, light], axis=1)


def heading(context: MotionContext) -> tuple[float, float]:
    """Return the unit vector from the fixed edge to the free one: the stroke's, else as it hangs.

    An edge at a pole is straight, a free one is not; if neither is clearly straighter, the flag
    flies with the wind. Where one is, the wind only lifts or lowers it.
    """
    x, y = context.wind.x, 0.3 * context.wind.y
    if context.direction is not None and context.direction.any():
        x, y = (float(n) for n in context.direction[context.mask >= 0.5].mean(0))
    else:
        left, right = edge_straightness(context.mask)
        if max(left, right) > MIN_STRAIGHTNESS_RATIO * min(left, right):
            x = 1.0 if left < right else -1.0
    norm = float(np.hypot(x, y))
    return (x / norm, y / norm) if norm > 1e-6 else (1.0, 0.0)


def edge_straightness(mask: Float32Array) -> tuple[float, float]:
    """Return the residuals in nodes of straight lines fitted to a region's left and right edges.

    They are fitted to the best two thirds of the rows: the corners of a free edge hang above and
    below the pole's.
    """
    solid = mask >= 0.5
    rows = np.flatnonzero(solid.any(1))
    if len(rows) < 6:
        return 1.0, 1.0
    left, right = solid[rows].argmax(1), solid.shape[1] - 1 - solid[rows, ::-1].argmax(1)
    return _edge_residual(rows, left), _edge_residual(rows, right)


def _edge_residual(rows: NDArray[np.intp], ends: NDArray[np.intp]) -> float:
    near = np.abs(ends - np.median(ends)).argsort(kind="stable")
    for _ in range(4):
        best = near[: 2 * len(rows) // 3]
        off = np.abs(ends - np.polyval(np.polyfit(rows[best], ends[best], 1), rows))
        near = np.round(off, 6).argsort(kind="stable")
    return max(float(np.sqrt((off[best] ** 2).mean())), 0.3)


def distance(
    context: MotionContext,
    direction: tuple[float, float],
    top: int,
    left: int,
    shape: tuple[int, int],
    factor: int,
) -> tuple[NDArray[np.float64], float]:
    """Return (h, w), 0 at the fixed edge and 1 at the free one, and the length in pixels."""
    y, x = np.nonzero(context.mask >= 0.5)
    projection = x * direction[0] + y * direction[1]
    low, high = exact.percentile(projection, 1), exact.percentile(projection, 99)
    rows = (np.arange(shape[0]) * factor + top)[:, None]
    columns = (np.arange(shape[1]) * factor + left)[None]
    span = max(high - low, 1.0)
    return np.asarray(
        (columns * direction[0] + rows * direction[1] - low) / span
    ), span * context.step


KIND = MotionKind(
    name="flag",
    help="a flag waves from its pole; the background stays",
    build=build,
    nouns=(
        "flag",
        "flags",
        "banner",
        "banners",
        "pennant",
        "pennants",
        "bunting",
        "streamer",
        "ensign",
    ),
    verbs=(
        "wave",
        "blow",
        "flutter",
        "flap",
        "fly",
        "stream",
        "ripple",
        "sway",
        "dance",
        "billow",
        "snap",
        "whip",
        "swing",
        "undulate",
        "stir",
        "unfurl",
        "ruffle",
        "crack",
    ),
    colour=(220, 60, 60),
    layer="front",
    sounds={"wind": 0.8},
    quality_bars=GUSTY,
    wind_driven=True,
)
