"""Memory that is free in the process: used again, or given back to the system."""

from __future__ import annotations

import ctypes
from contextlib import suppress

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Parameters of glibc's ``mallopt``."""

_MOST = 2**31 - 1

_LARGE_BYTES = 2**25
"""What is larger is given back at once. A heap that keeps such arrays has gaps that no other fits in; and glibc
before 2.35 takes no more than half of a heap, which this is."""


def reuse_freed() -> None:
    """Let the C library keep freed memory and use it again, in all threads; of use with glibc alone.

    By default it gives arrays back to the system at once, and each new one is cleared by it anew:
    for a clip of 1080p that is a third of all memory that is ever touched, and half a second.
    """
    with suppress(OSError, AttributeError, TypeError):
        library = ctypes.CDLL(None)
        if library.mallopt(_MMAP_THRESHOLD, _LARGE_BYTES):  # with the rest alone it would be slower
            library.mallopt(_TRIM_THRESHOLD, _MOST)
            library.mallopt(_ARENA_MAX, 1)


def trim_heap() -> None:
    """Return freed memory that the C library keeps to the system; of use with glibc alone."""
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
