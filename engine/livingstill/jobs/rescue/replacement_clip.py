"""Builds a replacement clip from the still with the frame, camera and moving regions of a clip."""

from __future__ import annotations

from functools import partial

import numpy as np

from livingstill.camera import framing, subject
from livingstill.camera.view import CameraView
from livingstill.core.model import (
    DEFAULT_FOCAL,
    Photo,
    Region,
    UInt8Array,
)
from livingstill.finish.finisher import Finisher
from livingstill.jobs import steps
from livingstill.jobs.analyse import analyse
from livingstill.jobs.clip import Clip
from livingstill.jobs.rescue.eased_motion import EasedMotion
from livingstill.jobs.rescue.matched_camera import match_camera, path_of_move
from livingstill.jobs.rescue.replacement_spec import Flags, ReplacementSpec
from livingstill.jobs.stages import Stages
from livingstill.quality import registration
from livingstill.scene import assembly, layers
from livingstill.settings.shot import Shot
from livingstill.settings.values import MoveSpec

_CANVAS_MARGIN = 0.15
"""How much of the still beyond the frame is taken along, in frame sizes per side."""
_MIN_MOVING_SHARE = 0.15
_RAMP_SECONDS = 0.6
"""Seconds in which motion sets in."""
_GENTLE_KEYS = (("amount", "0.6"), ("rest", "0"))


def build(
    still: UInt8Array,
    crop: registration.Crop,
    spec: ReplacementSpec,
    shot: Shot,
    stages: Stages,
    *,
    gentle_move: bool = False,
) -> Clip:
    """Make the still ready to render as the clip showed it.

    The still is laid out so that the crop falls on the pixels of the frame: the first frame is the
    still itself. ``shot`` says quality and seed; its camera, frame and time are not asked. Where the
    camera stood and no region moves, it goes in gently; with ``gentle_move`` also where one does.
    """
    canvas, frame = _canvas_around(still, crop, spec.size)
    photo = Photo(canvas)
    analysis = analyse(photo, shot, scale=1.0, eager=False)
    with stages("network"):
        analysis.perception()
    with stages("depth"):
        depth = analysis.depth()
    with stages("regions"):
        planned = steps.plan_regions(analysis, shot).moving
        regions = tuple(r for r in planned if _region_moved(r, frame.box, spec.moving_tiles))
    with stages("scene"):
        basis = analysis.basis
        subject_point = subject.find_subject(
            basis.rgb, basis.depth().values, basis.mask("sky")
        ).point
        layered = partial(layers.build_layers, focal=DEFAULT_FOCAL, layers=shot.layers)
        scene = assembly.build_scene(layered, canvas, depth.values, regions)
    window = steps.window_of(scene, frame)
    view = CameraView.of(depth.values, None, subject_point, frame.box)
    with stages("camera"):
        camera, choice, notes = match_camera(
            spec, shot, scene, window, view, _outward_margin(frame)
        )
        lifeless = gentle_move or not regions
        if choice.name == "static" and lifeless and spec.moving_tiles.any():
            choice = MoveSpec(name="push-in", keys=_GENTLE_KEYS)
            camera = path_of_move(choice, shot, view, spec.timeline)
            notes = (*notes, f"nothing in the still moves as the clip did; {choice} keeps it alive")
    with stages("motion"):
        final_shot = shot.model_copy(update={"camera": choice})
        motion, motion_notes = steps.compose_motion(
            canvas, depth.values, regions, scene, final_shot, spec.timeline
        )
        notes = (*notes, *motion_notes)
        if motion is not None:
            timeline = spec.timeline
            ramp = min(_RAMP_SECONDS / timeline.seconds, 0.25)
            motion = EasedMotion(motion, ramp, timeline.periodic)
    static_kinds = sorted({r.label for r in planned} - {r.label for r in regions})
    if static_kinds:
        notes = (*notes, f"{', '.join(static_kinds)} stood still in the clip and so do here")
    return Clip(
        photo=photo,
        shot=final_shot,
        timeline=spec.timeline,
        framing=frame,
        subject=subject_point,
        depth=depth,
        regions=regions,
        scene=scene,
        camera=camera,
        window=window,
        motion=motion,
        finisher=Finisher(final_shot, frame.size, frame.picture, spec.timeline),
        card=None,
        notes=notes,
    )


def _canvas_around(
    still: UInt8Array, crop: registration.Crop, size: tuple[int, int]
) -> tuple[UInt8Array, framing.Framing]:
    """Return the still at the clip's scale, and the clip's frame in it."""
    sx, sy = crop.width / size[0], crop.height / size[1]
    still_height, still_width = still.shape[:2]

    def margin(space: float, scale: float, length: int) -> int:
        return int(max(0.0, min(space / scale, _CANVAS_MARGIN * length)))

    left, top = margin(crop.x, sx, size[0]), margin(crop.y, sy, size[1])
    right = margin(still_width - crop.x - crop.width, sx, size[0])
    bottom = margin(still_height - crop.y - crop.height, sy, size[1])
    canvas_size = (size[0] + left + right, size[1] + top + bottom)
    box = (crop.x - left * sx, crop.y - top * sy, canvas_size[0] * sx, canvas_size[1] * sy)
    canvas = np.ascontiguousarray(registration.resample_crop(still, box, canvas_size))
    height, width = canvas.shape[:2]
    centre = ((left + size[0] / 2) / width, (top + size[1] / 2) / height)
    extent = (size[0] / width, size[1] / height)
    return canvas, framing.Framing(size, (0, 0, *size), centre, extent)


def _outward_margin(frame: framing.Framing) -> float:
    """Return how much the frame could be widened about its centre inside the still."""
    left, top, right, bottom = frame.box
    across, down = frame.extent
    return 2 * min(left / across, (1 - right) / across, top / down, (1 - bottom) / down)


def _region_moved(region: Region, box: tuple[float, ...], tiles: Flags) -> bool:
    """Return whether the moving tiles cover enough of a region."""
    height, width = region.mask.shape
    rows = slice(round(box[1] * height), max(1, round(box[3] * height)))
    columns = slice(round(box[0] * width), max(1, round(box[2] * width)))
    part = region.mask[rows, columns].astype(np.float32)
    down, across = tiles.shape
    y = np.minimum(np.arange(part.shape[0]) * down // part.shape[0], down - 1)
    x = np.minimum(np.arange(part.shape[1]) * across // part.shape[1], across - 1)
    weights = part.sum()
    return bool(weights and (part * tiles[y][:, x]).sum() > _MIN_MOVING_SHARE * weights)
