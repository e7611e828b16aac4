"""How many injected faults the continuity director finds, and how often it cries on clean frames.

    python benchmarks/director.py [--cache DIR] [--frames N] [CLIP...]

Without clips: loops and push-ins made from samples/. Every clip is judged clean and then with each
kind of fault in it. A fault is found when a fault of a fitting kind overlaps it (one frame of
slack); a clean frame is a false alarm when any fault covers it.
"""

from __future__ import annotations

import argparse
import pickle
import sys
import time
import zlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import faults  # noqa: E402
from livingstill.quality import no_reference  # noqa: E402
from livingstill.quality import verdict as director  # noqa: E402


def read(path: Path, limit: int) -> tuple[faults.Clip, float]:
    import av

    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = (frame.to_ndarray(format="rgb24") for frame in container.decode(stream))
        return [frame for frame, _ in zip(frames, range(limit))], float(stream.average_rate)


def corpus(paths: list[Path], frames: int) -> Iterator[tuple[str, faults.Clip, float]]:
    """Yield name, clip and frame rate."""
    for path in paths:
        yield path.stem, *read(path, frames)
    for path in sorted((ROOT / "samples").glob("*.jpg")):
        photo = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
        size = (640, 2 * round(320 * photo.shape[0] / photo.shape[1]))
        photo = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
        yield f"{path.stem}-sway", faults.swaying(photo, frames, fps=30.0), 30.0
        yield f"{path.stem}-push", faults.pushing(photo, frames), 30.0


def spoil(name: str, fault: str, clip: faults.Clip, seed: int = 0) -> faults.Spoiled:
    """Return the clip with one fault; which one depends on the names and the seed only."""
    told = f"{name} {fault} {seed}" if seed else f"{name} {fault}"
    rng = np.random.default_rng(zlib.crc32(told.encode()))
    return faults.FAULTS[fault](clip, rng)


Case = tuple[str, str, no_reference.Series, int, int, tuple[str, ...]]


def cases(paths: list[Path], frames: int) -> Iterator[Case]:
    """Yield clip, fault, series, first and last frame of the fault, its names."""
    for name, clip, fps in corpus(paths, frames):
        start = time.process_time()
        yield name, "", no_reference.observe(clip, fps), 0, -1, ()
        spent = 1000 * (time.process_time() - start) / len(clip)
        print(
            f"{name}: {clip[0].shape[1]}x{clip[0].shape[0]}, {spent:.1f} CPU-ms/frame", flush=True
        )
        for fault in faults.FAULTS:
            spoiled = spoil(name, fault, clip)
            series = no_reference.observe(spoiled.clip, fps)
            yield name, fault, series, spoiled.first, spoiled.last, spoiled.kinds
        if name.endswith("-sway"):
            spoiled = faults.unseamed(clip, np.random.default_rng(0))
            series = no_reference.observe(spoiled.clip, fps)
            yield name, "seam", series, spoiled.first, spoiled.last, spoiled.kinds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", nargs="*", type=Path)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--cache", type=Path, help="keep the measurements here between runs")
    parser.add_argument("-v", action="store_true")
    args = parser.parse_args()
    if args.cache and args.cache.exists():
        found: list[Case] = pickle.loads(args.cache.read_bytes())
    else:
        found = list(cases(args.clips, args.frames))
        if args.cache:
            args.cache.write_bytes(pickle.dumps(found))
    tally(found, args.v)


def tally(found: list[Case], verbose: bool) -> None:
    """Judge every case and print recall per fault and false alarms."""
    seen: dict[str, list[bool]] = defaultdict(list)
    named: dict[str, list[bool]] = defaultdict(list)
    alarms = clean_frames = clean_clips = kept = 0
    for name, fault, series, first, last, kinds in found:
        verdict = director.judge(series, loop=fault == "seam" or name.endswith("-sway"))
        bad = verdict.bad
        if not fault:
            clean_clips += 1
            kept += not verdict.faults
        if fault != "drift":
            outside = np.ones(len(bad), bool)
            outside[max(0, first - 1) : last + 2] = False
            alarms += int((bad & outside).sum())
            clean_frames += int(outside.sum())
        if fault:
            near = [f for f in verdict.faults if f.first <= last + 1 and f.last >= first - 1]
            seen[fault].append(bool(near))
            named[fault].append(any(f.kind in kinds for f in near))
        wrong = fault and not named[fault][-1]
        if verbose and (wrong or (not fault and verdict.faults)):
            said = "; ".join(
                f"{f.kind} {f.first}-{f.last} ({f.severity:.2f})" for f in verdict.faults
            )
            print(f"  {name:18s} {fault or 'clean':14s} [{first},{last}] said: {said or 'nothing'}")
    for fault, hits in seen.items():
        rightly = f"{sum(named[fault])}/{len(hits)}"
        print(f"{fault:14s} found {sum(hits)}/{len(hits)}  named rightly {rightly}")
    everything = [hit for hits in seen.values() for hit in hits]
    print(f"recall {np.mean(everything):.3f} over {len(everything)} faults")
    print(f"false alarms {100 * alarms / clean_frames:.2f} % of {clean_frames} clean frames")
    print(f"clean clips without a fault: {kept}/{clean_clips}")


if __name__ == "__main__":
    main()
