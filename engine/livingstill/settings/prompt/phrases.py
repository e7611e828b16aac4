"""Camera moves in a row of tokens, and nouns that are verbs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from livingstill.settings.prompt.line import At
from livingstill.settings.prompt.vocabulary import (
    NOUNS,
    Token,
    Vocabulary,
    partners,
    plural_bases,
    verb_bases,
)
from livingstill.settings.prompt.words import EXTENTS, MOTIONS, ROLES, WAYS

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
_ALONG = frozenset(["across", "through", "along", "over", "in", "of"])
_WHOLES = frozenset(["arch", "bed", "crown", "bouquet", "garden", "wall", "box", "pit", "pot"])
"""Things that are made of, or there for, the kind that is named before them: "the flower bed"."""
_TOWARD = frozenset(
    ["from", "to", "toward", "towards", "at", "into", "past", "near", "behind", "before", "beside"]
)
_BEFORE_VERB = ("kind", "thing", "held", "effect", "unknown")


def _now(token: Token, role: str, value: Any = None) -> Token:
    """Return the same word in another role."""
    return token._replace(role=role, value=value)


def _of_thing(after: list[Token], words: Vocabulary) -> bool:
    """Return whether the next noun is a thing that has an extent, and no motion such as waves."""
    noun = next((t for t in after if t.role not in ("size", "boost", "adjective")), Token("", ""))
    forms = (noun.word, *plural_bases(noun.word), *verb_bases(noun.word))
    motion = any(form in words.verbs for form in forms) or noun.word in ("fire", "flame", "flames")
    return noun.role in ("thing", "held") or (noun.role == "kind" and not motion)


def _modifiers(tokens: list[Token], words: Vocabulary) -> list[Token]:
    """Return the tokens where words that qualify the next noun are no nouns and no directions.

    In "sea breeze" the sea is an adjective, in "the left tree" the side a place that no setting
    knows; "light" is a thing unless it says how much: "light wind", "light ripples".
    """
    out = [*tokens]
    for i, token in enumerate(tokens):
        following = tokens[i + 1] if i + 1 < len(tokens) else Token("", "")
        if token.role == "kind" and following.role == "wind":
            out[i] = _now(token, "adjective")
        elif token.role == "wind" and following.role == "thing":
            out[i] = _now(token, "idle")  # "wind turbine"
        elif token.role == "way" and following.role in ("kind", "thing", "held"):
            before = [t.word for t in tokens[:i]]
            later = any(t.role == "way" for t in tokens[i + 1 :])
            sided = before[-1:] == ["the"] and before[-2:-1] not in (["to"], ["from"], ["toward"])
            if sided or (not before and later):  # "the left tree", "left cloud moves right"
                out[i] = _now(token, "compass")
        elif token.word in ("rest", "rests") and tokens[i - 1].role in (*_BEFORE_VERB, "all"):
            out[i] = _now(token, "still")  # "let the sea rest"
        elif token.role == "camera" and _aimed_at_camera(tokens, (i,)):
            out[i] = _now(token, "modifier")  # "from behind the camera"
        elif token.word == "light" and i and _names(tokens[i - 1]):
            out[i] = _now(token, "idle")  # "the lantern light"
        elif token.role == "verb" and tokens[i - 1 : i] and tokens[i - 1].word in ("the", "my"):
            if following.role in ("verb", "move") and following.word not in MOTIONS:
                out[i] = _now(token, "thing")  # "let the swing move"
        elif token.role == "kind" and _ordered(tokens, i):
            out[i] = _now(token, "change")
        elif token.word == "light" and not _amount(tokens[i - 1 : i], following):
            out[i] = _now(token, "thing")
        elif token.word in EXTENTS and (
            following.role in ("unknown", "camera") or _of_thing(tokens[i + 1 :], words)
        ):
            out[i] = _now(token, "adjective")  # "the small pond", but not "small waves"
        elif token.role == "all" and _of_noun(tokens[i + 1 :]):
            out[i] = _now(token, "idle")
    return out


def _names(token: Token) -> bool:
    """Return whether a kind stands before a noun as its name: "lamp light", not "the fire's light"."""
    return token.role == "kind" and not token.word.endswith("'s")


def _ordered(tokens: list[Token], i: int) -> bool:
    """Return whether the noun at ``i`` is what shall be done: "crop it square"."""
    first = all(t.role == "idle" for t in tokens[:i])
    following = tokens[i + 1].word if i + 1 < len(tokens) else ""
    articles = any(t.word in ("the", "a", "my") for t in tokens[:i])
    done = ROLES.get(tokens[i].word) in ("change", "act")
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


def _amount(before: list[Token], following: Token) -> bool:
    """Return whether "light" between ``before`` and ``following`` says how much."""
    verb = following.role in ("verb", "blow") and not following.word.endswith(("s", "ing"))
    if verb and not any(t.word == "the" for t in before):
        return True  # "a light drift"
    described = ("kind", "wind", "adjective", "size", "boost", "all")
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
        elif kinds[i + 1] and _describes(token):
            out[i] = _now(token, "adjective")
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


def nouns_as_verbs(tokens: list[Token], words: Vocabulary) -> list[Token]:
    """Return the tokens where a noun that is a verb too is one after the noun that does it.

    "Waves" in "the flag waves", "shine" in "stars shine", "coming" in "smoke coming out".
    """
    out: list[Token] = []
    tokens = _modifiers(tokens, words)
    for k, token in enumerate(tokens):
        if token.role == "kind" and (owners := _motion_of(tokens, k, words)):
            token = _now(token, "verb", owners)  # noqa: PLW2901
        if token.word in _COMES and out and out[-1].role in _BEFORE_VERB:
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
            follows = out[-1].role in _BEFORE_VERB or out[-1].role not in ("prep", "idle")
            follows = follows or out[-1].word in _MODALS or out[-1].word in ("both", "all")
            if owners and (does or also) and follows:
                token = _now(token, "verb", owners)  # noqa: PLW2901
        out.append(token)
    return compounds(out)


def pieces(tokens: list[Token], words: Vocabulary) -> Iterator[list[Token]]:
    """Yield the tokens cut where a noun with a strength of its own follows another, and at moves."""
    start = 0
    for i in range(1, len(tokens)):
        own = _own_strength(tokens, i) and any(t.role in ("kind", "wind") for t in tokens[start:i])
        if own or _second_order(tokens[start:i], tokens[i]):
            yield from _moves_apart(tokens[start:i], words)
            start = i
    yield from _moves_apart(tokens[start:], words)


def _second_order(before: list[Token], token: Token) -> bool:
    """Return whether "keep" begins another order: "animate the water keep the swan still"."""
    roles = [t.role for t in before if t.role not in ("idle", "order")]
    ordered = roles[:1] in (["move"], ["verb"], ["blow"]) and before[-1].role in _BEFORE_VERB
    return ordered and token.word in ("keep", "hold", "leave", "freeze", "stop")


def _own_strength(tokens: list[Token], i: int) -> bool:
    """Return whether a strength at ``i``, right after a noun, is of the noun after it: "fast clouds slow sea"."""
    after = next((t for t in tokens[i:] if t.role not in ("size", "boost", "adjective")), None)
    if tokens[i].role not in ("size", "boost") or after is None:
        return False
    return tokens[i - 1].role in ("kind", "wind") and after.role in ("kind", "wind", "camera")


def _moves_apart(tokens: list[Token], words: Vocabulary) -> Iterator[list[Token]]:
    """Yield the tokens cut where a camera move begins and ends; the move's words are one token."""
    found = _phrase(tokens, words)
    if found is None:
        yield tokens
        return
    hits, move = found
    first, last = hits[0], hits[-1]
    at = At().union(*(t.at for i, t in enumerate(tokens) if _in_move(i, t, hits, move)))
    while first > 0 and tokens[first - 1].role in ("size", "boost", "negation", "camera", "idle"):
        first -= 1
    run = tokens[first : last + 1]
    kept = [t for t in run if t.role in ("size", "boost", "negation", "still", "only")]
    text = " ".join(t.word for t in run)
    before, after = tokens[:first], tokens[last + 1 :]
    while after and after[0].role in ("size", "boost"):
        kept.append(after.pop(0))
    motion = any(t.word in MOTIONS for t in before) and all(t.role != "camera" for t in before)
    named = {*NOUNS, "effect", "act"} - {"camera"}
    if motion or any(t.role in named for t in before):
        yield before
    else:
        dropped = (
            "idle",
            "prep",
            "move",
            "verb",
            "camera",
            "blow",
            "add",
            "all",
            "still",
            "phrase",
        )
        kept = [*(t for t in before if t.role not in dropped), *kept]
    verbed = any(t.role == "verb" for t in after)
    refused = any(t.role == "negation" for t in kept)
    if verbed or refused or any(t.role in ("negation", "hold") for t in after):
        yield [Token(text, "moves", move, at), *kept]
        yield after
    else:
        yield [Token(text, "moves", move, at), *kept, *after]


