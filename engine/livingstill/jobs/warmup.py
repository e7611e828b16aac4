"""Compile the kernels while the photo is read and the network runs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Thread

import numpy as np

from livingstill.core.model import Flow, Pose
from livingstill.kernels.compile import when_compiling
from livingstill.kernels.yuv import to_yuv420
from livingstill.render import frames, temporal
from livingstill.scene import layers

_SIDE = 64


_FIRST = "compiling for this processor, which takes some seconds the first time"


def start(quality: str, moving: bool, say: Callable[[str], object]) -> Thread:
    """Start a thread that renders a toy scene once, through the kernels a clip will use.

    Machine code from an earlier run is read from disk instead, in a fraction of a second; only if
    there is none, ``say`` is told so in a line. Numba
    compiles under a lock of its own, so a kernel that is needed meanwhile is waited for. No daemon:
    a process that ends while the compiler runs would abort.
    """
    when_compiling(partial(say, _FIRST))
    thread = Thread(target=_quietly, args=(quality, moving), name="livingstill-warmup")
    thread.start()
    return thread


def _quietly(quality: str, moving: bool) -> None:
    """Warm up; what fails here fails in the job too, or only because the job is done already."""
    with suppress(Exception):
        _work(quality, moving)


def _work(quality: str, moving: bool) -> None:
    rgb = np.zeros((_SIDE, _SIDE, 3), np.uint8)
    rgb[:, _SIDE // 2 :] = 255
    depth = np.zeros((_SIDE, _SIDE), np.float32)
    depth[:, _SIDE // 2 :] = 1
    scene = layers.build_layers(rgb, depth)
    size = (_SIDE, _SIDE)
    renderer = frames.Renderer(scene, frames.whole(size, size), size, quality)
    still = np.zeros((_SIDE // 4 + 1, _SIDE // 4 + 1, 2), np.float32)
    gain = np.ones(still.shape[:2], np.float32)
    for flow in (Flow(still), Flow(still, gain, still, gain))[: 2 * moving]:
        renderer.frame(Pose(), [flow] * len(scene.layers))
    packed = renderer.frame(Pose())
    luma, chroma = np.empty(size, np.uint8), np.empty((2, _SIDE // 2, _SIDE // 2), np.uint8)
    to_yuv420(packed, luma, chroma[0], chroma[1])
    if moving:
        list(temporal.smooth(lambda _: packed.copy(), 5))
