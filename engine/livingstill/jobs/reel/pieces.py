"""The pieces of work that a reel is made of, each with a digest of all that it depends on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from livingstill import __version__
from livingstill.jobs import exposure
from livingstill.jobs.batch.work import file_digest
from livingstill.jobs.reel.entries import Entry
from livingstill.jobs.reel.order import is_outside
from livingstill.jobs.reel.piece import Piece
from livingstill.jobs.reel.plan import Plan, has_opening
from livingstill.jobs.reel.shot import BRANDED, PLAIN
from livingstill.settings.reel import ReelSettings

_SURVEYED = (
    "aspect", "size", "fps", "quality", "depth", "depth_far", "seed", "max_pixels", "background",
    "upright",
)  # fmt: skip
"""Settings that a survey depends on."""

_FILES = ("logo", "font", "subtitle_font")


def twins_of(settings: ReelSettings) -> tuple[str, ...]:
    """Return the kinds of reel to make: branded and plain where there is branding, else plain."""
    if not settings.branded:
        return (PLAIN,)
    return (BRANDED, PLAIN) if settings.twins else (BRANDED,)


def survey_pieces(
    entries: tuple[Entry, ...], settings: ReelSettings, folder: Path
) -> dict[Entry, Piece]:
    """Return the survey of every photo; the name of each is its photo's digest."""
    values = {key: getattr(settings, key) for key in _SURVEYED}
    pieces = {}
    for entry in entries:
        photo = file_digest(entry.photo)
        name = f"photo-{(photo or _digest(str(entry.photo)))[:16]}"
        digest = _digest(photo, values, file_digest(Path(settings.depth)))
        pieces[entry] = Piece("survey", name, str(entry.photo), str(folder), digest, values)
    return pieces


def shot_pieces(plan: Plan, settings: ReelSettings, folder: Path) -> list[Piece]:
    """Return the shots of a plan, the closing card last, in the order of the reel."""
    values = settings.model_dump(mode="json")
    drawn = {key: file_digest(Path(values[key])) for key in _FILES if values[key]}
    common = {"settings": values, "twins": twins_of(settings)}
    midtones = _midtones(plan) if settings.match_exposure else [0.0] * len(plan.stops)
    pieces: list[Piece] = []
    for index, stop in enumerate(plan.stops):
        first, last = plan.shot_span(index)
        head, tail = (2 * plan.half if edge else 0 for edge in (index, last > stop.last))
        card = "opening" if index == 0 and has_opening(settings) else ""
        span = [last - first, head, tail, list(plan.card_span()) if card else [0, 0]]
        kept = {key: stop.photo.record[key] for key in ("files", "depth", "subject", "digest")}
        own: dict[str, Any] = {
            "cameras": dict(stop.cameras),
            "span": span,
            "card": card,
            "survey": kept,
        }
        own["midtones"] = midtones[index]
        if index == 0:
            own["cover"] = sum(plan.card_span()) // 2
        digest = _digest(stop.photo.record["sha256"], {**common, **own}, drawn)
        name = _unique(f"shot-{digest[:12]}", pieces)
        photo = str(stop.photo.entry.photo)
        reads = tuple(kept["files"])
        pieces.append(Piece("shot", name, photo, str(folder), digest, {**common, **own}, reads))
    if plan.closing < plan.frames:
        pieces.append(_closing_piece(plan, common, drawn, folder))
    return pieces


def _unique(name: str, pieces: Sequence[Piece]) -> str:
    """Return a name that no piece has: a photo may be seen twice, and its frames be used up once."""
    count = sum(piece.name == name or piece.name.startswith(f"{name}-") for piece in pieces)
    return f"{name}-{count + 1}" if count else name


def _midtones(plan: Plan) -> list[float]:
    """Return how much brighter the middle tones of each stop become, in stops: rooms inside are matched."""
    inside = [not is_outside(stop.photo) for stop in plan.stops]
    values = [s.photo.record["luminance"] if i else None for s, i in zip(plan.stops, inside)]
    return exposure.match(values)


def _closing_piece(
    plan: Plan, common: Mapping[str, Any], drawn: Mapping[str, str], folder: Path
) -> Piece:
    """Return the closing card, on the blurred picture of the first room."""
    first = plan.stops[0].photo
    count = plan.frames - plan.closing + plan.half
    card = [2 * plan.half, count]
    own = {
        "midtones": 0.0,
        "cameras": {},
        "span": [count, 2 * plan.half, 0, card],
        "card": "closing",
    }
    digest = _digest(first.record["sha256"], {**common, **own}, drawn)
    return Piece(
        "shot",
        f"closing-{digest[:8]}",
        str(first.entry.photo),
        str(folder),
        digest,
        {**common, **own},
    )


def _digest(*parts: Any) -> str:
    text = json.dumps([__version__, *parts], sort_keys=True, default=str)
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()


def reel_digest(pieces: list[Piece], settings: ReelSettings, entries: tuple[Entry, ...]) -> str:
    """Return what the files of a finished reel depend on."""
    music = file_digest(settings.music) if settings.music else ""
    said = [[entry.caption, entry.facts, entry.room] for entry in entries]
    return _digest(
        [piece.digest for piece in pieces], settings.model_dump(mode="json"), music, said
    )
