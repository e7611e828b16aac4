"""Idioms of prompts become single words that the grammar knows."""

from __future__ import annotations

import re

_SIDE = r"(?:the )?(left|right|top|bottom|above|below)(?: (?:hand )?(?:side|edge))?"
_OPPOSITE = {
    "left": "right", "right": "left", "top": "down", "bottom": "up", "above": "down", "below": "up", "up": "down", "down": "up"
}  # fmt: skip
_ENDS = {
    "top": "up", "bottom": "down", "above": "up", "below": "down", "upper": "up", "lower": "down"
}  # fmt: skip
_CORNER = r"(?:the )?(top|upper|bottom|lower) (left|right)(?: hand)?(?: corner)?\b"
_NUMBER = r"(\d+(?:\.\d+)?)"
_STRONG = (
    "(?:fast|quick(?:ly)?|strong(?:ly)?|wild(?:ly)?|rough(?:ly)?|intense(?:ly)?|violent(?:ly)?|"
    "dramatic(?:ally)?|choppy|heavy|heavily|hard|hectic|much|big|crazy|turbulent|stormy)"
)
_PLAIN = "(?:simple|clean|natural|realistic|minimal|short|classy|nice|real|sweet|going)"
_WEAK = (
    "(?:slow(?:ly)?|weak(?:ly)?|gentle|gently|calm(?:ly)?|soft(?:ly)?|subtle|subtly|little|still)"
)
_ARROWS = {"←": "left", "→": "right", "↑": "up", "↓": "down"}
_REWRITES = (
    (r"([←→↑↓])(?!\s*(?:left|right|up|down))", lambda m: f" {_ARROWS[m[1]]} "),
    (r"[’‘`]", "'"),
    (r"(?<=[a-z0-9])-(?=[a-z])", " "),
    (r"\bslow(?:ing)? (it|them|this|everything|things|the \w+) down\b|\bslow(?:ing)? down (it|them|this|everything|things|the \w+)\b",
     lambda m: f"{m[1] or m[2]} slowly"),
    (r"\bspeed(?:ing)? (it|them|this|everything|things|the \w+) up\b|\bspeed(?:ing)? up (it|them|this|everything|things|the \w+)\b",
     lambda m: f"{m[1] or m[2]} fast"),
    (r"\bstabili[sz]e (?:the |my )?(?:shot|camera|video|footage|frame|image|picture)\b", "camera still"),
    (r"\b(?:from )?side to side\b|\bleft and right\b|\bside ?ways\b", "sideways"),
    (r"\bto and fro\b|\bback and forth\b|\bup and down\b", "tofro"),
    (r"\bpick(?:s|ing)? up\b", "blows"),
    (r"\bdo (?:not|n't)\b|\bdont\b", "don't"),
    (r"\bnot (?:too|so|very|that|overly) (?:much|fast|strong(?:ly)?|quick(?:ly)?|wild(?:ly)?|hard)\b",
     "gently"),
    (rf"\bdon't (?:make|let|have|move) (.{{0,30}}?)\b(?:move |go |be |blow )?(?:too|so|that) {_STRONG}\b",
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
    (r"\bon top of\b", "on"),
    (r"\b([a-z]+)\s*:\s*([a-z]+)(?=\s*(?:[.!,;]|$))", r"\1 \2"),
    (rf"\bnot (?:so|too|very|that) {_WEAK}\b", "strongly"),
    (r"\b(?:calm|quiet|settle|tone)(?:ing)? (?:(it|them|everything|the \w+) )?down\b",
     lambda m: f"{m[1] or ''} gently"),
    (r"\bwhat (?:moves|should move|is moving)\b\s*\?*", "move"),
    (r"\bwhat (?:stays|stays still|does not move|doesn't move)\b\s*\?*", "still"),
    (r"\b(\w+) ?\?+ (?:no|nope)\b", r"no \1"),
    (r"\b(\w+) ?\?+ (?:yes|yeah|yep)\b", r"\1"),
    (r"\b(?:stand|stands|sit|sits|lie|lies|hold|holds) still\b", "stay still"),
    (r"\b(?:isn't|aren't|doesn't|don't|is not|are not|not) ((?:\w+ )?)enough\b", r"\1strongly"),
    (r"\b(?:a lot|lots|much|way|far) (?=(?:\w+er|less)\b)", "very "),
    (r"\binstead of\b", ", no"),
    (r"\b(lights?|lamps?|candles?) off\b", r"\1 extinguish"),
    (r"\b(\w+)\s*[:=]?\s*(?:none|off|zero|nil)\b(?=\s*(?:[,.;!]|$))", r"no \1"),
    (r"\b(left|right|up|down),? (?:and )?not (?:to the )?(?:left|right|up|down)\b", r"\1"),
    (r"\b(?:shallow |deep )?depth of field\b", "depth-of-field"),
    (r"\bkeep (?:it|things) that way\b", ""),
    (r"\b(?:nobody|no one)\b", "no people"),
    (r"\b(?:everyone|everybody|anyone|anybody|someone|somebody)\b", "people"),
    (r"\bnothing (?:in|on|of) the (\w+) (?=(?:moves?|moving|should|may|must|can|is)\b)", r"no \1 "),
    (r"\b(?:come|comes|coming|turn|turns|switch|switches|go|goes) on\b", "switch-on"),
    (r"\bone (?:by one|after (?:the |an)?other)\b", "in-turn"),
    (r"\bup close\b", ""),
    (r"\b(?:put|puts|burn|burns) out\b", "extinguish"),
    (r"\b(fires?|candles?|flames?|lights?|lamps?|torch)((?: \w+){0,2}) (?:go|goes|going) out\b",
     r"\1\2 extinguish"),
    (r"\b\w+ (?:covered|capped|filled|lined|dusted|topped|kissed|soaked|drenched|lit|shaped)"
     r" (?=[a-z])", ""),
    (r"\b(?:catch|catches|catching) (?=(?:\w+ ){0,2}(?:wind|breeze)\b)", "in "),
    (r"\bat all\b", ""),
    (r"\b(stay|stays|staying|keep|keeps|remain|remains) put\b", r"\1 still"),
    (r"\bwith (?:the |your |my )?camera\b", "camera"),
    (r"\b(?:the )?(?:other|opposite) (?:way|direction)\b", "opposite-way"),
    (rf"\bfrom {_CORNER}", lambda m: f"{_OPPOSITE[_ENDS[m[1]]]} {_OPPOSITE[m[2]]}"),
    (rf"\b(?:to|toward|towards|into) {_CORNER}", lambda m: f"{_ENDS[m[1]]} {m[2]}"),
    (rf"\b(?:on|at|in) (?:the |its |my |your )?(?:very |far )?{_CORNER}|"
     r"\b(?:on|at|in) (?:the |its |my |your )?(?:very |far )?(left|right|top|bottom)"
     r"(?: hand)?(?: (?:side|half|part|corner|edge|third))?(?: of the (?:frame|picture|photo|image))?\b",
     lambda m: "-".join([part for part in m.groups() if part] + ["side"])),
    (r"(?<!to )(?<!to the )(?<!from )(?<!from the )(?<!toward )(?<!toward the )"
     r"\b(?:the )?(left|right|top|bottom|upper|lower) (?:hand )?"
     r"(?:side|half|part|corner|edge|third|portion)\b", r"\1-side"),
    (r"\bfrom (?:the )?(?:behind|front|back|side|rear)\b", "from-behind"),
    (rf"\b{_NUMBER} ?(?:x|×|times)(?: as)? (?:slow\w*|weak\w*|gent\w+|less|calm\w*)\b",
     lambda m: f"x{1 / max(float(m[1]), 0.05):.3g}"),
    (rf"\b(?:by )?{_NUMBER} ?(?:%|percent) (?:slower|less|weaker|gentler|calmer)\b",
     lambda m: f"x{max(1 - float(m[1]) / 100, 0.05):.3g}"),
    (rf"\b(?:by )?{_NUMBER} ?(?:%|percent) (?:faster|more|stronger|quicker|wilder)\b",
     lambda m: f"x{1 + float(m[1]) / 100:.3g}"),
    (rf"\b{_NUMBER} ?(?:x|×|times)(?: as)? (?:{_STRONG}|\w+er|speed|more|much)\b",
     lambda m: f"x{float(m[1]):g}"),
    (rf"\b(?:by |at )?{_NUMBER} ?(?:%|percent) (?:of )?(?:the |its |their )?(?:normal )?"
     r"(?:speed|pace|strength|motion|amount)\b", lambda m: f"x{float(m[1]) / 100:g}"),
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
    (r"\b(candle|fire|star|street) light(?=s?\b)", r"\1light"),
    (r"\btime ?lapse\b", "timelapse"),
    (r"\b(?:come|comes|coming|bring|brings|brought) ((?:\w+ ){0,4}?)(?:alive|to life)\b", r"\1alive"),
    (r"\banti ?clockwise\b|\bcounter ?clockwise\b", "anticlockwise"),
    (r"\bin place\b|\bas (?:it|they) (?:is|are)\b|\bat rest\b", "still"),
    (r"\bclose ?up\b", ""),
    (r"\b(?:other than|apart from|except for|excluding|aside from|but for|everything but|anything but|anything except|"
     r"all but|nothing but)\b", lambda m: m[0].split()[0] + " except"
     if m[0].split()[0] in ("everything", "anything", "all", "nothing") else "except"),
)  # fmt: skip


def normalised(prompt: str) -> str:
    """Return the prompt in lower case, with idioms as single words."""
    text = " ".join(prompt.lower().replace("\n", " ; ").split())
    for pattern, new in _REWRITES:
        text = re.sub(pattern, new, text)
    text = re.sub(rf"\b(?:from )?{_SIDE} to {_SIDE}", lambda m: _ENDS.get(m[2], m[2]), text)
    text = re.sub(rf"\bfrom {_SIDE}\b", lambda m: _OPPOSITE[m[1]], text)
    text = re.sub(r"\b(left|right|up|down)wards?\b", r"\1", text)
    text = re.sub(r"(?:^|(?<=\s))--(?=\w)", ", ", text)
    return re.sub(r"\b(forward|toward|backward|onward)s\b", r"\1", text)
