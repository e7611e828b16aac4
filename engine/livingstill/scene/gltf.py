"""A scene as binary glTF 2.0: one textured, unlit mesh per layer, and the photo's camera.

Written here rather than by trimesh, which neither marks materials as unlit (KHR_materials_unlit),
so that viewers would shade a photo that is lit already, nor says how textures end at their border.
"""

from __future__ import annotations

import json
import struct
from math import atan
from typing import Any

import cv2
from numpy.typing import NDArray

from livingstill.core.model import Scene
from livingstill.scene.alpha import straight_alpha
from livingstill.scene.mesh import MAX_DISTANCE, Mesh

_FLOAT, _UINT32 = 5126, 5125
_ARRAY_BUFFER, _ELEMENT_ARRAY_BUFFER = 34962, 34963
_LINEAR, _CLAMP_TO_EDGE = 9729, 33071


class _Buffer:
    """The binary chunk, with the views and accessors into it that are added one by one."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.views: list[dict[str, Any]] = []
        self.accessors: list[dict[str, Any]] = []

    def view(self, data: bytes, target: int | None = None) -> int:
        """Append bytes at a multiple of four; return the number of their view."""
        self.data.extend(b"\0" * (-len(self.data) % 4))
        view = {"buffer": 0, "byteOffset": len(self.data), "byteLength": len(data)}
        self.views.append(view if target is None else {**view, "target": target})
        self.data.extend(data)
        return len(self.views) - 1

    def accessor(self, array: NDArray[Any], kind: str, component: int, target: int) -> int:
        """Append an array; return the number of its accessor."""
        entry = {
            "bufferView": self.view(array.tobytes(), target),
            "componentType": component,
            "count": array.size if kind == "SCALAR" else len(array),
            "type": kind,
        }
        if kind == "VEC3":
            entry["min"], entry["max"] = array.min(0).tolist(), array.max(0).tolist()
        self.accessors.append(entry)
        return len(self.accessors) - 1


def glb(scene: Scene, meshes: list[Mesh]) -> bytes:
    """Return the bytes of a .glb file, farthest layer first; layers without faces are left out.

    Programs that draw transparent meshes in the order of the file then blend each over those behind.

    Parameters
    ----------
    scene : whose layers the meshes are
    meshes : one per layer, front to back
    """
    buffer = _Buffer()
    images: list[dict[str, Any]] = []
    materials: list[dict[str, Any]] = []
    parts: list[dict[str, Any]] = []
    solid = [(k, mesh) for k, mesh in reversed(list(enumerate(meshes))) if len(mesh.faces)]
    for n, (k, mesh) in enumerate(solid):
        bgra = cv2.cvtColor(straight_alpha(scene.layers[k]), cv2.COLOR_RGBA2BGRA)
        picture = cv2.imencode(".png", bgra)[1].tobytes()
        images.append({"bufferView": buffer.view(picture), "mimeType": "image/png"})
        materials.append(_material(f"layer {k}", n, opaque=k == len(meshes) - 1))
        parts.append({"name": f"layer {k}", "primitives": [_primitive(buffer, mesh, n)]})
    nodes = [{"name": part["name"], "mesh": n} for n, part in enumerate(parts)]
    content = {
        "asset": {"version": "2.0", "generator": "livingstill"},
        "extensionsUsed": ["KHR_materials_unlit"],
        "scene": 0,
        "scenes": [{"nodes": list(range(len(nodes) + 1))}],
        "nodes": [*nodes, {"name": "camera", "camera": 0}],
        "cameras": [{"type": "perspective", "perspective": _lens(scene)}],
        "meshes": parts,
        "materials": materials,
        "textures": [{"source": n, "sampler": 0} for n in range(len(images))],
        "samplers": [
            {
                "magFilter": _LINEAR,
                "minFilter": _LINEAR,
                "wrapS": _CLAMP_TO_EDGE,
                "wrapT": _CLAMP_TO_EDGE,
            }
        ],
        "images": images,
        "accessors": buffer.accessors,
        "bufferViews": buffer.views,
        "buffers": [{"byteLength": len(buffer.data) + (-len(buffer.data) % 4)}],
    }
    return _container(content, buffer.data)


def _primitive(buffer: _Buffer, mesh: Mesh, material: int) -> dict[str, Any]:
    """Return the triangles of a mesh, their arrays put into ``buffer``."""
    coordinates = mesh.texture_coordinates
    return {
        "attributes": {
            "POSITION": buffer.accessor(mesh.positions, "VEC3", _FLOAT, _ARRAY_BUFFER),
            "TEXCOORD_0": buffer.accessor(coordinates, "VEC2", _FLOAT, _ARRAY_BUFFER),
        },
        "indices": buffer.accessor(
            mesh.faces.reshape(-1), "SCALAR", _UINT32, _ELEMENT_ARRAY_BUFFER
        ),
        "material": material,
    }


def _material(name: str, texture: int, *, opaque: bool) -> dict[str, Any]:
    """Return an unlit material of one texture."""
    return {
        "name": name,
        "alphaMode": "OPAQUE" if opaque else "BLEND",
        "doubleSided": True,
        "pbrMetallicRoughness": {
            "baseColorTexture": {"index": texture},
            "metallicFactor": 0,
            "roughnessFactor": 1,
        },
        "extensions": {"KHR_materials_unlit": {}},
    }


def _lens(scene: Scene) -> dict[str, float]:
    """Return the photo's perspective."""
    width, height = scene.size
    return {
        "aspectRatio": width / height,
        "yfov": 2 * atan(height / 2 / (scene.focal * width)),
        "znear": 0.01,
        "zfar": 2 * MAX_DISTANCE,
    }


def _container(content: dict[str, Any], binary: bytearray) -> bytes:
    """Return a GLB: a header, a chunk of JSON, a chunk of bytes, each a multiple of four long."""
    text = json.dumps(content, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    data = bytes(binary) + b"\0" * (-len(binary) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text
    chunks += struct.pack("<I4s", len(data), b"BIN\0") + data
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks
