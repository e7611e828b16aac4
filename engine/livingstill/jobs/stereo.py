"""A stereo clip: its views, which share every choice, and how comfortable they are to look at."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from livingstill.camera.framing import ratio
from livingstill.camera.projection import project
from livingstill.camera.stereo import LARGEST_PAIR, StereoRig
from livingstill.core.errors import InputError
from livingstill.core.model import Float32Array, Flow, Motion, PackedRGBA, Pose
from livingstill.imaging import exact
from livingstill.io.files import split_suffix
from livingstill.media.write.stills import NUMBER
from livingstill.render.frames import Renderer
from livingstill.render.stereo_layout import StereoLayout
from livingstill.render.visibility import VisibilitySample, VisibilitySampler
from livingstill.settings.shot import Shot
from livingstill.settings.values import LARGEST_SPACING, MoveSpec, quilt_grid

if TYPE_CHECKING:
    from livingstill.jobs.clip import Clip

FIGURES = "stereo."
"""What the names of the figures of comfort begin with."""

_PICTURES = {".png", ".jpg", ".jpeg"}

_INSTANTS = 5
_SAMPLES = 320
"""Instants of the clip, and pixels across a view, at which parallax is measured."""

_COMFORTABLE = 3.0
"""Parallax, percent of the width, that is comfortable before and behind the screen: one degree of the
eyes' convergence (Lambooij et al., 2009) where the picture is seen 33 degrees wide."""

_EYE_DISTANCE = 63.0
"""Distance of human eyes in millimetres: with more parallax behind the screen they would diverge."""

_FILLED = 3.0
"""Percent of a view that may be filled, not photographed, before it begins to be seen."""

_CUT_OFF = 12.0
"""Percent of the frame's sides that may stand before the screen: the floor at their lower ends does."""

_NOTICEABLE = 0.05
"""Parallax, percent of the width, from which on something stands before the screen."""

_SAME_PLACE = 2.0
"""Frame pixels that both views' places of one point may differ: nodes of the projection are coarse."""


def is_picture(output: str, shot: Shot) -> bool:
    """Return whether an output of a stereo shot is one picture, and not a clip."""
    name = Path(output).name
    is_still = split_suffix(name)[1].lower() in _PICTURES
    return bool(shot.stereo) and is_still and not NUMBER.search(name)


def settle(shot: Shot, outputs: Iterable[str]) -> Shot:
    """Return the shot of the outputs: pictures are of the photo at rest, one frame, nothing moving.

    Raises
    ------
    InputError
        If there are pictures and clips; the sentence names the remedy.
    """
    outputs = tuple(outputs)
    pictures = [output for output in outputs if is_picture(output, shot)]
    if not pictures:
        return shot
    if len(pictures) < len(outputs):
        raise InputError(
            f"{pictures[0]} is one picture beside a clip; write it with --poster {pictures[0]}"
        )
    still = {"camera": MoveSpec(name="static"), "motion": ("none",), "duration": 0.1, "fps": 10.0}
    return shot.model_copy(update=still)


def name_suffix(layout: str | None, aspect: float) -> str:
    """Return what the name of a file ends in, by which players know the layout of its views.

    ``aspect`` is width / height of a view.

    >>> name_suffix("quilt", 0.75), name_suffix("half-sbs", 1.5), name_suffix(None, 1.5)
    ('_qs8x6a0.75', '_hsbs', '')
    """
    if layout is None:
        return ""
    grid = quilt_grid(layout)
    if grid:
        return f"_qs{grid[0]}x{grid[1]}a{aspect:.4g}"
    return {"sbs": "_sbs", "half-sbs": "_hsbs", "top-bottom": "_tb"}.get(layout, f"_{layout}")


def view_aspect(shot: Shot, size: tuple[int, int]) -> float:
    """Return width / height of a view of ``size`` pixels: as asked for, not as rounded to even sides."""
    return ratio(shot.aspect) if shot.aspect else size[0] / size[1]


def name_with_layout(name: str, shot: Shot) -> str:
    """Return a file's name with the layout of its views; a quilt's only where the shot says its shape.

    >>> name_with_layout("a/lake.mp4", Shot(stereo="sbs"))
    'a/lake_sbs.mp4'
    """
    if shot.stereo is None or (quilt_grid(shot.stereo) and shot.aspect is None):
        return name
    path = Path(name)
    layout = name_suffix(shot.stereo, view_aspect(shot, (1, 1)))
    return path.with_name(f"{path.stem}{layout}{path.suffix}").as_posix()


