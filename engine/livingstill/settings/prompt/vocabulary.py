"""The vocabulary of prompts: words of the kinds and the camera moves, and the role of any word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

from livingstill.core.kinds import KINDS, resolve
from livingstill.settings.prompt.line import At
from livingstill.settings.prompt.words import BOOSTS, COUNTS, ROLES, SIZES, WAYS, WIND

NOUNS = ("kind", "thing", "held", "all", "nothing", "camera", "wind", "unknown")


class Vocabulary(NamedTuple):
    """Words of the kinds of motion and of the camera moves there are."""

    nouns: Mapping[str, str]
    verbs: Mapping[str, frozenset[str]]
    phrases: Mapping[tuple[str, ...], str]
    weak: frozenset[tuple[str, ...]]
    """Phrases that the things of a scene may do too."""


class Token(NamedTuple):
    """A word, its role, what it means there: a kind, kinds, an angle, a factor; the typed words."""

    word: str
    role: str
    value: Any = None
    at: At = At()


def camera_phrases() -> Mapping[str, str]:
    """Return the camera move that each phrase means."""
    found: Mapping[str, str] = resolve("livingstill.camera.words:vocabulary")()
    return found


def is_aimed(move: str) -> bool:
    """Return whether a camera move goes to or from a place in the picture."""
    return bool(resolve("livingstill.camera.words:is_aimed")(move))


def vocabulary() -> Vocabulary:
    """Return the words that the records of all kinds and all camera moves bring."""
    nouns = {word: name for name, kind in KINDS.items() for word in kind.nouns}
    verbs: dict[str, set[str]] = {}
    for name, kind in KINDS.items():
        for word in kind.verbs:
            for form in (word, *verb_bases(word)):
                verbs.setdefault(form, set()).add(name)
    phrases = {tuple(said.split()): move for said, move in camera_phrases().items()}
    weak = set()
    for phrase in phrases:
        free = [
            word for word in phrase if word not in WAYS and ROLES.get(word) not in ("prep", "idle")
        ]
        if all(word in verbs or ROLES.get(word) in ("move", "act") for word in free):
            weak.add(phrase)
    usable = {p: m for p, m in phrases.items() if p not in weak or len(p) > 1}
    frozen = {word: frozenset(names) for word, names in verbs.items()}
    return Vocabulary(nouns, frozen, usable, frozenset(weak))


def plural_bases(word: str) -> Iterator[str]:
    """Yield what ``word`` may be the plural or the possessive of."""
    word = word.removesuffix("'s").removesuffix("'")
    yield word
    for ending, base in (("ies", "y"), ("ves", "f"), ("s", ""), ("es", "")):
        if word.endswith(ending) and len(word) - len(ending) > 1:
            yield word.removesuffix(ending) + base


def verb_bases(word: str) -> Iterator[str]:
    """Yield what ``word`` may be an inflection of."""
    for ending, base in (
        ("ies", "y"),
        ("es", ""),
        ("s", ""),
        ("ing", ""),
        ("ing", "e"),
        ("in", ""),
        ("in'", ""),
        ("ed", ""),
    ):
        if word.endswith(ending) and len(word) - len(ending) > 1:
            stem = word.removesuffix(ending)
            yield stem + base
            if ending in ("ing", "ed") and stem[-1] == stem[-2]:
                yield stem[:-1]
    if word.endswith(("ed", "er")):
        yield word[:-1]


def _agent(word: str) -> bool:
    """Return whether a word names who does something: a runner, surfers."""
    stem = word.removesuffix("'s").removesuffix("s").removesuffix("er")
    bases = (stem, stem + "e", stem[:-1] if stem[-2:-1] == stem[-1:] else stem)
    return (
        stem != word
        and word.rstrip("s'").endswith("er")
        and any(ROLES.get(base) == "act" for base in bases)
    )


def partners(noun: str) -> frozenset[str]:
    """Return the kinds whose verbs give ``noun``, another kind's, their meaning too."""
    return frozenset(name for name, kind in KINDS.items() if noun in kind.nouns_with_verb)


def _role(word: str, words: Vocabulary) -> Token | None:
    """Return what ``word`` means as it is written; "x0.5" is a factor."""
    if re.fullmatch(r"x\d+(?:\.\d+)?", word):
        return Token(f"{word[1:]} times", "size", min(4.0, max(0.05, float(word[1:]))))
    if word[0].isdigit() or word in COUNTS:
        return Token(word, "number")
    if word in SIZES:
        return Token(word, "size", SIZES[word])
    if word in WAYS:
        return Token(word, "way", WAYS[word])
    if word in words.nouns:
        return Token(word, "kind", words.nouns[word])
    if word in WIND:
        return Token(word, "wind", WIND[word])
    if ROLES.get(word) in ("move", "blow"):
        return Token(word, ROLES[word], words.verbs.get(word, frozenset()))
    if word in words.verbs:
        forms = (word, *verb_bases(word))
        owners: frozenset[str] = frozenset().union(*(words.verbs.get(form, ()) for form in forms))
        return Token(word, "verb", owners)
    if word in BOOSTS:
        return Token(word, "boost", BOOSTS[word])
    return Token(word, ROLES[word]) if word in ROLES else None


