"""A scene as files other programs open: pictures per layer, the camera, and meshes.

Meshes look down -z with y up, as glTF and Blender's importers expect; the nearest point of the
photo stands at distance 1 and the sky at ``_FARTHEST``.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from math import atan, degrees
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.errors import InputError
from livingstill.core.model import Float32Array, Layer, Scene, UInt8Array

_FARTHEST = 100.0
_VERTICES = 600_000
_FORMATS = (".ply", ".glb")


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """One layer as a triangle mesh.

    ``places`` (n, 3) float32; ``texels`` (n, 2) float32, (0, 0) the upper left corner of the
    picture; ``colours`` (n, 4) uint8, straight alpha; ``faces`` (m, 3) uint32, counter-clockwise
    as the camera sees them.
    """

    places: Float32Array
    texels: Float32Array
    colours: UInt8Array
    faces: NDArray[np.uint32]


def export(scene: Scene, folder: Path | str) -> list[Path]:
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
        _write_png(colour, cv2.cvtColor(straight(layer), cv2.COLOR_RGBA2BGRA))
        _write_png(depth, levels)
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
    sheets = meshes(scene)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_ply(sheets) if path.suffix.lower() == ".ply" else _glb(scene, sheets))
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


def meshes(scene: Scene) -> list[Sheet]:
    """Return one mesh per layer, of the cells of a grid that the layer covers."""
    width, height = scene.size
    step = max(1, round((width * height * len(scene.layers) / _VERTICES) ** 0.5))
    return [_mesh(layer, scene.focal * width, step) for layer in scene.layers]


def _mesh(layer: Layer, focal: float, step: int) -> Sheet:
    height, width = layer.inverse_depth.shape
    xs = np.append(np.arange(0, width - 1, step), width - 1)
    ys = np.append(np.arange(0, height - 1, step), height - 1)
    rgba = straight(layer)
    shown = cv2.dilate(rgba[..., 3], np.ones((2 * step + 1, 2 * step + 1), np.uint8)) > 0
    grid = np.ix_(ys, xs)
    corner = shown[grid]
    cells = corner[:-1, :-1] & corner[1:, :-1] & corner[:-1, 1:] & corner[1:, 1:]
    number = np.arange(ys.size * xs.size, dtype=np.uint32).reshape(ys.size, xs.size)
    a, b, c, d = (
        part[cells] for part in (number[:-1, :-1], number[:-1, 1:], number[1:, :-1], number[1:, 1:])
    )
    faces = np.concatenate([np.stack([a, c, b], 1), np.stack([b, c, d], 1)])
    used, flat = np.unique(faces, return_inverse=True)
    y, x = np.divmod(used, xs.size)
    px, py = xs[x], ys[y]
    distance = 1 / np.maximum(layer.inverse_depth[py, px], np.float32(1 / _FARTHEST))
    places = np.stack(
        [
            (px - (width - 1) / 2) / focal * distance,
            ((height - 1) / 2 - py) / focal * distance,
            -distance,
        ],
        1,
    )
    texels = np.stack([(px + 0.5) / width, (py + 0.5) / height], 1)
    return Sheet(
        places.astype(np.float32),
        texels.astype(np.float32),
        rgba[py, px],
        flat.reshape(faces.shape).astype(np.uint32),
    )


def straight(layer: Layer) -> UInt8Array:
    """Return (H, W, 4) uint8 RGBA with straight alpha; empty pixels take their neighbours' colour."""
    rgba = np.ascontiguousarray(layer.colour).view(np.uint8).reshape(*layer.colour.shape, 4)
    alpha = rgba[..., 3:].astype(np.float32)
    around = cv2.GaussianBlur(rgba, (0, 0), 2).astype(np.float32)
    near = around[..., :3] * (255 / np.maximum(around[..., 3:], np.float32(1)))
    own = rgba[..., :3] * (255 / np.maximum(alpha, np.float32(1)))
    rgb = np.where(alpha > 0, own, near).round().clip(0, 255)
    return np.concatenate([rgb.astype(np.uint8), rgba[..., 3:]], axis=2)


def _ply(sheets: list[Sheet]) -> bytes:
    kind = np.dtype([("place", "<f4", 3), ("colour", "u1", 4)])
    vertices = np.concatenate([_vertices(sheet, kind) for sheet in sheets])
    starts = np.cumsum([0, *(len(sheet.places) for sheet in sheets)])
    corners = np.concatenate(
        [sheet.faces + np.uint32(start) for sheet, start in zip(sheets, starts)]
    )
    faces = np.empty(len(corners), np.dtype([("count", "u1"), ("corners", "<u4", 3)]))
    faces["count"], faces["corners"] = 3, corners
    header = "\n".join(
        [
            "ply",
            "format binary_little_endian 1.0",
            "comment livingstill scene: y up, looking along -z",
            f"element vertex {len(vertices)}",
            *(f"property float {axis}" for axis in "xyz"),
            *(f"property uchar {name}" for name in ("red", "green", "blue", "alpha")),
            f"element face {len(faces)}",
            "property list uchar uint vertex_indices",
            "end_header\n",
        ]
    )
    return header.encode("ascii") + vertices.tobytes() + faces.tobytes()


