"""Camera keyframes between a page and the files that a shot names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from livingstill.camera import keyframes
from livingstill.camera.keyframes import CHANNELS
from livingstill.core.errors import InputError
from livingstill.core.model import CameraPath
from livingstill.io import text

INTERPOLATIONS = ("catmull-rom", "monotone", "linear")
_DIGITS = 4


def write(table: dict[str, Any]) -> str:
    """Return the text of a keyframe file for a table as a page sends it.

    Raises
    ------
    InputError
        If the table is no path of a camera.
    """
    keyframes.parse(table)
    lines = [f'interpolation = "{table.get("interpolation", INTERPOLATIONS[0])}"']
    for keyframe in table["keyframe"]:
        lines += ["", "[[keyframe]]"]
        lines += [f"{key} = {round(float(value), _DIGITS)!r}" for key, value in keyframe.items()]
    return "\n".join(lines) + "\n"


def read(path: Path, duration: float) -> dict[str, Any]:
    """Return the keyframes of a file with times 0..1, as a page edits them.

    Raises
    ------
    InputError
        If the file is no keyframe file.
    """
    table = text.read_toml(path, "keyframe file")
    try:
        keyframes.parse(table, duration)
    except InputError as error:
        raise InputError(f"{path.name}: {error}") from None
    unit = duration if table.pop("unit", "fraction") == "seconds" else 1.0
    for keyframe in table["keyframe"]:
        keyframe["time"] = keyframe["time"] / unit
    return {"interpolation": INTERPOLATIONS[0], **table}


def poses(camera: CameraPath, times: Sequence[float]) -> list[dict[str, float]]:
    """Return a camera's poses at times 0..1 as keyframes, each value within its range."""
    out = []
    for time in times:
        pose = {key: float(value) for key, value in asdict(camera.at(time)).items()}
        within = {
            key: round(min(most, max(least, pose[key])), _DIGITS)
            for key, (least, most) in CHANNELS.items()
            if key in pose
        }
        out.append({"time": round(time, _DIGITS), **within})
    return out
