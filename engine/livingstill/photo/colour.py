"""Any picture as opaque sRGB of 8 bits: tags and profiles of colour, deep grey, transparency."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image, ImageColor

from livingstill.core.errors import InputError
from livingstill.core.model import UInt8Array
from livingstill.photo import cicp, hdr, icc, png
from livingstill.photo.cicp import Cicp

_BITS, _PHOTOMETRIC, _SAMPLE_FORMAT = 258, 262, 339
_UNSIGNED = 1


def parse_colour(name: str) -> tuple[int, int, int]:
    """Return the red, green and blue of a colour's name or ``#rrggbb``."""
    try:
        return ImageColor.getrgb(name)[:3]
    except ValueError:
        raise InputError(
            f"background is '{name}'; it must be a colour such as white, black or #204060"
        ) from None


def to_opaque_srgb(
    image: Image.Image, data: bytes, background: tuple[int, int, int], notes: list[str]
) -> Image.Image:
    """Return ``image`` as RGB in sRGB, transparent parts over a ``background`` colour.

    ``data`` is the file, whose tags say what its codes mean. What is changed, lost or guessed is
    added to ``notes``.
    """
    profile = image.info.get("icc_profile")
    alpha = None
    if image.mode in {"I", "F"} or image.mode.startswith("I;16"):
        values, clear = np.asarray(image), image.info.get("transparency")
        if isinstance(clear, int):
            alpha = Image.fromarray(np.where(values == clear, 0, 255).astype(np.uint8))
        image = Image.fromarray(_eight_bits(values, image, notes))
    elif image.has_transparency_data:
        image = image.convert("LA" if image.mode in {"1", "L", "LA", "La"} else "RGBA")
        alpha = image.getchannel("A")
        image = image.convert("L" if image.mode == "LA" else "RGB")
    elif image.mode not in {"L", "RGB", "CMYK", "LAB"}:
        image = image.convert("RGB")
    rgb = _to_srgb(image, data, profile, notes)
    if alpha is None or alpha.getextrema()[0] == 255:
        return rgb
    notes.append(f"transparent parts are filled with the background #{bytes(background).hex()}")
    return Image.composite(rgb, Image.new("RGB", rgb.size, background), alpha)


def _eight_bits(values: np.ndarray[Any, Any], image: Image.Image, notes: list[str]) -> UInt8Array:
    """Return deep grey values as 8 bits: unsigned ones by their full scale, others by their range.

    What 0 to 1 of floating point means is not said in such files; it is taken for codes of sRGB.
    """
    if not np.isfinite(values).all():
        raise ValueError("it has values that are no numbers")
    tags = getattr(image, "tag_v2", {})
    bits = tags.get(_BITS, (16,))[0]
    unsigned = tags.get(_SAMPLE_FORMAT, (_UNSIGNED,))[0] == _UNSIGNED
    full = 1.0
    if image.mode.startswith("I;16") or image.format in {"PNG", "PPM"}:
        full = 2.0**bits - 1 if bits in range(9, 17) else 65535.0
    elif image.mode == "I" and tags and unsigned and bits == 32:
        values, full = values.view(np.uint32), 2.0**32 - 1
    low, high = float(values.min()), float(values.max())
    if low < 0 or high > full:
        notes.append(f"grey values {low:.4g} to {high:.4g} are stretched to black and white")
        values, full = values - low, (high - low) or 1.0
    grey: UInt8Array = np.rint(values.astype(np.float32) * np.float32(255 / full)).astype(np.uint8)
    return 255 - grey if tags.get(_PHOTOMETRIC) == 0 else grey


def _to_srgb(
    image: Image.Image, data: bytes, profile: bytes | None, notes: list[str]
) -> Image.Image:
    """Convert by the tag that goes before the others, or by the colour profile."""
    chunks = png.colour_chunks(data)
    tags = _code_points(data, chunks, profile)
    if tags and not tags.known:
        notes.append(
            f"colour tags {tags.primaries}/{tags.transfer} of H.273 are not known and are ignored"
        )
        tags = None
    if tags and image.mode in {"L", "RGB"}:
        return _by_code_points(image.convert("RGB"), tags, b"cICP" in chunks, notes)
    if profile or image.mode == "LAB":
        return _by_profile(image, profile, notes)
    if chunks and image.mode in {"L", "RGB"}:
        return _by_chunks(image.convert("RGB"), chunks, notes)
    if image.mode == "CMYK":
        notes.append("CMYK without a usable profile is converted by the plain formula")
    return image if image.mode == "RGB" else image.convert("RGB")


def _code_points(data: bytes, chunks: Mapping[bytes, bytes], profile: bytes | None) -> Cicp | None:
    """Return the code points that go before a profile, or stand in for one.

    PNG's do always. Others do where they tell of HDR, which a profile can only approach, or where
    there is no profile.
    """
    if b"cICP" in chunks:
        return cicp.of_png(chunks[b"cICP"])
    found = cicp.of_heif(data) if data[4:8] == b"ftyp" else None
    if profile and not (found and found.hdr):
        found = cicp.of_icc(profile)
        return found if found and found.hdr else None
    return found


def _by_code_points(image: Image.Image, tags: Cicp, raw: bool, notes: list[str]) -> Image.Image:
    """Convert RGB by code points; ``raw`` where the decoder has left the range of codes alone."""
    if raw and tags.narrow:
        image = image.point([min(max(round((i - 16) * 255 / 219), 0), 255) for i in range(256)] * 3)
        notes.append("codes 16 to 235 are spread to black and white")
    if tags.hdr:
        notes.append(
            f"HDR colours ({tags.name}) are tone-mapped to sRGB by the EETF of BT.2390, "
            f"{hdr.PEAK:g} to {hdr.WHITE:g} cd/m2"
        )
        return hdr.tone_map(image, tags)
    converted = icc.to_srgb(image, icc.make_profile(tags.chromaticities, tags.gamma))
    if converted is None:
        return image
    notes.append(f"colours are converted from {tags.name} to sRGB")
    return converted


def _by_chunks(image: Image.Image, chunks: Mapping[bytes, bytes], notes: list[str]) -> Image.Image:
    """Convert RGB by the chunks gAMA and cHRM; such that make no colours are left out and noted."""
    try:
        colours = png.encoding(chunks)
        converted = icc.to_srgb(image, icc.make_profile(*colours)) if colours else None
    except Exception:  # any number may be in a chunk
        notes.append("the chunks gAMA and cHRM make no colours and are ignored")
        return image
    if converted is None:
        return image
    names = " and ".join(kind.decode() for kind in (b"gAMA", b"cHRM") if kind in chunks)
    notes.append(f"colours are converted by {names} to sRGB")
    return converted


def _by_profile(image: Image.Image, profile: bytes | None, notes: list[str]) -> Image.Image:
    """Convert by the embedded profile; one that does not work is left out and noted."""
    try:
        converted = icc.to_srgb(image, profile)
    except Exception:  # any byte may be wrong in a profile
        notes.append("the embedded colour profile does not work and is ignored")
        if image.mode == "CMYK":
            notes.append("CMYK without a usable profile is converted by the plain formula")
        return image.convert("RGB")
    if converted is None:
        return image if image.mode == "RGB" else image.convert("RGB")
    notes.append(f"colours are converted from {icc.description(profile)} to sRGB")
    return converted
