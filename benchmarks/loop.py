"""How well clips are made to loop: the step over the seam, and in the fade, in median steps.

    python benchmarks/loop.py [--side PIXELS] [--keep FOLDER] [CLIP|FOLDER...]

The clips: those named, or open-ended ones of our own samples. Each is reduced to ``--side``
pixels, written losslessly with FFV1, made to loop by `livingstill.loop` (a camera that travels: there
and back), and the loop is decoded and measured again: ``seam`` is the mean absolute difference of its last and first frame over its median step
(held frames left out), ``fade`` the longest step of the fade and ``other`` the longest elsewhere, likewise;
``sharp`` the least detail in the fade over the median detail of the loop. The last line counts
clips whose seam is 1.05 at most. With ``--keep`` each loop is left there with a contact sheet: the fade,
and a row and a column of the picture over time around the seam (red; green is where the fade begins).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable
from fractions import Fraction
from itertools import islice
from pathlib import Path

import cv2
import livingstill
import numpy as np
from livingstill.core.model import UInt8Array
from livingstill.jobs.loop.result import LoopResult
from livingstill.jobs.loop.search import typical_step
from livingstill.media import clip_reader
from livingstill.media.formats import choose
from livingstill.media.write.encoder import Encoder

ROOT = Path(__file__).parent.parent
BAR = 1.05
SPAN = 40


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("clips", nargs="*", type=Path, metavar="CLIP|FOLDER")
    parser.add_argument("--side", type=int, default=256)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    seams: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        for clip in found(options.clips) if options.clips else made(Path(folder)):
            try:
                told, loop = looped(clip, Path(folder), options.side)
            except livingstill.InputError as error:
                print(f"{clip.name:24} {error}", flush=True)
                continue
            seams.append(measured(clip, told, loop))
            if options.keep:
                options.keep.mkdir(parents=True, exist_ok=True)
                sheet(loop, max(1, told.fade), options.keep / f"{clip.stem}.png")
    print(f"{sum(seam <= BAR for seam in seams)} of {len(seams)} have a seam of {BAR} at most")


def found(named: list[Path]) -> list[Path]:
    """Return the clips that are named, and those in folders that are; no stills."""
    suffixes = {".mp4", ".mov", ".webm", ".mkv", ".avi", ".gif", ".webp"}
    return [
        clip
        for name in named
        for clip in (sorted(name.rglob("*")) if name.is_dir() else [name])
        if clip.suffix.lower() in suffixes and ".still" not in clip.name
    ]


def made(folder: Path) -> list[Path]:
    """Write clips of our own that do not loop; return them."""
    clips = []
    for sample in ("river", "lake", "meadow", "laundry", "campfire"):
        clips.append(folder / f"{sample}.mkv")
        clip = livingstill.animate(
            ROOT / f"samples/{sample}.jpg", size="320", duration=6.0, fps=24, camera="static"
        )
        frames = [np.array(frame) for frame in islice(clip.frames(), 90)]
        write(clips[-1], frames[0].shape[1::-1], 24, frames)
    return clips


def looped(clip: Path, folder: Path, side: int) -> tuple[LoopResult, list[UInt8Array]]:
    """Return what was done to a reduced clip, and the frames of its loop."""
    source, target = folder / f"{clip.stem}-small.mkv", folder / f"{clip.stem}-loop.mkv"
    reduce(clip, source, side)
    try:
        told = livingstill.loop(source, target, overwrite=True)
    except livingstill.InputError as error:
        if "boomerang" not in str(error):
            raise
        told = livingstill.loop(source, target, overwrite=True, boomerang=True)
    return told, list(clip_reader.frames(target))


def reduce(clip: Path, target: Path, side: int) -> None:
    """Write a clip with a long side of ``side`` pixels at most, losslessly."""
    reader = clip_reader.ClipReader(clip)
    scale = min(1.0, side / max(reader.info.width, reader.info.height))
    size = tuple(
        round(length * scale / 2) * 2 for length in (reader.info.width, reader.info.height)
    )
    frames = (cv2.resize(frame.rgb, size, interpolation=cv2.INTER_AREA) for frame in reader)
    write(target, size, reader.info.fps, frames)


def write(
    target: Path, size: tuple[int, ...], fps: Fraction | int, frames: Iterable[UInt8Array]
) -> None:
    encoding = choose(str(target), codec="ffv1")
    with Encoder(target, (size[0], size[1]), Fraction(fps), encoding, overwrite=True) as encoder:
        for frame in frames:
            opaque = np.dstack([frame, np.full(frame.shape[:2], 255, np.uint8)])
            encoder.write(np.ascontiguousarray(opaque).view(np.uint32)[..., 0])


def measured(clip: Path, told: LoopResult, loop: list[UInt8Array]) -> float:
    """Print a line on one loop; return its seam."""
    steps = np.array([difference(a, b) for a, b in zip(loop, [*loop[1:], loop[0]])])
    median = np.sqrt(typical_step(steps**2, 1e-6))
    inside, other = steps[len(steps) - 1 - told.fade :], steps[: len(steps) - 1 - told.fade]
    details = np.array([detail(frame) for frame in loop])
    sharp = details[len(loop) - told.fade :].min(initial=np.inf) / np.median(details)
    print(
        f"{clip.name:24} {told.decision:9} {len(loop):4} frames, fade {told.fade:2}  "
        f"seam {steps[-1] / median:5.2f}  fade {inside.max() / median:5.2f}  "
        f"other {other.max() / median:6.2f}  sharp {min(sharp, 9.99):4.2f}",
        flush=True,
    )
    return float(steps[-1] / median)


def difference(a: UInt8Array, b: UInt8Array) -> float:
    return cv2.norm(a, b, cv2.NORM_L1) / a.size


def detail(frame: UInt8Array) -> float:
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return float((grey - cv2.GaussianBlur(grey, (0, 0), 1.5)).std())


def sheet(loop: list[UInt8Array], fade: int, file: Path) -> None:
    """Write a contact sheet of a loop around its seam."""
    width = loop[0].shape[1]
    shown = np.linspace(max(0, len(loop) - fade - 1), len(loop) - 1, 6).round().astype(int)
    strip = np.hstack([loop[index] for index in (*shown, 0, 1)])
    span = min(len(loop), SPAN)
    near = np.stack([*loop[-span:], *loop[:span]])
    moving = np.abs(np.diff(near.astype(np.int16), axis=0)).mean((0, 3))
    row, column = int(moving.mean(1).argmax()), int(moving.mean(0).argmax())
    slices = [
        cv2.resize(near[:, row], (width * 2, span * 4), interpolation=cv2.INTER_NEAREST),
        cv2.resize(
            near[:, :, column].transpose(1, 0, 2),
            (span * 8, span * 4),
            interpolation=cv2.INTER_AREA,
        ),
    ]
    for mark, colour in ((span - fade, (0, 255, 0)), (span, (255, 0, 0))):
        slices[0][2 * mark : 2 * mark + 2, :16] = colour
        slices[1][:8, 4 * mark : 4 * mark + 2] = colour
    below = np.hstack(slices)
    wide = max(strip.shape[1], below.shape[1])
    rows = [np.pad(part, ((0, 4), (0, wide - part.shape[1]), (0, 0))) for part in (strip, below)]
    cv2.imwrite(str(file), np.vstack(rows)[..., ::-1])


if __name__ == "__main__":
    sys.exit(main())
