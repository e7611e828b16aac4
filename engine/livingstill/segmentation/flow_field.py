"""Velocity fields of regions: from brush strokes, or from the terrain for running water.

Fields are solved on a coarse grid inside the region's mask: velocity is harmonic between strokes
(Laplace's equation, fixed on the strokes, free at the mask's edge), then made tangential to the
banks and divergence-free by one projection (Chorin 1968); the frame's border is open.
"""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import scipy  # its parts are imported when they are used
from numpy.typing import NDArray

from livingstill.core.kinds import KINDS, SpeedRange, resolve
from livingstill.core.model import Float32Array, Region, UInt8Array
from livingstill.imaging import exact
from livingstill.segmentation import water
from livingstill.settings.values import Stroke

_FALL_SPEED = 0.28
"""Frame widths per second of water that falls."""

_LIFE = 0.85
"""Seconds that a generation of advected texture lives, about: less where it is fast, more where slow."""

SIDE = 112
"""Long side of the grid that velocities are solved on."""

STROKE_SECONDS = 2.0
"""A stroke is the path that matter takes in so many seconds, within each kind's limits."""

Field = NDArray[np.float64]
Mask = NDArray[np.bool_]


def velocities(
    rgb: UInt8Array,
    inverse_depth: Float32Array,
    regions: tuple[Region, ...],
    strokes: tuple[Stroke, ...] = (),
) -> dict[str, Float32Array]:
    """Return the velocity of each kind that has strokes, and of flows, which always have one.

    Parameters
    ----------
    rgb, inverse_depth : of the photo, (H, W, 3) uint8 and (H, W) float32
    regions : of motion kinds

    Returns
    -------
    dict of (h, w, 2) float32
        (dx, dy) in frame widths per second, on a coarse grid that spans the photo; 0 outside.
    """
    fields: dict[str, Float32Array] = {}
    for region in regions:
        mask = _coarse(region.mask) >= 128
        kind_strokes = [stroke for stroke in strokes if stroke.kind == region.label]
        if not mask.any():
            continue
        if kind_strokes:
            velocity = velocity_from_strokes(
                mask, kind_strokes, rgb.shape[:2], KINDS[region.label].speeds
            )
        elif direction := KINDS[region.label].direction:
            velocity = resolve(direction)(mask, rgb, inverse_depth)
        else:
            continue
        before = fields.get(region.label)
        fields[region.label] = (
            velocity if before is None else np.where(velocity != 0, velocity, before)
        )
    return fields


def velocity_from_strokes(
    mask: Mask, strokes: list[Stroke], shape: tuple[int, int], speeds: SpeedRange
) -> Float32Array:
    """Return the field (h, w, 2) that ``strokes`` of one kind ask for inside ``mask`` (h, w)."""
    rows, columns = mask.shape
    aspect = shape[0] / shape[1]
    total = np.zeros((rows, columns, 2))
    count = np.zeros((rows, columns))
    for stroke in strokes:
        points = np.array(stroke.points) * (1, aspect)
        length = float(np.hypot(*np.diff(points, axis=0).T).sum())
        speed = np.clip(length / STROKE_SECONDS, speeds.slowest, speeds.fastest)
        for a, b in pairwise(points):
            distance = float(np.hypot(*(b - a)))
            if distance == 0:
                continue
            along = np.linspace(0, 1, max(2, int(2 * distance * columns)))
            x = np.clip(((a[0] + along * (b[0] - a[0])) * columns).astype(int), 0, columns - 1)
            y = (a[1] + along * (b[1] - a[1])) * columns
            y = np.clip(y.astype(int), 0, rows - 1)
            np.add.at(total, (y, x), (b - a) / distance * speed)
            np.add.at(count, (y, x), 1)
    known = (count > 0) & mask
    if not known.any():  # drawn beside the region: it still says where to
        mean = total.sum((0, 1)) / max(count.sum(), 1)
        return np.asarray(mask[..., None] * mean, np.float32)
    fixed = np.where(known[..., None], total / np.maximum(count, 1)[..., None], 0)
    field = np.stack([solve_harmonic(mask, known, fixed[..., c]) for c in range(2)], axis=-1)
    return project_divergence_free(mask, field).astype(np.float32)


def solve_harmonic(mask: Mask, known: Mask, values: Field) -> Field:
    """Return (h, w): ``values`` where ``known``, harmonic elsewhere in ``mask``, 0 outside.

    No flux crosses the mask's edge. Parts of the mask that hold no known node get 0.
    """
    _, heads, tails = _graph(mask)
    count = int(mask.sum())
    fixed = known[mask]
    degree = np.bincount(heads, minlength=count) + np.bincount(tails, minlength=count)
    i, j = np.concatenate([heads, tails]), np.concatenate([tails, heads])
    free = ~fixed[i]
    rows = np.concatenate([i[free], np.arange(count)])
    columns = np.concatenate([j[free], np.arange(count)])
    data = np.concatenate([-np.ones(int(free.sum())), np.where(fixed, 1.0, degree + 1e-9)])
    matrix = scipy.sparse.coo_array((data, (rows, columns)), shape=(count, count)).tocsc()
    out = np.zeros(mask.shape)
    out[mask] = scipy.sparse.linalg.spsolve(matrix, np.where(fixed, values[mask], 0.0))
    return out


