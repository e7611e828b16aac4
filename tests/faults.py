"""Clips with known truth, and ways to spoil them: each fault tells which frames it touched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Clip = list[NDArray[np.uint8]]


def grain(
    shape: tuple[int, ...], rng: np.random.Generator, sigma: float = 2.0, size: float = 3.0
) -> NDArray[np.float32]:
    """Return Gaussian noise of ``sigma`` levels whose grain is ``size`` pixels wide."""
    noise = rng.standard_normal(shape).astype(np.float32)
    blurred = cv2.GaussianBlur(noise, (0, 0), size / 2.355)
    return blurred * (sigma / blurred.std())


def texture(height: int, width: int, seed: int = 0) -> NDArray[np.uint8]:
    """Return a colourful (H, W, 3) picture with detail at every scale."""
    rng = np.random.default_rng(seed)
    picture = np.zeros((height, width, 3), np.float32)
    for octave in range(1, 7):
        coarse = rng.standard_normal((2**octave + 1, 2**octave + 1, 3)).astype(np.float32)
        picture += cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC) / octave
    picture += 0.15 * rng.standard_normal(picture.shape).astype(np.float32)
    return np.clip(128 + 45 * picture / picture.std(), 0, 255).astype(np.uint8)


def swaying(
    photo: NDArray[np.uint8], frames: int = 48, pixels: float = 3.0, fps: float = 24.0
) -> Clip:
    """Return a seamless loop in which the middle of ``photo`` sways and the rest stands still."""
    height, width = photo.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    mask = np.exp(-(((x / width - 0.5) / 0.2) ** 2 + ((y / height - 0.5) / 0.2) ** 2)) * pixels
    seconds = frames / fps
    cycles = [max(1, round(f * seconds)) for f in (0.5, 1.0, 2.0)]
    clip = []
    for t in range(frames):
        wave = sum(
            np.sin(2 * np.pi * (c * t / frames + x / width * (j + 1) + 0.3 * j)) / (j + 1)
            for j, c in enumerate(cycles)
        )
        clip.append(
            cv2.remap(
                photo,
                (x + mask * wave).astype(np.float32),
                (y + 0.4 * mask * np.roll(wave, 7, 0)).astype(np.float32),
                cv2.INTER_CUBIC,
                borderMode=cv2.BORDER_REFLECT_101,
            )
        )
    return clip


def pushing(photo: NDArray[np.uint8], frames: int = 48, zoom: float = 1.12) -> Clip:
    """Return an eased push-in on ``photo`` by ``zoom``."""
    height, width = photo.shape[:2]
    clip = []
    for t in range(frames):
        phase = t / max(1, frames - 1)
        scale = 1.02 + (zoom - 1) * phase * phase * (3 - 2 * phase)
        matrix = np.float32(
            [[scale, 0, (1 - scale) * width / 2], [0, scale, (1 - scale) * height / 2]]
        )
        clip.append(cv2.warpAffine(photo, matrix, (width, height), flags=cv2.INTER_CUBIC))
    return clip


def packed(rgb: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Return (H, W, 3) bytes as (H, W) words, opaque."""
    return np.ascontiguousarray(np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8)])).view(
        np.uint32
    )[..., 0]


