"""Whether any move shows anything outside the photo: pixels over all frames, per photo and move.

    python benchmarks/borders.py [--frames N] [PHOTO...]

Every move of the registry, seamless, at 640 px; by default the samples. Exact for the frame's
border, where any exposure begins, in every layer that shows there.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import livingstill
from livingstill.camera.path import CAMERAS
from livingstill.camera.view import CameraView
from livingstill.jobs import steps
from livingstill.render import frames, projection
from livingstill.settings.values import MoveSpec

SAMPLES = Path(__file__).parent.parent / "samples"


def main() -> None:
    """Print one row per photo: moves checked, frames checked, pixels outside."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", nargs="*", type=Path)
    parser.add_argument("--frames", type=int, default=150)
    asked = parser.parse_args()
    total = 0
    for photo in asked.photos or sorted(SAMPLES.glob("*.jpg")):
        clip = livingstill.animate(
            photo, size="640x426", camera="static", motion="none", duration=asked.frames / 30
        )
        size = clip.framing.picture[2:]
        view = CameraView.of(clip.depth.values, clip.photo.focal, clip.subject, clip.framing.box)
        found = {}
        for name in CAMERAS:
            shot = clip.shot.model_copy(update={"camera": MoveSpec(name=name)})
            camera, window = steps.plan_camera(clip.scene, view, clip.framing, shot, clip.timeline)
            seen = projection.Projection(clip.scene, window, size, frames.node_pitch(size))
            poses = (camera.at(clip.timeline.time(i)) for i in range(clip.timeline.frames))
            found[name] = sum(
                frames.count_outside(clip.scene, pose, window, size, border_only=True, view=seen)
                for pose in poses
            )
        total += sum(found.values())
        bad = ", ".join(f"{name} {count}" for name, count in found.items() if count)
        print(
            f"{photo.name:<28} {len(found)} moves x {asked.frames} frames: {bad or 'none outside'}"
        )
    print(f"{total} pixels outside in all")


if __name__ == "__main__":
    main()
