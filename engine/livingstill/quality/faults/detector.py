"""The protocol of fault detectors: limits with units, and a pure function from series to findings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from livingstill.quality.faults.kinds import FaultKind
from livingstill.quality.no_reference import Series

Flags = NDArray[np.bool_]


class Limit(NamedTuple):
    """The quantity that a detector's limit bounds, and its unit."""

    help: str
    unit: str


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """A fault in frames ``first`` to ``last``, in the ``tiles`` (gy, gx) bool.

    ``strength`` is the ratio of its figure to the limit: 1 = at the limit.
    """

    kind: FaultKind
    first: int
    last: int
    tiles: Flags
    strength: float


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """The result of a detector.

    ``explained`` (T,) bool are anomalous frames it accounts for besides those of its findings;
    None = no more.
    """

    findings: tuple[Finding, ...] = ()
    explained: Flags | None = field(default=None)


class Detector(Protocol):
    """A detector: a frozen value whose fields are its limits, annotated with ``Limit``.

    ``after`` names the detectors whose findings account for frames, which this one then leaves
    alone; what those come after counts too. ``loop_only``: asked only of clips meant to loop.
    """

    name: ClassVar[str]
    kinds: ClassVar[tuple[FaultKind, ...]]
    after: ClassVar[tuple[str, ...]]
    loop_only: ClassVar[bool]

    def find(self, series: Series, explained: Flags, /) -> Detection:
        """Return the faults of a clip; ``explained`` (T,) bool are frames others account for."""
        ...


def mark(explained: Flags, finding: Finding) -> None:
    """Set the frames of a finding and one more on either side, unless it spans half the clip."""
    if finding.last - finding.first < len(explained) // 2:
        explained[max(0, finding.first - 1) : finding.last + 2] = True
