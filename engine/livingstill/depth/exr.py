"""The depth channel of an OpenEXR picture: one part, scan lines, stored plain or with ZIP.

File layout after "OpenEXR File Layout" (openexr.com, 2024). OpenCV's wheels come without OpenEXR.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livingstill.core.errors import InputError
from livingstill.core.model import Float32Array

MAGIC = b"\x76\x2f\x31\x01"
_TYPES = (np.dtype("<u4"), np.dtype("<f2"), np.dtype("<f4"))
_COMPRESSIONS = ("none", "RLE", "ZIPS", "ZIP", "PIZ", "PXR24", "B44", "B44A", "DWAA", "DWAB")
_LINES_PER_BLOCK = {"none": 1, "ZIPS": 1, "ZIP": 16}
_TILED, _DEEP, _PARTS = 0x200, 0x800, 0x1000


@dataclass(frozen=True, slots=True)
class _Header:
    """What the header says; ``channels`` are (name, dtype) in file order, ``end`` its length."""

    channels: tuple[tuple[str, np.dtype[np.generic]], ...]
    compression: str
    width: int
    height: int
    first_row: int
    end: int


def depth_channel(data: bytes, name: str, max_pixels: int) -> Float32Array:
    """Return the channel that holds depth, (H, W) float32, out of the bytes of a file.

    That is ``Z``, ``Depth.V`` and the like where there is one, else the only channel or a grey
    picture's first.

    Raises
    ------
    InputError
        If the file, called ``name``, is damaged, stored in a way we do not read, or has no channel
        that can be depth.
    """
    try:
        header = _header(data, name)
        if not 0 < header.width * header.height <= max_pixels:
            raise InputError(
                f"depth file {name} is {header.width}x{header.height} pixels; "
                f"it must have at most {max_pixels / 1e6:.4g} million"
            )
        return _pixels(data, header, _depth_of(header, name))
    except (struct.error, ValueError, IndexError, zlib.error, UnicodeDecodeError) as error:
        raise InputError(
            f"depth file {name} is damaged or cut short ({error}); get an intact copy"
        ) from None


def _header(data: bytes, name: str) -> _Header:
    (version,) = struct.unpack_from("<I", data, 4)
    if version & (_TILED | _DEEP | _PARTS):
        raise InputError(f"depth file {name} has tiles or parts; save it as one scan-line EXR")
    values: dict[str, bytes] = {}
    position = 8
    while data[position] != 0:
        key, position = _text(data, position)
        _, position = _text(data, position)
        (length,) = struct.unpack_from("<i", data, position)
        if length < 0:
            raise ValueError("an attribute has no length")
        values[key] = data[position + 4 : position + 4 + length]
        position += 4 + length
    missing = {"channels", "compression", "dataWindow"} - values.keys()
    if missing:
        raise ValueError(f"it has no {missing.pop()}")
    channels, offset = [], 0
    chlist = values["channels"]
    while chlist[offset] != 0:
        channel, offset = _text(chlist, offset)
        kind, _, across, down = struct.unpack_from("<iB3xii", chlist, offset)
        offset += 16
        if (across, down) != (1, 1) or kind not in range(3):
            raise InputError(f"depth file {name} has sampled channels; save every channel whole")
        channels.append((channel, _TYPES[kind]))
    left, top, right, bottom = struct.unpack("<iiii", values["dataWindow"])
    compression = _COMPRESSIONS[values["compression"][0]]
    if compression not in _LINES_PER_BLOCK:
        raise InputError(
            f"depth file {name} is compressed with {compression}; save it with ZIP, or as NPY"
        )
    return _Header(
        tuple(channels), compression, right - left + 1, bottom - top + 1, top, position + 1
    )


def _text(data: bytes, position: int) -> tuple[str, int]:
    end = data.index(b"\0", position)
    return data[position:end].decode("utf-8"), end + 1


def _depth_of(header: _Header, name: str) -> int:
    """Return the index of the channel that is depth."""
    names = [channel for channel, _ in header.channels]
    for index, channel in enumerate(names):
        if channel.split(".")[-1].lower() in {"z", "y", "depth"} or "depth" in channel.lower():
            return index
    if len(names) == 1:
        return 0
    for grey in ("G", "R"):
        if grey in names:
            return names.index(grey)
    raise InputError(f"depth file {name} has channels {', '.join(names)}; name the depth one Z")


def _pixels(data: bytes, header: _Header, channel_index: int) -> Float32Array:
    """Decode block by block, keeping one channel."""
    row_bytes = [header.width * kind.itemsize for _, kind in header.channels]
    start, kind = sum(row_bytes[:channel_index]), header.channels[channel_index][1]
    lines = _LINES_PER_BLOCK[header.compression]
    out = np.empty((header.height, header.width), np.float32)
    for block in range(-(-header.height // lines)):
        (offset,) = struct.unpack_from("<Q", data, header.end + 8 * block)
        row, size = struct.unpack_from("<iI", data, offset)
        row -= header.first_row
        rows = min(lines, header.height - row)
        if not 0 <= row < header.height:
            raise ValueError("a block lies outside the picture")
        stored = data[offset + 8 : offset + 8 + size]
        expected = rows * sum(row_bytes)
        plain = len(stored) >= expected  # blocks that would not shrink are stored plain
        raw = np.frombuffer(stored, np.uint8) if plain else _inflated(stored, expected)
        block_rows = raw[:expected].reshape(rows, -1)
        channel = np.ascontiguousarray(block_rows[:, start : start + row_bytes[channel_index]])
        out[row : row + rows] = channel.view(kind)
    return out


def _inflated(raw: bytes, expected: int) -> NDArray[np.uint8]:
    """Undo ZIP: inflate, sum up the differences, interleave the two halves."""
    flat = np.frombuffer(zlib.decompressobj().decompress(raw, expected), np.uint8)
    if len(flat) != expected:
        raise ValueError("a block is too short")
    steps = flat.copy()
    steps[1:] -= np.uint8(128)
    summed = np.cumsum(steps, dtype=np.uint8)
    halves = np.empty(expected, np.uint8)
    halves[::2], halves[1::2] = summed[: (expected + 1) // 2], summed[(expected + 1) // 2 :]
    return halves
