"""Finishing of rendered frames: grade, vignette, grain and overlays in one pass over bands of rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import PackedRGBA, Timeline
from livingstill.core.threads import over_bands
from livingstill.finish import card, disclosure, grade, logo, titles
from livingstill.finish.layout import Box, Sprite, overlaps
from livingstill.imaging import exact
from livingstill.kernels import colour as kernels
from livingstill.settings.shot import Shot

_GRAIN_ROWS = 509
"""Period of the grain in rows: a prime, so that frames' heights are no multiple of it."""

_MAX_GRAIN_LEVELS = 10.0
"""Standard deviation of grain 1 in levels, at middle grey."""

_MAX_FALLOFF = 0.62
"""Share of the light that a vignette of 1 takes from the corners."""


class Finisher:
    """Applies a shot's grade, vignette, grain and overlays to the frames of its clip.

    A finished frame is a function of the rendered frame and its index alone, and frame ``frames``
    would be frame 0, so loops stay loops. ``title_in_scene`` is the title that the renderer
    composites into the scene instead; ``notes`` are sentences for the user; ``idle`` says that
    frames pass unchanged; ``overlaid_share`` is the share of pixels that text or logo cover.

    Parameters
    ----------
    shot : the settings
    size : the frame's (width, height)
    picture : left, top, width, height of the picture in it
    timeline : when the frames are
    """

    def __init__(self, shot: Shot, size: tuple[int, int], picture: Box, timeline: Timeline) -> None:
        frame = (0, 0, *size)
        self._timeline, self._fade = timeline, shot.title_fade
        in_scene = shot.title_depth != "front"
        title = titles.draw(shot, picture if in_scene else frame)
        self.title_in_scene = title if in_scene else None
        plate, logo_sprite = card.draw(shot, frame), logo.draw(shot, frame)
        others = [sprite.box for sprite in (title, plate, logo_sprite) if sprite]
        disclosed = disclosure.draw(shot, frame, others)
        self.notes = (
            *(note for one in (title, plate, disclosed) if one for note in one.notes),
            *_overlap_notes(
                [
                    ("title", title),
                    ("card", plate),
                    ("logo", logo_sprite),
                    ("disclosure", disclosed),
                ]
            ),
        )
        self._faded_sprites = [sprite for sprite in (None if in_scene else title, plate) if sprite]
        self._constant_sprites = [sprite for sprite in (logo_sprite, disclosed) if sprite]
        self.overlaid_share = _overlaid_share(size, [title, plate, logo_sprite, disclosed])
        self._table = grade.table(shot)
        self._gains = vignette(size, shot.vignette) if shot.vignette else None
        self._grain = grain_tile(size, shot.grain, shot.seed) if shot.grain else None
        rng = np.random.Generator(np.random.Philox(key=shot.seed + 2**64))
        self._offsets = rng.integers(0, _GRAIN_ROWS, (timeline.frames, 2))
        self.idle = not (
            self._faded_sprites
            or self._constant_sprites
            or self._table is not None
            or self._gains is not None
            or self._grain is not None
        )

    def finish(self, frames: Iterable[PackedRGBA], indices: Iterable[int]) -> Iterator[PackedRGBA]:
        """Yield the finished frames, (h, w) uint32; each is valid until the next but one is asked for."""
        if self.idle:
            yield from frames
            return
        buffers: list[PackedRGBA] = []
        for index, frame in zip(indices, frames):
            if len(buffers) < 2:
                buffers.append(np.empty(frame.shape, np.uint32))
            buffers.reverse()
            out = buffers[0]
            over_bands(partial(self._finish_band, index, frame, out), out.shape[0])
            yield out

    def _finish_band(
        self, index: int, frame: PackedRGBA, out: PackedRGBA, first: int, last: int
    ) -> None:
        if self._table is None:
            out[first:last] = frame[first:last]
        else:
            kernels.look_up(frame, self._table, out, first, last)
        if self._gains is not None:
            kernels.shade(self._gains, out, first, last)
        if self._grain is not None:
            down, across = self._offsets[index]
            kernels.grain(self._grain, int(down), int(across), out, first, last)
        title_opacity = round(256 * self.title_opacity(index))
        for sprite, opacity in [
            *((faded, title_opacity) for faded in self._faded_sprites),
            *((faded, 256) for faded in self._constant_sprites),
        ]:
            kernels.lay(sprite.rgba, sprite.left, sprite.top, opacity, out, first, last)

    def title_opacity(self, index: float) -> float:
        """Return the opacity of title and card at frame ``index``, 0..1.

        They fade in after the clip's start and out before its end, so a loop has no seam.
        """
        if not self._fade:
            return 1.0
        count, rate = self._timeline.frames, float(self._timeline.fps)
        end = count if self._timeline.periodic else count - 1
        length = min(self._fade, end / rate / 2) or 1 / rate
        u = min(1.0, max(0.0, min(index % count, end - index % count) / rate / length))
        return u * u * (3 - 2 * u)


