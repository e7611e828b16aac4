"""A sentence becomes settings, by a small grammar and no model.

A sentence is cut into clauses at punctuation and words such as "and", "while" or "with"; each says
what moves and how, what stays still, where the wind blows, what the camera does or how long it takes:

    clouds drift left slowly, gentle ripples, push in
    please let the leaves rustle in the wind and keep the people still
    slow pan to the left with flowing water, 8 second loop

The words come from the records of the kinds, from the camera moves and from ``prompt_words``. A
verb must suit its noun. What cannot be made, and every word that is not understood, is named in a
problem; where nothing is understood the problem is an error.
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, NamedTuple

from livingstill.core.errors import InputError
from livingstill.core.kinds import KINDS, resolve
from livingstill.settings import prompt_text
from livingstill.settings.prompt_words import BOOSTS, ROLES, SIZES, STRENGTHS, WAYS, WIND

__all__ = ["STRENGTHS", "Reading", "camera_phrases", "notes", "read", "understand"]

_STROKE_SECONDS = 2.0
_CANNOT = "only what the photo shows of the kinds that `livingstill kinds` lists can move"
_NOUNS = ("kind", "thing", "held", "all", "nothing", "camera", "wind", "unknown")


class _Words(NamedTuple):
    """Words of the kinds of motion and of the camera moves there are."""

    nouns: Mapping[str, str]
    verbs: Mapping[str, frozenset[str]]
    phrases: Mapping[tuple[str, ...], str]
    weak: frozenset[tuple[str, ...]]
    """Phrases that the things of a scene may do too."""


class _Token(NamedTuple):
    """A word, its role, and what it means there: a kind, kinds, an angle, a factor."""

    word: str
    role: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood: settings (keys and values of ``Shot``), and what was not, in sentences."""

    settings: Mapping[str, Any]
    problems: tuple[str, ...] = ()

    def options(self) -> str:
        """Return the settings as they are written on the command line."""
        parts: list[str] = []
        for key, value in self.settings.items():
            option = f"--{key.replace('_', '-')}"
            if key == "brush":
                parts += [f"{option} {stroke}" for stroke in value]
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


@dataclass(frozen=True, slots=True)
class _Clause:
    """What one clause says; ``direction`` in degrees counter-clockwise, 0 to the right."""

    text: str = ""
    join: str = ""
    kinds: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    still: tuple[str, ...] = ()
    direction: float | None = None
    strength: float | None = None
    camera: str = ""
    wind: float | None = None
    faces: bool = False
    kept: bool = False
    every: bool = False
    rest_still: bool = False
    bare: bool = False
    leading: bool = False
    moving: bool = False
    impossible: str = ""
    unused: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    tokens: tuple[_Token, ...] = ()

    @property
    def factor(self) -> float:
        """The strength, 1 without a word for it."""
        return 1.0 if self.strength is None else self.strength

    @property
    def says(self) -> bool:
        """Whether anything of it was understood."""
        said = self.kinds or self.still or self.camera or self.faces or self.kept or self.every
        return bool(said or self.rest_still or self.wind is not None)


def camera_phrases() -> Mapping[str, str]:
    """Return the camera move that each phrase means."""
    found: Mapping[str, str] = resolve("livingstill.camera.words:vocabulary")()
    return found


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
    words = _vocabulary()
    text = prompt_text.normalised(prompt)
    settings, text = prompt_text.timing(text)
    problems: list[str] = []
    clauses: list[_Clause] = []
    for join, part in prompt_text.parts(text):
        tokens = [_token(word, words, problems) for word in part.split()]
        for piece in _pieces(_as_verbs(tokens, words), words):
            clauses.append(_clause(tuple(piece), join))
            join = ","  # noqa: PLW2901
    clauses = _excepted(_shared([clause for clause in clauses if clause.tokens]))
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
        said = ", ".join(f"'{word}'" for word in dict.fromkeys(unused))
        problems.append(f"prompt names {said}, which no setting moves or changes; left as it is")
    settings |= _settings(possible, problems)
    if not settings and any(clause.kept for clause in possible):
        settings["motion"] = ("auto",)  # which leaves what is of no kind as it is
    problems += [
        f"prompt says '{clause.text}', which says of nothing in it what it does; left out"
        for clause in possible
        if settings
        and not clause.says
        and not clause.unused
        and not any(t.role == "unknown" for t in clause.tokens)
        and {t.role for t in clause.tokens} & {"verb", "act", "size", "way", "still", "hold", "add"}
    ]
    if not settings:
        if not problems and not prompt.strip(" ;,."):
            problems = ["prompt is empty; it must say what moves, as in 'clouds drift left'"]
        raise InputError(problems[0] if problems else _names_nothing(prompt))
    order = ("camera", "motion", "brush", "wind", "amount", "hold_faces")
    ordered = {key: settings[key] for key in (*order, *settings) if key in settings}
    return Reading(ordered, tuple(dict.fromkeys(problems)))


