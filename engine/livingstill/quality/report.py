"""Writes a verdict as one self-contained HTML page, or as JSON."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.model import UInt8Array
from livingstill.quality import known_flow
from livingstill.quality.events import Event, find_events
from livingstill.quality.faults.detectors import fault_kind
from livingstill.quality.no_reference import Series
from livingstill.quality.verdict import Verdict

_PICTURE_WIDTH = 720
_OPTION = re.compile(r"--[a-z-]+")
_HELP = {
    "temporal_flickering": "1 = nothing changes; VBench's definition on reduced luma",
    "temporal_flickering_static": "the same where the picture barely moves",
    "warp_error": "mean squared residual after flow, unoccluded pixels (Lai 2018, DIS flow)",
    "occluded": "share of the picture that fails the forward-backward check",
    "folded": "share of the picture where the flow folds",
    "dynamic_degree": "share of the picture that moves; a frozen clip wins every stability figure",
    "median_step": "mean change from frame to frame, levels",
    "seam": "last frame against first, in median steps; about 1 in a seamless loop",
    "sharpness_min": "least detail of any frame, as a share of the median frame's",
    "brightness_std": "standard deviation of mean brightness, levels",
    "border_min": "least detail across an edge of the frame, as a share of further in",
    "identity_mean": "structural similarity to the still, mean of the clip",
    "identity_last": "structural similarity to the still, last frame",
    "stereo.nearest": "parallax of the nearest percent, % of the width; negative = before the screen",
    "stereo.middle": "median parallax, % of the width",
    "stereo.farthest": "parallax of the farthest percent, % of the width",
    "stereo.widest": "from the least to the largest parallax, % of the width",
    "stereo.window_violations": "% of the frame's sides that stand before the screen and are cut off",
    "stereo.filled": "% of a view that the photo does not show",
    "stereo.rivalry": "% of a view that the other neither shows in its place nor hides behind something nearer",
    "stereo.recommended": "largest comfortable --eyes, % of the width",
}
_STYLE = """
:root{--ink:#1d2430;--soft:#677083;--line:#dfe3ea;--card:#fff;--page:#f4f6f9;--plot:#2f6fde}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ef;--soft:#98a2b3;--line:#2c3442;--card:#181d26;
--page:#0f131a;--plot:#7aa7ff}}
*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:1080px;margin:0 auto;padding:32px 20px 64px}
h1{font-size:24px;margin:0 0 4px;overflow-wrap:anywhere}h2{font-size:16px;margin:36px 0 12px}
p{margin:0}.soft{color:var(--soft)}.card{background:var(--card);border:1px solid var(--line);
border-radius:10px;padding:14px 16px;margin:0 0 12px}
.word{display:inline-block;padding:2px 12px;border-radius:99px;color:#fff;font-weight:600;
font-size:14px;margin:10px 0 0}.fault{display:flex;gap:12px;align-items:baseline}.fault+.fault{margin-top:8px}
.fault b{font-weight:inherit;white-space:nowrap}
.kind{flex:0 0 92px;font-weight:600}.bar{flex:0 0 60px;height:6px;border-radius:3px;
background:var(--line);overflow:hidden}.bar i{display:block;height:6px}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(310px,1fr));gap:12px}
.grid .card{margin:0}figure{margin:0}figcaption{font-size:13px;color:var(--soft);margin-top:8px}
.shot{position:relative;line-height:0}.shot+.shot{margin-top:8px}.shot img,.shot svg{width:100%;border-radius:6px}
.shot svg{position:absolute;inset:0;height:100%}.slice{width:100%;image-rendering:auto;
border-radius:6px;display:block}table{border-collapse:collapse;width:100%}
td{padding:5px 8px;border-top:1px solid var(--line);font-variant-numeric:tabular-nums}
tr:first-child td{border:0}text{font:11px system-ui,sans-serif;fill:var(--soft)}
svg{display:block;width:100%}
"""


def help_of(name: str) -> str:
    """Return what a figure is, in words; a region's is named ``<kind>.<figure>``."""
    return _HELP.get(name) or known_flow.HELP.get(name.rpartition(".")[2], "")


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What became of a clip: sentences, and its pictures by the index of the frame they replace."""

    lines: tuple[str, ...]
    frames: Mapping[int, UInt8Array]


def write_json(verdict: Verdict, path: Path, outcome: Outcome | None = None) -> None:
    """Write the verdict as JSON: ``faults``, ``events``, ``figures``, and what became of the clip."""
    values = {**verdict.to_dict(), "events": [event.to_dict() for event in _events(verdict)]}
    if outcome is not None:
        values["outcome"] = list(outcome.lines)
    path.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")


def worst(verdict: Verdict, count: int = 6) -> list[int]:
    """Return the frames a report should show: the middle of each of the worst faults, in order.

    >>> worst(Verdict(10, 30.0, (4, 4), (), {}))
    []
    """
    frames: dict[int, None] = {}
    for fault in verdict.faults:
        if len(frames) < count:
            frames.setdefault((fault.first + fault.last) // 2)
    return sorted(frames)


def write_html(
    verdict: Verdict,
    series: Series,
    frames: Mapping[int, UInt8Array],
    path: Path,
    title: str = "clip",
    outcome: Outcome | None = None,
) -> None:
    """Write the report as one file that needs nothing else.

    ``frames`` are the pictures of the frames in ``worst(verdict)``, (H, W, 3) uint8 RGB; those of
    an ``outcome`` are shown beside them.
    """
    page = html(verdict, series, frames, title, outcome)
    path.write_text(page, encoding="utf-8", errors="xmlcharrefreplace")  # a name may be no text


def html(
    verdict: Verdict,
    series: Series,
    frames: Mapping[int, UInt8Array],
    title: str,
    outcome: Outcome | None = None,
) -> str:
    """Return the page ``write_html`` writes."""
    seconds = verdict.frames / verdict.fps
    events = _events(verdict)
    n = len(events)
    word = "clean" if verdict.clean else f"{n} fault{'s' if n > 1 else ''}"
    hue = "#2e8b57" if verdict.clean else "#c8372d"
    parts = [
        '<!doctype html><html lang="en"><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>Continuity of {escape(title)}</title><style>{_STYLE}</style><main>",
        f"<h1>{escape(title)}</h1><p class=soft>{verdict.size[0]}&times;{verdict.size[1]}, "
        f"{verdict.frames} frames at {verdict.fps:g} per second, {seconds:.2f} s</p>",
        f'<p class=word style="background:{hue}">{word}</p>',
    ]
    if events:
        parts += ["<h2>Faults, worst first</h2><div class=card>"]
        parts += [_row(event) for event in events]
        parts += ["</div>", f"<div class=card>{_fault_timeline(verdict)}</div>"]
    if outcome is not None:
        lines = [f"<p>{escape(line)}</p>" for line in outcome.lines]
        parts += ["<h2>What was done</h2><div class=card>", *lines, "</div>"]
    after = {} if outcome is None else outcome.frames
    shots = [
        _shot(index, frame, verdict, after.get(index)) for index, frame in sorted(frames.items())
    ]
    if shots:
        heading = "Worst frames, before and after" if after else "Worst frames"
        parts += [f"<h2>{heading}</h2><div class=grid>", *shots, "</div>"]
    parts += ["<h2>Over time</h2><div class=grid>", *_plots(verdict, series), "</div>"]
    parts += [
        "<h2>Slices through time</h2>",
        "<div class=grid>",
        _slice("middle row, time runs down", series.rows),
        _slice("middle column, time runs right", series.columns.transpose(1, 0, 2)),
        "</div><h2>Profile</h2><div class=card><table>",
    ]
    parts += [
        f"<tr><td>{escape(name.replace('_', ' '))}<td>{value:.4g}"
        f"<td class=soft>{escape(help_of(name))}"
        for name, value in verdict.figures.items()
    ]
    parts += ["</table></div></main></html>"]
    return "\n".join(parts) + "\n"


def _hue(kind: str) -> str:
    return fault_kind(kind).hue


def _events(verdict: Verdict) -> tuple[Event, ...]:
    return find_events(verdict.faults, verdict.frames, verdict.size, verdict.fps)


def _row(event: Event) -> str:
    kind = event.faults[0].kind
    hue = _hue(kind)
    message = _OPTION.sub(r"<b>\g<0></b>", escape(event.message))
    return (
        f'<p class=fault><span class=kind style="color:{hue}">{kind}</span>'
        f'<span class=bar><i style="width:{100 * event.severity:.0f}%;background:{hue}"></i></span>'
        f"<span>{message} <span class=soft>{event.confidence}</span></span></p>"
    )


def _fault_timeline(verdict: Verdict) -> str:
    """Return an SVG timeline of the faults, one lane per kind."""
    kinds = list(dict.fromkeys(fault.kind for fault in verdict.faults))
    left, width = 80.0, 1000.0
    per = (width - left) / verdict.frames
    parts = [f'<svg viewBox="0 0 {width:.0f} {18 * len(kinds) + 20}">']
    for lane, kind in enumerate(kinds):
        y = 18 * lane
        parts.append(f'<text x="0" y="{y + 12}">{kind}</text>')
        parts.append(
            f'<rect x="{left}" y="{y + 3}" width="{width - left}" height="10" rx="2" '
            'style="fill:var(--line)"/>'
        )
        parts += [
            f'<rect x="{left + fault.first * per:.1f}" y="{y + 3}" rx="2" height="10" '
            f'width="{max(3.0, (fault.last - fault.first + 1) * per):.1f}" fill="{_hue(kind)}"/>'
            for fault in verdict.faults
            if fault.kind == kind
        ]
    y = 18 * len(kinds) + 14
    parts += [
        f'<text x="{left + i * (width - left):.0f}" y="{y}" '
        f'text-anchor="{("start", "middle", "end")[round(2 * i)]}">'
        f"{i * verdict.frames / verdict.fps:.2f} s</text>"
        for i in (0, 0.5, 1)
    ]
    return "".join(parts) + "</svg>"


def _image(picture: UInt8Array) -> str:
    """Return a picture as a data URI, reduced to what a page shows."""
    scale = min(1.0, _PICTURE_WIDTH / picture.shape[1])
    size = (round(scale * picture.shape[1]), max(1, round(scale * picture.shape[0])))
    small = cv2.resize(np.ascontiguousarray(picture), size, interpolation=cv2.INTER_AREA)
    bgr = cv2.cvtColor(small, cv2.COLOR_RGB2BGR)
    coded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, 82])[1]
    return "data:image/jpeg;base64," + base64.b64encode(coded.tobytes()).decode()


def _shot(index: int, frame: UInt8Array, verdict: Verdict, after: UInt8Array | None) -> str:
    """Return a figure of a frame with its faults' boxes, and of what became of it."""
    width, height = verdict.size
    here = [fault for fault in verdict.faults if fault.first <= index <= fault.last]
    boxes = "".join(
        f'<rect x="{f.box[0]}" y="{f.box[1]}" width="{f.box[2]}" height="{f.box[3]}" fill="none" '
        f'stroke="{_hue(f.kind)}" stroke-width="{max(2, width / 200):.0f}" rx="{width / 120:.0f}"/>'
        for f in here
    )
    kinds = ", ".join(dict.fromkeys(f.kind for f in here))
    second = (
        "" if after is None else f'<div class=shot><img alt="after" src="{_image(after)}"></div>'
    )
    return (
        f'<figure class=card><div class=shot><img alt="frame {index}" src="{_image(frame)}">'
        f'<svg viewBox="0 0 {width} {height}" preserveAspectRatio="none">{boxes}</svg></div>{second}'
        f"<figcaption>frame {index}, {index / verdict.fps:.2f} s: {kinds}</figcaption></figure>"
    )


