"""No-reference measurements of a clip, frame by frame: change, flow, residual, detail, levels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livingstill.core.errors import InputError
from livingstill.core.model import Float32Array, UInt8Array
from livingstill.imaging.dense_flow import flow_between
from livingstill.quality.boiling import BoilingMeter
from livingstill.quality.transience import TransienceMeter

Array = NDArray[Any]

LAGS = 10
_LONG_SIDE = 480
_TILES = 16
_BOILING_RATE, _SLOW_RATE = 4.0, 12.0
"""Steps a second in which texture is compared; frames a second up to which it is in every step."""
_MIN_EDGE_DETAIL = 1.0
"""Smallest mean difference of neighbours along an edge, levels, at which smearing is visible."""
_MAX_KEY_SHARE = 0.2
"""Share of key frames at which they are ignored: a GIF has no others."""
_SSIM_C1, _SSIM_C2 = 6.5025, 58.5225  # (0.01 * 255)^2, (0.03 * 255)^2


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Measurements of a clip of T frames on a grid of (gy, gx) tiles. All arrays are float32.

    Index t of a change, flow or residual is the step from frame t-1 to frame t, NaN where there
    is none. Levels are 0..255, lengths pixels of the clip at full size.

    ``luma``, ``contrast`` : (T, gy, gx) mean and standard deviation of Y in a tile
    ``chroma`` : (T, gy, gx, 2) mean Cr and Cb
    ``detail`` : (T, gy, gx) mean abs difference of horizontal neighbours at full size
    ``change`` : (LAGS, T, gy, gx) mean abs difference of Y from the frame 1..LAGS before
    ``residual`` : (T, gy, gx) the same after the best smooth flow (DIS; Kroeger et al., 2016)
    ``flow`` : (T, gy, gx, 2) mean (dx, dy) of a tile
    ``transient`` : (T, gy, gx) share of a tile's pixels whose texture neither the frame before nor
        the one after contains; 0 in the first and last frame
    ``boiling`` : (T, gy, gx, 2, 3) share of a tile's pixels that has texture, has texture of a known
        and slow motion, and of that has texture which changes along it in the step: of the luma as
        it is, and without particles; 0 in steps that were not looked at
    ``solid`` : (gy, gx) bool, tiles that show nothing that changes by its nature, or None if that
        is unknown
    ``warp_error`` : (T,) mean over unoccluded pixels of squared residual, in [0, 1] colours
        (Lai et al., 2018, with DIS in place of FlowNet2)
    ``occluded``, ``folded`` : (T,) share of the picture that fails the forward-backward check,
        and where the flow turns the picture over
    ``static_change`` : (T,) mean abs change of the pixels that barely move
    ``from_first`` : (T,) mean abs difference from frame 0
    ``border`` : (T, 4) left, right, top, bottom: detail across the edge strip relative to along
        it, as a share of the same ratio further in; 1 = like the rest, 0 = smeared, NaN where
        there is nothing to be seen along it
    ``identity`` : (T, gy, gx) structural similarity to the still, or None
    ``rows``, ``columns`` : (T, w, 3), (T, h, 3) uint8, the middle row and column: x-t slices
    ``durations`` : (T,) duration of each step, 1 = the median
    ``key_frames`` : (T,) bool, intra-coded frames, where they are few
    """

    size: tuple[int, int]
    fps: float
    luma: Float32Array
    chroma: Float32Array
    contrast: Float32Array
    detail: Float32Array
    change: Float32Array
    residual: Float32Array
    flow: Float32Array
    transient: Float32Array
    boiling: Float32Array
    warp_error: Float32Array
    occluded: Float32Array
    folded: Float32Array
    static_change: Float32Array
    from_first: Float32Array
    border: Float32Array
    identity: Float32Array | None
    solid: NDArray[np.bool_] | None
    rows: UInt8Array
    columns: UInt8Array
    durations: Float32Array
    key_frames: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.luma)

    @property
    def grid(self) -> tuple[int, int]:
        """Tiles down and across."""
        return self.luma.shape[1], self.luma.shape[2]


def observe(frames: Iterable[UInt8Array], fps: float, still: UInt8Array | None = None) -> Series:
    """Measure a clip in one pass that holds a few reduced frames.

    ``frames`` are (H, W, 3) uint8 RGB of one size; ``still`` is a picture the clip should look
    like, framed as the clip is.

    Raises
    ------
    InputError
        If there is no frame, or frames differ in size.
    """
    observer = Observer(still, fps)
    for frame in frames:
        observer.add(frame)
    return observer.series(fps)


