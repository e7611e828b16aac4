"""Tables of the reference pages, made from the declarations: `python docs/reference.py` writes them.

A page says where a table stands, and the table stands there for whoever reads the repository:

    <!-- made: settings Shot -->
    <!-- end -->

What lies elsewhere in the repository is told by `{{ file NAME }}`, which MkDocs replaces as it builds.
"""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import click

_MADE = re.compile(r"(<!-- made: (\w+)(?: ([\w.]+))? -->\n).*?(<!-- end -->)", re.DOTALL)
_FILE = re.compile(r"^\{\{ file (\w+) \}\}$", re.MULTILINE)
DOCS = Path(__file__).parent
ROOT = DOCS.parent


def fill(text: str) -> str:
    """Return a page with every table made anew."""

    def made(mark: re.Match[str]) -> str:
        return f"{mark[1]}\n{TABLES[mark[2]](*filter(None, [mark[3]])).strip()}\n\n{mark[4]}"

    return _MADE.sub(made, text)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Let MkDocs fill a page, and put in the files it asks for."""
    return _FILE.sub(lambda mark: file(mark[1]), fill(markdown))


def write() -> list[Path]:
    """Write every page whose tables are no longer what the declarations say; return these pages."""
    changed = []
    for page in sorted(DOCS.rglob("*.md")):
        before = page.read_text(encoding="utf-8")
        after = fill(before)
        if after != before:
            page.write_text(after, encoding="utf-8")
            changed.append(page)
    return changed


def table(head: str, rows: Iterable[Iterable[object]]) -> str:
    """Return a Markdown table; ``head`` names its columns, separated by bars."""
    columns = head.split("|")
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(_cell(value) for value in line)} |" for line in lines) + "\n"


def _cell(value: object) -> str:
    text = str(value).replace("|", "\\|").replace("\n", " ")
    return text if text.startswith(("`", "[")) else text.replace("<", "&lt;")


def _code(value: object) -> str:
    return f"`{value}`" if str(value) else ""


def moves() -> str:
    """Every camera move with its own keys."""
    from livingstill.camera import path
    from livingstill.camera.timing import Timing
    from livingstill.settings.declare import declared

    shared, parts = declared(Timing), []
    for name, line in path.describe():
        parts.append(f"### `{name}`\n\n{line}\n")
        if not name.startswith("@"):
            own = [key for key in path.keys(name) if key.key not in shared]
            if own:
                parts.append(_keys(own))
    return "\n".join(parts)


def timing() -> str:
    """The keys every camera move has."""
    from livingstill.camera import path
    from livingstill.camera.timing import Timing
    from livingstill.settings.declare import declared

    return _keys(key for key in path.keys("static") if key.key in declared(Timing))


def _keys(keys: Iterable[Any]) -> str:
    rows = [(_code(k.key), _shown(k.default), k.range, k.unit, k.help) for k in keys]
    return table("key|default|range|unit|meaning", rows)


def channels() -> str:
    """What a keyframe may set."""
    from livingstill.camera.keyframes import CHANNELS

    rows = [(_code(name), f"{low:g} to {high:g}") for name, (low, high) in CHANNELS.items()]
    return table("channel|range", rows)


def kinds() -> str:
    """Every kind of motion: what it is, how it is found, and where its numbers come from."""
    from livingstill.core.kinds import KINDS, resolve

    found = {
        "auto": "found by itself",
        "named": "looked for when it is named; or moves where a mask or a stroke says",
        "mask": "moves where a mask or a stroke says",
    }
    parts = []
    for name, kind in KINDS.items():
        about = inspect.getdoc(inspect.getmodule(resolve(kind.build))) or ""
        parts.append(f"### `{name}`\n\n{kind.help} ({found[kind.found_by]}).\n\n{about}\n")
    return "\n".join(parts)


def words() -> str:
    """What a prompt may say."""
    from livingstill.core.kinds import KINDS
    from livingstill.settings import prompt

    rows = [(f"`{name}`", " ".join(kind.nouns)) for name, kind in KINDS.items()]
    moves: dict[str, list[str]] = {}
    for phrase, move in prompt.camera_phrases().items():
        moves.setdefault(move, []).append(phrase)
    rows += [(f"`--camera {move}`", ", ".join(sorted(moves[move]))) for move in reversed(moves)]
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

    rows = ((_code(kind.name), kind.appearance, kind.cause) for kind in KINDS.values())
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
    from livingstill.settings.presets import PRESETS

    rows = [
        (_code(name), preset.help, _settings(preset.values))
        for name, preset in PRESETS.items()
        if not preset.suffix
    ]
    return table("preset|for|settings", rows)


def platforms() -> str:
    """Every preset of a platform, with the platform's limits and who states them."""
    from livingstill.settings.presets import CHECKED, PRESETS

    rows = [
        (
            _code(name),
            preset.help,
            preset.limits,
            f"{preset.suffix}: {_settings(preset.values)}",
            preset.source,
        )
        for name, preset in PRESETS.items()
        if preset.suffix
    ]
    return table(f"preset|makes|limits, {CHECKED}|settings|as stated by", rows)


