"""Depth that the network itself tells of photos, to learn on from (self-training).

    python -m livingstill_training.own_depth FOLDER... --out DIR [--weights FILE] [--every N]

Each answer is the mean of a photo's and its mirror's, each at several sizes: better than the network
is at once. Learning on from it under augmentation (Xie et al., "Self-training with noisy student",
2020) shows the network thousands of photos that nobody has measured. Give the folder to
`livingstill_training.train --own`. No torch is needed.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from livingstill.core.model import Float32Array, UInt8Array
from livingstill.network import forward
from livingstill.network.graph import Network

from livingstill_training.packing import read_colours

LONG_SIDES = (512, 320, 256)
"""Sizes that a photo is looked at in: the first tells edges, the others correct the layout."""

_PHOTOS = {".jpg", ".jpeg", ".png", ".webp"}


def own_depth(network: Network, rgb: UInt8Array) -> Float32Array:
    """Return the (H, W) float32 inverse depth of (H, W, 3) uint8, mean of photo and mirror."""
    inverse = forward.inverse_depth(network, forward.views(rgb, LONG_SIDES), mirror=True)
    return np.asarray(cv2.resize(inverse, rgb.shape[1::-1]), np.float32)


def main() -> None:
    """Write each photo beside its inverse depth, 16 bit, as ``depth/train`` has them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--weights", type=Path, help="an exported .npz; what ships without")
    parser.add_argument("--every", type=int, default=1, help="take one photo in so many")
    options = parser.parse_args()
    network = (
        forward.read(options.weights.read_bytes()) if options.weights else forward.embedded("depth")
    )
    options.out.mkdir(parents=True, exist_ok=True)
    for folder in options.folders:
        photos = sorted(file for file in folder.iterdir() if file.suffix.lower() in _PHOTOS)
        # a label picture stands beside its photo under the same name
        photos = [f for f in photos if f.suffix.lower() != ".png" or not _has_photo_beside(f)]
        for file in photos[:: options.every]:
            write(network, file, options.out / f"{folder.name}_{file.stem}.png")


def _has_photo_beside(file: Path) -> bool:
    return any(file.with_suffix(suffix).exists() for suffix in _PHOTOS - {".png"})


def write(network: Network, photo: Path, target: Path) -> None:
    """Write a photo's inverse depth to ``target``, 1..65535, and the photo as JPEG beside it."""
    if target.exists():
        return
    bgr = read_colours(photo)
    inverse = own_depth(network, np.ascontiguousarray(bgr[..., ::-1]))
    cv2.imwrite(str(target.with_suffix(".jpg")), bgr, [cv2.IMWRITE_JPEG_QUALITY, 95])
    cv2.imwrite(str(target), np.rint(np.clip(inverse * 65535, 1, 65535)).astype(np.uint16))


if __name__ == "__main__":
    main()
