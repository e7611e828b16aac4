"""Depth, regions, scene and fitness of a photo, without rendering a clip."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from livingstill.core import threads
from livingstill.core.finding import Doubt, Finding
from livingstill.core.kinds import KINDS
from livingstill.core.model import InverseDepth, Progress, Scene
from livingstill.io import files
from livingstill.io.files import (
    atomic_write,
    check_inputs_preserved,
    check_target,
    ensured_folder,
    write_png,
)
from livingstill.jobs import steps
from livingstill.jobs.analyse import Analysis, PhotoAnalysis, analyse
from livingstill.jobs.session import check_settings, prepare
from livingstill.jobs.stages import Stages
from livingstill.jobs.steps import PlannedRegions
from livingstill.photo import fitness
from livingstill.photo.read import read_with_settings
from livingstill.scene import export
from livingstill.segmentation import confidence, flow_field, mask_files, overlay, plan
from livingstill.settings.shot import Job, Shot
from livingstill.settings.values import MoveSpec


@dataclass(frozen=True, slots=True)
class MovingParts:
    """What will move in a photo and what is left still for doubt, how much is in doubt, and notes."""

    findings: tuple[Finding, ...]
    doubt: Doubt
    notes: tuple[str, ...]


def write_depth(
    photo: Path,
    target: Path,
    shot: Shot,
    job: Job,
    *,
    preview: bool = False,
    progress: Progress | None = None,
) -> InverseDepth:
    """Write the inverse depth of a photo at its size: 16 bit, 65535 = nearest; or a colour picture.

    Return it, its notes those of the photo too.
    """
    threads.limit(job.threads)
    check_settings(shot)
    check_target(target, job.overwrite, make=True)
    check_inputs_preserved([target], [photo, *shot.files_read()])
    analysis = _analyse_photo(photo, shot, Stages(progress))
    depth = analysis.depth()
    levels = np.round(depth.values * np.float32(65535)).astype(np.uint16)
    picture = (
        cv2.applyColorMap((levels >> 8).astype(np.uint8), cv2.COLORMAP_INFERNO)
        if preview
        else levels
    )
    with ensured_folder(target.parent):
        write_png(target, picture, job.overwrite)
    return replace(depth, notes=(*analysis.photo.notes, *depth.notes))


def write_regions(
    photo: Path,
    shot: Shot,
    job: Job,
    *,
    target: Path | None = None,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> MovingParts:
    """Write what will move: an overlay picture and, into ``folder``, one mask per class and kind."""
    threads.limit(job.threads)
    check_settings(shot)
    if target is not None:
        check_target(target, job.overwrite, make=True)
        check_inputs_preserved([target], [photo, *shot.files_read()])
    stages = Stages(progress)
    analysis = _analyse_photo(photo, shot, stages)
    with stages("regions"):
        classes = analysis.classes()
        planned = steps.plan_regions(analysis, shot)
        moving = planned.moving
    if folder is not None:
        class_names = {region.label for region in classes}
        extra = tuple(region for region in moving if region.label not in class_names)
        mask_files.write(folder, (*classes, *extra), job.overwrite)
    if target is not None:
        depth = analysis.depth().values
        directions = flow_field.velocities(analysis.rgb, depth, moving, shot.brush)
        picture = overlay.draw_overlay(analysis.rgb, moving, directions)
        with ensured_folder(target.parent):
            write_png(target, cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), job.overwrite)
    return _moving_parts(analysis.basis, planned, shot)


def _moving_parts(basis: PhotoAnalysis, planned: PlannedRegions, shot: Shot) -> MovingParts:
    """Return what moves and how sure that is, and what is left still for doubt."""
    given = {one.kind for one in shot.mask}
    requested = plan.requested_kinds(shot.motion, shot.brush) | given
    doubt = confidence.doubt(basis.perception(), requested, planned.moving, given)
    still = (finding.note for finding in planned.findings if not finding.moves)
    return MovingParts(planned.findings, doubt, (*basis.photo.notes, *still))


def write_scene(
    photo: Path,
    folder: Path,
    shot: Shot,
    job: Job,
    *,
    mesh: Path | None = None,
    progress: Progress | None = None,
) -> Scene:
    """Write the layered scene of a photo into ``folder``: a picture and a depth map per layer, the
    camera and scene.json; and all of it as a mesh, .ply or .glb."""
    threads.limit(job.threads)
    check_settings(shot)
    if folder.exists():
        check_target(folder / "scene.json", job.overwrite)
    if mesh is not None:
        check_target(mesh, job.overwrite, make=True)
        check_inputs_preserved([mesh], [photo, *shot.files_read()])
        export.check_mesh(mesh)
    stages = Stages(progress)
    still = shot.model_copy(update={"motion": ("none",), "camera": MoveSpec(name="static")})
    with stages("photo"):
        read = read_with_settings(photo, shot)
    scene = prepare(read, still, stages).scene
    with stages("export"), files.folder(folder, job.overwrite) as part:
        export.export_layers(scene, part)
        if mesh is not None:
            with ensured_folder(mesh.parent), atomic_write(mesh, job.overwrite) as piece:
                export.write_mesh(scene, piece)
    return scene


def doctor(
    photo: Path, shot: Shot, job: Job, *, progress: Progress | None = None
) -> fitness.Fitness:
    """Return how fit a photo is for a clip by the settings of ``shot``."""
    threads.limit(job.threads)
    check_settings(shot)
    stages = Stages(progress)
    basis = _analyse_photo(photo, shot, stages).basis
    with stages("regions"):
        detection, unnamed = _detect_unnamed(basis, shot)
        moving = _moving_parts(basis, steps.decide_regions(basis, detection, shot), shot)
    frame = steps.frame_of(basis, shot)
    advice = steps.advise(basis, shot)
    view = steps.shown_view(basis, shot)
    return fitness.assess(
        basis.statistics(),
        scale=frame.scale,
        depth=view.near - view.far,
        camera=str(advice.choice),
        reason=advice.reason,
        parallax=advice.parallax,
        moving=(*moving.findings, *unnamed),
        doubt=moving.doubt,
        notes=moving.notes,
    )


def _detect_unnamed(
    basis: PhotoAnalysis, shot: Shot
) -> tuple[plan.DetectedKinds, tuple[Finding, ...]]:
    """Return what is detected by the settings, and what of its own would move if it were named: fire."""
    if "auto" not in shot.motion:
        return steps.detect_kinds(basis, shot), ()
    unnamed = {
        kind
        for kind, record in KINDS.items()
        if record.found_by == "named" and record.overrides_classes and kind not in shot.motion
    }
    everything = shot.model_copy(update={"motion": (*shot.motion, *unnamed)})
    detection = steps.detect_kinds(basis, everything)
    shares = {
        kind: float(detection.kinds[kind].mean()) for kind in unnamed & detection.kinds.keys()
    }
    kinds = {kind: mask for kind, mask in detection.kinds.items() if kind not in unnamed}
    found = tuple(Finding(kind, share, None, moves=False) for kind, share in shares.items())
    return replace(detection, kinds=kinds), found


def _analyse_photo(path: Path, shot: Shot, stages: Stages) -> Analysis:
    """Return the analysis of a photo at its own size, what decisions are made of estimated."""
    with stages("photo"):
        photo = read_with_settings(path, shot)
    analysis = analyse(photo, shot, scale=1.0)
    if shot.depth == "embedded":
        with stages("network"):
            analysis.perception()
    with stages("depth"):
        analysis.basis.depth()
    return analysis
