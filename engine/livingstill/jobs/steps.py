"""The steps from a photo's analysis to a clip, each a function of values independent of the others.

``analyse`` comes first. Then ``plan_regions``, ``build_scene``, ``plan_camera`` and
``compose_motion``; ``session`` puts them in order and keeps what a change of settings leaves as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

from livingstill.camera import auto, framing, path, stereo
from livingstill.camera.modulation import ModulatedPath
from livingstill.camera.view import CameraView
from livingstill.core.envelope import Envelope
from livingstill.core.finding import Finding
from livingstill.core.model import (
    DEFAULT_FOCAL,
    CameraPath,
    Float32Array,
    InverseDepth,
    Motion,
    Pose,
    Region,
    Scene,
    Timeline,
    UInt8Array,
)
from livingstill.core.threads import Result
from livingstill.depth import alignment
from livingstill.depth.refine import ramp_width
from livingstill.finish.finisher import Finisher
from livingstill.jobs import modulation, monitor, provenance
from livingstill.jobs.analyse import Analysis, PhotoAnalysis, begin_if_small
from livingstill.motion.builder import Build, compose
from livingstill.network.lettering import lettering_probability
from livingstill.render import frames, visibility
from livingstill.render.title_occlusion import place_card
from livingstill.scene import assembly, layers
from livingstill.segmentation import confidence, flow_field, mask_files, plan
from livingstill.settings.groups import FrameSettings, RegionSettings
from livingstill.settings.shot import Shot
from livingstill.settings.values import MoveSpec, Strokes

MAX_LAYERS = {"draft": 5, "standard": 5, "high": 8}
"""Largest number of layers by quality: more than five gain at large moves only, and cost time."""

_ZOOM_ITERATIONS, _ZOOM_MARGIN = 4, 1.002


# regions


@dataclass(frozen=True, slots=True, eq=False)
class PlannedRegions:
    """The ``moving`` regions of a photo, and how sure each is and what is left still for doubt."""

    moving: tuple[Region, ...]
    findings: tuple[Finding, ...] = ()


def plan_regions(analysis: Analysis, settings: RegionSettings) -> PlannedRegions:
    """Return the moving regions of a photo: one soft mask per kind and component, without overlap.

    Raises
    ------
    InputError
        If a kind that was named is nowhere to be found, or a mask cannot be used.
    """
    detection = detect_kinds(analysis.basis, settings)
    decided = decide_regions(analysis.basis, detection, settings)
    return regions_of_scene(analysis, detection, decided, settings)


def detect_kinds(basis: PhotoAnalysis, settings: RegionSettings) -> plan.DetectedKinds:
    """Return the kinds that are detected in a photo; no mask of the settings is read.

    Raises
    ------
    InputError
        If a kind that was named does not exist.
    """
    coarse = basis.coarse_depth()
    detection = plan.detect_kinds(
        basis.rgb,
        basis.depth().values,
        basis.classes(),
        motion=settings.motion,
        strokes=settings.brush,
        hold_faces=settings.hold_faces,
        room=coarse.values if coarse is not None and basis.is_room() else None,
        perceive_lettering=lettering_probability,
    )
    named = {*settings.motion, *(stroke.kind for stroke in settings.brush)}
    return confidence.hold_uncertain(detection, basis.perception, named, basis.rgb)


def decide_regions(
    basis: PhotoAnalysis, detection: plan.DetectedKinds, settings: RegionSettings
) -> PlannedRegions:
    """Return the moving regions at the size of the detection, the settings' masks and hold applied.

    Raises
    ------
    InputError
        As ``plan_regions``.
    """
    moving = _apply_masks(detection, settings, None)
    masked = {one.kind for one in settings.mask}
    found = confidence.findings(moving, basis.perception, masked, detection.reflection)
    uncertain = tuple(finding for finding in detection.uncertain if finding.kind not in masked)
    return PlannedRegions(moving, (*found, *uncertain))


def regions_of_scene(
    analysis: Analysis,
    detection: plan.DetectedKinds,
    decided: PlannedRegions,
    settings: RegionSettings,
) -> PlannedRegions:
    """Return the regions that were decided at the size of the scene, masks applied at that size.

    Raises
    ------
    InputError
        As ``plan_regions``.
    """
    still = not decided.moving and not settings.mask
    if still or analysis.rgb.shape == analysis.basis.rgb.shape:
        return decided
    large = detection.at_size(analysis.basis.rgb, analysis.rgb)
    moving = _apply_masks(large, settings, {region.label for region in decided.moving})
    return replace(decided, moving=moving)


def _apply_masks(
    detection: plan.DetectedKinds, settings: RegionSettings, decided: Collection[str] | None
) -> tuple[Region, ...]:
    """Return what was detected as regions, the settings' masks and hold applied at its size."""
    height, width = detection.shape
    return plan.apply_masks(
        detection,
        motion=settings.motion,
        masks={one.kind: mask_files.read(one.file, (width, height)) for one in settings.mask},
        hold=mask_files.read(settings.hold, (width, height)) if settings.hold else None,
        decided=decided,
    )


