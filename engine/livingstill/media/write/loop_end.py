"""The end of a looping clip that a codec predicts from frame to frame: it arrives at its first frame.

The first frame of a file is coded by itself, and all that follow are predicted: at the end the coding
error is another one than at the start, and the step from the last frame to the first is larger than
in the frames that were encoded. Three things keep it small: the last frames take over the coding error
of the first, which a decoder beside the encoder tells; the very last are coded more finely; and the
encoder is shown the first frame again after the end, so that it does not take the end for one that
nobody sees for long.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import repeat
from typing import Any, NamedTuple

import av
import numpy as np
from av.video.frame import PictureType

from livingstill.core.model import UInt8Array
from livingstill.kernels.yuv import add_difference
from livingstill.media.write.sinks import Loop

_APPROACH_SECONDS = 1.0
"""Time over which the coding error of the first frame is faded into the last frames."""
_ARRIVED = 4
"""Frames at the end that have all of it."""
_FINER = ((0.25, ((2, 1, 4.0),)), (0.45, ((2, 1, 3.0),)), (0.8, ((2, 1, 2.0),)))
"""Steps of clips, levels, up to which their end is coded more finely: there the coding error of both
ends is larger than their motion. Frames from the end, first and last, and how many times the bits."""

_ONE_GROUP_FRAMES = 600
"""Frames up to which a loop is one group of pictures, for encoders that want that."""


class EncoderTraits(NamedTuple):
    """What is known of an encoder: its decoder, and frames after which it has given the first one.

    ``beyond`` is how many frames it looks ahead at, None where the caller knows; ``zones`` the key
    of the parameters in which it takes zones of frames to code more finely. x264 numbers their frames
    as they are shown, x265 as they are encoded, where the last comes up to ``reordered`` earlier.
    ``one_group``: a key frame begins a new chain of references, which is not ended before the clip
    is: libvpx would put one at frame 128, and then the end arrives nowhere. ``finer`` are the zones
    of clips that move more than `_FINER` tells: the last frames of x265 are coarser than its first.
    """

    decoder: str
    coded_by_then: int
    beyond: int | None = None
    zones: str = ""
    reordered: int = 0
    one_group: bool = False
    finer: tuple[tuple[int, int, float], ...] = ()


ENCODER_TRAITS = {
    "h264": EncoderTraits("h264", 56, zones="x264-params"),
    "h265": EncoderTraits("hevc", 32, 32, zones="x265-params", reordered=4, finer=((2, 1, 2.0),)),
    "vp9": EncoderTraits("vp9", 26, 26, one_group=True),
    "av1": EncoderTraits("libdav1d", 96, 96),
}
"""Codecs whose loops are brought to their first frame."""


class LoopEnd:
    """Changes the last frames of a loop so that they arrive at the first as it is coded.

    ``see`` is given every packet, ``arrive`` every frame in order; ``beyond`` are frames to encode
    after the last, whose packets are left out.
    """

    def __init__(
        self, loop: Loop, fps: Fraction, traits: EncoderTraits, lookahead: int = 0
    ) -> None:
        self.traits = traits
        self.frames = frames = loop.frames
        self._finer = next((zones for step, zones in _FINER if loop.step <= step), traits.finer)
        self._lookahead = lookahead if traits.beyond is None else traits.beyond
        self._ramp = min(round(fps * Fraction(_APPROACH_SECONDS)), frames // 4)
        if frames - self._ramp < traits.coded_by_then:  # the first frame's error comes too late
            self._ramp = 0
        self._first: list[UInt8Array] = []
        self._coded: Any = None

    def adapt(self, options: dict[str, str]) -> None:
        """Add to an encoder's options which frames it codes more finely, and where key frames are."""
        if self.traits.one_group and self.frames <= _ONE_GROUP_FRAMES:
            options["g"] = str(self.frames + (self.traits.beyond or 0))
        if self.traits.zones and (zones := self._zones()):
            options[self.traits.zones] += f":zones={zones}"

    def _zones(self) -> str:
        """Return the zones of the frames that are coded more finely, empty where none are."""
        if self.frames < 4 * sum(first for first, _, _ in self._finer):
            return ""
        early = self.traits.reordered
        return "/".join(
            f"{self.frames - first - early},{self.frames - last + bool(early)},b={factor:g}"
            for first, last, factor in self._finer
        )

    def see(self, packet: Any, extradata: bytes | None) -> None:
        """Decode the first packet of the clip if its error is wanted; take no notice of any other."""
        if self._ramp and self._coded is None:
            decoder = av.CodecContext.create(self.traits.decoder, "r")
            decoder.extradata = extradata
            self._coded = next(iter([*decoder.decode(packet), *decoder.decode(None)]))

    def arrive(self, frame: Any, index: int) -> None:
        """Change frame ``index``, a 4:2:0 frame, in its place."""
        if index == 0:
            self._first = [_rows(plane).copy() for plane in frame.planes]
        begin = self.frames - self._ramp
        if index == begin and self._coded is None:  # it comes too late
            self._ramp = 0
        if self._ramp and index >= begin:
            steps = max(1, self._ramp - _ARRIVED)
            step = min(index - begin + 1, steps)
            self._add_error(frame, round(32768 * step / steps))
        if index == self.frames - 1:
            frame.pict_type = PictureType.P  # nothing before it may be predicted from beyond

    def beyond(self) -> Iterator[Any]:
        """Yield the first frame as often as the encoder looks ahead; it keeps no frame it is given."""
        if not self._first:
            return
        height, width = self._first[0].shape
        frame = av.VideoFrame(width, height, "yuv420p")
        for plane, first in zip(frame.planes, self._first, strict=True):
            _rows(plane)[:] = first
        self._add_error(frame, 32768)
        yield from repeat(frame, self._lookahead)

    def _add_error(self, frame: Any, share: int) -> None:
        """Add ``share`` / 32768 of the first frame's coding error to a frame, if it is known."""
        if self._coded is None:
            return
        for plane, coded, first in zip(frame.planes, self._coded.planes, self._first, strict=True):
            add_difference(_memory(plane), _memory(coded), first, share)


def _memory(plane: Any) -> UInt8Array:
    """Return a plane's memory with the padding of its rows, (h, >= w) uint8."""
    return np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)


def _rows(plane: Any) -> UInt8Array:
    """Return a plane's memory without the padding of its rows, (h, w) uint8."""
    return _memory(plane)[:, : plane.width]
