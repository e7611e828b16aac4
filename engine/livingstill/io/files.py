"""Files appear whole or not at all: written under a temporary name, then renamed.

A temporary name is held by a lock that ends with its process, so that what a killed run left can be
told from what another run is just writing, and be removed.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import unquote

from numpy.typing import NDArray

from livingstill.core.errors import InputError

fcntl: Any
try:
    import fcntl
except ImportError:  # such locks are not on this system: leftovers stay there
    fcntl = None

_PART = re.compile(r"\..*\.[0-9a-f]{8}\.part(\.\w+)?")

_unfinished: set[Path] = set()
"""The temporary files and folders this process has open."""

_URL = re.compile("(https?|ftp|s3|gs|file):/+", re.IGNORECASE)
_BARE_URL = re.compile(r"(www\.[\w-]+\.\w+[/\\]|data:\w+/).*", re.IGNORECASE)
"""An address as browsers show it, or a picture within one."""

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

_LONGEST_NAME, _LONGEST_STEM = 255, 200
"""Bytes of a file's name, and what of it a temporary name keeps."""


def check_target(path: Path, overwrite: bool, *, make: bool = False) -> None:
    """Refuse early what could not be written at the end; ``make``: its folder will be made.

    Raises
    ------
    InputError
        If ``path`` exists and ``overwrite`` is off, is a folder, a pipe or a device, or its folder
        is missing or cannot be written.
    """
    if len(os.fsencode(path.name)) > _LONGEST_NAME or "\0" in str(path):
        raise InputError(f"{path} is no name for a file; give one of at most {_LONGEST_NAME} bytes")
    if path.is_dir():
        raise InputError(f"{path} is a folder; give a file name in it")
    if path.exists() and not path.is_file():
        raise InputError(f"{path} is no ordinary file; give another name, or - for standard output")
    if os.path.lexists(path) and not overwrite:
        raise _exists_error(path)
    folder = path.parent
    if make:
        folder = next((f for f in (folder, *folder.parents) if os.path.lexists(f)), folder)
        if not folder.is_dir():
            raise InputError(f"{folder} is no folder, so {path} cannot be in it; choose another")
    if not folder.is_dir():
        raise InputError(f"the folder {folder} does not exist; create it, or choose another")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(f"the folder {folder} cannot be written; choose another")


def refuse_url(path: Path, noun: str) -> None:
    """Refuse an address of the network, ``file:`` or ``data:``, and say what to give instead.

    Raises
    ------
    InputError
        If ``path`` is one; ``noun`` begins the sentence.
    """
    url = _URL.match(str(path))  # of whose slashes a path keeps one
    if url is None:
        if _BARE_URL.fullmatch(str(path)) and not path.exists():
            raise InputError(
                f"{noun} {str(path)[:60]} is an address, and nothing is fetched from the network; "
                "save the picture as a file first, and give its path"
            )
        return
    scheme, rest = url[1].lower(), str(path)[url.end() :]
    if scheme == "file":
        local = unquote(rest.removeprefix("localhost/"))
        raise InputError(f"{noun} file:///{rest} is an address; give its path, /{local}")
    raise InputError(
        f"{noun} {scheme}://{rest} is an address, and nothing is fetched from the network; "
        "download it first, and give the path of the file"
    )


def split_suffix(name: str) -> tuple[str, str]:
    """Return a file's name without its suffix, and the suffix; that of a Motion Photo has two parts.

    >>> split_suffix("lake.mp4"), split_suffix("lake.MP.jpg")
    (('lake', '.mp4'), ('lake', '.MP.jpg'))
    """
    suffix = PurePath(name).suffix
    stem = name.removesuffix(suffix)
    if suffix.lower() in {".jpg", ".jpeg"} and stem.lower().endswith(".mp"):
        stem, suffix = stem[:-3], stem[-3:] + suffix
    return stem, suffix


def with_tag(path: Path, tag: str) -> Path:
    """Return ``path`` with ``-tag`` before its suffix.

    >>> with_tag(Path("lake.MP.jpg"), "2").name
    'lake-2.MP.jpg'
    """
    stem, suffix = split_suffix(path.name)
    return path.with_name(f"{stem}-{tag}{suffix}")


def free_name(path: Path, exists: Callable[[Path], bool] = os.path.lexists) -> Path:
    """Return ``path``, or the first of ``<stem>-2``, ``<stem>-3``... that is not ``exists``."""
    candidate, number = path, 1
    while exists(candidate):
        number += 1
        candidate = with_tag(path, str(number))
    return candidate


def is_full(error: OSError | str) -> bool:
    """Return whether an error, or its sentence, says that a disk is full, for this user or in all."""
    if isinstance(error, OSError):
        return error.errno in _FULL
    return any(os.strerror(code) in error for code in _FULL)


def _exists_error(path: Path) -> InputError:
    return InputError(f"{path} exists; give --overwrite to replace it, or another name")


def check_inputs_preserved(targets: Iterable[Path], sources: Iterable[Path | None]) -> None:
    """Raise InputError where an output is one of the input files, even with ``--overwrite``.

    Raises
    ------
    InputError
        Naming the first target that is a source too, by whatever name or link.
    """
    read = [source for source in sources if source is not None]
    for target in targets:
        for source in read:
            with suppress(OSError, ValueError):
                if target.samefile(source):
                    raise InputError(
                        f"{target} would replace {source}, which is read; give it another name"
                    )