def project_divergence_free(mask: Mask, velocity: Field) -> Field:
    """Return the divergence-free part of ``velocity`` (h, w, 2), without flux through banks.

    Faces between cells of the mask carry the mean of both cells, faces to banks nothing, faces to
    the frame's border the cell's own; a pressure then balances every cell.
    """
    number, _, _ = _graph(mask)
    rows, columns = mask.shape
    count = int(mask.sum())
    u, v = np.zeros((rows, columns + 1)), np.zeros((rows + 1, columns))
    inner_x = mask[:, :-1] & mask[:, 1:]
    inner_y = mask[:-1] & mask[1:]
    u[:, 1:-1][inner_x] = (velocity[:, :-1, 0] + velocity[:, 1:, 0])[inner_x] / 2
    v[1:-1][inner_y] = (velocity[:-1, :, 1] + velocity[1:, :, 1])[inner_y] / 2
    u[:, 0], u[:, -1] = velocity[:, 0, 0] * mask[:, 0], velocity[:, -1, 0] * mask[:, -1]
    v[0], v[-1] = velocity[0, :, 1] * mask[0], velocity[-1, :, 1] * mask[-1]
    source = (u[:, 1:] - u[:, :-1] + v[1:] - v[:-1])[mask]

    border = np.zeros(mask.shape)
    border[0] += 1
    border[-1] += 1
    border[:, 0] += 1
    border[:, -1] += 1
    heads = np.concatenate([number[:, :-1][inner_x], number[:-1][inner_y]])
    tails = np.concatenate([number[:, 1:][inner_x], number[1:][inner_y]])
    degree = np.bincount(heads, minlength=count) + np.bincount(tails, minlength=count)
    diagonal = degree + border[mask] + 1e-6
    i = np.concatenate([heads, tails, np.arange(count)])
    j = np.concatenate([tails, heads, np.arange(count)])
    data = np.concatenate([-np.ones(2 * heads.size), diagonal])
    matrix = scipy.sparse.coo_array((data, (i, j)), shape=(count, count)).tocsc()
    pressure = np.zeros(mask.shape)
    pressure[mask] = scipy.sparse.linalg.spsolve(matrix, -source)
    u[:, 1:-1][inner_x] -= np.diff(pressure, axis=1)[inner_x]
    v[1:-1][inner_y] -= np.diff(pressure, axis=0)[inner_y]
    u[:, 0] -= pressure[:, 0]
    u[:, -1] += pressure[:, -1]
    v[0] -= pressure[0]
    v[-1] += pressure[-1]
    out = np.stack([(u[:, 1:] + u[:, :-1]) / 2, (v[1:] + v[:-1]) / 2], axis=-1)
    return out * mask[..., None]


def velocity_from_terrain(mask: Mask, rgb: UInt8Array, inverse_depth: Float32Array) -> Float32Array:
    """Return the velocity (h, w, 2) float32 of water in ``mask`` (h, w) that has no strokes.

    It enters each part of the region at its far or upper end, leaves at its near or lower end and
    keeps to the banks: the gradient of a harmonic potential, but along its own streaks where it
    falls. Where the surface is steep or white it is fast; where it is level it slows down with
    distance.
    """
    count, part = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    field: Field = np.zeros((*mask.shape, 2))
    depth = np.asarray(exact.resize_area(inverse_depth, mask.shape[::-1]), np.float32)
    for k in range(1, count):
        inside = part == k
        if inside.sum() >= 12:
            field = field + _potential(inside, depth)
    length = np.hypot(field[..., 0], field[..., 1])
    unit = field / np.maximum(length, 1e-12)[..., None]
    unit = np.asarray(exact.gaussian_blur(unit, 1.2), np.float64)
    share, along = _fall_direction(mask, rgb)
    unit = unit * (1 - share) + along * share
    unit /= np.maximum(np.hypot(unit[..., 0], unit[..., 1]), 0.25)[..., None]
    speed = np.maximum(flow_speed(mask, rgb, depth)[..., None], _FALL_SPEED * share)
    velocity = unit * speed * mask[..., None]
    return _limit_towards_banks(mask, velocity, share).astype(np.float32)


