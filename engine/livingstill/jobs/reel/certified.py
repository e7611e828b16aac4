"""The certificates of a reel: what each shot's shares and edits are, and of a whole video."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from livingstill.core.model import Photo
from livingstill.jobs.certificate import Certificate, Shares, Source, certify
from livingstill.jobs.clip import Clip
from livingstill.jobs.provenance import SOURCE_TYPES, engine

_INSTANTS = 9
"""Instants of a shot at which its shares are measured."""


def of_clip(clip: Clip) -> Certificate:
    """Return the certificate of a shot before anything is laid over it, measured at nine instants."""
    frames = min(_INSTANTS, clip.timeline.frames)
    return certify(replace(clip, timeline=replace(clip.timeline, frames=frames)))


def of_card(photo: Photo) -> Certificate:
    """Return the certificate of the closing card, whose background is a photo, blurred and dimmed."""
    source = Source(photo.name, photo.sha256, photo.source_type)
    shares = Shares(filled=0.0, most_filled=0.0, moved=0.0, graded=1.0, overlaid=0.0, bars=0.0)
    edits = ("graded: the closing card's background, blurred and dimmed",)
    return Certificate((source,), (), (), edits, shares, (), "humanEdits")


def with_overlay(certified: Certificate, share: float, what: Sequence[str]) -> Certificate:
    """Return a certificate of frames over which, on ``share`` of the pixels, something was laid."""
    if not what:
        return certified
    edits = (*certified.edits, f"laid over: {', '.join(what)}")
    kept = certified.source_type
    return replace(
        certified,
        edits=edits,
        shares=replace(certified.shares, overlaid=share),
        source_type="humanEdits" if kept == "algorithmicallyEnhanced" else kept,
    )


def as_record(certified: Certificate) -> dict[str, Any]:
    """Return a certificate as plain values."""
    return asdict(certified)


def of_record(record: Mapping[str, Any]) -> Certificate:
    """Return the certificate of plain values."""
    lists = {key: tuple(value) for key, value in record.items() if isinstance(value, (list, tuple))}
    photos = tuple(Source(**one) for one in record["photos"])
    return Certificate(
        **{**record, **lists, "photos": photos, "shares": Shares(**record["shares"])}
    )


def metadata(certified: Certificate) -> dict[str, str]:
    """Return what a reel's file says of itself."""
    return {
        "comment": certified.statement,
        "source_type": SOURCE_TYPES + certified.source_type,
        **({"edits": "\n".join(certified.edits)} if certified.edits else {}),
        "software": engine(),
        "photos": " ".join(f"sha256:{one.sha256}" for one in certified.photos),
    }
