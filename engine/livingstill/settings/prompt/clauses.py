"""What one clause says: what moves and how, what stays still, the wind, the camera."""

from __future__ import annotations

from dataclasses import dataclass, replace

from livingstill.core.kinds import KINDS
from livingstill.settings.prompt.constructions import is_known
from livingstill.settings.prompt.limits import added, quantity, why_impossible
from livingstill.settings.prompt.modifiers import (
    contrary_strengths,
    direction_of,
    focus_of,
    strength_of,
    wind_strength,
    without_wind,
)
from livingstill.settings.prompt.negation import negated_tokens, rest_still
from livingstill.settings.prompt.vocabulary import (
    NOUNS,
    Token,
    first_of,
    is_aimed,
    partners,
    place_in,
)
from livingstill.settings.prompt.words import USUAL


@dataclass(frozen=True, slots=True)
class Clause:
    """What one clause says; ``direction`` in degrees counter-clockwise, 0 to the right; ``known``: its construction.

    ``still_too`` are kinds that stay still with those named, unless they are asked to move.
    """

    text: str = ""
    join: str = ""
    kinds: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    place_words: tuple[str, ...] = ()
    undirected: tuple[str, ...] = ()
    still: tuple[str, ...] = ()
    still_too: tuple[str, ...] = ()
    direction: float | None = None
    strength: float | None = None
    camera: str = ""
    focus: str = ""
    wind: float | None = None
    faces: bool = False
    kept: bool = False
    every: bool = False
    rest_still: bool = False
    known: bool = True
    bare: bool = False
    leading: bool = False
    moving: bool = False
    impossible: str = ""
    unused: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    tokens: tuple[Token, ...] = ()

    @property
    def factor(self) -> float:
        """The strength, 1 without a word for it."""
        return 1.0 if self.strength is None else self.strength

    @property
    def only_keeps(self) -> bool:
        """Whether it only keeps things, as in "keep the waterfall", which may move all the same."""
        roles = {token.role for token in self.tokens}
        return "hold" in roles and not roles & {"negation", "still"}

    @property
    def acts(self) -> bool:
        """Whether it has a verb, a strength or a direction of its own."""
        does = {"verb", "move", "blow", "act", "change", "add", "moves", "wind", "size", "way"}
        return any(token.role in does for token in self.tokens)

    @property
    def imperative(self) -> bool:
        """Whether it begins with what shall be done, as in "remove the cars"."""
        role = next((t.role for t in self.tokens if t.role not in ("idle", "negation")), "")
        return role in ("act", "change", "add")

    @property
    def says(self) -> bool:
        """Whether anything of it was understood."""
        said = self.kinds or self.still or self.camera or self.faces or self.kept or self.every
        return bool(said or self.rest_still or self.wind is not None)


def refused(tokens: tuple[Token, ...], join: str, reason: str) -> Clause:
    """Return a clause of which nothing is done, for ``reason``."""
    text = " ".join(token.word for token in tokens)
    return Clause(text=text, join=join, tokens=tokens, impossible=reason)


def stilled(clause: Clause) -> Clause:
    """Return a bare clause as one that says that its things do not move."""
    roles = {token.role for token in clause.tokens}
    also = [p for t in clause.tokens if t.role == "kind" for p in sorted(partners(t.word))]
    return replace(
        clause,
        kinds=(),
        places=(),
        still=(*clause.still, *clause.kinds, *clause.places, *also),
        faces=clause.faces or "held" in roles,
        kept=clause.kept or bool(roles & {"thing", "effect"}),
        camera="static" if "camera" in roles else clause.camera,
        rest_still=clause.rest_still or "all" in roles,
        unused=(),
        bare=False,
        leading=True,
    )


