"""The survey of a photo of a reel: its estimates, kept for its shots, and what the plan is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.camera import auto, framing
from livingstill.core.model import InverseDepth, Photo
from livingstill.depth import alignment
from livingstill.io import files
from livingstill.jobs import analyse, exposure, steps
from livingstill.jobs.analyse import OVERSIZE, Analysis, Estimates
from livingstill.jobs.reel import moves
from livingstill.jobs.reel.piece import Piece
from livingstill.photo import likeness
from livingstill.photo.read import read_with_settings
from livingstill.photo.taken import taken
from livingstill.settings.reel import ReelSettings
from livingstill.settings.shot import Shot
from livingstill.settings.values import MoveSpec


def survey(piece: Piece) -> dict[str, Any]:
    """Analyse a photo once for all shapes; write its inverse depth and a small grey picture.

    The record says time, size, hash, shares of classes, blur, and for each shape the camera moves
    that suit it.

    Raises
    ------
    InputError
        If the photo cannot be used.
    """
    settings = ReelSettings(**piece.values)
    photo = read_with_settings(piece.photo, settings)
    shots = {shape: base_shot(settings, shape) for shape in settings.aspect}
    scale = scene_scale(photo, settings)
    analysis = analyse.analyse(photo, next(iter(shots.values())), scale=scale)
    statistics = analysis.statistics()
    grey = likeness.small_grey(photo.rgb)
    names = (f"{piece.name}-depth.png", f"{piece.name}-grey.png")
    depth = np.round(analysis.depth().values * np.float32(65535)).astype(np.uint16)
    files.write_png(Path(piece.folder) / names[0], depth, overwrite=True)
    files.write_png(Path(piece.folder) / names[1], grey, overwrite=True)
    return {
        "files": list(names),
        "sha256": photo.sha256,
        "size": list(photo.size),
        "taken": taken(Path(piece.photo)),
        "subject": list(analysis.subject().point),
        "depth": analysis.depth().source,
        "shares": {kind: round(share, 4) for kind, share in statistics.shares},
        "is_room": statistics.is_room,
        "is_drawing": statistics.is_drawing,
        "luminance": round(exposure.luminance(photo.rgb), 6),
        "blur": round(statistics.blur, 3),
        "notes": list(photo.notes),
        "moves": {shape: _options(analysis, shot) for shape, shot in shots.items()},
    }


def _options(analysis: Analysis, shot: Shot) -> list[dict[str, Any]]:
    """Return the moves that suit a photo in one shape, as plain values."""
    frame, statistics = steps.frame_of(analysis, shot), analysis.statistics()
    depth = analysis.depth().values
    lines = alignment.sample_lines(depth, statistics.lines, auto.LINE_FRACTIONS)
    found = moves.options(steps.view_of(analysis, frame), frame, statistics, lines)
    return [asdict(option) for option in found]


def rate(settings: ReelSettings) -> Fraction:
    """Return a reel's frames per second."""
    return steps.timeline_of(Shot(fps=settings.fps)).fps


def base_shot(
    settings: ReelSettings,
    shape: str,
    camera: str = "static",
    frames: int = 1,
    midtones: float = 0.0,
) -> Shot:
    """Return the shot of so many frames in one shape of a reel; nothing in it moves but the camera."""
    width, height = settings.frame(shape)
    return Shot(
        camera=MoveSpec.model_validate(MoveSpec.parse(camera)),
        size=f"{width}x{height}",
        duration=max(0.1, float(frames / rate(settings))),
        fps=settings.fps,
        motion=("none",),
        truth=True,
        midtones=midtones,
        loop="none",
        quality=settings.quality,
        depth=settings.depth,
        depth_far=settings.depth_far,
        seed=settings.seed,
        smooth=0.0,
        max_pixels=settings.max_pixels,
        background=settings.background,
        upright=settings.upright,
    )


def scene_scale(photo: Photo, settings: ReelSettings) -> float:
    """Return the scale of a photo's scene that is fine enough for every shape."""
    shots = (base_shot(settings, shape) for shape in settings.aspect)
    scales = (framing.fit_photo_to(photo.size, shot).scale for shot in shots)
    return max(scales) * OVERSIZE[settings.quality]


def estimates_of(folder: Path, record: Mapping[str, Any]) -> Estimates:
    """Return the estimates that a survey kept.

    Raises
    ------
    OSError
        If its file is gone.
    """
    picture = read_picture(folder / record["files"][0])
    depth = InverseDepth(picture.astype(np.float32) / np.float32(65535), record["depth"])
    x, y = record["subject"]
    return Estimates(depth, (), (x, y))


def read_picture(path: Path) -> NDArray[Any]:
    """Return a picture that a survey wrote, grey of 8 or 16 bits."""
    data = np.frombuffer(path.read_bytes(), np.uint8)
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_UNCHANGED))
