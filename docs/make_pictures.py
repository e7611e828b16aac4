"""Make the pictures of the README from the samples: `python docs/make_pictures.py`."""

from __future__ import annotations

from pathlib import Path

import cv2
import livingstill
import numpy as np
from livingstill.regions import brush, kinds

HERE = Path(__file__).parent
SAMPLES = HERE.parent / "samples"


def main() -> None:
    """Write the loop and what the engine sees in the photo."""
    shot = {"camera": "orbit:amount=0.7", "size": "480x320", "fps": 15, "duration": 4}
    clip = livingstill.animate(SAMPLES / "river.jpg", **shot)
    clip.save(str(HERE / "pictures" / "river.webp"), overwrite=True)

    seen = livingstill.animate(SAMPLES / "river.jpg", camera="static", size="640x426")
    rgb = cv2.resize(clip.photo.rgb, seen.scene.size, interpolation=cv2.INTER_AREA)
    grey = np.round(seen.depth.values * 255).astype(np.uint8)
    depth = cv2.cvtColor(cv2.applyColorMap(grey, cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB)
    ways = brush.directions(rgb, seen.depth.values, seen.regions)
    row = np.hstack([rgb, depth, kinds.overlay(rgb, seen.regions, ways)])
    path = str(HERE / "pictures" / "seen.jpg")
    cv2.imwrite(path, cv2.cvtColor(row, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 88])


if __name__ == "__main__":
    main()
