"""What is said of the camera and the shot."""

from __future__ import annotations

import re

from livingstill.settings.prompt.line import Rewrite

_MOVES = r"\b(?:camera|cam|dolly|crane|tilt|pan|zoom|push|pull|orbit|ris|fly|glid|slid|truck|pedestal|arc)(?:s|e|es|ing|ning)?\b"

REWRITES: tuple[Rewrite, ...] = (
    (r"^((?:(?:a|an|very|just|slow|slowly|gentle|gently|soft|subtle|light|slight) )*)(?:rock|sway|bob)(?:ing)?(?: (?:motion|movement))?"
     r"(?=\s*(?:[,.;!]|$|like\b))", r"\1camera sway"),
    (r",? ?\blike (?:(?:on|in|from|being on) )?an? (?:\w+ ){0,2}?(?:boat|ship|cradle|pendulum|swing|hammock|wave|feather)(?: (?:on|in|at) (?:the |a )?\w+)?"
     r"(?=\s*(?:[,.;!]|$))", ""),
    (r"\bcrash zoom|\bsnap zoom|\bquick punch in\b", "fast zoom"),
    (r"\bwhip (?=(?:pan|tilt)\b)", "fast "),
    (r"\b(?:in )?(?:soft|sharp) focus\b", "softfocus"),
    (r"\b(walk\w*|push\w*|doll(?:y|ies|ying)|track\w*|travel\w*|camera|cam|forward|ahead) down (?=(?:the |a |this )?(?:\w+ )?(?:corridor|hall|hallway|road|street|aisle|path|lane|alley|avenue|trail|river|canal|valley|beach|steps|stairs|tunnel)\b)",
     r"\1 along "),
    (r"\b(?:at )?(?:a )?(?:low|high|wide|eye)[ -](?:angle|level|altitude|height)(?: shot)?\b", ""),
    (r"(?:^|(?<=[,.;] ))(?:(?:very|super|really|perfectly|nice and|and) )*(?:steady|stable|smooth),? (?=.*\b(?:zoom|pan|push|pull|dolly|tilt|orbit|truck|track)\w*\b)", ""),
    (r"\beas(?:e|es|ing) into (?=an?\b)", ""),
    (r"\bclose[ -]up\b", "closeup"),
    (r"\bbird'?s[ -]?eye(?: view| shot)?\b", "aerial shot"),
    (r"\bsteady (?=(?:\w+ )?(?:glide|slide|push|pull|pan|zoom|dolly|drift|float|track|truck|tilt|orbit)\b)", ""),
    (r"\blateral(?:ly)? (?=[^,.;]*\b(?:left|right)\b)", "camera "),
    (r"\breveal(?= (?:going |moving )?(?:from )?(?:the )?(?:left|right|top|bottom|up|down|below|above)\b)", "camera reveal"),
    (r"\bwith (?=(?:the |a |your |my )?(?:camera|cam|shot) (?:be(?:ing)? )?(?:\w+ed|\w+ing|still|static|steady|stationary)\b)", ", "),
    (r"(?<!camera )\b(?:(?:to|and|which|that) (?:reveal|unveil|showcase)s?|(?:revealing|unveiling|showcasing|unveils?|showcases?|reveals))\b", "upon"),
    (r"(?<!camera )\breveal\b", lambda m: "upon" if re.search(_MOVES, m.string) else m[0]),
    (r"\bease in(?:[ ,/-]+(?:and )?(?:ease )?out)\b|\b(?:with |no |without )?(?:smooth |soft |any )?easing(?! (?:in|out)\b)\b", ""),
    (r"\bvertical(?:ly)? (?=(?:pan|tilt)\w*\b)", ""),
    (r"\b(camera )?(pull|go|fly|move)(?:s|ing|es)? (?:up and away|away and up|up and back|back and up)\b", r"\1 pulls out"),
    (r"\bparallax 3d\b|\b3d parallax\b", "parallax"),
    (r"\b(?:camera )?shake (?:like )?hand ?held\b|\bhand ?held (?:camera )?shak(?:e|ing)\b", "handheld"),
    (r"\btilt[ -]shift\b", "tiltshift"),
    (r"\b(?:less|too|not so|not) shak\w+\b", "camera steady"),
    (r"\b(no|without|avoid|zero)(?: any| all)?(?: (?:camera|cam|hand held|handheld))? (?:shak|wobbl|jitter|jerk|judder|jolt|vibrat)\w*(?: (?:movement|motion|camera)s?)?\b", r"\1 handheld"),
    (r"\b(?:shallow |deep )?depth of field\b", "depth-of-field"),
    (r"\bup close\b", ""),
    (r"\bwith (?:the |your |my )?camera\b", "camera"),
)  # fmt: skip
