"""The dissolves between two shots of a reel, encoded from the frames that both have kept for them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from livingstill.io.files import atomic_write
from livingstill.jobs.reel.piece import Piece
from livingstill.jobs.reel.shot import ShotValues, body_encoding, file_name
from livingstill.jobs.reel.survey import rate
from livingstill.media.write import segments
from livingstill.settings.reel import ReelSettings


def between(before: Piece, after: Piece) -> Piece | None:
    """Return the dissolve between two neighbouring shots, None where one cuts to the other."""
    values = ShotValues.of(after.values)
    if not values.span.head:
        return None
    versions = values.ends()
    own = {
        "settings": after.values["settings"],
        "count": values.span.head,
        "before": before.name,
        "after": after.name,
        "versions": list(versions),
    }
    reads = tuple(
        name
        for shape in values.settings.aspect
        for version in versions
        for name in _ends(own, shape, version)
    )
    name = f"dissolve-{before.name}-{after.name}"
    digest = f"{before.digest}:{after.digest}"
    return Piece("dissolve", name, after.photo, after.folder, digest, own, reads)


def all_between(shots: Sequence[Piece]) -> list[Piece]:
    """Return the dissolves between shots in the order of the reel."""
    pairs = pairwise(shots)
    return [piece for before, after in pairs if (piece := between(before, after)) is not None]


def render(piece: Piece) -> dict[str, Any]:
    """Encode a dissolve in every shape and version."""
    folder, values = Path(piece.folder), piece.values
    settings = ReelSettings(**values["settings"])
    how, fps = body_encoding(settings), rate(settings)
    written = []
    for shape in settings.aspect:
        for version in values["versions"]:
            name = file_name(piece.name, shape, "body", version)
            tail, head = (folder / end for end in _ends(values, shape, version))
            size = settings.frame(shape)
            with atomic_write(folder / name, overwrite=True) as part:
                segments.dissolve(tail, head, part, values["count"], size, fps, how)
            written.append(name)
    return {"files": written}


def _ends(values: Any, shape: str, version: str) -> tuple[str, str]:
    """Return the names of the frames that dissolve: of the shot before, and of that after."""
    return (
        file_name(values["before"], shape, "tail", version),
        file_name(values["after"], shape, "head", version),
    )
