"""What shall not move, and what alone shall: bans, exceptions, everything else."""

from __future__ import annotations

from livingstill.settings.prompt.line import Rewrite

_FAULT = "(?:distort(?:ions?|ing)?|warp(?:ing|s)?|morph(?:ing|s)?|deform(?:ations?|ing)?|artifacts?|artefacts?|glitch(?:es|ing)?)"

REWRITES: tuple[Rewrite, ...] = (
    (r"\b(stays?|remains?|staying|remaining|must be|should be) (?:(?:perfectly|completely|totally) )?(?:flat|level|smooth)(?=\s*(?:[,.;!]|$|and\b|while\b))", r"\1 still"),
    (r"\bdead (?:calm|still|quiet|flat)\b", "still"),
    (r"\b(stays?|remains?|keeps?|staying|remaining) (?:exactly |just |all )?the same\b", r"\1 still"),
    (r"\b(?:be|is|are|looks?|stays?|remains?|lies|lying) (?:smooth |calm |flat |still )*(?:(?:just )?(?:like|as) (?:a |an )?(?:mirror|glass)|mirror[ -](?:like|smooth)|glass[ -](?:like|smooth))\b", "stays still"),
    (r"\b(\w+) no (?=\w+ yes\b)", r"\1 no, "),
    (r"\bno other camera (?:moves?|movements?|motion) (?:than|except|but)\b", "no camera moves except"),
    (r"\b(?:i'm |i am |we're )?not a (?:big |huge )?fan of (?:the |any )?", "no "),
    (r"\b(?:as|so) long as\b", ","),
    (r"\b(?:we|i) (?:don't|shouldn't|should not|must not|mustn't|won't) (?:move|moving)\b|\b(?:we|i) (?:stay|remain)(?: perfectly| completely)? (?:still|frozen|put)\b",
     "people stay still"),
    (r",? ?\bso (?:that )?(?:you|we|i|one|nobody|no one)(?: can't| cannot| can| don't| won't)? (?:see|notice|spot|tell)s? "
     r"(?:the |where |when |any )*(?:cut|seam|join|jump|loop|it (?:starts|loops|begins|ends|repeats))\b|"
     r"\b(?:without|with no|no) (?:a |any )?(?:visible |noticeable )?(?:cut|seam|jump cut)s?\b", " seamless"),
    (r"(?:^|, ?)(?:and |then )?(?:everything|all|the (?:motion|movement)) (?:stops|ends|settles|freezes)(?: down)? (?:at|by|towards|near) the (?:very )?end\b|"
     r"\b(?:and |then )?(?:stop|end|freeze|settle)(?: (?:everything|all|it|the (?:motion|movement)))? (?:at|by|towards|near) the (?:very )?end\b", ", then it stops"),
    (r"\b(?:keep|hold)(?:ing)? (it|(?:the|my) (?:\w+ )?\w+?)(?: all| perfectly| nice and| completely)? (?:flat|level|straight)\b", r"keep \1 still"),
    (r"\ball (?:the |of the )?other (?:things|stuff|parts|elements|objects)\b|\b(?:the|all the) (?:other|rest of the) (?:things|stuff|parts|elements|objects)\b|\ball else\b", "everything else"),
    (r"\botherwise (?=(?:still|static|frozen|no\b|nothing|calm|motionless))", "everything else "),
    (r"\b(keep|hold|leave)(?:ing)? ((?:(?!and\b)\w+ ){1,4}?)(?:(?:perfectly|completely|totally|all|always|nice and|fully) )*(?:readable|legible|sharp|crisp|intact|in focus|recogni[sz]able|undistorted|undeformed|rigid|solid|unaltered)\b", r"keep \2still"),
    (r"\b(stays?|remains?|staying|remaining|must be|should be) (?:(?:perfectly|completely|totally|all|always|fully) )*(?:readable|legible|sharp|crisp|intact|in focus|recogni[sz]able|undistorted|undeformed|rigid|solid|unaltered)\b", r"\1 still"),
    (r"\b(?:it|last time it|the last one|the other tool|the ai) (?:(?:always|kept|keeps|still|just|only) )+(?:on )?(?:mov|animat|warp|morph|distort)\w+\b", "don't move"),
    (r"\b(move|moves|moving) (?:a|one|any|a single) (?:muscle|inch|pixel|millimet(?:er|re))\b", r"\1"),
    (r"\b(?:no|without|avoid|zero)(?: any| weird| strange)? (?:facial|(\w+)) (?:distortions?|warping|morphing|deformations?|deforming|artifacts?|artefacts?|glitch\w*)\b",
     lambda m: f"keep the {m[1] or 'face'} still"),
    (rf"\b(?:no|without|avoid|zero)(?: any| weird| strange)? {_FAULT} (?:of|in|on|to|for) (?=(?:the|my|her|his|their) )", "don't move "),
    (rf",? ?\b(?:(?:and )?(?:no|without|avoid|zero|nothing (?:should|must|may|shall|can))(?: any| weird| strange)? {_FAULT}(?: (?:or|and|,) {_FAULT})*)\b", ""),
    (r"\binto (?:something|anything)(?: (?:weird|strange|else|odd|creepy|ugly|other))?\b", ""),
    (r"\b(?:like|as) (?:in )?(?:a|the) (?:still )?(?:photo|photograph|still(?: image)?|freeze frame|statue)\b(?=\s*(?:[,.;!]|$))", "still"),
    (r"\bexcept of\b", "except"),
    (r"\bstill and still\b", "still"),
    (r"\b(?:don't|do not|never|shouldn't|should not|mustn't|must not|won't|not)(?: want| let| have| make)?((?: \w+){0,4}?)(?: to| ever)? stop (\w+ing)\b", r"\1 \2"),
    (r"\b(stay|stays|staying|keep|keeps|remain|remains) (?:totally |completely |perfectly |exactly |firmly )put\b", r"\1 still"),
    (r"\b100 ?% (?=still|static|frozen|motionless)", ""),
    (r"\bno nothing\b", ""),
    (r"\bno else\b", "nothing else"),
    (r"\b(?:exactly |right |just )?where (?:they|it|he|she|we) (?:are|is|were|was)\b", "still"),
    (r"\b(?:static|still|frozen|motionless|fixed|unmoving|steady) (?:back ?ground|bg)\b|"
     r"\b(?:keep|hold|leave|freeze)(?:ing)? (?:the |my |its )?(?:whole |entire )?(?:back ?ground|bg)(?: completely| totally)?"
     r"(?: (?:still|static|frozen|fixed|motionless|steady|as (?:it )?is))?(?=\s*(?:[,.;!]|$|and\b|but\b|while\b))|"
     r"(?<!in )(?<!in the )\b(?:the )?(?:whole |entire )?(?:back ?ground|bg) (?:(?:stays?|remains?|is|be|being|should|must|to|can|completely|totally) )*"
     r"(?:still|static|frozen|fixed|motionless|steady)\b|"
     r"\b(?:don't|do not|never) (?:move|animate) (?:the )?(?:back ?ground|bg)\b|"
     r"(?<!in )(?<!in the )\b(?:the )?(?:back ?ground|bg) (?:does not|doesn't|should not|shouldn't|must not|mustn't|don't|not|won't) (?:move|moving|be animated)\b|"
     r"\bno (?:back ?ground|bg) (?:motion|movements?|animation)\b", "everything else still"),
    (r"\bno (?:motion|movements?|animation)(?: at all)? (?:in|inside|within|anywhere in) (?:the |this |my )?"
     r"(?:(?:whole |entire )?(?:room|house|kitchen|interior|bedroom|bathroom|living room|hall|scene|picture|photo|image|rest)s?)\b",
     "nothing moves"),
    (r"(?:\b(?:is|are|to be|be) )?\bthe only (?:moving|animated) (?:things?|parts?|elements?|objects?)\b(?! (?:is|are|should|shall)\b)", "moves, nothing else moves"),
    (r"\brock solid\b", "still"),
    (r"(?:^|(?<=[,.;!] ))([^,.;!]+?) (?:is|are) (?:strictly |absolutely )?(?:forbidden|prohibited|not allowed|off limits|unwanted)\b", r"no \1"),
    (r"\b(?:windless|wind ?still)\b(?: (?:day|evening|morning|afternoon|night))?|\bwind free\b", "no wind"),
    (r"\b(?:no|not) more than (?=an? |the |slight|little|just)", ""),
    (r"\blet ((?:the |my )?(?!there\b)\w+) be\b(?=\s*(?:[,.;!]|$|and|but))", r"\1 still"),
    (r"\b(?:set |put |turn )?(?:the )?(\w+)(?: speed| strength| motion)? (?:to|at|=) (?:zero|0|none|nil)\b(?!\.\d)", r"no \1"),
    (r"\b(?:not|don't|do not|isn't|doesn't|shouldn't|nothing) (?:only|just|merely|simply|solely)\b", ""),
    (r"\b((?:don't|not|never|\w+n't)\b(?: \w+){0,6}) be the only (?:thing|part|element|object)s?\b(?: \w+)?", r"\1 be sole"),
    (r"(?:\b(?:is|are|to be|be) )?\bthe only (?:thing|part|element|object|one)s? (?:that |which |who )?(?:(?:is|are) )?"
     r"(?:allowed to )?(?:mov\w+|animated)\b(?! is\b| are\b| should be\b)", "moves, nothing else moves"),
    (r"\b(?:keep|prevent|stop|hold|block)(?:s|ing)? ((?:\w+ ){1,5}?)from (?:\w+ing)\b", r"don't move \1"),
    (r"\brather than\b", ", no"),
    (r"\bprefer ((?:\w+ ){1,6}?)(?:over|to) (?=(?:an?|the|any)\b)", r"prefer \1, no "),
    (r"\bno longer\b(?! than)", "not"),
    (r"\b(?:any ?more|any longer)\b", ""),
    (r"\b(?:limit|restrict|confine)(?:ed)? (?:all |the |any )?(?:motion|movements?|animation) to\b", "only"),
    (r"\b(?:exactly |just )?(?:as|like) (?:it is )?(?:in|on) the (?:photo|picture|original|image)\b", "still"),
    (r"\b(?:let |have |make )?(the \w+) alone (?=mov\w+|sway\w*|should|shall|must|may|can|drift\w*|flow\w*)", r"only \1 "),
    (r"\b(?:nothing|no(?: other| more)?(?: (?:motion|movements?|animation|moving|thing|things?|action))?)"
     r" (?:(?:should|may|must|can|is|are|to) )?(?:(?:move|moves|moving) )?(?:other than|than|besides|beside|apart from|aside from)\b",
     "nothing moves except"),
    (r"\beverything (?:around|surrounding|behind) (?:it|them|him|her|us|me)\b", "everything else"),
    (r"\b(stays?|remains?|staying|remaining) (?:closed|shut|open|in place|in position)\b", r"\1 still"),
    (r"\b(everything|everywhere|all|anything)((?: \w+){0,3}) but (?=(?:the|my|his|her|a|our|their)\b)", r"\1\2 except "),
    (r"\b(?:(?:i|he|she|we|they|my \w+) )?(?:really )?(?:hates?|dislikes?|can't stand|don't like|doesn't like)(?: it)? (?:when |that |if )?", "no "),
    (r"\b(?:as (?:it|they) (?:now )?(?:is|are|was|were)|the way (?:it|they) (?:is|are)|like (?:it|they) (?:is|are))\b", "still"),
    (r"\b(?:remove|delete|kill|cut|lose|ditch|avoid|eliminate|forget|skip|omit|ignore)(?: all| any| out)?(?: of)?(?: the| that| this)?"
     r" (?=(?:\w+ )?(?:camera|cam|motion|movements?|wind|zoom\w*|pan|panning|shak\w+|parallax|animation)\b)", "no "),
    (r"\b(?:almost|nearly|practically|virtually) (still|motionless|static|frozen)\b", "moves imperceptibly"),
    (r"\bstabili[sz]e (?:the |my )?(?:shot|camera|video|footage|frame|image|picture)\b", "camera still"),
    (r"\b(?:turn|switch) off (?=(?:the |my |all )*(?:camera|motion|movements?|wind|breeze|animation|effects?|zoom\w*|pan\w*|parallax|loop\w*)\b)", "no "),
    (r"\b(?:turn|switch) off\b", "extinguish"),
    (r"\bget(?:ting)? rid of\b", "remove"),
    (r"\bdo(?:es|ing)? nothing (?:to|with|about|for)\b", "don't move"),
    (r"\bunlike\b", ", no"),
    (r"\bwhat (?:stays|stays still|does not move|doesn't move)\b\s*\?*", "still"),
    (r"\b(\w+) ?\?+ (?:no|nope)\b", r"no \1"),
    (r"\b(?:stand|stands|sit|sits|lie|lies|hold|holds|hang|hangs|hanging) still\b", "stay still"),
    (r"\binstead of\b", ", no"),
    (r"\b(?!lock|\w+ing\b)(\w+)\s*[:=]?\s*(?:none|off|zero|nil)\b(?=\s*(?:[,.;!]|$))", r"no \1"),
    (r"\b(?:nobody|no one) ((?:should |may |must )?moves?) (?:except|but)\b", r"nothing \1 except"),
    (r"\b(?:nobody|no one)\b", "no people"),
    (r"\b(?:everyone|everybody|anyone|anybody|someone|somebody)\b", "people"),
    (r"\bnothing (?:in|on|of) the (\w+) (?=(?:moves?|moving|should|may|must|can|is)\b)", r"no \1 "),
    (r"\b(stay|stays|staying|keep|keeps|remain|remains) put\b", r"\1 still"),
    (r"\b(?:besides|save for|minus|sans|with the exception of|not counting|not including|leaving out)\b", "except"),
    (r"\b(?:other than|apart from|except for|excluding|aside from|but for|everything but|anything but|anything except|"
     r"all but|nothing but)\b", lambda m: m[0].split()[0] + " except"
     if m[0].split()[0] in ("everything", "anything", "all", "nothing") else "except"),
)  # fmt: skip
