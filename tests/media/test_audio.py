"""Sound in a clip's file: what was given comes back, as long as the pictures, the same every time."""

from __future__ import annotations

import wave
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from clip_scenes import FRAMES, SIZE, drifting, packed, written
from livingstill.audio.mix import mix, seam_step
from livingstill.core.errors import InputError
from livingstill.core.model import SAMPLE_RATE
from livingstill.media import sound as audio
from livingstill.media.clip_reader import frames
from livingstill.media.write.encoder import Encoder

FPS = Fraction(13)
COUNT = SAMPLE_RATE * FRAMES // 13


def sounding(path: Path, sound: np.ndarray) -> Path:
    with Encoder(path, SIZE, FPS, overwrite=True, sound=sound) as encoder:
        for frame in drifting():
            encoder.write(packed(frame))
    return path


@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "a.mov", "a.mkv"])
def test_a_clip_carries_its_sound(tmp_path, name):
    sound = mix({"stream": 1.0}, COUNT)
    path = sounding(tmp_path / name, sound)
    heard = audio.read(path, 0, 10)
    assert abs(len(heard) - COUNT) <= 1024  # AAC has whole blocks; the edit list tells players
    for ear in range(2):
        assert np.corrcoef(heard[:COUNT, ear], sound[:, ear])[0, 1] > 0.97
    assert len(list(frames(path))) == FRAMES
    # the coder leaves no click where a player jumps back
    step = np.abs(np.diff(heard[:COUNT], axis=0)).max()
    assert np.abs(heard[0] - heard[COUNT - 1]).max() < step
    if name in {"a.mov", "a.mkv"}:
        assert seam_step(heard) < -60
    first = path.read_bytes()
    assert all(sounding(path, sound).read_bytes() == first for _ in range(3))


def test_formats_without_sound_take_the_pictures_alone(tmp_path):
    with_sound = sounding(tmp_path / "a.gif", mix({"wind": 1.0}, COUNT)).read_bytes()
    assert with_sound == written(tmp_path / "b.gif", fps=FPS).read_bytes()


def tone(path: Path, rate: int, seconds: float, channels: int = 1) -> np.ndarray:
    t = np.arange(int(rate * seconds)) / rate
    samples = np.rint(9000 * np.sin(2 * np.pi * (200 + 300 * t) * t)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.repeat(samples, channels).tobytes())
    return samples / 32768


def test_a_recording_is_read_from_any_second_at_our_rate(tmp_path):
    truth = tone(tmp_path / "a.wav", 48_000, 2.0)
    heard = audio.read(tmp_path / "a.wav", 0.5, 1.0)
    assert heard.shape == (SAMPLE_RATE, 2) and heard.dtype == np.float32
    np.testing.assert_allclose(heard[:, 0], truth[24_000:72_000], atol=1e-4)
    tone(tmp_path / "b.wav", 22_050, 2.0, channels=2)
    slower = audio.read(tmp_path / "b.wav", 0.5, 1.0)
    assert np.corrcoef(slower[:, 1], heard[:, 0])[0, 1] > 0.999


def test_what_is_no_sound_is_said(tmp_path):
    tone(tmp_path / "a.wav", 48_000, 0.5)
    (tmp_path / "b.mp3").write_bytes(b"no sound at all" * 99)
    silent = written(tmp_path / "c.mp4")
    for path, start, said in [
        (tmp_path / "none.wav", 0, "does not exist"),
        (tmp_path / "a.wav", 3, "lasts 0.50 s; --audio-start must be less"),
        (tmp_path / "b.mp3", 0, "cannot be decoded"),
        (silent, 0, "has no sound in it"),
    ]:
        with pytest.raises(InputError) as caught:
            audio.read(path, start, 1.0)
        assert said in str(caught.value)
