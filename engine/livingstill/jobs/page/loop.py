"""The motion of a page: the loop with the camera at rest, encoded for browsers."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from livingstill.core.errors import InputError
from livingstill.jobs import manifest
from livingstill.jobs.clip import Clip
from livingstill.jobs.page.view import Box
from livingstill.jobs.write import loop_of
from livingstill.media.formats import Encoding, choose
from livingstill.media.write.encoder import Encoder
from livingstill.render.frames import Window, unpack

_TYPES = {"h264": ("loop.mp4", "video/mp4"), "vp9": ("loop.webm", "video/webm")}
_TYPES["av1"] = ("loop.mp4", "video/mp4")
_CRF = {"h264": 23.0, "vp9": 33.0, "av1": 35.0}
"""Constant quality by codec: a page is loaded before it is looked at."""


@dataclass(frozen=True, slots=True)
class Loop:
    """An encoded loop: its media type, its file, and the SHA-256 of its frames before encoding."""

    kind: str
    data: bytes
    frames: tuple[str, ...]


def check_codec(codec: str | None) -> str:
    """Return the codec of a page's loop, h264 where none is named.

    Raises
    ------
    InputError
        If browsers do not play it.
    """
    name = (codec or "h264").lower()
    if name not in _TYPES:
        raise InputError(f"codec {codec} does not play in browsers; give {', '.join(_TYPES)}")
    return name


def encode_loop(clip: Clip, box: Box, room: int, step: Callable[[], object]) -> Loop:
    """Return the loop of a part of the scene in at most ``room`` bytes; ``step`` is called per frame.

    Raises
    ------
    InputError
        If it does not fit at any quality.
    """
    still = at_rest(clip, box)
    codec = check_codec(clip.shot.codec)
    name, kind = _TYPES[codec]
    crf = clip.shot.crf if clip.shot.crf is not None else _CRF[codec]
    encoding = choose(name, codec=codec, crf=crf, quality=clip.shot.quality, one_shot=True)
    data, frames = _encode(still, encoding, name, None, step)
    if len(data) > room:
        data, frames = _encode(still, encoding, name, room, lambda: None)
    return Loop(kind, data, frames)


def at_rest(clip: Clip, box: Box) -> Clip:
    """Return the clip with its frame on a part of the scene, pixel for pixel."""
    left, top, width, height = box
    size, picture = (width, height), (0, 0, width, height)
    window = Window(left + (width - 1) / 2, top + (height - 1) / 2)
    return replace(clip, window=window, framing=replace(clip.framing, size=size, picture=picture))


def _encode(
    clip: Clip, encoding: Encoding, name: str, budget: int | None, step: Callable[[], object]
) -> tuple[bytes, tuple[str, ...]]:
    digests = []
    with tempfile.TemporaryDirectory(prefix="livingstill-") as folder:
        path = Path(folder) / name
        with Encoder(
            path,
            clip.framing.size,
            clip.timeline.fps,
            encoding,
            budget=budget,
            loop=loop_of(clip) if clip.timeline.periodic else None,
        ) as encoder:
            for frame in clip.rendered():
                encoder.write(frame)
                digests.append(manifest.digest(unpack(frame)))
                step()
        return path.read_bytes(), tuple(digests)
