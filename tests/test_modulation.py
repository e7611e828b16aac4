"""Wind, motion or camera that follow a sound or a curve."""

from __future__ import annotations

import wave
from pathlib import Path

import livingstill
import numpy as np
import pytest
from livingstill import Shot
from livingstill.camera.modulation import ModulatedPath
from livingstill.core import threads
from livingstill.core.errors import InputError
from livingstill.core.model import Pose
from livingstill.jobs import modulation
from livingstill.jobs.session import check_settings

RATE = 44_100


def sound(path: Path, loudness: np.ndarray) -> Path:
    """A tone of 400 Hz of a loudness 0..1 at each of ``RATE`` samples per second."""
    tone = np.sin(2 * np.pi * 400 * np.arange(len(loudness)) / RATE)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.rint(20000 * loudness * tone).astype("<i2").tobytes())
    return path


def envelope(file: Path, **settings):
    found, notes = modulation.envelopes(Shot(modulate=(f"wind={file}",), **settings))
    return found["wind"], notes[0]


def test_an_envelope_is_as_loud_as_the_sound(tmp_path):
    loudness = np.repeat([1.0, 0.25], 2 * RATE)
    file = sound(tmp_path / "a.wav", loudness)
    plain = {"duration": 4, "loop": "none", "modulate_release": 0.1, "modulate_floor": 0}
    found, note = envelope(file, **plain)
    assert found.at(0.25) == pytest.approx(1, abs=0.01)
    assert found.at(0.9) == pytest.approx(0.25, abs=0.01)
    assert note == "the wind follows the loudness of a.wav"
    assert envelope(file, **{**plain, "modulate_floor": 0.5})[0].at(0.9) == pytest.approx(
        0.5 + 0.5 * 0.25, abs=0.01
    )


def test_a_short_sound_is_repeated_and_the_envelope_of_a_loop_has_no_step_at_its_seam(tmp_path):
    t = np.arange(round(1.5 * RATE)) / RATE
    file = sound(tmp_path / "a.wav", np.exp(-15 * (t % 0.5)))
    found, note = envelope(file, duration=4, loop="seamless")
    steps = np.abs(np.diff(np.append(found.strengths, found.strengths[0])))
    assert steps[-1] <= steps[:-1].max()
    assert found.strengths.max() == 1 and np.ptp(found.strengths[100:]) > 0.3  # still beats
    assert "cross-faded into its start over 0.5 s" in note


def test_a_curve_is_followed_exactly_and_joined_where_the_clip_loops(tmp_path):
    file = tmp_path / "rise.csv"
    file.write_text("seconds,share\n0,0.2\n1,0.6\n2,1\n")
    once, note = envelope(file, duration=2, loop="none")
    assert [round(once.at(p), 3) for p in (0, 0.25, 0.5)] == [0.2, 0.35, 0.6]  # at rest at its ends
    assert note == "the wind follows the curve rise.csv"
    loop, note = envelope(file, duration=2, loop="seamless")
    assert loop.at(0.5) == once.at(0.5) and abs(loop.at(0.999) - loop.at(0)) < 0.02
    assert "over the last 0.5 s, so that it loops" in note


def test_a_sound_that_is_the_clips_own_begins_where_that_does(tmp_path):
    file = sound(tmp_path / "a.wav", np.repeat([0.1, 1.0], [2 * RATE, 3 * RATE]))
    quick = {"duration": 2, "loop": "none", "modulate_floor": 0}
    assert envelope(file, **quick)[0].strengths.max() == 1  # of the quiet part alone
    later = envelope(file, audio=str(file), audio_start=2.5, **quick)[0]
    assert later.strengths.min() == pytest.approx(1, abs=0.01)


def test_a_camera_at_a_strength_is_so_far_from_the_photos_pose():
    class Push:
        def at(self, time):
            return Pose(x=0.1, z=0.2 * time, pan=3.0, zoom=1.4, pivot=0.5, focus=0.3, aperture=0.01)

    found = modulation.Envelope.of([0.0, 0.5], periodic=False)
    assert ModulatedPath(Push(), found).at(0.9) == Pose(
        x=0.05, z=0.2 * 0.9 * 0.5, pan=1.5, zoom=1.2, pivot=0.5, focus=0.3, aperture=0.01
    )
    assert ModulatedPath(Push(), found).at(0.0).zoom == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("wind=none.wav", "none.wav does not exist"),
        ("wind=picture.png", "has no sound in it"),
        ("wind=silent.wav", "silent for the length of the clip"),
        ("wind=short.csv", "runs from 0 to 1 s and the clip from 0 to 2 s; make them equally long"),
        ("wind=over.csv", "has 2 in row 2; values must be 0 to 1"),
        ("wind=back.csv", "times that do not rise in row 3"),
        ("wind=words.csv", "has 'b,c' in row 2; it must be seconds,value"),
        ("wind=nothing.csv", "fewer than two points"),
        ("wind=zero.csv", "is 0 throughout"),
    ],
)
def test_what_cannot_be_followed_is_said_in_a_sentence(tmp_path, monkeypatch, text, said):
    monkeypatch.chdir(tmp_path)
    from PIL import Image

    Image.new("RGB", (16, 16)).save("picture.png")
    sound(Path("silent.wav"), np.zeros(2 * RATE))
    for name, rows in {
        "short": "0,0\n1,1",
        "over": "0,0\n2,2",
        "back": "0,0\n1,1\n0.5,1\n2,0",
        "words": "time,value\nb,c",
        "nothing": "time,value\n",
        "zero": "0,0\n2,0",
    }.items():
        Path(f"{name}.csv").write_text(rows)
    with pytest.raises(InputError, match=said.replace("'", ".")):
        check_settings(Shot(modulate=(text,), duration=2))


@pytest.mark.parametrize(
    ("given", "said"),
    [(("grain=a.wav",), "nothing else follows a file"), (("wind=a.wav", "wind=b.wav"), "twice")],
)
def test_only_wind_amount_and_camera_follow_and_each_one_file(given, said):
    with pytest.raises(InputError, match=said):
        livingstill.animate("samples/lake.jpg", modulate=given)


def test_a_modulated_clip_is_the_same_on_any_threads_and_says_what_it_follows(tmp_path, samples):
    file = sound(tmp_path / "a.wav", np.linspace(0, 1, RATE))
    settings = {
        "size": "160x106",
        "duration": 0.4,
        "fps": 10,
        "camera": "orbit",
        "modulate": [f"amount={file}", f"camera={file}"],
    }
    shown = []
    for count in (1, 2):
        threads.limit(count)
        clip = livingstill.animate(samples / "lake.jpg", **settings)
        shown.append([frame.copy() for frame in clip.frames()])
    threads.limit(None)
    np.testing.assert_array_equal(*shown)
    assert sum("follows the loudness of a.wav" in note for note in clip.notes) == 2
    assert clip.camera.at(0.0) == clip.camera.at(1.0)
    assert {"modulate amount", "modulate camera"} == set(modulation.files(clip.shot))
    still = livingstill.animate(samples / "lake.jpg", **{**settings, "motion": "none"})
    assert "nothing moves, so nothing follows a.wav" in still.notes
