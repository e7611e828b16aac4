"""Make the pictures of the README and the pages from the samples: `python docs/make_pictures.py`."""

from __future__ import annotations

import itertools
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import cv2
import livingstill
import numpy as np
from livingstill.core.model import Float32Array, UInt8Array
from livingstill.depth.refine import refine
from livingstill.jobs import check
from livingstill.media import clip_reader
from livingstill.media.write.encoder import Encoder
from livingstill.network.forward import forward
from livingstill.photo.read import read_photo
from livingstill.render.frames import unpack
from livingstill.segmentation import flow_field
from livingstill.segmentation.overlay import draw_overlay

CLASS_COLOURS = {
    "other": (40, 40, 40), "sky": (80, 160, 255), "water": (0, 60, 255),
    "foliage": (0, 200, 0), "grass": (200, 230, 0), "person": (255, 0, 255),
}  # fmt: skip
HERE = Path(__file__).parent
SAMPLES = HERE.parent / "samples"
PICTURES = HERE / "pictures"


def write(name: str, rgb: UInt8Array, quality: int = 86) -> None:
    """Write a JPEG."""
    path = PICTURES / name
    path.parent.mkdir(parents=True, exist_ok=True)
    options = [cv2.IMWRITE_JPEG_QUALITY, quality]
    cv2.imwrite(str(path), cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), options)


def heat(values: Float32Array) -> UInt8Array:
    """Return 0..1 as colours, bright = near."""
    grey = np.round(np.clip(values, 0, 1) * 255).astype(np.uint8)
    return cv2.cvtColor(cv2.applyColorMap(grey, cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB)


def row(*pictures: UInt8Array, gap: int = 6) -> UInt8Array:
    """Return pictures of one height side by side."""
    white = np.full((pictures[0].shape[0], gap, 3), 255, np.uint8)
    parts = [part for picture in pictures for part in (white, picture)]
    return np.hstack(parts[1:])


def shrunk(rgb: UInt8Array, size: tuple[int, int]) -> UInt8Array:
    """Return a picture at ``size``."""
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


def enlarged(rgb: UInt8Array, times: int) -> UInt8Array:
    """Return a picture with every pixel shown."""
    return np.asarray(
        cv2.resize(rgb, None, fx=times, fy=times, interpolation=cv2.INTER_NEAREST), np.uint8
    )


def frame(clip: livingstill.Clip, index: int) -> UInt8Array:
    """Return one frame."""
    return next(unpack(w) for w in clip.packed(range(index, index + 1)))


def seen() -> None:
    """What the engine sees in a photo: the photo, its depth, what moves."""
    clip = livingstill.animate(SAMPLES / "river.jpg", camera="static", size="640x426")
    rgb = shrunk(clip.photo.rgb, clip.scene.size)
    ways = flow_field.velocities(rgb, clip.depth.values, clip.regions)
    overlay = draw_overlay(rgb, clip.regions, ways)
    write("seen.jpg", row(rgb, heat(clip.depth.values), overlay))
    write("how/regions.jpg", overlay)


def fit() -> None:
    """One photo in a square: cropped, with bars, over a blurred copy."""
    made = (
        livingstill.animate(
            SAMPLES / "house.jpg", size="320x320", fit=fit, camera="static", motion="none",
            duration=0.1, depth="flat",
        )
        for fit in ("crop", "pad", "blur")
    )  # fmt: skip
    write("how/fit.jpg", row(*(frame(clip, 0) for clip in made)))


def depth() -> None:
    """What the network says, and the same after refinement."""
    rgb = shrunk(read_photo(SAMPLES / "forest.jpg").rgb, (640, 427))
    coarse = forward(rgb).inverse_depth
    raw = cv2.resize(coarse, (640, 427), interpolation=cv2.INTER_LINEAR)
    part = np.s_[:, 200:560]
    write("how/depth.jpg", row(rgb[part], heat(raw)[part], heat(refine(rgb, coarse))[part]))


def samples() -> None:
    """What the networks say of every sample: the photo, its inverse depth, its classes."""
    rows = []
    for photo in sorted(SAMPLES.glob("*.jpg")):
        rgb = read_photo(photo).rgb
        answer = forward(rgb)
        colours = np.array([CLASS_COLOURS[name] for name in answer.classes], np.uint8)
        classes = colours[answer.probabilities.argmax(0)]
        pictures = (rgb, heat(answer.inverse_depth), classes)
        rows.append(row(*(shrunk(picture, (230, 153)) for picture in pictures)))
    pairs = zip(rows[::2], rows[1::2], strict=True)
    write("how/samples.jpg", np.vstack([row(*pair) for pair in pairs]))


def layers() -> None:
    """The layers of a scene on a chequered ground."""
    clip = livingstill.animate(
        SAMPLES / "forest.jpg", camera="static", motion="none", size="400x266"
    )
    width, height = clip.scene.size
    y, x = np.mgrid[:height, :width] // 12
    ground = np.where((x + y) % 2, 235, 205)[..., None].astype(np.float32)
    sheets = []
    for layer in clip.scene.layers:
        rgba = layer.colour.view(np.uint8).reshape(height, width, 4).astype(np.float32)
        sheets.append((rgba[..., :3] + ground * (1 - rgba[..., 3:] / 255)).astype(np.uint8))
    sheets += [np.full_like(sheets[0], 255)] * (-len(sheets) % 3)
    rows = [row(*sheets[i : i + 3]) for i in range(0, len(sheets), 3)]
    write("how/layers.jpg", np.vstack(rows))


def camera() -> None:
    """A truck at its start, middle and end."""
    clip = livingstill.animate(
        SAMPLES / "living-room.jpg", camera="truck-right:amount=1.5", motion="none", loop="none",
        size="420x280", duration=1,
    )  # fmt: skip
    write("how/camera.jpg", row(*(frame(clip, index) for index in (0, 15, 29))))


def motion() -> None:
    """Displacement at two instants: hue is direction, strength is distance."""
    clip = livingstill.animate(
        SAMPLES / "meadow.jpg", camera="static", size="480x320", wind="right,6,0.7",
        motion="foliage,grass",
    )  # fmt: skip
    assert clip.motion is not None
    shown = []
    for phase in (0.0, 0.3):
        fields = [flow.first for flow in clip.motion.at(phase) if flow is not None]
        flow = max(fields, key=lambda field: float(np.abs(field).mean()))
        flow = np.asarray(cv2.resize(flow, (480, 320), interpolation=cv2.INTER_CUBIC), np.float32)
        strength, angle = cv2.cartToPolar(flow[..., 0], flow[..., 1], angleInDegrees=True)
        hsv = np.dstack(
            [angle / 2, np.full_like(angle, 220), np.clip(250 * np.sqrt(strength / 3), 0, 255)]
        )
        shown.append(np.asarray(cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2RGB), np.uint8))
    write("how/motion.jpg", row(shrunk(clip.photo.rgb, (480, 320)), *shown))


