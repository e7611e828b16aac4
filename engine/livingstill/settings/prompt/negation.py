"""What a clause says does not move."""

from __future__ import annotations

from livingstill.settings.prompt.vocabulary import NOUNS, Token

_WITHOUT = ("without", "no", "w/o", "zero")


def negated_tokens(tokens: tuple[Token, ...]) -> list[bool]:
    """Return for each token whether the clause says that it does not move."""
    roles = [token.role for token in tokens]
    out = [False] * len(tokens)
    nouns = [i for i, role in enumerate(roles) if role in (*NOUNS, "effect", "moves")]
    acts = {"verb", "move", "act", "blow"}
    for i, role in enumerate(roles):
        after = [
            k for k in range(i + 1, len(roles)) if roles[k] not in ("idle", "boost", "adjective")
        ]
        follows = roles[after[0]] if after else ""
        previous = [k for k in range(i) if roles[k] not in ("idle", "boost")]
        cancelled = bool(previous) and roles[previous[-1]] == "negation"
        if role == "negation" and refused_way(tokens, i):
            continue
        if role == "negation" and follows not in ("still", "hold"):
            whole = follows in acts and any(k < i for k in nouns)
            one = _first_alone(roles, nouns, i) if tokens[i].word in _WITHOUT else None
            later = [k for k in nouns if k > i]
            governed = _heads(roles, nouns if whole or not later else later)
            for k in governed if one is None else [one]:
                out[k] = True
        elif role == "still" and not cancelled:
            attributive = follows in ("kind", "thing", "held", "camera") and tokens[i].word not in (
                "stop",
                "freeze",
                "lock",
            )
            if attributive and any(r in ("verb", "blow") for r in roles[i:]):
                continue
            one = attributive and any(k < i and roles[k] in ("kind", "moves") for k in nouns)
            for k in [after[0]] if one else _heads(roles, nouns):
                out[k] = True
        elif role == "hold" and not cancelled and not acts & set(roles):
            positive = any(r in ("size", "way", "still", "moves") for r in roles)
            for k in nouns:
                out[k] = out[k] or not positive
    return out


def _heads(roles: list[str], nouns: list[int]) -> list[int]:
    """Return the nouns but kinds that say where: "the trees by the lake don't move" is of trees."""
    first = nouns[0] if nouns else 0
    place = next((k for k, r in enumerate(roles) if r == "prep" and k > first), len(roles))
    return [k for k in nouns if k < place or roles[k] != "kind"]


def _first_alone(roles: list[str], nouns: list[int], i: int) -> int | None:
    """Return the noun after ``i`` where another follows that does something.

    In "without wind the leaves move" only the wind is refused.
    """
    after = [k for k in nouns if k > i]
    acts = {"verb", "move", "blow"}
    if len(after) < 2 or acts & set(roles[: after[1]]) or not acts & set(roles[after[1] :]):
        return None
    return after[0]


def refused_way(tokens: tuple[Token, ...], i: int) -> bool:
    """Return whether the negation at ``i`` is of a direction alone: "clouds should not go left"."""
    before = any(t.role == "kind" for t in tokens[:i])
    return before and any(t.role == "way" for t in tokens[i:])


def rest_still(tokens: tuple[Token, ...], negated: list[bool]) -> bool:
    """Return whether a clause about everything, or about no thing, says that it stands still."""
    roles = {token.role for token in tokens}
    alls = [negated[i] for i, t in enumerate(tokens) if t.role == "all"]
    return any(alls) if alls else "negation" in roles or "still" in roles
