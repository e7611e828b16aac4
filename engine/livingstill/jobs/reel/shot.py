"""The segments of one shot of a reel: its frames in every shape, with the cards that lie over them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import repeat
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from livingstill.core import memory
from livingstill.core.model import PackedRGBA, Photo
from livingstill.core.threads import over_bands
from livingstill.finish import listing_cards
from livingstill.finish.layout import Sprite
from livingstill.imaging import exact
from livingstill.jobs.certificate import Certificate
from livingstill.jobs.reel import survey
from livingstill.jobs.reel.certified import as_record, of_card, of_clip, with_overlay
from livingstill.jobs.reel.piece import Piece
from livingstill.jobs.session import Session
from livingstill.kernels.colour import lay
from livingstill.media.formats import Encoding, choose
from livingstill.media.write import encoder, segments, stills
from livingstill.photo.read import read_with_settings
from livingstill.settings.reel import ReelSettings

BRANDED, PLAIN, SHARED = "branded", "plain", "shared"

_FADE = 0.5
"""Seconds in which a card comes and goes."""

_DIM, _BLUR, _COARSE = 0.36, 0.02, 6
"""Brightness of the closing card's background, its blur in frame heights, and its coarseness."""


class Span(NamedTuple):
    """Frames of a shot: ``head`` and ``tail`` are those that dissolve, ``card`` when the card is seen."""

    frames: int
    head: int
    tail: int
    card: tuple[int, int]


@dataclass(frozen=True, slots=True)
class ShotValues:
    """What a shot is made by: the reel's settings, its cameras, its span, and which card lies over it.

    ``card`` is opening, closing or "", ``twins`` the kinds of reel that it goes into, branded or
    plain; ``cover`` is the frame that is kept as a picture, -1 = none.
    """

    settings: ReelSettings
    cameras: dict[str, str]
    span: Span
    card: str
    twins: tuple[str, ...]
    cover: int = -1

    @classmethod
    def of(cls, values: Any) -> ShotValues:
        """Return the values of a piece of work."""
        frames, head, tail, card = values["span"]
        return cls(
            ReelSettings(**values["settings"]),
            dict(values["cameras"]),
            Span(frames, head, tail, tuple(card)),
            values["card"],
            tuple(values["twins"]),
            values.get("cover", -1),
        )

    def bodies(self) -> tuple[str, ...]:
        """Return the versions of the shot that differ: both twins if branding is seen in it, else one."""
        settings = self.settings
        seen = settings.watermark and settings.logo is not None
        seen = seen or (self.card == "closing" and settings.branded)
        seen = seen or (self.card == "opening" and settings.logo is not None)
        return self.twins if seen else (SHARED,)

    def ends(self) -> tuple[str, ...]:
        """Return the versions of the frames that dissolve: cards are not seen in them, a watermark is."""
        marked = self.settings.watermark and self.settings.logo is not None
        return self.twins if marked else (SHARED,)


def file_name(piece: str, shape: str, part: str, version: str) -> str:
    """Return the name of a segment's file; ``part`` is head, body or tail.

    >>> file_name("room-3", "9:16", "body", "shared")
    'room-3-9x16-body-shared.mp4'
    """
    suffix = ".mp4" if part == "body" else ".nut"
    return f"{piece}-{shape.replace(':', 'x')}-{part}-{version}{suffix}"


def render(piece: Piece) -> dict[str, Any]:
    """Render a shot once per shape, and encode from the same frames every version of it.

    Raises
    ------
    InputError
        If the photo or a card cannot be used.
    """
    values = ShotValues.of(piece.values)
    photo = read_with_settings(piece.photo, values.settings)
    written: list[str] = []
    certificates: dict[str, dict[str, Any]] = {}
    for shape, certified, frames in _shapes(piece, photo, values):
        overlays = {
            version: Overlay.of(values, shape, version)
            for version in dict.fromkeys((*values.bodies(), *values.ends()))
        }
        written += _encode(piece, shape, values, overlays, frames)
        certificates[shape] = {
            version: as_record(
                with_overlay(
                    certified,
                    overlays[version].share(values.span.frames, values.settings.frame(shape)),
                    overlays[version].words,
                )
            )
            for version in values.bodies()
        }
    return {"files": written, "certificates": certificates}


