"""One photo in every combination of chosen settings: clips with lasting names, and a table of them."""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from livingstill.core.errors import InputError
from livingstill.core.model import Progress
from livingstill.core.registry import nearest
from livingstill.io import images
from livingstill.io.files import atomic_write
from livingstill.jobs.batch.overview import Report
from livingstill.jobs.batch.run import Runner, work
from livingstill.jobs.batch.work import Output, Task
from livingstill.settings.declare import checked
from livingstill.settings.shot import Shot, expand_presets

MAX_VARIANTS = 500
DEFAULT_VALUES: Mapping[str, tuple[str, ...]] = {
    "camera": ("push-in", "truck-right", "orbit"),
    "aspect": ("16:9", "1:1", "9:16"),
    "seed": ("0", "1", "2"),
}
"""Values of a setting that is varied without saying which."""

TABLE = "variants.csv"


@dataclass(frozen=True, slots=True)
class Variant:
    """One combination: ``name`` is its clip's file, ``values`` what the axes say."""

    id: str
    name: str
    values: Mapping[str, str]


def axes(vary: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the settings to vary and their values, in order.

    Values are parted by commas, or by semicolons where they have commas themselves.

    >>> axes(["camera=push-in:amount=1.2,ease=sine,orbit,aspect=16:9,1:1", "title=Now; Now, or never"])
    {'camera': ('push-in:amount=1.2,ease=sine', 'orbit'), 'aspect': ('16:9', '1:1'), 'title': ('Now', 'Now, or never')}
    >>> axes(["seed"])
    {'seed': ('0', '1', '2')}

    Raises
    ------
    InputError
        If no setting has that name, or it has no values.
    """
    texts: dict[str, str | None] = {}
    for text in vary:
        current = ""
        for part in text.split(","):
            key, equals, rest = part.partition("=")
            name = key.strip().lstrip("-").replace("-", "_")
            if name in Shot.model_fields and (equals or name in DEFAULT_VALUES):
                current = name
                texts[current] = rest if equals else None
            elif not current:
                valid = list(Shot.model_fields)
                hint = (
                    "; give its values, as in title=A,B" if name in valid else nearest(name, valid)
                )
                raise InputError(f"vary is {text}, but '{name}' is no setting with values{hint}")
            else:
                previous = texts[current]
                texts[current] = part if previous is None else f"{previous},{part}"
    return {name: _values(name, text) for name, text in texts.items()}


def _values(name: str, text: str | None) -> tuple[str, ...]:
    if text is None:
        return DEFAULT_VALUES[name]
    values: list[str] = []
    for part in text.split(";" if ";" in text else ","):
        key, equals, _ = part.partition("=")
        if equals and ";" not in text and ":" not in key and values:
            values[-1] += f",{part}"  # a further key of a camera move
        elif part.strip():
            values.append(part.strip())
    if not values:
        raise InputError(f"vary is {name}=, with no value; give some, as in {name}=A,B")
    return tuple(dict.fromkeys(values))


def plan(
    photo: Path,
    folder: Path,
    varied: Mapping[str, Sequence[str]],
    values: Mapping[str, Any] | None = None,
    suffix: str = ".mp4",
) -> tuple[list[Task], list[Variant]]:
    """Return a task and a variant for every combination.

    An ID is made from the photo's bytes and all settings that differ from their defaults, so it
    stays the same whatever else is varied, and another photo or setting has another one.

    Raises
    ------
    InputError
        If the photo cannot be read, a value is wrong, or there are more than 500 combinations.
    """
    photo_hash = hashlib.sha256(images.bytes_of(photo, "photo")).hexdigest()
    default = Shot().model_dump(mode="json")
    tasks: list[Task] = []
    variants: list[Variant] = []
    for chosen_values in itertools.product(*varied.values()):
        if len(tasks) == MAX_VARIANTS:
            raise InputError(f"vary gives more than {MAX_VARIANTS} clips; vary less at once")
        combination = dict(zip(varied, chosen_values))
        merged = {**(values or {}), **combination}
        shot = checked(Shot, expand_presets(merged)).model_dump(mode="json")
        changed = {key: value for key, value in shot.items() if value != default[key]}
        text = json.dumps([photo_hash, changed], sort_keys=True)
        variant_id = hashlib.sha256(text.encode()).hexdigest()[:8]
        name = f"{photo.stem}-{variant_id}{suffix}"
        if any(variant.id == variant_id for variant in variants):
            continue  # two ways to say the same
        aspect = merged.pop("aspect", None)
        tasks.append(Task(str(photo), str(folder), (Output(name, aspect),), merged))
        variants.append(Variant(variant_id, name, combination))
    return tasks, variants


def variants(
    photo: str | Path,
    folder: str | Path,
    vary: Iterable[str],
    values: Mapping[str, Any] | None = None,
    *,
    suffix: str = ".mp4",
    workers: int | None = None,
    overwrite: bool = False,
    runner: Runner | None = None,
    progress: Progress | None = None,
) -> Report:
    """Make every combination of ``vary``; what is finished already is left as it is.

    Parameters
    ----------
    vary : as ``camera=push-in,orbit``; see ``axes``
    values : keys of ``Shot`` for all clips
    suffix, workers, overwrite, runner : as in ``batch.run.batch``

    ``variants.csv`` in the folder has a row per clip: its ID, file, the varied settings, and how it
    went.

    Raises
    ------
    InputError
        As ``plan`` and ``batch.run.batch``.
    """
    folder = Path(folder)
    varied = axes(vary)
    if not varied:
        raise InputError("nothing is varied; give --vary, as in --vary camera=push-in,orbit")
    tasks, planned = plan(Path(photo), folder, varied, values, suffix)
    report = work(
        tasks, folder, suffix, workers=workers, overwrite=overwrite, runner=runner,
        progress=progress,
    )  # fmt: skip
    records = {record["output"]: record for record in report.records}
    with atomic_write(folder / TABLE, overwrite=True) as part:
        part.write_text(_table(planned, records), encoding="utf-8", errors="surrogateescape")
    return report


def _table(planned: Sequence[Variant], records: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the table as CSV."""
    text = io.StringIO()
    facts = ("state", "width", "height", "duration", "bytes", "error")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["id", "file", *planned[0].values, *facts])
    for variant in planned:
        record = dict(records[variant.name])
        record["width"], record["height"] = record.get("size", ("", ""))
        cells = (record.get(fact, "") for fact in facts)
        writer.writerow([variant.id, variant.name, *variant.values.values(), *cells])
    return text.getvalue()