def _slice(caption: str, picture: UInt8Array) -> str:
    if picture.shape[0] < 120:  # short clips: each frame some pixels tall
        picture = np.repeat(picture, -(-120 // picture.shape[0]), axis=0)
    if picture.shape[1] < 300:
        picture = np.repeat(picture, -(-300 // picture.shape[1]), axis=1)
    return (
        f'<figure class=card><img class=slice alt="{caption}" src="{_image(picture)}">'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def _plots(verdict: Verdict, series: Series) -> list[str]:
    speed = np.hypot(*np.moveaxis(series.flow, -1, 0)).reshape(len(series), -1)
    detail = series.detail.mean((1, 2))
    curves: list[tuple[str, NDArray[np.floating]]] = [
        ("change from frame to frame, levels", series.change[0].mean((1, 2))),
        ("left over after flow, levels", series.residual.mean((1, 2))),
        ("motion, pixels per frame (mean)", speed.mean(1)),
        ("brightness, levels", series.luma.mean((1, 2))),
        ("sharpness, share of the median", detail / max(float(np.median(detail)), 1e-3)),
        ("flow that does not return, share", series.occluded),
    ]
    if series.identity is not None:
        curves.append(("likeness to the still (SSIM)", series.identity.mean((1, 2))))
    return [f"<figure class=card>{_plot(name, curve, verdict)}</figure>" for name, curve in curves]


def _plot(name: str, values: NDArray[np.floating], verdict: Verdict) -> str:
    """Draw one curve, bad frames shaded."""
    width, height, top = 320.0, 110.0, 20.0
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    if finite.size > 8:  # one black frame must not flatten the rest: what sticks out is cut off
        bottom, top_ = (float(v) for v in np.quantile(finite, (0.04, 0.96)))
        room = 1.5 * (top_ - bottom) + 1e-3
        low, high = max(low, bottom - room), min(high, top_ + room)
    if high - low < 1e-3 * max(1.0, abs(high)):
        low, high = low - 0.5 * max(1e-3, abs(low)), high + 0.5 * max(1e-3, abs(high))
    per, rise = width / max(1, len(values) - 1), (height - top) / (high - low)
    points: Sequence[str] = [
        f"{i * per:.1f},{height - (np.clip(float(v), low, high) - low) * rise:.1f}"
        for i, v in enumerate(values)
        if np.isfinite(v)
    ]
    shade = "".join(
        f'<rect x="{max(0.0, (f.first - 0.5) * per):.1f}" y="{top}" height="{height - top}" '
        f'width="{max(1.5, (f.last - f.first + 1) * per):.1f}" fill="{_hue(f.kind)}" opacity=".16"/>'
        for f in verdict.faults
        if f.last - f.first < 0.8 * verdict.frames
    )
    return (
        f'<svg viewBox="0 0 {width:.0f} {height + 14:.0f}"><text x="0" y="11">{escape(name)}</text>'
        f'<text x="{width}" y="11" text-anchor="end">{low:.3g} to {high:.3g}</text>{shade}'
        f'<polyline points="{" ".join(points)}" style="fill:none;stroke:var(--plot)" '
        'stroke-width="1.5" stroke-linejoin="round"/>'
        f'<line x1="0" x2="{width}" y1="{height}" y2="{height}" style="stroke:var(--line)"/></svg>'
    )
