"""The order of the stages: one photo and one shot become a clip."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from livingstill.camera import auto, framing, path, subject
from livingstill.camera.travel import travel
from livingstill.camera.view import CameraView
from livingstill.core import memory
from livingstill.core.determinism import plain
from livingstill.core.errors import InputError
from livingstill.core.model import (
    DEFAULT_FOCAL,
    CameraPath,
    Float32Array,
    Flow,
    InverseDepth,
    Motion,
    PackedRGBA,
    Photo,
    Pose,
    Progress,
    Region,
    Scene,
    Silent,
    Timeline,
    UInt8Array,
)
from livingstill.core.registry import nearest
from livingstill.depth import alignment, embedded, models, windows
from livingstill.depth.depth_file import read_depth
from livingstill.depth.refine import ramp_width, refine
from livingstill.depth.sources import SOURCES
from livingstill.finish import files
from livingstill.finish.finisher import Finisher
from livingstill.jobs import analyse, manifest, matte, monitor, provenance, soundtrack
from livingstill.jobs.analyse import Sight
from livingstill.media import formats, inline
from livingstill.media.write import encoder as encode
from livingstill.media.write import stills
from livingstill.motion.builder import compose
from livingstill.photo import statistics
from livingstill.photo.lines import line_lengths
from livingstill.quality import verdict
from livingstill.render import frames, temporal
from livingstill.render.letterbox import Surround
from livingstill.render.title_occlusion import stand
from livingstill.scene import assembly, layers
from livingstill.segmentation import flow_field, mask_files, plan
from livingstill.settings.shot import Shot, split

LAYERS = {"draft": 5, "standard": 5, "high": 8}
"""Most layers of a scene: what is gained beyond five is seen at large moves only, and costs time."""

EXPOSURES = 4
"""Instants that make one frame where the shutter blurs motion."""

_AIMS, _SPARE = 4, 1.002


@dataclass(frozen=True, slots=True)
class RenderResult:
    """What came of a render: the frames' SHA-256 if asked for, continuity figures, what to say."""

    frames: tuple[str, ...]
    figures: dict[str, float]
    notes: tuple[str, ...] = ()


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
class Estimates:
    """What a replay knows of a photo already, so that nothing is estimated anew."""

    depth: InverseDepth
    regions: tuple[Region, ...]
    subject: tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A photo made ready to render by one shot: all that is computed once.

    Every frame is a pure function of its index, so any of them can be asked for at any time.
    ``shot`` is resolved: its camera is a move by name. ``depth`` and ``regions`` are at the size
    of the scene, in steps of 16 and 8 bits.
    """

    photo: Photo
    shot: Shot
    timeline: Timeline
    framing: framing.Framing
    subject: tuple[float, float]
    depth: InverseDepth
    regions: tuple[Region, ...]
    scene: Scene
    camera: CameraPath
    window: frames.Window
    motion: Motion | None
    finisher: Finisher
    card: frames.Card | None
    notes: tuple[str, ...]
    stages: Stages = field(repr=False)

    def packed(self, span: range | None = None) -> Iterator[PackedRGBA]:
        """Yield the frames as (h, w) uint32 RGBX; each is valid until the next one is asked for.

        ``span`` yields only these: the same pixels as in the whole clip.
        """
        span = range(self.timeline.frames) if span is None else span
        return self.finisher.over(self.bare(span), span)

    def bare(self, span: range | None = None) -> Iterator[PackedRGBA]:
        """Yield the frames like ``packed``, but before finishing: no grade, grain, title or logo.

        A title that stands in the scene is in them.
        """
        size = self.framing.picture[2:]
        timeline, smooth = self.timeline, self.shot.smooth if self.motion else 0.0
        renderer = frames.Renderer(
            self.scene, self.window, size, self.shot.quality, card=self.card, kept=smooth > 0
        )
        shown = self.finisher.shown
        width, height = self.scene.size
        pixels = width / self.window.scale

        def instant(when: float) -> tuple[Pose, tuple[Flow | None, ...] | None]:
            pose = self.camera.at(timeline.time(when))
            return pose, self.motion.at(timeline.phase(when)) if self.motion else None

        blur = self.shot.shutter / 360 if self.shot.quality == "high" else 0.0

        @plain()
        def render(index: int) -> PackedRGBA:
            if not blur:
                return renderer.frame(*instant(index), shown(index))
            opened = (index + blur * ((i + 0.5) / EXPOSURES - 0.5) for i in range(EXPOSURES))
            return renderer.exposure([instant(when) for when in opened], shown(index))

        def moved(first: int, second: int) -> float:
            before, after = (self.camera.at(timeline.time(i)) for i in (first, second))
            return pixels * travel(before, after, self.scene.focal, width / height)

        made = temporal.smooth(
            render, timeline.frames, smooth, circular=timeline.joins, travel=moved, span=span
        )
        if not self.framing.bars:
            return made
        with plain():
            around = Surround(
                self.photo.rgb, self.framing.size, self.framing.picture, self.shot.fit
            )
        return map(around.around, made)

    def frames(self) -> Iterator[UInt8Array]:
        """Yield the frames as (h, w, 3) uint8 RGB."""
        return map(frames.unpack, self.packed())

    def save(
        self,
        *outputs: str,
        overwrite: bool = False,
        hashes: bool = False,
        watch: Callable[[UInt8Array], object] | None = None,
        source: Iterable[PackedRGBA] | None = None,
        poster: Path | None = None,
    ) -> RenderResult:
        """Render once and write every output.

        ``hashes`` asks for the frames' SHA-256; ``watch`` is shown each frame, (h, w, 3) uint8.
        ``source`` has the bare frames if they are rendered elsewhere; ``poster`` is a file for the
        first one.

        Raises
        ------
        InputError
            If a file exists and ``overwrite`` is off, or a format or setting does not fit.
        """
        found: list[str] = []
        size, rate = self.framing.size, self.timeline.fps
        said = provenance.metadata(self.shot, self.photo.sha256)
        mattes = self.mattes() if self.shot.alpha else None
        sound, heard = self.sound()
        encoders = [
            encode.Encoder(
                output,
                size,
                rate,
                encoding(output, self.shot),
                overwrite=overwrite,
                metadata=said,
                budget=formats.parse_size(self.shot.budget) if self.shot.budget else None,
                sound=sound,
            )
            for output in outputs
        ]
        times = map(self.timeline.time, range(self.timeline.frames))
        static = len(set(map(self.camera.at, times))) == 1 and not self.framing.bars
        still = static and not (self.card and self.shot.title_fade)
        guard = monitor.watch(self.regions, self.window, size, still)

        def bare() -> Iterator[PackedRGBA]:
            for frame in self.bare() if source is None else source:
                guard.feed(frame)
                yield frame

        first: PackedRGBA | None = None
        memory.give_back()
        with encode.Tee(encoders) as sink, self.stages("frames", self.timeline.frames) as step:
            for packed in self.finisher.over(bare(), range(self.timeline.frames)):
                written = packed if mattes is None else matte.cut(packed, next(mattes))
                sink.write(written)
                if poster is not None and first is None:
                    first = written.copy()
                if hashes:
                    found.append(manifest.digest(frames.unpack(written)))
                if watch:
                    watch(frames.unpack(packed))
                step()
        if poster is not None and first is not None:
            stills.write_poster(poster, first, overwrite=overwrite, metadata=said)
        mute = [] if sound is None else [e.path for e in encoders if not e.encoding.format.sound]
        heard_notes = [*filter(None, [heard]), *(f"{path} carries no sound" for path in mute)]
        chosen = (f"{encoder.path}: {encoder.chosen}" for encoder in encoders if encoder.chosen)
        figures = guard.figures()
        faults = verdict.judge_guard(
            figures, self.timeline.frames, float(rate), size, loop=static and self.timeline.joins
        )
        warnings = (f"warning: {fault.message}" for fault in faults)
        return RenderResult(tuple(found), figures, (*chosen, *heard_notes, *warnings))

    def sound(self) -> tuple[Float32Array | None, str]:
        """Return the clip's sound, (n, 2) float32 at 48 kHz or None, and what it is in words."""
        if self.shot.audio is None:
            return None, ""
        width, height = self.framing.size
        shares = {region.kind: region.share for region in self.regions}
        with self.stages("sound"):
            return soundtrack.make(self.shot, self.timeline, shares, height / width)

    def mattes(self) -> Iterator[PackedRGBA]:
        """Yield, as grey frames, how much of each pixel belongs to what ``shot.alpha`` chooses.

        Raises
        ------
        InputError
            If the photo has no such part, or the frame has bars, which belong to nothing.
        """
        if self.framing.bars:
            raise InputError("alpha is given with bars around the photo; use --fit crop")
        white = matte.chosen(self.scene, self.regions, self.shot.alpha or "")
        motion = matte.Shapes(self.motion) if self.motion else None
        return replace(self, scene=white, motion=motion, card=None).bare()

    def preview(self, side: int = 480, fps: int = 12) -> Clip:
        """Return the same move and motion in a frame ``side`` pixels long, ``fps`` times a second."""
        scale = min(1.0, side / max(self.framing.size))
        width, height = (max(16, 2 * round(scale * n / 2)) for n in self.framing.size)
        shot = self.shot.model_copy(update={"size": f"{width}x{height}", "aspect": None})
        count = max(1, round(self.timeline.seconds * fps))
        timeline = replace(self.timeline, frames=count, fps=Fraction(fps))
        return reframed(replace(self, shot=shot, timeline=timeline), None)

    def _repr_html_(self) -> str:
        """Show a small loop in a notebook."""
        small = self.preview()
        words = f"{self.photo.name}: camera {self.shot.camera}"
        return inline.image(small.packed(), small.framing.size, small.timeline.fps, words)


