"""Stands in for ``comfy_api.latest``: only what our nodes use, with the real names of parameters.

``compare_interface.py`` compares it with a checkout of ComfyUI.
"""

from __future__ import annotations

import shutil
from enum import Enum, StrEnum
from pathlib import Path
from types import SimpleNamespace
from typing import Any


class _Input:
    def __init__(
        self, id: str, display_name: str | None = None, optional: bool = False,
        tooltip: str | None = None, advanced: bool | None = None,
    ) -> None:  # fmt: skip
        self.id, self.display_name, self.optional = id, display_name, optional
        self.tooltip, self.advanced = tooltip, advanced


class _Output:
    def __init__(
        self, id: str | None = None, display_name: str | None = None, tooltip: str | None = None
    ) -> None:
        self.id, self.display_name, self.tooltip = id, display_name, tooltip


class _Socket:
    io_type = ""
    Input: type = _Input


def _socket(kind: str, given: type | None = None) -> type[_Socket]:
    inner = {"io_type": kind, "Output": type("Output", (_Output,), {"io_type": kind})}
    inner["Input"] = type("Input", (given or _Input,), {"io_type": kind})
    return type(kind, (_Socket,), inner)


def _custom(io_type: str) -> type[_Socket]:
    return _socket(io_type)


class _Boolean(_Input):
    def __init__(
        self, id: str, display_name: str | None = None, optional: bool = False,
        tooltip: str | None = None, default: bool | None = None, advanced: bool | None = None,
    ) -> None:  # fmt: skip
        super().__init__(id, display_name, optional, tooltip, advanced)
        self.default = default


class _Int(_Input):
    def __init__(
        self, id: str, display_name: str | None = None, optional: bool = False,
        tooltip: str | None = None, default: int | None = None, min: int | None = None,
        max: int | None = None, step: int | None = None,
        control_after_generate: bool | None = None, advanced: bool | None = None,
    ) -> None:  # fmt: skip
        super().__init__(id, display_name, optional, tooltip, advanced)
        self.default, self.min, self.max, self.step = default, min, max, step
        self.control_after_generate = control_after_generate


class _Float(_Input):
    def __init__(
        self, id: str, display_name: str | None = None, optional: bool = False,
        tooltip: str | None = None, default: float | None = None, min: float | None = None,
        max: float | None = None, step: float | None = None, round: float | None = None,
        advanced: bool | None = None,
    ) -> None:  # fmt: skip
        super().__init__(id, display_name, optional, tooltip, advanced)
        self.default, self.min, self.max, self.step = default, min, max, step
        self.round = round


class _String(_Input):
    def __init__(
        self, id: str, display_name: str | None = None, optional: bool = False,
        tooltip: str | None = None, multiline: bool = False, placeholder: str | None = None,
        default: str | None = None, advanced: bool | None = None,
    ) -> None:  # fmt: skip
        super().__init__(id, display_name, optional, tooltip, advanced)
        self.multiline, self.placeholder, self.default = multiline, placeholder, default


class _Combo(_Input):
    def __init__(
        self, id: str, options: list[str], display_name: str | None = None, optional: bool = False,
        tooltip: str | None = None, default: str | None = None, advanced: bool | None = None,
    ) -> None:  # fmt: skip
        super().__init__(id, display_name, optional, tooltip, advanced)
        assert default is None or default in options
        self.options, self.default = options, default


class _Option:
    def __init__(self, key: str, inputs: list[_Input]) -> None:
        self.key, self.inputs = key, inputs


class _Dynamic(_Input):
    def __init__(
        self, id: str, options: list[_Option], display_name: str | None = None,
        optional: bool = False, tooltip: str | None = None,
    ) -> None:  # fmt: skip
        super().__init__(id, display_name, optional, tooltip)
        self.options = options


_dynamic = _socket("COMFY_DYNAMICCOMBO_V3", _Dynamic)
_dynamic.Option = _Option
del _dynamic.Output  # it is an input only


class _Schema:
    def __init__(
        self, node_id: str, display_name: str | None = None, category: str = "sd",
        inputs: list[_Input] | None = None, outputs: list[_Output] | None = None,
        hidden: list[Any] | None = None, description: str = "",
        search_aliases: list[str] | None = None, is_output_node: bool = False,
    ) -> None:  # fmt: skip
        self.node_id, self.display_name, self.category = node_id, display_name, category
        self.inputs, self.outputs, self.hidden = inputs or [], outputs or [], hidden or []
        self.description, self.search_aliases = description, search_aliases or []
        self.is_output_node = is_output_node


class _Hidden(Enum):
    unique_id = "UNIQUE_ID"


class _NodeOutput:
    def __init__(self, *args: Any, ui: Any = None) -> None:
        self.args, self.ui = args, ui


class _ComfyNode:
    hidden = SimpleNamespace(unique_id="7")


io = SimpleNamespace(
    Input=_Input,
    ComfyNode=_ComfyNode,
    NodeOutput=_NodeOutput,
    Schema=_Schema,
    Hidden=_Hidden,
    Custom=_custom,
    Image=_socket("IMAGE"),
    Mask=_socket("MASK"),
    Audio=_socket("AUDIO"),
    Video=_socket("VIDEO"),
    File3DGLB=_socket("FILE_3D_GLB"),
    String=_socket("STRING", _String),
    Int=_socket("INT", _Int),
    Float=_socket("FLOAT", _Float),
    Boolean=_socket("BOOLEAN", _Boolean),
    Combo=_socket("COMBO", _Combo),
    DynamicCombo=_dynamic,
)


class _PreviewText:
    def __init__(self, value: str) -> None:
        self.value = value


ui = SimpleNamespace(PreviewText=_PreviewText)


class _VideoFromFile:
    def __init__(self, file: str, *, start_time: float = 0, duration: float = 0) -> None:
        self._file, self._window = file, (float(start_time), float(duration))

    def get_stream_source(self) -> str:
        return self._file

    def get_active_trim_window(self) -> tuple[float, float]:
        return self._window

    def save_to(self, path: str, format: Any = None, codec: Any = None) -> None:
        shutil.copy(self._file, path)


class _File3D:
    def __init__(self, source: str, file_format: str = "") -> None:
        self._source, self.format = source, file_format or Path(source).suffix[1:]

    def get_source(self) -> str:
        return self._source


class _VideoContainer(StrEnum):
    AUTO = "auto"
    MP4 = "mp4"


class _VideoCodec(StrEnum):
    AUTO = "auto"


InputImpl = SimpleNamespace(VideoFromFile=_VideoFromFile)
Types = SimpleNamespace(File3D=_File3D, VideoContainer=_VideoContainer, VideoCodec=_VideoCodec)

PROGRESS: list[tuple[float, float, str | None]] = []


class _Execution:
    def set_progress(self, value: float, max_value: float, node_id: str | None = None) -> None:
        PROGRESS.append((value, max_value, node_id))


class ComfyAPISync:
    execution = _Execution()


class ComfyExtension:
    pass
