"""livingstill in ComfyUI: nodes of the V3 schema over the library, which does all the work."""

from __future__ import annotations

from comfy_api.latest import ComfyExtension, io

from .nodes import NODES

WEB_DIRECTORY = "./web"
"""Where help pages are, ``docs/<node id>.md``; there is no script."""


class LivingstillExtension(ComfyExtension):
    """The nodes of this package."""

    async def get_node_list(self) -> list[type[io.ComfyNode]]:
        """Return every node."""
        return list(NODES)


async def comfy_entrypoint() -> ComfyExtension:
    """Return the extension that ComfyUI loads."""
    return LivingstillExtension()
