"""Chooses a photo's camera move: most parallax under limits on disocclusion, stretch and line bend.

Niklaus et al. (3D Ken Burns, 2019) try a grid of end points and keep the one that uncovers least.
Here each candidate's end poses are projected on a small grid of the inverse depth, without
rendering, and its amount is set so that no cost passes its limit.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from livingstill.camera.path import resolve
from livingstill.camera.projection import Reals, project
from livingstill.camera.view import CameraView
from livingstill.core.model import Float32Array, PhotoStatistics, Pose
from livingstill.imaging import exact
from livingstill.settings.values import MoveSpec

BEND_WIDTH = 1920.0
"""Width of the frame, pixels, to which line bend is scaled."""


LINE_FRACTIONS = np.linspace(0.06, 0.94, 9, dtype=np.float32)
"""Fractions of a line at which its bend is measured."""


@dataclass(frozen=True, slots=True, eq=False)
class FrameLines:
    """Straight lines in the frame at ``LINE_FRACTIONS``: (n, k) places in frame widths from the centre,
    right and down, and inverse depths."""

    x: Reals
    y: Reals
    w: Reals


@dataclass(frozen=True, slots=True)
class Cost:
    """The costs of a move at its natural size; each is proportional to the amount.

    ``parallax_rms``: root mean square displacement between depths, percent of the width.
    ``disocclusion``: percent of the frame that opens behind near things. ``stretch``: stretch of
    slanted surfaces, percent, at the 95th percentile. ``line_bend``: largest deviation of a straight
    line from straight, pixels of a frame 1920 wide. ``crop_loss``: percent of the picture that has
    to be cropped so that no border shows.
    """

    parallax_rms: float
    disocclusion: float
    stretch: float
    line_bend: float
    crop_loss: float


LIMITS = Cost(parallax_rms=1.2, disocclusion=1.0, stretch=20.0, line_bend=4.0, crop_loss=6.0)
"""Largest costs in an ordinary photo."""

LIMITS_INDOORS = Cost(
    parallax_rms=1.0, disocclusion=0.6, stretch=18.0, line_bend=0.45, crop_loss=5.0
)
"""Largest costs in a room, whose straight lines must stay straight. Frames bend a line up to twice
as much as its depth predicts, where it runs beside a depth edge, and shall bend none by a pixel."""

_STRAIGHT = 0.7
"""Largest line bend out of doors where lines must stay straight: some of what is taken for a line is
a twig, which need not."""

MIN_AMOUNT = 0.35
"""Below this amount a move in depth is hardly visible."""

MAX_AMOUNT = 1.0
"""Largest amount of a chosen move: its natural size."""

MIN_DEPTH_RANGE = 0.12
"""A photo whose near and far inverse depths differ by less gets a flat move."""

PREFERENCE = {"push-in": 0.8, "truck-right": 0.85, "arc": 0.7, "sway": 0.7, "pedestal-up": 0.6}
"""Candidate moves and the preference of each, before bonuses."""

INDOOR_MOVES = ("push-in", "truck-right")
"""Candidate moves in a room: those that keep vertical lines vertical."""

PEOPLE_SHARE = 0.04
"""Smallest share of people in a photo that is one of people."""

FLAT_MOVE = MoveSpec(name="ken-burns")

_TEAR_GAP = 0.25
"""A gap between neighbours of the grid wider than this part of their distance is a tear."""


@dataclass(frozen=True, slots=True)
class Advice:
    """The chosen move, the reason, and the photo's largest parallax, percent of the width.

    ``disocclusion`` and ``line_bend`` are the costs of the move as advised, in the units of ``Cost``; None
    for a flat one, which has none.
    """

    choice: MoveSpec
    reason: str
    parallax: float
    disocclusion: float | None = None
    line_bend: float | None = None

    def figures(self) -> dict[str, float]:
        """Return the costs by name and unit, of those there are."""
        named = {"uncovered_percent": self.disocclusion, "bent_px_of_1920": self.line_bend}
        return {name: round(value, 4) for name, value in named.items() if value is not None}


def choose(
    view: CameraView,
    statistics: PhotoStatistics,
    confidence: float = 0.5,
    line_depth: Float32Array | None = None,
    *,
    straight: bool = False,
) -> Advice:
    """Return the candidate move of the best score, or a flat one where none is within the limits.

    ``confidence`` is how clear the subject is, 0..1; ``line_depth`` is (n, k) float32, the inverse depth
    of each of the photo's lines at the fractions ``LINE_FRACTIONS``, by default that of the view's small
    map; ``straight`` holds lines straight in any photo, as in a room. The same photo always gets the same advice.
    """
    lines = lines_in_frame(statistics.lines, view, line_depth)
    factor = amount_factor(statistics)
    max_parallax = largest_parallax(view, lines, statistics.is_room, factor)
    target = "what stands out" if confidence > 0.35 else "the middle"
    if statistics.is_drawing:
        return Advice(
            FLAT_MOVE, f"a drawing or document: a flat move towards {target}", max_parallax
        )
    if view.near - view.far < MIN_DEPTH_RANGE:
        return Advice(FLAT_MOVE, f"hardly any depth: a flat move towards {target}", max_parallax)
    limits = limits_of(statistics, straight)
    scored = []
    for name in INDOOR_MOVES if statistics.is_room else PREFERENCE:
        choice = MoveSpec(name=name)
        costs = cost(sample_poses(choice, view), view, lines)
        amount = min(MAX_AMOUNT, factor * _largest_amount(costs, limits))
        people = statistics.share("person") > PEOPLE_SHARE
        scored.append((_score(name, amount, view, confidence, people), name, amount, costs))
    _, name, amount, costs = max(scored, key=lambda row: row[0])
    opened, line_bend = amount * costs.disocclusion, amount * costs.line_bend
    cost_note = _cost_in_words(opened, line_bend if len(lines.w) else None)
    place = "a room" if statistics.is_room else "depth to show"
    keys: tuple[tuple[str, str], ...] = (("amount", f"{amount:.2g}"),)
    if name == "push-in":  # where parallax must be small the lens keeps the move visible
        keys = (("amount", f"{max(0.8, amount):.2g}"), ("depth", f"{amount:.2g}"))
    if amount < (0.1 if name == "push-in" else MIN_AMOUNT):
        return Advice(
            FLAT_MOVE, f"{place}, but it would tear: a flat move towards {target}", max_parallax
        )
    choice = MoveSpec(name=name, keys=tuple(key for key in keys if key[1] != "1"))
    towards = f" towards {target}" if name == "push-in" else ""
    return Advice(
        choice,
        f"{place}{towards}; {cost_note}",
        max_parallax,
        opened,
        line_bend if len(lines.w) else None,
    )


def limits_of(statistics: PhotoStatistics, straight: bool = False) -> Cost:
    """Return the largest costs of a move in a photo; ``straight`` asks for straight lines."""
    if statistics.is_room:
        return LIMITS_INDOORS
    return replace(LIMITS, line_bend=_STRAIGHT) if straight else LIMITS


def largest_amount(
    choice: MoveSpec,
    view: CameraView,
    statistics: PhotoStatistics,
    line_depth: Float32Array | None = None,
) -> float:
    """Return the largest amount of a move, at most its natural size, at which lines stay straight and
    no other cost passes its limit.

    The parameters are those of ``choose``; ``choice`` says the move at amount 1.
    """
    limits = limits_of(statistics, straight=True)
    lines = lines_in_frame(statistics.lines, view, line_depth)
    costs = cost(sample_poses(choice, view), view, lines)
    return min(MAX_AMOUNT, amount_factor(statistics) * _largest_amount(costs, limits))


def _cost_in_words(disocclusion: float, line_bend: float | None) -> str:
    """Return a sentence on a move's disocclusion (percent of the frame) and line bend (pixels)."""
    if disocclusion < 0.05:
        cost_note = "nothing hidden comes into view"
    elif disocclusion < 0.5:
        cost_note = "next to nothing hidden comes into view"
    else:
        cost_note = "little that was hidden comes into view, and is filled in from beside it"
    if line_bend is None:
        return cost_note
    if line_bend < 0.5:
        return f"{cost_note}; straight lines stay straight"
    return f"{cost_note}; straight lines bend " + (
        "less than one sees" if line_bend < 1.5 else "slightly"
    )


