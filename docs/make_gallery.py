"""Make the loops of the gallery and the README: `python docs/make_gallery.py [NAME... | readme]`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import cv2
import livingstill
from livingstill.media.formats import choose
from livingstill.media.write.encoder import Encoder
from livingstill.photo.read import read_photo
from livingstill.settings.shot_file import load_shot_file

HERE = Path(__file__).parent
SAMPLES = HERE.parent / "samples"
PICTURES = HERE / "pictures"
LONG_SIDE, FPS, SECONDS = 480, 12, 3.5


def shrunk(size: tuple[int, int]) -> tuple[int, int]:
    """Return width and height with the gallery's long side, both even."""
    scale = LONG_SIDE / max(size)
    return 2 * round(size[0] * scale / 2), 2 * round(size[1] * scale / 2)


def loop(shot: Path, target: Path, fps: int = FPS, **changes: Any) -> None:
    """Write the clip of a shot file as a small WebP; ``changes`` are settings that differ."""
    told = load_shot_file(shot)
    photo = read_photo(told.pop("photo"))
    width, height = shrunk(photo.size)
    told |= {"size": f"{width}x{height}", "fps": fps, "duration": SECONDS, **changes}
    target.parent.mkdir(parents=True, exist_ok=True)
    clip = livingstill.animate(photo, **told)
    small = choose(str(target), quality="draft")
    with Encoder(target, clip.framing.size, clip.timeline.fps, small, overwrite=True) as encoder:
        for frame in clip.packed():
            encoder.write(frame)
    report(target)


def still(sample: str, target: Path) -> None:
    """Write the photo itself, as large as its loop."""
    photo = read_photo(SAMPLES / f"{sample}.jpg")
    small = cv2.resize(photo.rgb, shrunk(photo.size), interpolation=cv2.INTER_AREA)
    bgr = cv2.cvtColor(small, cv2.COLOR_RGB2BGR)
    cv2.imwrite(str(target), bgr, [cv2.IMWRITE_JPEG_QUALITY, 90])
    report(target)


def readme() -> None:
    """Write what the README begins with: a photo beside its loop, and a move of the camera."""
    loop(SAMPLES / "river.toml", PICTURES / "river.webp", fps=20)
    still("river", PICTURES / "river.jpg")
    orbit = {"camera": "orbit:amount=1", "duration": 4}
    loop(SAMPLES / "product.toml", PICTURES / "move.webp", fps=20, **orbit)


def report(target: Path) -> None:
    """Say how large a file became."""
    sys.stdout.write(f"{target.name}: {target.stat().st_size // 1000} kB\n")


def main(names: list[str]) -> None:
    """Write a small WebP per shot file, and what the README begins with; or those named."""
    for shot in sorted(SAMPLES.glob("*.toml")):
        if not names or shot.stem in names:
            loop(shot, PICTURES / "gallery" / f"{shot.stem}.webp")
    if not names or "readme" in names:
        readme()


if __name__ == "__main__":
    main(sys.argv[1:])