def clause_of(tokens: tuple[Token, ...], join: str) -> Clause:
    """Return what one clause says."""
    text = " ".join(token.word for token in tokens)
    base = Clause(text=text, join=join, tokens=tokens, known=is_known(tokens))
    roles = [token.role for token in tokens]
    has = set(roles)
    nouns = [(i, t) for i, t in enumerate(tokens) if t.role in ("kind", "thing", "held", "effect")]
    negated = negated_tokens(tokens)
    strength = strength_of(tokens)
    direction, remarks = direction_of(tokens)
    remarks += (*contrary_strengths(tokens), *added(tokens), *quantity(tokens))
    base = replace(base, strength=strength, direction=direction, remarks=remarks)
    leading = first_of(roles, ("negation", "hold", "still")) < first_of(roles, NOUNS)
    moves = has & {"verb", "move", "act", "blow"}
    held_words = has & {"negation", "hold", "still"}
    named = bool(nouns or has & {"all", "camera"})
    does = nouns and _unknown_predicate(tokens)
    acts = moves or held_words or has & {"moves", "wind", "add"}
    bare = (
        named
        and not predicate_after_noun(tokens)
        and not acts
        and not does
        and strength is None
        and direction is None
        and not any(t.word in USUAL for t in tokens)  # "sea normal, sky still"
    )
    base = replace(base, bare=bare, leading=bool(leading and held_words), moving=bool(moves))
    if "moves" in has:
        return _camera_clause(base, tokens, negated)
    things = tuple(t.word for t in tokens if t.role in ("thing", "held", "effect", "unknown"))
    kinds = [(i, t.value) for i, t in nouns if t.role == "kind"]
    still = tuple(kind for i, kind in kinds if negated[i])
    still_too = tuple(
        p for i, t in nouns if t.role == "kind" and negated[i] for p in sorted(partners(t.word))
    )
    moving = [(i, kind) for i, kind in kinds if not negated[i]]
    impossible = why_impossible(tokens, negated, moving)
    if join == "until":
        impossible = "no motion here waits for a moment"
    if impossible:
        return replace(base, impossible=impossible)
    subjects, places = _subjects(tokens, moving)
    windless = any(n and t.role == "wind" for t, n in zip(tokens, negated, strict=True))
    kept = any(
        n and t.role in ("thing", "held", "effect") for t, n in zip(tokens, negated, strict=True)
    )
    if (still or windless or kept) and all(i > first_of(roles, ("prep",)) for i, _ in moving):
        subjects, places = (), tuple(kind for _, kind in moving)
    wanted = not kinds and not things and bool(moves - {"act"} or strength is not None)
    camera, wind = _camera_alone(tokens, negated, wanted), None
    if "wind" in has:
        i = roles.index("wind")
        wind = 0.0 if negated[i] else tokens[i].value * wind_strength(tokens, i, bool(kinds))
        if kinds and not negated[i]:
            base = replace(base, strength=strength_of(without_wind(tokens, i)))
        refusal = next((t.word for t in tokens if t.role == "negation"), "no")
        if negated[i] and still and moves and refusal != "no":
            wind = None  # "the wind should not move the hair"
    named_none = not nouns and not has & {"camera", "wind", "unknown"}
    everything = "all" in has or ("move" in has and named_none)
    stop = has & {"negation", "still", "hold"} and has != {"hold"}
    rest = "nothing" in has or (everything and not camera and rest_still(tokens, negated))
    rest = rest and (base.known or "nothing" in has)
    if rest and "nothing" not in has and any(t.word.endswith("-side") for t in tokens):
        reason = "no setting holds a part of the picture still by its place; --hold FILE does"
        return replace(base, impossible=reason)
    if "all" in has and (nouns or "camera" in has) and not rest:
        everything = False
    every = everything and not rest and bool(moves or strength is not None) and not stop
    every = every and (wind is None or bool(moves))  # "make it less windy"
    if every and not subjects and (able := _able(tokens)):
        subjects, every = able, False
    if "only" in has and (kinds or "wind" in has or camera not in ("", "static")):
        rest, every = True, False
    elif "only" in has and "camera" in has and not camera:
        rest, camera = True, "auto"
    faces = any(t.role == "held" and negated[i] for i, t in enumerate(tokens))
    return replace(
        base,
        kinds=subjects,
        places=places,
        place_words=tuple(t.word for _, t in nouns if t.role == "kind" and t.value in places),
        undirected=_undirected(tokens, moving),
        still=still,
        still_too=still_too,
        camera=camera,
        wind=wind,
        faces=faces,
        kept=any(t.role in ("thing", "effect") and negated[i] for i, t in enumerate(tokens)),
        every=every and not kinds,
        rest_still=rest,
        unused=_unused(tokens, negated),
    )


def _unknown_predicate(tokens: tuple[Token, ...]) -> bool:
    """Return whether a word that is not known may say what a thing does; after "for" it may not."""
    place = False
    for token in tokens:
        place = (place or token.role == "prep") and token.role not in ("kind", "verb", "move")
        if token.role == "unknown" and not place:
            return True
    return False


_AUXILIARIES = frozenset(
    [
        "do",
        "does",
        "can",
        "could",
        "may",
        "might",
        "shall",
        "should",
        "will",
        "would",
        "must",
        "is",
        "are",
        "has",
        "have",
        "wants",
    ]
)


def predicate_after_noun(tokens: tuple[Token, ...]) -> bool:
    """Return whether an auxiliary says of a thing that it does what is not said: "the tide can"."""
    first = next((i for i, t in enumerate(tokens) if t.role in ("kind", "thing", "held")), None)
    return first is not None and any(t.word in _AUXILIARIES for t in tokens[first + 1 :])


