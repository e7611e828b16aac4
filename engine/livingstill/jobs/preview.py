"""Small clips of a photo that is being edited, which decide as the clip at its full size will."""

from __future__ import annotations

from dataclasses import dataclass

from livingstill.camera import framing
from livingstill.core.model import Photo, Region
from livingstill.imaging import exact
from livingstill.jobs import analyse
from livingstill.jobs.analyse import Estimates, at_scale
from livingstill.jobs.clip import Clip
from livingstill.jobs.session import Decisions, Session
from livingstill.jobs.stages import Stages
from livingstill.settings.shot import Shot

LARGEST = (960, 540)
"""Longer and shorter side that a preview has at most, pixels."""

FIRST = (640, 360)
"""Longer and shorter side that the first look has at most, pixels."""

FIRST_FPS = 12.0
"""Frames per second that the first look has at most."""

_STATIC = "static"

MAX_FRAMES = 300
"""Frames that a preview has at most: a longer clip is shown at fewer frames per second."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """A small clip, and what was decided at the full size; None while that is not known yet."""

    clip: Clip
    decisions: Decisions | None

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know of the clip at its full size."""
        if self.decisions is None:
            return self.clip.notes
        framed = self.decisions.framing.notes
        return (*self.decisions.reason, *framed, *self.clip.notes)


class Preview:
    """A photo whose shots are looked at in small: edits are cheap, and decisions are the final ones.

    Depth, regions and the chosen move are decided once at the size of analysis and brought to the
    preview's; so a small clip shows what moves, and how, as the large one will. Not for several
    threads at once.
    """

    def __init__(self, photo: Photo) -> None:
        self.photo = photo
        self.full = Session(photo, interactive=True)
        self._small = Session(photo, interactive=True)
        self._first = Session(photo, interactive=True)
        self._made: tuple[Decisions, float, Estimates] | None = None
        self._last: tuple[Shot, Look] | None = None

    def first(self, shot: Shot, stages: Stages | None = None) -> Look:
        """Return a clip that is decided at the first look's own size: quick, and not yet final.

        It has the camera's move alone, so that nobody waits until it is found what else moves; only
        where the camera stands, what moves by itself.

        Raises
        ------
        InputError
            As ``Session.clip``.
        """
        return Look(self._first.clip(first_shot(self.photo, shot), stages), None)

    def look(self, shot: Shot, stages: Stages | None = None) -> Look:
        """Return a small clip with the depth, regions and move of the full size.

        Raises
        ------
        InputError
            As ``Session.clip``.
        """
        self._first = Session(self.photo, interactive=True)  # it has done its work
        stages = stages or Stages()
        small = small_shot(self.photo, shot)
        scale = min(1.0, analyse.scene_scale(self.photo, small))
        decided = self.full.decide(shot, stages)
        small = small.model_copy(update={"camera": decided.move})
        self._small.adopt(self._estimates(decided, shot, scale), scale)
        made = Look(self._small.clip(small, stages), decided)
        self._last = shot, made
        return made

    def painted(self, shot: Shot) -> Look | None:
        """Return the last look with the mask that was painted since: quick, and not exact.

        None where more has changed than masks of kinds, or the scene would have to be cut anew.

        Raises
        ------
        InputError
            As ``Session.clip``.
        """
        if self._last is None or not shot.mask:
            return None
        before, look = self._last
        if look.decisions is None or shot.model_copy(update={"mask": before.mask}) != before:
            return None
        kinds = {one.kind for one in {*shot.mask} ^ {*before.mask}}
        size = look.clip.depth.values.shape[::-1]
        regions = _resized(self.full.decide(shot).regions, (size[0], size[1]))
        clip = self._small.repainted(look.clip, regions, kinds)
        return None if clip is None else Look(clip, self.full.decide(shot))

    def _estimates(self, decided: Decisions, shot: Shot, scale: float) -> Estimates:
        """Return the decisions at ``scale`` of the photo; what is as before is the same object."""
        before = self._made
        depth_kept = before and before[0].basis is decided.basis and before[1] == scale
        if before and depth_kept and before[0].regions is decided.regions:
            return before[2]
        size = analyse.scaled_size(self.photo.size, scale)
        depth = (
            before[2].depth
            if before and depth_kept
            else at_scale(decided.basis, shot, scale).depth()
        )
        regions = _resized(decided.regions, size)
        point = decided.basis.subject()
        made = Estimates(depth, regions, (point.x, point.y))
        self._made = (decided, scale, made)
        return made


def first_shot(photo: Photo, shot: Shot) -> Shot:
    """Return a shot for the first look: small, coarse, and nothing moves by itself beside a camera.

    >>> import numpy as np
    >>> photo = Photo(np.zeros((2000, 3000, 3), np.uint8))
    >>> first_shot(photo, Shot()).size, first_shot(photo, Shot()).motion
    ('540x360', ('none',))
    """
    small = small_shot(photo, shot, FIRST)
    still = {"motion": ("none",), "mask": (), "brush": ()} if shot.camera.name != _STATIC else {}
    return small.model_copy(
        update={**still, "fps": min(small.fps, FIRST_FPS), "quality": "draft", "hold_faces": False}
    )


def small_shot(photo: Photo, shot: Shot, largest: tuple[int, int] = LARGEST) -> Shot:
    """Return a shot in a frame of the same shape, no larger than a preview is, and of few frames.

    >>> import numpy as np
    >>> photo = Photo(np.zeros((2000, 3000, 3), np.uint8))
    >>> small_shot(photo, Shot(duration=30)).size, small_shot(photo, Shot(duration=30)).fps
    ('810x540', 10.0)
    """
    whole = framing.fit_photo_to(photo.size, shot).size
    scale = min(1.0, largest[0] / max(whole), largest[1] / min(whole))
    width, height = (framing.nearest_even(n * scale) for n in whole)
    return shot.model_copy(
        update={
            "size": f"{width}x{height}",
            "aspect": None,
            "fps": max(1.0, min(shot.fps, MAX_FRAMES / shot.duration)),
            "quality": "draft" if shot.quality == "draft" else "standard",
        }
    )


def _resized(regions: tuple[Region, ...], size: tuple[int, int]) -> tuple[Region, ...]:
    """Return regions at ``size``, width and height."""
    return tuple(Region(r.label, exact.resize_area(r.mask, size)) for r in regions)