def _limit_towards_banks(mask: Mask, velocity: Field, falls: Float32Array) -> Field:
    """Return ``velocity`` as it crosses towards a bank no faster than its distance per ``_LIFE``.

    What crossed it faster would be drawn out without end. Where water falls its streaks hide that.
    """
    padded = cv2.copyMakeBorder(mask.astype(np.uint8), 40, 40, 40, 40, cv2.BORDER_REPLICATE)
    distance = exact.distance_transform(np.asarray(padded, np.uint8))
    smooth = np.asarray(exact.gaussian_blur(distance, 1.5), np.float64)
    normal = np.stack([np.gradient(smooth, axis=1), np.gradient(smooth, axis=0)], axis=-1)
    normal /= np.maximum(np.hypot(normal[..., 0], normal[..., 1]), 1e-6)[..., None]
    normal, distance = normal[40:-40, 40:-40], distance[40:-40, 40:-40]
    across = (velocity * normal).sum(2)
    max_speed = distance / (mask.shape[1] * _LIFE)
    excess = (across - np.clip(across, -max_speed, max_speed)) * (1 - falls[..., 0])
    return np.asarray(velocity - excess[..., None] * normal)


def flow_speed(mask: Mask, rgb: UInt8Array, depth: Float32Array) -> Field:
    """Return the speed (h, w) of running water that does not fall, in frame widths per second.

    .12 where it is near and white, .05 where it is near and calm.
    """
    small = np.asarray(exact.resize_area(rgb, mask.shape[::-1]), np.float32)
    small = np.asarray(exact.gaussian_blur(small, 1.5), np.float32)
    brightest, darkest = small.max(2), small.min(2)
    middle = float(np.median(brightest[mask]))
    white = np.clip((darkest - max(middle, 90.0)) / 80, 0, 1)
    near = np.clip(depth / max(exact.percentile(depth[mask], 95), 1e-3), 0.15, 1)
    return np.asarray(exact.gaussian_blur(near * (0.05 + 0.07 * white), 3), np.float64)


def _fall_direction(mask: Mask, rgb: UInt8Array) -> tuple[Float32Array, Float32Array]:
    """Return the share (h, w, 1) of water that falls and its direction (h, w, 2), both softened."""
    finer = water.STREAK_SIDE / max(mask.shape)
    size = (round(mask.shape[1] * finer), round(mask.shape[0] * finer))
    picture = np.asarray(exact.resize_area(rgb, size), np.uint8)
    inside = cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    upright, along = water.fall_streaks(picture, inside)
    alone = upright[..., None].astype(np.float32)
    combined = np.concatenate([alone, along * alone], axis=2)
    combined = exact.resize_area(combined, mask.shape[::-1])
    soft = np.asarray(exact.gaussian_blur(combined, 2.0), np.float32)
    share = np.ascontiguousarray(soft[..., :1])
    return share, np.asarray(soft[..., 1:] / np.maximum(share, 1e-6), np.float32)


def _potential(inside: Mask, depth: Float32Array) -> Field:
    """Return minus the gradient (h, w, 2) of the potential from a part's source to its mouth."""
    rows, columns = inside.shape
    y, x = np.nonzero(inside)
    span = max(np.ptp(y) + 1, np.ptp(x) + 1)
    near = depth / max(float(depth[inside].max()), 1e-6)
    height = np.full(inside.shape, np.nan)
    height[inside] = -y / span - 0.5 * near[inside]
    top, low = np.nanmax(height), np.nanmin(height)
    band = 0.06 * max(top - low, 1e-6)
    source = inside & (height >= top - band)
    border = np.zeros_like(inside)
    border[-1], border[:, 0], border[:, -1] = True, True, True
    mouth = inside & border & (height < top - 0.55 * (top - low))
    if not mouth.any():
        mouth = inside & (height <= low + band)
    known = source | mouth
    potential = solve_harmonic(inside, known, np.where(source, 1.0, 0.0))
    padded = np.where(inside, potential, np.nan)
    gradient = np.zeros((rows, columns, 2))
    for axis, channel in ((1, 0), (0, 1)):
        step = np.nan_to_num(np.diff(padded, axis=axis))  # 0 across the part's edge
        none = np.zeros_like(np.take(padded, [0], axis))
        ahead, behind = np.concatenate([step, none], axis), np.concatenate([none, step], axis)
        gradient[..., channel] = (ahead + behind) / 2
    return -gradient * inside[..., None]


def _graph(mask: Mask) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return node numbers (h, w), -1 outside, and the two ends of every edge between 4-neighbours."""
    number = np.full(mask.shape, -1, np.int64)
    number[mask] = np.arange(int(mask.sum()))
    across, down = mask[:, :-1] & mask[:, 1:], mask[:-1] & mask[1:]
    heads = np.concatenate([number[:, :-1][across], number[:-1][down]])
    tails = np.concatenate([number[:, 1:][across], number[1:][down]])
    return number, heads, tails


def _coarse(mask: UInt8Array) -> UInt8Array:
    """Return ``mask`` at the size that velocities are solved on."""
    height, width = mask.shape
    scale = min(1.0, SIDE / max(height, width))
    size = (max(2, round(width * scale)), max(2, round(height * scale)))
    return np.asarray(exact.resize_area(mask, size), np.uint8)
