"""Analysis of a photo: inverse depth, classes, straight lines and subject, each computed once."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from livingstill.camera import framing, subject
from livingstill.camera.subject import Subject
from livingstill.core.errors import InputError
from livingstill.core.finding import Finding
from livingstill.core.model import (
    Float32Array,
    InverseDepth,
    Perception,
    Photo,
    PhotoStatistics,
    Region,
    UInt8Array,
)
from livingstill.core.threads import Result, begin, lazy
from livingstill.depth import alignment, depth_file, embedded, models, windows
from livingstill.depth.refine import refine
from livingstill.depth.sources import SOURCES
from livingstill.imaging import exact
from livingstill.network.forward import forward
from livingstill.photo import read, statistics
from livingstill.photo.lines import detect_lines, line_lengths
from livingstill.segmentation import confidence, semantic
from livingstill.segmentation.class_probabilities import clean_classes
from livingstill.settings.groups import DepthSettings, InputSettings
from livingstill.settings.shot import Shot

OVERSIZE = {"draft": 1.0, "standard": 1.1, "high": 1.25}
"""Linear oversampling of the scene against the output, so that zooming in stays sharp."""

LARGE_PIXELS = 2**22
"""Above this many pixels steps run one after another: together they would take too much memory."""


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """The estimates of a photo that a replay or a worker takes instead of computing them."""

    depth: InverseDepth
    regions: tuple[Region, ...]
    subject: tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """The analysis of a photo at the size of its scene, independent of camera and motion settings.

    ``rgb`` is (H, W, 3) uint8. The rest is computed on its first call and cached:
    ``perception`` is the embedded networks' output at their own size, ``lines`` (n, 4) float32 the
    straight lines in photo fractions, ``classes`` the network's soft masks (H, W) uint8, ``depth``
    the inverse depth (H, W) in steps of 16 bits, ``subject`` the point that framing keeps.
    """

    photo: Photo
    rgb: UInt8Array
    perception: Result[Perception]
    lines: Result[Float32Array]
    classes: Result[tuple[Region, ...]]
    depth: Result[InverseDepth]
    subject: Result[Subject]

    def mask(self, name: str) -> UInt8Array | None:
        """Return the soft mask of a class, (H, W) uint8, or None where there is none of it."""
        return next((one.mask for one in self.classes() if one.label == name), None)

    def findings(
        self,
        regions: tuple[Region, ...],
        given: Collection[str] = (),
        reflection: UInt8Array | None = None,
    ) -> tuple[Finding, ...]:
        """Return how sure each region that moves is; ``given`` are the kinds whose mask was given.

        ``reflection`` (H, W) uint8 says where a mirror image shows that there is water.
        """
        return confidence.findings(regions, self.perception, given, reflection)

    def doubtful_share(self) -> float:
        """Return the share of the photo that may or may not be of a class that moves."""
        return confidence.doubtful_share(self.perception())

    def statistics(self) -> PhotoStatistics:
        """Return sharpness, noise, light, lines and shares of classes."""
        shares = {region.label: region.share for region in self.classes()}
        return statistics.measure(self.rgb, self.depth().values, shares, self.lines())


def read_photo(path: str | Path, settings: InputSettings) -> Photo:
    """Read a photo as the settings say.

    Raises
    ------
    InputError
        If it is no picture, or larger than ``max_pixels``.
    """
    return read.read_photo(
        path,
        max_pixels=settings.max_pixels,
        background=settings.background,
        upright=settings.upright,
    )


def scene_scale(photo: Photo, shot: Shot) -> float:
    """Return the scale of the scene against the photo: the framing's times ``OVERSIZE``."""
    return framing.fit_photo_to(photo.size, shot).scale * OVERSIZE[shot.quality]


def analyse(
    photo: Photo, shot: Shot, *, scale: float | None = None, eager: bool = True
) -> Analysis:
    """Return the analysis of a photo for a shot.

    Parameters
    ----------
    shot : its depth source, quality and frame decide; neither camera nor motion
    scale : size of the scene beside the photo, where other shots share it; by default the shot's
    eager : whether perception, lines and, of small pictures, classes are begun at once in threads
        of their own
    """
    rgb = downscale(photo.rgb, scene_scale(photo, shot) if scale is None else scale)
    return analyse_pixels(photo, rgb, shot.quality, shot, eager=eager)


def begin_analysis(path: Path, shot: Shot) -> Result[tuple[Photo, Analysis]]:
    """Begin to read and analyse a photo in a thread; return what waits until it is read.

    For whoever has more to do before: the command line imports the rest of the engine meanwhile.
    """

    def work() -> tuple[Photo, Analysis]:
        photo = read_photo(path, shot)
        return photo, analyse(photo, shot)

    return begin(work)


