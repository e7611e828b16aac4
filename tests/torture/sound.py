"""Small sound files of every kind: what the torture spoils."""

from __future__ import annotations

import io
import os
import random
import tempfile
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image, ImageCms, features

PHOTO_FORMATS = {
    "jpg": ("JPEG", ("L", "RGB", "CMYK", "YCbCr")),
    "png": ("PNG", ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
    "webp": ("WEBP", ("RGB", "RGBA", "L")),
    "tif": ("TIFF", ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "I", "F", "I;16")),
    "bmp": ("BMP", ("1", "L", "P", "RGB", "RGBA")),
    "gif": ("GIF", ("1", "L", "P", "RGB", "RGBA")),
    "avif": ("AVIF", ("RGB", "RGBA")),
    "jp2": ("JPEG2000", ("L", "LA", "RGB", "RGBA", "I;16")),
    "ppm": ("PPM", ("1", "L", "RGB", "I")),
    "qoi": ("QOI", ("RGB", "RGBA")),
}  # fmt: skip
"""Every format that is read, by suffix: Pillow's name, and the modes it takes."""

SIZES = ((48, 32), (33, 47), (16, 16), (15, 40), (1, 1), (1, 400), (400, 16), (64, 64), (2000, 17))


def pixels(width: int, height: int, seed: int = 0) -> np.ndarray:
    """Return (height, width, 3) uint8: a slope with some grain."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    slope = np.stack([255 * x / width, 255 * y / height, 128 + 60 * np.sin(x / 5)], -1)
    return np.clip(slope + rng.normal(0, 12, slope.shape), 0, 255).astype(np.uint8)


def picture(mode: str, size: tuple[int, int], seed: int) -> Image.Image:
    """Return a picture of a mode."""
    rgb = Image.fromarray(pixels(*size, seed))
    if mode == "I;16":
        return Image.fromarray(np.asarray(rgb.convert("L")).astype(np.uint16) * 257)
    if mode == "LAB":
        srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        made = ImageCms.profileToProfile(rgb, srgb, lab, outputMode="LAB")
        assert made is not None
        return made
    if mode == "PA":
        return rgb.convert("P").convert("PA")
    if mode in {"LA", "RGBA"}:
        made = rgb.convert(mode)
        made.putalpha(rgb.getchannel(0))
        return made
    return rgb.convert(mode)


def formats() -> list[str]:
    """Return the suffixes that this machine's Pillow can write."""
    Image.init()
    missing = {"avif"} if not features.check("avif") else set()
    return [s for s, (name, _) in PHOTO_FORMATS.items() if name in Image.SAVE and s not in missing]


def photo(suffix: str, rng: random.Random, size: tuple[int, int] | None = None) -> bytes:
    """Return a whole file of a format: any mode, turned, profiled, animated as it comes."""
    name, modes = PHOTO_FORMATS[suffix]
    size = size or rng.choice(SIZES)
    image = picture(rng.choice(modes), size, rng.randrange(100))
    options: dict[str, Any] = {}
    if name in {"JPEG", "PNG", "WEBP", "TIFF", "AVIF"}:
        if rng.random() < 0.5:
            exif = Image.Exif()
            exif[0x0112] = rng.choice((*range(1, 9), 0, 9, 65535))
            exif.get_ifd(0x8769)[0xA405] = rng.choice((28, 0, 65535, 1))
            options["exif"] = exif
        if rng.random() < 0.4:
            options["icc_profile"] = profile(rng)
    if name in {"GIF", "WEBP", "PNG", "TIFF"} and rng.random() < 0.25:
        others = [picture(image.mode, size, seed) for seed in (1, 2)]
        options |= {"save_all": True, "append_images": others}
        if name != "TIFF":
            options["duration"] = 80
    if name == "TIFF":
        options["compression"] = rng.choice((None, "tiff_lzw", "tiff_deflate", "packbits"))
    if name == "JPEG" and rng.random() < 0.3:
        options["progressive"] = True
    with io.BytesIO() as out:
        try:
            image.save(out, name, **options)
        except (
            OSError,
            ValueError,
            SystemError,
            RuntimeError,
        ):  # some modes take no compression or animation
            out.seek(0), out.truncate()
            image.convert("RGB").save(out, name)
        return out.getvalue()


def profile(rng: random.Random) -> bytes:
    """Return a colour profile, sound or spoiled."""
    from torture.damage import spoiled

    kind = rng.choice(("sRGB", "LAB", "XYZ"))
    whole = ImageCms.ImageCmsProfile(ImageCms.createProfile(kind)).tobytes()
    return whole if rng.random() < 0.3 else spoiled(whole, rng) or b"\0"


def depth(kind: str, size: tuple[int, int] = (48, 32), seed: int = 0) -> bytes:
    """Return a depth file: png8, png16, tif, tiff32, npy or exr."""
    rng = np.random.default_rng(seed)
    near = np.linspace(0, 1, size[1], dtype=np.float32)[:, None].repeat(size[0], 1)
    near[8:20, 10:30] = np.float32(0.9) + rng.random(dtype=np.float32) * np.float32(0.1)
    out = io.BytesIO()
    if kind == "npy":
        np.save(out, near)
    elif kind == "objects":  # unpickling it would run a program
        np.save(out, np.array([_Evil()], dtype=object), allow_pickle=True)
    elif kind == "archive":
        np.savez(out, near)
    elif kind == "exr":
        return _exr(near)
    elif kind == "tiff32":
        Image.fromarray(near).save(out, "TIFF")
    elif kind == "png8":
        Image.fromarray((near * 255).astype(np.uint8)).save(out, "PNG")
    else:
        deep = Image.fromarray((near * 65535).astype(np.uint16))
        deep.save(out, {"png16": "PNG", "tif": "TIFF"}[kind])
    return out.getvalue()


DEPTHS = {"png8": "png", "png16": "png", "tif": "tif", "tiff32": "tif", "npy": "npy", "exr": "exr",
          "objects": "npy", "archive": "npz"}  # fmt: skip


class _Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("touch unpickled",)


def _exr(values: np.ndarray) -> bytes:
    """Return an OpenEXR file of one float channel Z, uncompressed scan lines."""
    height, width = values.shape

    def attribute(name: str, kind: str, data: bytes) -> bytes:
        return (
            name.encode() + b"\0" + kind.encode() + b"\0" + len(data).to_bytes(4, "little") + data
        )

    def ints(*numbers: int) -> bytes:
        return b"".join(n.to_bytes(4, "little", signed=True) for n in numbers)

    box = ints(0, 0, width - 1, height - 1)
    one = np.float32(1).tobytes()
    channel = b"Z\0" + ints(2) + b"\0\0\0\0" + ints(1, 1) + b"\0"
    header = (
        b"\x76\x2f\x31\x01\x02\0\0\0"
        + b"".join(
            (
                attribute("channels", "chlist", channel),
                attribute("compression", "compression", b"\0"),
                attribute("dataWindow", "box2i", box),
                attribute("displayWindow", "box2i", box),
                attribute("lineOrder", "lineOrder", b"\0"),
                attribute("pixelAspectRatio", "float", one),
                attribute("screenWindowCenter", "v2f", bytes(8)),
                attribute("screenWindowWidth", "float", one),
            )
        )
        + b"\0"
    )
    line = 8 + 4 * width
    start = len(header) + 8 * height
    table = b"".join((start + y * line).to_bytes(8, "little") for y in range(height))
    rows = b"".join(ints(y, 4 * width) + values[y].tobytes() for y in range(height))
    return header + table + rows


CLIPS = ("mp4", "mov", "webm", "mkv", "avi", "gif", "png", "webp", "y4m")


@cache
def clip(suffix: str) -> bytes:
    """Return a clip of 8 frames of 48x32; mp4 and mov have sound."""
    frames = [np.roll(pixels(48, 32, 3), 2 * index, 1) for index in range(8)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"clip.{suffix}"
        if suffix == "webp":
            first, *rest = [Image.fromarray(frame) for frame in frames]
            first.save(path, save_all=True, append_images=rest, duration=100, lossless=True)
            return path.read_bytes()
        codec, form, layout = {
            "mp4": ("libx264", None, "yuv420p"), "mov": ("mpeg4", None, "yuv420p"),
            "webm": ("libvpx-vp9", None, "yuv420p"), "mkv": ("ffv1", "matroska", "bgr0"),
            "avi": ("mjpeg", None, "yuvj420p"), "gif": ("gif", None, "rgb8"),
            "png": ("apng", "apng", "rgb24"), "y4m": ("wrapped_avframe", "yuv4mpegpipe", "yuv420p"),
        }[suffix]  # fmt: skip
        with av.open(str(path), "w", format=form) as container:
            stream = container.add_stream(codec, rate=Fraction(10))
            stream.width, stream.height, stream.pix_fmt = 48, 32, layout
            sound = container.add_stream("aac", rate=44100) if suffix in {"mp4", "mov"} else None
            for frame in frames:
                shown = av.VideoFrame.from_ndarray(frame, format="rgb24").reformat(format=layout)
                container.mux(stream.encode(shown))
            container.mux(stream.encode(None))
            if sound is not None:
                wave = np.zeros((1, 1024), np.float32)
                tone = av.AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
                tone.sample_rate = 44100
                container.mux(sound.encode(tone))
                container.mux(sound.encode(None))
        return path.read_bytes()
