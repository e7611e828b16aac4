"""What the parts of a sentence say of one another: labels, answers, exceptions, ellipses."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace

from livingstill.settings.prompt.clauses import Clause, stilled
from livingstill.settings.prompt.scope import ACTS, DETERMINERS, THINGS
from livingstill.settings.prompt.vocabulary import Token
from livingstill.settings.prompt.words import MOTIONS, QUALITIES

_YES = frozenset(["yes", "yeah", "yep", "ok", "okay", "allowed", "welcome"])


_THESE = ("it", "them", "these", "those", "things")


def answered(tokens: list[Token]) -> list[Token]:
    """Return the tokens where a "yes" after things moves them: "clouds yes", "wind is ok"."""
    acts = (*ACTS, "negation", "still", "hold", "only", "moves", "phrase")
    if not tokens or tokens[-1].word not in _YES or any(t.role in acts for t in tokens):
        return tokens
    if not any(t.role in ("kind", "wind", "held", "thing") for t in tokens):
        return tokens
    return [*tokens[:-1], tokens[-1]._replace(role="move", value=frozenset())]


def exception(tokens: list[Token]) -> list[Token]:
    """Return the tokens of an exception without the verb of what it is excepted from.

    "Everything but the people should move".
    """
    last = max((i for i, t in enumerate(tokens) if t.role in THINGS), default=len(tokens))
    held = any(t.role in ("held", "thing") for t in tokens)
    after = [t.role in ("move", "verb", "blow") for t in tokens[last + 1 :]]
    if not held or not any(after):
        return tokens
    rest = [t._replace(role="idle") if moves else t for t, moves in zip(tokens[last + 1 :], after)]
    return [*tokens[: last + 1], *rest]


def fronted(spoken: list[tuple[str, list[Token]]]) -> list[tuple[str, list[Token]]]:
    """Return the parts where an exception that stands first follows what it is of.

    "Apart from the flags nothing moves" is "nothing moves except the flags".
    """
    if not spoken or spoken[0][0] != "except":
        return spoken
    tokens, rest = spoken[0][1], spoken[1:]
    start = next(
        (i for i, t in enumerate(tokens) if t.role in ("nothing", "all", "hold", "still", "only")),
        len(tokens),
    )
    if start == len(tokens) and rest:
        return [("", rest[0][1]), ("except", tokens), *rest[1:]]
    return [("", tokens[start:]), ("except", tokens[:start]), *rest]


def no_wish(tokens: Sequence[Token]) -> str:
    """Return why "the trees are fine" says nothing of motion; empty where it does."""
    words = [t.word for t in tokens]
    told = [t for t in tokens if t.role != "idle"]
    refused = [t.word for t in told[:1]] == ["not"] and told[-1].role in ("thing", "held")
    if refused and told[1].role == "prep" and told[1].word not in ("on", "onto", "to", "for"):
        where = f"{told[1].word} '{told[-1].word}'"
        return f"what is {where} is not told from the rest"  # "but not in the glass"
    named = any(t.role in ("kind", "thing", "held") for t in tokens)
    acts = any(t.role in (*ACTS, "size", "still", "hold", "negation", "way") for t in tokens)
    verb = next((i for i, word in enumerate(words) if word in ("is", "are", "looks", "look")), 0)
    if named and not acts and verb and words[-1] in QUALITIES:
        return f"'{words[-1]}' does not say whether it moves"
    return ""


def labelled(
    spoken: list[tuple[str, list[Token]]], verbs: Container[str]
) -> list[tuple[str, list[Token]]]:
    """Return the parts where a label and what is said under it are one.

    "Trees: slight sway", "freeze: sky, people".
    """
    out: list[tuple[str, list[Token]]] = []
    label: list[Token] = []
    for k, (join, tokens) in enumerate(spoken):
        before = out[-1][1] if out and join == ":" else []
        topic = _only_nouns(before) and all(t.role not in THINGS or t.word in verbs for t in tokens)
        stays = {t.role for t in tokens} - {"idle"} == {"still"}  # "bells: fixed"
        topic = topic or (stays and {t.role for t in before} - {"idle"} == {"unknown"})
        acts = _only_acts(before) and _only_nouns(tokens)
        does = any(t.role in ACTS for _, later in spoken[k + 1 : k + 2] for t in later)
        acts = acts and not (does and _only_how(before))
        goes_on = join in (",", "and", "/") and _only_nouns(tokens)
        label = [t for t in before if t.word not in _THESE] if acts else label if goes_on else []
        if topic or acts:
            out[-1] = (out[-1][0], [*before, *tokens])
        elif label:  # "freeze: sky, trees"
            out.append((join, [*label, *tokens]))
        else:
            out.append((join, tokens))
    return out


def _only_nouns(tokens: list[Token]) -> bool:
    """Return whether tokens name things and say nothing of them."""
    roles = {t.role for t in tokens} - {"idle", "adjective"}
    return bool(roles) and roles <= {"kind", "camera", "held", "thing", "wind", "all"}


def _only_acts(tokens: list[Token]) -> bool:
    """Return whether tokens say what is done and not to what: "do not animate"."""
    roles = {t.role for t in tokens if t.word not in _THESE} - {"idle"}
    acts = roles & {"move", "verb", "still", "hold", "negation", "only"}
    return bool(acts) and roles <= {*acts, "size", "boost", "way"}


def _only_how(tokens: list[Token]) -> bool:
    """Return whether tokens say how strong all motion under a label is: "keep it subtle"."""
    roles = {t.role for t in tokens} - {"idle", "boost"}
    return roles == {"move", "size"} and any(t.word in MOTIONS for t in tokens)


def elliptic(tokens: list[Token], before: list[Token]) -> list[Token]:
    """Return the tokens of "the clouds aren't" after "the water is still", ``before``: they move.

    So do they in "not the clouds".
    """
    content = [t for t in tokens if t.role not in ("idle", "boost", "adjective")]
    if len(content) > 1 and content[0].word == "not":
        content = [*content[1:], content[0]]
    if len(content) < 2 or content[-1].role != "negation" or content[-1].word in DETERMINERS:
        return tokens
    predicates = [t for t in before if t.role in ("still", "negation", *ACTS)]
    if any(t.role not in THINGS for t in content[:-1]) or not predicates:
        return tokens
    if predicates[-1].role != "still" or any(t.role == "negation" for t in predicates):
        return tokens
    return [Token("move", "move", frozenset(), t.at) if t.role == "negation" else t for t in tokens]


def continued(tokens: list[Token], before: Sequence[Token]) -> list[Token]:
    """Return the tokens of "while rotating" after "the camera pulls out": the camera does it too."""
    told = [t for t in tokens if t.role not in ("idle", "size", "boost", "prep")]
    does = bool(told) and told[0].role in ("verb", "act", "phrase") and told[0].word.endswith("ing")
    place = next((i for i, t in enumerate(tokens) if t.role == "prep"), len(tokens))
    named = any(t.role in ("unknown", *THINGS) for t in tokens[:place])
    others = any(t.role in ("kind", "held", "wind") for t in before)
    if not does or named or others or not any(t.role == "camera" for t in before):
        return tokens
    return [Token("camera", "camera"), *tokens]


def bare_exception(before: Sequence[Token], tokens: Sequence[Token]) -> bool:
    """Return whether "but" after ``before`` excepts things: "nothing should move but the camera"."""
    told = {t.role for t in tokens}
    nouns = told & {"kind", "camera", "held", "thing", "moves", "phrase", "wind"}
    acts = told & {*ACTS, "negation", "still", "hold", "only"}
    return any(t.role == "nothing" for t in before) and bool(nouns) and not acts


def exception_of_place(before: Sequence[Clause], tokens: Sequence[Token]) -> str:
    """Return why "except near the fence" is not followed; empty where a thing is excepted."""
    roles = [t.role for t in tokens if t.role != "idle"]
    told = {t.role for clause in before[-1:] for t in clause.tokens}
    if roles[:1] != ["prep"] or told & {"nothing", "negation", "still"}:
        return ""
    return "a place in the picture is not excepted from what moves"


def excepted(clauses: list[Clause]) -> list[Clause]:
    """Return the clauses where what is excepted from everything does the contrary of it."""
    out: list[Clause] = []
    for said in clauses:
        clause = said
        before = out[-1] if out else Clause()
        spoken = {token.role for token in before.tokens}
        closing = before.join == "except" and before.kinds and clause.still and not clause.leading
        if closing and clause.join in ("and", "or") and out[-2].rest_still:
            clause = replace(
                clause,
                join="except",
                kinds=(*clause.still, *clause.still_too),
                still=(),
                still_too=(),
            )
        elif before.join == "except" and clause.bare and clause.join in ("and", "or", "nor", ","):
            still = not before.kinds
            clause = replace(stilled(clause) if still else clause, join="except")
        elif clause.join == "except" and spoken & {"all", "nothing", "move", "still", "camera"}:
            named = clause.kinds or clause.places or clause.still or clause.camera
            if not named and any(t.role == "camera" for t in clause.tokens):
                named, clause = ("camera",), replace(clause, camera="auto")
            still = before.rest_still or bool(clause.still) or (clause.faces and clause.moving)
            if still and named:
                out[-1] = replace(before, rest_still=True, every=False)
                clause = replace(
                    clause,
                    kinds=(*clause.kinds, *clause.still, *clause.still_too),
                    still=(),
                    still_too=(),
                    faces=False,
                )
            else:
                out[-1] = replace(before, every=before.every or "all" in spoken)
                clause = clause if clause.strength is not None else stilled(clause)
        elif clause.join == "except" and clause.kinds and clause.strength is None:
            clause = stilled(clause)  # "all trees except the palm"
        out.append(clause)
    return out
