"""The node that makes any clip loop."""

from __future__ import annotations

from typing import Any

import livingstill
from comfy_api.latest import io
from livingstill.settings.loop import LoopJob

from .. import media
from ..inputs import CATEGORY, settings_inputs, settings_of
from ..progress import NodeProgress

SETTINGS = ("seconds", "fade", "boomerang")
ADVANCED = ("min_length", "force")


class Loop(io.ComfyNode):
    """A clip in, a clip whose end leads into its start out."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Return the settings of a loop."""
        return io.Schema(
            node_id="LivingstillLoop",
            display_name="Make Loop (livingstill)",
            category=CATEGORY,
            description="Make any clip loop: its best pair of frames is joined, and the end is carried "
            "into the beginning.",
            search_aliases=["seamless loop", "boomerang", "cinemagraph"],
            inputs=[
                io.Video.Input("video", tooltip="Any clip."),
                *settings_inputs(LoopJob, SETTINGS, ADVANCED),
            ],
            outputs=[io.Video.Output("video"), io.String.Output("report")],
            hidden=[io.Hidden.unique_id],
        )

    @classmethod
    def execute(cls, video: Any, **values: Any) -> io.NodeOutput:
        """Write the loop into ComfyUI's folder of temporary files."""
        target = media.new_file(".mp4")
        with media.scratch_folder() as folder:
            result = livingstill.loop(
                media.file_of(video, folder),
                target,
                progress=NodeProgress(cls.hidden.unique_id),
                **settings_of(LoopJob, values),
            )
        return io.NodeOutput(media.as_video(target), media.words(result.lines(), target))
