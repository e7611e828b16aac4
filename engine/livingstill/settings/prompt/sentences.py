"""What the clauses of a sentence share: bare nouns, exceptions, words on their own."""

from __future__ import annotations

from dataclasses import replace

from livingstill.settings.prompt.clauses import Clause


def shared(clauses: list[Clause]) -> list[Clause]:
    """Return the clauses where a bare noun shares what is said of its neighbours.

    In "trees and grass sway gently" both sway, in "the sky and the people stay still" both stay,
    and so do they in "don't move the sky or the people". Words of strength or direction alone
    belong to the clause before.
    """
    out: list[Clause] = []
    for k in range(len(clauses) - 1, -1, -1):
        clause = clauses[k]
        after = out[-1] if out else Clause()
        before = clauses[k - 1] if k else Clause()
        linked = after.join in ("and", "or", "nor", ",", "&", "")
        if clause.bare and after.says and linked and not after.camera and after.wind is None:
            nouns = {token.role for token in after.tokens} & {"all", "nothing"}
            held = after.still or after.faces or after.kept or after.rest_still
            held = held and (after.join in ("and", "or", "nor") or not nouns)
            if held and not after.leading and not after.kinds:
                clause = stilled(clause)
            elif clause.kinds and after.kinds and not after.impossible:
                clause = replace(clause, direction=after.direction, strength=after.strength)
        join = clause.join in ("and", "or", "nor")
        stops = before.still or before.faces or before.kept or before.camera == "static"
        if clause.bare and join and before.leading and stops and not before.kinds:
            clause = stilled(clause)
        out.append(clause)
    out = out[::-1]
    merged: list[Clause] = []
    for clause in out:
        lone = not clause.says and not clause.impossible and not clause.unused
        if lone and merged and (clause.strength is not None or clause.direction is not None):
            last = merged[-1]
            stronger = last.wind is not None and not last.kinds and last.strength is None
            merged[-1] = replace(
                last,
                wind=last.wind * clause.factor if last.wind and stronger else last.wind,
                strength=clause.strength if last.strength is None else last.strength,
                direction=clause.direction if last.direction is None else last.direction,
            )
        elif lone and clause.tokens and any(t.role == "still" for t in clause.tokens) and merged:
            merged[-1] = stilled(merged[-1]) if merged[-1].bare else merged[-1]
        else:
            merged.append(clause)
    first = merged[0] if len(merged) > 1 else Clause()
    lone = not (first.says or first.impossible or first.unused) and first.direction is None
    if lone and first.strength is not None and merged[1].strength is None:
        merged = [replace(merged[1], strength=first.strength), *merged[2:]]
    return merged


def stilled(clause: Clause) -> Clause:
    """Return a bare clause as one that says that its things do not move."""
    roles = {token.role for token in clause.tokens}
    return replace(
        clause,
        kinds=(),
        places=(),
        still=(*clause.still, *clause.kinds, *clause.places),
        faces=clause.faces or "held" in roles,
        kept=clause.kept or "thing" in roles,
        camera="static" if "camera" in roles else clause.camera,
        rest_still=clause.rest_still or "all" in roles,
        unused=(),
        bare=False,
        leading=True,
    )


def excepted(clauses: list[Clause]) -> list[Clause]:
    """Return the clauses where what is excepted from everything does the contrary of it."""
    out: list[Clause] = []
    for said in clauses:
        clause = said
        before = out[-1] if out else Clause()
        spoken = {token.role for token in before.tokens}
        if before.join == "except" and clause.bare and clause.join in ("and", "or", "nor", ","):
            still = not before.kinds
            clause = replace(stilled(clause) if still else clause, join="except")
        elif clause.join == "except" and spoken & {"all", "nothing", "move", "still", "camera"}:
            named = clause.kinds or clause.places or clause.still
            still = before.rest_still or bool(clause.still) or (clause.faces and clause.moving)
            if still and named:
                out[-1] = replace(before, rest_still=True, every=False)
                clause = replace(
                    clause, kinds=(*clause.kinds, *clause.still), still=(), faces=False
                )
            else:
                out[-1] = replace(before, every=before.every or "all" in spoken)
                clause = stilled(clause)
        out.append(clause)
    return out
