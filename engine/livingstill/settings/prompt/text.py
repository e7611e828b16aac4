"""The text of a prompt: idioms as single words, what it says of time and size, and its clauses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_SIDE = r"(?:the )?(left|right|top|bottom|above|below)(?: (?:hand )?(?:side|edge))?"
_OPPOSITE = {
    "left": "right", "right": "left", "top": "down", "bottom": "up", "above": "down", "below": "up"
}  # fmt: skip
_ENDS = {"top": "up", "bottom": "down", "above": "up", "below": "down"}
_STRONG = (
    "(?:fast|quick(?:ly)?|strong(?:ly)?|wild(?:ly)?|rough(?:ly)?|intense(?:ly)?|violent(?:ly)?|"
    "dramatic(?:ally)?|choppy|heavy|heavily|hard|hectic|much|big|crazy|turbulent|stormy)"
)
_PLAIN = "(?:simple|clean|natural|realistic|minimal|short|classy|nice|real|sweet|going)"
_WEAK = (
    "(?:slow(?:ly)?|weak(?:ly)?|gentle|gently|calm(?:ly)?|soft(?:ly)?|subtle|subtly|little|still)"
)
_REWRITES = (
    (r"[’‘`]", "'"),
    (r"(?<=[a-z0-9])-(?=[a-z])", " "),
    (r"\bslow(?:ing)? (it|them|this|everything|things|the \w+) down\b|\bslow(?:ing)? down (the \w+)\b",
     lambda m: f"{m[1] or m[2]} slowly"),
    (r"\bspeed(?:ing)? (it|them|this|everything|things|the \w+) up\b|\bspeed(?:ing)? up (the \w+)\b",
     lambda m: f"{m[1] or m[2]} fast"),
    (r"\bstabili[sz]e (?:the |my )?(?:shot|camera|video|footage|frame|image|picture)\b", "camera still"),
    (r"\b(?:from )?side to side\b|\bleft and right\b|\bside ?ways\b", "sideways"),
    (r"\bto and fro\b|\bback and forth\b|\bup and down\b", "tofro"),
    (r"\bpick(?:s|ing)? up\b", "blows"),
    (r"\bdo (?:not|n't)\b|\bdont\b", "don't"),
    (r"\bnot (?:too|so|very|that|overly) (?:much|fast|strong(?:ly)?|quick(?:ly)?|wild(?:ly)?|hard)\b",
     "gently"),
    (rf"\bdon't (?:make|let|have|move) (.{{0,30}}?)\b(?:move |go |be |blow )?too {_STRONG}\b",
     r"\1 gently"),
    (rf"\b(?:(?:is|are|looks?|seems?|moves?) )*(?:way |far |a bit |slightly )?too {_STRONG}\b"
     rf"|\bless {_STRONG}\b", "gently"),
    (rf"\b(?:(?:is|are|looks?|seems?|moves?) )*(?:way |far |a bit |slightly )?too {_WEAK}\b"
     rf"|\bless {_WEAK}\b", "strongly"),
    (rf"\bmore {_WEAK}\b", "gently"),
    (r"\b(?:turn|make|convert) (?:this|the|my|it|that)(?: (?:photo|picture|image|shot|still))?"
     r" into (?:an? )?(?=\w+)(?:loop\w* |moving |living |animated )*"
     r"(?:cinemagraph|video|clip|gif|photo|picture|animation)\b", "make"),
    (r"\b(?:turn|switch) (?:off|down to zero)\b", "no"),
    (r"\bget(?:ting)? rid of\b", "remove"),
    (r"\b(?:almost|hardly|barely|nearly|next to) (?:no|any|zero) "
     r"(?=motion|movement|wind|animation)", "faint "),
    (rf"\bkeep (?:it|things|everything)(?: all)? {_PLAIN}\b", ""),
    (rf"\bkeep (?:it|things|everything|(?:the |all )?(?:motion|movements?|animation))(?: all)?"
     rf" (?=(?:very |really |super |quite )*{_WEAK})", "motion "),
    (r"\bdo(?:es|ing)? nothing (?:to|with|about|for)\b", "don't move"),
    (r"\b(move|moves|moving|animate|animated|still|static|fixed|keep still)\s*:", r"\1 "),
    (r"\bnothing (?:too \w+|crazy|wild|fancy|dramatic|fast|big|major|extreme|much|over the top)\b",
     "gently"),
    (r"\b(?:northern|polar) lights\b|\baurora borealis\b", "aurora"),
    (r"\b(?:at |by )?(?:half|1/2) (?:of )?(?:the |its |their )?(?:normal )?(?:speed|pace|strength|amount)\b"
     r"|\bhalf as (?:fast|quick(?:ly)?|strong(?:ly)?|much)\b|\btwice as (?:slow(?:ly)?|weak|gent\w+)\b",
     "x0.5"),
    (r"\b(?:double|twice|2x) (?:of )?(?:the |its |their )?(?:normal )?(?:speed|pace|strength|amount)\b"
     r"|\b(?:twice|2x|two times) as (?:fast|quick(?:ly)?|strong(?:ly)?|much)\b", "x2"),
    (r"\b(?:motion|movements?|animation|animate|effects?|style|scene|prompt|duration|length|format|"
     r"aspect(?: ratio)?)\s*[:=]", " , "),
    (r"\bcamera\s*[:=]", " , camera "),
    (r"\blight(?= (?:comes?|coming|falls?|falling|streams?|streaming|shines?|shining|beams?)\b)",
     "sunlight"),
    (r"\b(?:a|just a) (?:little|tiny|wee) bit\b|\b(?:a|just a) (?:little|bit|touch|tad)\b(?! of)",
     "slightly"),
    (r"\b(?:a|just a) (?:little|bit|touch|hint) of\b", "slightly"),
    (r"\ba lot(?: of)?\b|\blots of\b|\bvery much\b", "strongly"),
    (r"\b(?:in |super )?slow ?mo(?:tion)?\b", "slowly"),
    (r"\btime ?lapse\b", "timelapse"),
    (r"\b(?:come|comes|coming|bring|brought) (?:\w+ ){0,3}?(?:alive|to life)\b", "alive"),
    (r"\banti ?clockwise\b|\bcounter ?clockwise\b", "anticlockwise"),
    (r"\bin place\b|\bas (?:it|they) (?:is|are)\b|\bat rest\b", "still"),
    (r"\bclose ?up\b", ""),
    (r"\b(?:other than|apart from|except for|excluding|aside from|but for|everything but|anything but|anything except|"
     r"all but|nothing but)\b", lambda m: m[0].split()[0] + " except"
     if m[0].split()[0] in ("everything", "anything", "all", "nothing") else "except"),
)  # fmt: skip
_BREAKS = (
    r"([,;:!?\n]+|\.(?!\d)|\s&\s|\s\+\s|\band\b|\bor\b|\bnor\b|\bthen\b|\bwhile\b|\bwhilst\b|\bbut\b|"
    r"\bplus\b|\bwith\b|\bas\b|\bexcept\b|\balso\b|\buntil\b|\bso that\b|\bwhere\b|(?=\bwithout\b)|"
    r"(?=\bno\b)|(?=\bonly\b)|(?=\binstead of\b))"
)


def normalised(prompt: str) -> str:
    """Return the prompt in lower case, with idioms as single words."""
    text = " ".join(prompt.lower().replace("\n", " ; ").split())
    for pattern, new in _REWRITES:
        text = re.sub(pattern, new, text)
    text = re.sub(rf"\b(?:from )?{_SIDE} to {_SIDE}", lambda m: _ENDS.get(m[2], m[2]), text)
    text = re.sub(rf"\bfrom {_SIDE}\b", lambda m: _OPPOSITE[m[1]], text)
    text = re.sub(r"\b(left|right|up|down)wards?\b", r"\1", text)
    return re.sub(r"\b(forward|toward|backward|onward)s\b", r"\1", text)


_COUNTS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30,
}  # fmt: skip


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

    take(rf"\b(?:for |lasting |about )?(?:{number} ?(?:secs?|seconds?)|(\d+(?:\.\d+)?) ?s)\b(?: long)?", "duration",
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
        rf"\b(?:make it |keep it )vertical\b|(?:^|(?<=[,;.] ))(?:vertical|portrait)(?= *(?:[,;.!]|$))|"
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
    take(r"\b(?:don't|not|no|without|never) (?:a )?(?:loop\w*|repeat\w*)\b|\bplays? (?:it )?once\b",
         "loop", lambda _: "none")  # fmt: skip
    take(r"\bboomerang\w*\b|\bping ?pong\b|\bbounc\w+ loop\b", "loop", lambda _: "bounce")
    take(r"\b(?:that |and |which )?(?:seamless(?:ly)? |perfect(?:ly)? |endless(?:ly)? )?"
         r"(?:infinite )?loop(?:s|ing|ed)?\b(?: seamlessly| forever| endlessly| perfectly)?",
         "loop", lambda _: out.get("loop", "seamless"))  # fmt: skip
    return out, text


def parts(text: str) -> Iterator[tuple[str, str]]:
    """Yield the clauses of a sentence, each with what joins it to the one before."""
    join = said = last = ""
    for piece in re.split(_BREAKS, text):
        if piece is None or not piece.strip():
            continue
        if re.fullmatch(_BREAKS, piece.strip()) or re.fullmatch(r"[,;:!?.&+\s]+", piece):
            join = piece.strip() if not (join and piece.strip() == ",") else join
            continue
        plain = " ".join(re.findall(r"x\d+(?:\.\d+)?|\d*[a-z][a-z'/-]*", piece))
        if plain in ("only", "alone") and last:  # "the water only"
            last = f"{last} only"
        elif plain:
            if last:
                yield said, last
            said, last, join = join, plain, ""
    if last:
        yield said, last
