"""One case is a folder of files and a command line; its number and a seed decide all of it."""

from __future__ import annotations

import importlib
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import click
from livingstill_cli.main import COMMANDS

from torture import sound
from torture.damage import JUNK_TEXT, spoiled, warped

SMALL = ("--size", "32x32", "--duration", "0.2", "--fps", "10", "--quality", "draft")
STILL = (*SMALL, "--depth", "flat", "--motion", "none", "--camera", "static")


@dataclass(frozen=True)
class Case:
    """``files`` stand in the folder where ``livingstill *args`` is run; ``codes`` may come back."""

    family: str
    args: tuple[str, ...]
    files: dict[str, bytes] = field(default_factory=dict)
    codes: tuple[int, ...] = (0, 2)


def case(number: int, seed: int = 0) -> Case:
    """Return case ``number`` of the series that ``seed`` begins."""
    rng = random.Random(f"{seed}:{number}")
    family = rng.choices(list(FAMILIES), [share for share, _ in FAMILIES.values()])[0]
    return FAMILIES[family][1](rng)


def sound_jobs() -> list[Case]:
    """Return jobs with nothing wrong, through the libraries and kernels that most cases use."""
    files = {"photo.png": plain_photo(), "clip.mp4": sound.clip("mp4")}
    kinds = ("water", "cloud", "flag", "fire")
    masks = [part for kind in kinds for part in ("--mask", f"{kind}=photo.png")]
    return [
        Case("sound", ("photo.png", *SMALL, "--motion", ",".join(kinds), *masks, "-q"), files),
        Case("sound", ("rescue", "clip.mp4", "--mode", "replace", "-o", "out.mp4", "-q"), files),
    ]


@cache
def plain_photo() -> bytes:
    """Return a sound PNG."""
    return sound.photo("png", random.Random(0), (48, 32))


def photos(rng: random.Random) -> Case:
    """Photo bytes of every format."""
    suffix = rng.choice(sound.formats())
    data = sound.photo(suffix, rng)
    if rng.random() < 0.8:
        data = spoiled(data, rng)
    name = f"photo.{suffix if rng.random() < 0.9 else rng.choice(sound.formats())}"
    command = rng.choices(
        [
            (name, *STILL),
            (name, *SMALL),
            ("depth", name, "-o", "out.png", "--quality", "draft"),
            ("regions", name, "-o", "out.png", "--quality", "draft"),
            ("scene", name, "-o", "scene", "--quality", "draft"),
            ("doctor", name),
        ],
        [8, 2, 1, 1, 1, 1],
    )[0]
    codes = (0, 1, 2) if command[0] == "doctor" else (0, 2)
    return Case("photos", (*command, "-q"), {name: data}, codes)


def depths(rng: random.Random) -> Case:
    """Depth files of every format."""
    kind = rng.choice(list(sound.DEPTHS))
    data = sound.depth(kind, rng.choice(((48, 32), (24, 16), (31, 77), (1, 1), (300, 200))))
    if rng.random() < 0.85:
        data = spoiled(data, rng)
    name = f"depth.{sound.DEPTHS[kind]}"
    args = ("photo.png", *STILL, "--camera", "truck-right", "--depth", name, "-q")
    far = ("--depth-far", rng.choice(("auto", "bright", "dark")))
    return Case("depths", (*args, *far), {"photo.png": plain_photo(), name: data})


def masks(rng: random.Random) -> Case:
    """Masks of a kind, and what is held."""
    suffix = rng.choice(sound.formats())
    data = sound.photo(suffix, rng, rng.choice(((48, 32), (96, 64), (32, 48))))
    if rng.random() < 0.7:
        data = spoiled(data, rng)
    name = f"mask.{suffix}"
    kind = rng.choice(("water", "cloud", "flag", "fire", "hair", "sky", "", "nothing"))
    how = ("--hold", name) if rng.random() < 0.3 else ("--mask", f"{kind}={name}")
    args = ("photo.png", *SMALL, "--depth", "flat", *how, "-q")
    return Case("masks", args, {"photo.png": plain_photo(), name: data})


SHOT: dict[str, Any] = {
    "photo": "photo.png", "camera": "orbit:amount=0.5,ease=sine", "depth": "flat", "layers": 3,
    "motion": ["water"], "mask": ["water=photo.png"], "brush": ["water:0.1,0.2,0.8,0.9"],
    "wind": "left,5,0.3", "amount": 1.0, "seed": 3, "smooth": 1.0, "duration": 0.2, "fps": 10,
    "loop": "bounce", "size": "32x32", "aspect": "1:1", "fit": "pad", "quality": "draft",
    "crf": 30, "max_pixels": 1000000, "background": "red", "output": ["out.mp4"], "overwrite": True,
    "hold_faces": False, "hold": "photo.png", "codec": "h264", "prompt": "slow push in",
}  # fmt: skip


