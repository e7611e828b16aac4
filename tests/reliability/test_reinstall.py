"""Twenty clips are replayed by a fresh installation from a wheel: the same frames, the same files."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from livingstill.jobs import animate
from livingstill.settings.shot import split

ROOT = Path(__file__).parent.parent.parent
CAMERAS = (
    "auto", "static", "push-in", "truck-right", "orbit", "arc", "handheld:amount=2", "dolly-zoom",
    "pan-left:ease=cubic", "ken-burns:focus=0.3,0.6", "sway:hold=0.2",
)  # fmt: skip
PHOTOS = ("lake", "river", "meadow", "candle", "kitchen", "house", "product")
LOOPS = ("seamless", "none", "bounce", "hold")

REPLAY = """
import json, sys
from pathlib import Path
import livingstill
from livingstill.core import threads
from livingstill.jobs.replay import replay
assert Path(livingstill.__file__).is_relative_to(sys.argv[1]), livingstill.__file__
for manifest in map(Path, sys.argv[2:]):
    for count in (1, 2, 4):
        again = manifest.with_name(f"{manifest.stem}-{count}.mp4")
        made = replay(manifest, {"output": [str(again)], "threads": count})
        print(json.dumps([made.difference, len(made.render.frames), str(again)]), flush=True)
"""


@pytest.mark.slow
def test_another_installation_replays_twenty_manifests_on_any_number_of_threads(samples, tmp_path):
    manifests = []
    for index in range(20):
        manifest = tmp_path / f"{index}.json"
        shot, job = split(
            {
                "photo": samples / f"{PHOTOS[index % len(PHOTOS)]}.jpg",
                "camera": CAMERAS[index % len(CAMERAS)],
                "quality": ("standard", "draft", "high")[index % 3],
                "loop": LOOPS[index % len(LOOPS)],
                "size": "240x160",
                "duration": 0.4,
                "fps": 10,
                "seed": index,
                "output": [str(manifest.with_suffix(".mp4"))],
                "manifest": manifest,
            }
        )
        animate.animate_file(shot, job)
        manifests.append(manifest)

    def pip(python: str, *args: object) -> None:
        subprocess.run([python, "-m", "pip", "-q", *map(str, args)], check=True)

    pip(sys.executable, "wheel", "--no-deps", "--wheel-dir", tmp_path, ROOT)
    there = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(there)], check=True)
    python = str(next(there.glob("[Sb][ci][rn]*/python*")))
    pip(python, "install", *tmp_path.glob("*.whl"))
    done = subprocess.run(
        [python, "-I", "-c", REPLAY, str(there), *map(str, manifests)],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(difference, frames) for difference, frames, _ in told] == [(None, 4)] * 60
    for _, _, again in told:
        first = again.rpartition("-")[0] + ".mp4"
        assert Path(again).read_bytes() == Path(first).read_bytes(), again
