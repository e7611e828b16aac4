"""The layered scene of a photo, with layers of their own for flags in front and drifting sky behind."""

from __future__ import annotations

from collections.abc import Callable

from livingstill.core.kinds import KINDS
from livingstill.core.model import Float32Array, Layer, Region, Scene, UInt8Array
from livingstill.scene.background import split_background
from livingstill.scene.cutout import cut_out


def build_scene(
    layered: Callable[[UInt8Array, Float32Array], Scene],
    rgb: UInt8Array,
    inverse_depth: Float32Array,
    regions: tuple[Region, ...],
    photo_layers: Callable[[], Scene] | None = None,
) -> Scene:
    """Return the layers of a photo, with regions of front kinds before them all, background behind.

    Only the first region of a background kind is continued behind the rest.

    Parameters
    ----------
    layered : makes layers of a photo and its depth
    rgb, inverse_depth : (H, W, 3) uint8, (H, W) float32
    regions : what moves
    photo_layers : gives what ``layered`` makes of the whole photo, if that is begun already
    """
    fronts: list[Layer] = []
    for region in regions:
        if KINDS[region.label].layer == "front":
            front, rgb, inverse_depth = cut_out(rgb, inverse_depth, region.mask)
            fronts.append(front)
    scene = photo_layers() if photo_layers and not fronts else layered(rgb, inverse_depth)
    if fronts:
        scene = Scene((*fronts, *scene.layers), scene.focal)
    for region in regions:
        if KINDS[region.label].layer == "background":
            scene = split_background(scene, region.mask)
            break
    return scene.stacked()