ENDLESS = (b"[" * 100_000, b"a = " + b"[" * 100_000, b"a = " + b"9" * 5000, b"9" * 5000)
"""Nested too deeply, and numbers of too many digits."""


def toml(values: dict[str, Any]) -> str:
    """Write plain values as TOML, near enough: what is no TOML is a case of its own."""
    return "".join(
        f"{key} = {json.dumps(value, ensure_ascii=False)}\n".replace("Infinity", "inf").replace(
            "NaN", "nan"
        )
        for key, value in values.items()
    )


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def shots(rng: random.Random) -> Case:
    """Shot files."""
    kept = {key: value for key, value in SHOT.items() if rng.random() < 0.5}
    cheap = {key: SHOT[key] for key in ("photo", "depth", "duration", "fps", "size", "quality")}
    values = {**kept, **cheap}
    if rng.random() < 0.75:
        values = warped(values, rng)
    if not isinstance(values, dict):
        values = {"photo": values}
    for key, cost in (("size", "32x32"), ("duration", 0.2)):  # left out they are large
        values.setdefault(key, cost)
    data = _encoded(toml(values))
    if rng.random() < 0.01:
        data = rng.choice(ENDLESS)
    if rng.random() < 0.4:
        data = spoiled(data, rng)
        data += b'\nsize = "32x32"\n' if b"\nsize" not in data else b""
    args = rng.choice((("render", "shot.toml"), ("--shot", "shot.toml"), ("--shot", "shot.toml")))
    limits = () if args[0] == "render" else ("--size", "32x32", "--duration", "0.2", "--fps", "10")
    return Case("shots", (*args, *limits, "-q"), {"shot.toml": data, "photo.png": plain_photo()})


KEYS = {"keyframe": [{"time": 0.0, "x": 0.0, "zoom": 1.0}, {"time": 0.5, "x": 0.02, "pan": 1.0},
                     {"time": 1.0, "x": 0.0, "focus": 0.5}], "interpolation": "monotone",
        "unit": "fraction"}  # fmt: skip


def keyframes(rng: random.Random) -> Case:
    """Files of keyframes."""
    values = warped(KEYS, rng) if rng.random() < 0.8 else KEYS
    lines = ""
    if isinstance(values, dict):
        lines = toml({key: value for key, value in values.items() if key != "keyframe"})
        frames = values.get("keyframe", [])
        for frame in frames if isinstance(frames, list) else [frames]:
            lines += "[[keyframe]]\n" + (toml(frame) if isinstance(frame, dict) else f"{frame}\n")
    data = _encoded(lines)
    if rng.random() < 0.4:
        data = spoiled(data, rng)
    args = ("photo.png", *STILL, "--camera", "@path.toml", "-q")
    return Case("keyframes", args, {"photo.png": plain_photo(), "path.toml": data})


@cache
def _manifest() -> dict[str, Any]:
    """Return the manifest of a small clip, made by a real run."""
    import os
    import tempfile

    from livingstill.jobs import animate
    from livingstill.settings.shot import Job, Shot

    with tempfile.TemporaryDirectory() as folder:
        here = Path.cwd()
        os.chdir(folder)
        try:
            Path("photo.png").write_bytes(plain_photo())
            shot = Shot(size="32x32", duration=0.2, fps=10, quality="draft", motion="water",
                        mask=["water=photo.png"], camera="truck-right")  # fmt: skip
            job = Job(photo="photo.png", output=("out.mp4",), manifest="m.json")
            animate.animate_file(shot, job)
            return dict(json.loads(Path("m.json").read_text()))
        finally:
            os.chdir(here)


def manifests(rng: random.Random) -> Case:
    """Manifests to replay."""
    values: Any = _manifest()
    if rng.random() < 0.85:
        for _ in range(rng.choice((1, 1, 2))):
            values = warped(values, rng)
        if isinstance(values, dict) and isinstance(values.get("shot"), dict):
            values = {**values, "shot": {**values["shot"], "max_upscale": 2.0}}
    data = _encoded(json.dumps(values, ensure_ascii=False))
    if rng.random() < 0.3:
        data = spoiled(data, rng)
    if rng.random() < 0.01:
        data = rng.choice(ENDLESS)
    return Case("manifests", ("render", "m.json", "-q"), {"m.json": data, "photo.png": plain_photo()},
                (0, 1, 2))  # fmt: skip


