"""GIF in two passes over a lossless copy on disk: one palette per clip, unchanged pixels transparent."""

from __future__ import annotations

from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np

from livingstill.core.model import PackedRGBA, UInt8Array
from livingstill.io import files
from livingstill.media.formats import Encoding, choose, gif_frame_step
from livingstill.media.write import palette
from livingstill.media.write.sinks import Loop
from livingstill.media.write.video import VideoFile


class IndexedFrame(NamedTuple):
    """A frame as it is displayed: (H, W) uint8 palette indices, and the (H, W, 3) uint8 they stand for."""

    indices: UInt8Array
    rgb: UInt8Array


class Gif:
    """Collects colours while frames go to a lossless copy; ``finish`` makes the GIF from it."""

    def __init__(
        self,
        path: Path,
        size: tuple[int, int],
        fps: Fraction,
        encoding: Encoding,
        loop: Loop | None = None,
    ) -> None:
        self._path = path
        self._loops = loop is not None
        self._size = size
        self._fps = fps
        self._tolerance = float(encoding.options["stale"])
        self._colours = int(encoding.options.get("colours", palette.COLOURS))
        self._step = gif_frame_step(fps, encoding.quality)
        self._histogram = palette.new_histogram()
        self._count = 0
        self._stack = ExitStack()
        self._lossless_copy = self._stack.enter_context(files.temporary(path.with_suffix(".copy")))
        self._video = VideoFile(
            self._lossless_copy, size, fps, choose("copy.mkv", codec="ffv1"), {}
        )

    def write(self, packed: PackedRGBA) -> None:
        """Take a frame; of fast clips only every second, third..."""
        if self._count % self._step == 0:
            rgb = packed.view(np.uint8).reshape(*packed.shape, 4)[..., :3]
            palette.count(self._histogram, rgb)
            self._video.write(packed)
        self._count += 1

    def finish(self) -> None:
        """Choose the palette, then write the GIF frame by frame."""
        self._video.finish()
        colours = palette.palette_of(self._histogram, self._colours)
        table = np.zeros((256, 4), np.uint8)
        table[:, 0] = 255
        table[: len(colours.rgb), 1:] = colours.rgb
        table[len(colours.rgb) :, 1:] = colours.rgb[-1]
        table[255] = 0  # transparent: "as in the frame before"
        shown = self._end_of_loop(colours) if self._loops and self._tolerance else None
        options = {"fflags": "+bitexact", "loop": "0"}
        with (
            av.open(str(self._lossless_copy)) as copy,
            av.open(str(self._path), "w", format="gif", container_options=options) as out,
        ):
            stream = out.add_stream(
                "gif", rate=self._fps / self._step, options={"flags": "+bitexact"}
            )
            stream.width, stream.height = self._size
            stream.pix_fmt = "pal8"
            stream.codec_context.time_base = 1 / self._fps
            for number, frame in enumerate(copy.decode(video=0)):
                shown = self._next(frame.to_ndarray(format="rgb24"), colours, shown)
                picture = av.VideoFrame.from_ndarray((shown.indices, table), format="pal8")
                picture.pts, picture.time_base = number * self._step, 1 / self._fps
                out.mux(stream.encode(picture))
            out.mux(stream.encode(None))
        self._stack.close()

    def _next(
        self, rgb: UInt8Array, colours: palette.Palette, shown: IndexedFrame | None
    ) -> IndexedFrame:
        """Return what is shown for a frame after what is shown already."""
        index = colours.indices(rgb)
        if shown is None:
            return IndexedFrame(index, rgb.copy())
        palette.reuse_unchanged(index, rgb, shown.indices, shown.rgb, self._tolerance)
        return IndexedFrame(index, shown.rgb)

    def _end_of_loop(self, colours: palette.Palette) -> IndexedFrame | None:
        """Return what is shown at the end of a loop, to start from.

        Otherwise all small changes that were left out would be made up for in one step, where the clip
        starts again.
        """
        shown: IndexedFrame | None = None
        with av.open(str(self._lossless_copy)) as copy:
            for frame in copy.decode(video=0):
                shown = self._next(frame.to_ndarray(format="rgb24"), colours, shown)
        return shown

    def abort(self) -> None:
        """Remove the copy."""
        self._video.abort()
        self._stack.close()
