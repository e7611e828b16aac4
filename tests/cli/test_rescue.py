"""`livingstill rescue` says what it decided, and refuses what is no clip in one sentence."""

from __future__ import annotations

import json

import av
import faults
import numpy as np
import pytest
import rescue_clips as clips
from livingstill.settings.rescue import RescueJob
from livingstill_cli.rescue import command


@pytest.fixture
def clip(tmp_path):
    picture = faults.texture(96, 128, 2)
    return clips.written(tmp_path / "clip.mp4", faults.pushing(picture, 24), sound=False)


def test_json_tells_decision_and_reasons(livingstill, clip):
    answer = livingstill("rescue", clip, "-o", "out.mp4", "--json", "--report", "r.json")
    assert answer.code == 0
    told = json.loads(answer.out)
    assert told["decision"] == "keep" and told["reasons"]
    assert (clip.parent / "out.mp4").read_bytes() == clip.read_bytes()
    assert (clip.parent / "r.json").exists()
    assert livingstill("rescue", clip, "-o", "out.mp4").code == 2


def one_frame(path):
    clips.written(path / "one.mp4", [faults.texture(96, 128)], sound=False)
    return "one.mp4"


def sound_only(path):
    with av.open(str(path / "song.m4a"), "w") as container:
        stream = container.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate = 44100
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return "song.m4a"


def words(path):
    (path / "words.mp4").write_text("no clip at all")
    return "words.mp4"


@pytest.mark.parametrize("make", [one_frame, sound_only, words])
def test_what_is_no_clip_is_one_sentence(livingstill, tmp_path, make):
    name = make(tmp_path)
    answer = livingstill("rescue", name, "-o", "out.mp4", "-q")
    assert answer.code == 2
    assert answer.err.startswith("livingstill: ") and answer.err.count("\n") == 1
    assert name in answer.err
    assert not (tmp_path / "out.mp4").exists()


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--mode", "mend", "mode is mend; it must be 'auto', 'keep', 'repair' or 'replace'"),
        ("--strict", "5", "strict is 5; it must be at most 4"),
        ("--blend", "few", "blend is few; it must be a whole number"),
        ("--loop", "bounce", "loop is bounce; it must be 'auto', 'seamless' or 'none'"),
    ],
)
def test_a_wrong_option_is_told_as_for_a_shot(livingstill, tmp_path, option, value, sentence):
    answer = livingstill("rescue", "missing.mp4", "-o", "out.mp4", option, value)
    assert answer.code == 2
    assert answer.err == f"livingstill: {sentence}\n"


def test_every_declared_option_is_one_of_the_command():
    options = {parameter.name for parameter in command.params}
    assert options >= set(RescueJob.model_fields)
