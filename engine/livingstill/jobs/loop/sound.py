"""The sound of a loop: its end cross-faded into what sounded before its beginning."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from livingstill.core.model import SAMPLE_RATE, Float32Array
from livingstill.media import sound

_LEAST_FADE = 0.02
"""Seconds of sound before the loop below which there is nothing to fade into: both ends fade out."""
_EDGE = 0.01


class JoinedSound:
    """A clip's sound from ``start`` on, ``seconds`` long, so that it loops, played ``times`` times.

    Read in slices, in order (``sound.Samples``): it is decoded as it is asked for. The last
    ``fade`` seconds are cross-faded into those before ``start``, at equal power; no more than there is.
    """

    def __init__(
        self, path: Path, start: float, seconds: float, fade: float, *, times: int = 1
    ) -> None:
        self._path, self._start, self._times = path, start, times
        self._count = round(seconds * SAMPLE_RATE)
        lead = min(fade, start, seconds / 2)
        self._lead = round(lead * SAMPLE_RATE) if lead >= _LEAST_FADE else 0
        self._blocks: Iterator[Float32Array] = iter(())
        self._rest = np.zeros((0, 2), np.float32)
        self._before = self._rest
        self._position = 0

    def __len__(self) -> int:
        return self._count * self._times

    def __getitem__(self, span: slice, /) -> Float32Array:
        """Return the next samples; ``span`` begins where the last one ended."""
        stop = min(span.stop, len(self))
        parts = []
        while self._position < stop:
            within = self._position % self._count
            if within == 0:
                self._rewind()
            count = min(stop - self._position, self._count - within)
            parts.append(self._joined(self._decoded(count), within))
            self._position += count
        return np.concatenate(parts) if parts else np.zeros((0, 2), np.float32)

    def _rewind(self) -> None:
        self._blocks = sound.blocks(self._path, self._start - self._lead / SAMPLE_RATE)
        self._rest = np.zeros((0, 2), np.float32)
        self._before = self._decoded(self._lead)

    def _decoded(self, count: int) -> Float32Array:
        """Return the next ``count`` samples; silence where the sound has ended."""
        parts, missing = [self._rest[:count]], count - len(self._rest)
        self._rest = self._rest[count:]
        while missing > 0:
            block = next(self._blocks, None)
            if block is None:
                parts.append(np.zeros((missing, 2), np.float32))
                break
            parts.append(block[:missing])
            self._rest = block[missing:]
            missing -= len(block)
        return np.concatenate(parts)

    def _joined(self, samples: Float32Array, first: int) -> Float32Array:
        """Return samples of the loop from ``first`` on, as they sound in it."""
        at = first + np.arange(len(samples))
        if not self._lead:
            edge = np.minimum(at, self._count - 1 - at) / (_EDGE * SAMPLE_RATE)
            return samples * np.clip(edge, 0, 1).astype(np.float32)[:, None]
        into = at - (self._count - self._lead)
        late = into >= 0
        angle = (into[late] + 0.5) / self._lead * (np.pi / 2)
        joined = samples.copy()
        joined[late] = (
            samples[late] * np.cos(angle)[:, None]
            + self._before[into[late]] * np.sin(angle)[:, None]
        )
        return joined
