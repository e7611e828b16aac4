"""Files that a page may name, each by a handle; a page never names a path."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from livingstill.core.errors import InputError

MOST_BYTES = 2**30
MOST_FILES = 400
"""What all uploads of a session may take; those used longest ago go first."""

MOST_PICTURES = 80
"""Pictures made for a page, such as masks of regions, that are there at once."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file with a handle: where it is, what it is called, and whether it is ours to remove.

    ``picture`` is one that was made for a page, and can be made again.
    """

    path: Path
    name: str
    size: int
    own: bool
    picture: bool = False


class Handles:
    """The files of a session in a folder of its own, bounded in number and bytes."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._lock = folder, Lock()
        self._files: OrderedDict[str, Stored] = OrderedDict()

    def __contains__(self, handle: object) -> bool:
        return handle in self._files

    def new_path(self, suffix: str) -> Path:
        """Return a name for a file that will be kept, in the session's folder."""
        return self._folder / f"{secrets.token_hex(8)}{suffix}"

    def keep(self, path: Path, name: str, *, picture: bool = False) -> str:
        """Return a handle for a file in the session's folder; the oldest files may go for it."""
        return self._add(Stored(path, name, path.stat().st_size, own=True, picture=picture))

    def put_picture(self, data: bytes, name: str) -> str:
        """Return a handle for a picture that was made for a page."""
        path = self.new_path(Path(name).suffix)
        path.write_bytes(data)
        return self.keep(path, name, picture=True)

    def refer(self, path: Path) -> str:
        """Return a handle for a file that lies elsewhere and stays there."""
        for handle, stored in self._files.items():
            if stored.path == path:
                return handle
        return self._add(Stored(path, path.name, 0, own=False))

    def of(self, handle: object) -> Stored:
        """Return the file of a handle.

        Raises
        ------
        InputError
            If there is none, or it had to go.
        """
        with self._lock:
            stored = self._files.get(handle) if isinstance(handle, str) else None
            if stored is None:
                raise InputError("a file of this page is no longer here; choose or paint it again")
            self._files.move_to_end(str(handle))
            return stored

    def drop(self, handle: str) -> None:
        """Forget a file, and remove it if it is the session's own."""
        with self._lock:
            stored = self._files.pop(handle, None)
            if stored is not None and stored.own:
                stored.path.unlink(missing_ok=True)

    def _add(self, stored: Stored) -> str:
        handle = f"f{secrets.token_hex(8)}"
        with self._lock:
            self._files[handle] = stored
            alike = [k for k, f in self._files.items() if f.own and f.picture is stored.picture]
            most = MOST_PICTURES if stored.picture else MOST_FILES
            total = sum(self._files[key].size for key in alike)
            while len(alike) > 1 and (total > MOST_BYTES or len(alike) > most):
                oldest = self._files.pop(alike.pop(0))
                total -= oldest.size
                oldest.path.unlink(missing_ok=True)
        return handle
