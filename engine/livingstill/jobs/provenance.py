"""What a clip says of where it came from: in its own metadata, and in a file beside it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from livingstill.core.errors import InputError
from livingstill.core.model import Photo
from livingstill.io.files import atomic_write, check_target
from livingstill.media import metadata as xmp
from livingstill.media.write import stills
from livingstill.settings import brand
from livingstill.settings.shot import Shot

SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
"""The vocabulary of IPTC's digital source types."""

CAPTURED = frozenset(
    {
        "", "digitalCapture", "computationalCapture", "negativeFilm", "positiveFilm", "print",
        "humanEdits", "minorHumanEdits", "algorithmicallyEnhanced",
    }
)  # fmt: skip
"""What a photo may declare to be and still count as taken from life; "" = it declares nothing."""

GRADE = ("exposure", "midtones", "temperature", "tint", "saturation", "lut", "vignette", "grain")
OVERLAYS = ("title", "subtitle", "price", "address", "details", "logo", "disclosure")
"""Settings that lay something over the frames, in the plane of a stereo picture's screen."""

_FILE_KEYS = ("camera", "depth", "mask", "hold", "audio", "modulate", "brand", *brand.FILES)
"""Settings that may name files."""

_FOLDERS = re.compile(r"(?:^|(?<=[=@]))(?:[A-Za-z]:)?[^=@]*[/\\]")
_SUFFIXES = (".json", ".xmp")


def metadata(shot: Shot, photo: Photo, kinds: Sequence[str] = ()) -> dict[str, str]:
    """Return what a clip's file says of itself: statement, source type, edits, maker, photo, settings.

    ``kinds`` are those that move. Of files that settings name only the names are told, not where
    they lay.
    """
    settings = json.dumps(changed_settings(shot), ensure_ascii=False, sort_keys=True)
    said = edits(shot, kinds, photo.perspective_corrected)
    return {
        "comment": statement(photo, kinds),
        "source_type": SOURCE_TYPES + source_type(shot, photo, kinds),
        **({"edits": "\n".join(said)} if said else {}),
        "software": engine(),
        "photo": f"sha256:{photo.sha256}",
        "settings": settings,
    }


def engine() -> str:
    """Return the name and version of this engine."""
    return f"livingstill {version('livingstill')}"


def changed_settings(shot: Shot) -> dict[str, Any]:
    """Return the settings of a shot that differ from the defaults; of files their names alone."""
    written, default = shot.model_dump(mode="json"), Shot().model_dump(mode="json")
    return {
        key: _without_folders(value) if key in _FILE_KEYS else value
        for key, value in written.items()
        if value != default[key]
    }


def _without_folders(value: Any) -> Any:
    """Return a file's name without its folder, in a text or in each of a list.

    >>> _without_folders("@/home/me/path.csv"), _without_folders(["water=masks/a.png"])
    ('@path.csv', ['water=a.png'])
    """
    if isinstance(value, list):
        return [_without_folders(one) for one in value]
    return _FOLDERS.sub("", value) if isinstance(value, str) else value


def statement(photo: Photo, kinds: Sequence[str] = ()) -> str:
    """Return in one line what a clip is: of a photograph, what moves, and nothing generated."""
    moved = (
        "camera and procedural motion of one photograph"
        if kinds
        else ("camera move over one photograph, in which nothing moves")
    )
    if photo.source_type in CAPTURED:
        return f"{moved}; no generated content"
    return f"{moved}; nothing generated beyond the photograph, which declares {photo.source_type}"


def source_type(shot: Shot, photo: Photo, kinds: Sequence[str] = ()) -> str:
    """Return the name of the clip's digital source type in IPTC's vocabulary.

    A camera move is "algorithmicallyEnhanced": correction by an algorithm without a change of the
    main content, at a human's order. What somebody has graded, laid over or set in motion is
    "humanEdits": augmentation by a human with non-generative tools. A photo that declares that it
    was not taken from life hands on what it declares.
    """
    if photo.source_type not in CAPTURED:
        return photo.source_type
    by_hand = edits(shot, kinds, photo.perspective_corrected)
    return "humanEdits" if by_hand else "algorithmicallyEnhanced"


def edits(shot: Shot, kinds: Sequence[str] = (), corrected: bool = False) -> tuple[str, ...]:
    """Return in words what was changed by hand beyond the camera: each group of settings a line.

    ``corrected`` says that the photo's perspective was.

    >>> edits(Shot(exposure=0.5, saturation=0.9, title="Hall", disclosure="virtual"), ["water"])
    ('graded: exposure 0.5, saturation 0.9', 'laid over: title, disclosure', 'set in motion: water')
    """
    changed = changed_settings(shot)
    graded = [f"{key} {changed[key]}" for key in GRADE if key in changed]
    groups = {
        "corrected": ["verticals"] if corrected else [],
        "graded": graded,
        "laid over": [key for key in OVERLAYS if key in changed],
        "set in motion": list(dict.fromkeys(kinds)),
        "cut out": [shot.alpha] if shot.alpha else [],
    }
    return tuple(f"{what}: {', '.join(which)}" for what, which in groups.items() if which)


def check_sidecar(path: Path, overwrite: bool) -> None:
    """Raise InputError early for a sidecar that could not be written.

    Raises
    ------
    InputError
        If its suffix is neither .json nor .xmp, or as ``files.check_target``.
    """
    if path.suffix.lower() not in _SUFFIXES:
        raise InputError(f"sidecar {path} has another suffix; give .json or .xmp")
    check_target(path, overwrite)


def write_sidecar(
    path: Path, fields: Mapping[str, str], outputs: Sequence[str], overwrite: bool = False
) -> None:
    """Write ``metadata`` beside the clips: as XMP, or as JSON with the hash of each clip's file.

    Raises
    ------
    InputError
        As ``check_sidecar``.
    """
    check_sidecar(path, overwrite)
    with atomic_write(path, overwrite) as part:
        if path.suffix.lower() == ".xmp":
            part.write_bytes(xmp.packet(fields) + b"\n")
            return
        record: dict[str, Any] = {
            "statement": fields["comment"],
            "software": fields["software"],
            "digital_source_type": fields["source_type"],
            "edits": fields.get("edits", "").splitlines(),
            "photo": {"sha256": fields["photo"].removeprefix("sha256:")},
            "settings": json.loads(fields["settings"]),
            "files": [
                {"name": Path(name).name, "sha256": digest(Path(name))}
                for name in outputs
                if Path(name).is_file()
            ],
        }
        text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
        part.write_text(text, encoding="utf-8", errors="backslashreplace")  # a name may be no text


def digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, or of those of a sequence's pictures by name."""
    if stills.NUMBER.search(path.name) and not path.is_file():
        sequence = hashlib.sha256()
        for picture in stills.files_from(path, 0):
            sequence.update(picture.read_bytes())
        return sequence.hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
