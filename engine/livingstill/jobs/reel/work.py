"""Makes the pieces of a reel, each in a process of its own; what goes wrong is in its record."""

from __future__ import annotations

import traceback
from typing import Any

from livingstill.core.errors import LivingStillError
from livingstill.jobs.batch.work import fault_sentence, interruptible, store
from livingstill.jobs.reel import shot, survey
from livingstill.jobs.reel.piece import Piece

_STEPS = {"survey": survey.survey, "shot": shot.render}


def make(piece: Piece) -> list[dict[str, Any]]:
    """Make a piece; return its record in a list. What goes wrong is in the record."""
    try:
        with interruptible():
            record = {**_head(piece), "state": "done", **_STEPS[piece.kind](piece)}
    except Exception as error:
        trace = "" if isinstance(error, LivingStillError) else traceback.format_exc()
        message = str(error) if isinstance(error, LivingStillError) else fault_sentence(error)
        return lost(piece, message, trace)
    store(piece.record, record)
    return [record]


def lost(piece: Piece, message: str, trace: str = "") -> list[dict[str, Any]]:
    """Return the record, in a list, of a piece that could not be made."""
    record = {**_head(piece), "state": "failed", "error": message}
    return [record | ({"traceback": trace} if trace else {})]


def _head(piece: Piece) -> dict[str, Any]:
    return {"name": piece.name, "photo": piece.photo, "digest": piece.digest}
