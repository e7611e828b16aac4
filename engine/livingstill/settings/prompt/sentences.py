"""What the clauses of a sentence share: bare nouns, exceptions, words on their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from livingstill.settings.prompt.clauses import Clause, stilled
from livingstill.settings.prompt.modifiers import direction_of
from livingstill.settings.prompt.scope import QUIET
from livingstill.settings.prompt.vocabulary import Token
from livingstill.settings.prompt.words import EXTENTS, MOTIONS, WHOLE


def shared(clauses: list[Clause]) -> list[Clause]:
    """Return the clauses where a bare noun shares what is said of its neighbours.

    In "trees and grass sway gently" both sway, in "the sky and the people stay still" both stay,
    and so do they in "don't move the sky or the people". Words of strength or direction alone
    belong to the clause before.
    """
    if any(clause.kinds for clause in clauses):
        clauses = [
            replace(c, every=c.every and _of_all(c) and not _itemised(c, after))
            for c, after in zip(clauses, [*clauses[1:], Clause()], strict=True)
        ]
    out: list[Clause] = []
    for k in range(len(clauses) - 1, -1, -1):
        clause = clauses[k]
        after = out[-1] if out else Clause()
        before = clauses[k - 1] if k else Clause()
        linked = after.join in ("and", "or", "nor", ",", "&", "")
        if (
            _is_weather(clause)
            and (after.kept or after.faces or after.still)
            and after.join == "and"
        ):
            clause = stilled(replace(clause, impossible=""))  # "snow and house frozen"
        if clause.bare and after.says and linked and not after.camera and after.wind is None:
            nouns = {token.role for token in after.tokens} & {"all", "nothing"}
            held = after.still or after.faces or after.kept or after.rest_still
            held = held and (after.join in ("and", "or", "nor") or not nouns)
            listed = clause.join == "and" and after.join == ","
            if listed and (_said(before) or (before.wind and before.kinds)):
                pass  # "gentle movement on water and leaves, strong movement on flags"
            elif held and after.join == "," and _apart(clause, after, _closed(clauses[k:])):
                pass  # "waves, people still"
            elif held and not after.kinds and (not after.leading or clauses[k + 1].bare):
                clause = stilled(clause)
            elif _has_extent(clause):
                pass  # "big clouds and small waves"
            elif after.join == "," and after.acts and any(t.role == "prep" for t in clause.tokens):
                pass  # "steam from the pot, curtain moving slightly"
            elif clause.kinds and after.kinds and not after.impossible:
                clause = replace(clause, direction=after.direction, strength=after.strength)
        join = clause.join in ("and", "or", "nor")
        stops = before.still or before.faces or before.kept or before.camera == "static"
        if _is_attribute(before):
            stops = ()  # "static cam & fire"
        if clause.bare and join and before.leading and stops and not before.kinds:
            clause = stilled(clause)
        refused = before.leading and "moves" in {t.role for t in before.tokens}
        if refused and clause.camera and before.camera == "static" and clause.join in ("or", "nor"):
            clause = replace(clause, camera="static")  # "no zooming or panning"
        gapped = before.impossible and before.imperative and not (clause.acts or clause.leading)
        if gapped and clause.join in ("and", "or"):
            clause = replace(
                clause, impossible=before.impossible
            )  # "remove the cars and the poles"
        out.append(clause)
    return _spread(_first_strength(_merged(out[::-1])))


def calm_beside_only(clauses: list[Clause]) -> list[Clause]:
    """Return the clauses where what is only called calm stays still, if another says what alone moves.

    As in "water calm, sky calm: only the flames".
    """
    alone = {k for c in clauses if any(t.role == "only" for t in c.tokens) for k in c.kinds}
    acts = {"verb", "move", "moves", "act", "add", "change", "blow", "only"}

    def merely_calm(clause: Clause) -> bool:
        says_more = any(token.role in acts for token in clause.tokens)
        calm = any(token.word in QUIET for token in clause.tokens)
        return calm and clause.factor < 1 and not says_more and not alone & set(clause.kinds)

    return [_stilled_calm(c) if alone and c.kinds and merely_calm(c) else c for c in clauses]


def behind(clauses: list[Clause]) -> list[Clause]:
    """Return the clauses where all moves behind what another clause keeps still.

    As in "gentle movement in the background, subject frozen".
    """
    if not any(c.kept or c.faces for c in clauses):
        return clauses

    def of_background(clause: Clause) -> bool:
        roles = {t.role for t in clause.tokens}
        named = [t.word for t in clause.tokens if t.role in ("thing", "kind", "held", "effect")]
        return named == ["background"] and "move" in roles and not {"negation", "still"} & roles

    behind = ("background",)
    return [
        replace(c, every=True, impossible="", unused=behind) if of_background(c) else c
        for c in clauses
    ]


def _stilled_calm(clause: Clause) -> Clause:
    """Return the clause with its word for calm read as one for stillness."""
    tokens = (t._replace(role="still") if t.role == "size" else t for t in clause.tokens)
    return stilled(replace(clause, strength=None, tokens=tuple(tokens)))


def _spread(clauses: list[Clause]) -> list[Clause]:
    """Return the clauses where a strength goes on to the bare nouns that follow its own.

    "Subtle movement in the hair, the dress and the grass", "gentle waves and clouds", "the water a
    little, the trees too": all of them.
    """
    out: list[Clause] = []
    for said in clauses:
        clause, last = said, out[-1] if out else Clause()
        too = any(t.word in ("too", "also", "well") for t in clause.tokens)
        listed = clause.join in ("and", "&", "+") or (clause.join == "," and _of_motion(last))
        takes = clause.bare and clause.kinds and clause.strength is None and not _has_extent(clause)
        if takes and last.kinds and last.strength is not None and (too or listed):
            spoken = clause.tokens
            if _of_motion(last):  # a list goes on
                spoken = (*(t for t in last.tokens if t.word in MOTIONS), *spoken)
            clause = replace(clause, strength=last.strength, tokens=spoken)
        elif (
            out
            and clause.join == "and"
            and last.kinds
            and last.strength is None
            and _trailing(clause)
        ):
            out[-1] = replace(last, strength=clause.strength)  # "move grass and flowers lightly"
        out.append(clause)
    return out


def _has_extent(clause: Clause) -> bool:
    """Return whether a clause says how large its thing is, and so shares no strength with others."""
    return any(t.role == "adjective" and t.word in EXTENTS for t in clause.tokens)


def _is_weather(clause: Clause) -> bool:
    """Return whether a clause is the name of an effect alone."""
    return [t.role for t in clause.tokens if t.role != "idle"] == ["effect"]


def _apart(clause: Clause, after: Clause, closed: bool) -> bool:
    """Return whether kinds alone are not in one list with what ``after`` keeps still: "waves, people still"."""
    placed = any(t.role in ("prep", "only") for t in clause.tokens)
    return bool(clause.kinds) and (placed or not (after.still or closed))


def _closed(clauses: Sequence[Clause]) -> bool:
    """Return whether an "and" closes the list that the first clause begins: "sky, water and people"."""
    last = next((c for c in clauses[1:] if not c.bare), Clause())
    return last.join in ("and", "or", "nor")


def _of_whole(clause: Clause) -> bool:
    """Return whether a clause says how strong all is: "everything wild"."""
    return clause.strength is not None and any(t.word in WHOLE for t in clause.tokens)


def _is_attribute(clause: Clause) -> bool:
    """Return whether a clause is a camera and how it is: "static cam", which says nothing of others."""
    roles = {t.role for t in clause.tokens if t.role not in ("idle", "boost")}
    orders = any(t.word in ("lock", "freeze", "stop", "pause") for t in clause.tokens)
    return clause.camera == "static" and roles <= {"moves", "still", "camera"} and not orders


def _said(clause: Clause) -> bool:
    """Return whether a clause says of its own things that they move, or how much."""
    return bool(clause.kinds) and (clause.strength is not None or clause.moving)


def _trailing(clause: Clause) -> bool:
    """Return whether a clause is a kind and then how strongly, with no verb of its own."""
    roles = [t.role for t in clause.tokens if t.role not in ("idle", "boost", "adjective")]
    return len(roles) > 1 and roles[0] == "kind" and set(roles[1:]) == {"size"}


def _of_motion(clause: Clause) -> bool:
    """Return whether a clause names motion first and then what has it: "movement in the trees"."""
    roles = ["motion" if t.word in MOTIONS else t.role for t in clause.tokens]
    return "motion" in roles and "kind" in roles[roles.index("motion") :]


def _merged(clauses: list[Clause]) -> list[Clause]:
    """Return the clauses where words that say nothing alone belong to the clause before them."""
    out: list[Clause] = []
    for clause in clauses:
        last = out[-1] if out else Clause()
        lone = not (clause.says or clause.impossible or clause.unused)
        lone = lone and not _describes_unknown(clause)
        to = _said_of(out, clause)
        if _denies_motion(clause) and (last.kinds or last.still or last.bare):
            tokens = (*last.tokens, *clause.tokens)
            moves = last.kinds or last.bare
            out[-1] = replace(stilled(replace(last, places=())) if moves else last, tokens=tokens)
        elif lone and _of_whole(clause) and any(c.kinds for c in out):
            out = [  # "hair flying, clouds flying, everything wild"
                replace(c, strength=clause.strength) if c.kinds and c.strength is None else c
                for c in out
            ]
            out[-1:] = [replace(c, tokens=(*c.tokens, *clause.tokens)) for c in out[-1:]]
        elif _goes_on(clause, last, lone):
            out[to] = _extended(out[to], clause)
            k = len(out) - 1
            while k and _lists_on(out[k], out[k - 1]) and clause.direction is None:
                k -= 1  # "curtain and lamp, soft"
                out[k] = replace(out[k], strength=out[-1].strength)
        elif lone and out and _only_still(clause):
            out[-1:] = [stilled(last)] if last.bare else [last, clause]
        else:
            out.append(clause)
    return out


def _lists_on(clause: Clause, before: Clause) -> bool:
    """Return whether two bare clauses are of one list of which nothing is said yet."""
    listed = (clause.bare and clause.join not in (".", ";")) or clause.join in ("and", "&", "+")
    return listed and before.bare and before.strength is None


def _denies_motion(clause: Clause) -> bool:
    """Return whether a clause says no more than "not moving", "without moving" of what is before."""
    roles = [t.role for t in clause.tokens if t.role != "idle"]
    denies = roles[:1] == ["negation"] and clause.tokens[0].word in ("not", "without", "never")
    return denies and set(roles[1:]) == {"move"} and clause.join not in (".", ";", "and")


def _said_of(clauses: list[Clause], clause: Clause) -> int:
    """Return the place of the last clause that moves something, as "slow" after "not the lake" is of it."""
    last = len(clauses) - 1
    if clause.strength is None or not clauses or not clauses[last].still or clauses[last].kinds:
        return last
    return next((k for k in range(last, -1, -1) if clauses[k].kinds), last)


def _of_all(clause: Clause) -> bool:
    """Return whether a clause moves everything beside what others name: not "I'd like it calm"."""
    complains = any(t.word == "too" for t in clause.tokens)  # "everything is too still"
    return clause.moving and any(t.role == "all" for t in clause.tokens) and not complains


def _itemised(clause: Clause, after: Clause) -> bool:
    """Return whether the next clause begins the list of what of the picture moves.

    "Bring it to life: waves", "could you animate this photo? waves and clouds please".
    """
    picture = any(t.role == "all" and t.word not in WHOLE for t in clause.tokens)
    return after.join == ":" or bool(picture and after.bare and after.kinds and after.join != "and")


def _goes_on(clause: Clause, last: Clause, lone: bool) -> bool:
    """Return whether ``clause`` says more of what ``last`` names: "drifting right", "slowly"."""
    if last.impossible or not last.tokens:
        return False
    verbs = [t.value for t in clause.tokens if t.role == "verb"]
    listed = clause.join in ("and", ",", "or", "then")
    if lone and verbs:
        return listed and bool(frozenset().union(*verbs) & {*last.kinds})
    if lone and clause.direction is not None and _is_noun_of_motion(clause):
        return False  # "curtains sway, slow move to the left"
    if lone and clause.moving and last.bare and last.kinds and clause.join == ",":
        return True  # "curtains, moving slowly"
    return lone and (clause.strength is not None or clause.direction is not None)


def _is_noun_of_motion(clause: Clause) -> bool:
    """Return whether a clause is a motion named by a noun after how it is: "slow drift right"."""
    roles = [t.role for t in clause.tokens if t.role not in ("idle", "boost")]
    named = next((t.word for t in clause.tokens if t.role in ("verb", "move")), "ing")
    return (
        roles[:1] == ["size"] and roles[1:2] in (["verb"], ["move"]) and not named.endswith("ing")
    )


def _extended(last: Clause, clause: Clause) -> Clause:
    """Return ``last`` with the strength and the direction of ``clause``."""
    stronger = last.wind is not None and not last.kinds and last.strength is None
    tokens = (*last.tokens, *clause.tokens)
    strength, remarks = _one_strength(last, clause)
    direction = clause.direction if last.direction is None else last.direction
    if clause.join == "and" and None not in (clause.direction, last.direction):
        direction, _ = direction_of(tokens)  # "up and to the right"
    return replace(
        last,
        tokens=tokens,
        known=last.known and clause.known,
        rest_still=last.rest_still or any(t.role == "only" for t in clause.tokens),
        wind=last.wind * clause.factor if last.wind and stronger else last.wind,
        strength=strength,
        remarks=last.remarks + remarks,
        direction=None if last.camera and not last.kinds else direction,
    )


def _one_strength(last: Clause, clause: Clause) -> tuple[float | None, tuple[str, ...]]:
    """Return the strength of what two clauses say of the same thing, and a remark where they differ.

    A number is surer than a word: "too fast, half the speed" is half; of two weak ones the weaker
    holds, of two strong ones the stronger.
    """
    if last.strength is None or clause.strength is None:
        return last.strength if clause.strength is None else clause.strength, ()
    if any(t.role == "size" and t.word.endswith(" times") for t in clause.tokens):
        return clause.strength, ()
    strengths = (last.strength, clause.strength)
    if max(strengths) < 1 or min(strengths) > 1:
        return (min if max(strengths) < 1 else max)(strengths), ()
    return last.strength, (
        f"prompt has two strengths of one thing, {last.strength:g} and '{clause.text}'; the first is "
        "taken",
    )


def _describes_unknown(clause: Clause) -> bool:
    """Return whether a clause that says how strong or fast may say it of a word that is not known."""
    return any(t.role == "unknown" for t in clause.tokens)


def _only_still(clause: Clause) -> bool:
    """Return whether a clause says no more than that something stands still."""
    roles = {token.role for token in clause.tokens}
    return "still" in roles and "unknown" not in roles


def _both_adjectives(first: Clause, clause: Clause) -> bool:
    """Return whether two strengths describe one noun, as in "a calm, dreamy loop of the pond"."""
    opening = next((t for t in clause.tokens if t.role not in ("idle", "boost")), Token("", ""))
    alike = (first.factor < 1) == (clause.factor < 1)
    return clause.join == "," and alike and opening.role in ("size", "moves")


def _first_strength(clauses: list[Clause]) -> list[Clause]:
    """Return the clauses where a strength that stands first, alone, is that of the next."""
    first = clauses[0] if clauses else Clause()
    lone = not (first.says or first.impossible or first.unused) and first.direction is None
    lone = lone and not _describes_unknown(first)
    k = next((i for i, clause in enumerate(clauses) if clause.says), 0)
    if not k or not lone or first.strength is None:
        return clauses
    strength = first.strength
    if (own := clauses[k].strength) is not None:
        if k > 1 or not _both_adjectives(first, clauses[k]):
            return clauses
        strength = (min if own < 1 else max)(strength, own)
    tokens = (*first.tokens, *clauses[k].tokens)
    remarks, known = first.remarks + clauses[k].remarks, first.known and clauses[k].known
    said = replace(clauses[k], strength=strength, tokens=tokens, remarks=remarks, known=known)
    rest = clauses[k + 1 :]
    if k == 1 and clauses[k].join == ":":  # "not too fast: clouds to the left, grass waving"
        rest = [c if c.strength else replace(c, strength=first.strength) for c in rest]
    elif clauses[k].bare:
        alike = next((i for i, c in enumerate(rest) if not (c.bare and c.kinds)), len(rest))
        rest = [*(replace(c, strength=first.strength) for c in rest[:alike]), *rest[alike:]]
    return [*clauses[1:k], said, *rest]
