"""Builds a replacement clip from the still with the frame, camera and moving regions of a clip."""

from __future__ import annotations

from functools import partial

import cv2
import numpy as np

from livingstill.camera import framing, path, subject
from livingstill.camera.view import CameraView
from livingstill.core.model import (
    DEFAULT_FOCAL,
    CameraPath,
    Float32Array,
    Photo,
    Region,
    UInt8Array,
)
from livingstill.finish.finisher import Finisher
from livingstill.jobs import steps
from livingstill.jobs.analyse import Analysis, analyse
from livingstill.jobs.clip import Clip
from livingstill.jobs.rescue.camera_placement import DepthRange, RenderContext
from livingstill.jobs.rescue.eased_motion import EasedMotion
from livingstill.jobs.rescue.first_frame import FirstFrame
from livingstill.jobs.rescue.followed_camera import (
    VISIBLY_CLOSER,
    FollowedCamera,
    follow,
)
from livingstill.jobs.rescue.replacement_spec import Flags, ReplacementSpec, moving_by_nature
from livingstill.jobs.stages import Stages
from livingstill.quality import registration
from livingstill.scene import assembly, layers
from livingstill.settings.shot import Shot
from livingstill.settings.values import MoveSpec

_CANVAS_MARGIN = 0.15
"""How much of the still beyond the frame is taken along, in frame sizes per side."""
_MIN_MOVING_SHARE = 0.15
_BACKGROUND_PERCENT = 50
"""Percentile of the inverse depths, off what moves by its nature, at which the background lies."""
_RAMP_SECONDS = 0.6
"""Seconds in which motion sets in."""
_SHORT_OF = 0.9
"""Share of the clip's way below which the still is too small for it."""
_STATIC = MoveSpec(name="static")
_GENTLE_KEYS = (("amount", "0.6"), ("rest", "0"))


def build(
    still: UInt8Array,
    crop: registration.Crop,
    spec: ReplacementSpec,
    shot: Shot,
    stages: Stages,
    *,
    keeps_opening: bool = False,
    gentle_move: bool = False,
) -> Clip:
    """Make the still ready to render as the clip showed it.

    The still is laid out so that the crop falls on the pixels of the frame: the first frame is the
    still itself, or a part of it where the clip pulls out further than the still reaches, unless it
    ``keeps_opening``: the clip's own first frames. ``shot`` says quality and seed; its camera, frame
    and time are not asked. Where the camera stood and no region moves, it goes in gently; with
    ``gentle_move`` also where one does.
    """
    canvas, frame = _canvas_around(still, crop, spec.size)
    photo = Photo(canvas)
    analysis = analyse(photo, shot, scale=1.0, eager=False)
    with stages("network"):
        analysis.perception()
    with stages("depth"):
        depth = analysis.depth()
    with stages("regions"):
        first = _first_frame(analysis, frame)
        way = spec.way(first)
        moving_tiles = spec.moving_tiles(way.static)
        planned = steps.plan_regions(analysis, shot).moving
        regions = tuple(r for r in planned if _region_moved(r, frame.box, moving_tiles))
    with stages("scene"):
        basis = analysis.basis
        subject_point = subject.find_subject(
            basis.rgb, basis.depth().values, basis.mask("sky")
        ).point
        layered = partial(layers.build_layers, focal=DEFAULT_FOCAL, layers=shot.layers)
        scene = assembly.build_scene(layered, canvas, depth.values, regions)
    window = steps.window_of(scene, frame)
    with stages("camera"):
        if way.static:
            view = CameraView.of(depth.values, None, subject_point, frame.box)
            goes_in = moving_tiles.any() and (gentle_move or not regions)
            camera, choice, notes = _standing_camera(spec, view, shot.seed, bool(goes_in))
        else:
            depths = _depths(first, frame)
            context = RenderContext(scene, window, spec.size, spec.timeline, depths, first)
            followed = follow(way, context, may_start_closer=not keeps_opening)
            camera, choice, window = followed.path, _STATIC, followed.window
            notes = _notes_on(followed)
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


def _standing_camera(
    spec: ReplacementSpec, view: CameraView, seed: int, goes_in: bool
) -> tuple[CameraPath, MoveSpec, tuple[str, ...]]:
    """Return a camera that stands, or goes in gently where the clip moved and nothing else would."""
    choice, notes = _STATIC, tuple[str, ...]()
    if goes_in:
        choice = MoveSpec(name="push-in", keys=_GENTLE_KEYS)
        notes = (f"nothing in the still moves as the clip did; {choice} keeps it alive",)
    timeline = spec.timeline
    camera = path.resolve(choice, view, loop=timeline.loop, duration=timeline.seconds, seed=seed)
    return camera, choice, notes


def _first_frame(analysis: Analysis, frame: framing.Framing) -> FirstFrame:
    """Return what is known of the clip's first good frame: the still within the frame."""
    values = analysis.depth().values
    height, width = values.shape
    left, top, right, bottom = frame.box
    rows = slice(round(top * height), max(1, round(bottom * height)))
    columns = slice(round(left * width), max(1, round(right * width)))
    moving = cv2.resize(moving_by_nature(analysis.perception()), (width, height))[rows, columns]
    inside = values[rows, columns]
    tracked = inside[moving < 128] if (moving < 128).any() else inside
    return FirstFrame(inside, _percentile(tracked, _BACKGROUND_PERCENT), np.asarray(moving))


def _depths(first: FirstFrame, frame: framing.Framing) -> DepthRange:
    """Return the extent of the inverse depths of a frame, and its focal length."""
    near, far = (_percentile(first.inverse_depth, q) for q in (98, 2))
    return DepthRange(near, far, DEFAULT_FOCAL / frame.extent[0])


def _percentile(values: Float32Array, percent: float) -> float:
    return float(np.percentile(values, percent, method="nearest"))


def _notes_on(followed: FollowedCamera) -> tuple[str, ...]:
    """Return how the clip's picture moved, how far the replacement goes along, and what that costs."""
    x, y, zoom = followed.target.farthest()
    words = [
        f"{abs(value):.1%} {names[value < 0]}"
        for value, names in (
            (x, ("to the right", "to the left")),
            (y, ("down", "up")),
            (zoom - 1, ("larger", "smaller")),
        )
        if abs(value) >= 0.005
    ]
    limit = ", as far as the still reaches" if followed.share < _SHORT_OF else ""
    notes = [
        f"the clip's picture moved {', '.join(words)}; this goes {followed.share:.0%} of that{limit}"
        if words
        else "the clip's camera went past what is near, before a distance that stands, and so does this"
    ]
    if followed.path.begins_closer:
        notes.append(
            f"it begins {followed.path.start - 1:.1%} closer than the still, to have room to move inside it"
        )
    if followed.close_in > VISIBLY_CLOSER:
        notes.append(
            f"it closes in by {followed.close_in - 1:.1%} on its way to stay inside the still"
        )
    return tuple(notes)


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
