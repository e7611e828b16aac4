"""What became of each word of a prompt, and the problems of those that no setting follows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from livingstill.core.kinds import KINDS
from livingstill.settings.prompt.clauses import Clause
from livingstill.settings.prompt.constructions import tells_apart
from livingstill.settings.prompt.line import spans
from livingstill.settings.prompt.vocabulary import NOUNS, Token
from livingstill.settings.prompt.words import WHOLE

_SUBSETS = frozenset(
    [
        "front",
        "back",
        "background",
        "foreground",
        "upper",
        "lower",
        "near",
        "nearby",
        "far",
        "distant",
        "distance",
        "other",
        "few",
        "several",
        "biggest",
        "tiniest",
    ]
)
"""Adjectives of some of the things that a noun names, which no setting tells from the others."""
_PLACES = frozenset(
    ["front", "back", "background", "foreground", "near", "nearby", "far", "distant"]
)
"""Those that say where they are."""
_FEW = frozenset(["single", "lone", "main"])
"""Adjectives of how many, which single out where "only" stands before them."""
_TOLD = re.compile(r"'((?:[^']|(?<=\w)'(?=\w))*)'")


_SETTINGS: Mapping[str, tuple[str, ...]] = {
    "size": ("amount_of", "amount", "brush", "wind", "camera"),
    "way": ("brush", "wind", "camera"),
    "wind": ("wind", "motion"),
    "moves": ("camera",),
}
"""The settings that a word of a role may come to; of any other role: what moves and what not."""
_ANY = ("motion", "camera", "wind", "hold_faces")


@dataclass(slots=True)
class Ledger:
    """What became of each typed word: a setting, or ``FILLER``, ``IDIOM``, ``JOIN``, ``NOTE``."""

    words: tuple[str, ...]
    entries: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, sentence: str) -> Ledger:
        """Return the empty ledger of a sentence."""
        return cls(tuple(sentence[a:b] for a, b in spans(sentence)))

    def enter(self, at: Iterable[int], became: str) -> None:
        """Enter what became of the words at ``at``; the first entry of a word holds."""
        for i in at:
            self.entries.setdefault(i, became)

    def missing(self) -> set[int]:
        """Return the places of the words without an entry."""
        return set(range(len(self.words))) - self.entries.keys()

    def account(self) -> tuple[tuple[str, str], ...]:
        """Return each word with what became of it, in their order."""
        return tuple((word, self.entries[i]) for i, word in enumerate(self.words))


FILLER, IDIOM, JOIN, NOTE = "filler", "idiom", "join", "note"


def places_of(tokens: Iterable[Token], *roles: str) -> set[int]:
    """Return the typed words that the tokens of some roles stand for."""
    return {i for token in tokens if token.role in roles for i in token.at}


def overlooked(
    clauses: list[Clause],
    joins: list[str],
    settings: Mapping[str, Any],
    told: Iterable[str],
    ledger: Ledger,
) -> list[str]:
    """Return problems on the words of ``clauses`` that neither ``settings`` nor a problem is about.

    ``joins`` are the words between the parts of the sentence. Every word of the clauses is entered
    in ``ledger``; those that are still missing there belong to no clause and are a problem too.
    """
    spoken = " ".join(part for problem in told for part in _TOLD.findall(problem))
    quoted = spoken.split()
    named: list[Token] = []
    loose: list[Token] = []
    places = {kind for clause in clauses for kind in (*clause.still, *clause.places)}
    known = places | _moving(settings)
    moves_others = any(clause.kinds or clause.every or clause.camera for clause in clauses)
    for clause in clauses:
        stopped = clause.rest_still and not _moving(settings)
        for i, token in enumerate(clause.tokens):
            if token.role in ("idle", "boost", "prep") and not tells_apart(clause.tokens, i):
                ledger.enter(token.at, FILLER)
            elif moves_others and _of_what_stays(clause, i, settings):
                ledger.enter(token.at, FILLER)  # "the distant trees are still"
            elif token.role == "all" and token.word not in WHOLE and not settings.keys() & _ANY:
                ledger.enter(token.at, FILLER)  # "loop it"
            elif (
                token.role == "order"
                or token.word in quoted
                or token.word.replace("-", " ") in spoken
            ):
                ledger.enter(token.at, NOTE)
            elif (
                setting := _setting(token, settings)
                if (
                    token.value in known
                    or bool(clause.focus)
                    or (stopped and token.value in clause.kinds)
                    if token.role == "kind"
                    else "camera" in settings or token.word not in ("camera", "cam")
                    if token.role == "camera"
                    else _followed(clause, i, token)
                )
                else ""
            ):
                ledger.enter(token.at, setting)
            else:
                (named if token.role == "kind" else loose).append(token)
                ledger.enter(token.at, NOTE)
    unknown = {t.word for clause in clauses for t in clause.tokens if t.role == "unknown"}
    lost = [ledger.words[i] for i in sorted(ledger.missing())]
    ledger.enter(ledger.missing(), NOTE)
    problems = [
        f"prompt names '{word}', but not what it does; left as it is"
        for word in sorted({token.word for token in named})
    ]
    ordered = [t.word for c in clauses for t in c.tokens if t.role == "order"]
    ordered += [join for join in joins[1:] if join == "then"]
    if ordered:
        said = ", ".join(f"'{word}'" for word in dict.fromkeys(ordered))
        problems.append(
            f"prompt has {said}, an order or a condition, which no clip follows: all moves from "
            "its first frame to its last"
        )
    partly = [
        " ".join(ledger.words[i] for i in sorted(at))
        for at in (
            {i for t in clause.tokens for i in t.at} for clause in clauses if not clause.known
        )
        if not any(ledger.words[i].lower() in unknown for i in at)
    ]
    problems += [
        f"prompt has '{text}', which is understood only in part; the options say what is made of it"
        for text in partly
    ]
    if loose or lost:
        words = [*(token.word.replace("-", " ") for token in loose), *lost]
        said = ", ".join(f"'{word}'" for word in dict.fromkeys(words))
        problems.append(f"prompt has {said}, which no setting follows here; left out")
    return problems


def _of_what_stays(clause: Clause, i: int, settings: Mapping[str, Any]) -> bool:
    """Return whether token ``i`` tells apart some of what stays still as all of it does."""
    after = [t for t in clause.tokens[i + 1 :] if t.role not in ("idle", "adjective")][:1]
    noun = after[0] if after else Token("", "")
    if clause.tokens[i].role != "adjective" or clause.tokens[i].word not in _PLACES or clause.kinds:
        return False
    if noun.role == "kind":
        return noun.value in clause.still and noun.value not in _moving(settings)
    return noun.role in ("thing", "held") and (clause.kept or clause.faces)


def _setting(token: Token, settings: Mapping[str, Any]) -> str:
    """Return the setting that a word came to; empty where there is none that it may come to."""
    return next((key for key in _SETTINGS.get(token.role, _ANY) if key in settings), "")


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
        case "idle" | "boost":
            return False
        case "thing" if token.word == "subject" and clause.camera:
            return True  # "orbit around the subject"
        case "compass" | "way" | "thing" | "held" if clause.focus:
            return True  # "zoom in on the house on the left"
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
        case "adjective" if token.word in _FEW and any(t.role == "only" for t in clause.tokens):
            return False
        case "adjective":
            before = [t.role for t in clause.tokens[:i] if t.role not in ("idle", "boost", "size")]
            return before[-1:] == ["prep"] or _before_noun(clause.tokens[i + 1 :])
        case "number":
            counts = token.word.isalnum()  # neither "50%" nor "0.5"
            return counts and _before_noun(clause.tokens[i + 1 : i + 2], unknown=False)
        case "moves":
            return bool(clause.camera)
        case "phrase" | "modifier":
            return False
        case "negation" | "still" | "nothing":
            governed = ("kind", "moves", "camera", "wind", "all", "move", "way", "held")
            none = not any(t.role in governed for t in clause.tokens)  # "no sound"
            return bool(stays or clause.camera == "static" or clause.wind == 0 or none)
        case "all" if tells_apart(clause.tokens, i):
            return False  # "in all directions"
        case "all" if token.word in WHOLE:
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
