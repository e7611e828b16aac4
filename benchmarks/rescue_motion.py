"""Whether a replacement moves as the clip did: camera direction and amount, by sparse tracks.

    python benchmarks/rescue_motion.py [--sheets DIR] [--width W] CLIP|FOLDER...

Each clip is replaced (``--mode replace``, draft quality) from its first good frame, or from the still
that lies beside it (NAME.still.png, NAME.still.jpg, NAME_still.png). Source and replacement are
measured alike: corners all over the picture, at most one in 18 pixels each way and faint ones where there are no
others, so that a subject counts by its size, are tracked by pyramidal Lucas-Kanade (Bouguet, 2001), there
and back, and a similarity is fitted to them by least median of squares. They lie anywhere,
where ``rescue`` goes by those off sky, water and people, and knows their depth: the two differ where these
fill the picture. A place is the median of up to five frames, for a fit may leap in one; the replacement's is
that of the frame where the clip has gone farthest. A clip moves if its picture goes more than 1 % of its
width, or its edge does by zoom. Right is: within 30 degrees, and within 20 % of the amount. ``--sheets`` writes source and
replacement one above the other.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from livingstill.core.errors import InputError
from livingstill.jobs.rescue.run import rescue
from livingstill.media import clip_reader
from livingstill.settings.rescue import RescueJob

_LONG_SIDE = 480
_MOVES, _REACH = 0.01, 2
"""Widths from which on a picture moves; frames on either side that a place is the median of."""
_SPACING, _MOST_LOST = 18, 0.5
"""Pixels between corners; the share of them without which they are looked for anew."""
_RIGHT_ANGLE, _RIGHT_RATIO = 30.0, 0.2
_SUFFIXES = {".mp4", ".mov", ".webm", ".mkv", ".avi", ".gif", ".webp"}


@dataclass(frozen=True)
class Way:
    """The way of the picture: ``x``, ``y`` in widths, ``zoom`` as the way of its edge."""

    x: float
    y: float
    zoom: float

    @property
    def length(self) -> float:
        """Return how far all of it goes."""
        return float(np.linalg.norm([self.x, self.y, self.zoom]))

    def compared(self, other: Way) -> tuple[float, float]:
        """Return angle, degrees, and ratio of another way to this one.

        Of a way that is more a shift than a zoom the shift counts: a replacement has to close in
        to hide the still's border. Of one that is more a zoom the zoom counts.
        """
        shifts = np.hypot(self.x, self.y) > abs(self.zoom)
        mine, others = (np.array([w.x, w.y] if shifts else [w.zoom, 0]) for w in (self, other))
        size, other_size = float(np.linalg.norm(mine)), float(np.linalg.norm(others))
        cosine = float(mine @ others) / max(size * other_size, 1e-9)
        return float(np.degrees(np.arccos(np.clip(cosine, -1, 1)))), other_size / size


def pictures(path: Path, width: int = _LONG_SIDE) -> list[np.ndarray]:
    """Return a clip's frames, reduced."""
    out = []
    for frame in clip_reader.frames(path):
        scale = width / max(frame.shape[:2])
        size = (round(frame.shape[1] * scale), round(frame.shape[0] * scale))
        out.append(cv2.resize(frame, size, interpolation=cv2.INTER_AREA))
    return out


def places(frames: list[np.ndarray]) -> list[Way]:
    """Return the place of a clip's picture in each frame: its way from the first one."""
    found = []
    for transform, (height, width) in transforms(frames):
        centre = transform @ [width / 2, height / 2, 1]
        scale = float(np.hypot(transform[0, 0], transform[1, 0]))
        shift = (centre[0] - width / 2) / width, (centre[1] - height / 2) / width
        found.append((*shift, (scale - 1) / 2))
    last = len(found) - 1
    reaches = [min(_REACH, t, last - t) for t in range(len(found))]
    spans = (found[t - reach : t + reach + 1] for t, reach in enumerate(reaches))
    return [Way(*np.median(span, axis=0)) for span in spans]


