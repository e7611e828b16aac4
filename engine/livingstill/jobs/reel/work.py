"""Makes the pieces of a reel, each in a process of its own; what goes wrong is in its record."""

from __future__ import annotations

import traceback
from typing import Any

from livingstill.core.errors import LivingStillError
from livingstill.io.files import is_full
from livingstill.jobs.batch.work import fault_sentence, interruptible, store
from livingstill.jobs.reel import dissolve, shot, survey
from livingstill.jobs.reel.piece import Piece

_STEPS = {"survey": survey.survey, "shot": shot.render, "dissolve": dissolve.render}


def make(piece: Piece) -> list[dict[str, Any]]:
    """Make a piece; return its record in a list. What goes wrong is in the record."""
    try:
        with interruptible():
            record = {**_head(piece), "state": "done", **_STEPS[piece.kind](piece)}
        store(piece.record, record)
    except Exception as error:
        trace = "" if isinstance(error, LivingStillError) else traceback.format_exc()
        message = str(error) if isinstance(error, LivingStillError) else fault_sentence(error)
        return lost(piece, message, trace)
    return [record]


def lost(
    piece: Piece, message: str, trace: str = "", *, missing: bool = False
) -> list[dict[str, Any]]:
    """Return the record, in a list, of a piece that could not be made.

    ``missing`` says that the photo is not to blame, and another run may make it: no worker was
    left, or the disk is full, as the message may say too.
    """
    record = {**_head(piece), "state": "failed", "error": message}
    record["missing"] = missing or is_full(message)
    return [record | ({"traceback": trace} if trace else {})]


def _head(piece: Piece) -> dict[str, Any]:
    return {"name": piece.name, "photo": piece.photo, "digest": piece.digest}
