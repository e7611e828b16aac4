"""Compare the stand-in with a real ComfyUI: python tests/comfyui/compare_interface.py CHECKOUT.

It runs in the checkout's own environment, and prints what the stand-in has that ComfyUI has not: names,
and parameters of constructors and methods. Nothing printed, and exit code 0, means that they agree.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from types import SimpleNamespace
from typing import Any

OWN = ("PROGRESS", "INTERRUPTED", "TEMPORARY")
"""What the stand-in has for tests alone."""

MODULES = (
    "comfy_api.latest",
    "comfy.model_management",
    "comfy_execution.graph_utils",
    "folder_paths",
)


def standin(name: str) -> Any:
    """Return a module of the stand-in under a name of its own."""
    path = Path(__file__).parent / "standin" / f"{name.replace('.', '/')}.py"
    spec = importlib.util.spec_from_file_location(f"standin_{name.replace('.', '_')}", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def missing(own: Any, real: Any, path: str) -> Iterator[str]:
    """Yield what ``own`` has and ``real`` has not."""
    if isinstance(own, SimpleNamespace):
        members = vars(own)
    elif inspect.isclass(own) and issubclass(own, Enum):
        members = dict(own.__members__)
    elif inspect.isclass(own):
        yield from parameters(own.__init__, real.__init__, path)
        names = [n for n in vars(own) if not n.startswith("_") and n != "io_type"]
        members = {
            name: getattr(own, name) for name in (*names, *{"Input", "Output"} & set(dir(own)))
        }
        if hasattr(own, "Input") and own.io_type != getattr(real, "io_type", None):
            yield f"{path}.io_type is not {own.io_type}"
    elif inspect.isroutine(own):
        yield from parameters(own, real, path)
        return
    else:
        return
    for name, value in members.items():
        if name in ("Parent", "hidden"):
            continue
        if not hasattr(real, name):
            yield f"{path}.{name} does not exist"
        elif not isinstance(value, Enum):
            yield from missing(value, getattr(real, name), f"{path}.{name}")


def parameters(own: Any, real: Any, path: str) -> Iterator[str]:
    """Yield the parameters of ``own`` that ``real`` does not take."""
    if own is object.__init__ or not inspect.isfunction(own):
        return
    known = inspect.signature(real).parameters
    if any(p.kind is p.VAR_KEYWORD for p in known.values()):
        return
    for name, one in inspect.signature(own).parameters.items():
        if name not in known and one.kind is not one.VAR_POSITIONAL:
            yield f"{path} takes no {name}"


def main(checkout: str) -> int:
    """Compare every module; return the exit code."""
    sys.path.insert(0, checkout)
    sys.argv = [sys.argv[0], "--cpu"]
    importlib.import_module("comfy.options").enable_args_parsing()
    found = []
    for name in MODULES:
        own, real = standin(name), importlib.import_module(name)
        for key, value in vars(own).items():
            public = not key.startswith("_") and getattr(value, "__module__", own.__name__) in (
                own.__name__,
                "types",
            )
            if (
                not public
                or value is SimpleNamespace
                or key in OWN
                or inspect.ismodule(value)
                or key == "annotations"
            ):
                continue
            if not hasattr(real, key):
                found.append(f"{name}.{key} does not exist")
            elif key == "ComfyAPISync":
                async_class = real.ComfyAPI.Execution
                found += missing(type(value.execution), async_class, f"{name}.{key}.execution")
            else:
                found += missing(value, getattr(real, key), f"{name}.{key}")
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
