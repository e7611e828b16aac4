"""Depth, classes and a small clip of a procedural scene: the same on every machine that is in order."""

from __future__ import annotations

import hashlib
import time
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array, InverseDepth, Photo, Region, UInt8Array
from livingstill.jobs.analyse import Analysis, Estimates, analyse
from livingstill.jobs.session import prepare
from livingstill.render.frames import unpack
from livingstill.settings.declare import checked
from livingstill.settings.shot import Shot

EXPECTED = "3b5f5ed4bb5046cf8314a61ae75d97aff3420c5668f648fe80f932329f50bf04"
"""SHA-256 of depth and classes and all frames' RGB bytes; new only when a release changes pixels."""

_WIDTH, _HEIGHT = 480, 320
_HORIZON = 176
_FRAMES = 24


@dataclass(frozen=True, slots=True)
class SelfTest:
    """The outcome: the digest of analysis and ``frames``, and the one this version should give."""

    frames: int
    sha256: str
    expected: str
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether analysis and frames are those that this version should give."""
        return self.sha256 == self.expected

    def as_json(self) -> dict[str, Any]:
        """Return the outcome as `doctor --system --json` prints it."""
        return {**asdict(self), "passed": self.passed}


def run() -> SelfTest:
    """Analyse the scene and render it in memory; return the digest of both.

    The analysis is whatever is estimated from a photo: by the embedded networks, from lines, in the
    picture's edges. The clip has a camera move, water in motion and the filter over time, and is made
    from the depth and the water that were drawn: the network need not see a lake in them.
    """
    start = time.perf_counter()
    rgb, depth, water = scene()
    shot = checked(
        Shot,
        {"camera": "arc", "motion": "water", "duration": _FRAMES / 12, "fps": 12, "size": "source"},
    )
    photo = Photo(rgb, "self-test")
    digest, count = hashlib.sha256(), 0
    for array in _estimated(analyse(photo, shot)):
        digest.update(np.ascontiguousarray(array).data)
    estimates = Estimates(InverseDepth(depth, "self-test"), (Region("water", water),), (0.5, 0.4))
    clip = prepare(photo, shot, estimates=estimates)
    for packed in clip.packed():
        digest.update(np.ascontiguousarray(unpack(packed)).data)
        count += 1
    return SelfTest(count, digest.hexdigest(), EXPECTED, round(time.perf_counter() - start, 3))


def _estimated(analysis: Analysis) -> list[NDArray[np.unsignedinteger[Any]]]:
    """Return the network's depth and probabilities, and the scene's depth and masks, as integers."""
    perception = analysis.perception()
    depths = (perception.inverse_depth, analysis.depth().values)
    steps = [np.round(depth * np.float32(65535)).astype(np.uint16) for depth in depths]
    return [*steps, perception.probabilities, *(region.mask for region in analysis.classes())]


def scene() -> tuple[UInt8Array, Float32Array, UInt8Array]:
    """Return a lake under hills with a post before it, by integer arithmetic alone.

    Returns
    -------
    photo : (320, 480, 3) uint8
    inverse_depth : (320, 480) float32, 1 = nearest
    water : (320, 480) uint8, 255 = water
    """
    y, x = np.mgrid[:_HEIGHT, :_WIDTH].astype(np.int64)
    texture = (x * 7 + y * 13 + (x * x // 5) % 31 + (x * y // 17) % 23) % 32
    ridge = _HORIZON - 24 - abs(x % 160 - 80) // 2 - (x // 7) % 5
    hills = (y >= ridge) & (y < _HORIZON)
    water = y >= _HORIZON
    post = (abs(x - 130) < 14) & (y > 90) & (y < 290)
    rgb = np.stack([90 + y // 3, 140 + y // 4, 220 - y // 5], axis=2)
    rgb[hills] = np.stack([50 + texture, 80 + texture * 2, 45 + texture], axis=2)[hills]
    mirrored = np.clip(2 * _HORIZON - y, 0, _HEIGHT - 1)
    rgb[water] = (rgb[mirrored, x] * 7 // 10 + (texture * (y % 6 < 3))[..., None] // 2)[water]
    rgb[post] = np.stack([120 + texture, 70 + texture, 40 + texture // 2], axis=2)[post]
    depth = np.where(water, 24 + (y - _HORIZON) * 3 // 2, np.where(hills, 20, 0))
    depth = np.where(post, 200, depth)
    static_water = water & ~post
    return (
        np.clip(rgb, 0, 255).astype(np.uint8),
        depth.astype(np.float32) / np.float32(255),
        static_water.astype(np.uint8) * np.uint8(255),
    )