def clips(rng: random.Random) -> Case:
    """Clips to check and to rescue."""
    suffix = rng.choice(sound.CLIPS)
    data = sound.clip(suffix)
    if rng.random() < 0.9:
        data = spoiled(data, rng)
    name = f"clip.{suffix}"
    files = {name: data, "photo.png": plain_photo()}
    still = ("--still", "photo.png") if rng.random() < 0.3 else ()
    if rng.random() < 0.5:
        return Case("clips", ("check", name, *still, "-q"), files, (0, 1, 2))
    out = f"out.{rng.choice(('mp4', 'webm', suffix))}"
    more = rng.choice(
        ((), ("--force",), ("--mode", "repair"), ("--mode", "replace", "--blend", "2"))
    )
    args = ("rescue", name, *still, *more, "-o", out, "--quality", "draft", "-q")
    return Case("clips", args, files)


ROW = {"photo": "photo.png", "group": "a", "camera": "static", "size": "32x32", "duration": 0.2,
       "fps": 10, "depth": "flat", "motion": "none", "quality": "draft"}  # fmt: skip


def tables(rng: random.Random) -> Case:
    """Tables of a batch. Most are refused; what is sound costs a process, so there are few."""
    values: Any = [ROW, {**ROW, "group": "b"}]
    if rng.random() < 0.95:
        values = warped(values, rng)
    values = values if isinstance(values, list) else [values]
    rows = [row if isinstance(row, dict) else {"photo": row} for row in values][:2]
    if rng.random() < 0.5:
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        name = "list.jsonl"
    else:
        names = list(dict.fromkeys(str(key) for row in rows for key in row))
        cells = [[f'"{row.get(key, "")}"' for key in names] for row in rows]
        text = "\n".join(",".join(line) for line in [names, *cells])
        name = "list.csv"
    data = _encoded(text)
    if rng.random() < 0.7:
        data = spoiled(data, rng)
    args = ("batch", name, "-o", "clips", "--workers", "1", *STILL, "-q")
    return Case("tables", args, {name: data, "photo.png": plain_photo()}, (0, 1, 2))


# Command lines from a grammar: the options are those that the commands declare.

VALUES: dict[str, tuple[str, ...]] = {
    "camera": ("orbit", "static", "push-in:amount=0.5", "handheld:amount=2", "auto", "@path.toml",
               "orbit:amount=", "truck-left:focus=0.2", "truck-left:focus=0.2,0.3", "orbit:ease=x",
               "ken-burns:", ":amount=1", "sliders:x=1", "rack-focus", "@", "dolly-zoom:amount=1e9"),
    "depth": ("flat", "cues", "embedded", "depth.png", "photo.png", "missing.npy", "small", "x.onnx"),
    "motion": ("none", "auto", "water", "water,cloud", "watr", ",", "none,auto"),
    "mask": ("water=photo.png", "water=", "=photo.png", "x=photo.png", "cloud=missing.png"),
    "brush": ("water:0,0,1,1", "water:0,0", "flow:0.1,0.1,0.9,0.2,0.3,0.3", "flow:2,2,3,3", "x:0,0,1,1",
              "flow:nan,0,1,1", "flow:0.5,0.5,0.5,0.5"),
    "hold": ("photo.png", "missing.png", "."),
    "wind": ("left", "90,12,1", "left,13", "left,1,2,3", "nan", "inf,1", "-720,0,0", "left,nan"),
    "amount": ("0", "4", "0.5", "5"), "seed": ("0", "4294967295", "4294967296", "1.5"),
    "smooth": ("0", "4", "2"), "loop": ("seamless", "bounce", "none", "hold", "x"),
    "layers": ("1", "8", "9", "2.5"), "aspect": ("1:1", "16:9", "9:16", "1:100", "0:1", "1:1:1"),
    "fit": ("crop", "pad", "blur", "x"), "max_upscale": ("1", "16", "99"),
    "shutter": ("0", "360", "361"), "codec": ("h264", "vp9", "av1", "x264", "ffv1", "prores"),
    "crf": ("0", "63", "20", "64"), "bitrate": ("1M", "100k", "0", "M", "1e99M", "-1M"),
    "budget": ("2MB", "20kB", "1B", "0", "MB", "9999999999GB"), "max_pixels": ("1", "2000", "1000000"),
    "background": ("white", "#123456", "#12345", "nocolour"), "prompt": ("push in", "no words"),
    "output": ("out.mp4", "out.webm", "out.gif", "out.webp", "out.png", "o-%04d.png", "out.y4m", "-",
               "out", "out.xyz", "missing/out.mp4", "photo.png", ".", "out.mov", "out.mkv", "%d.png",
               "a%db%d.png", "out.MP4", ".mp4"),
    "manifest": ("m.json", "missing/m.json", "photo.png", "out.mp4"),
    "report": ("r.html", "r.json", "r.txt", "missing/r.html", "photo.png"),
    "threads": ("1", "2", "0", "1025"), "save_shot": ("s.toml", "missing/s.toml", "photo.png"),
    "shot_file": ("photo.png", "missing.toml", "shot.toml"), "still": ("photo.png", "missing.png", "."),
    "folder": ("scene", "photo.png", "."), "mesh": ("m.ply", "m.glb", "m.xyz"), "masks": ("masks", "."),
    "preset": ("listing", "calm", "slack-emoji", "x"), "suffix": ("mp4", ".gif", ".xyz", "%d.png"),
    "strict": ("0", "4", "5"), "blend": ("0", "3", "10001"), "count": ("1", "2", "0", "51"),
    "quality": ("draft", "standard", "x"), "fps": ("1", "10", "29.97", "121"),
    "mode": ("auto", "keep", "repair", "replace", "x"), "workers": ("1", "0"),
    "size": ("32x32", "16x16", "31x31", "64x16", "99999x2", "x", "32x32x32"),
    "duration": ("0.1", "0.2", "0.05", "601"),
}  # fmt: skip
"""What may follow an option; one that is not here gets words that fit nothing."""

