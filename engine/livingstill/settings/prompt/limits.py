"""Why what a clause asks for cannot be made."""

from __future__ import annotations

from itertools import pairwise

from livingstill.core.kinds import KINDS
from livingstill.settings.prompt.vocabulary import Token, first_of, partners, plural_bases

_VIEWER = {"camera", "cam", "viewer", "us", "me", "you", "lens"}
_TO = ("toward", "towards", "into", "at")
_CANNOT = "only what the photo shows of the kinds that `livingstill kinds` lists can move"


_PUTS = ("add", "put", "insert", "create", "generate", "include", "draw")


def added(tokens: tuple[Token, ...]) -> tuple[str, ...]:
    """Return a remark where a clause adds what the photo may not show: "add smoke", not "add ripples"."""
    i = next((i for i, t in enumerate(tokens) if t.role == "add" and t.word in _PUTS), len(tokens))
    after = [t for t in tokens[i + 1 :] if t.role not in ("idle", "size", "boost", "adjective")]
    while after and after[0].role == "verb" and after[0].word.endswith("ing"):
        after.pop(0)
    if not after or after[0].role != "kind" or any(t.role == "move" for t in after):
        return ()
    said, kind = after[0].word, KINDS[after[0].value]
    drawn = kind.found_by == "mask" and kind.detector is not None  # as steam is, by a stroke
    if drawn or is_motion(said):
        return ()
    return (
        f"prompt adds '{said}', but nothing is added to a photo; {said} that it shows can move",
    )


def quantity(tokens: tuple[Token, ...]) -> tuple[str, ...]:
    """Return a remark where a clause wants more or less of a thing: "less fog", not "less wind"."""
    acts = any(t.role in ("verb", "move", "blow") for t in tokens)
    for token, after in pairwise(tokens):
        counted = after.role == "kind" and not is_motion(after.word)
        if token.word in ("more", "less", "fewer") and counted and not acts:
            return (
                f"prompt wants '{token.word} {after.word}', but there is as much of it as the photo "
                f"shows; it moves {token.word}",
            )
    return ()


def is_motion(noun: str) -> bool:
    """Return whether a noun is that of a motion, as ripples are."""
    verbs = {verb for kind in KINDS.values() for verb in kind.verbs}
    return bool(verbs & {noun, *plural_bases(noun)})


def why_impossible(
    tokens: tuple[Token, ...], negated: list[bool], moving: list[tuple[int, str]]
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
    verb = first_of(roles, ("verb", "move", "blow"))
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
        also = {p for i, _ in moving for p in partners(tokens[i].word)}
        for token in tokens:
            owners = token.value or frozenset()
            if token.role == "verb" and not owners & (kinds | also):
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
        to = next((spoken[i + 1 :] for i, t in enumerate(spoken) if t in _TO), [])
        away = "away" in spoken and _VIEWER & set(spoken[spoken.index("away") :])
        if {"forward", "backward"} & set(spoken) or _VIEWER & set(to) or away:
            return "things move across the picture, not towards the camera or away from it"
    return ""
