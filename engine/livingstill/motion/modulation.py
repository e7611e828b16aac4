"""Effects whose strength or speed follows an envelope.

What sways keeps its rhythm, and its amplitude is scaled; so nothing exceeds the limits that it was
built with. What travels must not be scaled, or it would run backwards as the envelope falls: its
speed is, so its phase is the envelope's integral. It is built for a loop as much shorter as the
envelope is weaker on average: then it runs at its own speed where the envelope is 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from livingstill.core.envelope import Envelope
from livingstill.core.model import Float32Array
from livingstill.motion.canvas import Canvas, Effect, Placement
from livingstill.motion.context import MotionContext

_FIELDS = {"first": 0.0, "first_gain": 1.0, "second": 0.0, "second_gain": 0.0, "bias": 0.0}
"""Fields of a canvas, and what those are at rest that are not allocated."""


@dataclass(frozen=True, slots=True, eq=False)
class ScaledEffect:
    """An effect at the strengths of an envelope: what it changes of a canvas, times the strength."""

    effect: Effect
    envelope: Envelope

    @property
    def placement(self) -> Placement:
        """That of the effect."""
        return self.effect.placement

    def apply(self, phase: float, canvas: Canvas) -> None:
        """Write a share of what the effect does at ``phase``."""
        share = np.float32(self.envelope.at(phase))
        before = {name: _copy(getattr(canvas, name)) for name in _FIELDS}
        self.effect.apply(phase, canvas)
        for name, rest in _FIELDS.items():
            after: Float32Array | None = getattr(canvas, name)
            if after is None:
                continue
            known = before[name]
            start = np.full_like(after, rest) if known is None else known
            after -= start
            after *= share
            after += start


def _copy(field: Float32Array | None) -> Float32Array | None:
    return None if field is None else field.copy()


@dataclass(frozen=True, slots=True, eq=False)
class PacedEffect:
    """An effect at the speeds of an envelope: its phase is the way that is covered."""

    effect: Effect
    envelope: Envelope

    @property
    def placement(self) -> Placement:
        """That of the effect."""
        return self.effect.placement

    def apply(self, phase: float, canvas: Canvas) -> None:
        """Write what the effect does when it has come as far as it has at ``phase``."""
        self.effect.apply(self.envelope.warp(phase), canvas)


def build_modulated(
    context: MotionContext,
    build: Callable[[MotionContext], tuple[Effect, ...]],
) -> tuple[Effect, ...]:
    """Return the effects that ``build`` makes of a region, at the strengths of its envelope, or its speeds.

    A mirror follows what it mirrors.
    """
    envelope = context.envelope
    assert envelope is not None  # else there is nothing to do
    if envelope.mean == 0:
        return ()
    steady = build(context)
    scaled = tuple(
        effect if effect.placement.reflects else ScaledEffect(effect, envelope)
        for effect in steady
        if not effect.placement.travels
    )
    if len(scaled) == len(steady):
        return scaled
    travelling = build(context.shortened(context.seconds * envelope.mean))
    paced = (PacedEffect(one, envelope) for one in travelling if one.placement.travels)
    return (*scaled, *paced)
