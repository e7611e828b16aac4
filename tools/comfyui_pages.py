"""Write the tables of the ComfyUI nodes' help pages from their schemas: python tools/comfyui_pages.py.

It needs no ComfyUI: the stand-in of the tests describes the nodes. What stands outside the markers of a
page is written by hand.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "integrations" / "comfyui"


def nodes() -> list[Any]:
    """Return the node classes of the package."""
    sys.path.insert(0, str(ROOT / "tests" / "comfyui" / "standin"))
    spec = importlib.util.spec_from_file_location("livingstill_nodes", PACKAGE / "__init__.py")
    assert spec and spec.loader
    package = importlib.util.module_from_spec(spec)
    sys.modules["livingstill_nodes"] = package
    spec.loader.exec_module(package)
    return list(package.NODES)


def table(schema: Any) -> str:
    """Return the inputs and outputs of a node as Markdown."""
    lines = ["| input | default | what |", "| --- | --- | --- |"]
    for one in schema.inputs:
        default = getattr(one, "default", None)
        shown = f"{default:g}" if isinstance(default, float) else str(default)
        value = "" if default in (None, "") else shown
        value = "optional" if one.optional else value
        lines.append(f"| `{one.id}` | {value} | {_cell(one.tooltip)} |")
    lines += ["", "| output | what |", "| --- | --- |"]
    lines += [f"| `{one.id}` | {_cell(one.tooltip or '')} |" for one in schema.outputs]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("\n", "; ").replace("|", "\\|")


def page(text: str, schema: Any) -> str:
    """Return a page with its table made anew."""
    made = f"<!-- made: inputs -->\n\n{table(schema)}\n\n<!-- end -->"
    return re.sub(r"<!-- made: inputs -->.*?<!-- end -->", lambda _: made, text, flags=re.S)


if __name__ == "__main__":
    for node in nodes():
        schema = node.define_schema()
        path = PACKAGE / "web" / "docs" / f"{schema.node_id}.md"
        path.write_text(page(path.read_text(encoding="utf-8"), schema), encoding="utf-8")
