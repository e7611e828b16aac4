"""A clip is watched, then kept, repaired or replaced."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from math import inf, log10
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from livingstill.core import threads
from livingstill.core.errors import InputError
from livingstill.core.model import Progress, Timeline, UInt8Array
from livingstill.io.files import replacing
from livingstill.jobs import check
from livingstill.jobs.clip import Stages
from livingstill.jobs.rescue import replace
from livingstill.media import clip_reader
from livingstill.media.write import encoder, remux, stills
from livingstill.photo import read
from livingstill.quality import (
    camera_track,
    detect,
    no_reference,
    registration,
    relevel,
    repair,
)
from livingstill.quality import (
    decision as decide,
)
from livingstill.quality import (
    verdict as director,
)
from livingstill.settings.shot import Shot

Flags = NDArray[np.bool_]
Mode = Literal["auto", "keep", "repair", "replace"]
MODES: tuple[Mode, ...] = ("auto", "keep", "repair", "replace")

_SEEN = 6.0
"""Standard deviation below which a frame shows too little to find the still in."""
_ENOUGH = 3
"""Good steps that tell the camera's path; of fewer, bad ones are heard too."""
_APART = 8
"""Frames between two flickers that may belong to them."""
_HEALED = 0.8
"""Share of the worst severity that may be left where a clip was repaired..."""
_SLIGHT = 0.34
"""...and the severity, half beyond the bar, that may be left in any case."""
_TRUE = 30.0
"""Decibels below which a rebuilt frame is a likely picture, not the true one."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to rescue: see the command's options of these names."""

    mode: Mode = "auto"
    strict: float = 1.0
    blend: int = 0
    force: bool = False
    overwrite: bool = False
    report: Path | None = None
    seed: int = 0
    quality: Literal["draft", "standard", "high"] = "standard"
    threads: int | None = None
    loop: Literal["auto", "seamless", "none"] = "auto"


