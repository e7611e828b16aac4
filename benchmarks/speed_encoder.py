"""What x264 costs by setting: CPU and bytes at the SSIM that the plain settings have.

    python benchmarks/speed_encoder.py [PHOTO...] [--size 1080p] [--frames 60] [--set PARAMETERS]...

Frames are rendered once, then encoded alone. PARAMETERS as x264 takes them, such as
`bframes=3:subme=1`, are tried behind the plain ones. Bytes are compared on the curve of bytes over
1 - SSIM that the plain settings have at three qualities; SSIM is of the luma of the frames' middle.
CPU is the least of two rounds, interleaved.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np
from livingstill import animate
from livingstill.media.formats import choose
from livingstill.media.write.video import encoder_options, video_frame
from quality_views import ssim

SAMPLE = Path(__file__).parent.parent / "samples" / "river.jpg"
CURVE = (17.4, 18.0, 18.6)
"""Constant qualities of the plain settings, the middle one the default."""


class Encoded(NamedTuple):
    """One encoding: CPU milliseconds a frame, bytes, mean SSIM and that of the worst frame."""

    cpu: float
    size: int
    mean: float
    worst: float


def encode(frames: Sequence[Any], options: Mapping[str, str]) -> tuple[float, list[Any], Any]:
    """Return the CPU milliseconds a frame, the packets and the encoder."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = frames[0].width, frames[0].height, "yuv420p"
    encoder.time_base, encoder.thread_count = Fraction(1, 30), 4
    encoder.options = dict(options)
    packets: list[Any] = []
    start = time.process_time()
    for index, frame in enumerate([*frames, None]):
        if frame is not None:
            frame.pts = index
        packets += encoder.encode(frame)
    return 1e3 * (time.process_time() - start) / len(frames), packets, encoder


def middle(frame: Any) -> np.ndarray:
    """Return the luma of a frame's middle as a grey picture, (h, w, 3) uint8."""
    plane = frame.planes[0]
    luma = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
    height, width = frame.height // 4, frame.width // 4
    return luma[height : 3 * height, width : 3 * width, None].repeat(3, axis=2)


def judge(frames: Sequence[Any], options: Mapping[str, str]) -> Encoded:
    """Return what an encoding costs and how near it is to the frames."""
    cpu, packets, encoder = encode(frames, options)
    decoder = av.CodecContext.create("h264", "r")
    decoder.extradata = encoder.extradata
    decoded = [one for packet in [*packets, None] for one in decoder.decode(packet)]
    near = [ssim(middle(a), middle(b)) for a, b in zip(frames, decoded, strict=True)]
    size = sum(packet.size for packet in packets)
    return Encoded(cpu, size, float(np.mean(near)), min(near))


def rows(photo: Path, size: str, count: int, more: Sequence[str]) -> None:
    """Print the rows of one photo."""
    clip = animate(photo, size=size, duration=max(1, count / 30))
    frames = [video_frame(packed, "yuv420p") for packed in clip.packed(range(count))]
    plain, ours = choose("clip.mp4"), choose("clip.mp4", one_shot=True)
    base = encoder_options(plain, clip.framing.size)
    cases = {"plain": base, "one shot": encoder_options(ours, clip.framing.size)} | {
        text: {**base, "x264-params": f"{base['x264-params']}:{text}"} for text in more
    }
    curve = [judge(frames, {**base, "crf": f"{crf:g}"}) for crf in CURVE]
    slope, shift = np.polyfit(
        [np.log(1 - one.mean) for one in curve], [np.log(one.size) for one in curve], 1
    )
    found = {name: judge(frames, options) for name, options in cases.items()}
    least = {
        name: min(found[name].cpu, encode(frames, options)[0]) for name, options in cases.items()
    }
    for name, one in found.items():
        same = np.exp(shift + slope * np.log(1 - one.mean))
        print(
            f"| {photo.stem} | {name} | {least[name]:.1f} | {least[name] / least['plain']:.2f} "
            f"| {one.size / 1e3:.0f} | {one.mean:.4f} | {one.worst:.4f} "
            f"| {100 * (one.size / same - 1):+.1f} % |",
            flush=True,
        )


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", nargs="*", type=Path, default=[SAMPLE])
    parser.add_argument("--size", default="1080p")
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--set", action="append", default=[], metavar="PARAMETERS")
    options = parser.parse_args()
    print("| photo | settings | CPU ms a frame | x plain | kB | SSIM | worst | bytes, same SSIM |")
    print("|---|---|---:|---:|---:|---:|---:|---:|")
    for photo in options.photos:
        rows(photo, options.size, options.frames, options.set)


if __name__ == "__main__":
    main()
