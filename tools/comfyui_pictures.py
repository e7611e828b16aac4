"""Make the pictures of the example workflows from our own samples: python tools/comfyui_pictures.py."""

from __future__ import annotations

from pathlib import Path

import cv2
import livingstill
import numpy as np
from livingstill.core.model import UInt8Array
from livingstill.jobs import steps
from livingstill.segmentation import flow_field, overlay
from livingstill.settings.shot import Shot

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "integrations" / "comfyui" / "example_workflows"
SIZE = (480, 320)


def frame(sample: str, index: int, **settings: str) -> UInt8Array:
    """Return one frame of a clip of a sample."""
    clip = livingstill.animate(
        ROOT / "samples" / f"{sample}.jpg", size=f"{SIZE[0]}x{SIZE[1]}", duration=2.0, **settings
    )
    return next(clip.frames()) if index == 0 else _nth(clip, index)


def _nth(clip: livingstill.Clip, index: int) -> UInt8Array:
    return [rgb.copy() for rgb in clip.frames()][index]


def halves(left: UInt8Array, right: UInt8Array) -> UInt8Array:
    """Return the left half of one picture beside the right half of another, a line between them."""
    out = right.copy()
    out[:, : SIZE[0] // 2] = left[:, : SIZE[0] // 2]
    out[:, SIZE[0] // 2 - 1 : SIZE[0] // 2 + 1] = 255
    return out


def analysed(sample: str) -> tuple[UInt8Array, UInt8Array]:
    """Return a sample's inverse depth and what moves in it, as pictures."""
    photo = cv2.resize(cv2.imread(str(ROOT / "samples" / f"{sample}.jpg")), SIZE)
    analysis = livingstill.analyse(cv2.cvtColor(photo, cv2.COLOR_BGR2RGB))
    depth = analysis.depth().values
    regions = steps.plan_regions(analysis, Shot())
    directions = flow_field.velocities(analysis.rgb, depth, regions, ())
    grey = np.repeat(np.rint(depth * 255).astype(np.uint8)[..., None], 3, axis=2)
    return grey, overlay.draw_overlay(analysis.rgb, regions, directions)


def tinted(rgb: UInt8Array, gains: tuple[float, float, float]) -> UInt8Array:
    """Return a picture with its channels scaled, as a clip that flickers or drifts shows it."""
    return np.clip(rgb * np.array(gains, np.float32), 0, 255).astype(np.uint8)


if __name__ == "__main__":
    lake = frame("lake", 0)
    pictures = {
        "animate-a-photo": lake,
        "camera-and-wind": frame("forest", 20, camera="orbit:amount=1.5", wind="left,6"),
        "depth-and-regions": halves(*analysed("lake")),
        "check-and-rescue": halves(tinted(lake, (0.55, 0.55, 0.55)), lake),
        "hold-and-loop": halves(tinted(lake, (1.25, 1.0, 0.7)), lake),
    }
    for name, rgb in pictures.items():
        bgr = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
        cv2.imwrite(str(FOLDER / f"{name}.jpg"), bgr, [cv2.IMWRITE_JPEG_QUALITY, 88])
