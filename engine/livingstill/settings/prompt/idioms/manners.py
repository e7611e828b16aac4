"""Courtesies, purposes and other talk in which nothing is asked for."""

from __future__ import annotations

from livingstill.settings.prompt.line import Rewrite

_PLAIN = "(?:simple|clean|natural|realistic|minimal|short|classy|nice|real|sweet|going)"

_PURPOSE = (
    "(?:email|mail|(?:real estate|property) (?:ad|ads|listing|video|site)|instagram|insta|facebook|fb|twitter|pinterest|linkedin|website|web ?page|homepage|home ?page|blog|landing page|"
    "social media|socials|presentation|powerpoint|slideshow|newsletter|wedding|birthday|party|anniversary|"
    "portfolio|shop|store|store front|ad|ads|advert|campaign|client|listing|airbnb|wallpaper|screensaver|"
    "lock ?screen|background|banner|header|hero|profile|grandma|grandpa|mom|mum|dad|wife|husband|friends?|family|work|school)"
)

REWRITES: tuple[Rewrite, ...] = (
    (r"\b(?:summer|winter|spring|autumn)(?:'s)? (?=(?:evening|morning|afternoon|breeze|wind|sky|light)\b)", ""),
    (r"\bwouldn't it be (?:so |really )?(?:nice|cool|great|lovely|good|fun)\b(?: if\b)?", ""),
    (r"\b(?:as well|likewise|ditto)\b(?! as)", "too"),
    (r"\breal (?=(?:slow|fast|quick|gentle|gently|subtle|subtly|soft|smooth|calm|strong|light|nice)(?:ly)?\b)", "very "),
    (r"^(?:hi|hello|hey|dear|good (?:morning|evening|afternoon))(?: (?!can\b|could\b|please\b|make\b)\w+)?(?=[,!])", ""),
    (r"\b(?:(?:scroll|thumb|show|eye|attention|jaw|breath|head)[ -](?:stopping|stopper|catching|catcher|grabbing|grabber|dropping|taking|turning)|attractive|engaging|trendy|viral|aesthetic|stunning|gorgeous)\b", ""),
    (r"\b(?:thanks|thank you|thx) (?:a (?:bunch|million|lot|ton)|so much|very much|in advance)\b", ""),
    (r"\b(?:i )?(?:don't|dont|do not) care (?:about|for) (?=the |my )", "no "),
    (r"\b(?:you know what|(?:(?:i|you|we) )?(?:honestly |really )?(?:(?:do not|don't|dunno) )?(?:really |even |exactly )*(?:know|care)(?: about)?"
     r"(?: (?:what|how|if|whether|where)(?: (?:i'm|i am|to do|it works|this works|to describe (?:it|this)|to say (?:it|this)))?)?)\b", ""),
    (r"\b(?:that |it |what )?(?:would|could) be (?:so |really |pretty |very )?(?:awesome|cool|nice|great|lovely|perfect|amazing|neat|rad|fun)\b(?:\s*[?:,]? if\b)?", ""),
    (r"^(?:this|that|it)(?:'s| one's| one is| is) (?:a bit |a little |kinda )?(?:tricky|hard|weird|odd|silly|simple|easy|tough)[^,.;:!?]*[,.;:!?] ?(?:but )?", ""),
    (r"\b(?:my|our) \w+ (?:would|'d) (?:really )?(?:love|like) (?:it|to see(?: it)?)(?: if)?\b", ""),
    (r",? ?\bor (?:whatever|something(?: like that| similar)?|so)\b|\bjust (?=something\b)", ""),
    (r"\bi (?:was|am) (?:hoping|looking|thinking) (?:for|of|about)\b|\bi'm (?:(?:hoping|looking) for|after)\b", ""),
    (r",? ?\blike (?:you'd|you would|you might|you) (?:see|get|find)\b[^,.;!]*", ""),
    (r"\bsorry (?:for|about) being \w+\b", ""),
    (r"\bdo (?:your|the|some) (?:magic|thing) (?:on|to|with)\b", "animate"),
    (r"\b(?:my|this|the|our) (?:cat|dog|pet|holiday|vacation|wedding|family|travel|old|favou?rite|baby|garden|birthday) (?:picture|photo|pic)\b", "the picture"),
    (r",? ?\blast time (?:they|it|he|she) (?:barely|hardly|didn't|did not|almost didn't)\b[^,.;!]*", ""),
    (r"\bhere(?:'s| is) (?:the|my) (?:idea|thing|deal|plan|concept|brief|vision)\b", ""),
    (r"\bi(?:'ve| have)? (?:already )?tried (?:this|it|that)(?: (?:a few|a couple of|several|many|two|three|some))?(?: (?:times?|already|before))?(?: and| but)?\b", ""),
    (r",? ?\b(?:because |as |since |or |otherwise |so )*(?:he|she|it|they|that) (?:just )?(?:looks?|gets?|is|are) (?:so |a bit |really |kind of |too )*(?:creepy|weird|strange|odd|funny|silly|ugly|bad|fake|wrong|scary|unnatural)(?: otherwise| then)?\b", ""),
    (r"\bfirst of all\b|\bas is\b(?=\s*(?:[,.;!]|$|but))|\b(?:i'm|i am) not (?:too |very |that )?(?:picky|fussy|demanding|an expert|good at this)\b|\bquick (?:one|question|request)\b", ""),
    (r"^(?:phone |desktop |mobile |live )*(?:wallpaper|screen ?saver|lock ?screen)(?=\s*[,:;.])", ""),
    (r"\b(?:i )?(?:don't|do not|wouldn't|would not) mind (?:if |having )?", ""),
    (r"\blive wallpaper\b", "live picture"),
    (r"\b(?:autumn|winter|summer|spring|evening|night|morning|christmas|holiday|sunday|cosy|cozy) (?:mood|vibes?|feel(?:ing)?|atmosphere|ambience|ambiance)\b", ""),
    (r"\bmy \w+ (?:really )?(?:wants?|asked for|asks for|needs?|requested)\b(?: me)?", "i want"),
    (r"^(?:so )?(?:i|we) (?:took|shot|made|snapped|captured) (?:this|it)\b[^,.;:!]*[,.;:!]", ""),
    (r"\b(?:i'm |i am )?not sure (?:if|whether|how) (?:this|it|that) (?:works?|is possible|can be done|will work)\b(?: but)?", ""),
    (r"\bliving portrait\b", "living photo"),
    (r"\breal(?: life)?\b(?! estate)|\breal estate (?=reels?\b|stor)", ""),
    (r",? ?\b(?:(?:it's|this is|it is|use it|i need it|needed|meant) )?for (?:(?:my|our|the|an?|her|his|their|some|\w+'s) )*"
     rf"{_PURPOSE}(?: (?:post|feed|page|profile|banner|header|hero|section|slider|cover|intro|background|video|status|slideshow|invitation|card|party))?"
     r"(?! ?(?:reels?|stor))(?=\s*(?:[,.:;!?]|$|and\b))", ""),
    (r"\b(?:and )?(?:that's|thats|that is) (?:all|it|everything)(?: i (?:want|need))?\b", ""),
    (r"\b(?:as|for) (?:an? |my |the )?(?:phone |desktop |mobile )?(?:wallpaper|screen ?saver|lock ?screen)"
     r"(?: (?:for|on|of) my (?:phone|desktop|laptop|pc|computer|tv))?(?=\s*(?:[,.:;!?]|$|and\b))", ""),
    (r"\banimate (?:my |the |this |our )(?:\w+ ){1,2}(?:photo|picture|pic|image|shot)\b", "animate"),
    (r"\b(?:(?:real|short|little|small|quick|commercial) )+(?:estate )?(clip|video|loop|animation)\b", r"\1"),
    (r"\bbecause\b(?! of)", "as"),
    (r"\bbecause of\b", "in"),
    (r"\b(?:i'm |i am |am )?not (?:really |quite |so )?sure(?: (?:if|whether))?\b|\b(?:please|pls|plz|thanks|thank you|thx|cheers)\b", ""),
    (r"\bat all\b(?! possible| times)", ""),
    (r"\b(?:don't|do not|never) forget (?:about |to (?:move |animate )?)?", ""),
    (r"\b(?:it would|it'd|would) be (?:so |really |very )?(?:cool|nice|great|lovely|good|awesome|perfect|amazing) if\b"
     r"|\bi(?:'d| would) (?:love|like|prefer) it if\b", ""),
    (r"\b(?:until|till|to|through) the (?:very )?end\b|\b(?:all|the whole|the entire) (?:the )?time\b", ""),
    (r"\bif (?:you (?:can|want|like|wish|please|will)|possible|it's possible|that's possible|at all possible)\b", ""),
    (r"\b(?:turn|make|convert) (?:this|the|my|it|that)(?: (?:photo|picture|image|shot|still))?"
     r" into (?:an? )?(?=\w+)(?:loop\w* |moving |living |animated )*"
     r"(?:cinemagraph|video|clip|(gif)|photo|picture|animation)\b", lambda m: "make gif" if m[1] else "make"),
    (rf"\bkeep (?:it|things|everything)(?: all)? {_PLAIN}\b", ""),
    (r"\bstop motion (?=style|look|effect|feel|animation|video)", "stopmotion "),
    (r"\bwhy (?:not|don't (?:you|we))\b", ""),
    (r"\b(?:motion|movements?|animation|effects?|style|scene|subject|prompt|duration|length|format|"
     r"aspect(?: ratio)?)\s*[:=]", " , "),
)  # fmt: skip
