"""Reads and parses users' text files; faults are raised as InputError."""

from __future__ import annotations

import json
import tomllib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from pathlib import Path
from typing import Any

from livingstill.core.errors import InputError

LARGEST = 2**20
"""Bytes of a file that people write."""


def read(path: Path, noun: str, max_bytes: int = LARGEST) -> str:
    """Return the text of a file, UTF-8 or, with its byte order mark, UTF-16; lines end with LF.

    ``noun`` begins the sentence of an error.

    Raises
    ------
    InputError
        If it is missing, no ordinary file (a pipe would be waited for, a device has no end), larger
        than ``max_bytes`` bytes, or neither.
    """
    try:
        if path.exists() and not path.is_file():
            raise InputError(f"{noun} {path} is no ordinary file; name a text file")
        if path.exists() and path.stat().st_size > max_bytes:
            raise InputError(
                f"{noun} {path} is larger than {max_bytes >> 20} MiB; it must be shorter"
            )
        data = path.read_bytes()
        encoding = "utf-16" if data[:2] in (BOM_UTF16_LE, BOM_UTF16_BE) else "utf-8-sig"
        return data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
    except (OSError, ValueError) as error:
        reason = (
            getattr(error, "strerror", None)
            or "it is no UTF-8 text; save it as such (a spreadsheet as CSV UTF-8)"
        )
        raise InputError(f"cannot read {noun} {path}: {reason}") from None


def read_toml(path: Path, noun: str) -> dict[str, Any]:
    """Return the table in a TOML file.

    Raises
    ------
    InputError
        As ``read``, or if it is no TOML.
    """
    try:
        return tomllib.loads(read(path, noun))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{noun} {path} is no TOML: {_reason(error)}") from None


def parse_json(text: str, noun: str) -> Any:
    """Return the value of a JSON text; ``noun`` begins the sentence of an error.

    Raises
    ------
    InputError
        If it is no JSON.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{noun} is no JSON: {_reason(error)}") from None


def _reason(error: ValueError | RecursionError) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, (tomllib.TOMLDecodeError, json.JSONDecodeError)):
        return str(error)
    return "it has a number of too many digits"


def counted(number: int, noun: str) -> str:
    """Return a number of things in words.

    >>> counted(1, "room"), counted(3, "room")
    ('1 room', '3 rooms')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