def vignette(size: tuple[int, int], strength: float) -> NDArray[np.uint16]:
    """Return (h, w) uint16 gains in 1/32768: light falls off as the fourth power of the cosine.

    The corners keep 1 - 0.62 ``strength`` of their light. Levels are its square root, near enough,
    so their gains are the cosine's square, 1 / (1 + tan^2).

    >>> gains = vignette((101, 51), 1.0) / 32768
    >>> round(float(gains[25, 50]), 2), round(float(gains[0, 0] ** 2), 2)
    (1.0, 0.38)
    """
    width, height = size
    x = np.linspace(-1, 1, width, dtype=np.float32)
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    slope = np.float32((1 - _MAX_FALLOFF * strength) ** -0.5 - 1)
    return np.round(32768 / (1 + slope * (x * x + y * y) / 2)).astype(np.uint16)


def grain_tile(size: tuple[int, int], strength: float, seed: int) -> NDArray[np.int16]:
    """Return (509, w + 509) int16 noise for ``kernels.grain``: Gaussian, as fine as a frame's pixels.

    Grains are a pixel wide at 1080p and grow with the frame.
    """
    rng = np.random.Generator(np.random.Philox(key=seed))
    white = rng.standard_normal((_GRAIN_ROWS, size[0] + _GRAIN_ROWS), np.float32)
    sigma = 0.55 * min(size) / 1080
    noise = exact.gaussian_blur(white, sigma, border="symmetric")
    noise *= np.float32(_MAX_GRAIN_LEVELS * strength * 65536 / 254) / noise.std()
    return np.clip(np.round(noise), -32767, 32767).astype(np.int16)


def _overlaid_share(size: tuple[int, int], sprites: list[Sprite | None]) -> float:
    """Return the share of a frame's pixels on which sprites lay anything."""
    covered = np.zeros(size[::-1], bool)
    for sprite in filter(None, sprites):
        height, width = sprite.rgba.shape
        top, left = max(0, sprite.top), max(0, sprite.left)
        part = covered[top : max(0, sprite.top + height), left : max(0, sprite.left + width)]
        first = (top - sprite.top, left - sprite.left)
        opaque = sprite.rgba[first[0] :, first[1] :][: part.shape[0], : part.shape[1]]
        part |= opaque >> np.uint32(24) > 0
    return float(covered.mean())


def _overlap_notes(overlays: list[tuple[str, Sprite | None]]) -> list[str]:
    """Return a sentence for each pair of overlapping sprites."""
    sprites = [(name, sprite.box) for name, sprite in overlays if sprite is not None]
    return [
        f"{name} and {other} overlap; give one another place"
        for i, (name, box) in enumerate(sprites)
        for other, other_box in sprites[i + 1 :]
        if overlaps(box, other_box)
    ]
