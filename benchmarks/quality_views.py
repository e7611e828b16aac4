"""Novel views against the truth: ours, a ray-marched height field and a splat filled by Telea.

    python benchmarks/quality_views.py [--pairs FOLDER] [--layers N] [--save FOLDER]

FOLDER holds <name>_left.png, <name>_right.png and <name>_disparity.npy (float, pixels, of the
left view); the synthetic pair is always there, and motorcycle where scikit-image is installed.
"full" is the whole frame, "hidden" what the left view never saw, "edges" that and the
surroundings of depth edges. PSNR in dB.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import livingstill
import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
import synthetic

BARS = {
    "cones": (26.0, 22.1, 17.7),
    "teddy": (28.5, 24.0, 20.1),
    "motorcycle": (24.3, 20.5, 16.6),
    "aloe": (26.2, 23.9, 19.3),
}


@dataclass(frozen=True)
class Pair:
    """Two views and the disparity of the left one; x_right = x_left - disparity."""

    name: str
    left: np.ndarray
    right: np.ndarray
    disparity: np.ndarray


def pairs(folder: Path | None) -> list[Pair]:
    found = [Pair("synthetic", *synthetic.stereo_pair())]
    try:
        from skimage.data import stereo_motorcycle

        found.append(Pair("motorcycle", *stereo_motorcycle()))
    except (ImportError, OSError):
        print("motorcycle: scikit-image is not installed", file=sys.stderr)
    for disparity in sorted(folder.glob("*_disparity.npy")) if folder else ():
        name = disparity.name.removesuffix("_disparity.npy")
        left, right = (
            cv2.imread(str(disparity.with_name(f"{name}_{side}.png")))[:, :, ::-1].copy()
            for side in ("left", "right")
        )
        found.append(Pair(name, left, right, np.load(disparity).astype(np.float32)))
    return [Pair(p.name, p.left, p.right, known(p.disparity.astype(np.float32))) for p in found]


def known(disparity: np.ndarray) -> np.ndarray:
    """Fill unknown disparity (not finite) with the smaller of the neighbours in the row."""
    out = disparity.copy()
    for row in out:
        good = np.flatnonzero(np.isfinite(row))
        if not good.size:
            row[:] = np.nanmin(np.where(np.isfinite(disparity), disparity, np.nan))
            continue
        bad = np.flatnonzero(~np.isfinite(row))
        at = np.searchsorted(good, bad)
        before = row[good[np.maximum(at - 1, 0)]]
        after = row[good[np.minimum(at, good.size - 1)]]
        row[bad] = np.minimum(before, after)
    return out


def networked(disparity: np.ndarray, seed: int = 0) -> np.ndarray:
    """Blur, displace and disturb exact disparity as a small network's is."""
    rng = np.random.default_rng(seed)
    h, w = disparity.shape
    span = disparity.max() - disparity.min()
    small = cv2.resize(disparity, (w // 4, h // 4), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), 1.0)
    shape = small.shape
    y, x = np.indices(shape, np.float32)
    wobble = []
    for _ in range(2):
        noise = cv2.GaussianBlur(rng.normal(size=shape).astype(np.float32), (0, 0), 4)
        wobble.append(noise / noise.std() * np.float32(0.8))
    small = cv2.remap(
        small, x + wobble[0], y + wobble[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    slow = cv2.GaussianBlur(rng.normal(size=shape).astype(np.float32), (0, 0), 12)
    small += span * (0.004 * rng.normal(size=shape) + 0.01 * slow / slow.std()).astype(np.float32)
    return np.asarray(cv2.resize(small, (w, h), interpolation=cv2.INTER_LINEAR))


def march(photo: np.ndarray, disparity: np.ndarray, steps: int = 400) -> np.ndarray:
    """March every ray through one height field until it is below the surface."""
    h, w = disparity.shape
    y, x = np.indices((h, w), np.float32)
    levels = np.linspace(disparity.max(), disparity.min(), steps).astype(np.float32)
    found = np.full((h, w), levels[-1], np.float32)
    open_ = np.ones((h, w), bool)
    for level in levels:
        here = cv2.remap(disparity, x + level, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        hit = open_ & (here >= level)
        found[hit] = level
        open_ &= ~hit
    return cv2.remap(photo, x + found, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def arrived(disparity: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return per pixel of the right view the nearest disparity that lands there (-inf: none)."""
    h, w = disparity.shape
    near = np.full((h, w), -np.inf, np.float32)
    source = np.full((h, w), -1)
    order = np.argsort(disparity, axis=None, kind="stable")
    ys, xs = np.unravel_index(order, disparity.shape)
    values = disparity[ys, xs]
    for offset in (0, 1):
        to = np.floor(xs - values).astype(int) + offset
        ok = (to >= 0) & (to < w)
        # written in order of nearness: the nearest stays
        better = values[ok] >= near[ys[ok], to[ok]] - 0.5
        near[ys[ok][better], to[ok][better]] = values[ok][better]
        source[ys[ok][better], to[ok][better]] = xs[ok][better]
    return near, source


def splat(photo: np.ndarray, disparity: np.ndarray) -> np.ndarray:
    """Splat with bilinear weights and soft depth test; fill the holes by Telea."""
    h, w = disparity.shape
    near, _ = arrived(disparity)
    y, x = np.indices((h, w))
    to = x - disparity
    total = np.zeros((h, w))
    colour = np.zeros((h, w, 3))
    for offset in (0, 1):
        at = np.floor(to).astype(int) + offset
        weight = 1 - np.abs(to - at)
        ok = (at >= 0) & (at < w)
        ok &= np.where(ok, disparity >= near[y, np.clip(at, 0, w - 1)] - 1, False)
        np.add.at(total, (y[ok], at[ok]), weight[ok])
        np.add.at(colour, (y[ok], at[ok]), weight[ok][:, None] * photo[ok])
    hole = total < 0.05
    out = (colour / np.maximum(total, 1e-6)[..., None]).round().clip(0, 255).astype(np.uint8)
    return cv2.inpaint(out, hole.astype(np.uint8), 5, cv2.INPAINT_TELEA)


def regions(disparity: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return in the right view what the left never saw, and the surroundings of depth edges."""
    near, _ = arrived(disparity)
    hidden = cv2.morphologyEx(
        (~np.isfinite(near)).astype(np.uint8), cv2.MORPH_OPEN, np.ones((1, 2))
    )
    filled = known(np.where(np.isfinite(near), near, np.inf).astype(np.float32))
    step = 0.02 * (disparity.max() - disparity.min())
    edge = np.zeros(near.shape, np.uint8)
    edge[:, 1:] |= np.abs(np.diff(filled, axis=1)) > step
    edge[1:] |= np.abs(np.diff(filled, axis=0)) > step
    band = cv2.dilate(hidden, np.ones((7, 7))) | cv2.dilate(edge, np.ones((9, 9)))
    return hidden > 0, band > 0


def psnr(a: np.ndarray, b: np.ndarray, where: np.ndarray | None = None) -> float:
    error = np.square(a.astype(float) - b)
    return float(10 * np.log10(255**2 / (error if where is None else error[where]).mean()))


def ssim(a: np.ndarray, b: np.ndarray) -> float:
    """Return the mean structural similarity of the grey pictures (Wang et al., 2004)."""
    x, y = (cv2.cvtColor(p, cv2.COLOR_RGB2GRAY).astype(float) for p in (a, b))
    blur = lambda p: cv2.GaussianBlur(p, (11, 11), 1.5)  # noqa: E731
    mx, my = blur(x), blur(y)
    vx, vy, cov = blur(x * x) - mx * mx, blur(y * y) - my * my, blur(x * y) - mx * my
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    return float(
        (((2 * mx * my + c1) * (2 * cov + c2)) / ((mx**2 + my**2 + c1) * (vx + vy + c2))).mean()
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--pairs", type=Path)
    parser.add_argument("--layers", type=int)
    parser.add_argument("--save", type=Path)
    options = parser.parse_args()
    print(
        f"{'pair':12} {'depth':8} {'method':8} {'full':>6} {'edges':>6} {'hidden':>6} {'ssim':>6} {'CPU s':>6}"
    )
    for pair in pairs(options.pairs):
        hidden, band = regions(pair.disparity)
        for depth, disparity in (("exact", pair.disparity), ("network", networked(pair.disparity))):
            methods = {
                "ours": lambda d: livingstill.novel_view(pair.left, d, layers=options.layers),  # noqa: B023
                "march": lambda d: march(pair.left, d),  # noqa: B023
                "splat": lambda d: splat(pair.left, d),  # noqa: B023
            }
            for name, method in methods.items():
                start = time.process_time()
                view = method(disparity)
                took = time.process_time() - start
                print(
                    f"{pair.name:12} {depth:8} {name:8} {psnr(view, pair.right):6.2f} "
                    f"{psnr(view, pair.right, band):6.2f} {psnr(view, pair.right, hidden):6.2f} "
                    f"{ssim(view, pair.right):6.4f} {took:6.2f}"
                )
                if options.save:
                    options.save.mkdir(parents=True, exist_ok=True)
                    cv2.imwrite(
                        str(options.save / f"{pair.name}-{depth}-{name}.png"), view[:, :, ::-1]
                    )
        if pair.name in BARS:
            print(
                f"{pair.name:12} {'exact':8} {'bar':8} "
                + " ".join(f"{b:6.2f}" for b in BARS[pair.name])
            )


if __name__ == "__main__":
    main()
