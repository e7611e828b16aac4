"""The order of the stages: one photo and one shot become a clip."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from livingstill import manifest, threads
from livingstill.camera import auto, framing, path
from livingstill.clip import encode
from livingstill.depth import cues, embedded, flat, given, refine
from livingstill.errors import InputError
from livingstill.model import (
    DEFAULT_FOCAL,
    Bytes,
    CameraPath,
    InverseDepth,
    Motion,
    Perception,
    Photo,
    Progress,
    Region,
    Scene,
    Silent,
    Timeline,
    Words,
)
from livingstill.network import forward
from livingstill.photo import read
from livingstill.regions import segment
from livingstill.render import frames, temporal
from livingstill.scene import layers
from livingstill.settings import Job, Shot, dump_shot_file

OVERSIZE = {"draft": 1.0, "standard": 1.1, "high": 1.25}
"""How much finer than the output the scene is kept, so that zooming in stays sharp."""


class Stages:
    """Wall seconds per stage, told to whoever watches."""

    def __init__(self, progress: Progress | None = None) -> None:
        self.progress = progress or Silent()
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, name: str, total: int = 0) -> Iterator[Callable[[], object]]:
        """Enter a stage; its time adds up under its name."""
        start = time.perf_counter()
        with self.progress.stage(name, total) as step:
            yield step
        taken = time.perf_counter() - start
        self.seconds[name] = round(self.seconds.get(name, 0.0) + taken, 4)


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A photo made ready to render by one shot: all that is computed once.

    Every frame is a pure function of its index, so any of them can be asked for at any time.
    """

    photo: Photo
    shot: Shot
    timeline: Timeline
    framing: framing.Framing
    depth: InverseDepth
    regions: tuple[Region, ...]
    scene: Scene
    camera: CameraPath
    window: frames.Window
    motion: Motion | None
    notes: tuple[str, ...]
    stages: Stages = field(repr=False)

    def packed(self) -> Iterator[Words]:
        """Yield the frames as (h, w) uint32 RGBX; each is valid until the next one is asked for."""
        renderer = frames.Renderer(self.scene, self.window, self.framing.size, self.shot.quality)

        def render(index: int) -> Words:
            pose = self.camera.at(self.timeline.time(index))
            flows = self.motion.at(self.timeline.phase(index)) if self.motion else None
            return renderer.frame(pose, flows)

        yield from (render(index) for index in range(self.timeline.frames))

    def frames(self) -> Iterator[Bytes]:
        """Yield the frames as (h, w, 3) uint8 RGB."""
        return (frames.unpack(packed) for packed in self.packed())
