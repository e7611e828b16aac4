"""Write a checkpoint as the ONNX file we ship: ``python -m livingstill_training.export``."""

from __future__ import annotations

import argparse
import io
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from livingstill.network.forward import WEIGHTS
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torch.nn import functional

from livingstill_training.net import CLASSES, Network
from livingstill_training.train import load


class Shipped(nn.Module):
    """The network as OpenCV runs it: answers are inverse depth and probabilities."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, picture: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return inverse depth (N, 1, h, w) in 0..1 and class probabilities (N, C, h, w)."""
        root, logits = self.network(picture)
        return root * root, functional.softmax(logits, 1)


def pad_plainly(module: nn.Module) -> None:
    """Give "same" convolutions the padding they work out for even sides, so the graph is static."""
    for child in module.modules():
        if type(child).__name__ == "Conv2dSame" and child.stride == (2, 2):
            child.forward = _padded(child)


def _padded(conv: Any) -> Any:
    side = conv.kernel_size[0]
    before, after = (side - 2) // 2, (side - 1) // 2

    def forward(x: torch.Tensor) -> torch.Tensor:
        x = functional.pad(x, (before, after, before, after))
        return functional.conv2d(x, conv.weight, conv.bias, 2, 0, conv.dilation, conv.groups)

    return forward


def halve(model: onnx.ModelProto, least: int = 64) -> onnx.ModelProto:
    """Store every large float32 array as float16, cast back where it is used."""
    graph = model.graph
    casts = []
    for array in list(graph.initializer):
        values = numpy_helper.to_array(array)
        if array.data_type != TensorProto.FLOAT or values.size < least:
            continue
        half = numpy_helper.from_array(values.astype(np.float16), array.name + "_16")
        graph.initializer.remove(array)
        graph.initializer.append(half)
        to = TensorProto.FLOAT
        casts.append(helper.make_node("Cast", [half.name], [array.name], to=to))
    for cast in reversed(casts):
        graph.node.insert(0, cast)
    return model


def export(
    checkpoint: Path, out: Path, kinds: Sequence[Path] = (), lower_grass: float = 0.0
) -> int:
    """Write the averaged weights of a checkpoint to ``out``; return the size in bytes.

    ``kinds`` are checkpoints to take the class decoder from (their mean), when the two were
    trained apart on one backbone. ``lower_grass`` is taken off the logit of grass, which only
    renders know: photos call a meadow foliage.
    """
    state = load(checkpoint)
    average = state["average"]
    others = [load(file)["average"] for file in kinds]
    for name in average:
        if others and name.startswith("kind") and average[name].dtype.is_floating_point:
            average[name] = torch.stack([other[name] for other in others]).mean(0)
    average["kind.bias"][CLASSES.index("grass")] -= lower_grass
    network = Network(state["backbone"], len(state["classes"]))
    network.load_state_dict(state["average"])
    pad_plainly(network)
    shipped = Shipped(network).eval()
    buffer = io.BytesIO()
    axes = {2: "height", 3: "width"}
    with warnings.catch_warnings():
        # the new exporter's graphs crash OpenCV; that the old one is old is known
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            shipped,
            (torch.full((1, 3, 256, 320), 127.0),),
            buffer,
            input_names=["picture"],
            output_names=["inverse", "chance"],
            opset_version=17,
            dynamic_axes={"picture": axes, "inverse": axes, "chance": axes},
            dynamo=False,
        )
    model = halve(onnx.load_from_string(buffer.getvalue()))
    onnx.checker.check_model(model)
    out.parent.mkdir(parents=True, exist_ok=True)
    return out.write_bytes(model.SerializeToString())


def main(arguments: list[str] | None = None) -> None:
    """Export one checkpoint."""
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("checkpoint", type=Path)
    p.add_argument("--kinds", type=Path, nargs="*", default=[], help="class decoders to average")
    p.add_argument("--lower-grass", type=float, default=0.0, help="taken off the logit of grass")
    p.add_argument("-o", "--out", type=Path, default=Path(__file__).parent / "weights" / WEIGHTS)
    options = p.parse_args(arguments)
    size = export(options.checkpoint, options.out, options.kinds, options.lower_grass)
    print(f"{options.out}: {size / 1e6:.2f} MB")  # noqa: T201


if __name__ == "__main__":
    main()
