"""The part of a still that a replacement begins with, so that its picture's way stays inside the still."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livingstill.core.model import Scene
from livingstill.jobs.rescue.camera_track import Track
from livingstill.render.frames import Window

_BISECTIONS = 12


@dataclass(frozen=True, slots=True)
class Extent:
    """Borders of a still in frame widths from the frame's centre, ``aspect`` that frame's height."""

    left: float
    right: float
    top: float
    bottom: float
    aspect: float

    @classmethod
    def of(cls, scene: Scene, window: Window, size: tuple[int, int]) -> Extent:
        """Return those of a scene, seen through a window by a frame of ``size``."""
        unit = window.scale * size[0]
        left, top = -(window.x + 0.5) / unit, -(window.y + 0.5) / unit
        right, bottom = left + scene.size[0] / unit, top + scene.size[1] / unit
        return cls(left, right, top, bottom, size[1] / size[0])


@dataclass(frozen=True, slots=True)
class Opening:
    """A first frame that is part of the still: ``zoom`` times as close, its centre at ``x``, ``y``.

    The centre is in frame widths of the whole from its centre, +x right, +y down.
    """

    zoom: float = 1.0
    x: float = 0.0
    y: float = 0.0

    def window(self, whole: Window, size: tuple[int, int]) -> Window:
        """Return the window that shows it, of the one that shows the whole."""
        unit = whole.scale * size[0]
        return Window(whole.x + self.x * unit, whole.y + self.y * unit, whole.scale / self.zoom)


def smallest_opening(way: Track, amount: float, extent: Extent) -> Opening:
    """Return the opening that is least close of those from which ``amount`` of a way stays inside.

    As if the still were flat. What is at q0 in the opening is at q = m R q0 + c later, so the frame
    shows there what lies around -(m R)^-1 c, of the size of a frame that is turned by R and 1 / m
    as large: all of that has to be inside the still, seen from the opening.
    """
    turn = np.radians(amount * way.roll)
    cos, sin, m = np.cos(turn), np.sin(turn), way.zoom**amount
    across = -amount * (cos * way.x + sin * way.y) / m
    down = -amount * (cos * way.y - sin * way.x) / m
    half_width = (abs(cos) + abs(sin) * extent.aspect) / (2 * m)
    half_height = (abs(sin) + abs(cos) * extent.aspect) / (2 * m)
    sides = [
        (float((centre - half).min()), float((centre + half).max()))
        for centre, half in ((across, half_width), (down, half_height))
    ]
    borders = [(extent.left, extent.right), (extent.top, extent.bottom)]
    zoom = max(
        1.0,
        *(
            (after - before) / (end - start)
            for (before, after), (start, end) in zip(sides, borders)
        ),
    )
    # from before to after in frame widths of the opening about its centre, which is placed so that they fit
    x, y = (
        float(np.clip(0.0, start - before / zoom, end - after / zoom))
        for (before, after), (start, end) in zip(sides, borders)
    )
    return Opening(zoom, x, y)


def largest_amount(way: Track, most: float, closest: float, extent: Extent) -> float:
    """Return the share of a way, up to ``most``, whose opening is at most ``closest`` times as close."""
    if smallest_opening(way, most, extent).zoom <= closest:
        return most
    low, high = 0.0, most
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        fits = smallest_opening(way, middle, extent).zoom <= closest
        low, high = (middle, high) if fits else (low, middle)
    return low
