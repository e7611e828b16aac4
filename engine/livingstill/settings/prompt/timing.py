"""What a prompt says of duration, frame rate, loop, size and shape."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from livingstill.settings.prompt.accounts import NOTE, Ledger
from livingstill.settings.prompt.line import Line

_COUNTS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30,
}  # fmt: skip

_NO_LENGTH = "".join(
    rf"(?<!\b{word} )"
    for word in ("after", "every", "at", "within", "first", "last", "each", "wait")
)
"""No clip's length: "after 2 seconds", "in the last 3 seconds"."""

_FORM = "(?:video|clip|format|mode|orientation|aspect|crop|frame)"
_TALL = (
    "(?:tik ?tok|insta(?:gram)? (?:reels?|story|stories)|reels?|stories|story|(?:youtube )?shorts|"
    "snapchat)"
)


_NUMBER = rf"(\d+(?:\.\d+)?|{'|'.join(_COUNTS)})"
_WIDE = "(?:wide|widescreen|wide screen|landscape|horizontal)"
_TALLER = "(?:vertical|portrait)"

_FORMAT = (
    r"\b(?:(?:export|save|output|render|deliver)(?:ed)? )?(?:it )?(?:as|in|to) (?:an? )?"
    r"(gif|mp4|mov|webp|webm|apng|png)\b(?: (?:file|format))?|"
    r"\b(?:an? )?(gif|mp4|webp|webm|apng)s?\b(?: (?:file|format))?"
)

_ELSEWHERE: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (r"\b(?:h ?\.?26[45]|hevc|av1|vp9|prores)\b", lambda _: "--codec"),
    (
        r"\b(?:(?:as|for) )?(?:an? )?(whatsapp|telegram|slack) (?:stickers?|emojis?|emotes?)\b",
        lambda m: {
            "whatsapp": "--preset whatsapp-sticker",
            "telegram": "--preset telegram",
            "slack": "--preset slack-emoji",
        }[m[1]],
    ),
    (
        r"\b(?:(?:under|below|max|maximum|less than|up to|at most|within|smaller than) )?\d+(?:\.\d+)? ?(?:mb|kb|megabytes?|kilobytes?)\b(?: max(?:imum)?)?",
        lambda _: "--budget",
    ),
    (
        r"\b(?:in )?(?:hd|high (?:res(?:olution)?|definition|quality)|best quality)\b",
        lambda _: "--size",
    ),
    (
        r"\b\d+ ?-? ?(?:degrees?|deg)\b|\b\d+ ?°",
        lambda _: "--camera MOVE:amount=X",
    ),
    (
        r"\b(?:and |while )?(?:keep|hold|keeping|holding) (?:the |my |it )?(?:\w+ )?(?:in (?:the )?(?:frame|view|shot|center|centre|middle)|cent(?:er|re)d|visible)(?: of the (?:frame|picture|shot))?\b",
        lambda _: "--camera MOVE:focus=x,y",
    ),
    (
        r"\bfor (?:my |a |the )?(linkedin|discord)(?: (?:post|chat|server|profile|page))?\b",
        lambda m: f"--preset {m[1]}",
    ),
    (
        r"\b(?:(?:with|on|and|has|make|keep) )*(?:an? |the )?(?:transparent|no|see through|clear|alpha) (?:back ?ground|bg|channel)\b|"
        r"\b(?:make )?(?:the )?back ?ground (?:(?:is|be|to be|should be) )?transparent\b",
        lambda _: "--alpha moving",
    ),
)
"""What is said that another option makes, and that option."""


_OTHER_LOOP = r",? *\bno (?:an? |the )?(?:seamless|bounc\w+|bounce|boomerang|ping ?pong)\b"
"""The loop that is not wanted, where another one is."""


def _number(said: str) -> float:
    """Return the number that digits or a word say."""
    return float(_COUNTS.get(said, said))


def _plain(value: Any) -> str:
    """Return a value as it is written."""
    return f"{value:g}" if isinstance(value, float) else str(value)


