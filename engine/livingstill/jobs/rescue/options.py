"""How to rescue a clip."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Mode = Literal["auto", "keep", "repair", "replace"]
MODES: tuple[Mode, ...] = ("auto", "keep", "repair", "replace")


@dataclass(frozen=True, slots=True)
class Options:
    """How to rescue: see the command's options of these names."""

    mode: Mode = "auto"
    strict: float = 1.0
    blend: int = 0
    force: bool = False
    overwrite: bool = False
    report: Path | None = None
    seed: int = 0
    quality: Literal["draft", "standard", "high"] = "standard"
    threads: int | None = None
    loop: Literal["auto", "seamless", "none"] = "auto"
