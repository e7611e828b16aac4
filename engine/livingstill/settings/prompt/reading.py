"""A prompt read: its settings, what was not understood, and both in words."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any

from livingstill.core.errors import InputError
from livingstill.settings.prompt.accounts import (
    FILLER,
    IDIOM,
    JOIN,
    NOTE,
    Ledger,
    overlooked,
    places_of,
)
from livingstill.settings.prompt.bindings import unbound
from livingstill.settings.prompt.clauses import Clause, clause_of, refused
from livingstill.settings.prompt.constructions import tells_apart
from livingstill.settings.prompt.idioms import normalised, spoken
from livingstill.settings.prompt.line import Line
from livingstill.settings.prompt.nouns import nouns_as_verbs, verbs_of_pronouns
from livingstill.settings.prompt.phrases import pieces
from livingstill.settings.prompt.pronouns import picture_or_thing, resolved
from livingstill.settings.prompt.relations import (
    answered,
    bare_exception,
    continued,
    elliptic,
    excepted,
    exception,
    exception_of_place,
    fronted,
    labelled,
    no_wish,
)
from livingstill.settings.prompt.resolve import settings_of
from livingstill.settings.prompt.run_on import run_on
from livingstill.settings.prompt.scope import scoped
from livingstill.settings.prompt.sentences import behind, calm_beside_only, shared
from livingstill.settings.prompt.text import parts
from livingstill.settings.prompt.timing import timing
from livingstill.settings.prompt.vocabulary import Token, token_of, vocabulary


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood: settings (keys and values of ``Shot``), and what was not, in sentences."""

    settings: Mapping[str, Any]
    problems: tuple[str, ...] = ()
    accounts: tuple[tuple[str, str], ...] = ()
    """Each word with what became of it: a setting, "filler", "idiom", "join" or "note"."""

    def options(self) -> str:
        """Return the settings as they are written on the command line."""
        parts: list[str] = []
        for key, value in self.settings.items():
            option = f"--{key.replace('_', '-')}"
            if key in ("brush", "amount_of"):
                parts += [f"{option} {one}" for one in value]
            elif isinstance(value, bool):
                parts.append(option if value else f"--no-{option[2:]}")
            else:
                text = ",".join(value) if isinstance(value, tuple) else value
                parts.append(
                    f"{option} {shlex.quote(f'{text:g}' if isinstance(text, float) else text)}"
                )
        return " ".join(parts)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know: the prompt as options, and every problem."""
        return (f"prompt understood as {self.options()}", *self.problems)


def read(prompt: str) -> dict[str, Any]:
    """Return the settings (keys and values of ``Shot``) that ``prompt`` asks for.

    >>> read("clouds drift left slowly, gentle ripples, push in")["camera"]
    'push-in'
    >>> read("strong wind from the left; trees sway")
    {'motion': ('foliage',), 'wind': '0,4.5,0.4'}

    Raises
    ------
    InputError
        If nothing in the prompt is understood.
    """
    return dict(understand(prompt).settings)


def notes(prompt: str | None) -> tuple[str, ...]:
    """Return what the user should know of a prompt; nothing without one."""
    return understand(prompt).notes if prompt is not None else ()


def understand(prompt: str) -> Reading:
    """Return what ``prompt`` says as settings, and the problems.

    >>> understand("gentle ripples, the dog runs").problems[0][:37]
    "prompt asks for 'the dog runs', which"

    Raises
    ------
    InputError
        If nothing in the prompt is understood.
    """
    problems: list[str] = []
    line = normalised(prompt)
    ledger = Ledger.of(prompt)
    settings, line = timing(line, ledger, problems)
    ledger.enter(ledger.missing() - line.words, IDIOM)
    spoken_parts = _spoken(line, ledger, problems)
    clauses, joins = _clauses(spoken_parts, ledger, problems)
    clauses = excepted(shared([clause for clause in clauses if clause.tokens]))
    clauses = behind(calm_beside_only(clauses))
    ledger.enter((i for c in clauses if c.impossible for t in c.tokens for i in t.at), NOTE)
    possible = [clause for clause in clauses if not clause.impossible]
    problems = [
        *(
            f"prompt asks for '{c.text}', which cannot be made: {c.impossible}"
            for c in clauses
            if c.impossible
        ),
        *problems,
        *(remark for c in possible for remark in c.remarks),
    ]
    unused = [word for c in clauses if not c.impossible for word in c.unused]
    if unused:
        said = ", ".join(f"'{word.replace('-', ' ')}'" for word in dict.fromkeys(unused))
        problems.append(f"prompt names {said}, which no setting moves or changes; left as it is")
    settings |= settings_of(possible, problems)
    asked = any(clause.impossible and not clause.kept for clause in clauses)
    if not settings and not asked and any(clause.kept for clause in possible):
        settings["motion"] = ("auto",)  # which leaves what is of no kind as it is
    if settings.get("motion", ("auto",)) == ("auto",) and any(
        clause.kept and any(t.word == "foreground" for t in clause.tokens) for clause in possible
    ):
        problems.append(
            "prompt keeps the foreground still, which no setting tells from the rest; --hold FILE does"
        )
    problems += [
        f"prompt says '{clause.text}', which says of nothing in it what it does; left out"
        for clause in possible
        if settings
        and not clause.says
        and not clause.unused
        and not any(t.role == "unknown" for t in clause.tokens)
        and {t.role for t in clause.tokens} & {"verb", "act", "size", "way", "still", "hold", "add"}
    ]
    if settings:
        problems += overlooked(possible, joins, settings, problems, ledger)
        words = [token for _, said in spoken_parts for token in said]
        problems += unbound(prompt, words, clauses, settings, problems)
    else:
        if not problems and not prompt.strip(" ;,."):
            problems = ["prompt is empty; it must say what moves, as in 'clouds drift left'"]
        telling = [p for p in problems if ", taken for '" not in p] or problems
        raise InputError(spoken(telling[0]) if telling else _names_nothing(prompt))
    order = ("camera", "motion", "brush", "wind", "amount", "amount_of", "hold_faces")
    ordered = {key: settings[key] for key in (*order, *settings) if key in settings}
    return Reading(ordered, tuple(dict.fromkeys(map(spoken, problems))), ledger.account())


_Parts = list[tuple[str, list[Token]]]
"""What joins each part of a sentence to the one before, and its tokens."""


def _spoken(line: Line, ledger: Ledger, problems: list[str]) -> _Parts:
    """Return the parts of a line, as their words stand there; those that join are entered in ``ledger``."""
    words = vocabulary()
    out: _Parts = []
    for part in parts(line):
        said = [token_of(word, words, problems)._replace(at=at) for word, at in part.words]
        joins = chain([part.join], repeat(","))
        out += [(join, [*one]) for join, one in zip(joins, run_on(said), strict=False)]
    ledger.enter(ledger.missing() - {i for _, ts in out for t in ts for i in t.at}, JOIN)
    return out


def _clauses(spoken: _Parts, ledger: Ledger, problems: list[str]) -> tuple[list[Clause], list[str]]:
    """Return the clauses of a sentence and what joins each of its parts to the one before.

    Words that say nothing are entered in ``ledger``.
    """
    words = vocabulary()
    clauses: list[Clause] = []
    before: list[Token] = []
    stated: list[Token] = []
    every: list[Token] = []
    refusing = False
    joins: list[str] = []
    for join, said in labelled(fronted(spoken), words.verbs):
        joins.append(join)
        telling = {i for k, t in enumerate(said) if tells_apart(said, k) for i in t.at}
        ledger.enter(places_of(said, "idle", "boost", "prep") - telling, FILLER)
        said = verbs_of_pronouns(said, words)  # noqa: PLW2901
        tokens = elliptic(resolved(answered(said), before, every), [*stated, *before])
        tokens = continued(tokens, before)
        if picture_or_thing(tokens, before):
            problems.append("prompt says 'it', taken for the picture; name what it stands for")
        refused_too = (
            join == "or"
            and refusing
            and {t.role for t in tokens} & {"verb", "move", "blow", "wind"}
        )
        refusing = any(t.role == "negation" for t in tokens) or (join == "or" and refusing)
        if join == "nor" or refused_too:
            tokens.insert(0, Token("nor", "negation"))
        listed = not {t.role for t in before} & {"verb", "move", "blow", "act", "size", "still"}
        stated = stated if listed else before
        before = [*(before if listed else ()), *tokens]
        every = [*every, *(t for t in tokens if t.role == "kind")]
        tokens, undecided = scoped(nouns_as_verbs(tokens, words))
        ledger.enter(places_of(tokens, "idle") - telling, IDIOM)
        undecided = undecided or no_wish(tokens)
        if join == "except":
            tokens = exception(tokens)
            ledger.enter(places_of(tokens, "idle") - telling, IDIOM)
        if join == "except" and not undecided:
            undecided = exception_of_place(clauses, tokens)
        if undecided:
            clauses.append(refused(tuple(tokens), join, undecided))
            continue
        if join == "but" and clauses and bare_exception(clauses[-1].tokens, tokens):
            join = "except"  # noqa: PLW2901
        if all(token.role == "idle" for token in tokens):
            continue
        for piece in pieces(tokens, words):
            clauses.append(clause_of(tuple(piece), join))
            join = ","  # noqa: PLW2901
    return clauses, joins


def _names_nothing(prompt: str) -> str:
    return (
        f"prompt has '{prompt.strip()}', which names nothing; it must name what moves, the wind or a "
        "camera move, as in 'clouds drift left'"
    )
