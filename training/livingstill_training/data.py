"""Training pictures: packed once into flat files, then cut, coloured and mixed anew each time.

Every pixel carries the *set* of classes it may be, as bits, because the sources say different
things: a photo labelled "foliage" may show leaves or grass, "not water" leaves all the rest.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
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

WEIGHTS: dict[str, dict[str, float]] = {
    "both": {
        "bsds500": 0.24,
        "labelmefacade": 0.13,
        "camvid": 0.06,
        "flood": 0.08,
        "spade_coco": 0.03,
        "depth": 0.04,
        "renders": 0.42,
    },
    "kind": {
        "bsds500": 0.38,
        "labelmefacade": 0.20,
        "camvid": 0.09,
        "flood": 0.10,
        "spade_coco": 0.05,
        "depth": 0.01,
        "renders": 0.17,
    },
    "depth": {
        "bsds500": 0.10,
        "labelmefacade": 0.06,
        "camvid": 0.03,
        "spade_coco": 0.01,
        "depth": 0.09,
        "renders": 0.71,
    },
}
"""How often a picture is drawn from each source, when both heads learn or one of them."""


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


def cut(
    rng: np.random.Generator,
    photo: NDArray[Any],
    depth: NDArray[Any],
    kind: NDArray[Any],
    size: tuple[int, int],
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Cut a window, turn it a little, perhaps mirror it, and bring it to ``size`` (height, width).

    Half of the windows are nearly the whole picture, because that is what the product sees; the
    horizon stays within a few degrees of level.
    """
    height, width = depth.shape
    part = rng.uniform(0.85, 1.0) if rng.random() < 0.5 else rng.uniform(0.45, 0.95)
    aspect = size[1] / size[0] * np.exp(rng.uniform(-0.22, 0.22))
    tall = min(height, width / aspect) * part
    wide = tall * aspect
    left = rng.uniform(0, max(width - wide, 0))
    top = rng.uniform(0, max(height - tall, 0))
    scale_x, scale_y = size[1] / wide, size[0] / tall
    angle = np.deg2rad(rng.normal(0, 2)) if rng.random() < 0.4 else 0.0
    cos, sin = np.cos(angle), np.sin(angle)
    centre = np.array([left + wide / 2, top + tall / 2])
    turn = np.diag([scale_x, scale_y]) @ np.array([[cos, -sin], [sin, cos]])
    if rng.random() < 0.5:
        turn = np.diag([-1.0, 1.0]) @ turn
    shift = np.array([size[1] / 2, size[0] / 2]) - turn @ centre
    matrix = np.hstack([turn, shift[:, None]])
    if min(scale_x, scale_y) < 0.75:
        photo = cv2.GaussianBlur(photo, (0, 0), 0.4 / min(scale_x, scale_y))
    to = (size[1], size[0])
    border = cv2.BORDER_REFLECT_101
    photo = cv2.warpAffine(photo, matrix, to, flags=cv2.INTER_LINEAR, borderMode=border)
    depth = cv2.warpAffine(depth, matrix, to, flags=cv2.INTER_NEAREST, borderMode=border)
    kind = cv2.warpAffine(kind, matrix, to, flags=cv2.INTER_NEAREST, borderMode=border)
    return photo, depth, kind


