"""One test per kind of fault, each over the series of a clip and against the clip's own habits.

Natural clips differ by orders of magnitude in how much they change (a candle, a flag in a storm),
so nearly every bar is a multiple of the clip's median or of its median absolute deviation.
Steps and frames that one test has explained are hidden from those after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import Float32Array
from livingstill.quality.no_reference import Series, colours

Flags = NDArray[np.bool_]

_SEEN = 0.03
"""Pixels per step, of a picture 480 wide, from which a tile counts as moving."""
_WHOLE = 0.4
"""Share of the tiles that makes the whole picture odd."""
_SETTLED = 5
"""Steps in which a coder settles on a picture and a camera sets off."""
_RENEWED, _PLAIN = frozenset({"drop", "melt", "flicker", "blur"}), 3.0
"""What a new key frame may look like, unless it is so much beyond its bar."""
_ODD = 3
"""Frames in a row that may be odd beside their neighbours; more are told in other ways."""
_LEAP, _AHEAD, _BEHIND, _NEAR = 0.45, 0.38, -0.25, 6
"""Octaves by which a step that skips frames exceeds the middle of those around it, and the largest
of so many on either side: of 3,000 steps of clips of fire, water, leaves and flags none exceeded
those by more than 0.3, and none that skipped fell behind them."""
_REACHES = (5, 3)
"""Frames before and after, between which what melts is told: up to nine, and up to five."""
_PARTED, _UNREST = 0.8, 4.5
"""How far from both ends makes a fault: so many bars, and so many times its own unrest (in
standard deviations of its logarithm) above the clip's middle."""
_FAULTY = 24
"""Frames that may be bad before what they show counts as the clip's habit."""
_SIDE, _CALM = 3, 0.5
"""Steps at least before and after, in which the tiles around must have been so much calmer."""


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """Something wrong in frames ``first`` to ``last``, in the ``tiles`` (gy, gx) bool.

    ``strength`` is how far the figure lies beyond its bar: 1 = just.
    """

    kind: str
    first: int
    last: int
    tiles: Flags
    strength: float


def findings(series: Series, *, loop: bool) -> list[Finding]:
    """Run every test; those that explain most come first."""
    found: list[Finding] = []
    explained = np.zeros(len(series), bool)
    for test in TESTS:
        for finding in test(series, explained):
            found.append(finding)
            if finding.last - finding.first < len(series) // 2:
                explained[max(0, finding.first - 1) : finding.last + 2] = True
    found = [finding for finding in found if not _pops(finding, series.key)]
    if loop:
        found.extend(seam(series))
    return found


def _pops(finding: Finding, key: Flags) -> bool:
    """Tell whether a coder that begins anew at a key frame is all there is to a finding."""
    start = finding.first if finding.kind != "drop" else finding.last
    slight = finding.strength < _PLAIN and finding.kind in _RENEWED
    return slight and finding.last - start < 2 and bool(key[start])


def black(s: Series, _: Flags) -> Iterator[Finding]:
    """Frames without a picture: black or of one colour."""
    texture = s.contrast.mean((1, 2)) + s.luma.std((1, 2))
    usual = float(np.median(texture))
    if usual < 2:
        return
    for first, last in runs(texture < 0.12 * usual):
        yield Finding("black", first, last, _all(s), usual / (texture[first] + 0.1 * usual) / 2)


def stills(s: Series, explained: Flags) -> Iterator[Finding]:
    """Frames that repeat the one before although the clip moves; a steady cadence is no fault."""
    if len(s) < 4:
        return
    activity = np.quantile(s.change[0].reshape(len(s), -1), 0.98, axis=1)
    activity[0] = np.inf
    usual = float(np.median(activity[1:]))
    awake = activity[np.isfinite(activity) & (activity > 0.2 * usual)]
    usual = float(np.median(awake)) if awake.size else usual
    if usual < 0.6:  # so little moves that no one misses a step
        return
    spans = []
    stands = activity < 0.15 * usual
    # before and after, a coder still betters the picture where it stands
    nearly = (activity < 0.3 * usual) & ~explained
    nearly[:2] = False
    for first, last in runs(nearly):
        if not (stands & ~explained)[first : last + 1].any():
            continue
        around = [activity[i] for i in (first - 1, last + 1) if 0 < i < len(s)]
        within = float(np.median(activity[first : last + 1]))
        # at either end it may be a camera that sets off or comes to rest
        least = 0.4 if len(around) == 2 else 0.8
        if around and max(around) > max(5 * within, least * usual):
            spans.append((first, last))
    # coding hides some repeats of a cadence, but they stay weaker than the steps beside them
    low = activity[1:-1] < 0.6 * np.minimum(activity[:-2], activity[2:])
    weak = [int(t) for t in np.flatnonzero(low) + 1]
    singles = [first for first, last in spans if first == last]
    if _cadence(singles, len(s)) or (
        singles and set(singles) <= {*weak} and _cadence(weak, len(s))
    ):
        bigger = np.maximum(np.roll(activity, 1), np.roll(activity, -1))
        explained |= activity < 0.3 * bigger
        spans = [(first, last) for first, last in spans if last > first]
    for first, last in spans:
        kind = "freeze" if last - first >= 2 else "duplicate"
        yield Finding(kind, first, last, _all(s), 1.0 + (last - first + 1) / 2)


