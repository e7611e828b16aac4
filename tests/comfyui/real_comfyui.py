"""Run the example workflows on a real ComfyUI: python tests/comfyui/real_comfyui.py [URL] [NAME...].

ComfyUI runs with this repository's integrations/comfyui among its custom nodes, and with lake.jpg,
forest.jpg and clip.mp4 in its folder of inputs. Prints what each workflow put out; exit code 1 if one failed.
"""

from __future__ import annotations

import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).parents[2] / "integrations" / "comfyui" / "example_workflows"
WIDGETS = ("INT", "FLOAT", "STRING", "BOOLEAN", "COMBO")
DYNAMIC = "COMFY_DYNAMICCOMBO_V3"


def ask(url: str, body: Any = None) -> Any:
    """Return the JSON that the server answers with."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        sys.exit(f"{url}: {error.read().decode()}")


def values(
    described: dict[str, Any], left: Iterator[Any], prefix: str = ""
) -> Iterator[tuple[str, Any]]:
    """Yield name and value of a node's widgets, as the server describes them, from those that are saved."""
    for group in ("required", "optional"):
        for name, (kind, *rest) in described.get(group, {}).items():
            options = rest[0] if rest else {}
            if kind == DYNAMIC:
                chosen = next(left)
                yield prefix + name, chosen
                inner = next(o["inputs"] for o in options["options"] if o["key"] == chosen)
                yield from values(inner, left, f"{prefix}{name}.")
            elif (isinstance(kind, list) or kind in WIDGETS) and not options.get("forceInput"):
                yield prefix + name, next(left)
                if options.get("control_after_generate"):
                    next(left)


def prompt(workflow: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """Return a saved workflow as the server runs it."""
    sources = {link[0]: [str(link[1]), link[2]] for link in workflow["links"]}
    nodes = {}
    for node in workflow["nodes"]:
        given = dict(values(known[node["type"]]["input"], iter(node["widgets_values"])))
        linked = {i["name"]: sources[i["link"]] for i in node["inputs"] if i["link"] is not None}
        nodes[str(node["id"])] = {"class_type": node["type"], "inputs": given | linked}
    return nodes


def main(url: str = "http://127.0.0.1:8188", *names: str) -> int:
    """Run the workflows one after another; return the exit code."""
    known, failed = ask(f"{url}/object_info"), 0
    for path in sorted(EXAMPLES.glob("*.json")):
        if names and path.stem not in names:
            continue
        start = time.monotonic()
        workflow = json.loads(path.read_text(encoding="utf-8"))
        job = ask(f"{url}/prompt", {"prompt": prompt(workflow, known)})["prompt_id"]
        while not (history := ask(f"{url}/history/{job}")):
            time.sleep(1)
        status = history[job]["status"]
        failed += status["status_str"] != "success"
        print(f"{path.stem}: {status['status_str']} in {time.monotonic() - start:.0f} s")
        for output in history[job]["outputs"].values():
            print("  ", json.dumps(output)[:400])
        for event, message in status["messages"]:
            if event == "execution_error":
                print("  ", message["node_type"], message["exception_message"])
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
