"""The outputs of a job: free names for them, and what cannot be written refused before any work."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from pathlib import Path

from livingstill.camera import framing
from livingstill.core.errors import InputError
from livingstill.io.files import check_inputs_preserved, check_target, free_name
from livingstill.jobs import certificate, credentials, provenance, stereo
from livingstill.jobs.write import encoding
from livingstill.media.formats import format_of
from livingstill.media.write import encoder, stills
from livingstill.photo.read import refer
from livingstill.settings.page import is_page
from livingstill.settings.presets import suffix_of
from livingstill.settings.shot import Job, Shot


def free_names(
    outputs: Sequence[str],
    overwrite: bool,
    files_of: Callable[[str], Iterable[str]] = lambda output: (output,),
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return free names for outputs that the user did not name, and a note on each that was renamed.

    ``files_of`` gives the files that come of an output; with ``overwrite`` every name is free.
    """

    def exists(path: Path) -> bool:
        return any(map(encoder.exists, files_of(str(path))))

    names = tuple(
        str(free_name(Path(output), exists)) if not overwrite and exists(Path(output)) else output
        for output in outputs
    )
    notes = (
        f"{', '.join(files_of(old))} is kept; this clip is called {', '.join(files_of(new))}"
        for new, old in zip(names, outputs)
        if new != old
    )
    return names, tuple(notes)


def default_name(shot: Shot, photo: Path, size: tuple[int, int] = (1, 1)) -> str:
    """Return the name of a clip that was given none; ``size`` is the photo's.

    Raises
    ------
    InputError
        If ``photo`` is none, but an address or a folder, which would give no name.
    """
    refer(photo)
    aspect = stereo.view_aspect(shot, framing.fit_photo_to(size, shot).size) if shot.stereo else 1
    return f"{photo.stem}{stereo.name_suffix(shot.stereo, aspect)}{suffix_of(shot.preset)}"


def files_of(shot: Shot, output: str, outputs: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the files that come of an output: itself, and its certificates if it gets them.

    ``outputs`` are all of the clip, as in ``certificate.beside``.
    """
    if not certificate.wanted(shot):
        return (output,)
    return (output, *map(str, certificate.beside(output, outputs)))


def _check_platform(shot: Shot, output: str) -> None:
    """Refuse a format that the platform of the shot's preset does not take."""
    wanted = suffix_of(shot.preset, "")
    if wanted and format_of(output).suffix != wanted:
        raise InputError(
            f"clip {output} is not what {shot.preset} takes; name it {Path(output).stem}{wanted}"
        )


def check_outputs(shot: Shot, job: Job, outputs: tuple[str, ...], save_shot: Path | None) -> None:
    """Raise InputError early for outputs that cannot be written or would overwrite an input."""
    for output in outputs:
        if stereo.is_picture(output, shot) or is_page(output):
            check_target(Path(output), job.overwrite)
        else:
            encoding(output, shot)
            _check_platform(shot, output)
            encoder.check_target(output, job.overwrite)
        for path in files_of(shot, output, outputs)[1:]:
            check_target(Path(path), job.overwrite)
    if signing := credentials.signing_files(job.c2pa_cert, job.c2pa_key):
        credentials.check(signing, outputs, job.photo)
    for extra in filter(None, (job.manifest, save_shot)):
        check_target(extra, job.overwrite)
    if job.report is not None:
        from livingstill.jobs import check  # detectors of every fault with it

        check.check_report(job.report, job.overwrite)
    if job.poster is not None:
        stills.check_poster(job.poster, job.overwrite)
    if job.sidecar is not None:
        provenance.check_sidecar(job.sidecar, job.overwrite)
    extras = (job.manifest, job.report, job.poster, job.sidecar)
    names = [Path(name) for output in outputs for name in files_of(shot, output, outputs)]
    names += [path for path in (*extras, save_shot) if path is not None]
    real = list(map(os.path.realpath, names))
    twice = next((name for name, path in zip(names, real) if real.count(path) > 1), None)
    if twice is not None:
        raise InputError(f"two outputs have one name, {twice}; give each its own")
    numbered = (
        stills.files_from(Path(output), 0) for output in outputs if stills.NUMBER.search(output)
    )
    check_inputs_preserved(
        [*names, *chain.from_iterable(numbered)],
        (job.photo, job.c2pa_cert, job.c2pa_key, *shot.files_read()),
    )
