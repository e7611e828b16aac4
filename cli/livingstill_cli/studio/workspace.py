"""One photo that is being worked on: its previews, its regions as pictures, and its exports."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any

import cv2
import numpy as np
from livingstill.camera import framing
from livingstill.camera.path import AUTO
from livingstill.core.errors import InputError
from livingstill.core.kinds import KINDS
from livingstill.core.model import Photo, UInt8Array
from livingstill.imaging import exact
from livingstill.io.files import free_name
from livingstill.jobs.clip import reframe
from livingstill.jobs.preview import Look, Preview
from livingstill.jobs.session import check_settings
from livingstill.jobs.stages import Stages
from livingstill.jobs.steps import timeline_of
from livingstill.jobs.write import encoding
from livingstill.media.write.encoder import Encoder
from livingstill.photo.read import read_with_settings
from livingstill.settings.groups import InputSettings
from livingstill.settings.shot import Shot

from livingstill_cli.studio import painting, shots
from livingstill_cli.studio.handles import Handles
from livingstill_cli.studio.painting import Painting
from livingstill_cli.studio.pictures import jpeg, png, straight_bgra

_TILE = {"side": 192, "duration": 2.5, "fps": 8}
"""Longer side in pixels, seconds and frames per second of the picture of a camera move."""

_PAINTED_SIDE = 960
"""Longer side of the masks that a page paints, pixels."""

_SAMPLE_FRAMES = 12
"""Frames of a preview that are encoded to estimate a file's size."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A finished export: its files, and the command that makes the clip again."""

    files: tuple[Path, ...]
    command: str
    notes: tuple[str, ...]


