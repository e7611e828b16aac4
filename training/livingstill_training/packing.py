"""Training pictures packed once into flat files: photo, root inverse depth, allowed classes.

Every pixel carries the *set* of classes it may be, as bits, because the sources say different
things: a photo labelled "foliage" may show leaves or grass, "not water" leaves all the rest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

OTHER, SKY, WATER, FOLIAGE, GRASS, PERSON = (1 << k for k in range(6))
ANY = 63

LABEL_SETS = {0: OTHER | PERSON, 1: SKY, 2: WATER, 3: FOLIAGE | GRASS}
LABEL_SETS |= {253: ANY & ~(SKY | WATER), 254: ANY & ~WATER, 255: ANY}
"""What the label pictures of real photos allow."""

RENDER_SETS = {0: OTHER, 1: SKY, 2: WATER, 3: FOLIAGE, 4: OTHER | PERSON, 5: GRASS}
"""What the class pictures of renders allow (4 is cloth or a mannequin)."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One packed picture: where it came from and where its arrays begin."""

    source: str
    name: str
    height: int
    width: int
    start: int


def _table(sets: dict[int, int]) -> NDArray[np.uint8]:
    table = np.full(256, ANY, np.uint8)
    for value, allowed in sets.items():
        table[value] = allowed
    return table


def read(file: Path) -> Any:
    """Return the pixels of a picture file as they are stored, colours in OpenCV's order."""
    found = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
    if found is None:
        raise FileNotFoundError(f"{file} cannot be read as a picture")
    return found


def _shrink(side: int, *pictures: NDArray[Any]) -> list[NDArray[Any]]:
    """Bring pictures of one scene to at most ``side`` pixels; the first is a photo."""
    height, width = pictures[0].shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return list(pictures)
    size = (round(width * scale), round(height * scale))
    first = cv2.resize(pictures[0], size, interpolation=cv2.INTER_AREA)
    rest = [cv2.resize(p, size, interpolation=cv2.INTER_NEAREST) for p in pictures[1:]]
    return [first, *rest]


def _words(inverse: NDArray[Any], valid: NDArray[np.bool_]) -> NDArray[np.uint16]:
    """Inverse depth in 0..1 as uint16 of its root: 0 unknown, 1 infinitely far, 65535 nearest."""
    root = np.sqrt(np.clip(inverse, 0, 1))
    return np.where(valid, 1 + np.round(root * 65534), 0).astype(np.uint16)


def _read_render(file: Path) -> tuple[NDArray[Any], NDArray[np.uint16], NDArray[np.uint8]] | None:
    """Read one render in either of its two layouts; None for a dull view."""
    table = _table(RENDER_SETS)
    photo = read(file)
    truth = file.with_suffix(".npz")
    if truth.exists():
        with np.load(truth) as both:
            depth = both["z"].astype(np.float32)
            kinds = both["cls"]
        inverse = np.where(np.isfinite(depth), 1 / np.maximum(depth, 0.05), 0)
        nearest = np.percentile(inverse[inverse > 0], 99.5) if (inverse > 0).any() else 1.0
        inverse = inverse / nearest
    else:
        coded = read(file.with_name(file.stem + "_d.png"))
        kinds = read(file.with_name(file.stem + "_c.png"))
        inverse = (coded.astype(np.float32) / 255) ** 2
    inverse = np.where(kinds == 1, 0, inverse)
    spread = np.percentile(inverse, 95) - np.percentile(inverse, 5)
    detail = cv2.Laplacian(cv2.cvtColor(photo, cv2.COLOR_BGR2GRAY), cv2.CV_32F).std()
    if spread < 0.12 or detail < 3:
        return None
    lawn = (kinds == 5).astype(np.uint8)
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9))
    kinds[(cv2.morphologyEx(lawn, cv2.MORPH_CLOSE, disk) > 0) & (kinds == 0)] = 5
    return photo, _words(inverse, np.ones(inverse.shape, bool)), table[kinds]


def _add_people(allowed: NDArray[np.uint8], label: NDArray[Any], seen: Any) -> None:
    """Sort what the label calls "other" into people (and animals) and the rest."""
    seen = cv2.resize(seen, label.shape[::-1], interpolation=cv2.INTER_NEAREST)
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9))
    large = cv2.morphologyEx(seen, cv2.MORPH_OPEN, disk[2:7, 2:7])
    rim = cv2.dilate(seen, disk)
    allowed[(label == 0) & (rim == 0)] = OTHER
    allowed[((label == 0) | (label == 255)) & (large > 0)] = PERSON


