"""A cache of one photo's steps from pixels to a clip, invalidated by the settings they depend on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from livingstill.camera import path
from livingstill.core.errors import InputError
from livingstill.core.model import Photo, Region, Scene
from livingstill.core.registry import nearest
from livingstill.core.threads import Result
from livingstill.depth import models
from livingstill.depth.sources import SOURCES
from livingstill.finish import files
from livingstill.finish.finisher import Finisher
from livingstill.jobs import analyse, soundtrack, steps
from livingstill.jobs.analyse import Analysis, Estimates
from livingstill.jobs.clip import Clip
from livingstill.jobs.stages import Stages
from livingstill.media import formats
from livingstill.motion.builder import begin_kernels
from livingstill.settings import prompt
from livingstill.settings.groups import (
    DepthSettings,
    FinishSettings,
    FrameSettings,
    RegionSettings,
    TimeSettings,
    WindSettings,
)
from livingstill.settings.shot import Shot

T = TypeVar("T")


class Session:
    """A photo with the cached step results of its last clip; another clip recomputes what differs.

    A step's result is kept under a key of what it was made from: the keys of the steps before it
    and its own settings. ``runs`` counts how often each step was done. Not for several threads.

    Parameters
    ----------
    scale : size of the scene beside the photo, where clips of several frames share it; by default
        each clip's own
    estimates : depth, regions and subject as known from elsewhere, so that nothing is estimated
    analysis : of this photo for the first clip's shot, if it is begun already
    """

    def __init__(
        self,
        photo: Photo,
        *,
        scale: float | None = None,
        estimates: Estimates | None = None,
        analysis: Analysis | None = None,
    ) -> None:
        self.photo, self.runs = photo, Counter[str]()
        self._scale, self._estimates, self._begun_analysis = scale, estimates, analysis
        self._results: dict[str, tuple[Hashable, Any]] = {}

    def _step(self, name: str, key: Hashable, make: Callable[[], T]) -> T:
        if name not in self._results or self._results[name][0] != key:
            self._results.pop(
                name, None
            )  # what is outdated need not be in memory beside what is new
            self._results[name] = (key, make())
            self.runs[name] += 1
        value: T = self._results[name][1]
        return value

    def clip(self, shot: Shot, stages: Stages | None = None) -> Clip:
        """Return the photo made ready to render by a shot.

        Raises
        ------
        InputError
            If a setting cannot be used with this photo.
        """
        stages = stages or Stages()
        scale = self._scale or analyse.scene_scale(self.photo, shot)
        keys = _StepKeys.of(shot, scale)
        analysis = self._analyse(shot, keys, stages)
        whole_layers = self._begin_layers(analysis, shot, keys)
        with stages("regions"):
            regions = self._step("regions", keys.regions, lambda: self._regions(analysis, shot))
        begin_kernels([region.label for region in regions])
        with stages("camera"):
            frame = steps.frame_of(analysis, shot)
            move, reason, cost = self._step(
                "move", keys.move, lambda: steps.choose_move(analysis, frame, shot.camera)
            )
        shot = shot.model_copy(update={"camera": move})
        timeline = steps.timeline_of(shot)
        with stages("finish"):
            finisher = self._step(
                "finish",
                keys.finish,
                lambda: Finisher(shot, frame.size, frame.picture, timeline),
            )
        with stages("scene"):
            scene = self._step(
                "scene",
                keys.scene,
                lambda: steps.build_scene(
                    analysis, regions, shot.layers, shot.quality, whole_layers
                ),
            )
            whole_layers = None  # it keeps what it has built
            camera, window = self._step(
                "camera",
                (keys.camera, move, _file_stamps(_keyframes(move.name))),
                lambda: steps.plan_camera(
                    scene, steps.view_of(analysis, frame), frame, shot, timeline
                ),
            )
            card, title_notes = steps.place_title(finisher, scene, window, frame, shot.title_depth)
        depth = analysis.depth()
        with stages("motion"):
            motion, motion_notes = self._step(
                "motion",
                (keys.motion, timeline.seconds),
                lambda: steps.compose_motion(
                    analysis.rgb, depth.values, regions, scene, shot, timeline
                ),
            )
        prompt_notes = prompt.notes(shot.prompt)
        notes = (
            *prompt_notes,
            *self.photo.notes,
            *depth.notes,
            *reason,
            *frame.notes,
            *finisher.notes,
        )
        return Clip(
            photo=self.photo,
            shot=shot,
            timeline=timeline,
            framing=frame,
            subject=analysis.subject().point,
            depth=depth,
            regions=regions,
            scene=scene,
            camera=camera,
            window=window,
            motion=motion,
            finisher=finisher,
            card=card,
            notes=(*notes, *title_notes, *motion_notes),
            cost=cost,
        )

    def _analyse(self, shot: Shot, keys: _StepKeys, stages: Stages) -> Analysis:
        """Return the analysis with its depth estimated; the waits count as the stages' time."""
        analysis = self._step("analysis", keys.analysis, lambda: self._analysis(shot))
        if shot.depth == "embedded" and self._estimates is None:
            with stages("network"):
                analysis.perception()
        with stages("depth"):
            analysis.depth()
        return analysis

    def _begin_layers(
        self, analysis: Analysis, shot: Shot, keys: _StepKeys
    ) -> Result[Scene] | None:
        """Begin to build the photo's layers concurrently, unless the scene is cached."""
        result = self._results.get("scene")
        if result is not None and result[0] == keys.scene:
            return None
        return steps.begin_layers(analysis, shot.layers, shot.quality)

    def _analysis(self, shot: Shot) -> Analysis:
        begun, self._begun_analysis = self._begun_analysis, None
        if begun is not None:
            return begun
        if self._estimates is not None:
            return analyse.analysis_from_estimates(self.photo, shot, self._estimates, self._scale)
        return analyse.analyse(self.photo, shot, scale=self._scale)

    def _regions(self, analysis: Analysis, shot: Shot) -> tuple[Region, ...]:
        if self._estimates is not None:
            return self._estimates.regions
        return steps.plan_regions(analysis, shot)


