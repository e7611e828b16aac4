"""The box that tells players of MP4 and MOV how the views of a stereo pair lie in a frame.

``st3d`` of Google's "Spherical Video V2 RFC", which PyAV's muxer does not write.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from livingstill.media.metadata import insert

MODES = {"top-bottom": 1, "sbs": 2, "half-sbs": 2}
"""Values of ``stereo_mode`` by layout; other layouts have none."""

_PARENTS = {b"trak", b"mdia", b"minf", b"stbl"}
_SAMPLE_ENTRY = 86
"""Bytes of a video sample entry before the boxes inside it, its own header included."""


def embed(file: BinaryIO, layout: str) -> None:
    """Put the box into the complete MP4 or MOV, open for reading and writing, whose layout has a mode."""
    if layout not in MODES:
        return
    box = struct.pack(">I4sIB", 13, b"st3d", 0, MODES[layout])
    start, size = _find_index(file)
    file.seek(start)
    index = file.read(size)
    tagged = _tagged(index, box, start + size)
    insert(file, start + size, bytes(len(tagged) - size))
    file.seek(start)
    file.write(tagged)


def _find_index(file: BinaryIO) -> tuple[int, int]:
    """Return offset and length of ``moov``."""
    offset = 0
    while True:
        file.seek(offset)
        size, kind = struct.unpack(">I4s", file.read(8))
        if size == 1:
            (size,) = struct.unpack(">Q", file.read(8))
        if kind == b"moov":
            return offset, size
        offset += size


def _tagged(box: bytes, tag: bytes, moved_from: int) -> bytes:
    """Return ``moov`` with the tag in its video track, chunks from ``moved_from`` on shifted as far."""
    content = b"".join(
        _tagged_track(part, tag) if kind == b"trak" else part for kind, part in _boxes(box[8:])
    )
    shift = 8 + len(content) - len(box)
    content = b"".join(
        _shifted(part, shift, moved_from) if kind == b"trak" else part
        for kind, part in _boxes(content)
    )
    return _box(box[4:8], content)


def _tagged_track(box: bytes, tag: bytes) -> bytes:
    """Return a box of a track with the tag in every video sample entry below it."""
    kind = box[4:8]
    if kind in _PARENTS:
        return _box(kind, b"".join(_tagged_track(part, tag) for _, part in _boxes(box[8:])))
    if kind != b"stsd":
        return box
    entries = (_tagged_entry(part, tag) for _, part in _boxes(box[16:]))
    return _box(kind, box[8:16] + b"".join(entries))


def _tagged_entry(entry: bytes, tag: bytes) -> bytes:
    """Return a sample entry with the tag behind its decoder's configuration; not a sound's."""
    parts = list(_boxes(entry[_SAMPLE_ENTRY:])) if len(entry) > _SAMPLE_ENTRY else []
    place = next((n for n, (kind, _) in enumerate(parts) if kind in _CONFIGURATIONS), None)
    if place is None and entry[4:8] not in _BARE:
        return entry
    head = 0 if place is None else place + 1
    boxes = [part for _, part in parts]
    return _box(entry[4:8], entry[8:_SAMPLE_ENTRY] + b"".join([*boxes[:head], tag, *boxes[head:]]))


_CONFIGURATIONS = {b"avcC", b"hvcC", b"av1C", b"vpcC"}
_BARE = {b"apcn", b"apch", b"apcs", b"apco", b"ap4h", b"ap4x"}
"""Sample entries of ProRes, which needs no configuration."""


def _shifted(box: bytes, shift: int, moved_from: int) -> bytes:
    """Return a box with the offsets of chunks at or behind ``moved_from`` increased by ``shift``."""
    kind = box[4:8]
    if kind in _PARENTS:
        parts = (_shifted(part, shift, moved_from) for _, part in _boxes(box[8:]))
        return _box(kind, b"".join(parts))
    code = {b"stco": "I", b"co64": "Q"}.get(kind)
    if code is None:
        return box
    (count,) = struct.unpack(">I", box[12:16])
    offsets = struct.unpack(f">{count}{code}", box[16 : 16 + count * struct.calcsize(code)])
    moved = [offset + shift * (offset >= moved_from) for offset in offsets]
    return _box(kind, box[8:16] + struct.pack(f">{count}{code}", *moved))


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and bytes of the boxes in a row."""
    offset = 0
    while offset + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, offset)
        yield kind, data[offset : offset + size]
        offset += max(size, 8)


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content
