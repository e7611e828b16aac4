"""What the temporal filter does to clean clips and to injected flicker, and what it costs.

    python benchmarks/temporal.py [CLIP...]

Without clips: loops made from samples/, the middle swaying under a static camera.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import faults  # noqa: E402
from livingstill.core import threads  # noqa: E402
from livingstill.render.temporal import ghost_bound, smooth  # noqa: E402


def read(path: str, limit: int = 150) -> tuple[faults.Clip, float]:
    import av

    with av.open(path) as container:
        stream = container.streams.video[0]
        frames = (frame.to_ndarray(format="rgb24") for frame in container.decode(stream))
        return [frame for frame, _ in zip(frames, range(limit))], float(stream.average_rate)


def detail(frame: np.ndarray) -> float:
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return float((grey - cv2.GaussianBlur(grey, (0, 0), 1.5)).std())


def band(clip: faults.Clip, fps: float, low: float = 0.4, high: float = 4.0) -> float:
    """Return the energy of the pixels between two temporal frequencies."""
    grey = np.stack([cv2.cvtColor(f, cv2.COLOR_RGB2GRAY)[::3, ::3] for f in clip])
    spectrum = np.abs(np.fft.rfft(grey.astype(np.float32), axis=0)) ** 2
    frequency = np.fft.rfftfreq(len(clip), 1 / fps)
    return float(spectrum[(frequency >= low) & (frequency <= high)].sum())


def filtered(clip: faults.Clip) -> faults.Clip:
    words = [faults.packed(frame) for frame in clip]
    return [faults.unpacked(out) for out in smooth(words.__getitem__, len(clip))]


def error(clip: faults.Clip, truth: faults.Clip) -> float:
    return float(
        np.mean([np.abs(np.subtract(a, b, dtype=np.int16)).mean() for a, b in zip(clip, truth)])
    )


def row(name: str, clip: faults.Clip, fps: float) -> None:
    rng = np.random.default_rng(1)
    noisy = [
        np.clip(f + faults.grain(f.shape[:2], rng)[..., None], 0, 255).round().astype(np.uint8)
        for f in clip
    ]
    calm, cured = filtered(clip), filtered(noisy)
    before, after = error(noisy, clip), error(cured, clip)
    ghost = max(int(np.abs(np.subtract(a, b, dtype=np.int16)).max()) for a, b in zip(calm, clip))
    sharp = np.mean([detail(f) for f in calm]) / np.mean([detail(f) for f in clip])
    print(
        f"{name:16s} flicker {before:.2f} -> {after:.2f} ({100 * (after / before - 1):+.0f} %)   "
        f"clean: change {error(calm, clip):.3f}  detail {sharp:.3f}  "
        f"0.4-4 Hz {band(calm, fps) / band(clip, fps):.3f}  ghost {ghost}",
        flush=True,
    )


def cost(height: int = 1080, width: int = 1920) -> None:
    rng = np.random.default_rng(0)
    frames = [
        faults.packed(rng.integers(0, 256, (height, width, 3), dtype=np.uint8)) for _ in range(9)
    ]
    threads.limit(1)
    for turn in ("first", "then"):
        start = time.process_time()
        count = sum(1 for _ in smooth(frames.__getitem__, len(frames)))
        spent = 1000 * (time.process_time() - start) / count
        print(f"cost at {width}x{height}, {turn}: {spent:.1f} CPU-ms/frame")


def main() -> None:
    print(f"ghost bound {ghost_bound(1.0):.2f} levels")
    cost()
    for path in sys.argv[1:]:
        row(Path(path).stem, *read(path))
    if not sys.argv[1:]:
        for name in ("lake", "meadow", "kitchen"):
            photo = cv2.cvtColor(
                cv2.imread(str(ROOT / "samples" / f"{name}.jpg")), cv2.COLOR_BGR2RGB
            )
            height = round(640 * photo.shape[0] / photo.shape[1])
            small = cv2.resize(photo, (640, height), interpolation=cv2.INTER_AREA)
            row(name, faults.swaying(small, 120, fps=30.0), 30.0)


if __name__ == "__main__":
    main()
