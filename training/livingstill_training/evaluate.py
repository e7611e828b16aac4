"""Measure a network on held-out photos: ``python -m livingstill_training.evaluate --data DIR``.

No torch: what is measured is the file of weights, run as users run it.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from livingstill.core.errors import InputError
from livingstill.core.model import Perception, UInt8Array
from livingstill.network import forward
from livingstill.segmentation.class_probabilities import clean_classes
from numpy.typing import NDArray

Look = Callable[[UInt8Array], Perception]
"""From a photo to what the network says of it."""

CLASS_OF = {"sky": 1, "water": 2, "foliage": 3}
FOUND = 0.001
"""A class counts as found where it covers more than this share of the photo."""

FARTHEST = 0.02
"""Inverse depth, relative to the nearest, that counts as far: ours is capped there, as benchmarks
cap depth, and truth beyond is left out.
"""

INDOOR = ("metric3d_000", "middlebury", "7scenes", "nyu", "adampi_006", "adampi_007")


def class_scores(mask: NDArray[np.bool_], label: NDArray[Any], name: str) -> float | None:
    """Return the IoU of one class on one photo; 0 where it is found and is not there.

    None where it is neither there nor found, so that the photo does not count for this class.
    """
    value = CLASS_OF[name]
    if name != "water" and (label == 254).any():
        return None  # nothing but water was labelled
    known = label != 255
    if name == "foliage":
        known &= label != 253
    there = (label == value) & known
    mask = mask & known
    if not there.any():
        return 0.0 if mask.mean() > FOUND else None
    return float((mask & there).sum() / (mask | there).sum())


def align(ours: NDArray[Any], truth: NDArray[Any]) -> NDArray[Any]:
    """Return ``ours`` with the scale and shift that bring it closest to ``truth``."""
    columns = np.stack([ours, np.ones_like(ours)], 1)
    found = np.linalg.lstsq(columns, truth, rcond=None)[0]
    return np.asarray(columns @ found)


def depth_scores(ours: NDArray[Any], truth: NDArray[Any]) -> tuple[float, float, float]:
    """Return the share of pairs in the right order, AbsRel and delta1 of one photo.

    Both arrays hold inverse depth at the valid pixels only.
    """
    rng = np.random.default_rng(0)
    a, b = rng.integers(len(truth), size=(2, 100_000))
    more, less = np.maximum(truth[a], truth[b]), np.minimum(truth[a], truth[b])
    pair = more > 1.1 * less
    right = np.sign(ours[a] - ours[b])[pair] == np.sign(truth[a] - truth[b])[pair]
    fitted = np.maximum(align(ours, truth), FARTHEST * truth.max())
    ratio = truth / fitted
    ratio = ratio[truth > FARTHEST * truth.max()]
    return (
        float(right.mean()),
        float(np.abs(ratio - 1).mean()),
        float((np.maximum(ratio, 1 / ratio) < 1.25).mean()),
    )


def likeliest(seen: Perception, shape: tuple[int, int]) -> NDArray[Any]:
    """Return the index of the likeliest class at each pixel of the photo."""
    size = (shape[1], shape[0])
    planes = [cv2.resize(p, size, interpolation=cv2.INTER_LINEAR) for p in seen.probabilities]
    return np.asarray(np.argmax(np.stack(planes), 0))


def evaluate(look: Look, data: Path, part: str = "val") -> dict[str, dict[str, float]]:
    """Return the figures of every set and of all photos together."""
    rows: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for file in sorted((data / "labels" / part).glob("*.png")):
        photo, label = _pair(file)
        kinds = likeliest(look(photo), label.shape)
        source = file.stem.rsplit("_", 1)[0]
        masks = {n: kinds == v for n, v in CLASS_OF.items()}
        masks["foliage+grass"] = (kinds == 3) | (kinds == 4)
        for name, mask in masks.items():
            score = class_scores(mask, label, name.split("+")[0])
            if score is not None:
                rows[source][name].append(score)
                rows["all"][name].append(score)
    for file in sorted((data / "depth" / part).glob("*.png")):
        photo, coded = _pair(file)
        inverse = cv2.resize(look(photo).inverse_depth, coded.shape[::-1])
        valid = coded > 0
        scores = depth_scores(inverse[valid].astype(float), coded[valid] / 65535)
        indoor = file.stem.startswith(INDOOR)
        for row in (file.stem, "all", "indoor" if indoor else "outdoor"):
            for name, score in zip(("pairs", "absrel", "delta1"), scores):
                rows[row][name].append(score)
    return {r: {n: float(np.mean(v)) for n, v in c.items()} for r, c in rows.items()}


def table(figures: dict[str, dict[str, float]]) -> str:
    """Return the figures as one table."""
    names = ["sky", "water", "foliage", "foliage+grass", "pairs", "absrel", "delta1"]
    lines = [f"{'set':<22}" + "".join(f"{n:>14}" for n in names)]
    for row, cells in sorted(figures.items(), key=lambda r: r[0] == "all"):
        said = (f"{cells[n]:>14.3f}" if n in cells else f"{'':>14}" for n in names)
        lines.append(f"{row:<22}" + "".join(said))
    return "\n".join(lines)


def _pair(file: Path) -> tuple[UInt8Array, NDArray[Any]]:
    photo = cv2.imread(str(file.with_suffix(".jpg")))
    truth = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
    if photo is None or truth is None:
        raise InputError(f"{file} or its photo cannot be read")
    return np.ascontiguousarray(photo[..., ::-1], np.uint8), truth


def main(arguments: list[str] | None = None) -> None:
    """Print the table of one file of weights."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--data", type=Path, required=True, help="folder with labels/val and depth/val")
    p.add_argument("--depth", type=Path, help="weights of depth; the embedded ones when left out")
    p.add_argument("--classes", type=Path, help="weights of classes; the embedded ones as well")
    p.add_argument("--sizes", type=int, nargs="+", default=forward.CLASS_SIZES["standard"])
    p.add_argument("--depth-sizes", type=int, nargs="+", default=forward.DEPTH_SIZES["standard"])
    p.add_argument("--mirror", action="store_true")
    p.add_argument("--part", default="val")
    options = p.parse_args(arguments)
    given = {"depth": options.depth, "classes": options.classes}
    networks = {
        learned: forward.read(file.read_bytes()) if file else forward.embedded(learned)
        for learned, file in given.items()
    }

    def look(photo: UInt8Array) -> Perception:
        mirror = options.mirror
        inverse = forward.inverse_depth(
            networks["depth"], forward.views(photo, options.depth_sizes), mirror=mirror
        )
        classes = forward.class_probabilities(
            networks["classes"], forward.views(photo, options.sizes), mirror=mirror
        )
        return clean_classes(forward.to_perception(inverse, classes))

    began = time.process_time()
    figures = evaluate(
        look,
        options.data,
        options.part,
    )
    print(table(figures))  # noqa: T201
    print(f"{time.process_time() - began:.0f} CPU-s")  # noqa: T201


if __name__ == "__main__":
    main()
