"""Files that are none, texts without an end, and outputs that lie on what is read."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import cv2
import numpy as np
import pytest
from livingstill.core.errors import InputError
from livingstill.io import files
from livingstill.jobs.batch import overview

QUICK = ("--size", "32x32", "--duration", "0.2", "--fps", "10", "--quality", "draft", "--depth",
         "flat", "--motion", "none", "--camera", "static", "-q")  # fmt: skip
DEEP, LONG = "[" * 100_000, "9" * 5000


@pytest.fixture
def photo(tmp_path) -> Path:
    path = tmp_path / "photo.png"
    cv2.imwrite(str(path), np.random.default_rng(1).integers(0, 255, (32, 48, 3), np.uint8))
    return path


def refused(answer, words: str) -> None:
    assert answer.code == 2, answer.err
    assert words in answer.err and answer.err.count("\n") == 1


READ = {
    "shot.toml": ("photo.png", "--shot", "shot.toml"),
    "again.toml": ("render", "again.toml"),
    "manifest.json": ("render", "manifest.json"),
    "path.toml": ("photo.png", *QUICK, "--camera", "@path.toml"),
    "brand.toml": ("photo.png", *QUICK, "--brand", "brand.toml"),
    "mask.png": ("photo.png", *QUICK, "--mask", "water=mask.png", "--motion", "water"),
    "look.cube": ("photo.png", *QUICK, "--lut", "look.cube"),
    "clip.mp4": ("check", "clip.mp4"),
    "broken.mp4": ("rescue", "broken.mp4", "-o", "out.mp4"),
}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
@pytest.mark.parametrize("name", READ)
def test_a_pipe_is_not_waited_for(livingstill, photo, name):
    os.mkfifo(name)
    refused(livingstill(*READ[name]), "no ordinary file")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("shot.toml", f"a = {DEEP}", "too deeply"),
        ("shot.toml", f"seed = {LONG}", "too many digits"),
        ("path.toml", f"a = {DEEP}", "too deeply"),
        ("path.toml", f"a = {LONG}", "too many digits"),
        ("brand.toml", f"a = {DEEP}", "too deeply"),
        ("manifest.json", DEEP, "too deeply"),
        ("manifest.json", LONG, "too many digits"),
        ("shot.toml", "#" * 2**21, "larger than 1 MiB"),
    ],
)
def test_a_text_that_breaks_parsers_is_one_sentence(livingstill, photo, name, text, words):
    Path(name).write_text(text)
    refused(livingstill(*READ[name]), words)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("t.jsonl", f'{{"photo": {DEEP}', "too deeply"),
        ("t.jsonl", f'{{"photo": "a.png", "seed": {LONG}}}', "too many digits"),
        ("t.csv", f"photo\n{'a' * 200_000}", "no CSV"),
    ],
)
def test_a_table_that_breaks_parsers_is_one_sentence(livingstill, tmp_path, name, text, words):
    (tmp_path / name).write_text(text)
    refused(livingstill("batch", name, "-o", "clips"), words)


@pytest.mark.parametrize(
    "args",
    [
        ("photo.png", *QUICK, "-o", "photo.png"),
        ("photo.png", *QUICK, "-o", "link.png"),
        ("photo.png", *QUICK, "-o", "p1.png", "--poster", "hard.png"),
        ("photo.png", *QUICK, "--manifest", "photo.png"),
        ("photo-0001.png", *QUICK, "-o", "photo-%04d.png"),
        ("photo.png", *QUICK, "--mask", "water=photo-0001.png", "-o", "photo-0001.png"),
        ("depth", "photo.png", "--depth", "flat", "-o", "photo.png"),
        ("regions", "photo.png", "-o", "photo.png"),
        ("takes", "photo.png", *QUICK, "--sheet", "photo.png"),
    ],
)
def test_what_is_read_is_never_replaced(livingstill, photo, args):
    before = photo.read_bytes()
    Path("photo-0001.png").write_bytes(before)
    Path("link.png").symlink_to("photo.png")
    Path("hard.png").hardlink_to("photo.png")
    refused(livingstill(*args, "--overwrite"), "which is read")
    assert photo.read_bytes() == Path("photo-0001.png").read_bytes() == before


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_a_pipe_or_a_link_that_stands_there_is_not_replaced(livingstill, photo):
    os.mkfifo("pipe.mp4")
    refused(livingstill(photo, *QUICK, "-o", "pipe.mp4", "--overwrite"), "no ordinary file")
    Path("link.mp4").symlink_to("nowhere.mp4")
    refused(livingstill(photo, *QUICK, "-o", "link.mp4"), "exists")
    assert Path("link.mp4").is_symlink()


def test_two_outputs_that_are_one_file_by_a_link_are_refused(livingstill, photo):
    Path("here").symlink_to(".")
    refused(livingstill(photo, *QUICK, "-o", "a.mp4", "-o", "here/a.mp4"), "one name")


@pytest.mark.parametrize("links", [True, False])
def test_a_file_that_came_meanwhile_is_spared(tmp_path, monkeypatch, links):
    if not links:  # as on a memory card

        def none(*_):
            raise PermissionError

        monkeypatch.setattr(os, "link", none)
    target = tmp_path / "a.txt"
    with pytest.raises(InputError, match="exists"), files.atomic_write(target) as part:
        part.write_text("late")
        target.write_text("first")
    assert target.read_text() == "first" and list(tmp_path.iterdir()) == [target]
    target.unlink()
    with files.atomic_write(target) as part:
        part.write_text("late")
    assert target.read_text() == "late" and list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("folder", [False, True])
def test_what_an_interrupt_left_open_is_removed_as_the_process_ends(tmp_path, folder):
    context = files.temporary(tmp_path / "clip.mp4", folder=folder)
    part = context.__enter__()  # and the interrupt falls here, before the block
    assert part.exists()
    files.remove_unfinished()
    assert list(tmp_path.iterdir()) == []
    context.__exit__(None, None, None)


def test_of_many_that_write_one_file_one_wins(tmp_path):
    target, won = tmp_path / "a.txt", []
    ready = threading.Barrier(8)

    def write(number: int) -> None:
        try:
            with files.atomic_write(target) as part:
                part.write_text(str(number))
                ready.wait()
            won.append(number)
        except InputError:
            pass

    racers = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert target.read_text() == str(won[0]) and len(won) == 1


def test_a_folder_of_pictures_replaces_nothing_unasked(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "b.png").write_text("precious")

    def write(overwrite: bool) -> None:
        with files.folder(tmp_path / "out", overwrite) as part:
            (part / "a.png").write_text("new")
            (part / "b.png").write_text("new")

    with pytest.raises(InputError, match="exists"):
        write(False)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["b.png"]
    write(True)
    assert (tmp_path / "out" / "b.png").read_text() == "new"


@pytest.mark.skipif(os.name != "posix" or os.uname().sysname == "Darwin", reason="names are text")
def test_a_name_that_is_no_text(livingstill, photo):
    name = os.fsdecode(b"\xff\xfe.png")
    photo.rename(name)
    shown = ("--manifest", "m.json", "--report", "r.html", "--sidecar", "s.json", "-o", "a.mp4")
    assert livingstill(name, *QUICK, *shown).code == 0
    assert livingstill("render", "m.json", "-o", "b.mp4", "-q").code == 0
    refused(livingstill(name, *QUICK, "-o", "c.mp4", "--save-shot", "s.toml"), "no text")
    assert not Path("c.mp4").exists()
    record = {"output": name, "photo": name, "state": "done"}
    overview.write(overview.Report(Path(), (record,)))
    assert 'href="%FF%FE.png"' in Path("report.html").read_text("utf-8")
