"""Slow, obvious versions of what the kernels do: one twin for each, file by file.

A twin takes its kernel's arguments but the share of rows; see ``twins.agree`` for what it returns.
"""

from __future__ import annotations

import numpy as np
from twins import channels, twin


def on_pixels(field, shape, step):
    """Return a flow's field (h, w[, n]) at every pixel of ``shape``, bilinear between its nodes."""
    field = np.asarray(field, np.float64)
    y = np.minimum(np.arange(shape[0]) / step, field.shape[0] - 1)
    x = np.minimum(np.arange(shape[1]) / step, field.shape[1] - 1)
    top, left = (
        np.minimum(y.astype(int), field.shape[0] - 2),
        np.minimum(x.astype(int), field.shape[1] - 2),
    )
    fy, fx = y - top, x - left
    if field.ndim == 3:
        fy, fx = fy[:, None, None], fx[None, :, None]
    else:
        fy, fx = fy[:, None], fx[None]
    above = field[top][:, left] * (1 - fx) + field[top][:, left + 1] * fx
    below = field[top + 1][:, left] * (1 - fx) + field[top + 1][:, left + 1] * fx
    return above * (1 - fy) + below * fy


def apply_flow(rgb, flow):
    """Return ``rgb`` as ``flow`` moves it, sampled bicubically: what a still camera would see."""
    import cv2

    if flow is None:
        return rgb
    shape = rgb.shape[:2]
    source = rgb.astype(np.float32)
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)

    def sample(displacement):
        d = on_pixels(displacement, shape, flow.step).astype(np.float32)
        return cv2.remap(
            source, x + d[..., 0], y + d[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )

    out = sample(flow.first)
    if flow.first_gain is not None:
        out *= on_pixels(flow.first_gain, shape, flow.step)[..., None].astype(np.float32)
    if flow.second is not None:
        gain = on_pixels(flow.second_gain, shape, flow.step)[..., None].astype(np.float32)
        out += gain * sample(flow.second)
    if flow.bias is not None:
        out += on_pixels(flow.bias, shape, flow.step).astype(np.float32)
    return np.clip(np.round(out), 0, 255).astype(np.uint8)


def sample(picture, x, y, cubic):
    """Sample (H, W, C) at one place, from the definition of the kernels; the border repeats."""

    def weight(d):
        d = abs(d)
        if not cubic:
            return max(0.0, 1 - d)
        if d < 1:
            return 1.5 * d**3 - 2.5 * d**2 + 1
        return -0.5 * d**3 + 2.5 * d**2 - 4 * d + 2 if d < 2 else 0.0

    h, w = picture.shape[:2]
    total = 0.0
    for j in range(int(y) - 3, int(y) + 5):
        for i in range(int(x) - 3, int(x) + 5):
            pixel = picture[min(max(j, 0), h - 1), min(max(i, 0), w - 1)]
            total = total + weight(y - j) * weight(x - i) * pixel
    return total


def convolution(x, weights, bias, stride=1, before=None):
    """Convolve (C, h, w) with (O, I, k, k) in float64, padded by zeros; I is C, or 1: depthwise.

    ``before`` rows and columns of padding come first; by default a filter's centre is on its pixel.
    """
    size = weights.shape[2]
    before = size // 2 if before is None else before
    padded = np.pad(np.asarray(x, np.float64), ((0, 0), *[(before, size)] * 2))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size), axis=(1, 2))
    windows = windows[:, : x.shape[1] : stride, : x.shape[2] : stride]
    if weights.shape[1] == 1 < len(x):
        out = np.einsum("cyxij,cij->cyx", windows, weights[:, 0])
    else:
        out = np.einsum("cyxij,ocij->oyx", windows, weights)
    return out + bias[:, None, None]


def doubled(x):
    """Return (C, h, w) at twice the size, bilinear between pixel centres, the border repeated."""

    def along(a, axis):
        n = a.shape[axis]
        at = np.clip((np.arange(2 * n) + 0.5) / 2 - 0.5, 0, n - 1)
        low = np.minimum(at.astype(int), max(n - 2, 0))
        high = np.minimum(low + 1, n - 1)
        share = (at - low).reshape([-1 if k == axis else 1 for k in range(a.ndim)])
        return np.take(a, low, axis) * (1 - share) + np.take(a, high, axis) * share

    return along(along(np.asarray(x, np.float64), 1), 2)


def gaussian(picture, sigma_x, sigma_y, border):
    """Blur by the definition: one sum over a window of 4 sigma for each pixel, in float64."""

    def weights(sigma):
        radius = (round(8 * sigma + 1) | 1) // 2
        w = np.exp(-(np.arange(-radius, radius + 1) ** 2) / (2 * sigma**2))
        return radius, w / w.sum()

    (n, wx), (m, wy) = weights(sigma_x), weights(sigma_y)
    margin = [(m, m), (n, n)] + [(0, 0)] * (picture.ndim - 2)
    padded = np.pad(np.asarray(picture, np.float64), margin, mode=border)
    window = np.outer(wy, wx)
    out = np.zeros(picture.shape)
    for y in range(picture.shape[0]):
        for x in range(picture.shape[1]):
            out[y, x] = np.tensordot(window, padded[y : y + 2 * m + 1, x : x + 2 * n + 1], 2)
    return out


