"""The size of the frame and the part of the photo that it shows."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

from livingstill.core.errors import InputError
from livingstill.settings.groups import FrameSettings
from livingstill.settings.values import LARGEST_SIDE as LARGEST
from livingstill.settings.values import (
    LONG_SIDES,
    LONGEST_QUILT,
    Sides,
    contradicts_aspect,
    quilt_grid,
    sides,
    views,
)
from livingstill.settings.values import SMALLEST_SIDE as SMALLEST

SLIVER = 0.02
"""Share of a side of the photo that a frame may cut off and still be planned as if it did not."""


@dataclass(frozen=True, slots=True)
class Framing:
    """The crop of a photo and its placement in the frame.

    ``size`` is the frame's (width, height) in pixels, even; ``picture`` the (left, top, width,
    height) in it that the photo fills, the whole frame unless ``fit`` pads or blurs. The picture
    shows the part of the photo with centre ``centre`` and extent ``extent``, both in photo
    fractions, at ``scale`` frame pixels per photo pixel. ``notes`` is what the user should know.
    """

    size: tuple[int, int]
    picture: tuple[int, int, int, int]
    centre: tuple[float, float] = (0.5, 0.5)
    extent: tuple[float, float] = (1.0, 1.0)
    scale: float = 1.0
    fit: str = "crop"
    notes: tuple[str, ...] = ()

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The part of the photo shown: left, top, right, bottom in photo fractions."""
        (x, y), (w, h) = self.centre, self.extent
        return x - w / 2, y - h / 2, x + w / 2, y + h / 2

    @property
    def bars(self) -> bool:
        """Whether the picture leaves a part of the frame free."""
        return self.picture[2:] != self.size


def nearest_even(length: float) -> int:
    """Return the even number nearest to ``length``, within the sizes a clip can have."""
    return min(LARGEST, max(SMALLEST, 2 * floor(length / 2 + 0.5)))


def ratio(aspect: str) -> float:
    """Return width / height of ``W:H``."""
    width, _, height = aspect.partition(":")
    return float(width) / float(height)


def fit_photo_to(
    photo: tuple[int, int],
    settings: FrameSettings,
    subject: tuple[float, float] = (0.5, 0.5),
) -> Framing:
    """Return the framing of a photo of (width, height) pixels by ``settings``."""
    return frame(
        photo,
        size=settings.size,
        aspect=settings.aspect,
        fit=settings.fit,
        subject=subject,
        max_upscale=settings.max_upscale,
        largest=_largest_view(settings.stereo),
    )


def shown_part(
    photo: tuple[int, int],
    settings: FrameSettings,
    subject: tuple[float, float] = (0.5, 0.5),
) -> tuple[float, float, float, float]:
    """Return what a frame of the settings' shape shows of a photo, whatever the frame's size.

    It is left, top, right, bottom in photo fractions. A frame that cuts off a ``SLIVER``, as one does
    whose sides were rounded to even numbers, counts as one that shows the whole side.

    >>> shown_part((3000, 2000), FrameSettings(size="320x214"))
    (0.0, 0.0, 1.0, 1.0)
    >>> left, _, right, _ = shown_part((3000, 2000), FrameSettings(aspect="1:1"), (0.9, 0.5))
    >>> round(left, 3), right
    (0.333, 1.0)
    """
    fixed, shape = sides(settings.size), photo[0] / photo[1]
    if settings.fit != "crop":
        return 0.0, 0.0, 1.0, 1.0
    wanted = ratio(settings.aspect) if settings.aspect else shape
    if fixed and fixed.width and fixed.height:
        wanted = fixed.width / fixed.height
    extent = tuple(1.0 if part > 1 - SLIVER else part for part in (wanted / shape, shape / wanted))
    (x, y), (w, h) = map(_clamp_centre, subject, extent), extent
    return x - w / 2, y - h / 2, x + w / 2, y + h / 2