def encoding(output: str, shot: Shot) -> formats.Encoding:
    """Return how ``output`` is encoded by the settings of ``shot``."""
    return formats.choose(
        output,
        codec=shot.codec,
        crf=shot.crf,
        bitrate=shot.bitrate,
        quality=shot.quality,
        alpha=bool(shot.alpha),
    )


def animate(photo: str | Path | Photo, **settings: Any) -> Clip:
    """Make a photo ready to render; ``settings`` are the keys of ``Shot``.

    Raises
    ------
    InputError
        If the photo or a setting cannot be used; the sentence says which and what would be right.
    """
    shot, _ = split(settings)
    check_settings(shot)
    stages = Stages()
    if not isinstance(photo, Photo):
        photo = read_photo(photo, shot, stages)
    return prepare(photo, shot, stages)


def check_settings(shot: Shot) -> None:
    """Refuse early what can be refused before any photo is read."""
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


def read_photo(file: str | Path, shot: Shot, stages: Stages) -> Photo:
    """Read the photo of a shot."""
    with stages("photo"):
        return analyse.read_photo(file, shot)


@plain()
def prepare(
    photo: Photo,
    shot: Shot,
    stages: Stages,
    known: Estimates | None = None,
    looked: Sight | None = None,
) -> Clip:
    """Do all that is done once per clip: depth, regions, camera, scene and motion.

    ``looked`` is the photo's ``sight.of`` if that is begun already. What is begun here or there runs
    beside the stages, which count only how long it is waited for.
    """
    frame_at = partial(
        framing.frame,
        photo.size,
        size=shot.size,
        aspect=shot.aspect,
        fit=shot.fit,
        max_upscale=shot.max_upscale,
    )
    look = looked or analyse.of(photo, shot, ahead=known is None)
    rgb = look.rgb
    notes = list(photo.notes)

    depth = known.depth if known else depth_of(look, shot, stages)
    if depth.values.shape != rgb.shape[:2]:
        raise InputError(
            "the manifest's depth has another size than its scene; render the shot anew"
        )
    notes += depth.notes
    # a file's own edges are taken as they are; estimated ones may lie beside the photo's
    sharp = depth.source.startswith("file") and ramp_width(depth.values) < 1.5
    build = partial(
        layers.build_layers,
        focal=photo.focal or DEFAULT_FOCAL,
        layers=shot.layers,
        most=LAYERS[shot.quality],
        edge_error=0.0 if sharp else 2.0,
    )
    building = analyse.beside(rgb)(plain()(partial(build, rgb, depth.values)))
    with stages("regions"):
        classes = () if known else look.classes()
        regions = known.regions if known else planned(rgb, depth.values, classes, shot)
    with stages("camera"):
        sky = next((region.mask for region in classes if region.kind == "sky"), None)
        people = next((region.mask for region in classes if region.kind == "person"), None)
        found = subject.find(rgb, depth.values, sky, subject.heads(people))
        target = known.subject if known else found.point
        frame = frame_at(subject=target)
        view = CameraView.of(depth.values, photo.focal, target, frame.box)
        choice = shot.camera
        if choice.name == path.AUTO:
            shares = {region.kind: region.share for region in classes}
            measured = statistics.measure(rgb, depth.values, shares, look.lines())
            along = alignment.sample_lines(depth.values, measured.lines, auto.ALONG)
            advice = auto.choose(view, measured, found.confidence, along)
            choice = path.settle(choice, advice.choice)
            notes.append(f"camera {choice}: {advice.reason}")
    shot = shot.model_copy(update={"camera": choice})
    notes += frame.notes
    timeline = Timeline(round(shot.duration * fps(shot)) or 1, fps(shot), shot.loop)
    with stages("finish"):
        finisher = Finisher(shot, frame.size, frame.picture, timeline)
        notes += finisher.notes
    with stages("scene"):
        scene = assembly.build_scene(build, rgb, depth.values, regions, building)
        del building  # which keeps what it has built
        camera, window = aim(scene, frame, view, shot, timeline)
        card, said = standing(finisher, scene, window, frame, shot)
        notes += said
    with stages("motion"):
        motion, lowered = moved(rgb, depth.values, regions, scene, shot, timeline)
        notes += filter(None, [lowered])
    look.forget()
    return Clip(
        photo=photo,
        shot=shot,
        timeline=timeline,
        framing=frame,
        subject=target,
        depth=depth,
        regions=regions,
        scene=scene,
        camera=camera,
        window=window,
        motion=motion,
        finisher=finisher,
        card=card,
        notes=tuple(notes),
        stages=stages,
    )


