"""Pronouns: what "it", "them" and "her" in a clause stand for."""

from __future__ import annotations

from livingstill.settings.prompt.vocabulary import Token

_AUXILIARIES = frozenset(
    ["must", "should", "shall", "may", "might", "can", "could", "will", "does", "is", "are"]
)
_LISTED = frozenset(["all", "both"])
_PERSONS = frozenset(["her", "him", "she", "he", "them", "they"])
_THINGS = frozenset(["them", "they", "those", "these", "it"])
_QUALIFIES = ("kind", "thing", "held", "effect", "adjective", "unknown", "size", "boost")


def resolved(
    tokens: list[Token], before: list[Token], every: list[Token] | None = None
) -> list[Token]:
    """Return the tokens of a clause with nouns for its pronouns.

    "They", "them" and "it" are the nouns of the clause ``before``, or of the list of them, where the
    clause has none of its own; "all" and "both" at its head are ``every`` kind named before; "it" stays, as everything,
    unless a verb of the clause suits one of them or it only says how. Without such nouns "she",
    "him", "they" are people. "Her" before a noun is a possessive.

    >>> person = Token("her", "idle")
    >>> resolved([Token("keep", "hold"), person, Token("still", "still")], [])[1].role
    'held'
    """
    nouns = [
        t
        for i, t in enumerate(before)
        if t.role in ("kind", "thing", "held")
        and not (_plural_head(before, i) and _is_them(tokens))
    ]
    moving = {t.role for t in before} & {"verb", "move", "blow", "only"}
    stops = any(t.role in ("still", "negation") for t in tokens)
    if moving and _is_them(tokens) and stops and len({t.role for t in nouns}) > 1:
        nouns = [t for t in nouns if t.role != "kind"]  # "animate only the sea, keep them still"
    if nouns and _lacks_subject(tokens):
        return [*_list(nouns, Token("", "idle")), *tokens]  # "..., but must not move"
    winds = [t._replace(value=1.0) for t in before if t.role == "wind"]
    own = any(t.role in ("kind", "thing", "held", "effect", "unknown") for t in tokens)
    alone = not any(t.role in ("kind", "thing", "held", "effect") for t in tokens)
    moved = frozenset().union(*(t.value or () for t in tokens if t.role in ("verb", "blow")))
    suits = [t for t in nouns if t.role == "kind" and t.value in moved]
    if not moved and all(t.role in ("idle", "size", "boost", "way", "prep", "all") for t in tokens):
        suits = [
            t for t in nouns if t.role == "kind"
        ] or winds  # "the clouds are fast, slow it down"
    told = [t for t in tokens if t.role != "idle"]
    if [t.word for t in told[:1]] == ["it"] and told[1:2] and told[1].role == "move":
        suits = suits or [t for t in nouns if t.role == "kind"]  # "the water is calm but it moves"
    stays = {t.role for t in tokens} & {"still", "hold", "negation"}
    aimed = any(t.role in ("moves", "phrase") for t in before)
    if stays and not suits and not aimed:
        suits = nouns  # "the sky is fine, keep it still"
    out: list[Token] = []
    for i, token in enumerate(tokens):
        after = next((t for t in tokens[i + 1 :] if t.role != "idle"), Token("", ""))
        following = after.role
        if token.word == "her" and following == "verb" and after.word.endswith("s"):
            following = "unknown"  # "her curls"
        leads = all(t.role in ("idle", "size", "boost", "still", "move") for t in tokens[:i])
        if token.word in _LISTED and leads and not own and len(every or nouns) > 1:
            out += _list(every or nouns, token)
        elif token.word == "it" and i and stays and _has_noun(tokens[:i]):
            out.append(
                token._replace(role="idle", value=None)
            )  # "the house is a house, so it must not move"
        elif token.word in ("those", "these") and following in _QUALIFIES[:-2]:
            out.append(token)  # "those trees"
        elif token.word == "it" and suits and suits == winds:
            out.append(token._replace(role="idle"))  # "too windy, tone it down"
        elif (
            token.word in _THINGS
            and (not own or (alone and suits))
            and nouns
            and (token.word != "it" or suits)
        ):
            out += _list(suits or nouns, token)
        elif token.word in _PERSONS and _is_person(token.word, following):
            out.append(token._replace(role="held", value=None))
        else:
            out.append(token)
    return out


def _is_them(tokens: list[Token]) -> bool:
    """Return whether the clause has a pronoun of several things."""
    return any(t.word in ("them", "they") for t in tokens)


def _plural_head(before: list[Token], i: int) -> bool:
    """Return whether the noun at ``i`` only says where things before it are: "two boats on the lake"."""
    preps = [k for k in range(i) if before[k].role == "prep"]
    heads = (
        [t.word for t in before[: preps[0]] if t.role in ("kind", "thing", "held")] if preps else []
    )
    does = any(t.role in ("verb", "move", "blow", "moves") for t in before)
    return (
        any(word.endswith("s") or word in ("people", "men", "women") for word in heads) and not does
    )


def picture_or_thing(tokens: list[Token], before: list[Token]) -> bool:
    """Return whether "it" in "give it some movement" may be a thing ``before`` or the picture."""
    own = any(t.role in ("kind", "camera", "wind", "moves", "phrase", "still") for t in tokens)
    it = any(t.word == "it" and t.role == "all" for t in tokens)
    return it and not own and any(t.role == "move" for t in tokens) and _has_noun(before)


def _list(nouns: list[Token], pronoun: Token) -> list[Token]:
    """Return the different nouns that a pronoun stands for, beside one another."""
    each = {t.value if t.role == "kind" else t.word: t for t in nouns}
    return [
        t for noun in each.values() for t in (noun._replace(at=pronoun.at), Token("and", "idle"))
    ]


def _lacks_subject(tokens: list[Token]) -> bool:
    """Return whether a clause begins with its auxiliary and stops what an earlier clause names."""
    if not tokens:
        return False
    auxiliary = tokens[0].word in _AUXILIARIES or tokens[0].word.endswith("n't")
    roles = {t.role for t in tokens}
    stops = roles & {"negation", "still"} and roles & {"move", "verb", "still"}
    named = roles & {"kind", "thing", "held", "effect", "unknown", "all", "camera", "wind", "moves"}
    return auxiliary and bool(stops) and not named and "size" not in roles


def _has_noun(tokens: list[Token]) -> bool:
    """Return whether a noun that "it" may stand for is among ``tokens``."""
    return any(t.role in ("kind", "thing") for t in tokens)


def _is_person(word: str, following: str) -> bool:
    """Return whether a pronoun is a person by itself, not the owner of the noun that follows."""
    if word != "her":
        return True
    return following not in _QUALIFIES or (word == "her" and following in ("still", "hold"))
