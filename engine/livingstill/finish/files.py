"""The files that finishing reads: refused early, and named by their hash."""

from __future__ import annotations

import hashlib
from pathlib import Path

from livingstill.core.errors import InputError
from livingstill.finish import logo, lut, text
from livingstill.io.images import bytes_of
from livingstill.settings.brand import FILES
from livingstill.settings.shot import Shot

_NAMES = {"lut": "LUT"}


def check(shot: Shot) -> None:
    """Refuse colours, fonts, a logo and a LUT that cannot be used, before any work begins.

    Raises
    ------
    InputError
        Naming the first of them and the remedy.
    """
    for key in ("title_colour", "card_colour", "accent"):
        if value := getattr(shot, key):
            text.colour(value, key)
    for font in filter(None, (shot.font, shot.subtitle_font)):
        text.load(font)
    logo.draw(shot, (0, 0, 64, 64))
    if shot.lut is not None:
        lut.read(shot.lut)


def files(shot: Shot) -> dict[str, dict[str, str]]:
    """Return path and SHA-256 of every file that finishing reads, by the setting that names it."""
    found: dict[str, dict[str, str]] = {}
    for key in FILES:
        path: Path | None = getattr(shot, key)
        if path is not None:
            digest = hashlib.sha256(bytes_of(path, _NAMES.get(key, key))).hexdigest()
            found[key] = {"path": str(path), "sha256": digest}
    return found


def again(shot: Shot, recorded: object, folder: Path) -> Shot:
    """Return a shot with its files where they are now: as recorded, or beside the record.

    Raises
    ------
    InputError
        If a file is missing, or is not the one that was recorded.
    """
    known = recorded if isinstance(recorded, dict) else {}
    moved: dict[str, Path] = {}
    for key in FILES:
        path: Path | None = getattr(shot, key)
        if path is None:
            continue
        there = path if path.exists() or not (folder / path.name).exists() else folder / path.name
        what = _NAMES.get(key, key)
        entry = known.get(key)
        digest = hashlib.sha256(bytes_of(there, what)).hexdigest()
        if isinstance(entry, dict) and entry.get("sha256") != digest:
            raise InputError(
                f"{what} {there} is not the one of the manifest; put the right one in its place"
            )
        moved[key] = there
    return shot.model_copy(update=moved)