def known(word: str, words: Vocabulary) -> Token | None:
    """Return what ``word`` or the word that it is an inflection of means."""
    if found := _role(word, words):
        return found
    if word.endswith("'s") and ROLES.get(word[:-2]) in ("act", "change", "move"):
        return Token(word, "adjective")  # "the drink's steam"
    for base in plural_bases(word):
        found = _role(base, words)
        if found and found.role not in ("way", "size", "verb", "act", "move", "blow"):
            return found._replace(word=word)
    if _agent(word):
        return Token(word, "held")
    noun = next((b for b in verb_bases(word) if b in words.nouns and word.endswith("ing")), "")
    forms = tuple(verb_bases(word))
    if owners := frozenset(kind for form in forms for kind in words.verbs.get(form, ())):
        return Token(word, "blow" if "blow" in forms else "verb", owners)
    if noun:  # "steaming coffee"
        return Token(word, "kind", words.nouns[noun])
    for base in (*plural_bases(word), *verb_bases(word)):
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
            "effect",
            "idle",
        ):
            return found._replace(word=word)
    heads = {head for phrase in words.phrases for head in phrase}
    if any(base in heads for base in (word, *plural_bases(word), *verb_bases(word))):
        return Token(word, "phrase")
    return None


def token_of(word: str, words: Vocabulary, problems: list[str]) -> Token:
    """Return the token of a word; a slip of the pen is corrected and a problem says so."""
    if found := known(word, words):
        if word[0] == "x" and word[1:2].isdigit() and float(word[1:]) != found.value:
            problems.append(f"prompt asks for {word[1:]} times; {found.value:g} is the limit")
        return found
    if word.endswith("'s"):
        return Token(word, "adjective")  # "grandma's garden"
    if word.endswith("-like"):
        problems.append(f"prompt has '{word}', a likeness that no setting makes; left out")
        return Token(word, "adjective")
    parts = [part for phrase in words.phrases for part in phrase]
    acting = [*words.nouns, *words.verbs, *WAYS, *SIZES, *WIND, *parts]
    passive = [known for known, role in ROLES.items() if role != "order" and "-" not in known]
    lexicon = [*acting, *passive]
    forms = [f"{verb.removesuffix('e')}ing" for verb in words.verbs] if len(word) > 4 else []
    forms += [f"{verb}s" for verb in words.verbs] if len(word) > 6 else []
    plain = [*words.nouns, *WAYS, *SIZES, *WIND]
    guesses: tuple[set[str], ...] = (  # the surest first
        {k for k in acting if word == k[:-1] and (len(k) > 4 or (k in WAYS and len(k) > 3))},
        {k for k in passive if word == k[:-1] and len(k) > 6},
        {k for k in lexicon if _slip(word, k) == _SURE},
        {k for k in lexicon if _slip(word, k)},
        {k for k in forms if _slip(word, k) == _SURE},
        {k for k in forms if _slip(word, k)},
        {k for k in plain if _without_vowels(k) == word},
    )
    meant = next(filter(None, guesses), set())
    meant = meant & {*acting} or meant
    senses = {t[1:3] for t in (known(guess, words) for guess in meant) if t}
    if len(senses) == 1 and (found := known(min(meant), words)):
        problems.append(f"prompt has '{word}', taken for '{found.word}'")
        return found
    close = get_close_matches(word, acting, n=1, cutoff=0.78)
    hint = (
        f"did you mean '{close[0]}'?" if close else "say things, directions, speeds, camera moves"
    )
    problems.append(f"prompt has '{word}', which means nothing here; {hint}")
    return Token(word, "unknown")


def _without_vowels(word: str) -> str:
    """Return a word of four letters or more as some write it in haste: "wnd" for "wind"."""
    return word[0] + re.sub("[aeiou]", "", word[1:]) if len(word) > 3 else ""


_SURE, _LIKELY = 2, 1


def _slip(typed: str, known: str) -> int:
    """Return how surely ``typed`` is ``known``: ``_SURE``, ``_LIKELY`` or 0.

    Sure: two neighbours changed places, a letter is doubled or not doubled; in words of five letters
    or more any one letter between the first and the last is missing. Likely: of six or more one is
    wrong or too many.
    """
    short, long = sorted((typed, known), key=len)
    if len(typed) < 3 or len(long) - len(short) > 1 or typed[0] != known[0]:
        return 0
    i = next((k for k, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) == len(long):
        swapped = short[i : i + 2] == long[i : i + 2][::-1] and short[i + 2 :] == long[i + 2 :]
        if len(typed) > 3 and swapped:
            return _SURE
        wrong = i + 1 < len(long) and short[i + 1 :] == long[i + 1 :]
        return _LIKELY if len(typed) >= 6 and wrong else 0
    if short[i:] != long[i + 1 :] or not i:
        return 0
    if long[i] == long[i - 1] or (short == typed and len(long) >= 5 and i < len(short)):
        return _SURE
    return _LIKELY if len(short) >= 6 and i < len(short) else 0


def place_in(tokens: Sequence[Token]) -> int:
    """Return the index of the word that says where, "lots of" apart; the number of tokens without one."""
    named = first_of([t.role for t in tokens], ("kind", "thing", "held", "wind"))
    places = (i for i, t in enumerate(tokens) if t.role == "prep" and (t.word != "of" or i > named))
    return next(places, len(tokens))


def first_of(roles: list[str], wanted: tuple[str, ...]) -> int:
    """Return the index of the first role that is wanted; the length of ``roles`` without one."""
    return next((i for i, role in enumerate(roles) if role in wanted), len(roles))