# scene


def begin_layers(analysis: Analysis, count: int | None, quality: str) -> Result[Scene]:
    """Begin to build a photo's layers concurrently; return a callable that waits for the scene.

    The depth at their size is estimated with them.
    """
    # not the analysis: it has the photo's pixels
    rgb, depth, focal = analysis.rgb, analysis.depth, analysis.photo.focal

    def work() -> Scene:
        own = depth()
        return _build_layers(rgb, own.values, own, focal, count, quality)

    return begin_if_small(rgb)(work)


def build_scene(
    analysis: Analysis,
    regions: tuple[Region, ...],
    count: int | None,
    quality: str,
    photo_layers: Result[Scene] | None = None,
) -> Scene:
    """Return the photo as layers, a flag in front of them, drifting clouds behind them.

    Parameters
    ----------
    count : layers; None for as many as the depth needs
    quality : draft, standard or high: how many that may be
    photo_layers : the layers of the whole photo, where ``begin_layers`` is making them already
    """
    depth = analysis.depth()

    def layered(rgb: UInt8Array, inverse_depth: Float32Array) -> Scene:
        return _build_layers(rgb, inverse_depth, depth, analysis.photo.focal, count, quality)

    return assembly.build_scene(layered, analysis.rgb, depth.values, regions, photo_layers)


def _build_layers(
    rgb: UInt8Array,
    inverse_depth: Float32Array,
    depth: InverseDepth,
    focal: float | None,
    count: int | None,
    quality: str,
) -> Scene:
    # a file's own edges are taken as they are; estimated ones may lie beside the photo's
    sharp = depth.source.startswith("file") and ramp_width(depth.values) < 1.5
    return layers.build_layers(
        rgb,
        inverse_depth,
        focal=focal or DEFAULT_FOCAL,
        layers=count,
        max_layers=MAX_LAYERS[quality],
        edge_error=0.0 if sharp else 2.0,
    )


# frame and time


def frame_of(analysis: Analysis | PhotoAnalysis, settings: FrameSettings) -> framing.Framing:
    """Return the framing of the photo, its subject as near the middle as the photo allows."""
    return framing.fit_photo_to(analysis.photo.size, settings, analysis.subject().point)


def timeline_of(shot: Shot) -> Timeline:
    """Return the instants of a shot's frames; 29.97 and its kin are the broadcast rates.

    >>> timeline_of(Shot(fps=29.97)).fps, timeline_of(Shot(fps=25)).fps
    (Fraction(30000, 1001), Fraction(25, 1))
    """
    rate = Fraction(shot.fps).limit_denominator(1001)
    broadcast = Fraction(round(shot.fps * 1.001) * 1000, 1001)
    if abs(float(broadcast) - shot.fps) < 5e-3 and shot.fps % 1:
        rate = broadcast
    return Timeline(round(shot.duration * rate) or 1, rate, shot.loop)


# camera


def view_of(analysis: Analysis, frame: framing.Framing) -> CameraView:
    """Return the view that a camera move is planned from: depth and subject of the framed part."""
    point = analysis.subject().point
    return CameraView.of(analysis.depth().values, analysis.photo.focal, point, frame.box)


def shown_view(basis: PhotoAnalysis, settings: FrameSettings) -> CameraView:
    """Return the view that a move is chosen by: that of a frame of the settings' shape, of any size."""
    point = basis.subject().point
    box = framing.shown_part(basis.photo.size, settings, point)
    return CameraView.of(basis.depth().values, basis.photo.focal, point, box)


def advise(basis: PhotoAnalysis, settings: FrameSettings, *, straight: bool = False) -> auto.Advice:
    """Return the move of most parallax at least disocclusion and line bend, and the reason.

    ``straight`` holds lines straight in any photo, as in a room.
    """
    statistics = basis.statistics()
    line_depth = alignment.sample_lines(basis.depth().values, statistics.lines, auto.LINE_FRACTIONS)
    view, clarity = shown_view(basis, settings), basis.subject().confidence
    return auto.choose(view, statistics, clarity, line_depth, straight=straight)


def choose_move(
    basis: PhotoAnalysis, settings: FrameSettings, move: MoveSpec, *, straight: bool = False
) -> tuple[MoveSpec, tuple[str, ...], Mapping[str, float]]:
    """Return the move; if it was auto, also the reason and the costs of the choice.

    ``straight`` is as in ``advise``.
    """
    if move.name != path.AUTO:
        return move, (), {}
    advice = advise(basis, settings, straight=straight)
    choice = path.with_requested_keys(move, advice.choice)
    return choice, (f"camera {choice}: {advice.reason}",), advice.figures()


