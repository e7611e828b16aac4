"""Train the network: ``python -m livingstill_training.train --data DIR --out DIR``.

A run is a number of steps with one schedule. It may be stopped at any minute: started again with
the same ``--out`` it goes on from its last checkpoint. ``--start FILE`` begins a further run,
say at a larger size, from the averaged weights of an earlier one.
"""

from __future__ import annotations

import argparse
import copy
import json
import logging
import math
import time
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from livingstill_training import batching, deeplab, losses, packing
from livingstill_training.labels import CLASSES
from livingstill_training.lettering import LetteringBatches
from livingstill_training.net import NETWORKS, Network, hold, load_folded, quick

log = logging.getLogger("livingstill.train")


class Average:
    """The exponential moving average of a network's weights."""

    def __init__(self, network: Network, keep: float = 0.998) -> None:
        self.network = copy.deepcopy(network).eval()
        self.keep, self.count = keep, 0

    def add(self, network: Network) -> None:
        """Move a little towards the network."""
        with torch.no_grad():
            self._add(network)

    def _add(self, network: Network) -> None:
        self.count += 1
        keep = min(self.keep, self.count / (self.count + 10))
        for mine, theirs in zip(self.network.state_dict().values(), network.state_dict().values()):
            if mine.dtype.is_floating_point:
                mine.lerp_(theirs.to(mine.dtype), 1 - keep)
            else:
                mine.copy_(theirs)


def save(file: Path, **what: Any) -> None:
    """Write a checkpoint whole or not at all."""
    part = file.with_suffix(".part")
    torch.save(what, part)
    part.replace(file)


def load(file: Path, device: str = "cpu") -> dict[str, Any]:
    """Read a checkpoint; nothing in it is executed."""
    found: dict[str, Any] = torch.load(file, map_location=device, weights_only=True)
    return found


def rate(step: int, steps: int, warm: int = 60) -> float:
    """Return the share of the learning rate at a step: up quickly, down along a cosine."""
    return min(step / warm, 1.0) * (0.01 + 0.99 * (0.5 + 0.5 * math.cos(math.pi * step / steps)))


