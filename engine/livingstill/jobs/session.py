"""A cache of one photo's steps from pixels to a clip, invalidated by the settings they depend on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from livingstill.camera import path, stereo
from livingstill.camera.framing import Framing
from livingstill.core import memory
from livingstill.core.errors import InputError
from livingstill.core.finding import Finding
from livingstill.core.kinds import KINDS
from livingstill.core.model import CameraPath, Photo, Region, Scene, UInt8Array
from livingstill.core.registry import nearest
from livingstill.core.threads import Result, begin
from livingstill.depth import models
from livingstill.depth.sources import SOURCES
from livingstill.finish import files
from livingstill.finish.finisher import Finisher
from livingstill.jobs import analyse, modulation, soundtrack, steps
from livingstill.jobs.analyse import Analysis, Estimates, PhotoAnalysis
from livingstill.jobs.certificate import truth_note
from livingstill.jobs.clip import Clip
from livingstill.jobs.stages import Stages
from livingstill.jobs.step_keys import StepKeys, file_stamps
from livingstill.media import formats
from livingstill.motion.builder import begin_kernels
from livingstill.motion.canvas import Effect
from livingstill.motion.context import MotionContext
from livingstill.motion.effect_cache import EffectCache
from livingstill.render.frames import Window
from livingstill.segmentation.plan import DetectedKinds
from livingstill.settings.shot import Shot
from livingstill.settings.values import MoveSpec

T = TypeVar("T")


class Decisions(NamedTuple):
    """What is decided of a photo by a shot, at the size of analysis, before any scene is built.

    The size of the frame has no part in it. ``basis`` is what it was decided by, ``regions`` are what moves, ``findings`` how sure that is and what is left still for doubt,
    ``framing`` the part of the photo that is shown, ``move`` the camera's move by name; if it was
    chosen, ``reason`` says why and ``cost`` has the figures of the choice.
    """

    basis: PhotoAnalysis
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
    single : whether one clip is made and no other can be, so that what it needs no more may leave
        memory meanwhile
    interactive : whether masks will be painted: the scene is built anew only where a region that has
        a layer of its own differs, and effects are kept. Takes more memory
    """

    def __init__(
        self,
        photo: Photo,
        *,
        scale: float | None = None,
        estimates: Estimates | None = None,
        analysis: Analysis | None = None,
        single: bool = False,
        interactive: bool = False,
    ) -> None:
        self.photo, self.runs = photo, Counter[str]()
        self._scale, self._estimates, self._begun_analysis = scale, estimates, analysis
        self._single, self._interactive = single, interactive
        self._effects = EffectCache() if interactive else None
        self._versions = (0, 0)
        self._results: dict[str, tuple[Hashable, Any]] = {}

    def _step(self, name: str, key: Hashable, make: Callable[[], T]) -> T:
        if name not in self._results or self._results[name][0] != key:
            # what is outdated need not be in memory beside what is new
            self._results.pop(name, None)
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
        basis, schedule = analysis.basis, analyse.begin_if_small(analysis.rgb)
        if shot.camera.name == path.AUTO:
            begin(basis.statistics)  # which the choice of the move asks for
        with stages("regions"):
            decided = self._decided_regions(basis, shot, keys)
        begin_kernels([region.label for region in decided.moving])
        regions_of_scene = schedule(partial(self._regions_of_scene, analysis, shot, keys))
        decisions = self._decide(basis, decided, shot, keys, stages)
        _, _, findings, frame, move, reason, cost = decisions
        with stages("regions"):
            regions = regions_of_scene()
        if self._single and not frame.bars:  # which show the photo
            analysis = replace(analysis, basis=basis.without_pixels())
            self.photo = analysis.photo
            self._results.clear()
        del basis, decided, decisions, regions_of_scene
        scene_key = self._scene_key(keys, regions)
        shot = shot.model_copy(update={"camera": move})
        timeline = steps.timeline_of(shot)
        envelopes, followed = self._step(
            "modulation", keys.modulation, lambda: modulation.envelopes(shot)
        )
        with stages("finish"):
            make_finisher = partial(Finisher, shot, frame.size, frame.picture, timeline)
            finisher = self._step("finish", keys.finish, make_finisher)
        _trim(analysis)
        with stages("scene"):
            scene = self._step(
                "scene",
                scene_key,
                partial(
                    steps.build_scene, analysis, regions, shot.layers, shot.quality, photo_layers
                ),
            )
        photo_layers = None  # it keeps what it has built
        depth = analysis.depth()
        view = steps.view_of(analysis, frame)

        def plan_camera() -> tuple[CameraPath, Window]:
            return steps.plan_camera(scene, view, frame, shot, timeline, envelopes.get("camera"))

        camera_key = (
            scene_key,
            keys.camera,
            move,
            file_stamps(_keyframes(move.name)),
            keys.modulation,
        )
        planned = schedule(partial(self._step, "camera", camera_key, plan_camera))
        _trim(analysis)
        with stages("motion"):
            motion, motion_notes = self._step(
                "motion",
                (scene_key, keys.motion, timeline.seconds, keys.modulation),
                lambda: steps.compose_motion(
                    analysis.rgb,
                    depth.values,
                    regions,
                    scene,
                    shot,
                    timeline,
                    envelopes,
                    self._effects,
                ),
            )
        with stages("camera"):
            camera, window = planned()
            rig = steps.plan_stereo(scene, window, view, frame, shot, timeline, camera)
            card, title_notes = steps.place_title(finisher, scene, window, frame, shot.title_depth)
        notes = (
            *_notes_on_prompt(shot),
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
        basis = self._basis(shot, keys, stages)
        with stages("regions"):
            planned = self._decided_regions(basis, shot, keys)
        return self._decide(basis, planned, shot, keys, stages)

    def repainted(
        self, clip: Clip, regions: tuple[Region, ...], painted: Collection[str]
    ) -> Clip | None:
        """Return the session's last clip with other masks of its regions; quick, and not exact.

        Only regions of ``painted`` kinds move by their new mask, the others as before, and nothing is
        lowered that folds. None where a layer of the scene would have to change, where motion follows
        a file, and in a session that is not interactive.
        """
        layered = [r for r in (*clip.regions, *regions) if KINDS[r.label].layer]
        if self._effects is None or clip.shot.modulate:
            return None
        if any(region.label in painted for region in layered):
            return None
        rgb: UInt8Array = self._results["analysis"][1].rgb
        effects = self._effects

        def build(context: MotionContext) -> tuple[Effect, ...]:
            return effects(context) if context.kind in painted else effects.last(context)

        make = steps.motion_of_amounts(
            rgb, clip.depth.values, regions, clip.scene, clip.shot, clip.timeline, build
        )
        motion = make({region.label: 1.0 for region in regions}) if regions else None
        return replace(clip, regions=regions, motion=motion)

    def adopt(self, estimates: Estimates, scale: float) -> None:
        """Take other estimates, made for a scene of ``scale``; what depended on the old is redone.

        Depth or regions that are the same objects as before leave what was made of them as it is.
        """
        before, (depth, regions) = self._estimates, self._versions
        depth += before is None or before.depth is not estimates.depth
        regions += before is None or before.regions is not estimates.regions
        self._estimates, self._versions, self._scale = estimates, (depth, regions), scale

    def _keys(self, shot: Shot) -> StepKeys:
        scale = self._scale or analyse.scene_scale(self.photo, shot)
        return StepKeys.of(shot, scale, self._versions)

    def _decide(
        self,
        basis: PhotoAnalysis,
        planned: steps.PlannedRegions,
        shot: Shot,
        keys: StepKeys,
        stages: Stages,
    ) -> Decisions:
        with stages("camera"):
            frame = steps.frame_of(basis, shot)
            move, reason, cost = self._step(
                "move",
                keys.move,
                lambda: steps.choose_move(basis, shot, shot.camera, straight=shot.truth),
            )
        return Decisions(basis, planned.moving, planned.findings, frame, move, reason, cost)

    def _scene_key(self, keys: StepKeys, regions: tuple[Region, ...]) -> Hashable:
        """Return what the scene depends on: of the regions only those with layers of their own."""
        if not self._interactive:
            return keys.layers, keys.regions
        own = (region for region in regions if KINDS[region.label].layer)
        return keys.layers, tuple((r.label, sha256(r.mask.tobytes()).digest()) for r in own)

    def _basis(self, shot: Shot, keys: StepKeys, stages: Stages) -> PhotoAnalysis:
        """Return what decisions are made of, its depth estimated; the waits count as the stages' time."""
        basis = self._step("basis", keys.basis, lambda: self._begin_basis(shot, keys))
        if shot.depth == "embedded" and self._estimates is None:
            with stages("network"):
                basis.perception()
        with stages("depth"):
            basis.depth()
        return basis

    def _analyse(self, shot: Shot, keys: StepKeys, stages: Stages) -> Analysis:
        """Return the analysis at the size of the shot's scene, depth estimated at that of analysis."""
        basis = self._basis(shot, keys, stages)
        return self._step("analysis", keys.analysis, lambda: self._analysis(shot, basis))

    def _begin_layers(self, analysis: Analysis, shot: Shot, keys: StepKeys) -> Result[Scene] | None:
        """Begin to build the photo's layers concurrently, unless the scene is cached."""
        result, regions = self._results.get("scene"), self._results.get("regions")
        layers_kept = result is not None and result[0][0] == keys.layers  # type: ignore[index]
        if layers_kept and (self._interactive or (regions and regions[0] == keys.regions)):
            return None
        return steps.begin_layers(analysis, shot.layers, shot.quality)

    def _begin_basis(self, shot: Shot, keys: StepKeys) -> PhotoAnalysis:
        begun, self._begun_analysis = self._begun_analysis, None
        if begun is not None:
            self._results["analysis"] = (keys.analysis, begun)
            return begun.basis
        if self._estimates is not None:
            return analyse.from_estimates(self.photo, shot, self._estimates)
        return analyse.analyse_photo(self.photo, shot.quality, shot, eager=True)

    def _analysis(self, shot: Shot, basis: PhotoAnalysis) -> Analysis:
        scale = self._scale or analyse.scene_scale(self.photo, shot)
        return analyse.at_scale(basis, shot, scale, self._estimates)

    def _decided_regions(
        self, basis: PhotoAnalysis, shot: Shot, keys: StepKeys
    ) -> steps.PlannedRegions:
        """Return the regions at the size of analysis; of given ones nothing is known but their share."""
        if self._estimates is not None:
            given = self._estimates.regions
            found = (Finding(region.label, region.share, None) for region in given)
            return steps.PlannedRegions(given, tuple(found))
        detection = self._detect(basis, shot, keys)
        return self._step(
            "decided regions",
            keys.decided,
            lambda: steps.decide_regions(basis, detection, shot),
        )

    def _regions_of_scene(
        self, analysis: Analysis, shot: Shot, keys: StepKeys
    ) -> tuple[Region, ...]:
        decided = self._decided_regions(analysis.basis, shot, keys)
        if self._estimates is not None:
            return decided.moving
        detection = self._detect(analysis.basis, shot, keys)
        planned = self._step(
            "regions",
            keys.regions,
            lambda: steps.regions_of_scene(analysis, detection, decided, shot),
        )
        return planned.moving

    def _detect(self, basis: PhotoAnalysis, shot: Shot, keys: StepKeys) -> DetectedKinds:
        return self._step("detection", keys.detection, lambda: steps.detect_kinds(basis, shot))


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


def _trim(analysis: Analysis) -> None:
    """Return to the system what a step has freed, where pictures are so large that it counts."""
    if analysis.rgb.shape[0] * analysis.rgb.shape[1] > analyse.LARGE_PIXELS:
        memory.trim_heap()


def check_settings(shot: Shot) -> None:
    """Validate the settings that can be checked before any photo is read.

    Raises
    ------
    InputError
        If the camera, a kind, the depth source, budget, sound or a file of the finish cannot be used.
    """
    path.parse(shot.camera, shot.duration)
    for one in shot.amount_of:
        if one.kind not in KINDS:
            raise InputError(
                f"no motion kind is called '{one.kind}'{nearest(one.kind, list(KINDS))}"
            )
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


def _notes_on_prompt(shot: Shot) -> tuple[str, ...]:
    """Return what of a shot's prompt was not understood."""
    if shot.prompt is None:
        return ()
    from livingstill.settings import prompt  # the whole grammar with it

    return prompt.notes(shot.prompt)


def _keyframes(move: str) -> str | None:
    return move[1:] if move.startswith("@") else None
