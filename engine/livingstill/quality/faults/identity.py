"""Parts of the picture that looked like the still and no longer do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from livingstill.quality.faults.detector import Detection, Finding, Flags, Limit
from livingstill.quality.faults.kinds import IDENTITY, FaultKind
from livingstill.quality.faults.statistics import clustered_tiles, runs
from livingstill.quality.no_reference import Series


@dataclass(frozen=True, slots=True)
class Identity:
    """Clusters of tiles whose SSIM to the registered still falls from what it was at the start."""

    name: ClassVar[str] = "identity"
    kinds: ClassVar[tuple[FaultKind, ...]] = (IDENTITY,)
    after: ClassVar[tuple[str, ...]] = ()
    loop_only: ClassVar[bool] = False

    max_similarity: Annotated[float, Limit("likeness of a tile to the still", "SSIM")] = 0.45
    min_loss: Annotated[float, Limit("loss of likeness since the first tenth", "SSIM")] = 0.25
    area: Annotated[float, Limit("tiles that are lost", "share")] = 0.08

    def find(self, series: Series, _: Flags) -> Detection:
        """Return the runs of two and more frames that no longer look like the still."""
        if series.identity is None:
            return Detection()
        start = series.identity[: max(1, len(series) // 10)].mean(0)
        changed = (series.identity < self.max_similarity) & (
            series.identity < start - self.min_loss
        )
        dissimilar = np.stack([clustered_tiles(flags) for flags in changed])
        findings = []
        for first, last in runs(dissimilar.mean((1, 2)) > self.area, gap=2):
            tiles = np.asarray(dissimilar[first : last + 1].any(0))
            share = float(dissimilar[first : last + 1].mean((1, 2)).max())
            if last > first or len(series) == 1:
                findings.append(Finding(IDENTITY, first, last, tiles, share / self.area))
        return Detection(tuple(findings))