def _aimed_at_camera(tokens: list[Token], hits: tuple[int, ...]) -> bool:
    """Return whether the camera is what things move from or to: "drift away from the camera"."""
    for i in hits:
        before = [t for t in tokens[:i] if t.word not in ("the", "my", "our", "your")]
        if tokens[i].role == "camera" and before and before[-1].word in _TOWARD:
            return True
    return False


def _leads_to_camera(tokens: list[Token], last: int) -> bool:
    """Return whether what follows the word at ``last`` is the camera as a place: "away from the camera"."""
    after = [t for t in tokens[last + 1 :] if t.word not in ("the", "my", "our", "your")][:2]
    return (
        len(after) == 2
        and after[0].word in _TOWARD
        and (after[1].role in ("camera", "modifier") or after[1].word in ("viewer", "us", "me"))
    )


def _place_follows(tokens: list[Token], last: int) -> bool:
    """Return whether a thing with its article follows the word at ``last``: "in the fog"."""
    after = tokens[last + 1 : last + 3]
    return (
        len(after) == 2
        and after[0].word in ("the", "a", "my", "her", "his", "our", "their")
        and after[1].role in ("kind", "effect", "thing", "unknown", "adjective")
    )


def _in_move(i: int, token: Token, hits: tuple[int, ...], move: str) -> bool:
    """Return whether the move at ``hits`` takes token ``i`` with it: its words, what it goes along.

    Before it stand the camera, and what brings the move: "make the picture zoom in".
    """
    brings = ("camera", "move", "add", "all", "still" if move == "static" else "camera")
    within = hits[0] < i < hits[-1] and token.role not in ("adjective", "size")
    return i in hits or within or (i < hits[0] and token.role in brings)


