"""The node that holds a drifting clip to its still."""

from __future__ import annotations

from typing import Any

import livingstill
from comfy_api.latest import io
from livingstill.settings.hold import HoldJob

from .. import media
from ..inputs import CATEGORY, settings_inputs, settings_of
from ..progress import NodeProgress

ADVANCED = ("force",)


class Hold(io.ComfyNode):
    """A clip and its still in, the clip in the still's colours out."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Return a clip, its still, and a mask of what is laid anew."""
        return io.Schema(
            node_id="LivingstillHold",
            display_name="Hold to Still (livingstill)",
            category=CATEGORY,
            description="Hold the colours of a drifting clip to its still, and lay what a mask names, as "
            "a label or a logo, anew from the still.",
            search_aliases=["colour drift", "color match", "keep logo", "product video"],
            inputs=[
                io.Video.Input("video", tooltip="The clip that drifts."),
                io.Image.Input("still", tooltip="The photo it was made of."),
                io.Mask.Input(
                    "mask", optional=True, tooltip="What is laid anew from the still, of its size."
                ),
                *settings_inputs(HoldJob, (), ADVANCED),
            ],
            outputs=[io.Video.Output("video"), io.String.Output("report")],
            hidden=[io.Hidden.unique_id],
        )

    @classmethod
    def execute(cls, video: Any, still: Any, mask: Any = None, **values: Any) -> io.NodeOutput:
        """Write the clip into ComfyUI's folder of temporary files."""
        target = media.new_file(".mp4")
        with media.scratch_folder() as folder:
            result = livingstill.hold(
                media.file_of(video, folder),
                target,
                media.write_picture(still, folder / "still.png"),
                mask=None if mask is None else media.write_mask(mask, folder / "mask.png"),
                progress=NodeProgress(cls.hidden.unique_id),
                **settings_of(HoldJob, values),
            )
        return io.NodeOutput(media.as_video(target), media.words(result.lines(), target))
