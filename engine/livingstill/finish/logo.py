"""A logo in a corner of the safe area."""

from __future__ import annotations

import numpy as np

from livingstill.finish.layout import Box, Sprite, anchor, pack_premultiplied, safe_area
from livingstill.imaging.exact import resize_area, resize_cubic
from livingstill.io.images import bytes_of, open_picture
from livingstill.settings.shot import Shot

_MAX_PIXELS = 100_000_000


def draw(shot: Shot, area: Box) -> Sprite | None:
    """Return the logo of a shot for a frame, its transparency kept; None without one.

    Raises
    ------
    InputError
        If the file is no picture.
    """
    if shot.logo is None:
        return None
    with open_picture(shot.logo, bytes_of(shot.logo, "logo"), "logo", _MAX_PIXELS) as image:
        rgba = np.asarray(image.convert("RGBA"), np.float32) / np.float32(255)
    rgba[..., :3] *= rgba[..., 3:]  # premultiplied, or what is transparent would bleed
    height, width = rgba.shape[:2]
    safe = safe_area(area)
    wide = shot.logo_size * min(area[2:])
    scale = min(wide / (width * height) ** 0.5, safe[2] / width, safe[3] / height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    resize = resize_area if scale < 1 else resize_cubic
    rgba = np.clip(resize(rgba, size), 0, 1)
    alpha = rgba[..., 3:]
    straight = np.concatenate([rgba[..., :3] / np.maximum(alpha, 1e-6), alpha], axis=2)
    straight[..., 3] *= np.float32(shot.logo_opacity)
    left, top = anchor(size, shot.logo_place, safe)
    return Sprite(pack_premultiplied(straight), left, top)
