"""`livingstill scene`: the layered scene as files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from livingstill.settings.shot import Job, Shot

from livingstill_cli import progress, say
from livingstill_cli.command import Command
from livingstill_cli.options import ANALYSIS_SETTINGS, folder_option, gather, settings_options


@click.command(
    "scene",
    cls=Command,
    examples=(
        "livingstill scene room.jpg -o room/",
        "livingstill scene room.jpg -o room/ --mesh room.glb",
    ),
)
@click.argument("photo", type=click.Path(path_type=Path))
@folder_option("folder of the layers")
@click.option(
    "--mesh",
    "--gltf",
    "mesh",
    type=click.Path(path_type=Path),
    metavar="OUT.ply|.glb",
    help="the scene as a textured mesh per layer, for Blender and others; .glb is glTF",
)
@settings_options(
    Shot,
    Job,
    only=(*ANALYSIS_SETTINGS, "layers", "size"),
)
@say.options
def command(
    photo: Path,
    folder: Path,
    mesh: Path | None,
    quiet: bool,
    as_json: bool,
    no_progress: bool,
    **values: Any,
) -> None:
    """Cut PHOTO into layers by depth and write them, for compositing or 3D programs.

    Each layer is a picture with transparency and a grey picture of its inverse depth; the camera is
    in scene.json.
    """
    shot, job = gather(values)

    from livingstill.jobs import inspect

    reporter = progress.choose(quiet or as_json, no_progress)
    scene = inspect.write_scene(photo, folder, shot, job, mesh=mesh, progress=reporter)
    if as_json:
        say.json_line(
            {
                "output": str(folder),
                "mesh": str(mesh) if mesh else None,
                "layers": len(scene.layers),
            }
        )
    elif not quiet:
        width, height = scene.size
        beside = f", mesh {mesh}" if mesh else ""
        say.summary([f"{folder}: {len(scene.layers)} layers of {width}x{height}{beside}"])
