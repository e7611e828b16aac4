"""Write a checkpoint as the file of weights we ship: ``python -m livingstill_training.export``.

The file is an .npz: by the path of every convolution in `network.net`, its ``.weight`` (O, I, k, k)
and ``.bias`` (O,), the batch norm that follows folded in, as float16 where they are large. It holds
the same bytes whenever and wherever it is written from the same checkpoint and the same torch.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.utils.fusion import fuse_conv_bn_weights

from livingstill_training.net import NETWORKS, Network, convolutions
from livingstill_training.train import load

_LARGE = 64
"""Arrays of this many values or more are stored as float16, which moves answers by 2e-4."""


def weights(network: Network) -> dict[str, NDArray[Any]]:
    """Return the weights that `network.graph.Network` takes."""
    found: dict[str, NDArray[Any]] = {}
    for path, conv, norm in convolutions(network):
        bias = torch.zeros(conv.out_channels) if conv.bias is None else conv.bias
        weight = conv.weight
        if norm is not None:
            weight, bias = fuse_conv_bn_weights(
                weight, bias, norm.running_mean, norm.running_var, norm.eps, norm.weight, norm.bias
            )
        name = path.removeprefix("backbone.")
        for key, value in ((f"{name}.weight", weight), (f"{name}.bias", bias)):
            values = value.detach().numpy()
            found[key] = values.astype(np.float16) if values.size >= _LARGE else values
    return {key: found[key] for key in sorted(found)}


def export(checkpoint: Path, out: Path, temperature: float = 1.0) -> int:
    """Write the averaged weights of a checkpoint to ``out``; return the size in bytes.

    Logits of classes are divided by ``temperature``, so that their probabilities are calibrated
    (Guo et al. 2017; `calibrate` finds it).
    """
    state = load(checkpoint)
    network = NETWORKS[state["learn"]]()
    network.load_state_dict(state["average"])
    if state["learn"] == "classes":
        with torch.no_grad():
            for values in network.kind.parameters():
                values.div_(temperature)
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("wb") as file:
        np.savez(file, **weights(network.eval()))  # type: ignore[arg-type]
    return out.stat().st_size


def main(arguments: list[str] | None = None) -> None:
    """Export one checkpoint."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("checkpoint", type=Path)
    p.add_argument("--temperature", type=float, default=1.0, help="of the classes' logits")
    p.add_argument("-o", "--out", type=Path, required=True)
    options = p.parse_args(arguments)
    size = export(options.checkpoint, options.out, options.temperature)
    print(f"{options.out}: {size / 1e6:.2f} MB")  # noqa: T201


if __name__ == "__main__":
    main()
