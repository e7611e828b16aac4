"""What finishing costs: CPU time of the same clip bare and finished, in one run.

    python benchmarks/finishing.py [PHOTO] [--size 1080p] [--frames 24] [--rounds 5]

Every case renders and encodes the same frames. Bare and finished spans are made in turn, so that
whatever else the machine does falls on both, and the share is of the medians. Once per clip there
are also the files to read and the table of colours to make: `made ready`, in CPU-milliseconds.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from livingstill import Clip, Shot, animate
from livingstill.core import threads
from livingstill.finish.finisher import Finisher
from livingstill.jobs.analyse import Estimates
from livingstill.jobs.session import prepare
from livingstill.jobs.write import encoding
from livingstill.media.write import encoder
from PIL import Image

SAMPLE = Path(__file__).parent.parent / "samples" / "lake.jpg"
BAR = 0.15


def inputs(folder: Path) -> dict[str, Any]:
    """Write a logo and a LUT; return the settings of every part of finishing."""
    logo = np.zeros((200, 600, 4), np.uint8)
    logo[:, ::3] = 255
    Image.fromarray(logo).save(folder / "logo.png")
    b, g, r = np.meshgrid(*[np.linspace(0, 1, 33)] * 3, indexing="ij")
    table = np.stack([r**1.1, g, b**0.9], -1).reshape(-1, 3)
    rows = "\n".join(" ".join(f"{v:.6f}" for v in row) for row in table)
    (folder / "look.cube").write_text(f"LUT_3D_SIZE 33\n{rows}\n")
    words = {"title": "Morning at the lake", "subtitle": "Slow water, high clouds"}
    grade = {"lut": folder / "look.cube", "exposure": 0.2, "temperature": 7000, "saturation": 1.1}
    card = {"price": "€ 1,250,000", "address": "12 Elm Street", "details": "3 beds, 2 baths"}
    return {
        "title": words,
        "title in the scene": {**words, "title_depth": "auto"},
        "title, card, logo": {**words, **card, "logo": folder / "logo.png"},
        "grade with a LUT": grade,
        "grain": {"grain": 0.3},
        "vignette": {"vignette": 0.4},
        "all of it": {
            **words, **card, **grade, "logo": folder / "logo.png", "vignette": 0.4, "grain": 0.3,
            "title_fade": 1.0,
        },
    }  # fmt: skip


def spent(clip: Clip, count: int, target: Path) -> tuple[float, float]:
    """Return CPU seconds to render ``count`` frames, and to render and encode them."""
    start = time.process_time()
    for _ in clip.packed(range(count)):
        pass
    rendered = time.process_time() - start
    start = time.process_time()
    coded = encoding(str(target), clip.shot)
    with encoder.Encoder(target, clip.framing.size, Fraction(30), coded, overwrite=True) as sink:
        for frame in clip.packed(range(count)):
            sink.write(frame)
    return rendered, time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("photo", nargs="?", default=str(SAMPLE))
    parser.add_argument("--size", default="1080p")
    parser.add_argument("--frames", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    threads.limit(options.threads)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cases = inputs(folder)
        bare = animate(options.photo, size=options.size, duration=options.frames / 30)
        estimates = Estimates(bare.depth, bare.regions, bare.subject)
        clips = {}
        for case, settings in cases.items():
            shot = bare.shot.model_copy(update=Shot(**settings).model_dump(
                include=set(settings)
            ))  # fmt: skip
            start = time.process_time()
            Finisher(shot, bare.framing.size, bare.framing.picture, bare.timeline)
            ready = time.process_time() - start
            clips[case] = prepare(bare.photo, shot, estimates=estimates), ready
        print(f"{bare.framing.size[0]}x{bare.framing.size[1]}, {options.frames} frames a span")
        print(
            f"{'':24}{'ms a frame':>12}{'of rendering':>14}{'with encoder':>14}{'made ready':>12}"
        )
        worst = 0.0
        for case, (clip, ready) in clips.items():
            both: list[tuple[list[float], list[float]]] = [([], []), ([], [])]
            spent(clip, 4, folder / "warm.mp4")  # compiled, and both codecs' memory taken
            for _ in range(options.rounds):
                for which, one in enumerate((bare, clip)):
                    render, all_of_it = spent(one, options.frames, folder / "clip.mp4")
                    both[which][0].append(render)
                    both[which][1].append(all_of_it)
            (a, b), (c, d) = ((statistics.median(x) for x in pair) for pair in both)
            added = (c - a) / options.frames * 1e3
            print(f"{case:24}{added:12.1f}{c / a - 1:14.1%}{d / b - 1:14.1%}{ready * 1e3:12.0f}")
            worst = max(worst, c / a - 1)
        print(f"most: {worst:.1%} of rendering; the bar is {BAR:.0%}")


if __name__ == "__main__":
    main()
