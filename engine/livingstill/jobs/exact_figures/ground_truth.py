"""Ground truth of a rendered clip: sampling grid, poses, region masks and the frame at rest."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, Flow, Layer, PackedRGBA, Pose, Scene, UInt8Array
from livingstill.jobs import monitor
from livingstill.jobs.clip import Clip
from livingstill.render.frames import Renderer, unpack
from livingstill.render.visibility import VisibilitySample, VisibilitySampler

_SAMPLES_ACROSS = 160
_REGION_MARGIN = 0.01
"""Dilation of a region by what moves along with it, frame widths."""

Flows = tuple[Flow | None, ...] | None


@dataclass(frozen=True, slots=True, eq=False)
class GroundTruth:
    """A clip, its sampling grid and what its frames are compared with.

    ``part`` are the rows and columns of the picture in a frame, ``size`` its width and height;
    every ``stride``-th pixel of it is sampled, and ``visibility_sampler`` says what those show. ``photo``
    (H, W, 3) is the scene's at rest, ``rest`` a rendered frame at rest; ``masks`` (H, W) where each
    kind moves, known while the camera is ``static``.
    """

    clip: Clip
    part: tuple[slice, slice]
    size: tuple[int, int]
    stride: int
    visibility_sampler: VisibilitySampler
    poses: list[Pose]
    static: bool
    photo: UInt8Array
    rest: UInt8Array
    masks: dict[str, UInt8Array]

    @classmethod
    def of(cls, clip: Clip) -> GroundTruth:
        """Lay out the samples of a clip and render its frame at rest."""
        left, top, width, height = clip.framing.picture
        size, stride = (width, height), max(1, round(width / _SAMPLES_ACROSS))
        poses = [clip.camera.at(clip.timeline.time(i)) for i in range(clip.timeline.frames)]
        static = len(set(poses)) == 1
        regions = clip.regions if static else ()
        return cls(
            clip=clip,
            part=np.s_[top : top + height, left : left + width],
            size=size,
            stride=stride,
            visibility_sampler=VisibilitySampler(clip.scene, clip.window, size, stride),
            poses=poses,
            static=static,
            photo=flattened(clip.scene),
            rest=render(clip, size, Pose(), None),
            masks=monitor.masks_in_frame(regions, clip.window, size),
        )

    @property
    def grid(self) -> tuple[Float32Array, Float32Array]:
        """The x and y of the samples in the frame, pixels."""
        return self.visibility_sampler.x, self.visibility_sampler.y


@dataclass(frozen=True, slots=True, eq=False)
class GroundTruthFrame:
    """A frame's picture (H, W, 3) uint8 RGB, what its samples show, and the flows it was made by."""

    rgb: UInt8Array
    visibility: VisibilitySample
    flows: Flows


def render(clip: Clip, size: tuple[int, int], pose: Pose, phase: float | None) -> UInt8Array:
    """Return a frame of a clip's scene from ``pose``; without a phase nothing moves."""
    renderer = Renderer(clip.scene, clip.window, size, clip.shot.quality)
    flows = clip.motion.at(phase) if clip.motion and phase is not None else None
    return unpack(renderer.frame(pose, flows))


def sample(picture: NDArray[Any], x: Float32Array, y: Float32Array) -> NDArray[Any]:
    """Return a picture at places, bilinearly; beyond the border the edge pixel repeats."""
    return np.asarray(
        cv2.remap(
            np.ascontiguousarray(picture), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
    )


def area_of(clip: Clip, kinds: Collection[str]) -> UInt8Array:
    """Return (H, W), in scene pixels, where these kinds may move something: over 0."""
    out = np.zeros(clip.scene.size[::-1], np.uint8)
    for region in clip.regions:
        if region.label in kinds:
            out = np.maximum(out, region.mask)
    reach = 2 * round(_REGION_MARGIN * out.shape[1]) + 1
    return np.asarray(cv2.dilate(out, np.ones((reach, reach), np.uint8)), np.uint8)


def flattened(scene: Scene) -> UInt8Array:
    """Return what the layers of a scene show together at rest, (H, W, 3) uint8: the photo."""
    stack = scene.stack()
    out = np.zeros((*stack.shape[1:], 3), np.float32)
    for packed in stack[::-1]:
        rgba = np.ascontiguousarray(packed).view(np.uint8).reshape(*packed.shape, 4)
        out = rgba[..., :3] + out * (1 - rgba[..., 3:] * np.float32(1 / 255))
    return np.asarray(np.clip(np.rint(out), 0, 255), np.uint8)


def opaque_layer(scene: Scene, rgb: UInt8Array) -> Layer:
    """Return the photo as one opaque layer at the depth of the scene's last."""
    packed: PackedRGBA = np.ascontiguousarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2RGBA)).view(np.uint32)
    return Layer(packed[..., 0].copy(), scene.layers[-1].inverse_depth.copy())


def variation(values: NDArray[np.float64]) -> float:
    """Return the coefficient of variation, 0 of nothing."""
    mean = float(values.mean()) if values.size else 0.0
    return float(values.std()) / mean if mean > 0 else 0.0
