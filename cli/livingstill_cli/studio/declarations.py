"""What a page is told at its start: every setting, camera move, kind and format that there is."""

from __future__ import annotations

from dataclasses import asdict
from importlib import resources
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_origin

from livingstill.camera import path
from livingstill.camera.keyframes import CHANNELS
from livingstill.core.kinds import KINDS
from livingstill.jobs.reel.rooms import ROOMS
from livingstill.media.formats import CODECS, FORMATS
from livingstill.settings.declare import bounds, choices, declared
from livingstill.settings.presets import PRESETS
from livingstill.settings.reel import SHAPES, ReelSettings
from livingstill.settings.rescue import RescueSettings
from livingstill.settings.shot import Shot, expand_presets, split
from livingstill.settings.values import LONG_SIDES
from livingstill.settings.wind import DIRECTIONS, Wind
from pydantic.fields import FieldInfo

from livingstill_cli.studio import reel_page
from livingstill_cli.studio.shots import FILE_KEYS, HIDDEN, settings_of

SAMPLES = ("lake", "forest", "living-room")
"""Photos that a page offers to begin with, of ``samples/``."""


def sample(name: str) -> Path | None:
    """Return the path of a sample: in the installed package, or of the repository."""
    if name not in SAMPLES:
        return None
    here = Path(str(resources.files("livingstill_cli.studio")))
    places = (here / "samples", here.parents[2] / "samples")
    return next((p for folder in places if (p := folder / f"{name}.jpg").is_file()), None)


def declarations() -> dict[str, Any]:
    """Return all of it as one JSON object."""
    default = Shot().model_dump(mode="json")
    return {
        "settings": {
            name: _setting(name, field, default[name])
            for name, field in declared(Shot).items()
            if name not in HIDDEN
        },
        "moves": [
            {"name": name, "help": line, "keys": [_key(key) for key in path.keys(name)]}
            for name, line in path.describe()
            if not name.startswith("@")
        ],
        "kinds": [
            {
                "name": name,
                "help": kind.help,
                "colour": kind.colour,
                "found": kind.found_by,
                "directed": kind.direction is not None or bool(kind.speeds.prompted),
            }
            for name, kind in KINDS.items()
        ],
        "formats": [
            {
                "suffix": suffix,
                "help": one.line,
                "codecs": [{"name": c, "help": CODECS[c].line} for c in one.codecs],
                "sound": bool(one.sound),
            }
            for suffix, one in FORMATS.items()
            if suffix in (".mp4", ".webm", ".mov", ".mkv", ".gif", ".webp", ".png")
        ],
        "rescue": {
            name: _setting(name, field, field.default)
            for name, field in declared(RescueSettings).items()
        },
        "reel": {
            name: _setting(name, field, field.default)
            for name, field in declared(ReelSettings).items()
            if name not in reel_page.HIDDEN
        },
        "rooms": [{"name": room.name, "label": room.label} for room in ROOMS],
        "shapes": SHAPES,
        "presets": [
            {
                "name": name,
                "help": one.help,
                "aspects": one.aspects,
                "suffix": one.suffix,
                "values": _preset_values(name),
            }
            for name, one in PRESETS.items()
        ],
        "channels": {
            name: {"least": least, "most": most} for name, (least, most) in CHANNELS.items()
        },
        "sizes": LONG_SIDES,
        "wind": {
            name: {"help": field.description, **_range(field)}
            for name, field in Wind.model_fields.items()
        },
        "directions": DIRECTIONS,
        "samples": [name for name in SAMPLES if sample(name)],
    }


def _preset_values(name: str) -> dict[str, Any]:
    """Return the settings that a preset stands for, as a page has them."""
    shot, _ = split(expand_presets({"preset": name}))
    return {key: value for key, value in settings_of(shot).items() if key != "preset"}


def _setting(name: str, field: FieldInfo, default: Any) -> dict[str, Any]:
    extra = field.json_schema_extra
    limits = bounds(field)
    return {
        "help": field.description,
        "group": extra["group"] if isinstance(extra, dict) else "",
        "unit": limits.unit,
        "least": limits.least,
        "most": limits.most,
        "form": limits.form,
        "choices": list(choices(field)),
        "type": "file" if name in (*FILE_KEYS, *reel_page.FILES) else _type(field),
        "default": default,
    }


def _type(field: FieldInfo) -> str:
    """Return number, integer, switch, list or text: how a value is edited."""
    annotation = field.annotation
    if isinstance(annotation, type) and issubclass(annotation, bool):
        return "switch"
    types = [one for one in (annotation, *get_args(annotation)) if one is not NoneType]
    if int in types:
        return "integer"
    if float in types:
        return "number"
    return "list" if get_origin(annotation) is tuple else "text"


def _key(key: path.Key) -> dict[str, Any]:
    values = asdict(key)
    default = values["default"]
    simple = default is None or isinstance(default, int | float | str | bool)
    return {**values, "default": default if simple else str(default), "words": list(key.words)}


def _range(field: FieldInfo) -> dict[str, float | None]:
    limits = bounds(field)
    return {"least": limits.least, "most": limits.most}