def _labelled(
    folder: Path, side: int, people: Path | None
) -> Iterator[tuple[str, str, list[NDArray[Any]]]]:
    table = _table(LABEL_SETS)
    for file in sorted(folder.glob("*.png")):
        source = file.stem.rsplit("_", 1)[0]
        photo, label = read(file.with_suffix(".jpg")), read(file)
        photo, label = _shrink(side, photo, label)
        allowed = table[label]
        seen = people / file.name if people else None
        if seen is not None and seen.exists():
            _add_people(allowed, label, read(seen))
        yield source, file.stem, [photo, np.zeros(label.shape, np.uint16), allowed]


def _deep(folder: Path, side: int) -> Iterator[tuple[str, str, list[NDArray[Any]]]]:
    for file in sorted(folder.glob("*.png")):
        photo, coded = read(file.with_suffix(".jpg")), read(file)
        photo, coded = _shrink(side, photo, coded)
        inverse = coded.astype(np.float32) / 65535
        inverse /= np.percentile(inverse[coded > 0], 99.5)
        indoor = "7scenes" in file.stem
        allowed = np.full(coded.shape, OTHER | PERSON if indoor else ANY, np.uint8)
        yield "depth", file.stem, [photo, _words(inverse, coded > 0), allowed]


def _rendered(folders: list[Path]) -> Iterator[tuple[str, str, list[NDArray[Any]]]]:
    for folder in folders:
        for file in sorted(folder.glob("*.jpg")):
            truths = (file.with_suffix(".npz"), file.with_name(file.stem + "_d.png"))
            found = _read_render(file) if any(t.exists() for t in truths) else None
            if found is not None:
                yield "renders", f"{folder.name}/{file.stem}", list(found)


def pack(
    data: Path, renders: list[Path], out: Path, people: Path | None = None, side: int = 384
) -> int:
    """Write pictures, root inverse depth and allowed classes of all sources; return how many.

    ``data`` holds ``labels/train``, ``depth/train`` and ``renders``; ``renders`` are more folders
    of rendered pictures; ``people`` holds masks of people and animals named as the labels are.
    """
    out.mkdir(parents=True, exist_ok=True)
    samples: list[dict[str, Any]] = []
    start = 0
    with (
        (out / "photo.u8").open("wb") as photos,
        (out / "depth.u16").open("wb") as depths,
        (out / "kind.u8").open("wb") as kinds,
    ):
        sources = (
            _labelled(data / "labels" / "train", side, people),
            _deep(data / "depth" / "train", side),
            _rendered([data / "renders", *renders]),
        )
        for source in sources:
            for kind, name, (photo, depth, allowed) in source:
                height, width = depth.shape
                photos.write(np.ascontiguousarray(photo[..., ::-1]).tobytes())
                depths.write(depth.tobytes())
                kinds.write(allowed.tobytes())
                samples.append(
                    {"source": kind, "name": name, "height": height, "width": width, "start": start}
                )
                start += height * width
    (out / "index.json").write_text(json.dumps(samples))
    return len(samples)


class Pack:
    """The packed pictures, mapped into memory."""

    def __init__(self, folder: Path) -> None:
        self.samples = [Sample(**s) for s in json.loads((folder / "index.json").read_text())]
        self.photos = np.memmap(folder / "photo.u8", np.uint8, "r")
        self.depths = np.memmap(folder / "depth.u16", np.uint16, "r")
        self.kinds = np.memmap(folder / "kind.u8", np.uint8, "r")
        self.by_source: dict[str, list[int]] = {}
        for i, sample in enumerate(self.samples):
            self.by_source.setdefault(sample.source, []).append(i)

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, i: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Return photo (H, W, 3), root inverse depth (H, W) uint16 and allowed classes (H, W)."""
        s = self.samples[i]
        n = s.height * s.width
        photo = self.photos[3 * s.start : 3 * (s.start + n)].reshape(s.height, s.width, 3)
        depth = self.depths[s.start : s.start + n].reshape(s.height, s.width)
        kind = self.kinds[s.start : s.start + n].reshape(s.height, s.width)
        return np.asarray(photo), np.asarray(depth), np.asarray(kind)
