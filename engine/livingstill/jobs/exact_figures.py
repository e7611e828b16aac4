"""Exact figures of a clip we rendered: its flow, masks and occlusion are known, nothing is guessed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.camera import auto
from livingstill.camera.projection import project
from livingstill.camera.view import CameraView
from livingstill.core.kinds import KINDS
from livingstill.core.model import Float32Array, Flow, Layer, PackedRGBA, Pose, Scene, UInt8Array
from livingstill.depth import alignment
from livingstill.jobs import monitor
from livingstill.jobs.clip import Clip
from livingstill.motion.builder import distinct
from livingstill.photo.lines import detect_lines
from livingstill.quality import known_flow
from livingstill.render.frames import Renderer, unpack
from livingstill.render.visibility import Looker, Seen

_ACROSS = 160
_SAMPLES = 1500
_TAKEN = 0.01
"""How far beside a region something may be taken along, frame widths."""

_LEAST = 0.02
"""Share of the frame from which on a layer's mean colour is told."""


class Exact:
    """Looks at the frames of a clip of ours in order and gives its exact figures.

    Colour, flow and coverage are measured on every n-th pixel (160 across), the rest on all. Where
    two samples cross-fade there is no one true flow, and the warp error leaves those pixels out.
    Figures of regions are told while the camera stands, since only then a region stays in place.
    """

    def __init__(self, clip: Clip) -> None:
        self.clip = clip
        left, top, width, height = clip.framing.picture
        self.part = np.s_[top : top + height, left : left + width]
        self.size = (width, height)
        self.stride = max(1, round(width / _ACROSS))
        self.looker = Looker(clip.scene, clip.window, self.size, self.stride)
        self.photo = flattened(clip.scene)
        around = max(1, round(self.stride * clip.window.scale))
        self.smooth = cv2.blur(self.photo, (around, around))  # so that a sample speaks for its cell
        timeline = clip.timeline
        poses = [clip.camera.at(timeline.time(i)) for i in range(timeline.frames)]
        self.static = len(set(poses)) == 1
        self.poses = poses
        self.masks = monitor.masks_in_frame(
            clip.regions if self.static else (), clip.window, self.size
        )
        lights = {name for name, kind in KINDS.items() if kind.lights_surroundings}
        self.lively = _union(clip, lights)
        self.moving = _union(clip, {region.kind for region in clip.regions})
        self.rest = self._render(Pose(), None)
        picks = np.random.default_rng(0)
        self.picks = {
            kind: picks.choice(np.flatnonzero(mask > 127), _SAMPLES)
            for kind, mask in self.masks.items()
            if (mask > 127).any()
        }
        self.told: dict[str, list[tuple[float, float, float, float]]] = {k: [] for k in self.picks}
        self.pixels: dict[str, list[UInt8Array]] = {kind: [] for kind in self.picks}
        self.far = None
        if self.static:
            union = np.zeros(self.rest.shape[:2], np.uint8)
            for mask in self.masks.values():
                union = np.maximum(union, mask)
            self.far = known_flow.beyond(union, 12.0)
        self.worst = dict.fromkeys(("leak", "border", "holes", "uncovered", "drift"), 0.0)
        self.tones: dict[int, list[Float32Array]] = {}
        self.errors: list[float] = []
        self.steps: list[float] = []
        self.first: UInt8Array | None = None
        self.before: tuple[UInt8Array, Seen, tuple[Flow | None, ...] | None] | None = None

    def look(self, frame: UInt8Array) -> None:
        """Take in the next frame, (H, W, 3) uint8 RGB, bars and all."""
        rgb = np.ascontiguousarray(frame[self.part])
        index = len(self.steps)
        phase = self.clip.timeline.phase(index)
        flows = self.clip.motion.at(phase) if self.clip.motion else None
        seen = self.looker.at(self.poses[index])
        pixels = self.size[0] * self.size[1]
        worst = self.worst
        worst["border"] = max(worst["border"], float(seen.outside.mean()) * pixels)
        worst["holes"] = max(worst["holes"], float(seen.hole.mean()) * pixels)
        worst["uncovered"] = max(worst["uncovered"], float((~seen.own).mean()))
        worst["drift"] = max(worst["drift"], self._drift(rgb, seen))
        if self.first is None:
            self.first = rgb
        self.last = rgb
        if self.far is not None and self.far.any():
            off = int(cv2.absdiff(rgb, self.first)[self.far].max())
            worst["leak"] = max(worst["leak"], float(off))
        self.steps.append(
            0.0 if self.before is None else float(cv2.absdiff(rgb, self.before[0]).mean())
        )
        if self.before is not None:
            self.errors += self._warped(self.before, rgb, flows)
        self._regions(rgb)
        self.before = (rgb, seen, flows)

    def figures(self) -> dict[str, float]:
        """Return every figure by its name."""
        clip, worst = self.clip, self.worst
        found = {
            "exact_border": worst["border"],
            "exact_holes": worst["holes"],
            "exact_uncovered": worst["uncovered"],
            "exact_colour_drift": max(worst["drift"], self._lasting()),
            "exact_warp_error": float(np.mean(self.errors)) if self.errors else 0.0,
            "exact_camera_step": self._steadiness(),
        }
        if self.static:
            found["exact_leak"] = worst["leak"]
        steps = np.array(self.steps[1:])
        if (
            self.static
            and clip.timeline.joins
            and self.first is not None
            and steps.size
            and np.median(steps) > 0
        ):
            gap = float(cv2.absdiff(self.last, self.first).mean())
            found["exact_seam"] = gap / float(np.median(steps))
            ends = [self._render(clip.camera.at(t), t) for t in (0.0, 1.0)]
            found["exact_loop_gap"] = float(cv2.absdiff(*ends).max())
        found |= self._bending()
        alone = Scene((_only(clip.scene, self.photo),), clip.scene.focal)
        plain = Renderer(alone, clip.window, self.size, clip.shot.quality)
        decibels, off = known_flow.rest(self.rest, unpack(plain.frame(Pose())))
        found |= {"exact_rest_psnr": min(decibels, 99.0), "exact_rest_off": off}
        if clip.motion:
            found |= self._folding()
        for kind, told in self.told.items():
            sharp, light, contrast, change = np.array(told).T
            found |= {
                f"{kind}.sharpness": float(sharp.mean()),
                f"{kind}.sharpness_least": float(sharp.min()),
                f"{kind}.sharpness_most": float(sharp.max()),
                f"{kind}.luminance": float(light.std()),
                f"{kind}.contrast": float(contrast.std()) / max(1.0, float(contrast.mean())),
                f"{kind}.change": _variation(change[1:]),
                f"{kind}.self_repeat": known_flow.self_repeat(
                    np.array(self.pixels[kind], np.float32), float(clip.timeline.fps)
                ),
            }
        return found

    def _render(self, pose: Pose, phase: float | None) -> UInt8Array:
        clip = self.clip
        renderer = Renderer(clip.scene, clip.window, self.size, clip.shot.quality)
        flows = clip.motion.at(phase) if clip.motion and phase is not None else None
        return unpack(renderer.frame(pose, flows))

    def _drift(self, rgb: UInt8Array, seen: Seen) -> float:
        """Return the largest change of a layer's mean Lab, 0..255, where the photo itself shows.

        Here it is told of what stands still. What moves is kept in ``tones``: waves bring bright
        and dark by turns, and only what is left of that over the clip is a drift.
        """
        off = _lab(_look(cv2.blur(rgb, (self.stride,) * 2), self.looker.x, self.looker.y))
        off -= _lab(_look(self.smooth, seen.x, seen.y))
        own = seen.own & ~seen.outside & (_look(self.lively, seen.x, seen.y) == 0)
        moves = _look(self.moving, seen.x, seen.y) > 0
        most = 0.0
        for layer in np.unique(seen.layer):
            at = own & (seen.layer == layer)
            still = at & ~moves
            if still.mean() > _LEAST:
                most = max(most, float(np.abs(off[still].mean(0)).max()))
            if at.mean() > _LEAST:
                self.tones.setdefault(int(layer), []).append(off[at].mean(0))
        return most

    def _lasting(self) -> float:
        """Return the largest mean over the clip of a layer's change in Lab, 0..255."""
        whole = [tones for tones in self.tones.values() if 2 * len(tones) > len(self.steps)]
        return max((float(np.abs(np.mean(tones, 0)).max()) for tones in whole), default=0.0)

    def _warped(
        self,
        before: tuple[UInt8Array, Seen, tuple[Flow | None, ...] | None],
        rgb: UInt8Array,
        flows: tuple[Flow | None, ...] | None,
    ) -> Iterator[float]:
        """Give the mean squared residual along our own flow from the frame before to this one.

        ``looker`` must have looked at this frame's pose last.
        """
        old, seen, past = before
        x, y, sure = _moved(seen, past, seen.x, seen.y)
        # the spot whose displacement now leads to the same place of the photo
        u, v = seen.x, seen.y
        for _ in range(3):
            ahead_x, ahead_y, now_sure = _moved(seen, flows, u, v)
            u, v = u + (x - ahead_x), v + (y - ahead_y)
        px, py = self.looker.pixel(seen.layer, u, v, (self.looker.x, self.looker.y))
        width, height = self.size
        sure &= now_sure & ~seen.outside
        sure &= (px >= 0) & (py >= 0) & (px <= width - 1) & (py <= height - 1)
        sure &= cv2.erode(_steady(seen.layer), np.ones((3, 3), np.uint8)) > 0  # not near an edge
        if sure.any():
            off = _look(rgb, px, py)[sure].astype(np.float32)
            off -= _look(old, self.looker.x, self.looker.y)[sure]
            yield float((off * off).mean()) / 255**2

    def _regions(self, rgb: UInt8Array) -> None:
        if not self.picks:
            return
        grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
        step = cv2.absdiff(rgb, self.before[0] if self.before else rgb)
        across = cv2.absdiff(grey[:, 1:], grey[:, :-1])
        for kind, spots in self.picks.items():
            inside = self.masks[kind]
            self.told[kind].append(
                (
                    known_flow.sharpness(rgb, self.rest, inside),
                    cv2.mean(grey, inside)[0],
                    cv2.mean(across, np.ascontiguousarray(inside[:, 1:]))[0],
                    float(np.mean(cv2.mean(step, inside)[:3])),
                )
            )
            self.pixels[kind].append(grey.ravel()[spots])

    def _steadiness(self) -> float:
        """Return the largest second difference of where nine spots of the photo are in the frame."""
        clip, width = self.clip, self.size[0]
        view = CameraView.of(clip.depth.values, clip.photo.focal, clip.subject, clip.framing.box)
        rows, columns = (np.linspace(0, n - 1, 5).astype(int)[1:4] for n in view.depth.shape)
        w = view.depth[np.ix_(rows, columns)].astype(np.float64)
        y = ((rows + 0.5) / view.depth.shape[0] - 0.5)[:, None] / view.aspect + 0 * w
        x = ((columns + 0.5) / view.depth.shape[1] - 0.5)[None] + 0 * w
        poses = [*self.poses, *self.poses[:2]] if clip.timeline.joins else self.poses
        track = np.array([project(x, y, w, pose, view.focal) for pose in poses]) * width
        if len(track) < 3:
            return 0.0
        return float(np.hypot(*np.moveaxis(np.diff(track, 2, axis=0), 1, 0)).max())

    def _bending(self) -> dict[str, float]:
        clip = self.clip
        view = CameraView.of(clip.depth.values, clip.photo.focal, clip.subject, clip.framing.box)
        lines = detect_lines(clip.photo.rgb)
        edges = auto.edges(
            lines, view, alignment.sample_lines(clip.depth.values, lines, auto.ALONG)
        )
        if not len(edges.w):
            return {}
        poses = self.poses[:: max(1, len(self.poses) // 9)]
        return {"exact_line_bend": auto.cost(poses, view, edges).bent / auto.WIDTH * self.size[0]}

    def _folding(self) -> dict[str, float]:
        motion = self.clip.motion
        seen = [
            known_flow.folds(flow)
            for i in range(8 if motion else 0)
            for flow in distinct(motion.at(i / 8) if motion else ())
        ]
        return {
            "exact_gradient": max((fold.gradient for fold in seen), default=0.0),
            "exact_folded": max((fold.folded for fold in seen), default=0.0),
            "exact_stretched": max((fold.stretched for fold in seen), default=0.0),
        }


def _union(clip: Clip, kinds: Collection[str]) -> UInt8Array:
    """Return, in scene pixels, where these kinds may move something: over 0."""
    out = np.zeros(clip.scene.size[::-1], np.uint8)
    for region in clip.regions:
        if region.kind in kinds:
            out = np.maximum(out, region.mask)
    reach = 2 * round(_TAKEN * out.shape[1]) + 1
    return np.asarray(cv2.dilate(out, np.ones((reach, reach), np.uint8)), np.uint8)


def flattened(scene: Scene) -> UInt8Array:
    """Return what the layers of a scene show together at rest, (H, W, 3) uint8: the photo."""
    stack = scene.stack()
    out = np.zeros((*stack.shape[1:], 3), np.float32)
    for packed in stack[::-1]:
        rgba = np.ascontiguousarray(packed).view(np.uint8).reshape(*packed.shape, 4)
        out = rgba[..., :3] + out * (1 - rgba[..., 3:] * np.float32(1 / 255))
    return np.asarray(np.clip(np.rint(out), 0, 255), np.uint8)


def _only(scene: Scene, rgb: UInt8Array) -> Layer:
    """Return the photo as one opaque layer."""
    packed: PackedRGBA = np.ascontiguousarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2RGBA)).view(np.uint32)
    return Layer(packed[..., 0].copy(), scene.layers[-1].inverse_depth.copy())


