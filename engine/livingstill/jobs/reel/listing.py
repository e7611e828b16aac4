"""What the cards of a reel say, from a table of one row."""

from __future__ import annotations

from pathlib import Path

from livingstill.core.errors import InputError
from livingstill.io import table
from livingstill.settings.reel import ListingSettings

COLUMNS = tuple(ListingSettings.model_fields)
"""Columns of the table: the settings of the cards."""

_FILES = ("logo", "font", "subtitle_font")


def read_listing(path: Path) -> dict[str, str]:
    """Return the settings in a listing's table; the paths of its files start at its own folder.

    Raises
    ------
    InputError
        If it cannot be read, has an unknown column, or not one row.
    """
    rows = table.read_csv(path, COLUMNS)[1]
    if len(rows) != 1:
        raise InputError(f"{path} has {len(rows)} rows; a reel is of one listing, so leave one")
    cells = dict(rows[0].cells)
    return {k: str(path.parent / v) if k in _FILES else v for k, v in cells.items()}