def parser() -> argparse.ArgumentParser:
    """Return the options."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--data", type=Path, help="folder with labels/, depth/, renders/ and weights/")
    p.add_argument("--renders", type=Path, nargs="*", default=[], help="more folders of renders")
    p.add_argument("--people", type=Path, help="masks of people, named as the label pictures")
    p.add_argument("--pack", type=Path, help="packed data; made from --data if it is not there")
    p.add_argument("--learn", choices=sorted(NETWORKS), default="classes", help="which network")
    p.add_argument("--teacher", type=Path, help="folder of a teacher's answers")
    p.add_argument("--pseudo", type=Path, help="folder of photos with another network's depth")
    p.add_argument("--own", type=Path, help="folder of photos with the network's own depth")
    p.add_argument(
        "--fonts", type=Path, nargs="*", default=[], help="folders of fonts to write with"
    )
    p.add_argument("--sharp", type=Path, help="folder of large photos without text, for lettering")
    p.add_argument("--out", type=Path, required=True, help="folder of checkpoints and the log")
    p.add_argument("--start", type=Path, help="checkpoint of an earlier run to begin from")
    p.add_argument("--trunk", type=Path, help="a DeepLab .tflite to begin the backbone from")
    p.add_argument("--weights", type=Path, help="an exported .npz to begin from, where it fits")
    p.add_argument("--steps", type=int, default=2000)
    p.add_argument("--frozen", type=int, default=0, help="steps that leave the backbone as it is")
    p.add_argument(
        "--hold", type=int, default=0, help="first backbone blocks that stay as they are"
    )
    p.add_argument("--still-norms", action="store_true", help="keep every norm's statistics")
    p.add_argument("--batch", type=int, default=8)
    p.add_argument("--size", type=int, default=256, help="side of a square crop; others by area")
    p.add_argument("--rate", type=float, default=1e-3, help="learning rate of the decoder")
    p.add_argument("--backbone-rate", type=float, default=2e-4)
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--threads", type=int, default=0, help="0: as many as there are cores")
    p.add_argument("--every", type=float, default=180, help="seconds between checkpoints")
    return p


def shapes(side: int) -> list[tuple[int, int]]:
    """Return crop sizes of about one area, sides divisible by 32: square, wide and tall."""
    less, more = (round(side * f / 32) * 32 for f in (0.87, 1.15))
    return [(less, more), (less, more), (side, side), (more, less)]


def losses_of(
    learn: str, answer: torch.Tensor, truth: Sequence[Any], device: str
) -> dict[str, torch.Tensor]:
    """Return the parts of the loss; truths are at the input size, answers at half of it."""
    if learn == "lettering":
        return {"lettering": losses.lettering_loss(answer, torch.from_numpy(truth[0]).to(device))}
    depths, kinds, softs = truth
    allowed = torch.from_numpy(kinds.astype(np.int32)).to(device)[:, ::2, ::2]
    if learn == "classes":
        taught = torch.from_numpy(softs).to(device).float() / 255
        return {"classes": losses.class_loss(answer, allowed, taught)}
    depth = torch.from_numpy(depths.astype(np.int32)).to(device)[:, ::2, ::2]
    return losses.depth_losses(answer[:, 0], depth, allowed)


def _log_to(file: Path) -> None:
    """Append what is logged to ``file``, and to no file of an earlier run in this process."""
    for handler in list(log.handlers):
        log.removeHandler(handler)
        handler.close()
    handler = logging.FileHandler(file)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)


def _batches(options: argparse.Namespace, packed: packing.Pack, seed: int) -> Iterator[Any]:
    """Return endless tuples: photos (N, 3, h, w) uint8, then what `losses_of` compares answers with."""
    sizes = shapes(options.size)
    if options.learn != "lettering":
        return iter(batching.Batches(packed, sizes, options.batch, seed, options.learn))
    fonts = [Path(str(resources.files("livingstill"))), *options.fonts]
    return iter(LetteringBatches(packed, sizes, options.batch, seed, fonts, options.sharp))


def main(arguments: list[str] | None = None) -> None:
    """Run, or go on with, one training run."""
    options = parser().parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    _log_to(options.out / "log.txt")
    if options.threads:
        torch.set_num_threads(options.threads)
    cv2.setNumThreads(1)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    packed_in = options.pack or options.out / "pack"
    if not (packed_in / "index.json").exists():
        count = packing.pack(
            options.data,
            options.renders,
            packed_in,
            options.people,
            teacher=options.teacher,
            pseudo=options.pseudo,
            own=options.own,
        )
        log.info("packed %d pictures", count)
    packed = packing.Pack(packed_in)
    torch.manual_seed(options.seed)
    network = NETWORKS[options.learn]()
    if options.trunk:
        log.info("%d convolutions from DeepLab", load_folded(network, deeplab.trunk(options.trunk)))
    if options.weights:
        with np.load(options.weights) as arrays:
            log.info("%d convolutions begun from", load_folded(network, dict(arrays)))
    if options.start:
        network.load_state_dict(load(options.start)["average"])
    hold(network, options.hold)
    if device == "cpu":
        quick(network)
    network.to(device, memory_format=torch.channels_last)
    average = Average(network)
    body = list(network.backbone.parameters())
    rest = [p for n, p in network.named_parameters() if not n.startswith("backbone.")]
    groups = [
        {"params": body, "peak": options.backbone_rate},
        {"params": rest, "peak": options.rate},
    ]
    optimiser = torch.optim.AdamW(groups, lr=options.rate, weight_decay=0.01)
    first, spent = 0, 0.0
    last = options.out / "last.pt"
    if last.exists():
        state = load(last, device)
        network.load_state_dict(state["network"])
        average.network.load_state_dict(state["average"])
        optimiser.load_state_dict(state["optimiser"])
        first, spent, average.count = state["step"], state["seconds"], state["step"]
    known = {s: len(i) for s, i in packed.by_source.items()}
    log.info("%s on %s, from step %d, pictures %s", vars(options), device, first, json.dumps(known))
    batches = _batches(options, packed, options.seed + first)
    began = saved = time.monotonic()

    def keep(step: int) -> None:
        seconds = spent + time.monotonic() - began
        save(
            last,
            learn=options.learn,
            classes=list(CLASSES),
            network=network.state_dict(),
            average=average.network.state_dict(),
            optimiser=optimiser.state_dict(),
            step=step,
            seconds=seconds,
        )

    columns = (TextColumn("{task.description}"), MofNCompleteColumn(), TimeRemainingColumn())
    running: dict[str, float] = {}
    with Progress(*columns) as bar:
        task = bar.add_task("training", total=options.steps, completed=first)
        for step in range(first, options.steps):
            frozen = step < options.frozen
            network.train(not options.still_norms)
            network.backbone.eval()
            photos, *truth = next(batches)
            x = torch.from_numpy(photos).to(device).float()
            x = x.contiguous(memory_format=torch.channels_last)
            for group in optimiser.param_groups:
                group["lr"] = group["peak"] * rate(step, options.steps)
            hold(network, options.hold, frozen=frozen)
            with torch.autocast(device, torch.bfloat16):
                answer = network(x)
            parts = losses_of(options.learn, answer, truth, device)
            loss = torch.stack(list(parts.values())).sum()
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            norm = torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            if torch.isfinite(norm):
                optimiser.step()
            average.add(network)
            for k, part in parts.items():
                value = float(part.detach())
                running[k] = value if k not in running else 0.98 * running[k] + 0.02 * value
            bar.update(task, completed=step + 1)
            if step % 50 == 49 or step + 1 == options.steps:
                said = " ".join(f"{k} {v:.4f}" for k, v in running.items())
                log.info("step %d %s %.0f s", step + 1, said, spent + time.monotonic() - began)
            if time.monotonic() - saved > options.every:
                keep(step + 1)
                saved = time.monotonic()
    keep(options.steps)


if __name__ == "__main__":
    main()