class _MotionCache:
    """The motion of a scene with its last results, for views that ask for the same phases in turn."""

    def __init__(self, motion: Motion, size: int) -> None:
        self._motion, self._size = motion, size
        self._results: OrderedDict[float, tuple[Flow | None, ...]] = OrderedDict()

    def at(self, phase: float) -> tuple[Flow | None, ...]:
        """Return the flows of the motion at ``phase``."""
        if phase not in self._results:
            self._results[phase] = self._motion.at(phase)
            if len(self._results) > self._size:
                self._results.popitem(last=False)
        return self._results[phase]


def views(clip: Clip, rig: StereoRig) -> list[Clip]:
    """Return the clip as each view sees it: one scene, one motion, one window, cameras side by side."""
    instants = 5 * (4 if clip.shot.quality == "high" else 1)  # of the temporal filter, the shutter
    motion = _MotionCache(clip.motion, instants) if clip.motion else None
    return [
        replace(clip, camera=rig.path(clip.camera, offset), motion=motion, rig=None)
        for offset in rig.offsets
    ]


def frames(
    clip: Clip, measured: Callable[[Iterable[PackedRGBA]], Iterable[PackedRGBA]]
) -> Iterator[tuple[PackedRGBA, PackedRGBA]]:
    """Yield for each instant the leftmost view and the frame of all views, finished.

    ``measured`` is passed the leftmost view's frames before they are finished.
    """
    assert clip.rig is not None and clip.shot.stereo is not None
    span = range(clip.timeline.frames)
    size, quality = clip.framing.picture[2:], clip.shot.quality
    renderer = Renderer(clip.scene, clip.window, size, quality, retain=True)
    rendered: list[Iterable[PackedRGBA]] = [
        view.rendered(span, renderer) for view in views(clip, clip.rig)
    ]
    rendered[0] = measured(rendered[0])
    finished = [clip.finisher.finish(one, span) for one in rendered]
    layout = StereoLayout(clip.shot.stereo, clip.framing.size)
    for instant in zip(*finished, strict=True):
        yield instant[0], layout.compose(instant)


@dataclass(frozen=True, slots=True)
class Comfort:
    """How a stereo clip is to look at. Parallax in percent of a view's width, negative before the screen.

    ``nearest``, ``middle`` and ``farthest`` are its 1st, 50th and 99th percentile, ``widest`` the
    difference of its extremes; the others are percent too: ``window_violations`` of the pixels at
    the sides of a view that stand before the screen, ``filled`` of the pixels that the photo does not
    show, ``rivalry`` of those that the other view shows neither at the place of the same point nor
    hides behind something nearer. ``recommended`` is the largest comfortable spacing of the eyes.
    """

    nearest: float
    middle: float
    farthest: float
    widest: float
    window_violations: float
    filled: float
    rivalry: float
    recommended: float

    def figures(self) -> dict[str, float]:
        """Return the figures by name, as the report has them."""
        return {f"{FIGURES}{name}": round(getattr(self, name), 4) for name in self.__slots__}

    def notes(self) -> tuple[str, ...]:
        """Return sentences for the user: the parallax, and what strains the eyes."""
        notes = [
            f"stereo: parallax from {self.nearest:.2f} to {self.farthest:.2f} % of the width (negative "
            f"= before the screen), {self.filled:.1f} % of each view is filled; comfortable up to "
            f"--eyes {self.recommended:.1f}%"
        ]
        if self.window_violations > _CUT_OFF:
            notes.append(
                f"{self.window_violations:.0f} % of the sides of the frame stand before the screen and "
                "are cut off there; a larger --converge puts them behind it"
            )
        return tuple(notes)