def largest_parallax(view: CameraView, lines: FrameLines, indoors: bool, factor: float) -> float:
    """Return a truck's largest parallax within the limits, percent of the width, at most 8."""
    truck = MoveSpec(name="truck-right", keys=(("parallax", "3.5"),))
    costs = cost(sample_poses(truck, view), view, lines)
    limits = replace(LIMITS_INDOORS if indoors else LIMITS, parallax_rms=1e9)
    return min(8.0, 3.5 * factor * _largest_amount(costs, limits))


def amount_factor(statistics: PhotoStatistics) -> float:
    """Return a factor 0..1 on the amount, reduced by thin structures, people and reflections."""
    factor = 1 / (1 + 25 * max(0.0, statistics.thin_share - 0.004))
    if statistics.share("person") > PEOPLE_SHARE:
        factor *= 0.8
    if (
        statistics.is_room and statistics.share("water") > 0.02
    ):  # what looks like water in a room: mirrors, glass
        factor *= 0.8
    return factor


def _largest_amount(costs: Cost, limits: Cost) -> float:
    """Return the largest amount at which no cost is above its limit."""
    pairs = ((getattr(limits, f.name), getattr(costs, f.name)) for f in fields(Cost))
    return float(min(limit / max(value, 1e-6) for limit, value in pairs))


