"""Resolves the camera of a shot to its path over the clip."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from livingstill.camera.dolly import DollyZoom, Push, Zoom
from livingstill.camera.keyframes import load
from livingstill.camera.lens import KenBurns, RackFocus
from livingstill.camera.move import Amount, Move
from livingstill.camera.orbit import Arc, Crane, Orbit
from livingstill.camera.rotate import Roll, Turn
from livingstill.camera.sliders import Sliders
from livingstill.camera.sway import Handheld, Static, Sway
from livingstill.camera.timing import Timing
from livingstill.camera.truck import Truck
from livingstill.camera.view import CameraView
from livingstill.core.errors import InputError
from livingstill.core.model import CameraPath, Pose
from livingstill.core.registry import Registry, nearest
from livingstill.settings.declare import Group, bounds, checked, choices, declared
from livingstill.settings.values import MoveSpec

CAMERAS: Registry[Callable[..., Move]] = Registry(
    "camera move",
    "livingstill.cameras",
    {
        "static": Static,
        "push-in": partial(Push, toward="in"),
        "pull-out": partial(Push, toward="out", rest=1.0),
        "zoom-in": partial(Zoom, toward="into"),
        "zoom-out": partial(Zoom, toward="out of", rest=1.0),
        "dolly-zoom": DollyZoom,
        "pan-left": partial(Turn, toward="left"),
        "pan-right": partial(Turn, toward="right"),
        "tilt-up": partial(Turn, toward="up"),
        "tilt-down": partial(Turn, toward="down"),
        "roll-left": partial(Roll, toward="anticlockwise"),
        "roll-right": partial(Roll, toward="clockwise"),
        "truck-left": partial(Truck, toward="left"),
        "truck-right": partial(Truck, toward="right"),
        "pedestal-up": partial(Truck, toward="up"),
        "pedestal-down": partial(Truck, toward="down"),
        "orbit": Orbit,
        "arc": Arc,
        "crane": Crane,
        "sway": Sway,
        "handheld": Handheld,
        "ken-burns": KenBurns,
        "rack-focus": RackFocus,
        "sliders": Sliders,
    },
)
"""Every camera move by its name."""

AUTO = "auto"


class Auto(Group):
    """Choose the move that suits the photo and say why.

    The keys that are given besides ``amount`` go to the move that is chosen.
    """

    amount: Amount = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class TimedMove:
    """A move made in time: a ``CameraPath``."""

    move: Move
    timing: Timing
    view: CameraView
    loop: str
    turns: float

    def at(self, time: float) -> Pose:
        """Return the pose at ``time``, 0..1."""
        position = self.timing.progress(time, self.loop, self.move.closed, self.turns)
        if not self.move.closed:
            position -= self.move.rest if self.timing.rest is None else self.timing.rest
        pose = self.move.pose(position, self.view)
        if self.timing.aperture is None:
            return pose
        spread = max(self.view.near - self.view.far, 0.1)
        return replace(pose, focus=self.view.subject, aperture=self.timing.aperture / 100 / spread)


def with_requested_keys(requested: MoveSpec, recommended: MoveSpec) -> MoveSpec:
    """Return the recommended move with the requested keys; the two amounts are multiplied.

    >>> asked = MoveSpec.parse("auto:amount=0.5,ease=cubic")
    >>> str(with_requested_keys(asked, MoveSpec.parse("truck-right:amount=0.8")))
    'truck-right:amount=0.4,ease=cubic'
    """
    requested_keys, keys = dict(requested.keys), dict(recommended.keys)
    amount = float(requested_keys.pop("amount", 1)) * float(keys.pop("amount", 1))
    amount_key = {} if amount == 1 else {"amount": f"{amount:.3g}"}
    return MoveSpec(
        name=recommended.name, keys=tuple({**amount_key, **keys, **requested_keys}.items())
    )


def parse(choice: MoveSpec, duration: float = 5.0) -> tuple[Move, Timing]:
    """Check the camera of a shot and return its move and its timing, before any photo is read.

    ``auto`` has no move of its own yet; its keys are checked and it stands still.

    Raises
    ------
    InputError
        If the move or a key is unknown, a value cannot be read or is out of range, or a file of
        keyframes is wrong; the sentence names it and what would be right.
    """
    keys = dict(choice.keys)
    timing_keys = {key: keys.pop(key) for key in tuple(keys) if key in declared(Timing)}
    timing = checked(Timing, timing_keys, f"{choice.name}.")
    if choice.name.startswith("@"):
        return load(Path(choice.name[1:]), duration), timing
    if choice.name == AUTO:
        _checked_model(AUTO, Auto, keys)
        return Static(), timing
    if choice.name not in CAMERAS:
        names = [AUTO, *CAMERAS]
        raise InputError(f"no camera move is called '{choice.name}'{nearest(choice.name, names)}")
    move: Move = _checked_model(choice.name, CAMERAS[choice.name], keys)
    return move, timing


def class_of(make: Callable[..., Any]) -> type[Any]:
    """Return the class of a move: ``make`` itself, or the class that a ``partial`` constructs."""
    return make.func if isinstance(make, partial) else make  # type: ignore[return-value]


def _checked_model(name: str, make: Callable[..., Any], keys: Mapping[str, str]) -> Any:
    """Return the move ``name`` of its keys as written, or raise one sentence as InputError."""
    model = class_of(make)
    unknown = next((key for key in keys if key not in declared(model)), None)
    if unknown is not None:
        every = [*declared(model), *declared(Timing)]
        raise InputError(f"{name} has no key '{unknown}'{nearest(unknown, every)}")
    return checked(model, {**getattr(make, "keywords", {}), **keys}, f"{name}.")


def resolve(
    choice: MoveSpec, view: CameraView, *, loop: str, duration: float, seed: int = 0
) -> CameraPath:
    """Return the path of the camera of a shot over a clip of ``duration`` seconds.

    ``loop`` is seamless, bounce, none or hold. What the camera looks at is the view's subject
    unless the choice says ``focus=x,y``.

    Raises
    ------
    InputError
        As ``parse``.
    """
    move, timing = parse(choice, duration)
    if timing.focus:
        view = view.towards(*timing.focus)
    turns = timing.turns(loop, duration)
    return TimedMove(move, timing, replace(view, seconds=duration / turns, seed=seed), loop, turns)


def describe() -> list[tuple[str, str]]:
    """Return a name and one line for each camera move there is."""
    rows = [(AUTO, (Auto.__doc__ or "").split("\n")[0])]
    for name, make in CAMERAS.items():
        words = {key: field.default for key, field in class_of(make).model_fields.items()}
        words |= getattr(make, "keywords", {})
        rows.append((name, (class_of(make).__doc__ or "").strip().split("\n")[0].format(**words)))
    return [*rows, ("@FILE.toml", "Follow keyframes: time, x, y, z, pan, tilt, roll, zoom, focus.")]


@dataclass(frozen=True, slots=True)
class Key:
    """The description of a camera move's key; None for a bound or a default that it lacks."""

    key: str
    default: object
    unit: str
    least: float | None
    most: float | None
    words: tuple[str, ...]
    help: str

    @property
    def range(self) -> str:
        """The permitted values in words."""
        if self.words:
            return ", ".join(self.words)
        if self.least is None or self.most is None:
            return "" if self.least is None else f"from {self.least:g}"
        return f"{self.least:g} to {self.most:g}"


def keys(name: str) -> list[Key]:
    """Return the keys of a camera move, its own and then those that every move has.

    Raises
    ------
    InputError
        If no move is called ``name``.

    >>> [key.range for key in keys("orbit") if key.key == "rest"]
    ['0 to 1']
    """
    if name != AUTO and name not in CAMERAS:
        raise InputError(f"no camera move is called '{name}'{nearest(name, [AUTO, *CAMERAS])}")
    return [
        Key(
            key,
            getattr(owner, "keywords", {}).get(key, field.default),
            bounds(field).unit,
            bounds(field).least,
            bounds(field).most,
            choices(field),
            str(field.description),
        )
        for owner in (Auto if name == AUTO else CAMERAS[name], Timing)
        for key, field in declared(class_of(owner)).items()
    ]
