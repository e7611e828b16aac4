"""All figures anew, into benchmarks/RESULTS.md: `python benchmarks/collect.py [--quick] [NAME...]`.

Each section is what one benchmark prints, with its command and date; NAME measures those sections
anew and keeps the rest. Peers are those that are installed (`--depthflow PROGRAM` names one that is
not on the path). Close other programs first: wall seconds suffer from company, CPU seconds a little.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE / "RESULTS.md"
LIBRARIES = ("livingstill", "numpy", "opencv-contrib-python", "scipy", "numba", "av")

SECTIONS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "peers": ("Beside other programs", ("peers.py",), ("--seconds", "2", "--rounds", "1")),
    "stages": ("Where the time goes", ("speed_clip.py",), ("--duration", "2")),
    "remap": (
        "Whole commands beside a remap loop",
        ("speed_remap.py",),
        ("--duration", "2", "--rounds", "1"),
    ),
    "frame": ("One frame beside cv2.remap", ("speed_render.py",), ("--rounds", "3")),
    "encoder": ("What x264 costs by setting", ("speed_encoder.py",), ("--frames", "30")),
    "kinds": ("What each kind of motion adds", ("speed_motion.py",), ("--rounds", "2")),
    "scaling": ("What cost grows with", ("scaling.py",), ("--frames", "10")),
    "views": ("Novel views against the truth", ("quality_views.py",), ()),
    "camera": ("Is the camera obeyed", ("camera_obedience.py",), ()),
    "borders": ("Does any move show the border", ("borders.py",), ("--frames", "30")),
    "lines": (
        "Do walls stay straight",
        (
            "straightness.py",
            "samples/living-room.jpg",
            "samples/kitchen.jpg",
            "samples/house.jpg",
        ),
        (),
    ),
    "temporal": ("Flicker, and what the filter does to it", ("temporal.py",), ()),
    "director": ("Faults found", ("director.py",), ("--frames", "36")),
    "rescue": ("Clips rescued", ("rescue.py", "--frames", "48"), ("--windows", "1")),
    "reel": (
        "A listing's reel",
        ("reel.py",),
        ("--photos", "3", "--seconds", "9", "--size", "360p"),
    ),
    "loop": ("Clips made to loop", ("loop.py",), ("--side", "192")),
    "hold": ("Clips held to their stills", ("hold.py", "--seconds", "1"), ("--side", "256")),
    "motion": (
        "How motion looks in numbers",
        (
            "motion_stats.py",
            "samples/river.jpg",
            "samples/lake.jpg",
            "samples/meadow.jpg",
            "samples/flag.jpg=flag:samples/flag-cloth.png",
            "samples/laundry.jpg=cloth:samples/laundry-cloth.png",
            "samples/campfire.jpg=smoke:samples/campfire-smoke.png",
            "samples/candle.jpg=fire:samples/candle-flame.png",
        ),
        (),
    ),
    "finishing": ("Finishing", ("finishing.py",), ()),
    "budget": ("File sizes asked for", ("budget.py",), ()),
    "browser": ("Formats that browsers show", ("browser.py",), ()),
    "page": ("A page in a browser", ("page.py", "samples/lake.jpg"), ("--seconds", "2")),
    "studio": ("The studio", ("studio.py",), ()),
    "memory": ("Memory", ("memory.py",), ("--quick",)),
    "soak": ("Many jobs in one process", ("soak.py",), ("--jobs", "60")),
}
"""Heading, command and what makes it quick, in the order of the file."""


def machine() -> str:
    """Return what was measured on, in a line."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        found = re.search(r"model name\s*: (.+)", info.read_text())
        model = found[1] if found else model
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}; {versions}."
    )


def measure(name: str, more: list[str]) -> str:
    """Run one benchmark and return its section."""
    title, command, _ = SECTIONS[name]
    words = [*command, *more]
    start, load = time.perf_counter(), os.getloadavg()[0]
    answer = subprocess.run(
        [sys.executable, str(HERE / words[0]), *words[1:]],
        cwd=HERE.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = answer.stdout.rstrip() or f"failed: {answer.stderr.strip().splitlines()[-1]}"
    plain = not re.search(r"^\|", said, re.M)
    body = f"```text\n{said}\n```" if plain else said
    return (
        f"## {title}\n\n`python benchmarks/{' '.join(map(_name, words))}`, {time.strftime('%Y-%m-%d')}, "
        f"{time.perf_counter() - start:.0f} s, load {load:.0f} when it began\n\n{body}\n"
    )


def written() -> dict[str, str]:
    """Return the sections there are, by heading."""
    old = RESULTS.read_text(encoding="utf-8") if RESULTS.is_file() else ""
    return {part.split("\n")[0]: f"## {part}" for part in old.split("\n## ")[1:]}


def _name(word: str) -> str:
    """Return a word without the folders of this machine."""
    return Path(word).name if word.startswith("/") else word


def main() -> None:
    """Measure and write, section by section, so that a run that was stopped leaves what it had."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(SECTIONS))
    parser.add_argument("--quick", action="store_true", help="shorter clips, fewer rounds")
    parser.add_argument("--depthflow", metavar="PROGRAM")
    parser.add_argument(
        "--clips",
        metavar="FOLDER",
        action="append",
        default=[],
        help="real clips for rescue and loop",
    )
    asked = parser.parse_args()
    for name in asked.names or SECTIONS:
        title, _, quick = SECTIONS[name]
        more = list(quick if asked.quick else ())
        if name == "peers" and asked.depthflow:
            more += ["--depthflow", asked.depthflow]
        if name in ("rescue", "loop"):
            more += asked.clips
        made = measure(name, more)
        parts = {**written(), title: made}
        head = f"# Figures\n\n`python benchmarks/collect.py` measures all of this anew.\n\n{machine()}\n"
        body = [parts[title].rstrip() + "\n" for title, _, _ in SECTIONS.values() if title in parts]
        RESULTS.write_text("\n".join([head, *body]), encoding="utf-8")
        print(f"{name}: {made.splitlines()[2]}", flush=True)


if __name__ == "__main__":
    main()
