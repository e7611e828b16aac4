"""What a machine has that matters here: the facts a bug report should contain."""

from __future__ import annotations

import os
import platform
import re
import sys
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from livingstill import __version__
from livingstill.core.threads import available
from livingstill.jobs.manifest import OPENCV, version_of

_LIBRARIES = (
    "numpy", "scipy", "numba", "llvmlite", "pillow", "av", "click", "rich", "pydantic",
)  # fmt: skip
_PROCESSOR = {
    "avx2": "AVX2",
    "avx512f": "AVX-512",
    "fma": "FMA",
    "neon": "NEON",
    "sse4.2": "SSE4.2",
}
_FOR_WORK_ON_IT = ("dev", "docs", "test", "train")
"""Extras that no user needs."""


def facts() -> dict[str, Any]:
    """Return versions, processor, features and cache folders; nothing personal but those folders.

    The values are strings, numbers, lists and dictionaries, as JSON has them.
    """
    return {
        "livingstill": __version__,
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "libraries": {name: version_of(name) for name in _LIBRARIES},
        "opencv": _opencv(),
        "ffmpeg": _ffmpeg(),
        "processor": _processor(),
        "cores": available(),
        "memory_gb": _memory(),
        "reads": _reads(),
        "extras": _extras(),
        "kernels": _kernels(),
        "models": _models(),
    }


def lines(values: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the facts as names and words, in two columns."""

    def words(value: Any) -> str:
        if isinstance(value, dict):
            return ", ".join(f"{name} {words(one)}" for name, one in value.items()) or "none"
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, list):
            return ", ".join(map(str, value)) or "none"
        return "unknown" if value is None else str(value)

    return [(name.replace("_gb", ", GB"), words(value)) for name, value in values.items()]


def _opencv() -> dict[str, Any]:
    import cv2

    found = [name for name in OPENCV if version_of_exactly(name)]
    gui = re.search(r"GUI:\s+(\S+)", cv2.getBuildInformation())
    return {
        "version": cv2.__version__,
        "packages": [f"{name} {version_of_exactly(name)}" for name in found],
        "headless": gui is None or gui.group(1) == "NONE",
    }


def version_of_exactly(distribution: str) -> str:
    """Return the version of a distribution, empty if it is not installed."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""


def _ffmpeg() -> dict[str, Any]:
    import av
    from av.codec import codecs_available

    libraries = {
        name: ".".join(map(str, number))
        for name, number in av.library_versions.items()
        if name in ("libavcodec", "libavformat")
    }
    return {
        **libraries,
        "encoders": [n for n in ("libx264", "libvpx-vp9", "prores_ks") if n in codecs_available],
    }


def _processor() -> dict[str, Any]:
    from llvmlite import binding

    features = binding.get_host_cpu_features()
    return {
        "name": binding.get_host_cpu_name(),
        "features": [name for key, name in _PROCESSOR.items() if features.get(key)],
    }


def _memory() -> float | None:
    """Return the machine's memory in GB, None where it cannot be asked for."""
    if sys.platform == "win32":
        import ctypes

        size = ctypes.c_ulonglong()
        if not ctypes.windll.kernel32.GetPhysicallyInstalledSystemMemory(ctypes.byref(size)):
            return None
        return round(size.value * 1024 / 1e9, 1)
    try:
        return round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9, 1)
    except (OSError, ValueError):
        return None


def _reads() -> list[str]:
    from PIL import features

    has = {
        "HEIC": find_spec("pillow_heif") is not None,
        "AVIF": bool(features.check("avif")),
        "WebP": bool(features.check("webp")),
        "EXR": True,  # by a reader of our own
    }
    return [name for name, there in has.items() if there]


def _extras() -> dict[str, bool]:
    """Return which of our extras are installed, all their libraries."""
    try:
        required = metadata.requires("livingstill") or []
    except metadata.PackageNotFoundError:  # run from its sources
        return {}
    extras: dict[str, bool] = {}
    for line in required:
        name, extra = re.match(r"[\w.-]+", line), re.search(r"extra == ['\"]([\w-]+)", line)
        if name and extra and extra.group(1) not in _FOR_WORK_ON_IT:
            there = bool(version_of_exactly(name.group()))
            extras[extra.group(1)] = extras.get(extra.group(1), True) and there
    return extras


def _kernels() -> dict[str, Any]:
    from livingstill.kernels.compile import declared, is_ready
    from livingstill.kernels.folder import cache_folder

    names, folder = declared(), cache_folder()
    return {
        "folder": _short(Path(folder)) if folder else None,
        "megabytes": _megabytes([Path(folder)]) if folder else 0.0,
        "compiled": sum(map(is_ready, names)) if folder else 0,
        "of": len(names),
    }


def _models() -> dict[str, Any]:
    """Return where fetched depth networks are kept, and how large they are."""
    if find_spec("huggingface_hub") is None:
        return {}
    from huggingface_hub.constants import HF_HUB_CACHE

    from livingstill.depth.models import MODELS

    folders = {f"models--{model.repo.replace('/', '--')}" for model in MODELS.values()}
    there = [Path(HF_HUB_CACHE) / name for name in sorted(folders)]
    return {"folder": _short(Path(HF_HUB_CACHE)), "megabytes": _megabytes(there)}


def _megabytes(folders: list[Path]) -> float:
    size = 0
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file() and not path.is_symlink():
                size += path.stat().st_size
    return round(size / 1e6, 1)


def _short(folder: Path) -> str:
    """Return a folder's name with ~ for the home folder."""
    try:
        return str(Path("~") / folder.relative_to(Path.home()))
    except (ValueError, RuntimeError):
        return str(folder)
