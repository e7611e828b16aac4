"""Reference tables made from the declarations: a hook of MkDocs fills `{{ name }}` in the pages."""

from __future__ import annotations

import importlib
import inspect
import re
import typing
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

_MARK = re.compile(r"^\{\{ (\w+)(?: (\w+))? \}\}$", re.MULTILINE)
ROOT = Path(__file__).parent.parent


def fill(text: str) -> str:
    """Return a page with every `{{ name }}` on a line of its own replaced by that table."""
    return _MARK.sub(lambda mark: TABLES[mark[1]](*filter(None, [mark[2]])), text)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Let MkDocs fill a page."""
    return fill(markdown)


def table(head: str, rows: Iterable[Iterable[object]]) -> str:
    """Return a Markdown table; ``head`` names its columns, separated by bars."""
    columns = head.split("|")
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(_cell(value) for value in line)} |" for line in lines) + "\n"


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def _code(value: object) -> str:
    return f"`{value}`" if str(value) else ""


def moves() -> str:
    """Every camera move with its own keys."""
    from livingstill.camera import path
    from livingstill.camera.param import declared
    from livingstill.camera.timing import Timing

    shared, parts = declared(Timing), []
    for name, line in path.describe():
        parts.append(f"### `{name}`\n\n{line}\n")
        if name in path.CAMERAS:
            rows = [
                (_code(key), _shown(default), unit, text)
                for key, default, unit, text in path.keys(name)
                if key not in shared
            ]
            if rows:
                parts.append(table("key|default|unit|meaning", rows))
    return "\n".join(parts)


def timing() -> str:
    """The keys every camera move has."""
    from livingstill.camera.param import declared
    from livingstill.camera.timing import Timing

    rows = []
    for key, param in declared(Timing).items():
        bounds = ", ".join(param.words) or f"{param.least:g} to {param.most:g}"
        rows.append((_code(key), bounds, param.unit, param.help))
    return table("key|range|unit|meaning", rows)


def channels() -> str:
    """What a keyframe may set."""
    from livingstill.camera.keyframes import CHANNELS

    rows = [(_code(name), f"{low:g} to {high:g}") for name, (low, high) in CHANNELS.items()]
    return table("channel|range", rows)


def kinds() -> str:
    """Every kind of motion: what it is, how it is found, and where its numbers come from."""
    from livingstill.motion.builder import KINDS
    from livingstill.segmentation.plan import NATURAL

    parts = []
    for name, kind in KINDS.items():
        home = inspect.getmodule(kind.build)
        about = inspect.getdoc(home) or ""
        how = "found by itself" if name in NATURAL else "moves when it is named, masked or stroked"
        parts.append(f"### `{name}`\n\n{kind.help} ({how}).\n\n{about}\n")
    return "\n".join(parts)


def words() -> str:
    """What a prompt may say."""
    from livingstill.settings import prompt

    rows = [(f"`{kind}`", nouns) for kind, nouns in prompt.THINGS.items()]
    rows.append(("camera", ", ".join(prompt.CAMERA)))
    rows += [(f"{factor:g} times", said) for factor, said in prompt.STRENGTHS.items()]
    return table("means|said as", rows)


def formats() -> str:
    """Every format a clip can have."""
    from livingstill.media.formats import FORMATS

    rows = [
        (_code(name), known.line, ", ".join(known.codecs), "yes" if known.alpha else "")
        for name, known in FORMATS.items()
    ]
    return table("name|what|codecs, the first by default|transparency", rows)


def codecs() -> str:
    """Every codec."""
    from livingstill.media.formats import CODECS

    rows = [(_code(c.name), c.line, "" if c.crf is None else f"{c.crf:g}") for c in CODECS.values()]
    return table("codec|what|default `--crf`", rows)


def faults() -> str:
    """Every kind of fault."""
    from livingstill.quality.faults.kinds import KINDS

    rows = ((_code(kind.name), kind.looks, kind.cause) for kind in KINDS.values())
    return table("fault|what is seen|cause and remedy", rows)


def networks() -> str:
    """Every larger depth network."""
    from livingstill.depth.models import MODELS

    rows = [(_code(m.name), m.licence, f"{m.megabytes:.0f} MB", m.note) for m in MODELS.values()]
    return table("name|licence|size|notes", rows)


def sources() -> str:
    """Every depth source that has a name of its own."""
    from livingstill.depth.sources import SOURCES

    rows = [("`embedded`", "the network in the package, which sees classes in the same pass")]
    for name, source in SOURCES.items():
        line = _first(inspect.getdoc(source) or "").removeprefix("Return ")
        rows.append((_code(name), line))
    return table("source|what", rows)


def presets() -> str:
    """Every preset of a batch."""
    from livingstill.jobs.batch.presets import PRESETS

    rows = [
        (_code(name), preset.help, ", ".join(f"{k} = {v}" for k, v in preset.values.items()))
        for name, preset in PRESETS.items()
    ]
    return table("preset|for|settings", rows)


def moods() -> str:
    """Every mood of a brand file."""
    from livingstill.settings.brand import MOODS

    return table(
        "mood|settings",
        ((_code(n), ", ".join(f"{k} = {v}" for k, v in m.items())) for n, m in MOODS.items()),
    )


def beds() -> str:
    """Every bed of sound."""
    from livingstill.audio.beds import BEDS

    return table("bed|what", ((_code(name), bed.help) for name, bed in BEDS.items()))


def settings(which: str = "Shot") -> str:
    """Every key of a shot or a job: the declaration the command line is made from too."""
    from livingstill.settings import shot as declared

    model = getattr(declared, which)
    groups: dict[str, list[tuple[str, str, str, str]]] = {}
    for name, info in model.model_fields.items():
        extra = info.json_schema_extra
        bounds = {type(m).__name__: m for m in info.metadata}
        low, high = getattr(bounds.get("Ge"), "ge", None), getattr(bounds.get("Le"), "le", None)
        words = typing.get_args(info.annotation)
        literal = typing.get_origin(info.annotation) is typing.Literal
        form = ", ".join(map(str, words)) if literal else str(extra["metavar"])
        if low is not None and high is not None:
            form = f"{low:g} to {high:g} {extra['unit']}".strip()
        row = (_code(name), form, _shown(info.default), str(info.description))
        groups.setdefault(str(extra["group"]), []).append(row)
    return "\n".join(
        f"### {group}\n\n{table('key|form or range|default|meaning', rows)}"
        for group, rows in groups.items()
    )


def _shown(value: object) -> str:
    return "" if value in (None, ()) else f"`{value}`"


def commands() -> str:
    """Every command as its `--help` prints it."""
    from livingstill_cli.main import COMMANDS, cli

    parts = []
    with click.Context(cli, info_name="livingstill", max_content_width=96) as top:
        for name in COMMANDS:
            command = cli.get_command(top, name)
            assert command is not None
            parts.append(_help(command, name, top))
            if isinstance(command, click.Group):
                with click.Context(command, top, name) as inner:
                    for sub in command.list_commands(inner):
                        found = command.get_command(inner, sub)
                        assert found is not None
                        parts.append(_help(found, f"{name} {sub}", inner))
    return "\n".join(parts)


def _help(command: click.Command, name: str, parent: click.Context) -> str:
    context = click.Context(
        command, parent, name.rsplit(maxsplit=1)[-1], max_content_width=96, terminal_width=96
    )
    return f"## `livingstill {name}`\n\n```text\n{command.get_help(context)}\n```\n"


def api() -> str:
    """The public names of the library with their signatures and docstrings."""
    import livingstill

    parts = []
    for name in livingstill.__all__:
        thing = getattr(livingstill, name)
        if callable(thing) and name not in ("Shot", "Job"):
            parts.append(_entry(f"livingstill.{name}", thing, 3))
            if inspect.isclass(thing):
                for key, member in vars(thing).items():
                    if not key.startswith("_") and (
                        callable(member) or isinstance(member, property)
                    ):
                        parts.append(_entry(f"{name}.{key}", member, 4))
    return "\n".join(parts)


def types(module: str = "model") -> str:
    """The small frozen types of a module with their docstrings."""
    home = importlib.import_module(f"livingstill.{module}")
    found = [c for c in vars(home).values() if inspect.isclass(c) and c.__module__ == home.__name__]
    return "\n".join(_entry(c.__name__, c, 4) for c in found if not c.__name__.startswith("_"))


def _entry(name: str, thing: Any, level: int) -> str:
    """Return a heading, the signature and the docstring."""
    call = thing.fget if isinstance(thing, property) else thing
    signature = "" if isinstance(thing, property) else _signature(call)
    return (
        f"{'#' * level} `{name}`\n\n"
        + (f"```python\n{name}{signature}\n```\n\n" if signature else "")
        + f"{_prose(inspect.getdoc(thing) or '')}\n"
    )


def _signature(call: Callable[..., Any]) -> str:
    try:
        text = str(inspect.signature(call)).replace("'", "")
    except (TypeError, ValueError):
        return ""
    return (
        re.sub(r"livingstill\.(?:\w+\.)*", "", text).replace("self, ", "").replace("(self)", "()")
    )


def _prose(doc: str) -> str:
    """Return a docstring as Markdown: sections in bold, examples and formulas as code."""
    doc = re.sub(r"^(\w[\w ]*)\n-{3,}$", r"**\1**\n", doc, flags=re.MULTILINE)
    doc = doc.replace("``", "`")
    doc = re.sub(r"^(\S[\w, ./]*) : (.*)$", r"- `\1`: \2", doc, flags=re.MULTILINE)
    out, inside = [], False
    for line in doc.split("\n"):
        if line.startswith(">>>") and not inside:
            out.append("```pycon")
            inside = True
        elif inside and not line.strip():
            out.append("```")
            inside = False
        out.append(line)
    return "\n".join([*out, "```"] if inside else out)


def _first(doc: str) -> str:
    return doc.split("\n\n", maxsplit=1)[0].replace("\n", " ").replace("``", "`")


def samples() -> str:
    """The gallery: every sample with its loop, its line and its shot file."""
    about = (ROOT / "samples/README.md").read_text(encoding="utf-8")
    lines = dict(re.findall(r"^\| `(.+?)` \| (.+?) \|", about, re.M))
    parts = []
    for shot in sorted((ROOT / "samples").glob("*.toml")):
        name = shot.stem
        parts.append(
            f"## {name}\n\n{lines[name].capitalize()}.\n\n"
            f"![{name}](pictures/gallery/{name}.webp)\n\n"
            f'```toml title="samples/{name}.toml"\n{shot.read_text().strip()}\n```\n'
        )
    return "\n".join(parts)


def file(name: str = "CONTRIBUTING") -> str:
    """A Markdown file of the repository without its title."""
    homes = {"RESULTS": "benchmarks/RESULTS.md"}
    text = (ROOT / homes.get(name, f"{name}.md")).read_text(encoding="utf-8")
    return text.split("\n", 1)[1].strip() + "\n"


TABLES: dict[str, Callable[..., str]] = {
    made.__name__: made
    for made in (
        moves, timing, channels, kinds, words, formats, codecs, faults, networks, sources,
        presets, moods, beds, settings, commands, api, types, samples, file,
    )
}  # fmt: skip
"""What a page may ask for by name."""
