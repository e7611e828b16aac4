"""Choose the camera move that suits a photo: much depth shown, little uncovered, walls straight.

Niklaus et al. (3D Ken Burns, 2019) try a grid of end points and keep the one that uncovers least.
Here each candidate's end poses are projected on a small grid of the inverse depth, without
rendering, and its size is set so that it stays within what the photo bears.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from livingstill.camera.path import resolve
from livingstill.camera.projection import Reals, project
from livingstill.camera.view import CameraView
from livingstill.core.model import Float32Array, Pose, Traits
from livingstill.settings.values import Choice

WIDTH = 1920.0
"""Pixels of the frame's width in which bending is told."""


ALONG = np.linspace(0.06, 0.94, 9, dtype=np.float32)
"""Where on a line its bending is measured, evenly."""


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Straight lines in the frame at ``ALONG``: (n, k) places in frame widths from the centre,
    right and down, and inverse depths."""

    x: Reals
    y: Reals
    w: Reals


@dataclass(frozen=True, slots=True)
class Cost:
    """What a move does to a photo, at its natural size; each grows in proportion to the amount.

    ``shown``: how far depths pass each other, root mean square, percent of the width. ``uncovered``:
    percent of the frame that opens behind near things. ``stretched``: how much slanted surfaces are
    drawn out, percent, at the 95th percentile. ``bent``: how far the straight line that bends
    most leaves straight, pixels of a frame 1920 wide. ``lost``: percent of the picture that
    has to be cut off so that no border shows.
    """

    shown: float
    uncovered: float
    stretched: float
    bent: float
    lost: float


LIMITS = Cost(shown=1.2, uncovered=1.0, stretched=20.0, bent=4.0, lost=6.0)
"""What an ordinary photo bears."""

LIMITS_INDOORS = Cost(shown=1.0, uncovered=0.6, stretched=18.0, bent=0.45, lost=5.0)
"""What a room bears: its walls are straight and must stay so. Frames bend a line up to twice as much
as its depth foretells, where it runs beside a step, and shall bend none by a pixel."""

LEAST = 0.35
"""Below this amount a move in depth is hardly seen."""

MOST = 1.0
"""Moves are at most natural: they are meant to be felt more than seen."""

SHALLOW = 0.12
"""A photo whose near and far inverse depths differ by less has no depth to show."""

LIKED = {"push-in": 0.8, "truck-right": 0.85, "arc": 0.7, "sway": 0.7, "pedestal-up": 0.6}
"""Moves that are tried, and how much each is liked."""

UPRIGHT = ("push-in", "truck-right")
"""Moves that keep upright lines upright: all that a room is shown with."""

PEOPLE = 0.04
"""Share of the photo from which on it is one of people."""

FLAT = Choice(name="ken-burns")

_EDGE = 0.25
"""A gap between neighbours of the grid wider than this part of their distance is a tear."""


@dataclass(frozen=True, slots=True)
class Advice:
    """The move that suits a photo, why, and how much parallax the photo bears (percent of width).

    ``uncovered`` and ``bent`` are the costs of the move as advised, in the units of ``Cost``; None
    for a flat one, which has none.
    """

    choice: Choice
    reason: str
    parallax: float
    uncovered: float | None = None
    bent: float | None = None

    def figures(self) -> dict[str, float]:
        """Return the costs by name and unit, of those there are."""
        named = {"uncovered_percent": self.uncovered, "bent_px_of_1920": self.bent}
        return {name: round(value, 4) for name, value in named.items() if value is not None}


def choose(
    view: CameraView, traits: Traits, confidence: float = 0.5, along: Float32Array | None = None
) -> Advice:
    """Return the move that suits a photo.

    ``confidence`` is how clear the subject is, 0..1; ``along`` is (n, k) float32, the inverse depth
    of each of the photo's lines at the fractions ``ALONG``, by default that of the view's small
    map. The same photo always gets the same advice.
    """
    lines = edges(traits.lines, view, along)
    borne = caution(traits)
    most = largest_parallax(view, lines, traits.indoors, borne)
    where = "what stands out" if confidence > 0.35 else "the middle"
    if traits.drawn:
        return Advice(FLAT, f"a drawing or document: a flat move towards {where}", most)
    if view.near - view.far < SHALLOW:
        return Advice(FLAT, f"hardly any depth: a flat move towards {where}", most)
    limits = LIMITS_INDOORS if traits.indoors else LIMITS
    found = []
    for name in UPRIGHT if traits.indoors else LIKED:
        choice = Choice(name=name)
        costs = cost(ends(choice, view), view, lines)
        amount = min(MOST, borne * _within(costs, limits))
        people = traits.share("person") > PEOPLE
        found.append((_worth(name, amount, view, confidence, people), name, amount, costs))
    _, name, amount, costs = max(found, key=lambda row: row[0])
    opened, bent = amount * costs.uncovered, amount * costs.bent
    told = _told(opened, bent if len(lines.w) else None)
    place = "a room" if traits.indoors else "depth to show"
    keys: tuple[tuple[str, str], ...] = (("amount", f"{amount:.2g}"),)
    if name == "push-in":  # where parallax must be small the lens keeps the move visible
        keys = (("amount", f"{max(0.8, amount):.2g}"), ("depth", f"{amount:.2g}"))
    if amount < (0.1 if name == "push-in" else LEAST):
        return Advice(FLAT, f"{place}, but it would tear: a flat move towards {where}", most)
    choice = Choice(name=name, keys=tuple(key for key in keys if key[1] != "1"))
    towards = f" towards {where}" if name == "push-in" else ""
    return Advice(choice, f"{place}{towards}; {told}", most, opened, bent if len(lines.w) else None)


def _told(uncovered: float, bent: float | None) -> str:
    """Return in plain words what a move costs: percent of the frame, pixels of a frame 1920 wide."""
    if uncovered < 0.05:
        told = "nothing hidden comes into view"
    elif uncovered < 0.5:
        told = "next to nothing hidden comes into view"
    else:
        told = "little that was hidden comes into view, and is filled in from beside it"
    if bent is None:
        return told
    if bent < 0.5:
        return f"{told}; straight lines stay straight"
    return f"{told}; straight lines bend " + ("less than one sees" if bent < 1.5 else "slightly")


def largest_parallax(view: CameraView, lines: Edges, indoors: bool, borne: float) -> float:
    """Return the parallax of a truck that a photo bears, percent of the width, at most 8."""
    truck = Choice(name="truck-right", keys=(("parallax", "3.5"),))
    costs = cost(ends(truck, view), view, lines)
    limits = replace(LIMITS_INDOORS if indoors else LIMITS, shown=1e9)
    return min(8.0, 3.5 * borne * _within(costs, limits))


def caution(traits: Traits) -> float:
    """Return the part of the natural amount that thin structures, people and shine leave."""
    left = 1 / (1 + 25 * max(0.0, traits.thin - 0.004))
    if traits.share("person") > PEOPLE:
        left *= 0.8
    if (
        traits.indoors and traits.share("water") > 0.02
    ):  # what looks like water in a room: mirrors, glass
        left *= 0.8
    return left


def _within(costs: Cost, limits: Cost) -> float:
    """Return the largest amount at which no cost is above its limit."""
    pairs = ((getattr(limits, f.name), getattr(costs, f.name)) for f in fields(Cost))
    return float(min(limit / max(have, 1e-6) for limit, have in pairs))


def _worth(name: str, amount: float, view: CameraView, confidence: float, people: bool) -> float:
    """Return how good a move is: how much it is liked, how much of it the photo bears, what suits."""
    clear = max(0.0, confidence - 0.3)
    forward = view.subject - view.middle > 0.15
    bonus = {
        "push-in": 0.5 * clear,
        "arc": 0.1 + 0.5 * clear if forward else 0.0,
        "sway": 0.45 if people else 0.0,  # a held camera breathes before a face
        "truck-right": 0.15 if view.aspect > 1.9 else 0.0,
        "pedestal-up": 0.25 if view.aspect < 0.8 else 0.0,
    }.get(name, 0.0)
    visible = 0.5 + 0.5 * min(1.0, amount) if name == "push-in" else min(1.0, amount)
    return (LIKED[name] + bonus) * visible


def edges(lines: Float32Array, view: CameraView, along: Float32Array | None = None) -> Edges:
    """Return the lines (photo fractions) that lie in the frame."""
    left, top, right, bottom = view.box
    corner, extent = np.array([left, top] * 2), np.array([right - left, bottom - top] * 2)
    ends = (lines.astype(np.float64) - corner) / extent
    kept = ((ends >= 0) & (ends <= 1)).all(1)
    ends = ends[kept]
    x = ends[:, :1] + ALONG * (ends[:, 2:3] - ends[:, :1])
    y = ends[:, 1:2] + ALONG * (ends[:, 3:4] - ends[:, 1:2])
    w = _sampled(view.depth, x, y) if along is None else along[kept].astype(np.float64)
    return Edges(x - 0.5, (y - 0.5) / view.aspect, w)


def ends(choice: Choice, view: CameraView) -> list[Pose]:
    """Return poses all along a move, its extremes among them."""
    path = resolve(choice, view, loop="none", duration=5.0)
    return [path.at(i / 8) for i in range(9)]


def cost(poses: list[Pose], view: CameraView, lines: Edges) -> Cost:
    """Return the worst of each cost over ``poses``."""
    height, width = view.depth.shape
    x, y = np.meshgrid(
        (np.arange(width) + 0.5) / width - 0.5,
        ((np.arange(height) + 0.5) / height - 0.5) / view.aspect,
    )
    worst = np.zeros(5)
    for pose in poses:
        across, down = project(x, y, view.depth, pose, view.focal)
        worst = np.maximum(
            worst,
            (
                _shown(x, y, across, down),
                *_torn(across, down, view),
                _bent(lines, pose, view) if len(lines.w) else 0.0,
                _lost(across, down, view.aspect),
            ),
        )
    return Cost(*(float(v) for v in worst))


def _shown(x: Reals, y: Reals, across: Reals, down: Reals) -> float:
    """Return the spread of displacements that no shift and magnification of the picture explains."""
    u, v = across - x, down - y
    scale = float(((x * u).sum() + (y * v).sum()) / ((x * x).sum() + (y * y).sum()))
    u, v = u - scale * x, v - scale * y
    return float(100 * np.sqrt(u.var() + v.var()))


def _torn(across: Reals, down: Reals, view: CameraView) -> tuple[float, float]:
    """Return what opens between neighbours, percent of the frame, and how far surfaces stretch."""
    height, width = view.depth.shape
    gaps = (
        np.diff(across, axis=1) * width - 1,
        np.diff(down, axis=0) * height * view.aspect - 1,
    )
    opened = stretched = 0.0
    for gap in gaps:
        usual = float(np.median(gap))
        beyond = np.abs(gap - usual)
        opened += float(np.where(beyond > _EDGE, np.maximum(gap - usual, 0), 0).sum())
        smooth = beyond[beyond <= _EDGE]
        stretched = max(stretched, float(np.percentile(smooth, 95)) if smooth.size else 0.0)
    return 100 * opened / view.depth.size, 100 * stretched


def _bent(lines: Edges, pose: Pose, view: CameraView) -> float:
    """Return how far the worst line leaves the straight line that fits it best, pixels."""
    x, y = project(lines.x, lines.y, lines.w, pose, view.focal)
    x, y = x - x.mean(1, keepdims=True), y - y.mean(1, keepdims=True)
    across, down = x[:, -1:] - x[:, :1], y[:, -1:] - y[:, :1]
    length = np.maximum(np.hypot(across, down), 1e-9)
    along, aside = (x * across + y * down) / length, (x * down - y * across) / length
    lean = (along * aside).sum(1) / np.maximum((along * along).sum(1), 1e-12)
    away = np.abs(aside - lean[:, None] * along).max(1)
    return float(away.max()) * WIDTH


def _sampled(depth: Float32Array, fx: Reals, fy: Reals) -> Reals:
    """Return ``depth`` interpolated bilinearly at points in fractions."""
    height, width = depth.shape
    x = np.clip(fx * width - 0.5, 0, width - 1.001)
    y = np.clip(fy * height - 0.5, 0, height - 1.001)
    i, j = x.astype(int), y.astype(int)
    i1, j1 = np.minimum(i + 1, width - 1), np.minimum(j + 1, height - 1)
    u, v = x - i, y - j
    return np.asarray(
        (1 - v) * ((1 - u) * depth[j, i] + u * depth[j, i1])
        + v * ((1 - u) * depth[j1, i] + u * depth[j1, i1]),
        np.float64,
    )


def _lost(across: Reals, down: Reals, aspect: float) -> float:
    """Return how much of the picture has to be cut off so that no border shows, percent."""
    half, tall = 0.5, 0.5 / aspect
    cell = np.array([0.5 / across.shape[1], 0.5 / across.shape[0] / aspect])
    inner = min(
        *((-across[:, 0] + cell[0]) / half, (across[:, -1] + cell[0]) / half),
        *((-down[0] + cell[1]) / tall, (down[-1] + cell[1]) / tall),
        key=lambda side: float(side.min()),
    )
    return max(0.0, 100 * (1 - float(inner.min())))