def _moved(
    seen: Seen, flows: tuple[Flow | None, ...] | None, x: Float32Array, y: Float32Array
) -> tuple[Float32Array, Float32Array, NDArray[np.bool_]]:
    """Return where displaced spots of the layers look in the photo, and where that is one place."""
    out_x, out_y, sure = np.array(x), np.array(y), np.ones(x.shape, bool)
    for layer, flow in enumerate(flows or ()):
        at = seen.layer == layer
        if flow is None or not at.any():
            continue
        u, v = x / np.float32(flow.step), y / np.float32(flow.step)
        out_x[at] += _look(flow.first[..., 0], u, v)[at]
        out_y[at] += _look(flow.first[..., 1], u, v)[at]
        if flow.second_gain is not None:
            sure[at] &= (_look(flow.second_gain, u, v) < 0.02)[at]
        if flow.first_gain is not None:
            sure[at] &= (np.abs(_look(flow.first_gain, u, v) - 1) < 0.02)[at]
    return out_x, out_y, sure


def _steady(layer: NDArray[np.intp]) -> UInt8Array:
    """Return 1 where a pixel of the grid and its neighbours show one layer."""
    shown = layer.astype(np.uint8)
    box = np.ones((3, 3), np.uint8)
    return np.asarray(cv2.dilate(shown, box) == cv2.erode(shown, box)).view(np.uint8)


def _look(picture: NDArray[Any], x: Float32Array, y: Float32Array) -> NDArray[Any]:
    return np.asarray(
        cv2.remap(
            np.ascontiguousarray(picture), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
    )


def _lab(rgb: NDArray[Any]) -> Float32Array:
    """Return CIE Lab of 8-bit colours in steps of 255, as float32: lightness scaled to 0..255."""
    lab = cv2.cvtColor(np.asarray(rgb, np.float32) / np.float32(255), cv2.COLOR_RGB2LAB)
    return np.asarray(lab * np.array([2.55, 1, 1], np.float32), np.float32)


def _variation(values: NDArray[np.float64]) -> float:
    mean = float(values.mean()) if values.size else 0.0
    return float(values.std()) / mean if mean > 0 else 0.0
