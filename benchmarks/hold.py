"""How well a clip whose colours drift is held to its still: drifts put into clips of our own.

    python benchmarks/hold.py [--side PIXELS] [--seconds S] [--keep FOLDER] [SAMPLE...]

Samples are rendered small, with a camera and with motion, and each is spoiled in every way; then it is
written losslessly, held to its first frame by `livingstill.hold`, and read again. ``still`` is the
colour difference (CIE 1976, of pictures smoothed by 3 pixels) from the clip before it was spoiled,
where nothing moves by itself: the mean of the worst frame, before and after. ``flicker`` is the standard
deviation of the change of mean colour from frame to frame: unspoiled, spoiled, held. The last line counts
cases with a difference of 1 at most, and such whose flicker is no more than before by a twentieth of a
level.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import cv2
import livingstill
import numpy as np
from livingstill.core.model import UInt8Array
from livingstill.media import clip_reader
from livingstill.media.formats import choose
from livingstill.media.write.encoder import Encoder

ROOT = Path(__file__).parent.parent
MADE = (("meadow", "static"), ("lake", "static"), ("living-room", "pan-right"), ("product", "push-in"),
        ("house", "truck-left"))  # fmt: skip
BAR, FLICKER = 1.0, 0.05
Drift = Callable[[np.ndarray, float], np.ndarray]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("samples", nargs="*", metavar="SAMPLE")
    parser.add_argument("--side", type=int, default=384)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for sample, camera in MADE:
            if options.samples and sample not in options.samples:
                continue
            clean = rendered(sample, camera, options)
            for name, drift in DRIFTS.items():
                share = np.linspace(0, 1, len(clean))
                spoiled = [
                    np.clip(drift(f.astype(np.float32), t) + 0.5, 0, 255).astype(np.uint8)
                    for f, t in zip(clean, share)
                ]
                held = hold(clean[0], spoiled, Path(folder))
                results.append(measured(f"{sample} {camera} {name}", clean, spoiled, held))
                if options.keep:
                    options.keep.mkdir(parents=True, exist_ok=True)
                    sheet(clean, spoiled, held, options.keep / f"{sample}-{name}.png")
    close, calm = (sum(column) for column in zip(*results))
    print(f"{close} of {len(results)} differ by {BAR} at most; {calm} flicker no more than before")


def rendered(sample: str, camera: str, options: argparse.Namespace) -> list[UInt8Array]:
    clip = livingstill.animate(
        ROOT / f"samples/{sample}.jpg", size=str(options.side), duration=options.seconds, fps=24,
        camera=camera,
    )  # fmt: skip
    return [np.array(frame) for frame in clip.frames()]


def tint(rgb: np.ndarray, t: float) -> np.ndarray:
    return rgb * (1 + t * np.array([0.04, -0.06, -0.15], np.float32))


def dark(rgb: np.ndarray, t: float) -> np.ndarray:
    return rgb * (1 - 0.2 * t) + 6 * t


def saturation(rgb: np.ndarray, t: float) -> np.ndarray:
    grey = rgb.mean(-1, keepdims=True)
    return grey + (rgb - grey) * (1 + 0.5 * t)


def contrast(rgb: np.ndarray, t: float) -> np.ndarray:
    return 255 * (rgb / 255) ** (1 + 0.3 * t)


def places(rgb: np.ndarray, t: float) -> np.ndarray:
    x = np.linspace(-1, 1, rgb.shape[1], dtype=np.float32)[None, :, None]
    return rgb * (0.95 + 0.1 * t * x * np.array([1, 0.2, -0.8], np.float32))


def jump(rgb: np.ndarray, t: float) -> np.ndarray:
    return rgb * (0.88 if t > 0.4 else 1.0)


def flicker(rgb: np.ndarray, t: float) -> np.ndarray:
    return tint(rgb, t) * (1 + 0.015 * np.sin(90 * t + 7 * np.sin(31 * t)))


DRIFTS: dict[str, Drift] = {
    made.__name__: made for made in (tint, dark, saturation, contrast, places, jump, flicker)
}


def hold(still: UInt8Array, frames: list[UInt8Array], folder: Path) -> list[UInt8Array]:
    """Return frames held to a still."""
    photo, source, target = folder / "still.png", folder / "clip.mkv", folder / "held.mkv"
    cv2.imwrite(str(photo), still[..., ::-1])
    size = still.shape[1::-1]
    with Encoder(source, size, 24, choose(str(source), codec="ffv1"), overwrite=True) as encoder:
        for frame in frames:
            opaque = np.dstack([frame, np.full(frame.shape[:2], 255, np.uint8)])
            encoder.write(np.ascontiguousarray(opaque).view(np.uint32)[..., 0])
    livingstill.hold(source, target, photo, overwrite=True)
    return list(clip_reader.frames(target))


def measured(
    name: str, clean: list[UInt8Array], spoiled: list[UInt8Array], held: list[UInt8Array]
) -> tuple[bool, bool]:
    """Print a line on one case; return whether it is close enough, and flickers no more."""
    calm = still_places(clean)
    before, after = (
        max(difference(a, b, calm) for a, b in zip(clean, clip)) for clip in (spoiled, held)
    )
    own, spoiled_, held_ = (pulse(clip) for clip in (clean, spoiled, held))
    print(
        f"{name:32} still {before:5.2f} -> {after:5.2f}   "
        f"flicker {own:5.3f}, {spoiled_:5.3f} -> {held_:5.3f}",
        flush=True,
    )
    return after <= BAR, held_ <= max(own, spoiled_) + FLICKER


def still_places(clean: list[UInt8Array]) -> np.ndarray:
    """Return (h, w) 1 where a clip does not move by itself; everywhere where a camera moves."""
    stack = np.stack([cv2.GaussianBlur(f, (0, 0), 3.0) for f in clean[::4]]).astype(np.float32)
    calm = (stack.std(axis=0).max(-1) < 1.5).astype(np.float32)
    return calm if calm.mean() > 0.1 else np.ones_like(calm)


def difference(a: UInt8Array, b: UInt8Array, weight: np.ndarray) -> float:
    one, other = (
        cv2.cvtColor(cv2.GaussianBlur(p.astype(np.float32), (0, 0), 3.0) / 255, cv2.COLOR_RGB2LAB)
        for p in (a, b)
    )
    return float(np.average(np.linalg.norm(one - other, axis=-1), weights=weight))


def pulse(clip: list[UInt8Array]) -> float:
    means = np.array([frame.mean((0, 1)) for frame in clip])
    return float(np.diff(means, axis=0).std(axis=0).mean())


def sheet(
    clean: list[UInt8Array], spoiled: list[UInt8Array], held: list[UInt8Array], file: Path
) -> None:
    """Write frames of the three clips over one another."""
    shown = np.linspace(0, len(clean) - 1, 4).round().astype(int)
    rows = [np.hstack([clip[i] for i in shown]) for clip in (clean, spoiled, held)]
    cv2.imwrite(str(file), np.vstack(rows)[..., ::-1])


if __name__ == "__main__":
    sys.exit(main())
