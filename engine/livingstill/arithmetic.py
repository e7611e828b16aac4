"""OpenCV's plain code path: the same numbers on every processor of a kind, for a little more time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

import cv2

_lock = Lock()
_state = {"inside": 0, "before": True}


@contextmanager
def plain() -> Iterator[None]:
    """While the block runs, OpenCV uses nothing that only some processors have.

    Its code for AVX2 and AVX-512, and Intel's IPP, add and round in other orders, so that the last
    bits of the network and of resized masks would depend on the machine. The switch is the whole
    process's: blocks may overlap, and the last to end sets it back.
    """
    with _lock:
        if _state["inside"] == 0:
            _state["before"] = cv2.useOptimized()
            cv2.setUseOptimized(False)
        _state["inside"] += 1
    try:
        yield
    finally:
        with _lock:
            _state["inside"] -= 1
            if _state["inside"] == 0:
                cv2.setUseOptimized(bool(_state["before"]))
