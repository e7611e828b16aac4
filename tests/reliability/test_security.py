"""What a stranger's file cannot make us do."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from livingstill.core.errors import InputError
from livingstill.jobs.batch.sources import gather
from livingstill.settings.shot_file import load_shot_file

ROOT = Path(__file__).parent.parent.parent
PICKLES = (".pt", ".pth", ".pkl", ".pickle", ".joblib", ".ckpt", ".bin")


@pytest.mark.parametrize("key", ["output", "manifest", "report"])
@pytest.mark.parametrize("name", ["/etc/clip.mp4", "../clip.mp4", "link/clip.mp4", "a/../../b.mp4"])
def test_a_shot_file_writes_nowhere_but_at_home(tmp_path, monkeypatch, key, name):
    home = tmp_path / "home"
    home.mkdir()
    (home / "link").symlink_to("/etc")
    monkeypatch.chdir(home)
    shot = home / "shot.toml"
    shot.write_text(f"{key} = {json.dumps([name] if key == 'output' else name)}\n")
    with pytest.raises(InputError, match="outside its own folder"):
        load_shot_file(shot)
    shot.write_text('output = ["clip.mp4", "-"]\n')
    assert load_shot_file(shot)["output"] == ["clip.mp4", "-"]


def test_a_manifest_writes_nowhere_but_at_home(livingstill, samples, tmp_path):
    small = ("--size", "32x32", "--duration", "0.2", "--fps", "10", "--depth", "flat", "-q")
    photo = samples / "lake.jpg"
    assert livingstill(photo, *small, "--motion", "none", "--manifest", "m.json").code == 0
    record = json.loads((tmp_path / "m.json").read_text())
    record["outputs"] = ["../elsewhere.mp4"]
    (tmp_path / "m.json").write_text(json.dumps(record))
    answer = livingstill("render", "m.json", "-q")
    assert answer.code == 2 and "outside its own folder" in answer.err
    assert not (tmp_path.parent / "elsewhere.mp4").exists()
    assert livingstill("render", "m.json", "-o", "here.mp4", "-q").code == 0


@pytest.mark.parametrize("group", ["..", "../x", "a/../../b", "/etc"])
def test_a_table_names_no_folder_above_its_own(tmp_path, group):
    (tmp_path / "list.csv").write_text(f"photo,group\na.jpg,{group}\n")
    if group == "/etc":  # the leading slash is dropped: a folder below the batch's
        assert gather([tmp_path / "list.csv"]).rows[0].group == "etc"
        return
    with pytest.raises(InputError, match="plain name"):
        gather([tmp_path / "list.csv"])


def test_no_weights_that_could_be_a_pickle_are_shipped():
    shipped = [path for path in (ROOT / "engine").rglob("*") if path.suffix.lower() in PICKLES]
    assert shipped == []


def test_an_array_of_objects_is_refused_unread(livingstill, samples, tmp_path):
    class Evil:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "unpickled",))

    np.save(tmp_path / "d.npy", np.array([Evil()], dtype=object), allow_pickle=True)
    np.savez(tmp_path / "d.npz", np.ones((4, 4)))
    for name in ("d.npy", "d.npz"):
        assert livingstill(samples / "lake.jpg", "--depth", name, "-q").code == 2
    assert not (tmp_path / "unpickled").exists()


def test_a_whole_job_connects_to_nothing(samples, tmp_path):
    code = """
import sys
def watch(event, args):
    if event.startswith("socket.") and event != "socket.gethostname":
        print("CONNECTS", event, args, file=sys.stderr)
sys.addaudithook(watch)
from livingstill_cli.main import main
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(samples / "lake.jpg"), "--size", "64x42",
         "--duration", "0.2", "--quality", "draft", "--manifest", "m.json"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "CONNECTS" not in done.stderr
