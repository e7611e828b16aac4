"""Every command line in the README, the pages and the help is run, on small pictures, and works."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import tomllib
import wave
from pathlib import Path

import click
import cv2
import livingstill
import numpy as np
import pytest
from livingstill.settings.shot import Shot
from livingstill_cli.main import COMMANDS, LazyGroup, cli

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    ROOT / "samples/README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
ELSEWHERE = {
    ".", "sh", "pip", "pipx", "uvx", "pytest", "python", "python3", "mkdocs", "ruff",
    "docker", "git", ".ci/run", ".ci/lock",
}  # fmt: skip
"""Programs of examples that set things up; CI runs them itself."""

QUICK = {
    "--size": "96x64", "--duration": "0.2", "--fps": "20", "--quality": "draft",
    "--workers": "1", "--count": "2",
}  # fmt: skip
"""What every example is given on top, so that it is quick: the last of an option wins."""

REEL_QUICK = (
    "--size", "360p", "--aspect", "1:1", "--duration", "5", "--fps", "10", "--pace", "fast",
    "--quality", "draft", "--overwrite",
)  # fmt: skip


def blocks(text: str, language: str):
    return re.findall(rf"^```{language}(?: title=\"([^\"\n]+)\")?\n(.*?)^```", text, re.M | re.S)


def lines(page: Path):
    """Return the command lines of a page as lists of words."""
    found = []
    for _, block in blocks(page.read_text(encoding="utf-8"), "sh"):
        for line in block.replace("&&", "\n").splitlines():
            words = shlex.split(line, comments=True)
            while words and re.match(r"[A-Z_]+=", words[0]):
                words = words[1:]
            if words and words[0] == "livingstill":
                found.append(words[1 : words.index("|") if "|" in words else None])
            elif words:
                assert words[0] in ELSEWHERE, f"{page.name}: nobody runs {line}"
    return found


def examples():
    with click.Context(cli) as context:
        for name in COMMANDS:
            command = cli.get_command(context, name)
            subs = command.commands.items() if isinstance(command, click.Group) else ()
            for what, told in [(name, command), *((f"{name} {sub}", c) for sub, c in subs)]:
                for line in getattr(told, "examples", ()):
                    yield what, shlex.split(line, comments=True)[1:]


@pytest.fixture(scope="module")
def stock(samples, tmp_path_factory):
    """What examples speak of, small."""
    folder = tmp_path_factory.mktemp("stock")
    names = {
        "lake": "lake",
        "photo": "lake",
        "room": "living-room",
        "river": "river",
        "mug": "product",
    }
    for name, sample in names.items():
        small = cv2.resize(cv2.imread(str(samples / f"{sample}.jpg")), (192, 128))
        cv2.imwrite(str(folder / f"{name}.jpg"), small)
    for place in ("photos", "shots"):
        (folder / place).mkdir()
        shutil.copy(folder / "room.jpg", folder / place / "1-room.jpg")
        shutil.copy(folder / "lake.jpg", folder / place / "2-lake.jpg")
    (folder / "samples").mkdir()
    shutil.copy(samples / "river.toml", folder / "samples")
    for name in ("river", "lake", "living-room", "house", "kitchen"):
        shutil.copy(samples / f"{name}.jpg", folder / "samples")
    (folder / "frames").mkdir()
    (folder / "out").mkdir()
    (folder / "rooms.csv").write_text("photo,room\nroom.jpg,living\nlake.jpg,view\n")
    (folder / "listing.csv").write_text("title;price\nVilla;2,450,000\n")
    (folder / "list.csv").write_text("photo,camera\nroom.jpg,truck-right\n")
    with wave.open(str(folder / "song.mp3"), "wb") as song:  # named as people name songs
        song.setparams((1, 2, 8000, 0, "NONE", ""))
        song.writeframes(
            np.random.default_rng(0).integers(-999, 999, 8000 * 14, np.int16).tobytes()
        )
    (folder / "rescues.csv").write_text("clip,still\nclip.mp4,lake.jpg\n")
    cv2.imwrite(str(folder / "logo.png"), np.full((16, 16, 4), 200, np.uint8))
    (folder / "film.cube").write_text("LUT_1D_SIZE 2\n0 0 0\n1 0.9 0.8\n")
    lower = np.zeros((128, 192), np.uint8)
    lower[80:] = 255
    for name in ("river-mask", "people"):
        cv2.imwrite(str(folder / f"{name}.png"), lower)
    cv2.imwrite(
        str(folder / "lake-depth.png"),
        np.repeat(np.linspace(0, 65535, 128), 192).reshape(128, 192).astype(np.uint16),
    )
    small = {"size": "96x64", "duration": 1.0, "fps": 20, "quality": "draft"}
    clip = livingstill.animate(folder / "lake.jpg", **small)
    clip.save(str(folder / "clip.mp4"), str(folder / "clip.webm"))
    (folder / "lake.toml").write_text('photo = "lake.jpg"\ncamera = "orbit"\n')
    run(["lake.jpg", "--manifest", "lake.json", "-o", "made.mp4"], folder)
    return folder


def quick(words):
    """Return the words with what makes them quick, as far as their command knows it."""
    name = words[0] if words[0] in COMMANDS else "animate"
    if words[0].startswith("-") or name == "models":
        return words
    with click.Context(cli) as context:
        known = {flag for p in cli.get_command(context, name).params for flag in p.opts}
    if name == "reel":
        return [*words, *REEL_QUICK]
    if name == "batch" or any("aspect" in word for word in words):  # no room for a size
        known -= {"--size"}
    more = [word for key, value in QUICK.items() if key in known for word in (key, value)]
    return [*words, *more, *(["--overwrite"] if "--overwrite" in known else [])]


def quicken(shot: Path):
    """Make a shot file quick."""
    keys = {flag[2:]: value for flag, value in QUICK.items() if flag[2:] in Shot.model_fields}
    kept = [one for one in shot.read_text().splitlines() if one.partition(" ")[0] not in keys]
    told = [
        f"{key} = {value if value[0].isdigit() and 'x' not in value else repr(value)}"
        for key, value in keys.items()
    ]
    shot.write_text("\n".join([*told, *kept]) + "\n")


def run(words, folder):
    """Run one command line in ``folder`` as the terminal would; return its exit code."""
    here = Path.cwd()
    if words[0] == "render" and words[1].endswith(".toml"):
        quicken(folder / words[1])
    os.chdir(folder)
    try:
        code = cli.main(quick(words), prog_name="livingstill", standalone_mode=False)
    finally:
        os.chdir(here)
    return code if isinstance(code, int) else 0


def skipped(words):
    if words[:2] == ["models", "fetch"]:
        return "it needs the network"
    if "--cluster" in words:
        pytest.importorskip("distributed")
    if "--link" in words:
        pytest.importorskip("segno", reason="the extra [listing] is not installed")
    if words[0] == "studio" or "--preview" in words:
        pytest.importorskip("uvicorn", reason="the extra [studio] is not installed")
    return None


@pytest.fixture(autouse=True)
def studio_ends_at_once(monkeypatch):
    """Let a studio of an example come up to where it serves, open no browser, and end."""
    monkeypatch.setattr("click.launch", lambda _: 0)
    try:
        import uvicorn
    except ImportError:
        return
    monkeypatch.setattr(uvicorn.Server, "run", lambda *_, **__: None)


@pytest.fixture(autouse=True)
def batches_are_made_here(monkeypatch):
    """Let clips and pieces of a reel be made in this process: starting others would take longer."""

    def here(waiting, workers, make, lost, tick=None):
        while waiting:
            yield make(waiting.popleft())

    monkeypatch.setattr("livingstill.jobs.batch.pool.run", here)


def check(words, folder):
    reason = skipped(words)
    if reason is None:
        code = run(words, folder)
        assert code == 0 or (code == 1 and words[0] == "check"), words


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_examples_of_a_page_run(page, stock, tmp_path):
    for title, block in blocks(page.read_text(encoding="utf-8"), "toml"):
        tomllib.loads(block)
        if title:
            (tmp_path / Path(title).name).write_text(block)
    found = lines(page)
    if found:
        shutil.copytree(stock, tmp_path, dirs_exist_ok=True)
    for words in found:
        check(words, tmp_path)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_examples_at_the_end_of_help_run(name, stock, tmp_path):
    shutil.copytree(stock, tmp_path, dirs_exist_ok=True)
    for what, words in examples():
        if what.split()[0] == name:
            check(words, tmp_path)


def test_the_group_shows_examples_too():
    assert isinstance(cli, LazyGroup)
    assert "Examples:\n  livingstill lake.jpg\n" in cli.get_help(click.Context(cli))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_completes(shell, monkeypatch, capsys):
    monkeypatch.setenv("COMP_WORDS", "livingstill regions --ma")
    monkeypatch.setenv("COMP_CWORD", "2" if shell != "fish" else "--ma")
    monkeypatch.setenv("_LIVINGSTILL_COMPLETE", f"{shell}_complete")
    with pytest.raises((SystemExit, click.exceptions.Exit)):
        cli.main(prog_name="livingstill")
    assert {"--masks", "--mask"} <= set(re.findall(r"--\w+", capsys.readouterr().out))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("livingstill lake.jpg --camera pu", {"push-in", "pull-out"}),
        ("livingstill lake.jpg --motion water,cl", {"water,cloud", "water,cloth"}),
        ("livingstill takes lake.jpg --loop s", {"seamless"}),
        ("livingstill lake.jpg --depth c", {"cues"}),
        ("livingstill lake.jpg --camera push-in:am", {"push-in:amount="}),
        ("livingstill lake.jpg --camera push-in:amount=1,e", {"push-in:amount=1,ease="}),
        ("livingstill lake.jpg --camera push-in:ease=s", {"push-in:ease=sine"}),
        ("livingstill lake.jpg --camera push-in : ma", {"magnify="}),
        ("livingstill lake.jpg --camera = push-in : ma", {"magnify="}),
        ("livingstill lake.jpg --mask wa", {"water="}),
        ("livingstill batch photos --preset lis", {"listing"}),
        ("livingstill models fetch m", {"midas-small"}),
        ("livingstill models f", {"fetch"}),
        ("livingstill moves o", {"orbit"}),
        ("livingstill kinds w", {"water"}),
        ("livingstill help va", {"variants"}),
        ("livingstill lake.jpg --size 7", {"720p"}),
        ("livingstill va", {"variants"}),
    ],
)
def test_the_shell_completes_words_and_names(line, words, monkeypatch, capsys):
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(line.split()) - 1))
    monkeypatch.setenv("_LIVINGSTILL_COMPLETE", "bash_complete")
    with pytest.raises((SystemExit, click.exceptions.Exit)):
        cli.main(prog_name="livingstill")
    said = capsys.readouterr().out.split()
    assert {one.removeprefix("plain,") for one in said} == words
