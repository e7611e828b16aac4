"""The verdict on a clip: its faults, each with frames, box, severity and a sentence, worst first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import UInt8Array
from livingstill.quality import no_reference
from livingstill.quality.faults.detector import Finding
from livingstill.quality.faults.detectors import fault_kind, find_faults
from livingstill.quality.faults.kinds import BORDER


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: frames ``first`` to ``last``, ``box`` x, y, width, height in pixels of the clip.

    ``severity`` is 0..1; ``message`` one sentence: what, where, likely cause and remedy.
    """

    kind: str
    first: int
    last: int
    box: tuple[int, int, int, int]
    severity: float
    message: str

    def to_dict(self) -> dict[str, Any]:
        """Return the fault as plain values for JSON."""
        return {
            "kind": self.kind,
            "first": self.first,
            "last": self.last,
            "box": list(self.box),
            "severity": self.severity,
            "message": self.message,
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """All faults of a clip of ``frames`` frames, worst first, and the clip's profile.

    ``notes`` are findings that are worth a look but no faults.
    """

    frames: int
    fps: float
    size: tuple[int, int]
    faults: tuple[Fault, ...]
    figures: dict[str, float]
    notes: tuple[Fault, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether there is no fault."""
        return not self.faults

    @property
    def bad(self) -> NDArray[np.bool_]:
        """One flag per frame: a fault covers it."""
        flags = np.zeros(self.frames, bool)
        for fault in self.faults:
            flags[fault.first : fault.last + 1] = True
        return flags

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict as plain values for JSON."""
        return {
            "frames": self.frames,
            "fps": self.fps,
            "size": list(self.size),
            "clean": self.clean,
            "faults": [fault.to_dict() for fault in self.faults],
            "figures": {name: round(value, 6) for name, value in self.figures.items()},
        }


def check(
    frames: Iterable[UInt8Array], fps: float, still: UInt8Array | None = None, *, loop: bool = False
) -> Verdict:
    """Measure a clip in one pass and judge it; see ``no_reference.observe`` and ``judge``."""
    return judge(no_reference.observe(frames, fps, still), loop=loop)


def judge(series: no_reference.Series, *, loop: bool = False) -> Verdict:
    """Return the verdict on a clip's measurements. ``loop``: the clip is meant to be seamless."""
    findings = _merge_findings(find_faults(series, loop=loop))
    faults = worst_first(_fault(finding, series) for finding in findings)
    return Verdict(
        frames=len(series),
        fps=series.fps,
        size=series.size,
        faults=tuple(fault for fault in faults if not fault_kind(fault.kind).note),
        figures=no_reference.figures(series),
        notes=tuple(fault for fault in faults if fault_kind(fault.kind).note),
    )


def with_exact_figures(verdict: Verdict, exact: Mapping[str, float]) -> Verdict:
    """Return the verdict on a rendered clip with its exact figures, and the faults they prove."""
    figure_of = {"border": "exact_border", "hole": "exact_holes", "leak": "exact_leak"}
    frame_box = (0, 0, *verdict.size)
    exact_faults = [
        make_fault(
            kind, 0, verdict.frames - 1, frame_box, verdict.size, verdict.fps, 1 + exact[name]
        )
        for kind, name in figure_of.items()
        if exact.get(name, 0.0) > 0
    ]
    faults = worst_first((*verdict.faults, *exact_faults))
    return replace(verdict, faults=faults, figures={**verdict.figures, **exact})


def worst_first(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Return faults worst first, then as they come."""
    return tuple(sorted(faults, key=lambda f: (-f.severity, f.first, f.kind)))


def make_fault(
    kind: str,
    first: int,
    last: int,
    box: tuple[int, int, int, int],
    size: tuple[int, int],
    fps: float,
    strength: float,
) -> Fault:
    """Return a fault with its severity and its sentence; ``strength`` 1 is just beyond the bar."""
    named = fault_kind(kind)
    where = f"{span_in_words(first, last, fps)}, {position_in_words(box, size)}"
    severity = round(float(strength / (strength + 3)), 3)
    return Fault(
        kind, first, last, box, severity, f"{where}: {named.appearance}; likely {named.cause}."
    )


def span_in_words(first: int, last: int, fps: float) -> str:
    """Return the frames of a span and their seconds, in words.

    >>> span_in_words(4, 15, 24.0)
    'frames 4 to 15, 0.17 s to 0.62 s'
    """
    if first == last:
        return f"frame {first}, {first / fps:.2f} s"
    return f"frames {first} to {last}, {first / fps:.2f} s to {last / fps:.2f} s"


def position_in_words(box: tuple[int, int, int, int], size: tuple[int, int]) -> str:
    """Return the position of a box in the picture, in words.

    >>> tuple(position_in_words(box, (1000, 500)) for box in ((0, 0, 100, 50), (0, 0, 900, 500)))
    ('top left', 'whole picture')
    """
    x, y, width, height = box
    if width * height > 0.7 * size[0] * size[1]:
        return "whole picture"
    across = ("left", "centre", "right")[min(2, int(3 * (x + width / 2) / size[0]))]
    down = ("top", "middle", "bottom")[min(2, int(3 * (y + height / 2) / size[1]))]
    return "centre" if (down, across) == ("middle", "centre") else f"{down} {across}"


def _fault(finding: Finding, series: no_reference.Series) -> Fault:
    """Turn a finding's tiles into a box of pixels."""
    down, across = np.nonzero(finding.tiles)
    width, height = series.size
    rows, columns = series.grid
    x, y = int(across.min() * width / columns), int(down.min() * height / rows)
    right, bottom = (
        round((across.max() + 1) * width / columns),
        round((down.max() + 1) * height / rows),
    )
    box = (x, y, int(right) - x, int(bottom) - y)
    return make_fault(
        finding.kind.name,
        finding.first,
        finding.last,
        box,
        series.size,
        series.fps,
        finding.strength,
    )


def _merge_findings(findings: Sequence[Finding]) -> list[Finding]:
    """Join findings of one kind whose frames touch."""
    out: list[Finding] = []
    for finding in sorted(findings, key=lambda f: (f.kind.name, f.first)):
        last = out[-1] if out else None
        if (
            last
            and last.kind == finding.kind
            and finding.first <= last.last + 2
            and finding.kind is not BORDER
        ):
            out[-1] = Finding(
                last.kind,
                last.first,
                max(last.last, finding.last),
                last.tiles | finding.tiles,
                max(last.strength, finding.strength),
            )
        else:
            out.append(finding)
    return out
