"""Whether a replacement moves as the clip did: camera direction and amount, by sparse tracks.

    python benchmarks/rescue_motion.py [--sheets DIR] [--width W] CLIP|FOLDER...

Each clip is replaced (``--mode replace``, draft quality) from its first good frame, or from the still
that lies beside it (NAME.still.png, NAME.still.jpg, NAME_still.png). Source and replacement are
measured alike: corners tracked from frame to frame by pyramidal Lucas-Kanade (Bouguet, 2001), there
and back, a similarity fitted to each step by least median of squares, chained. They lie anywhere,
where ``rescue`` goes by those off sky, water and people: the two differ where these fill the picture. A clip moves if its picture goes more than 1 % of its width, or its edge
does by zoom. Right is: within 30 degrees, and within 20 % of the amount. ``--sheets`` writes source and
replacement one above the other.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
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
_MOVES = 0.01
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


def way(frames: list[np.ndarray]) -> Way:
    """Return the way of the camera's picture over a clip: to its farthest point from the start."""
    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames]
    height, width = grey[0].shape
    total, places = np.eye(3), []
    for before, after in pairwise(grey):
        total = _step(before, after) @ total
        centre = total @ [width / 2, height / 2, 1]
        scale = float(np.hypot(total[0, 0], total[1, 0]))
        places.append(
            Way(
                (centre[0] - width / 2) / width,
                (centre[1] - height / 2) / width,
                (scale - 1) / 2,
            )
        )
    return max(places, key=lambda place: place.length)


def _step(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Return the similarity (3, 3) from a frame to the next."""
    corners = cv2.goodFeaturesToTrack(before, 600, 0.005, 6)
    if corners is None or len(corners) < 8:
        return np.eye(3)
    there, found, _ = cv2.calcOpticalFlowPyrLK(before, after, corners, None)
    back, _, _ = cv2.calcOpticalFlowPyrLK(after, before, there, None)
    good = (found[:, 0] > 0) & (np.linalg.norm(back - corners, axis=-1)[:, 0] < 0.5)
    if good.sum() < 8:
        return np.eye(3)
    matrix, _ = cv2.estimateAffinePartial2D(corners[good], there[good], method=cv2.LMEDS)
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
            gone = way(source)
            try:
                done = rescue(clip, output, still_of(clip), options)
            except InputError as error:
                print(f"| {clip.stem} | {_words(gone)} | refused | | | | {error} |", flush=True)
                moving += gone.length > _MOVES
                continue
            new = pictures(output)
            made = way(new)
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