def _names_nothing(prompt: str) -> str:
    return (
        f"prompt has '{prompt.strip()}', which names nothing; it must name what moves, the wind or a "
        "camera move, as in 'clouds drift left'"
    )


# -- words ------------------------------------------------------------------------------------


def _vocabulary() -> _Words:
    """Return the words that the records of all kinds and all camera moves bring."""
    nouns = {word: name for name, kind in KINDS.items() for word in kind.nouns}
    verbs: dict[str, set[str]] = {}
    for name, kind in KINDS.items():
        for word in kind.verbs:
            for form in (word, *_verb_bases(word)):
                verbs.setdefault(form, set()).add(name)
    phrases = {tuple(said.split()): move for said, move in camera_phrases().items()}
    weak = set()
    for phrase in phrases:
        free = [
            word for word in phrase if word not in WAYS and ROLES.get(word) not in ("prep", "idle")
        ]
        if all(word in verbs or ROLES.get(word) == "move" for word in free):
            weak.add(phrase)
    usable = {p: m for p, m in phrases.items() if p not in weak or len(p) > 1}
    frozen = {word: frozenset(names) for word, names in verbs.items()}
    return _Words(nouns, frozen, usable, frozenset(weak))


def _plural_bases(word: str) -> Iterator[str]:
    """Yield what ``word`` may be the plural or the possessive of."""
    word = word.removesuffix("'s").removesuffix("'")
    yield word
    for ending, base in (("ies", "y"), ("ves", "f"), ("es", ""), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) > 1:
            yield word.removesuffix(ending) + base


def _verb_bases(word: str) -> Iterator[str]:
    """Yield what ``word`` may be an inflection of."""
    for ending, base in (
        ("ies", "y"),
        ("es", ""),
        ("s", ""),
        ("ing", ""),
        ("ing", "e"),
        ("ed", ""),
    ):
        if word.endswith(ending) and len(word) - len(ending) > 1:
            stem = word.removesuffix(ending)
            yield stem + base
            if ending in ("ing", "ed") and stem[-1] == stem[-2]:
                yield stem[:-1]
    if word.endswith(("ed", "er")):
        yield word[:-1]


def _role(word: str, words: _Words) -> _Token | None:
    """Return what ``word`` means as it is written."""
    if word in SIZES:
        return _Token(word, "size", SIZES[word])
    if word in WAYS:
        return _Token(word, "way", WAYS[word])
    if word in words.nouns:
        return _Token(word, "kind", words.nouns[word])
    if word in WIND:
        return _Token(word, "wind", WIND[word])
    if ROLES.get(word) in ("move", "blow"):
        return _Token(word, ROLES[word], words.verbs.get(word, frozenset()))
    if word in words.verbs:
        forms = (word, *_verb_bases(word))
        owners: frozenset[str] = frozenset().union(*(words.verbs.get(form, ()) for form in forms))
        return _Token(word, "verb", owners)
    if word in BOOSTS:
        return _Token(word, "boost", BOOSTS[word])
    return _Token(word, ROLES[word]) if word in ROLES else None


def _known(word: str, words: _Words) -> _Token | None:
    """Return what ``word`` or the word that it is an inflection of means."""
    if found := _role(word, words):
        return found
    for base in _plural_bases(word):
        found = _role(base, words)
        if found and found.role not in ("way", "size", "verb", "act", "move", "blow"):
            return found._replace(word=word)
    forms = tuple(_verb_bases(word))
    if owners := frozenset(kind for form in forms for kind in words.verbs.get(form, ())):
        return _Token(word, "blow" if "blow" in forms else "verb", owners)
    for base in (*_plural_bases(word), *_verb_bases(word)):
        found = _role(base, words)
        if found and found.role in (
            "verb",
            "act",
            "move",
            "blow",
            "still",
            "hold",
            "change",
            "add",
            "idle",
        ):
            return found._replace(word=word)
    heads = {head for phrase in words.phrases for head in phrase}
    if any(base in heads for base in (word, *_plural_bases(word), *_verb_bases(word))):
        return _Token(word, "phrase")
    return None


