"""Make the loops of the gallery from the samples' shot files: `python docs/make_gallery.py [NAME...]`."""

from __future__ import annotations

import sys
from pathlib import Path

import livingstill
from livingstill.media.formats import choose
from livingstill.media.write.encoder import Encoder
from livingstill.photo.read import read_photo
from livingstill.settings.shot_file import load_shot_file

HERE = Path(__file__).parent
SAMPLES = HERE.parent / "samples"
LONG_SIDE, FPS, SECONDS = 480, 12, 3.5


def main(names: list[str]) -> None:
    """Write a small WebP per shot file; what the shot says holds but for size and length."""
    for shot in sorted(SAMPLES.glob("*.toml")):
        if names and shot.stem not in names:
            continue
        told = load_shot_file(shot)
        photo = read_photo(told.pop("photo"))
        scale = LONG_SIDE / max(photo.size)
        width, height = (2 * round(side * scale / 2) for side in photo.size)
        told |= {"size": f"{width}x{height}", "fps": FPS, "duration": SECONDS}
        target = HERE / "pictures" / "gallery" / f"{shot.stem}.webp"
        target.parent.mkdir(parents=True, exist_ok=True)
        clip = livingstill.animate(photo, **told)
        small = choose(str(target), quality="draft")
        with Encoder(
            target, clip.framing.size, clip.timeline.fps, small, overwrite=True
        ) as encoder:
            for frame in clip.packed():
                encoder.write(frame)
        sys.stdout.write(f"{target.name}: {target.stat().st_size // 1000} kB\n")


if __name__ == "__main__":
    main(sys.argv[1:])
