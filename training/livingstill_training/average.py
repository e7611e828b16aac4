"""The mean of checkpoints' weights: ``python -m livingstill_training.average A.pt B.pt -o OUT.pt``.

Means of two runs on from one start lie in a wider valley than either and err less (stochastic
weight averaging, Izmailov et al. 2018). What passes through the norms is no mean of before and
after, so their statistics are measured anew on training pictures.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from livingstill_training import batching, packing
from livingstill_training.net import CLASSES, Network
from livingstill_training.train import load, save, shapes


def mean(checkpoints: list[Path]) -> Network:
    """Return a network with the mean of the averaged weights of ``checkpoints``, norms as well."""
    found = [load(file) for file in checkpoints]
    network = Network(found[0]["backbone"])
    states = [one["average"] for one in found]
    network.load_state_dict(
        {
            name: torch.stack([s[name].float() for s in states]).mean(0).to(value.dtype)
            for name, value in states[0].items()
        }
    )
    network.eval()
    return network


def measure_norms(
    network: Network, packed: packing.Pack, batches: int, size: int, seed: int
) -> None:
    """Give the decoders' norms the statistics of ``batches`` batches; the backbone keeps its own."""
    norms = [
        module
        for name, module in network.named_modules()
        if isinstance(module, torch.nn.BatchNorm2d) and not name.startswith("backbone.")
    ]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the plain mean over all batches
        norm.train()
    pictures = iter(batching.Batches(packed, shapes(size), 8, seed, "both"))
    with torch.no_grad():
        for _ in range(batches):
            network(torch.from_numpy(next(pictures)[0]).float())
    network.eval()


def main(arguments: list[str] | None = None) -> None:
    """Write the mean of some checkpoints."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("checkpoints", type=Path, nargs="+")
    p.add_argument("-o", "--out", type=Path, required=True)
    p.add_argument("--pack", type=Path, required=True, help="packed data, as training made it")
    p.add_argument("--batches", type=int, default=40)
    p.add_argument("--size", type=int, default=256)
    p.add_argument("--seed", type=int, default=0)
    options = p.parse_args(arguments)
    torch.manual_seed(options.seed)
    network = mean(options.checkpoints)
    measure_norms(network, packing.Pack(options.pack), options.batches, options.size, options.seed)
    state = network.state_dict()
    save(
        options.out, backbone=network.name, classes=list(CLASSES),
        network=state, average=state, step=0, seconds=0.0,
    )  # fmt: skip


if __name__ == "__main__":
    main()
