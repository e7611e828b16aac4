"""Effects of regions by what they were built from: an edit of one region leaves those of others."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from hashlib import sha256
from threading import Lock

import numpy as np

from livingstill.core.model import Float32Array
from livingstill.motion.builder import build_effects
from livingstill.motion.canvas import Effect
from livingstill.motion.context import MotionContext

_MOST = 16
"""Regions whose effects are kept: those of about two motions."""


class EffectCache:
    """Builds the effects of a region, or returns those that the same context gave before."""

    def __init__(self) -> None:
        self._effects: OrderedDict[Hashable, tuple[Effect, ...]] = OrderedDict()
        self._last: dict[Hashable, tuple[Effect, ...]] = {}
        self._lock = Lock()  # regions are built at the same time

    def __call__(self, context: MotionContext) -> tuple[Effect, ...]:
        """Return the effects of a region."""
        key = _key(context, context.mask)
        effects = self._effects.get(key)
        if effects is None:
            effects = build_effects(context)
        with self._lock:
            self._effects[key] = effects
            self._effects.move_to_end(key)
            while len(self._effects) > _MOST:
                self._effects.popitem(last=False)
            if len(self._last) > _MOST:
                self._last.clear()
            self._last[_key(context)] = effects
        return effects

    def last(self, context: MotionContext) -> tuple[Effect, ...]:
        """Return the effects of a region as it was before its mask changed, if nothing else did."""
        return self._last.get(_key(context)) or self(context)


def _key(context: MotionContext, *more: Float32Array) -> Hashable:
    """Return a context by value but for its mask: ``colour`` is of ``rgb``, so it needs no digest."""
    digest = sha256()
    envelope = None if context.envelope is None else context.envelope.strengths
    for array in (context.rgb, context.inverse_depth, context.direction, envelope, *more):
        if array is not None:
            digest.update(np.ascontiguousarray(array).data)
    return (
        digest.digest(),
        (context.kind, context.index, context.direction is None),
        (context.wind, context.seconds, context.amount, context.seed),
        (context.own_layer, context.on_background, context.envelope is None),
    )
