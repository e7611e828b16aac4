"""Presets: each is a shot that can be made, and a platform's is what the platform takes."""

from __future__ import annotations

import pytest
from livingstill.core.errors import InputError
from livingstill.jobs.animate import animate_file
from livingstill.media.formats import format_of, parse_size
from livingstill.settings.presets import PRESETS, suffix_of
from livingstill.settings.shot import Job, expand_presets, split
from PIL import Image

PLATFORMS = [name for name, preset in PRESETS.items() if preset.suffix]
LIMITS = {
    "whatsapp-sticker": 500_000, "telegram": 256 * 1024, "discord": 10 * 1024**2,
    "slack-emoji": 128 * 1024, "email-gif": 1_000_000,
}  # fmt: skip


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_a_shot(name):
    shot, _ = split({"preset": name})
    assert shot.preset == name
    for key, value in PRESETS[name].values.items():
        written = split({key: value})[0]
        assert getattr(shot, key) == getattr(written, key)


@pytest.mark.parametrize("name", PLATFORMS)
def test_a_platform_says_its_format_its_limits_and_who_states_them(name):
    preset = PRESETS[name]
    assert format_of(f"clip{preset.suffix}").suffix == preset.suffix == suffix_of(name)
    assert preset.limits and preset.source
    assert ("budget" in preset.values) == (name in LIMITS)
    if name in LIMITS:
        assert parse_size(preset.values["budget"]) <= LIMITS[name]


def test_what_is_said_wins_over_a_preset():
    shot, _ = split({"preset": "email-gif", "fps": 20, "prompt": "push in"})
    assert (shot.fps, shot.duration, shot.camera.name) == (20, 3, "push-in")
    assert split({"preset": "slack-emoji", "aspect": "4:3"})[0].aspect == "4:3"
    assert expand_presets({"preset": "social"})["aspect"] == "9:16"
    assert "aspect" not in expand_presets({"preset": "listing"})
    with pytest.raises(InputError, match="no preset is called 'slak-emoji'; did you mean"):
        split({"preset": "slak-emoji"})


def test_a_clip_for_a_platform_has_its_suffix_size_and_weight(samples, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    photo = (samples / "lake.jpg").resolve()
    shot, _ = split({"preset": "slack-emoji", "duration": 0.4, "depth": "cues", "camera": "static"})
    result = animate_file(shot, Job(photo=photo))
    assert result.outputs == ("lake.gif",)
    with Image.open("lake.gif") as clip:
        assert (clip.size, clip.n_frames) == ((128, 128), 5)
    with pytest.raises(
        InputError, match=r"lake.mp4 is not what slack-emoji takes; name it lake.gif"
    ):
        animate_file(shot, Job(photo=photo, output=("lake.mp4",)))
