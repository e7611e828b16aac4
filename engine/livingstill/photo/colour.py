"""Any picture as opaque sRGB of 8 bits: ICC profiles, CMYK, Lab, deep grey, transparency."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image, ImageCms, ImageColor

from livingstill.core.errors import InputError
from livingstill.core.model import UInt8Array


def parse_colour(name: str) -> tuple[int, int, int]:
    """Return the red, green and blue of a colour's name or ``#rrggbb``."""
    try:
        return ImageColor.getrgb(name)[:3]
    except ValueError:
        raise InputError(
            f"background is '{name}'; it must be a colour such as white, black or #204060"
        ) from None


def to_opaque_srgb(
    image: Image.Image, background: tuple[int, int, int], notes: list[str]
) -> Image.Image:
    """Return ``image`` as RGB in sRGB, transparent parts over a ``background`` colour.

    What is lost or guessed is added to ``notes``.
    """
    alpha = None
    if image.has_transparency_data:
        image = image.convert("LA" if image.mode in {"1", "L", "LA", "La"} else "RGBA")
        alpha = image.getchannel("A")
        image = image.convert("L" if image.mode == "LA" else "RGB")
    if image.mode in {"I", "F"} or image.mode.startswith("I;16"):
        image = Image.fromarray(_eight_bits(np.asarray(image), image, notes))
    elif image.mode not in {"L", "RGB", "CMYK", "LAB"}:
        image = image.convert("RGB")
    rgb = _to_srgb(image, notes)
    if alpha is None or alpha.getextrema()[0] == 255:
        return rgb
    notes.append(f"transparent parts are filled with the background #{bytes(background).hex()}")
    return Image.composite(rgb, Image.new("RGB", rgb.size, background), alpha)


def _eight_bits(values: np.ndarray[Any, Any], image: Image.Image, notes: list[str]) -> UInt8Array:
    """Return deep grey values as 8 bits: 16-bit files by their full scale, others by their range."""
    if not np.isfinite(values).all():
        raise ValueError("it has values that are no numbers")
    low, high = float(values.min()), float(values.max())
    full = 65535.0 if image.mode.startswith("I;16") or image.format in {"PNG", "PPM"} else 1.0
    if low < 0 or high > full:
        notes.append(f"grey values {low:.4g} to {high:.4g} are stretched to black and white")
        values, full = values - low, (high - low) or 1.0
    grey: UInt8Array = np.rint(values.astype(np.float32) * np.float32(255 / full)).astype(np.uint8)
    return grey


def _to_srgb(image: Image.Image, notes: list[str]) -> Image.Image:
    """Convert by the embedded colour profile; a profile that does not work is left out and noted."""
    profile = image.info.get("icc_profile")
    if profile or image.mode == "LAB":
        try:
            source = (
                ImageCms.ImageCmsProfile(io.BytesIO(profile))
                if profile
                else ImageCms.createProfile("LAB")
            )
            description = ImageCms.getProfileDescription(source).strip() if profile else "Lab"
            if image.mode == "RGB" and description.startswith("sRGB"):
                return image
            converted = ImageCms.profileToProfile(
                image,
                source,
                ImageCms.createProfile("sRGB"),
                ImageCms.Intent.RELATIVE_COLORIMETRIC,
                outputMode="RGB",
                flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
            )
            if converted is not None:
                notes.append(
                    f"colours are converted from {description or 'the embedded profile'} to sRGB"
                )
                return converted
        except Exception:  # any byte may be wrong in a profile
            notes.append("the embedded colour profile does not work and is ignored")
    if image.mode == "CMYK":
        notes.append("CMYK without a usable profile is converted by the plain formula")
    return image.convert("RGB")
