"""Depth by an ONNX network, run by OpenCV; the sizes it takes are read from the file's protobuf."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np

from livingstill.core.errors import InputError
from livingstill.core.model import Float32Array, UInt8Array
from livingstill.depth.network_input import fit_size, normalise


def run_onnx(file: Path, rgb: UInt8Array, *, side: int = 518) -> Float32Array:
    """Return the raw output (h, w) float32 of an ONNX network that takes one normalised RGB image.

    A fixed input size in the file is used as it is; a free one follows the photo's aspect. The
    output must have the aspect of the input: OpenCV runs some graphs wrongly at sizes they were not
    exported for.

    Parameters
    ----------
    file : an ONNX file
    rgb : (H, W, 3) uint8
    side : the short side in pixels where the file leaves it free

    Raises
    ------
    InputError
        If the file is no ONNX model, or OpenCV cannot run it as one from an image to one plane.
    """
    fixed = input_size(file.read_bytes())
    sizes = [fixed] if fixed else [fit_size(rgb, side, step) for step in (14, 32)]
    failure = ""
    for height, width in sizes:
        try:
            net = cv2.dnn.readNetFromONNX(str(file), *_graph_engine())
            net.setInput(normalise(rgb, height, width))
            answer = np.asarray(net.forward())
        except cv2.error as error:
            failure = str(error).strip().splitlines()[-1]
            continue
        plane = answer.reshape(answer.shape[-2:]) if answer.size == _area(answer) else None
        if plane is not None and _same_aspect(plane.shape, (height, width)):
            return np.asarray(plane, np.float32)
        failure = f"it gives {answer.shape} for an image of {height}x{width}"
    raise InputError(f"{file} is not an image-to-depth network that OpenCV can run: {failure}")


def input_size(model: bytes) -> tuple[int, int] | None:
    """Return the height and width an ONNX file fixes for its first input, None where they are free.

    Raises
    ------
    InputError
        If the bytes are no ONNX model with an image for input.
    """
    try:
        graph = _field(model, 7)[0]
        weights = {_field(w, 8)[0] for w in _field(graph, 5) if _field(w, 8)}
        inputs = [i for i in _field(graph, 11) if _field(i, 1)[0] not in weights]
        shape = _field(_field(_field(inputs[0], 2)[0], 1)[0], 2)[0]
        sides = [_number(dim, 1) for dim in _field(shape, 1)]
    except (IndexError, ValueError) as error:
        raise InputError("the file is not an ONNX model with one image for input") from error
    if len(sides) != 4:
        raise InputError(f"the ONNX model's input has {len(sides)} dimensions; it must have 4")
    height, width = sides[2:]
    return (height, width) if height > 0 and width > 0 else None


def _same_aspect(shape: tuple[int, ...], size: tuple[int, int]) -> bool:
    """Return whether an output has the aspect of the input, to two rows or columns."""
    return min(shape) > 1 and abs(shape[0] * size[1] - shape[1] * size[0]) <= max(size) * 2


def _area(answer: Any) -> int:
    return int(np.prod(answer.shape[-2:])) if answer.ndim >= 2 else -1


def _varint(data: bytes, offset: int) -> tuple[int, int]:
    """Return a protobuf integer and the place after it."""
    value = shift = 0
    while True:
        byte = data[offset]
        value |= (byte & 127) << shift
        offset, shift = offset + 1, shift + 7
        if byte < 128:
            return value, offset


def _fields(data: bytes) -> list[tuple[int, int | bytes]]:
    """Return the fields of one protobuf message: number, and value or bytes."""
    fields: list[tuple[int, int | bytes]] = []
    offset = 0
    while offset < len(data):
        key, offset = _varint(data, offset)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, offset = _varint(data, offset)
            fields.append((number, value))
        elif wire == 2:
            length, offset = _varint(data, offset)
            if offset + length > len(data):
                raise ValueError("cut short")
            fields.append((number, data[offset : offset + length]))
            offset += length
        elif wire in (1, 5):
            offset += 8 if wire == 1 else 4
        else:
            raise ValueError("not protobuf")
    return fields


def _field(data: bytes, number: int) -> list[bytes]:
    return [v for n, v in _fields(data) if n == number and isinstance(v, bytes)]


def _number(data: bytes, number: int) -> int:
    return next((v for n, v in _fields(data) if n == number and isinstance(v, int)), 0)


def _graph_engine() -> tuple[int, ...]:
    """Return the arguments that ask ``cv2.dnn`` for the engine that reads graphs of any size.

    OpenCV 5.0 has two engines and wants to be told; from 5.1 on there is one, and no constant.
    """
    engine = getattr(cv2.dnn, "ENGINE_NEW", None)
    return () if engine is None else (int(engine),)