def figures(series: Series) -> dict[str, float]:
    """Return the clip's profile: one number per figure, stability beside motion.

    ``temporal_flickering`` is VBench's (Huang et al., 2024): (255 - mean abs change) / 255, here
    on luma at reduced size; ``..._static`` on the pixels that barely move. The rest is ours.
    """
    change = series.change[0, 1:].mean((1, 2)) if len(series) > 1 else np.zeros(1, np.float32)
    moving = np.hypot(*np.moveaxis(series.flow[1:], -1, 0)) > 0.5
    step = float(np.median(change))
    out = {
        "frames": float(len(series)),
        "temporal_flickering": float(1 - change.mean() / 255),
        "temporal_flickering_static": float(1 - _mean(series.static_change[1:]) / 255),
        "warp_error": _mean(series.warp_error[1:]),
        "occluded": _mean(series.occluded[1:]),
        "folded": _mean(series.folded[1:]),
        "dynamic_degree": float(moving.mean()) if moving.size else 0.0,
        "median_step": step,
        "seam": float(series.from_first[-1] / max(step, 1e-3)),
        "sharpness_min": float((_profile(series.detail)).min()),
        "brightness_std": float(series.luma.mean((1, 2)).std()),
        "border_min": float(np.nan_to_num(series.border, nan=1.0).min()),
    }
    if series.identity is not None:
        out["identity_mean"] = float(series.identity.mean())
        out["identity_last"] = float(series.identity[-1].mean())
    return out


def colours(series: Series) -> Float32Array:
    """Return (T, gy, gx, 3) mean R, G and B of the tiles (ITU-R BT.601), 0..255."""
    red, blue = np.moveaxis(series.chroma - 128, -1, 0)
    y = series.luma
    planes = [y + 1.403 * red, y - 0.714 * red - 0.344 * blue, y + 1.773 * blue]
    return np.asarray(np.clip(np.stack(planes, axis=-1), 0, 255), np.float32)


def _mean(values: Float32Array) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if finite.size else 0.0


def _profile(values: Float32Array) -> Float32Array:
    """Return the mean over tiles of each frame, relative to the clip's median frame."""
    mean = values.mean((1, 2))
    out: Float32Array = mean / max(float(np.median(mean)), 1e-3)
    return out


