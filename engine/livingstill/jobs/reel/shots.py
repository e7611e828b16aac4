"""The segments of a planned reel: its shots and dissolves, whatever becomes of single photos."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from livingstill.jobs.reel import dissolve, pieces, plan
from livingstill.jobs.reel.makers import Makers, Record
from livingstill.jobs.reel.piece import Piece, finished
from livingstill.jobs.reel.plan import Plan
from livingstill.settings.reel import ReelSettings


@dataclass(frozen=True, slots=True)
class RenderedShots:
    """What was made: the plan as it could be kept, its shots and the record of each by name.

    ``failed`` are the photos, by their paths, that could not be rendered and why; ``missing`` those
    that this run did not make for the machine's fault: then there is no reel yet.
    """

    plan: Plan
    shots: tuple[Piece, ...]
    records: Mapping[str, Record]
    failed: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)


def produce(planned: Plan, settings: ReelSettings, work: Path, makers: Makers) -> RenderedShots:
    """Make the shots of a plan and the dissolves between them.

    A photo that cannot be rendered is left out, and the room before it is seen longer: the other
    shots stay as they are. Where no worker is left or a disk is full, all ends there.

    Raises
    ------
    InputError
        If no photo can be rendered.
    """
    failed: dict[str, str] = {}
    while True:
        shots = pieces.shot_pieces(planned, settings, work)
        joints = dissolve.all_between(shots)
        records = _make(shots, joints, settings, makers, keep_ends=bool(failed))
        missing = next((r["error"] for r in records.values() if r.get("missing")), None)
        if missing is not None:
            absent = {p.photo: missing for p in shots if not _is_done(records.get(p.name))}
            absent = absent or {p.photo: missing for p in joints}
            return RenderedShots(planned, tuple(shots), records, failed, absent)
        lost = {
            piece.photo: str(record["error"])
            for piece in (*shots, *joints)
            if (record := records.get(piece.name)) is not None and not _is_done(record)
        }
        if not lost:
            return RenderedShots(planned, tuple(shots), records, failed)
        failed |= lost
        planned = plan.without(planned, failed)


def _make(
    shots: Sequence[Piece],
    joints: Sequence[Piece],
    settings: ReelSettings,
    makers: Makers,
    *,
    keep_ends: bool,
) -> dict[str, Record]:
    """Return the records of shots and dissolves; each dissolve is made as soon as its shots are.

    The frames that it was made from, the largest files of all, are then removed unless another
    attempt at a photo may need them.
    """
    unneeded = {name for joint in joints if finished(joint) for name in joint.reads}
    by_name = {joint.name: joint for joint in joints}
    done: set[str] = set()

    def then(record: Record) -> Iterable[Piece]:
        name = str(record["name"])
        if not _is_done(record):
            return
        if name in by_name:
            for file in () if keep_ends else by_name[name].reads:
                (Path(by_name[name].folder) / file).unlink(missing_ok=True)
            return
        done.add(name)
        for joint in joints:
            ends = {joint.values["before"], joint.values["after"]}
            if name in ends and ends <= done:
                yield joint

    total = len({piece.name for piece in (*shots, *joints)})
    return makers.make("rooms", shots, settings, total=total, unneeded=unneeded, then=then)


def _is_done(record: Record | None) -> bool:
    return record is not None and record["state"] == "done"
