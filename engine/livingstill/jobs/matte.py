"""Alpha mattes of selected layers or regions, frame by frame.

The scene is rendered a second time, the selected parts white and all else black, under the same
camera and motion, so the matte has their exact coverage with motion and occlusion.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from livingstill.core.errors import InputError
from livingstill.core.model import (
    Float32Array,
    Flow,
    Layer,
    Motion,
    PackedRGBA,
    Region,
    Scene,
    UInt8Array,
)
from livingstill.core.registry import nearest as closest
from livingstill.scene.inpaint import extend_mask

MOVING = "moving"
_LAYER = "layer:"


def select_parts(scene: Scene, regions: tuple[Region, ...], selection: str) -> Scene:
    """Return the scene with the chosen parts white and all else black.

    ``selection`` is a list of kinds that move, ``moving`` for all of them, or ``layer:N``, 1 in front.

    Raises
    ------
    InputError
        If there is no such kind or layer in the photo.
    """
    height, width = scene.layers[0].colour.shape
    mask = np.zeros((height, width), np.uint8)
    layers: set[int] = set()
    kinds = {region.label: region.mask for region in regions}
    names = [part.strip() for part in selection.split(",") if part.strip()]
    for name in names:
        if name.startswith(_LAYER):
            number = name.removeprefix(_LAYER)
            if not (number.isdecimal() and 1 <= int(number) <= len(scene.layers)):
                raise InputError(
                    f"alpha is {name}; the scene has layers 1 to {len(scene.layers)}, 1 in front"
                )
            layers.add(int(number) - 1)
        elif name == MOVING and kinds:
            mask = np.maximum.reduce([mask, *kinds.values()])
        elif name in kinds:
            mask = np.maximum(mask, kinds[name])
        else:
            names_in_photo = [*kinds, *([MOVING] if kinds else []), "layer:1"]
            raise InputError(
                f"alpha is {name}, which is not in this photo{closest(name, names_in_photo)}"
            )
    white, occluded = np.full_like(mask, 255), np.zeros(mask.shape, bool)
    painted = []
    for k, layer in enumerate(scene.layers):
        visible = white if k in layers else extend_mask(mask, occluded)
        painted.append(Layer(_grey(layer.colour, visible), layer.inverse_depth))
        occluded |= layer.colour >> np.uint32(24) > 0
    return Scene(tuple(painted), scene.focal)


def _grey(colour: PackedRGBA, value: UInt8Array) -> PackedRGBA:
    """Return grey of ``value`` under the alpha of ``colour``, premultiplied."""
    alpha = colour >> np.uint32(24)
    level = (value * alpha + np.uint32(127)) // np.uint32(255)
    return np.asarray(alpha << 24 | level << 16 | level << 8 | level, np.uint32)


@dataclass(frozen=True, slots=True, eq=False)
class MotionWithoutLight:
    """A motion's displacements without its gains and biases of light."""

    motion: Motion

    def at(self, phase: float) -> tuple[Flow | None, ...]:
        """Return the flows of the motion; two samples share each pixel by their gains."""
        flows = self.motion.at(phase)
        first = [next(k for k, other in enumerate(flows) if other is flow) for flow in flows]
        shapes = {
            k: _without_light(flows[k]) for k in set(first)
        }  # layers that move together share one
        return tuple(shapes[k] for k in first)


def _without_light(flow: Flow | None) -> Flow | None:
    if flow is None:
        return None
    if flow.second is None or flow.second_gain is None:
        return replace(flow, first_gain=None, bias=None)
    first: Float32Array = (
        np.ones_like(flow.second_gain) if flow.first_gain is None else flow.first_gain
    )
    total = np.maximum(first + flow.second_gain, np.float32(1e-6))
    return replace(flow, first_gain=first / total, second_gain=flow.second_gain / total, bias=None)


def apply_matte(packed: PackedRGBA, matte: PackedRGBA) -> PackedRGBA:
    """Return a frame premultiplied by the grey of its matte, which becomes its alpha."""
    alpha = (matte & np.uint32(255)).astype(np.uint16)[..., None]
    rgba = packed.view(np.uint8).reshape(*packed.shape, 4)
    out = ((rgba * alpha + 127) // 255).astype(np.uint8)
    out[..., 3] = alpha[..., 0]
    return out.view(np.uint32)[..., 0]
