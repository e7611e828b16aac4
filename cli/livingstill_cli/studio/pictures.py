"""Pictures as the bytes that a browser shows."""

from __future__ import annotations

import cv2
import numpy as np
from livingstill.core.model import PackedRGBA, UInt8Array

JPEG_QUALITY = 84


def frame_jpeg(packed: PackedRGBA) -> bytes:
    """Return a frame, (h, w) uint32 RGBX, as JPEG."""
    rgba = np.ascontiguousarray(packed).view(np.uint8).reshape(*packed.shape, 4)
    return jpeg(np.asarray(cv2.cvtColor(rgba, cv2.COLOR_RGBA2BGR), np.uint8))


def jpeg(bgr: UInt8Array) -> bytes:
    """Return a picture, (H, W, 3) uint8 BGR, as JPEG."""
    return cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes()


def png(picture: UInt8Array) -> bytes:
    """Return a picture, grey, BGR or BGRA of uint8, as PNG."""
    return cv2.imencode(".png", picture, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].tobytes()


def straight_bgra(colour: PackedRGBA) -> UInt8Array:
    """Return a layer's premultiplied colours as (H, W, 4) uint8 BGRA, not premultiplied."""
    rgba = np.ascontiguousarray(colour).view(np.uint8).reshape(*colour.shape, 4)
    alpha = np.maximum(rgba[..., 3:].astype(np.float32), 1)
    straight = np.clip(rgba[..., :3].astype(np.float32) * 255 / alpha, 0, 255).astype(np.uint8)
    return np.concatenate([straight[..., ::-1], rgba[..., 3:]], axis=2)
