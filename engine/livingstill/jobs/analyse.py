"""Analysis of a photo: inverse depth, classes, straight lines and subject, each computed once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from livingstill.camera import framing, subject
from livingstill.camera.subject import Subject
from livingstill.core.errors import InputError
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
from livingstill.depth import embedded
from livingstill.depth.refine import reduce
from livingstill.imaging import exact, image
from livingstill.jobs import depth_estimate
from livingstill.jobs.depth_estimate import CoarseDepth
from livingstill.network.forward import forward
from livingstill.photo import statistics
from livingstill.photo.lines import detect_lines, line_lengths
from livingstill.segmentation import semantic
from livingstill.segmentation.class_probabilities import clean_classes
from livingstill.segmentation.evidence import FINE
from livingstill.settings.groups import DepthSettings
from livingstill.settings.shot import Shot

ANALYSIS_SIDE = FINE
"""Long side of the picture that everything is decided on, whatever the size of the frame."""

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
class PhotoAnalysis:
    """What a photo shows, in a picture of ``ANALYSIS_SIDE``: all that decisions are made of.

    ``rgb`` is (h, w, 3) uint8. The rest is computed on its first call and cached: ``perception`` is
    the embedded networks' output at their own size, ``lines`` (n, 4) float32 the straight lines in
    photo fractions, ``classes`` the network's soft masks (h, w) uint8, ``coarse_depth`` what the
    depth source estimates, ``is_room`` whether that is of a room, ``depth`` that at the picture's size, ``subject`` the point that framing
    keeps, ``statistics`` sharpness, noise, light, lines and shares of classes.
    """

    photo: Photo
    rgb: UInt8Array
    perception: Result[Perception]
    lines: Result[Float32Array]
    classes: Result[tuple[Region, ...]]
    coarse_depth: Result[CoarseDepth | None]
    is_room: Result[bool]
    depth: Result[InverseDepth]
    subject: Result[Subject]
    statistics: Result[PhotoStatistics]

    def mask(self, name: str) -> UInt8Array | None:
        """Return the soft mask of a class, (h, w) uint8, or None where there is none of it."""
        return next((one.mask for one in self.classes() if one.label == name), None)

    def without_pixels(self) -> PhotoAnalysis:
        """Return the analysis for who asks for no statistics: the photo's pixels may leave memory."""

        def refuse() -> PhotoStatistics:
            raise ValueError("statistics are measured in the photo's pixels, which are gone")

        return replace(self, photo=self.photo.without_pixels(), statistics=refuse)


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """The analysis of a photo at the size of its scene, independent of camera and motion settings.

    ``basis`` is what decisions are made of, whatever that size is; ``rgb`` is (H, W, 3) uint8. The
    rest is computed on its first call and cached: ``classes`` the network's soft masks (H, W)
    uint8, ``depth`` the inverse depth (H, W) in steps of 16 bits.
    """

    basis: PhotoAnalysis
    rgb: UInt8Array
    classes: Result[tuple[Region, ...]]
    depth: Result[InverseDepth]

    @property
    def photo(self) -> Photo:
        """The photo."""
        return self.basis.photo

    def perception(self) -> Perception:
        """Return the embedded networks' output at their own size."""
        return self.basis.perception()

    def lines(self) -> Float32Array:
        """Return (n, 4) float32, the straight lines in photo fractions."""
        return self.basis.lines()

    def subject(self) -> Subject:
        """Return the point that framing keeps."""
        return self.basis.subject()

    def statistics(self) -> PhotoStatistics:
        """Return sharpness, noise, light, lines and shares of classes."""
        return self.basis.statistics()


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
    eager : whether perception, lines and classes are begun at once in threads of their own
    """
    basis = analyse_photo(photo, shot.quality, shot, eager=eager)
    return at_scale(basis, shot, scene_scale(photo, shot) if scale is None else scale)


def begin_analysis(read: Result[Photo], shot: Shot) -> Result[tuple[Photo, Analysis]]:
    """Begin to analyse a photo in a thread as soon as it is read; return what waits for that, to call once.

    For whoever has more to do before: the command line imports the rest of the engine meanwhile.
    What is returned is the caller's alone, and so leaves memory with it.
    """

    def work() -> tuple[Photo, Analysis]:
        photo = read()
        return photo, analyse(photo, shot)

    begun = [begin(work)]

    def take() -> tuple[Photo, Analysis]:
        return begun.pop()()

    return take


def analyse_photo(
    photo: Photo, quality: str, settings: DepthSettings, *, eager: bool = False
) -> PhotoAnalysis:
    """Return what a photo shows at the size of analysis; ``eager`` as in ``analyse``."""
    schedule = begin if eager else lazy
    rgb = image.downscale(photo.rgb, ANALYSIS_SIDE, min_side=1)
    perception = schedule(partial(perceive, rgb, quality))
    lines = schedule(partial(detect_lines, photo.rgb))
    classes = schedule(partial(_segment, perception, rgb))
    coarse = lazy(partial(depth_estimate.estimate, rgb, settings, perception))
    room = lazy(partial(_is_room, rgb, coarse, perception, lines))
    depth = lazy(lambda: depth_estimate.at_size(rgb, coarse(), settings, lines, room))
    point = lazy(partial(find_subject, rgb, depth, classes))
    figures = lazy(partial(_measure, photo, depth, classes, lines))
    return PhotoAnalysis(
        photo, rgb, perception, lines, classes, coarse, room, depth, point, figures
    )


def at_scale(
    basis: PhotoAnalysis,
    settings: DepthSettings,
    scale: float,
    estimates: Estimates | None = None,
) -> Analysis:
    """Return the analysis of a photo for a scene that is ``scale`` of it, never larger than it is.

    ``estimates`` have the depth of the scene, where it is known from elsewhere.

    Raises
    ------
    InputError
        If that depth has another size than the scene.
    """
    rgb = downscale(basis.photo.rgb, scale)
    if estimates is not None and estimates.depth.values.shape != rgb.shape[:2]:
        raise InputError(
            "the manifest's depth has another size than its scene; render the shot anew"
        )
    same = rgb.shape == basis.rgb.shape
    classes = basis.classes if same else lazy(partial(_segment, basis.perception, rgb))
    if estimates is not None:
        return Analysis(basis, rgb, classes, lambda: estimates.depth)
    if same:
        return Analysis(basis, rgb, classes, basis.depth)
    depth = lazy(partial(_depth_at, basis.without_pixels(), rgb, settings))
    return Analysis(basis, rgb, classes, depth)


def from_estimates(photo: Photo, settings: Shot, estimates: Estimates) -> PhotoAnalysis:
    """Return what a photo shows, with depth and subject taken from ``estimates``."""
    fresh = analyse_photo(photo, settings.quality, settings)
    point = Subject(*estimates.subject, confidence=1.0, kind="given")
    depth = lazy(partial(_resized, estimates.depth, fresh.rgb.shape))
    return replace(
        fresh,
        depth=depth,
        subject=lambda: point,
        statistics=lazy(partial(_measure, photo, depth, fresh.classes, fresh.lines)),
    )


def _depth_at(basis: PhotoAnalysis, rgb: UInt8Array, settings: DepthSettings) -> InverseDepth:
    """Return a photo's inverse depth at the size of ``rgb``: with its edges if that is larger."""
    coarse, (height, width) = basis.coarse_depth(), rgb.shape[:2]
    if coarse is None or width > basis.rgb.shape[1]:
        return depth_estimate.at_size(rgb, coarse, settings, basis.lines, basis.is_room)
    depth = basis.depth()
    return replace(depth, values=reduce(depth.values, (width, height))).quantised()


