"""What is said of things that move: winds that play, light that glitters, lamps that go out."""

from __future__ import annotations

import re

from livingstill.settings.prompt.line import Rewrite
from livingstill.settings.prompt.vocabulary import known, vocabulary

_PLACES = frozenset([
    "garden", "yard", "backyard", "patio", "porch", "terrace", "balcony", "scene", "place",
    "room", "house", "home", "interior", "kitchen", "beach", "street", "city", "town",
    "village", "skyline", "landscape", "seascape", "park", "property", "photo", "picture",
    "image", "shot",
])  # fmt: skip


def _of_place(words: str) -> bool:
    """Return whether words name a place, of which all that is in it is meant."""
    return words.strip().rsplit(" ", 1)[-1].removesuffix("s") in _PLACES


def _alive(found: re.Match[str]) -> str:
    """Return what comes alive as what moves: a kind by its name, any other thing as the picture."""
    token = known(found[1].split()[-1], vocabulary())
    thing = token is None or token.role in ("kind", "held", "thing")
    return f"move the {found[1]}" if thing and not _of_place(found[1]) else "make the picture move"


def _glint(found: re.Match[str]) -> str:
    """Return a glint on the thing that is said to glint; what moves itself does so by its own verb."""
    token = known(found[2], vocabulary())
    light = found[2].removesuffix("s") in ("sun", "moon", "sunlight", "moonlight", "ray", "sunbeam")
    return f"glint on {found[1]}" if token and token.role == "thing" and not light else found[0]


def _lit(noun: str) -> str:
    """Return the noun of what light plays on as what shimmers, where that is a kind."""
    token = known(noun, vocabulary())
    if token and token.role == "adjective":
        return f"light shimmers on the {noun}"
    return f"the {noun} shimmers" if token and token.role == "kind" else f"glint on the {noun}"


