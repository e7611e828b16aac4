"""Meshes as PLY: vertex positions and colours in one binary file (Turk, 1994)."""

from __future__ import annotations

import numpy as np

from livingstill.scene.mesh import Mesh

_VERTEX = np.dtype([("position", "<f4", 3), ("colour", "u1", 4)])
_FACE = np.dtype([("count", "u1"), ("corners", "<u4", 3)])


def ply(meshes: list[Mesh]) -> bytes:
    """Return meshes as one binary little-endian PLY with straight alpha."""
    vertices = np.empty(sum(len(mesh.positions) for mesh in meshes), _VERTEX)
    vertices["position"] = np.concatenate([mesh.positions for mesh in meshes])
    vertices["colour"] = np.concatenate([mesh.colours for mesh in meshes])
    starts = np.cumsum([0, *(len(mesh.positions) for mesh in meshes)])
    corners = [mesh.faces + np.uint32(start) for mesh, start in zip(meshes, starts)]
    faces = np.empty(sum(map(len, corners)), _FACE)
    faces["count"], faces["corners"] = 3, np.concatenate(corners)
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
