"""Opens untrusted picture files: size limits first, damage raised as InputError."""

from __future__ import annotations

import io
import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from importlib import import_module
from pathlib import Path

from PIL import Image, ImageFile, TiffImagePlugin, UnidentifiedImageError

from livingstill.core.errors import InputError

LARGEST_FILE = 2**31
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", "JPEG2000", "PPM", "QOI")
"""What we let Pillow try: pictures only, never formats that start another program (EPS, WMF)."""

_PLUGINS = ("Avif", "Jpeg2K", "Qoi", "Tiff", "WebP")
"""Pillow's modules of these formats besides those it always imports; Image.init() imports 40 more."""

SUFFIXES = frozenset(
    (
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".mpo"),
        *(".png", ".apng", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".qoi"),
        *(".avif", ".avifs", ".heic", ".heif", ".hif"),
        *(".jp2", ".j2k", ".jpc", ".jpf", ".jpx", ".j2c"),
        *(".pbm", ".pgm", ".ppm", ".pnm", ".pfm"),
    )
)
"""Suffixes of pictures in these formats and in HEIF, lower case."""

_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}
_SUBFILE_TYPE, _DNG_VERSION = 254, 50706
_BITS, _PHOTOMETRIC, _SAMPLES, _PLANES, _SAMPLE_FORMAT = 258, 262, 277, 284, 339
_SAMPLE_FORMATS = {1: "integer", 2: "signed integer", 3: "floating point"}
_OTHER_FORMATS = (
    (0, b"\xff\x0a", "JPEG XL"), (0, b"\0\0\0\x0cJXL ", "JPEG XL"),
    (0, b"8BPS", "a Photoshop file"), (0, b"%PDF", "a PDF"), (0, b"%!PS", "PostScript"),
    (0, b"<svg", "an SVG"), (0, b"\x76\x2f\x31\x01", "OpenEXR"), (0, b"#?RADIANCE", "Radiance HDR"),
    (8, b"CR\2", "a camera's raw file"), (4, b"ftypcrx ", "a camera's raw file"),
    (0, b"FUJIFILMCCD-RAW", "a camera's raw file"), (0, b"IIRO", "a camera's raw file"),
    (0, b"IIU\0", "a camera's raw file"),
)  # fmt: skip
"""Where in a file which bytes tell a format that we do not read, and its name in a sentence."""

_pillow_lock = threading.Lock()


def bytes_of(path: Path, noun: str) -> bytes:
    """Return the bytes of a file of sensible size; ``noun`` begins the sentence of an error.

    Raises
    ------
    InputError
        If there is no such file, it is none, empty, larger than 2 GiB, or may not be read.
    """
    try:
        if path.is_dir():
            raise InputError(f"{noun} {path} is a folder; name one file in it")
        if not path.exists():
            raise InputError(f"{noun} {path} does not exist; check its name and folder")
        if not path.is_file():
            raise InputError(f"{noun} {path} is no ordinary file; copy it to one")
        size = path.stat().st_size
        if size == 0:
            raise InputError(f"{noun} {path} is empty (0 bytes); get an intact copy")
        if size > LARGEST_FILE:
            gib = size / 2**30
            raise InputError(f"{noun} {path} is a file of {gib:.1f} GiB; it must be at most 2 GiB")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise InputError(f"{noun} {path} cannot be read: {short_message(error)}") from None


@contextmanager
def open_picture(path: Path, data: bytes, noun: str, max_pixels: int) -> Iterator[Image.Image]:
    """Give the picture in ``data`` with its header read; pixels decode strictly inside the block.

    Pillow's switches for damage and bombs are global, so one picture is open at a time.

    Raises
    ------
    InputError
        If it is no picture, has more than ``max_pixels``, or anything else goes wrong in the block
        (its decoders raise all kinds of errors on damaged files).
    """
    with _pillow_lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        saved_limits = Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES
        Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES = None, False
        try:
            image = _header(path, data, noun)
            width, height = image.size
            if width * height > max_pixels:
                raise InputError(
                    f"{noun} {path} is {width}x{height} = {width * height / 1e6:.4g} million "
                    f"pixels; it must have at most {max_pixels / 1e6:.4g} million, "
                    "or raise --max-pixels"
                )
            Image.MAX_IMAGE_PIXELS = max_pixels
            with _stderr_silenced() if image.format == "TIFF" else nullcontext():
                yield image
        except InputError:
            raise
        except MemoryError:
            raise InputError(
                f"{noun} {path} is {width}x{height} pixels, more than the memory of this machine "
                "holds; make it smaller"
            ) from None
        except Exception as error:
            raise InputError(
                f"{noun} {path} is damaged or cut short ({short_message(error)}); get an intact copy"
            ) from None
        finally:
            Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES = saved_limits


