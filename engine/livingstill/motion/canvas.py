"""The flow of one instant while the effects of a scene write it, one after the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from livingstill.core.model import Float32Array, Flow
from livingstill.motion.context import STEP


@dataclass(slots=True, eq=False)
class Canvas:
    """Fields of a ``Flow`` under work, (h, w[, n]) float32; at first everything is still."""

    shape: tuple[int, int]
    first: Float32Array = field(init=False)
    second: Float32Array | None = field(init=False, default=None)
    first_gain: Float32Array | None = field(init=False, default=None)
    second_gain: Float32Array | None = field(init=False, default=None)
    bias: Float32Array | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.first = np.zeros((*self.shape, 2), np.float32)

    def gain(self) -> Float32Array:
        """Return the first sample's gain, made when it is first asked for."""
        if self.first_gain is None:
            self.first_gain = np.ones(self.shape, np.float32)
        return self.first_gain

    def added(self) -> Float32Array:
        """Return the bias, made when it is first asked for."""
        if self.bias is None:
            self.bias = np.zeros((*self.shape, 3), np.float32)
        return self.bias

    def veil(self, cut: tuple[slice, slice], alpha: Float32Array, colour: Float32Array) -> None:
        """Lay a ``colour`` (3,), opaque to the degree of ``alpha`` (h, w), over nodes ``cut``."""
        self.gain()[cut] *= 1 - alpha
        if self.second_gain is not None:
            self.second_gain[cut] *= 1 - alpha
        bias = self.added()
        bias[cut] *= (1 - alpha)[..., None]
        bias[cut] += alpha[..., None] * colour

    def pair(self) -> tuple[Float32Array, Float32Array]:
        """Return the second sample's displacement and gain, made when they are first asked for."""
        if self.second is None or self.second_gain is None:
            self.second = self.first.copy()
            self.second_gain = np.zeros(self.shape, np.float32)
        return self.second, self.second_gain

    def flow(self) -> Flow:
        """Return the flow; the canvas is spent."""
        return Flow(
            self.first, self.first_gain, self.second, self.second_gain, self.bias, step=STEP
        )


class Effect(Protocol):
    """One thing that moves. ``apply`` is pure in ``phase`` and 1-periodic.

    ``order``: 0 for what sets the samples, 1 for what displaces them, 2 for what shows or hides them
    as they are by then (mirrors, flames, veils of smoke), 3 for light and overlays.
    """

    @property
    def order(self) -> int:
        """When it is applied."""
        ...

    @property
    def alone(self) -> bool:
        """Whether only the layer that holds the region moves, not what lies behind it."""
        ...

    def apply(self, phase: float, canvas: Canvas) -> None:
        """Write what this effect does at ``phase``."""
        ...
