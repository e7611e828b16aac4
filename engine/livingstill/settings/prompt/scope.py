"""What a negation, "only" or "than" in a clause governs: a degree, stillness, or the things named."""

from __future__ import annotations

from livingstill.settings.prompt.vocabulary import Token
from livingstill.settings.prompt.words import QUALITIES

DETERMINERS = ("no", "without", "w/o", "zero", "nor", "neither")
THINGS = ("kind", "thing", "held", "effect", "camera", "wind", "all", "moves")
ACTS = ("verb", "move", "blow", "act")
_LEAST = frozenset(["little", "slightest", "tiny", "slightly", "faintest", "minimal", "smallest"])
QUIET = frozenset(
    ["quiet", "quietly", "calm", "calmly", "relaxed", "peaceful", "serene", "tranquil"]
)
_GENTLY, _STRONGLY = 0.6, 1.5
_MORE = ("more", "less", "much")
_LIKING = frozenset(
    ["i'd", "would", "i", "you", "we", "they", "he", "she", "people", "looks", "look"]
)

_WISHES = frozenset(
    [
        "like",
        "want",
        "need",
        "love",
        "make",
        "let",
        "have",
        "give",
        "get",
        "add",
        "put",
        "try",
        "wish",
    ]
)

_ARTICLES = frozenset(
    [
        "the",
        "a",
        "an",
        "my",
        "his",
        "her",
        "our",
        "their",
        "your",
        "this",
        "that",
        "these",
        "those",
        "any",
    ]
)
_PRONOUNS = frozenset(["it", "they", "them", "those", "these"])


def scoped(tokens: list[Token]) -> tuple[list[Token], str]:
    """Return the tokens with every operator applied to what it governs; and why one cannot be.

    A negation of a degree is the contrary degree ("must not move too fast": gently), one of
    stillness is motion ("should not stay still": moves), and any other stays for the things of the
    clause. What is too much, or shall not be too much, becomes less. "Only" before a degree that no noun follows says how much and excludes nothing. What
    follows "than" is compared with and does not move by that.
    """
    tokens = _calm_people(tokens)
    tokens = _begun(_nothing_of(_degree_only(_comparands(_adverbs(tokens)))))
    if (excess := _excess(tokens)) is not None:
        return excess, ""
    negations = [i for i, t in enumerate(tokens) if t.role == "negation"]
    if not negations:
        return tokens, ""
    if len(negations) > 1:  # "I don't want no wind": one negation
        tokens = [
            t._replace(role="idle") if i in negations[1:] else t for i, t in enumerate(tokens)
        ]
    i = negations[0]
    if reason := _undecided(tokens, i):
        return tokens, reason
    for rule in (_of_degree, _of_stillness):
        if (changed := rule(tokens, i)) is not None:
            return changed, ""
    return tokens, ""


def _calm_people(tokens: list[Token]) -> list[Token]:
    """Return the tokens where people who are only quiet stand still: "the guests are calm"."""
    roles = {t.role for t in tokens}
    if not roles & {"held", "thing"} or roles & {
        "kind",
        "wind",
        "all",
        "moves",
        "phrase",
        "camera",
        *ACTS,
    }:
        return tokens
    return [t._replace(role="still") if t.word in QUIET else t for t in tokens]


def _adverbs(tokens: list[Token]) -> list[Token]:
    """Return the tokens where adverbs rule nothing out: "may still move", "just before the end"."""
    out = [*tokens]
    for i, token in enumerate(tokens):
        after = next((t.role for t in tokens[i + 1 :] if t.role != "idle"), "")
        subject = any(t.role in THINGS for t in tokens[:i])
        goes_on = token.word == "still" and subject and after in ("verb", "move", "blow")
        merely = token.word == "just" and not {t.role for t in tokens} & {"kind", "camera", "wind"}
        merely = (merely and _of_all(tokens)) or _asks(tokens, i)
        if goes_on or (token.role == "only" and (after == "order" or merely)):
            out[i] = token._replace(role="idle")
        elif (token.word in ("more", "less") and _of_quality(tokens, i)) or (
            token.role == "way" and _phrasal(tokens, i)
        ):
            out[i] = token._replace(role="modifier")
    return out


def _asks(tokens: list[Token], i: int) -> bool:
    """Return whether "just" at ``i`` only makes a wish modest: "just let the fire flicker"."""
    after = next((t.word for t in tokens[i + 1 :] if t.role not in ("size", "boost")), "")
    return tokens[i].word == "just" and after in _WISHES


def _of_all(tokens: list[Token]) -> bool:
    """Return whether a clause moves the whole picture: "just animate it"."""
    return any(t.role == "all" for t in tokens) and any(t.role in ACTS for t in tokens)


def _of_quality(tokens: list[Token], i: int) -> bool:
    """Return whether the degree at ``i`` is of no motion: "more realistic"."""
    after = tokens[i + 1] if i + 1 < len(tokens) else Token("", "")
    return after.role == "unknown" or after.word in QUALITIES or after.word == "like"


def _phrasal(tokens: list[Token], i: int) -> bool:
    """Return whether the way at ``i`` is part of a verb with an object: "whip up the sea"."""
    after = next((t.role for t in tokens[i + 1 :] if t.role != "idle"), "")
    spoken = [t.role for t in tokens[max(0, i - 2) : i]]
    if spoken[1:] == ["unknown"] and spoken[0] in THINGS and tokens[i].word in ("up", "down"):
        return True  # "the wind dies down"
    subject = any(t.role in THINGS for t in tokens[:i])
    return i > 0 and not subject and tokens[i - 1].role in ("verb", "blow") and after == "kind"


def _comparands(tokens: list[Token]) -> list[Token]:
    """Return the tokens where nouns after "than" or "like" are only compared with."""
    start, named = len(tokens), ("kind", "thing", "held", "effect", "wind")
    for i, token in enumerate(tokens):
        liked = token.word == "like" and i > 0 and tokens[i - 1].word not in _LIKING
        if token.word == "than" or (liked and any(t.role in named for t in tokens[:i])):
            start = i
            break
    windy = any(t.word == "like" for t in tokens[start : start + 1])  # "like in a strong wind"
    rest = [
        t._replace(role="idle" if t.word in _PRONOUNS else "modifier")
        if t.role in named and not (windy and t.role == "wind")
        else t
        for t in tokens[start:]
    ]
    return [*tokens[:start], *rest]


def _degree_only(tokens: list[Token]) -> list[Token]:
    """Return the tokens where "only" before a degree is none: "only slightly", "only move a little"."""
    out = [*tokens]
    for i, token in enumerate(tokens):
        if token.role != "only":
            continue
        after = [t for t in tokens[i + 1 :] if t.role != "idle"]
        degrees = 0
        while degrees < len(after) and after[degrees].role in ("size", "boost"):
            degrees += 1
        following = after[degrees] if degrees < len(after) else Token("", "")
        described = (*THINGS, "adjective", "unknown", "phrase")
        attributive = following.role in described or following.word.endswith("ing")
        if degrees and not attributive:
            out[i] = token._replace(role="idle")
    return out


def _nothing_of(tokens: list[Token]) -> list[Token]:
    """Return the tokens where "nothing" beside a noun denies it: "the camera does nothing"."""
    roles = [t.role for t in tokens if t.role != "idle"]
    if "nothing" not in roles:
        return tokens
    if "still" in roles and {*roles} <= {"nothing", "still", "hold"}:  # "let nothing be still"
        turned = {"nothing": "all", "still": "move", "hold": "idle"}
        return [t._replace(role=turned.get(t.role, t.role), value=frozenset()) for t in tokens]
    of_thing = roles == ["nothing", "prep", "thing"]  # "none in the mountain"
    if not of_thing and not {"kind", "held", "camera", "moves", "phrase"} & {*roles}:
        described = [
            t.role == "nothing" and after.role in ("unknown", "adjective")
            for t, after in zip(tokens, [*tokens[1:], Token("", "")], strict=True)
        ]
        if any(described) and not any(t.role in ACTS for t in tokens):  # "nothing exaggerated"
            return [t._replace(role="idle") if d else t for t, d in zip(tokens, described)]
        return tokens
    return [Token("no", "negation", None, t.at) if t.role == "nothing" else t for t in tokens]


def _begun(tokens: list[Token]) -> list[Token]:
    """Return the tokens where what starts at once simply moves: "start the water", "starts to drift"."""
    out = [*tokens]
    acts = any(t.role in ACTS for t in tokens)
    for i, token in enumerate(tokens):
        if not token.word.startswith(("start", "begin")) or token.role != "order":
            continue
        after = next(
            (t for t in tokens[i + 1 :] if t.word not in ("the", "to", "a")), Token("", "")
        )
        if after.role in ("verb", "move", "blow", "kind", "wind", "moves", "phrase"):
            out[i] = token._replace(role="idle" if acts else "move", value=frozenset())
    return out


def _content(tokens: list[Token], start: int) -> list[int]:
    """Return the places of the tokens from ``start`` on that are no filler."""
    return [k for k in range(start, len(tokens)) if tokens[k].role not in ("idle", "boost")]


def _undecided(tokens: list[Token], i: int) -> str:
    """Return why nobody can say what the negation at ``i`` governs; empty where it is certain."""
    after = _content(tokens, i + 1)
    verbal = tokens[i].word not in DETERMINERS
    first = tokens[after[0]] if after else Token("", "")
    if verbal and any(t.role == "kind" for t in tokens):
        for k in after:
            if tokens[k].role == "prep":
                break
            if tokens[k].role == "unknown" and tokens[k - 1].word not in _ARTICLES:
                return f"'{tokens[k].word}' is not known, so it is not certain what is refused"
    if first.role == "kind" and len(after) > 1 and after[1] == after[0] + 1:
        head = tokens[after[1]]
        if head.role == "unknown" and not verbal:
            return f"'{head.word}' is not known, so it is not certain what is refused"
    unknown = next((tokens[k].word for k in after if tokens[k].role == "unknown"), "")
    whole = verbal and any(t.role == "all" for t in tokens)
    if unknown and whole and not _acting(tokens, i):
        return f"'{unknown}' is not known, so it is not certain what is refused"
    if verbal and first.word in ("all", "everything", "every", "both") and i == 0:
        return f"'{tokens[i].word} {first.word}' does not say which; name what stays still"
    return ""


