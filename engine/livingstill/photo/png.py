"""The chunks before a PNG's pixels that say what its codes mean."""

from __future__ import annotations

import struct
from collections.abc import Mapping

from livingstill.photo.cicp import SRGB, Primaries

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KINDS = (b"cICP", b"iCCP", b"sRGB", b"gAMA", b"cHRM")
_ORDINARY = 0.05
"""How far gAMA may be from 1/2.2, in shares of it, to mean sRGB's curve, as libpng has it."""


def colour_chunks(data: bytes) -> Mapping[bytes, bytes]:
    """Return the first chunk of each kind that defines colours; empty if it is no PNG."""
    chunks: dict[bytes, bytes] = {}
    if not data.startswith(_SIGNATURE):
        return chunks
    offset = len(_SIGNATURE)
    while offset + 12 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, offset)
        if kind in (b"IDAT", b"IEND"):
            break
        if kind in _KINDS:
            chunks.setdefault(kind, data[offset + 8 : offset + 8 + size])
        offset += 12 + size
    return chunks


def encoding(chunks: Mapping[bytes, bytes]) -> tuple[Primaries, float | None] | None:
    """Return the primaries and the exponent from code to light by ``gAMA`` and ``cHRM``.

    The exponent is None for sRGB's curve; all is None where neither chunk is there, or one that
    goes before them is (PNG, third edition, 4.3). One alone leaves the other at sRGB's.

    Raises
    ------
    ValueError
        If a chunk has no sensible values.
    """
    if not chunks.keys() & {b"gAMA", b"cHRM"} or chunks.keys() & {b"cICP", b"iCCP", b"sRGB"}:
        return None
    primaries, gamma = SRGB, None
    if b"gAMA" in chunks:
        if len(chunks[b"gAMA"]) != 4:
            raise ValueError("gAMA must have 4 bytes")
        exponent = int.from_bytes(chunks[b"gAMA"], "big") / 1e5
        if not 0.1 <= exponent <= 10:
            raise ValueError("gAMA must be from 0.1 to 10")
        if abs(exponent * 2.2 - 1) > _ORDINARY:
            gamma = 1 / exponent
    if b"cHRM" in chunks:
        if len(chunks[b"cHRM"]) != 32:
            raise ValueError("cHRM must have 32 bytes")
        x = [value / 1e5 for value in struct.unpack(">8I", chunks[b"cHRM"])]
        primaries = (x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7])
    return primaries, gamma
