"""Batches of packed pictures: cut, recoloured and mixed anew each time."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from queue import Queue
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill_training.labels import PERSON, WATER
from livingstill_training.packing import TEACHER_CLASSES, TEACHER_SIDE, Pack

WEIGHTS: dict[str, dict[str, float]] = {
    "classes": {
        "bsds500": 0.13,
        "labelmefacade": 0.06,
        "camvid": 0.02,
        "flood": 0.05,
        "spade_coco": 0.02,
        "ade_coco_taming": 0.10,
        "msrc_v2": 0.11,
        "river_bath": 0.06,
        "fire_smoke": 0.03,
        "human_seg": 0.02,
        "dpst_photos": 0.02,
        "ccp_fashion": 0.005,
        "rural_cn": 0.02,
        "waterscenes": 0.015,
        "sky_matte": 0.005,
        "pool": 0.28,
        "depth": 0.01,
        "renders": 0.06,
    },
    "depth": {
        "bsds500": 0.07,
        "labelmefacade": 0.03,
        "camvid": 0.02,
        "spade_coco": 0.01,
        "depth": 0.11,
        "pseudo": 0.34,
        "own": 0.22,
        "renders": 0.20,
    },
}
"""How often a picture is drawn from each source, by what is learned."""


def cut(
    rng: np.random.Generator,
    photo: NDArray[Any],
    depth: NDArray[Any],
    kind: NDArray[Any],
    size: tuple[int, int],
    taught: NDArray[np.uint8] | None = None,
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[np.uint8]]:
    """Cut a window, turn it a little, perhaps mirror it, and bring it to ``size`` (height, width).

    What a teacher says, (C + 1, 64, 64), is brought to half of ``size``; none is all zero.

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
    soft = _cut_teacher(taught, matrix, (height, width), size)
    if min(scale_x, scale_y) < 0.75:
        photo = cv2.GaussianBlur(photo, (0, 0), 0.4 / min(scale_x, scale_y))
    to = (size[1], size[0])
    border = cv2.BORDER_REFLECT_101
    photo = cv2.warpAffine(photo, matrix, to, flags=cv2.INTER_LINEAR, borderMode=border)
    depth = cv2.warpAffine(depth, matrix, to, flags=cv2.INTER_NEAREST, borderMode=border)
    kind = cv2.warpAffine(kind, matrix, to, flags=cv2.INTER_NEAREST, borderMode=border)
    return photo, depth, kind, soft


def _cut_teacher(
    taught: NDArray[np.uint8] | None,
    matrix: NDArray[np.float64],
    shape: tuple[int, int],
    size: tuple[int, int],
) -> NDArray[np.uint8]:
    """Return a teacher's planes under the affine ``matrix`` of the photo, at half of ``size``."""
    half = (size[0] // 2, size[1] // 2)
    if taught is None:
        return np.zeros((TEACHER_CLASSES + 1, *half), np.uint8)
    whole = np.vstack([matrix, (0, 0, 1)])
    fine_x, fine_y = shape[1] / TEACHER_SIDE, shape[0] / TEACHER_SIDE
    grow = np.array([[fine_x, 0, fine_x / 2 - 0.5], [0, fine_y, fine_y / 2 - 0.5], [0, 0, 1]])
    halve = np.array([[0.5, 0, -0.25], [0, 0.5, -0.25], [0, 0, 1]])
    total = (halve @ whole @ grow)[:2]
    border, to = cv2.BORDER_REFLECT_101, (half[1], half[0])
    return np.stack([cv2.warpAffine(p, total, to, borderMode=border) for p in taught])


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
        gamma = np.exp(rng.normal(0, 0.34))
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


class MadeAhead(ABC):
    """Endless batches, made ahead by a thread of their own once that is begun."""

    def begin(self, ahead: int = 3) -> None:
        """Begin to make so many ahead."""
        self.queue: Queue[Any] = Queue(ahead)
        threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        while True:
            self.queue.put(self.make())

    def __iter__(self) -> Iterator[Any]:
        while True:
            yield self.queue.get()

    @abstractmethod
    def make(self) -> tuple[NDArray[Any], ...]:
        """Return the next batch."""


class Batches(MadeAhead):
    """Batches for one seed, of depth or classes."""

    def __init__(
        self,
        packed: Pack,
        sizes: list[tuple[int, int]],
        count: int,
        seed: int,
        mix: str = "classes",
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
        self.begin(ahead)

    def _chances(self, source: str) -> NDArray[np.float64]:
        """Draw pictures with water more often: there are few."""
        mine = self.packed.by_source[source]
        wet = [self._is_wet(i) for i in mine]
        weights = np.where(wet, 1.0 if source == "flood" else 2.5, 1.0)
        return np.asarray(weights / weights.sum())

    def _is_wet(self, i: int) -> bool:
        taught = self.packed.teacher(i)
        if taught is not None and float((taught[2] > 128).mean()) > 0.03:
            return True
        return float((self.packed[i][2][::8, ::8] == WATER).mean()) > 0.03

    def make(self) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Return photos (N, 3, h, w) uint8, roots and kinds (N, h, w) uint16, teacher's planes uint8."""
        rng = self.rng
        size = self.sizes[int(rng.integers(len(self.sizes)))]
        photos, depths, kinds, softs = [], [], [], []
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
            taught = self.packed.teacher(mine[drawn])
            photo, depth, kind, soft = cut(rng, photo, depth, kind, size, taught)
            photos.append(recolour(rng, photo, like).transpose(2, 0, 1))
            depths.append(depth)
            kinds.append(kind)
            softs.append(soft)
        return np.stack(photos), np.stack(depths), np.stack(kinds), np.stack(softs)