def bilinear(field, x, y):
    """Sample (h, w[, n]) at places of any shape; beyond the border the edge repeats."""
    from scipy.ndimage import map_coordinates

    field = np.asarray(field, np.float64)
    planes = field[..., None] if field.ndim == 2 else field
    at = np.array([np.ravel(y), np.ravel(x)], np.float64)
    out = [
        map_coordinates(plane, at, order=1, mode="nearest") for plane in np.moveaxis(planes, 2, 0)
    ]
    return np.stack(out, axis=-1).reshape(np.shape(x) + field.shape[2:])


# accumulate


@twin("accumulate.add")
def add(packed, times, sums):
    blocks = channels(packed).reshape(sums.shape[0], times, sums.shape[2], times, 4)
    return {"sums": sums + blocks[..., :3].sum((1, 3)).transpose(0, 2, 1)}


@twin("accumulate.mean")
def mean(sums, count, out):
    levels = np.floor(sums.transpose(0, 2, 1) / count + (count // 2) / count)
    return {"out": np.dstack([levels, np.full(out.shape, 255)]), "sums": np.zeros_like(sums)}


@twin("accumulate.defocus")
def defocus(levels, sigmas, depth, focus, strength, out):
    blurred = channels(levels)
    wanted = np.empty((*out.shape, 4))
    for y, x, c in np.ndindex(wanted.shape):
        sigma = strength * abs(depth[y, x] - focus)
        wanted[y, x, c] = np.interp(sigma, sigmas, blurred[:, y, x, c])
    return {"out": wanted}


# advect


@twin("advect.trace")
def trace(velocity, start, seconds, steps, out):
    y, x = np.mgrid[: out.shape[0], : out.shape[1]]
    nodes = np.stack([x, y], axis=-1)
    place, step = nodes + start.astype(float), seconds / steps
    for _ in range(steps):
        half = place + step / 2 * bilinear(velocity, place[..., 0], place[..., 1])
        place = place + step * bilinear(velocity, half[..., 0], half[..., 1])
    return {"out": place - nodes}


@twin("advect.crossfade")
def crossfade(paths, matter, now, half_life, flow):
    """The even generations are the first sample's, the odd ones the second's."""
    paths, oldest, spacing = paths
    shift, jitter, look, structure, reach, gains, size_x, size_y, step = matter
    first_to, first_gain, second_to, second_gain, bias, row, column = flow
    first_to, second_to = first_to.astype(float), second_to.astype(float)
    gain_out, bias = (first_gain.astype(float), second_gain.astype(float)), bias.astype(float)
    for j, i in np.argwhere(gains != 0):
        y, x = row + j, column + i
        fading = int(np.floor((now - shift[j, i]) / half_life))
        share = np.clip(((now - shift[j, i]) / half_life - fading - 0.1) / 0.8, 0, 1)
        coming = share * share * (3 - 2 * share)
        to, weight, seen = np.empty((2, 2)), np.empty(2), np.empty((2, 4))
        for generation in (fading, fading + 1):
            n = generation % 2
            weight[n] = 1 - coming if generation == fading else coming
            age = now - generation * half_life + jitter[generation % len(jitter)]
            a = (-age - oldest) / spacing
            low = int(np.clip(a, 0, len(paths) - 2))
            place = (x, y) + (1 - a + low) * paths[low, j, i] + (a - low) * paths[low + 1, j, i]
            place = np.abs(place)  # mirrored at the borders
            place = np.where(
                place > (size_x, size_y), 2 * np.array((size_x, size_y)) - place, place
            )
            to[n] = place - (x, y)
            seen[n] = bilinear(look, place[0] - column, place[1] - row)
        like = (1 + ((to[0] - to[1]) ** 2).sum() / reach**2) ** -2
        power = weight[0] ** 2 + weight[1] ** 2 + 2 * like * weight[0] * weight[1]
        ratio = np.clip(look[j, i, 3] / seen[:, 3], 0.5, 1.6)
        gain = gains[j, i] / np.sqrt(power) * weight * (1 - structure + structure * ratio)
        first_to[y, x] += to[0] * step
        second_to[y, x] += to[1] * step
        gain_out[0][y, x], gain_out[1][y, x] = gain[0], max(gain[1], 1e-6)
        base = (1 - structure) * weight @ seen[:, :3] + structure * look[j, i, :3]
        bias[y, x] = base - gain @ seen[:, :3]
    return {
        "flow.first": first_to, "flow.second": second_to, "flow.first_gain": gain_out[0],
        "flow.second_gain": gain_out[1], "flow.bias": bias,
    }  # fmt: skip


# anaglyph


@twin("anaglyph.anaglyph")
def anaglyph(left, right, light, matrix, levels, out):
    both = [light[channels(view)[..., :3]].astype(float) for view in (left, right)]
    mixed = np.concatenate(both, axis=-1) @ matrix.astype(float).T
    place = np.rint(np.clip(mixed, 0, 1) * (levels.size - 1)).astype(int)
    opaque = np.full((*out.shape, 1), 255)
    return {"out": np.concatenate([levels[place], opaque], axis=-1)}


# colour


@twin("colour.tabulate")
def tabulate(curves, lattice, low, high, strength, saturation, out):
    wanted = np.empty((out.size, 4))
    for code in range(out.size):
        v = np.array([curves[c, code >> 8 * c & 255] for c in range(3)], float)
        if lattice is not None:
            n = len(lattice) - 1
            at = np.clip((v - low) / (high - low) * n, 0, n)
            corner = np.minimum(at.astype(int), n - 1)
            rest, graded, above = at - corner, 0.0, 1.0
            # from the near corner to the far one along the axes, the largest fraction first
            for axis in np.argsort(-rest, kind="stable"):
                graded = graded + (above - rest[axis]) * lattice[tuple(corner[::-1])]
                above = rest[axis]
                corner[axis] += 1
            graded = graded + above * lattice[tuple(corner[::-1])]
            v = v + strength * (graded - v)
        luma = v @ (0.2126, 0.7152, 0.0722)
        wanted[code] = *(255 * np.clip(luma + saturation * (v - luma), 0, 1)), 255
    return {"out": wanted}


@twin("colour.look_up")
def look_up(src, table, out):
    return {"out": np.take(table, src % 2**24)}


@twin("colour.shade")
def shade(gains, out):
    levels = channels(out).astype(float)
    levels[..., :3] = np.floor(levels[..., :3] * gains[..., None] / 32768 + 0.5)
    return {"out": levels}


@twin("colour.grain")
def grain(tile, down, across, out):
    levels = channels(out).astype(float)
    rows = (np.arange(len(out)) + down) % len(tile)
    noise = tile[rows, across : across + out.shape[1], None].astype(float)
    tones = np.floor(levels[..., :3] * (255 - levels[..., :3]) / 64)
    levels[..., :3] = np.clip(levels[..., :3] + np.floor(noise * tones / 65536 + 0.5), 0, 255)
    return {"out": levels}


@twin("colour.lay")
def lay(sprite, left, top, opacity, out):
    levels = channels(out).astype(float)
    for y, x in np.ndindex(out.shape):
        if 0 <= y - top < sprite.shape[0] and 0 <= x - left < sprite.shape[1]:
            over = channels(sprite)[y - top, x - left].astype(float) * opacity / 256
            levels[y, x, :3] = over[:3] + (1 - over[3] / 255) * levels[y, x, :3]
    return {"out": np.minimum(levels, 255)}


# composite


@twin("projection.solve")
def solve(depth, step, middle, camera, pitch, nodes, column0, column1):
    """The fixed point itself, where the kernel stops after a few steps."""
    y, x = np.mgrid[: nodes.shape[2], : nodes.shape[3]] * float(pitch)
    q = np.einsum("ij,jyx->iyx", camera[:9].reshape(3, 3), np.stack([x, y, np.ones_like(x)]))
    q = q[:2] / q[2]
    axis, shift, z, pivot = camera[9:11, None, None], camera[11:13, None, None], *camera[13:]
    wanted = np.empty(nodes.shape)
    for k in range(len(depth)):
        place = q + axis
        for _ in range(200):
            w = bilinear(depth[k], place[0] / step, place[1] / step)
            place = axis + (1 - z * w) * q + shift * (w - pivot)
        wanted[k] = place
    inside = (np.arange(nodes.shape[3]) >= column0) & (np.arange(nodes.shape[3]) < column1)
    return {"nodes": np.where(inside, wanted, nodes)}


@twin("blocks.survey")
def survey(colour, shift, blocks):
    wanted, side = np.zeros(blocks.shape, np.int64), 1 << shift
    alpha = channels(colour)[..., 3]
    for k, j, i in np.ndindex(len(blocks), blocks.shape[1] - 1, blocks.shape[2] - 1):
        block = alpha[k, j * side : (j + 1) * side, i * side : (i + 1) * side]
        wanted[k, j + 1, i + 1] = 1 if block.max() == 0 else 65536 if block.min() == 255 else 0
    return {"blocks": wanted.cumsum(1).cumsum(2)}


def positions(nodes, pitch, shape):
    """Return where each pixel of ``shape`` looks in each layer, (K, 2, h, w), from tile corners."""
    return np.array([[on_pixels(n, shape, pitch) for n in layer] for layer in nodes])


@twin("projection.exposed")
def exposed(colour, nodes, pitch, width, height, border_only):
    alpha, total = channels(colour)[..., 3], 0
    h, w = colour.shape[1:]
    places = positions(nodes, pitch, (height, width))
    for y, x in np.ndindex(height, width):
        if border_only and 0 < y < height - 1 and 0 < x < width - 1:
            continue
        for (u, v), layer in zip(places[:, :, y, x], alpha):
            a = layer[int(np.clip(v, 0, h - 1) + 0.5), int(np.clip(u, 0, w - 1) + 0.5)]
            inside = -0.5 <= u <= w - 0.5 and -0.5 <= v <= h - 0.5
            total += bool(a) and not inside
            if a == 255 or (a and not inside):
                break
    return {"returned": total}


@twin("blocks.smooth")
def smooth(levels, shift, most, blocks):
    wanted, side = np.zeros(blocks.shape, np.int64), 1 << shift
    count, h, wide = levels.shape
    p = levels.astype(int).reshape(count, h, wide // 4, 4)
    rough = np.zeros(p.shape[:3], int)
    down, right = (
        p[:, :-2] - 2 * p[:, 1:-1] + p[:, 2:],
        p[:, :, :-2] - 2 * p[:, :, 1:-1] + p[:, :, 2:],
    )
    rough[:, 1:-1] = np.abs(down).max(3)
    rough[:, :, 1:-1] = np.maximum(rough[:, :, 1:-1], np.abs(right).max(3))
    for k, j, i in np.ndindex(len(blocks), blocks.shape[1] - 1, blocks.shape[2] - 1):
        block = rough[k, j * side : (j + 1) * side, i * side : (i + 1) * side]
        wanted[k, j + 1, i + 1] = block.max() <= most
    return {"blocks": wanted.cumsum(1).cumsum(2)}


@twin("blocks.lay_out")
def lay_out(first, first_gain, second, second_gain, bias, nodes, felt, reach):
    h, w, n = nodes.shape
    zero = np.zeros((h, w, 1), np.float32)
    gain = first_gain[..., None] if first_gain.size else zero + 1
    other = second_gain[..., None] if n > 8 else zero
    light = bias if bias.size else np.zeros((h, w, 3), np.float32)
    quads = [first, gain, other, light, zero, *([second, zero, zero] if n > 8 else [])]
    longest = np.abs(first).max(2)
    changed, lit = longest > 1 / 256, np.abs(gain[..., 0] - 1) > 1 / 256
    if n > 4:
        lit |= np.abs(light).sum(2) > 1 / 256
    if n > 8:
        two = other[..., 0] != 0
        lit |= two
        longest = np.where(two, np.maximum(longest, np.abs(second).max(2)), longest)
    return {
        "nodes": np.dstack(quads)[..., :n],
        "felt": np.where(lit, 3, changed),
        "reach": longest.max(1),
    }


@twin("blocks.activity")
def activity(felt, step, shift, busy):
    """On a picture of all scene pixels."""
    rows, columns = busy.shape[1] - 1, busy.shape[2] - 1
    wanted = []
    for bit in (1, 2):
        scene = np.zeros((rows << shift, columns << shift), bool)
        for j, i in np.argwhere(felt & bit):
            y, x = max(int((j - 1) * step), 0), max(int((i - 1) * step), 0)
            scene[y : int((j + 1) * step) + 1, x : int((i + 1) * step) + 1] = True
        marks = scene.reshape(rows, 1 << shift, columns, 1 << shift).any((1, 3))
        wanted.append(np.pad(marks.cumsum(0).cumsum(1), ((1, 0), (1, 0))))
    return {"busy": np.stack(wanted)}


@twin("composite.compose")
def compose(layers, nodes, pitch, flows, overlay, rest, out, cubic, linear):
    """Pixel by pixel, from the last layer to the first, without tiles."""
    flow, sizes, step, *_ = flows
    card, stand, shown = overlay
    colour = layers.colour
    cubic = cubic and not layers.smooth.any()
    h, w = out.shape
    top, fine = 65025 if linear else 255, (h // 4 + 2, w // 4 + 2)
    below = np.zeros((h, w, 3))

    def lay_card():
        for y, x in np.ndindex(h, w):
            r, n = y - stand[1], x - stand[0]
            if 0 <= r < card.shape[0] and 0 <= n < card.shape[1]:
                over = shown * channels(card)[r, n]
                below[y, x] = over[:3] + (1 - over[3] / 255) * below[y, x]

    for k in range(len(colour) - 1, -1, -1):
        if k + 1 == stand[2]:
            lay_card()
        layer = channels(colour[k]).astype(float)
        first, quads, high, wide, _ = sizes[k]
        squared = layer.copy()
        if linear and quads < 2:
            squared[..., :3] **= 2
        # a flow is looked up every fourth pixel, and everything bilinear between
        coarse = np.stack([on_pixels(n, fine, pitch / 4) for n in nodes[k]], axis=-1)
        fields = np.dstack([coarse, np.ones(fine), np.zeros(fine), *[np.zeros(fine)] * 4, coarse])
        if quads:
            field = flow[first : first + high * wide * quads * 4].reshape(high, wide, -1)
            own = bilinear(field, coarse[..., 0] / step[k], coarse[..., 1] / step[k])
            fields[..., :2] += own[..., :2]
            fields[..., 2] = own[..., 2] if quads > 1 else 1
            if quads > 1:
                fields[..., 4:7] = own[..., 4:7]
            if quads > 2:
                fields[..., 3] = own[..., 3]
                fields[..., 8:10] += own[..., 8:10]
        fields = on_pixels(fields, (h, w), 4)
        opaque = bool((layer[..., 3] == 255).all())
        for y, x in np.ndindex(h, w):
            u, v, g1, g2, *bias = fields[y, x, :7]
            s = sample(
                squared, np.clip(u, 0, layer.shape[1] - 1), np.clip(v, 0, len(layer) - 1), cubic
            )
            if quads > 1:
                u, v = fields[y, x, 8:10]
                at = np.clip(u, 0, layer.shape[1] - 1), np.clip(v, 0, len(layer) - 1)
                t = sample(squared, *at, cubic) if quads > 2 else 0 * s
                alpha = (g1 * s[3] + g2 * t[3]) / max(g1 + g2, 1e-6)
                s = np.maximum(g1 * s + g2 * t + np.array([*bias, 0]) * alpha / 255, 0)
                s[:3], s[3] = s[:3] ** (2 if linear else 1), alpha
            if opaque:
                below[y, x] = s[:3]
            else:
                own = np.minimum(np.maximum(s[:3], 0) * 255 / max(s[3], 255), top)
                below[y, x] = own + (1 - np.clip(s[3], 0, 255) / 255) * below[y, x]
    if stand[2] == 0:
        lay_card()
    levels = np.sqrt(np.maximum(below, 0)) if linear else below
    return {"out": np.dstack([np.clip(levels, 0, 255), np.full((h, w), 255)])}


# convolution, whose twins take feature maps of shape (C, h, w)

twin("convolution.dense", "convolution.depthwise", "convolution.depthwise_half")(convolution)
twin("convolution.add_doubled")(doubled)


@twin("convolution.squared_sigmoid")
def squared_sigmoid(x):
    return (1 / (1 + np.exp(-np.asarray(x, np.float64)))) ** 2


@twin("convolution.softmax")
def softmax(x):
    e = np.exp(np.asarray(x, np.float64) - x.max(0))
    return e / e.sum(0)


# flame


@twin("flame.burn")
def burn(tone, behind, push, ramp, step, flow):
    first_to, first_gain, second_to, second_gain, bias, row, column = flow
    gains = [first_gain.astype(float), second_gain.astype(float)]
    bias = bias.astype(float)

    def colours(heat):
        both = [np.interp(heat, np.arange(256), ramp[:, c]) for c in range(4)]
        return np.array(both[:3]), both[3]

    for y, x in np.argwhere(push != 0):
        j, i = row + y, column + x
        shown, glows, total = np.append(bias[j, i], 0), 0.0, 0.0
        for gain, to in zip(gains, (first_to, second_to)):
            if gain.size and gain[j, i]:
                place = np.array((i, j)) + to[j, i] / step
                shown += gain[j, i] * bilinear(tone, *place)
                total += gain[j, i]
        glows = np.clip(shown[3] / total, 0, 1) if total > 0 else 0
        shown = shown[:3]
        heat = np.clip(glows * (shown @ (0.299, 0.587, 0.114)), 0, 255)
        hotter = np.clip(heat + 255 * push[y, x], 0, 255)
        (old, solid), (new, covers) = colours(heat), colours(hotter)
        if hotter < heat:
            keep = 1 - min(2 * glows, 1) * (1 - hotter / heat)
            fine = min(1.15 - (heat - hotter) * 1.1 / 255, 1)
        else:
            keep = (255 - hotter) / (255 - heat) if heat < 255 else 1
            fine = 1 - max(covers - solid, 0) / 2
        fine = max(fine, 0.55)
        before = (1 - solid) * behind[y, x] + solid * old
        after = (1 - covers) * behind[y, x] + covers * new
        bias[j, i] = fine * bias[j, i] + after + keep * (shown - before) - fine * shown
        for gain in gains:
            if gain.size:
                gain[j, i] *= fine
    return {"flow.first_gain": gains[0], "flow.second_gain": gains[1], "flow.bias": bias}


# geodesic


@twin("geodesic.shorten")
def shorten(solid, distance):
    steps = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dy or dx]
    for _ in range(solid.size):
        around = np.pad(np.where(solid, distance, np.inf), 1, constant_values=np.inf)
        h, w = solid.shape
        ways = [
            around[1 + dy : 1 + dy + h, 1 + dx : 1 + dx + w] + (1.414 if dy and dx else 1.0)
            for dy, dx in steps
        ]
        distance = np.where(solid, np.minimum(distance, np.min(ways, axis=0)), distance)
    return {"distance": distance}


# inpaint


@twin("inpaint.pull_packed")
def pull_packed(colour, depth, unknown, out, known):
    rows, columns = out.shape[:2]
    wanted, count = np.zeros(out.shape), np.zeros(known.shape)
    full = np.dstack([channels(colour)[..., :3], depth])
    for j, i in np.ndindex(rows, columns):
        block = np.s_[2 * j : 2 * j + 2, 2 * i : 2 * i + 2]
        pixels = full[block][unknown[block] == 0]
        count[j, i] = len(pixels)
        wanted[j, i] = pixels.mean(0) if len(pixels) else 0
    return {"out": wanted, "known": count}


@twin("inpaint.pull")
def pull(fine, fine_known, out, known):
    def halved(a):
        a = np.pad(a.astype(float), [(0, n % 2) for n in a.shape[:2]] + [(0, 0)] * (a.ndim - 2))
        return a.reshape(a.shape[0] // 2, 2, a.shape[1] // 2, 2, *a.shape[2:]).sum((1, 3))

    count = halved(fine_known)
    total = halved(fine * fine_known[..., None])
    return {"out": total / np.maximum(count, 1e-6)[..., None], "known": count}


def _doubled_to(coarse, shape):
    return np.moveaxis(doubled(np.moveaxis(coarse, 2, 0)), 0, 2)[: shape[0], : shape[1]]


@twin("inpaint.push")
def push(coarse, fine, known):
    return {"fine": np.where(known[..., None] > 0, fine, _doubled_to(coarse, known.shape))}


@twin("inpaint.push_packed")
def push_packed(coarse, unknown, farthest, colour, depth):
    filled, hole = _doubled_to(coarse, unknown.shape), unknown != 0
    levels, deep = channels(colour).copy(), depth.astype(float)
    levels[hole, :3] = np.floor(np.clip(filled[hole, :3] + 0.5, 0, 255))
    levels[hole, 3] = 255
    near = hole & (depth > np.float32(farthest))
    deep[near] = np.minimum(filled[near, 3], farthest)
    return {"colour": levels, "depth": deep}


@twin("inpaint.relax")
def relax(picture, places, sweeps, over):
    """The harmonic surface itself, by one linear system, where the kernel comes near to it."""
    h, w, n = picture.shape
    equations, right = np.eye(h * w), picture.reshape(-1, n).astype(float)
    for at in places:
        y, x = divmod(at, w)
        right[at] = 0
        for j, i in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
            equations[at, np.clip(j, 0, h - 1) * w + np.clip(i, 0, w - 1)] -= 0.25
    return {"picture": np.linalg.solve(equations, right).reshape(h, w, n)}


@twin("inpaint.residual")
def residual(colour, behind, alpha, ring, out):
    """By trying every opacity from the layer's own on."""
    wanted = np.zeros((*out.shape, 4))
    for y, x in np.ndindex(out.shape):
        front, back = (channels(p)[y, x, :3].astype(int) for p in (colour, behind))
        if alpha[y, x] == 0 and ring[y, x] == 0:
            continue
        for a in range(alpha[y, x], 256):
            own = 255 * front - (255 - a) * back
            if (own >= 0).all() and (own <= 255 * a).all():
                break
        wanted[y, x] = *np.clip(np.floor(own / 255 + 0.5), 0, a), a
    return {"out": wanted}


# resample


def _as_matrix(places, weights, stride, size):
    """Return the matrix that sums ``weights`` (n, N) of values from ``places`` (N,) on."""
    matrix = np.zeros((len(places), size))
    for k, row in enumerate(weights):
        matrix[np.arange(len(places)), places + k * stride] += row
    return matrix


@twin("resample.resize_floats", "resample.resize_bytes")
def resize(src, channels, starts_y, weights_y, places, weights_x, out):
    down = _as_matrix(starts_y, weights_y.T, 1, src.shape[0])
    across = _as_matrix(places, weights_x, channels, src.shape[1])
    wanted = down @ src @ across.T
    return {"out": np.clip(wanted, 0, 255) if out.dtype == np.uint8 else wanted}


@twin("resample.sample_linear")
def sample_linear(src, xs, ys, out):
    return {"out": bilinear(src, xs, ys)}


# oscillators


@twin("oscillators.respond")
def respond(limb, limbs, bright, mean, sums, out, largest):
    f, count = limb.hertz[:, None, None], len(limb.hertz)
    answer = limb.drive[:, None, None] * limb.own**2.0
    answer = answer / (limb.own**2.0 - f**2 + 2j * limb.damping * f * limb.own.astype(float))
    answer /= np.sqrt((np.abs(answer) ** 2).sum(0) / 2)
    lags = np.cumprod([limb.lags[s, 0] + 1j * limb.lags[s, 1] for s in limb.steps], axis=0)
    answer *= limbs.share * (limb.turn @ [1, 1j])[:, None, None] * lags
    rows = np.minimum(limbs.above + 1, len(limbs.noise) - 1)
    below = limbs.below[:, None, None].astype(float)
    noise = limbs.noise[limbs.above] * (1 - below) + limbs.noise[rows] * below
    noise = np.moveaxis(noise, 2, 0).reshape(2, 2, count, *limb.own.shape) / np.sqrt(2)
    along, across = answer * (limbs.coherence + limbs.free * (noise[:, 0] + 1j * noise[:, 1]))
    across *= limbs.cross
    h, w = bright.shape
    weighted = (along[:, :h, :w] * bright).sum(2).T
    above = along - (mean @ [1, 1j])[:, None, None]
    channels = [along * limbs.x - across * limbs.y, along * limbs.y + across * limbs.x, above]
    parts = [part for z in channels[: out.shape[2] // 2] for part in (z.real, z.imag)]
    if parts:
        out = np.stack(parts).transpose(2, 1, 0, 3)
        largest = np.abs(out).max((2, 3))
    sums = np.concatenate([np.stack([weighted.real, weighted.imag], axis=2), sums[h:]])
    return {"out": out, "largest": largest, "sums": sums}


# perspective


@twin("perspective.warp")
def warp(src, channels, matrix, out):
    picture = src.reshape(len(src), -1, channels).astype(float)
    height, width = len(picture) - 1, picture.shape[1] - 1
    wanted = np.zeros((len(out), out.shape[1] // channels, channels))
    for y, x in np.ndindex(wanted.shape[:2]):
        px, py, depth = np.asarray(matrix).reshape(3, 3) @ (x, y, 1)
        px, py = np.clip(px / depth, 0, width), np.clip(py / depth, 0, height)
        wanted[y, x] = sample(picture, px, py, cubic=True)
    return {"out": np.clip(wanted.reshape(out.shape), 0, 255)}


# smooth


@twin("smooth.gaussian")
def symmetric_filter(src, channels, rows, columns, weights_y, weights_x, out):
    wanted = np.zeros(out.shape)
    picture = src.astype(float).reshape(len(src), -1, channels)[rows][:, columns]
    high, wide = len(out), out.shape[1] // channels
    m, n = len(weights_y) - 1, len(weights_x) - 1
    for j in range(-m, m + 1):
        for i in range(-n, n + 1):
            window = picture[m + j : m + j + high, n + i : n + i + wide]
            wanted += weights_y[abs(j)] * weights_x[abs(i)] * window.reshape(high, -1)
    return {"out": wanted}


@twin("smooth.similarities")
def similarities(guide, table, right, below):
    def between(axis):
        d = (np.diff(guide.astype(int), axis=axis) ** 2).sum(2)
        return np.pad(table[d], [(0, int(k == axis)) for k in range(2)])

    return {"right": between(1), "below": between(0)}


def _smoothed(line, alike, strength):
    """Solve (1 + a_i + a_i-1) v_i - a_i v_i+1 - a_i-1 v_i-1 = u_i as a full linear system."""
    a = strength * np.asarray(alike[:-1], np.float64)
    matrix = np.eye(len(line)) - np.diag(a, 1) - np.diag(a, -1)
    matrix += np.diag(np.append(a, 0) + np.append(0, a))
    return np.linalg.solve(matrix, np.asarray(line, np.float64))


@twin("smooth.smooth_across")
def smooth_across(values, right, strength):
    planes = [[_smoothed(u, a, strength) for u, a in zip(plane, right)] for plane in values]
    return {"values": np.array(planes)}


@twin("smooth.smooth_down")
def smooth_down(values, below, width, strength):
    alike = below.reshape(-1, width).T
    planes = [
        np.array([_smoothed(u, a, strength) for u, a in zip(plane.reshape(-1, width).T, alike)])
        for plane in values.reshape(-1, below.size)
    ]
    return {"values": np.concatenate([plane.T.ravel() for plane in planes])}


# spectral


@twin("spectral.evaluate")
def evaluate(maps, cosines, sines, out):
    waves = maps[:, :, 0::2] + 1j * maps[:, :, 1::2].astype(complex)
    turned = waves * (cosines + 1j * sines.astype(complex))[:, None, None]
    return {"out": turned.sum(1).real}


def _finer(field, factor, out):
    """Return a coarse (h, C, w) field on the nodes of ``out`` (H, C, W)."""
    field = np.moveaxis(field, 1, 2)
    return np.moveaxis(on_pixels(field, (out.shape[0], out.shape[2]), factor), 2, 1)


@twin("spectral.spread")
def spread(field, factor, out):
    return {"out": out + _finer(field, factor, out)}


@twin("spectral.swell")
def swell(field, factor, least, out):
    return {"out": out * np.maximum(1 + _finer(field, factor, out), least)}


@twin("spectral.displace")
def displace(field, weight, limit, shade, flow):
    first_to, first_gain, second_to, second_gain, _, row, column = flow
    box = np.s_[row : row + weight.shape[0], column : column + weight.shape[1]]
    d = np.moveaxis(field[:, :2].astype(float), 1, 2) * weight[..., None]
    d = d * (limit / np.sqrt(limit**2 + (d**2).sum(2)))[..., None]
    out = {"flow.first": first_to, "flow.second": second_to}
    out |= {"flow.first_gain": first_gain, "flow.second_gain": second_gain} if shade.size else {}
    out = {name: a.astype(float) for name, a in out.items()}
    for name, a in out.items():
        if a.size and not name.endswith("gain"):
            a[box] -= d
        elif a.size:
            a[box] *= 1 + np.clip(field[:, -1] * shade, -0.5, 0.5)
    return out


@twin("spectral.gradient_norms")
def gradient_norms(fields, weight, step, out):
    weighted = fields * weight.astype(float)[:, None]
    dy, dx = (np.gradient(weighted, step, axis=axis) for axis in (1, 3))
    return {"out": np.sqrt((dy**2 + dx**2).sum(2))}


@twin("spectral.reflect")
def reflect(source, weight, before, second_before, gains, clear, flow):
    first_to, first_gain, second_to, second_gain, _, row, column = flow
    out = {
        "flow.first": first_to, "flow.first_gain": first_gain, "flow.second": second_to,
        "flow.second_gain": second_gain,
    }  # fmt: skip
    out = {name: a.astype(float) for name, a in out.items()}
    upside_down = np.array((1, -1))
    for y, x in np.argwhere(weight):
        j, i, at = row + y, column + x, source[y, x]
        flows = gains.size > 0 and gains[at, i, 1] > 0
        if flows and not clear:
            continue
        moved = before[at, i] * weight[y, x] * upside_down
        out["flow.first"][j, i] += moved
        if gains.size and gains[j, i, 1] == 0:
            out["flow.second"][j, i] += second_before[at, i] * weight[y, x] * upside_down
            if flows:
                shares = gains[at, i] / max(gains[at, i].sum(), 1e-3)
                out["flow.first_gain"][j, i], out["flow.second_gain"][j, i] = shares
        elif gains.size:
            out["flow.second"][j, i] += moved
    return out


# temporal


@twin("temporal.smooth_rows")
def smooth_rows(before2, before1, centre, after1, after2, out, weights, radius):
    d = np.stack([before2, before1, after1, after2]) - centre.astype(float)
    share = np.where(np.abs(d) < radius, (1 - (d / radius) ** 2) ** 2, 0)
    return {"out": centre + np.tensordot(weights.astype(float), d * share, 1)}


# waves


@twin("waves.add_waves")
def add_waves(x, along, across, real, imaginary, out):
    turns = along[:, :, None] - across[:, None, None] * x.astype(float)
    amplitude = (real + 1j * imaginary)[..., None]
    waves = (amplitude * np.exp(2j * np.pi * turns)[:, None]).sum(0)
    return {"out": out + np.stack([waves.real, waves.imag], 1)}


# yuv


def _of_range(plane, values):
    """Return a plane with its first values replaced: it may be wider than the picture."""
    out = plane.astype(float)
    out[: values.shape[0], : values.shape[1]] = values
    return out


@twin("yuv.to_yuv420")
def to_yuv420(packed, y, u, v):
    r, g, b = np.moveaxis(channels(packed)[..., :3].astype(float), 2, 0)
    luma = 0.2126 * r + 0.7152 * g + 0.0722 * b

    def half(a):
        return a.reshape(a.shape[0] // 2, 2, a.shape[1] // 2, 2).mean((1, 3))

    return {
        "y": _of_range(y, 16 + 219 / 255 * luma),
        "u": _of_range(u, 128 + 224 / 255 * half(b - luma) / 1.8556),
        "v": _of_range(v, 128 + 224 / 255 * half(r - luma) / 1.5748),
    }


@twin("yuv.add_difference")
def add_difference(plane, target, origin, share_q15):
    here, there = (part[: origin.shape[0], : origin.shape[1]] for part in (plane, target))
    wanted = here + (there.astype(float) - origin) * (share_q15 / 32768)
    return {"plane": _of_range(plane, np.clip(wanted, 0, 255))}


@twin("yuv.to_rgb24")
def to_rgb24(packed, out):
    return {"out": _of_range(out, channels(packed)[..., :3].reshape(len(packed), -1))}