def analyse_pixels(
    photo: Photo, rgb: UInt8Array, quality: str, settings: DepthSettings, *, eager: bool = False
) -> Analysis:
    """Return the analysis of a photo whose scene is ``rgb``, (H, W, 3) uint8."""
    schedule = begin if eager else lazy
    perception = schedule(partial(perceive, rgb, quality))
    lines = schedule(partial(detect_lines, rgb))
    masks = partial(_segment, perception, rgb)
    classes = begin_if_small(rgb)(masks) if eager else lazy(masks)
    depth = lazy(partial(estimate_depth, rgb, settings, perception, lines))
    point = lazy(partial(find_subject, rgb, depth, classes))
    return Analysis(photo, rgb, perception, lines, classes, depth, point)


def analysis_from_estimates(
    photo: Photo, shot: Shot, estimates: Estimates, scale: float | None = None
) -> Analysis:
    """Return the analysis of a photo with depth and subject taken from ``estimates``.

    Raises
    ------
    InputError
        If the depth has another size than the scene.
    """
    rgb = downscale(photo.rgb, scene_scale(photo, shot) if scale is None else scale)
    if estimates.depth.values.shape != rgb.shape[:2]:
        raise InputError(
            "the manifest's depth has another size than its scene; render the shot anew"
        )
    fresh = analyse_pixels(photo, rgb, shot.quality, shot)
    point = Subject(*estimates.subject, confidence=1.0, kind="given")
    return Analysis(
        photo,
        rgb,
        fresh.perception,
        fresh.lines,
        fresh.classes,
        lambda: estimates.depth,
        lambda: point,
    )


def perceive(rgb: UInt8Array, quality: str) -> Perception:
    """Return the embedded networks' inverse depth and class probabilities, those cleaned."""
    return clean_classes(forward(rgb, quality=quality))


def _segment(perception: Result[Perception], rgb: UInt8Array) -> tuple[Region, ...]:
    return semantic.segment(perception(), rgb)


def begin_if_small(rgb: UInt8Array) -> Callable[[Result[Any]], Result[Any]]:
    """Return ``begin`` for a picture up to ``LARGE_PIXELS``, else ``lazy``."""
    return begin if rgb.shape[0] * rgb.shape[1] <= LARGE_PIXELS else lazy


def find_subject(
    rgb: UInt8Array, depth: Result[InverseDepth], classes: Result[tuple[Region, ...]]
) -> Subject:
    """Return the subject of a photo from its depth, its sky and the heads of its people."""
    masks = {region.label: region.mask for region in reversed(classes())}
    return subject.find_subject(
        rgb, depth().values, masks.get("sky"), subject.head_boxes(masks.get("person"))
    )


def estimate_depth(
    rgb: UInt8Array,
    settings: DepthSettings,
    perception: Result[Perception],
    lines: Result[Float32Array],
) -> InverseDepth:
    """Return the inverse depth of a picture from the source the settings name, in 16-bit steps.

    Raises
    ------
    InputError
        If the source cannot be used, or gives another size than the picture's.
    """
    source, (height, width) = settings.depth, rgb.shape[:2]
    if source == "embedded":
        coarse = embedded.from_perception(perception(), rgb)
        depth = InverseDepth(straighten_depth(rgb, coarse, lines()), "embedded network")
    elif source in SOURCES:
        depth = SOURCES[source](rgb)
        if depth.values.shape != (height, width):
            raise InputError(
                f"depth source {source} gave {depth.values.shape} for a photo of "
                f"{(height, width)}; it must be as large as the photo"
            )
    elif source in models.MODELS or Path(source).suffix == ".onnx":
        coarse = models.estimate(source, rgb, far_bright=settings.depth_far == "bright")
        fine = straighten_depth(rgb, refine(rgb, coarse), lines())
        depth = InverseDepth(fine, f"network {Path(source).stem}")
    else:
        depth = depth_file.read_depth(source, (width, height), settings.depth_far)
    return depth.quantised()


def straighten_depth(rgb: UInt8Array, depth: Float32Array, lines: Float32Array) -> Float32Array:
    """Return estimated inverse depth with windows in their wall and straight edges straight."""
    sky = float((depth <= 0).mean())
    if statistics.is_room(*line_lengths(lines, rgb), depth, sky):
        depth = windows.close_windows(depth)
    return alignment.align_steps(alignment.straighten_lines(depth, lines), lines)


def downscale(rgb: UInt8Array, scale: float) -> UInt8Array:
    """Return a picture at ``scale`` of its size, averaged over areas; never larger than it is."""
    height, width = rgb.shape[:2]
    size = scaled_size((width, height), scale)
    return rgb if size == (width, height) else np.asarray(exact.resize_area(rgb, size), np.uint8)


def scaled_size(size: tuple[int, int], scale: float) -> tuple[int, int]:
    """Return the width and height of a picture of ``size`` at ``scale``, never larger than it is.

    >>> scaled_size((300, 200), 0.25), scaled_size((300, 200), 0.01), scaled_size((300, 200), 2)
    ((75, 50), (16, 16), (300, 200))
    """
    if scale >= 1:
        return size
    width, height = size
    return max(16, round(width * scale)), max(16, round(height * scale))
