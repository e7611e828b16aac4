"""Colours of a standing scene that swing far within a second."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from livingstill.core.model import Float32Array
from livingstill.quality.faults.detector import Detection, Finding, Flags, Limit
from livingstill.quality.faults.kinds import SWING, FaultKind
from livingstill.quality.faults.statistics import (
    MAD,
    all_tiles,
    pattern_correlation,
    running_median,
    runs,
)
from livingstill.quality.no_reference import Series

_FLASH_SECONDS = 0.1
"""Half the time of a flash or a broken frame, which the path of colours must not contain."""


@dataclass(frozen=True, slots=True)
class ColourSwing:
    """Chroma of the median tile that moves far within ``seconds`` while the picture stays.

    A fade takes chroma along with contrast, so what a fade to grey of as much contrast would bring
    is taken off; a dissolve or a pan changes the pattern of luma. An automatic white balance that
    settles after a pan was seen to reach three quarters of the limit. Coloured lights that are
    switched or dimmed on a whole stage are taken for a swing.
    """

    name: ClassVar[str] = "colour swing"
    kinds: ClassVar[tuple[FaultKind, ...]] = (SWING,)
    after: ClassVar[tuple[str, ...]] = ("black", "level shift")
    loop_only: ClassVar[bool] = False

    distance: Annotated[float, Limit("change of the median tile, beyond a fade", "levels")] = 8.4
    seconds: Annotated[float, Limit("time in which it changes", "seconds")] = 0.75
    lasting: Annotated[float, Limit("time over which it is found", "seconds")] = 0.25
    spread: Annotated[float, Limit("the same change", "standard deviations over the tiles")] = 1.0
    pattern: Annotated[float, Limit("luma of the tiles before and after", "correlation")] = 0.6

    def find(self, series: Series, explained: Flags) -> Detection:
        """Return the swings; frames that others account for are no end of one."""
        lag = max(2, round(self.seconds * series.fps))
        if len(series) <= lag:
            return Detection()
        sound = ~explained[lag:] & ~explained[:-lag]
        ratio = np.where(sound, self._swing(series, lag) / self.distance, 0)
        lasting = max(2, round(self.lasting * series.fps))
        findings = []
        for first, last in runs(ratio > 1, gap=1):
            ends = series.luma[[first]], series.luma[[last + lag]]
            if last + 1 - first >= lasting and pattern_correlation(*ends)[0] > self.pattern:
                strength = float(ratio[first : last + 1].max())
                findings.append(Finding(SWING, first, last + lag, all_tiles(series), strength))
        return Detection(tuple(findings))

    def _swing(self, series: Series, lag: int) -> Float32Array:
        """Return (T - lag,) levels by which the colours of the scene change; 0 where it changes."""
        reach = max(1, round(_FLASH_SECONDS * series.fps))
        chroma = running_median(series.chroma - 128, reach).reshape(len(series), -1, 2)
        change = chroma[lag:] - chroma[:-lag]
        common = np.median(change, axis=1)
        spread = MAD * np.median(np.abs(change - common[:, None]), axis=1)
        contrast = np.log(series.contrast.reshape(len(series), -1) + 1)
        kept = np.exp(-np.abs(np.median(contrast[lag:] - contrast[:-lag], axis=1)))
        level = np.abs(np.median(chroma, axis=1))
        fade = (1 - kept)[:, None] * np.maximum(level[lag:], level[:-lag])
        agrees = np.abs(common) > self.spread * spread
        stays = pattern_correlation(series.luma[lag:], series.luma[:-lag]) > self.pattern
        size = np.where(agrees & stays[:, None], np.abs(common) - fade, 0)
        return np.asarray(size.max(-1), np.float32)
