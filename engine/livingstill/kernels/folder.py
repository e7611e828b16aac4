"""Where the machine code of kernels is kept on disk; known without Numba, which takes a second."""

from __future__ import annotations

import hashlib
import os
import tempfile
from functools import cache
from pathlib import Path


@cache
def cache_folder() -> str | None:
    """Return a writable folder named after a hash of all kernel sources, or None.

    Numba's own cache notices edits of a kernel's file only; the hash notices every file and so
    also an upgrade. ``NUMBA_CACHE_DIR`` wins when the user set it.
    """
    if os.environ.get("NUMBA_CACHE_DIR"):
        return os.environ["NUMBA_CACHE_DIR"]
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    root = os.environ.get("XDG_CACHE_HOME") or Path(os.path.expanduser("~")) / ".cache"  # noqa: PTH111
    folder = Path(root) / "livingstill" / f"kernels-{digest.hexdigest()[:16]}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return str(folder)
    except OSError:
        return None
