"""What a prompt calls each camera move."""

from __future__ import annotations

from livingstill.camera.path import CAMERAS, class_of
from livingstill.core.errors import InputError

_PHRASES: dict[str, str] = {
    "push-in": (
        "track forward, track through, move through, glide through, float through, "
        "travel through, drift through, go through, ease forward, slide forward, roll forward, "
        "walkthrough, walk through, flythrough, creep up, inch forward, inch closer, inch in, "
        "sneak closer, go near, come near, get near, move near, move nearer, camera near, "
        "push in, push into, push toward, push forward, push, dolly in, dolly forward, "
        "dolly toward, dolly into, creep forward, creep toward, walk forward, walk toward, "
        "walk into, go front, camera front, travel forward, travel toward, advance, dolly, "
        "move in, move into, move closer, come closer, get closer, go closer, draw closer, "
        "creep closer, camera closer, go in, come in, creep in, move forward, go forward, "
        "float in, float forward, float toward, drift in, drift forward, drift toward, "
        "glide toward, ease in, fly forward, fly in, fly into, fly through, fly toward, glide in, "
        "glide forward, camera forward, camera in, camera toward, camera into, move toward, "
        "track in, camera approach, approach"
    ),
    "pull-out": (
        "camera recede, camera retreat, ease back, pull out, pull back, pull away, dolly out, "
        "dolly back, dolly away, move out, move back, move backward, move away, go back, "
        "fly back, fly out, fly away, camera out, camera back, camera backward, camera away, "
        "back away, back up, back off, track out, track back, pullback"
    ),
    "zoom-in": (
        "punch zoom, zoom punch, zoom in, zoom into, zoom on, zoom onto, zoom toward, "
        "zoom closer, zoom, punch in"
    ),
    "zoom-out": "zoom out, zoom back, zoom away, zoom from",
    "dolly-zoom": (
        "dolly zoom, zoom dolly, dolly counter zoom, contra zoom, trombone, vertigo, "
        "hitchcock zoom, hitchcock, zolly"
    ),
    "pan-left": (
        "pan left, camera reveal left, turn camera left, look left, camera turn left, "
        "camera look left"
    ),
    "pan-right": (
        "pan right, pan, camera reveal right, turn camera right, look right, camera look right"
    ),
    "tilt-up": "tilt up, tilt, pan up, camera reveal up, look up, camera look up, turn camera up",
    "tilt-down": (
        "tilt down, pan down, camera reveal down, look down, camera look down, turn camera down"
    ),
    "roll-left": (
        "dutch roll left, dutch tilt left, dutch angle left, anticlockwise roll, "
        "anticlockwise rotation, roll left, tilt left, camera roll left, rotate camera left, "
        "rotate left, rotate camera anticlockwise, rotate anticlockwise, camera anticlockwise, "
        "roll anticlockwise"
    ),
    "roll-right": (
        "clockwise roll, clockwise rotation, roll right, tilt right, dutch tilt, dutch angle, "
        "dutch roll, camera roll right, rotate camera right, rotate right, rotate camera, "
        "rotate camera clockwise, rotate clockwise, camera clockwise, roll clockwise"
    ),
    "truck-left": (
        "travel left, parallax left, truck left, slide left, track left, dolly left, strafe left, "
        "glide left, camera left, camera move left, camera slide left, camera drift left, "
        "camera glide left, camera go left, camera travel left, camera float left, "
        "camera sweep left"
    ),
    "truck-right": (
        "travel right, lateral dolly, lateral move, lateral slide, lateral track, "
        "lateral tracking, lateral shot, lateral glide, lateral truck, dolly sideways, truck, "
        "parallax right, truck right, slide right, track right, dolly right, strafe right, "
        "glide right, camera right, camera move right, camera slide right, camera drift right, "
        "camera glide right, camera go right, camera slide, camera travel right, "
        "camera float right, camera sweep right"
    ),
    "pedestal-up": (
        "pedestal up, pedestal, camera up, camera move up, boom up, jib up, camera rise, "
        "camera lift, raise camera, lift camera, camera go up, camera drift up, camera float up, "
        "camera glide up, camera slide up, slide up, glide up, float up, track up, truck up, "
        "dolly up, travel up, ease up, camera travel up, rise up, lift up"
    ),
    "pedestal-down": (
        "pedestal down, camera down, camera move down, boom down, jib down, crane down, "
        "camera lower, camera sink, camera drop, camera descend, camera go down, "
        "camera drift down, camera float down, camera glide down, camera slide down, slide down, "
        "glide down, float down, track down, truck down, dolly down, travel down, ease down, "
        "camera travel down"
    ),
    "orbit": (
        "turn around, camera turn around, wrap around, orbit around, orbit, circle around, "
        "camera circle, rotate around, go around, move around, revolve around, spin around, "
        "travel around, fly around, camera around"
    ),
    "arc": "arc around, arc, swing around, camera swing, arc left, arc right",
    "crane": (
        "crane up, crane, fly over, flyover, fly above, glide over, float over, soar over, "
        "hover over, hover above, glide above, camera soar, rise over, rise above, drone"
    ),
    "sway": (
        "sideways drift, sideways slide, sideways glide, sideways move, drift sideways, "
        "slide sideways, move sideways, float sideways, sideways motion, sideways movement, "
        "camera sideways, camera sway, camera rock, camera bob, camera rock sideways, "
        "camera sway sideways, camera rock tofro, camera sway tofro, camera drift, camera float, "
        "camera wobble, parallax, 3d"
    ),
    "handheld": "handheld, hand held, shaky, camera shake, shake camera, camera breathe",
    "ken-burns": "ken burns",
    "rack-focus": "rack focus, pull focus, shift focus, focus pull, focus shift, change focus",
    "static": "static hold, tripod, lock off, locked off, locked down",
}
"""Phrases of our moves, in base forms: "pan left" is also said as "panning slowly to the left"."""


_AIMED = ("push-in", "pull-out", "zoom-in", "zoom-out", "dolly-zoom", "ken-burns", "rack-focus")


def is_aimed(name: str) -> bool:
    """Return whether a move goes to or from a place in the picture, and no way of its own."""
    return name in _AIMED


def phrases(name: str) -> tuple[str, ...]:
    """Return what a prompt may call the move ``name``: its own name among it.

    A move of a plug-in declares more in a class variable ``words``, a tuple of phrases.
    """
    plain = name.replace("-", " ")
    said = _PHRASES[name].split(", ") if name in _PHRASES else []
    try:
        own = getattr(class_of(CAMERAS[name]), "words", ())
    except InputError:  # a plug-in that cannot be loaded, which is told where it is named
        own = ()
    return tuple(dict.fromkeys([plain, *said, *own]))


def vocabulary() -> dict[str, str]:
    """Return the move that each phrase means, of every move there is.

    >>> vocabulary()["pan left"]
    'pan-left'
    """
    return {phrase: name for name in reversed(list(CAMERAS)) for phrase in phrases(name)}
