"""Training pictures packed once into flat files: photo, root inverse depth, classes.

Two things are packed of classes: the set that a label allows at each pixel (`labels`), and what a
teacher says of the photo, coarser, as probabilities.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill_training import labels
from livingstill_training.labels import ANY, OTHER, PERSON

TEACHER_SIDE = 64
"""A teacher's answer is packed as (C + 1, 64, 64): its classes, and where its networks agree."""

TEACHER_CLASSES = 8
"""The first classes of `labels.CLASSES`, which teachers tell apart."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One packed picture: where it came from and where its arrays begin."""

    source: str
    name: str
    height: int
    width: int
    start: int
    teacher: int = -1


def read(file: Path) -> Any:
    """Return the pixels of a picture file as they are stored, colours in OpenCV's order."""
    found = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
    if found is None:
        raise FileNotFoundError(f"{file} cannot be read as a picture")
    return found


def read_colours(file: Path) -> NDArray[Any]:
    """Return a picture file as (H, W, 3) in OpenCV's order, grey ones too, without what is transparent."""
    found = read(file)
    return np.asarray(
        cv2.cvtColor(found, cv2.COLOR_GRAY2BGR) if found.ndim == 2 else found[..., :3]
    )


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


def _read_render(file: Path) -> tuple[NDArray[Any], NDArray[np.uint16], NDArray[np.uint16]] | None:
    """Read one render in either of its two layouts; None for a dull view."""
    table = labels.table(labels.RENDERS)
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


def _add_people(allowed: NDArray[np.uint16], label: NDArray[Any], seen: Any) -> None:
    """Sort what the label calls "other" into people (and animals) and the rest."""
    seen = cv2.resize(seen, label.shape[::-1], interpolation=cv2.INTER_NEAREST)
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9))
    large = cv2.morphologyEx(seen, cv2.MORPH_OPEN, disk[2:7, 2:7])
    rim = cv2.dilate(seen, disk)
    allowed[(label == 0) & (rim == 0)] = OTHER
    allowed[((label == 0) | (label == 255)) & (large > 0)] = PERSON


def _photo_of(label: Path) -> Path:
    """Return the photo beside a label picture."""
    for suffix in (".jpg", ".webp"):
        photo = label.with_suffix(suffix)
        if photo.exists():
            return photo
    raise FileNotFoundError(f"{label} has no photo beside it")


def _labelled(
    folder: Path, side: int, people: Path | None = None, *, fine: bool = False
) -> Iterator[tuple[str, str, list[NDArray[Any]]]]:
    for file in sorted(folder.glob("*.png")):
        source = file.stem.rsplit("_", 1)[0]
        photo, label = read(_photo_of(file))[..., :3], read(file)
        photo, label = _shrink(side, photo, label)
        allowed = labels.table_of(source, fine=fine)[label]
        person = people / file.name if people else None
        if person is not None and person.exists():
            _add_people(allowed, label, read(person))
        yield source, file.stem, [photo, np.zeros(label.shape, np.uint16), allowed]


def _unlabelled(folder: Path, side: int) -> Iterator[tuple[str, str, list[NDArray[Any]]]]:
    for file in sorted(folder.glob("*.webp")):
        (photo,) = _shrink(side, read(file))
        if photo.ndim == 2:
            photo = cv2.cvtColor(photo, cv2.COLOR_GRAY2BGR)
        shape = photo.shape[:2]
        allowed = np.full(shape, ANY, np.uint16)
        yield "pool", file.stem, [photo[..., :3], np.zeros(shape, np.uint16), allowed]


def _deep(
    folder: Path, side: int, source: str = "depth"
) -> Iterator[tuple[str, str, list[NDArray[Any]]]]:
    for file in sorted(folder.glob("*.png")):
        photo, coded = read(_photo_of(file))[..., :3], read(file)
        photo, coded = _shrink(side, photo, coded)
        inverse = coded.astype(np.float32) / 65535
        inverse /= np.percentile(inverse[coded > 0], 99.5)
        indoor = "7scenes" in file.stem
        may = labels.ROOMS if indoor else ANY
        may |= labels.UP_TO_SHIFT if source in {"pseudo", "own"} else 0
        allowed = np.full(coded.shape, may, np.uint16)
        yield source, file.stem, [photo, _words(inverse, coded > 0), allowed]


