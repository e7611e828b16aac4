"""The words of a prompt that no setting follows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from livingstill.core.kinds import KINDS
from livingstill.settings.prompt.clauses import Clause
from livingstill.settings.prompt.vocabulary import NOUNS, Token

_SUBSETS = frozenset(
    ["front", "back", "upper", "lower", "near", "nearby", "far", "distant", "other"]
)
"""Adjectives of some of the things that a noun names, which no setting tells from the others."""
_TOLD = re.compile(r"'((?:[^']|(?<=\w)'(?=\w))*)'")


def overlooked(
    clauses: list[Clause], joins: list[str], settings: Mapping[str, Any], told: Iterable[str]
) -> list[str]:
    """Return problems on the words of ``clauses`` that neither ``settings`` nor a problem is about.

    ``joins`` are the words between the parts of the sentence.
    """
    spoken = " ".join(part for problem in told for part in _TOLD.findall(problem))
    quoted = spoken.split()
    named, loose = [], []
    places = {kind for clause in clauses for kind in (*clause.still, *clause.places)}
    known = places | _moving(settings)
    for clause in clauses:
        stopped = clause.rest_still and not _moving(settings)
        for i, token in enumerate(clause.tokens):
            if token.word in quoted or token.word.replace("-", " ") in spoken:
                continue
            if token.role == "kind":
                if token.value not in known and not (stopped and token.value in clause.kinds):
                    named.append(token.word)
            elif token.role == "camera" and token.word in ("camera", "cam"):
                loose += [token.word] * ("camera" not in settings)
            elif not _followed(clause, i, token):
                loose.append(token.word)
    ordered = [t.word for c in clauses for t in c.tokens if t.role == "order"]
    problems = [
        f"prompt names '{word}', but not what it does; left as it is" for word in sorted(set(named))
    ]
    ordered += [join for join in joins[1:] if join == "then"]
    if ordered:
        said = ", ".join(f"'{word}'" for word in dict.fromkeys(ordered))
        problems.append(
            f"prompt has {said}, an order or a condition, which no clip follows: all moves from "
            "its first frame to its last"
        )
    if loose:
        said = ", ".join(f"'{word.replace('-', ' ')}'" for word in dict.fromkeys(loose))
        problems.append(f"prompt has {said}, which no setting follows here; left out")
    return problems


def _moving(settings: Mapping[str, Any]) -> set[str]:
    """Return the kinds that the settings move."""
    motion = set(settings.get("motion", ()))
    auto = {name for name, kind in KINDS.items() if kind.found_by == "auto"}
    return (motion | (auto if "auto" in motion else set())) - {"none", "auto"}


def _followed(clause: Clause, i: int, token: Token) -> bool:
    """Return whether a setting follows token ``i`` of a clause, or it says nothing by itself."""
    moves = clause.kinds or clause.every or clause.wind is not None
    stays = clause.still or clause.faces or clause.kept or clause.rest_still
    match token.role:
        case "thing" | "held" | "effect" | "compass":
            owner = token.word.endswith("'s") and _before_noun(clause.tokens[i + 1 :])
            beyond = clause.rest_still and any(t.role == "prep" for t in clause.tokens[:i])
            return token.word in clause.unused or (bool(stays) and not beyond) or owner
        case "verb" | "blow" | "move" | "act" | "change" if _told_of(clause):
            return True  # what the unknown thing shall do
        case "verb" | "blow":
            return clause.says
        case "move":
            return True  # "move only the clouds"
        case "act" | "change":
            return bool(stays) or any(t.role == "negation" for t in clause.tokens)
        case "way":
            return clause.direction is not None and bool(moves)
        case "size" if i and clause.tokens[i - 1].role == "nothing":
            return True  # "nothing more"
        case "size":
            return bool(moves or (clause.camera and clause.camera != "static"))
        case "wind":
            return clause.wind is not None
        case "adjective" if token.word in _SUBSETS:
            return False
        case "adjective":
            before = [t.role for t in clause.tokens[:i] if t.role not in ("idle", "boost", "size")]
            return before[-1:] == ["prep"] or _before_noun(clause.tokens[i + 1 :])
        case "number":
            return _before_noun(clause.tokens[i + 1 : i + 2], unknown=False)
        case "moves":
            return bool(clause.camera)
        case "phrase" | "modifier":
            return False
        case "negation" | "still" | "nothing":
            governed = ("kind", "moves", "camera", "wind", "all", "move", "way", "held")
            none = not any(t.role in governed for t in clause.tokens)  # "no sound"
            return bool(stays or clause.camera == "static" or clause.wind == 0 or none)
        case "all" if token.word in ("everything", "all", "anything", "rest", "everywhere"):
            return bool(clause.every or stays or clause.rest_still or clause.camera or clause.kinds)
        case "only":
            return bool(clause.rest_still or stays or clause.camera)
        case "hold":
            return clause.says or _told_of(clause)
    return True


def _told_of(clause: Clause) -> bool:
    """Return whether all that a clause names is unknown."""
    return not clause.says and any(t.role == "unknown" for t in clause.tokens)


def _before_noun(after: Iterable[Token], unknown: bool = True) -> bool:
    """Return whether a noun follows, as what an adjective describes."""
    roles: Iterator[str] = (t.role for t in after)
    skipped = ("adjective", "size", "boost", "idle", "modifier", "number", "verb")
    following = next((role for role in roles if role not in skipped), "")
    described = (*NOUNS, "effect", "moves", "move")
    return following in described and (unknown or following != "unknown")
