"""A strength that varies over the clip, and the motion's own time where it is a speed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

import numpy as np
from numpy.typing import NDArray

STEPS = 4096
"""Steps in which strengths are kept: what two libraries round differently is equal again."""


@dataclass(frozen=True, slots=True, eq=False)
class Envelope:
    """Strengths 0..1 at even instants of the clip, (n,) float64, linear from one to the next.

    ``integral`` (n + 1,) is that of the strengths before each instant, over the instants' spacing.
    If it is ``periodic``, the first strength follows the last; else the last one stays.

    >>> swell = Envelope.of([0.0, 1.0], periodic=True)
    >>> swell.at(0.25), swell.mean, swell.warp(0.25)
    (0.5, 0.5, 0.125)
    """

    strengths: NDArray[np.float64]
    integral: NDArray[np.float64]
    periodic: bool

    @classmethod
    def of(cls, strengths: Sequence[float] | NDArray[np.float64], periodic: bool) -> Envelope:
        """Return the envelope of at least one strength, in steps of 1 / ``STEPS``."""
        values = np.round(np.clip(np.asarray(strengths, np.float64), 0, 1) * STEPS) / STEPS
        ends = np.append(values, values[0] if periodic else values[-1])
        integral = np.concatenate([[0.0], np.add.accumulate((ends[:-1] + ends[1:]) / 2)])
        return cls(values, integral, periodic)

    @property
    def mean(self) -> float:
        """The mean strength over the clip."""
        return float(self.integral[-1]) / len(self.strengths)

    def at(self, phase: float) -> float:
        """Return the strength at ``phase`` of the clip."""
        _, share, before, after = self._around(phase)
        return before + share * (after - before)

    def warp(self, phase: float) -> float:
        """Return the share of the whole way that is covered at ``phase``, at these speeds: 0 to 1."""
        index, share, before, after = self._around(phase)
        way = float(self.integral[index]) + share * (before + share / 2 * (after - before))
        return way / float(self.integral[-1])

    def times(self, other: Envelope | None) -> Envelope:
        """Return the product with another envelope of the same clip."""
        if other is None:
            return self
        return Envelope.of(self.strengths * other.strengths, self.periodic)

    def _around(self, phase: float) -> tuple[int, float, float, float]:
        """Return an instant, the share of the way to the next one, and the strengths of both."""
        count = len(self.strengths)
        place = phase % 1.0 * count
        index = min(floor(place), count - 1)
        following = (index + 1) % count if self.periodic else min(index + 1, count - 1)
        before, after = float(self.strengths[index]), float(self.strengths[following])
        return index, place - index, before, after
