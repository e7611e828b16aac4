"""Joins the clips of one property into one video with cross-dissolves."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path, PurePosixPath
from typing import Any

import cv2
import numpy as np

from livingstill.core.model import PackedRGBA, UInt8Array
from livingstill.jobs.batch.work import RECORDS, load, store
from livingstill.media import clip_reader
from livingstill.media.formats import choose
from livingstill.media.write import encoder


def join_all(
    folder: Path, records: Sequence[Mapping[str, Any]], suffix: str, dissolve: float
) -> list[dict[str, Any]]:
    """Join the finished clips of each group and shape of a batch; return a record per tour.

    A tour that stands there, made from the same clips, is left as it is.
    """
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for record in records:
        if record["state"] == "done":
            group = PurePosixPath(record["output"]).parent.as_posix()
            shape = (record.get("aspect") or "").replace(":", "x")
            groups.setdefault(("" if group == "." else group, shape), []).append(record)
    tours = []
    for (group, shape), members in groups.items():
        if len(members) < 2:
            continue
        stem = (PurePosixPath(group) / f"tour{'-' if shape else ''}{shape}").as_posix()
        name = _free_name(folder, stem, suffix)
        names = [str(record["output"]) for record in members]
        key = json.dumps([[record.get("digest") for record in members], names, dissolve])
        record = {"output": name, "digest": hashlib.sha256(key.encode()).hexdigest()}
        record_path = folder / RECORDS / f"{name}.json"
        if load(record_path) != record or not (folder / name).is_file():
            (folder / name).unlink(missing_ok=True)
            store(record_path, record)
            join([folder / member for member in names], folder / name, dissolve)
        tours.append({**record, "clips": names, "bytes": (folder / name).stat().st_size})
    return tours


def _free_name(folder: Path, stem: str, suffix: str) -> str:
    """Return a tour's name, or the first numbered one that neither a photo's clip nor a file of the
    user has."""
    name, number = f"{stem}{suffix}", 1
    while (folder / name).exists() and (
        (record := load(folder / RECORDS / f"{name}.json")) == {} or "photo" in record
    ):
        number += 1
        name = f"{stem}-{number}{suffix}"
    return name


def join(clips: Sequence[Path], target: Path, dissolve: float = 0.6) -> None:
    """Write ``clips`` one after another, each dissolving into the next over ``dissolve`` seconds.

    The frame has the size and the rate that most clips have; others are fitted into it. No more
    than the frames of one dissolve are held.
    """
    infos = [clip_reader.info(clip) for clip in clips]
    size = Counter((info.width // 2 * 2, info.height // 2 * 2) for info in infos).most_common(1)[0][
        0
    ]
    rate = Counter(info.fps for info in infos).most_common(1)[0][0]
    overlap = max(1, round(dissolve * rate))
    with encoder.Encoder(target, size, rate, choose(str(target), quality="high")) as sink:
        for frame in cross_dissolve(
            (_resampled_frames(clip, size, rate) for clip in clips), overlap
        ):
            sink.write(_packed(frame))


def cross_dissolve(clips: Iterable[Iterable[UInt8Array]], overlap: int) -> Iterator[UInt8Array]:
    """Yield the frames of clips in turn; the last ``overlap`` of one blend into the next's first.

    The blend eases in and out. Clips shorter than two overlaps are blended over less.
    """
    tail: deque[UInt8Array] = deque()
    for clip in clips:
        buffered: deque[UInt8Array] = deque()
        blending = deque(tail)
        tail.clear()
        count = len(blending)
        for index, frame in enumerate(clip):
            if blending:
                u = (index + 1) / (count + 1)
                weight = u * u * (3 - 2 * u)
                previous = blending.popleft()
                blended = cv2.addWeighted(previous, 1 - weight, frame, weight, 0)
                buffered.append(np.asarray(blended, np.uint8))
            else:
                buffered.append(frame)
            if len(buffered) > overlap:
                yield buffered.popleft()
        yield from blending  # the clip was shorter than the blend
        tail = buffered
    yield from tail


def _resampled_frames(clip: Path, size: tuple[int, int], rate: Fraction) -> Iterator[UInt8Array]:
    """Yield a clip's frames at ``rate``, each the nearest in time, inside ``size`` on black."""
    index = 0
    for frame in clip_reader.ClipReader(clip):
        while index / rate <= frame.time + 0.5 / rate:
            yield _letterboxed(frame.rgb, size)
            index += 1


def _letterboxed(rgb: UInt8Array, size: tuple[int, int]) -> UInt8Array:
    height, width = rgb.shape[:2]
    if (width, height) == size:
        return rgb
    scale = min(size[0] / width, size[1] / height)
    inner = (max(1, round(width * scale)), max(1, round(height * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    page = np.zeros((size[1], size[0], 3), np.uint8)
    left, top = (size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2
    page[top : top + inner[1], left : left + inner[0]] = cv2.resize(
        rgb, inner, interpolation=method
    )
    return page


def _packed(rgb: UInt8Array) -> PackedRGBA:
    """Return (h, w, 3) uint8 as (h, w) uint32, bytes R, G, B, 255 from the lowest."""
    return np.ascontiguousarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2RGBA)).view(np.uint32)[..., 0]