def _score(name: str, amount: float, view: CameraView, confidence: float, people: bool) -> float:
    """Return a move's score: (preference + bonus for the photo's statistics) * visible amount."""
    certainty = max(0.0, confidence - 0.3)
    forward = view.subject - view.middle > 0.15
    bonus = {
        "push-in": 0.5 * certainty,
        "arc": 0.1 + 0.5 * certainty if forward else 0.0,
        "sway": 0.45 if people else 0.0,  # a held camera breathes before a face
        "truck-right": 0.15 if view.aspect > 1.9 else 0.0,
        "pedestal-up": 0.25 if view.aspect < 0.8 else 0.0,
    }.get(name, 0.0)
    strength = 0.5 + 0.5 * min(1.0, amount) if name == "push-in" else min(1.0, amount)
    return (PREFERENCE[name] + bonus) * strength


def lines_in_frame(
    lines: Float32Array, view: CameraView, line_depth: Float32Array | None = None
) -> FrameLines:
    """Return the lines, (n, 4) in photo fractions, whose both ends lie in the frame."""
    left, top, right, bottom = view.box
    corner, extent = np.array([left, top] * 2), np.array([right - left, bottom - top] * 2)
    sample_poses = (lines.astype(np.float64) - corner) / extent
    inside = ((sample_poses >= 0) & (sample_poses <= 1)).all(1)
    sample_poses = sample_poses[inside]
    x = sample_poses[:, :1] + LINE_FRACTIONS * (sample_poses[:, 2:3] - sample_poses[:, :1])
    y = sample_poses[:, 1:2] + LINE_FRACTIONS * (sample_poses[:, 3:4] - sample_poses[:, 1:2])
    w = (
        _sample_depth(view.depth, x, y)
        if line_depth is None
        else line_depth[inside].astype(np.float64)
    )
    return FrameLines(x - 0.5, (y - 0.5) / view.aspect, w)


def sample_poses(choice: MoveSpec, view: CameraView) -> list[Pose]:
    """Return nine evenly spaced poses of a move, both ends among them."""
    path = resolve(choice, view, loop="none", duration=5.0)
    return [path.at(i / 8) for i in range(9)]


def cost(poses: list[Pose], view: CameraView, lines: FrameLines) -> Cost:
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
                _parallax_rms(x, y, across, down),
                *_disocclusion_and_stretch(across, down, view),
                _line_bend(lines, pose, view) if len(lines.w) else 0.0,
                _crop_loss(across, down, view.aspect),
            ),
        )
    return Cost(*(float(v) for v in worst))


def _parallax_rms(x: Reals, y: Reals, across: Reals, down: Reals) -> float:
    """Return the rms of displacements after the best shift and magnification, percent of the width."""
    u, v = across - x, down - y
    scale = float(((x * u).sum() + (y * v).sum()) / ((x * x).sum() + (y * y).sum()))
    u, v = u - scale * x, v - scale * y
    return float(100 * np.sqrt(u.var() + v.var()))


def _disocclusion_and_stretch(across: Reals, down: Reals, view: CameraView) -> tuple[float, float]:
    """Return the disoccluded area, percent of the frame, and the surfaces' 95th percentile stretch."""
    height, width = view.depth.shape
    gaps = (
        np.diff(across, axis=1) * width - 1,
        np.diff(down, axis=0) * height * view.aspect - 1,
    )
    opened = stretch = 0.0
    for gap in gaps:
        median = float(np.median(gap))
        deviation = np.abs(gap - median)
        opened += float(np.where(deviation > _TEAR_GAP, np.maximum(gap - median, 0), 0).sum())
        untorn = deviation[deviation <= _TEAR_GAP]
        stretch = max(stretch, exact.percentile(untorn, 95) if untorn.size else 0.0)
    return 100 * opened / view.depth.size, 100 * stretch


def _line_bend(lines: FrameLines, pose: Pose, view: CameraView) -> float:
    """Return the largest deviation of a projected line from its least-squares line, pixels."""
    x, y = project(lines.x, lines.y, lines.w, pose, view.focal)
    x, y = x - x.mean(1, keepdims=True), y - y.mean(1, keepdims=True)
    across, down = x[:, -1:] - x[:, :1], y[:, -1:] - y[:, :1]
    length = np.maximum(np.hypot(across, down), 1e-9)
    along, normal = (x * across + y * down) / length, (x * down - y * across) / length
    slope = (along * normal).sum(1) / np.maximum((along * along).sum(1), 1e-12)
    deviation = np.abs(normal - slope[:, None] * along).max(1)
    return float(deviation.max()) * BEND_WIDTH


def _sample_depth(depth: Float32Array, fx: Reals, fy: Reals) -> Reals:
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


def _crop_loss(across: Reals, down: Reals, aspect: float) -> float:
    """Return how much of the picture has to be cut off so that no border shows, percent."""
    half, tall = 0.5, 0.5 / aspect
    cell = np.array([0.5 / across.shape[1], 0.5 / across.shape[0] / aspect])
    inner = min(
        *((-across[:, 0] + cell[0]) / half, (across[:, -1] + cell[0]) / half),
        *((-down[0] + cell[1]) / tall, (down[-1] + cell[1]) / tall),
        key=lambda side: float(side.min()),
    )
    return max(0.0, 100 * (1 - float(inner.min())))