def aim(
    scene: Scene, frame: framing.Framing, view: CameraView, shot: Shot, timeline: Timeline
) -> tuple[CameraPath, frames.Window]:
    """Return the path of the shot's camera and the window that shows no border anywhere on it."""
    course = partial(
        path.resolve, shot.camera, loop=shot.loop, duration=shot.duration, seed=shot.seed
    )
    window, zoom = window_of(scene, frame), 1.0
    for _ in range(_AIMS):
        # planned as large as asked for in the narrower frame that is seen, and so seen anew
        camera = course(view.zoomed(zoom))
        poses = [camera.at(timeline.time(i)) for i in range(timeline.frames)]
        seen = replace(window, scale=window.scale / zoom)
        more = frames.safe_zoom(scene, poses, seen, frame.picture[2:])
        if more == 1.0:
            break
        zoom *= more * _SPARE
    return camera, replace(window, scale=window.scale / zoom)


@plain()
def reframed(clip: Clip, aspect: str | None) -> Clip:
    """Return a clip of the same scene in a frame of another shape.

    The scene keeps its resolution: prepare the shape that enlarges the photo most first.
    """
    shot = clip.shot.model_copy(update={"aspect": aspect})
    frame = framing.frame(
        clip.photo.size,
        size=shot.size,
        aspect=aspect,
        fit=shot.fit,
        subject=clip.subject,
        max_upscale=shot.max_upscale,
    )
    view = CameraView.of(clip.depth.values, clip.photo.focal, clip.subject, frame.box)
    with clip.stages("scene"):
        camera, window = aim(clip.scene, frame, view, shot, clip.timeline)
    with clip.stages("finish"):
        finisher = Finisher(shot, frame.size, frame.picture, clip.timeline)
        card, _ = standing(finisher, clip.scene, window, frame, shot)
    return replace(
        clip, shot=shot, framing=frame, camera=camera, window=window, finisher=finisher, card=card
    )


