"""Weights of the detector of lettering: ``python -m livingstill_training.stroke_lines PHOTO...``.

Text is rendered into the photos, which should show none, and a logistic regression is fitted on the rows
of letters that are and that are not of that text. What it prints stands in
``livingstill/segmentation/stroke_lines.py``.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from livingstill.core.model import Float32Array, UInt8Array
from livingstill.finish import typefaces
from livingstill.imaging import image
from livingstill.segmentation.evidence import FINE
from livingstill.segmentation.letters import Numbers, letters_of
from livingstill.segmentation.stroke_lines import LEVELS, contrasts, terms
from livingstill.segmentation.text_rows import rows_of
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy.optimize import minimize

TEXTS = (
    "LAKESIDE HOUSE", "For sale", "21.07.2019 14:32", "© Photo Agency", "Grand Hotel Bellevue", "SAMPLE",
    "Copyright 2021 J. Smith", "'98 7 12", "www.example.com", "Morning by the river", "ОЗЕРО УТРОМ",
    "Καλημέρα κόσμε", "2021-08-14", "Preview only",
)  # fmt: skip
COLOURS = (
    "white", "yellow", "#ff8c00", "#ff2828", "black", "#141414", "#00dcff", "#3cff3c", "#1e3cdc",
    "#808080", "#ffc8dc",
)  # fmt: skip
OPACITIES = (1.0, 1.0, 0.8, 0.5, 0.35)
SIZES = (14, 18, 24, 32, 48, 72)
LAYOUTS = ("across", "across", "turned", "stacked", "slanted")

_RIDGE = 0.5
"""Weight of the squares of the standardised coefficients."""


class Rendered(NamedTuple):
    """A picture with text, (h, w, 3) uint8; coverage of the text, (h, w) float32; contrast in levels."""

    picture: UInt8Array
    coverage: Float32Array
    contrast: float


def render_text(photo: UInt8Array, seed: int) -> Rendered:
    """Return a photo with a line of text whose words, font, colour, opacity and place are drawn.

    Parameters
    ----------
    photo : (h, w, 3) uint8
    seed : the same seed draws the same line
    """
    rng = np.random.default_rng(seed)

    def draw(options: Sequence[str | float]) -> str | float:
        return options[int(rng.integers(len(options)))]

    words, layout, size = str(draw(TEXTS)), str(draw(LAYOUTS)), int(draw(SIZES))
    colour, opacity = str(draw(COLOURS)), float(draw(OPACITIES))
    face = typefaces.load(None, str(draw((typefaces.TITLE_FONT, typefaces.TEXT_FONT))))
    turn = {"turned": 90 * float(draw((1, 3))), "slanted": float(rng.integers(-60, 60))}
    height, width = photo.shape[:2]
    while True:
        page = _page(words, layout, face.font(size, ImageFont.Layout.BASIC), size)
        page = page.rotate(turn.get(layout, 0.0), expand=True, resample=Image.Resampling.BICUBIC)
        page = page.crop(page.getbbox())
        if page.width < width - 8 and page.height < height - 8:
            break
        size = int(size * 0.8)
    left, top = rng.integers(4, width - page.width - 3), rng.integers(4, height - page.height - 3)
    coverage = Image.new("L", (width, height))
    coverage.paste(page, (int(left), int(top)))
    share = np.asarray(coverage, np.float32) / np.float32(255)
    ink = np.array(Image.new("RGB", (1, 1), colour).getpixel((0, 0)), np.float32)
    out = photo + (ink - photo) * (share * np.float32(opacity))[..., None]
    contrast = np.abs(out - photo).max(axis=2)[share > 0.5].mean()
    return Rendered(np.rint(out).astype(np.uint8), share, float(contrast))


def _page(words: str, layout: str, font: ImageFont.FreeTypeFont, size: int) -> Image.Image:
    """Return the coverage of a line of text, or of its first word with its letters one below another."""
    if layout == "stacked":
        letters = words.split(maxsplit=1)[0][:10]
        page = Image.new("L", (2 * size, int(1.25 * size) * len(letters) + 10))
        for i, letter in enumerate(letters):
            place = (size, 5 + i * int(1.25 * size))
            ImageDraw.Draw(page).text(place, letter, fill=255, font=font, anchor="ma")
        return page
    _, _, right, bottom = font.getbbox(words)
    page = Image.new("L", (int(right) + 8, int(bottom) + 8))
    ImageDraw.Draw(page).text((4, 4), words, fill=255, font=font)
    return page


def rows(picture: UInt8Array, coverage: Float32Array | None) -> Iterator[tuple[Numbers, Numbers]]:
    """Yield features of the rows in a picture, and the share of each row's length that is on text."""
    for _, contrast in contrasts(picture):
        text = _text_at(contrast.shape, coverage)
        for level in LEVELS:
            letters = letters_of(contrast, level)
            found = rows_of(letters) if letters is not None else None
            if found is not None:
                yield found.features, _share_on(text, found.corners)


