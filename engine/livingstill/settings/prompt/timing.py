"""What a prompt says of duration, frame rate, loop, size and shape."""

from __future__ import annotations

import re
from typing import Any

_COUNTS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30,
}  # fmt: skip

_NO_LENGTH = "".join(
    rf"(?<!\b{word} )"
    for word in ("after", "every", "at", "within", "first", "last", "each", "wait")
)
"""No clip's length: "after 2 seconds", "in the last 3 seconds"."""

_FORM = "(?:video|clip|format|mode|orientation|aspect)"
_TALL = (
    "(?:tik ?tok|insta(?:gram)? (?:reels?|story|stories)|reels?|stories|story|(?:youtube )?shorts|"
    "snapchat)"
)


def timing(text: str) -> tuple[dict[str, Any], str]:
    """Return what the prompt says of duration, frame rate, loop, size and shape; and the rest."""
    out: dict[str, Any] = {}
    number = rf"(\d+(?:\.\d+)?|{'|'.join(_COUNTS)})"

    def value(said: str) -> float:
        return float(_COUNTS.get(said, said))

    def take(pattern: str, key: str, make: Any) -> None:
        nonlocal text
        if found := re.search(pattern, text):
            out[key] = make(found)
            text = text[: found.start()] + " " + text[found.end() :]

    take(rf"{_NO_LENGTH}\b(?:for |lasting |about )?(?:{number} ?(?:secs?|seconds?)|(\d+(?:\.\d+)?) ?s)\b(?: long)?", "duration",
         lambda m: value(m[1] or m[2]))  # fmt: skip
    take(rf"\b(?:for |lasting )?{number} ?(?:mins?|minutes?)\b(?: long)?", "duration",
         lambda m: 60 * value(m[1]))  # fmt: skip
    take(rf"\b(?:at )?{number} ?(?:fps|frames per second)\b", "fps", lambda m: value(m[1]))
    take(r"\b(?:in )?(480p|720p|1080p|1440p|2k|4k|8k)\b", "size", lambda m: m[1])
    take(
        rf"\b(?:in |as )?(?:a )?square {_FORM}\b|\b(?:in|as|make it|keep it) (?:a )?square\b|"
        rf"(?:^|(?<=[,;.] ))square(?= *(?:[,;.!]|$))",
        "aspect",
        lambda _: "1:1",
    )
    take(
        rf"\b(?:in |as |make it |a )?(?:vertical|portrait)(?: {_FORM})?,? for {_TALL}\b|"
        rf"\b(?:in |as )?(?:a )?(?:vertical|portrait) {_FORM}\b|\b(?:in|as) (?:vertical|portrait)\b|"
        rf"\b(?:make it |keep it )vertical\b|(?:^|(?<=[,;.] )|(?<=and ))(?:vertical|portrait)(?= *(?:[,;.!]|$))|"
        rf"\bfor (?:a |an |my )?{_TALL}\b",
        "aspect",
        lambda _: "9:16",
    )
    take(
        rf"\b(?:in |as )?(?:a )?(?:widescreen|wide screen|landscape|horizontal)(?: {_FORM})?,? for "
        rf"(?:youtube|tv)\b|\b(?:in |as )?(?:a )?(?:widescreen|wide screen)(?: {_FORM})?\b|"
        rf"\b(?:in |as )?(?:a )?(?:landscape|horizontal) {_FORM}\b|\b(?:in|as) landscape\b|"
        rf"\bfor (?:my )?youtube\b",
        "aspect",
        lambda _: "16:9",
    )
    take(r",? *\b(?:and |then )+holds?(?: at the end| there)? *[.!]?$", "loop", lambda _: "hold")
    take(r"\b(\d+:\d+)\b", "aspect", lambda m: m[1])
    take(r"\b(?:don't|not|no|without|never) (?:(?:want|need|have|make|be|it|this|a|any|to) )*(?:loop\w*|repeat\w*)\b|\bplays? (?:it )?once\b",
         "loop", lambda _: "none")  # fmt: skip
    take(r"\bboomerang\w*\b|\bping ?pong\b|\bbounc\w+ loop\b", "loop", lambda _: "bounce")
    take(r"\b(?:that |and |which )?(?:seamless(?:ly)? |perfect(?:ly)? |endless(?:ly)? )?"
         r"(?:infinite )?loop(?:s|ing|ed|able)?\b(?: seamlessly| forever| endlessly| perfectly)?",
         "loop", lambda _: out.get("loop", "seamless"))  # fmt: skip
    return out, text
