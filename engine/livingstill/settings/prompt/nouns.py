"""What the nouns of a row of tokens are there: names, modifiers of others, verbs."""

from __future__ import annotations

from typing import Any

from livingstill.core.kinds import KINDS
from livingstill.settings.prompt.phrases import BEFORE_VERB, aimed_at_camera
from livingstill.settings.prompt.vocabulary import (
    Token,
    Vocabulary,
    partners,
    plural_bases,
    verb_bases,
)
from livingstill.settings.prompt.words import EXTENTS, MOTIONS, ROLES

_COMES = frozenset(["come", "comes", "coming", "came", "go", "goes", "going"])
_MODALS = frozenset(
    [
        "to",
        "should",
        "can",
        "could",
        "will",
        "would",
        "shall",
        "must",
        "may",
        "might",
        "do",
        "does",
        "did",
    ]
)
_TIMES = frozenset(
    [
        "night",
        "day",
        "dusk",
        "dawn",
        "sunset",
        "sunrise",
        "winter",
        "summer",
        "autumn",
        "spring",
        "storm",
        "rain",
    ]
)
_LIGHTS = frozenset(["fire", "twinkle"])
_WEATHER = frozenset(["storm", "rain"])
_ALONG = frozenset(["across", "through", "along", "over", "in", "of"])
_BODIES = frozenset(["stream", "streams", "cascade", "falls"])
"""Waters that are named by a verb too, and have an extent as "the little stream" has."""
_WHOLES = frozenset(
    [
        "arch",
        "bed",
        "crown",
        "bouquet",
        "garden",
        "wall",
        "box",
        "pit",
        "pot",
        "bank",
        "cover",
        "layer",
    ]
)
"""Things that are made of, or there for, the kind that is named before them: "the flower bed"."""


def _now(token: Token, role: str, value: Any = None) -> Token:
    """Return the same word in another role."""
    return token._replace(role=role, value=value)


def _of_thing(after: list[Token], words: Vocabulary) -> bool:
    """Return whether the next noun is a thing that has an extent, and no motion such as waves."""
    noun = next((t for t in after if t.role not in ("size", "boost", "adjective")), Token("", ""))
    if noun.word in _BODIES:
        return True
    forms = (noun.word, *plural_bases(noun.word), *verb_bases(noun.word))
    motion = any(form in words.verbs for form in forms) or noun.word in ("fire", "flame", "flames")
    return noun.role in ("thing", "held") or (noun.role == "kind" and not motion)


def _of_camera(size: Token, after: list[Token]) -> bool:
    """Return whether a size is of the camera, not of what it does: "low drone", not "big camera move"."""
    does = any(t.role in ("move", "phrase", "verb", "act", "way") for t in after[1:2])
    low = size.word in ("low", "high")
    return bool(after) and after[0].role == "camera" and (low or not does)


