"""The frames of every sample, by their hashes: what they must be on any machine.

    PYTHONPATH=tests python -m golden [NAME...]   compare; say what differs, and in which stage first
    PYTHONPATH=tests python -m golden --write     set anew, after a change that is meant to be seen

``golden.json`` has, for each shot file in ``samples/``, the SHA-256 of the depth, of the regions and
of the RGB frames of a short, small clip of it. See CONTRIBUTING.md for when it may change.
"""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from livingstill import animate
from livingstill.jobs.clip import reframe
from livingstill.jobs.manifest import digest
from livingstill.photo import read
from livingstill.settings.shot import split
from livingstill.settings.shot_file import load_shot_file

SAMPLES = Path(__file__).parent.parent / "samples"
FILE = Path(__file__).parent / "golden.json"
SMALL = {"size": "192x128", "duration": 0.5, "fps": 8}
REFRESH = (
    "if frames were meant to change, look at them, then: PYTHONPATH=tests python -m golden --write"
)
STAGES = ("photo", "depth", "regions", "camera", "frames")


def names() -> list[str]:
    return sorted(path.stem for path in SAMPLES.glob("*.toml"))


def hashes(name: str) -> dict[str, Any]:
    """Return what one sample's clip is made of, by hash, stage by stage."""
    shot, job = split({**load_shot_file(SAMPLES / f"{name}.toml"), **SMALL})
    clip = animate(job.photo, **shot.model_dump())
    regions = hashlib.sha256()
    for region in clip.regions:
        regions.update(region.label.encode() + region.mask.tobytes())
    return {
        "photo": digest(clip.photo.rgb),
        "depth": digest(np.round(clip.depth.values * np.float32(65535)).astype(np.uint16)),
        "regions": regions.hexdigest(),
        "camera": str(clip.shot.camera),
        "frames": [digest(frame) for frame in clip.frames()],
    }


def finished() -> str:
    """Return the hash of a clip with all that finishing does, in a frame cut anew from its scene."""
    shot = {
        "size": "source", "fps": 8, "duration": 0.25, "motion": "none", "depth": "flat", "camera": "push-in",
        "title": "Lake", "subtitle": "in the morning", "title_depth": "0.5", "price": "120",
        "logo": SAMPLES / "product.jpg", "exposure": 0.3, "temperature": 5200, "tint": 0.1,
        "saturation": 1.2, "vignette": 0.6, "grain": 0.8, "fit": "blur",
    }  # fmt: skip
    photo = read.read_photo(SAMPLES / "lake.jpg")
    small = replace(photo, rgb=np.ascontiguousarray(photo.rgb[::6, ::6]))
    clip = reframe(animate(small, **shot), "1:1")
    frames = hashlib.sha256()
    for frame in clip.frames():
        frames.update(frame.tobytes())
    return frames.hexdigest()


def differences(expected: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """Return the stages that differ, the first to do so first."""
    return [stage for stage in STAGES if expected.get(stage) != found[stage]]


def main() -> int:
    asked = [word for word in sys.argv[1:] if not word.startswith("-")]
    chosen = asked or names()
    if "--write" in sys.argv:
        found = {name: hashes(name) for name in chosen}
        FILE.write_text(json.dumps(found, indent=1) + "\n")
        print(f"{FILE.name} has {len(found)} samples")
        return 0
    expected, wrong = json.loads(FILE.read_text()), False
    for name in chosen:
        stages = differences(expected.get(name, {}), hashes(name))
        wrong = wrong or bool(stages)
        print(f"{name}: {', '.join(stages) + ' differ' if stages else 'the same'}", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