def prepare(
    photo: Photo,
    shot: Shot,
    stages: Stages | None = None,
    *,
    estimates: Estimates | None = None,
    analysis: Analysis | None = None,
) -> Clip:
    """Return a photo made ready to render by one shot; the parameters are those of ``Session``."""
    return Session(photo, estimates=estimates, analysis=analysis).clip(shot, stages)


def check_settings(shot: Shot) -> None:
    """Validate the settings that can be checked before any photo is read.

    Raises
    ------
    InputError
        If the camera, depth source, budget, sound or a file of the finish cannot be used.
    """
    path.parse(shot.camera, shot.duration)
    files.check(shot)
    soundtrack.check(shot)
    if shot.budget:
        formats.parse_size(shot.budget)
    source = shot.depth
    names = ["embedded", *SOURCES, *models.MODELS]
    if source not in names and not Path(source).is_file():
        if Path(source).suffix:
            raise InputError(f"depth file {source} does not exist; check its name and folder")
        raise InputError(f"no depth source is called '{source}'{nearest(source, names)}")


class _StepKeys(NamedTuple):
    """What each step of a shot depends on; the keys of steps before it are part of a step's own."""

    analysis: Hashable
    regions: Hashable
    scene: Hashable
    move: Hashable
    finish: Hashable
    camera: Hashable
    motion: Hashable

    @classmethod
    def of(cls, shot: Shot, scale: float) -> _StepKeys:
        """Return the keys of a shot whose scene is ``scale`` of the photo."""
        frame, time = shot.part(FrameSettings), shot.part(TimeSettings)
        analysis = (shot.part(DepthSettings), shot.quality, scale, _file_stamps(shot.depth))
        masks = _file_stamps(shot.hold, *(one.file for one in shot.mask))
        regions = (analysis, shot.part(RegionSettings), masks)
        scene = (regions, shot.layers)
        move = (analysis, frame, shot.camera)
        pictures = _file_stamps(shot.font, shot.subtitle_font, shot.logo, shot.lut)
        return cls(
            analysis=analysis,
            regions=regions,
            scene=scene,
            move=move,
            finish=(move, shot.part(FinishSettings), time, shot.seed, pictures),
            camera=(scene, move, time, shot.seed),
            motion=(scene, shot.part(WindSettings), shot.seed),
        )


def _keyframes(move: str) -> str | None:
    return move[1:] if move.startswith("@") else None


def _file_stamps(*files: str | Path | None) -> Hashable:
    """Return the modification time and size of each file that exists."""
    stamps = []
    for name in files:
        try:
            status = Path(name).stat() if name is not None else None
        except (OSError, ValueError):
            status = None
        stamps.append((name, status and (status.st_mtime_ns, status.st_size)))
    return tuple(stamps)