def borders(s: Series, _: Flags) -> Iterator[Finding]:
    """The picture does not reach an edge: its last pixels are drawn out."""
    for side in range(4):
        ratio = s.border[:, side]
        usual = float(np.median(ratio))
        bar = 0.05 if usual < 0.2 else 0.15 * min(usual, 0.8)
        for first, last in runs(ratio < bar):
            tiles = np.zeros(s.grid, bool)
            tiles[
                (slice(None), slice(None), 0, -1)[side], (0, -1, slice(None), slice(None))[side]
            ] = True
            yield Finding("border", first, last, tiles, bar / (float(ratio[first]) + 0.2 * bar))


def odd(s: Series, explained: Flags) -> Iterator[Finding]:
    """One to three frames that differ from both neighbours more than those from each other."""
    count = len(s)
    if count < 3:
        return
    steps = np.nan_to_num(s.change[0])
    usual = np.nanmedian(s.change[0], axis=0)
    lively, usual = cv2.dilate(usual, np.ones((5, 5), np.uint8)), _around(usual)
    taken, wild = explained.copy(), _wild(s)
    # longest first: of three bad frames the middle one alone may look odd
    for length in range(min(_ODD, count - 2), 0, -1):
        starts = np.arange(1, count - length)
        jump = np.minimum(s.change[0, starts], s.change[0, starts + length])
        for lag in range(1, length):  # every frame of the run differs from the last good one
            jump = np.minimum(jump, s.change[lag, starts + lag])
        # flames and spray come and go by themselves: the livelier, the odder a frame has to be
        odder = 1.7 + 0.06 * np.minimum(lively, 25)
        bar = np.maximum(odder * s.change[length, starts + length] + 0.8, 1.5 * usual + 0.5)
        over = _beyond_habit(jump / bar, wild)
        enough = _more_than_habit(over)
        if wild > 1:  # the whole picture is never odd by chance
            whole = (jump > bar).mean((1, 2)) > _WHOLE
            over[whole] = (jump > bar)[whole]
            enough |= whole
        for first in starts[enough]:
            after = int(first) + length
            if taken[first : after + 1].any():
                continue
            tiles = over[first - 1]
            if not _arises(steps, tiles, int(first), after, taken):
                continue
            taken[first : after + 1] = True
            strength = float((jump / bar)[first - 1][tiles].mean())
            yield Finding(
                _name(s, int(first), after, tiles), int(first), after - 1, tiles, strength
            )


def _name(s: Series, first: int, after: int, tiles: Flags) -> str:
    """Say what an odd run of frames suffers from."""
    before = first - 1
    jump = np.minimum(s.change[0, first], s.change[0, after])[tiles].mean()
    lift = (s.luma[first] - (s.luma[before] + s.luma[after]) / 2)[tiles]
    tint = (s.chroma[first] - (s.chroma[before] + s.chroma[after]) / 2)[tiles]
    if np.abs(tint.mean(0)).max() > max(1.0, 0.5 * np.abs(lift).mean()) and _agree(tint):
        return "colour"
    if np.abs(lift.mean()) > 0.5 * jump and _agree(lift[:, None]):
        return "flicker"
    there, back = s.flow[first][tiles], s.flow[after][tiles]
    shift = np.median(there, 0)
    if (
        tiles.mean() > 0.4
        and np.hypot(*(shift + np.median(back, 0))) < 0.5 * np.hypot(*shift)
        and s.residual[first][tiles].mean() < 0.6 * s.change[0, first][tiles].mean()
    ):
        return "jitter"
    detail = s.detail[first] / (0.5 * (s.detail[before] + s.detail[after]) + 0.3)
    if tiles.mean() > 0.25 and np.median(detail[tiles]) < 0.85:
        return "blur"
    return "scramble" if tiles.mean() > 0.5 else "melt"


