"""Font files: ours, the user's, and fonts of this machine for characters that those lack."""

from __future__ import annotations

import io
import os
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

from livingstill.core.errors import InputError
from livingstill.io.images import bytes_of

TITLE_FONT, TEXT_FONT = "OpenSans-Semibold.ttf", "OpenSans-Regular.ttf"
"""The bundled fonts: for titles and for smaller text."""

_FONTS = Path(__file__).parent / "fonts"
_SUFFIXES = (".ttf", ".otf", ".ttc", ".otc")
_PREFERRED = ("notosans", "noto", "dejavusans", "liberationsans", "arial", "segoeui", "helvetica")
_AVOIDED = ("italic", "oblique", "mono", "condensed", "narrow", "light", "thin", "black", "math")
_TRIAL_SIZE = 32


@dataclass(frozen=True, slots=True)
class Face:
    """One font: the bytes of its file, or its path on this machine, and its name in sentences."""

    name: str
    data: bytes = b""
    path: str = ""

    def font(self, size: float, engine: ImageFont.Layout) -> ImageFont.FreeTypeFont:
        """Return the font at ``size`` pixels per em.

        Raises
        ------
        InputError
            If the file is no font.
        """
        try:
            file = io.BytesIO(self.data) if self.data else self.path
            return ImageFont.truetype(file, size, layout_engine=engine)
        except (OSError, ValueError):
            raise InputError(
                f"{self.name} is no font we can read; give a TrueType or OpenType file (.ttf, .otf)"
            ) from None


def load(path: Path | None, default: str = TITLE_FONT) -> Face:
    """Return the face of a font file; no file is the ``default`` font that we bring (Open Sans).

    Raises
    ------
    InputError
        If the file is missing or no font.
    """
    if path is None:
        return Face("the default font", (_FONTS / default).read_bytes())
    face = Face(f"font {path}", bytes_of(path, "font"))
    face.font(_TRIAL_SIZE, ImageFont.Layout.BASIC)
    return face


def faces_of(text: str, first: Face, noun: str) -> dict[str, Face]:
    """Return for every character of a text the face that draws it.

    That is ``first`` where it has the character, else a font of this machine: one that has all that
    ``first`` lacks, or as many as it takes. Spaces, marks and characters that are not drawn go with
    the face before them.

    Raises
    ------
    InputError
        Naming the first character that no font has, or a control character.
    """
    drawn = list(dict.fromkeys(char for char in text if char != "\n" and not _follows(char)))
    control = next((char for char in drawn if unicodedata.category(char).startswith("C")), None)
    if control is not None:
        name = unicodedata.name(control, f"U+{ord(control):04X}")
        raise InputError(f"{noun} has {name}, which {first.name} lacks; leave it out")
    has = _Coverage(first)
    found = {char: first for char in drawn if has(char)}
    lacking = [char for char in drawn if char not in found]
    if lacking:
        found |= _fallback(lacking)
    missing = next((char for char in drawn if char not in found), None)
    if missing is not None:
        name = unicodedata.name(missing, f"U+{ord(missing):04X}")
        raise InputError(
            f"{noun} has '{missing}' ({name}), which {first.name} lacks, and so do the fonts of this "
            "machine; give another --font"
        )
    return found


def _follows(char: str) -> bool:
    """Return whether a character is set in the face of the one before: a space, a mark, a joiner."""
    return char.isspace() or unicodedata.category(char) in ("Mn", "Mc", "Me", "Cf")


def _fallback(lacking: list[str]) -> dict[str, Face]:
    """Return the faces of this machine's fonts for characters, where there are some."""
    partial: dict[str, Face] = {}
    for face in system_faces():
        try:
            has = _Coverage(face)
            covered = [char for char in lacking if has(char)]
        except (InputError, OSError):  # a picture font that has no outlines, or no font at all
            continue
        if len(covered) == len(lacking):
            return dict.fromkeys(lacking, face)
        for char in covered:
            partial.setdefault(char, face)
    return partial


class _Coverage:
    """Whether a face has a character: whether it draws another picture than for one it must lack."""

    def __init__(self, face: Face) -> None:
        self._font = face.font(_TRIAL_SIZE, ImageFont.Layout.BASIC)
        self._unknown = self._picture("\uffff")

    def __call__(self, char: str) -> bool:
        """Return whether the face has ``char``."""
        return self._picture(char) != self._unknown

    def _picture(self, char: str) -> tuple[tuple[int, int], bytes]:
        mask = self._font.getmask(char)
        return mask.size, bytes(mask)


@lru_cache(1)
def system_faces() -> tuple[Face, ...]:
    """Return the fonts of this machine, upright sans-serif ones first, then by name."""
    files = {
        file.resolve()
        for folder in _folders()
        if folder.is_dir()
        for file in folder.rglob("*")
        if file.suffix.lower() in _SUFFIXES
    }
    return tuple(Face(file.stem, path=str(file)) for file in sorted(files, key=_preference))


def _preference(file: Path) -> tuple[int, int, bool, str, str]:
    """Return the order of a font file among the fonts of a machine."""
    name = file.stem.lower().replace("-", "").replace(" ", "")
    family = next((i for i, one in enumerate(_PREFERRED) if name.startswith(one)), len(_PREFERRED))
    return family, sum(word in name for word in _AVOIDED), "bold" in name, name, str(file)


def _folders() -> Iterator[Path]:
    """Yield the folders in which a system keeps its fonts."""
    home = Path.home()
    if sys.platform == "win32":
        yield Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts"
        yield Path(os.environ.get("LOCALAPPDATA", str(home))) / "Microsoft/Windows/Fonts"
    elif sys.platform == "darwin":
        yield from (Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts")
    else:
        data = os.environ.get("XDG_DATA_HOME", str(home / ".local/share"))
        yield from (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
        yield from (Path(data) / "fonts", home / ".fonts")
