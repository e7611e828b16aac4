"""What a file says of itself, as an XMP packet in the place that each format has for it.

Places after Adobe's "XMP Specification, Part 3: Storage in Files" (2020), the PNG specification
(third edition) and Google's WebP container specification.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Mapping
from html import escape
from typing import BinaryIO

_NAMES = {
    "comment": "dc:description",
    "software": "xmp:CreatorTool",
    "source_type": "Iptc4xmpExt:DigitalSourceType",
    "edits": "xmpMM:History",
}
_NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
    'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
    'xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" '
    'xmlns:stEvt="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#" '
    'xmlns:livingstill="urn:livingstill:1"'
)
_UUID = bytes.fromhex("BE7ACFCB97A942E89C71999491E3AFAC")
_JPEG = b"http://ns.adobe.com/xap/1.0/\0"
_GIF_END = bytes([1, *range(255, -1, -1), 0])
"""Whatever byte a reader takes for a block's length, it lands on the end of the blocks."""
_GIF_LOOP = b"\x21\xff\x0bNETSCAPE2.0"
_WEBP_XMP = 0x04
_BLOCK = 1 << 20


def packet(fields: Mapping[str, str], further: str = "") -> bytes:
    """Return the XMP packet of ``comment``, ``software``, ``source_type``, ``edits`` and names of
    our own.

    ``source_type`` is the URI of IPTC's vocabulary; ``edits`` are lines, each an entry of the
    resource's history (Adobe, "XMP Specification, Part 2", 2016) without a time, so that the same
    job gives the same bytes.

    ``further`` is a description in RDF, with its own namespaces.

    >>> b"<livingstill:photo>ab</livingstill:photo>" in packet({"photo": "ab"})
    True
    """
    lines = []
    for key, value in fields.items():
        name, text = _NAMES.get(key, f"livingstill:{key}"), escape(value, quote=False)
        if name == "dc:description":
            text = f'<rdf:Alt><rdf:li xml:lang="x-default">{text}</rdf:li></rdf:Alt>'
        elif name == "xmpMM:History":
            text = f"<rdf:Seq>{''.join(map(_event, text.splitlines()))}</rdf:Seq>"
        lines.append(f"<{name}>{text}</{name}>")
    body = "\n".join(lines)
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        f'<rdf:Description rdf:about="" {_NAMESPACES}>\n{body}\n</rdf:Description>\n'
        f'{further}</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end="r"?>'
    ).encode()


def _event(parameters: str) -> str:
    return (
        '<rdf:li rdf:parseType="Resource"><stEvt:action>edited</stEvt:action>'
        f"<stEvt:parameters>{parameters}</stEvt:parameters></rdf:li>"
    )


def embed(file: BinaryIO, suffix: str, fields: Mapping[str, str], further: str = "") -> None:
    """Put the packet into a complete file, open for reading and writing.

    ``suffix`` is the format's; files of those that have no place for it stay as they are. ``further`` is
    as for ``packet``.
    """
    place = _PLACES.get("." + suffix.rpartition(".")[2])
    if (fields or further) and place is not None:
        place(file, packet(fields, further))


def _mp4(file: BinaryIO, data: bytes) -> None:
    """Append a box: the index before it and its offsets stay true."""
    file.seek(0, io.SEEK_END)
    file.write(struct.pack(">I4s", 24 + len(data), b"uuid") + _UUID + data)


def insert(file: BinaryIO, offset: int, data: bytes) -> None:
    """Make room at ``offset`` from the end backwards, so that no file is ever held in memory whole."""
    end = file.seek(0, io.SEEK_END)
    while end > offset:
        start = max(offset, end - _BLOCK)
        file.seek(start)
        block = file.read(end - start)
        file.seek(start + len(data))
        file.write(block)
        end = start
    file.seek(offset)
    file.write(data)


def _gif(file: BinaryIO, data: bytes) -> None:
    """Insert behind the table of colours and the loop's count, where readers look for it."""
    file.seek(10)
    flags = file.read(1)[0]
    offset = 13 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
    file.seek(offset)
    if file.read(len(_GIF_LOOP)) == _GIF_LOOP:
        offset += len(_GIF_LOOP) + 5
    insert(file, offset, b"\x21\xff\x0bXMP DataXMP" + data + _GIF_END)


def _png(file: BinaryIO, data: bytes) -> None:
    """Insert behind the header, which is always as long."""
    body = b"iTXt" + b"XML:com.adobe.xmp\0\0\0\0\0" + data
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    insert(file, 33, chunk)


def _jpeg(file: BinaryIO, data: bytes) -> None:
    """Insert behind the start, and behind JFIF's segment, which must be first."""
    file.seek(2)
    mark, length = struct.unpack(">HH", file.read(4))
    segment = struct.pack(">HH", 0xFFE1, 2 + len(_JPEG) + len(data)) + _JPEG + data
    insert(file, 4 + length if mark == 0xFFE0 else 2, segment)


def _webp(file: BinaryIO, data: bytes) -> None:
    file.seek(0, io.SEEK_END)
    file.write(b"XMP " + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2))
    length = file.tell() - 8
    file.seek(4)
    file.write(struct.pack("<I", length))
    file.seek(20)  # the flags of the VP8X chunk, which comes first
    flags = file.read(1)[0]
    file.seek(20)
    file.write(bytes([flags | _WEBP_XMP]))


_PLACES: Mapping[str, Callable[[BinaryIO, bytes], None]] = {
    ".mp4": _mp4,
    ".mov": _mp4,
    ".gif": _gif,
    ".png": _png,
    ".jpg": _jpeg,
    ".webp": _webp,
}
