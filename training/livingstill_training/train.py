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
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from torch.nn import functional

from livingstill_training import batching, packing
from livingstill_training.net import BACKBONES, CLASSES, Network, hold, load_imagenet, quick

log = logging.getLogger("livingstill.train")

FAR = 1.5 / 65535
"""Roots up to here are the sky."""


def balanced(values: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Return the mean over pixels of each picture, then over the pictures that have any."""
    total = weight.flatten(1).sum(1)
    each = (values * weight).flatten(1).sum(1) / total.clamp(min=1)
    return each.sum() / (total > 0).sum().clamp(min=1)


def mean_of(values: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Return the weighted mean of each picture, shaped to divide it."""
    total = weight.flatten(1).sum(1).clamp(min=1)
    return ((values * weight).flatten(1).sum(1) / total)[:, None, None]


def centred(values: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """Return values less their median, over their mean distance from it (Ranftl et al. 2020)."""
    hidden = values.masked_fill(known == 0, math.nan).flatten(1)
    middle = hidden.nanmedian(1).values.nan_to_num()[:, None, None]
    spread = mean_of((values - middle).abs(), known).clamp(min=0.02)
    return (values - middle) / spread


def depth_loss(root: torch.Tensor, truth: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """Compare root inverse depths (N, h, w): scale-free, affine-free, edges, order of pairs."""
    near = known * (truth > FAR)
    ours = root / mean_of(root, near).clamp(min=0.05)
    theirs = truth / mean_of(truth, near).clamp(min=0.05)
    error = (ours - theirs).abs()
    loss = balanced(error, known) + 0.2 * balanced((root - truth).abs(), known)
    affine = (centred(root**2, known) - centred(truth**2, known)).abs()
    loss = loss + 0.4 * balanced(affine.clamp(max=6), known)
    difference, weight = ours - theirs, known
    for _ in range(4):
        for axis in (1, 2):
            n = difference.shape[axis]
            both = weight.narrow(axis, 1, n - 1) * weight.narrow(axis, 0, n - 1)
            loss = loss + 0.4 * balanced(difference.diff(dim=axis).abs(), both)
        difference, weight = difference[:, ::2, ::2], weight[:, ::2, ::2]
    return loss + 0.3 * order_loss(root, truth, known)


def order_loss(root: torch.Tensor, truth: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """Ask that pairs more than a tenth apart in inverse depth stand in the right order."""
    flat, real, ok = root.flatten(1), truth.flatten(1), known.flatten(1)
    n, size = flat.shape
    a = torch.randint(size, (n, 3000), device=root.device)
    b = torch.randint(size, (n, 3000), device=root.device)
    here, there = real.gather(1, a), real.gather(1, b)
    big = torch.maximum(here, there) > 1.049 * torch.minimum(here, there)
    weight = ok.gather(1, a) * ok.gather(1, b) * big
    margin = (flat.gather(1, a) - flat.gather(1, b)) * torch.sign(here - there)
    return balanced(functional.softplus(-margin / 0.04), weight)


def prior_loss(root: torch.Tensor, kind: torch.Tensor, photo_only: torch.Tensor) -> torch.Tensor:
    """Use what labels say of depth where none was measured.

    The sky is infinitely far, nothing else is, water seen from its shore comes nearer towards
    the lower edge, and people stand before what is beside them.
    """
    here = photo_only[:, None, None].float()
    sky = (kind == packing.SKY) * here
    other = ((kind & packing.SKY) == 0) * here
    loss = balanced(root, sky) + balanced(functional.relu(0.05 - root), other)
    water = (kind == packing.WATER) * here
    step = max(root.shape[1] // 12, 1)
    both = water[:, step:] * water[:, :-step]
    rise = root[:, step:] - root[:, :-step]
    loss = loss + 0.3 * balanced(functional.softplus(-rise / 0.03), both)
    person, beside = (kind == packing.PERSON) * here, ((kind & packing.PERSON) == 0) * here
    for step in (root.shape[2] // 8, root.shape[2] // 3):
        rise = root[:, :, step:] - root[:, :, :-step]
        right = person[:, :, step:] * beside[:, :, :-step]
        left = person[:, :, :-step] * beside[:, :, step:]
        loss = loss + 0.15 * balanced(functional.softplus(-rise / 0.03), right)
        loss = loss + 0.15 * balanced(functional.softplus(rise / 0.03), left)
    return loss


def class_loss(logits: torch.Tensor, kind: torch.Tensor) -> torch.Tensor:
    """Ask for any of the allowed classes at each pixel, and for the overlap of whole regions."""
    bits = 2 ** torch.arange(logits.shape[1], device=kind.device)
    allowed = (kind[:, None].int() & bits[None, :, None, None].int()) > 0
    share = functional.log_softmax(logits, 1)
    inside = torch.logsumexp(share.masked_fill(~allowed, -1e4), 1)
    known = (kind != packing.ANY).float()
    loss = balanced(-inside.clamp(min=-12), known)
    chance = share.exp()
    for members in ((1,), (2,), (3, 4)):
        mask = sum(1 << m for m in members)
        yes = ((kind & ~mask & packing.ANY) == 0).float()
        no = ((kind & mask) == 0).float()
        p = chance[:, list(members)].sum(1)
        both = (p * yes).flatten(1).sum(1)
        union = yes.flatten(1).sum(1) + (p * no).flatten(1).sum(1)
        there = yes.flatten(1).mean(1) > 0.003
        miss = (1 - both / union.clamp(min=1)) * there
        loss = loss + 0.25 * miss.sum() / there.sum().clamp(min=1)
    return loss


def total_loss(
    root: torch.Tensor | None,
    logits: torch.Tensor | None,
    depth: torch.Tensor,
    kind: torch.Tensor,
) -> tuple[torch.Tensor, dict[str, float]]:
    """Return the whole loss and its parts; truths are at the input size, maps at half of it.

    A head that is not trained is None.
    """
    depth, kind = depth[:, ::2, ::2], kind[:, ::2, ::2]
    parts: dict[str, torch.Tensor] = {}
    if root is not None:
        known = (depth > 0).float()
        measured = known.flatten(1).mean(1) > 0.02
        aerial = kind == (packing.ANY & ~packing.WATER)
        labelled = ~measured & (aerial.flatten(1).float().mean(1) < 0.01)
        truth = (depth.float() - 1).clamp(min=0) / 65534
        parts["depth"] = depth_loss(root[:, 0], truth, known * measured[:, None, None])
        parts["prior"] = prior_loss(root[:, 0], kind, labelled)
    if logits is not None:
        parts["class"] = class_loss(logits, kind)
    shares = {"depth": 0.5, "prior": 0.15, "class": 2.0}
    total = torch.stack([shares[name] * part for name, part in parts.items()]).sum()
    return total, {k: float(v.detach()) for k, v in parts.items()}


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
    p.add_argument("--out", type=Path, required=True, help="folder of checkpoints and the log")
    p.add_argument("--start", type=Path, help="checkpoint of an earlier run to begin from")
    p.add_argument("--backbone", choices=BACKBONES, default=BACKBONES[0])
    p.add_argument("--steps", type=int, default=2000)
    p.add_argument("--frozen", type=int, default=0, help="steps that leave the backbone as it is")
    p.add_argument(
        "--hold", type=int, default=0, help="first backbone blocks that stay as they are"
    )
    p.add_argument("--still-norms", action="store_true", help="keep every norm's statistics")
    p.add_argument("--only", choices=("depth", "kind"), help="train one head's decoder alone")
    p.add_argument(
        "--mix", default="both", choices=sorted(batching.WEIGHTS), help="shares of sources"
    )
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


def _log_to(file: Path) -> None:
    """Append what is logged to ``file``, and to no file of an earlier run in this process."""
    for handler in list(log.handlers):
        log.removeHandler(handler)
        handler.close()
    handler = logging.FileHandler(file)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)


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
        count = packing.pack(options.data, options.renders, packed_in, options.people)
        log.info("packed %d pictures", count)
    packed = packing.Pack(packed_in)
    torch.manual_seed(options.seed)
    network = Network(options.backbone)
    if options.backbone != "plain" and options.data and not options.start:
        file = options.data / "weights" / f"{options.backbone}_imagenet.safetensors"
        log.info("%d arrays from ImageNet", load_imagenet(network, str(file)))
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
    batches = iter(
        batching.Batches(
            packed, shapes(options.size), options.batch, options.seed + first, options.mix
        )
    )
    began = saved = time.monotonic()

    def keep(step: int) -> None:
        seconds = spent + time.monotonic() - began
        save(
            last,
            backbone=options.backbone,
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
            if options.backbone != "plain":
                network.backbone.eval()
            photos, depths, kinds = next(batches)
            x = torch.from_numpy(photos).to(device).float()
            x = x.contiguous(memory_format=torch.channels_last)
            for group in optimiser.param_groups:
                group["lr"] = group["peak"] * rate(step, options.steps)
            with torch.autocast(device, torch.bfloat16):
                with torch.set_grad_enabled(not frozen):
                    seen = network.features(x)
                root = network.depth_of(seen) if options.only != "kind" else None
                logits = network.kind_of(seen) if options.only != "depth" else None
            truth = torch.from_numpy(depths.astype(np.int32)).to(device)
            kind = torch.from_numpy(kinds.astype(np.int32)).to(device)
            loss, parts = total_loss(root, logits, truth, kind)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            norm = torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            if torch.isfinite(norm):
                optimiser.step()
            average.add(network)
            for k, v in parts.items():
                running[k] = v if k not in running else 0.98 * running[k] + 0.02 * v
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