def brightness(s: Series, explained: Flags) -> Iterator[Finding]:
    """The whole picture brightens or darkens from frame to frame, all tiles alike."""
    log = np.log(s.luma + 8)
    lit = np.median(s.luma, axis=0) > 12
    if lit.sum() < 0.1 * lit.size or len(s) < 5:
        return
    bend = np.zeros_like(log)
    bend[1:-1] = log[1:-1] - (log[:-2] + log[2:]) / 2
    common = np.median(bend[:, lit], axis=1)
    spread = np.median(np.abs(bend[:, lit] - common[:, None]), axis=1) * 1.4826
    habit = np.median(np.abs(common)) * 1.4826
    size = np.abs(common)
    bar = np.minimum(
        np.maximum.reduce([np.full_like(size, 0.013), 6 * np.full_like(size, habit), 1.5 * spread]),
        np.maximum(0.02, 4 * spread),
    )
    bad = (size > bar) & ~explained
    for first, last in runs(bad, gap=2):
        strength = float((size / bar)[first : last + 1].max())
        yield Finding("flicker", first, last, _all(s), strength)


def patches(s: Series, explained: Flags) -> Iterator[Finding]:
    """Part of the picture brightens or darkens from frame to frame."""
    if len(s) < 8:
        return
    log = np.log(s.luma + 8)
    bend = np.zeros_like(log)
    bend[1:-1] = log[1:-1] - (log[:-2] + log[2:]) / 2
    size = np.abs(bend)
    bar = np.maximum(0.02, 7 * 1.4826 * _around(np.median(size, axis=0)))
    # something bright that moves through a tile lifts it too, but a flow explains it
    residual = np.nan_to_num(s.residual)
    left = np.maximum(residual, np.roll(residual, -1, axis=0))
    lift = size * (s.luma + 8)
    told = size.copy()
    told[left < 0.6 * lift] = 0
    # and what comes in front of a tile changes it by far more than it darkens it
    more = np.nan_to_num(s.change[0]) - np.nanmedian(s.change[0], axis=0)
    told[lift < 0.4 * np.maximum(more, np.roll(more, -1, axis=0))] = 0
    for finding in _local(told / bar, size, _wild(s), explained, "flicker"):
        lifts = bend[finding.first : finding.last + 1][:, finding.tiles]
        together = np.abs(lifts.sum(1)) / (np.abs(lifts).sum(1) + 1e-6)
        # a frame off by x bends the curve by x there and by x / 2 at its neighbours
        edge = int(finding.last - finding.first > 1)
        yield replace(
            finding,
            kind="flicker" if together.max() > 0.8 else "melt",
            first=finding.first + edge,
            last=finding.last - edge,
        )


def steps(s: Series, explained: Flags) -> Iterator[Finding]:
    """Colour or brightness of the whole picture jumps and stays there.

    A cast adds the same to all tiles or, as a gain of a channel, more to the brighter ones: both
    are asked, each where the tiles agree on it.
    """
    planes = np.concatenate([40 * np.log(s.luma + 8)[..., None], s.chroma, _balance(s)], axis=-1)
    jump = np.zeros_like(planes)
    jump[1:] = planes[1:] - planes[:-1]
    flat = jump.reshape(len(s), -1, jump.shape[-1])
    common = np.median(flat, axis=1)
    spread = np.median(np.abs(flat - common[:, None]), axis=1) * 1.4826
    habit = np.median(np.abs(common), axis=0) * 1.4826
    bar = np.maximum(np.maximum(1.0, 8 * habit), 2 * spread)
    ratio = np.abs(common) / bar
    for t in map(int, np.flatnonzero(ratio.max(1) > 1)):
        if explained[t]:  # perhaps as the way back of the jump before
            continue
        axis = int(ratio[t].argmax())
        back = [
            u
            for u in range(t + 1, min(t + 24, len(s)))
            if ratio[u, axis] > 0.7 and common[u, axis] * common[t, axis] < 0
        ]
        last = back[0] - 1 if back else t
        explained[t : last + 2] = True
        yield Finding("colour" if axis else "flicker", t, last, _all(s), float(ratio[t].max()))


