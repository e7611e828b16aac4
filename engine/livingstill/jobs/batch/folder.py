"""The folder that a job of many tasks works in: one job at a time, and nothing half-written stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from livingstill.core.errors import InputError
from livingstill.io.files import remove_stale_parts
from livingstill.jobs.batch.work import RECORDS


def remove_partial_files(folder: Path) -> None:
    """Remove the partial files of a killed batch."""
    for path in (folder, *filter(Path.is_dir, folder.rglob("*"))):
        remove_stale_parts(path)


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Hold an exclusive lock on the batch's folder; the system releases it with the process.

    Raises
    ------
    InputError
        If another batch holds it, or the folder cannot be written.
    """
    try:
        import fcntl
    except ImportError:  # no such lock on this system
        yield
        return
    path = folder / RECORDS / "lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = path.open("w")
    except OSError as error:
        raise InputError(f"the folder {folder} cannot be written: {error.strerror}") from None
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InputError(
                f"another batch works in {folder}; wait for it or choose another folder"
            ) from None
        yield
