"""Colour or brightness of the whole picture that jumps and stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from livingstill.core.model import Float32Array
from livingstill.quality.faults.detector import Detection, Finding, Flags, Limit, mark
from livingstill.quality.faults.kinds import COLOUR, FLICKER, FaultKind
from livingstill.quality.faults.statistics import MAD, all_tiles, level_planes
from livingstill.quality.no_reference import Series, colours


@dataclass(frozen=True, slots=True)
class LevelShift:
    """Steps in which the median tile changes its level by many deviations, and the tiles agree.

    A cast adds the same to all tiles or, as a gain of a channel, more to the brighter ones: luma
    and the balance of channels are asked on a logarithmic scale (40 = a factor e), chroma plainly.
    """

    name: ClassVar[str] = "level shift"
    kinds: ClassVar[tuple[FaultKind, ...]] = (FLICKER, COLOUR)
    after: ClassVar[tuple[str, ...]] = ("outlier",)
    loop_only: ClassVar[bool] = False

    jump: Annotated[float, Limit("change of the median tile", "levels")] = 1.0
    deviations: Annotated[float, Limit("change of the median tile", "standard deviation")] = 8.0
    spread: Annotated[
        float, Limit("change of the median tile", "standard deviation over the tiles")
    ] = 2.0
    lasting: Annotated[
        float, Limit("the same, of a jump that is not undone: it is seen once", "levels")
    ] = 4.0
    max_frames: Annotated[int, Limit("frames in which a jump back ends the fault", "frames")] = 24

    def find(self, series: Series, explained: Flags) -> Detection:
        """Return the jumps; one that is undone soon spans the frames between."""
        excluded = explained.copy()
        common, ratio = self._jumps(series)
        findings = []
        for t in map(int, np.flatnonzero(ratio.max(1) > 1)):
            if excluded[t]:  # perhaps as the way back of the jump before
                continue
            axis = int(ratio[t].argmax())
            returns = [
                u
                for u in range(t + 1, min(t + self.max_frames, len(series)))
                if ratio[u, axis] > 0.7 and common[u, axis] * common[t, axis] < 0
            ]
            if not returns and abs(common[t, axis]) < self.lasting:
                continue
            last = returns[0] - 1 if returns else t
            kind = COLOUR if axis else FLICKER
            finding = Finding(kind, t, last, all_tiles(series), float(ratio[t].max()))
            excluded[t : last + 2] = True
            mark(excluded, finding)
            findings.append(finding)
        return Detection(tuple(findings), excluded)

    def _jumps(self, series: Series) -> tuple[Float32Array, Float32Array]:
        """Return (T, 5) the change of the median tile on each axis, and how far it is in limits."""
        planes = np.concatenate([level_planes(series), _balance(series)], axis=-1)
        jump = np.zeros_like(planes)
        jump[1:] = planes[1:] - planes[:-1]
        flat = jump.reshape(len(series), -1, jump.shape[-1])
        common = np.median(flat, axis=1)
        spread = np.median(np.abs(flat - common[:, None]), axis=1) * MAD
        deviation = np.median(np.abs(common), axis=0) * MAD
        bar = np.maximum(np.maximum(self.jump, self.deviations * deviation), self.spread * spread)
        return common, np.abs(common) / bar


def _balance(series: Series) -> Float32Array:
    """Return (T, gy, gx, 2), 40 times the logarithm of red and of blue over green."""
    log = 40 * np.log(colours(series) + 8)
    return np.asarray(log[..., ::2] - log[..., 1:2], np.float32)
