"""The one decorator that compiles a kernel, and where its machine code is kept."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba.core import config, event
from numba.np import linalg

F = TypeVar("F", bound=Callable[..., Any])


def _without_blas() -> None:
    """Import Numba's array functions, which look for a BLAS in SciPy that no kernel of ours uses.

    Numba would import them at the first call of a kernel, and SciPy's linear algebra takes longer
    than all the rest of it. A host's matrix products lose nothing: Numba looks again for each.
    """

    def none() -> None:
        raise ImportError

    before = getattr(linalg, "ensure_blas", none)
    linalg.ensure_blas = none
    try:
        import_module("numba.np.arraymath")
    finally:
        linalg.ensure_blas = before


_without_blas()


class _Listener(event.Listener):  # type: ignore[misc]
    """Tells somebody, once, that a kernel is being compiled; reading one from disk is no news."""

    tell: Callable[[], object] | None = None

    def on_start(self, event: object) -> None:  # noqa: ARG002
        """Tell, and forget who was to be told."""
        tell, self.tell = self.tell, None
        if tell is not None:
            with suppress(OSError, ValueError):  # stderr may be closed or full
                tell()

    def on_end(self, event: object) -> None:
        """Say nothing."""


_listener = _Listener()
event.register("numba:compile", _listener)


def when_compiling(tell: Callable[[], object]) -> None:
    """Call ``tell``, and whoever was to be told before no more, when a kernel has to be compiled."""
    _listener.tell = tell


@cache
def _cache_folder() -> str | None:
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


def kernel(function: F) -> F:
    """Compile ``function`` at its first call: serial, without the GIL, strict IEEE, cached on disk.

    Threads are the caller's business (row bands), so results never depend on their number. No
    fastmath: it reorders sums, and then machines disagree.
    """
    folder = _cache_folder()
    before, config.CACHE_DIR = config.CACHE_DIR, folder or ""
    try:
        return _compiled(function, cache=folder is not None)
    except RuntimeError:  # "no locator available": nowhere to write, so compile each time
        return _compiled(function)
    finally:
        config.CACHE_DIR = before


def part(function: F) -> F:
    """Compile ``function`` like a kernel, for kernels of its file alone, which it is cached with.

    Python cannot call it: the wrappers that take its arguments apart would double its compilation.
    """
    return _compiled(function, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def _compiled(function: F, **options: bool) -> F:
    compiled: F = numba.njit(nogil=True, error_model="numpy", **options)(function)
    return compiled