def _token(word: str, words: _Words, problems: list[str]) -> _Token:
    """Return the token of a word; a slip of the pen is corrected and a problem says so."""
    if found := _known(word, words):
        return found
    lexicon = [*words.nouns, *words.verbs, *WAYS, *SIZES, *WIND, *ROLES]
    lexicon += [part for phrase in words.phrases for part in phrase]
    meant = {known for known in lexicon if _slip(word, known)}
    if len(meant) == 1 and (found := _known(meant.pop(), words)):
        problems.append(f"prompt has '{word}', taken for '{found.word}'")
        return found
    close = get_close_matches(word, lexicon, n=1, cutoff=0.6)
    hint = (
        f"did you mean '{close[0]}'?" if close else "say things, directions, speeds, camera moves"
    )
    problems.append(f"prompt has '{word}', which means nothing here; {hint}")
    return _Token(word, "unknown")


def _slip(typed: str, known: str) -> bool:
    """Return whether ``typed`` is surely ``known``.

    Two neighbours changed places, a letter is doubled or not doubled; in words of seven letters or
    more any one letter after the first is wrong, missing or too many.
    """
    short, long = sorted((typed, known), key=len)
    if len(typed) < 4 or len(long) - len(short) > 1 or typed[0] != known[0]:
        return False
    i = next((k for k, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) == len(long):
        if short[i : i + 2] == long[i : i + 2][::-1] and short[i + 2 :] == long[i + 2 :]:
            return True
        return len(typed) >= 7 and short[i + 1 :] == long[i + 1 :]
    doubled = short[i:] == long[i + 1 :] and i > 0 and long[i] == long[i - 1]
    return doubled or (len(typed) >= 7 and short[i:] == long[i + 1 :])


# -- sentences to clauses -----------------------------------------------------------------------


def _as_verbs(tokens: list[_Token], words: _Words) -> list[_Token]:
    """Return the tokens where a noun that is a verb too is one after the noun that does it.

    "Waves" in "the flag waves", and "shine" in "stars shine".
    """
    out: list[_Token] = []
    for token in tokens:
        before = [
            t for t in out if t.role in ("kind", "thing", "held", "effect", "unknown", "wind")
        ]
        if token.role == "kind" and before:
            base = (token.word, *_verb_bases(token.word))
            owners = frozenset().union(*(words.verbs.get(form, ()) for form in base))
            does = any(t.role != "kind" or t.value in owners for t in before)
            partner = any(_partners(t.word) & owners for t in before if t.role == "kind")
            last_is_noun = out[-1].role in ("kind", "thing", "held", "effect", "unknown")
            if (
                owners
                and (does or partner)
                and (last_is_noun or out[-1].role not in ("prep", "idle"))
            ):
                token = _Token(token.word, "verb", owners)  # noqa: PLW2901
        out.append(token)
    return out


def _partners(noun: str) -> frozenset[str]:
    """Return the kinds whose verbs give ``noun``, another kind's, their meaning too."""
    return frozenset(name for name, kind in KINDS.items() if noun in kind.nouns_with_verb)


def _pieces(tokens: list[_Token], words: _Words) -> Iterator[list[_Token]]:
    """Yield the tokens cut where a camera move begins and ends; the move's words are one token."""
    found = _phrase(tokens, words)
    if found is None:
        yield tokens
        return
    first, last, move = found
    while first > 0 and tokens[first - 1].role in ("size", "boost", "negation", "camera", "idle"):
        first -= 1
    run = tokens[first : last + 1]
    kept = [t for t in run if t.role in ("size", "boost", "negation", "still")]
    text = " ".join(t.word for t in run)
    before, after = tokens[:first], tokens[last + 1 :]
    if any(t.role in _NOUNS or t.role in ("effect", "act") for t in before if t.role != "camera"):
        yield before
    else:
        kept = [*(t for t in before if t.role in ("size", "boost", "negation", "hold")), *kept]
    tail = next((i for i, t in enumerate(after) if t.role in ("kind", "wind")), len(after))
    verbed = any(t.role == "verb" for t in after[tail:]) or any(
        t.role == "verb" for t in after[:tail]
    )
    if verbed or any(t.role in ("negation", "hold") for t in after):
        yield [_Token(text, "moves", move), *kept]
        yield after
    else:
        yield [_Token(text, "moves", move), *kept, *after]


def _rank(phrase: tuple[str, ...]) -> tuple[int, bool, tuple[str, ...]]:
    """Return the key by which the phrase that says most comes first."""
    telling = sum(word != "camera" for word in phrase)
    return -telling, "camera" in phrase, phrase


def _phrase(tokens: list[_Token], words: _Words) -> tuple[int, int, str] | None:
    """Return the first and last index and the move of the longest camera phrase in a clause."""
    forms = [{t.word, *_plural_bases(t.word), *_verb_bases(t.word)} for t in tokens]
    forms = [
        f | {"camera"} if t.role == "camera" else f for f, t in zip(forms, tokens, strict=True)
    ]
    skipped = ("idle", "size", "boost", "prep", "camera", "adjective", "move")
    best: tuple[int, int, str] | None = None
    for phrase in sorted(words.phrases, key=_rank):
        fixed = any(ROLES.get(word) == "prep" for word in phrase)
        free = any(word in WAYS for word in phrase) or ("camera" in phrase and not fixed)
        for start in range(len(tokens)):
            left = list(phrase)
            last = start
            for i in range(start, len(tokens)):
                hit = next((w for w in (left if free else left[:1]) if w in forms[i]), None)
                if hit is not None:
                    left.remove(hit)
                    last = i
                    if not left:
                        break
                elif i == start or tokens[i].role not in skipped:
                    break
            if left:
                continue
            before = tokens[:start]
            named = any(t.role in ("thing", "held", "effect", "unknown") for t in before)
            weak = phrase in words.weak and any(t.role in ("kind", "all", "wind") for t in before)
            noun = phrase in words.weak and any(t.role == "kind" for t in tokens[start : last + 1])
            if "camera" not in phrase and (named or weak or noun):
                continue
            best = (start, last, words.phrases[phrase])
            return best
    return best


# -- one clause ---------------------------------------------------------------------------------


def _clause(tokens: tuple[_Token, ...], join: str) -> _Clause:
    """Return what one clause says."""
    text = " ".join(token.word for token in tokens)
    base = _Clause(text=text, join=join, tokens=tokens)
    roles = [token.role for token in tokens]
    has = set(roles)
    nouns = [(i, t) for i, t in enumerate(tokens) if t.role in ("kind", "thing", "held", "effect")]
    negated = _negated(tokens)
    strength = _strength(tokens)
    direction, remarks = _direction(tokens)
    base = replace(base, strength=strength, direction=direction, remarks=remarks)
    leading = _first(roles, ("negation", "hold", "still")) < _first(roles, _NOUNS)
    moves = has & {"verb", "move", "act", "blow"}
    held_words = has & {"negation", "hold", "still"}
    named = bool(nouns or has & {"all", "camera"})
    acts = moves or held_words or has & {"moves", "wind"}
    bare = named and not acts and strength is None and direction is None
    base = replace(base, bare=bare, leading=bool(leading and held_words), moving=bool(moves))
    if "moves" in has:
        return _camera_clause(base, tokens, negated)
    things = tuple(t.word for t in tokens if t.role in ("thing", "held", "effect", "unknown"))
    kinds = [(i, t.value) for i, t in nouns if t.role == "kind"]
    still = tuple(kind for i, kind in kinds if negated[i])
    still += tuple(
        p for i, t in nouns if t.role == "kind" and negated[i] for p in sorted(_partners(t.word))
    )
    moving = [(i, kind) for i, kind in kinds if not negated[i]]
    impossible = _impossible(tokens, negated, moving)
    if impossible:
        return replace(base, impossible=impossible)
    subjects, places = _subjects(tokens, moving)
    wanted = not kinds and not things and bool(moves - {"act"} or strength is not None)
    camera, wind = _camera_alone(tokens, negated, wanted), None
    if "wind" in has:
        i = roles.index("wind")
        wind = 0.0 if negated[i] else tokens[i].value * _wind_strength(tokens, i, bool(kinds))
        if kinds and not negated[i]:
            base = replace(base, strength=_strength(_without_wind(tokens, i)))
    everything = "all" in has or ("move" in has and not nouns and not has & {"camera", "wind"})
    stop = has & {"negation", "still", "hold"} and has != {"hold"}
    rest = "nothing" in has or (everything and not camera and _rest_still(tokens, negated))
    if "all" in has and (nouns or "camera" in has) and not rest:
        everything = False
    every = everything and not rest and bool(moves or strength is not None) and not stop
    if "only" in has and (kinds or "wind" in has):
        rest, every = True, False
    faces = any(t.role == "held" and negated[i] for i, t in enumerate(tokens))
    return replace(
        base,
        kinds=subjects,
        places=places,
        still=still,
        camera=camera,
        wind=wind,
        faces=faces,
        kept=any(t.role in ("thing", "effect") and negated[i] for i, t in enumerate(tokens)),
        every=every and not kinds,
        rest_still=rest,
        unused=_unused(tokens, negated),
    )


def _subjects(
    tokens: tuple[_Token, ...], moving: list[tuple[int, str]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the kinds that a clause moves, and those that only say where, as in "fog over water"."""
    prep = _first([token.role for token in tokens], ("prep",))
    subjects = tuple(k for i, k in moving if i < prep) or tuple(k for _, k in moving)
    places = tuple(k for _, k in moving if k not in subjects)
    for verb in (token for token in tokens if token.role in ("verb", "blow")):
        moved = verb.value or frozenset()
        for i, kind in moving:
            if kind not in moved:
                extra = _partners(tokens[i].word) & moved
                subjects = (*subjects, *(k for k in sorted(extra) if k not in subjects))
    return subjects, places


def _camera_alone(tokens: tuple[_Token, ...], negated: list[bool], wanted: bool) -> str:
    """Return the camera of a clause that names no move: "static", "auto" if ``wanted``, or ""."""
    roles = [token.role for token in tokens]
    if "camera" in roles:
        if negated[roles.index("camera")]:
            return "static"
        return "auto" if wanted else ""
    others = {"kind", "thing", "held", "effect", "all", "nothing", "wind", "move"}
    locked = {"static", "fixed", "lock", "locked"} & {t.word for t in tokens if t.role == "still"}
    return "static" if locked and not others & set(roles) else ""


def _unused(tokens: tuple[_Token, ...], negated: list[bool]) -> tuple[str, ...]:
    """Return the words of a clause that nothing in the clip can follow."""
    return tuple(
        token.word
        for token, stays in zip(tokens, negated)
        if token.role == "compass"
        or (
            token.role in ("thing", "effect", "held")
            and not stays
            and not token.word.endswith("'s")
        )
    )


def _first(roles: list[str], wanted: tuple[str, ...]) -> int:
    return next((i for i, role in enumerate(roles) if role in wanted), len(roles))


def _negated(tokens: tuple[_Token, ...]) -> list[bool]:
    """Return for each token whether the clause says that it does not move."""
    roles = [token.role for token in tokens]
    out = [False] * len(tokens)
    nouns = [i for i, role in enumerate(roles) if role in (*_NOUNS, "effect", "moves")]
    acts = {"verb", "move", "act", "blow"}
    for i, role in enumerate(roles):
        after = [
            k for k in range(i + 1, len(roles)) if roles[k] not in ("idle", "boost", "adjective")
        ]
        follows = roles[after[0]] if after else ""
        previous = [k for k in range(i) if roles[k] not in ("idle", "boost")]
        cancelled = bool(previous) and roles[previous[-1]] == "negation"
        if role == "negation" and follows not in ("still", "hold"):
            whole = follows in acts and any(k < i for k in nouns)
            for k in nouns:
                out[k] = out[k] or whole or k > i or not any(n > i for n in nouns)
        elif role == "still" and not cancelled:
            attributive = follows in ("kind", "camera") and tokens[i].word not in (
                "stop",
                "freeze",
                "lock",
            )
            if attributive and any(r in ("verb", "blow") for r in roles[i:]):
                continue
            one = attributive and any(k < i and roles[k] == "kind" for k in nouns)
            for k in nouns:
                out[k] = out[k] or not one or k == after[0]
        elif role == "hold" and not cancelled and not acts & set(roles):
            positive = any(r in ("size", "way", "still") for r in roles)
            for k in nouns:
                out[k] = out[k] or not positive
    return out


def _rest_still(tokens: tuple[_Token, ...], negated: list[bool]) -> bool:
    """Return whether a clause about everything, or about no thing, says that it stands still."""
    roles = {token.role for token in tokens}
    alls = [negated[i] for i, t in enumerate(tokens) if t.role == "all"]
    return any(alls) if alls else "negation" in roles or "still" in roles


def _impossible(
    tokens: tuple[_Token, ...], negated: list[bool], moving: list[tuple[int, str]]
) -> str:
    """Return why what the clause asks for cannot be made, nothing where it can."""
    roles = [token.role for token in tokens]
    if any(r == "negation" for r in roles) and not moving:
        return ""
    calm = any(negated[i] for i, r in enumerate(roles) if r in ("thing", "held", "all"))
    for i, token in enumerate(tokens):
        if token.role == "effect" and not negated[i] and "prep" not in roles[:i]:
            return f"'{token.word}' is not put into a photo; {_CANNOT}"
        if token.role == "change" and not calm:
            return f"a prompt cannot '{token.word}'; see the other options in `--help`"
        if token.role == "act" and not calm:
            return f"no motion here is '{token.word}'; {_CANNOT}"
    verb = _first(roles, ("verb", "move", "blow"))
    thing = next((i for i, r in enumerate(roles) if r in ("thing", "held")), len(roles))
    own = thing < len(roles) and tokens[thing].word.endswith("'s")
    if thing < len(roles) and not negated[thing] and not own:
        after_prep = any(r == "prep" for r in roles[:thing])
        kind_first = any(i < max(verb, thing) for i, _ in moving)
        if verb < len(roles) and not kind_first and not after_prep:
            return f"'{tokens[thing].word}' does not move; {_CANNOT}"
        if "add" in roles and not moving and verb == len(roles):
            return "nothing is added to a photo; " + _CANNOT
    if moving:
        kinds = {kind for _, kind in moving}
        partners = {p for i, _ in moving for p in _partners(tokens[i].word)}
        for token in tokens:
            owners = token.value or frozenset()
            if token.role == "verb" and not owners & (kinds | partners):
                if (
                    "wind" in roles
                    and tokens[roles.index("wind")].role == "wind"
                    and "blow" in roles
                ):
                    continue
                said = tokens[moving[0][0]].word
                return f"'{token.word}' is nothing that '{said}' can do here"
        last = moving[-1][0]
        tail = [t for t in tokens[last + 1 :] if t.role != "idle"]
        plain = verb == len(roles) and len(tail) > 0 and all(t.role == "adjective" for t in tail)
        if plain:
            return (
                f"a prompt does not make things '{tail[0].word}'; see the other options in `--help`"
            )
        spoken = [t.word for t in tokens]
        to = spoken[spoken.index("toward") + 1 :] if "toward" in spoken else ()
        if {"forward", "backward"} & set(spoken) or {"camera", "viewer", "us", "me", "you"} & set(
            to
        ):
            return "things move across the picture, not towards the camera or away from it"
    return ""


def _camera_clause(base: _Clause, tokens: tuple[_Token, ...], negated: list[bool]) -> _Clause:
    """Return what a clause with a camera move says."""
    move = next(t for t in tokens if t.role == "moves")
    words = [t for t in tokens if t.role in ("kind", "thing", "held", "unknown", "effect")]
    unused = tuple(t.word for t in words if t.role != "unknown")
    if any(n for t, n in zip(tokens, negated, strict=True) if t.role == "moves") or (
        any(t.role == "negation" for t in tokens)
    ):
        return replace(base, camera="static", unused=())
    remarks = base.remarks
    if unused:
        aim = ", ".join(f"'{word}'" for word in unused)
        remarks = (
            *remarks,
            f"prompt aims the camera at {aim}, whose place a prompt cannot tell; it goes to the "
            f"photo's subject unless --camera {move.value}:focus=x,y says where",
        )
    wind = next((t for t in tokens if t.role == "wind"), None)
    return replace(
        base,
        camera=move.value,
        remarks=remarks,
        wind=None if wind is None else wind.value,
        direction=None,
    )


def _strength(tokens: tuple[_Token, ...]) -> float | None:
    """Return the product of a clause's strengths, each under the word that boosts it."""
    out, boost = None, 1.0
    for token in tokens:
        if token.role == "boost":
            boost = token.value
        elif token.role == "size":
            size = token.value * boost if token.value > 1 else token.value / boost
            out, boost = size if out is None else out * size, 1.0
    return None if out is None else round(out, 4)


def _wind_strength(tokens: tuple[_Token, ...], i: int, shared: bool) -> float:
    """Return the strength of the wind at ``i``: the words before it alone where others move too."""
    if not shared:
        return _strength(tokens) or 1.0
    return _strength(tuple(tokens[k] for k in _before(tokens, i))) or 1.0


def _without_wind(tokens: tuple[_Token, ...], i: int) -> tuple[_Token, ...]:
    gone = _before(tokens, i)
    return tuple(t for k, t in enumerate(tokens) if k not in gone)


def _before(tokens: tuple[_Token, ...], i: int) -> list[int]:
    """Return the places of the strengths directly before ``i``."""
    out: list[int] = []
    for k in range(i - 1, -1, -1):
        if tokens[k].role not in ("size", "boost", "adjective"):
            break
        out.insert(0, k)
    return out


def _direction(tokens: tuple[_Token, ...]) -> tuple[float | None, tuple[str, ...]]:
    """Return the direction of a clause: the mean of two that agree, the first of two that do not."""
    angles = [t.value for t in tokens if t.role == "way"]
    if not angles:
        return None, ()
    x = sum(math.cos(math.radians(a)) for a in set(angles))
    y = sum(math.sin(math.radians(a)) for a in set(angles))
    if math.hypot(x, y) < 0.1:
        said = next(t.word for t in tokens if t.role == "way")
        return angles[0], (f"prompt has two opposite directions at once; '{said}' is taken",)
    return round(math.degrees(math.atan2(y, x))) % 360.0, ()


# -- clauses to settings ------------------------------------------------------------------------


def _shared(clauses: list[_Clause]) -> list[_Clause]:
    """Return the clauses where a bare noun shares what is said of its neighbours.

    In "trees and grass sway gently" both sway, in "the sky and the people stay still" both stay,
    and so do they in "don't move the sky or the people". Words of strength or direction alone
    belong to the clause before.
    """
    out: list[_Clause] = []
    for k in range(len(clauses) - 1, -1, -1):
        clause = clauses[k]
        after = out[-1] if out else _Clause()
        before = clauses[k - 1] if k else _Clause()
        linked = after.join in ("and", "or", "nor", ",", "&", "")
        if clause.bare and after.says and linked and not after.camera and after.wind is None:
            nouns = {token.role for token in after.tokens} & {"all", "nothing"}
            held = after.still or after.faces or after.kept or after.rest_still
            held = held and (after.join in ("and", "or", "nor") or not nouns)
            if held and not after.leading and not after.kinds:
                clause = _held(clause)
            elif clause.kinds and after.kinds and not after.impossible:
                clause = replace(clause, direction=after.direction, strength=after.strength)
        join = clause.join in ("and", "or", "nor")
        stops = before.still or before.faces or before.kept or before.camera == "static"
        if clause.bare and join and before.leading and stops and not before.kinds:
            clause = _held(clause)
        out.append(clause)
    out = out[::-1]
    merged: list[_Clause] = []
    for clause in out:
        lone = not clause.says and not clause.impossible and not clause.unused
        if lone and merged and (clause.strength is not None or clause.direction is not None):
            last = merged[-1]
            merged[-1] = replace(
                last,
                strength=clause.strength if last.strength is None else last.strength,
                direction=clause.direction if last.direction is None else last.direction,
            )
        elif lone and clause.tokens and any(t.role == "still" for t in clause.tokens) and merged:
            merged[-1] = _held(merged[-1]) if merged[-1].bare else merged[-1]
        else:
            merged.append(clause)
    first = merged[0] if len(merged) > 1 else _Clause()
    lone = not (first.says or first.impossible or first.unused) and first.direction is None
    if lone and first.strength is not None and merged[1].strength is None:
        merged = [replace(merged[1], strength=first.strength), *merged[2:]]
    return merged


def _held(clause: _Clause) -> _Clause:
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


def _settings(clauses: list[_Clause], problems: list[str]) -> dict[str, Any]:
    """Return the settings of all clauses together; contradictions become problems."""
    out: dict[str, Any] = {}
    for clause in clauses:
        if clause.camera:
            amount = "" if clause.strength is None else f":amount={clause.strength:g}"
            choice = clause.camera + ("" if clause.camera == "static" else amount)
            refused = {t.value for t in clause.tokens if t.role == "moves"}
            taken = str(out.get("camera", "static")).partition(":")[0]
            if clause.camera == "static" and taken != "static" and refused and taken not in refused:
                continue  # "pan left, no zoom"
            if "camera" in out and out["camera"].partition(":")[0] != clause.camera:
                one, two = out["camera"], clause.camera
                if "static" in (one, two) and one != "static":
                    problems.append(f"prompt wants the camera to move and not to; {one} is taken")
                elif one == "static" and clause.camera != "static":
                    out["camera"] = choice
                    if not any(t.role == "negation" for c in clauses for t in c.tokens):
                        problems.append(
                            f"prompt wants the camera to move and not to; {choice} is taken"
                        )
                else:
                    problems.append(
                        f"a clip has one camera move; {one} is taken and {two} left out"
                    )
            else:
                out["camera"] = choice
        if clause.camera and "tofro" in clause.text:
            out["loop"] = "bounce"
        if clause.wind is not None:
            out["wind"] = _wind(clause)
        if clause.faces:
            out["hold_faces"] = True
    out |= _motion(clauses, problems)
    if any(clause.rest_still for clause in clauses) and "camera" not in out:
        out["camera"] = "static"
    return out


def _excepted(clauses: list[_Clause]) -> list[_Clause]:
    """Return the clauses where what is excepted from everything does the contrary of it."""
    out: list[_Clause] = []
    for said in clauses:
        clause = said
        before = out[-1] if out else _Clause()
        spoken = {token.role for token in before.tokens}
        if before.join == "except" and clause.bare and clause.join in ("and", "or", "nor", ","):
            held = not before.kinds
            clause = replace(_held(clause) if held else clause, join="except")
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
                clause = _held(clause)
        out.append(clause)
    return out


def _wind(clause: _Clause) -> str:
    """Return the wind of a clause as ``--wind`` takes it."""
    angle = clause.direction or 0.0
    return f"{angle:g},{min(12, 3 * (clause.wind or 0)):g},0.4"


def _motion(clauses: list[_Clause], problems: list[str]) -> dict[str, Any]:
    """Return the settings of what moves: ``motion``, ``brush`` and ``amount``."""
    out: dict[str, Any] = {}
    never = {kind for clause in clauses for kind in clause.still}
    moving = [(kind, c) for c in clauses for kind in (*c.kinds, *c.places)]
    every = any(clause.every for clause in clauses)
    auto = [name for name, kind in KINDS.items() if kind.found_by == "auto"]
    kinds = dict.fromkeys(kind for kind, _ in moving)
    if both := [kind for kind in kinds if kind in never]:
        said = ", ".join(both)
        problems.append(f"prompt wants {said} to move and to stay still; it stays still")
    if moving:
        wanted = [*(auto if every else ()), *kinds]
        out["motion"] = tuple(dict.fromkeys(k for k in wanted if k not in never)) or ("none",)
    elif never and not any(clause.rest_still for clause in clauses):
        out["motion"] = tuple(kind for kind in auto if kind not in never) or ("none",)
    elif any(clause.rest_still for clause in clauses):
        out["motion"] = ("none",)
    elif every:
        out["motion"] = ("auto",)
    problems += [
        f"prompt gives a direction in '{clause.text}', but not to what; name it, or the camera"
        for clause in clauses
        if clause.every and clause.direction is not None
    ]
    strokes: list[str] = []
    strengths: list[float] = [c.strength for c in clauses if c.every and c.strength is not None]
    for kind, clause in moving:
        if kind in never or kind in clause.places:
            continue
        speed = KINDS[kind].speeds.prompted
        if clause.direction is not None and speed is not None:
            strokes.append(_stroke(kind, clause.direction, speed * clause.factor))
        elif clause.strength is not None:
            strengths.append(clause.strength)
        if clause.direction is not None and speed is None and clause.wind is None:
            problems.append(
                f"prompt gives {kind} a direction, which it cannot have; say where the wind blows"
            )
    if strokes:
        out["brush"] = tuple(dict.fromkeys(strokes))
    if strengths:
        out["amount"] = round(math.exp(sum(map(math.log, strengths)) / len(strengths)), 3)
    return out


def _stroke(kind: str, direction: float, speed: float) -> str:
    """Return a stroke through the photo's centre, ``speed`` in frame widths per second."""
    half = speed * _STROKE_SECONDS / 2
    angle = math.radians(direction)
    dx, dy = half * math.cos(angle), -half * math.sin(angle)
    numbers = (0.5 - dx, 0.5 - dy, 0.5 + dx, 0.5 + dy)
    return f"{kind}:" + ",".join(f"{min(1, max(0, n)):.4g}" for n in numbers)
