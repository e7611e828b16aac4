"""Shot files: settings in TOML, read with their relative paths and written with their help."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from livingstill.core.errors import InputError
from livingstill.io import text
from livingstill.settings import brand
from livingstill.settings.shot import Shot


def load_shot_file(path: Path) -> dict[str, Any]:
    """Read a shot file (TOML) into values for ``split``; its keys are those of ``Shot`` and ``Job``.

    Relative paths in it are taken from the file's own folder.

    Raises
    ------
    InputError
        If the file is missing, no TOML, or holds tables.
    """
    values = text.read_toml(path, "shot file")
    check_targets_inside(path, values)
    return {key: resolve_beside(path.parent, key, value) for key, value in values.items()}


OUTPUT_KEYS = ("output", "manifest", "report", "poster", "sidecar")
"""Keys that name files to write."""


def check_targets_inside(recipe: Path, values: Mapping[str, Any]) -> None:
    """Raise InputError for a shot file or manifest, possibly untrusted, that writes elsewhere.

    Raises
    ------
    InputError
        If a file it would write lies neither in its own folder nor in the current one.
    """
    folders = (Path.cwd().resolve(), recipe.parent.resolve())
    for key in OUTPUT_KEYS:
        value = values.get(key)
        for name in value if isinstance(value, list) else [value]:
            if not isinstance(name, str) or name == "-" or "\0" in name:
                continue
            if not any(Path(name).resolve().is_relative_to(folder) for folder in folders):
                raise InputError(
                    f"{recipe} would write {name}, outside its own folder and the current one; "
                    f"if that is meant, take it out and give --{key} yourself"
                )


def resolve_beside(folder: Path, key: str, value: Any) -> Any:
    """Take a relative path in a shot file from the file's own folder."""
    if key in ("photo", "hold", "brand", *brand.FILES) and isinstance(value, str):
        return str(folder / value)
    if key in ("depth", "audio") and isinstance(value, str) and (folder / value).is_file():
        return str(folder / value)
    if key == "camera" and isinstance(value, str) and value.startswith("@"):
        return f"@{folder / value[1:]}"
    if key in ("mask", "modulate") and isinstance(value, list):
        parts = [str(entry).partition("=") for entry in value]
        return [f"{kind}={folder / file}" if file else kind for kind, _, file in parts]
    return value


def dump_shot_file(shot: Shot, photo: str | None = None) -> str:
    """Return ``shot`` as the text of a shot file: each key with its help, defaults commented out.

    Raises
    ------
    InputError
        If a file's name is no text, so that TOML cannot say it.
    """
    lines = [f"photo = {json.dumps(photo, ensure_ascii=False)}", ""] if photo else []
    values = shot.model_dump(mode="json")
    default = Shot().model_dump(mode="json")
    for name, info in Shot.model_fields.items():
        value = values[name]
        lines.append(f"# {info.description}")
        comment = "" if value != default[name] else "# "
        text_value = "" if value is None else json.dumps(value, ensure_ascii=False)
        lines.append(
            f"{comment}{name} = {text_value}".rstrip() if value is not None else f"# {name} ="
        )
    document = "\n".join(lines) + "\n"
    try:
        document.encode()
    except UnicodeEncodeError:
        raise InputError(
            "a shot file cannot name a file whose name is no text; rename it"
        ) from None
    return document
