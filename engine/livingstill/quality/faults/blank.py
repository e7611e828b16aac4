"""Frames without a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from livingstill.quality.faults.detector import Finding, Flags, Found, Limit
from livingstill.quality.faults.kinds import BLACK, FaultKind
from livingstill.quality.faults.statistics import all_tiles, runs
from livingstill.quality.no_reference import Series


@dataclass(frozen=True, slots=True)
class Blank:
    """Frames, black or of one colour, whose texture is a small share of the clip's median."""

    name: ClassVar[str] = "black"
    kinds: ClassVar[tuple[FaultKind, ...]] = (BLACK,)
    after: ClassVar[tuple[str, ...]] = ()
    loop_only: ClassVar[bool] = False

    texture: Annotated[float, Limit("texture that a picture has", "share of the median")] = 0.12
    faint: Annotated[float, Limit("texture below which all frames are plain", "levels")] = 2.0

    def find(self, series: Series, _: Flags) -> Found:
        """Return the runs of frames without a picture."""
        texture = series.contrast.mean((1, 2)) + series.luma.std((1, 2))
        usual = float(np.median(texture))
        if usual < self.faint:
            return Found()
        return Found(
            tuple(
                Finding(
                    BLACK,
                    first,
                    last,
                    all_tiles(series),
                    usual / (texture[first] + 0.1 * usual) / 2,
                )
                for first, last in runs(texture < self.texture * usual)
            )
        )