def is_animation(path: Path) -> bool:
    """Say whether a file is a GIF of several frames; what cannot be read is none."""
    try:
        with Image.open(path, formats=["GIF"]) as image:
            return bool(getattr(image, "is_animated", False))
    except Exception:  # its parser raises all kinds of errors on damaged files
        return False


@contextmanager
def _stderr_silenced() -> Iterator[None]:
    """Redirect the descriptor of stderr to the null device: libtiff prints there what it raises."""
    try:
        saved = os.dup(2)
    except OSError:  # it is closed
        yield
        return
    try:
        with open(os.devnull, "wb") as null:  # noqa: PTH123
            os.dup2(null.fileno(), 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)


def _header(path: Path, data: bytes, noun: str) -> Image.Image:
    """Return the picture with its header read and no pixel decoded."""
    Image.preinit()
    for plugin in _PLUGINS:
        import_module(f"PIL.{plugin}ImagePlugin")
    formats = list(FORMATS)
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
        try:
            import pillow_heif
        except ImportError:
            raise InputError(
                f"{noun} {path} is HEIC, which needs pillow-heif; "
                "install livingstill[heic] or save it as JPEG"
            ) from None
        pillow_heif.register_heif_opener(thumbnails=False)
        formats.append("HEIF")
    try:
        image = Image.open(io.BytesIO(data), formats=formats)
        if image.format == "TIFF" and _is_raw(image):
            raise InputError(
                f"{noun} {path} is a camera's raw file, of which only a preview can be read; "
                "develop it and save it as JPEG, PNG or TIFF"
            )
        if image.format == "TIFF" and _has_deep_planes(image):
            raise UnidentifiedImageError  # Pillow would take half of a sample for one
        return image
    except UnidentifiedImageError:
        for start, mark, name in _OTHER_FORMATS:
            if data.startswith(mark, start):
                raise InputError(
                    f"{noun} {path} is {name}, which cannot be read; save it as JPEG, PNG or TIFF"
                ) from None
        if samples := _tiff_samples(data):
            raise InputError(
                f"{noun} {path} is a TIFF of {samples}, which cannot be read; "
                "save it as 8 or 16 bits of grey, RGB or RGBA"
            ) from None
        raise InputError(
            f"{noun} {path} is no picture we can read; "
            "give a JPEG, PNG, WebP, TIFF, BMP, GIF, HEIC or AVIF"
        ) from None


def _is_raw(image: Image.Image) -> bool:
    """Return whether a TIFF is a DNG, or begins with a reduced picture as NEF and ARW do."""
    tags: TiffImagePlugin.ImageFileDirectory_v2 = image.tag_v2  # type: ignore[attr-defined]
    return _DNG_VERSION in tags or bool(int(tags.get(_SUBFILE_TYPE, 0)) & 1)


def _has_deep_planes(image: Image.Image) -> bool:
    """Return whether a TIFF has more than 8 bits a sample, and a plane for each of several."""
    tags: TiffImagePlugin.ImageFileDirectory_v2 = image.tag_v2  # type: ignore[attr-defined]
    bits = tags.get(_BITS, (1,))
    return tags.get(_PLANES) == 2 and len(bits) > 1 and max(bits) > 8


def _tiff_samples(data: bytes) -> str | None:
    """Return what the samples of a TIFF are, in words; None if it does not say, or is no TIFF."""
    try:
        tags = TiffImagePlugin.ImageFileDirectory_v2(data[:8])
        file = io.BytesIO(data)
        file.seek(tags.next)
        tags.load(file)
        bits, count = tags[_BITS], int(tags.get(_SAMPLES, 1))
        kind = _SAMPLE_FORMATS.get(tags.get(_SAMPLE_FORMAT, (1,))[0], "unknown type")
        inverse = ", white as 0" if tags.get(_PHOTOMETRIC) == 0 else ""
        inverse += ", each in a plane of its own" if tags.get(_PLANES) == 2 else ""
        each = "/".join(str(int(b)) for b in sorted(set(bits)))
    except Exception:  # any byte may be wrong in its tags
        return None
    return f"{count} {'sample' if count == 1 else 'samples'} per pixel, {each}-bit {kind}{inverse}"


def short_message(error: BaseException) -> str:
    """Return an exception's words on one short line, without file handles."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(text).split()).split(" <_io")[0][:120]
