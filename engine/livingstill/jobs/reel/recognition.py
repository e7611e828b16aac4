"""The kind of view a photo shows, from the network's classes and classical measures."""

from __future__ import annotations

from collections.abc import Mapping

BUILT = 0.2
"""Share of what is neither sky, water, plants nor people, from which a house is in the picture."""

_POOL, _OPEN, _GREEN, _SKY = 0.08, 0.55, 0.35, 0.04


def recognise(shares: Mapping[str, float], *, is_room: bool, is_drawing: bool) -> str | None:
    """Return plan, room, front, garden, pool or view; None where nothing tells it.

    Which room a room is cannot be told: the network knows outdoor classes alone, and a kitchen's
    edges and colours are a bathroom's.

    >>> recognise({"sky": 0.31, "foliage": 0.37}, is_room=False, is_drawing=False)
    'front'
    >>> recognise({"sky": 0.3, "water": 0.6}, is_room=False, is_drawing=False)
    'view'
    """
    if is_drawing:
        return "plan"
    if is_room:
        return "room"
    sky, water = shares.get("sky", 0.0), shares.get("water", 0.0)
    green = shares.get("foliage", 0.0) + shares.get("grass", 0.0)
    built = max(0.0, 1 - sky - water - green - shares.get("person", 0.0))
    if water >= _POOL:
        return "pool" if built >= BUILT else "view"
    if built >= BUILT and sky >= _SKY:
        return "front"
    if green >= _GREEN:
        return "garden"
    return "view" if sky >= _OPEN else None


def frontality(shares: Mapping[str, float]) -> float:
    """Return how much of a picture is the house and the way to it: what is neither sky nor plants."""
    nature = ("sky", "water", "foliage", "grass")
    return 1 - sum(shares.get(name, 0.0) for name in nature)