def edges() -> None:
    """Edges under the same move with the same true depth: one height field, and layers."""
    shown = []
    for count in (1, None):
        clip = livingstill.animate(
            SAMPLES / "candle.jpg", camera="truck-left:amount=2", motion="none", loop="none",
            size="1440x960", duration=1, layers=count, depth=str(SAMPLES / "candle-depth.png"),
        )  # fmt: skip
        shown.append(frame(clip, 29)[330:770, 1130:1440])
    write("edges.jpg", row(*shown), 90)


def formats() -> None:
    """The same detail of a clip in three formats."""
    clip = livingstill.animate(
        SAMPLES / "river.jpg", camera="push-in", size="480x320", fps=12, duration=2
    )
    shown = []
    with tempfile.TemporaryDirectory() as folder:
        for suffix in ("mp4", "webp", "gif"):
            path = Path(folder) / f"clip.{suffix}"
            clip.save(str(path))
            opened = clip_reader.ClipReader(path)
            first = next(iter(opened)).rgb
            detail = enlarged(np.ascontiguousarray(first[110:230, 180:360]), 2)
            words = f".{suffix} {path.stat().st_size // 1000} kB"
            cv2.rectangle(detail, (0, 0), (13 * len(words), 30), (0, 0, 0), -1)
            white = (255, 255, 255)
            cv2.putText(
                detail, words, (8, 22), cv2.FONT_HERSHEY_SIMPLEX, 0.6, white, 1, cv2.LINE_AA
            )
            shown.append(detail)
    write("how/formats.jpg", row(*shown))


def continuity() -> None:
    """A clip that was spoiled on purpose, and what the director finds in it."""
    clip = livingstill.animate(
        SAMPLES / "lake.jpg", camera="truck-right", size="320x214", fps=24, duration=3
    )
    frames = [one.copy() for one in clip.frames()]
    frames[20] = frames[19]  # a lost frame
    frames[40] = np.clip(frames[40].astype(np.float32) * 1.12, 0, 255).astype(np.uint8)
    frames[58] = cv2.GaussianBlur(frames[58], (0, 0), 1.6)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spoiled.mkv"
        with Encoder(path, (320, 214), clip.timeline.fps) as encoder:
            for one in frames:
                packed = np.dstack([one, np.full(one.shape[:2], 255, np.uint8)])
                encoder.write(np.ascontiguousarray(packed).view(np.uint32)[..., 0])
        found = check.review(path).verdict
    width, height, low = 900, 250, 190
    chart = np.full((height, width, 3), 255, np.uint8)
    across = np.linspace(10, width - 10, len(frames))
    small = [cv2.cvtColor(one, cv2.COLOR_RGB2GRAY).astype(np.float32) for one in frames]
    change = [0.0, *(float(np.abs(a - b).mean()) for a, b in itertools.pairwise(small))]
    light = [float(one.mean()) for one in small]
    sharp = [float(cv2.Laplacian(one, cv2.CV_32F).std()) for one in small]
    for series, colour in (
        (change, (30, 120, 200)),
        (light, (210, 120, 0)),
        (sharp, (40, 150, 60)),
    ):
        values = np.array(series)
        values = (values - values.min()) / max(float(np.ptp(values)), 1e-6)
        points = np.stack([across, low - 160 * values], 1).round().astype(np.int32)
        cv2.polylines(chart, [points], False, colour, 2, cv2.LINE_AA)
    for number, fault in enumerate(found.faults):
        left, right = (int(across[min(i, len(frames) - 1)]) for i in (fault.first, fault.last))
        cv2.rectangle(chart, (left - 3, 10), (right + 3, low + 8), (200, 40, 40), 1)
        place = (max(0, left - 30), low + 24 + 14 * (number % 3))
        cv2.putText(
            chart, fault.kind, place, cv2.FONT_HERSHEY_SIMPLEX, 0.45, (160, 20, 20), 1, cv2.LINE_AA
        )
    write("how/continuity.jpg", chart, 92)


MADE: tuple[Callable[[], None], ...] = (
    seen, samples, fit, depth, layers, camera, motion, edges, formats, continuity,
)  # fmt: skip


def main(names: list[str]) -> None:
    """Make all pictures, or those named."""
    for make in MADE:
        if not names or make.__name__ in names:
            make()


if __name__ == "__main__":
    main(sys.argv[1:])
