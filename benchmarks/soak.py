"""Mixed jobs in one process through the Python API: memory, handles and threads must not grow.

    python benchmarks/soak.py [--jobs 300]

A round is one job of each kind, good and bad. What the process holds after the second round, when
every kernel and codec is loaded, is compared with what it holds at the end. Exit code 1 if memory
grew by more than 2 %, or there are more handles or threads, or files lie about.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import NamedTuple

import cv2
import livingstill
from livingstill.core.errors import InputError
from livingstill.jobs import animate, check, inspect, replay, takes
from livingstill.jobs.rescue import run as rescue
from livingstill.settings.rescue import RescueJob
from livingstill.settings.shot import split

SAMPLES = Path(__file__).parent.parent / "samples"
GROWTH = 1.02
_names = count()


class Held(NamedTuple):
    """What the process holds: MiB, file handles, threads."""

    memory: float
    handles: int
    threads: int


def held() -> Held:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    here = Path("/proc/self")
    return Held(
        pages * os.sysconf("SC_PAGE_SIZE") / 2**20,
        len(list((here / "fd").iterdir())),
        len(list((here / "task").iterdir())),
    )


def new(suffix: str) -> str:
    return f"{next(_names)}{suffix}"


def clip(photo: Path, suffix: str = ".mp4", **more: object) -> str:
    """Render a small clip to a file; return its name."""
    name = new(suffix)
    values = {"size": "160x106", "duration": 0.4, "fps": 10, "quality": "draft", **more}
    shot, job = split({**values, "photo": photo, "output": (name,)})
    animate.animate_file(shot, job)
    return name


def replayed(photo: Path) -> None:
    manifest = new(".json")
    clip(photo, manifest=manifest)
    again = replay.replay(Path(manifest), {"output": (new(".mp4"),)})
    assert again.difference is None


def abandoned(photo: Path) -> None:
    """Take two frames of a clip and let go of it."""
    made = livingstill.animate(photo, size="160x106", duration=1, quality="draft")
    frames = made.frames()
    next(frames), next(frames)


def broken(photo: Path) -> None:
    """Stop a clip from outside while it is written."""

    def stop(_: object) -> None:
        raise KeyboardInterrupt

    made = livingstill.animate(photo, size="160x106", duration=1, quality="draft")
    with suppress(KeyboardInterrupt):
        made.save(new(".mp4"), on_frame=stop)


def refused(photo: Path) -> None:
    """Give what cannot be used."""
    cut = Path(new(".jpg"))
    cut.write_bytes(photo.read_bytes()[:5000])
    for wrong in ({"photo": cut}, {"camera": "nosuch"}, {"depth": "nowhere.png"}):
        with suppress(InputError):
            clip(**{"photo": photo, **wrong})  # type: ignore[arg-type]


def seeds(photo: Path) -> None:
    shot, job = split(
        {"size": "160x106", "duration": 0.3, "fps": 10, "quality": "draft", "photo": photo,
         "output": (new(".mp4"),)}
    )  # fmt: skip
    takes.takes(shot, job, 2)


def looked(photo: Path) -> None:
    shot, job = split({"quality": "draft"})
    inspect.write_depth(photo, Path(new(".png")), shot, job)
    inspect.write_regions(photo, shot, job, target=Path(new(".png")))
    inspect.write_scene(photo, Path(new("")), shot, job)
    inspect.doctor(photo, shot, job)


JOBS: tuple[Callable[[Path], object], ...] = (
    clip,
    lambda photo: clip(photo, ".webm", camera="orbit"),
    lambda photo: clip(photo, ".gif", motion="none", camera="push-in"),
    lambda photo: clip(photo, ".webp", depth="flat"),
    lambda photo: clip(photo, "-%02d.png", size="106x106", loop="bounce"),
    lambda photo: clip(photo, budget="20kB", depth="cues"),
    lambda photo: clip(photo, quality="high", duration=0.2),
    lambda photo: check.review(Path(clip(photo)), photo),
    lambda photo: rescue.rescue(Path(clip(photo)), Path(new(".mp4")), photo),
    lambda photo: rescue.rescue(
        Path(clip(photo)), Path(new(".mp4")), photo, RescueJob(mode="replace", quality="draft")
    ),
    replayed,
    abandoned,
    broken,
    refused,
    seeds,
    looked,
)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jobs", type=int, default=300)
    options = parser.parse_args()
    names = ("lake", "kitchen", "river", "product")
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        photos = []
        for index, name in enumerate(names):
            picture = cv2.imread(str(SAMPLES / f"{name}.jpg"))
            assert picture is not None
            small = cv2.resize(picture, (400 + 24 * index, 270), interpolation=cv2.INTER_AREA)
            photos.append(Path(folder) / f"{name}.jpg")
            cv2.imwrite(str(photos[-1]), small)
        settled, done, most = held(), 0, 0.0
        rounds = max(3, -(-options.jobs // len(JOBS)))
        for number in range(rounds):
            for job in JOBS:
                job(photos[done % len(photos)])
                done += 1
            now = held()
            most = max(most, now.memory)
            if number == 1:
                settled = now
            told = f"{now.memory:.0f} MiB, {now.handles} handles, {now.threads} threads"
            print(f"{done:4} jobs, {time.monotonic() - start:5.0f} s: {told}", flush=True)
            half = [path.name for path in Path(folder).iterdir() if ".part" in path.name]
            assert not half, half
        os.chdir("/")
    growth = now.memory / settled.memory
    print(
        f"{done} jobs, {rounds} rounds: memory x{growth:.3f} since the second round "
        f"({settled.memory:.0f} to {now.memory:.0f} MiB, most {most:.0f}), "
        f"handles {now.handles - settled.handles:+}, threads {now.threads - settled.threads:+}"
    )
    grew = now.handles > settled.handles or now.threads > settled.threads
    return 1 if growth > GROWTH or grew else 0


if __name__ == "__main__":
    sys.exit(main())