LEFT_OUT = {"cluster", "help", "version"}
BOUNDED = (("--size", "32x32"), ("--duration", "0.2"), ("--fps", "10"), ("--quality", "draft"))


@cache
def commands() -> dict[str, click.Command]:
    """Return every command by name."""
    return {name: importlib.import_module(f"livingstill_cli.{name}").command for name in COMMANDS}


def grammar(rng: random.Random) -> Case:
    """Command lines: any command, any of its options, values right, at the edge, and wrong."""
    name = rng.choices(list(COMMANDS), [6 if n == "animate" else 1 for n in COMMANDS])[0]
    options = [
        p for p in commands()[name].params if isinstance(p, click.Option) and p.name not in LEFT_OUT
    ]
    files = {
        "photo.png": plain_photo(), "depth.png": sound.depth("png16"), "clip.mp4": sound.clip("mp4"),
        "shot.toml": toml({"photo": "photo.png", "depth": "flat"}).encode(),
        "path.toml": b"[[keyframe]]\ntime = 0\nx = 0\n[[keyframe]]\ntime = 1\nx = 0.01\n",
    }  # fmt: skip
    subject = {"check": "clip.mp4", "rescue": "clip.mp4", "render": "shot.toml", "moves": "",
               "kinds": "", "formats": "", "models": "", "batch": "photo.png"}.get(name, "photo.png")  # fmt: skip
    args: list[str] = [] if name == "animate" and rng.random() < 0.5 else [name]
    words: list[tuple[str, ...]] = [(subject,)] if subject and rng.random() < 0.95 else []
    if rng.random() < 0.06:
        words = [(rng.choice(JUNK_TEXT),)]
    flags = {flag for option in options for flag in option.opts}
    for flag, value in BOUNDED:  # what a case costs
        if flag in flags:
            words.append((flag, value))
    if "--depth" in flags and rng.random() < 0.7:
        words.append(("--depth", "flat"))
    if name == "batch":
        words += [("-o", "clips"), ("--workers", "1"), ("--camera", "nosuch")]
    if name in {"rescue", "scene"} and rng.random() < 0.9:
        words.append(("-o", "out.mp4" if name == "rescue" else "scene"))
    for option in rng.sample(options, min(len(options), rng.choice((0, 1, 1, 2, 3, 5)))):
        if (name, option.name) == ("batch", "camera"):
            continue
        flag = rng.choice([*option.opts, *option.secondary_opts])
        if option.is_flag:
            words.append((flag,))
            continue
        pool = VALUES.get(option.name or "", ())
        value = rng.choice(pool) if pool and rng.random() < 0.7 else rng.choice(JUNK_TEXT)
        words.append(
            (f"{flag}={value}",) if rng.random() < 0.3 and flag[:2] == "--" else (flag, value)
        )
    if rng.random() < 0.05:
        words.append(
            (rng.choice(("--nosuch", "-x", "--camra=orbit", "extra", "--help", *JUNK_TEXT)),)
        )
    rng.shuffle(words)
    args += [part for word in words for part in word]
    if rng.random() < 0.03 and args:
        args[rng.randrange(len(args))] = rng.choice(JUNK_TEXT)
    if rng.random() < 0.7 and name not in {"moves", "kinds", "formats", "models"}:
        args.append("-q")
    codes = (0, 1, 2) if name in {"check", "doctor", "batch", "render"} else (0, 2)
    return Case("grammar", tuple(args), files, codes)


FAMILIES: dict[str, tuple[int, Callable[[random.Random], Case]]] = {
    "photos": (30, photos),
    "depths": (11, depths),
    "masks": (7, masks),
    "shots": (10, shots),
    "keyframes": (4, keyframes),
    "manifests": (9, manifests),
    "clips": (11, clips),
    "tables": (3, tables),
    "grammar": (15, grammar),
}
"""Each family's share of the cases, in hundredths, and what makes one."""
