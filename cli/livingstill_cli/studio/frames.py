"""The frames of one look as JPEG, in the order that its page wants them."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Event

from livingstill.core.model import Flow, Motion
from livingstill.jobs.clip import Clip
from livingstill.render.frames import Renderer

from livingstill_cli.studio.pictures import frame_jpeg

SCRUB_PAUSE = 0.15
"""Seconds for which nothing is rendered ahead after a frame that was asked for.

Whoever drags the playhead asks for another one within them, and finds the engine free.
"""


class LookJob:
    """One look that is wanted: it ends early once another is wanted in its place.

    ``ask`` and ``end`` are for the page's thread, the rest for the thread that renders.
    """

    def __init__(self, serial: int, start: int) -> None:
        self.serial, self.start, self.stale = serial, start, False
        self._asked: int | None = None
        self._wake = Event()

    def ask(self, index: int) -> None:
        """Ask for a frame before those that come in order."""
        self._asked = index
        self._wake.set()

    def end(self) -> None:
        """End the look at its next frame."""
        self.stale = True
        self._wake.set()

    @property
    def interrupted(self) -> bool:
        """Whether a frame was asked for, or the look has ended."""
        return self._wake.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait until ``interrupted``, at most so long; return whether it is."""
        return self._wake.wait(seconds)

    def take_asked(self) -> int | None:
        """Return the frame that was asked for last, once; None if there is none."""
        self._wake.clear()
        asked, self._asked = self._asked, None
        if self.stale:
            self._wake.set()
        return asked


class _Interrupted(Exception):  # noqa: N818
    """Something else is wanted than the frame that is being rendered."""


@dataclass(frozen=True, slots=True)
class _InterruptibleMotion:
    """A motion that raises, in the place of a flow, once something else is wanted."""

    motion: Motion
    interrupted: Callable[[], bool]

    def at(self, phase: float) -> tuple[Flow | None, ...]:
        """Return one flow per layer."""
        if self.interrupted():
            raise _Interrupted
        return self.motion.at(phase)


class Frames:
    """The frames of a clip as JPEG, in any order; for one thread.

    ``filtered`` is whether a frame needs its neighbours, for the filter against flicker.
    """

    def __init__(self, clip: Clip) -> None:
        self._clip, self.count = clip, clip.timeline.frames
        self.filtered = clip.motion is not None and clip.shot.smooth > 0
        shot = clip.shot.model_copy(update={"smooth": 0.0})
        self._plain = replace(clip, shot=shot)
        size = clip.framing.picture[2:]
        self._renderer = Renderer(clip.scene, clip.window, size, shot.quality, card=clip.card)

    def jpegs(
        self, start: int, without: Container[int] = (), interrupted: Callable[[], bool] = bool
    ) -> Iterator[tuple[int, bytes]]:
        """Yield index and JPEG of every frame, from ``start`` on and around to it.

        Frames of ``without`` are left out; those may grow meanwhile by frames that were yielded. They
        end, in the midst of the neighbours of a frame too, as soon as ``interrupted`` is true.
        """
        clip = self._clip
        if clip.motion is not None:
            clip = replace(clip, motion=_InterruptibleMotion(clip.motion, interrupted))
        order = [i for i in (*range(start, self.count), *range(start)) if i not in without]
        try:
            for span in _runs(order):
                yield from zip(span, map(frame_jpeg, clip.packed(span)))
        except _Interrupted:
            return

    def unfiltered(self, index: int) -> bytes:
        """Return a frame without the temporal filter as JPEG, soon: it needs no neighbours."""
        span = range(index, index + 1)
        rendered = self._plain.rendered(span, self._renderer)
        return frame_jpeg(next(iter(self._plain.finisher.finish(rendered, span))))


def in_order(job: LookJob, frames: Frames, most: int) -> Iterator[tuple[int, bytes, bool]]:
    """Yield index, JPEG and whether its filter is missing, of ``most`` frames of a clip.

    They are in order from the job's start on and around to it, and from a frame on that is asked for
    meanwhile. Where the order begins anew, its first frame comes without its filter at once.
    """
    done: set[int] = set()
    start, asked = job.start % frames.count, False
    alone = True  # whether the first frame comes without its filter before all others
    while len(done) < most and not job.stale:
        if alone and frames.filtered:
            yield start, frames.unfiltered(start), True
        if not (asked and job.wait(SCRUB_PAUSE)):
            for index, data in frames.jpegs(start, done, lambda: job.interrupted):
                yield index, data, False
                done.add(index)
                start = (index + 1) % frames.count
                if job.interrupted or len(done) >= most:
                    break
        wanted = job.take_asked()
        asked = alone = wanted is not None and wanted < frames.count and wanted not in done
        if alone:
            start = wanted or 0


def _runs(order: Sequence[int]) -> Iterator[range]:
    """Yield the runs of successive numbers.

    >>> list(_runs([4, 5, 6, 0, 1]))
    [range(4, 7), range(0, 2)]
    """
    first = 0
    for place in range(1, len(order) + 1):
        if place == len(order) or order[place] != order[place - 1] + 1:
            yield range(order[first], order[place - 1] + 1)
            first = place
