"""A cache of one photo's steps from pixels to a clip, invalidated by the settings they depend on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from livingstill.camera import path, stereo
from livingstill.camera.framing import Framing
from livingstill.core.errors import InputError
from livingstill.core.finding import Finding
from livingstill.core.kinds import KINDS
from livingstill.core.model import Photo, Region, Scene
from livingstill.core.registry import nearest
from livingstill.core.threads import Result
from livingstill.depth import models
from livingstill.depth.sources import SOURCES
from livingstill.finish import files
from livingstill.finish.finisher import Finisher
from livingstill.jobs import analyse, modulation, soundtrack, steps
from livingstill.jobs.analyse import Analysis, Estimates
from livingstill.jobs.certificate import truth_note
from livingstill.jobs.clip import Clip
from livingstill.jobs.stages import Stages
from livingstill.media import formats
from livingstill.motion.builder import begin_kernels
from livingstill.settings import prompt
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
from livingstill.settings.values import MoveSpec

T = TypeVar("T")


class Decisions(NamedTuple):
    """What is decided of a photo by a shot, at the size of its scene, before the scene is built.

    ``regions`` are what moves, ``findings`` how sure that is and what is left still for doubt,
    ``framing`` the part of the photo that is shown, ``move`` the camera's move by name; if it was
    chosen, ``reason`` says why and ``cost`` has the figures of the choice.
    """

    analysis: Analysis
    regions: tuple[Region, ...]
    findings: tuple[Finding, ...]
    framing: Framing
    move: MoveSpec
    reason: tuple[str, ...]
    cost: Mapping[str, float]


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
    interactive : whether masks will be painted: what is detected is kept without them, and the scene
        is built anew only where a region that has a layer of its own differs. Takes more memory
    """

    def __init__(
        self,
        photo: Photo,
        *,
        scale: float | None = None,
        estimates: Estimates | None = None,
        analysis: Analysis | None = None,
        interactive: bool = False,
    ) -> None:
        self.photo, self.runs = photo, Counter[str]()
        self._scale, self._estimates, self._begun_analysis = scale, estimates, analysis
        self._interactive = interactive
        self._versions = (0, 0)
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
        keys = self._keys(shot)
        analysis = self._analyse(shot, keys, stages)
        photo_layers = self._begin_layers(analysis, shot, keys)
        _, regions, findings, frame, move, reason, cost = self._decide(analysis, shot, keys, stages)
        begin_kernels([region.label for region in regions])
        scene_key = self._scene_key(keys, regions)
        shot = shot.model_copy(update={"camera": move})
        timeline = steps.timeline_of(shot)
        envelopes, followed = self._step(
            "modulation", keys.modulation, lambda: modulation.envelopes(shot)
        )
        with stages("finish"):
            finisher = self._step(
                "finish",
                keys.finish,
                lambda: Finisher(shot, frame.size, frame.picture, timeline),
            )
        with stages("scene"):
            scene = self._step(
                "scene",
                scene_key,
                lambda: steps.build_scene(
                    analysis, regions, shot.layers, shot.quality, photo_layers
                ),
            )
            photo_layers = None  # it keeps what it has built
            camera, window = self._step(
                "camera",
                (
                    scene_key,
                    keys.camera,
                    move,
                    _file_stamps(_keyframes(move.name)),
                    keys.modulation,
                ),
                lambda: steps.plan_camera(
                    scene,
                    steps.view_of(analysis, frame),
                    frame,
                    shot,
                    timeline,
                    envelopes.get("camera"),
                ),
            )
            rig = steps.plan_stereo(
                scene, window, steps.view_of(analysis, frame), frame, shot, timeline, camera
            )
            card, title_notes = steps.place_title(finisher, scene, window, frame, shot.title_depth)
        depth = analysis.depth()
        with stages("motion"):
            motion, motion_notes = self._step(
                "motion",
                (scene_key, keys.motion, timeline.seconds, keys.modulation),
                lambda: steps.compose_motion(
                    analysis.rgb, depth.values, regions, scene, shot, timeline, envelopes
                ),
            )
        prompt_notes = prompt.notes(shot.prompt)
        notes = (
            *prompt_notes,
            *self.photo.notes,
            *depth.notes,
            *(finding.note for finding in findings if not finding.moves),
            *reason,
            *frame.notes,
            *finisher.notes,
            *followed,
            *modulation.notes_on_unused(shot, (region.label for region in regions)),
        )
        clip = Clip(
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
            findings=findings,
            rig=rig,
            camera_strength=envelopes.get("camera"),
        )
        return replace(clip, notes=(*clip.notes, *truth_note(shot, clip.moving)))

    def decide(self, shot: Shot, stages: Stages | None = None) -> Decisions:
        """Return what is decided of the photo by a shot, before any scene is built.

        Raises
        ------
        InputError
            As ``clip``.
        """
        stages, keys = stages or Stages(), self._keys(shot)
        return self._decide(self._analyse(shot, keys, stages), shot, keys, stages)

    def adopt(self, estimates: Estimates, scale: float) -> None:
        """Take other estimates, made for a scene of ``scale``; what depended on the old is redone.

        Depth or regions that are the same objects as before leave what was made of them as it is.
        """
        before, (depth, regions) = self._estimates, self._versions
        depth += before is None or before.depth is not estimates.depth
        regions += before is None or before.regions is not estimates.regions
        self._estimates, self._versions, self._scale = estimates, (depth, regions), scale

    def _keys(self, shot: Shot) -> _StepKeys:
        scale = self._scale or analyse.scene_scale(self.photo, shot)
        return _StepKeys.of(shot, scale, self._versions)

    def _decide(self, analysis: Analysis, shot: Shot, keys: _StepKeys, stages: Stages) -> Decisions:
        with stages("regions"):
            planned = self._step(
                "regions", keys.regions, lambda: self._regions(analysis, shot, keys)
            )
        with stages("camera"):
            frame = steps.frame_of(analysis, shot)
            move, reason, cost = self._step(
                "move",
                keys.move,
                lambda: steps.choose_move(analysis, frame, shot.camera, straight=shot.truth),
            )
        findings = (*self._findings(analysis, planned, shot), *planned.uncertain)
        return Decisions(analysis, planned.moving, findings, frame, move, reason, cost)

    def _scene_key(self, keys: _StepKeys, regions: tuple[Region, ...]) -> Hashable:
        """Return what the scene depends on: of the regions only those with layers of their own."""
        if not self._interactive:
            return keys.layers, keys.regions
        own = (region for region in regions if KINDS[region.label].layer)
        return keys.layers, tuple((r.label, sha256(r.mask.tobytes()).digest()) for r in own)

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
        result, regions = self._results.get("scene"), self._results.get("regions")
        layers_kept = result is not None and result[0][0] == keys.layers  # type: ignore[index]
        if layers_kept and (self._interactive or (regions and regions[0] == keys.regions)):
            return None
        return steps.begin_layers(analysis, shot.layers, shot.quality)

    def _analysis(self, shot: Shot) -> Analysis:
        begun, self._begun_analysis = self._begun_analysis, None
        if begun is not None:
            return begun
        if self._estimates is not None:
            return analyse.analysis_from_estimates(self.photo, shot, self._estimates, self._scale)
        return analyse.analyse(self.photo, shot, scale=self._scale)

    def _findings(
        self, analysis: Analysis, planned: steps.PlannedRegions, shot: Shot
    ) -> tuple[Finding, ...]:
        """Return how sure each region is; of estimates that were given nothing is known."""
        given = {one.kind for one in shot.mask}
        if self._estimates is not None:
            given = {region.label for region in planned.moving}
        return analysis.findings(planned.moving, given, planned.reflection)

    def _regions(self, analysis: Analysis, shot: Shot, keys: _StepKeys) -> steps.PlannedRegions:
        if self._estimates is not None:
            return steps.PlannedRegions(self._estimates.regions)
        if not self._interactive:
            return steps.plan_regions(analysis, shot)
        detection = self._step(
            "detection", keys.detection, lambda: steps.detect_kinds(analysis, shot)
        )
        return steps.apply_masks(analysis, detection, shot)


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
    stereo.check(shot)
    files.check(shot)
    soundtrack.check(shot)
    modulation.check(shot)
    if shot.budget:
        formats.parse_size(shot.budget)
    source = shot.depth
    names = ["embedded", *SOURCES, *models.MODELS]
    if source not in names and not Path(source).is_file():
        if Path(source).suffix:
            raise InputError(f"depth file {source} does not exist; check its name and folder")
        raise InputError(f"no depth source is called '{source}'{nearest(source, names)}")


