"""The node that shows what livingstill sees in a photo: depth, what moves, and the scene as a mesh."""

from __future__ import annotations

from typing import Any

import numpy as np
from comfy_api.latest import Types, io
from comfy_execution.graph_utils import ExecutionBlocker
from livingstill.core.kinds import KINDS
from livingstill.core.model import Region, UInt8Array
from livingstill.jobs import steps
from livingstill.jobs.analyse import analyse
from livingstill.jobs.session import check_settings
from livingstill.jobs.stages import Stages
from livingstill.photo.source import photo_of
from livingstill.scene import export
from livingstill.segmentation import flow_field, overlay
from livingstill.settings.shot import Shot, split

from .. import media
from ..inputs import CATEGORY, settings_inputs, settings_of
from ..progress import NodeProgress

SETTINGS = ("motion", "hold_faces", "quality")
ADVANCED = ("layers",)
EVERYTHING = "all that moves"


class DepthAndRegions(io.ComfyNode):
    """Depth, the regions that will move, and the layered scene as a 3D file."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Return the settings that depth and regions depend on."""
        return io.Schema(
            node_id="LivingstillDepthAndRegions",
            display_name="Depth and Regions (livingstill)",
            category=CATEGORY,
            description="Show a photo's depth and what will move in it, and give the layered scene as "
            "a mesh. A small network on the CPU finds both.",
            search_aliases=["depth map", "segmentation", "sky mask", "water mask", "glb", "mesh"],
            inputs=[
                io.Image.Input("image", tooltip="The photo, one picture."),
                io.Combo.Input(
                    "mask_of",
                    options=[EVERYTHING, *KINDS],
                    default=EVERYTHING,
                    display_name="mask of",
                    tooltip="What the mask shows; empty where there is none.",
                ),
                *settings_inputs(Shot, SETTINGS),
                io.Boolean.Input(
                    "mesh", default=False, tooltip="Build the layered scene as a 3D file, too."
                ),
                *settings_inputs(Shot, (), ADVANCED),
            ],
            outputs=[
                io.Image.Output("depth", tooltip="Inverse depth, bright = near."),
                io.Image.Output("overview", tooltip="What will move, with its directions."),
                io.Mask.Output("mask", tooltip="Where it will."),
                io.String.Output("kinds", tooltip="What moves, and how sure that is."),
                io.File3DGLB.Output("scene", tooltip="The scene's layers, textured; see mesh."),
            ],
            hidden=[io.Hidden.unique_id],
        )

    @classmethod
    def execute(cls, image: Any, mask_of: str, mesh: bool, **values: Any) -> io.NodeOutput:
        """Analyse the photo at its own size."""
        shot, _ = split(settings_of(Shot, values))
        check_settings(shot)
        stages = Stages(NodeProgress(cls.hidden.unique_id))
        photo = photo_of(media.one_picture(image), shot)
        with stages("analysis"):
            analysis = analyse(photo, shot, scale=1.0)
            depth = analysis.depth().values
        with stages("regions"):
            planned = steps.plan_regions(analysis, shot)
            regions = planned.moving
            directions = flow_field.velocities(analysis.rgb, depth, regions, shot.brush)
        grey = np.rint(np.clip(depth, 0, 1) * 255).astype(np.uint8)
        scene: Any = ExecutionBlocker("Depth and Regions builds no scene; switch its mesh on")
        if mesh:
            target = media.new_file(".glb")
            with stages("scene"):
                layered = steps.build_scene(analysis, (), shot.layers, shot.quality)
                scene = Types.File3D(str(export.write_mesh(layered, target)))
        return io.NodeOutput(
            media.as_image(np.repeat(grey[..., None], 3, axis=2)),
            media.as_image(overlay.draw_overlay(analysis.rgb, regions, directions)),
            media.as_mask(_mask(regions, mask_of, grey.shape)),
            ", ".join(str(one) for one in planned.findings if one.moves) or "nothing",
            scene,
        )


def _mask(regions: tuple[Region, ...], kind: str, shape: tuple[int, ...]) -> UInt8Array:
    """Return (H, W) uint8, the union of the regions of a kind, or of all."""
    mask = np.zeros(shape, np.uint8)
    for region in regions:
        if kind in (EVERYTHING, region.label):
            mask = np.maximum(mask, region.mask)
    return mask
