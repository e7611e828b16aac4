"""The nodes, one file each."""

from __future__ import annotations

from .animate import Animate
from .camera import Camera
from .check import Check
from .depth_and_regions import DepthAndRegions
from .hold import Hold
from .loop import Loop
from .rescue import Rescue

NODES = (Animate, DepthAndRegions, Camera, Check, Rescue, Loop, Hold)
"""Every node, in the order of the menu."""