def measure(clip: Clip, rig: StereoRig) -> Comfort:
    """Return how comfortable the outermost views of a stereo clip are, from a few of its instants."""
    size = clip.framing.picture[2:]
    stride = max(1, round(size[0] / _SAMPLES))
    sampler = VisibilitySampler(clip.scene, clip.window, size, stride)
    ends = rig.outermost(clip.camera)
    times = {clip.timeline.time(n * clip.timeline.frames // _INSTANTS) for n in range(_INSTANTS)}
    pairs = [
        _Pair(sampler, *(end.at(time) for end in order))
        for time in sorted(times)
        for order in (ends, ends[::-1])
    ]
    parallax = np.concatenate([pair.parallax.ravel() for pair in pairs[::2]])
    sides = np.concatenate([pair.parallax[:, [0, -1]].ravel() for pair in pairs[::2]])
    nearest, middle, farthest = (exact.percentile(parallax, share) for share in (1, 50, 99))
    filled = 100 * float(np.mean([~pair.sample.in_photo for pair in pairs]))
    spacing = _spacing(clip, rig)
    limits = [(filled, _FILLED)]
    if len(rig.offsets) > 2:  # no two eyes see the ends of a quilt
        limits.append((spacing, LARGEST_SPACING))
    else:
        behind = min(_COMFORTABLE, 100 * _EYE_DISTANCE / rig.screen if rig.screen else _COMFORTABLE)
        limits += [(-nearest, _COMFORTABLE), (farthest, behind), (spacing, LARGEST_PAIR)]
    return Comfort(
        nearest=nearest,
        middle=middle,
        farthest=farthest,
        widest=float(parallax.max() - parallax.min()),
        window_violations=100 * float(np.mean(sides < -_NOTICEABLE)),
        filled=filled,
        rivalry=100 * float(np.mean([pair.rivalry for pair in pairs])),
        recommended=spacing * _comfortable_share(limits),
    )


def name_note(clip: Clip, outputs: Iterable[str]) -> tuple[str, ...]:
    """Return a note on how a file would be called that its players know, if one is called otherwise."""
    layout, aspect = clip.shot.stereo, view_aspect(clip.shot, clip.framing.size)
    suffix = name_suffix(layout if layout != "anaglyph" else None, aspect)
    for output in map(Path, outputs):
        if output.suffix and not output.stem.endswith(suffix):
            return (
                f"players know the layout by a name such as {output.stem}{suffix}{output.suffix}",
            )
    return ()


def _spacing(clip: Clip, rig: StereoRig) -> float:
    """Return the parallax between the nearest and the farthest of any photo at rest, in percent."""
    width = clip.window.scale * clip.framing.picture[2]
    return 100 * rig.baseline * clip.scene.focal * clip.scene.size[0] / width


def _comfortable_share(limits: Iterable[tuple[float, float]]) -> float:
    """Return by what the spacing may be multiplied until one of the (value, limit) is reached."""
    return min(limit / value for value, limit in limits if value > 1e-3)


class _Pair:
    """What one view shows, and where the other shows the same."""

    def __init__(self, sampler: VisibilitySampler, here: Pose, there: Pose) -> None:
        self._sampler, self._here, self._there = sampler, here, there
        self.sample: VisibilitySample = sampler.sample(here)
        scene = sampler.scene
        height, width = scene.layers[0].colour.shape
        row = np.clip(np.rint(self.sample.y), 0, height - 1).astype(np.intp)
        column = np.clip(np.rint(self.sample.x), 0, width - 1).astype(np.intp)
        depths = np.stack([layer.inverse_depth for layer in scene.layers])
        self._depth = depths[self.sample.layer, row, column]

    def _places(self, pose: Pose) -> NDArray[np.float64]:
        """Return the (2, h, w) pixels at which a pose shows what is seen here."""
        projection = self._sampler.projection
        width, window = projection.scene.size[0], projection.window
        x, y = (self.sample.x - window.x) / width, (self.sample.y - window.y) / width
        places = project(x, y, self._depth, pose, projection.scene.focal)
        middle = np.reshape([(n - 1) / 2 for n in projection.size], (2, 1, 1))
        return np.asarray(np.stack(places) * width / window.scale + middle, np.float64)

    @cached_property
    def parallax(self) -> NDArray[np.float64]:
        """The (h, w) shift from this view to the other, percent of the width."""
        shift = self._places(self._there)[0] - self._places(self._here)[0]
        return np.asarray(100 * shift / self._sampler.projection.size[0], np.float64)

    @property
    def rivalry(self) -> NDArray[np.bool_]:
        """Where the other view shows neither the same point nor something nearer in its place."""
        x, y = self._places(self._there).astype(np.float32)
        width, height = self._sampler.projection.size
        inside = (x >= 0) & (y >= 0) & (x <= width - 1) & (y <= height - 1)
        matched = np.zeros(x.shape, bool)
        for step in (-1, 0, 1):  # a silhouette may round to the pixel beside it
            matched |= self._matched(x + np.float32(step), y)
        return np.asarray((inside & ~matched) | self.sample.outside | self.sample.hole, np.bool_)

    def _matched(self, x: Float32Array, y: Float32Array) -> NDArray[np.bool_]:
        """Return where the other view shows at pixels (h, w) the point seen here, or a nearer layer."""
        other = self._sampler.sample_at(self._there, x, y)
        distance = np.hypot(other.x - self.sample.x, other.y - self.sample.y)
        near = distance <= _SAME_PLACE * self._sampler.projection.window.scale
        nearer = other.layer < self.sample.layer
        return np.asarray(((other.layer == self.sample.layer) & near) | nearer, np.bool_)
