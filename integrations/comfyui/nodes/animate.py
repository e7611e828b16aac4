"""The node that turns a photo into a clip."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import livingstill
from comfy_api.latest import io
from livingstill.audio.beds import BEDS
from livingstill.core.kinds import KINDS
from livingstill.jobs.session import check_settings
from livingstill.jobs.stages import Stages
from livingstill.photo.source import photo_of
from livingstill.settings.modulation import Target
from livingstill.settings.shot import Shot, split
from livingstill.settings.shot_file import dump_shot_file

from .. import media
from ..inputs import CAMERA, CATEGORY, settings_inputs, settings_of
from ..progress import NodeProgress

SETTINGS = (
    "prompt", "motion", "amount", "wind", "seed", "duration", "fps", "loop", "size", "aspect",
    "fit", "quality",
)  # fmt: skip
"""Settings that are seen at once."""

ADVANCED = (
    "smooth", "layers", "hold_faces", "depth_far", "max_upscale", "shutter", "crf", "audio_start",
    "audio_fade", "audio_level", "modulate_attack", "modulate_release", "modulate_floor", "title",
    "subtitle", "title_place", "title_size", "title_colour", "title_fade", "exposure",
    "temperature", "tint", "saturation", "vignette", "grain",
)  # fmt: skip
"""Settings that are folded away."""

NONE = "none"


class Animate(io.ComfyNode):
    """A photo in, a clip out: a file that stays on disk, and pictures if they are asked for."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Return the settings of a shot, and sockets for what they name by files elsewhere."""
        return io.Schema(
            node_id="LivingstillAnimate",
            display_name="Animate Photo (livingstill)",
            category=CATEGORY,
            description="Turn a photo into a looping clip: parallax camera, water, clouds, leaves. The "
            "same picture, settings and seed give the same frames. No GPU is needed.",
            search_aliases=[
                "image to video",
                "parallax",
                "cinemagraph",
                "ken burns",
                "depthflow",
                "2.5d",
                "living photo",
            ],
            inputs=[
                io.Image.Input("image", tooltip="The photo, one picture."),
                CAMERA.Input("camera", optional=True, tooltip="From Camera Move; else the best."),
                io.Image.Input(
                    "depth",
                    optional=True,
                    tooltip="A depth map, bright = near; else livingstill's own.",
                ),
                io.Mask.Input("hold", optional=True, tooltip="What never moves."),
                io.Audio.Input("audio", optional=True, tooltip="The sound of the clip."),
                io.DynamicCombo.Input(
                    "mask_kind",
                    options=[
                        io.DynamicCombo.Option(NONE, []),
                        *(
                            io.DynamicCombo.Option(
                                kind, [io.Mask.Input("mask", tooltip=f"Where {kind} moves.")]
                            )
                            for kind in KINDS
                        ),
                    ],
                    display_name="kind of mask",
                    tooltip="A kind of motion whose place a mask says, in the place of detection.",
                ),
                *settings_inputs(Shot, SETTINGS),
                io.Combo.Input(
                    "sound",
                    options=[NONE, "auto", *BEDS],
                    default=NONE,
                    tooltip="Beds of noise, where no audio is connected; auto suits what moves.",
                ),
                io.Combo.Input(
                    "audio_drives",
                    options=[NONE, *get_args(Target)],
                    default=NONE,
                    display_name="audio drives",
                    tooltip="What follows the loudness of the audio.",
                ),
                io.Boolean.Input(
                    "all_frames",
                    default=False,
                    display_name="all frames as images",
                    tooltip="Put every frame out as an image batch: 150 frames of 1080p take 3.7 GB of "
                    "memory. Off: the first one.",
                ),
                *settings_inputs(Shot, (), ADVANCED),
            ],
            outputs=[
                io.Video.Output("video", tooltip="The clip, with its sound."),
                io.Image.Output("images", tooltip="The first frame, or all of them."),
                io.String.Output("notes", tooltip="What was found and chosen."),
                io.String.Output("shot", tooltip="The settings as a shot file."),
            ],
            hidden=[io.Hidden.unique_id],
        )

    @classmethod
    def fingerprint_inputs(cls, **values: Any) -> str:
        """Return the hash of the shot: nothing is done again that would give the same frames."""
        try:
            settings = split(_settings(values))[0].model_dump_json()
        except livingstill.InputError:  # which the run will say
            settings = repr(sorted(values.items()))
        switches = [values.get(name) for name in ("mask_kind", "audio_drives", "all_frames")]
        text = repr((livingstill.__version__, settings, switches))
        return hashlib.sha256(text.encode()).hexdigest()

    @classmethod
    def execute(cls, **values: Any) -> io.NodeOutput:
        """Render the clip into ComfyUI's folder of temporary files."""
        picture = media.one_picture(values["image"])
        target = media.new_file(".mp4")
        with media.scratch_folder() as folder:
            shot, _ = split(_settings(values) | _files(values, folder))
            check_settings(shot)
            stages = Stages(NodeProgress(cls.hidden.unique_id))
            clip = livingstill.Session(photo_of(picture, shot)).clip(shot, stages)
            images = _Frames(every=bool(values["all_frames"]))
            result = clip.save(target, on_frame=images.add, stages=stages)
        notes = "\n".join([*map(str, clip.findings), *clip.notes, *result.notes])
        return io.NodeOutput(
            media.as_video(target),
            media.as_image(*images.kept),
            notes,
            dump_shot_file(split(_settings(values))[0]),
        )


class _Frames:
    """Keeps the first frame, or every one."""

    def __init__(self, every: bool) -> None:
        self._every = every
        self.kept: list[Any] = []

    def add(self, rgb: Any) -> None:
        """Take a frame, (H, W, 3) uint8."""
        if self._every or not self.kept:
            self.kept.append(rgb.copy())


def _settings(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a shot that are no files."""
    sockets = ("camera", "depth", "hold", "audio", "mask")
    settings = settings_of(Shot, {k: v for k, v in values.items() if k not in sockets})
    if values.get("camera"):
        settings["camera"] = values["camera"]
    if values.get("sound") not in (None, NONE):
        settings["audio"] = values["sound"]
    return settings


def _files(values: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Write what is connected into ``folder``; return the settings that name it.

    Raises
    ------
    InputError
        If a sound is to drive something and none is connected.
    """
    settings: dict[str, Any] = {}
    if values.get("depth") is not None:
        settings["depth"] = str(media.write_depth(values["depth"], folder / "depth.png"))
    if values.get("hold") is not None:
        settings["hold"] = media.write_mask(values["hold"], folder / "hold.png")
    mask = values.get("mask_kind") or {}
    if mask.get("mask") is not None:
        file = media.write_mask(mask["mask"], folder / "mask.png")
        settings["mask"] = [f"{mask['mask_kind']}={file}"]
    if values.get("audio") is not None:
        sound = media.write_sound(values["audio"], folder / "audio.wav")
        settings["audio"] = str(sound)
    driven = values.get("audio_drives", NONE)
    if driven != NONE:
        if values.get("audio") is None:
            raise livingstill.InputError(
                f"audio drives {driven}, but no audio is connected; connect one, or choose none"
            )
        settings["modulate"] = [f"{driven}={sound}"]
    return settings
