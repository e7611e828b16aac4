"""The files that finishing reads: validated before any work, identified by their SHA-256."""

from __future__ import annotations

import hashlib
from pathlib import Path

from livingstill.core.errors import InputError
from livingstill.finish import logo, lut, text, typefaces
from livingstill.io.images import bytes_of
from livingstill.settings.brand import FILES
from livingstill.settings.shot import Shot

_NAMES = {"lut": "LUT"}


def check(shot: Shot) -> None:
    """Validate a shot's colours, fonts, logo and LUT, before any work begins.

    Raises
    ------
    InputError
        Naming the first of them and the remedy.
    """
    for key in ("title_colour", "card_colour", "accent"):
        if value := getattr(shot, key):
            text.colour(value, key)
    for font in filter(None, (shot.font, shot.subtitle_font)):
        typefaces.load(font)
    logo.draw(shot, (0, 0, 64, 64))
    if shot.lut is not None:
        lut.read(shot.lut)


def files(shot: Shot) -> dict[str, dict[str, str]]:
    """Return path and SHA-256 of every file that finishing reads, by the setting that names it."""
    entries: dict[str, dict[str, str]] = {}
    for key in FILES:
        path: Path | None = getattr(shot, key)
        if path is not None:
            digest = hashlib.sha256(bytes_of(path, _NAMES.get(key, key))).hexdigest()
            entries[key] = {"path": str(path), "sha256": digest}
    return entries


def relocate(shot: Shot, recorded: object, folder: Path) -> Shot:
    """Return a shot with the paths of its files as recorded, or in ``folder`` where they are there.

    Raises
    ------
    InputError
        If a file is missing, or is not the one that was recorded.
    """
    entries = recorded if isinstance(recorded, dict) else {}
    paths: dict[str, Path] = {}
    for key in FILES:
        path: Path | None = getattr(shot, key)
        if path is None:
            continue
        current = path if path.exists() or not (folder / path.name).exists() else folder / path.name
        noun = _NAMES.get(key, key)
        entry = entries.get(key)
        digest = hashlib.sha256(bytes_of(current, noun)).hexdigest()
        if isinstance(entry, dict) and entry.get("sha256") != digest:
            raise InputError(
                f"{noun} {current} is not the one of the manifest; put the right one in its place"
            )
        paths[key] = current
    return shot.model_copy(update=paths)
