"""A brand that a page gives: its file as text, and the files that it names by handle."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from livingstill.core.errors import InputError
from livingstill.settings import brand
from livingstill.settings.declare import checked
from livingstill.settings.shot import Shot

from livingstill_cli.studio import shots
from livingstill_cli.studio.handles import Handles


def settings_of(
    text: str, files: Mapping[str, str], handles: Handles
) -> tuple[dict[str, Any], list[str]]:
    """Return the settings that a brand file stands for, as a page has them, and what is missing.

    ``files`` has handles by name. What the brand names and is not among them is missing.

    Raises
    ------
    InputError
        If the text is no brand file, or a file of it cannot be what it is named for.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"the brand file is no TOML: {error}; correct it") from None
    if str(table.get("camera", "")).startswith("@"):
        raise InputError("the brand names keyframes of a camera; give a move in their place")
    missing, found = [], {}
    for key in brand.FILES:
        if key not in table:
            continue
        name = PurePosixPath(str(table.pop(key)).replace("\\", "/")).name
        handle = files.get(name)
        if handle is None:
            missing.append(name)
        else:
            handles.of(handle)
            found[key] = handle
    values = shots.settings_of(checked(Shot, _read(table)))
    return {**values, **found}, missing


def _read(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a brand file without files says, its mood included."""
    with tempfile.TemporaryDirectory(prefix="livingstill-") as folder:
        path = Path(folder) / "brand.toml"
        lines = [f"{key} = {_written(value)}\n" for key, value in table.items()]
        path.write_text("".join(lines), encoding="utf-8")
        return brand.read(path)


def _written(value: Any) -> str:
    """Return a value in TOML; what is no plain value is refused."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, str):
        escaped = "".join(
            c if c >= " " and c not in '"\\\x7f' else f"\\u{ord(c):04x}" for c in value
        )
        return f'"{escaped}"'
    raise InputError(f"the brand file has {value!s}, which is no setting; take it out")
