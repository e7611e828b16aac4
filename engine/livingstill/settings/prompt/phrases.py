"""Camera moves in a row of tokens."""

from __future__ import annotations

from collections.abc import Iterator

from livingstill.settings.prompt.line import At
from livingstill.settings.prompt.vocabulary import (
    NOUNS,
    Token,
    Vocabulary,
    plural_bases,
    verb_bases,
)
from livingstill.settings.prompt.words import MOTIONS, ROLES, WAYS, WHOLE

_TOWARD = frozenset(
    ["from", "to", "toward", "towards", "at", "into", "past", "near", "behind", "before", "beside"]
)
BEFORE_VERB = ("kind", "thing", "held", "effect", "unknown")


def pieces(tokens: list[Token], words: Vocabulary) -> Iterator[list[Token]]:
    """Yield the tokens cut where a noun with a strength of its own follows another, and at moves."""
    start = 0
    for i in range(1, len(tokens)):
        own = _after_move(tokens[start:], i - start)
        if own or _second_order(tokens[start:i], tokens[i]):
            yield from _moves_apart(tokens[start:i], words)
            start = i
    yield from _moves_apart(tokens[start:], words)


def _second_order(before: list[Token], token: Token) -> bool:
    """Return whether "keep" begins another order: "animate the water keep the swan still"."""
    roles = [t.role for t in before if t.role not in ("idle", "order")]
    ordered = roles[:1] in (["move"], ["verb"], ["blow"]) and before[-1].role in BEFORE_VERB
    return ordered and token.word in ("keep", "hold", "leave", "freeze", "stop")


def _after_move(tokens: list[Token], i: int) -> bool:
    """Return whether a strength at ``i`` is of the noun after it, not of the move before: "slow pan slow sea"."""
    after = tokens[i + 1 : i + 2]
    moved = tokens[i - 1].role == "phrase" and any(t.role == "size" for t in tokens[: i - 1])
    return moved and tokens[i].role == "size" and bool(after) and after[0].role == "kind"


def _moves_apart(tokens: list[Token], words: Vocabulary) -> Iterator[list[Token]]:
    """Yield the tokens cut where a camera move begins and ends; the move's words are one token."""
    found = _phrase(tokens, words)
    if found is None:
        yield tokens
        return
    hits, move = found
    first, last = hits[0], hits[-1]
    at = At().union(*(t.at for i, t in enumerate(tokens) if _in_move(i, t, hits, move)))
    leads = ("size", "boost", "negation", "camera", "idle")
    while first > 0 and tokens[first - 1].role in leads and not _of_verb(tokens, first - 1):
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


def _of_verb(tokens: list[Token], i: int) -> bool:
    """Return whether the adverb at ``i`` is of the verb before it: "candles flicker softly push in"."""
    verb = i > 0 and tokens[i - 1].role in ("verb", "move", "blow")
    return verb and tokens[i].word.endswith("ly") and any(t.role == "kind" for t in tokens[:i])


def aimed_at_camera(tokens: list[Token], hits: tuple[int, ...]) -> bool:
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
            subject = any(t.role in BEFORE_VERB or t.word in WHOLE for t in tokens)
            if phrase == ("static",) and subject:
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
            if left or aimed_at_camera(tokens, tuple(hits)) or _leads_to_camera(tokens, hits[-1]):
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
