"""The rooms of a house: their order in a tour, their names, and words for them in file names."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Room:
    """A kind of room or view. ``weight`` says how much a listing needs it, 0..1; ``words`` are
    beginnings of words, in lower case, that name it in English, German, French, Spanish or
    Italian."""

    name: str
    label: str
    weight: float
    words: tuple[str, ...]
    outside: bool = False


def _room(name: str, label: str, weight: float, words: str, *, outside: bool = False) -> Room:
    return Room(name, label, weight, tuple(words.split()), outside)


ROOMS = (
    _room(
        "aerial", "From above", 0.6,
        "aerial drone luftbild aerien aereo",
        outside=True,
    ),
    _room(
        "front", "Exterior", 1.0,
        "front exterior facade facad outside curb kerb aussen hausansicht fassade exterieur "
        "fachada facciata esterno",
        outside=True,
    ),
    _room(
        "entrance", "Entrance", 0.5,
        "entrance entry foyer hall hallway corridor porch lobby stair eingang diele flur "
        "treppe entree couloir entrada pasillo ingresso",
    ),
    _room(
        "living", "Living room", 1.0,
        "living lounge family greatroom sitting fireplace salon wohn sejour sala soggiorno "
        "estar",
    ),
    _room(
        "kitchen", "Kitchen", 1.0,
        "kitchen pantry kuche kueche cuisine cocina cucina",
    ),
    _room(
        "dining", "Dining room", 0.8,
        "dining breakfast essz esszimmer essbereich manger comedor pranzo",
    ),
    _room(
        "office", "Study", 0.4,
        "office study library den buro buero arbeits bureau despacho studio",
    ),
    _room(
        "bedroom", "Bedroom", 0.9,
        "bed bedroom nursery schlaf kinderzimmer chambre dormitorio habitacion",
    ),
    _room(
        "bathroom", "Bathroom", 0.7,
        "bath bathroom ensuite shower wc toilet powder bad badezimmer dusche bain bano bagno",
    ),
    _room(
        "utility", "Utility", 0.2,
        "laundry utility storage closet wardrobe garage basement cellar attic gym cinema "
        "keller garderobe cave trastero cantina",
    ),
    _room(
        "room", "", 0.5,
        "",
    ),
    _room(
        "terrace", "Terrace", 0.7,
        "terrace terrasse balcony balkon balcon deck patio veranda loggia terraza terrazza "
        "rooftop roof",
        outside=True,
    ),
    _room(
        "garden", "Garden", 0.8,
        "garden yard backyard lawn garten jardin giardino",
        outside=True,
    ),
    _room(
        "pool", "Pool", 0.9,
        "pool spa jacuzzi swimming schwimm piscine piscina",
        outside=True,
    ),
    _room(
        "view", "View", 0.7,
        "view aussicht ausblick blick vue vista sunset lake sea beach neighbourhood "
        "neighborhood",
        outside=True,
    ),
    _room(
        "plan", "Floor plan", 0.3,
        "floorplan plan grundriss plano planimetria",
    ),
)  # fmt: skip
"""Every kind, in the order of a tour."""

BY_NAME = {room.name: room for room in ROOMS}
RANK = {room.name: rank for rank, room in enumerate(ROOMS)}

_HINTS = {
    "house": "front", "street": "front", "haus": "front", "great": "living", "master": "bedroom",
    "guest": "bedroom", "kids": "bedroom", "back": "garden", "rear": "garden",
}  # fmt: skip
"""Words that say which room it is only where no other word does."""

_WORD = re.compile(r"[a-z]+")
_ASIDE = re.compile(r"[^a-z](with|from|of|to|mit|von|zum?|avec|con|da)[^a-z].*")
_SHORT = 3
"""Letters up to which a word of a file name must be the whole word that we know."""

_ACCENTS = str.maketrans("àáâäãèéêëìíîïòóôöùúûüçñ", "aaaaaeeeeiiiioooouuuucn")


def room_of_name(stem: str) -> str | None:
    """Return the kind of room that a file's name says, None if it says none.

    The last word that names a room counts, as in "master bath"; what follows a preposition is
    aside.

    >>> [room_of_name(n) for n in ("01_Kitchen-2", "IMG_0412", "Küche", "bedroom with view")]
    ['kitchen', None, 'kitchen', 'bedroom']
    >>> [room_of_name(n) for n in ("master bath", "backyard pool", "Wohnzimmer", "house back")]
    ['bathroom', 'pool', 'living', 'garden']
    """
    text = _ASIDE.sub("", stem.lower().translate(_ACCENTS))
    words = _WORD.findall(text)
    named = [room for word in words if (room := _room_of_word(word))]
    hints = [_HINTS[word] for word in words if word in _HINTS]
    return next(reversed([*hints, *named]), None)


def _room_of_word(word: str) -> str | None:
    for room in ROOMS:
        for known in room.words:
            whole = word in (known, f"{known}s")
            if whole or (len(known) > _SHORT and word.startswith(known)):
                return room.name
    return None