def _modifiers(tokens: list[Token], words: Vocabulary) -> list[Token]:
    """Return the tokens where words that qualify the next noun are no nouns and no directions.

    In "sea breeze" the sea is an adjective, in "the left tree" the side a place that no setting
    knows; "light" is a thing unless it says how much: "light wind", "light ripples".
    """
    out = [*tokens]
    for i, token in enumerate(tokens):
        following = tokens[i + 1] if i + 1 < len(tokens) else Token("", "")
        found = token.role == "kind" and KINDS[token.value].found_by == "auto"
        if found and following.role == "wind":
            out[i] = _now(token, "adjective")
        elif token.role == "wind" and following.role == "thing":
            out[i] = _now(token, "idle")  # "wind turbine"
        elif token.role == "way" and following.role in ("kind", "thing", "held"):
            before = [t.word for t in tokens[:i]]
            later = any(t.role == "way" for t in tokens[i + 1 :])
            sided = before[-1:] == ["the"] and before[-2:-1] not in (["to"], ["from"], ["toward"])
            if sided or (not before and later):  # "the left tree", "left cloud moves right"
                out[i] = _now(token, "compass")
        elif token.word in ("rest", "rests") and tokens[i - 1].role in (*BEFORE_VERB, "all"):
            out[i] = _now(token, "still")  # "let the sea rest"
        elif token.role == "camera" and aimed_at_camera(tokens, (i,)):
            out[i] = _now(token, "modifier")  # "from behind the camera"
        elif token.word == "light" and i and _names(tokens[i - 1]):
            out[i] = _now(token, "idle")  # "the lantern light"
        elif token.role == "verb" and tokens[i - 1 : i] and tokens[i - 1].word in ("the", "my"):
            if following.role in ("verb", "move") and following.word not in MOTIONS:
                out[i] = _now(token, "thing")  # "let the swing move"
        elif token.role == "act" and _describes_noun(tokens, i):
            out[i] = _now(token, "adjective")  # "by the open window"
        elif token.role in ("kind", "adjective") and _ordered(tokens, i):
            out[i] = _now(token, "change")
        elif token.word == "light" and not _amount(tokens[i - 1 : i], following):
            out[i] = _now(token, "thing")
        elif token.word in ("low", "high") and i and tokens[i - 1].role in ("hold", "act"):
            out[i] = _now(token, "modifier")  # "fog staying low"
        elif token.word in EXTENTS and (
            following.role == "unknown"
            or _of_camera(token, tokens[i + 1 :])
            or _of_thing(tokens[i + 1 :], words)
        ):
            out[i] = _now(token, "adjective")  # "the small pond", but not "small waves"
        elif token.role == "all" and _of_noun(tokens[i + 1 :]):
            out[i] = _now(token, "idle")
    return out


def _names(token: Token) -> bool:
    """Return whether what gives light stands before a noun: "lamp light", not "trees: light sway"."""
    return token.role == "kind" and token.value in _LIGHTS and not token.word.endswith("'s")


def _describes_noun(tokens: list[Token], i: int) -> bool:
    """Return whether the verb at ``i`` stands between an article and a noun that it describes."""
    article = i > 0 and tokens[i - 1].word in ("the", "an", "a", "my", "her", "his", "our", "their")
    noun = [t.role for t in tokens[i + 1 : i + 2]] in (["thing"], ["kind"], ["held"])
    return article and noun and not tokens[i].word.endswith(("ing", "s"))


def _ordered(tokens: list[Token], i: int) -> bool:
    """Return whether the noun at ``i`` is what shall be done: "crop it square"."""
    first = all(t.role == "idle" for t in tokens[:i])
    following = tokens[i + 1].word if i + 1 < len(tokens) else ""
    articles = any(t.word in ("the", "a", "my") for t in tokens[:i])
    done = ROLES.get(tokens[i].word) in ("change", "act") or tokens[i].role == "adjective"
    return first and done and not articles and following in ("it", "the", "this", "my", "to")


def _of_noun(after: list[Token]) -> bool:
    """Return whether "all" before ``after`` is of a noun: "all the flags", "all of my trees"."""
    skipped = ("the", "of", "my", "our", "these", "those", "your")
    first = next((t for t in after if t.word not in skipped), Token("", ""))
    return first.role in ("kind", "thing", "held", "effect")


def _describes(token: Token) -> bool:
    """Return whether a thing or a time directly before a kind describes it, as in "street lights"."""
    one = not token.word.endswith("s") or token.word.endswith("ss")
    return (token.role == "thing" and one) or token.word in _TIMES


def _blows(tokens: list[Token], i: int) -> bool:
    """Return whether the wind is at ``i``, as in "summer wind"."""
    return i < len(tokens) and tokens[i].role == "wind"


def _amount(before: list[Token], following: Token) -> bool:
    """Return whether "light" between ``before`` and ``following`` says how much."""
    verb = following.role in ("verb", "blow") and not following.word.endswith(("s", "ing"))
    if verb and not any(t.word == "the" for t in before):
        return True  # "a light drift"
    described = ("kind", "wind", "adjective", "size", "boost", "all", "camera")
    return following.role in described or following.word in MOTIONS


