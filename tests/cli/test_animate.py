"""`livingstill PHOTO` as a user runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise

import av
import numpy as np
import pytest

SMALL = ("--size", "160x106", "--duration", "0.4", "--fps", "10", "--quality", "draft")


def decoded(path):
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


@pytest.fixture
def lake(samples):
    return samples / "lake.jpg"


def test_a_photo_becomes_a_clip_of_the_size_and_length_asked(livingstill, lake, tmp_path):
    answer = livingstill(lake, *SMALL)
    assert answer.code == 0, answer.err
    frames = decoded(tmp_path / "lake.mp4")
    assert len(frames) == 4
    assert frames[0].shape == (106, 160, 3)
    assert "lake.mp4" in answer.err
    assert answer.out == ""


def test_json_lists_a_hash_for_every_frame_and_threads_never_change_one(livingstill, lake):
    answers = [
        livingstill(lake, *SMALL, "--json", "--threads", n, "-o", f"{n}.mp4") for n in (1, 2, 4)
    ]
    reports = [json.loads(answer.out) for answer in answers]
    assert [len(report["frames"]) for report in reports] == [4, 4, 4]
    assert all(len(frame) == 64 for frame in reports[0]["frames"])
    assert reports[0]["frames"] == reports[1]["frames"] == reports[2]["frames"]
    assert sum(reports[0]["seconds"].values()) > 0


def test_the_report_judges_the_encoded_file_as_check_does(livingstill, lake, tmp_path):
    small = ("--size", "160x106", "--duration", "0.8", "--fps", "10", "--crf", "45")
    answer = livingstill(lake, *small, "-o", "a.mp4", "--report", "report.json")
    assert answer.code == 0, answer.err
    report = json.loads((tmp_path / "report.json").read_text())
    judged = json.loads(livingstill("check", "a.mp4", "--loop", "--json").out)
    assert judged["figures"].items() <= report["figures"].items()
    exact = {"border", "hole", "leak"}
    told, found = ([f for f in one["faults"] if f["kind"] not in exact] for one in (report, judged))
    assert told == found


def test_the_summary_says_how_many_frames_per_second_a_file_has(livingstill, lake, tmp_path):
    answer = livingstill(lake, *SMALL, "--fps", "30", "-o", "a.gif", "-o", "a.mp4")
    assert answer.code == 0, answer.err
    told = answer.out + answer.err
    assert "s at 15 fps" in told and "s at 30 fps" in told


def test_the_summary_says_how_sure_it_is_of_what_moves(livingstill, lake):
    told = json.loads(livingstill(lake, *SMALL, "--json").out)
    assert told["confidence"].keys() == told["kinds"].keys()
    assert told["confidence"]["water"] > 0.9


def test_a_manifest_replays_to_the_same_frames(livingstill, lake, tmp_path):
    assert livingstill(lake, *SMALL, "--manifest", "lake.json").code == 0
    answer = livingstill("render", "lake.json", "-o", "again.mp4", "--json")
    assert answer.code == 0, answer.err
    assert (
        json.loads(answer.out)["frames"]
        == json.loads((tmp_path / "lake.json").read_text())["frames"]
    )
    assert (tmp_path / "again.mp4").read_bytes() == (tmp_path / "lake.mp4").read_bytes()


def test_several_shapes_come_from_one_scene(livingstill, lake, tmp_path):
    asked = ("--size", "720p", "--duration", "0.2", "--fps", "10", "--quality", "draft")
    answer = livingstill(lake, *asked, "--aspect", "16:9,4:5", "-o", "a.mp4", "--json")
    assert answer.code == 0, answer.err
    wide, tall = json.loads(answer.out)
    assert wide["outputs"] == ["a-16x9.mp4"] and tall["outputs"] == ["a-4x5.mp4"]
    for told in (wide, tall):
        assert list(decoded(tmp_path / told["outputs"][0])[0].shape[1::-1]) == told["size"]
    assert wide["size"] == [1280, 720] and tall["size"][0] / tall["size"][1] == 0.8
    assert wide["seconds"]["network"] > 0 and "network" not in tall["seconds"]


def test_several_shapes_refuse_what_is_of_one_clip(livingstill, lake, tmp_path):
    answer = livingstill(lake, *SMALL[2:], "--aspect", "16:9,9:16", "--manifest", "m.json")
    assert answer.code == 2 and "one --aspect" in answer.err
    answer = livingstill(lake, "--aspect", "16:9,tall")
    assert answer.code == 2 and "W:H" in answer.err
    assert not list(tmp_path.iterdir())


def test_a_manifest_that_lies_is_caught_at_its_first_wrong_frame(livingstill, lake, tmp_path):
    livingstill(lake, *SMALL, "--manifest", "lake.json")
    manifest = json.loads((tmp_path / "lake.json").read_text())
    manifest["frames"][2] = "0" * 64
    (tmp_path / "lake.json").write_text(json.dumps(manifest))
    answer = livingstill("render", "lake.json", "-o", "again.mp4")
    assert answer.code == 1
    assert "frame 2" in answer.err


@pytest.mark.parametrize("stage", ["scene", "motion", "frame"])
def test_a_replay_that_differs_names_the_stage(livingstill, lake, tmp_path, stage):
    livingstill(lake, *SMALL, "--manifest", "lake.json")
    manifest = json.loads((tmp_path / "lake.json").read_text())
    manifest["frames"][1] = "0" * 64
    if stage != "frame":
        manifest["stages"][stage] = "0" * 64
    (tmp_path / "lake.json").write_text(json.dumps(manifest))
    answer = livingstill("render", "lake.json", "-o", "again.mp4")
    assert answer.code == 1
    assert f"{stage} is the first to differ" in answer.err


def test_a_manifest_of_the_first_format_replays(livingstill, lake, tmp_path):
    livingstill(lake, *SMALL, "--manifest", "lake.json")
    manifest = json.loads((tmp_path / "lake.json").read_text())
    manifest["format"] = 1
    del manifest["stages"]
    (tmp_path / "lake.json").write_text(json.dumps(manifest))
    assert livingstill("render", "lake.json", "-o", "again.mp4").code == 0
    manifest["frames"][1] = "0" * 64
    (tmp_path / "lake.json").write_text(json.dumps(manifest))
    answer = livingstill("render", "lake.json", "-o", "third.mp4")
    assert answer.code == 1
    assert "frame 1" in answer.err and "of livingstill 0.1 name no stage" in answer.err


def test_a_saved_shot_renders_the_same_clip(livingstill, lake, tmp_path):
    livingstill(lake, *SMALL, "--camera", "orbit:amount=0.5", "--save-shot", "lake.toml")
    assert livingstill("render", "lake.toml", "-o", "again.mp4").code == 0
    assert (tmp_path / "again.mp4").read_bytes() == (tmp_path / "lake.mp4").read_bytes()


def test_y4m_goes_to_stdout_and_nothing_else_does(lake, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "livingstill_cli", str(lake), *SMALL, "-o", "-"],
        cwd=tmp_path, capture_output=True, check=True,
    )  # fmt: skip
    assert done.stdout.startswith(b"YUV4MPEG2 W160 H106 F10:1")
    assert done.stdout.count(b"FRAME\n") == 4


def test_help_and_version_load_no_heavy_library(tmp_path):
    code = (
        "import sys; sys.argv=['livingstill', sys.argv[1]]\n"
        "from livingstill_cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'cv2', 'numba', 'scipy', 'av', 'rich', 'PIL'} & set(sys.modules)\n"
        "print('heavy:', heavy)"
    )
    for flag in ("--help", "--version", "help", "version"):
        done = subprocess.run(
            [sys.executable, "-c", code, flag], capture_output=True, text=True, check=True
        )
        assert "heavy: set()" in done.stdout


def test_a_job_loads_scipy_only_where_it_needs_it():
    code = (
        "import sys, livingstill.jobs.animate\n"
        "print('scipy:', {'scipy.fft', 'scipy.sparse'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "scipy: set()" in done.stdout


def test_the_loop_joins_and_the_open_clip_does_not(livingstill, lake, tmp_path):
    def seam(*more):
        livingstill(
            lake,
            *SMALL,
            "--duration",
            "2",
            "--camera",
            "truck-right",
            *more,
            "--overwrite",
            "-o",
            "c.png",
        )
        frames = [f.astype(np.float32) for f in decoded(tmp_path / "c.png")]
        steps = [np.abs(b - a).mean() for a, b in pairwise(frames)]
        return np.abs(frames[-1] - frames[0]).mean() / max(steps)

    assert seam() <= 1.1
    assert seam("--loop", "none") > 3


@pytest.mark.parametrize("name", ["lake", "meadow"])
def test_a_clip_of_two_frames_is_a_clip(livingstill, samples, tmp_path, name):
    answer = livingstill(samples / f"{name}.jpg", *SMALL, "--duration", "0.2")
    assert answer.code == 0, answer.err
    assert len(decoded(tmp_path / f"{name}.mp4")) == 2


def test_the_finished_file_is_opened(livingstill, lake, monkeypatch):
    opened = []
    monkeypatch.setattr("click.launch", lambda path: opened.append(path) or 0)
    assert livingstill(lake, *SMALL, "--open").code == 0
    assert opened == ["lake.mp4"]
    monkeypatch.setattr("click.launch", lambda path: 3)
    answer = livingstill(lake, *SMALL, "--open", "-o", "b.mp4")
    assert answer.code == 0 and "no player for b.mp4" in answer.err


def test_a_stream_cannot_be_opened(livingstill, lake):
    answer = livingstill(lake, *SMALL, "--open", "-o", "-")
    assert answer.code == 2 and "no single file" in answer.err


def test_a_preview_serves_the_shot_and_writes_nothing(livingstill, lake, monkeypatch, tmp_path):
    served = []
    monkeypatch.setattr(
        "livingstill_cli.studio.serve", lambda *args, **how: served.append((args, how))
    )
    assert livingstill(lake, *SMALL, "--camera", "orbit", "--preview").code == 0
    ((photo,), how) = served[0]
    assert photo == lake and how["view"] == "player" and how["values"]["camera"] == "orbit"
    assert not list(tmp_path.iterdir())
    assert livingstill("--preview").code == 2
    assert livingstill(lake, "--aspect", "1:1,9:16", "--preview").code == 2
    assert livingstill(lake, "--preview", "-o", "made.mp4").code == 2
