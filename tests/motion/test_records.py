"""What every record of a kind of motion promises, and that nothing else names a kind."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from livingstill.audio.beds import BEDS
from livingstill.core.errors import InputError
from livingstill.core.kinds import KINDS, MotionKind, SpeedRange, resolve
from livingstill.settings import prompt

ROOT = Path(__file__).parents[2]

NAMES = set(KINDS)
CLASSES = {"water", "foliage", "grass"}
ALLOWED = {
    "engine/livingstill/core/kinds.py": NAMES,  # the registry, a line per kind
    "engine/livingstill/motion/kinds/": NAMES,  # the kinds themselves
    "engine/livingstill/network/": CLASSES
    | {"fire"},  # classes of the network that share a kind's name
    "engine/livingstill/segmentation/": CLASSES,
    "engine/livingstill/depth/embedded.py": CLASSES,
    "engine/livingstill/photo/": CLASSES,
    "engine/livingstill/camera/": CLASSES,
    "training/": CLASSES | {"fire"},
    "docs/make_pictures.py": CLASSES,  # their colours
    "engine/livingstill/audio/beds.py": {"water", "fire"},  # beds of sound
    "engine/livingstill/core/model.py": {"flow"},  # an array's name in an error
    "engine/livingstill/jobs/reel/recognition.py": CLASSES,
    "engine/livingstill/jobs/selftest.py": {"water"},  # what its scene shows
    "engine/livingstill/settings/prompt/nouns.py": {"fire", "twinkle"},  # nouns that have no extent
    "benchmarks/scaling.py": {"cloud"},  # one of the settings whose cost is measured
}
"""Where a string that equals a kind's name may stand, and which."""


@pytest.mark.parametrize("name", KINDS)
def test_a_record_is_sound(name):
    kind = KINDS[name]
    assert kind.name == name
    assert kind.help and "\n" not in kind.help
    assert kind.nouns and all(word == word.lower() and " " not in word for word in kind.nouns)
    assert all(0 <= level <= 255 for level in kind.colour)
    assert set(kind.sounds) <= set(BEDS) and all(0 < w <= 1 for w in kind.sounds.values())
    assert kind.drawn_as is None or kind.drawn_as in KINDS
    for function in (kind.build, kind.detector, kind.rigid, kind.direction):
        assert function is None or callable(resolve(function))
    low, high, prompted = kind.speeds
    assert prompted is None or low <= prompted <= high


def test_no_two_kinds_share_a_colour_or_a_noun():
    nouns = [word for kind in KINDS.values() for word in kind.nouns]
    assert len(set(nouns)) == len(nouns)
    assert len({kind.colour for kind in KINDS.values()}) == len(KINDS)


@pytest.mark.parametrize("name", KINDS)
def test_its_words_mean_it_in_a_prompt(name):
    kind = KINDS[name]
    for noun in kind.nouns:
        assert prompt.read(noun)["motion"] == (name,)
        for verb in kind.verbs:
            assert prompt.read(f"{noun} {verb}")["motion"] == (name,)


@pytest.mark.parametrize("name", KINDS)
def test_a_prompt_directs_what_has_a_speed(name):
    said = prompt.read(f"{KINDS[name].nouns[0]} moves left")
    assert ("brush" in said) == (KINDS[name].speeds.prompted is not None)


def test_what_cannot_be_found_is_refused():
    with pytest.raises(InputError, match="has no detector; give one"):
        MotionKind(name="fog", help="lies", build="fog:build", found_by="auto")
    with pytest.raises(InputError, match="speeds 2 to 1; they must rise"):
        MotionKind(name="fog", help="lies", build="fog:build", speeds=SpeedRange(2, 1))


def test_records_are_read_without_numba():
    code = (
        "import sys; from livingstill.settings import prompt; prompt.read('clouds drift left');"
        "sys.exit('numba' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def allowed(file: str) -> set[str]:
    return set().union(*(names for place, names in ALLOWED.items() if file.startswith(place)))


def strings(path: Path):
    """Return the string literals of a file and their lines."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value, node.lineno


def test_nothing_else_names_a_kind():
    found = []
    for folder in ("engine", "cli", "benchmarks", "docs", "training"):
        for path in (ROOT / folder).rglob("*.py"):
            file = path.relative_to(ROOT).as_posix()
            banned = NAMES - allowed(file)
            found += [f"{file}:{line} {word}" for word, line in strings(path) if word in banned]
    assert found == []
