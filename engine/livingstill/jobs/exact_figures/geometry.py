"""Figures of a clip's camera, displacement and rest frame: no frame need be seen for them."""

from __future__ import annotations

import numpy as np

from livingstill.camera import auto
from livingstill.camera.projection import project
from livingstill.camera.view import CameraView
from livingstill.core.model import Pose, Scene
from livingstill.depth import alignment
from livingstill.jobs.clip import Clip
from livingstill.jobs.exact_figures.ground_truth import GroundTruth, opaque_layer
from livingstill.photo.lines import detect_lines
from livingstill.quality import known_flow
from livingstill.render.frames import Renderer, unpack

_PHASES = 8


def camera_step(truth: GroundTruth) -> dict[str, float]:
    """Return the largest second difference of where nine spots of the photo are in the frame, pixels."""
    clip, width = truth.clip, truth.size[0]
    view = _view(clip)
    rows, columns = (np.linspace(0, n - 1, 5).astype(int)[1:4] for n in view.depth.shape)
    w = view.depth[np.ix_(rows, columns)].astype(np.float64)
    y = ((rows + 0.5) / view.depth.shape[0] - 0.5)[:, None] / view.aspect + 0 * w
    x = ((columns + 0.5) / view.depth.shape[1] - 0.5)[None] + 0 * w
    poses = [*truth.poses, *truth.poses[:2]] if clip.timeline.periodic else truth.poses
    track = np.array([project(x, y, w, pose, view.focal) for pose in poses]) * width
    if len(track) < 3:
        return {"exact_camera_step": 0.0}
    largest = float(np.hypot(*np.moveaxis(np.diff(track, 2, axis=0), 1, 0)).max())
    return {"exact_camera_step": largest}


def line_bend(truth: GroundTruth) -> dict[str, float]:
    """Return how much the photo's straight line that bends most bends, pixels; nothing without lines."""
    clip = truth.clip
    view = _view(clip)
    lines = detect_lines(clip.photo.rgb)
    edges = auto.lines_in_frame(
        lines, view, alignment.sample_lines(clip.depth.values, lines, auto.LINE_FRACTIONS)
    )
    if not len(edges.w):
        return {}
    poses = truth.poses[:: max(1, len(truth.poses) // 9)]
    return {
        "exact_line_bend": auto.cost(poses, view, edges).line_bend / auto.BEND_WIDTH * truth.size[0]
    }


def folding(clip: Clip) -> dict[str, float]:
    """Return the largest gradient, folded and stretched share of a clip's displacements."""
    if not clip.motion:
        return {}
    folds = [
        known_flow.measure_fold(flow)
        for i in range(_PHASES)
        for flow in known_flow.distinct_flows(clip.motion.at(i / _PHASES))
    ]
    return {
        "exact_gradient": max((fold.gradient for fold in folds), default=0.0),
        "exact_folded": max((fold.folded for fold in folds), default=0.0),
        "exact_stretched": max((fold.stretched for fold in folds), default=0.0),
    }


def rest_fidelity(truth: GroundTruth) -> dict[str, float]:
    """Return how near the rest frame is to the photo rendered as one opaque layer."""
    clip = truth.clip
    single_layer = Scene((opaque_layer(clip.scene, truth.photo),), clip.scene.focal)
    renderer = Renderer(single_layer, clip.window, truth.size, clip.shot.quality)
    decibels, differing = known_flow.rest_fidelity(truth.rest, unpack(renderer.frame(Pose())))
    return {"exact_rest_psnr": min(decibels, 99.0), "exact_rest_off": differing}


def _view(clip: Clip) -> CameraView:
    return CameraView.of(clip.depth.values, clip.photo.focal, clip.subject, clip.framing.box)
