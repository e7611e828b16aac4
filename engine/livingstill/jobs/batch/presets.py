"""Settings by the name of what clips are for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from livingstill.core.registry import Registry


@dataclass(frozen=True, slots=True)
class Preset:
    """Values of ``Shot`` that a name stands for, and the frames that are made from one scene."""

    help: str
    values: Mapping[str, Any]
    aspects: tuple[str, ...] = ()


PRESETS: Registry[Preset] = Registry(
    "preset",
    "livingstill.presets",
    {
        "listing": Preset(
            "rooms and houses: one slow move, straight walls, 16:9 and 9:16",
            {"camera": "auto", "motion": "none", "duration": 5.0, "loop": "none"},
            ("16:9", "9:16"),
        ),
        "social": Preset(
            "feeds of phones: 9:16, six seconds that loop",
            {"camera": "auto:amount=1.2", "duration": 6.0, "loop": "seamless"},
            ("9:16",),
        ),
        "calm": Preset(
            "backgrounds: long, slow, little",
            {"camera": "auto:amount=0.6", "duration": 10.0, "amount": 0.7, "loop": "seamless"},
        ),
        "energetic": Preset(
            "openers: short, strong, once",
            {
                "camera": "auto:amount=1.7,ease=cubic",
                "duration": 3.0,
                "amount": 1.3,
                "loop": "none",
            },
        ),
    },
)
"""Every preset by its name."""


def describe() -> list[tuple[str, str]]:
    """Return a name and one line for each preset there is."""
    return [(name, preset.help) for name, preset in PRESETS.items()]