def _balance(s: Series) -> Float32Array:
    """Return (T, gy, gx, 2), 40 times the logarithm of red and of blue over green."""
    log = 40 * np.log(colours(s) + 8)
    return np.asarray(log[..., ::2] - log[..., 1:2], np.float32)


def shake(s: Series, explained: Flags) -> Iterator[Finding]:
    """The whole picture hops: its global shift breaks the path of its neighbours."""
    if len(s) < 6:
        return
    unit = 480 / max(s.size)
    textured = np.median(s.contrast, axis=0) > 4
    if textured.sum() < 4:
        return
    flow = np.nan_to_num(s.flow)[:, textured] * unit
    off = flow - _middle(flow, 3)
    common = np.median(off, axis=1)
    size = np.hypot(common[:, 0], common[:, 1])
    agree = (np.hypot(*np.moveaxis(off - common[:, None], -1, 0)) < 0.5 * size[:, None]).mean(1)
    habit = np.median(size[1:]) * 1.4826
    bar = max(0.2, 8 * float(habit))
    bad = (size > bar) & (agree > 0.5) & ~explained & (_leisure(s) < 1.3)
    bad[:_SETTLED] = False
    for first, last in runs(bad, gap=2):
        # a step belongs to the frame it leads to; the last step of a tremble leads back
        end = max(first, last - 1)
        yield Finding("jitter", first, end, _all(s), float(size[first : last + 1].max() / bar))


def gaps(s: Series, explained: Flags) -> Iterator[Finding]:
    """A step much larger than those around it: frames are missing, or the scene is cut."""
    if len(s) < 8:
        return
    change = np.where(explained[:, None, None], np.nan, s.change[0])
    usual = np.nanmedian(change, axis=0)
    moving = usual > max(0.5, 0.25 * float(np.nanquantile(usual, 0.9)))
    if moving.sum() < _few(moving.size):
        moving = usual >= np.nanquantile(usual, 0.9)
    steps_ = change[:, moving] + 0.2
    around = np.full_like(steps_, np.nan)
    for t in range(2, len(s) - 1):
        pairs = ((t - 2, t - 1), (t + 1, t + 2))
        sides = [steps_[[u for u in pair if 0 < u < len(s)]] for pair in pairs]
        sides = [side[np.isfinite(side[:, 0])] for side in sides]
        known = [len(side) for side in sides]
        if min(known) > 0:  # on both sides, or a camera setting off looks like a skip
            even = known[0] == known[1]
            middles = [np.median(side, axis=0) for side in sides]
            around[t] = np.median(np.concatenate(sides), axis=0) if even else sum(middles) / 2
    with np.errstate(all="ignore"):
        rise = np.log2(steps_ / around)
    level = np.array([np.nanmedian(r) if np.isfinite(r).sum() > 2 else 0.0 for r in rise])
    habit = float(np.median(np.abs(level[2:-1]))) * 1.4826
    level -= np.log2(_leisure(s))
    bar = max(_LEAP, 6 * habit)
    # steps of a beat, as of converted rates, are uneven by habit, but do not outdo each other
    lead = _lead(np.asarray(steps_, np.float32)) - np.log2(_leisure(s))
    strength = np.maximum(level / bar, np.minimum(level / _LEAP, lead / _AHEAD))
    strength[lead < _BEHIND] = 0  # where motion ebbs, steps of before must not be forgotten
    times, same = _strides(s)
    steady = (same > 0.8) & (times < 1.3)  # a camera that sets off
    strength[:_SETTLED] = 0
    for t in map(int, np.flatnonzero((strength > 1) & ~explained & ~steady)):
        alike = (rise[t][np.isfinite(rise[t])] > 0.5 * level[t]).mean() > 0.6
        if not alike or np.nanmedian(steps_[t]) < 0.9 * np.nanmedian(steps_):
            continue
        whole = np.nanmean(s.change[0, t]) > 0.5 * float(s.contrast.mean())
        lost = np.nanmean(s.residual[t]) > 4 * np.nanmean(np.nanmedian(s.residual, axis=0))
        kind = "cut" if level[t] > 1.5 and whole and lost else "drop"
        tiles = np.zeros(s.grid, bool)
        tiles[moving] = True
        yield Finding(kind, t - (kind == "drop"), t, tiles, float(strength[t]))