def frame(
    photo: tuple[int, int],
    *,
    size: str = "1080p",
    aspect: str | None = None,
    fit: str = "crop",
    subject: tuple[float, float] = (0.5, 0.5),
    max_upscale: float = 2.0,
    largest: tuple[int, int] = (LARGEST, LARGEST),
) -> Framing:
    """Return the framing of a photo of (width, height) pixels: frame size, crop and placement.

    A named size is the frame's long side, made shorter where the photo would be enlarged more
    than ``max_upscale`` times; sides in pixels are kept, to the nearest even number, and one that
    is not given follows from ``aspect`` or the photo. The subject (photo fractions) stays as near
    the middle as the photo allows. No frame is larger than ``largest``. What is rounded or enlarges
    the photo is noted.

    Raises
    ------
    InputError
        If ``size`` is WxH of another shape than ``aspect``.

    >>> frame((4000, 3000), size="720p", aspect="16:9").size
    (1280, 720)
    >>> frame((640, 480)).size, frame((640, 480)).notes
    ((1280, 960), ('the photo is enlarged 2.0 times; --size source keeps its own pixels',))
    """
    photo_width, photo_height = photo
    notes: list[str] = []
    shape = ratio(aspect) if aspect else photo_width / photo_height
    fixed = sides(size)
    if fixed:
        if contradicts_aspect(size, aspect):
            raise InputError(f"size {size} is not {aspect}; give one of them")
        requested_size = _size_from_sides(fixed, shape)
        if any(side is not None and side % 2 for side in fixed):
            width, height = map(nearest_even, requested_size)
            notes.append(f"size {size} becomes {width}x{height}: a frame's sides are even numbers")
    elif size == "source":
        requested_size = _size_from_source(
            (photo_width // 2 * 2, photo_height // 2 * 2), shape, fit
        )
    else:
        requested_size = _size_from_long_side(LONG_SIDES[size], shape)
        shrink = max_upscale / _scale(photo, requested_size, fit)
        if shrink < 1:
            requested_size = (requested_size[0] * shrink, requested_size[1] * shrink)
    factor = min(most / side for most, side in zip(largest, requested_size))
    if factor < 1:
        requested_size = (requested_size[0] * factor, requested_size[1] * factor)
        notes.append(_shrunk_note(requested_size, largest))
    out = (nearest_even(requested_size[0]), nearest_even(requested_size[1]))
    picture, extent = (0, 0, *out), (1.0, 1.0)
    if fit == "crop":
        ratios = (out[0] / photo_width, out[1] / photo_height)
        scale = max(ratios)
        extent = (ratios[0] / scale, ratios[1] / scale)
    else:
        scale = min(out[0] / photo_width, out[1] / photo_height)
        fitted = (
            min(out[0], nearest_even(photo_width * scale)),
            min(out[1], nearest_even(photo_height * scale)),
        )
        picture = ((out[0] - fitted[0]) // 2, (out[1] - fitted[1]) // 2, *fitted)
        ratios = (fitted[0] / photo_width, fitted[1] / photo_height)
        scale = max(ratios)
        extent = (ratios[0] / scale, ratios[1] / scale)
    if scale > 1.01:
        notes.append(_upscale_note(scale, max_upscale))
    centre = tuple(_clamp_centre(at, part) for at, part in zip(subject, extent))
    return Framing(out, picture, (centre[0], centre[1]), extent, scale, fit, tuple(notes))


def _size_from_long_side(long: float, shape: float) -> tuple[float, float]:
    """Return the frame of ``shape`` whose longer side is ``long``."""
    return (long, long / shape) if shape >= 1 else (long * shape, long)


def _size_from_sides(fixed: Sides, shape: float) -> tuple[float, float]:
    """Return the frame of sides in pixels; ``shape`` is width / height where they leave that open."""
    width, height, long = fixed
    if width and height:
        return width, height
    if width:
        return nearest_even(width), nearest_even(width) / shape
    return (
        (nearest_even(height) * shape, nearest_even(height))
        if height
        else _size_from_long_side(nearest_even(long or 0), shape)
    )


def _size_from_source(photo: tuple[int, int], shape: float, fit: str) -> tuple[float, float]:
    """Return the frame of ``shape`` that keeps one photo pixel per frame pixel."""
    photo_width, photo_height = photo
    inside = photo_width / photo_height > shape
    if fit != "crop":
        inside = not inside
    return (photo_height * shape, photo_height) if inside else (photo_width, photo_width / shape)


def _scale(photo: tuple[int, int], requested_size: tuple[float, float], fit: str) -> float:
    ratios = (requested_size[0] / photo[0], requested_size[1] / photo[1])
    return max(ratios) if fit == "crop" else min(ratios)


def _clamp_centre(centre: float, extent: float) -> float:
    """Return the middle of a window ``extent`` long, as near ``centre`` as 0..1 allows."""
    return min(1 - extent / 2, max(extent / 2, centre))


def _largest_view(stereo: str | None) -> tuple[int, int]:
    """Return the largest width and height of one view of a stereo layout."""
    across, down = views(stereo)
    longest = LARGEST if stereo is None or quilt_grid(stereo) is None else LONGEST_QUILT
    return longest // across, longest // down


def _shrunk_note(size: tuple[float, float], largest: tuple[int, int]) -> str:
    if largest == (LARGEST, LARGEST):
        return f"the frame is made {LARGEST} pixels long, the longest there is"
    width, height = map(nearest_even, size)
    return f"each view is made {width}x{height}, so that all of them fit into one picture"


def _upscale_note(scale: float, max_upscale: float) -> str:
    if scale > max_upscale * 1.01:
        return (
            f"the photo is enlarged {scale:.1f} times and will look soft; choose a smaller --size"
        )
    return f"the photo is enlarged {scale:.1f} times; --size source keeps its own pixels"