def plan_camera(
    scene: Scene,
    view: CameraView,
    frame: framing.Framing,
    shot: Shot,
    timeline: Timeline,
    strength: Envelope | None = None,
) -> tuple[CameraPath, frames.Window]:
    """Return the path of the shot's camera and the largest window without a border along it.

    ``strength`` scales the camera's way from the photo's pose over the clip.
    """
    resolve = partial(
        path.resolve, shot.camera, loop=shot.loop, duration=shot.duration, seed=shot.seed
    )
    window, zoom = window_of(scene, frame), 1.0
    last = timeline.time(timeline.frames - 1) or 1.0
    for _ in range(_ZOOM_ITERATIONS):
        # moves are sized for the zoomed frame, and their size changes the zoom: a fixed point
        camera = resolve(view.zoomed(zoom))
        if strength is not None:
            camera = ModulatedPath(camera, strength, timeline.phase(timeline.frames - 1) / last)
        zoomed = replace(window, scale=window.scale / zoom)
        rig = plan_stereo(scene, zoomed, view, frame, shot, timeline, camera)
        outermost = rig.outermost(camera) if rig else (camera,)
        poses: list[Pose] = [
            path_.at(timeline.time(i)) for i in range(timeline.frames) for path_ in outermost
        ]
        extra_zoom = frames.safe_zoom(scene, poses, zoomed, frame.picture[2:])
        if extra_zoom == 1.0:
            break
        zoom *= extra_zoom * _ZOOM_MARGIN
    return camera, replace(window, scale=window.scale / zoom)


def plan_stereo(
    scene: Scene,
    window: frames.Window,
    view: CameraView,
    frame: framing.Framing,
    shot: Shot,
    timeline: Timeline,
    camera: CameraPath,
) -> stereo.StereoRig | None:
    """Return the eyes of a shot's stereo layout beside its camera, None where it has none."""
    if shot.stereo is None:
        return None
    width, height = frame.picture[2:]
    return stereo.plan_rig(
        shot.stereo,
        shot,
        visibility.rest_depth(scene, window, (width, height)),
        [camera.at(timeline.time(i)) for i in range(timeline.frames)],
        scene.focal * scene.size[0] / (window.scale * width),
        view.subject,
        overlay=any(getattr(shot, name) for name in provenance.OVERLAYS),
    )


def window_of(scene: Scene, frame: framing.Framing) -> frames.Window:
    """Return the part of the scene that a frame shows at rest."""
    width, height = scene.size
    scale = min(
        frame.extent[0] * width / frame.picture[2], frame.extent[1] * height / frame.picture[3]
    )
    # pixel areas, not centres, are matched: a frame of the scene's own size is the scene
    return frames.Window(frame.centre[0] * width - 0.5, frame.centre[1] * height - 0.5, scale)


# motion


def compose_motion(
    rgb: UInt8Array,
    depth: Float32Array,
    regions: tuple[Region, ...],
    scene: Scene,
    shot: Shot,
    timeline: Timeline,
    envelopes: modulation.Envelopes | None = None,
    build: Build | None = None,
) -> tuple[Motion | None, tuple[str, ...]]:
    """Return the motion of the regions under the shot's wind, periodic in the clip, and notes.

    A kind that would fold or pulse is lowered until it does not, and a note says so. ``envelopes`` are of
    the wind and of all motion over the clip; ``build`` gives the effects of a region, by default those
    of its kind built anew.
    """
    if not regions:
        return None, ()
    make = motion_of_amounts(rgb, depth, regions, scene, shot, timeline, build)
    by_kind = modulation.of_kinds(envelopes or {}, (region.label for region in regions))
    deliver = partial(make, by_kind=by_kind) if by_kind else None
    motion, note = monitor.limit_amounts(make, regions, scene, deliver)
    return motion, (note,) if note else ()


def motion_of_amounts(
    rgb: UInt8Array,
    depth: Float32Array,
    regions: tuple[Region, ...],
    scene: Scene,
    shot: Shot,
    timeline: Timeline,
    build: Build | None = None,
) -> Callable[..., Motion]:
    """Return the motion as a function of a factor per kind on what the shot asks for, and of envelopes."""
    strokes: Strokes = shot.brush
    directions = flow_field.velocities(rgb, depth, regions, strokes)
    amounts = {one.kind: shot.amount * one.amount for one in shot.amount_of}

    def make(factors: Mapping[str, float], by_kind: Mapping[str, Envelope] | None = None) -> Motion:
        return compose(
            rgb,
            depth,
            regions,
            wind=shot.wind,
            seconds=timeline.seconds,
            amount={k: amounts.get(k, shot.amount) * factor for k, factor in factors.items()},
            seed=shot.seed,
            directions=directions,
            scene=scene,
            envelopes=by_kind,
            build=build,
        )

    return make


# title


def place_title(
    finisher: Finisher, scene: Scene, window: frames.Window, frame: framing.Framing, depth: str
) -> tuple[frames.Card | None, tuple[str, ...]]:
    """Return the title as a card between the scene's layers, if it is one, and a note."""
    title = finisher.title_in_scene
    if title is None:
        return None, ()
    left, top, *size = frame.picture
    place = (title.left - left, title.top - top)
    card, note = place_card(scene, window, (size[0], size[1]), title.rgba, place, depth)
    return card, (note,)
