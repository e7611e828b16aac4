"""The small frozen types that flow between the stages.

Axes and units, once for the whole engine. Pictures are (H, W, ...), y down, pixel centres at
integers. *Inverse depth* is 1 at the nearest point of the photo and 0 at infinity (the sky);
so the nearest point stands at distance 1 and the camera's offsets are in that distance.
*Phase* runs over one loop: 0 and 1 are the same instant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from livingstill.core.errors import InputError

UInt8Array = NDArray[np.uint8]
PackedRGBA = NDArray[np.uint32]
Float32Array = NDArray[np.float32]

DEFAULT_FOCAL = 0.95
"""Focal length in frame widths where EXIF is silent: a 34 mm lens on 35 mm film, a phone's."""

SAMPLE_RATE = 48_000
"""Samples per second of all sound: (n, 2) float32 in -1..1, left and right."""


def _freeze(array: NDArray[Any], name: str, shape: tuple[int | None, ...], dtype: Any) -> None:
    """Check an array a frozen type holds, and make it read-only.

    Raises
    ------
    InputError
        If shape or dtype differ from what the type promises (``None`` matches any length).
    """
    fits = array.ndim == len(shape) and all(
        want is None or have == want for have, want in zip(array.shape, shape)
    )
    if not fits or array.dtype != dtype:
        want = "x".join("any" if n is None else str(n) for n in shape)
        raise InputError(
            f"{name} has shape {array.shape} and type {array.dtype}; "
            f"it must be {want} {np.dtype(dtype).name}"
        )
    array.flags.writeable = False


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A still, upright, in sRGB.

    ``rgb`` is (H, W, 3) uint8; ``focal`` the focal length in frame widths, None when unknown;
    ``sha256`` the digest of the file's bytes; ``source_type`` the IPTC digital source type that the
    file's own metadata declares, as in "digitalCapture", empty if it does not;
    ``perspective_corrected`` whether its verticals were; ``notes`` what reading it changed, in words;
    ``full_size`` is its size where it is ``without_pixels``, and ``rgb`` (0, 0, 3).
    """

    rgb: UInt8Array
    name: str = "photo"
    focal: float | None = None
    sha256: str = ""
    notes: tuple[str, ...] = ()
    source_type: str = ""
    perspective_corrected: bool = False
    full_size: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        _freeze(self.rgb, "photo", (None, None, 3), np.uint8)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.full_size or (self.rgb.shape[1], self.rgb.shape[0])

    def without_pixels(self) -> Photo:
        """Return the photo for who has seen it: its pixels may leave memory."""
        return replace(self, rgb=np.empty((0, 0, 3), np.uint8), full_size=self.size)


@dataclass(frozen=True, slots=True, eq=False)
class Perception:
    """What the embedded networks say of a photo, at their own size.

    ``inverse_depth`` is (h, w) float32 in 0..1, 1 = nearest, quantised to 16 bits;
    ``probabilities`` is (C, h, w) uint8, one plane per name in ``classes``, 255 = certain.
    """

    inverse_depth: Float32Array
    classes: tuple[str, ...]
    probabilities: UInt8Array

    def __post_init__(self) -> None:
        _freeze(self.inverse_depth, "perceived inverse depth", (None, None), np.float32)
        shape = (len(self.classes), *self.inverse_depth.shape)
        _freeze(self.probabilities, "perceived probabilities", shape, np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class InverseDepth:
    """(H, W) float32 inverse depth of a photo, 1 = nearest, 0 = infinity, and where it came from."""

    values: Float32Array
    source: str
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _freeze(self.values, "inverse depth", (None, None), np.float32)

    def quantised(self) -> InverseDepth:
        """Return it in the steps of 16 bits that a manifest stores."""
        words = np.round(np.clip(self.values, 0, 1) * np.float32(65535)).astype(np.uint16)
        return InverseDepth(words.astype(np.float32) / np.float32(65535), self.source, self.notes)


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """A soft mask and its ``label``: a class of the network, or a kind of motion.

    ``mask`` is (H, W) uint8, 255 = belongs.
    """

    label: str
    mask: UInt8Array

    def __post_init__(self) -> None:
        _freeze(self.mask, f"mask of {self.label}", (None, None), np.uint8)

    @property
    def share(self) -> float:
        """How much of the picture it covers, 0..1."""
        return float(self.mask.mean()) / 255


@dataclass(frozen=True, slots=True, eq=False)
class PhotoStatistics:
    """Statistics of a photo, from which the camera move and the photo's grade are chosen.

    Lengths are in pixels of the photo at a long side of ``SIDE``.

    Attributes
    ----------
    blur : standard deviation of the blur of the sharpest edges
    noise : standard deviation of the noise of flat areas, in levels
    black_share, clipped_share : pixels without any detail, of the photo
    contrast : spread of luminance, in levels
    edge_density : share of edge pixels
    thin_share, flat_share : of lone thin structures; of areas without any gradient
    dominant_colour_share : of the commonest of 4096 colours
    line_length, vertical_line_length : of long straight lines, all and upright, in long sides
    lines : (n, 4) float32, x0, y0, x1, y1 in photo fractions, longest first
    is_room : the photo shows a room from within
    is_drawing : it is a drawing, a document or a screenshot
    shares : (class, share of the photo)
    """

    SIDE: ClassVar[int] = 1600
    blur: float
    noise: float
    black_share: float
    clipped_share: float
    contrast: float
    edge_density: float
    thin_share: float
    flat_share: float
    dominant_colour_share: float
    line_length: float
    vertical_line_length: float
    lines: Float32Array
    is_room: bool = False
    is_drawing: bool = False
    shares: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        _freeze(self.lines, "lines", (None, 4), np.float32)

    def share(self, kind: str) -> float:
        """Return how much of the photo a class covers, 0..1."""
        return dict(self.shares).get(kind, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One layer of the scene, the size of the whole scene.

    ``colour`` is (H, W) uint32, bytes R, G, B, A from the lowest, premultiplied by alpha;
    ``inverse_depth`` is (H, W) float32, continued smoothly beyond the visible part; (0, 0) once let go.
    """

    colour: PackedRGBA
    inverse_depth: Float32Array

    def __post_init__(self) -> None:
        _freeze(self.colour, "layer colour", (None, None), np.uint32)
        shape = self.colour.shape if self.inverse_depth.size else (0, 0)
        _freeze(self.inverse_depth, "layer inverse depth", shape, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """The photo as layers, front to back; the last one is opaque. Built once, then only read.

    ``focal`` is in frame widths. ``has_background``: the last layer is all sky, continued behind
    what stands before it.
    """

    layers: tuple[Layer, ...]
    focal: float = DEFAULT_FOCAL
    has_background: bool = False

    def __post_init__(self) -> None:
        if not self.layers:
            raise InputError("a scene has no layers; it must have at least one")
        if len({layer.colour.shape for layer in self.layers}) != 1:
            raise InputError("the layers of a scene differ in size; they must be equal")

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the layers in pixels."""
        height, width = self.layers[0].colour.shape
        return width, height

    def stack(self) -> PackedRGBA:
        """Return the colours as one (K, H, W) uint32 array; no copy where they already are one."""
        shared = self.shared_array()
        if shared is not None:
            return shared[: len(self.layers)]
        return np.stack([layer.colour for layer in self.layers])

    def shared_array(self) -> PackedRGBA | None:
        """Return the (K or more, H, W) uint32 array that begins with all the colours, if there is one."""
        first = self.layers[0].colour
        base, count = first.base, len(self.layers)
        if (
            isinstance(base, np.ndarray)
            and base.shape[1:] == first.shape
            and len(base) >= count
            and base.dtype == first.dtype
            and all(
                layer.colour.ctypes.data == base[k].ctypes.data and layer.colour.flags.c_contiguous
                for k, layer in enumerate(self.layers)
            )
        ):
            return base
        return None

    def stacked(self) -> Scene:
        """Return the same scene with its colours in one array, so that ``stack`` copies nothing."""
        colours = self.stack()
        layers = (Layer(c, layer.inverse_depth) for c, layer in zip(colours, self.layers))
        return replace(self, layers=tuple(layers))

    def without_depth(self) -> Scene:
        """Return the scene for who has made of its depth what is needed: it may leave memory."""
        none = np.empty((0, 0), np.float32)
        return replace(self, layers=tuple(Layer(layer.colour, none) for layer in self.layers))


@dataclass(frozen=True, slots=True)
class Pose:
    """The pose of the camera.

    ``x`` right, ``y`` down, ``z`` into the scene, in distances of the nearest point; ``pan``
    (right), ``tilt`` (up) and ``roll`` (clockwise picture) in degrees; ``zoom`` magnifies about
    the centre. ``pivot`` is the inverse depth that stays put while the camera moves sideways: the
    convergence plane, 0 for a plain truck. ``focus`` is the inverse depth that is sharp and
    ``aperture`` the blur disc's diameter in frame widths at inverse-depth distance 1 from it.

    ``eye`` is the offset of an eye of a stereo pair to the right, along the camera's own axis, in
    distances of the nearest point; the picture is sheared so that what lies at ``convergence``, in
    inverse depth from the camera, is where the eye between them sees it (off-axis projection).
    """

    x: float = 0.0
    y: float = 0.0
    z: float = 0.0
    pan: float = 0.0
    tilt: float = 0.0
    roll: float = 0.0
    zoom: float = 1.0
    pivot: float = 0.0
    focus: float = 0.0
    aperture: float = 0.0
    # not in repr, which manifests hash: an eye follows from the camera and the settings
    eye: float = field(default=0.0, repr=False)
    convergence: float = field(default=0.0, repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """The motion of a layer at one instant: a backward warp with up to two samples.

    The layer shows, at photo position s (pixels of the scene),

        first_gain(s) * C(s + first(s)) + second_gain(s) * C(s + second(s)) + bias(s)

    Every field is smooth and lives on a grid of one node per ``step`` scene pixels, node (j, i)
    at scene pixel (i * step, j * step), interpolated bilinearly. Waves and sway use ``first``
    alone; advected water and clouds cross-fade ``first`` and ``second``; light and overlays are
    gains and ``bias`` (the layer's alpha scales the bias).

    ``first``/``second``: (h, w, 2) float32, (dx, dy) scene pixels; gains (h, w) float32, None = 1
    for the first; ``bias``: (h, w, 3) float32 in levels 0..255. No second: ``second`` is None.
    """

    first: Float32Array
    first_gain: Float32Array | None = None
    second: Float32Array | None = None
    second_gain: Float32Array | None = None
    bias: Float32Array | None = None
    step: int = 4

    def __post_init__(self) -> None:
        _freeze(self.first, "flow", (None, None, 2), np.float32)
        grid = self.first.shape[:2]
        if (self.second is None) != (self.second_gain is None):
            raise InputError("a flow's second sample and its gain come together; give both")
        if self.second is not None and self.second_gain is not None:
            _freeze(self.second, "second flow", (*grid, 2), np.float32)
            _freeze(self.second_gain, "second gain", grid, np.float32)
        if self.first_gain is not None:
            _freeze(self.first_gain, "first gain", grid, np.float32)
        if self.bias is not None:
            _freeze(self.bias, "flow bias", (*grid, 3), np.float32)


class CameraPath(Protocol):
    """A camera move over the clip. ``at`` is pure: same time, same pose."""

    def at(self, time: float) -> Pose:
        """Return the pose at ``time`` in 0..1, from the clip's start to its end."""
        ...


class Motion(Protocol):
    """The motion of a scene. ``at`` is pure and 1-periodic: phase 0 and 1 are one instant."""

    def at(self, phase: float) -> tuple[Flow | None, ...]:
        """Return one flow per layer of the scene, None where a layer is still."""
        ...


@dataclass(frozen=True, slots=True)
class Timeline:
    """The instants of a clip's frames, and how the clip loops.

    ``loop`` is seamless, bounce, none or hold; the first two join, so their last frame lies one
    step before the start, the others reach the end of the path with their last frame.

    >>> [Timeline(4, Fraction(30)).time(i) for i in range(4)]
    [0.0, 0.25, 0.5, 0.75]
    >>> [Timeline(3, Fraction(30), "none").time(i) for i in range(3)]
    [0.0, 0.5, 1.0]
    """

    frames: int
    fps: Fraction
    loop: str = "seamless"

    @property
    def periodic(self) -> bool:
        """Whether frame ``frames`` would equal frame 0."""
        return self.loop in ("seamless", "bounce")

    @property
    def seconds(self) -> float:
        """Length of the clip."""
        return float(self.frames / self.fps)

    def time(self, index: float) -> float:
        """Return the position of frame ``index``, fractions too, on the camera's path, 0..1."""
        if self.periodic:
            return index / self.frames % 1.0
        return min(1.0, max(0.0, index / max(1, self.frames - 1)))

    def phase(self, index: float) -> float:
        """Return the phase of frame ``index`` in the motion's loop."""
        return index / self.frames % 1.0


class Progress(Protocol):
    """A receiver of progress. The engine never prints."""

    def stage(self, name: str, total: int = 0) -> AbstractContextManager[Callable[[], object]]:
        """Enter a stage of ``total`` steps; call the yielded function once per step done."""
        ...

    def say(self, line: str) -> None:
        """Report a line at once; callable from any thread."""
        ...


class SilentProgress:
    """Progress that is discarded."""

    @contextmanager
    def stage(self, name: str, total: int = 0) -> Iterator[Callable[[], object]]:  # noqa: ARG002
        """Enter a stage and report nothing."""
        yield lambda: None

    def say(self, line: str) -> None:
        """Discard the line."""
