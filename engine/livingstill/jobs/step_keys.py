"""What each step from pixels to a clip depends on, as keys that change when it must be done again."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import NamedTuple

from livingstill.settings.declare import Group
from livingstill.settings.groups import (
    DepthSettings,
    FinishSettings,
    FrameSettings,
    RegionSettings,
    StereoSettings,
    TimeSettings,
    WindSettings,
)
from livingstill.settings.modulation import ModulationSettings
from livingstill.settings.shot import Shot
from livingstill.settings.truth import TruthSettings

_FINISHED_BY: tuple[type[Group], ...] = (FinishSettings, TruthSettings)
"""The settings of what is laid over rendered frames."""


class StepKeys(NamedTuple):
    """What each step of a shot depends on; the keys of steps before it are part of a step's own."""

    basis: Hashable
    analysis: Hashable
    detection: Hashable
    decided: Hashable
    regions: Hashable
    layers: Hashable
    move: Hashable
    finish: Hashable
    camera: Hashable
    motion: Hashable
    modulation: Hashable

    @classmethod
    def of(cls, shot: Shot, scale: float, versions: tuple[int, int]) -> StepKeys:
        """Return the keys of a shot whose scene is ``scale`` of the photo.

        ``versions`` count how often estimates of depth and of regions were replaced.
        """
        frame, time = shot.part(FrameSettings), shot.part(TimeSettings)
        depth = (shot.part(DepthSettings), file_stamps(shot.depth), versions[0])
        basis = (depth, shot.quality)
        analysis = (basis, scale)
        masks = file_stamps(shot.hold, *(one.file for one in shot.mask))
        decided = (basis, shot.part(RegionSettings), masks, versions[1])
        regions = (analysis, decided)
        move = (basis, frame, shot.camera, shot.truth)
        pictures = file_stamps(shot.font, shot.subtitle_font, shot.logo, shot.lut)
        return cls(
            basis=basis,
            analysis=analysis,
            detection=(basis, shot.motion, shot.brush, shot.hold_faces),
            decided=decided,
            regions=regions,
            layers=(analysis, shot.layers),
            move=move,
            finish=(move, *map(shot.part, _FINISHED_BY), time, shot.seed, pictures),
            camera=(analysis, move, time, shot.part(StereoSettings), shot.seed),
            motion=(regions, shot.part(WindSettings), shot.seed),
            modulation=_modulation_key(shot),
        )


def _modulation_key(shot: Shot) -> Hashable:
    """Return what the envelopes of a shot depend on; None for a shot without any."""
    if not shot.modulate:
        return None
    stamps = file_stamps(*(one.file for one in shot.modulate))
    sound = (shot.audio, shot.audio_start, shot.audio_fade)
    return shot.part(ModulationSettings), stamps, shot.part(TimeSettings), sound


def file_stamps(*files: str | Path | None) -> Hashable:
    """Return the modification time and size of each file that exists."""
    stamps = []
    for name in files:
        try:
            status = Path(name).stat() if name is not None else None
        except (OSError, ValueError):
            status = None
        stamps.append((name, status and (status.st_mtime_ns, status.st_size)))
    return tuple(stamps)
