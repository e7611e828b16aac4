"""Renders a clip once to every output, and measures its frames meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from livingstill.core import memory
from livingstill.core.model import Float32Array, PackedRGBA, UInt8Array
from livingstill.core.threads import Result
from livingstill.jobs import manifest, matte, monitor, provenance, stereo
from livingstill.jobs.analyse import LARGE_PIXELS
from livingstill.jobs.stages import Stages
from livingstill.media import formats
from livingstill.media.write import encoder, stills
from livingstill.media.write.sinks import Loop
from livingstill.quality import stream
from livingstill.render import frames
from livingstill.settings.shot import Shot

if TYPE_CHECKING:
    from livingstill.jobs.clip import Clip
    from livingstill.quality.verdict import Fault


@dataclass(frozen=True, slots=True)
class RenderResult:
    """The result of a render: the frames' SHA-256 if requested, continuity figures and notes."""

    frames: tuple[str, ...]
    figures: dict[str, float]
    notes: tuple[str, ...] = ()


def begin(
    clip: Clip,
    outputs: tuple[str, ...],
    *,
    overwrite: bool = False,
    hashes: bool = False,
    on_frame: Callable[[UInt8Array], object] | None = None,
    source: Iterable[PackedRGBA] | None = None,
    poster: Path | None = None,
    stages: Stages | None = None,
    meanwhile: Callable[[], object] | None = None,
) -> Result[RenderResult]:
    """Return what renders a clip once and writes every output; each file is complete or not there.

    It keeps of the clip what frames are made of, and so not its depth, unless that is blurred by or
    the clip is stereo. Of a stereo clip, figures and ``on_frame`` are of the leftmost view, all else of the whole frame.

    Parameters
    ----------
    hashes : whether the frames' SHA-256 are wanted
    on_frame : is shown each finished frame, (h, w, 3) uint8
    source : the frames before finishing, if they are rendered elsewhere
    poster : a file for the first frame
    stages : measures "sound" and "frames"
    meanwhile : is called when the last frame is handed over, while encoders are still busy with some

    Raises
    ------
    InputError
        If a file exists and ``overwrite`` is off, or a format or setting does not fit.
    """
    stages = stages or Stages()
    size, timeline, shot = clip.framing.size, clip.timeline, clip.shot
    metadata = provenance.metadata(shot, clip.photo, clip.moving)
    mattes = clip.mattes() if shot.alpha else None
    sound, sound_note = None, ""
    if shot.audio is not None:
        with stages("sound"):
            sound, sound_note = clip.sound()
    loop = loop_of(clip) if timeline.periodic else None
    pictures = [Path(output) for output in outputs if stereo.is_picture(output, shot)]
    clips = [output for output in outputs if Path(output) not in pictures]
    encoders = [_encoder(clip, output, overwrite, metadata, sound, loop) for output in clips]
    static_camera = clip.static_camera
    static_frame = static_camera and not (clip.card and shot.title_fade)
    figures = monitor.stream_figures(clip.regions, clip.window, size, static_frame)

    def measured(rendered: Iterable[PackedRGBA]) -> Iterator[PackedRGBA]:
        for frame in rendered:
            figures.add(frame)
            yield frame

    if clip.rig is None:
        rendered = measured(clip.rendered() if source is None else source)
        finished = clip.finisher.finish(rendered, range(timeline.frames))
        pairs: Iterator[tuple[PackedRGBA, PackedRGBA]] = ((one, one) for one in finished)
    else:
        pairs = stereo.frames(clip, measured)
    comfort = partial(stereo.measure, clip, clip.rig) if clip.rig is not None else None
    large = max(w * h for w, h in (clip.scene.size, size)) > LARGE_PIXELS

    def write() -> RenderResult:
        digests: list[str] = []
        first: PackedRGBA | None = None
        if large:
            memory.trim_heap()  # else an encoder takes what the steps before have freed
        with encoder.Tee(encoders) as sink, stages("frames", timeline.frames) as step:
            for packed, written in pairs:
                output_frame = (
                    written if mattes is None else matte.apply_matte(packed, next(mattes))
                )
                sink.write(output_frame)
                if first is None and (poster or pictures):
                    first = output_frame.copy()
                if hashes:
                    digests.append(manifest.digest(frames.unpack(output_frame)))
                if on_frame:
                    on_frame(frames.unpack(packed))
                step()
            sink.end()
            if meanwhile is not None:
                meanwhile()
        for picture in [poster, *pictures]:
            if picture is not None and first is not None:
                stills.write_poster(picture, first, overwrite=overwrite, metadata=metadata)
        values = figures.figures()
        faults = stream.judge_stream(
            values,
            timeline.frames,
            float(timeline.fps),
            size,
            loop=static_camera and timeline.periodic,
        )
        notes = _notes(encoders, sound is not None, sound_note, faults)
        if comfort is not None:
            felt = comfort()
            values |= felt.figures()
            notes = (*notes, *felt.notes())
        return RenderResult(tuple(digests), values, notes)

    return write


def _notes(
    encoders: Sequence[encoder.Encoder], has_sound: bool, sound_note: str, faults: Iterable[Fault]
) -> tuple[str, ...]:
    """Return what the encoders chose, what became of the sound, and a warning for each fault."""
    silent = [e.path for e in encoders if has_sound and not e.encoding.format.sound]
    return (
        *(f"{e.path}: {e.chosen}" for e in encoders if e.chosen),
        *filter(None, [sound_note]),
        *(f"{path} carries no sound" for path in silent),
        *(f"warning: {fault.message}" for fault in faults),
    )


def loop_of(clip: Clip) -> Loop:
    """Return what an encoder should know of a loop."""
    step = monitor.typical_step(
        clip.scene, clip.window, clip.framing.size, clip.camera, clip.motion, clip.timeline
    )
    return Loop(clip.timeline.frames, step)


def _encoder(
    clip: Clip,
    output: str,
    overwrite: bool,
    metadata: dict[str, str],
    sound: Float32Array | None,
    loop: Loop | None,
) -> encoder.Encoder:
    """Return the encoder of one output, by the settings of the clip's shot."""
    shot = clip.shot
    return encoder.Encoder(
        output,
        clip.output_size,
        clip.timeline.fps,
        encoding(output, shot),
        overwrite=overwrite,
        metadata=metadata,
        budget=formats.parse_size(shot.budget) if shot.budget else None,
        sound=sound,
        loop=loop,
    )


def encoding(output: str, shot: Shot) -> formats.Encoding:
    """Return how ``output`` is encoded by the settings of a shot."""
    return formats.choose(
        output,
        codec=shot.codec,
        crf=shot.crf,
        bitrate=shot.bitrate,
        quality=shot.quality,
        alpha=bool(shot.alpha),
        stereo=shot.stereo,
        one_shot=shot.fps >= formats.ONE_SHOT_FPS,
    )
