"""The frames of a loop's transition: one run of pictures carried into another along dense flow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from livingstill.core.model import Float32Array, UInt8Array
from livingstill.imaging.dense_flow import dis_flow, look_up, pixel_grid, round_trip_error
from livingstill.imaging.image import reduced_size

_FLOW_SIDE = 512
"""Pixels of the long side at which flow is estimated."""
_UNEXPLAINED, _EXPLAINED = 0.75, 0.4
"""Share of a difference that a flow may leave: above the first it is not believed, below the second
it is. A flow between textures that differ leaves more than half."""
_ERROR_SIGMA, _CONFIDENCE_SIGMA = 2.5, 8.0
_FIXED_POINT_ROUNDS = 4
_DETAIL_SIGMA, _ENERGY_SIGMA = 3.0, 8.0
"""Pixels: what counts as detail, and over what its energy is averaged."""
_MAX_GAIN = 1.5
_NOISE_ENERGY = 1.0

_GHOST_SIDE, _GHOST_LEVELS, _GHOST_FROM = 128, 24.0, 0.25
"""Where two pictures that are faded count as seen through each other: by how many levels they differ
in a picture of so many pixels, from and up to which share of the fade."""


@dataclass(frozen=True, slots=True, eq=False)
class _Flow:
    """Flows (h, w, 2) between two pictures, each multiplied by its confidence, and these (h, w)."""

    forward: Float32Array
    backward: Float32Array
    forward_confidence: Float32Array
    backward_confidence: Float32Array


class Transition:
    """The frames that lead from ``leaving`` to ``arriving``, as many as each has: an iterable.

    Frame k lies between ``leaving[k]`` and ``arriving[k]``, which are carried towards each other
    along the flow between them, by their share of the way, and cross-faded. The flows are averaged over
    neighbouring frames, so that they do not flicker. Where flow does not explain the difference,
    or forward and backward flow disagree, the pictures only fade. After an iteration ``ghost`` is
    the largest share of a frame where the two are visibly seen through each other.
    """

    def __init__(self, leaving: Sequence[UInt8Array], arriving: Sequence[UInt8Array]) -> None:
        self._pairs = list(zip(leaving, arriving, strict=True))
        self.ghost = 0.0

    def __iter__(self) -> Iterator[UInt8Array]:
        flows = [_flow(*pair) for pair in self._pairs]
        count = len(flows)
        for index, (leaving, arriving) in enumerate(self._pairs):
            t = share(index, count)
            start, end = _carried(leaving, arriving, _averaged(flows, index), t)
            if _GHOST_FROM <= t <= 1 - _GHOST_FROM:
                self.ghost = max(self.ghost, _ghost(start, end))
            yield _with_energy(start * (1 - t) + end * t, start, end, t)


def share(index: int, count: int) -> float:
    """Return how far frame ``index`` of ``count`` is on its way, 0 to 1, at rest at both ends.

    >>> [round(share(k, 3), 3) for k in range(3)]
    [0.156, 0.5, 0.844]
    """
    linear = (index + 1) / (count + 1)
    return linear * linear * (3 - 2 * linear)


def _flow(leaving: UInt8Array, arriving: UInt8Array) -> _Flow:
    size = reduced_size(leaving.shape, _FLOW_SIDE, 16)
    first, second = _luma(leaving, size), _luma(arriving, size)
    forward, backward = dis_flow(first, second)
    there = _confidence(first, second, forward, backward)
    back = _confidence(second, first, backward, forward)
    return _Flow(forward * there[..., None], backward * back[..., None], there, back)


def _luma(picture: UInt8Array, size: tuple[int, int]) -> UInt8Array:
    small = cv2.resize(np.ascontiguousarray(picture), size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)


def _confidence(
    first: UInt8Array, second: UInt8Array, flow: Float32Array, reverse: Float32Array
) -> Float32Array:
    """Return (h, w) float32 0..1, how far the flow from ``first`` to ``second`` explains their difference."""
    x, y = pixel_grid(flow.shape)
    target = first.astype(np.float32)
    carried = look_up(second, x + flow[..., 0], y + flow[..., 1])
    left, before = (
        cv2.GaussianBlur(np.abs(target - picture), (0, 0), _ERROR_SIGMA)
        for picture in (carried, second)
    )
    explained = (_UNEXPLAINED - left / (before + 0.5)) / (_UNEXPLAINED - _EXPLAINED)
    confidence = np.clip(explained, 0, 1) * (1 - round_trip_error(flow, reverse))
    return np.asarray(cv2.GaussianBlur(confidence, (0, 0), _CONFIDENCE_SIGMA), np.float32)


def _averaged(flows: Sequence[_Flow], index: int) -> _Flow:
    """Return the mean of the flows around ``index``, the nearest counting most."""
    reach = max(1, len(flows) // 4)
    near = range(max(0, index - reach), min(len(flows), index + reach + 1))
    weights = [1 - abs(at - index) / (reach + 1) for at in near]
    total = sum(weights)

    def mean(name: str) -> Float32Array:
        parts = (getattr(flows[at], name) * np.float32(w / total) for at, w in zip(near, weights))
        return np.asarray(sum(parts), np.float32)

    return _Flow(*map(mean, _Flow.__slots__))


def _carried(
    leaving: UInt8Array, arriving: UInt8Array, flow: _Flow, t: float
) -> tuple[Float32Array, Float32Array]:
    """Return both pictures carried to where they meet at ``t`` (0..1) of the way."""
    displacement = cv2.resize(
        _displacement(flow, t), leaving.shape[1::-1], interpolation=cv2.INTER_LINEAR
    )
    scale = leaving.shape[1] / flow.forward.shape[1], leaving.shape[0] / flow.forward.shape[0]
    u, v = displacement[..., 0] * np.float32(scale[0]), displacement[..., 1] * np.float32(scale[1])
    x, y = pixel_grid(leaving.shape)
    start = look_up(leaving, x - t * u, y - t * v, cv2.INTER_CUBIC)
    end = look_up(arriving, x + (1 - t) * u, y + (1 - t) * v, cv2.INTER_CUBIC)
    return start, end


def _ghost(start: Float32Array, end: Float32Array) -> float:
    """Return the share of the frame where two pictures differ visibly beyond fine texture."""
    size = reduced_size(start.shape, _GHOST_SIDE, 4)
    apart = cv2.resize((start - end).mean(-1), size, interpolation=cv2.INTER_AREA)
    return float((np.abs(apart) > _GHOST_LEVELS).mean())


def _displacement(flow: _Flow, t: float) -> Float32Array:
    """Return (h, w, 2): the whole way of what is at each pixel at ``t``, by both flows.

    It is the fixed point of d(x) = F(x - t d) and, backwards, of d(x) = -G(x + (1 - t) d).
    """
    total = np.full(flow.forward.shape[:2], 1e-3, np.float32)
    way = np.zeros_like(flow.forward)
    for weighted, confidence, sign, part in (
        (flow.forward, flow.forward_confidence, 1.0, t),
        (flow.backward, flow.backward_confidence, -1.0, 1 - t),
    ):
        per_confidence = np.float32(sign) / np.maximum(confidence, np.float32(1e-3))
        field = np.asarray(weighted * per_confidence[..., None], np.float32)
        d: Float32Array = field
        for _ in range(_FIXED_POINT_ROUNDS):
            d = look_up(field, *_from(d, sign * part))
        believed = look_up(confidence, *_from(d, sign * part))
        way += d * (believed * believed)[..., None]
        total += believed
    return way / total[..., None]


def _from(displacement: Float32Array, share: float) -> tuple[Float32Array, Float32Array]:
    """Return where each pixel was before it went ``share`` of its way."""
    x, y = pixel_grid(displacement.shape)
    part = np.float32(share)
    return x - part * displacement[..., 0], y - part * displacement[..., 1]


def _with_energy(
    blended: Float32Array, start: Float32Array, end: Float32Array, t: float
) -> UInt8Array:
    """Return a cross-fade with the local contrast of what it fades between.

    A cross-fade of textures that differ, as of water or grain, has less contrast than either; it
    is set back (variance-preserving blending, Heitz and Neyret, 2018).
    """
    wanted = (1 - t) * _energy(start) + t * _energy(end)
    gain = np.sqrt((wanted + _NOISE_ENERGY) / (_energy(blended) + _NOISE_ENERGY))
    detail = blended - cv2.GaussianBlur(blended, (0, 0), _DETAIL_SIGMA)
    restored = blended + detail * (np.clip(gain, 1, _MAX_GAIN) - 1)[..., None]
    return np.asarray(np.clip(restored + np.float32(0.5), 0, 255).astype(np.uint8))


def _energy(picture: Float32Array) -> Float32Array:
    """Return (H, W) float32, the local mean square of detail."""
    detail = picture - cv2.GaussianBlur(picture, (0, 0), _DETAIL_SIGMA)
    return np.asarray(cv2.GaussianBlur((detail * detail).mean(-1), (0, 0), _ENERGY_SIGMA))
