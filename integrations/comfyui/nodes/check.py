"""The node that judges the continuity of any clip."""

from __future__ import annotations

import json
from typing import Any

import livingstill
from comfy_api.latest import io, ui

from .. import media
from ..inputs import CATEGORY
from ..progress import NodeProgress


class Check(io.ComfyNode):
    """Flicker, jumps, freezes and other faults of a clip, of any origin."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Return a clip, perhaps its still, and the report."""
        return io.Schema(
            node_id="LivingstillCheck",
            display_name="Check Clip (livingstill)",
            category=CATEGORY,
            description="Judge the continuity of any clip: flicker, jumps, freezes, drift, seams.",
            search_aliases=["flicker", "video quality", "continuity", "glitch", "qc"],
            inputs=[
                io.Video.Input("video", tooltip="Any clip."),
                io.Image.Input("still", optional=True, tooltip="The photo it was made of."),
                io.Boolean.Input(
                    "loop", default=False, tooltip="The clip is meant to be seamless."
                ),
            ],
            outputs=[
                io.Boolean.Output("clean", tooltip="Whether no fault was found."),
                io.String.Output("report", tooltip="The faults, a line each."),
                io.String.Output("faults", tooltip="The faults as JSON."),
            ],
            hidden=[io.Hidden.unique_id],
            is_output_node=True,
        )

    @classmethod
    def execute(cls, video: Any, loop: bool, still: Any = None) -> io.NodeOutput:
        """Decode the clip once and judge it."""
        with media.scratch_folder() as folder:
            picture = None if still is None else media.write_picture(still, folder / "still.png")
            found = livingstill.check(
                media.file_of(video, folder),
                picture,
                loop=loop,
                progress=NodeProgress(cls.hidden.unique_id),
            )
        faults = [fault.to_dict() for fault in found.verdict.faults]
        lines = [fault.message for fault in found.verdict.faults] or ["no fault found"]
        report = "\n".join([*lines, *found.notes])
        return io.NodeOutput(not faults, report, json.dumps(faults), ui=ui.PreviewText(report))
