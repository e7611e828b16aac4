"""Every command, option, setting, move, kind, format and fault stands in the pages."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click
import pytest
from livingstill.audio.beds import BEDS
from livingstill.camera.path import CAMERAS
from livingstill.camera.timing import Timing
from livingstill.core.kinds import KINDS
from livingstill.depth.models import MODELS
from livingstill.depth.sources import SOURCES
from livingstill.media.formats import CODECS, FORMATS
from livingstill.quality.faults.kinds import KINDS as FAULTS
from livingstill.settings.brand import MOODS
from livingstill.settings.presets import PRESETS
from livingstill.settings.shot import Job, Shot
from livingstill_cli.main import COMMANDS, cli

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def reference():
    sys.path.insert(0, str(DOCS))
    try:
        import reference
    finally:
        sys.path.remove(str(DOCS))
    return reference


@pytest.fixture(scope="module")
def pages(reference):
    return {
        str(page.relative_to(DOCS)): reference.on_page_markdown(page.read_text(encoding="utf-8"))
        for page in DOCS.rglob("*.md")
    }


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("reference/camera.md", [*CAMERAS, *Timing.model_fields]),
        ("reference/motion.md", [*KINDS]),
        ("reference/formats.md", [*FORMATS, *CODECS]),
        ("reference/shot.md", [*Shot.model_fields, *Job.model_fields]),
        ("reference/networks.md", [*MODELS]),
        ("how/depth.md", ["embedded", *SOURCES]),
        ("how/continuity.md", [*FAULTS]),
        ("recipes.md", [*PRESETS]),
        ("finishing.md", [*MOODS, *BEDS]),
    ],
)
def test_every_name_stands_on_its_page(pages, page, names):
    assert [name for name in names if f"`{name}`" not in pages[page]] == []


def every_command():
    with click.Context(cli) as context:
        for name in COMMANDS:
            command = cli.get_command(context, name)
            yield name, command
            if isinstance(command, click.Group):
                yield from ((f"{name} {sub}", found) for sub, found in command.commands.items())


@pytest.mark.parametrize(("name", "command"), list(every_command()))
def test_every_command_is_there_with_its_options_and_examples(pages, name, command):
    text = pages["reference/commands.md"]
    section = text.split(f"## `livingstill {name}`\n")[1].split("\n## `")[0]
    for parameter in command.params:
        if isinstance(parameter, click.Option) and not parameter.hidden:
            assert all(flag in section for flag in parameter.opts + parameter.secondary_opts)
    assert re.search(r"Examples:\n\n```text\nlivingstill ", section), f"{name} has no examples"


def test_the_committed_pages_say_what_the_declarations_say(reference):
    """If one differs, `python docs/reference.py` writes it anew."""
    for page in sorted(DOCS.rglob("*.md")):
        text = page.read_text(encoding="utf-8")
        assert text == reference.fill(text), page.relative_to(DOCS)


@pytest.mark.parametrize("width", ["40", "200"])
def test_pages_do_not_depend_on_the_terminal(reference, monkeypatch, width):
    before = reference.commands()
    monkeypatch.setenv("COLUMNS", width)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert reference.commands() == before


def test_a_page_that_is_behind_is_written(reference, monkeypatch, tmp_path):
    monkeypatch.setattr(reference, "DOCS", tmp_path)
    page = tmp_path / "page.md"
    page.write_text("# Beds\n\n<!-- made: beds -->\nold\n<!-- end -->\n\nend\n")
    assert reference.write() == [page]
    assert "| `rain` |" in page.read_text() and "old" not in page.read_text()
    assert page.read_text().endswith("<!-- end -->\n\nend\n")
    assert reference.write() == []


def test_no_page_asks_for_a_table_that_is_not_there(pages):
    assert [name for name, text in pages.items() if re.search(r"^\{\{", text, re.M)] == []


def test_every_page_is_in_the_navigation():
    told = (DOCS.parent / "mkdocs.yml").read_text(encoding="utf-8")
    assert [page for page in DOCS.rglob("*.md") if f": {page.relative_to(DOCS)}" not in told] == []


def test_every_picture_of_a_page_is_there(pages):
    for name, text in pages.items():
        for file in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text):
            if "{" not in file:
                assert (DOCS / name).parent.joinpath(file).is_file(), f"{name}: {file}"


def test_every_sample_has_a_photo_a_shot_and_a_loop(samples):
    shots = {path.stem for path in samples.glob("*.toml")}
    assert shots == {path.stem for path in samples.glob("*.jpg")}
    assert shots == {path.stem for path in (DOCS / "pictures/gallery").glob("*.webp")}
    assert len(shots) >= 8
    for loop in (DOCS / "pictures/gallery").glob("*.webp"):
        assert loop.stat().st_size < 1_000_000, loop.name


def test_every_benchmark_is_collected():
    told = (DOCS.parent / "benchmarks/collect.py").read_text(encoding="utf-8")
    found = {path.name for path in (DOCS.parent / "benchmarks").glob("*.py")}
    # rescue_motion takes clips of one's own; picture_displacement is what it measures with
    apart = {"collect.py", "measured.py", "rescue_motion.py", "picture_displacement.py"}
    assert [name for name in found - apart if f'"{name}"' not in told] == []
