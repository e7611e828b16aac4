"""A shot file or a manifest rendered again, compared with what the manifest records."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from livingstill.core.model import Progress
from livingstill.finish import files
from livingstill.jobs import manifest
from livingstill.jobs.animate import animate_file
from livingstill.jobs.job_result import JobResult
from livingstill.jobs.outputs import free_names
from livingstill.settings.declare import checked
from livingstill.settings.shot import Job, Shot, split
from livingstill.settings.shot_file import check_targets_inside, load_shot_file


def replay(
    recipe: Path,
    overrides: Mapping[str, Any],
    *,
    hashes: bool = False,
    progress: Progress | None = None,
) -> JobResult:
    """Render a shot file (TOML) or a manifest (JSON) again.

    ``overrides`` are keys of ``Job``: another photo, output and so on. A manifest's frames are
    compared with what is rendered; the result says the first difference.

    Raises
    ------
    InputError
        If the recipe is neither, is damaged, or its photo is not the one it was made from.
    """
    if recipe.suffix.lower() == ".toml":
        values = load_shot_file(recipe)
        split(values, f"{recipe}: ")
        shot, job = split({**values, **overrides})
        return animate_file(shot, job, hashes=hashes, progress=progress)
    record = manifest.load(recipe)
    shot = checked(Shot, record["shot"], f"{recipe}: ")
    shot = files.relocate(shot, record.get("files"), recipe.parent)
    photo = _find_photo(str(record["photo"].get("path")), recipe.parent)
    outputs = tuple(map(str, record["outputs"]))
    if "output" not in overrides:
        check_targets_inside(recipe, {"output": list(outputs)})
    job = checked(Job, {"photo": photo, "output": outputs, **overrides})
    renamed: tuple[str, ...] = ()
    if "output" not in overrides:
        outputs, renamed = free_names(outputs, job.overwrite)
        job = job.model_copy(update={"output": outputs})
    return animate_file(shot, job, hashes=True, progress=progress, record=record, renamed=renamed)


def _find_photo(path: str, folder: Path) -> Path:
    """Return the photo where the manifest says, or beside the manifest."""
    recorded = Path(path)
    return recorded if recorded.exists() or not (folder / path).exists() else folder / path