def standing(
    finisher: Finisher, scene: Scene, window: frames.Window, frame: framing.Framing, shot: Shot
) -> tuple[frames.Card | None, list[str]]:
    """Return the title as a card in the scene, if it stands there, and what to say of it."""
    title = finisher.standing
    if title is None:
        return None, []
    left, top, *size = frame.picture
    place = (title.left - left, title.top - top)
    card, note = stand(scene, window, (size[0], size[1]), title.rgba, place, shot.title_depth)
    return card, [note]


def window_of(scene: Scene, frame: framing.Framing) -> frames.Window:
    """Return the part of the scene that a frame shows at rest."""
    width, height = scene.size
    scale = min(
        frame.extent[0] * width / frame.picture[2], frame.extent[1] * height / frame.picture[3]
    )
    # pixel areas, not centres, are matched: a frame of the scene's own size is the scene
    return frames.Window(frame.centre[0] * width - 0.5, frame.centre[1] * height - 0.5, scale)


def fps(shot: Shot) -> Fraction:
    """Return the frame rate as a fraction; 29.97 and its kin are the broadcast rates.

    >>> fps(Shot(fps=29.97)), fps(Shot(fps=25))
    (Fraction(30000, 1001), Fraction(25, 1))
    """
    broadcast = Fraction(round(shot.fps * 1.001) * 1000, 1001)
    if abs(float(broadcast) - shot.fps) < 5e-3 and shot.fps % 1:
        return broadcast
    return Fraction(shot.fps).limit_denominator(1001)


