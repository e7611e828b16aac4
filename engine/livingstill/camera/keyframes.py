"""Camera paths from a file of keyframes."""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from livingstill.camera.view import CameraView
from livingstill.core.errors import InputError
from livingstill.core.model import Pose
from livingstill.core.registry import nearest
from livingstill.io import text

CHANNELS = {
    "x": (-10.0, 10.0),
    "y": (-10.0, 10.0),
    "z": (-10.0, 0.95),
    "pan": (-60.0, 60.0),
    "tilt": (-60.0, 60.0),
    "roll": (-180.0, 180.0),
    "zoom": (0.1, 10.0),
    "focus": (0.0, 1.0),
    "aperture": (0.0, 0.2),
    "pivot": (-64.0, 1024.0),
}
"""The pose values of a keyframe and their inclusive ranges; the units are those of ``Pose``."""

Knots = tuple[tuple[float, float], ...]
"""Times 0..1, rising, and the values there."""


def _slopes(times: Sequence[float], values: Sequence[float], closed: bool) -> list[float]:
    """Return a slope per knot: that of the parabola through it and its neighbours.

    This is Catmull and Rom's spline (1974) for uneven times. ``closed`` joins the ends smoothly;
    otherwise the camera starts and ends at rest.
    """
    last = len(times) - 1
    steps = [times[i + 1] - times[i] for i in range(last)]
    secants = [(values[i + 1] - values[i]) / steps[i] for i in range(last)]
    inner = [
        (secants[i - 1] * steps[i] + secants[i] * steps[i - 1]) / (steps[i - 1] + steps[i])
        for i in range(1, last)
    ]
    if closed and last > 1:
        a, b = steps[-1], steps[0]
        end = (secants[-1] * b + secants[0] * a) / (a + b)
        return [end, *inner, end]
    return [0.0, *inner, 0.0]


def _limit_slopes_to_monotone(
    times: Sequence[float], values: Sequence[float], slopes: list[float]
) -> list[float]:
    """Return the slopes, limited so that every segment is monotone (Fritsch and Carlson, 1980)."""
    slopes = list(slopes)
    for i in range(len(times) - 1):
        secant = (values[i + 1] - values[i]) / (times[i + 1] - times[i])
        for j in (i, i + 1):
            if secant == 0 or slopes[j] * secant < 0:
                slopes[j] = 0.0
        if secant:
            norm = math.hypot(slopes[i] / secant, slopes[i + 1] / secant)
            if norm > 3:
                slopes[i] *= 3 / norm
                slopes[i + 1] *= 3 / norm
    return slopes


def curve(knots: Knots, interpolation: str, closed: bool) -> Callable[[float], float]:
    """Return the function through ``knots``: linear, or a cubic Hermite spline.

    >>> round(curve(((0, 0), (1, 2)), "catmull-rom", False)(0.5), 9)
    1.0
    """
    times, values = [t for t, _ in knots], [v for _, v in knots]
    if len(knots) == 1:
        return lambda time: values[0]  # noqa: ARG005
    slopes = _slopes(times, values, closed)
    if interpolation == "monotone":
        slopes = _limit_slopes_to_monotone(times, values, slopes)

    def at(time: float) -> float:
        time = min(times[-1], max(times[0], time))
        i = min(len(times) - 2, max(0, bisect.bisect_right(times, time) - 1))
        step = times[i + 1] - times[i]
        u = (time - times[i]) / step
        if interpolation == "linear":
            return values[i] + u * (values[i + 1] - values[i])
        w = u * u * (3 - 2 * u)
        return (
            (1 - w) * values[i]
            + w * values[i + 1]
            + step * u * (1 - u) * ((1 - u) * slopes[i] - u * slopes[i + 1])
        )

    return at


