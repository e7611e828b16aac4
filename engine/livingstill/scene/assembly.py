"""The whole scene: a flag in front of the photo's layers, drifting clouds behind them."""

from __future__ import annotations

from collections.abc import Callable

from livingstill.core.model import Float32Array, Region, Scene, UInt8Array
from livingstill.scene.background import split_background
from livingstill.scene.cutout import cut_out


def build_scene(
    layered: Callable[[UInt8Array, Float32Array], Scene],
    rgb: UInt8Array,
    inverse_depth: Float32Array,
    regions: tuple[Region, ...],
    whole: Callable[[], Scene] | None = None,
) -> Scene:
    """Return the layers of a photo, a flag in front of them all, drifting clouds behind them.

    Parameters
    ----------
    layered : makes layers of a photo and its depth
    rgb, inverse_depth : (H, W, 3) uint8, (H, W) float32
    regions : what moves
    whole : returns what ``layered`` makes of the whole photo, if that has been started
    """
    moving = {region.kind: region.mask for region in reversed(regions)}
    if "flag" in moving:
        front, rgb, inverse_depth = cut_out(rgb, inverse_depth, moving["flag"])
        scene = layered(rgb, inverse_depth)
        scene = Scene((front, *scene.layers), scene.focal)
    else:
        scene = whole() if whole else layered(rgb, inverse_depth)
    return split_background(scene, moving["cloud"]) if "cloud" in moving else scene