def _lead(steps_: Float32Array) -> Float32Array:
    """Return (T,) by how many octaves each step (T, n), in the mean, exceeds all those near it."""
    size = np.nan_to_num(steps_.mean(1), nan=0.0)
    rivals = np.pad(size, _NEAR)
    most = np.stack(
        [np.delete(rivals[t : t + 2 * _NEAR + 1], _NEAR).max() for t in range(len(size))]
    )
    lead = np.log2(np.maximum(size, 1e-3) / np.maximum(most, 1e-3))
    lead[[*range(3), -1, -2]] = 0
    return np.asarray(np.where(size > 0, lead, 0), np.float32)


def _strides(s: Series) -> tuple[Float32Array, Float32Array]:
    """Return (T,) how many times the flow before and after it each step's flow is, and how alike."""
    flow = np.nan_to_num(s.flow) * (480 / max(s.size))
    here, around = flow[2:-1], (flow[1:-2] + flow[3:]) / 2
    along, way = (here * around).sum((1, 2, 3)), (around**2).sum((1, 2, 3))
    times, alike = np.ones(len(s), np.float32), np.zeros(len(s), np.float32)
    times[2:-1] = along / np.maximum(way, _SEEN**2 * s.luma[0].size) / _leisure(s)[2:-1]
    alike[2:-1] = along / np.sqrt(np.maximum(way * (here**2).sum((1, 2, 3)), 1e-6))
    return times, alike


def _leisure(s: Series) -> Float32Array:
    """Return (T,) how much longer than those around it each step takes, at least 1."""
    out = np.ones(len(s), np.float32)
    out[2:-1] = 2 * s.pace[2:-1] / np.maximum(s.pace[1:-2] + s.pace[3:], 0.1)
    return np.asarray(np.clip(out, 1, 8))


def skips(s: Series, explained: Flags) -> Iterator[Finding]:
    """The picture goes much further in one step than the same way before and after it."""
    if len(s) < 8:
        return
    times, alike = _strides(s)
    habit = 1.4826 * float(np.median(np.abs(np.log(np.maximum(times[2:-1], 0.1)))))
    bar = max(1.75, np.exp(2.2 * habit))
    times[:_SETTLED] = 0
    for t in map(int, np.flatnonzero((times > bar) & (alike > 0.7))):
        if not explained[t - 1 : t + 2].any():
            tiles = np.hypot(*np.moveaxis(s.flow[t], -1, 0)) * 480 > _SEEN * max(s.size)
            yield Finding("drop", t - 1, t, tiles, float(times[t]) / bar)


def softness(s: Series, explained: Flags) -> Iterator[Finding]:
    """Frames less sharp than those around them."""
    if len(s) < 8:
        return
    crisp = np.median(s.detail, axis=0) > 1
    if crisp.sum() < _few(crisp.size):
        return
    detail = s.detail[:, crisp]
    ratio = np.median(detail / _middle(detail, 9), axis=1)
    habit = float(np.median(np.abs(ratio - 1))) * 1.4826
    bar = 1 - _wild(s) * max(0.1, 6 * habit)
    for first, last in runs((ratio < bar) & ~explained, gap=1):
        low = float(ratio[first : last + 1].min())
        yield Finding("blur", first, last, _all(s), (1 - low) / (1 - bar))


def surges(s: Series, explained: Flags) -> Iterator[Finding]:
    """Part of the picture changes as no smooth flow explains, far beyond its habit: it melts."""
    if len(s) < 8:
        return
    residual = np.nan_to_num(s.residual)
    habit = _around(np.median(residual[1:], axis=0))
    for finding in _local(residual / (2.6 * habit + 1.5), residual, _wild(s), explained, "melt"):
        # the last step leads back to a good frame
        yield replace(finding, last=max(finding.first, finding.last - 1))


def departures(s: Series, explained: Flags) -> Iterator[Finding]:
    """Part of the picture leaves what it was some frames ago and will be some frames hence: it melts.

    Falling water, leaves and flags never look the same twice, yet two frames of them differ by much
    the same at any distance: what differs from both ends by far more than these from each other, or
    than is usual at that distance, is no texture's chance.
    """
    taken = explained.copy()
    found = [
        (float(worst[t]), int(t), reach, ratio, apart)
        for reach in _REACHES
        if len(s) >= 4 * reach
        for ratio, worst, apart in [_departed(s, reach)]
        for t in np.flatnonzero(worst > 1)
    ]
    for _, t, reach, ratio, apart in sorted(found, key=lambda f: -f[0]):
        tiles = _clustered(ratio[t] > 1)
        if taken[t - reach : t + reach + 1].any() or tiles.sum() < _few(tiles.size):
            continue
        first, last = _departure(s, t, reach, tiles)
        # it sets in and fades: what lies right beside it is no witness; nor are the clip's ends
        span, known = (first - 1 - reach, last + 1 - reach), slice(reach, len(s) - reach)
        if _arises(apart[known], tiles, *span, taken[known], tiles_around=3):
            taken[first - 1 : last + 2] = True
            yield Finding("melt", first, last, tiles, float(ratio[t][tiles].mean()))


