"""Is `--budget` met, under it and within 3 %, for every format that takes one: twelve cases of a sample.

python benchmarks/budget.py [PHOTO]
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import livingstill
from livingstill.media.formats import choose, parse_size
from livingstill.media.write.encoder import Encoder

CASES = (
    ("a.mp4", "h264", "100kB"),
    ("a.mp4", "h264", "40kB"),
    ("a.mp4", "h265", "60kB"),
    ("a.mp4", "av1", "50kB"),
    ("a.webm", "vp9", "50kB"),
    ("a.webm", "av1", "25kB"),
    ("a.gif", "gif", "180kB"),
    ("a.gif", "gif", "100kB"),
    ("a.webp", "webp", "150kB"),
    ("a.webp", "webp", "40kB"),
    ("a.png", "png", "900kB"),
    ("a.png", "png", "300kB"),
)


def main() -> int:
    photo = sys.argv[1] if len(sys.argv) > 1 else "samples/lake.jpg"
    clip = livingstill.animate(photo, size="240x160", duration=1, fps=24, camera="truck-right")
    frames = [packed.copy() for packed in clip.packed()]
    met = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, codec, size in CASES:
            path, limit, start = Path(folder) / name, parse_size(size), time.perf_counter()
            encoder = Encoder(
                path, clip.framing.size, clip.timeline.fps, choose(name, codec=codec),
                overwrite=True, budget=limit,
            )  # fmt: skip
            with encoder:
                for frame in frames:
                    encoder.write(frame)
            share = path.stat().st_size / limit
            met += 0.97 <= share <= 1
            took = time.perf_counter() - start
            print(
                f"{name[1:]:6} {codec:5} {size:>7}: {share:.2%} in {took:5.1f} s; {encoder.chosen}"
            )
    print(f"{met} of {len(CASES)} budgets met within 3 % under")
    return 0 if met == len(CASES) else 1


if __name__ == "__main__":
    sys.exit(main())
