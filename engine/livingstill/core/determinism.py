"""OpenCV's plain code path: the same numbers on every processor of a kind and any number of threads."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from threading import Lock

import cv2
from cv2.utils import logging

_NEEDED = {
    "dnn": "readNetFromONNX",
    "ipp": "useIPP",
    "ximgproc": "createFastGlobalSmootherFilter",
}
"""What not every OpenCV has, by module: the contributed ones are in a package of their own."""


def _check() -> None:
    """Refuse an OpenCV that lacks what we need, here and now rather than in the midst of a clip."""
    for module, feature in _NEEDED.items():
        if not hasattr(getattr(cv2, module, None), feature):
            raise ImportError(f"cannot import name '{feature}' from 'cv2.{module}'", name="cv2")


_check()

AVX_512 = bool(cv2.checkHardwareSupport(13))
"""Whether this processor has AVX-512F: asked here, since within ``plain`` OpenCV denies it."""

_lock = Lock()
_plain = {"inside": 0, "before": True}
_alone = {"inside": 0, "before": 1}


def _without_ipp() -> None:
    """Turn Intel's IPP off for this process, unless somebody has used or chosen it already."""
    if "OPENCV_IPP" in os.environ:
        return
    level = logging.setLogLevel(logging.LOG_LEVEL_ERROR)  # it would warn that it was told so
    os.environ["OPENCV_IPP"] = "disabled"
    cv2.ipp.useIPP()  # reads the variable, once and for all
    del os.environ["OPENCV_IPP"]
    logging.setLogLevel(level)


_without_ipp()


@contextmanager
def plain() -> Iterator[None]:
    """While the block runs, OpenCV uses nothing that only some processors have.

    Its code for AVX2 and AVX-512, and Intel's IPP, add and round in other orders, so that the last
    bits of the network and of resized masks would depend on the machine. The switch is the whole
    process's: blocks may overlap, and the last to end sets it back. IPP alone is switched for the
    calling thread only; where a host has it running already, the block works on that one thread.
    """
    intel = cv2.ipp.useIPP()
    with alone() if intel else nullcontext():
        with _lock:
            if _plain["inside"] == 0:
                _plain["before"] = cv2.useOptimized()
            _plain["inside"] += 1
            cv2.setUseOptimized(False)
        try:
            yield
        finally:
            with _lock:
                _plain["inside"] -= 1
                if _plain["inside"] == 0:
                    cv2.setUseOptimized(bool(_plain["before"]))
                cv2.ipp.setUseIPP(intel)


@contextmanager
def alone() -> Iterator[None]:
    """While the block runs, OpenCV works on one thread.

    For what rounds otherwise at the ends of each thread's share of the rows, as its fast global
    smoother does. The switch is the whole process's, like that of ``plain``.
    """
    with _lock:
        if _alone["inside"] == 0:
            _alone["before"] = cv2.getNumThreads()
            cv2.setNumThreads(1)
        _alone["inside"] += 1
    try:
        yield
    finally:
        with _lock:
            _alone["inside"] -= 1
            if _alone["inside"] == 0:
                cv2.setNumThreads(_alone["before"])


def graph_engine() -> tuple[int, ...]:
    """Return the arguments that ask ``cv2.dnn`` for the engine that reads graphs of any size.

    OpenCV 5.0 has two engines and wants to be told; from 5.1 on there is one, and no constant.
    """
    engine = getattr(cv2.dnn, "ENGINE_NEW", None)
    return () if engine is None else (int(engine),)
