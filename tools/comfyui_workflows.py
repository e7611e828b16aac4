"""Write the example workflows of the ComfyUI nodes: python tools/comfyui_workflows.py.

They are graphs as ComfyUI's editor saves them. Our own nodes are described by their schemas, over the
stand-in of the tests; of ComfyUI's the few that are used are listed here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from comfyui_pages import PACKAGE, nodes

THEIRS: Mapping[str, tuple[dict[str, str], dict[str, Any], dict[str, str]]] = {
    "LoadImage": ({}, {"image": "lake.jpg", "": "image"}, {"IMAGE": "IMAGE", "MASK": "MASK"}),
    "LoadAudio": ({}, {"audio": "song.wav", "": None, " ": ""}, {"AUDIO": "AUDIO"}),
    "LoadVideo": ({}, {"file": "clip.mp4", "": "image"}, {"VIDEO": "VIDEO"}),
    "SaveVideo": (
        {"video": "VIDEO"},
        {"filename_prefix": "video/livingstill", "format": "auto", "codec": "auto"},
        {"VIDEO": "VIDEO"},
    ),
    "PreviewImage": ({"images": "IMAGE"}, {}, {"IMAGE": "IMAGE"}),
    "MaskPreview": ({"mask": "MASK"}, {}, {"MASK": "MASK"}),
    "PreviewAny": ({"source": "*"}, {}, {"STRING": "STRING"}),
    "SaveGLB": ({"mesh": "FILE_3D_GLB"}, {"filename_prefix": "3d/livingstill"}, {}),
}
"""Sockets, widgets with their values, and outputs of ComfyUI's own nodes, each with its type."""


@dataclass(frozen=True)
class Node:
    """A node of a workflow: its place in columns and rows, what is set, and what is connected."""

    kind: str
    place: tuple[float, float]
    values: Mapping[str, Any] = field(default_factory=dict)
    links: Mapping[str, tuple[int, str]] = field(default_factory=dict)


WORKFLOWS: Mapping[str, tuple[Node, ...]] = {
    "animate-a-photo": (
        Node("LoadImage", (0, 0)),
        Node("LivingstillAnimate", (1, 0), {"size": "720p"}, {"image": (0, "IMAGE")}),
        Node("SaveVideo", (2, 0), {}, {"video": (1, "video")}),
        Node("PreviewAny", (2, 1), {}, {"source": (1, "notes")}),
    ),
    "camera-and-wind": (
        Node("LoadImage", (0, 0), {"image": "forest.jpg"}),
        Node("LivingstillCamera", (0, 1), {"move": "orbit", "move.amount": 1.5}),
        Node(
            "LivingstillAnimate",
            (1, 0),
            {"size": "720p", "duration": 4.0, "wind_direction": 180.0, "wind_speed": 6.0},
            {"image": (0, "IMAGE"), "camera": (1, "camera")},
        ),
        Node("SaveVideo", (2, 0), {}, {"video": (2, "video")}),
    ),
    "depth-and-regions": (
        Node("LoadImage", (0, 0)),
        Node("LivingstillDepthAndRegions", (1, 0), {"mesh": True}, {"image": (0, "IMAGE")}),
        Node("PreviewImage", (2, 0), {}, {"images": (1, "depth")}),
        Node("PreviewImage", (2, 1), {}, {"images": (1, "overview")}),
        Node("MaskPreview", (3, 0), {}, {"mask": (1, "mask")}),
        Node("SaveGLB", (3, 1), {}, {"mesh": (1, "scene")}),
        Node("PreviewAny", (2, 2), {}, {"source": (1, "kinds")}),
    ),
    "check-and-rescue": (
        Node("LoadVideo", (0, 0)),
        Node("LoadImage", (0, 1)),
        Node("LivingstillCheck", (1, 0), {}, {"video": (0, "VIDEO"), "still": (1, "IMAGE")}),
        Node("LivingstillRescue", (1, 1), {}, {"video": (0, "VIDEO"), "still": (1, "IMAGE")}),
        Node("SaveVideo", (2, 0), {}, {"video": (3, "video")}),
        Node("PreviewAny", (2, 1), {}, {"source": (3, "reasons")}),
    ),
    "hold-and-loop": (
        Node("LoadVideo", (0, 0)),
        Node("LoadImage", (0, 1)),
        Node("LivingstillHold", (1, 0), {}, {"video": (0, "VIDEO"), "still": (1, "IMAGE")}),
        Node("LivingstillLoop", (1, 1), {"force": True}, {"video": (2, "video")}),
        Node("SaveVideo", (2, 0), {}, {"video": (3, "video")}),
        Node("PreviewAny", (2, 1), {}, {"source": (3, "report")}),
    ),
}
"""The examples by name. A link names a node by its place in the list, and its output."""


