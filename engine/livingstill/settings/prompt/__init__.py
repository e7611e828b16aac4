"""A sentence becomes settings, by a small grammar and no model.

A sentence is cut into clauses at punctuation and words such as "and", "while" or "with"; each says
what moves and how, what stays still, where the wind blows, what the camera does or how long it takes:

    clouds drift left slowly, gentle ripples, push in
    please let the leaves rustle in the wind and keep the people still
    slow pan to the left with flowing water, 8 second loop

The words come from the records of the kinds, from the camera moves and from ``words``. A
verb must suit its noun. What cannot be made, and every word that is not understood, is named in a
problem; where nothing is understood the problem is an error. What the grammar has bound is read a
second time from the typed words alone: the sentence is cut at its punctuation and joining words
(``units``) and where one predicate follows another (``run_on``); each statement says whether its things
move (``stance``), and each strength and direction is attached to what it stands beside
(``attachment``). What came to something else, or may be of several things, is a problem too
(``rest``, ``bindings``).
"""

from livingstill.settings.prompt.reading import Reading, notes, read, understand
from livingstill.settings.prompt.vocabulary import camera_phrases
from livingstill.settings.prompt.words import STRENGTHS

__all__ = ["STRENGTHS", "Reading", "camera_phrases", "notes", "read", "understand"]
