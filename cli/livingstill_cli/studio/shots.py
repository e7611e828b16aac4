"""Settings as a page has them, with handles in the place of files, to and from shots and shot files."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from livingstill.core.errors import InputError
from livingstill.io.files import atomic_write, free_name
from livingstill.jobs import soundtrack
from livingstill.settings.declare import checked
from livingstill.settings.shot import Shot, expand_presets, split
from livingstill.settings.shot_file import dump_shot_file

from livingstill_cli.studio.handles import Handles, Stored

FILE_KEYS = ("hold", "font", "subtitle_font", "logo", "lut")
"""Settings that are a file."""

PAIR_KEYS = ("mask", "modulate")
"""Settings that are lists of a name and a file each."""

HIDDEN = ("brand", "max_pixels")
"""Settings that a page cannot set: what a brand file names is set in its place."""

_DEPTHS = ("embedded", "cues", "flat")


def shot_of(values: Mapping[str, Any], handles: Handles) -> Shot:
    """Return the shot of a page's settings.

    Raises
    ------
    InputError
        If a setting is unknown or wrong, or names a file by anything but a handle.
    """
    if not isinstance(values, Mapping):
        raise InputError("settings are no object; send one key and value per setting")
    hidden = next((key for key in values if key in HIDDEN), None)
    if hidden is not None or any(key not in Shot.model_fields for key in values):
        key = hidden or next(key for key in values if key not in Shot.model_fields)
        raise InputError(f"no setting of the studio is called '{key}'")
    return split(map_files(values, lambda handle, _: str(handles.of(handle).path)))[0]


def map_files(values: Mapping[str, Any], change: Callable[[str, str], str]) -> dict[str, Any]:
    """Return settings with every file changed: ``change`` is given the file and a name for its use."""
    out = dict(values)
    for key in FILE_KEYS:
        if out.get(key) is not None:
            out[key] = change(str(out[key]), key)
    depth, audio, camera = out.get("depth"), out.get("audio"), str(out.get("camera", ""))
    if depth is not None and depth not in _DEPTHS:
        out["depth"] = change(str(depth), "depth")
    if audio is not None and audio != soundtrack.AUTO and not soundtrack.beds(str(audio)):
        out["audio"] = change(str(audio), "sound")
    if camera.startswith("@"):
        out["camera"] = "@" + change(camera[1:], "camera")
    for key in PAIR_KEYS:
        pairs = out.get(key, [])
        if not isinstance(pairs, list | tuple):
            raise InputError(f"{key} is {pairs!s}; it must be a list of NAME=FILE")
        parts = [str(pair).partition("=") for pair in pairs]
        if pairs:
            out[key] = [f"{name}={change(file, name)}" for name, _, file in parts]
    return out


def named(values: Mapping[str, Any], handles: Handles, folder: Path) -> Shot:
    """Return the shot of a page's settings with files as a command in ``folder`` names them.

    Files that were uploaded have the names that their user knows them by.
    """

    def name(handle: str, _: str) -> str:
        stored = handles.of(handle)
        return stored.name if stored.own else os.path.relpath(stored.path, folder)

    return split(map_files(values, name))[0]


def settings_of(shot: Shot) -> dict[str, Any]:
    """Return the settings of a shot that are not the defaults, as a shot file writes them."""
    values, default = shot.model_dump(mode="json"), Shot().model_dump(mode="json")
    return {key: value for key, value in values.items() if value != default[key]}


def opened(values: Mapping[str, Any], handles: Handles) -> dict[str, Any]:
    """Return settings from a shot file or command line as a page has them: files by handle."""
    shot, _ = split(expand_presets(dict(values)))
    given = {k: v for k, v in settings_of(shot).items() if k not in HIDDEN and k != "prompt"}
    return map_files(given, lambda file, _: handles.refer(Path(file).absolute()))


def save(
    values: Mapping[str, Any], handles: Handles, photo: Stored, folder: Path, stem: str
) -> tuple[Path, str, list[Path]]:
    """Write the shot file ``stem``.toml into ``folder``, with copies of the session's own files.

    Return its path, the command line that makes the same clip without it, and all that was written.

    Raises
    ------
    InputError
        If the settings are wrong or a file cannot be written.
    """
    written: list[Path] = []

    def beside(stored: Stored, name: str) -> str:
        if not stored.own:
            return os.path.relpath(stored.path, folder)
        data, target = stored.path.read_bytes(), folder / name
        if target.is_file() and target.read_bytes() == data:
            return target.name
        target = free_name(target)
        with atomic_write(target) as part:
            part.write_bytes(data)
        written.append(target)
        return target.name

    def copied(handle: str, use: str) -> str:
        stored = handles.of(handle)
        return beside(stored, f"{stem}-{use}{stored.path.suffix}")

    shot_of(values, handles)  # refused before anything is written
    try:
        relative = map_files(values, copied)
        picture = beside(photo, f"{stem}{photo.path.suffix}")
        shot = checked(Shot, expand_presets(relative))
        path = folder / f"{stem}.toml"
        with atomic_write(path) as part:
            part.write_text(dump_shot_file(shot, picture), encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"cannot write into {folder}: {error.strerror or error}; choose another --folder"
        ) from None
    written.append(path)
    return path, command_line(shot, picture), written


def command_line(shot: Shot, photo: str) -> str:
    """Return the command that makes a shot's clip, for a shell.

    >>> command_line(Shot(camera="orbit", hold_faces=False, title="At dawn"), "lake.jpg")
    "livingstill lake.jpg --camera orbit --no-hold-faces --title 'At dawn'"
    """
    return shlex.join(["livingstill", photo, *option_words(shot)])


def option_words(shot: Shot) -> list[str]:
    """Return the options that say of a shot what is not a default."""
    words: list[str] = []
    for key, value in settings_of(shot).items():
        option = "--" + key.replace("_", "-")
        if isinstance(value, bool):
            words.append(option if value else f"--no-{option[2:]}")
        elif isinstance(value, list) and key == "motion":
            words += [option, ",".join(value)]
        elif isinstance(value, list):
            for one in value:
                words += [option, str(one)]
        elif value is not None:
            words += [option, f"{value:g}" if isinstance(value, float) else str(value)]
    return words


def stem_of(name: object) -> str:
    """Return the stem for files to save from what a page calls them: never a path.

    >>> stem_of("../../etc/passwd"), stem_of("My lake.jpg"), stem_of("..")
    ('passwd', 'My lake', 'clip')
    """
    last = str(name).replace("\\", "/").rpartition("/")[2]
    kept = "".join(c for c in Path(last).stem if c.isalnum() or c in " -_").strip(" -_")
    return kept[:80] or "clip"