def _departed(s: Series, reach: int) -> tuple[Float32Array, Float32Array, Float32Array]:
    """Return how far each frame is from those ``reach`` before and after it.

    (T, gy, gx) in bars; (T,) of the tiles that a fault takes at least; (T, gy, gx) levels beyond
    the usual.
    """
    apart, ratio = np.zeros_like(s.residual), np.zeros_like(s.residual)
    near, far = np.nan_to_num(s.change[reach - 1]), np.nan_to_num(s.change[2 * reach - 1])
    usual = _around(np.median(near[reach:], axis=0))
    known = slice(reach, len(s) - reach)
    apart[known] = np.minimum(near[known], near[2 * reach :])
    ratio[known] = apart[known] / (1.5 * np.maximum(far[2 * reach :], usual) + 1.2)
    worst = np.sort(ratio.reshape(len(s), -1), axis=1)[:, -_few(ratio[0].size)]
    log = np.log(np.maximum(worst[known], 0.05))
    middle = float(np.median(log))
    unrest = max(0.08, 1.4826 * float(np.median(np.abs(log - middle))))
    often = float(np.quantile(worst, _rank(len(worst))))
    bar = max(_PARTED, float(np.exp(middle + _UNREST * unrest)), 1.5 * often)
    beyond = np.maximum(apart - np.median(apart[known], axis=0), 0)
    return ratio / bar, worst / bar, beyond


def _departure(s: Series, t: int, reach: int, tiles: Flags) -> tuple[int, int]:
    """Return the first and last frame around ``t`` that differ from both ends in ``tiles``."""
    start, end = t - reach, t + reach
    ends = float(s.change[2 * reach - 1, end][tiles].mean())
    inner = range(start + 1, end)
    apart = [
        min(
            float(s.change[u - start - 1, u][tiles].mean()),
            float(s.change[end - u - 1, end][tiles].mean()),
        )
        for u in inner
    ]
    high = [a > ends + 0.3 * (apart[t - start - 1] - ends) for a in apart]
    first = last = t
    while first - 1 in inner and high[first - 1 - start - 1]:
        first -= 1
    while last + 1 in inner and high[last + 1 - start - 1]:
        last += 1
    return first, last


def boiling(s: Series, explained: Flags) -> Iterator[Finding]:
    """Grain sets in all over the picture for a while."""
    if len(s) < 8:
        return
    residual = np.nan_to_num(s.residual)
    habit = np.median(residual[1:], axis=0)
    excess = np.median(residual - habit, axis=(1, 2))
    ratio = np.median(np.log((residual + 0.3) / (habit + 0.3)), axis=(1, 2))
    noise = float(np.median(np.abs(ratio[1:]))) * 1.4826
    bar = max(0.4, 5 * noise)
    for first, last in runs((ratio > bar) & (excess > 1.8) & ~explained, gap=1):
        before = ratio[max(1, first - 3) : first]
        if last > first and (before.size == 0 or ratio[first] - before.min() > 0.6 * bar):
            yield Finding(
                "flicker", first, last, _all(s), float(ratio[first : last + 1].max()) / bar
            )