@dataclass(frozen=True, slots=True)
class Keyframes:
    """A move interpolated from keyframes; ``channels`` has the knots of each pose value in use."""

    channels: tuple[tuple[str, Knots], ...]
    interpolation: str = "catmull-rom"

    @property
    def closed(self) -> bool:
        """Whether the last keyframe is the first again, so that the path can run round."""
        return all(
            len(knots) == 1
            or (knots[0][0] == 0 and knots[-1][0] == 1 and knots[0][1] == knots[-1][1])
            for _, knots in self.channels
        )

    @property
    def rest(self) -> float:
        """Always 0: keyframes set the photo's pose themselves."""
        return 0.0

    def pose(self, progress: float, view: CameraView) -> Pose:
        """Return the pose at ``progress``, 0..1; without a pivot nothing but infinity stays put."""
        values = {
            name: curve(knots, self.interpolation, self.closed)(progress)
            for name, knots in self.channels
        }
        return Pose(**{"focus": view.subject, **values})


def load(path: Path, duration: float) -> Keyframes:
    """Read a file of keyframes (TOML).

    It has ``[[keyframe]]`` tables, each with ``time`` and any of x, y, z, pan, tilt, roll, zoom,
    focus, aperture, pivot; and may say ``interpolation`` (catmull-rom, monotone or linear) and
    ``unit`` of time (fraction of the clip, or seconds). A value that a keyframe leaves out is
    interpolated between the keyframes that have it.

    Raises
    ------
    InputError
        Naming the file, the keyframe and the key that is wrong.
    """
    table = text.read_toml(path, "keyframe file")
    try:
        return parse(table, duration)
    except InputError as error:
        raise InputError(f"{path.name}: {error}") from None


def parse(table: dict[str, Any], duration: float = 1.0) -> Keyframes:
    """Return the keyframes in a parsed file; see ``load``."""
    valid_keys = ("keyframe", "interpolation", "unit")
    for key in table:
        if key not in valid_keys:
            raise InputError(f"a path has no '{key}'{nearest(key, list(valid_keys))}")
    interpolation = _word(table, "interpolation", ("catmull-rom", "monotone", "linear"))
    unit = _word(table, "unit", ("fraction", "seconds"))
    tables = table.get("keyframe")
    if not isinstance(tables, list) or not all(isinstance(entry, dict) for entry in tables):
        raise InputError("there are no keyframes; write [[keyframe]] tables with time and values")
    if not tables:
        raise InputError("there are no keyframes; write at least one [[keyframe]]")
    knots: dict[str, list[tuple[float, float]]] = {}
    previous = -1.0
    for number, entry in enumerate(tables, 1):
        keyframe = f"keyframe {number}"
        time = _number(keyframe, "time", entry.get("time"))
        time = time / duration if unit == "seconds" else time
        if not 0 <= time <= 1:
            bound = f"{duration:g} seconds" if unit == "seconds" else "1, the end of the clip"
            raise InputError(f"time of {keyframe} is {entry['time']}; it must be 0 to {bound}")
        if time <= previous:
            raise InputError(
                f"time of {keyframe} is {entry['time']}; it must be later than the last"
            )
        previous = time
        for key, value in entry.items():
            if key == "time":
                continue
            if key not in CHANNELS:
                raise InputError(f"{keyframe} has '{key}'{nearest(key, ['time', *CHANNELS])}")
            number_value = _number(keyframe, key, value)
            lower, upper = CHANNELS[key]
            if not lower <= number_value <= upper:
                raise InputError(
                    f"{key} of {keyframe} is {value}; it must lie between {lower:g} and {upper:g}"
                )
            knots.setdefault(key, []).append((time, number_value))
    return Keyframes(tuple((key, tuple(values)) for key, values in knots.items()), interpolation)


def _word(table: dict[str, Any], key: str, words: tuple[str, ...]) -> str:
    value = table.get(key, words[0])
    if value not in words:
        raise InputError(f"{key} is {value!r}{nearest(str(value), list(words))}")
    return str(value)


def _number(keyframe: str, key: str, value: object) -> float:
    if value is None:
        raise InputError(f"{keyframe} has no {key}; give one")
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise InputError(f"{key} of {keyframe} is {value!r}; it must be a number")
    return float(value)