_SAID: tuple[tuple[str, str, Callable[[re.Match[str]], Any]], ...] = (
    (rf"{_NO_LENGTH}\b(?:for |lasting |about |max(?:imum)?(?: of)? |up to |at most )?(?:{_NUMBER} ?(?:secs?|seconds?)|(\d+(?:\.\d+)?) ?s)\b"
     r"(?: long)?(?!,? *(?:and )?then\b)", "duration", lambda m: _number(m[1] or m[2])),
    (rf"\b(?:for |lasting )?{_NUMBER} ?(?:mins?|minutes?)\b(?: long)?", "duration",
     lambda m: 60 * _number(m[1])),
    (r"\b(?:for )?half (?:of )?a min(?:ute)?\b(?: long)?", "duration", lambda _: 30.0),
    (rf"\b(?:at )?{_NUMBER} ?(?:fps|frames per second)\b|\bfps\s*[:=]\s*{_NUMBER}", "fps",
     lambda m: _number(m[1] or m[2])),
    (r"\b(?:in |at )?(\d{3,4}) ?[x×] ?(\d{3,4})(?: ?(?:px|pixels?))?\b", "size", lambda m: f"{m[1]}x{m[2]}"),
    (r"\b(?:in )?(480p|720p|1080p|1440p|2k|4k|8k)\b(?: (?:resolution|quality|video))?", "size", lambda m: m[1]),
    (r"\b(?:in )?(?:full ?hd|fhd)\b", "size", lambda _: "1080p"),
    (r"\b(?:in )?(?:uhd|ultra ?hd)\b", "size", lambda _: "4k"),
    (rf"\b(?:in |as )?(?:a )?square(?: {_FORM}\b|(?= (?:seamless |endless |perfect |infinite )?(?:loop|gif|post|reel|story|ad|animation|cinemagraph|movie)\b))|\b(?:in|as|make it|keep it) (?:a )?square\b|"
     r"(?:^|(?<=[,;.] ))square(?= *(?:[,;.!]|$))|(?<=  )square(?= *$)", "aspect", lambda _: "1:1"),
    (rf"\b(?:in |as |make it |a )?{_TALLER}(?: {_FORM})?,? for {_TALL}\b|"
     rf"\b(?:in |as )?(?:a )?{_TALLER}\s+(?:{_FORM}|{_TALL})\b|\b(?:in|as) {_TALLER}\b|"
     r"\b(?:make it |keep it )vertical\b|"
     rf"(?:^ *|(?<=[,;.] )|(?<=and )){_TALLER}(?= *(?:[,;.!]|$))|\btik ?tok(?: {_TALLER})?(?: video| clip| format| style)?\b|"
     rf"(?:^|(?<=[,;.] ))(?:an? |my )?{_TALL}(?: video| clip| format| background| post)?(?= *(?:[,;.:!]|$))|"
     rf"\bfor (?:a |an |my )?{_TALL}\b|"
     r"\b(?:an? |my )?(?:insta(?:gram)?|ig|tik ?tok|facebook|fb|youtube|yt) (?:reels?|story|stories|shorts?)\b|"
     r"\b(?:an? |my |the )?stor(?:y|ies)\b(?= (?:with|of|about|showing)\b|\s*(?:[,.;:!]|$))|"
     r"^(?:an? |my )?(?:\w+ ){0,2}reels?(?= *(?:[,;.:!]|of\b|with\b|$))", "aspect", lambda _: "9:16"),
    (rf"\b(?:in |as )?(?:a )?{_WIDE}(?: {_FORM})?,? for (?:youtube|tv)\b|"
     rf"\b(?:in |as )?(?:a )?(?:widescreen|wide screen)(?: {_FORM})?\b|"
     rf"(?:^|(?<=[,;.] )|(?<=and )){_WIDE}(?= *(?:[,;.!]|$))|"
     rf"\b(?:in |as )?(?:a )?(?:landscape|horizontal|wide) {_FORM}\b|\b(?:in|as) landscape\b|"
     r"\bfor (?:my )?youtube\b", "aspect", lambda _: "16:9"),
    (r",? *\b(?:and |then )+(?:it )?holds?(?: at the end| there)? *[.!]?$|"
     r",? *\b(?:and )?then (?:it )?(?:stops?|rests?|freezes?)(?: at the end| there)? *[.!]?$", "loop", lambda _: "hold"),
    (r"(?<![\d.])(\d+(?:\.\d+)?:\d+)\b", "aspect", lambda m: m[1]),
    (r"\b(?:don't|not|no|without|never) (?:(?:want|need|have|make|be|it|this|a|any|to) )*"
     r"(?:loop\w*|repeat\w*)\b|\bplays? (?:it )?once\b", "loop", lambda _: "none"),
    (r"(?:^|(?<=[,;.] ))(?:and )?bounc(?:es?|ing)(?: back)?(?= *(?:[,;.!]|$))|\b(?:loop(?:s|ing|ed)?|play(?:s|ing|ed)?) (?:it )?(?:back and forth|to and fro|tofro|back and forward|forth and back|forwards? (?:and|then) backwards?)\b|\bboomerang\w*\b|\bping ?pong\b|\bbounc\w+ loop\b", "loop", lambda _: "bounce"),
    (r"\b(?:that |and |which )?(?:seamless(?:ly)? |perfect(?:ly)? |endless(?:ly)? )?"
     r"(?:infinite )?loop(?:s|ing|ed|able)?\b(?: seamlessly| forever| endlessly| perfectly)?",
     "loop", lambda _: "seamless"),
)  # fmt: skip
"""What is said, the setting that it is of, and the value; of two the last holds, "loop" alone least."""


def timing(line: Line, ledger: Ledger, problems: list[str]) -> tuple[dict[str, Any], Line]:
    """Return what the prompt says of duration, frame rate, loop, size and shape; and the rest.

    ``ledger`` takes the setting of each word that is read; two values of one setting are a problem.
    """
    out: dict[str, Any] = {}
    if found := re.search(_FORMAT, line.text):
        problems.append(
            f"prompt asks for '{found[1] or found[2]}'; the name of the output says the format"
        )
        ledger.enter(line.words_in(*found.span()), NOTE)
        line = line.without(*found.span())
    for pattern, option in _ELSEWHERE:
        if found := re.search(pattern, line.text):
            problems.append(f"prompt asks for '{found[0].strip()}'; {option(found)} makes that")
            ledger.enter(line.words_in(*found.span()), NOTE)
            line = line.without(*found.span())
    for pattern, key, make in (*_SAID, *_SAID):  # what stands alone when others are read
        while found := re.search(pattern, line.text):
            value = make(found)
            if key == "loop" and value == "seamless":
                value = out.get("loop", value)
            elif out.get(key, value) != value:
                problems.append(
                    f"prompt wants --{key} {_plain(out[key])} and {_plain(value)}; {_plain(value)} is taken"
                )
            out[key] = value
            ledger.enter(line.words_in(*found.span()), key)
            line = line.without(*found.span())
    if "loop" in out and (found := re.search(_OTHER_LOOP, line.text)):
        ledger.enter(line.words_in(*found.span()), "loop")
        line = line.without(*found.span())
    return out, line
