"""Flames as they change: heat pushed up and down, and the colours that go with it."""

from __future__ import annotations

import numpy as np

from livingstill.core.model import Float32Array
from livingstill.kernels.compile import kernel
from livingstill.kernels.flow_box import FlowBox


@kernel("f4:3 f4:3 f4:2 f4:2 f8 FlowBox i8 i8")
def burn(
    tone: Float32Array,
    behind: Float32Array,
    push: Float32Array,
    ramp: Float32Array,
    step: float,
    flow: FlowBox,
    first: int,
    last: int,
) -> None:
    """Push the heat of what a flow shows, and colour it anew, in rows ``first..last`` of a box.

    A node shows colour c, of which a share glows. Its heat is that share of its luma; by how solid a
    flame of that heat is, the ramp's colour lies over what is ``behind``. What the photo has beyond
    this model stays, the less the more the heat has changed. So white turns yellow, orange and red
    as it cools, as the fire itself does elsewhere, and never grey.

    Parameters
    ----------
    tone : (H, W, 4) float32, colour in levels and the share that glows, 0..1
    behind : (h, w, 3) float32 levels
    push : (h, w) float32 change of heat, of 1 from black to white; nodes where it is 0 are left alone
    ramp : (256, 4) float32, per heat its colour in levels and how solid it is
    step : pixels per node
    flow : gains and bias are changed
    """
    first_to, first_gain, second_to, second_gain, bias, row, column = flow
    height, width = tone.shape[:2]
    twice = second_gain.size > 0
    zero, one, top = np.float32(0), np.float32(1), np.float32(255)
    half, start, loss, least = (
        np.float32(0.5),
        np.float32(1.15),
        np.float32(1.1 / 255),
        np.float32(0.55),
    )
    per, right, low = np.float32(1 / step), np.float32(width - 1), np.float32(height - 1)
    shown, glows = np.empty(3, np.float32), np.float32(0)
    for y in range(first, last):
        j = row + y
        for x in range(push.shape[1]):
            if push[y, x] == zero:
                continue
            i = column + x
            for c in range(3):
                shown[c] = bias[j, i, c]
            glows, total = zero, zero
            for n in range(2 if twice else 1):
                gain = second_gain[j, i] if n else first_gain[j, i]
                if gain == zero:
                    continue
                u = np.float32(i) + per * (second_to[j, i, 0] if n else first_to[j, i, 0])
                v = np.float32(j) + per * (second_to[j, i, 1] if n else first_to[j, i, 1])
                u, v = min(max(u, zero), right), min(max(v, zero), low)
                p, q = min(int(u), width - 2), min(int(v), height - 2)
                a, b = u - np.float32(p), v - np.float32(q)
                for c in range(4):
                    above = tone[q, p, c] + (tone[q, p + 1, c] - tone[q, p, c]) * a
                    below = tone[q + 1, p, c] + (tone[q + 1, p + 1, c] - tone[q + 1, p, c]) * a
                    value = gain * (above + (below - above) * b)
                    if c < 3:
                        shown[c] += value
                    else:
                        glows += value
                total += gain
            luma = np.float32(0.299) * shown[0] + np.float32(0.587) * shown[1]
            luma += np.float32(0.114) * shown[2]
            glows = min(max(glows / total, zero), one) if total > zero else zero
            heat = min(max(glows * luma, zero), top)
            now = min(max(heat + top * push[y, x], zero), top)
            k, m = min(int(heat), 254), min(int(now), 254)
            f, g = heat - np.float32(k), now - np.float32(m)
            solid = ramp[k, 3] + (ramp[k + 1, 3] - ramp[k, 3]) * f
            then = ramp[m, 3] + (ramp[m + 1, 3] - ramp[m, 3]) * g
            if now < heat:  # what is carried is detail of the hot
                keep = one - min(glows + glows, one) * (one - now / heat)
                fine = min(start - (heat - now) * loss, one)
            else:  # what stands behind is covered
                keep = (top - now) / (top - heat) if heat < top else one
                fine = one - half * max(then - solid, zero)
            fine = max(fine, least)
            for c in range(3):
                back = behind[y, x, c]
                before = ramp[k, c] + (ramp[k + 1, c] - ramp[k, c]) * f
                after = ramp[m, c] + (ramp[m + 1, c] - ramp[m, c]) * g
                before, after = back + solid * (before - back), back + then * (after - back)
                wanted = after + keep * (shown[c] - before)
                bias[j, i, c] = fine * bias[j, i, c] + wanted - fine * shown[c]
            first_gain[j, i] *= fine
            if twice:
                second_gain[j, i] *= fine