def depth_of(look: Sight, shot: Shot, stages: Stages) -> InverseDepth:
    """Return the inverse depth of a picture from the source the shot names, in 16-bit steps."""
    rgb, source = look.rgb, shot.depth
    height, width = rgb.shape[:2]
    if source == "embedded":
        with stages("network"):
            look.seen()
    with stages("depth"):
        if source == "embedded":
            depth = InverseDepth(
                built(rgb, embedded.from_perception(look.seen(), rgb), look.lines()),
                "embedded network",
            )
        elif source in SOURCES:
            depth = SOURCES[source](rgb)
            if depth.values.shape != (height, width):
                raise InputError(
                    f"depth source {source} gave {depth.values.shape} for a photo of "
                    f"{(height, width)}; it must be as large as the photo"
                )
        elif source in models.MODELS or Path(source).suffix == ".onnx":
            coarse = models.estimate(source, rgb, far_bright=shot.depth_far == "bright")
            depth = InverseDepth(
                built(rgb, refine(rgb, coarse), look.lines()), f"network {Path(source).stem}"
            )
        else:
            depth = read_depth(source, (width, height), shot.depth_far)
    return InverseDepth(manifest.quantised(depth.values), depth.source, depth.notes)


def built(rgb: UInt8Array, depth: Float32Array, lines: Float32Array) -> Float32Array:
    """Return estimated inverse depth as people build: windows in their wall, straight edges straight."""
    if statistics.is_room(*line_lengths(lines, rgb), depth, float((depth <= 0).mean())):
        depth = windows.close_windows(depth)
    return alignment.align_steps(alignment.straighten_lines(depth, lines), lines)


def planned(
    rgb: UInt8Array, depth: Float32Array, classes: tuple[Region, ...], shot: Shot
) -> tuple[Region, ...]:
    """Return what moves by the settings of a shot."""
    height, width = rgb.shape[:2]
    given_masks = {one.kind: mask_files.read(one.file, (width, height)) for one in shot.mask}
    return plan.plan(
        rgb,
        depth,
        classes,
        motion=shot.motion,
        masks=given_masks,
        strokes=shot.brush,
        hold=mask_files.read(shot.hold, (width, height)) if shot.hold else None,
        hold_faces=shot.hold_faces,
    )


def moved(
    rgb: UInt8Array,
    depth: Float32Array,
    regions: tuple[Region, ...],
    scene: Scene,
    shot: Shot,
    timeline: Timeline,
) -> tuple[Motion | None, str]:
    """Return the motion of the regions under the shot's wind, periodic in the clip, and a note."""
    if not regions:
        return None, ""
    directions = flow_field.velocities(rgb, depth, regions, shot.brush)

    def make(less: Mapping[str, float]) -> Motion:
        return compose(
            rgb,
            depth,
            regions,
            wind=shot.wind,
            seconds=timeline.seconds,
            amount=shot.amount,
            attenuation=less,
            seed=shot.seed,
            directions=directions,
            scene=scene,
        )

    motion, told = monitor.tamed(make, regions, scene)
    return motion, told
