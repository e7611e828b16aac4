"""A photo's part of the page: looks, frames, pictures and exports, each with a serial number."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from livingstill.core.errors import InputError, LivingStillError
from livingstill.jobs.preview import Look
from livingstill.jobs.stages import Stages
from livingstill.settings import prompt

from livingstill_cli.studio import keyframe_files, shots
from livingstill_cli.studio.channel import Channel, file_facts, sentence
from livingstill_cli.studio.frames import Frames, LookJob, in_order
from livingstill_cli.studio.long_jobs import LongJobs, Steps
from livingstill_cli.studio.workspace import Workspace

if TYPE_CHECKING:
    from livingstill_cli.studio.server import Studio

FRAME_HEADER = struct.Struct("<III")
"""Before each JPEG: the serial number of its look, the frame's index, and whether another follows.

The last is 1 for a frame without the filter against flicker, which needs its neighbours: it is shown
until the frame that has it comes.
"""

_FIRST_SECONDS = 2.0
"""Seconds of a first look that are sent before its decisions at the full size begin."""


_PAINTED_FRAMES = 4
_PAINTED_SECONDS = 0.7
"""Frames, and seconds from a stroke's end, with its mask before all around it is exact.

Whoever paints stroke by stroke never waits for what the stroke before needs.
"""


class _Dropped(LivingStillError):  # noqa: N818
    """Another look is wanted than the one that is worked on."""


class _WhileWanted:
    """Progress of a look that ends at its next stage once it is no longer wanted."""

    def __init__(self, job: LookJob) -> None:
        self._job = job

    @contextmanager
    def stage(self, name: str, total: int = 0) -> Iterator[Callable[[], object]]:  # noqa: ARG002
        """Enter a stage and report nothing.

        Raises
        ------
        _Dropped
            If another look is wanted.
        """
        if self._job.stale:
            raise _Dropped("another look is wanted")
        yield lambda: None

    def say(self, line: str) -> None:
        """Discard the line."""


class PhotoPage:
    """Answers what a page asks of a photo. Each public method is an operation of its name."""

    def __init__(self, channel: Channel, studio: Studio, jobs: LongJobs) -> None:
        self._channel, self._studio, self._jobs = channel, studio, jobs
        self._job: LookJob | None = None
        self._work: Workspace | None = None

    # looks

    async def look(self, message: dict[str, Any]) -> None:
        """Begin a look at a photo by some settings; one that is worked on ends."""
        job = LookJob(int(message["serial"]), max(0, int(message.get("start", 0))))
        self.stop()
        self._job = job
        handle, values = str(message["photo"]), dict(message["settings"])
        self._channel.background(lambda: self._look(job, handle, values), self._studio.previews)

    def stop(self) -> None:
        """End the look that is worked on, at its next frame or stage."""
        if self._job is not None:
            self._job.end()

    async def frame(self, message: dict[str, Any]) -> None:
        """Send a frame of the look before those that come in order."""
        job = self._job
        if job is not None and job.serial == message.get("serial"):
            job.ask(max(0, int(message["index"])))

    def _look(self, job: LookJob, handle: str, values: dict[str, Any]) -> None:
        """Make a clip and send it frame by frame, in a thread of the studio."""
        if job.stale:
            return
        stages = Stages(_WhileWanted(job))
        try:
            work = self._work = self._studio.workspace(handle)
            shot = work.shot(values)
            if work.last is None:
                look = work.look(shot, stages, quick=True)
                self._tell(job, work, look)
                few = round(_FIRST_SECONDS * look.clip.timeline.fps)
                if not self._send_frames(job, work, look, few):
                    return
            painted = work.painted(shot)
            if painted is not None:
                self._tell(job, work, painted)
                if not self._send_painted(job, painted):
                    return
            look = work.look(shot, stages, quick=False)
            if painted is None:
                self._tell(job, work, look)
            if self._send_frames(job, work, look):
                work.prepare_painting()
        except _Dropped:
            pass
        except Exception as error:
            message = sentence(error)
            self._channel.post(
                {"type": "error", "op": "look", "serial": job.serial, "message": message}
            )

    def _tell(self, job: LookJob, work: Workspace, look: Look) -> None:
        clip = look.clip
        self._channel.post(
            {
                "type": "look",
                "serial": job.serial,
                "photo": work.handle,
                "final": look.decisions is not None,
                "size": list(clip.framing.size),
                "box": list(clip.framing.box),
                "picture": list(clip.framing.picture),
                "frames": clip.timeline.frames,
                "fps": float(clip.timeline.fps),
                "loop": clip.timeline.loop,
                "camera": str(clip.shot.camera),
                "subject": list(clip.subject),
                "layers": len(clip.scene.layers),
                "depth": clip.depth.source,
            }
        )

    def _tell_regions(self, job: LookJob, work: Workspace, look: Look) -> None:
        self._channel.post(
            {
                "type": "regions",
                "serial": job.serial,
                "regions": work.regions(look),
                "notes": list(dict.fromkeys(look.notes)),
            }
        )

    def _send_painted(self, job: LookJob, look: Look) -> bool:
        """Send the next frames of a look that is not exact yet; return whether it is wanted.

        They go on for a moment after its mask was painted, unless it is painted on.
        """
        frames, rate, begun = Frames(look.clip), float(look.clip.timeline.fps), time.monotonic()
        first, number = job.start, 0
        while number < _PAINTED_FRAMES or number < rate * _PAINTED_SECONDS:
            asked = job.take_asked() if job.interrupted else None
            first = first if asked is None else asked - number
            index = (first + number) % frames.count
            if not self._send_frame(job, index, frames.unfiltered(index), unfiltered=True):
                return False
            number += 1
            job.wait(begun + number / rate - time.monotonic())  # the browser needs the cores, too
        return True

    def _send_frame(self, job: LookJob, index: int, data: bytes, *, unfiltered: bool) -> bool:
        """Send a frame and wait until it is on its way; return whether more are wanted."""
        header = FRAME_HEADER.pack(job.serial & 0xFFFFFFFF, index, int(unfiltered))
        if not job.stale and not self._channel.push(header + data):
            job.end()
        return not job.stale

    def _send_frames(
        self, job: LookJob, work: Workspace, look: Look, most: int | None = None
    ) -> bool:
        """Send the frames of a look once each, ``most`` at most; return whether it is still wanted.

        Its regions follow the first of them. They come in order from the start of the job on and
        around to it, and from a frame on that the page asks for meanwhile: that one comes at once,
        though without its filter.
        """
        frames = Frames(look.clip)
        most = frames.count if most is None else min(most, frames.count)
        for number, (index, data, unfiltered) in enumerate(in_order(job, frames, most)):
            if not self._send_frame(job, index, data, unfiltered=unfiltered):
                return False
            if number == 0:
                self._studio.helpers.submit(self._tell_regions, job, work, look)
        if most == frames.count:
            self._channel.post({"type": "done", "serial": job.serial})
        return not job.stale

    # pictures

    async def picture(self, message: dict[str, Any]) -> None:
        """Send handles of the pictures of depth or layers."""
        what, work = str(message["what"]), self._workspace()
        handles = await self._channel.loop.run_in_executor(self._studio.helpers, work.picture, what)
        await self._channel.send({"type": "picture", "what": what, "handles": handles})

    async def tile(self, message: dict[str, Any]) -> None:
        """Send the handle of a small loop of a camera move."""
        move, work = str(message["move"]), self._workspace()
        handle = await self._channel.loop.run_in_executor(self._studio.helpers, work.tile, move)
        await self._channel.send(
            {"type": "tile", "move": move, "photo": work.handle, "handle": handle}
        )

    async def pose(self, message: dict[str, Any]) -> None:
        """Send the camera's poses at times 0..1 of the last look."""
        times = [min(1.0, max(0.0, float(time))) for time in message["times"]]
        look = self._workspace().last
        if look is None:
            raise InputError("the camera is not decided yet; wait a moment")
        keyframes = keyframe_files.poses(look.clip.camera, times)
        await self._channel.send(
            {"type": "pose", "serial": message.get("serial"), "keyframes": keyframes}
        )

    async def keyframes(self, message: dict[str, Any]) -> None:
        """Keep keyframes in a file of the session, or send those of a file that is one."""
        handles = self._studio.handles
        if "handle" in message:
            path, duration = handles.of(message["handle"]).path, float(message["duration"])
            table, handle = keyframe_files.read(path, duration), message["handle"]
        else:
            table = {key: message[key] for key in ("keyframe", "interpolation")}
            path = handles.new_path(".toml")
            path.write_text(keyframe_files.write(table), encoding="utf-8")
            handle = handles.keep(path, "camera.toml")
        await self._channel.send({"type": "keyframes", "handle": handle, **table})

    async def estimate(self, message: dict[str, Any]) -> None:
        """Send about how large the file will be."""
        work, suffix = self._workspace(), str(message["suffix"])
        shot = work.shot(dict(message["settings"]))
        size = await self._channel.loop.run_in_executor(
            self._studio.previews, work.estimate, shot, suffix
        )
        await self._channel.send(
            {"type": "estimate", "serial": message.get("serial"), "suffix": suffix, "bytes": size}
        )

    async def prompt(self, message: dict[str, Any]) -> None:
        """Send the settings that a description means, and notes on how it was read."""
        text = str(message["text"])
        found = prompt.read(text)
        page = shots.settings_of(shots.shot_of({"prompt": text}, self._studio.handles))
        keys = {key: page[key] for key in found if key in page}
        await self._channel.send(
            {"type": "prompt", "settings": keys, "notes": list(prompt.notes(text))}
        )

    def _workspace(self) -> Workspace:
        if self._work is None:
            raise InputError("nothing has been looked at yet; choose a photo first")
        return self._work

    # saving

    async def save(self, message: dict[str, Any]) -> None:
        """Write the shot file into the studio's folder."""
        work, stem = self._workspace(), shots.stem_of(message.get("name"))
        path, command = await self._channel.loop.run_in_executor(
            self._studio.helpers, self._studio.save_shot, work, dict(message["settings"]), stem
        )
        handle = self._studio.handles.refer(path)
        await self._channel.send(
            {"type": "saved", "file": file_facts(path, handle), "command": command}
        )

    async def export(self, message: dict[str, Any]) -> None:
        """Write the clip and its shot file into the studio's folder."""
        work, values = self._workspace(), dict(message["settings"])
        stem, suffix = shots.stem_of(message.get("name")), str(message["suffix"])
        folder, handles = self._studio.folder, self._studio.handles

        def run(steps: Steps) -> dict[str, Any]:
            made = work.export(values, stem, suffix, folder, Stages(steps))
            return {
                "type": "exported",
                "files": [file_facts(path, handles.refer(path)) for path in made.files],
                "folder": str(folder),
                "command": made.command,
                "notes": list(made.notes),
            }

        self._jobs.start("export", run)
