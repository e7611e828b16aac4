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
from livingstill.io.files import atomic_write, check_target
from livingstill.media import metadata as xmp
from livingstill.settings.shot import Shot

STATEMENT = "camera and procedural motion of one photograph; no generated content"

_FOLDERS = re.compile(r'(?<=["=@])(?:[A-Za-z]:)?[^"=@]*[/\\]')
_SUFFIXES = (".json", ".xmp")


def metadata(shot: Shot, photo_sha256: str) -> dict[str, str]:
    """Return what a clip's file says of itself: statement, maker, photo, settings that were given.

    Of files that settings name only the names are told, not where they lay.
    """
    written, default = shot.model_dump(mode="json"), Shot().model_dump(mode="json")
    changed = {key: value for key, value in written.items() if value != default[key]}
    settings = json.dumps(changed, ensure_ascii=False, sort_keys=True)
    return {
        "comment": STATEMENT,
        "software": f"livingstill {version('livingstill')}",
        "photo": f"sha256:{photo_sha256}",
        "settings": _FOLDERS.sub("", settings),
    }


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
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