def _shapes(
    piece: Piece, photo: Photo, values: ShotValues
) -> Iterator[tuple[str, Certificate, Iterable[PackedRGBA]]]:
    """Yield every shape, its certificate and its frames without cards; all are rendered from one scene."""
    settings, count = values.settings, values.span.frames
    if values.card == "closing":
        for shape in settings.aspect:
            yield shape, of_card(photo), repeat(_background(photo, settings.frame(shape)), count)
        return
    estimates = survey.estimates_of(Path(piece.folder), piece.values["survey"])
    scale = survey.scene_scale(photo, settings)
    session = Session(photo, estimates=estimates, scale=scale)
    for shape, camera in values.cameras.items():
        shot = survey.base_shot(settings, shape, camera, count, piece.values["midtones"])
        clip = session.clip(shot)
        yield shape, of_clip(clip), clip.packed()


def _background(photo: Photo, size: tuple[int, int]) -> PackedRGBA:
    """Return a photo that fills a frame, blurred and dimmed, as (h, w) uint32 RGBX."""
    width, height = size
    scale = max(width / photo.size[0], height / photo.size[1])
    across, down = round(width / scale), round(height / scale)
    left, top = (photo.size[0] - across) // 2, (photo.size[1] - down) // 2
    part = np.ascontiguousarray(photo.rgb[top : top + down, left : left + across])
    coarse = (max(16, width // _COARSE), max(16, height // _COARSE))
    small = exact.resize_area(part, coarse).astype(np.float32)
    soft = exact.gaussian_blur(small, _BLUR * coarse[1], border="symmetric")
    rgb = np.rint(exact.resize_cubic(np.clip(soft * np.float32(_DIM), 0, 255), size))
    rgba = np.dstack([np.clip(rgb, 0, 255).astype(np.uint8), np.full(rgb.shape[:2], 255, np.uint8)])
    return np.ascontiguousarray(rgba).view(np.uint32)[..., 0]


def _encode(
    piece: Piece,
    shape: str,
    values: ShotValues,
    overlays: Mapping[str, Overlay],
    frames: Iterable[PackedRGBA],
) -> list[str]:
    """Encode the frames of one shape, those that dissolve losslessly; return the files."""
    folder, span, settings = Path(piece.folder), values.span, values.settings
    size, fps = settings.frame(shape), survey.rate(settings)
    written: list[str] = []
    with ExitStack() as stack:

        def opened(part: str, version: str) -> Callable[[PackedRGBA], None]:
            name = file_name(piece.name, shape, part, version)
            written.append(name)
            if part != "body":
                return stack.enter_context(segments.lossless(folder / name, size, fps))
            how = body_encoding(settings)
            target = encoder.Encoder(folder / name, size, fps, how, overwrite=True)
            return stack.enter_context(target).write

        counts = {"head": span.head, "body": 1, "tail": span.tail}
        versions = {"body": values.bodies()}
        writers = {
            part: {version: opened(part, version) for version in versions.get(part, values.ends())}
            for part, count in counts.items()
            if count
        }
        memory.trim_heap()
        for index, frame in enumerate(frames):
            for version, write in writers[_part(index, span)].items():
                finished = overlays[version].over(frame, index)
                write(finished)
                if index == values.cover:
                    written.append(_cover(piece, shape, version, finished))
    return written


def _part(index: int, span: Span) -> str:
    """Return which part of a shot a frame belongs to."""
    if index < span.head:
        return "head"
    return "tail" if index >= span.frames - span.tail else "body"


def _cover(piece: Piece, shape: str, version: str, frame: PackedRGBA) -> str:
    """Write a frame with its card as a picture; return the name of its file."""
    name = cover_name(piece.name, shape, version)
    stills.write_poster(Path(piece.folder) / name, frame, overwrite=True)
    return name


def cover_name(piece: str, shape: str, version: str) -> str:
    """Return the name of the picture of a shot's card.

    >>> cover_name("room-0", "16:9", "plain")
    'room-0-16x9-plain.jpg'
    """
    return f"{piece}-{shape.replace(':', 'x')}-{version}.jpg"


def body_encoding(settings: ReelSettings) -> Encoding:
    """Return how all segments of a reel are encoded, so that they can be joined.

    A camera move over a still needs little search for motion: at standard quality a third of the
    encoder's time is saved for 2 % of the size and 0.3 dB.
    """
    encoding = choose("segment.mp4", quality=settings.quality)
    if settings.quality != "standard":
        return encoding
    parameters = f"{encoding.options['x264-params']}:me=dia:subme=1"
    return replace(encoding, options={**encoding.options, "x264-params": parameters})


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """What lies over one version of a shot: a card that fades, a watermark that makes way for it, and
    the disclosure; ``words`` name all of it."""

    card: tuple[Sprite, ...]
    mark: tuple[Sprite, ...]
    notice: tuple[Sprite, ...]
    span: tuple[int, int]
    fade: float
    stays: bool
    words: tuple[str, ...]

    @classmethod
    def of(cls, values: ShotValues, shape: str, version: str) -> Overlay:
        """Return the overlay of a version; what both twins share has no branding."""
        settings, card = values.settings, values.card
        size = settings.frame(shape)
        branded = version == BRANDED or values.twins == (BRANDED,)
        draw = {"opening": listing_cards.opening, "closing": listing_cards.closing}.get(card)
        notice = listing_cards.notice(settings.disclosure, settings, size)
        marked = settings.logo if settings.watermark and branded else None
        words = listing_cards.laid_over(settings, card, branded=branded) if card else ()
        return cls(
            card=tuple(draw(settings, size, branded=branded)) if draw else (),
            mark=(listing_cards.corner_logo(marked, size),) if marked else (),
            notice=(notice,) if notice else (),
            span=values.span.card,
            fade=_FADE * settings.fps,
            stays=card == "closing",
            words=tuple(
                dict.fromkeys(
                    (*words, *(["logo"] if marked else []), *(["disclosure"] if notice else []))
                )
            ),
        )

    def over(self, frame: PackedRGBA, index: int) -> PackedRGBA:
        """Return a frame with what lies over it; the frame itself is left as it is."""
        shown = self._shown(index)
        if not shown:
            return frame
        out = frame.copy()

        def band(first: int, last: int) -> None:
            for sprite, strength in shown:
                lay(sprite.rgba, sprite.left, sprite.top, strength, out, first, last)

        over_bands(band, out.shape[0])
        return out

    def share(self, frames: int, size: tuple[int, int]) -> float:
        """Return the share of the pixels of so many frames that something lies over."""
        covered = [
            sum(int((sprite.rgba >> np.uint32(24) > 0).sum()) for sprite, _ in self._shown(index))
            for index in range(frames)
        ]
        return min(1.0, float(np.mean(covered)) / (size[0] * size[1]))

    def _shown(self, index: int) -> list[tuple[Sprite, int]]:
        """Return the sprites that are seen at a frame, and the opacity of each, 0..256."""
        opacity = round(256 * self._opacity(index))
        shown = [(sprite, opacity) for sprite in self.card]
        shown += [(sprite, 256 - opacity if self.card else 256) for sprite in self.mark]
        return [
            (s, strength) for s, strength in (*shown, *((s, 256) for s in self.notice)) if strength
        ]

    def _opacity(self, index: int) -> float:
        """Return how much of the card is seen at a frame, 0..1: it comes, and unless it stays it goes."""
        first, last = self.span
        u = (index - first) / self.fade
        if not self.stays:
            u = min(u, (last - index) / self.fade)
        u = min(1.0, max(0.0, u))
        return u * u * (3 - 2 * u)
