"""The plan as a picture: tinted regions, arrows along their velocity, a legend with shares."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np

from livingstill.core.kinds import KINDS
from livingstill.core.model import Float32Array, Region, UInt8Array
from livingstill.imaging import exact


def draw_overlay(
    rgb: UInt8Array,
    regions: tuple[Region, ...],
    velocity: Mapping[str, Float32Array] | None = None,
) -> UInt8Array:
    """Return a photo with its regions drawn over it, (H, W, 3) uint8.

    Parameters
    ----------
    rgb : (H, W, 3) uint8
    regions : of motion kinds
    velocity : (h, w, 2) float32 per kind, in frame widths per second, at any size
    """
    width = rgb.shape[1]
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    base = rgb.astype(np.float32) * 0.55 + grey[..., None].astype(np.float32) * 0.25
    edges = []
    for region in regions:
        soft = region.mask.astype(np.float32)[..., None] / 255
        colour = np.array(KINDS[region.label].colour, np.float32)
        base += soft * (0.45 * colour - 0.25 * base)
        solid = (region.mask >= 128).astype(np.uint8)
        edges.append((cv2.findContours(solid, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)[0], colour))
    picture = np.clip(base, 0, 255).astype(np.uint8)
    unit = max(1, round(width / 900))
    for contours, colour in edges:
        cv2.drawContours(picture, contours, -1, [int(c) for c in colour], unit, cv2.LINE_AA)
    for region in regions:
        field = (velocity or {}).get(region.label)
        if field is not None:
            _arrows(picture, region, field, unit)
    _legend(picture, regions, unit)
    return picture


def _arrows(picture: UInt8Array, region: Region, field: Float32Array, unit: int) -> None:
    """Draw the field on the region, an arrow as long as matter travels in .4 s at most."""
    height, width = picture.shape[:2]
    field = np.asarray(exact.resize_linear(field, (width, height)), np.float32)
    pitch = max(24, width // 22)
    for y in range(pitch // 2, height, pitch):
        for x in range(pitch // 2, width, pitch):
            u, v = (float(n) for n in field[y, x])
            speed = float(np.hypot(u, v))
            if region.mask[y, x] < 128 or speed < 1e-4:
                continue
            length = pitch * min(0.85, 0.35 + 2.5 * speed)
            dx, dy = u / speed * length / 2, v / speed * length / 2
            tail, head = (round(x - dx), round(y - dy)), (round(x + dx), round(y + dy))
            cv2.arrowedLine(picture, tail, head, (0, 0, 0), 3 * unit, cv2.LINE_AA, tipLength=0.35)
            cv2.arrowedLine(picture, tail, head, (255, 255, 255), unit, cv2.LINE_AA, tipLength=0.35)


def _legend(picture: UInt8Array, regions: tuple[Region, ...], unit: int) -> None:
    """Write each kind with its share in a corner."""
    shares: dict[str, float] = {}
    for region in regions:
        shares[region.label] = shares.get(region.label, 0) + region.share
    lines = [f"{kind}  {share:.0%}" for kind, share in shares.items()] or ["nothing moves"]
    size, line = 0.5 * unit + 0.1, 20 * unit + 4
    wide = max(cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size, unit)[0][0] for text in lines)
    left, top = 8 * unit, 8 * unit
    box = picture[top : top + line * len(lines) + 8 * unit, left : left + wide + line + 16 * unit]
    box[:] = (box * 0.3).astype(np.uint8)
    for i, (text, kind) in enumerate(zip(lines, shares or [""])):
        y = top + 4 * unit + i * line
        colour = KINDS[kind].colour if kind else (128, 128, 128)
        corner = (left + 6 * unit, y + 3 * unit)
        cv2.rectangle(picture, corner, (corner[0] + 12 * unit, corner[1] + 12 * unit), colour, -1)
        cv2.putText(
            picture, text, (left + 24 * unit, y + 14 * unit), cv2.FONT_HERSHEY_SIMPLEX, size,
            (255, 255, 255), unit, cv2.LINE_AA,
        )  # fmt: skip
