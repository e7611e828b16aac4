"""Exposure matched across the photos of a batch's groups, without remaking what is finished."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from livingstill.jobs import exposure
from livingstill.jobs.batch.sources import Row
from livingstill.jobs.batch.work import RECORDS, load, store

_TARGETS = "exposure.json"


def match_rows(rows: Sequence[Row], folder: Path, overwrite: bool = False) -> list[Row]:
    """Return the rows with the ``midtones`` that match the photos of each group.

    A group's target is kept in the folder when its first batch sets it, so that photos that come
    later are matched to those that are done, and not the other way round; ``overwrite`` sets it anew.
    A row that says its own ``midtones`` keeps them; clips to rescue are left alone.
    """
    path = folder / RECORDS / _TARGETS
    targets = {} if overwrite else {str(k): v for k, v in load(path).items() if _is_light(v)}
    measured = [None if row.rescue else exposure.luminance_of(row.photo) for row in rows]
    for group in dict.fromkeys(row.group for row in rows):
        of_group = [v for row, v in zip(rows, measured) if row.group == group and v is not None]
        if of_group and group not in targets:
            targets[group] = exposure.common_luminance(of_group)
    store(path, targets)
    matched = []
    for row, value in zip(rows, measured):
        (stops,) = exposure.match([value], targets.get(row.group))
        own = row.rescue or "midtones" in row.values
        matched.append(row if own else replace(row, values={**row.values, "midtones": stops}))
    return matched


def _is_light(value: object) -> bool:
    return isinstance(value, float) and 0 <= value <= 1
