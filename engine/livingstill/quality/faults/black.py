"""Detector of blank frames: almost no texture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from livingstill.quality.faults.detector import Detection, Finding, Flags, Limit
from livingstill.quality.faults.kinds import BLACK, FaultKind
from livingstill.quality.faults.statistics import all_tiles, runs
from livingstill.quality.no_reference import Series


@dataclass(frozen=True, slots=True)
class Black:
    """Frames, black or of one colour, whose texture is a small share of the clip's median."""

    name: ClassVar[str] = "black"
    kinds: ClassVar[tuple[FaultKind, ...]] = (BLACK,)
    after: ClassVar[tuple[str, ...]] = ()
    loop_only: ClassVar[bool] = False

    texture_share: Annotated[float, Limit("texture that a picture has", "share of the median")] = (
        0.12
    )
    min_texture: Annotated[float, Limit("texture below which all frames are plain", "levels")] = 2.0

    def find(self, series: Series, _: Flags) -> Detection:
        """Return the runs of frames without a picture."""
        texture = series.contrast.mean((1, 2)) + series.luma.std((1, 2))
        median_texture = float(np.median(texture))
        if median_texture < self.min_texture:
            return Detection()
        return Detection(
            tuple(
                Finding(
                    BLACK,
                    first,
                    last,
                    all_tiles(series),
                    median_texture / (texture[first] + 0.1 * median_texture) / 2,
                )
                for first, last in runs(texture < self.texture_share * median_texture)
            )
        )