def _settings(values: Mapping[str, object]) -> str:
    return ", ".join(f"{key} = {value}" for key, value in values.items())


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
    from livingstill.settings.declare import bounds

    model = getattr(declared, which)
    groups: dict[str, list[tuple[str, str, str, str]]] = {}
    for name, info in model.model_fields.items():
        form = bounds(info).range
        row = (_code(name), _code(form), _shown(info.default), str(info.description))
        groups.setdefault(str(info.json_schema_extra["group"]), []).append(row)
    return "\n".join(
        f"### {group}\n\n{table('key|form or range|default|meaning', rows)}"
        for group, rows in groups.items()
    )


def _shown(value: object) -> str:
    from livingstill_cli.say import default_text

    return _code(str(value).lower() if isinstance(value, bool) else default_text(value))


def commands() -> str:
    """Every command: what it does, its options, examples."""
    from livingstill_cli.main import COMMANDS, cli

    parts = [
        table("command|what", ((f"[`{n}`](#livingstill-{n})", t) for n, t in COMMANDS.items()))
    ]
    with click.Context(cli, info_name="livingstill", **cli.context_settings) as top:
        for name in COMMANDS:
            command = cli.get_command(top, name)
            assert command is not None
            parts.append(_command(command, name, top))
            if isinstance(command, click.Group):
                with click.Context(command, top, name) as inner:
                    parts += [
                        _command(sub, f"{name} {sub.name}", inner)
                        for sub in command.commands.values()
                    ]
    return "\n".join(parts)


def _command(command: click.Command, name: str, parent: click.Context) -> str:
    """Return a section on a command; settings of a shot or a job are told in full by `animate`."""
    context = click.Context(command, parent, name.rsplit(maxsplit=1)[-1])
    usage = " ".join(["livingstill", name, *command.collect_usage_pieces(context)])
    parts = [f"## `livingstill {name}`\n", f"{inspect.cleandoc(command.help or '')}\n"]
    parts.append(f"```text\n{usage}\n```\n")
    options = [one for one in command.params if isinstance(one, click.Option)]
    settings: dict[str, list[click.Option]] = {}
    for one in options:
        settings.setdefault(getattr(one, "heading", "Options"), []).append(one)
    own = settings.pop("Options", [])
    if own:
        parts.append(table("option|meaning", (_option(one, context) for one in own)))
    if name == "animate":
        for heading, members in settings.items():
            parts.append(f"### {heading}\n")
            parts.append(table("option|meaning", (_option(o, context) for o in members)))
    elif settings:
        parts.append("And settings, as of [`animate`](#livingstill-animate):\n")
        parts += [
            f"- {heading}: " + ", ".join(_code(_flags(one)) for one in members)
            for heading, members in settings.items()
        ]
        parts.append("")
    examples = "\n".join(getattr(command, "examples", ()))
    parts.append(f"Examples:\n\n```text\n{examples}\n```\n")
    return "\n".join(parts)


def _flags(option: click.Option) -> str:
    return ", ".join([*option.opts, *option.secondary_opts])


def _option(option: click.Option, context: click.Context) -> tuple[str, str]:
    """Return a row on an option: its flags with what follows them, and its help."""
    record = option.get_help_record(context)
    value = "" if option.is_flag or option.count else f" {option.make_metavar(context)}"
    return _code(_flags(option) + value), record[1].replace("  [", " [") if record else ""


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


def types(module: str = "core.model") -> str:
    """The small frozen types of a module with their docstrings."""
    class_of = importlib.import_module(f"livingstill.{module}")
    found = [
        c
        for c in vars(class_of).values()
        if inspect.isclass(c) and c.__module__ == class_of.__name__
    ]
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
            out += ["", "```"]  # a doctest's output ends with an empty line
            inside = False
        out.append(line)
    return "\n".join([*out, "", "```"] if inside else out)


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
        presets, platforms, moods, beds, settings, commands, api, types, samples,
    )
}  # fmt: skip
"""What a page may ask for by name."""


if __name__ == "__main__":
    sys.stdout.writelines(f"{page.relative_to(ROOT)}\n" for page in write())
