"""Batches: what goes in, what comes out, and that a kill, a bad photo or a dead worker stop nothing."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from livingstill.core.errors import InputError
from livingstill.jobs.batch import folder, overview, tour, work
from livingstill.jobs.batch.plan import plan
from livingstill.jobs.batch.run import batch, finished
from livingstill.jobs.batch.sources import Row, gather
from livingstill.jobs.batch.work import Output, Task
from livingstill.media import clip_reader
from livingstill.settings.presets import PRESETS, describe

SMALL = {"size": "64x48", "duration": 0.2, "motion": "none", "depth": "cues", "quality": "draft"}


def photo(path: Path, seed: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 255, (6, 8, 3), dtype=np.uint8)
    cv2.imwrite(str(path), cv2.resize(small, (96, 72), interpolation=cv2.INTER_CUBIC))
    return path


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*.mp4"))
        if not path.name.startswith(".")  # on their way
    }


# What goes in


def test_a_folder_gives_its_photos_in_order_and_subfolders_are_groups(tmp_path):
    for name in ("b.jpg", "a.PNG", "house/c.jpg", ".hidden/d.jpg", "notes.txt"):
        photo(tmp_path / name) if not name.endswith("txt") else (tmp_path / name).touch()
    rows = gather([tmp_path]).rows
    assert [(row.photo.name, row.group) for row in rows] == [
        ("a.PNG", ""),
        ("b.jpg", ""),
        ("c.jpg", "house"),
    ]
    assert len(gather([tmp_path, tmp_path / "b.jpg", str(tmp_path / "*.jpg")]).rows) == 3


def test_tables_give_settings_per_row_and_paths_from_their_own_folder(tmp_path):
    (tmp_path / "t.csv").write_text(
        'Photo,camera,--max-upscale,group\nx.jpg,"sway:focus=0.4,0.6",3,villa\ny.jpg,,,\n'
    )
    rows = gather([tmp_path / "t.csv"]).rows
    assert rows[0].photo == tmp_path / "x.jpg" and rows[0].group == "villa"
    assert rows[0].values == {"camera": "sway:focus=0.4,0.6", "max_upscale": "3"}
    assert rows[1].values == {}
    (tmp_path / "t.jsonl").write_text('{"photo": "z.jpg", "duration": 2}\n\n')
    assert gather([tmp_path / "t.jsonl"]).rows[0].values == {"duration": 2}


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        (
            "t.csv",
            "photo,camra\n",
            "has an unknown column 'camra' (did you mean 'camera'?); rename",
        ),
        ("t.csv", "camera\nx\n", "has no column 'photo'"),
        ("t.csv", "photo;;\na;b\n", "line 1 has no name for column 2"),
        ("t.csv", "photo,Photo\n", "has two columns 'photo'"),
        ("t.csv", '\n\nphoto\n\n"a.jpg\n', "line 5 is no CSV: unexpected end of data"),
        ("t.jsonl", '{"foto": "a"}', "line 1 has an unknown column 'foto'"),
        ("t.csv", "photo\nx.jpg,1\n", "line 2 has more cells than columns"),
        ("t.csv", "photo,group\nx.jpg,../y\n", "line 2 has group '../y'"),
        ("t.jsonl", "{", "line 1 is no JSON"),
        ("t.jsonl", "[1]", "line 1 is no object"),
        ("t.jsonl", '{"seed": 1}', "line 1 has no photo"),
        ("t.csv", "photo\n", "has no photos"),
    ],
)
def test_a_wrong_table_is_told_in_one_sentence(tmp_path, name, text, sentence):
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError) as caught:
        gather([tmp_path / name])
    assert sentence in str(caught.value)


def test_photos_within_the_output_folder_are_told(tmp_path):
    cv2.imwrite(str(tmp_path / "a.jpg"), np.zeros((8, 8, 3), np.uint8))
    with pytest.raises(InputError, match="lie in the output folder"):
        gather([tmp_path], excluded=tmp_path)


def test_a_missing_source_is_told(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        gather([tmp_path / "none"])


# What is planned


def rows(tmp_path, *names, **values):
    return [Row(tmp_path / name, "", values) for name in names]


def test_names_never_meet_and_are_the_same_every_time(tmp_path):
    given = rows(tmp_path, "a.jpg", "a.png", "b.jpg", "a-2.jpg")
    names = [task.outputs[0].name for task in plan(given, tmp_path)]
    assert names == ["a.mp4", "a-2.mp4", "b.mp4", "a-2-2.mp4"]
    assert names == [task.outputs[0].name for task in plan(given, tmp_path)]


def test_a_row_wins_over_the_command_line_and_that_over_the_preset(tmp_path):
    given = [*rows(tmp_path, "a.jpg", duration="2"), *rows(tmp_path, "b.jpg")]
    first, second = plan(given, tmp_path, {"duration": 3.0, "seed": 4}, "listing")
    assert (first.values["duration"], second.values["duration"]) == ("2", 3.0)
    assert second.values["motion"] == "none" and second.values["seed"] == 4


def test_a_listing_has_two_frames_of_one_scene_unless_the_row_says_one(tmp_path):
    given = [*rows(tmp_path, "a.jpg"), *rows(tmp_path, "b.jpg", aspect="1:1")]
    first, second = plan(given, tmp_path, preset="listing")
    assert [output.name for output in first.outputs] == ["a-16x9.mp4", "a-9x16.mp4"]
    assert second.outputs == (Output("b.mp4", "1:1"),)


def test_a_mistake_for_all_photos_stops_and_one_of_a_row_does_not(tmp_path):
    with pytest.raises(InputError, match="duration is 0"):
        plan(rows(tmp_path, "a.jpg"), tmp_path, {"duration": 0})
    with pytest.raises(InputError, match="did you mean 'listing'"):
        plan(rows(tmp_path, "a.jpg"), tmp_path, preset="listings")
    task = plan(rows(tmp_path, "a.jpg", duration=0), tmp_path)[0]
    assert "duration is 0" in task.error


def test_every_preset_is_a_good_shot_and_told(tmp_path):
    for name in PRESETS:
        assert plan(rows(tmp_path, "a.jpg"), tmp_path, preset=name)[0].error == ""
    assert dict(describe()).keys() == set(PRESETS)


# What is finished


def task_of(tmp_path) -> Task:
    return Task(str(photo(tmp_path / "a.jpg")), str(tmp_path), (Output("a.mp4"),), {"seed": 1})


def test_a_clip_is_finished_if_it_stands_there_with_the_record_of_its_settings(tmp_path):
    task = task_of(tmp_path)
    output = task.outputs[0]
    assert finished(task, output) is None
    work.store(task.record(output), {"state": "started", "digest": task.digest(output)})
    assert finished(task, output) is None
    (tmp_path / "a.mp4").write_bytes(b"x")
    assert finished(task, output)["state"] == "done"


def test_a_clip_of_other_settings_or_another_photo_is_not_finished(tmp_path):
    task = task_of(tmp_path)
    output = task.outputs[0]
    (tmp_path / "a.mp4").write_bytes(b"x")
    work.store(task.record(output), {"state": "done", "digest": task.digest(output)})
    assert finished(Task(task.photo, task.folder, task.outputs, {"seed": 2}), output) is None
    photo(tmp_path / "a.jpg", seed=5)
    assert finished(task, output) is None


def test_a_file_that_no_batch_made_is_not_touched(tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"mine")
    with pytest.raises(InputError, match="was not made by a batch"):
        finished(task_of(tmp_path), Output("a.mp4"))


# Dissolves


def grey(value, count):
    return [np.full((4, 6, 3), value, np.uint8) for _ in range(count)]


def test_clips_dissolve_into_each_other_and_the_length_is_theirs_less_the_overlaps():
    frames = list(tour.cross_dissolve([grey(0, 20), grey(200, 20), grey(100, 20)], 5))
    assert len(frames) == 60 - 2 * 5
    values = [int(frame[0, 0, 0]) for frame in frames]
    assert values[:15] == [0] * 15 and values[20:30] == [200] * 10 and values[35:] == [100] * 15
    assert values[14:21] == sorted(values[14:21]) and values[17] == 100


def test_a_clip_shorter_than_the_dissolve_loses_nothing():
    frames = list(tour.cross_dissolve([grey(0, 3), grey(200, 2)], 5))
    assert [int(frame[0, 0, 0]) for frame in frames][-1] < 200 and len(frames) == 3


# The whole


def test_a_batch_makes_clips_keeps_finished_ones_and_reports_a_bad_photo(tmp_path):
    source, out = tmp_path / "in", tmp_path / "out"
    for index in range(2):
        photo(source / f"p{index}.png", index)
    (source / "bad.jpg").write_bytes(b"\xff\xd8\xff no picture")
    report = batch([source], out, SMALL, workers=1, join=True)
    assert [record["state"] for record in report.records] == ["failed", "done", "done"]
    assert "bad.jpg" in report.failures[0]["error"]
    assert sorted(path.name for path in out.glob("*.mp4")) == ["p0.mp4", "p1.mp4", "tour.mp4"]
    frames = round(0.2 * 30)
    assert len(list(clip_reader.frames(out / "p0.mp4"))) == frames
    assert len(list(clip_reader.frames(out / "tour.mp4"))) < 2 * frames
    told = json.loads((out / "report.json").read_text())
    assert (told["done"], told["failed"]) == (2, 1)
    page = (out / "report.html").read_text()
    assert "p0.mp4" in page and "data:image/jpeg;base64," in page and "bad.jpg" in page

    before = {path: path.stat().st_mtime_ns for path in out.glob("*.mp4")}
    again = batch([source], out, SMALL, workers=1, join=True)
    assert before == {path: path.stat().st_mtime_ns for path in out.glob("*.mp4")}
    assert again.skipped == 2 and len(again.failures) == 1


def test_one_scene_gives_several_frames_and_a_lost_one_is_made_again_the_same(tmp_path):
    photo(tmp_path / "in" / "p.png")
    settings = {k: v for k, v in SMALL.items() if k != "size"} | {"size": "source"}
    batch([tmp_path / "in"], tmp_path / "out", settings, aspects=("1:1", "9:16"), workers=1)
    whole = digests(tmp_path / "out")
    shapes = {name: clip_reader.info(tmp_path / "out" / name) for name in whole}
    assert {name: (one.width, one.height) for name, one in shapes.items()} == {
        "p-1x1.mp4": (72, 72),
        "p-9x16.mp4": (40, 72),
    }
    (tmp_path / "out" / "p-1x1.mp4").unlink()
    again = batch([tmp_path / "in"], tmp_path / "out", settings, aspects=("1:1", "9:16"), workers=1)
    assert digests(tmp_path / "out") == whole and again.skipped == 1


def test_what_a_kill_left_half_done_is_swept_away_and_names_are_free(tmp_path):
    (tmp_path / ".p0.0123abcd.part.mp4").write_bytes(b"x")
    (tmp_path / ".keep.mp4").write_bytes(b"x")
    folder.remove_partial_files(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".keep.mp4"]


def test_two_batches_do_not_work_in_one_folder(tmp_path):
    pytest.importorskip("fcntl")
    with (
        folder.folder_lock(tmp_path),
        pytest.raises(InputError, match="another batch works in"),
        folder.folder_lock(tmp_path),
    ):
        pass


def test_a_report_without_any_clip_is_still_a_page(tmp_path):
    assert "<main>" in overview.page(overview.Report(tmp_path, ()))


SCRIPT = """
import json, sys
from livingstill.jobs.batch.run import batch
if __name__ == "__main__":
    batch([sys.argv[1]], sys.argv[2], json.loads(sys.argv[3]), workers=2, aspects=("1:1", "4:3"))
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_batch_killed_three_times_and_resumed_gives_the_files_of_an_unbroken_run(tmp_path):
    for index in range(40):
        photo(tmp_path / "in" / f"p{index:02d}.png", index)
    script = tmp_path / "job.py"
    script.write_text(SCRIPT)
    settings = json.dumps({k: v for k, v in SMALL.items() if k != "size"} | {"size": "source"})

    def start(out):
        command = [sys.executable, str(script), str(tmp_path / "in"), str(out), settings]
        return subprocess.Popen(command)

    assert start(tmp_path / "whole").wait() == 0
    broken = tmp_path / "broken"
    for more in (3, 9, 20):
        job = start(broken)
        target = len(digests(broken)) + more
        while len(digests(broken)) < target and job.poll() is None:
            time.sleep(0.02)
        os.kill(job.pid, signal.SIGKILL)
        job.wait()
    completed = digests(broken)
    assert 0 < len(completed) < 80
    assert start(broken).wait() == 0
    assert digests(broken) == digests(tmp_path / "whole")
    assert not list(broken.rglob(".*.part*"))


DEADLY = """
import json, os, sys
from livingstill.batch import run, work

def deadly(task):
    if task.photo.endswith("p2.png"):
        os._exit(9)
    return work.make(task)

if __name__ == "__main__":
    run.make = deadly
    report = run.batch([sys.argv[1]], sys.argv[2], json.loads(sys.argv[3]), workers=2)
    print(json.dumps([record.get("error", record["state"]) for record in report.records]))
"""


@pytest.mark.slow
def test_a_worker_that_dies_costs_only_its_own_photo(tmp_path):
    for index in range(4):
        photo(tmp_path / "in" / f"p{index}.png", index)
    script = tmp_path / "job.py"
    script.write_text(DEADLY)
    command = [sys.executable, str(script), str(tmp_path / "in"), str(tmp_path / "out")]
    done = subprocess.run([*command, json.dumps(SMALL)], capture_output=True, check=True, text=True)
    states = json.loads(done.stdout)
    assert [states[i] for i in (0, 1, 3)] == ["done"] * 3
    assert "its process died" in states[2]
