"""The node that keeps, repairs or replaces a glitchy clip."""

from __future__ import annotations

from typing import Any

import livingstill
from comfy_api.latest import io
from livingstill.settings.rescue import RescueSettings

from .. import media
from ..inputs import CATEGORY, settings_inputs, settings_of
from ..progress import NodeProgress

SETTINGS = ("mode", "strict", "seed")
ADVANCED = ("blend", "loop", "force", "quality")


class Rescue(io.ComfyNode):
    """A clip and its still in, a clip without faults out."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Return the settings of a rescue."""
        return io.Schema(
            node_id="LivingstillRescue",
            display_name="Rescue Clip (livingstill)",
            category=CATEGORY,
            description="Keep a generated clip that is sound, rebuild its bad frames, or replace it by "
            "a clip that is made of its still.",
            search_aliases=["fix flicker", "repair video", "glitch", "ai video"],
            inputs=[
                io.Video.Input("video", tooltip="The clip to rescue."),
                io.Image.Input("still", tooltip="The photo it was made of."),
                *settings_inputs(RescueSettings, SETTINGS, ADVANCED),
            ],
            outputs=[
                io.Video.Output("video"),
                io.String.Output("decision", tooltip="keep, repair or replace."),
                io.String.Output("reasons"),
            ],
            hidden=[io.Hidden.unique_id],
        )

    @classmethod
    def execute(cls, video: Any, still: Any, **values: Any) -> io.NodeOutput:
        """Rescue the clip into ComfyUI's folder of temporary files."""
        target = media.new_file(".mp4")
        with media.scratch_folder() as folder:
            result = livingstill.rescue(
                media.file_of(video, folder),
                target,
                media.write_picture(still, folder / "still.png"),
                progress=NodeProgress(cls.hidden.unique_id),
                **settings_of(RescueSettings, values),
            )
        reasons = "\n".join(result.reasons)
        return io.NodeOutput(media.as_video(target), result.decision, reasons)