def widgets(
    inputs: list[Any], values: Mapping[str, Any], prefix: str = ""
) -> Iterator[tuple[str, str, Any]]:
    """Yield name, type and value of each widget of a schema's inputs, in the editor's order."""
    for one in inputs:
        name = prefix + one.id
        if hasattr(one, "options") and not hasattr(
            one, "default"
        ):  # its own inputs follow the choice
            chosen = values.get(name, one.options[0].key)
            yield name, one.io_type, chosen
            option = next(option for option in one.options if option.key == chosen)
            yield from widgets(option.inputs, values, f"{name}.")
        elif hasattr(one, "default"):
            yield name, one.io_type, values.get(name, one.default)
            if getattr(one, "control_after_generate", None):
                yield "", "", "fixed"


def described(
    node: Node, schemas: Mapping[str, Any]
) -> tuple[dict[str, str], list[tuple[str, str, Any]], dict[str, str]]:
    """Return the sockets, the widgets and the outputs of a node."""
    if node.kind in THEIRS:
        sockets, theirs, outputs = THEIRS[node.kind]
        return sockets, [(n, "COMBO", node.values.get(n, v)) for n, v in theirs.items()], outputs
    schema = schemas[node.kind]
    sockets = {
        one.id: one.io_type
        for one in schema.inputs
        if not hasattr(one, "default") and not hasattr(one, "options")
    }
    found = list(widgets(schema.inputs, node.values))
    unknown = set(node.values) - {name for name, _, _ in found}
    assert not unknown, f"{node.kind} has no {unknown}"
    return sockets, found, {one.id: one.io_type for one in schema.outputs}


def graph(name: str, parts: tuple[Node, ...], schemas: Mapping[str, Any]) -> dict[str, Any]:
    """Return a workflow as the editor saves it."""
    known = [described(node, schemas) for node in parts]
    links: list[list[Any]] = []
    saved = []
    for index, (node, (sockets, shown, outputs)) in enumerate(zip(parts, known)):
        inputs = []
        for slot, (socket, kind) in enumerate(sockets.items()):
            link = None
            if socket in node.links:
                source, output = node.links[socket]
                names = list(known[source][2])
                link = len(links) + 1
                links.append([link, source + 1, names.index(output), index + 1, slot, kind])
            inputs.append({"name": socket, "type": kind, "link": link})
        inputs += [
            {"name": n, "type": t, "widget": {"name": n}, "link": None}
            for n, t, _ in shown
            if n.strip()
        ]
        saved.append(
            {
                "id": index + 1,
                "type": node.kind,
                "pos": [40 + 440 * node.place[0], 60 + 420 * node.place[1]],
                "size": [380, 90 + 26 * len(shown)],
                "flags": {},
                "order": index,
                "mode": 0,
                "inputs": inputs,
                "outputs": [{"name": n, "type": t, "links": []} for n, t in outputs.items()],
                "properties": {"Node name for S&R": node.kind},
                "widgets_values": [value for _, _, value in shown],
            }
        )
    for number, source, slot, *_ in links:
        saved[source - 1]["outputs"][slot]["links"].append(number)
    return {
        "id": f"livingstill-{name}",
        "revision": 0,
        "last_node_id": len(saved),
        "last_link_id": len(links),
        "nodes": saved,
        "links": links,
        "groups": [],
        "config": {},
        "extra": {},
        "version": 0.4,
    }


if __name__ == "__main__":
    schemas = {schema.node_id: schema for schema in (one.define_schema() for one in nodes())}
    for name, parts in WORKFLOWS.items():
        path = PACKAGE / "example_workflows" / f"{name}.json"
        text = json.dumps(graph(name, parts, schemas), indent=1)
        path.write_text(text + "\n", encoding="utf-8")