def recolour(rng: np.random.Generator, photo: NDArray[Any], like: NDArray[Any] | None) -> Any:
    """Change light, colour, sharpness, grain and compression; ``like`` lends its palette."""
    x: Any = photo
    if like is None and rng.random() < 0.3:
        return x
    if like is not None:
        lab = cv2.cvtColor(x, cv2.COLOR_RGB2LAB).astype(np.float32)
        there = cv2.cvtColor(cv2.resize(like, (64, 64)), cv2.COLOR_RGB2LAB).astype(np.float32)
        mean, spread = lab.mean((0, 1)), lab.std((0, 1)) + 3
        to_mean, to_spread = there.mean((0, 1)), there.std((0, 1)) + 3
        much = rng.uniform(0.3, 1.0)
        gain = 1 + much * (np.clip(to_spread / spread, 0.5, 2) - 1)
        lab = (lab - mean) * gain + mean + much * (to_mean - mean)
        x = cv2.cvtColor(np.clip(lab, 0, 255).astype(np.uint8), cv2.COLOR_LAB2RGB)
    if rng.random() < 0.85:
        ramp = np.arange(256) / 255
        gamma = np.exp(rng.normal(0, 0.28))
        contrast, offset = rng.uniform(0.7, 1.3), rng.uniform(-0.12, 0.12)
        gains = np.exp(rng.normal(0, 0.07, 3))
        tables = np.clip(((ramp**gamma)[:, None] - 0.5) * contrast + 0.5 + offset, 0, 1) * gains
        table = np.clip(tables * 255, 0, 255).astype(np.uint8)[None]
        x = cv2.LUT(x, table)
    if rng.random() < 0.5:
        grey = cv2.cvtColor(cv2.cvtColor(x, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        much = 0.0 if rng.random() < 0.08 else rng.uniform(0.3, 1.5)
        x = cv2.addWeighted(x, much, grey, 1 - much, 0)
    if rng.random() < 0.25:
        hue = cv2.cvtColor(x, cv2.COLOR_RGB2HSV)
        hue[..., 0] = (hue[..., 0].astype(np.int16) + rng.integers(-9, 10)) % 180
        x = cv2.cvtColor(hue, cv2.COLOR_HSV2RGB)
    if rng.random() < 0.3:
        x = cv2.GaussianBlur(x, (0, 0), rng.uniform(0.3, 1.6))
    elif rng.random() < 0.2:
        soft = cv2.GaussianBlur(x, (0, 0), 1.2)
        x = cv2.addWeighted(x, 1.8, soft, -0.8, 0)
    if rng.random() < 0.4:
        grain = rng.standard_normal(x.shape, np.float32) * np.float32(rng.uniform(1, 12))
        x = cv2.add(x, grain, dtype=cv2.CV_8U)
    if rng.random() < 0.4:
        good, coded = cv2.imencode(".jpg", x, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 95))])
        x = cv2.imdecode(coded, cv2.IMREAD_COLOR) if good else x
    return x


def figure_of(
    photo: NDArray[Any], kind: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any], bool] | None:
    """Return the person or animal of a photo, its mask, and whether the lower edge cuts it."""
    mask = (kind == PERSON).astype(np.uint8)
    if not 0.02 < mask.mean() < 0.6:
        return None
    count, parts, stats, _ = cv2.connectedComponentsWithStats(mask)
    best = 1 + int(np.argmax(stats[1:count, cv2.CC_STAT_AREA]))
    x, y, w, h, area = (int(v) for v in stats[best])
    if area < 0.015 * mask.size or h < 24:
        return None
    mask = (parts[y : y + h, x : x + w] == best).astype(np.uint8) * 255
    return photo[y : y + h, x : x + w], mask, y + h >= len(kind) - 3