def _acting(tokens: list[Token], i: int) -> bool:
    """Return whether what is refused at ``i`` is motion."""
    return any(t.role in (*ACTS, "still") for t in tokens[i:])


def _attributive(tokens: list[Token], k: int) -> bool:
    """Return whether the degree at ``k`` qualifies the noun that follows: "fast water"."""
    after = next((t for t in tokens[k + 1 :] if t.role not in ("size", "boost", "adjective")), None)
    return (
        after is not None
        and after.role in (*THINGS, "move", "verb", "unknown")
        and after.word != "it"
    )


def _of_degree(tokens: list[Token], i: int) -> list[Token] | None:
    """Return the tokens where the negation at ``i`` turns a degree round; None where it has none."""
    sizes = [k for k in range(i + 1, len(tokens)) if tokens[k].role == "size"]
    still = any(t.role in ("still", "hold") for t in tokens[i:])
    if not sizes or still or tokens[i].word in ("nor", "neither"):
        return None
    k = sizes[0]
    size, verbal = tokens[k], tokens[i].word not in DETERMINERS
    attributive = _attributive(tokens, k)
    if size.word in _LEAST or (
        verbal and attributive and size.value > 1 and not _boosted(tokens, k)
    ):
        if size.word == "more" or size.word in _LEAST:  # "no more wind", "not the slightest motion"
            return [*tokens[:k], size._replace(role="idle"), *tokens[k + 1 :]]
        return None
    if not verbal and size.word == "more":
        return [*tokens[:k], size._replace(role="idle"), *tokens[k + 1 :]]
    if size.value < 1 and (attributive or not verbal):
        return None  # "no gentle waves"
    if size.value > 1 and any(t.word == "than" for t in tokens[k:]):  # "no faster than now"
        return [t._replace(role="idle") if n in (i, *sizes) else t for n, t in enumerate(tokens)]
    contrary = _GENTLY if size.value > 1 else _STRONGLY
    out = [t._replace(role="idle") if n in (i, *sizes[1:]) else t for n, t in enumerate(tokens)]
    return [*out[:k], size._replace(value=contrary), *out[k + 1 :]]


def _excess(tokens: list[Token]) -> list[Token] | None:
    """Return the tokens where "too fast", denied or complained of, is gently; None without it."""
    for k in range(1, len(tokens)):
        size = tokens[k]
        if tokens[k - 1].role == "nothing" and size.role == "size" and size.word not in _MORE:
            every = tokens[k - 1]._replace(role="all")
            contrary = _GENTLY if size.value > 1 else _STRONGLY
            return [*tokens[: k - 1], every, size._replace(value=contrary), *tokens[k + 1 :]]
        if tokens[k - 1].word == "too" and size.role == "still":  # "now it is too static"
            lively = size._replace(word="moving", role="move", value=frozenset())
            return [*tokens[: k - 1], tokens[k - 1]._replace(role="idle"), lively, *tokens[k + 1 :]]
        if tokens[k - 1].word == "too" and size.role == "wind":
            less = tokens[k - 1]._replace(role="size", value=_GENTLY)
            return [*tokens[: k - 1], less, size._replace(value=1.0), *tokens[k + 1 :]]
        if tokens[k - 1].word == "too" and size.role == "size":
            contrary = _GENTLY if size.value > 1 else _STRONGLY
            turned = {"negation": "idle", "nothing": "all"}
            out = [t._replace(role=turned.get(t.role, t.role)) for t in tokens]
            return [
                *out[: k - 1],
                tokens[k - 1]._replace(role="idle"),
                size._replace(value=contrary),
                *out[k + 1 :],
            ]
    return None


def _boosted(tokens: list[Token], k: int) -> bool:
    """Return whether a word such as "too" stands before the degree at ``k``."""
    return k > 0 and tokens[k - 1].role == "boost"


def _of_stillness(tokens: list[Token], i: int) -> list[Token] | None:
    """Return the tokens where the negation at ``i`` of stillness is motion; None where it is of none."""
    after = _content(tokens, i + 1)
    still = next((k for k in after if tokens[k].role == "still"), None)
    if still is None or any(tokens[k].role in ACTS for k in after):
        return None
    noun_next = next((t.role in THINGS for t in tokens[still + 1 :] if t.role != "idle"), False)
    predicate = tokens[still].word.startswith(("stop", "freez", "paus", "lock")) or not noun_next
    if not predicate or tokens[still].word in ("alone", "untouched", "unchanged"):
        return None
    out = [
        t._replace(role="idle") if n == i or (n > i and t.role == "hold") else t
        for n, t in enumerate(tokens)
    ]
    return [*out[:still], Token("moving", "move", frozenset(), tokens[still].at), *out[still + 1 :]]
