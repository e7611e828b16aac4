"""A clip: a photo made ready to render by one shot, whose frames are a pure function of their index."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livingstill.camera import framing
from livingstill.camera.displacement import max_displacement, projected_grid
from livingstill.camera.stereo import StereoRig
from livingstill.camera.view import CameraView
from livingstill.core.envelope import Envelope
from livingstill.core.errors import InputError
from livingstill.core.finding import Finding
from livingstill.core.model import (
    CameraPath,
    Float32Array,
    InverseDepth,
    Motion,
    PackedRGBA,
    Photo,
    Pose,
    Region,
    Scene,
    Timeline,
    UInt8Array,
)
from livingstill.core.threads import Prefetched
from livingstill.finish.finisher import Finisher
from livingstill.jobs import matte, soundtrack, steps, write
from livingstill.jobs.analyse import LARGE_PIXELS
from livingstill.jobs.stages import Stages
from livingstill.jobs.write import RenderResult
from livingstill.media import inline
from livingstill.render import frames, stereo_layout, temporal
from livingstill.render.flows import Flows
from livingstill.render.letterbox import Letterbox
from livingstill.settings.shot import Shot

EXPOSURES = 4
"""Instants that make one frame where the shutter blurs motion."""


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A photo made ready to render by one shot: all that is computed once.

    Every frame is a pure function of its index, so any of them can be asked for at any time.
    ``shot`` is resolved: its camera is a move by name, of which ``cost`` has the figures where it
    was chosen; ``findings`` say how sure each region is; ``camera_strength`` scales the camera's way
    from the photo's pose; ``rig`` are the eyes of a stereo shot, whose files hold several views:
    ``frames`` and its kin are those of the camera between them. ``depth`` and ``regions`` are at the
    size of the scene, in steps of 16 and 8 bits.
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
    cost: Mapping[str, float] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    rig: StereoRig | None = None
    camera_strength: Envelope | None = None

    def __repr__(self) -> str:
        width, height = self.framing.size
        moving = ", ".join(f"{region.label} {region.share:.0%}" for region in self.regions)
        return (
            f"<Clip of {self.photo.name}: {width}x{height}, {self.timeline.frames} frames at "
            f"{float(self.timeline.fps):g} fps, camera {self.shot.camera}, {moving or 'no motion'}>"
        )

    @property
    def output_size(self) -> tuple[int, int]:
        """Width and height of the frames that are written: of all views together."""
        layout = self.shot.stereo
        return stereo_layout.frame_size(layout, self.framing.size) if layout else self.framing.size

    @property
    def moving(self) -> tuple[str, ...]:
        """The kinds that move, each once; none whose amount of motion is 0."""
        if self.motion is None or self.shot.amount == 0:
            return ()
        still = {one.kind for one in self.shot.amount_of if one.amount == 0}
        return tuple(dict.fromkeys(r.label for r in self.regions if r.label not in still))

    @property
    def static_camera(self) -> bool:
        """Whether the camera stands for the whole clip, in a frame that the picture fills."""
        times = map(self.timeline.time, range(self.timeline.frames))
        return len(set(map(self.camera.at, times))) == 1 and not self.framing.bars

    def packed(self, span: range | None = None) -> Iterator[PackedRGBA]:
        """Yield the frames as (h, w) uint32 RGBX; each is valid until the next one is asked for.

        ``span`` yields only these: the same pixels as in the whole clip.
        """
        span = range(self.timeline.frames) if span is None else span
        return self.finisher.finish(self.rendered(span), span)

    def rendered(
        self, span: range | None = None, renderer: frames.Renderer | None = None
    ) -> Iterator[PackedRGBA]:
        """Yield the frames like ``packed``, but before finishing: no grade, grain, title or logo.

        A title that stands in the scene is in them. ``renderer`` is one of this clip's that other
        views share; it must retain its frames.
        """
        size = self.framing.picture[2:]
        timeline, smooth = self.timeline, self.shot.smooth if self.motion else 0.0
        # nothing below keeps the clip: what frames do not need may leave memory meanwhile
        camera, motion, focal = self.camera, self.motion, self.scene.focal
        blur = self.shot.shutter / 360 if self.shot.quality == "high" else 0.0
        times = map(timeline.time, range(timeline.frames))
        sharp = not blur and not any(camera.at(time).aperture for time in times)
        renderer = renderer or frames.Renderer(
            self.scene,
            self.window,
            size,
            self.shot.quality,
            card=self.card,
            retain=smooth > 0,
            sharp=sharp,
        )
        title_opacity = self.finisher.title_opacity
        width, height = self.scene.size
        pixels = width / self.window.scale

        def instant(index: float) -> tuple[Pose, Flows | None]:
            pose = camera.at(timeline.time(index))
            if motion is None:
                return pose, None
            return pose, renderer.pack(motion.at(timeline.phase(index)))

        # flows are computed while the frame before is warped: neither fills all cores at all times;
        # of a large scene two sets of them would take too much memory
        stop = span.stop if span else timeline.frames
        whole = Prefetched(instant, stop if width * height <= LARGE_PIXELS else 0)

        def render(index: int) -> PackedRGBA:
            if not blur:
                return renderer.frame(*whole(index), title_opacity(index))
            instants = (index + blur * ((i + 0.5) / EXPOSURES - 0.5) for i in range(EXPOSURES))
            return renderer.exposure(list(map(instant, instants)), title_opacity(index))

        @lru_cache(8)
        def grid(index: int) -> NDArray[np.float64]:
            return projected_grid(camera.at(timeline.time(index)), focal, width / height)

        def displacement(first: int, second: int) -> float:
            return pixels * max_displacement(grid(first), grid(second))

        smoothed = temporal.smooth(
            render,
            timeline.frames,
            smooth,
            circular=timeline.periodic,
            displacement=displacement,
            span=span,
            release=renderer.release,
        )
        if not self.framing.bars:
            return smoothed
        letterbox = Letterbox(
            self.photo.rgb, self.framing.size, self.framing.picture, self.shot.fit
        )
        return map(letterbox.compose, smoothed)

    def frames(self) -> Iterator[UInt8Array]:
        """Yield the frames as (h, w, 3) uint8 RGB."""
        return map(frames.unpack, self.packed())

    def save(
        self,
        *outputs: str | Path,
        overwrite: bool = False,
        hashes: bool = False,
        on_frame: Callable[[UInt8Array], object] | None = None,
        source: Iterable[PackedRGBA] | None = None,
        poster: Path | None = None,
        stages: Stages | None = None,
        meanwhile: Callable[[], object] | None = None,
    ) -> RenderResult:
        """Render once and write every output; the parameters are those of ``write.begin``."""
        return write.begin(
            self,
            tuple(map(str, outputs)),
            overwrite=overwrite,
            hashes=hashes,
            on_frame=on_frame,
            source=source,
            poster=poster,
            stages=stages,
            meanwhile=meanwhile,
        )()

    def without_pictures(self) -> Clip:
        """Return the clip for who has begun to write it: photo, depth and masks may leave memory.

        What is left says what it is, but no frame can be made of it.
        """
        photo = self.photo.without_pixels()
        depth = replace(self.depth, values=np.empty((0, 0), np.float32))
        none = np.empty((0, 0), np.uint8)
        regions = tuple(Region(region.label, none) for region in self.regions)
        scene = self.scene.without_depth()
        return replace(self, photo=photo, depth=depth, regions=regions, scene=scene)

    def sound(self) -> tuple[Float32Array | None, str]:
        """Return the clip's sound, (n, 2) float32 at 48 kHz or None, and what it is in words."""
        if self.shot.audio is None:
            return None, ""
        width, height = self.framing.size
        shares = {region.label: region.share for region in self.regions}
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
        white = matte.select_parts(self.scene, self.regions, self.shot.alpha or "")
        motion = matte.MotionWithoutLight(self.motion) if self.motion else None
        return replace(self, scene=white, motion=motion, card=None).rendered()

    def preview(self, side: int = 480, fps: int = 12) -> Clip:
        """Return the same move and motion in a frame ``side`` pixels long, ``fps`` times a second."""
        scale = min(1.0, side / max(self.framing.size))
        width, height = (max(16, 2 * round(scale * n / 2)) for n in self.framing.size)
        shot = self.shot.model_copy(update={"size": f"{width}x{height}", "aspect": None})
        count = max(1, round(self.timeline.seconds * fps))
        timeline = replace(self.timeline, frames=count, fps=Fraction(fps))
        return reframe(replace(self, shot=shot, timeline=timeline), None)

    def _repr_html_(self) -> str:
        """Show a small loop in a notebook."""
        small = self.preview()
        words = f"{self.photo.name}: camera {self.shot.camera}"
        return inline.image(small.packed(), small.framing.size, small.timeline.fps, words)


def reframe(clip: Clip, aspect: str | None) -> Clip:
    """Return a clip of the same scene in a frame of another shape.

    The scene keeps its resolution: make the shape ready first that enlarges the photo most.
    """
    shot = clip.shot.model_copy(update={"aspect": aspect})
    frame = framing.fit_photo_to(clip.photo.size, shot, clip.subject)
    view = CameraView.of(clip.depth.values, clip.photo.focal, clip.subject, frame.box)
    camera, window = steps.plan_camera(
        clip.scene, view, frame, shot, clip.timeline, clip.camera_strength
    )
    rig = steps.plan_stereo(clip.scene, window, view, frame, shot, clip.timeline, camera)
    finisher = Finisher(shot, frame.size, frame.picture, clip.timeline)
    card, _ = steps.place_title(finisher, clip.scene, window, frame, shot.title_depth)
    return replace(
        clip,
        shot=shot,
        framing=frame,
        camera=camera,
        window=window,
        finisher=finisher,
        card=card,
        rig=rig,
    )