def _subjects(
    tokens: tuple[Token, ...], moving: list[tuple[int, str]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the kinds that a clause moves, and those that only say where, as in "fog over water".

    A place moves too where the verb gives the noun its meaning, as in "reflections shimmer on water".
    """
    roles = [token.role for token in tokens]
    prep = place_in(tokens)
    subjects = tuple(k for i, k in moving if i < prep) or _nearest(roles, moving)
    if _only_where(tokens):
        subjects = ()
    named = {kind for _, kind in moving}
    for verb in (token for token in tokens if token.role in ("verb", "blow")):
        moved = verb.value or frozenset()
        for i, kind in moving:
            extra = partners(tokens[i].word) & moved
            if kind in moved:
                extra &= named
            if extra:
                subjects = (*subjects, *(k for k in sorted(extra) if k not in subjects))
    return subjects, tuple(k for _, k in moving if k not in subjects)


_WHERE = ("on", "over", "at", "by", "near", "beside", "behind", "under", "above", "below")


def _only_where(tokens: tuple[Token, ...]) -> bool:
    """Return whether a clause only says where, as in "start on the sky"."""
    telling = [t for t in tokens if t.role not in ("idle", "adjective", "boost", "order")]
    place = bool(telling) and telling[0].role == "prep" and telling[0].word in _WHERE
    return place and all(t.role in ("prep", "kind", "thing", "held") for t in telling)


def _nearest(roles: list[str], moving: list[tuple[int, str]]) -> tuple[str, ...]:
    """Return the kind right before the verb, all of them where none is.

    In "from the trees to the creek running below" it is the creek.
    """
    verb = first_of(roles, ("verb", "blow", "move"))
    before = [k for i, k in moving if i < verb < len(roles)]
    return tuple(before[-1:]) or tuple(k for _, k in moving)


def _able(tokens: tuple[Token, ...]) -> tuple[str, ...]:
    """Return the kinds that do what everything shall do: "make it sway" is of plants."""
    owners = [t.value for t in tokens if t.role in ("verb", "blow") and t.value]
    does = [kind for kind in KINDS if any(kind in kinds for kinds in owners)]
    found = [kind for kind in does if KINDS[kind].found_by == "auto"]
    return tuple(found or (kind for kind in does if KINDS[kind].found_by == "named"))


def _undirected(tokens: tuple[Token, ...], moving: list[tuple[int, str]]) -> tuple[str, ...]:
    """Return the kinds that a direction does not go to: a verb gives the noun another kind's meaning.

    In "water cascades down" the flow goes down, a lake's waves do not.
    """
    moved = frozenset().union(*(t.value or () for t in tokens if t.role in ("verb", "blow")))
    return tuple(k for i, k in moving if k not in moved and partners(tokens[i].word) & moved)


def _camera_alone(tokens: tuple[Token, ...], negated: list[bool], wanted: bool) -> str:
    """Return the camera of a clause that names no move: "static", "auto" if ``wanted``, or ""."""
    roles = [token.role for token in tokens]
    if "camera" in roles:
        if negated[roles.index("camera")]:
            return "static"
        return "auto" if wanted else ""
    others = {"kind", "thing", "held", "effect", "all", "nothing", "wind", "move", "unknown"}
    locked = {"static", "fixed", "lock", "locked"} & {t.word for t in tokens if t.role == "still"}
    return "static" if locked and not others & set(roles) else ""


def _unused(tokens: tuple[Token, ...], negated: list[bool]) -> tuple[str, ...]:
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


def _camera_clause(base: Clause, tokens: tuple[Token, ...], negated: list[bool]) -> Clause:
    """Return what a clause with a camera move says."""
    move = next(t for t in tokens if t.role == "moves")
    words = [t for t in tokens if t.role in ("kind", "thing", "held", "unknown", "effect")]
    unused = tuple(
        t.word
        for t in words
        if t.role != "unknown" and not t.word.endswith("'s") and t.word != "subject"
    )
    focus = focus_of(tokens, move.value.endswith("-in")) if is_aimed(move.value) else ""
    if any(n for t, n in zip(tokens, negated, strict=True) if t.role == "moves") or (
        any(t.role == "negation" for t in tokens)
    ):
        return replace(base, camera="static", unused=())
    remarks = base.remarks
    if unused and not focus and move.value != "static":
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
        focus=focus,
        rest_still=any(t.role == "only" for t in tokens),
        remarks=remarks,
        wind=None if wind is None else wind.value,
        direction=None,
    )
