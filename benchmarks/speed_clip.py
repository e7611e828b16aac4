"""CPU seconds of a whole clip by stages, from photo to mp4.

    python benchmarks/speed_clip.py [PHOTO] [--size 1080p] [--duration 5] [--threads N]

The encoder's share is what its own threads and calls use. Memory is the largest resident size.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from livingstill import Shot, animate
from livingstill.core import threads
from livingstill.jobs.session import prepare
from livingstill.jobs.stages import Stages
from livingstill.media.write import encoder as encode
from livingstill.photo.source import photo_of
from livingstill.quality import stream
from livingstill.render import frames

SAMPLE = Path(__file__).parent.parent / "samples" / "river.jpg"


class Clock:
    """CPU seconds of the calling thread inside named functions."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def watch(self, owner: Any, method: str, name: str) -> None:
        """Replace a method by one that adds its time to ``name``."""
        inner: Callable[..., Any] = getattr(owner, method)

        def timed(*args: Any, **kwargs: Any) -> Any:
            start = time.thread_time()
            try:
                return inner(*args, **kwargs)
            finally:
                self.seconds[name] = self.seconds.get(name, 0.0) + time.thread_time() - start

        setattr(owner, method, timed)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("photo", nargs="?", default=str(SAMPLE))
    parser.add_argument("--size", default="1080p")
    parser.add_argument("--duration", type=float, default=5.0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--motion", default="auto")
    parser.add_argument("--smooth", type=float, default=1.0)
    options = parser.parse_args()
    threads.limit(options.threads)
    settings = {
        "size": options.size, "duration": options.duration, "motion": options.motion,
        "smooth": options.smooth,
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        # once for the kernels, which compile only on a machine's first run
        warm = animate(options.photo, **{**settings, "duration": 0.2})
        warm.save(str(Path(folder) / "warm.mp4"))
        clock = Clock()
        clock.watch(frames.Renderer, "frame", "warp")
        clock.watch(stream.StreamFigures, "add", "continuity")
        clock.watch(encode.Tee, "write", "encoder, calls")
        wall, cpu = time.perf_counter(), time.process_time()
        stages = Stages()
        shot = Shot(**settings)
        clip = prepare(photo_of(options.photo), shot, stages)
        made = time.process_time() - cpu
        if clip.motion is not None:
            clock.watch(type(clip.motion), "at", "motion fields")
        own = time.thread_time()
        clip.save(str(Path(folder) / "clip.mp4"), stages=stages)
        own = time.thread_time() - own
        total, wall = time.process_time() - cpu, time.perf_counter() - wall
    seconds = dict(clock.seconds)
    seconds["filter and the rest"] = own - sum(seconds.values())
    threaded = total - made - own
    if options.threads == 1:
        seconds["encoder, threads"] = threaded
    else:
        seconds["other threads"] = threaded
    encoder = seconds.get("encoder, calls", 0.0) + seconds.get("encoder, threads", 0.0)
    count, size = clip.timeline.frames, clip.framing.size
    print(f"{size[0]}x{size[1]}, {count} frames, {len(clip.scene.layers)} layers")
    for name, taken in stages.seconds.items():
        print(f"  {name:22} {taken:7.2f} wall-s")
    print(f"{'made ready':24} {made:7.2f} CPU-s")
    for name, taken in sorted(seconds.items(), key=lambda item: -item[1]):
        print(f"{name:24} {taken:7.2f} CPU-s {1e3 * taken / count:7.1f} ms a frame")
    print(f"{'all':24} {total:7.2f} CPU-s, {total - encoder:.2f} without the encoder's share")
    print(f"{'wall':24} {wall:7.2f} s for {clip.timeline.seconds:.1f} s of clip")
    print(f"{'memory':24} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:7.0f} MiB")


if __name__ == "__main__":
    main()
