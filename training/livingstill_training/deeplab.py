"""Convolutions of a quantised DeepLab, to start a MobileNetV2 from: needs the library ``tflite``.

DeepLab v3 (Chen et al. 2018) keeps stride 16 by dilating its last blocks. Sampled at every other
position, those are the same products as with stride 32 and no dilation, so its weights fit a
MobileNetV2 (Sandler et al. 2018) of stride 32 as they are.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_CONVOLUTIONS = ("CONV_2D", "DEPTHWISE_CONV_2D")
_COUNTS = (1, 2, 3, 4, 3, 3, 1)


def paths() -> list[str]:
    """Return the paths of MobileNetV2's convolutions in the order in which they run."""
    found = ["conv_stem", "blocks.0.0.conv_dw", "blocks.0.0.conv_pw"]
    for stage, count in enumerate(_COUNTS[1:], 1):
        for i in range(count):
            found += [f"blocks.{stage}.{i}.conv_{part}" for part in ("pw", "dw", "pwl")]
    return found


def trunk(file: Path) -> dict[str, NDArray[np.float32]]:
    """Return ``.weight`` (O, I, k, k) and ``.bias`` (O,) float32 of each trunk convolution.

    The network in ``file`` takes RGB, (value - 127.5) / 127.5, and has batch norms folded in.
    """
    import tflite

    model = tflite.Model.GetRootAsModel(file.read_bytes(), 0)
    graph = model.Subgraphs(0)
    names = {v: k for k, v in vars(tflite.BuiltinOperator).items() if isinstance(v, int)}

    def scale(i: int) -> NDArray[np.float64]:
        return np.asarray(graph.Tensors(i).Quantization().ScaleAsNumpy(), np.float64)

    def stored(i: int, kind: Any) -> NDArray[Any]:
        tensor = graph.Tensors(i)
        data = model.Buffers(tensor.Buffer()).DataAsNumpy().tobytes()
        return np.frombuffer(data, kind).reshape(tensor.ShapeAsNumpy())

    found: dict[str, NDArray[np.float32]] = {}
    wanted = iter(paths())
    for j in range(graph.OperatorsLength()):
        operator = graph.Operators(j)
        code = model.OperatorCodes(operator.OpcodeIndex())
        name = names[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
        if name not in _CONVOLUTIONS:
            continue
        path = next(wanted, None)
        if path is None:
            break
        x, w, b = (int(i) for i in operator.InputsAsNumpy())
        deep = name.startswith("DEPTH")
        zero = np.asarray(graph.Tensors(w).Quantization().ZeroPointAsNumpy(), np.float64)
        axis = (1, 1, 1, -1) if deep else (-1, 1, 1, 1)
        step = scale(w)
        weight = (stored(w, np.int8) - zero.reshape(axis)) * step.reshape(axis)
        weight = weight.transpose(3, 0, 1, 2) if deep else weight.transpose(0, 3, 1, 2)
        found[f"{path}.weight"] = weight.astype(np.float32)
        found[f"{path}.bias"] = (stored(b, np.int32) * (scale(x)[0] * step)).astype(np.float32)
    return found