def paste(
    rng: np.random.Generator,
    scene: tuple[NDArray[Any], NDArray[Any], NDArray[Any]],
    figure: tuple[NDArray[Any], NDArray[Any], bool],
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Stand a figure cut from a photo in a rendered scene, as far away as the ground it stands on."""
    photo, depth, kind = (a.copy() for a in scene)
    look, mask, is_cut = figure
    height, width = depth.shape
    tall = int(height * (rng.uniform(0.45, 1.0) if is_cut else rng.uniform(0.12, 0.7)))
    wide = max(int(look.shape[1] * tall / look.shape[0]), 4)
    if tall < 16 or wide >= width:
        return scene
    look = cv2.resize(look, (wide, tall), interpolation=cv2.INTER_AREA)
    mask = cv2.resize(mask, (wide, tall), interpolation=cv2.INTER_AREA)
    if rng.random() < 0.5:
        look, mask = look[:, ::-1], mask[:, ::-1]
    foot = height if is_cut else int(rng.integers(max(tall, height // 2), height + 1))
    left = int(rng.integers(0, width - wide))
    ground = depth[foot - 1, left : left + wide]
    if (ground <= 1).any():
        return scene
    near = int(np.percentile(ground, 80))
    if is_cut:
        near = min(int(near * rng.uniform(1.0, 1.5)), 65535)
    part = (slice(foot - tall, foot), slice(left, left + wide))
    alpha = cv2.GaussianBlur(mask, (0, 0), 0.7).astype(np.float32)[..., None] / 255
    inside = (mask > 127) & (depth[part] <= near * 1.05)
    alpha = alpha * cv2.dilate(inside.astype(np.uint8), np.ones((3, 3), np.uint8))[..., None]
    photo[part] = (photo[part] * (1 - alpha) + look * alpha).astype(np.uint8)
    depth[part][inside] = near
    kind[part][inside] = PERSON
    return photo, depth, kind


class Batches:
    """Endless batches for one seed, made ahead by a thread of their own."""

    def __init__(
        self,
        packed: Pack,
        sizes: list[tuple[int, int]],
        count: int,
        seed: int,
        mix: str = "both",
        ahead: int = 3,
    ) -> None:
        self.packed, self.sizes, self.count = packed, sizes, count
        self.rng = np.random.default_rng(seed)
        names = [n for n in WEIGHTS[mix] if packed.by_source.get(n)]
        shares = np.array([WEIGHTS[mix][n] for n in names])
        self.names, self.shares = names, shares / shares.sum()
        self.chances = {n: self._chances(n) for n in names}
        self.real = [i for n in names if n != "renders" for i in packed.by_source[n]]
        likely = packed.by_source.get("bsds500", []) + packed.by_source.get("spade_coco", [])
        found = (figure_of(p, k) for p, _, k in (packed[i] for i in likely))
        self.figures = [f for f in found if f is not None]
        self.queue: Queue[Any] = Queue(ahead)
        threading.Thread(target=self._work, daemon=True).start()

    def _chances(self, source: str) -> NDArray[np.float64]:
        """Draw pictures with water more often: there are few."""
        mine = self.packed.by_source[source]
        wet = [float((self.packed[i][2][::8, ::8] == WATER).mean()) > 0.03 for i in mine]
        weights = np.where(wet, 1.0 if source == "flood" else 2.5, 1.0)
        return np.asarray(weights / weights.sum())

    def _work(self) -> None:
        while True:
            self.queue.put(self.make())

    def __iter__(self) -> Iterator[Any]:
        while True:
            yield self.queue.get()

    def make(self) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Return photos (N, 3, h, w) uint8, roots (N, h, w) uint16, kinds (N, h, w) uint8."""
        rng = self.rng
        size = self.sizes[int(rng.integers(len(self.sizes)))]
        photos, depths, kinds = [], [], []
        for _ in range(self.count):
            source = self.names[int(rng.choice(len(self.names), p=self.shares))]
            mine = self.packed.by_source[source]
            drawn = int(rng.choice(len(mine), p=self.chances[source]))
            photo, depth, kind = self.packed[mine[drawn]]
            like = None
            if source == "renders" and self.real and rng.random() < 0.5:
                like = self.packed[self.real[int(rng.integers(len(self.real)))]][0]
            if source == "renders" and self.figures and rng.random() < 0.2:
                figure = self.figures[int(rng.integers(len(self.figures)))]
                photo, depth, kind = paste(rng, (photo, depth, kind), figure)
            photo, depth, kind = cut(rng, photo, depth, kind, size)
            photos.append(recolour(rng, photo, like).transpose(2, 0, 1))
            depths.append(depth)
            kinds.append(kind)
        return np.stack(photos), np.stack(depths), np.stack(kinds)