def perceive(rgb: UInt8Array, quality: str) -> Perception:
    """Return the embedded networks' inverse depth and class probabilities, those cleaned."""
    return clean_classes(forward(rgb, quality=quality))


def _segment(perception: Result[Perception], rgb: UInt8Array) -> tuple[Region, ...]:
    return semantic.segment(perception(), rgb)


def _measure(
    photo: Photo,
    depth: Result[InverseDepth],
    classes: Result[tuple[Region, ...]],
    lines: Result[Float32Array],
) -> PhotoStatistics:
    """Return a photo's statistics; blur and noise are of its own pixels."""
    shares = {region.label: region.share for region in classes()}
    return statistics.measure(photo.rgb, depth().values, shares, lines())


def _is_room(
    rgb: UInt8Array,
    coarse: Result[CoarseDepth | None],
    perception: Result[Perception],
    lines: Result[Float32Array],
) -> bool:
    """Return whether a photo shows a room from within, by the coarse depth or else the network's."""
    known = coarse()
    depth = embedded.inverse_depth(perception(), rgb) if known is None else known.values
    sky = float((depth <= 0).mean())
    return statistics.is_room(*line_lengths(lines(), rgb), depth, sky)


def _resized(depth: InverseDepth, shape: tuple[int, ...]) -> InverseDepth:
    return replace(depth, values=exact.resize_area(depth.values, shape[1::-1])).quantised()


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
