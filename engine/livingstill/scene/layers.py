"""A photo and its inverse depth become layers, peeled front to back."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.errors import InputError
from livingstill.model import DEFAULT_FOCAL, Bytes, Floats, Layer, Scene, Words
from livingstill.scene import tears
from livingstill.scene.fill import complete

Mask = NDArray[np.bool_]


def build(
    rgb: Bytes,
    inverse_depth: Floats,
    *,
    focal: float = DEFAULT_FOCAL,
    layers: int | None = None,
    parallax: float | None = None,
) -> Scene:
    """Return the photo as layers that, at rest, show the photo.

    Parameters
    ----------
    rgb : (H, W, 3) uint8
    inverse_depth : (H, W) float32 in 0..1
    focal : frame widths
    layers : how many, or None for the fewest that part most of the depth's tears
    parallax : largest expected difference of displacement, in pixels; 3 % of the width by default
    """
    height, width = inverse_depth.shape
    if rgb.shape != (height, width, 3):
        raise InputError(
            f"depth is {width}x{height}; it must have the photo's size, {rgb.shape[1]}x{rgb.shape[0]}"
        )
    shift = parallax or 0.03 * width
    tau = float(np.clip(2.0 / shift, 0.02, 0.04)) * float(inverse_depth.max() or 1)
    torn = tears.find(inverse_depth, tau)
    cuts = tears.thresholds(inverse_depth, torn, layers)
    colour = rgb.astype(np.float32)
    depth = inverse_depth
    done: list[tuple[Words, Floats]] = []
    for cut in cuts:
        near = depth > cut
        if not near.any() or near.all():
            continue
        step = tears.find(depth, tau)
        edge = _near_tears(near, step)
        alpha = _alpha(near, edge)
        unknown = np.where(edge, alpha > 0, _erode(near, 3))
        behind = complete(np.dstack([colour, depth]), unknown)
        behind[..., 3] = np.where(unknown, np.minimum(behind[..., 3], cut), depth)
        under = behind[..., :3]
        a = alpha[..., None]
        residual = np.clip(colour - (1 - a) * under, 0, 255 * a)
        done.append((_packed(residual, alpha), _extended(depth, near)))
        colour, depth = np.ascontiguousarray(under), np.ascontiguousarray(behind[..., 3])
    done.append((_packed(colour, np.ones_like(depth)), depth.copy()))
    colours = np.stack([colour for colour, _ in done])
    return Scene(tuple(Layer(colours[k], w) for k, (_, w) in enumerate(done)), focal)


def _near_tears(near: Mask, torn: tears.Tears) -> Mask:
    """Return where the border of ``near`` is a jump of depth, and not a cut through a slope."""
    edge = np.zeros(near.shape, np.uint8)
    across = torn.across & (near[:, 1:] != near[:, :-1])
    down = torn.down & (near[1:] != near[:-1])
    edge[:, 1:] |= across
    edge[:, :-1] |= across
    edge[1:] |= down
    edge[:-1] |= down
    return cv2.dilate(edge, np.ones((9, 9), np.uint8)) > 0


def _alpha(near: Mask, edge: Mask) -> Floats:
    """Return the soft coverage of a layer: tight at tears, overlapping where the surface goes on."""
    wide = cv2.dilate(near.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    mask = np.where(edge, near, wide).astype(np.float32)
    soft = cv2.GaussianBlur(mask, (0, 0), 0.8)
    soft[soft < 0.05] = 0
    soft[soft > 0.95] = 1
    return cast(Floats, soft)


def _erode(mask: Mask, radius: int) -> Mask:
    side = 2 * radius + 1
    return cv2.erode(mask.astype(np.uint8), np.ones((side, side), np.uint8)) > 0


def _extended(depth: Floats, own: Mask) -> Floats:
    return complete(np.ascontiguousarray(depth[..., None]), ~own, sweeps=2)[..., 0].copy()


def _packed(premultiplied: Floats, alpha: Floats) -> Words:
    rgba = np.dstack([premultiplied, alpha * 255]).round().astype(np.uint8)
    return np.ascontiguousarray(rgba).view(np.uint32)[..., 0]
