"""The frames of one long clip, cut into spans that the workers of a cluster render."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from livingstill.core.errors import LivingStillError
from livingstill.core.model import PackedRGBA, Photo
from livingstill.jobs.analyse import Estimates
from livingstill.jobs.clip import Clip
from livingstill.jobs.cluster.connection import TASKS_PER_WORKER, TRIES, count_workers
from livingstill.jobs.session import prepare
from livingstill.settings.shot import Shot

if TYPE_CHECKING:
    from distributed import Client, Future

SPAN = 12
"""Frames per task: enough to keep a worker busy, few enough to lose one."""


@dataclass(frozen=True, slots=True, eq=False)
class ClipJob:
    """What a worker needs to prepare a clip: the photo, its shot and its estimates."""

    key: str
    photo: Photo
    shot: Shot
    estimates: Estimates


def frames(client: Client, clip: Clip, span: int = SPAN) -> Iterator[PackedRGBA]:
    """Yield the bare frames of a clip that ``prepare`` made, rendered by the workers, in order.

    Give them to ``Clip.save(source=...)``. At most ``TASKS_PER_WORKER`` spans per worker are under way.

    Raises
    ------
    LivingStillError
        If a span's workers died several times.
    """
    estimates = Estimates(clip.depth, clip.regions, clip.subject)
    text = clip.photo.sha256 + clip.shot.model_dump_json()
    key = hashlib.sha256(text.encode() + clip.depth.values.tobytes()).hexdigest()
    clip_job = ClipJob(key, clip.photo, clip.shot, estimates)
    height, width = clip.framing.size[1], clip.framing.size[0]
    spans = iter(_split_spans(clip.timeline.frames, span))
    scattered = client.scatter(clip_job, broadcast=True)
    queue: deque[tuple[range, Future]] = deque()

    def hand_out() -> None:
        while len(queue) < TASKS_PER_WORKER * count_workers(client):
            part = next(spans, None)
            if part is None:
                return
            queue.append((part, client.submit(_render_on_worker, scattered, part, pure=False)))

    hand_out()
    while queue:
        part, future = queue.popleft()
        for tries in range(TRIES):
            try:
                data = future.result()
                break
            except LivingStillError:
                raise
            except Exception as error:
                if tries == TRIES - 1:
                    raise LivingStillError(
                        f"frames {part.start} to {part.stop - 1} were lost {TRIES} times "
                        f"({type(error).__name__}); look at the workers' logs"
                    ) from error
                scattered = client.scatter(clip_job, broadcast=True)
                future = client.submit(_render_on_worker, scattered, part, pure=False)
        future.release()
        hand_out()
        yield from np.frombuffer(data, np.uint32).reshape(len(part), height, width)


def _split_spans(count: int, span: int) -> Iterable[range]:
    return (range(first, min(first + span, count)) for first in range(0, count, span))


_prepared_clips: dict[str, Clip] = {}
_prepared_lock = Lock()


def _render_on_worker(clip_job: ClipJob, span: range) -> bytes:
    """Render a span of a clip; the clip is made ready once per worker and then kept."""
    with _prepared_lock:
        if clip_job.key not in _prepared_clips:
            _prepared_clips.clear()
            _prepared_clips[clip_job.key] = prepare(
                clip_job.photo, clip_job.shot, estimates=clip_job.estimates
            )
        clip = _prepared_clips[clip_job.key]
    return b"".join(frame.tobytes() for frame in clip.rendered(span))
