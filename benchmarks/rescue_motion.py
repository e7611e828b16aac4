"""Whether a replacement moves as the clip did: direction and amount of its picture's way, by sparse tracks.

    python benchmarks/rescue_motion.py [--sheets DIR] [--width W] [--replaced DIR] CLIP|FOLDER...

Each clip is replaced (``--mode replace``, draft quality) from its first good frame, or from the still
that lies beside it (NAME.still.png, NAME.still.jpg, NAME_still.png); ``--replaced`` keeps what was written.
``picture_displacement`` measures source and replacement alike: where a grid of picture points goes, frame by
frame, by corners all over the picture, where ``rescue`` goes by those off sky, water and people, and knows
their depth. Right is: the replacement's points go within 30 degrees of the source's, all frames and points
together, and within 20 % of their amount, the root mean square. The same at the frame where the source has
gone farthest is told beside it. A clip moves if its amount is that of an even pan by 1 % of the width, unless
something moves before a camera that stands. ``--sheets`` writes source and replacement one above the other.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from livingstill.core.errors import InputError
from livingstill.jobs.rescue.run import rescue
from livingstill.media import clip_reader
from livingstill.settings.rescue import RescueJob
from picture_displacement import (
    Likeness,
    amount,
    displacements,
    farthest,
    likeness,
    stands,
)

_LONG_SIDE = 480
_MOVES = 0.01 / 3**0.5
"""Frame widths: the root mean square over time of an even way to 0.01."""
_RIGHT_ANGLE, _RIGHT_RATIO = 30.0, 0.2
_SUFFIXES = {".mp4", ".mov", ".webm", ".mkv", ".avi", ".gif", ".webp"}


def pictures(path: Path, width: int = _LONG_SIDE) -> list[np.ndarray]:
    """Return a clip's frames, reduced."""
    out = []
    for frame in clip_reader.frames(path):
        scale = width / max(frame.shape[:2])
        size = (round(frame.shape[1] * scale), round(frame.shape[0] * scale))
        out.append(cv2.resize(frame, size, interpolation=cv2.INTER_AREA))
    return out


def is_right(like: Likeness) -> bool:
    """Tell whether a replacement goes the clip's way and as far."""
    return like.angle < _RIGHT_ANGLE and abs(like.ratio - 1) <= _RIGHT_RATIO


def still_of(clip: Path) -> Path | None:
    """Return the still beside a clip."""
    names = (f"{clip.stem}.still.png", f"{clip.stem}.still.jpg", f"{clip.stem}_still.png")
    return next((clip.with_name(name) for name in names if clip.with_name(name).exists()), None)


def sheet(source: list[np.ndarray], replacement: list[np.ndarray], count: int = 5) -> np.ndarray:
    """Return frames of both, one row above the other."""
    at = np.linspace(0, min(len(source), len(replacement)) - 1, count).round().astype(int)
    return np.vstack([np.hstack([frames[i] for i in at]) for frames in (source, replacement)])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("clips", nargs="+", type=Path)
    parser.add_argument("--sheets", type=Path)
    parser.add_argument("--width", type=int, default=320, help="of the sheets' pictures")
    parser.add_argument("--replaced", type=Path, help="folder for what is written")
    args = parser.parse_args()
    listed = [p for c in args.clips for p in (sorted(c.iterdir()) if c.is_dir() else [c])]
    directions, amounts, ends, moving = 0, 0, 0, 0
    print("| clip | it | amount, its most | angle | ratio | at its most | mean change | note |")
    print("|---|---|---|---:|---:|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = args.replaced or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        for clip in (path for path in listed if path.suffix.lower() in _SUFFIXES):
            output = folder / f"{clip.stem}.mp4"
            source = pictures(clip)
            way = displacements(source)
            most = farthest(way)
            moves = amount(way) > _MOVES and not stands(source, way)
            gone = f"{'moves' if moves else 'stands'} | {amount(way):.3f}, {amount(way[most]):.3f}"
            moving += moves
            try:
                options = RescueJob(mode="replace", quality="draft", overwrite=True, force=True)
                done = rescue(clip, output, still_of(clip), options)
            except InputError as error:
                print(f"| {clip.stem} | {gone} | | refused | | | {error} |", flush=True)
                continue
            new = pictures(output)
            made = displacements(new)
            if args.sheets:
                args.sheets.mkdir(parents=True, exist_ok=True)
                both = sheet(pictures(clip, args.width), pictures(output, args.width))
                cv2.imwrite(str(args.sheets / f"{clip.stem}.png"), both[..., ::-1])
            angle, ratio, end = "", "", ""
            if moves:
                count = min(len(way), len(made))
                path = likeness(way[:count], made[:count])
                there = likeness(way[most], made[min(most, count - 1)])
                directions += path.angle < _RIGHT_ANGLE
                amounts += is_right(path)
                ends += is_right(there)
                angle, ratio = f"{path.angle:.0f}", f"{path.ratio:.2f}"
                end = f"{there.angle:.0f}, {there.ratio:.2f}"
            change = " / ".join(f"{_change(frames):.2f}" for frames in (source, new))
            kinds = ", ".join(done.kinds)
            print(
                f"| {clip.stem} | {gone} | {angle} | {ratio} | {end} | {change} | {done.camera}; {kinds} |",
                flush=True,
            )
    print()
    print(
        f"Of {moving} clips that move {directions} replacements go the clip's way and {amounts} of "
        f"those within {_RIGHT_RATIO:.0%} of its amount; at its most {ends}."
    )


def _change(frames: list[np.ndarray]) -> float:
    """Return the median change from frame to frame, levels."""
    return float(np.median([cv2.absdiff(a, b).mean() for a, b in pairwise(frames)]))


if __name__ == "__main__":
    sys.exit(main())