def compounds(tokens: list[Token]) -> list[Token]:
    """Return the tokens where a kind in the singular directly before another kind is its modifier.

    In "tree lights" the lights move and not the tree. Three or more in a row are a list.
    """
    out = [*tokens]
    kinds = ["" if t.role != "kind" else t.value for t in tokens] + ["", ""]
    for i, token in enumerate(tokens):
        listed = kinds[i + 2] or (i and kinds[i - 1])
        one = not token.word.endswith("s") or token.word.endswith("ss")
        if kinds[i] and kinds[i + 1] and kinds[i] != kinds[i + 1] and one and not listed:
            out[i] = _now(token, "modifier")
        elif kinds[i] and one and tokens[i + 1 : i + 2] and tokens[i + 1].role == "thing":
            whole = tokens[i + 1].word.removesuffix("s") in _WHOLES
            at, role = (i + 1, "idle") if whole else (i, "adjective")
            out[at] = _now(tokens[at], role)  # "the flower arch", "the lake house"
        elif (kinds[i + 1] or _blows(tokens, i + 1)) and _describes(token):
            out[i] = _now(token, "adjective")
        elif token.word in _TIMES - _WEATHER and [t.role for t in tokens[i + 1 : i + 2]] == [
            "thing"
        ]:
            out[i] = _now(token, "adjective")  # "night city"
    return out


def _motion_of(tokens: list[Token], k: int, words: Vocabulary) -> frozenset[str]:
    """Return whose motion the kind at ``k`` is, where it is that of the noun after it.

    "A ripple across the veil" is of cloth, "ripples on the lake" of water, whose noun it is.
    """
    owners = frozenset().union(
        *(words.verbs.get(form, ()) for form in (tokens[k].word, *verb_bases(tokens[k].word)))
    )
    after = [t for t in tokens[k + 1 :] if t.role not in ("idle", "adjective", "size", "boost")]
    if len(after) < 2 or after[0].word not in _ALONG:
        return frozenset()
    of, own = after[1], tokens[k].value
    other = of.role == "kind" and of.value in owners - {own} and own not in partners(of.word)
    unknown = of.role == "unknown" and own in owners
    acts = any(t.role in ("verb", "move", "blow", "act") for t in tokens)
    return owners if (other or unknown) and not acts else frozenset()


def verbs_of_pronouns(tokens: list[Token], words: Vocabulary) -> list[Token]:
    """Return the tokens where a noun that is a verb too is one after a pronoun: "make them wave"."""
    out = [*tokens]
    for i in range(1, len(tokens)):
        word, before = tokens[i].word, tokens[i - 1].word
        does = before in ("they", "them") or (before == "it" and word.endswith("s"))
        owners = frozenset().union(*(words.verbs.get(f, ()) for f in (word, *verb_bases(word))))
        if tokens[i].role == "kind" and does and owners:
            out[i] = _now(tokens[i], "verb", owners)
    return out


def nouns_as_verbs(tokens: list[Token], words: Vocabulary) -> list[Token]:
    """Return the tokens where a noun that is a verb too is one after the noun that does it.

    "Waves" in "the flag waves", "shine" in "stars shine", "coming" in "smoke coming out".
    """
    out: list[Token] = []
    tokens = _modifiers(tokens, words)
    for k, token in enumerate(tokens):
        if token.role == "kind" and (owners := _motion_of(tokens, k, words)):
            token = _now(token, "verb", owners)  # noqa: PLW2901
        if token.word in _COMES and out and out[-1].role in BEFORE_VERB:
            role = "act" if out[-1].role == "unknown" else "move"
            token = _now(token, role, frozenset())  # noqa: PLW2901
        before = [
            t
            for t in out
            if t.role in ("kind", "thing", "held", "effect", "unknown", "wind")
            or t.word in ("one", "ones")
        ]
        if token.role == "kind" and before:
            base = (token.word, *verb_bases(token.word))
            owners = frozenset().union(*(words.verbs.get(form, ()) for form in base))
            does = any(t.role != "kind" or t.value in owners for t in before)
            also = any(partners(t.word) & owners for t in before if t.role == "kind")
            follows = out[-1].role in BEFORE_VERB or out[-1].role not in ("prep", "idle")
            follows = follows or out[-1].word in _MODALS or out[-1].word in ("both", "all")
            if owners and (does or also) and follows:
                token = _now(token, "verb", owners)  # noqa: PLW2901
        out.append(token)
    return compounds(out)
