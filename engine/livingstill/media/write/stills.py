"""One picture per frame, numbered from 0; and a clip's poster."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import cv2
import numpy as np

from livingstill.core.errors import InputError
from livingstill.core.model import PackedRGBA
from livingstill.io import files
from livingstill.media import metadata as xmp
from livingstill.media.formats import Encoding
from livingstill.media.write.video import unpremultiplied

NUMBER = re.compile(r"%(?:0([1-9]))?d")
JPEG_QUALITY = {
    quality: [cv2.IMWRITE_JPEG_QUALITY, percent]
    for quality, percent in {"draft": 85, "standard": 93, "high": 97}.items()
}
"""Settings of ``encode_picture`` for a JPEG, by ``--quality``."""


def name_of(path: Path, index: int) -> Path:
    """Return the file of frame ``index`` of the sequence ``path``.

    >>> name_of(Path("frame-%04d.png"), 7).name
    'frame-0007.png'
    """
    return path.with_name(
        NUMBER.sub(lambda match: str(index).zfill(int(match[1] or 0)), path.name, count=1)
    )


def files_from(path: Path, count: int) -> list[Path]:
    """Return the pictures of the sequence ``path`` that are there with numbers from ``count`` on."""
    prefix, suffix = NUMBER.split(path.name, maxsplit=1)[:: NUMBER.groups + 1]
    numbered = re.compile(re.escape(prefix) + r"(\d+)" + re.escape(suffix))
    matches = ((numbered.fullmatch(file.name), file) for file in sorted(path.parent.iterdir()))
    return [
        file
        for match, file in matches
        if match and int(match[1]) >= count and name_of(path, int(match[1])) == file
    ]


def check_target(path: Path, overwrite: bool) -> None:
    """Raise InputError early for a sequence that could not be written.

    Raises
    ------
    InputError
        If a picture of it exists and ``overwrite`` is off, or the folder cannot be written.
    """
    files.check_target(name_of(path, 0), overwrite)


class Stills:
    """Writes the pictures into a hidden folder; ``place`` moves them out when all else is complete."""

    def __init__(
        self,
        path: Path,
        encoding: Encoding,
        overwrite: bool,
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        check_target(path, overwrite)
        self._path = path
        self._overwrite = overwrite
        self._metadata = metadata or {}
        self._suffix = encoding.format.suffix[-4:]
        self._alpha = encoding.alpha
        if self._suffix == ".png":
            level = int(encoding.options.get("compression_level", "6"))
            self._settings = [cv2.IMWRITE_PNG_COMPRESSION, min(level, 9)]
        else:
            self._settings = JPEG_QUALITY[encoding.quality]
        self._count = 0
        self._stack = ExitStack()
        self._folder = self._stack.enter_context(files.temporary(name_of(path, 0), folder=True))

    def write(self, packed: PackedRGBA) -> None:
        """Write one frame as a picture."""
        picture = io.BytesIO(encode_picture(packed, self._suffix, self._settings, self._alpha))
        xmp.embed(picture, self._suffix, self._metadata)
        name_of(self._folder / self._path.name, self._count).write_bytes(picture.getvalue())
        self._count += 1

    def _targets(self) -> list[Path]:
        return [name_of(self._path, index) for index in range(self._count)]

    def finish(self) -> None:
        """Raise InputError if a picture of one of the names is there, and must stay."""
        existing = next((target for target in self._targets() if target.exists()), None)
        if existing is not None and not self._overwrite:
            raise InputError(f"{existing} exists; give --overwrite to replace it, or another name")

    def place(self) -> None:
        """Move all pictures to their names; of a longer sequence that was there nothing stays."""
        for target in self._targets():
            (self._folder / target.name).replace(target)
        self._stack.close()
        for stale in files_from(self._path, self._count):
            stale.unlink()

    def abort(self) -> None:
        """Remove the hidden folder."""
        self._stack.close()


def encode_picture(
    packed: PackedRGBA, suffix: str, settings: list[int], alpha: bool = False
) -> bytes:
    """Return one frame as the bytes of a picture file."""
    if alpha:
        pixels = cv2.cvtColor(unpremultiplied(packed), cv2.COLOR_RGBA2BGRA)
    else:
        rgba = packed.view(np.uint8).reshape(*packed.shape, 4)
        pixels = cv2.cvtColor(rgba, cv2.COLOR_RGBA2BGR)
    return bytes(cv2.imencode(suffix, pixels, settings)[1])


_POSTERS = {
    ".png": [cv2.IMWRITE_PNG_COMPRESSION, 6],
    ".jpg": [cv2.IMWRITE_JPEG_QUALITY, 93],
    ".webp": [cv2.IMWRITE_WEBP_QUALITY, 90],
}


def check_poster(path: Path, overwrite: bool = False) -> str:
    """Return a poster's suffix; raise InputError early if it could not be written.

    Raises
    ------
    InputError
        If the suffix is none of .png, .jpg and .webp, or as ``files.check_target``.
    """
    suffix = {".jpeg": ".jpg"}.get(path.suffix.lower(), path.suffix.lower())
    if suffix not in _POSTERS:
        raise InputError(f"poster {path} has no picture's suffix; give .png, .jpg or .webp")
    files.check_target(path, overwrite)
    return suffix


def write_poster(
    path: str | Path,
    packed: PackedRGBA,
    *,
    overwrite: bool = False,
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write one frame as a PNG, JPEG or WebP picture, whole or not at all; JPEG is always opaque.

    Raises
    ------
    InputError
        As ``check_poster``.
    """
    path = Path(path)
    suffix = check_poster(path, overwrite)
    clear = suffix != ".jpg" and bool((packed >> np.uint32(24) < 255).any())
    picture = io.BytesIO(encode_picture(packed, suffix, _POSTERS[suffix], clear))
    if suffix != ".webp":  # a plain WebP has no place for a packet
        xmp.embed(picture, suffix, metadata or {})
    with files.atomic_write(path, overwrite) as part:
        part.write_bytes(picture.getvalue())
