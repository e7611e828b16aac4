"""Hashes of what a clip's frames are made from, stage by stage, to tell where two renders part."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import numpy as np

from livingstill.jobs.clip import Clip

STAGES = ("depth", "regions", "scene", "camera", "motion")
"""In the order in which they are computed; each is made from those before it."""

_PHASES = (0.0, 0.3, 0.7)


def stages(clip: Clip) -> dict[str, str]:
    """Return the SHA-256 of each stage of a clip; of the motion at three phases of the loop."""
    times = map(clip.timeline.time, range(clip.timeline.frames))
    flows = [flow for p in _PHASES for flow in (clip.motion.at(p) if clip.motion else ())]
    motion = [
        array
        for flow in flows
        if flow is not None
        for array in (flow.first, flow.first_gain, flow.second, flow.second_gain, flow.bias)
        if array is not None
    ]
    depth = np.round(clip.depth.values * np.float32(65535)).astype(np.uint16)
    parts: dict[str, Iterable[object]] = {
        "depth": [depth],
        "regions": [part for region in clip.regions for part in (region.label, region.mask)],
        "scene": [
            part for layer in clip.scene.layers for part in (layer.colour, layer.inverse_depth)
        ],
        "camera": map(clip.camera.at, times),
        "motion": motion,
    }
    return {name: _digest(parts[name]) for name in STAGES}


def first_difference(recorded: Mapping[str, str], found: Mapping[str, str]) -> str | None:
    """Return the first stage whose hash was recorded and differs, "frame" if none does.

    None where nothing was recorded, as in manifests of format 1.

    >>> first_difference({"depth": "a", "scene": "b"}, {"depth": "a", "scene": "c"})
    'scene'
    """
    if not recorded:
        return None
    differing = (name for name in STAGES if name in recorded and recorded[name] != found[name])
    return next(differing, "frame")


def _digest(parts: Iterable[object]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, np.ndarray):
            digest.update(repr(part.shape).encode() + np.ascontiguousarray(part).tobytes())
        else:
            digest.update(repr(part).encode())
    return digest.hexdigest()
