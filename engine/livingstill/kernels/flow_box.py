"""The part of a flow that an effect writes to, as all kernels of motion take it."""

from __future__ import annotations

from typing import NamedTuple

from livingstill.core.model import Float32Array
from livingstill.kernels.compile import record


@record("f4:3 f4:2 f4:3 f4:2 f4:3 i8 i8")
class FlowBox(NamedTuple):
    """The fields of a flow of (H, W) nodes, and where in them a box begins.

    Attributes
    ----------
    first, second : (H, W, 2) float32, displacements of both samples in pixels; no second: (0, 0, 2)
    first_gain, second_gain : (H, W) float32; (0, 0) where there is none
    bias : (H, W, 3) float32 levels; (0, 0, 3) where there is none
    top, left : the first row and column of the box
    """

    first: Float32Array
    first_gain: Float32Array
    second: Float32Array
    second_gain: Float32Array
    bias: Float32Array
    top: int
    left: int