@dataclass(frozen=True, slots=True, eq=False)
class Rescued:
    """What was done with a clip and why.

    ``camera`` and ``kinds`` are a replacement's; ``rebuilt`` are a repair's frames.
    """

    clip: str
    output: str
    decision: Literal["keep", "repair", "replace"]
    reasons: tuple[str, ...]
    verdict: director.Verdict
    notes: tuple[str, ...] = ()
    camera: str | None = None
    kinds: tuple[str, ...] = ()
    rebuilt: tuple[int, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        return {
            "clip": self.clip,
            "output": self.output,
            "decision": self.decision,
            "reasons": list(self.reasons),
            "notes": list(self.notes),
            "camera": self.camera,
            "kinds": list(self.kinds),
            "rebuilt": list(self.rebuilt),
            "seconds": self.seconds,
            **self.verdict.to_dict(),
        }

    def lines(self) -> list[str]:
        """Return what the user reads at the end."""
        done = {"keep": "kept as it is", "repair": "repaired", "replace": "replaced"}[self.decision]
        if self.rebuilt:
            done += f", {len(self.rebuilt)} of {self.verdict.frames} frames rebuilt"
        return [
            *(f"because: {reason}" for reason in self.reasons),
            *(f"note: {note}" for note in self.notes),
            f"{self.output}: {done}",
        ]


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """A clip after one look: what was measured, each frame's levels, how the still sits in it."""

    opened: clip_reader.ClipReader
    found: check.Review
    levels: relevel.Levels
    crop: registration.Crop | None
    uneven: bool

    @property
    def short(self) -> bool:
        """Whether the file broke off."""
        return bool(self.opened.notes)


def rescue(
    clip: Path,
    output: Path,
    still: Path | None = None,
    options: Options | None = None,
    *,
    progress: Progress | None = None,
) -> Rescued:
    """Write ``clip`` to ``output``: untouched, with bad frames rebuilt, or made anew from ``still``.

    Raises
    ------
    InputError
        If the clip or the still cannot be used, or the output cannot be written; then no file is
        left behind.
    """
    asked = options or Options()
    threads.limit(asked.threads)
    _check_output(clip, output, asked.overwrite)
    if asked.report is not None:
        check.check_report(asked.report, asked.overwrite)
    stages = Stages(progress)
    photo = read.read_photo(still).rgb if still else None
    watched = _watch(clip, photo, still, asked, stages)
    plan = _decision(watched, asked)
    if asked.report is not None:
        frames = clip_reader.frames(clip)
        check.write_report(watched.found, lambda: frames, asked.report, clip.name, asked.overwrite)
    job = _Job(watched, output, asked, stages)
    done: dict[str, Any]
    if plan.decision == "keep":
        done = job.keep()
    elif plan.decision == "repair":
        left = ""
        for tried, boxes in _attempts(plan, watched.found.verdict):
            done = job.repair(tried, boxes)
            left = done.pop("left")
            if not left:
                break
        if left:
            plan = decide.Decision("replace", (left, *plan.reasons), np.zeros_like(plan.rebuild))
            done = job.replace(photo)
    else:
        done = job.replace(photo)
    notes = (*dict.fromkeys(watched.opened.notes), *done.pop("notes", ()))
    if plan.decision != "keep" and watched.uneven and not remux.keeps_time(watched.opened, output):
        notes = (*notes, "the clip's frames stood for unequal times; these stand for the average")
    return Rescued(
        clip=str(clip),
        output=str(output),
        decision=plan.decision,
        reasons=plan.reasons,
        verdict=watched.found.verdict,
        notes=notes,
        seconds=stages.seconds,
        **done,
    )


def _check_output(clip: Path, output: Path, overwrite: bool) -> None:
    """Refuse early an output that could not be written, or that is the clip itself."""
    if output.exists() and clip.exists() and output.resolve() == clip.resolve():
        raise InputError(f"output {output} is the clip itself; give another name")
    encoder.check_target(output, overwrite)


def _watch(
    clip: Path, photo: UInt8Array | None, still: Path | None, asked: Options, stages: Stages
) -> Watched:
    """Look at every frame once; find the still in the first that shows something."""
    opened = clip_reader.ClipReader(clip)
    observer: no_reference.Observer | None = None
    waiting: list[UInt8Array] = []
    crop: registration.Crop | None = None
    times: list[float] = []
    keys: list[bool] = []
    with stages("watching", opened.info.frames or 0) as step:
        for frame in opened:
            times.append(frame.time)
            keys.append(frame.key)
            step()
            if observer is None:
                waiting.append(frame.rgb)
                if (
                    photo is not None
                    and frame.rgb[::4, ::4].std((0, 1)).max() < _SEEN
                    and len(waiting) < 12
                ):
                    continue
                if photo is not None:
                    crop = registration.locate(photo, frame.rgb)
                    _alike(crop, clip, still, asked.force)
                    box = (crop.x, crop.y, crop.width, crop.height)
                    photo = registration.cut(photo, box, frame.rgb.shape[1::-1])
                observer = no_reference.Observer(photo)
                for early in waiting:
                    observer.look(early)
                waiting.clear()
            else:
                observer.look(frame.rgb)
    if len(times) < 2:
        raise InputError(f"clip {clip} has one frame only; give a clip, or animate the picture")
    if observer is None:
        raise InputError(f"clip {clip} shows nothing; give a clip with pictures in it")
    series = observer.series(float(opened.info.fps), times, keys)
    reviewed = check.Review(_told(director.judge(series)), series, tuple(opened.notes))
    steps = np.diff(times)
    uneven = bool(steps.max() > 1.2 * steps.min() + 0.002)
    return Watched(opened, reviewed, _levels(reviewed), crop, uneven)


def _levels(reviewed: check.Review) -> relevel.Levels:
    """Return what sets the brightness and colour right of frames that are off in these alone.

    A flicker that passes its own mean goes unseen there, so the frames between are asked too.
    """
    series, verdict = reviewed.series, reviewed.verdict
    loud = np.zeros(verdict.frames, bool)
    other = loud.copy()
    for fault in verdict.faults:
        here = loud if fault.kind in ("flicker", "colour") else other
        if fault.kind != "seam":
            here[fault.first : fault.last + 1] = True
    flagged = loud.copy()
    for first, last in list(detect.runs(loud, gap=_APART)):
        loud[max(0, first - 1) : last + 2] = True
    found = relevel.judged(series, loud | other, flagged)
    tinted, sound = found.off & loud & ~other, found.sound & loud & ~other
    for first, last in detect.runs(loud):
        span = slice(first, last + 1)
        if tinted[span][flagged[span]].mean() < 0.5:  # then it is not the level that is at fault
            tinted[span] = sound[span] = False
    return dataclasses.replace(found, off=tinted, sound=sound)


def _told(verdict: director.Verdict) -> director.Verdict:
    """Leave out that a frame is unlike the still where another fault of that frame says why."""
    why = np.zeros(verdict.frames, bool)
    for fault in verdict.faults:
        if fault.kind not in decide.SPREAD:
            why[fault.first : fault.last + 1] = True
    kept = (
        fault
        for fault in verdict.faults
        if fault.kind != "identity" or not why[fault.first : fault.last + 1].all()
    )
    return dataclasses.replace(verdict, faults=tuple(kept))


def _alike(crop: registration.Crop, clip: Path, still: Path | None, force: bool) -> None:
    if crop.likeness < registration.ALIKE and not force:
        raise InputError(
            f"still {still} is unlike clip {clip} (likeness {crop.likeness:.2f}, "
            f"{registration.ALIKE} is needed); name the still it was made of, or give --force"
        )


def _decision(watched: Watched, asked: Options) -> decide.Decision:
    """Return what to do: as asked, else as the verdict says."""
    verdict = watched.found.verdict
    plan = decide.decide(verdict, asked.strict, watched.levels.off | watched.levels.sound)
    rebuild = plan.rebuild
    if plan.decision == "repair":
        rebuild[:] = rebuild & ~watched.levels.sound | watched.levels.off
    if asked.mode == "auto":
        if plan.decision == "keep" and watched.short:
            return decide.Decision("repair", ("the file breaks off",), rebuild)
        return plan
    told = (f"--mode {asked.mode} was given", *plan.reasons)
    if asked.mode == "repair":
        for fault in verdict.faults:
            if fault.kind not in decide.SPREAD and fault.kind != "seam":
                rebuild[fault.first : fault.last + 1] = True
        if rebuild.all():
            raise InputError(
                f"every frame of clip {watched.opened.path} is bad, so there is nothing to repair "
                "it from; give --mode replace"
            )
        if not rebuild.any() and not watched.short:
            return decide.Decision("keep", (*told, "there is nothing to repair"), rebuild)
    return decide.Decision(asked.mode, told, rebuild)


def _attempts(
    plan: decide.Decision, verdict: director.Verdict
) -> Iterator[tuple[decide.Decision, list[decide.Box | None] | None]]:
    """Yield ways to repair: the spoiled places, whole frames, whole frames and their neighbours."""
    boxes = decide.places(verdict, plan.rebuild)
    if any(boxes):
        yield plan, boxes
    yield plan, None
    wider = _widened(plan)
    if wider is not None:  # a skip is spread over more frames
        yield wider, None


def _widened(plan: decide.Decision) -> decide.Decision | None:
    """Return the plan with a frame more on either side of its bad ones, if that is not too many."""
    bad = plan.rebuild
    wide = bad | np.r_[bad[1:], False] | np.r_[False, bad[:-1]]
    longest = max((last - first + 1 for first, last in detect.runs(wide)), default=0)
    if not 0 < longest <= decide.LONGEST or wide[0] or wide[-1]:
        return None
    return dataclasses.replace(plan, rebuild=wide)


def _likeness(frame: UInt8Array, aim: UInt8Array) -> str:
    """Return how near two pictures are, in words."""
    relevel = _decibels(frame, aim)
    return "bit for bit" if relevel == inf else f"within {relevel:.0f} dB"


def _decibels(frame: UInt8Array, aim: UInt8Array) -> float:
    """Return how near two pictures are: peak signal to noise."""
    error = float(np.mean((frame.astype(np.float32) - aim) ** 2))
    return 10 * log10(255**2 / error) if error else inf


class _Unhealed(Exception):  # noqa: N818  (control flow: drops the half-written file)
    """A repair did not remove what it was made for."""


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """The three ways to answer; each returns what ``Rescued`` tells of it."""

    watched: Watched
    output: Path
    asked: Options
    stages: Stages

    @property
    def frames(self) -> int:
        return self.watched.found.verdict.frames

    def twin(self) -> remux.Twin:
        """Return a writer of the clip's frame, time and sound."""
        return remux.Twin(
            self.watched.opened,
            self.output,
            self.frames,
            short=self.watched.short,
            overwrite=self.asked.overwrite,
        )

    def given(self) -> Iterator[UInt8Array]:
        """Yield the clip's own frames."""
        return (frame.rgb for frame in self.watched.opened)

    def keep(self) -> dict[str, Any]:
        """Copy the file; where another format is asked for, its frames."""
        source = self.watched.opened.path
        if source.suffix.lower() != self.output.suffix.lower():
            with self.twin() as twin:
                for frame in self.given():
                    twin.write(frame)
            return {"notes": (*twin.notes, f"converted from {source.suffix}, frames untouched")}
        if stills.NUMBER.search(source.name):
            self._keep_sequence(source)
        else:
            with replacing(self.output, self.asked.overwrite) as part:
                shutil.copyfile(source, part)
        return {}

    def _keep_sequence(self, source: Path) -> None:
        first = 0 if stills.name_of(source, 0).exists() else 1
        for index in range(self.frames):
            target = stills.name_of(self.output, index)
            with replacing(target, self.asked.overwrite) as part:
                shutil.copyfile(stills.name_of(source, first + index), part)

    def repair(
        self, plan: decide.Decision, boxes: list[decide.Box | None] | None = None
    ) -> dict[str, Any]:
        """Set levels right where they alone are wrong, rebuild the other bad frames in their boxes."""
        series, levels = self.watched.found.series, self.watched.levels
        bad = plan.rebuild
        tinted = bad & levels.off

        def pieces() -> Iterator[repair.Piece]:
            for index, frame in enumerate(self.given()):
                box = boxes[index] if boxes else None
                if tinted[index]:
                    gain = levels.gain[index]
                    lost = relevel.blown(frame, gain)
                    even = relevel.relevel(frame, gain, levels.offset[index])
                    yield repair.Piece(even, lost, bright=True)
                elif bad[index] and box is None:
                    yield repair.Piece(None)
                else:
                    lost = repair.around(box, frame.shape) if box and bad[index] else None
                    yield repair.Piece(frame, lost)

        observer = no_reference.Observer()
        try:
            with self.twin() as twin, self.stages("frames", self.frames) as step:
                for frame in repair.mend(pieces()):
                    observer.look(frame)
                    twin.write(frame)
                    step()
                after = director.judge(observer.series(series.fps))
                left = self._left(after, bad) if self.asked.mode == "auto" else ""
                if left:
                    raise _Unhealed
        except _Unhealed:
            return {"left": left}
        notes = list(twin.notes)
        tried = self._tried(bad & ~tinted)
        if tried is not None:
            chance = "; such texture is chance, which no one can foretell" if tried < _TRUE else ""
            notes.append(
                f"good frames beside them, rebuilt as a trial, come within {tried:.0f} dB{chance}"
            )
        if tinted.any():
            notes.append(f"{int(tinted.sum())} frames had their brightness and colour set right")
        return {
            "left": "",
            "notes": tuple(notes),
            "rebuilt": tuple(map(int, np.flatnonzero(bad))),
        }

    def _tried(self, bad: Flags) -> float | None:
        """Return how near the truth good frames come, dB, rebuilt from as far as the bad were.

        None where nothing was rebuilt, or no stretch of good frames is long enough.
        """
        spans = list(detect.runs(bad))
        count = max((last - first + 1 for first, last in spans), default=0)
        if not 0 < count <= decide.LONGEST:
            return None
        whole = np.lib.stride_tricks.sliding_window_view(~bad, count + 2).all(1)
        starts = np.flatnonzero(whole)
        if not starts.size:
            return None
        start = int(starts[np.abs(starts - spans[0][0]).argmin()])
        held = list(islice(self.given(), start, start + count + 2))
        ways = [(i + 1) / (count + 1) for i in range(count)]
        made = repair.between(held[0], held[-1], ways)
        return min(_decibels(frame, truth) for frame, truth in zip(made, held[1:-1]))

    def _left(self, after: director.Verdict, bad: Flags) -> str:
        """Say what a repair left, if it left the worst."""
        near = bad | np.r_[bad[1:], False] | np.r_[False, bad[:-1]]
        before = max((f.severity for f in self.watched.found.verdict.faults), default=0.0)
        for fault in after.faults:
            where = near if fault.kind in ("drop", "jitter", "cut") else bad
            touched = where[fault.first : fault.last + 1].any()
            touched = touched and fault.kind not in ("blur", "seam")
            # rounding of what was set right is seen in a clip that hardly moves, and by no one else
            levelled = self.watched.levels.off[fault.first : fault.last + 1].all()
            touched = touched and not (levelled and fault.kind in ("flicker", "colour"))
            if touched and fault.severity > max(_SLIGHT, _HEALED * before):
                return f"repair did not heal it: {fault.message}"
        return ""

    def replace(self, photo: UInt8Array | None) -> dict[str, Any]:
        """Render the still as the clip showed it."""
        series = self.watched.found.series
        good = self._good()
        start = int(np.flatnonzero(good)[0])
        notes: list[str] = []
        first = self._frame(start)
        if photo is None:
            photo = np.array(first)
            crop = registration.Crop(0, 0, photo.shape[1], photo.shape[0], 1.0)
            notes.append(f"no still was given; frame {start} of the clip serves as one")
        else:
            crop = registration.locate(photo, first)
            notes.append(
                f"the clip shows {crop.width:.0f}x{crop.height:.0f} of the still at "
                f"{crop.x:.0f},{crop.y:.0f} (likeness {crop.likeness:.2f})"
            )
        loop, asked = self.asked.loop, "as asked"
        if loop == "auto":
            loop, asked = (
                "seamless" if good[-1] and replace.joins(series) else "none",
                "like the clip",
            )
        info = self.watched.opened.info
        known = int((good[1:] & good[:-1]).sum()) >= _ENOUGH
        path = camera_track.track(series, good if known else None)
        wanted = replace.Wanted(
            size=(info.width, info.height),
            timeline=Timeline(self.frames, info.fps, loop),
            path=path,
            lively=replace.lively(series, good, camera_track.name(path).name == "static"),
        )
        shot = Shot(seed=self.asked.seed, quality=self.asked.quality, loop=loop)
        clip = replace.build(photo, crop, wanted, shot, self.stages)
        last, blend = self._opening(), self.asked.blend
        if blend and last < 0:
            notes.append("the clip has no good opening to blend from")
        box = (crop.x, crop.y, crop.width, crop.height)
        aim = registration.cut(photo, box, wanted.size)
        with self.twin() as twin, self.stages("frames", self.frames) as step:
            for index, frame in enumerate(
                self._blended(clip.frames, last, blend) if blend else clip.frames()
            ):
                if index == 0 and not (blend and last >= 0):
                    notes.append(f"its first frame is the still, {_likeness(frame, aim)}")
                twin.write(frame)
                step()
        notes += [
            *clip.notes,
            f"it {'loops' if loop == 'seamless' else 'does not loop'}, {asked}",
        ]
        return {
            "notes": (*notes, *twin.notes),
            "camera": str(clip.shot.camera),
            "kinds": tuple(region.kind for region in clip.regions),
        }

    def _good(self) -> Flags:
        """Return the frames to learn from; where each is bad, those a passing fault spares."""
        verdict = self.watched.found.verdict
        good = ~verdict.bad
        if not good.any():
            good[:] = True
            for fault in verdict.faults:
                if fault.last - fault.first + 1 < self.frames:
                    good[fault.first : fault.last + 1] = False
        return good if good.any() else np.ones_like(good)

    def _frame(self, index: int) -> UInt8Array:
        for now, frame in enumerate(self.given()):
            if now == index:
                return frame
        raise InputError(f"clip {self.watched.opened.path} changed while it was read; try again")

    def _opening(self) -> int:
        """Return the last frame before the first bad one; 0 in a clip without one, else -1."""
        bad = self.watched.found.verdict.bad
        return int(np.flatnonzero(bad)[0]) - 1 if bad.any() else 0

    def _blended(
        self, made: Callable[[], Iterator[UInt8Array]], last: int, blend: int
    ) -> Iterator[UInt8Array]:
        """Yield the clip up to its last good frame, which then fades into the replacement."""
        given = self.given() if last >= 0 else iter(())
        held: UInt8Array | None = None
        for index, frame in enumerate(made()):
            if index <= last:
                held = np.array(next(given))
                yield held
            elif held is not None and index <= last + blend:
                share = (index - last) / (blend + 1)
                mixed = held * np.float32(1 - share) + frame * np.float32(share) + np.float32(0.5)
                yield mixed.astype(np.uint8)
            else:
                yield frame
