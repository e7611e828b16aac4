"""A scene as files that other programs open: pictures per layer, the camera, a mesh."""

from __future__ import annotations

import json
from math import atan, degrees
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from livingstill.core.errors import InputError
from livingstill.core.model import Scene
from livingstill.io import files
from livingstill.scene.alpha import straight_alpha
from livingstill.scene.gltf import glb
from livingstill.scene.mesh import layer_meshes
from livingstill.scene.ply import ply

_FORMATS = (".ply", ".glb")


def export_layers(scene: Scene, folder: Path | str) -> list[Path]:
    """Write a PNG of colour and one of 16-bit inverse depth per layer, camera.json and scene.json.

    Colours have straight alpha; 65535 of inverse depth is the nearest point, 0 infinity. Returns
    the files.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    names = []
    for k, layer in enumerate(scene.layers):
        colour, depth = folder / f"layer-{k}.png", folder / f"layer-{k}-depth.png"
        levels = np.round(np.clip(layer.inverse_depth, 0, 1) * 65535).astype(np.uint16)
        bgra = cv2.cvtColor(straight_alpha(layer), cv2.COLOR_RGBA2BGRA)
        files.write_png(colour, np.asarray(bgra), overwrite=True)
        files.write_png(depth, levels, overwrite=True)
        names.append({"colour": colour.name, "inverse_depth": depth.name})
        written += [colour, depth]
    about = {
        "size": list(scene.size),
        "layers": names,
        "order": "front to back",
        "inverse_depth": "65535 = nearest point, at distance 1; 0 = infinity",
    }
    for name, content in (("camera.json", camera(scene)), ("scene.json", about)):
        path = folder / name
        path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        written.append(path)
    return written


def check_mesh(path: Path) -> None:
    """Refuse a mesh whose format we do not write.

    Raises
    ------
    InputError
        If it ends neither in .ply nor in .glb.
    """
    if path.suffix.lower() not in _FORMATS:
        raise InputError(f"mesh is '{path.name}'; it must end in {' or '.join(_FORMATS)}")


def write_mesh(scene: Scene, path: Path | str) -> Path:
    """Write the scene as .ply (vertex colours) or .glb (textures, unlit, with its camera)."""
    path = Path(path)
    check_mesh(path)
    meshes = layer_meshes(scene)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(ply(meshes) if path.suffix.lower() == ".ply" else glb(scene, meshes))
    return path


def camera(scene: Scene) -> dict[str, Any]:
    """Return the pinhole camera of the photo."""
    width, height = scene.size
    focal = scene.focal * width
    return {
        "model": "pinhole",
        "width": width,
        "height": height,
        "focal_px": focal,
        "principal_point_px": [(width - 1) / 2, (height - 1) / 2],
        "horizontal_fov_degrees": degrees(2 * atan(width / 2 / focal)),
        "vertical_fov_degrees": degrees(2 * atan(height / 2 / focal)),
        "axes": "x right, y up, looking along -z; unit: distance of the nearest point",
    }
