"""Colour tables from .cube files, as grading programs write them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from livingstill.core.errors import InputError
from livingstill.core.model import Float32Array
from livingstill.io.images import bytes_of

MAX_LATTICE_SIZE, MAX_CURVE_SIZE = 129, 65536
_KEYS = {"LUT_1D_SIZE": 1, "LUT_3D_SIZE": 1, "DOMAIN_MIN": 3, "DOMAIN_MAX": 3}
_RANGES = ("LUT_1D_INPUT_RANGE", "LUT_3D_INPUT_RANGE")


@dataclass(frozen=True, slots=True, eq=False)
class Lut:
    """A colour table: curves per channel, a lattice of all three, or first one and then the other.

    ``curves`` is (n, 3) float32 or None; ``lattice`` (n, n, n, 3) float32, blue slowest, red
    fastest, or None; each with the (2, 3) float32 colours of its first and last entry.
    """

    curves: Float32Array | None
    lattice: Float32Array | None
    curve_domain: Float32Array
    lattice_domain: Float32Array


def read(path: Path) -> Lut:
    """Read a .cube file: 1D, 3D, or both in one file as Resolve writes them.

    The format is Adobe's Cube LUT Specification 1.0 (2013). Values above 1 or below 0 are kept
    until they are shown.

    Raises
    ------
    InputError
        If the file is missing or no sound .cube file; the sentence says which line is wrong.
    """
    try:
        text = bytes_of(path, "LUT").decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"LUT {path} is no text; it must be a .cube file") from None
    keys: dict[str, list[float]] = {}
    rows: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split("#", 1)[0].split()
        if not words or words[0] == "TITLE":
            continue
        if words[0] in _KEYS or words[0] in _RANGES:
            count = 2 if words[0] in _RANGES else _KEYS[words[0]]
            keys[words[0]] = _numbers(path, number, words[1:], count)
        elif words[0][0].isalpha() and words[0].lower() not in ("nan", "inf"):
            raise InputError(
                f"LUT {path}, line {number} begins with '{words[0][:40]}'; no key is so"
            )
        else:
            rows.append((number, line.split("#", 1)[0]))
    curve_size = _size(path, keys, "LUT_1D_SIZE", MAX_CURVE_SIZE)
    lattice_size = _size(path, keys, "LUT_3D_SIZE", MAX_LATTICE_SIZE)
    if not curve_size and not lattice_size:
        raise InputError(f"LUT {path} has no LUT_1D_SIZE and no LUT_3D_SIZE; give a .cube file")
    expected = curve_size + lattice_size**3
    if len(rows) != expected:
        raise InputError(f"LUT {path} has {len(rows)} colours; by its size it must have {expected}")
    values = _table(path, rows)
    return Lut(
        values[:curve_size] if curve_size else None,
        values[curve_size:].reshape(lattice_size, lattice_size, lattice_size, 3)
        if lattice_size
        else None,
        _domain(path, keys, "LUT_1D_INPUT_RANGE"),
        _domain(path, keys, "LUT_3D_INPUT_RANGE"),
    )


def _numbers(path: Path, number: int, words: list[str], count: int) -> list[float]:
    try:
        values = [float(word) for word in words]
    except ValueError:
        values = []
    if len(values) != count or not np.isfinite(values).all():
        noun = "number" if count == 1 else "numbers"
        raise InputError(f"LUT {path}, line {number} must have {count} {noun}; it is damaged")
    return values


def _size(path: Path, keys: dict[str, list[float]], key: str, maximum: int) -> int:
    value = keys.get(key, [0.0])[0]
    if key in keys and not (2 <= value <= maximum and value == int(value)):
        raise InputError(
            f"LUT {path} has {key} {value:g}; it must be a whole number, 2 to {maximum}"
        )
    return int(value)


def _domain(path: Path, keys: dict[str, list[float]], key: str) -> Float32Array:
    """Return the colours of the first and last entry: the whole file's, or this table's own."""
    low, high = keys.get("DOMAIN_MIN", [0.0] * 3), keys.get("DOMAIN_MAX", [1.0] * 3)
    if key in keys:
        low, high = [keys[key][0]] * 3, [keys[key][1]] * 3
    if any(a >= b for a, b in zip(low, high)):
        raise InputError(f"LUT {path} has a domain that does not rise; each maximum must be larger")
    return np.array([low, high], np.float32)


def _table(path: Path, rows: list[tuple[int, str]]) -> Float32Array:
    try:
        words = " ".join(row for _, row in rows).split()
        values = np.array(words, np.float32)
    except ValueError:
        values = np.empty(0, np.float32)
    if values.size != 3 * len(rows) or not np.isfinite(values).all():
        for number, row in rows:
            _numbers(path, number, row.split(), 3)
        raise InputError(f"LUT {path} has numbers that are too large; it is damaged")
    return values.reshape(-1, 3)
