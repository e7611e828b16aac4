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

_HEAP_BYTES_PER_PIXEL = 100
"""What a clip takes from the heap at least, by the pixels of a frame."""
_MAX_PREFAULT_PIXELS = 2**21
"""More than these count no further, and from twice as many on most arrays do not come from the heap."""
_CHUNK = 2**23
"""Bytes that are prefaulted at a time."""

_state = {"keeps freed": False}


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
            _state["keeps freed"] = True


def prefault(pixels: int) -> None:
    """Fault in what a clip of ``pixels`` a frame will take from the heap, if freed memory is kept.

    For a thread beside one that imports: later both cores are busy, and memory is slow to clear. Nothing
    is done for large frames, whose arrays do not come from what is kept.
    """
    if not _state["keeps freed"] or pixels > 2 * _MAX_PREFAULT_PIXELS:
        return
    library = ctypes.CDLL(None)
    library.malloc.restype, library.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    library.free.restype, library.free.argtypes = None, [ctypes.c_void_p]
    count = _HEAP_BYTES_PER_PIXEL * min(pixels, _MAX_PREFAULT_PIXELS) // _CHUNK
    blocks = [library.malloc(_CHUNK) for _ in range(count)]
    for block in filter(None, blocks):
        ctypes.memset(block, 0, _CHUNK)
    for block in blocks:
        library.free(block)


def trim_heap() -> None:
    """Return freed memory that the C library keeps to the system; of use with glibc alone."""
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
