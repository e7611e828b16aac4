"""Batches for the network of lettering: crops of photos with and without text drawn on them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill_training.batching import MadeAhead, recolour
from livingstill_training.distractors import draw_shapes, draw_texture
from livingstill_training.packing import Pack, read_colours
from livingstill_training.synthetic_text import (
    Picture,
    Rng,
    SyntheticText,
    by_script,
    draw_lettering,
    fonts_in,
)

_SOURCES = {"sharp": 1.0, "pool": 0.4, "labels": 0.3, "depth": 0.2, "renders": 0.1}
"""How often a photo is drawn from large sharp ones without text, from photos without labels, from labelled ones,
from larger ones with depth and from renders."""

_SEEN = 384
"""Long side of the smallest view the network is asked about, pixels: sharp photos are shown so small or larger."""

_TEXTURES, _SHAPES = 0.05, 0.2
"""Shares of crops that are noise, and of those that get shapes which are no letters."""


def sharp_photos(folder: Path) -> list[Picture]:
    """Return the photos of a folder, (h, w, 3) uint8 each, sorted by name; they are to have no text in them."""
    files = sorted(file for file in folder.iterdir() if file.suffix in {".jpg", ".png", ".webp"})
    return [np.ascontiguousarray(read_colours(file)[..., ::-1]) for file in files]


class LetteringBatches(MadeAhead):
    """Batches for one seed; ``fonts`` are folders of fonts to write with.

    ``sharp`` is a folder of large photos without text. As many are drawn on as are left alone, so that
    sharpness tells nothing.
    """

    def __init__(
        self,
        packed: Pack,
        sizes: list[tuple[int, int]],
        count: int,
        seed: int,
        fonts: list[Path],
        sharp: Path | None = None,
    ) -> None:
        self.packed, self.sizes, self.count = packed, sizes, count
        self.rng = np.random.default_rng(seed)
        self.fonts = by_script(fonts_in(fonts))
        found: dict[str, list[int]] = {name: [] for name in _SOURCES}
        for source, mine in packed.by_source.items():
            found[source if source in found else "labels"] += mine
        self.sharp = sharp_photos(sharp) if sharp else []
        found["sharp"] = list(range(len(self.sharp)))
        self.by_source = {name: mine for name, mine in found.items() if mine}
        self.begin()

    def make(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Return photos (N, 3, h, w) uint8, and where lettering is (N, h / 2, w / 2) uint8 as in `SyntheticText`."""
        rng = self.rng
        size = self.sizes[int(rng.integers(len(self.sizes)))]
        made = [self._one(rng, size) for _ in range(self.count)]
        photos = np.stack([one.picture.transpose(2, 0, 1) for one in made])
        return photos, np.stack([one.lettering[::2, ::2] for one in made])

    def _one(self, rng: Rng, size: tuple[int, int]) -> SyntheticText:
        """Return one crop of ``size``: height, width.

        Some are drawn at another size and resized with their lettering, so that this is not told by its
        being sharper than what is behind it.
        """
        scale = float(np.exp(rng.uniform(np.log(0.6), np.log(1.6)))) if rng.random() < 0.5 else 1.0
        inner = (round(size[0] * scale), round(size[1] * scale))
        picture = self._crop(rng, inner)
        if rng.random() < _SHAPES:
            picture = draw_shapes(rng, picture)
        picture, truth = draw_lettering(rng, picture, self.fonts, scale)
        if inner != size:
            how = cv2.INTER_AREA if scale > 1 else cv2.INTER_CUBIC
            picture = np.asarray(cv2.resize(picture, size[::-1], interpolation=how), np.uint8)
            truth = np.asarray(cv2.resize(truth, size[::-1], interpolation=cv2.INTER_NEAREST))
        return SyntheticText(recolour(rng, picture, None), truth)

    def _crop(self, rng: Rng, size: tuple[int, int]) -> Picture:
        """Return a part of a photo, (h, w, 3) uint8, at its own size, enlarged or reduced."""
        if rng.random() < _TEXTURES:
            return draw_texture(rng, size)
        names = list(self.by_source)
        shares = np.array([_SOURCES[name] for name in names])
        source = names[int(rng.choice(len(names), p=shares / shares.sum()))]
        one = self.by_source[source][int(rng.integers(len(self.by_source[source])))]
        photo = self.sharp[one] if source == "sharp" else self.packed[one][0]
        height, width = photo.shape[:2]
        least = max(size[0] / height, size[1] / width)
        smallest, largest = (_SEEN / max(height, width), 1.0) if source == "sharp" else (0.6, 2.0)
        grown = max(least, float(np.exp(rng.uniform(np.log(smallest), np.log(largest)))))
        tall, wide = min(height, round(size[0] / grown)), min(width, round(size[1] / grown))
        top = int(rng.integers(height - tall + 1))
        left = int(rng.integers(width - wide + 1))
        part = photo[top : top + tall, left : left + wide]
        if rng.random() < 0.5:
            part = part[:, ::-1]
        how = cv2.INTER_AREA if grown < 1 else cv2.INTER_CUBIC
        out: Any = cv2.resize(np.ascontiguousarray(part), size[::-1], interpolation=how)
        if grown > 1.3 and rng.random() < 0.7:  # an enlarged photo has lost its finest grain
            soft = cv2.GaussianBlur(out, (0, 0), 0.6 * grown)
            out = cv2.addWeighted(out, 2.2, soft, -1.2, 0)
            grain: Any = rng.standard_normal(out.shape, np.float32) * rng.uniform(2, 12)
            out = cv2.add(out, grain, dtype=cv2.CV_8U)
        return np.asarray(out, np.uint8)
