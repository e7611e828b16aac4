"""The temperature of a network's class probabilities, found on held-out labels.

``python -m livingstill_training.calibrate CHECKPOINT --pack DIR`` prints the temperature at which
the negative log likelihood of held-out labels is least (Guo et al. 2017), and how often what has
a probability is right, before and after.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from livingstill_training import labels, packing
from livingstill_training.net import ClassNetwork
from livingstill_training.train import load

STRIDE = 4
"""Every so many pixels count, along both axes: neighbours say the same."""

BINS = 10

KEPT = labels.CLASSES.index("land")
"""So many classes are told apart in the end; those after them help to learn."""


def held_out(network: ClassNetwork, packed: packing.Pack) -> tuple[torch.Tensor, torch.Tensor]:
    """Return logits (N, C) of held-out pixels that are labelled, and the classes allowed (N,)."""
    logits, allowed = [], []
    for i, sample in enumerate(packed.samples):
        if not packing.is_held_out(sample.name) or sample.source in ("pool", "renders", "depth"):
            continue
        photo, _, kind = packed[i]
        height, width = (side // 32 * 32 for side in kind.shape)
        picture = torch.from_numpy(photo[:height, :width].transpose(2, 0, 1).copy())[None].float()
        with torch.no_grad():
            answer = network(picture)[0, :, :: STRIDE // 2, :: STRIDE // 2]
        known = kind[:height:STRIDE, :width:STRIDE].astype(np.int64).ravel()
        single = known != labels.ANY
        logits.append(answer.flatten(1).T[torch.from_numpy(single)])
        allowed.append(torch.from_numpy(known[single]))
    return torch.cat(logits), torch.cat(allowed)


def likelihood(logits: torch.Tensor, may: torch.Tensor, temperature: float) -> float:
    """Return the mean negative log likelihood of the allowed classes, ``may`` (N, C) bool."""
    share = torch.log_softmax(logits / temperature, 1).masked_fill(~may, -1e4)
    return float(-torch.logsumexp(share, 1).clamp(min=-12).mean())


def best_temperature(logits: torch.Tensor, allowed: torch.Tensor) -> float:
    """Return the temperature of the least negative log likelihood, in steps of a twentieth."""
    may = allowed_table(allowed, logits.shape[1])
    steps = [round(0.5 + 0.05 * k, 2) for k in range(51)]
    return min(steps, key=lambda t: likelihood(logits, may, t))


def allowed_table(allowed: torch.Tensor, classes: int) -> torch.Tensor:
    """Return (N, C) bool, the classes whose bits are set."""
    return (allowed[:, None] & 2 ** torch.arange(classes)) > 0


def reliability(
    logits: torch.Tensor, allowed: torch.Tensor, temperature: float
) -> NDArray[np.float64]:
    """Return (BINS, 3): mean probability of the likeliest class, how often it is right, and pixels.

    Helper classes count as "other", as they do once the network has answered.
    """
    share = torch.softmax(logits / temperature, 1)
    chance, best = torch.cat(
        (share[:, :1] + share[:, KEPT:].sum(1, True), share[:, 1:KEPT]), 1
    ).max(1)
    folded = torch.where(allowed >= 1 << KEPT, allowed | labels.OTHER, allowed)
    right = ((folded >> best) & 1).double()
    bins = (chance * BINS).long().clamp(max=BINS - 1)
    count = torch.bincount(bins, minlength=BINS).double()
    rows = [torch.bincount(bins, values.double(), minlength=BINS) for values in (chance, right)]
    table = torch.stack([*(row / count.clamp(min=1) for row in rows), count], 1)
    return np.asarray(table.numpy())


def main(arguments: list[str] | None = None) -> None:
    """Print the temperature and the reliability table of a checkpoint."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("checkpoint", type=Path)
    p.add_argument("--pack", type=Path, required=True, help="packed data, as training made it")
    options = p.parse_args(arguments)
    network = ClassNetwork()
    network.load_state_dict(load(options.checkpoint)["average"])
    logits, allowed = held_out(network.eval(), packing.Pack(options.pack))
    temperature = best_temperature(logits, allowed)
    print(f"temperature {temperature:g}")  # noqa: T201
    for name, t in (("before", 1.0), ("after", temperature)):
        print(name)  # noqa: T201
        for chance, right, count in reliability(logits, allowed, t):
            print(f"{chance:.3f} {right:.3f} {count:9.0f}")  # noqa: T201


if __name__ == "__main__":
    main()
