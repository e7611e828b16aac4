"""Our clip beside those of other programs: one photo, depth, size, length and codec, interleaved.

    python benchmarks/peers.py [--size 1280x720] [--seconds 5] [--rounds 3] [--depthflow PROGRAM]

Installs nothing: what is not there is said to be not there. DepthFlow is the `depthflow` on the
path unless named; it needs OpenGL (Mesa's software renderer will do). Every program writes H.264,
preset veryfast, crf 18, 30 frames a second, from the same photo and, where it takes one, the same
depth. CPU seconds are those of the whole process and all it starts; figures are the least of all
rounds; ratios are to ours, more = costs more.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import distribution
from pathlib import Path

from livingstill.media.formats import choose
from measured import OURS, Cost, cost

SAMPLE = Path(__file__).parent.parent / "samples" / "river.jpg"

REMAP = """
import json, math, sys
import av, cv2, numpy as np
photo, depth, size, frames, out, options = sys.argv[1:]
width, height = map(int, size.split("x"))
rgb = cv2.resize(cv2.imread(photo), (width, height), interpolation=cv2.INTER_AREA)
far = cv2.imread(depth, cv2.IMREAD_UNCHANGED).astype(np.float32) / 65535
far = cv2.resize(far, (width, height), interpolation=cv2.INTER_AREA) - np.float32(0.5)
y, x = np.mgrid[:height, :width].astype(np.float32)
with av.open(out, "w") as file:
    stream = file.add_stream("libx264", 30, options=json.loads(options))
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    for n in range(int(frames)):
        turn = 2 * math.pi * n / int(frames)
        dx, dy = 0.012 * width * math.cos(turn), 0.012 * width * math.sin(turn)
        mx, my = x + np.float32(dx) * far, y + np.float32(dy) * far
        picture = cv2.remap(rgb, mx, my, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
        for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")):
            file.mux(packet)
    for packet in stream.encode():
        file.mux(packet)
"""
"""What one would write oneself in an hour: a height field, one remap a frame."""


def remap(photo: Path, depth: Path, size: str, frames: int, out: Path) -> list[str]:
    """Return the command of ``REMAP``, its encoder set as ours is."""
    given = json.dumps(dict(choose(str(out), one_shot=True).options))
    return [sys.executable, "-c", REMAP, str(photo), str(depth), size, str(frames), str(out), given]


INSTALLED = """
import re, sys
from importlib.metadata import PackageNotFoundError, distribution
seen, todo, total = set(), [sys.argv[1]], 0
while todo:
    name = re.sub(r"[-_.]+", "-", todo.pop()).lower()
    if name in seen:
        continue
    seen.add(name)
    try:
        found = distribution(name)
    except PackageNotFoundError:
        continue
    total += sum(f.locate().stat().st_size for f in found.files or () if f.locate().is_file())
    for need in found.requires or ():
        if "extra ==" not in need:
            todo.append(re.match(r"[\\w.-]+", need)[0])
print(total)
"""
"""Bytes of a distribution and all it requires, as installed."""


@dataclass
class Program:
    """A way to make the clip: its name, what it does, its command, where its installation lies."""

    name: str
    does: str
    command: list[str]
    size: Callable[[], float | None]
    environment: dict[str, str] = field(default_factory=dict)
    best: Cost | None = None
    failed: str = ""


def installed(python: str, name: str) -> float | None:
    """Return the megabytes of a Python distribution with its dependencies."""
    answer = subprocess.run(
        [python, "-c", INSTALLED, name], capture_output=True, text=True, check=False
    )
    return int(answer.stdout) / 1e6 if answer.returncode == 0 and int(answer.stdout) else None


def beside_metadata() -> float:
    """Return the megabytes of our packages where an editable install does not list them."""
    listed = {str(file) for file in distribution("livingstill").files or ()}
    if "livingstill/__init__.py" in listed:
        return 0.0
    homes = [
        Path(p) for name in ("livingstill", "livingstill_cli") for p in import_module(name).__path__
    ]
    files = (file for home in homes for file in home.rglob("*") if "__pycache__" not in file.parts)
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


def linked(program: str) -> float | None:
    """Return the megabytes of a program and the libraries it is linked to."""
    answer = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
    files = {Path(word).resolve() for word in answer.split() if word.startswith("/")}
    return sum(file.stat().st_size for file in {Path(program).resolve(), *files}) / 1e6


def programs(photo: Path, depth: Path, size: str, seconds: float, out: Path, depthflow: str | None):
    """Return the programs that are here, ours first, and the names of those that are not."""
    width, height = size.split("x")
    frames = str(round(30 * seconds))
    shared = ["--size", size, "--duration", f"{seconds:g}", "--overwrite", "-q"]
    given = ["--depth", str(depth), "--motion", "none", "--camera", "orbit"]
    base = [*OURS, str(photo), *shared]

    def own() -> float | None:
        needed = installed(sys.executable, "livingstill")
        return None if needed is None else needed + beside_metadata()

    here = [
        Program("livingstill", "camera, depth given", [*base, *given, "-o", str(out / "a.mp4")], own),
        Program(
            "livingstill, everything", "depth found, water, clouds and leaves move",
            [*base, "--camera", "orbit", "-o", str(out / "b.mp4")], own,
        ),
        Program(
            "a script of one's own", "one height field, cv2.remap, PyAV",
            remap(photo, depth, size, int(frames), out / "c.mp4"),
            lambda: None,
        ),
    ]  # fmt: skip
    missing = []
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg:
        zoom = (
            f"zoompan=z='1+0.05*(1-cos(2*PI*on/{frames}))/2':d={frames}:s={width}x{height}:fps=30"
        )
        zoom += ":x='iw/2-iw/zoom/2':y='ih/2-ih/zoom/2'"
        here.append(
            Program(
                "ffmpeg zoompan", "a plain zoom, to whole pixels",
                [
                    ffmpeg, "-y", "-loglevel", "error", "-i", str(photo), "-vf", zoom, "-c:v", "libx264",
                    "-preset", "veryfast", "-crf", "18", "-pix_fmt", "yuv420p", str(out / "d.mp4"),
                ],
                lambda: linked(ffmpeg),
            )
        )  # fmt: skip
    else:
        missing.append("ffmpeg zoompan")
    flow = shutil.which(depthflow or "depthflow")
    if flow:
        beside = Path(flow).parent / "python"
        here.append(
            Program(
                "DepthFlow", "camera, depth given, one height field, OpenGL",
                [
                    flow, "input", "-i", str(photo), "-d", str(depth), "h264", "--preset", "veryfast",
                    "--crf", "18", "main", "-w", width, "-h", height, "-f", "30", "-t", f"{seconds:g}",
                    "-o", str(out / "e.mp4"),
                ],
                lambda: installed(str(beside), "depthflow"),
                {"WINDOW_BACKEND": "headless"},
            )
        )  # fmt: skip
    else:
        missing.append("DepthFlow")
    return here, missing


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("photo", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--depthflow", metavar="PROGRAM")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        depth = out / "depth.png"
        cost([*OURS, "depth", str(asked.photo), "-o", str(depth), "-q"])
        here, missing = programs(
            asked.photo, depth, asked.size, asked.seconds, out, asked.depthflow
        )
        cost([*here[0].command, "--duration", "0.2"])  # kernels compile once per machine
        for _ in range(asked.rounds):
            for program in here:
                if not program.failed:
                    try:
                        program.best = cost(program.command, program.environment).least(
                            program.best
                        )
                    except RuntimeError as error:
                        program.failed = str(error)
    ours = here[0].best
    assert ours is not None, here[0].failed
    megabytes = here[0].size()
    print(
        f"{asked.photo.name}, {asked.size}, {asked.seconds:g} s, {asked.rounds} rounds, "
        f"{platform.processor() or platform.machine()}\n"
    )
    print("| program | does | CPU s | x | wall s | x | MiB | x | install MB | x |")
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for program in here:
        best = program.best
        if best is None:
            missing.append(f"{program.name} ({program.failed})")
            continue
        pairs = ((best.cpu, ours.cpu), (best.wall, ours.wall), (best.memory, ours.memory))
        cells = [f"{value:.3g} | {value / own:.2f}" for value, own in pairs]
        size = program.size()
        told = f"{size:.0f} | {size / megabytes:.1f}" if size and megabytes else "| "
        print(f"| {program.name} | {program.does} | {' | '.join(cells)} | {told} |")
    for name in missing:
        print(f"\nNot present here, so not measured: {name}.")


if __name__ == "__main__":
    main()
