"""Small clips with sound for the tests of rescue."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.video.reformatter import ColorRange, Colorspace

RATE = Fraction(30000, 1001)


def still(samples: Path, width: int = 256, height: int = 144) -> np.ndarray:
    photo = cv2.imread(str(samples / "lake.jpg"))[..., ::-1]
    return cv2.resize(np.ascontiguousarray(photo), (width, height), interpolation=cv2.INTER_AREA)


def saved(path: Path, rgb: np.ndarray) -> Path:
    cv2.imwrite(str(path), rgb[..., ::-1])
    return path


def written(
    path: Path, frames: list[np.ndarray], *, ticks: list[int] | None = None, sound: bool = True,
    codec: str = "libx264", **options: str,
) -> Path:  # fmt: skip
    """Write frames at 30000/1001 per second, or at ``ticks`` of 1/30000 s, with a tone."""
    with av.open(str(path), "w", options=options) as container:
        picture = container.add_stream(codec, rate=RATE, options={"crf": "12"})
        picture.height, picture.width = frames[0].shape[:2]
        picture.pix_fmt = "yuv420p"
        context = picture.codec_context
        context.time_base = Fraction(1, 30000)
        context.colorspace, context.color_range = Colorspace.ITU601, ColorRange.MPEG
        tone = (
            container.add_stream("aac" if codec == "libx264" else "libopus", rate=48000)
            if sound
            else None
        )
        for index, rgb in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(
                format="yuv420p", dst_colorspace=Colorspace.ITU601, dst_color_range=ColorRange.MPEG
            )
            frame.pts = ticks[index] if ticks else 1001 * index
            frame.time_base = Fraction(1, 30000)
            container.mux(picture.encode(frame))
        container.mux(picture.encode(None))
        if tone is not None:
            wave = np.sin(np.arange(int(48000 * len(frames) / RATE)) * 0.06).astype(np.float32)
            sounds = av.AudioFrame.from_ndarray(wave[None], format="fltp", layout="mono")
            sounds.sample_rate, sounds.pts = 48000, 0
            resampler = av.AudioResampler(
                format=tone.codec_context.format,
                layout=tone.codec_context.layout,
                rate=48000,
                frame_size=960 if codec != "libx264" else 1024,
            )
            for piece in [*resampler.resample(sounds), *resampler.resample(None)]:
                container.mux(tone.encode(piece))
            container.mux(tone.encode(None))
    return path


def told(path: Path) -> dict[str, object]:
    """Everything about a file that a replacement must keep."""
    with av.open(str(path)) as container:
        picture = container.streams.video[0]
        context = picture.codec_context
        found: dict[str, object] = {
            "size": (context.width, context.height),
            "codec": context.name,
            "pixels": context.pix_fmt,
            "rate": picture.average_rate,
            "tick": picture.time_base,
            "tags": (int(context.colorspace), int(context.color_range),
                     int(context.color_primaries), int(context.color_trc)),
        }  # fmt: skip
        packets = [p for p in container.demux() if p.size]
        pictures = [p for p in packets if p.stream.type == "video"]
        found["stamps"] = sorted(p.pts for p in pictures)
        found["length"] = sum(p.duration or 0 for p in pictures)
        found["sound"] = [(p.pts, bytes(p)) for p in packets if p.stream.type == "audio"]
    return found


def decoded(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [f.to_ndarray(format="rgb24") for f in container.decode(video=0)]