_FINISHED_BY: tuple[type[Group], ...] = (FinishSettings, TruthSettings)
"""The settings of what is laid over rendered frames."""


class _StepKeys(NamedTuple):
    """What each step of a shot depends on; the keys of steps before it are part of a step's own."""

    analysis: Hashable
    detection: Hashable
    regions: Hashable
    layers: Hashable
    move: Hashable
    finish: Hashable
    camera: Hashable
    motion: Hashable
    modulation: Hashable

    @classmethod
    def of(cls, shot: Shot, scale: float, versions: tuple[int, int]) -> _StepKeys:
        """Return the keys of a shot whose scene is ``scale`` of the photo.

        ``versions`` count how often estimates of depth and of regions were replaced.
        """
        frame, time = shot.part(FrameSettings), shot.part(TimeSettings)
        depth = (shot.part(DepthSettings), _file_stamps(shot.depth), versions[0])
        analysis = (depth, shot.quality, scale)
        masks = _file_stamps(shot.hold, *(one.file for one in shot.mask))
        regions = (analysis, shot.part(RegionSettings), masks, versions[1])
        detection = (analysis, shot.motion, shot.brush, shot.hold_faces)
        move = (analysis, frame, shot.camera, shot.truth)
        pictures = _file_stamps(shot.font, shot.subtitle_font, shot.logo, shot.lut)
        return cls(
            analysis=analysis,
            detection=detection,
            regions=regions,
            layers=(analysis, shot.layers),
            move=move,
            finish=(move, *map(shot.part, _FINISHED_BY), time, shot.seed, pictures),
            camera=(move, time, shot.part(StereoSettings), shot.seed),
            motion=(regions, shot.part(WindSettings), shot.seed),
            modulation=_modulation_key(shot),
        )


def _modulation_key(shot: Shot) -> Hashable:
    """Return what the envelopes of a shot depend on; None for a shot without any."""
    if not shot.modulate:
        return None
    stamps = _file_stamps(*(one.file for one in shot.modulate))
    sound = (shot.audio, shot.audio_start, shot.audio_fade)
    return shot.part(ModulationSettings), stamps, shot.part(TimeSettings), sound


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
