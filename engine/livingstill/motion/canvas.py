"""The flow of one instant while effects write it, and when and where an effect is applied."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Protocol

import numpy as np

from livingstill.core.model import Float32Array, Flow
from livingstill.motion.context import Box

if TYPE_CHECKING:
    from livingstill.kernels.flow_box import FlowBox

_NONE, _NONE_2, _NONE_3 = (np.zeros(shape, np.float32) for shape in ((0, 0), (0, 0, 2), (0, 0, 3)))


@dataclass(slots=True, eq=False)
class Canvas:
    """Fields of a ``Flow`` under work, (h, w[, n]) float32, ``step`` pixels to a node; at first all is still."""

    shape: tuple[int, int]
    step: int
    first: Float32Array = field(init=False)
    second: Float32Array | None = field(init=False, default=None)
    first_gain: Float32Array | None = field(init=False, default=None)
    second_gain: Float32Array | None = field(init=False, default=None)
    bias: Float32Array | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.first = np.zeros((*self.shape, 2), np.float32)

    def gain(self) -> Float32Array:
        """Return the first sample's gain, allocated on first use."""
        if self.first_gain is None:
            self.first_gain = np.ones(self.shape, np.float32)
        return self.first_gain

    def ensure_bias(self) -> Float32Array:
        """Return the bias, allocated on first use."""
        if self.bias is None:
            self.bias = np.zeros((*self.shape, 3), np.float32)
        return self.bias

    def box(self, box: Box) -> FlowBox:
        """Return what is allocated, as kernels take it to write in a box; the rest is empty."""
        from livingstill.kernels.flow_box import FlowBox

        return FlowBox(
            self.first,
            _NONE if self.first_gain is None else self.first_gain,
            _NONE_2 if self.second is None else self.second,
            _NONE if self.second_gain is None else self.second_gain,
            _NONE_3 if self.bias is None else self.bias,
            box.top,
            box.left,
        )

    def composite(
        self, cut: tuple[slice, slice], alpha: Float32Array, colour: Float32Array
    ) -> None:
        """Composite a ``colour`` (3,) of opacity ``alpha`` (h, w) over nodes ``cut``."""
        self.gain()[cut] *= 1 - alpha
        if self.second_gain is not None:
            self.second_gain[cut] *= 1 - alpha
        bias = self.ensure_bias()
        bias[cut] *= (1 - alpha)[..., None]
        bias[cut] += alpha[..., None] * colour

    def ensure_second(self) -> tuple[Float32Array, Float32Array]:
        """Return the second sample's displacement and gain, allocated on first use."""
        if self.second is None or self.second_gain is None:
            self.second = self.first.copy()
            self.second_gain = np.zeros(self.shape, np.float32)
        return self.second, self.second_gain

    def flow(self) -> Flow:
        """Return the flow; the canvas is spent."""
        return Flow(
            self.first, self.first_gain, self.second, self.second_gain, self.bias, step=self.step
        )


class Stage(IntEnum):
    """When an effect is applied: effects of a stage see what those of earlier stages wrote."""

    SAMPLE = 0
    """Sets the samples: advected textures."""

    DISPLACE = 1
    """Displaces the samples that are set: waves and sway."""

    COMPOSITE = 2
    """Copies, hides or recolours what the samples show: mirrors, flames, veils of smoke."""

    LIGHT = 3
    """Scales or covers all that lies below: light and overlays."""


@dataclass(frozen=True, slots=True)
class Placement:
    """When an effect is applied, and to which layers of the scene.

    ``front_only``: to the layers that show its region, not to those behind. ``reflects``: it copies
    the motion of other parts of its layer, so it does nothing to a background layer;
    ``reflects_samples``: advected textures too, which must then be on its layer as well as on the
    background. ``travels``: its phase is a way, not a swing, so a weaker drive slows it down.
    """

    stage: Stage
    front_only: bool = False
    reflects: bool = False
    reflects_samples: bool = False
    travels: bool = False

    @property
    def covers_background(self) -> bool:
        """Whether the effect also changes a background that passes behind its region."""
        return self.stage >= Stage.COMPOSITE and not self.reflects


class Effect(Protocol):
    """One thing that moves. ``apply`` is pure in ``phase`` and 1-periodic."""

    @property
    def placement(self) -> Placement:
        """When it is applied, and to which layers."""
        ...

    def apply(self, phase: float, canvas: Canvas) -> None:
        """Write what this effect does at ``phase``."""
        ...