def _hold_lock(path: Path) -> int:
    """Lock the file or folder at ``path``; return the descriptor that holds the lock.

    Raises
    ------
    OSError
        ``BlockingIOError`` if another process holds it, ``FileNotFoundError`` if it was swept away,
        others where there are no such locks.
    """
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(handle).st_ino != path.stat().st_ino:
            raise FileNotFoundError
    except OSError:
        os.close(handle)
        raise
    return handle


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


def remove_stale_parts(folder: Path) -> None:
    """Remove the temporary files and folders of killed runs from ``folder``."""
    if fcntl is None:
        return
    with suppress(OSError), os.scandir(folder) as entries:
        leftovers = [Path(entry.path) for entry in entries if _PART.fullmatch(entry.name)]
        for path in leftovers:
            with suppress(OSError):
                handle = _hold_lock(path)
                _remove(path)
                os.close(handle)


@contextmanager
def ensured_folder(path: Path) -> Iterator[None]:
    """Make a folder and those above it where they are missing; unmake them if the block fails.

    Raises
    ------
    InputError
        If it cannot be made.
    """
    missing = [folder for folder in (path, *path.parents) if not os.path.lexists(folder)]
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or error
        raise InputError(f"cannot make the folder {path}: {said}; choose another") from None
    try:
        yield
    except BaseException:
        with suppress(OSError):  # something is in it
            for folder in missing:
                folder.rmdir()
        raise


@contextmanager
def temporary(path: Path, *, folder: bool = False) -> Iterator[Path]:
    """Give an empty file (or ``folder``) beside ``path`` under a hidden name; remove it at the end.

    The name keeps the suffix, by which many writers choose their format. What killed runs left
    beside ``path`` is removed first.

    Raises
    ------
    OSError
        If it cannot be made.
    """
    remove_stale_parts(path.parent)
    stem, suffix = (path.name, "") if folder else (path.stem, path.suffix)
    stem = os.fsdecode(os.fsencode(stem)[:_LONGEST_STEM])
    part = path
    handle = None
    try:
        while True:
            part = path.with_name(f".{stem}.{secrets.token_hex(4)}.part{suffix}")
            _unfinished.add(part)
            if folder:
                part.mkdir()
            else:
                part.open("xb").close()
            try:
                handle = _hold_lock(part) if fcntl is not None else None
            except (BlockingIOError, FileNotFoundError):  # swept before it was held
                _unfinished.discard(part)
                continue
            except OSError:  # a file system without locks
                handle = None
            break
        yield part
    finally:
        if part in _unfinished:
            _remove(part)
            _unfinished.discard(part)
        if handle is not None:
            os.close(handle)


def remove_unfinished() -> None:
    """Remove what ``temporary`` has open, for a process that is interrupted and ends.

    An interrupt may fall between the making of a context and its block, where nothing unwinds it.
    """
    for part in tuple(_unfinished):
        _remove(part)


@contextmanager
def atomic_write(path: Path, overwrite: bool = False) -> Iterator[Path]:
    """Give a temporary file beside ``path``; rename it when the block ends well, else remove it.

    Without ``overwrite`` not even a file that came there meanwhile is replaced.

    Raises
    ------
    InputError
        As ``check_target``, or when the disk refuses.
    """
    check_target(path, overwrite)
    try:
        with temporary(path) as part:
            yield part
            _rename_into_place(part, path, overwrite)
    except OSError as error:
        raise InputError(
            f"cannot write {path}: {error.strerror or error}; free some space or choose another place"
        ) from None


def _rename_into_place(part: Path, path: Path, overwrite: bool) -> None:
    """Move a finished file to its name atomically."""
    if not overwrite:
        try:
            os.link(part, path)  # unlike a rename it never replaces
            return
        except FileExistsError:
            raise _exists_error(path) from None
        except OSError:  # a file system without such links
            check_target(path, overwrite)
    part.replace(path)


def write_png(path: Path, picture: NDArray[Any], overwrite: bool = False) -> None:
    """Write a picture as PNG, in OpenCV's order of channels: grey, BGR or BGRA; 8 or 16 bits.

    Raises
    ------
    InputError
        As ``atomic_write``.
    """
    import cv2

    with atomic_write(path, overwrite) as part:
        part.write_bytes(cv2.imencode(".png", picture)[1].tobytes())


@contextmanager
def folder(path: Path, overwrite: bool = False) -> Iterator[Path]:
    """Give a temporary folder beside ``path``; move its files into ``path`` if the block ends well.

    Raises
    ------
    InputError
        If the folder cannot be made or written, or has one of the files and ``overwrite`` is off.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary(path, folder=True) as part:
            yield part
            path.mkdir(exist_ok=True)
            files_made = sorted(part.iterdir())
            for file in files_made:
                check_target(path / file.name, overwrite)
            for file in files_made:
                file.replace(path / file.name)
    except OSError as error:
        raise InputError(
            f"cannot write the folder {path}: {error.strerror or error}; choose another place"
        ) from None
