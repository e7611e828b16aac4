"""Photos that carry a gain map, by which HDR screens brighten them."""

from __future__ import annotations

_MARKS = (
    b"hdrgm:Version",  # Adobe's and Android's Ultra HDR, in XMP
    b"urn:iso:std:iso:ts:21496:-1",  # ISO 21496-1 in JPEG
    b"urn:com:apple:photo:2020:aux:hdrgainmap",
)
_HDR_BASE = (b'hdrgm:BaseRenditionIsHDR="True"', b"<hdrgm:BaseRenditionIsHDR>True<")


def base_of(data: bytes) -> str | None:
    """Return what the base picture of a photo with a gain map is, SDR or HDR; None without one."""
    if not any(mark in data for mark in _MARKS) and not _has_tone_map(data):
        return None
    return "HDR" if any(mark in data for mark in _HDR_BASE) else "SDR"


def _has_tone_map(data: bytes) -> bool:
    """Return whether an AVIF or HEIF has ``tmap``, a derived picture, among its brands."""
    if data[4:8] != b"ftyp":
        return False
    return b"tmap" in data[8 : min(int.from_bytes(data[:4], "big"), 256)]