def _text_at(shape: tuple[int, ...], coverage: Float32Array | None) -> UInt8Array:
    """Return (h, w) uint8, 1 on text and a little around it in a reduction of ``shape``."""
    if coverage is None:
        return np.zeros(shape, np.uint8)
    ink = image.mask_at(coverage, shape, 0.4).astype(np.uint8)
    return np.asarray(cv2.dilate(ink, np.ones((9, 9), np.uint8)), np.uint8)


def _share_on(text: UInt8Array, corners: Numbers) -> Numbers:
    """Return the share of the middle lines of rows, (m, 4, 2) corners, that is on ``text``."""
    first, last = (corners[:, i : i + 2].mean(axis=1)[:, None] for i in (0, 2))
    along = np.linspace(0.1, 0.9, 15)[None, :, None]
    place = np.rint(first + (last - first) * along).astype(np.int64)
    place = np.clip(place, 0, np.array(text.shape[::-1]) - 1)
    return np.asarray(text[place[..., 1], place[..., 0]].mean(axis=1), np.float64)


def fit(features: Numbers, is_text: NDArray[np.bool_]) -> tuple[Numbers, float]:
    """Return weights and bias of a logistic regression on the terms of rows' features."""
    values = terms(features)
    centre, scale = values.mean(axis=0), values.std(axis=0)
    design = np.concatenate([(values - centre) / scale, np.ones((len(values), 1))], axis=1)
    sign = np.where(is_text, 1.0, -1.0)

    def loss(weights: Numbers) -> tuple[float, Numbers]:
        margin = np.clip(design @ weights * sign, -50, 50)
        gradient = design.T @ (-sign / (1 + np.exp(margin)))
        ridge = np.r_[weights[:-1], 0]
        return float(np.log1p(np.exp(-margin)).sum() + _RIDGE * (ridge @ ridge)), gradient + (
            2 * _RIDGE * ridge
        )

    found = minimize(loss, np.zeros(design.shape[1]), jac=True, method="L-BFGS-B").x
    weights = found[:-1] / scale
    return weights, float(found[-1] - weights @ centre)


def main(argv: Sequence[str] | None = None) -> None:
    """Fit on the photos that are named, and print the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", nargs="+", type=Path, help="photos without lettering")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args(argv)
    features, shares = [], []
    for number, file in enumerate(arguments.photos):
        with Image.open(file) as opened:
            photo = image.downscale(np.asarray(opened.convert("RGB")), FINE)
        picture, coverage, _ = render_text(photo, arguments.seed + number)
        for found in (rows(photo, None), rows(picture, coverage)):
            for some, share in found:
                features.append(some)
                shares.append(share)
    share = np.concatenate(shares)
    clear = (share == 0) | (share > 0.85)
    weights, bias = fit(np.concatenate(features)[clear], share[clear] > 0.85)
    print(", ".join(f"{weight:.2f}" for weight in weights))  # noqa: T201
    print(f"{bias:.2f}")  # noqa: T201


if __name__ == "__main__":
    main()
