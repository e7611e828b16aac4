"""How much, how fast: factors, percentages, comparisons."""

from __future__ import annotations

import re

from livingstill.settings.prompt.line import Rewrite
from livingstill.settings.prompt.vocabulary import known, vocabulary
from livingstill.settings.prompt.words import WIND

_NUMBER = r"(\d+(?:\.\d+)?)"

_STRONG = (
    "(?:fast|quick(?:ly)?|strong(?:ly)?|wild(?:ly)?|rough(?:ly)?|intense(?:ly)?|violent(?:ly)?|"
    "dramatic(?:ally)?|choppy|heavy|heavily|hard|hectic|much|big|crazy|turbulent|stormy|"
    "aggressive(?:ly)?|frantic(?:ally)?|lively|energetic|vigorous(?:ly)?|powerful(?:ly)?|noticeable|visible|extreme|rapid(?:ly)?|pronounced)"
)

_WEAK = (
    "(?:slow(?:ly)?|weak(?:ly)?|gentle|gently|calm(?:ly)?|soft(?:ly)?|subtle|subtly|little|still)"
)

_THAN_WORDS = "(?:much|fast|quick(?:ly)?|slow(?:ly)?|strong(?:ly)?|wild(?:ly)?|gently|gentle|calm|rough|big|hard|heavy|heavily|far|high)"

_TIMES = {"two": 2, "three": 3, "four": 4, "five": 5, "ten": 10}

_SPEED = r"(\d+(?:\.\d+)?) ?(m/s|mps|met(?:er|re)s? (?:per|a) second|km/h|kmh|kph|mph|miles? (?:per|an) hour|knots?)\b"

_MPS = {"k": 1 / 3.6, "mi": 0.447, "mph": 0.447, "knot": 0.514}


def _wind_of_speed(found: re.Match[str]) -> str:
    """Return a wind of a speed as one so many times as strong as the default."""
    groups = [group or "" for group in found.groups()]
    speed, unit = (groups[0], groups[1]) if groups[0][:1].isdigit() else groups[2:]
    wind, between = (groups[2], "") if groups[0][:1].isdigit() else groups[:2]
    factor = next((f for start, f in _MPS.items() if unit.startswith(start)), 1.0)
    word = next((w for w in WIND if wind.startswith(w)), "wind")
    return f"x{float(speed) * factor / 3 / WIND[word]:.3g} {wind}{between}"


def _is_kind(word: str) -> bool:
    """Return whether a word names a kind of motion."""
    token = known(word, vocabulary())
    return token is not None and token.role == "kind"


_DIAL = "(?:turn|dial|crank|ramp|pump|bump|amp|kick|step|scale|tone|tune)(?:ing)?"
"""Verbs that with "up" or "down" say how strong, and not which way."""
_BIT = r"(?:slightly|(?:just )?(?:a|one) (?:little bit|tiny bit|bit|little|tad|touch|notch))\b"
_OF_WAY = {"up": "stronger", "down": "weaker"}
_CHANGE = f"(?:{_DIAL}|(?:set|put|bring|slow|speed|reduc|decreas|increas|lower|rais|boost|cut|weaken|strengthen)(?:e|ing)?)"

