"""The best pair of a clip's frames to join: alike in appearance and motion over a whole window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livingstill.jobs.loop.descriptors import (
    Descriptors,
    Integers,
    inner_products,
    motion_distances,
    squared_distances,
)

_MOST_COMPARED = 1200
"""Frames that are all compared with each other; of longer clips every second, third..."""
_FADES = (0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 60)
"""Lengths of a cross-fade that are tried, frames."""
_GHOST = 0.2
"""What a mismatch costs that fades in slowly, beside one that is seen at once (1)."""
_HASTE = 0.25
"""What a step over the seam costs that is longer than the median step, per median step."""
_UNSEEN = 0.2
"""Cost that is not seen..."""
_NEARLY = 1.15
"""...and times the least cost that a longer loop may cost."""
_SEAM = 1.35
"""Median steps that the step from the last frame of a loop to its first may be."""
_HELD = 3
"""Frames before and after one that tell whether it is held."""
_NOISE = 0.25
"""Mean squared levels per value below which a step is rounding."""


@dataclass(frozen=True, slots=True)
class Join:
    """A loop in a clip: frames ``start`` to ``start + length - 1``, of which the last ``fade`` lead over.

    Frame ``start + length - fade + k`` is faded into ``start - fade + k``, for every k below
    ``fade``. ``mismatch`` is how unlike these are, in median steps of the clip (root mean square);
    ``cost`` what is seen of it: its share in a step, a ghost, and the haste of the step at the seam.
    """

    start: int
    length: int
    fade: int
    mismatch: float
    cost: float

    @property
    def pair(self) -> tuple[int, int]:
        """The frames in the middle of the cross-fade, which lie over one another."""
        return self.start - self.fade // 2, self.start + self.length - self.fade // 2


@dataclass(frozen=True, slots=True)
class Limits:
    """What a loop may be, in frames: its ``shortest`` and ``longest`` length, the longest ``fade``."""

    shortest: int
    longest: int
    fade: int


def find(descriptors: Descriptors, limits: Limits) -> Join:
    """Return the join of least cost; among those of nearly the least, that of the longest loop.

    The cost of joining frame i with frame j is the squared distance of the two and of their
    steps, weighted over the frames around (the dynamics kernel of Schoedl et al., Video
    textures, 2000). It is counted in whole numbers, so that every machine decides alike.
    """
    stride = -(-len(descriptors) // _MOST_COMPARED)
    step = typical_step(step_energies(descriptors), _NOISE * descriptors.size)
    joins = list(_joins(descriptors, limits, stride, step))
    least = min(join.cost for join in joins)
    near = [join for join in joins if join.cost <= max(_UNSEEN, _NEARLY * least)]
    best = max(near, key=lambda join: (join.length, -join.cost))
    return best if stride == 1 else _refined(descriptors, best, limits, stride, step)


def is_loop(descriptors: Descriptors) -> bool:
    """Return whether the last frame leads into the first as its frames lead into each other.

    The step over the end must be near the median step, or those beside it, and both it
    and the change of motion there among the clip's own, of which nineteen in twenty are no greater.
    """
    count = len(descriptors)
    if count < 4:
        return False
    noise = int(_NOISE * descriptors.size)
    over = descriptors.vector(0) - descriptors.vector(count - 1)
    squares, absolute, bends = _own_motion(descriptors)
    typical = typical_step(squares, noise)
    if typical > noise and 16 * _energy(over) < typical:
        return False  # the first frame once more: the loop ends before it
    near = float(np.sort(absolute[[0, 1, -2, -1]])[1:3].mean())
    median = max(typical_step(absolute**2, noise**2) ** 0.5, near)
    turns = (
        over - (descriptors.vector(count - 1) - descriptors.vector(count - 2)),
        descriptors.vector(1) - descriptors.vector(0) - over,
    )
    return (
        _energy(over) <= max(_high(squares), noise)
        and int(np.abs(over).sum()) <= max(min(_high(absolute), _SEAM * median), noise)
        and max(map(_energy, turns)) <= max(_high(bends), noise)
    )


def _own_motion(descriptors: Descriptors) -> tuple[Integers, Integers, Integers]:
    """Return squared and absolute steps (T - 1,), and squared changes of the step (T - 2,)."""
    squares, absolute, bends = [], [], []
    before: Integers | None = None
    for index in range(len(descriptors) - 1):
        step = descriptors.vector(index + 1) - descriptors.vector(index)
        squares.append(_energy(step))
        absolute.append(int(np.abs(step).sum()))
        if before is not None:
            bends.append(_energy(step - before))
        before = step
    return np.array(squares), np.array(absolute), np.array(bends)


def step_energies(descriptors: Descriptors) -> Integers:
    """Return (T - 1,) int64 squared distances of neighbouring frames."""
    return np.array(
        [
            _energy(descriptors.vector(i + 1) - descriptors.vector(i))
            for i in range(len(descriptors) - 1)
        ],
        np.int64,
    )


def typical_step(energies: NDArray[Any], least: float) -> float:
    """Return the median of squared steps, of those that are no mere repeat of a frame; or ``least``.

    A frame is held where its step is a hundredth of one beside it, as in a slower cadence.
    """
    held = [
        100 * energy < energies[max(0, i - _HELD) : i + _HELD + 1].max()
        for i, energy in enumerate(energies)
    ]
    moving = np.sort(energies[~np.array(held, bool)])
    return max(float(moving[len(moving) // 2]), least) if len(moving) else least


def _energy(difference: Integers) -> int:
    return int((difference * difference).sum())


def _high(values: Integers) -> int:
    """Return what nineteen in twenty do not exceed."""
    return int(np.sort(values)[-(len(values) // 20) - 1])


def _joins(descriptors: Descriptors, limits: Limits, stride: int, step: float) -> Iterator[Join]:
    """Yield the join of least cost for every length, in frames of the clip."""
    products = inner_products(descriptors.vectors(stride))
    distances, motion = squared_distances(products), motion_distances(products)
    own_steps = np.diagonal(distances, 1)
    shortest = -(-limits.shortest // stride)
    longest = max(shortest, limits.longest // stride)
    for length in range(shortest, min(longest, len(distances) - 1) + 1):
        pairs = np.diagonal(distances, length).copy()
        steps = np.diagonal(motion, length)
        pairs += np.append(steps, steps[-1]) if len(steps) else pairs
        best = _best(pairs, own_steps, length, max(1, limits.fade // stride), step)
        yield Join(
            best.start * stride, length * stride, best.fade * stride, best.mismatch, best.cost
        )


def _best(
    pairs: Integers, own_steps: Integers, length: int, longest_fade: int, step: float
) -> Join:
    """Return the join of least cost for one length.

    ``pairs`` (n,) are the costs of joining frame i with i + length, ``own_steps`` the squared
    steps of the clip.
    """
    found = []
    for fade in _FADES:
        if fade > min(longest_fade, length - 1, len(pairs)):
            break
        kernel = _kernel(fade)
        weighted = np.convolve(pairs, kernel, "valid")
        mismatch = np.sqrt(weighted / (int(kernel.sum()) * step))
        starts = np.arange(len(weighted)) + fade
        into = np.sqrt(own_steps[np.maximum(starts - 1, 0)] / step)
        cost = mismatch * (1 / (fade + 1) + _GHOST) + _HASTE * np.maximum(into - 1, 0)
        at = int(cost.argmin())
        found.append(Join(at + fade, length, fade, float(mismatch[at]), float(cost[at])))
    return min(found, key=lambda join: join.cost)


def _refined(
    descriptors: Descriptors, coarse: Join, limits: Limits, stride: int, step: float
) -> Join:
    """Return the best join near one that was found on every ``stride``-th frame."""
    first = max(0, coarse.start - coarse.fade - stride)
    last = coarse.start + stride
    found = []
    for length in range(coarse.length - stride + 1, coarse.length + stride):
        stop = min(last, len(descriptors) - length - 1)
        if not limits.shortest <= length <= limits.longest or stop <= first:
            continue
        here = [descriptors.vector(i) for i in range(first, stop + 2)]
        there = [
            descriptors.vector(i + length)
            for i in range(first, min(stop + 2, len(descriptors) - length))
        ]
        apart = [a - b for a, b in zip(here, there)]
        pairs = np.array([_energy(a) + _energy(b - a) for a, b in pairwise(apart)], np.int64)
        steps = np.array([_energy(b - a) for a, b in pairwise(here)], np.int64)
        best = _best(pairs, steps, length, limits.fade, step)
        found.append(Join(best.start + first, length, best.fade, best.mismatch, best.cost))
    return min(found, key=lambda join: join.cost, default=coarse)


def _kernel(size: int) -> Integers:
    """Return whole weights that rise to the middle and fall: where both pictures are seen alike."""
    count = max(1, size)
    return np.minimum(np.arange(1, count + 1), np.arange(count, 0, -1)).astype(np.int64)