class Workspace:
    """A photo with everything that was made of it. ``look`` is for one thread at a time.

    Raises
    ------
    InputError
        If the photo cannot be read.
    """

    def __init__(self, handle: str, handles: Handles, max_pixels: int) -> None:
        self.handle, self._handles = handle, handles
        self.stored = handles.of(handle)
        self._input = InputSettings(max_pixels=max_pixels)
        self._full_lock = Lock()
        self._small: tuple[Photo, UInt8Array] | None = None
        self.painted_last: tuple[str, Painting] | None = None
        self._open(self._input)

    def _open(self, settings: InputSettings) -> None:
        self.preview, self._input = (
            Preview(read_with_settings(self.stored.path, settings)),
            settings,
        )
        self.last: Look | None = None

    def _wanted_input(self, shot: Shot) -> InputSettings:
        """Return how a shot wants the photo read; the studio bounds its size by itself."""
        update = {"max_pixels": self._input.max_pixels}
        return shot.part(InputSettings).model_copy(update=update)

    def _reopen(self, shot: Shot) -> None:
        """Read the photo again where a shot wants it read in another way."""
        if (wanted := self._wanted_input(shot)) != self._input:
            self._open(wanted)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the photo in pixels."""
        return self.preview.photo.size

    def shot(self, values: Mapping[str, Any]) -> Shot:
        """Return the checked shot of a page's settings.

        Raises
        ------
        InputError
            If a setting is wrong.
        """
        shot = shots.shot_of(values, self._handles)
        check_settings(shot)
        return shot

    def look(self, shot: Shot, stages: Stages, *, quick: bool) -> Look:
        """Return a small clip; ``quick`` before the decisions of the full size are known.

        The photo is read again where it is to be read in another way.

        Raises
        ------
        InputError
            If a setting cannot be used with this photo.
        """
        self._reopen(shot)
        if quick:
            return self.preview.first(shot, stages)
        with self._full_lock:
            self.last = self.preview.look(shot, stages)
        return self.last

    def begin(self) -> None:
        """Do what the first look at the photo needs, before anybody asks for it."""
        with suppress(Exception):  # whoever asks is told what is wrong
            self.preview.first(Shot())

    def painted(self, shot: Shot) -> Look | None:
        """Return the last clip with the mask that was painted since, if that is all: not yet exact.

        Raises
        ------
        InputError
            If a setting cannot be used with this photo.
        """
        return self.preview.painted(shot) if self._wanted_input(shot) == self._input else None

    def prepare_painting(self) -> None:
        """Do what the first painted mask needs, while nothing else is asked for."""
        if self._small is None:
            width, height = self.size
            scale = _PAINTED_SIDE / max(width, height)
            self._guide((round(width * scale), round(height * scale)))

    # what is seen of the engine's view

    def regions(self, look: Look) -> list[dict[str, Any]]:
        """Return the regions of a clip for a page: kind, share, confidence, colour and mask.

        Share and confidence are those of the decisions; the confidence is None where the network does
        not say.
        """
        findings = look.clip.findings if look.decisions is None else look.decisions.findings
        found = {one.kind: one for one in findings if one.moves}
        kinds = Counter(region.label for region in look.clip.regions)
        regions = []
        for region in look.clip.regions:
            one, mask = found.get(region.label), png(region.mask)
            known = one is not None and kinds[region.label] == 1
            regions.append(
                {
                    "kind": region.label,
                    "share": round(one.share if one and known else region.share, 4),
                    "confidence": one.confidence if one else None,
                    "colour": list(KINDS[region.label].colour),
                    "mask": self._handles.put_picture(mask, f"{region.label}.png"),
                }
            )
        return regions

    def picture(self, what: str) -> list[str]:
        """Return handles of pictures of the last clip: its ``depth``, its ``layers`` or the ``photo``.

        Raises
        ------
        InputError
            If there is no such picture.
        """
        if self.last is None:
            raise InputError("nothing has been looked at yet; choose a photo first")
        clip = self.last.clip
        if what == "depth":
            levels = np.round(clip.depth.values * np.float32(255)).astype(np.uint8)
            coloured = cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO)
            return [self._handles.put_picture(png(np.asarray(coloured, np.uint8)), "depth.png")]
        if what == "layers":
            return [
                self._handles.put_picture(png(straight_bgra(layer.colour)), f"layer-{number}.png")
                for number, layer in enumerate(clip.scene.layers, 1)
            ]
        raise InputError(f"there is no picture of {what}; it must be depth or layers")

    def photo_jpeg(self) -> bytes:
        """Return the photo at the size of a preview's scene, as JPEG."""
        rgb, (width, height) = self.preview.photo.rgb, self.size
        scale = min(1.0, 1280 / max(width, height))
        size = (max(16, round(width * scale)), max(16, round(height * scale)))
        small = np.asarray(exact.resize_area(rgb, size), np.uint8) if scale < 1 else rgb
        return jpeg(np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2BGR), np.uint8))

    def _guide(self, size: tuple[int, int]) -> UInt8Array:
        """Return the photo at ``size``; the last one is kept, for stroke follows stroke."""
        photo, kept = self.preview.photo, self._small
        if kept is None or kept[0] is not photo or kept[1].shape[1::-1] != size:
            kept = photo, np.asarray(exact.resize_area(photo.rgb, size), np.uint8)
            self._small = kept
        return kept[1]

    def paint(
        self, levels: UInt8Array, *, snap: bool, over: tuple[str, int, int] | None = None
    ) -> Painting:
        """Return what was painted, (h, w) uint8; with ``snap`` its border is moved onto edges.

        With ``over`` the levels are a part of the mask that was painted last, whose handle it names,
        from a column and row on. For one thread.

        Raises
        ------
        InputError
            If another mask was painted last, or the part does not lie in it.
        """
        if over is None:
            size = levels.shape[1], levels.shape[0]
            return painting.paint(levels, self._guide(size) if snap else None)
        handle, left, top = over
        if self.painted_last is None or self.painted_last[0] != handle:
            raise InputError("another mask was painted since; paint it again")
        before = self.painted_last[1]
        if before.snap != snap:
            raise InputError("the mask was painted in another way; paint it again")
        size = before.levels.shape[1], before.levels.shape[0]
        return painting.paint_over(before, levels, left, top, self._guide(size) if snap else None)

    def tile(self, move: str) -> str:
        """Return the handle of a small loop of the photo with a camera move and nothing else.

        Raises
        ------
        InputError
            If there is no such move, or no clip yet.
        """
        shot = self.shot(
            {"camera": move, "motion": "none", "duration": _TILE["duration"], "fps": _TILE["fps"]}
        )
        if self.last is None:
            raise InputError("nothing has been looked at yet; choose a photo first")
        decided, (width, height) = self.last.decisions, self.size
        scale = _TILE["side"] / max(width, height)
        update = {
            "size": "x".join(str(framing.nearest_even(n * scale)) for n in (width, height)),
            "quality": "draft",
            "smooth": 0.0,
            "camera": decided.move if move == AUTO and decided else shot.camera,
        }
        small = shot.model_copy(update=update)
        still = replace(
            self.last.clip, shot=small, timeline=timeline_of(small), motion=None, regions=()
        )
        clip = reframe(still, None)
        path = self._handles.new_path(".webp")
        with Encoder(
            path, clip.framing.size, clip.timeline.fps, encoding(str(path), small)
        ) as sink:
            for frame in clip.packed():
                sink.write(frame)
        return self._handles.keep(path, f"{move}.webp", picture=True)

    def estimate(self, shot: Shot, suffix: str) -> int | None:
        """Return about how many bytes the clip will take, from a few frames of its preview.

        None where no clip was looked at yet, or sound or a budget decide.

        Raises
        ------
        InputError
            If the format and the settings do not fit.
        """
        how = encoding(f"clip{suffix}", shot)
        if self.last is None or shot.budget:
            return None
        clip = self.last.clip
        whole = framing.fit_photo_to(self.size, shot).size
        count = min(_SAMPLE_FRAMES, clip.timeline.frames)
        with tempfile.TemporaryDirectory(prefix="livingstill-") as folder:
            path = Path(folder) / f"clip{suffix}"
            with Encoder(path, clip.framing.size, clip.timeline.fps, how) as sink:
                for frame in clip.packed(range(count)):
                    sink.write(frame)
            taken = path.stat().st_size
        pixels = whole[0] * whole[1] / (clip.framing.size[0] * clip.framing.size[1])
        return round(float(taken * pixels**0.85 * max(1.0, shot.duration * shot.fps) / count))

    # export

    def export(
        self,
        values: Mapping[str, Any],
        stem: str,
        suffix: str,
        folder: Path,
        stages: Stages,
    ) -> Exported:
        """Write the clip, its shot file and what that needs into a folder, by free names.

        If a stage of ``stages`` raises, because the export was cancelled, nothing is left behind.

        Raises
        ------
        InputError
            If a setting is wrong or a file cannot be written.
        """
        shot = self.shot(values)
        encoding(f"clip{suffix}", shot)
        folder.mkdir(parents=True, exist_ok=True)
        base = free_name(
            folder / f"{stem}{suffix}",
            lambda path: path.exists() or path.with_suffix(".toml").exists(),
        )
        with self._full_lock:
            self._reopen(shot)
            clip = self.preview.full.clip(shot, stages)
        path, command, written = shots.save(values, self._handles, self.stored, folder, base.stem)
        try:
            saved = clip.save(base, stages=stages)
        except BaseException:
            for file in written:
                file.unlink(missing_ok=True)
            raise
        notes = (*clip.notes, *saved.notes)
        return Exported((base, path), f"{command} -o {base.name}", notes)
