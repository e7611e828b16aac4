"""Write the typed keywords of the Python API from the declarations: python tools/settings_keys.py [--write]."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from livingstill.settings.shot import Shot

TARGET = Path(__file__).parent.parent / "engine" / "livingstill" / "settings" / "keys.py"

WRITTEN = {
    "MoveSpec": "str | MoveSpec",
    "Wind": "str | Wind",
    "Path": "str | PathLike[str]",
    "int": "int",
    "float": "float",
    "str": "str",
    "bool": "bool",
}
"""How a value of a declared type may be given, by the type's name."""

SEVERAL = {
    "motion": "str | Sequence[str]",
    "mask": "Sequence[str | MaskFile]",
    "modulate": "Sequence[str | Modulation]",
    "brush": "Sequence[str | Stroke]",
}

HEAD = '''"""Every setting as a typed keyword, made from the declarations by tools/settings_keys.py."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from typing import Literal, TypedDict

from livingstill.settings.modulation import Modulation
from livingstill.settings.values import MaskFile, MoveSpec, Stroke
from livingstill.settings.wind import Wind


class ShotKeys(TypedDict, total=False):
    """The keys of ``Shot`` as they may be given to ``animate`` and its kin."""

'''


def written(name: str, annotation: Any) -> str:
    """Return the annotation of one keyword."""
    if name in SEVERAL and get_origin(annotation) is tuple:
        return SEVERAL[name]
    if get_origin(annotation) is Literal:
        choices = ", ".join(f'"{choice}"' for choice in get_args(annotation))
        return f"Literal[{choices}]"
    parts = get_args(annotation) or (annotation,)
    names = [WRITTEN[part.__name__] for part in parts if part is not type(None)]
    return " | ".join([*names, *(["None"] if type(None) in parts else [])])


def text() -> str:
    """Return the module's text, one line per setting."""
    lines = (
        f"    {name}: {written(name, field.annotation)}\n"
        for name, field in Shot.model_fields.items()
    )
    return HEAD + "".join(lines)


if __name__ == "__main__":
    if "--write" in sys.argv:
        TARGET.write_text(text(), encoding="utf-8")
    else:
        print(text(), end="")
