"""Idioms of prompts become single words that the grammar knows."""

from __future__ import annotations

import re

from livingstill.settings.prompt.line import Line
from livingstill.settings.prompt.vocabulary import known, vocabulary
from livingstill.settings.prompt.words import WIND

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
    "dramatic(?:ally)?|choppy|heavy|heavily|hard|hectic|much|big|crazy|turbulent|stormy|"
    "aggressive(?:ly)?|frantic(?:ally)?|lively|energetic|vigorous(?:ly)?|powerful(?:ly)?|noticeable|visible|extreme|rapid(?:ly)?|pronounced)"
)
_PLAIN = "(?:simple|clean|natural|realistic|minimal|short|classy|nice|real|sweet|going)"
_WEAK = (
    "(?:slow(?:ly)?|weak(?:ly)?|gentle|gently|calm(?:ly)?|soft(?:ly)?|subtle|subtly|little|still)"
)
_THAN_WORDS = "(?:much|fast|quick(?:ly)?|slow(?:ly)?|strong(?:ly)?|wild(?:ly)?|gently|gentle|calm|rough|big|hard|heavy|heavily|far|high)"
_ARROWS = {"←": "left", "→": "right", "↑": "up", "↓": "down"}


_SPEED = r"(\d+(?:\.\d+)?) ?(m/s|mps|met(?:er|re)s? (?:per|a) second|km/h|kmh|kph|mph|miles? (?:per|an) hour|knots?)\b"
_MPS = {"k": 1 / 3.6, "mi": 0.447, "mph": 0.447, "knot": 0.514}
"""Metres per second of the other units, by how their names start."""
_PURPOSE = (
    "(?:email|mail|(?:real estate|property) (?:ad|ads|listing|video|site)|instagram|insta|facebook|fb|twitter|pinterest|linkedin|website|web ?page|homepage|home ?page|blog|landing page|"
    "social media|socials|presentation|powerpoint|slideshow|newsletter|wedding|birthday|party|anniversary|"
    "portfolio|shop|store|store front|ad|ads|advert|campaign|client|listing|airbnb|wallpaper|screensaver|"
    "lock ?screen|background|banner|header|hero|profile|grandma|grandpa|mom|mum|dad|wife|husband|friends?|family|work|school)"
)


_MOVES = r"\b(?:camera|cam|dolly|crane|tilt|pan|zoom|push|pull|orbit|ris|fly|glid|slid|truck|pedestal|arc)(?:s|e|es|ing|ning)?\b"


_FAULT = "(?:distort(?:ions?|ing)?|warp(?:ing|s)?|morph(?:ing|s)?|deform(?:ations?|ing)?|artifacts?|artefacts?|glitch(?:es|ing)?)"


_TIMES = {"two": 2, "three": 3, "four": 4, "five": 5, "ten": 10}


def _is_kind(word: str) -> bool:
    """Return whether a word names a kind of motion."""
    token = known(word, vocabulary())
    return token is not None and token.role == "kind"


def _wind_of_speed(found: re.Match[str]) -> str:
    """Return a wind of a speed as one so many times as strong as the default."""
    groups = [group or "" for group in found.groups()]
    speed, unit = (groups[0], groups[1]) if groups[0][:1].isdigit() else groups[2:]
    wind, between = (groups[2], "") if groups[0][:1].isdigit() else groups[:2]
    factor = next((f for start, f in _MPS.items() if unit.startswith(start)), 1.0)
    word = next((w for w in WIND if wind.startswith(w)), "wind")
    return f"x{float(speed) * factor / 3 / WIND[word]:.3g} {wind}{between}"


def _from_side(found: re.Match[str]) -> str:
    """Return the way that leads from a side, or the side where a thing follows: "the left door"."""
    side, word = found.groups()
    after = f" {word}" if word else ""
    token = known(word, vocabulary()) if word else None
    if word and (token is None or token.role in ("thing", "held", "kind")):
        return f"from {side}-side{after}"
    return f"{_OPPOSITE[side]}{after}"


def _glint(found: re.Match[str]) -> str:
    """Return a glint on the thing that is said to glint; what moves itself does so by its own verb."""
    token = known(found[2], vocabulary())
    light = found[2].removesuffix("s") in ("sun", "moon", "sunlight", "moonlight", "ray", "sunbeam")
    return f"glint on {found[1]}" if token and token.role == "thing" and not light else found[0]


def _lit(noun: str) -> str:
    """Return the noun of what light plays on as what shimmers, where that is a kind."""
    token = known(noun, vocabulary())
    return f"the {noun} shimmers" if token and token.role == "kind" else f"glint on the {noun}"


def _alive(found: re.Match[str]) -> str:
    """Return what comes alive as what moves: a kind by its name, any other thing as the picture."""
    token = known(found[1].split()[-1], vocabulary())
    thing = token is None or token.role in ("kind", "held", "thing")
    return f"move the {found[1]}" if thing and not _of_place(found[1]) else "make the picture move"


def _of_place(words: str) -> bool:
    """Return whether words name a place, of which all that is in it is meant."""
    return words.strip().rsplit(" ", 1)[-1].removesuffix("s") in _PLACES


_PLACES = frozenset(
    "garden yard backyard patio porch terrace balcony scene place room house home interior kitchen beach "
    "street city town village skyline landscape seascape park property photo picture image shot".split()
)
_WORDS = {
    "closeup": "close-up",
    "tofro": "to and fro",
    "livingroom": "living room",
    "tiltshift": "tilt-shift",
}

