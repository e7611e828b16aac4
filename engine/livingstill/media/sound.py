"""Sound into and out of files: a recording read as samples, a clip's track written beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import av
import numpy as np

from livingstill.core.errors import InputError
from livingstill.core.model import SAMPLE_RATE, Float32Array

_BIT_RATES = {"aac": 192_000, "libopus": 160_000}
_CHUNK = 4096


def check(path: Path) -> None:
    """Raise InputError early for a recording that cannot be read.

    Raises
    ------
    InputError
        If there is no such file, or it has no sound that we can decode.
    """
    read(path, 0.0, 0.1)


def read(path: Path, start: float, seconds: float) -> Float32Array:
    """Return (n, 2) float32 of a recording from ``start`` on: ``seconds`` of it, or what there is.

    Any rate and any number of channels become 48 kHz stereo. What is beyond is not decoded.

    Raises
    ------
    InputError
        If there is no such file, it has no sound that we can decode, or it ends before ``start``.
    """
    if not path.is_file():
        raise InputError(f"sound {path} does not exist; check its name and folder")
    first, last = round(start * SAMPLE_RATE), round((start + seconds) * SAMPLE_RATE)
    parts, count = [], 0
    try:
        with av.open(str(path.resolve()), metadata_errors="replace") as container:
            if not container.streams.audio:
                raise InputError(f"sound {path} has no sound in it; give a WAV, MP3, FLAC, M4A...")
            mono = container.streams.audio[0].codec_context.layout.nb_channels == 1
            # one channel becomes two of the same level, not two that are softer
            layout = "mono" if mono else "stereo"
            resampler = av.AudioResampler(format="flt", layout=layout, rate=SAMPLE_RATE)
            for frame in _frames(container):
                for resampled in resampler.resample(frame):
                    parts.append(resampled.to_ndarray().reshape(-1, 1 if mono else 2))
                    count += len(parts[-1])
                    if count - len(parts[-1]) <= first - _CHUNK:
                        parts[-1] = parts[-1][:0]
                if count >= last:
                    break
    except (av.error.FFmpegError, OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"sound {path} cannot be decoded ({reason}); get an intact copy") from None
    samples = np.concatenate(parts) if parts else np.zeros((0, 2), np.float32)
    skip = max(0, first - (count - len(samples)))
    sound = samples[skip : skip + last - first]
    if len(sound) == 0:
        raise InputError(
            f"sound {path} lasts {count / SAMPLE_RATE:.2f} s; --audio-start must be less"
        )
    return np.ascontiguousarray(np.broadcast_to(sound, (len(sound), 2)))


def blocks(path: Path, start: float) -> Iterator[Float32Array]:
    """Yield (n, 2) float32 of a clip's first sound track from ``start`` seconds of its pictures on.

    As ``read``, but block by block, whatever the length; where the sound begins after the
    pictures, there is silence before it. It ends where the sound ends, or cannot be decoded.
    """
    with av.open(str(path.resolve()), metadata_errors="replace") as container:
        track, picture = container.streams.audio[0], container.streams.video[0]
        ahead = float((track.start_time or 0) * (track.time_base or 0)) - float(
            (picture.start_time or 0) * (picture.time_base or 0)
        )
        skip = round((start - ahead) * SAMPLE_RATE)
        if skip < 0:
            yield np.zeros((-skip, 2), np.float32)
        mono = track.codec_context.layout.nb_channels == 1
        layout = "mono" if mono else "stereo"
        resampler = av.AudioResampler(format="flt", layout=layout, rate=SAMPLE_RATE)
        frames, position = _frames(container), 0
        while True:
            try:
                frame = next(frames)
                resampled = resampler.resample(frame)
            except (StopIteration, av.error.FFmpegError, OSError, ValueError):
                return
            for one in resampled:
                samples = one.to_ndarray().reshape(-1, 1 if mono else 2)
                position += len(samples)
                rest = samples[max(0, len(samples) - max(0, position - max(0, skip))) :]
                if len(rest):
                    yield np.ascontiguousarray(np.broadcast_to(rest, (len(rest), 2)))


def _frames(container: Any) -> Any:
    """Yield the frames of the first track, then None, which empties the resampler."""
    yield from container.decode(container.streams.audio[0])
    yield None


class Samples(Protocol):
    """Sound as ``Track`` takes it: (n, 2) float32 at 48 kHz, read in slices, in order."""

    def __len__(self) -> int:
        """Return n."""
        ...

    def __getitem__(self, span: slice, /) -> Float32Array:
        """Return the samples of a slice."""
        ...


class Track:
    """A sound track in a container that is being written; it is given out as the pictures come."""

    def __init__(self, container: Any, codec: str, sound: Samples) -> None:
        self._container, self._sound = container, sound
        self._stream = container.add_stream(codec, rate=SAMPLE_RATE, options={"flags": "+bitexact"})
        context = self._stream.codec_context
        context.layout = "stereo"
        self._format = {"aac": "fltp", "libopus": "flt"}.get(codec, "s16")
        context.format = self._format
        context.thread_count = 1
        if codec in _BIT_RATES:
            context.bit_rate = _BIT_RATES[codec]
        self._position = 0

    def write_until(self, until: float) -> None:
        """Encode what sounds before ``until`` seconds, in whole chunks."""
        while self._position < len(self._sound) and self._position < until * SAMPLE_RATE:
            self._container.mux(self._stream.encode(self._frame()))

    def _frame(self) -> Any:
        part = self._sound[self._position : self._position + _CHUNK]
        if self._format == "s16":
            part = np.rint(np.clip(part, -1, 1) * 32767).astype(np.int16)
        planar = self._format.endswith("p")
        samples = np.ascontiguousarray(part.T) if planar else part.reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(samples, format=self._format, layout="stereo")
        frame.sample_rate, frame.pts = SAMPLE_RATE, self._position
        frame.time_base = self._stream.codec_context.time_base
        self._position += len(part)
        return frame

    def finish(self) -> None:
        """Encode the rest."""
        self.write_until(float("inf"))
        self._container.mux(self._stream.encode(None))