def drift(s: Series, _: Flags) -> Iterator[Finding]:
    """Colours wander off over the clip."""
    if len(s) < 12:
        return
    planes = np.concatenate([40 * np.log(s.luma + 8)[..., None], s.chroma], axis=-1)
    path = (planes - planes[: max(1, len(s) // 10)].mean(0)).reshape(len(s), -1, 3)
    common = np.median(path, axis=1)
    end = common[-max(1, len(s) // 10) :].mean(0)
    last = path[-max(1, len(s) // 10) :].mean(0)
    spread = np.median(np.abs(last - end), axis=0) * 1.4826
    time = np.arange(len(s))
    for axis, bar in ((1, 3.5), (2, 3.5)):
        monotone = np.corrcoef(time, common[:, axis])[0, 1] if np.ptp(common[:, axis]) > 0 else 0
        size = abs(float(end[axis]))
        if size > max(bar, 1.2 * float(spread[axis])) and abs(monotone) > 0.9:
            yield Finding("drift", 0, len(s) - 1, _all(s), size / bar)
            return


def identity(s: Series, _: Flags) -> Iterator[Finding]:
    """Parts that looked like the still no longer do."""
    if s.identity is None:
        return
    start = s.identity[: max(1, len(s) // 10)].mean(0)
    gone = (s.identity < 0.45) & (s.identity < start - 0.25)
    lost = np.stack([_clustered(flags) for flags in gone])
    for first, last in runs(lost.mean((1, 2)) > 0.08, gap=2):
        tiles = np.asarray(lost[first : last + 1].any(0))
        share = float(lost[first : last + 1].mean((1, 2)).max())
        if last > first or len(s) == 1:
            yield Finding("identity", first, last, tiles, share / 0.08)


def seam(s: Series) -> Iterator[Finding]:
    """A clip meant to loop jumps where its end meets its start."""
    if len(s) < 4:
        return
    change = s.change[0, 1:].mean((1, 2))
    step = max(float(np.median(change)), 0.05)
    ends = max(float(np.median(change[[0, 1, -2, -1]])), step)
    ratio = float(s.from_first[-1]) / ends
    if ratio > 1.35 and float(s.from_first[-1]) > 0.3:
        yield Finding("seam", len(s) - 1, len(s) - 1, _all(s), ratio / 1.35)


TESTS: tuple[Callable[[Series, Flags], Iterator[Finding]], ...] = (
    black,
    stills,
    borders,
    odd,
    steps,
    brightness,
    shake,
    softness,
    skips,
    gaps,
    boiling,
    patches,
    surges,
    departures,
    drift,
    identity,
)


def _all(s: Series) -> Flags:
    return np.ones(s.grid, bool)


def _few(tiles: int) -> int:
    """Return how many of all tiles make a fault: fewer are a glint, a spark, a leaf."""
    return min(tiles, max(2, round(0.025 * tiles)))


def runs(flags: Flags, gap: int = 0) -> Iterator[tuple[int, int]]:
    """Yield first and last index of each run of true flags, bridging ``gap`` false ones.

    >>> list(runs(np.array([0, 1, 1, 0, 1, 0, 0, 1], bool), gap=1))
    [(1, 4), (7, 7)]
    """
    at = np.flatnonzero(flags)
    if at.size == 0:
        return
    breaks = np.flatnonzero(np.diff(at) > gap + 1)
    for first, last in zip(np.r_[at[0], at[breaks + 1]], np.r_[at[breaks], at[-1]]):
        yield int(first), int(last)


def _clustered(flags: Flags) -> Flags:
    """Return the flags without tiles that stand alone."""
    around = cv2.boxFilter(
        flags.astype(np.float32), -1, (3, 3), normalize=False, borderType=cv2.BORDER_CONSTANT
    )
    out: Flags = flags & (around > 1.5)
    return out


def _agree(values: Float32Array) -> bool:
    """Tell whether the tiles (n, axes) move the same way along their strongest axis."""
    axis = int(np.abs(values.mean(0)).argmax())
    total = float(np.abs(values[:, axis]).sum())
    return abs(float(values[:, axis].sum())) > 0.75 * total


def _middle(values: Float32Array, reach: int) -> Float32Array:
    """Return the running median over ``reach`` frames to either side."""
    count = len(values)
    out: Float32Array = np.stack(
        [
            np.median(values[max(0, t - reach) : min(count, t + reach + 1)], axis=0)
            for t in range(count)
        ]
    )
    return out


def _cadence(singles: list[int], count: int) -> bool:
    """Tell whether repeats come at a steady beat, as a frame-rate conversion makes them.

    >>> _cadence([4, 10, 16, 21, 28, 34], 40)
    True
    """
    if len(singles) < 3 or len(singles) < count / 24:
        return False
    steps_ = np.diff(singles)
    beat = float(np.median(steps_))
    off = np.abs(steps_ / beat - np.round(steps_ / beat)) * beat
    return bool((off <= 1).mean() >= 0.75 and beat <= 24)


def _local(
    ratio: Float32Array, values: Float32Array, wild: float, explained: Flags, kind: str
) -> Iterator[Finding]:
    """Yield runs of frames in which clusters of tiles exceed their bars, and not their surround.

    ``ratio`` (T, gy, gx) is what speaks for a fault, in bars; ``values`` what there is in all.
    """
    over = _beyond_habit(ratio, wild)
    bad = _more_than_habit(over) & ~explained
    bad[:2] = False  # the step after a key frame, while the coder settles
    for first, last in runs(bad, gap=2):
        tiles = np.asarray(over[first : last + 1].any(0))
        strength = float(ratio[first : last + 1][:, tiles].max())
        start, end = _widened(ratio[:, tiles].mean(1), first, last, explained)
        if _arises(values, tiles, start, end, explained):
            yield Finding(kind, start, end, tiles, strength)


def _arises(
    values: Float32Array,
    tiles: Flags,
    first: int,
    last: int,
    explained: Flags,
    tiles_around: int = 2,
) -> bool:
    """Tell whether what is odd in ``tiles`` arose there, and did not come from or go beside them.

    Whoever walks into the picture, or the tip of a flag, surprises a tile and not its neighbour.
    What is odd nearly everywhere came from nowhere.
    """
    if tiles.mean() >= _WHOLE:
        return True
    window = np.ones((2 * tiles_around + 1, 2 * tiles_around + 1), np.uint8)
    near = np.stack([cv2.dilate(v, window)[tiles] for v in values])
    within = float(near[first : last + 1].max(0).mean())
    reach = max(_SIDE, last + 1 - first)
    sides = slice(max(1, first - reach), first), slice(last + 1, last + 1 + reach)
    return all(
        len(near[side]) > 1 and float(near[side].max(0).mean()) < _CALM * within
        for side in sides
        if not explained[side].any()
    )


def _widened(level: Float32Array, first: int, last: int, explained: Flags) -> tuple[int, int]:
    """Return the run with the neighbours that belong to it: well above the usual level."""
    usual = float(np.median(level))
    high = max(usual + 0.3 * (float(level[first : last + 1].max()) - usual), 2 * usual)
    while first > 2 and level[first - 1] > high and not explained[first - 1]:
        first -= 1
    while last < len(level) - 1 and level[last + 1] > high and not explained[last + 1]:
        last += 1
    return first, last


def _wild(s: Series) -> float:
    """Return how far the clip's nature, as that of flames, is to surprise: 1 = not at all.

    Where the liveliest tiles of ordinary frames exceed their own habits by far, chance makes
    any part of the picture look odd now and then.
    """
    residual = np.nan_to_num(s.residual)
    ratio = residual / (2.2 * _around(np.median(residual[1:], axis=0)) + 1.2)
    top = np.sort(ratio.reshape(len(ratio), -1), axis=1)[:, -_few(ratio[0].size)]
    return max(1.0, float(np.quantile(top, _rank(len(top))) ** 1.5))


def _rank(count: int) -> float:
    """Return the rank of what ``count`` frames often reach: beyond it lie no more than a fault takes.

    >>> _rank(40), _rank(1000)
    (0.75, 0.9)
    """
    return min(0.9, max(0.75, 1 - _FAULTY / count))


def _around(habit: Float32Array) -> Float32Array:
    """Return (gy, gx) habits, no less than a third of the liveliest neighbour's."""
    most = cv2.dilate(habit.astype(np.float32), np.ones((3, 3), np.uint8))
    return np.maximum(habit, np.asarray(most) / 3)


def _beyond_habit(ratio: Float32Array, wild: float) -> Flags:
    """Return where (T, gy, gx) ratios exceed 1 and what their neighbourhood often reaches.

    Flames, spray and flags throw outliers into the tiles around them, so the habit is that of the
    liveliest tile within two; and where the liveliest tiles of most frames come near the bar, it
    rises for all. ``wild`` is the clip's own.
    """
    top = np.quantile(ratio, _rank(len(ratio)), axis=0).astype(np.float32)
    around = cv2.dilate(top, np.ones((5, 5), np.uint8))
    flat = np.sort(ratio.reshape(len(ratio), -1), axis=1)
    lively = float(np.quantile(flat[:, -_few(ratio[0].size)], _rank(len(ratio))))
    bar = wild * np.maximum(max(1.0, 1.7 * lively), 2.0 * around)
    return np.stack([_clustered(flags) for flags in ratio > bar])


def _more_than_habit(over: Flags) -> Flags:
    """Return the times at which enough tiles are over, and more than the clip is used to."""
    count = over.sum((1, 2))
    return np.asarray(
        (count >= _few(over[0].size)) & (count > 2.5 * np.quantile(count, _rank(len(count))))
    )