_REWRITES = (
    (r",? ?\bso (?:that )?(?:you|we|i|one|nobody|no one)(?: can't| cannot| can| don't| won't)? (?:see|notice|spot|tell)s? "
     r"(?:the |where |when |any )*(?:cut|seam|join|jump|loop|it (?:starts|loops|begins|ends|repeats))\b|"
     r"\b(?:without|with no|no) (?:a |any )?(?:visible |noticeable )?(?:cut|seam|jump cut)s?\b", " seamless"),
    # every move keeps its pace
    (r",? ?\b(?:at|with|in) (?:a |an |the )?(?:steady|constant|even|uniform|regular|consistent) (?:pace|speed|rate|tempo)\b", ""),
    (r"(?:^|, ?)(?:and |then )?(?:everything|all|the (?:motion|movement)) (?:stops|ends|settles|freezes)(?: down)? (?:at|by|towards|near) the (?:very )?end\b|"
     r"\b(?:and |then )?(?:stop|end|freeze|settle)(?: (?:everything|all|it|the (?:motion|movement)))? (?:at|by|towards|near) the (?:very )?end\b", ", then it stops"),
    (r"\breal (?=(?:slow|fast|quick|gentle|gently|subtle|subtly|soft|smooth|calm|strong|light|nice)(?:ly)?\b)", "very "),
    (r"^(?:hi|hello|hey|dear|good (?:morning|evening|afternoon))(?: (?!can\b|could\b|please\b|make\b)\w+)?(?=[,!])", ""),
    (r"^((?:(?:a|an|very|just|slow|slowly|gentle|gently|soft|subtle|light|slight) )*)(?:rock|sway|bob)(?:ing)?(?: (?:motion|movement))?"
     r"(?=\s*(?:[,.;!]|$|like\b))", r"\1camera sway"),
    (r",? ?\blike (?:(?:on|in|from|being on) )?an? (?:\w+ ){0,2}?(?:boat|ship|cradle|pendulum|swing|hammock|wave|feather)(?: (?:on|in|at) (?:the |a )?\w+)?"
     r"(?=\s*(?:[,.;!]|$))", ""),
    (r"(?:,| and)? ?\b(?:(?:which|that|is|are) )*(?:mirror|reflect)(?:s|ing) (?:the|its|a|all the) \w+(?: (?:sky|clouds?))?\b,?(?! of)", ""),
    (r"\b(?:keep|hold)(?:ing)? (it|(?:the|my) (?:\w+ )?\w+?)(?: all| perfectly| nice and| completely)? (?:flat|level|straight)\b", r"keep \1 still"),
    (r"\b(?:(?:scroll|thumb|show|eye|attention|jaw|breath|head)[ -](?:stopping|stopper|catching|catcher|grabbing|grabber|dropping|taking|turning)|attractive|engaging|trendy|viral|aesthetic|stunning|gorgeous)\b", ""),
    (r"\b(?:thanks|thank you|thx) (?:a (?:bunch|million|lot|ton)|so much|very much|in advance)\b", ""),
    (r"\b(?:i'd|i would|i) just love\b|\bjust (?:wondering|curious|thinking)(?: if| whether)?\b", ""),
    (r"\b(?:you know what|(?:(?:i|you|we) )?(?:honestly |really )?(?:(?:do not|don't|dunno) )?(?:really |even |exactly )*(?:know|care)(?: about)?"
     r"(?: (?:what|how|if|whether|where)(?: (?:i'm|i am|to do|it works|this works|to describe (?:it|this)|to say (?:it|this)))?)?)\b", ""),
    (r"\b(?:that |it |what )?(?:would|could) be (?:so |really |pretty |very )?(?:awesome|cool|nice|great|lovely|perfect|amazing|neat|rad|fun)\b(?:\s*[?:,]? if\b)?", ""),
    (r"\bcrash zoom|\bsnap zoom|\bquick punch in\b", "fast zoom"),
    (r"\bwhip (?=pan\b)", "fast "),
    (r"\b([lr]) ?(?:->|-|to) ?(?!\1)([lr])\b", lambda m: dict(l="left", r="right")[m[2]]),
    (r"\b(pan|panning|truck|slide|slides|sliding|track|tilt|dolly|drift|move|moves|moving|to|from|camera|going|goes|go) ([lr])(?: ?(?:->|>|to) ?([lr]))?\b(?!')",
     lambda m: f"{m[1]} {dict(l='left', r='right')[m[3] or m[2]]}"),
    (r"\ball (?:the |of the )?other (?:things|stuff|parts|elements|objects)\b|\b(?:the|all the) (?:other|rest of the) (?:things|stuff|parts|elements|objects)\b|\ball else\b", "everything else"),
    (r"\blittle by little\b|\bbit by bit\b", "slowly"),
    (r"\b(walk\w*|push\w*|doll(?:y|ies|ying)|track\w*|travel\w*|camera|cam|forward|ahead) down (?=(?:the |a |this )?(?:\w+ )?(?:corridor|hall|hallway|road|street|aisle|path|lane|alley|avenue|trail|river|canal|valley|beach|steps|stairs|tunnel)\b)",
     r"\1 along "),
    (r"\b((?:creep|walk|get|come|inch|sneak|doll|push|zoom|eas)(?:s|es|ing|y|ying|e|ies)?) up to (?=(?:the|a|my|her|his|our)\b)", r"\1 closer "),
    (r"^(?:this|that|it)(?:'s| one's| one is| is) (?:a bit |a little |kinda )?(?:tricky|hard|weird|odd|silly|simple|easy|tough)[^,.;:!?]*[,.;:!?] ?(?:but )?", ""),
    (r"\b(?:my|our) \w+ (?:would|'d) (?:really )?(?:love|like) (?:it|to see(?: it)?)(?: if)?\b", ""),
    (r",? ?\bor (?:whatever|something(?: like that| similar)?|so)\b|\bjust (?=something\b)", ""),
    (r"\botherwise (?=(?:still|static|frozen|no\b|nothing|calm|motionless))", "everything else "),
    (r"\b(keep|hold|leave)(?:ing)? ((?:(?!and\b)\w+ ){1,4}?)(?:(?:perfectly|completely|totally|all|always|nice and|fully) )*(?:readable|legible|sharp|crisp|intact|in focus|recogni[sz]able|undistorted|undeformed|rigid|solid|unaltered)\b", r"keep \2still"),
    (r"\b(stays?|remains?|staying|remaining|must be|should be) (?:(?:perfectly|completely|totally|all|always|fully) )*(?:readable|legible|sharp|crisp|intact|in focus|recogni[sz]able|undistorted|undeformed|rigid|solid|unaltered)\b", r"\1 still"),
    (r"(?<=[a-z]{2})/(?=\d)", " ; "),
    (r"\b(?:blanket|sea|ocean|carpet|sheet|wall|bank|layer|veil|curtain|ribbon|column|plume|cloud|wisp|trail|river|stream|wave|bed|swirl|puff|strand|string|row|tongue|pillar|canopy)s? of "
     r"(?=(?:\w+ )?(?:clouds?|fog|mist|smoke|steam|vapou?r|flowers?|blossoms?|grass|wheat|lights?|stars?|leaves|foliage|fire|flames?|hair|water|haze|dust)\b)", ""),
    (r"\bhere(?:'s| is) (?:the|my) (?:idea|thing|deal|plan|concept|brief|vision)\b", ""),
    (r"\bi(?:'ve| have)? (?:already )?tried (?:this|it|that)(?: (?:a few|a couple of|several|many|two|three|some))?(?: (?:times?|already|before))?(?: and| but)?\b", ""),
    (r"\b(?:it|last time it|the last one|the other tool|the ai) (?:(?:always|kept|keeps|still|just|only) )+(?:on )?(?:mov|animat|warp|morph|distort)\w+\b", "don't move"),
    (r",? ?\b(?:because |as |since |or |otherwise |so )*(?:he|she|it|they|that) (?:just )?(?:looks?|gets?|is|are) (?:so |a bit |really |kind of |too )*(?:creepy|weird|strange|odd|funny|silly|ugly|bad|fake|wrong|scary|unnatural)(?: otherwise| then)?\b", ""),
    (r"\b((?:wind|breeze|gust)s?(?: \w+){0,2}?) (?:play(?:s|ing)? (?:with|in)|toy(?:s|ing)? with|caress\w*|strok\w+|kiss\w+|brush\w*|teas\w+|tugg?\w* at|tousl\w+|ruffl\w+|"
     r"(?:sweep|run|rush|pass|mov|com|go)(?:s|es|ing|e)? through)\b", r"\1 blows"),
    (r"\b(move|moves|moving) (?:a|one|any|a single) (?:muscle|inch|pixel|millimet(?:er|re))\b", r"\1"),
    (r"\b(?:no|without|avoid|zero)(?: any| weird| strange)? (?:facial|(\w+)) (?:distortions?|warping|morphing|deformations?|deforming|artifacts?|artefacts?|glitch\w*)\b",
     lambda m: f"keep the {m[1] or 'face'} still"),
    (rf"\b(?:no|without|avoid|zero)(?: any| weird| strange)? {_FAULT} (?:of|in|on|to|for) (?=(?:the|my|her|his|their) )", "don't move "),
    (rf",? ?\b(?:(?:and )?(?:no|without|avoid|zero|nothing (?:should|must|may|shall|can))(?: any| weird| strange)? {_FAULT}(?: (?:or|and|,) {_FAULT})*)\b", ""),
    (r"\binto (?:something|anything)(?: (?:weird|strange|else|odd|creepy|ugly|other))?\b", ""),
    (r"\b(?:like|as) (?:in )?(?:a|the) (?:still )?(?:photo|photograph|still(?: image)?|freeze frame|statue)\b(?=\s*(?:[,.;!]|$))", "still"),
    (r"\b(?:at )?(?:a )?(?:low|high|wide|eye)[ -](?:angle|level|altitude|height)(?: shot)?\b", ""),
    (r"(?:^|(?<=[,.;] ))(?:(?:very|super|really|perfectly|nice and|and) )*(?:steady|stable|smooth),? (?=.*\b(?:zoom|pan|push|pull|dolly|tilt|orbit|truck|track)\w*\b)", ""),
    (r"\bliving (?:area|space)\b", "living room"),
    (r"\bfirst of all\b|\bas is\b(?=\s*(?:[,.;!]|$|but))|\b(?:i'm|i am) not (?:too |very |that )?(?:picky|fussy|demanding|an expert|good at this)\b|\bquick (?:one|question|request)\b", ""),
    (r"\bdo(?:es|ing)? (?:its|their|his|her) (?:own )?thing\b", "move"),
    (r"\beas(?:e|es|ing) into (?=an?\b)", ""),
    (r"\bclose[ -]up\b", "closeup"),
    (r"\b(?:like|as if|as though) (?:there(?:'s| is| was| were)|it(?:'s| is| was)?|near) an? (?:\w+ )?(?:window|door|fan|draft|draught)\b[^,.;!]*", ""),
    (r"\bbird'?s[ -]?eye(?: view| shot)?\b", "aerial shot"),
    (r"\bsteady (?=(?:\w+ )?(?:glide|slide|push|pull|pan|zoom|dolly|drift|float|track|truck|tilt|orbit)\b)", ""),
    (r"^(?:phone |desktop |mobile |live )*(?:wallpaper|screen ?saver|lock ?screen)(?=\s*[,:;.])", ""),
    (r"([a-z])\1{2,}", r"\1\1"),
    (r"\bple+a+se+\b|\bplee+se\b|\bplea+s\b", "please"),
    (r"(?<=[a-z])\+(?=[a-z])", " + "),
    (r"\b(?:i )?(?:don't|do not|wouldn't|would not) mind (?:if |having )?", ""),
    (r"\b(?:cut|reduce|slow|bring|chop)(?:ting|ing)? ((?:the |my )?\w+(?: \w+)?) (?:down )?(?:in|by|to) (?:half|two)\b", r"\1 x0.5"),
    (r"\bquarter (?=(?:the |of the )?(?:speed|pace|strength)\b)(?:(?:the |of the )?(?:speed|pace|strength))", "x0.25"),
    (r"\bfrom (?:up|above|top) (?:to |until )(?:down|below|bottom)\b", "down"),
    (r"\bfrom (?:down|below|bottom) (?:to |until )(?:up|above|top)\b", "up"),
    (r"\bexcept of\b", "except"),
    (r"\bscreen (?=left\b|right\b)", ""),
    (r"\bhot tub\b", "jacuzzi"),
    (r"\b(\w+) (0?\.\d+)(?=\s*(?:[,.;!]|$))", lambda m: f"{m[1]} x{float(m[2]):g}" if _is_kind(m[1]) else m[0]),
    (r"\b((?:don't|not|never|\w+n't)(?: \w+){0,3}) more than (?:a )?(?:tiny |little )?(?:little|bit|touch|hint|tad|slightly)\b", r"\1 too much"),
    (r"\bstill and still\b", "still"),
    (r"(?<!feel )(?<!feels )(?<!look )(?<!looks )\bas (?:if|though) (?:the |a )?(?:viewer|cameraman|camera ?man|photographer|operator|you|we|i|one)\b[^,.;!]*", ""),
    (r"\b(?:don't|do not|never|shouldn't|should not|mustn't|must not|won't|not)(?: want| let| have| make)?((?: \w+){0,4}?)(?: to| ever)? stop (\w+ing)\b", r"\1 \2"),
    (r"\b(?:sharp|crisp|clear|in focus) and (?=still\b|static\b|frozen\b|motionless\b)", ""),
    (r"\blive wallpaper\b", "live picture"),
    (r"\b(back|away|out) down (?=the )", r"\1 along "),
    (r" ?<-+ ?(?!left)", " left "),
    (r" ?-+> ?(?!left|right|up|down)", " right "),
    (r"\b(stay|stays|staying|keep|keeps|remain|remains) (?:totally |completely |perfectly |exactly |firmly )put\b", r"\1 still"),
    (r"\ban? (\w+) or (?:two|three|so)\b", r"\1"),
    (r"\b(?:whatever|any|some|whichever) camera (?:moves?|movements?|motion)(?: (?:that )?(?:you (?:think|like|want|prefer|find)|works?|fits?|suits?)(?: (?:fits?|works?|is)(?: best| good| nice| right)?)?)?", "camera moves"),
    (r"\b(?:storm(?:y)?|hurricane|typhoon) (?=winds?\b)", "very strong "),
    (r"\blateral(?:ly)? (?=[^,.;]*\b(?:left|right)\b)", "camera "),
    (r"\bon top(?! of)\b(?=\s*(?:[,.;!]|$|and\b))", ""),
    (r"(?<=[a-z]{3})/(?=[a-z]{3})", ", "),
    (r"\b100 ?% (?=still|static|frozen|motionless)", ""),
    (r"\bno nothing\b", ""),
    (r"\bno else\b", "nothing else"),
    (r"\bhyper ?lapse\b", "timelapse"),
    (r"\bteen[iy](?:e)?(?:[ -]?ween[iy]e?)?(?: tiny)?\b", "tiny"),
    (r"\b(?:autumn|winter|summer|spring|evening|night|morning|christmas|holiday|sunday|cosy|cozy) (?:mood|vibes?|feel(?:ing)?|atmosphere|ambience|ambiance)\b", ""),
    (rf"\b({'|'.join(_TIMES)}) times\b(?= (?:as|faster|slower|stronger|weaker|the|more|less|its|their))", lambda m: f"{_TIMES[m[1]]} times"),
    (r"\b([a-z]+) (\d+) ?%(?=\s*(?:[,.;!]|$|and\b))", lambda m: f"{m[1]} x{float(m[2]) / 100:g}" if _is_kind(m[1]) else m[0]),
    (r"\b(\w+est) of (?:all )?(?=\w+s\b)", r"\1 "),
    (r"\bmy \w+ (?:really )?(?:wants?|asked for|asks for|needs?|requested)\b(?: me)?", "i want"),
    (r"^(?:so )?(?:i|we) (?:took|shot|made|snapped|captured) (?:this|it)\b[^,.;:!]*[,.;:!]", ""),
    (r"\b(?:i'm |i am )?not sure (?:if|whether|how) (?:this|it|that) (?:works?|is possible|can be done|will work)\b(?: but)?", ""),
    (r"\bliving portrait\b", "living photo"),
    (r",? ?\b(?:in|through) the air\b|\bin mid ?-?air\b", ""),
    (r"\b(stays?|remains?|stands?|keep|leave) (?:exactly |right |just )?where (?:they|it|he|she|we) (?:are|is)\b", r"\1 still"),
    (r"\b(?:lef|letf|lfet)\b", "left"),
    (r"\b(?:righ|rigt|rihgt|rigth)\b", "right"),
    (r"(?<=the )sink\b|(?<=kitchen )sink\b", "washbasin"),
    (r"\breal(?: life)?\b(?! estate)|\breal estate (?=reels?\b|stor)", ""),
    (r"\breveal(?= (?:going |moving )?(?:from )?(?:the )?(?:left|right|top|bottom|up|down|below|above)\b)", "camera reveal"),
    (r"\bwith (?=(?:the |a |your |my )?(?:camera|cam|shot) (?:be(?:ing)? )?(?:\w+ed|\w+ing|still|static|steady|stationary)\b)", ", "),
    (r"\b(?:(?:light|gentle|soft|moderate|fresh|strong|mild) )?((?:wind|breeze|gale|gust)s?)\b((?:(?![.;]).){0,30}?),?"
     rf" (?:(?:is|at|of|with|about|around|blows|blowing|it) )*{_SPEED}", _wind_of_speed),
    (rf"\b{_SPEED} ((?:wind|breeze|gale|gust)s?)\b", _wind_of_speed),
    (r",? ?\b(?:(?:it's|this is|it is|use it|i need it|needed|meant) )?for (?:(?:my|our|the|an?|her|his|their|some|\w+'s) )*"
     rf"{_PURPOSE}(?: (?:post|feed|page|profile|banner|header|hero|section|slider|cover|intro|background|video|status|slideshow|invitation|card|party))?"
     r"(?! ?(?:reels?|stor))(?=\s*(?:[,.:;!?]|$|and\b))", ""),
    (r",? ?\b(?:(?:just|a bit|kind of|sort of|almost|feels?|looks?) )*(?:like|as if|as though) "
     r"(?:someone|somebody|a person)\b[^,.;!]*", ""),
    (r"(?<!camera )\b(?:(?:to|and|which|that) (?:reveal|unveil|showcase)s?|(?:revealing|unveiling|showcasing|unveils?|showcases?|reveals))\b", "on"),
    (r"(?<!camera )\breveal\b", lambda m: "on" if re.search(_MOVES, m.string) else m[0]),
    (r"\b(?:static|still|frozen|motionless|fixed|unmoving|steady) (?:back ?ground|bg)\b|"
     r"\b(?:keep|hold|leave|freeze)(?:ing)? (?:the |my |its )?(?:whole |entire )?(?:back ?ground|bg)(?: completely| totally)?"
     r"(?: (?:still|static|frozen|fixed|motionless|steady|as (?:it )?is))?(?=\s*(?:[,.;!]|$|and\b|but\b|while\b))|"
     r"(?<!in )(?<!in the )\b(?:the )?(?:whole |entire )?(?:back ?ground|bg) (?:(?:stays?|remains?|is|be|being|should|must|to|can|completely|totally) )*"
     r"(?:still|static|frozen|fixed|motionless|steady)\b|"
     r"\b(?:don't|do not|never) (?:move|animate) (?:the )?(?:back ?ground|bg)\b|"
     r"\b(?:the )?(?:back ?ground|bg) (?:does not|doesn't|should not|shouldn't|must not|mustn't|don't|not|won't) (?:move|moving|be animated)\b|"
     r"\bno (?:back ?ground|bg) (?:motion|movements?|animation)\b", "everything else still"),
    (r"\b(?:make|get|let|have) (?:the |my |this |our |that |an? )*(\w+(?: \w+)?) (?:feel|look|seem|become|be) "
     r"(?:(?:more|a bit|a little|really|so|very|slightly|like it's) )*(?:alive|living|live|lively)\b", _alive),
    (r"\bno (?:motion|movements?|animation)(?: at all)? (?:in|inside|within|anywhere in) (?:the |this |my )?"
     r"(?:(?:whole |entire )?(?:room|house|kitchen|interior|bedroom|bathroom|living room|hall|scene|picture|photo|image|rest)s?)\b",
     "nothing moves"),
    (r"\b(breezy|windy|stormy|gusty) (?:summer |winter |autumn |spring )?(?:day|evening|morning|afternoon|night)\b", r"\1"),
    (r"\bease in(?:[ ,/-]+(?:and )?(?:ease )?out)\b|\b(?:with )?(?:smooth |soft )?easing(?! (?:in|out)\b)\b", ""),
    (r"(?:^|(?<=[.;!] ))just (?=(?:give|do|let me)\b)", ""),
    (r"\b(?:and )?(?:that's|thats|that is) (?:all|it|everything)(?: i (?:want|need))?\b", ""),
    (r"(?:\b(?:is|are|to be|be) )?\bthe only (?:moving|animated) (?:things?|parts?|elements?|objects?)\b(?! (?:is|are|should|shall)\b)", "moves, nothing else moves"),
    (r"(?<!candle )\b(?:the )?(?:moon|sun|star|lamp)?(?:light|shine|beam)s? (?:glitters?|shimmers?|sparkles?|dances?|dancing|glistens?|glints?|gleams?|"
     r"(?:glitter|shimmer|sparkl|glisten|glint|gleam)ing) (?:on|off|across|over|upon) (?:the )?(\w+)", lambda m: _lit(m[1])),
    (r"\b((?:(?:very|soft|softly|gently?|slow|slowly|subtly|subtle) )*)(?:shimmer|glitter|sparkl|glisten|glint|gleam|danc)ing (?:(?:of )?(?:the )?)(?:moon|sun|star)(?: ?light| ?beams?| ?rays?|shine)"
     r" (?:on|off|across|over|upon) (?:the )?(\w+)", lambda m: f"{m[1]}{_lit(m[2])}"),
    (r"\bvertical(?:ly)? (?=(?:pan|tilt)\w*\b)", ""),
    (r"\brock solid\b", "still"),
    (r"\b(smoke) (?:ring|bomb|grenade|flare|machine|trail|plume|cloud)s?\b", r"\1"),
    (r"\btree tops?\b", "treetops"),
    (r"\bblown\b", "blowing"),
    (r"\bat (?:its |the |a )?(?:normal|usual|regular|natural|real) (?:speed|pace|strength)\b", "x1"),
    (r"(?:^|(?<=[,.;!] ))([^,.;!]+?) (?:is|are) (?:strictly |absolutely )?(?:forbidden|prohibited|not allowed|off limits|unwanted)\b", r"no \1"),
    (r"\b(?:as|for) (?:an? |my |the )?(?:phone |desktop |mobile )?(?:wallpaper|screen ?saver|lock ?screen)"
     r"(?: (?:for|on|of) my (?:phone|desktop|laptop|pc|computer|tv))?(?=\s*(?:[,.:;!?]|$|and\b))", ""),
    (r"\b(?:windless|wind ?still)\b(?: (?:day|evening|morning|afternoon|night))?|\bwind free\b", "no wind"),
    (r"\b(camera )?(pull|go|fly|move)(?:s|ing|es)? (?:up and away|away and up|up and back|back and up)\b", r"\1 pulls out"),
    (r"\bmilky way\b|\bneon (?:signs?|lights?|lamps?|tubes?)\b|\bgalaxy\b", lambda m: "lights" if "neon" in m[0] else "stars"),
    (r"\banimate (?:my |the |this |our )(?:\w+ ){1,2}(?:photo|picture|pic|image|shot)\b", "animate"),
    (r"\b(?:(?:real|short|little|small|quick|commercial) )+(?:estate )?(clip|video|loop|animation)\b", r"\1"),
    (r"\bparallax 3d\b|\b3d parallax\b", "parallax"),
    (r"\b(?:camera )?shake (?:like )?hand ?held\b|\bhand ?held (?:camera )?shak(?:e|ing)\b", "handheld"),
    (r"\btilt[ -]shift\b", "tiltshift"),
    (r"\b360(?: ?(?:°|degrees?|deg))?(?= )", ""),
    (r"(?:^|(?<=[,;.] )|(?<=and ))((?:the |a |her |his |my )?(?:\w+ )?(\w+)) (?:glints?|glistens?|gleams?|sparkles?|glitters?)(?=\s*(?:[,.;!]|$|and\b|in\b))", _glint),
    (r"\bdown ?hill\b", "down"),
    (r"\bup ?hill\b", "up"),
    (r"\bbecause\b(?! of)", "as"),
    (r"\bbecause of\b", "in"),
    (r"\bthe whole thing\b", "everything"),
    (r"\b(?:i'm |i am |am )?not (?:really |quite |so )?sure(?: (?:if|whether))?\b|\b(?:please|pls|plz|thanks|thank you|thx|cheers)\b", ""),
    (r"\b(?:no|not) more than (?=an? |the |slight|little|just)", ""),
    (r"\bat all\b(?! possible| times)", ""),
    (r"\blet (the \w+|it|them|him|her) be\b(?=\s*(?:[,.;!]|$|and|but))", r"\1 still"),
    (r"\b(?:set |put |turn )?(?:the )?(\w+)(?: speed| strength| motion)? (?:to|at|=) (?:zero|0|none|nil)\b(?!\.\d)", r"no \1"),
    (r"([←→↑↓])(?!\s*(?:left|right|up|down))", lambda m: f" {_ARROWS[m[1]]} "),
    (r"[’‘`]", "'"),
    (r"(?<=[a-z0-9])-(?=[a-z])(?!(?<!drone-)like\b)", " "),
    (r"\b(?:not|don't|do not|isn't|doesn't|shouldn't|nothing) (?:only|just|merely|simply|solely)\b", ""),
    (r"\b(?:(?:must|should|do|does|may|can) )?(?:not|n't|never|don't|doesn't|shouldn't|mustn't) (?:go|goes|burn|blow) out\b", ""),
    (r"\bas (?:if|though)\b", "as"),
    (r"\b((?:don't|not|never|\w+n't)\b(?: \w+){0,6}) be the only (?:thing|part|element|object)s?\b(?: \w+)?", r"\1 be sole"),
    (r"(?:\b(?:is|are|to be|be) )?\bthe only (?:thing|part|element|object|one)s? (?:that |which |who )?(?:(?:is|are) )?"
     r"(?:allowed to )?(?:mov\w+|animated)(?! is\b| are\b| should be\b)", "moves, nothing else moves"),
    (r"\b(?:turn|dial|bring|scale)(?:ing)? down (?=the|my|its)|\b(?:turn|dial|bring|scale)(?:ing)? (?=(?:the )?(?!camera|cam|shot)\w+ down\b)", "gently "),
    (r"\b(?:turn|dial|crank)(?:ing)? up (?=the|my|its)", "strongly "),
    (r"\b(?:keep|prevent|stop|hold|block)(?:s|ing)? ((?:\w+ ){1,5}?)from (?:\w+ing)\b", r"don't move \1"),
    (r"\brather than\b", ", no"),
    (r"\bprefer ((?:\w+ ){1,6}?)(?:over|to) (?=(?:an?|the|any)\b)", r"prefer \1, no "),
    (r"\bno longer\b(?! than)", "not"),
    (r"\b(?:any ?more|any longer)\b", ""),
    (r"\b(?:limit|restrict|confine)(?:ed)? (?:all |the |any )?(?:motion|movements?|animation) to\b", "only"),
    (r"\b(?:exactly |just )?(?:as|like) (?:it is )?(?:in|on) the (?:photo|picture|original|image)\b", "still"),
    (r"\b(?:let |have |make )?(the \w+) alone (?=mov\w+|sway\w*|should|shall|must|may|can|drift\w*|flow\w*)", r"only \1 "),
    (rf"\b(?:reduce|decrease|lower|slow(?: down)?|weaken|cut) ((?:\w+ ){{1,4}}?)by {_NUMBER} ?(?:%|percent)",
     lambda m: f"{m[1]}x{max(1 - float(m[2]) / 100, 0.05):.3g}"),
    (rf"\b(?:increase|raise|boost|speed up|strengthen) ((?:\w+ ){{1,4}}?)by {_NUMBER} ?(?:%|percent)",
     lambda m: f"{m[1]}x{1 + float(m[2]) / 100:.3g}"),
    (r"\b(?:reduce|decrease|lower|slow(?: down)?|cut) ((?:\w+ ){1,4}?)by half\b", r"\1x0.5"),
    (rf"\b(?:speed up|increase|boost) ((?:\w+ ){{1,4}}?)by a factor of {_NUMBER}", lambda m: f"{m[1]}x{m[2]}"),
    (r"\b(?:reduc|decreas|lessen|weaken|soften|minimi[sz])(?:e|es|ing|s)?\b(?! camera)|\blower(?:ing)? (?=the (?:speed|motion|movements?|amount|wind|intensity))", "gently "),
    (r"\b(?:increas|boost|amplif|strengthen|intensif)(?:e|es|ing|s|y|ies)?\b", "more"),
    (r"\bto (?:a|the) (?:bare )?minimum\b|\bas possible\b", ""),
    (r"\bdouble (?=(?:the|my|its)\b(?! speed| pace))", "x2 "),
    (r"\bhalve (?=(?:the|my|its)\b(?! speed| pace| amount| strength))", "x0.5 "),
    (r"\b(?:don't|do not|never) forget (?:about |to (?:move |animate )?)?", ""),
    (r"\b(?:don't|do not|never) (?:overdo|exaggerate|go (?:overboard|crazy|wild|too far)(?: (?:with|on))?)\b", "gently"),
    (rf"\b(?:(?:is|are|do|does|should|must|can|could|may|will) )?(?:not|n't) (?:quite |nearly |move |be |go )*as {_THAN_WORDS} as\b", "less than"),
    (rf"\b(?<!twice )(?<!half )(?<!x )(?<!times )(?:just |exactly |about )?as {_THAN_WORDS} as\b", "like than"),
    (r"\b(?:nothing|no(?: other| more)?(?: (?:motion|movements?|animation|moving|thing|things?|action))?)"
     r" (?:(?:should|may|must|can|is|are|to) )?(?:(?:move|moves|moving) )?(?:other than|than|besides|beside|apart from|aside from)\b",
     "nothing moves except"),
    (r"\b(everything|all|anything)((?: \w+){0,3}) but (?=(?:the|my|his|her|a|our|their)\b)", r"\1\2 except "),
    (r"\b(?:(?:i|he|she|we|they|my \w+) )?(?:really )?(?:hates?|dislikes?|can't stand|don't like|doesn't like)(?: it)? (?:when |that |if )?", "no "),
    (r"\b(?:it would|it'd|would) be (?:so |really |very )?(?:cool|nice|great|lovely|good|awesome|perfect|amazing) if\b"
     r"|\bi(?:'d| would) (?:love|like|prefer) it if\b", ""),
    (r"\b(?:until|till|to|through) the (?:very )?end\b|\b(?:all|the whole|the entire) (?:the )?time\b", ""),
    (r"\bif (?:you (?:can|want|like|wish|please|will)|possible|it's possible|that's possible|at all possible)\b", ""),
    (r"\b(?:as (?:it|they) (?:now )?(?:is|are|was|were)|the way (?:it|they) (?:is|are)|like (?:it|they) (?:is|are))\b", "still"),
    (r"\b(?:remove|delete|kill|cut|lose|ditch|avoid|eliminate|forget|skip|omit|ignore)(?: all| any| out)?(?: of)?(?: the| that| this)?"
     r" (?=(?:\w+ )?(?:camera|cam|motion|movements?|wind|zoom\w*|pan|panning|shak\w+|parallax|animation)\b)", "no "),
    (r"\b(?:almost|nearly|practically|virtually) (still|motionless|static|frozen)\b", "moves imperceptibly"),
    (r"\bslow(?:ing)? (it(?: all)?|them|this|everything|things|the \w+)(?: way)? down\b|\bslow(?:ing)? down (it|them|this|everything|things|the \w+)\b",
     lambda m: f"{m[1] or m[2]} slowly"),
    (r"\bspeed(?:ing)? (it|them|this|everything|things|the \w+) up\b|\bspeed(?:ing)? up (it|them|this|everything|things|the \w+)\b",
     lambda m: f"{m[1] or m[2]} fast"),
    (r"\bstabili[sz]e (?:the |my )?(?:shot|camera|video|footage|frame|image|picture)\b", "camera still"),
    (r"\b(?:from )?side to side\b|\bleft and right\b|\bside ?ways\b", "sideways"),
    (r"\bto and fro\b|\bback and forth\b|\bup and down\b|\bin and out\b", "tofro"),
    (r"\bpick(?:s|ing)? up\b", "blows"),
    (r"\bdo (?:not|n't)\b|\bdont\b", "don't"),
    (r"\bnot (?:too|so|very|that|overly) (?:much|fast|strong(?:ly)?|quick(?:ly)?|wild(?:ly)?|hard)\b",
     "gently"),
    (rf"\bless {_STRONG}\b", "gently"),
    (rf"\bless {_WEAK}\b", "strongly"),
    (rf"\bmore {_WEAK}\b", "gently"),
    (r"\b(?:turn|make|convert) (?:this|the|my|it|that)(?: (?:photo|picture|image|shot|still))?"
     r" into (?:an? )?(?=\w+)(?:loop\w* |moving |living |animated )*"
     r"(?:cinemagraph|video|clip|(gif)|photo|picture|animation)\b", lambda m: "make gif" if m[1] else "make"),
    (r"\b(?:turn|switch) off (?=(?:the |my |all )*(?:camera|motion|movements?|wind|breeze|animation|effects?|zoom\w*|pan\w*|parallax|loop\w*)\b)", "no "),
    (r"\b(?:turn|switch) off\b", "extinguish"),
    (r"\bget(?:ting)? rid of\b", "remove"),
    (r"\b(?:almost|hardly|barely|nearly|next to) (?:no|any|zero) "
     r"(?=motion|movement|wind|animation)", "faint "),
    (rf"\bkeep (?:it|things|everything)(?: all)? {_PLAIN}\b", ""),
    (rf"\bkeep (?:it|things|everything|(?:the |all )?(?:motion|movements?|animation))(?: all)?"
     rf" (?=(?:very |really |super |quite )*{_WEAK})", "motion "),
    (r"\bdo(?:es|ing)? nothing (?:to|with|about|for)\b", "don't move"),
    (r"\bnothing (?:too \w+|distracting|flashy|obvious|jarring|sudden|cheesy|tacky|crazy|wild|fancy|dramatic|fast|big|major|extreme|much|over the top)\b",
     "gently"),
    (r"\b(?:northern|polar) lights\b|\baurora borealis\b", "aurora"),
    (r"\bstop motion (?=style|look|effect|feel|animation|video)", "stopmotion "),
    (r"\ball (?=over|across|around|along|through)\b", ""),
    (r"\bunlike\b", ", no"),
    (r"\bwhy (?:not|don't (?:you|we))\b", ""),
    (r"\bliving room\b", "livingroom"),
    (r"\bquite a (?:bit|lot|few)\b", "strongly"),
    (r"\b(?:less|too|not so|not) shak\w+\b", "camera steady"),
    (r"\b(no|without|avoid|zero)(?: any| all)?(?: (?:camera|cam|hand held|handheld))? (?:shak|wobbl|jitter|jerk|judder|jolt|vibrat)\w*(?: (?:movement|motion|camera)s?)?\b", r"\1 handheld"),
    (r"\bin (?:front|back) of\b", "behind"),
    (rf"\bnot (?:so|too|very|that) {_WEAK}\b", "strongly"),
    (r"\b(?:calm|quiet|settle|tone)(?:ing)? (?:(it|them|everything|the \w+) )?down\b",
     lambda m: f"{m[1] or ''} gently"),
    (r"\bwhat (?:stays|stays still|does not move|doesn't move)\b\s*\?*", "still"),
    (r"\b(\w+) ?\?+ (?:no|nope)\b", r"no \1"),
    (r"\b(?:stand|stands|sit|sits|lie|lies|hold|holds|hang|hangs|hanging) still\b", "stay still"),
    (r"\b(?:isn't|aren't|doesn't|don't|is not|are not|not) ((?:\w+ )?)enough\b", r"\1strongly"),
    (r"\b(?:a lot|lots|much|way|far) (?=(?:\w+er|less)\b)", "very "),
    (r"\binstead of\b", ", no"),
    (r"\b(lights?|lamps?|candles?) off\b", r"\1 extinguish"),
    (r"\b(?!lock|\w+ing\b)(\w+)\s*[:=]?\s*(?:none|off|zero|nil)\b(?=\s*(?:[,.;!]|$))", r"no \1"),
    (r"\b(?:shallow |deep )?depth of field\b", "depth-of-field"),
    (r"\b(?:nobody|no one)\b", "no people"),
    (r"\b(?:everyone|everybody|anyone|anybody|someone|somebody)\b", "people"),
    (r"\bnothing (?:in|on|of) the (\w+) (?=(?:moves?|moving|should|may|must|can|is)\b)", r"no \1 "),
    (r"\b(?:come|comes|coming|turn|turns|switch|switches|go|goes) on\b", "switch-on"),
    (r"\bup close\b", ""),
    (r"\b(?:put|puts|burn|burns|blow|blows|snuff) out\b", "extinguish"),
    (r"\b(fires?|candles?|flames?|lights?|lamps?|torch)((?: \w+){0,2}) (?:go|goes|going) out\b",
     r"\1\2 extinguish"),
    (r"\b\w+ (?:covered|capped|filled|lined|dusted|topped|kissed|soaked|drenched|lit|shaped)"
     r" (?=[a-z])", ""),
    (r"\b(?:catch|catches|catching|caught(?: up)?(?: by| in)?) (?=(?:\w+ ){0,2}(?:wind|breeze)\b)", "in "),
    (r"\b(stay|stays|staying|keep|keeps|remain|remains) put\b", r"\1 still"),
    (r"\bwith (?:the |your |my )?camera\b", "camera"),
    (r"\b(left|right|up|down)(?:wards?)?,? (?:and )?not (?:to the )?(?:left|right|up|down)(?:wards?)?\b", r"\1"),
    (r"\bfrom (?:the )?(?:behind|front|back|side|rear)\b(?! (?!of|and|to)\w)", "from-behind"),
    (rf"\bfrom {_CORNER}", lambda m: f"{_OPPOSITE[_ENDS[m[1]]]} {_OPPOSITE[m[2]]}"),
    (rf"\b(?:to|toward|towards|into) {_CORNER}", lambda m: f"{_ENDS[m[1]]} {m[2]}"),
    (rf"\b(?:on|at|in) (?:the |its |my |your )?(?:very |far )?{_CORNER}|"
     r"\b(?:on|at|in) (?:the |its |my |your )?(?:very |far )?(left|right|top|bottom)"
     r"(?: hand)?(?: (?:side|half|part|corner|edge|third))?(?: of the (?:frame|picture|photo|image))?\b",
     lambda m: "-".join([part for part in m.groups() if part] + ["side"])),
    (r"(?<!to )(?<!to the )(?<!from )(?<!from the )(?<!toward )(?<!toward the )"
     r"\b(?:the )?(left|right|top|bottom|upper|lower) (?:hand )?"
     r"(?:side|half|part|corner|edge|third|portion)\b", r"\1-side"),
    (r"\b(very|really|so|too|more|much),? (?=\1\b)|\b(\w+ly), (?=\2\b)", ""),
    (r"\btwice (?=(?:the|my|its) (?:wind|breeze|motion|movement)\b)", "x2 "),
    (r"\bhalf (?=(?:the|my|its) (?:wind|breeze|motion|movement)\b)", "x0.5 "),
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
    (r"\b(?:motion|movements?|animation|effects?|style|scene|subject|prompt|duration|length|format|"
     r"aspect(?: ratio)?)\s*[:=]", " , "),
    (r"\b(?:(?:a|just a) )?(?:little|tiny|wee) bit(?: of)?\b|\b(?:a|just a|a wee|the) (?:little|bit|touch|tad|smidge|smidgen|smidgin|pinch|fraction)\b(?! of)",
     "slightly"),
    (r"\b(?:a|just a|the) (?:tiny |mere |slight |little )?(?:little|bit|touch|hint|tad|smidge|smidgen|smidgin|pinch|dash|whisper|trace|sprinkle|suggestion|fraction|whiff) of\b", "slightly"),
    (r"\ba lot(?: of)?\b|\blots of\b|\bvery much\b", "strongly"),
    (r"\b(?:in |super )?slow ?mo(?:tion)?\b", "slowly"),
    (r"\btime ?lapse\b", "timelapse"),
    (r"\b(?:come|comes|coming|bring|brings|bringing|brought) ((?:\w+ ){0,4}?)(?:alive|to life)\b",
     lambda m: "make the picture move" if _of_place(m[1]) else f"{m[1]}alive"),
    (r"\banti ?clockwise\b|\bcounter ?clockwise\b", "anticlockwise"),
    (r"\b(?:besides|save for|minus|sans|with the exception of|not counting|not including|leaving out)\b", "except"),
    (r"\b(?:other than|apart from|except for|excluding|aside from|but for|everything but|anything but|anything except|"
     r"all but|nothing but)\b", lambda m: m[0].split()[0] + " except"
     if m[0].split()[0] in ("everything", "anything", "all", "nothing") else "except"),
    (rf"\b(?:from )?{_SIDE} to {_SIDE}", lambda m: _ENDS.get(m[2], m[2])),
    (rf"\bfrom {_SIDE}\b(?: (\w+))?", _from_side),
    (r"\b(left|right|up|down)wards?\b", r"\1"),
    (r"\b(forward|toward|backward|onward)s\b", r"\1"),
)  # fmt: skip


def normalised(prompt: str) -> Line:
    """Return the prompt in lower case, with idioms as single words."""
    line = Line.typed(" ".join(prompt.lower().replace("\n", " ; ").split()))
    for pattern, new in _REWRITES:
        line = line.sub(pattern, new)
    return line


def spoken(text: str) -> str:
    """Return a text with the idioms that are single words as they are spoken.

    >>> spoken("tofro in the livingroom")
    'to and fro in the living room'
    """
    return re.sub(rf"\b(?:{'|'.join(_WORDS)})\b", lambda m: _WORDS[m[0]], text)
