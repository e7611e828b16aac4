"""Write a checkpoint as the file of weights we ship: ``python -m livingstill_training.export``.

The file is an .npz: by the path of every convolution in `network.net`, its ``.weight`` (O, I, k, k)
and ``.bias`` (O,), the batch norm that follows folded in, as float16 where they are large. It holds
the same bytes whenever and wherever it is written from the same checkpoint and the same torch.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from livingstill.network.forward import WEIGHTS
from numpy.typing import NDArray
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

from livingstill_training.net import BACKBONES, CLASSES, Network
from livingstill_training.train import load

_LARGE = 64
"""Arrays of this many values or more are stored as float16, which moves answers by 2e-4."""


def convolutions(module: nn.Module, path: str = "") -> Iterator[tuple[str, nn.Conv2d, Any]]:
    """Yield every convolution's path, itself, and the batch norm right after it or None."""
    children = [(n, c) for n, c in module.named_children() if not isinstance(c, nn.Identity)]
    for i, (name, child) in enumerate(children):
        if isinstance(child, nn.Conv2d):
            after = children[i + 1][1] if i + 1 < len(children) else None
            yield path + name, child, after if isinstance(after, nn.BatchNorm2d) else None
        else:
            yield from convolutions(child, f"{path}{name}.")


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


def export(
    checkpoint: Path, out: Path, kinds: Sequence[Path] = (), lower_grass: float = 0.0
) -> int:
    """Write the averaged weights of a checkpoint to ``out``; return the size in bytes.

    ``kinds`` are checkpoints to take the class decoder from (their mean), when the two were
    trained apart on one backbone. ``lower_grass`` is taken off the logit of grass, which only
    renders know: photos call a meadow foliage.

    Raises
    ------
    ValueError
        If the checkpoint is of a backbone that does not ship.
    """
    state = load(checkpoint)
    if state["backbone"] != BACKBONES[0]:
        raise ValueError(
            f"{checkpoint} has backbone {state['backbone']}; only {BACKBONES[0]} ships"
        )
    average = state["average"]
    others = [load(file)["average"] for file in kinds]
    for name in average:
        if others and name.startswith("kind") and average[name].dtype.is_floating_point:
            average[name] = torch.stack([other[name] for other in others]).mean(0)
    average["kind.bias"][CLASSES.index("grass")] -= lower_grass
    network = Network(state["backbone"], len(state["classes"]))
    network.load_state_dict(average)
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("wb") as file:
        np.savez(file, **weights(network.eval()))  # type: ignore[arg-type]
    return out.stat().st_size


def main(arguments: list[str] | None = None) -> None:
    """Export one checkpoint."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("checkpoint", type=Path)
    p.add_argument("--kinds", type=Path, nargs="*", default=[], help="class decoders to average")
    p.add_argument("--lower-grass", type=float, default=0.0, help="taken off the logit of grass")
    p.add_argument("-o", "--out", type=Path, default=Path(__file__).parent / "weights" / WEIGHTS)
    options = p.parse_args(arguments)
    size = export(options.checkpoint, options.out, options.kinds, options.lower_grass)
    print(f"{options.out}: {size / 1e6:.2f} MB")  # noqa: T201


if __name__ == "__main__":
    main()
