"""The tasks of a batch: for each row its clips, their names and settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from livingstill.core.errors import InputError
from livingstill.jobs.batch import names
from livingstill.jobs.batch.sources import Row
from livingstill.jobs.batch.work import Output, Task
from livingstill.jobs.stereo import name_with_layout
from livingstill.settings.declare import checked
from livingstill.settings.presets import PRESETS
from livingstill.settings.rescue import RescueSettings
from livingstill.settings.shot import Shot, expand_presets
from livingstill.settings.values import fixes_aspect, override_settings

_RESCUE_SUFFIXES = (".mp4", ".mov", ".webm", ".mkv", ".gif", ".webp", ".png")
"""Formats that a rescued clip keeps; others become MP4."""


def plan(
    rows: Sequence[Row],
    folder: Path,
    values: Mapping[str, Any] | None = None,
    preset: str | None = None,
    aspects: Sequence[str] = (),
    suffix: str = ".mp4",
) -> list[Task]:
    """Return a task per row; their names are those of ``names.stems``.

    Raises
    ------
    InputError
        If the preset or a setting for all photos is wrong; a row's own mistake is its failure.
    """
    preset_settings = PRESETS[preset] if preset else None
    common = override_settings(values or {}, preset_settings.values if preset_settings else {})
    for aspect in aspects or (None,):
        checked(Shot, expand_presets({**common, **({"aspect": aspect} if aspect else {})}))
    tasks = []
    for row, stem in zip(rows, names.stems(rows, folder)):
        if row.rescue:
            tasks.append(_rescue_task(row, folder, common, stem))
            continue
        merged = override_settings(row.values, common)
        shapes: Sequence[str | None] = aspects or (
            preset_settings.aspects if preset_settings else ()
        )
        if not aspects and fixes_aspect(merged.get("size")):
            shapes = ()  # the size says the shape, and what is said wins over the preset
        if merged.get("aspect") or not shapes:
            shapes = (merged.pop("aspect", None),)
        outputs = tuple(
            Output(f"{stem}{_aspect_suffix(shape) if len(shapes) > 1 else ''}{suffix}", shape)
            for shape in shapes
        )
        error = ""
        try:
            shots = [
                checked(Shot, expand_presets({**merged, **({"aspect": shape} if shape else {})}))
                for shape in shapes
            ]
            outputs = tuple(
                replace(output, name=name_with_layout(output.name, shot))
                for output, shot in zip(outputs, shots, strict=True)
            )
        except InputError as mistake:
            error = str(mistake)
        tasks.append(
            Task(
                str(row.photo), str(folder), outputs, merged, error,
                stem=stem, row=names.row_digest(row),
            )
        )  # fmt: skip
    return tasks


def _rescue_task(row: Row, folder: Path, common: Mapping[str, Any], stem: str) -> Task:
    """Return the task of a clip to rescue, in its own format; of ``common``, what concerns it."""
    values = {k: v for k, v in common.items() if k in ("seed", "quality")} | dict(row.values)
    suffix, error = row.photo.suffix.lower(), ""
    try:
        checked(RescueSettings, values)
        if "%" in row.photo.name:
            error = f"clip {row.photo} is a sequence of pictures; rescue it by itself"
    except InputError as mistake:
        error = str(mistake)
    suffix = suffix if suffix in _RESCUE_SUFFIXES else ".mp4"
    still = str(row.still) if row.still else ""
    return Task(
        str(row.photo),
        str(folder),
        (Output(stem + suffix),),
        values,
        error,
        rescue=True,
        still=still,
        stem=stem,
        row=names.row_digest(row),
    )


def _aspect_suffix(aspect: str | None) -> str:
    return f"-{aspect.replace(':', 'x')}" if aspect else ""