class Observer:
    """Accumulates the measurements of ``Series`` from frames that are pushed, as while rendering."""

    def __init__(self, still: UInt8Array | None = None, fps: float = 0.0) -> None:
        """``fps``, if it is known, spares the costly measurements that need no more than some steps."""
        self.still_source = still
        self.boiling_stride = round(fps / _BOILING_RATE) if fps > _SLOW_RATE else 1
        self.identity_flow: Float32Array | None = None
        self.recent: list[Array] = []
        self.first: Array | None = None
        self.measurements: dict[str, list[Any]] = {}

    def _begin(self, first: UInt8Array) -> None:
        """Lay the grid for frames of this size."""
        height, width = first.shape[:2]
        self.shape = first.shape
        tile = int(np.clip(round(min(_LONG_SIDE, max(height, width)) / _TILES), 4, 30))
        unit = max(height, width) / _TILES
        # dense flow needs some rows
        self.grid = (max(1, round(width / unit)), max(2, round(height / unit)))
        self.reduced_size = (self.grid[0] * tile, self.grid[1] * tile)
        self.scale = (width / self.reduced_size[0], height / self.reduced_size[1])
        self.rows = max(1, height // 135)
        self.dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
        self.y, self.x = np.mgrid[: self.reduced_size[1], : self.reduced_size[0]].astype(np.float32)
        self.still = None if self.still_source is None else self._reduce(self.still_source)[0]
        self.transience = TransienceMeter(self.grid)
        self.boiling = BoilingMeter(self.grid)

    def _reduce(self, frame: Array) -> tuple[Array, Array, Array]:
        """Return Y, Cr and Cb in one array, and the small RGB frame."""
        reduced_size = cv2.resize(frame, self.reduced_size, interpolation=cv2.INTER_AREA)
        planes = cv2.cvtColor(reduced_size, cv2.COLOR_RGB2YCrCb)
        return np.ascontiguousarray(planes[..., 0]), planes, reduced_size

    def _tiles(self, plane: Array) -> Float32Array:
        """Return the mean of a plane in each tile, (gy, gx)."""
        plane32 = plane.astype(np.float32, copy=False)
        means: Array = cv2.resize(plane32, self.grid, interpolation=cv2.INTER_AREA)
        return means.reshape(self.grid[1], self.grid[0], *plane.shape[2:])

    def _record(self, **values: Any) -> None:
        for name, value in values.items():
            self.measurements.setdefault(name, []).append(value)

    def add(self, frame: UInt8Array) -> None:
        """Measure one (H, W, 3) uint8 frame against those before it."""
        if self.first is None:
            self._begin(frame)
        if frame.shape != self.shape:
            raise InputError(
                f"a frame is {frame.shape[1]}x{frame.shape[0]} and the first is "
                f"{self.shape[1]}x{self.shape[0]}; all frames must have one size"
            )
        luma, planes, reduced_size = self._reduce(frame)
        means = self._tiles(planes)
        luma32 = luma.astype(np.float32)
        spread = np.sqrt(np.maximum(self._tiles(luma32 * luma32) - self._tiles(luma32) ** 2, 0))
        if self.first is None:
            self.first, self.first_rgb = luma, reduced_size
        self.last_rgb = reduced_size
        green = np.ascontiguousarray(frame[self.rows // 2 :: self.rows, :, 1])
        self._record(
            luma=means[..., 0],
            chroma=means[..., 1:],
            contrast=spread,
            detail=self._tiles(cv2.absdiff(green[:, 1:], green[:, :-1])),
            from_first=cv2.mean(cv2.absdiff(luma, self.first))[0],
            border=_edge_detail_ratio(frame),
            rows=reduced_size[reduced_size.shape[0] // 2].copy(),
            columns=reduced_size[:, reduced_size.shape[1] // 2].copy(),
        )
        if self.still is not None:
            self._record(identity=self._structural_similarity(luma))
        undefined = np.full(self.grid[::-1], np.nan, np.float32)
        changes = [cv2.absdiff(luma, before) for before in reversed(self.recent)]
        lags = [self._tiles(change) for change in changes]
        self._record(change=np.stack(lags + [undefined] * (LAGS - len(lags))))
        if self.recent:
            self._measure_step(self.recent[-1], luma, changes[0])
        else:
            self._record(residual=undefined, flow=np.dstack([undefined, undefined]))
            self._record(warp_error=np.nan, occluded=np.nan, folded=np.nan, static_change=np.nan)
        self._measure_boiling(luma)
        transient = self.transience.add(reduced_size)
        if transient is not None:
            self.measurements["transient"][-1] = transient  # known once the next frame is
        self._record(transient=np.zeros(self.grid[::-1], np.float32))
        self.recent = [*self.recent[1 - LAGS :], luma]

    def _flow(
        self, source: Array, target: Array, guess: Float32Array | None = None
    ) -> Float32Array:
        """Return the displacement (dx, dy) of every pixel of ``source``, reduced pixels."""
        return flow_between(self.dis, source, target, guess)

    def _measure_step(self, previous: Array, luma: Array, change: Array) -> None:
        """Measure the step between two neighbours along its flow."""
        forward = self._flow(previous, luma)
        backward = self._flow(luma, previous)
        at_x, at_y = self.x + forward[..., 0], self.y + forward[..., 1]
        warped = cv2.remap(luma, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        round_trip = forward + cv2.remap(
            backward, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        # forward-backward check of Sundaram et al., 2010
        length = _square(forward)
        outside = (at_x < 0) | (at_y < 0) | (at_x > luma.shape[1] - 1) | (at_y > luma.shape[0] - 1)
        visible = ~((_square(round_trip) > 0.01 * length + 0.5) | outside)
        residual = cv2.absdiff(warped, previous)
        error = cv2.mean(cv2.multiply(residual, residual, dtype=cv2.CV_32F), visible.view(np.uint8))
        static = length < 0.05**2
        self._record(
            residual=self._tiles(residual),
            flow=self._tiles(forward) * np.array(self.scale, np.float32),
            warp_error=error[0] / 255**2 if visible.any() else np.nan,
            occluded=1 - _share(visible),
            folded=_share(determinant(forward) <= 0),
            static_change=cv2.mean(change, static.view(np.uint8))[0]
            if _share(static) > 0.01
            else np.nan,
        )

    def _measure_boiling(self, luma: Array) -> None:
        """Measure the step to this frame, if it is one of those that are looked at."""
        shares = np.zeros((*self.grid[::-1], 2, 3), np.float32)
        if self.recent and len(self.measurements["luma"]) % self.boiling_stride == 0:
            shares = self.boiling.measure(self.recent[-1], luma)
        self._record(boiling=shares)

    def _structural_similarity(self, luma: Array) -> Float32Array:
        """Return SSIM per tile of a frame and the still, registered by flow (Wang et al., 2004)."""
        assert self.still is not None
        flow = self._flow(luma, self.still, self.identity_flow)
        self.identity_flow = flow
        still = cv2.remap(
            self.still,
            self.x + flow[..., 0],
            self.y + flow[..., 1],
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        ).astype(np.float32)
        frame = luma.astype(np.float32)
        a, b = self._tiles(frame), self._tiles(still)
        va = self._tiles(frame * frame) - a * a
        vb = self._tiles(still * still) - b * b
        covariance = self._tiles(frame * still) - a * b
        numerator = (2 * a * b + _SSIM_C1) * (2 * covariance + _SSIM_C2)
        denominator = (a * a + b * b + _SSIM_C1) * (va + vb + _SSIM_C2)
        return np.asarray(numerator / denominator, np.float32)

    def series(self, fps: float, times: Sequence[float] = (), keys: Sequence[bool] = ()) -> Series:
        """Return all measurements as arrays with time first.

        ``times`` are the frames' seconds, where they may be uneven; ``keys`` tells key frames.
        """
        if not self.measurements:
            raise InputError("the clip has no frames; it must have at least one")
        slices: dict[str, Any] = {n: np.stack(self.measurements[n]) for n in ("rows", "columns")}
        arrays: dict[str, Any] = {
            name: np.asarray(measurements, np.float32)
            for name, measurements in self.measurements.items()
            if name not in slices
        }
        arrays["change"] = np.moveaxis(arrays["change"], 1, 0)
        arrays.setdefault("identity", None)
        arrays["solid"] = None
        durations = np.ones(len(self.measurements["luma"]), np.float32)
        if len(times) == len(durations) > 1:
            steps = np.diff(times)
            durations[1:] = steps / max(float(np.median(steps)), 1e-6)
        key_frames = np.zeros(len(durations), bool)
        if len(keys) == len(durations) and np.mean(keys) < _MAX_KEY_SHARE:
            key_frames[:] = keys
        return Series(
            size=self.shape[1::-1],
            fps=fps,
            durations=durations,
            key_frames=key_frames,
            **arrays,
            **slices,
        )


def determinant(flow: Float32Array) -> Float32Array:
    """Return det(I + grad flow) of an (h, w, 2) displacement by central differences."""
    u, v = cv2.split(flow)
    across, down = (
        np.array([[-0.5, 0, 0.5]], np.float32),
        np.array([[-0.5], [0], [0.5]], np.float32),
    )
    ux, vx = (cv2.filter2D(plane, -1, across, borderType=cv2.BORDER_REPLICATE) for plane in (u, v))
    uy, vy = (cv2.filter2D(plane, -1, down, borderType=cv2.BORDER_REPLICATE) for plane in (u, v))
    out: Float32Array = (1 + ux) * (1 + vy) - vx * uy
    return out


def _square(vectors: Float32Array) -> Float32Array:
    """Return the squared length of (h, w, 2) vectors."""
    x, y = cv2.split(vectors)
    out: Float32Array = x * x + y * y
    return out


def _share(flags: NDArray[np.bool_]) -> float:
    """Return the share of true flags."""
    return cv2.countNonZero(flags.view(np.uint8)) / flags.size


def _edge_detail_ratio(frame: UInt8Array) -> Float32Array:
    """Return per side how much detail crosses the edge strip, as a share of further in.

    A picture continued by its last pixel has detail along the edge and none across it.
    """
    green = frame[..., 1]
    height, width = green.shape
    if min(height, width) < 64:
        return np.ones(4, np.float32)
    deep = max(24, round(0.07 * min(height, width)))
    depths = np.r_[0:5, deep - 8 : deep]
    out = []
    for side in (green[:, depths].T, green[:, -1 - depths].T, green[depths], green[-1 - depths]):
        lines = np.ascontiguousarray(side)
        across = cv2.absdiff(lines[1:], lines[:-1])
        along = cv2.absdiff(lines[:, 1:], lines[:, :-1])
        edge = (cv2.mean(across[:4])[0] + 0.05) / (cv2.mean(along[:5])[0] + 0.5)
        inner = (cv2.mean(across[5:])[0] + 0.05) / (cv2.mean(along[5:])[0] + 0.5)
        # where nothing is to be seen along the edge, nothing can be seen drawn out
        out.append(edge / inner if cv2.mean(along[:5])[0] > _MIN_EDGE_DETAIL else np.nan)
    return np.array(out, np.float32)