def transforms(frames: list[np.ndarray]) -> Iterator[tuple[np.ndarray, tuple[int, int]]]:
    """Yield the similarity (3, 3) from the first frame to each, and the frame's size.

    Corners are followed as long as most of them are found, so that no error of single steps adds up.
    """
    base, last = np.eye(3), None
    start = there = np.zeros((0, 1, 2), np.float32)
    most = 0
    for frame in frames:
        grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
        total = base
        if last is not None and len(start):
            start, there = _followed(last, grey, start, there)
            total = _similarity(start, there) @ base
        if last is None or len(start) < _MOST_LOST * most:
            base, start = total, _corners(grey)
            there, most = start, len(start)
        last = grey
        yield total, grey.shape


def _corners(grey: np.ndarray) -> np.ndarray:
    """Return (n, 1, 2) corners all over a frame, faint ones where there are no others."""
    found = cv2.goodFeaturesToTrack(grey, 1000, 1e-4, _SPACING)
    return np.zeros((0, 1, 2), np.float32) if found is None else found


def _followed(
    before: np.ndarray, after: np.ndarray, start: np.ndarray, there: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the corners that are found again in the next frame: where they began, and are now."""
    now, found, _ = cv2.calcOpticalFlowPyrLK(before, after, there, None)
    back, _, _ = cv2.calcOpticalFlowPyrLK(after, before, now, None)
    good = (found[:, 0] > 0) & (np.linalg.norm(back - there, axis=-1)[:, 0] < 0.5)
    return start[good], now[good]


def _similarity(start: np.ndarray, there: np.ndarray) -> np.ndarray:
    if len(start) < 8:
        return np.eye(3)
    matrix, _ = cv2.estimateAffinePartial2D(start, there, method=cv2.LMEDS)
    return np.eye(3) if matrix is None else np.vstack([matrix, [0, 0, 1]])


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
    args = parser.parse_args()
    listed = [p for c in args.clips for p in (sorted(c.iterdir()) if c.is_dir() else [c])]
    directions, amounts, moving = 0, 0, 0
    print("| clip | source x, y, zoom | replacement | angle | ratio | mean change | note |")
    print("|---|---|---|---:|---:|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for clip in (path for path in listed if path.suffix.lower() in _SUFFIXES):
            output = Path(folder) / "out.mp4"
            options = RescueJob(mode="replace", quality="draft", overwrite=True, force=True)
            source = pictures(clip)
            ways = places(source)
            farthest = max(range(len(ways)), key=lambda t: ways[t].length)
            gone = ways[farthest]
            try:
                done = rescue(clip, output, still_of(clip), options)
            except InputError as error:
                print(f"| {clip.stem} | {_words(gone)} | refused | | | | {error} |", flush=True)
                moving += gone.length > _MOVES
                continue
            new = pictures(output)
            made = places(new)[min(farthest, len(new) - 1)]
            if args.sheets:
                args.sheets.mkdir(parents=True, exist_ok=True)
                both = sheet(pictures(clip, args.width), pictures(output, args.width))
                cv2.imwrite(str(args.sheets / f"{clip.stem}.png"), both[..., ::-1])
            angle, ratio = "", ""
            if gone.length > _MOVES:
                moving += 1
                turn, amount = gone.compared(made)
                directions += turn < _RIGHT_ANGLE
                amounts += turn < _RIGHT_ANGLE and abs(amount - 1) <= _RIGHT_RATIO
                angle, ratio = f"{turn:.0f}", f"{amount:.2f}"
            change = " / ".join(f"{_change(frames):.2f}" for frames in (source, new))
            kinds = ", ".join(done.kinds)
            print(
                f"| {clip.stem} | {_words(gone)} | {_words(made)} | {angle} | {ratio} | {change} "
                f"| {done.camera}; {kinds} |",
                flush=True,
            )
    print()
    print(
        f"Of {moving} clips that move {directions} replacements go the clip's way and {amounts} of "
        f"those within {_RIGHT_RATIO:.0%} of its amount."
    )


def _words(gone: Way) -> str:
    return f"{gone.x:+.3f} {gone.y:+.3f} {gone.zoom:+.3f}"


def _change(frames: list[np.ndarray]) -> float:
    """Return the median change from frame to frame, levels."""
    return float(np.median([cv2.absdiff(a, b).mean() for a, b in pairwise(frames)]))


if __name__ == "__main__":
    sys.exit(main())
