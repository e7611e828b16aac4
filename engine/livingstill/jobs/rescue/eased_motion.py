"""Motion that eases in from rest, so that a clip begins with its still."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livingstill.core.model import Flow, Motion


@dataclass(frozen=True, slots=True, eq=False)
class EasedMotion:
    """A motion that eases in from rest over ``ramp`` of the clip, and out where the ends join."""

    motion: Motion
    ramp: float
    periodic: bool

    def at(self, phase: float) -> tuple[Flow | None, ...]:
        """Return the flows at ``phase``, 0..1."""
        elapsed = min(phase, 1 - phase) if self.periodic else phase
        progress = min(1.0, elapsed / self.ramp)
        flows = self.motion.at(phase)
        return (
            flows
            if progress >= 1
            else tuple(_scaled_flow(f, progress * progress * (3 - 2 * progress)) for f in flows)
        )


def _scaled_flow(flow: Flow | None, share: float) -> Flow | None:
    """Return a flow at ``share`` of its strength: 0 shows the still."""
    if flow is None:
        return None
    strength = np.float32(share)
    rest = np.float32(1 - share)
    first, second = flow.first_gain, flow.second_gain
    if second is not None:
        start = np.ones_like(second) if first is None else first
        total = np.maximum(start + second, np.float32(1e-3))
        first, second = start * (strength + rest / total), second * (strength + rest / total)
    elif first is not None:
        first = rest + first * strength
    return Flow(
        flow.first * strength,
        first,
        None if flow.second is None else flow.second * strength,
        second,
        None if flow.bias is None else flow.bias * strength,
        flow.step,
    )