REWRITES: tuple[Rewrite, ...] = (
    (rf"\b{_CHANGE} (?:up |down )?((?:the |my )?(?!up\b|down\b|camera\b|cam\b)\w+(?: (?:in|of) the \w+)?)(?: up| down)? to (?=\d+(?:\.\d+)? ?(?:%|percent)|(?:half|double|twice|normal) (?:the )?(?:speed|strength|pace))",
     r"\1 at "),
    (rf"\b{_CHANGE}d? (?:up |down )?to (?=\d+(?:\.\d+)? ?(?:%|percent))", "at "),
    (rf"\b(?:{_DIAL}|bring(?:ing)?|take) ((?:the |my )?(?!camera|cam|shot|up\b|down\b)\w+) (up|down) (?:by )?{_BIT}", lambda m: f"{m[1]} slightly {_OF_WAY[m[2]]}"),
    (rf"\b{_DIAL} (up|down) ((?:the |my )?(?!camera|cam|shot)\w+) (?:by )?{_BIT}", lambda m: f"{m[2]} slightly {_OF_WAY[m[1]]}"),
    (r"\b(?:by )?(?:a|one) notch\b", "a bit"),
    (rf"\b(?:calm|quiet|settle|slow)(?:ing)? (it|them|everything|the \w+)(?: all)? down {_BIT}", r"\1 slightly slower"),
    (rf"\b{_DIAL} (?:way |right )?up (?=the|my|its)", "strongly "),
    (rf"\b{_DIAL} (?:way |right )?down (?=the|my|its)", "gently "),
    (rf"\b{_DIAL} ((?:the |my )?(?!camera|cam|shot|up\b|down\b)\w+) (?:way |right )?up\b", r"strongly \1"),
    (rf"\b{_DIAL} ((?:the |my )?(?!camera|cam|shot|up\b|down\b)\w+) (?:way |right )?down\b", r"gently \1"),
    (r"\bwind(?:ing)? (it|everything|the (?:motion|movement|animation)) down\b", r"gently \1"),
    (r"\b(?:die|dies|dying|settle|settles|settling|eases?|easing) (?:down|off)\b", "gently"),
    (r"\bslow(?:ing)? (it|them|everything|the \w+) down (?:a lot|much|very much|way more)\b", r"\1 very slowly"),
    (r"\b((?:more|less) (?:motion|movement|activity|action|animation) (?:in|on|of) [^,.;!]*?) than (?:in|on|of)\b", r"\1, movement in"),
    (r"(?<=\d) %", "%"),
    (r"\b(\d+)% (?:of )?(?:the )?(\w+)(?=\s*(?:[,.;!]|$|and\b))", lambda m: f"{m[2]} x{float(m[1]) / 100:g}" if _is_kind(m[2]) else m[0]),
    (r"\b(?:a |one )?(quarter|third|half) (?:of )?(?=(?:the|its|their) (?:wind|breeze|motion|movement|speed|strength|amount)\b)",
     lambda m: {"quarter": "x0.25 ", "third": "x0.33 ", "half": "x0.5 "}[m[1]]),
    (r"(?<=[\w,:] )a hair(?= *(?:[,;.!]|$)|(?: of)? (?:movement|motion|wind|breeze|slower|faster|stronger|weaker|more|less|softer|calmer|gentler)\b)(?: of\b)?", "a bit"),
    (r"\bfast[ -]?forward(?:ed|ing)?\b", "timelapse"),
    (r"\b(?:strength |amount |motion )?(\d+) ?% (?:for|on|in) (?:the |her |his |my )?(\w+)\b",
     lambda m: f"{m[2]} x{float(m[1]) / 100:g}" if _is_kind(m[2]) else m[0]),
    (r"\b(?:not|neither) (?:too |so |very |that )?(?:slow|weak|calm|little|gentle|soft)(?:ly)?(?:,| and| but| nor| or)+ (?:not )?(?:too |so |very |that )?(?:fast|strong|wild|much|quick|hard)(?:ly)?\b,?|"
     r"\b(?:not|neither) (?:too |so |very |that )?(?:fast|strong|wild|much|quick|hard)(?:ly)?(?:,| and| but| nor| or)+ (?:not )?(?:too |so |very |that )?(?:slow|weak|calm|little|gentle|soft)(?:ly)?\b,?", ""),
    (r",? ?\b(?:at|with|in) (?:a |an |the )?(?:steady|constant|even|uniform|regular|consistent) (?:pace|speed|rate|tempo)\b", ""),
    (r"\blittle by little\b|\bbit by bit\b", "slowly"),
    (r"\b(?:cut|reduce|slow|bring|chop)(?:ting|ing)? ((?:the |my )?(?!down\b)\w+(?: (?!down\b)\w+)?) (?:down )?(?:in|by|to) (?:half|two)\b", r"\1 x0.5"),
    (r"\bquarter (?=(?:the |of the )?(?:speed|pace|strength)\b)(?:(?:the |of the )?(?:speed|pace|strength))", "x0.25"),
    (r"\b(\w+):? (\d?\.\d+)(?=\s*(?:[,.;!]|$))", lambda m: f"{m[1]} x{float(m[2]):g}" if _is_kind(m[1]) else m[0]),
    (r"\b((?:don't|not|never|\w+n't)(?: \w+){0,3}) more than (?:a )?(?:tiny |little )?(?:little|bit|touch|hint|tad|slightly)\b", r"\1 too much"),
    (r"\ban? (\w+) or (?:two|three|so)\b", r"\1"),
    (r"\b(?:storm(?:y)?|hurricane|typhoon) (?=winds?\b)", "very strong "),
    (r"\bhyper ?lapse\b", "timelapse"),
    (r"\bteen[iy](?:e)?(?:[ -]?ween[iy]e?)?(?: tiny)?\b", "tiny"),
    (rf"\b({'|'.join(_TIMES)}) times\b(?= (?:as|faster|slower|stronger|weaker|the|more|less|its|their))", lambda m: f"{_TIMES[m[1]]} times"),
    (r"\b([a-z]+) (\d+) ?%(?=\s*(?:[,.;!]|$|and\b|\w+ \d+ ?%))", lambda m: f"{m[1]} x{float(m[2]) / 100:g}" if _is_kind(m[1]) else m[0]),
    (r"\b(\w+est) of (?:all )?(?=\w+s\b)", r"\1 "),
    (r"\b(?:(?:light|gentle|soft|moderate|fresh|strong|mild) )?((?:wind|breeze|gale|gust)s?)\b((?:(?![.;]).){0,30}?),?"
     rf" (?:(?:is|at|of|with|about|around|blows|blowing|it) )*{_SPEED}", _wind_of_speed),
    (rf"\b{_SPEED} ((?:wind|breeze|gale|gust)s?)\b", _wind_of_speed),
    (r"\b(breezy|windy|stormy|gusty) (?:summer |winter |autumn |spring )?(?:day|evening|morning|afternoon|night)\b", r"\1"),
    (r"\bat (?:its |the |a )?(?:normal|usual|regular|natural|real) (?:speed|pace|strength)\b", "x1"),
    (r"\b(?:turn|dial|bring|scale)(?:ing)? down (?=the|my|its)", "gently "),
    (r"\b(?:turn|dial|bring|scale)(?:ing)? ((?:the )?(?!camera|cam|shot)\w+) down\b", r"gently \1"),
    (r"\b(?:turn|dial|crank)(?:ing)? up (?=the|my|its)", "strongly "),
    (r"\b(?:turn|dial|crank)(?:ing)? ((?:the )?(?!camera|cam|shot)\w+) up\b", r"strongly \1"),
    (rf"\b(?:reduce|decrease|lower|slow(?: down)?|weaken|cut) ((?:\w+ ){{1,4}}?)by {_NUMBER} ?(?:%|percent)",
     lambda m: f"{m[1]}x{max(1 - float(m[2]) / 100, 0.05):.3g}"),
    (rf"\b(?:increase|raise|boost|speed up|strengthen) ((?:\w+ ){{1,4}}?)by {_NUMBER} ?(?:%|percent)",
     lambda m: f"{m[1]}x{1 + float(m[2]) / 100:.3g}"),
    (rf"\b(?:speed up|increase|boost) ((?:\w+ ){{1,4}}?)by a factor of {_NUMBER}", lambda m: f"{m[1]}x{m[2]}"),
    (r"\b(?:reduc|decreas|lessen|weaken|soften|minimi[sz])(?:e|es|ing|s)?\b(?! camera)|\blower(?:ing)? (?=the (?:speed|motion|movements?|amount|wind|intensity))", "gently "),
    (r"\b(?:increas|boost|amplif|strengthen|intensif)(?:e|es|ing|s|y|ies)?\b", "more"),
    (r"\bto (?:a|the) (?:bare )?minimum\b|\bas (?:possible|can be|(?:you|they|it|we) (?:can|could|gets?))\b", ""),
    (r"\bdouble (?=(?:the|my|its)\b(?! speed| pace))", "x2 "),
    (r"\bhalve (?=(?:the|my|its)\b(?! speed| pace| amount| strength))", "x0.5 "),
    (r"\b(?:don't|do not|never) (?:overdo|exaggerate|go (?:overboard|crazy|wild|too far)(?: (?:with|on))?)\b", "gently"),
    (rf"\b(?:(?:is|are|do|does|should|must|can|could|may|will) )?(?:not|n't) (?:quite |nearly |move |be |go )*as {_THAN_WORDS} as\b", "less than"),
    (rf"\b(?<!twice )(?<!half )(?<!x )(?<!times )(?:just |exactly |about )?as {_THAN_WORDS} as\b", "like than"),
    (r"\bslow(?:ing)? (it(?: all)?|them|this|everything|things|the \w+)(?: way)? down\b|\bslow(?:ing)? down (it|them|this|everything|things|the \w+)\b",
     lambda m: f"{m[1] or m[2]} slowly"),
    (r"\bspeed(?:ing)? (it|them|this|everything|things|the \w+) up\b|\bspeed(?:ing)? up (it|them|this|everything|things|the \w+)\b",
     lambda m: f"{m[1] or m[2]} fast"),
    (r"\bnot (?:too|so|very|that|overly) (?:much|fast|strong(?:ly)?|quick(?:ly)?|wild(?:ly)?|hard)\b",
     "gently"),
    (rf"\bless {_STRONG}\b", "gently"),
    (rf"\bless {_WEAK}\b", "strongly"),
    (rf"\bmore {_WEAK}\b", "gently"),
    (r"\b(?:almost|hardly|barely|nearly|next to) (?:no|any|zero) "
     r"(?=motion|movement|wind|animation)", "faint "),
    (rf"\bkeep (?:it|things|everything|(?:the |all )?(?:motion|movements?|animation))(?: all)?"
     rf" (?=(?:very |really |super |quite )*{_WEAK})", "motion "),
    (r"\bnothing (?:too \w+|distracting|flashy|obvious|jarring|sudden|cheesy|tacky|crazy|wild|fancy|dramatic|fast|big|major|extreme|much|over the top)\b",
     "gently"),
    (r"\bquite a (?:bit|lot|few)\b", "strongly"),
    (rf"\bnot (?:so|too|very|that) {_WEAK}\b", "strongly"),
    (r"\b(?:calm|quiet|settle|tone)(?:ing)? (?:(it|them|everything|the \w+) )?down\b",
     lambda m: f"{m[1] or ''} gently"),
    (r"\b(?:isn't|aren't|doesn't|don't|is not|are not|not) ((?:\w+ )?)enough\b", r"\1strongly"),
    (r"\b(?:a lot|lots|much|way|far) (?=(?:\w+er|less)\b)", "very "),
    (r"\b(very|really|so|too|more|much),? (?=\1\b)|\b(\w+ly), (?=\2\b)", ""),
    (r"\btwice (?=(?:the|my|its) (?:wind|breeze|motion|movement)\b)", "x2 "),
    (rf"\b{_NUMBER} ?(?:x|×|times)(?: as)? (?:slow\w*|weak\w*|gent\w+|less|calm\w*)\b",
     lambda m: f"x{1 / max(float(m[1]), 0.05):.3g}"),
    (rf"\b(?:by )?{_NUMBER} ?(?:%|percent) (?:slower|less|weaker|gentler|calmer)\b",
     lambda m: f"x{max(1 - float(m[1]) / 100, 0.05):.3g}"),
    (rf"\b(?:by )?{_NUMBER} ?(?:%|percent) (?:faster|more|stronger|quicker|wilder)\b",
     lambda m: f"x{1 + float(m[1]) / 100:.3g}"),
    (rf"\b{_NUMBER} ?(?:x|×|times)(?: as)? (?:{_STRONG}|\w+er|speed|more|much)\b",
     lambda m: f"x{float(m[1]):g}"),
    (rf"\b(?:at )?{_NUMBER} ?x\b", r"x\1"),
    (rf"\b(?:by |at )?{_NUMBER} ?(?:%|percent) (?:of )?(?:the |its |their )?(?:normal )?"
     r"(?:speed|pace|strength|motion|amount)\b", lambda m: f"x{float(m[1]) / 100:g}"),
    (rf"(?:\b(?:at|to)|[:=]) ?{_NUMBER} ?(?:%|percent)(?!\w)", lambda m: f" x{float(m[1]) / 100:g}"),
    (r"\b(?:at |by )?(?:half|1/2) (?:of )?(?:the |its |their )?(?:normal )?(?:speed|pace|strength|amount)\b"
     r"|\bhalf as (?:fast|quick(?:ly)?|strong(?:ly)?|much)\b|\btwice as (?:slow(?:ly)?|weak|gent\w+)\b",
     "x0.5"),
    (r"\b(?:double|twice|2x) (?:of )?(?:the |its |their )?(?:normal )?(?:speed|pace|strength|amount)\b"
     r"|\b(?:twice|2x|two times) as (?:fast|quick(?:ly)?|strong(?:ly)?|much)\b", "x2"),
    (r"(?:^|(?<=[,.;:] ))(bit|touch|hint|tad) of\b", r"a \1 of"),
    (r"\b(?:(?:a|just a) )?(?:little|tiny|wee) bit(?: of)?\b|\b(?:a|just a|a wee) (?:little|bit|touch|tad|smidge|smidgen|smidgin|pinch|fraction)\b(?! of)",
     "slightly"),
    (r"\b(?:a|just a|the) (?:tiny |mere |slight |little )?(?:little|bit|touch|hint|tad|smidge|smidgen|smidgin|pinch|dash|whisper|trace|sprinkle|suggestion|fraction|whiff) of\b", "slightly"),
    (r"\ba lot(?: of)?\b|\ba (?:ton|load|bunch|heap) of\b|\b(?:lots|tons|loads|heaps) of\b|\bvery much\b", "strongly"),
    (r"\b(?:almost|nearly|practically|virtually) invisibl[ey]\b|\b(?:almost|nearly|practically|virtually) (?=imperceptibl)", "imperceptible "),
    (r"\b(?:in |super )?slow? ?mo(?:tion)?\b", "slowly"),
    (r"\btime ?lapse\b", "timelapse"),
)  # fmt: skip