def _rendered(folders: list[Path]) -> Iterator[tuple[str, str, list[NDArray[Any]]]]:
    for folder in folders:
        for file in sorted(folder.glob("*.jpg")):
            truths = (file.with_suffix(".npz"), file.with_name(file.stem + "_d.png"))
            found = _read_render(file) if any(t.exists() for t in truths) else None
            if found is not None:
                yield "renders", f"{folder.name}/{file.stem}", list(found)


def read_teacher(file: Path) -> NDArray[np.uint8]:
    """Return a teacher's answer, (C + 1, 64, 64) uint8: probabilities, then agreement."""
    with np.load(file) as answer:
        planes = [*answer["p"], answer["agree"]]
    side = (TEACHER_SIDE, TEACHER_SIDE)
    return np.stack([cv2.resize(p, side, interpolation=cv2.INTER_AREA) for p in planes])


def pack(
    data: Path,
    renders: list[Path],
    out: Path,
    people: Path | None = None,
    side: int = 384,
    teacher: Path | None = None,
    pseudo: Path | None = None,
    own: Path | None = None,
) -> int:
    """Write pictures, root inverse depth and classes of all sources; return how many.

    ``data`` holds ``labels/train``, ``labels2``, ``pool``, ``depth/train`` and ``renders``;
    ``renders`` are more folders of rendered pictures; ``people`` holds masks of people and animals
    named as the labels are; ``teacher`` holds a teacher's answers, ``<name>.npz`` of each photo;
    ``pseudo`` holds photos with what another network says of their depth, as ``depth/train`` has them,
    right up to a factor and a shift; ``own`` photos with what the network itself says (`own_depth`).
    """
    out.mkdir(parents=True, exist_ok=True)
    samples: list[dict[str, Any]] = []
    start = taught = 0
    answers = {file.stem: file for file in teacher.rglob("*.npz")} if teacher else {}
    with (
        (out / "photo.u8").open("wb") as photos,
        (out / "depth.u16").open("wb") as depths,
        (out / "kind.u16").open("wb") as kinds,
        (out / "teacher.u8").open("wb") as teachers,
    ):
        sources = (
            _labelled(data / "labels" / "train", side, people),
            _labelled(data / "labels2", side, fine=True),
            _unlabelled(data / "pool", side),
            _deep(data / "depth" / "train", side),
            _rendered([data / "renders", *renders]),
            _deep(pseudo, side, "pseudo") if pseudo else iter(()),
            _deep(own, side, "own") if own else iter(()),
        )
        for source in sources:
            for kind, name, (photo, depth, allowed) in source:
                height, width = depth.shape
                photos.write(np.ascontiguousarray(photo[..., ::-1]).tobytes())
                depths.write(depth.tobytes())
                kinds.write(allowed.astype(np.uint16).tobytes())
                sample = Sample(kind, name, height, width, start)
                if kind != "renders" and name in answers:
                    teachers.write(read_teacher(answers[name]).tobytes())
                    sample = replace(sample, teacher=taught)
                    taught += 1
                if kind != "pool" or sample.teacher >= 0:
                    samples.append(asdict(sample))
                start += height * width
    (out / "index.json").write_text(json.dumps(samples))
    return len(samples)


def is_held_out(name: str) -> bool:
    """Return whether a picture is kept from training, one in twenty by its name: for calibration.

    >>> sum(is_held_out(f"p{i:04}") for i in range(1000))
    54
    """
    return zlib.crc32(name.encode()) % 20 == 0


class Pack:
    """The packed pictures, mapped into memory; ``by_source`` lists those to learn from."""

    def __init__(self, folder: Path) -> None:
        self.samples = [Sample(**s) for s in json.loads((folder / "index.json").read_text())]
        self.photos = np.memmap(folder / "photo.u8", np.uint8, "r")
        self.depths = np.memmap(folder / "depth.u16", np.uint16, "r")
        self.kinds = np.memmap(folder / "kind.u16", np.uint16, "r")
        answers = np.fromfile(folder / "teacher.u8", np.uint8)
        self.answers = answers.reshape(-1, TEACHER_CLASSES + 1, TEACHER_SIDE, TEACHER_SIDE)
        self.by_source: dict[str, list[int]] = {}
        for i, sample in enumerate(self.samples):
            if is_held_out(sample.name):
                continue
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

    def teacher(self, i: int) -> NDArray[np.uint8] | None:
        """Return what a teacher said of a picture, (C + 1, 64, 64) uint8, or None."""
        at = self.samples[i].teacher
        return self.answers[at] if at >= 0 else None
