"""The scene of a photo in which something moves by itself: it gets a layer of its own."""

from __future__ import annotations

from collections.abc import Callable

from livingstill.core.model import Float32Array, Region, Scene, UInt8Array
from livingstill.scene import background, cutout


def build(
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
    whole : gives what ``layered`` makes of the whole photo, if that is begun already
    """
    moving = {region.kind: region.mask for region in reversed(regions)}
    if "flag" in moving:
        front, rgb, inverse_depth = cutout.cut(rgb, inverse_depth, moving["flag"])
        scene = layered(rgb, inverse_depth)
        scene = Scene((front, *scene.layers), scene.focal)
    else:
        scene = whole() if whole else layered(rgb, inverse_depth)
    return background.part(scene, moving["cloud"]) if "cloud" in moving else scene