def _vertices(sheet: Sheet, kind: np.dtype[Any]) -> NDArray[Any]:
    out = np.empty(len(sheet.places), kind)
    out["place"], out["colour"] = sheet.places, sheet.colours
    return out


def _glb(scene: Scene, sheets: list[Sheet]) -> bytes:
    """Return a binary glTF 2.0: one textured, unlit mesh per layer, and the camera."""
    binary = bytearray()
    views: list[dict[str, Any]] = []
    accessors: list[dict[str, Any]] = []

    def view(data: bytes, target: int | None = None) -> int:
        binary.extend(b"\0" * (-len(binary) % 4))
        found = {"buffer": 0, "byteOffset": len(binary), "byteLength": len(data)}
        views.append(found if target is None else {**found, "target": target})
        binary.extend(data)
        return len(views) - 1

    def accessor(array: NDArray[Any], kind: str, component: int, target: int) -> int:
        entry = {
            "bufferView": view(array.tobytes(), target),
            "componentType": component,
            "count": array.size if kind == "SCALAR" else len(array),
            "type": kind,
        }
        if kind == "VEC3":
            entry["min"], entry["max"] = array.min(0).tolist(), array.max(0).tolist()
        accessors.append(entry)
        return len(accessors) - 1

    solid = [(k, sheet) for k, sheet in enumerate(sheets) if len(sheet.faces)]
    images: list[dict[str, Any]] = []
    materials: list[dict[str, Any]] = []
    parts: list[dict[str, Any]] = []
    nodes: list[dict[str, Any]] = []
    for n, (k, sheet) in enumerate(solid):
        picture = _png(cv2.cvtColor(straight(scene.layers[k]), cv2.COLOR_RGBA2BGRA))
        images.append({"bufferView": view(picture), "mimeType": "image/png"})
        materials.append(
            {
                "name": f"layer {k}",
                "alphaMode": "BLEND" if k < len(sheets) - 1 else "OPAQUE",
                "doubleSided": True,
                "pbrMetallicRoughness": {
                    "baseColorTexture": {"index": n},
                    "metallicFactor": 0,
                    "roughnessFactor": 1,
                },
                "extensions": {"KHR_materials_unlit": {}},
            }
        )
        primitive = {
            "attributes": {
                "POSITION": accessor(sheet.places, "VEC3", 5126, 34962),
                "TEXCOORD_0": accessor(sheet.texels, "VEC2", 5126, 34962),
            },
            "indices": accessor(sheet.faces.reshape(-1), "SCALAR", 5125, 34963),
            "material": n,
        }
        parts.append({"name": f"layer {k}", "primitives": [primitive]})
        nodes.append({"name": f"layer {k}", "mesh": n})
    width, height = scene.size
    lens = {
        "aspectRatio": width / height,
        "yfov": 2 * atan(height / 2 / (scene.focal * width)),
        "znear": 0.01,
        "zfar": 2 * _FARTHEST,
    }
    content = {
        "asset": {"version": "2.0", "generator": "livingstill"},
        "extensionsUsed": ["KHR_materials_unlit"],
        "scene": 0,
        "scenes": [{"nodes": list(range(len(nodes) + 1))}],
        "nodes": [*nodes, {"name": "camera", "camera": 0}],
        "cameras": [{"type": "perspective", "perspective": lens}],
        "meshes": parts,
        "materials": materials,
        "textures": [{"source": n, "sampler": 0} for n in range(len(images))],
        "samplers": [{"magFilter": 9729, "minFilter": 9729, "wrapS": 33071, "wrapT": 33071}],
        "images": images,
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": len(binary) + (-len(binary) % 4)}],
    }
    text = json.dumps(content, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    binary.extend(b"\0" * (-len(binary) % 4))
    chunks = struct.pack("<I4s", len(text), b"JSON") + text
    chunks += struct.pack("<I4s", len(binary), b"BIN\0") + bytes(binary)
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks


def _png(picture: NDArray[Any]) -> bytes:
    good, data = cv2.imencode(".png", picture)
    if not good:
        raise InputError("a layer cannot be written as PNG; its size must be at least 1x1")
    return bytes(data)


def _write_png(path: Path, picture: NDArray[Any]) -> None:
    path.write_bytes(_png(picture))
