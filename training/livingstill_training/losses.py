"""What the networks are asked for: inverse depth up to scale, and classes as far as they are known."""

from __future__ import annotations

import math

import torch
from torch.nn import functional

from livingstill_training import labels

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


def depth_loss(
    root: torch.Tensor, truth: torch.Tensor, known: torch.Tensor, shifted: torch.Tensor
) -> torch.Tensor:
    """Compare root inverse depths (N, h, w): scale-free, affine-free, edges, order of pairs.

    ``shifted`` (N,) bool tells truths that are right up to a factor and a shift of inverse depth: only
    what is free of both is asked of them, at twice the weight.
    """
    near, metric = known * (truth > FAR), known * ~shifted[:, None, None]
    ours = root / mean_of(root, near).clamp(min=0.05)
    theirs = truth / mean_of(truth, near).clamp(min=0.05)
    error = (ours - theirs).abs()
    loss = balanced(error, metric) + 0.2 * balanced((root - truth).abs(), metric)
    affine = centred(root**2, known) - centred(truth**2, known)
    loss = loss + 0.4 * balanced(affine.abs().clamp(max=6), known)
    loss = loss + 0.4 * balanced(affine.abs().clamp(max=6), known - metric)
    difference = torch.where(shifted[:, None, None], 0.5 * affine, ours - theirs)
    weight = known
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
    big = big & ((here - there).abs() > 0.015)
    weight = ok.gather(1, a) * ok.gather(1, b) * big
    margin = (flat.gather(1, a) - flat.gather(1, b)) * torch.sign(here - there)
    return balanced(functional.softplus(-margin / 0.04), weight)


def prior_loss(root: torch.Tensor, kind: torch.Tensor, photo_only: torch.Tensor) -> torch.Tensor:
    """Use what labels say of depth where none was measured.

    The sky is infinitely far, nothing else is, water seen from its shore comes nearer towards
    the lower edge, and people stand before what is beside them.
    """
    here = photo_only[:, None, None].float()
    sky = (kind == labels.SKY) * here
    other = ((kind & labels.SKY) == 0) * here
    loss = balanced(root, sky) + balanced(functional.relu(0.05 - root), other)
    water = (kind == labels.WATER) * here
    step = max(root.shape[1] // 12, 1)
    both = water[:, step:] * water[:, :-step]
    rise = root[:, step:] - root[:, :-step]
    loss = loss + 0.3 * balanced(functional.softplus(-rise / 0.03), both)
    person, beside = (kind == labels.PERSON) * here, ((kind & labels.PERSON) == 0) * here
    for step in (root.shape[2] // 8, root.shape[2] // 3):
        rise = root[:, :, step:] - root[:, :, :-step]
        right = person[:, :, step:] * beside[:, :, :-step]
        left = person[:, :, :-step] * beside[:, :, step:]
        loss = loss + 0.15 * balanced(functional.softplus(-rise / 0.03), right)
        loss = loss + 0.15 * balanced(functional.softplus(rise / 0.03), left)
    return loss


def class_loss(logits: torch.Tensor, allowed: torch.Tensor, taught: torch.Tensor) -> torch.Tensor:
    """Ask for the allowed classes at each pixel, among them for the teacher's, and for overlap.

    Parameters
    ----------
    logits : (N, C, h, w)
    allowed : (N, h, w) int, a bit for each class that a label allows
    taught : (N, T + 1, h, w) in 0..1, a teacher's probability of the first T classes, and how far
        its networks agree. Where a label contradicts the teacher, the label holds.
    """
    bits = 2 ** torch.arange(logits.shape[1], device=logits.device)
    may = (allowed[:, None] & bits[None, :, None, None]) > 0
    share = functional.log_softmax(logits, 1)
    inside = torch.logsumexp(share.masked_fill(~may, -1e4), 1)
    known = (allowed != labels.ANY).float()
    loss = balanced(-inside.clamp(min=-12), known)
    count = taught.shape[1] - 1
    target = taught[:, :count] * may[:, :count]
    mass = target.sum(1)
    target = target / mass[:, None].clamp(min=1e-3)
    agree = taught[:, count]
    weight = agree * (mass > 0.4 * taught[:, :count].sum(1)) * (agree > 0.25)
    cross = -(target * share[:, :count]).sum(1)
    loss = loss + balanced(cross, weight)
    return loss + 0.25 * overlap_loss(share.exp(), allowed)


OVERLAPS = ((1,), (2,), (3,), (4,), (3, 4))
"""Classes whose regions should overlap with their labels."""


def overlap_loss(chance: torch.Tensor, allowed: torch.Tensor) -> torch.Tensor:
    """Return one less the soft IoU of regions with their labels (Rahman and Wang 2016), summed."""
    total = chance.new_zeros(())
    for members in OVERLAPS:
        mask = sum(1 << m for m in members)
        yes = ((allowed & ~mask & labels.ANY) == 0).float()
        no = ((allowed & mask) == 0).float()
        p = chance[:, list(members)].sum(1)
        both = (p * yes).flatten(1).sum(1)
        union = yes.flatten(1).sum(1) + (p * no).flatten(1).sum(1)
        there = yes.flatten(1).mean(1) > 0.003
        miss = (1 - both / union.clamp(min=1)) * there
        total = total + miss.sum() / there.sum().clamp(min=1)
    return total


def depth_losses(
    root: torch.Tensor, depth: torch.Tensor, allowed: torch.Tensor
) -> dict[str, torch.Tensor]:
    """Return the losses of root inverse depth (N, h, w): measured, and implied by classes.

    ``depth`` (N, h, w) int is as packed, ``allowed`` (N, h, w) as in `class_loss`.
    """
    known = (depth > 0).float()
    shifted = (allowed & labels.UP_TO_SHIFT).flatten(1).amax(1) > 0
    allowed = allowed & labels.ANY
    measured = known.flatten(1).mean(1) > 0.02
    aerial = allowed == (labels.ANY & ~labels.WATER)
    labelled = ~measured & (aerial.flatten(1).float().mean(1) < 0.01)
    truth = (depth.float() - 1).clamp(min=0) / 65534
    return {
        "depth": 0.5 * depth_loss(root, truth, known * measured[:, None, None], shifted),
        "prior": 0.15 * prior_loss(root, allowed, labelled),
    }


def lettering_loss(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Compare logits (N, 2, h, w) with (N, h, w): 1 on lettering, 0 elsewhere, other values unknown.

    Cross-entropy, in which what is surely right counts little (Lin et al., "Focal loss", 2017), and overlap.
    """
    known, on = (truth <= 1).float(), (truth == 1).float()
    chance = logits.softmax(1)[:, 1]
    right = torch.where(on > 0, chance, 1 - chance).clamp(1e-6, 1)
    loss = (-((1 - right) ** 1.5) * right.log() * (1 + on) * known).sum() / known.sum().clamp(min=1)
    chance = chance * known
    both, all_ = (chance * on).sum((1, 2)), (chance + on).sum((1, 2))
    overlap = 1 - (2 * both + 20) / (all_ + 20)
    return 4 * loss + overlap.mean()