def _rank(phrase: tuple[str, ...]) -> tuple[int, bool, tuple[str, ...]]:
    """Return the key by which the phrase that says most comes first."""
    telling = sum(word != "camera" for word in phrase)
    return -telling, "camera" in phrase, phrase


def _has_subject(before: list[Token], plain: bool) -> bool:
    """Return whether what stands before a phrase does it, and not the camera.

    A word that is not known is no subject where the phrase is in its ``plain`` form and no "the"
    stands before it: "an imperceptible push in".
    """
    if any(t.role == "camera" for t in before):
        return False
    if any(t.role in ("thing", "held", "effect") for t in before):
        return True
    unknown = [i for i, t in enumerate(before) if t.role == "unknown"]
    the = ("the", "my", "his", "her", "our", "their", "this", "that", "these", "those")
    return any(not plain or (i and before[i - 1].word in the) for i in unknown)


def _does(before: list[Token], verb: Token) -> bool:
    """Return whether the kind right before a verb is what does it: "hair flying forward"."""
    last = next((t for t in reversed(before) if t.role not in ("idle", "size", "boost")), None)
    owners = verb.value if isinstance(verb.value, frozenset) else frozenset()
    return last is not None and last.role == "kind" and last.value in owners


def _phrase(tokens: list[Token], words: Vocabulary) -> tuple[tuple[int, ...], str] | None:
    """Return the places of the words and the move of the longest camera phrase in a clause."""
    forms = [{t.word, *plural_bases(t.word), *verb_bases(t.word)} for t in tokens]
    forms = [
        f | {"camera"} if t.role == "camera" else set() if t.role == "modifier" else f
        for f, t in zip(forms, tokens, strict=True)
    ]
    skipped = ("idle", "size", "boost", "prep", "camera", "adjective", "move", "number")
    for phrase in sorted(words.phrases, key=_rank):
        fixed = any(ROLES.get(word) == "prep" for word in phrase)
        free = any(word in WAYS for word in phrase) or ("camera" in phrase and not fixed)
        directed = any(word in WAYS for word in phrase)
        for start in range(len(tokens)):
            left = list(phrase)
            if phrase == ("static",) and any(t.role in _BEFORE_VERB for t in tokens):
                continue  # "static tree"

            def passed(i: int, start: int = start) -> bool:
                """Return whether token ``i`` says what the camera goes along, as in "pan over it"."""
                nouns = ("thing", "held", "kind")
                return tokens[i].role in nouns and any(t.role == "prep" for t in tokens[start:i])

            hits: list[int] = []
            for i in range(start, len(tokens)):
                hit = next((w for w in (left if free else left[:1]) if w in forms[i]), None)
                if hit is not None:
                    left.remove(hit)
                    hits.append(i)
                    if not left:
                        break
                elif i == start or not (tokens[i].role in skipped or (directed and passed(i))):
                    break
            if left or _aimed_at_camera(tokens, tuple(hits)) or _leads_to_camera(tokens, hits[-1]):
                continue
            before = tokens[:start]
            named = _has_subject(before, tokens[start].word == phrase[0])
            subjects = ("kind", "all", "wind", "verb")
            within = phrase[-1] == "in" and _place_follows(tokens, hits[-1])
            if phrase in words.weak and within and "camera" not in phrase:
                continue  # "a drift in the fog"
            weak = phrase in words.weak and any(t.role in subjects for t in before)
            noun = phrase in words.weak and any(
                t.role == "kind" for t in tokens[start : hits[-1] + 1]
            )
            if "camera" not in phrase and (named or weak or noun or _does(before, tokens[start])):
                continue
            return tuple(hits), words.phrases[phrase]
    return None
