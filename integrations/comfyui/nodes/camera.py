"""The node that writes a camera move with its keys."""

from __future__ import annotations

from typing import Any

from comfy_api.latest import io
from livingstill.camera import path
from livingstill.settings.values import MoveSpec

from ..inputs import AUTOMATIC, CAMERA, CATEGORY, key_input


class Camera(io.ComfyNode):
    """A camera move, chosen by name; its keys are those of the move."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Return one option per move, with its keys."""
        moves = [name for name, _ in path.describe() if not name.startswith("@")]
        lines = "\n".join(f"{name}: {line}" for name, line in path.describe() if name in moves)
        return io.Schema(
            node_id="LivingstillCamera",
            display_name="Camera Move (livingstill)",
            category=CATEGORY,
            description="A camera move through the photo's layered scene, for Animate Photo.",
            search_aliases=["ken burns", "dolly", "orbit", "pan", "zoom", "parallax", "handheld"],
            inputs=[
                io.DynamicCombo.Input(
                    "move",
                    options=[
                        io.DynamicCombo.Option(name, [key_input(key) for key in path.keys(name)])
                        for name in moves
                    ],
                    display_name="move",
                    tooltip=lines,
                )
            ],
            outputs=[
                CAMERA.Output("camera", tooltip="for Animate Photo"),
                io.String.Output("text", tooltip="the move as livingstill writes it"),
            ],
        )

    @classmethod
    def execute(cls, move: dict[str, Any]) -> io.NodeOutput:
        """Return the move with the keys that differ from its own."""
        text = move_text(move)
        return io.NodeOutput(text, text)


def move_text(move: dict[str, Any]) -> str:
    """Return a chosen option and its keys as a move is written; keys at their defaults are left out."""
    name = move["move"]
    own = {key.key: key.default for key in path.keys(name)}
    keys = tuple(
        (key, f"{value:g}" if isinstance(value, float) else str(value))
        for key, value in move.items()
        if key in own and value not in (None, "", AUTOMATIC, own[key])
    )
    return str(MoveSpec(name=name, keys=keys))
