"""Colours by code point (ITU-T H.273): the primaries and the curve that a file's tags name."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

PQ, HLG = 16, 18

Primaries = tuple[float, float, float, float, float, float, float, float]
"""Chromaticities x, y of white, red, green and blue, in the order of PNG's cHRM."""

_D65, _C, _DCI = (0.3127, 0.3290), (0.310, 0.316), (0.314, 0.351)

SRGB: Primaries = (*_D65, 0.640, 0.330, 0.300, 0.600, 0.150, 0.060)

_PRIMARIES: dict[int, tuple[str, Primaries]] = {
    1: ("BT.709", SRGB),
    2: ("unspecified", SRGB),
    4: ("BT.470 M", (*_C, 0.67, 0.33, 0.21, 0.71, 0.14, 0.08)),
    5: ("BT.470 BG", (*_D65, 0.64, 0.33, 0.29, 0.60, 0.15, 0.06)),
    6: ("BT.601", (*_D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070)),
    7: ("SMPTE 240M", (*_D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070)),
    9: ("BT.2020", (*_D65, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046)),
    11: ("DCI-P3", (*_DCI, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060)),
    12: ("Display P3", (*_D65, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060)),
}
_GAMMAS = {4: 2.2, 5: 2.8, 8: 1.0}
_SHOWN_AS_SRGB = {1, 2, 6, 7, 13, 14, 15}
"""sRGB itself, and the curves of video cameras, whose codes every viewer shows as sRGB's."""


@dataclass(frozen=True, slots=True)
class Cicp:
    """What a file's code points say: primaries, transfer, and whether codes are 16 to 235."""

    primaries: int
    transfer: int
    narrow: bool = False

    @property
    def hdr(self) -> bool:
        """Whether the codes are of high dynamic range."""
        return self.transfer in (PQ, HLG)

    @property
    def known(self) -> bool:
        """Whether both codes are among those we convert."""
        transfers = _SHOWN_AS_SRGB | _GAMMAS.keys() | {PQ, HLG}
        return self.primaries in _PRIMARIES and self.transfer in transfers

    @property
    def name(self) -> str:
        """The name of the primaries, with the curve's where it is not sRGB's.

        >>> Cicp(12, 13).name, Cicp(9, 16).name
        ('Display P3', 'BT.2020 with PQ')
        """
        primaries = _PRIMARIES[self.primaries][0]
        if self.hdr:
            return f"{primaries} with {'PQ' if self.transfer == PQ else 'HLG'}"
        gamma = self.gamma
        return primaries if gamma is None else f"{primaries} with gamma {gamma:g}"

    @property
    def chromaticities(self) -> Primaries:
        """Where the primaries lie."""
        return _PRIMARIES[self.primaries][1]

    @property
    def gamma(self) -> float | None:
        """The exponent from code to light; None for sRGB's curve."""
        return _GAMMAS.get(self.transfer)


def of_icc(profile: bytes) -> Cicp | None:
    """Return the code points in an ICC profile's ``cicp`` tag (ICC.1:2022, 10.3)."""
    if len(profile) < 132:
        return None
    count = min(int.from_bytes(profile[128:132], "big"), 200)
    for at in range(132, min(132 + 12 * count, len(profile) - 11), 12):
        kind, offset, size = struct.unpack_from(">4sII", profile, at)
        if kind == b"cicp" and size >= 12 and offset + 12 <= len(profile):
            primaries, transfer, _, full = profile[offset + 8 : offset + 12]
            return Cicp(primaries, transfer, not full)
    return None


def of_png(body: bytes) -> Cicp | None:
    """Return the code points of a PNG's ``cICP`` chunk."""
    if len(body) != 4 or body[2]:  # only RGB, whose matrix is 0, is allowed
        return None
    return Cicp(body[0], body[1], not body[3])


def of_heif(data: bytes) -> Cicp | None:
    """Return the code points of the primary picture of an AVIF or HEIF file (ISO/IEC 23008-12).

    Its decoder has dealt with the range of codes and the matrix.
    """
    try:
        return _primary_colour(data)
    except (struct.error, IndexError):
        return None


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Give the kind, start and end of what each box of ISO/IEC 14496-12 between two places holds."""
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, start)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", data, start + 8)[0], 16
        elif size == 0:
            size = end - start
        if size < head or start + size > end:
            return
        yield kind, start + head, start + size
        start += size


def _inside(data: bytes, kind: bytes, start: int, end: int) -> tuple[int, int]:
    """Return start and end of what the first box of a kind holds; nothing where there is none."""
    return next(((a, b) for found, a, b in _boxes(data, start, end) if found == kind), (end, end))


def _primary_colour(data: bytes) -> Cicp | None:
    start, end = _inside(data, b"meta", 0, len(data))
    start += 4
    at, stop = _inside(data, b"pitm", start, end)
    if at == stop:
        return None
    primary = struct.unpack_from(">I" if data[at] else ">H", data, at + 4)[0]
    start, end = _inside(data, b"iprp", start, end)
    properties = list(_boxes(data, *_inside(data, b"ipco", start, end)))
    for kind, at, stop in _boxes(data, start, end):
        if kind != b"ipma":
            continue
        for index in _associated(data, at, stop, primary):
            if not 1 <= index <= len(properties):
                continue
            what, first, last = properties[index - 1]
            if what == b"colr" and data[first : first + 4] == b"nclx" and last - first >= 10:
                return Cicp(*struct.unpack_from(">HH", data, first + 4))
    return None


def _associated(data: bytes, at: int, stop: int, item: int) -> list[int]:
    """Return the numbers of the properties that an ``ipma`` box gives to an item."""
    version, wide = data[at], data[at + 3] & 1
    count = struct.unpack_from(">I", data, at + 4)[0]
    at += 8
    for _ in range(count):
        if at >= stop:
            break
        found = struct.unpack_from(">I" if version else ">H", data, at)[0]
        at += 4 if version else 2
        number = data[at]
        at += 1
        if found == item:
            return [
                struct.unpack_from(">H", data, at + 2 * i)[0] & 0x7FFF
                if wide
                else data[at + i] & 0x7F
                for i in range(number)
            ]
        at += number * (2 if wide else 1)
    return []
