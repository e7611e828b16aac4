"""The library as Python calls it: any kind of photo, sentences without options, short reprs."""

from __future__ import annotations

import inspect
import io
import sys
from pathlib import Path

import livingstill
import numpy as np
import pytest
from livingstill.photo.source import photo_of
from livingstill.settings.hold import HoldJob
from livingstill.settings.keys import ShotKeys
from livingstill.settings.loop import LoopJob
from livingstill.settings.rescue import RescueJob
from livingstill.settings.shot import Shot
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent.parent / "tools"))
import settings_keys


def test_every_public_name_is_there():
    assert sorted(dir(livingstill)) == sorted(livingstill.__all__)
    for name in livingstill.__all__:
        assert getattr(livingstill, name) is not None
    with pytest.raises(AttributeError, match="has no 'animat'"):
        _ = livingstill.animat


def test_the_typed_keywords_are_the_declared_settings():
    written = settings_keys.TARGET.read_text(encoding="utf-8")
    assert written == settings_keys.text(), "run python tools/settings_keys.py --write"
    assert list(ShotKeys.__annotations__) == list(Shot.model_fields)
    assert inspect.signature(livingstill.animate).parameters["settings"].kind.name == "VAR_KEYWORD"


@pytest.mark.parametrize(
    ("function", "job"),
    [
        (livingstill.rescue, RescueJob),
        (livingstill.loop, LoopJob),
        (livingstill.hold, HoldJob),
    ],
)
def test_the_keywords_of_a_rewriting_job_are_the_declared_settings(function, job):
    parameters = inspect.signature(function).parameters.values()
    keywords = {p.name: p for p in parameters if p.kind is p.KEYWORD_ONLY and p.name != "progress"}
    assert set(keywords) == set(job.model_fields)
    for name, field in job.model_fields.items():
        assert keywords[name].default == field.default, name
        declared = settings_keys.written(name, field.annotation).replace('"', "'")
        assert keywords[name].annotation == declared, name


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"mode": "mend"}, "mode is mend; it must be 'auto', 'keep', 'repair' or 'replace'"),
        ({"strict": 5}, "strict is 5; it must be at most 4"),
        ({"blend": -1}, "blend is -1; it must be at least 0"),
    ],
)
def test_rescue_checks_its_keywords_before_it_reads_the_clip(tmp_path, settings, sentence):
    with pytest.raises(livingstill.InputError, match=f"^{sentence}$"):
        livingstill.rescue("missing.mp4", tmp_path / "out.mp4", **settings)


def test_a_photo_may_be_anything_that_python_has_it_in(samples):
    path = samples / "product.jpg"
    truth = photo_of(path)
    data = path.read_bytes()
    with Image.open(path) as image:
        sources = [str(path), data, io.BytesIO(data), image, truth.rgb, truth]
        for source in sources:
            np.testing.assert_array_equal(photo_of(source).rgb, truth.rgb)
    assert photo_of(data).sha256 == truth.sha256


def test_grey_and_transparent_arrays_are_photos():
    grey = np.full((32, 40), 90, np.uint8)
    assert (photo_of(grey).rgb == 90).all() and photo_of(grey).rgb.shape == (32, 40, 3)
    clear = np.zeros((32, 40, 4), np.uint8)
    assert (photo_of(clear).rgb == 255).all()


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (np.zeros((8, 8, 3), np.float32), "float32.*uint8"),
        (np.zeros((8, 8, 2), np.uint8), r"\(8, 8, 2\)"),
        (7, "photo is a int"),
        (io.StringIO("text"), "photo is a StringIO"),
        (b"no picture", "photo-"),
        ("missing.jpg", "does not exist"),
    ],
)
def test_what_is_no_photo_is_refused_in_one_sentence(source, sentence):
    with pytest.raises(livingstill.InputError, match=sentence) as raised:
        livingstill.animate(source)
    assert "\n" not in str(raised.value)


def test_sentences_speak_of_keywords_not_of_options(samples):
    with pytest.raises(livingstill.InputError, match="or raise max_pixels") as raised:
        livingstill.animate(samples / "lake.jpg", max_pixels=100)
    assert "--" not in str(raised.value)


def test_a_clip_says_in_a_line_what_it_is(samples):
    clip = livingstill.animate(
        samples / "product.jpg", size="160x120", duration=0.2, camera="orbit", motion="none"
    )
    assert repr(clip) == (
        "<Clip of product.jpg: 160x120, 6 frames at 30 fps, camera orbit, no motion>"
    )
