"""The library as Python calls it: one function per job, every setting a keyword."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Unpack

from livingstill.core.errors import InputError
from livingstill.core.model import Progress
from livingstill.jobs import analyse as analysing
from livingstill.jobs.analyse import Analysis
from livingstill.jobs.clip import Clip
from livingstill.jobs.session import check_settings, prepare
from livingstill.photo.source import PhotoSource, photo_of
from livingstill.settings.declare import checked
from livingstill.settings.hold import HoldJob
from livingstill.settings.keys import ShotKeys
from livingstill.settings.loop import LoopJob
from livingstill.settings.rescue import RescueJob
from livingstill.settings.shot import Shot, split

if TYPE_CHECKING:
    from livingstill.jobs.check import Review
    from livingstill.jobs.hold.result import HoldResult
    from livingstill.jobs.loop.result import LoopResult
    from livingstill.jobs.rescue.result import RescueResult
    from livingstill.photo.fitness import Fitness


def animate(photo: PhotoSource, **settings: Unpack[ShotKeys]) -> Clip:
    """Return a photo made ready to render: ``clip.frames()`` streams it, ``clip.save(...)`` writes it.

    Parameters
    ----------
    photo : a path, bytes, a binary file, a PIL image, an array (H, W[, 3 or 4]) uint8, or a ``Photo``
    settings : the keys of ``Shot``

    Raises
    ------
    InputError
        If the photo or a setting cannot be used; the sentence says which and what would be right.

    >>> import livingstill
    >>> livingstill.animate("samples/lake.jpg", size="320x214", duration=0.2, camera="orbit")
    <Clip of lake.jpg: 320x214, 6 frames at 30 fps, camera orbit, water 26%, ...>
    """
    with _errors_for_python():
        shot = _shot(settings)
        check_settings(shot)
        return prepare(photo_of(photo, shot), shot)


def analyse(photo: PhotoSource, **settings: Unpack[ShotKeys]) -> Analysis:
    """Return what a photo shows at its own size: depth, classes, lines and subject, each when asked for.

    Raises
    ------
    InputError
        As ``animate``.
    """
    with _errors_for_python():
        shot = _shot(settings)
        return analysing.analyse(photo_of(photo, shot), shot, scale=1.0, eager=False)


def doctor(photo: str | PathLike[str], **settings: Unpack[ShotKeys]) -> Fitness:
    """Return how fit a photo is for a clip: a grade, risks in words, the recommended move.

    Raises
    ------
    InputError
        As ``animate``.
    """
    from livingstill.jobs import inspect
    from livingstill.settings.shot import Job

    with _errors_for_python():
        return inspect.doctor(Path(photo), _shot(settings), Job())


def check(
    clip: str | PathLike[str],
    still: str | PathLike[str] | None = None,
    *,
    loop: bool = False,
    progress: Progress | None = None,
) -> Review:
    """Return the continuity report of any clip; ``review.verdict.faults`` are what is wrong with it.

    Parameters
    ----------
    still : the photo the clip was made of, if there is one
    loop : whether the clip is meant to be seamless

    Raises
    ------
    InputError
        If the clip or the still cannot be read.
    """
    from livingstill.jobs.check import review

    with _errors_for_python():
        return review(Path(clip), Path(still) if still else None, loop=loop, progress=progress)


def rescue(
    clip: str | PathLike[str],
    output: str | PathLike[str],
    still: str | PathLike[str] | None = None,
    *,
    mode: Literal["auto", "keep", "repair", "replace"] = "auto",
    strict: float = 1.0,
    blend: int = 0,
    loop: Literal["auto", "seamless", "none"] = "auto",
    force: bool = False,
    seed: int = 0,
    quality: Literal["draft", "standard", "high"] = "standard",
    report: str | PathLike[str] | None = None,
    overwrite: bool = False,
    threads: int | None = None,
    progress: Progress | None = None,
) -> RescueResult:
    """Write a clip untouched, with bad frames rebuilt, or made anew from its still; say which and why.

    Raises
    ------
    InputError
        If a setting, the clip or the still cannot be used, or the output cannot be written.
    """
    from livingstill.jobs.rescue.run import rescue as run

    settings = {
        "mode": mode,
        "strict": strict,
        "blend": blend,
        "loop": loop,
        "force": force,
        "seed": seed,
        "quality": quality,
        "report": report,
        "overwrite": overwrite,
        "threads": threads,
    }
    with _errors_for_python():
        job = checked(RescueJob, settings)
        return run(Path(clip), Path(output), Path(still) if still else None, job, progress=progress)


def loop(
    clip: str | PathLike[str],
    output: str | PathLike[str],
    *,
    seconds: float | None = None,
    min_length: float | None = None,
    fade: float = 1.0,
    boomerang: bool = False,
    force: bool = False,
    report: str | PathLike[str] | None = None,
    overwrite: bool = False,
    threads: int | None = None,
    progress: Progress | None = None,
) -> LoopResult:
    """Write a clip so that its last frame leads into its first; say over which frames, and the seam.

    Raises
    ------
    InputError
        If a setting or the clip cannot be used, its camera travels so that no two frames join, or
        the output cannot be written.
    """
    from livingstill.jobs.loop.run import loop as run

    settings = {
        "seconds": seconds,
        "min_length": min_length,
        "fade": fade,
        "boomerang": boomerang,
        "force": force,
        "report": report,
        "overwrite": overwrite,
        "threads": threads,
    }
    with _errors_for_python():
        return run(Path(clip), Path(output), checked(LoopJob, settings), progress=progress)


def hold(
    clip: str | PathLike[str],
    output: str | PathLike[str],
    still: str | PathLike[str],
    *,
    mask: str | PathLike[str] | None = None,
    force: bool = False,
    report: str | PathLike[str] | None = None,
    overwrite: bool = False,
    threads: int | None = None,
    progress: Progress | None = None,
) -> HoldResult:
    """Write a clip in the colours of its still, what a mask names laid anew; say the difference left.

    Raises
    ------
    InputError
        If a setting, the clip, the still or the mask cannot be used, the still is unlike the clip,
        or the output cannot be written.
    """
    from livingstill.jobs.hold.run import hold as run

    settings = {
        "mask": mask,
        "force": force,
        "report": report,
        "overwrite": overwrite,
        "threads": threads,
    }
    with _errors_for_python():
        job = checked(HoldJob, settings)
        return run(Path(clip), Path(output), Path(still), job, progress=progress)


def _shot(settings: ShotKeys) -> Shot:
    shot, _ = split(dict(settings))
    return shot


_OPTION = re.compile(r"--([a-z]+(?:-[a-z]+)*)(?: ([a-z]+=\S+|source|crop|flat|none)\b)?")


@contextmanager
def _errors_for_python() -> Iterator[None]:
    """Raise an InputError's sentence with keywords in the place of options.

    "lower --max-upscale" becomes "lower max_upscale", and "--size source" ``size="source"``.
    """
    try:
        yield
    except InputError as error:
        sentence = _OPTION.sub(_option_as_keyword, str(error))
        if sentence == str(error):
            raise
        raise InputError(sentence) from None


def _option_as_keyword(option: re.Match[str]) -> str:
    name = option[1].replace("-", "_")
    return name if option[2] is None else f'{name}="{option[2]}"'