def unpacked(words: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Return the (H, W, 3) bytes of packed words."""
    return np.ascontiguousarray(words)[..., None].view(np.uint8)[..., :3]


@dataclass(frozen=True)
class Spoiled:
    """A clip with one fault in frames ``first`` to ``last`` of it, and the names it may go by."""

    clip: Clip
    first: int
    last: int
    kinds: tuple[str, ...]


def _level(frame: NDArray[np.uint8], gain: float, offset: float = 0.0) -> NDArray[np.uint8]:
    return np.clip(frame.astype(np.float32) * gain + offset, 0, 255).round().astype(np.uint8)


def _patch(clip: Clip, rng: np.random.Generator, share: float = 0.3) -> tuple[slice, slice]:
    """Return a window of ``share`` of each side, where the picture has texture."""
    height, width = clip[0].shape[:2]
    h, w = int(height * share), int(width * share)
    best = (slice(0, h), slice(0, w))
    most = -1.0
    for _ in range(8):
        y, x = int(rng.integers(0, height - h)), int(rng.integers(0, width - w))
        texture_here = float(clip[0][y : y + h, x : x + w].std())
        if texture_here > most:
            best, most = (slice(y, y + h), slice(x, x + w)), texture_here
    return best


def _when(clip: Clip, rng: np.random.Generator, length: int) -> int:
    return int(rng.integers(8, len(clip) - length - 8))


def _each(clip: Clip, first: int, length: int, change: Callable[..., NDArray[np.uint8]]) -> Clip:
    """Return ``clip`` with ``change(frame, i)`` for the i-th of ``length`` frames."""
    out = list(clip)
    for i in range(length):
        out[first + i] = change(clip[first + i].copy(), i)
    return out


def flicker(clip: Clip, rng: np.random.Generator) -> Spoiled:
    """Brightness of whole frames trembles by some percent."""
    n = int(rng.integers(1, 11))
    at = _when(clip, rng, n)
    gains = 1 + rng.choice([-1, 1], n) * rng.uniform(0.03, 0.08, n)
    return Spoiled(
        _each(clip, at, n, lambda f, i: _level(f, gains[i])), at, at + n - 1, ("flicker",)
    )


def local_flicker(clip: Clip, rng: np.random.Generator) -> Spoiled:
    """Brightness of one part trembles."""
    n = int(rng.integers(3, 9))
    at, where = _when(clip, rng, n), _patch(clip, rng)
    gains = 1 + rng.choice([-1, 1], n) * rng.uniform(0.06, 0.12, n)

    def change(frame: NDArray[np.uint8], i: int) -> NDArray[np.uint8]:
        frame[where] = _level(frame[where], gains[i])
        return frame

    return Spoiled(_each(clip, at, n, change), at, at + n - 1, ("flicker", "melt"))


def dropped(clip: Clip, rng: np.random.Generator) -> Spoiled:
    """Two frames are missing."""
    at = _when(clip, rng, 2)
    return Spoiled(clip[:at] + clip[at + 2 :], at - 1, at, ("drop", "cut"))


def duplicated(clip: Clip, rng: np.random.Generator) -> Spoiled:
    """One frame stands twice, in place of its neighbour."""
    at = _when(clip, rng, 1)
    return Spoiled(_each(clip, at, 1, lambda f, i: clip[at - 1]), at, at, ("duplicate", "freeze"))


def frozen(clip: Clip, rng: np.random.Generator) -> Spoiled:
    """The picture stands still for a while."""
    n = int(rng.integers(3, 9))
    at = _when(clip, rng, n)
    return Spoiled(
        _each(clip, at, n, lambda f, i: clip[at - 1]), at, at + n - 1, ("freeze", "duplicate")
    )


def blackened(clip: Clip, rng: np.random.Generator) -> Spoiled:
    """Frames are black."""
    n = int(rng.integers(1, 4))
    at = _when(clip, rng, n)
    return Spoiled(_each(clip, at, n, lambda f, i: f * 0), at, at + n - 1, ("black",))


def scrambled(clip: Clip, rng: np.random.Generator) -> Spoiled:
    """Blocks of frames are shuffled, as after a lost packet."""
    n = int(rng.integers(1, 4))
    at = _when(clip, rng, n)
    height, width = clip[0].shape[:2]
    h, w = height // 6, width // 6

    def change(frame: NDArray[np.uint8], i: int) -> NDArray[np.uint8]:
        out = frame.copy()
        order = rng.permutation(36)
        for to, come in enumerate(order):
            (ty, tx), (cy, cx) = divmod(to, 6), divmod(int(come), 6)
            out[ty * h : ty * h + h, tx * w : tx * w + w] = frame[
                cy * h : cy * h + h, cx * w : cx * w + w
            ]
        return out

    return Spoiled(_each(clip, at, n, change), at, at + n - 1, ("scramble", "melt", "cut"))


def colour_jumped(clip: Clip, rng: np.random.Generator) -> Spoiled:
    """Colours of some frames are shifted."""
    n = int(rng.integers(1, 9))
    at = _when(clip, rng, n)
    tint = rng.permutation([1.12, 1.0, 0.88])
    return Spoiled(
        _each(clip, at, n, lambda f, i: _level(f, tint)), at, at + n - 1, ("colour", "flicker")
    )


def drifted(clip: Clip, rng: np.random.Generator) -> Spoiled:
    """Colours drift over the clip, as generated clips do."""
    tint = rng.permutation([0.14, 0.0, -0.14])
    out = [_level(f, 1 + tint * i / len(clip)) for i, f in enumerate(clip)]
    return Spoiled(out, 0, len(clip) - 1, ("drift",))


def _melting(
    clip: Clip, rng: np.random.Generator, strength: float, length: int, kinds: tuple[str, ...]
) -> Spoiled:
    at, (rows, columns) = _when(clip, rng, length), _patch(clip, rng, 0.35)
    height, width = rows.stop - rows.start, columns.stop - columns.start
    y, x = np.mgrid[:height, :width].astype(np.float32)
    window = (np.sin(np.pi * y / height) * np.sin(np.pi * x / width)) ** 2
    wave = 2 * np.pi / (min(height, width) / 2)

    def change(frame: NDArray[np.uint8], i: int) -> NDArray[np.uint8]:
        amount = strength * min(height, width) * np.sin(np.pi * (i + 1) / (length + 1))
        dx = amount * window * np.sin(wave * y + 0.9 * i)
        dy = amount * window * np.sin(wave * x + 1.7 * i)
        frame[rows, columns] = cv2.remap(
            frame[rows, columns],
            (x + dx).astype(np.float32),
            (y + dy).astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        )
        return frame

    return Spoiled(_each(clip, at, length, change), at, at + length - 1, kinds)


def melted(clip: Clip, rng: np.random.Generator) -> Spoiled:
    """A part of the picture flows out of shape and back."""
    return _melting(clip, rng, 0.12, int(rng.integers(3, 9)), ("melt", "scramble", "leak"))


def folded(clip: Clip, rng: np.random.Generator) -> Spoiled:
    """A part of the picture is folded over itself for an instant."""
    return _melting(clip, rng, 0.25, int(rng.integers(1, 3)), ("melt", "scramble", "fold", "leak"))


def leaked(clip: Clip, rng: np.random.Generator) -> Spoiled:
    """A part that should stand is dragged along for some frames."""
    n = int(rng.integers(3, 8))
    at, where = _when(clip, rng, n), _patch(clip, rng, 0.25)
    step = max(3, clip[0].shape[1] // 80)

    def change(frame: NDArray[np.uint8], i: int) -> NDArray[np.uint8]:
        frame[where] = np.roll(frame, (-1) ** i * step, 1)[where]
        return frame

    return Spoiled(
        _each(clip, at, n, change), at, at + n - 1, ("melt", "leak", "flicker", "scramble")
    )


def jittered(clip: Clip, rng: np.random.Generator) -> Spoiled:
    """The camera trembles."""
    n = int(rng.integers(3, 10))
    at = _when(clip, rng, n)
    size = clip[0].shape[1] / 250
    shift = rng.choice([-1, 1], (n, 2)) * rng.uniform(0.5, 1.0, (n, 2)) * size

    def change(frame: NDArray[np.uint8], i: int) -> NDArray[np.uint8]:
        matrix = np.float32([[1, 0, shift[i, 0]], [0, 1, shift[i, 1]]])
        return cv2.warpAffine(
            frame, matrix, frame.shape[1::-1], flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
        )

    return Spoiled(_each(clip, at, n, change), at, at + n - 1, ("jitter", "scramble", "flicker"))


def smeared(clip: Clip, rng: np.random.Generator) -> Spoiled:
    """The picture does not reach one border: its last pixels are drawn out."""
    n = int(rng.integers(4, 12))
    at, side = _when(clip, rng, n), int(rng.integers(4))
    width = max(6, clip[0].shape[1] // 50)

    def change(frame: NDArray[np.uint8], i: int) -> NDArray[np.uint8]:
        turned = np.rot90(frame, side).copy()
        turned[:width] = turned[width]
        return np.ascontiguousarray(np.rot90(turned, -side))

    return Spoiled(_each(clip, at, n, change), at, at + n - 1, ("border",))


def blurred(clip: Clip, rng: np.random.Generator) -> Spoiled:
    """Some frames lose their sharpness."""
    n = int(rng.integers(1, 8))
    at = _when(clip, rng, n)
    sigma = clip[0].shape[1] / 400
    return Spoiled(
        _each(clip, at, n, lambda f, i: cv2.GaussianBlur(f, (0, 0), sigma)),
        at,
        at + n - 1,
        ("blur", "melt"),
    )


def grainy(clip: Clip, rng: np.random.Generator) -> Spoiled:
    """Grain boils for some frames."""
    n = int(rng.integers(4, 12))
    at = _when(clip, rng, n)
    return Spoiled(
        _each(clip, at, n, lambda f, i: _level(f, 1, grain(f.shape[:2], rng, 6.0)[..., None])),
        at,
        at + n - 1,
        ("flicker", "melt"),
    )


def unseamed(clip: Clip, rng: np.random.Generator) -> Spoiled:
    """The last frames of a loop are cut off, so that it jumps at its end."""
    n = len(clip) // 6
    return Spoiled(clip[:-n], len(clip) - n - 1, len(clip) - n - 1, ("seam",))


FAULTS: dict[str, Callable[[Clip, np.random.Generator], Spoiled]] = {
    "flicker": flicker,
    "local flicker": local_flicker,
    "grain": grainy,
    "drop": dropped,
    "duplicate": duplicated,
    "freeze": frozen,
    "black": blackened,
    "scramble": scrambled,
    "colour jump": colour_jumped,
    "drift": drifted,
    "melt": melted,
    "fold": folded,
    "leak": leaked,
    "jitter": jittered,
    "border": smeared,
    "blur": blurred,
}
"""Faults that any clip can have; ``unseamed`` needs a loop."""
