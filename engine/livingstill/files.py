"""Files appear whole or not at all: written under a temporary name, then renamed."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from livingstill.errors import InputError


def check_target(path: Path, overwrite: bool) -> None:
    """Refuse early what could not be written at the end.

    Raises
    ------
    InputError
        If ``path`` exists and ``overwrite`` is off, is a folder, or its folder is missing or
        cannot be written.
    """
    if path.is_dir():
        raise InputError(f"{path} is a folder; give a file name in it")
    if path.exists() and not overwrite:
        raise InputError(f"{path} exists; give --overwrite to replace it, or another name")
    folder = path.parent
    if not folder.is_dir():
        raise InputError(f"the folder {folder} does not exist; create it, or choose another")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(f"the folder {folder} cannot be written; choose another")


@contextmanager
def replacing(path: Path, overwrite: bool = False) -> Iterator[Path]:
    """Give a temporary name beside ``path``; rename it when the block ends well, else remove it.

    The temporary name keeps the suffix, by which many writers choose their format.

    Raises
    ------
    InputError
        As ``check_target``, or when the disk refuses.
    """
    check_target(path, overwrite)
    part = path.with_name(f".{path.stem}.{secrets.token_hex(4)}.part{path.suffix}")
    try:
        yield part
        part.replace(path)
    except OSError as error:
        raise InputError(
            f"cannot write {path}: {error.strerror or error}; free some space or choose another place"
        ) from None
    finally:
        part.unlink(missing_ok=True)


def write_png(path: Path, picture: NDArray[Any], overwrite: bool = False) -> None:
    """Write a picture as PNG, in OpenCV's order of channels: grey, BGR or BGRA; 8 or 16 bits.

    Raises
    ------
    InputError
        As ``replacing``.
    """
    import cv2

    with replacing(path, overwrite) as part:
        part.write_bytes(cv2.imencode(".png", picture)[1].tobytes())


@contextmanager
def folder(path: Path) -> Iterator[Path]:
    """Give a temporary folder beside ``path``; move its files into ``path`` if the block ends well.

    Raises
    ------
    InputError
        If the folder cannot be made or written.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        part.mkdir(parents=True)
        yield part
        path.mkdir(exist_ok=True)
        for file in sorted(part.iterdir()):
            file.replace(path / file.name)
    except OSError as error:
        raise InputError(
            f"cannot write the folder {path}: {error.strerror or error}; choose another place"
        ) from None
    finally:
        shutil.rmtree(part, ignore_errors=True)