REWRITES: tuple[Rewrite, ...] = (
    (r"\b(?:(?:and|that|which) )?hit(?:s|ting)? (?:against |on |onto |upon )?(?=(?:the |some )?(?:shore|shoreline|rocks?|stones?|pier|beach|cliffs?|sand|boats?|hull|wall|coast|jetty|dock)\b)", "onto "),
    (r"(?:,| and)? ?\b(?:(?:which|that|is|are) )*(?:mirror|reflect)(?:s|ing) (?:the|its|a|all the) \w+(?: (?:sky|clouds?))?\b,?(?! of)", ""),
    (r"\b(?:blanket|sea|ocean|carpet|sheet|wall|bank|layer|veil|curtain|ribbon|column|plume|cloud|wisp|trail|river|stream|wave|bed|swirl|puff|strand|string|row|tongue|pillar|canopy)s? of "
     r"(?=(?:\w+ )?(?:clouds?|fog|mist|smoke|steam|vapou?r|flowers?|blossoms?|grass|wheat|lights?|stars?|leaves|foliage|fire|flames?|hair|water|haze|dust)\b)", ""),
    (r"\b((?:wind|breeze|gust)s?(?: \w+){0,2}?) (?:play(?:s|ing)? (?:with|in)|toy(?:s|ing)? with|caress\w*|strok\w+|kiss\w+|brush\w*|teas\w+|tugg?\w* at|tousl\w+|ruffl\w+|"
     r"(?:sweep|run|rush|pass|mov|com|go)(?:s|es|ing|e)? through)\b", r"\1 blows"),
    (r"(?<=the )neons?(?=\s*(?:[,.;!]|$|and\b|in\b|on\b))", "lights"),
    (r"\bneons?(?= (?:flicker|glow|blink|buzz|puls|hum)\w*)", "lights"),
    (r"\b(?:like|as if|as though) (?:there(?:'s| is| was| were)|it(?:'s| is| was)?|near|(?:when |if )?(?:you|someone|somebody|i|we) (?:open|opens|opened)) (?:an?|the) (?:\w+ )?(?:window|door|fan|draft|draught)\b[^,.;!]*", ""),
    (r"\bhot tub\b", "jacuzzi"),
    (r"(?<!feel )(?<!feels )(?<!look )(?<!looks )\bas (?:if|though) (?:the |a )?(?:viewer|cameraman|camera ?man|photographer|operator|you|we|i|one)\b[^,.;!]*", ""),
    (r"(?<=the )sink\b|(?<=kitchen )sink\b", "washbasin"),
    (r",? ?\b(?:(?:just|a bit|kind of|sort of|almost|feels?|looks?) )*(?:like|as if|as though) "
     r"(?:someone|somebody|a person)\b[^,.;!]*", ""),
    (r"\b(?:make|get|let|have) (?:the |my |this |our |that |an? )*(\w+(?: \w+)?) (?:feel|look|seem|become|be) "
     r"(?:(?:more|a bit|a little|really|so|very|slightly|like it's) )*(?:alive|living|live|lively)\b", _alive),
    (r"(?<!candle )\b(?:the )?(?:(?:moon|sun|star|lamp)(?:light|shine|beam)s?|light|sun|moon) (?:glitters?|shimmers?|sparkles?|plays?|playing|dances?|dancing|glistens?|glints?|gleams?|"
     r"(?:glitter|shimmer|sparkl|glisten|glint|gleam)ing) (?:on|off|across|over|upon) (?:the )?(\w+)", lambda m: _lit(m[1])),
    (r"\b((?:(?:very|soft|softly|gently?|slow|slowly|subtly|subtle) )*)(?:shimmer|glitter|sparkl|glisten|glint|gleam|danc)ing (?:(?:of )?(?:the )?)(?:moon|sun|star)(?: ?light| ?beams?| ?rays?|shine)"
     r" (?:on|off|across|over|upon) (?:the )?(\w+)", lambda m: f"{m[1]}{_lit(m[2])}"),
    (r"\b(smoke) (?:ring|bomb|grenade|flare|machine|trail|plume|cloud)s?\b", r"\1"),
    (r"\btree tops?\b", "treetops"),
    (r"\bblown\b", "blowing"),
    (r"\bmilky way\b|\bneon (?:signs?|lights?|lamps?|tubes?)\b|\bgalaxy\b", lambda m: "lights" if "neon" in m[0] else "stars"),
    (r"(?:^|(?<=[,;.] )|(?<=and ))((?:the |a |her |his |my )?(?:\w+ )?(\w+)) (?:glints?|glistens?|gleams?|sparkles?|glitters?)(?=\s*(?:[,.;!]|$|and\b|in\b))", _glint),
    (r"\bthe whole thing\b", "everything"),
    (r"\b(?:(?:must|should|do|does|may|can) )?(?:not|n't|never|don't|doesn't|shouldn't|mustn't) (?:go|goes|burn|blow) out\b", ""),
    (r"\bas (?:if|though)\b", "as"),
    (r"\bpick(?:s|ing)? up\b", "blows"),
    (r"\b(?:northern|polar) lights\b|\baurora borealis\b", "aurora"),
    (r"\bliving room\b", "livingroom"),
    (r"\b(lights?|lamps?|candles?) off\b", r"\1 extinguish"),
    (r"\b(?:come|comes|coming|turn|turns|switch|switches) on\b", "switch-on"),
    (r"\b(lights?|lamps?|candles?|lanterns?)((?: \w+){0,2}) (?:go|goes) on\b", r"\1\2 switch-on"),
    (r"\b(?:go|goes) on\b", "move"),
    (r"\b(?:put|puts|burn|burns|blow|blows|snuff) out\b", "extinguish"),
    (r"\b(fires?|candles?|flames?|lights?|lamps?|torch)((?: \w+){0,2}) (?:go|goes|going) out\b",
     r"\1\2 extinguish"),
    (r"\b\w+ (?:covered|capped|filled|lined|dusted|topped|kissed|soaked|drenched|lit|shaped)"
     r" (?=[a-z])", ""),
    (r"\b(?:catch|catches|catching|caught(?: up)?(?: by| in)?) (?=(?:\w+ ){0,2}(?:wind|breeze)\b)", "in "),
    (r"\b(?:come|comes|coming|bring|brings|bringing|brought) ((?:\w+ ){0,4}?)(?:alive|to life)\b",
     lambda m: "make the picture move" if _of_place(m[1]) else f"{m[1]}alive"),
)  # fmt: skip
