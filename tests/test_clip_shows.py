"""A clip shows itself in a notebook, small, with the move and the motion it has."""

import base64
import io
import re

import livingstill
import pytest
from PIL import Image


@pytest.fixture(scope="module")
def clip(samples):
    return livingstill.animate(
        samples / "lake.jpg", camera="truck-right", size="640x426", duration=0.5
    )


def test_a_notebook_gets_a_small_loop_of_the_whole_clip(clip):
    found = re.fullmatch(
        r'<img src="data:image/webp;base64,([A-Za-z0-9+/=]+)" alt="(.+)">', clip._repr_html_()
    )
    picture = Image.open(io.BytesIO(base64.b64decode(found[1])))
    assert picture.size == (480, 320) and picture.n_frames == 6
    assert found[2] == "lake.jpg: camera truck-right"


def test_a_preview_makes_the_same_move(clip):
    small = clip.preview(side=160, fps=30)
    assert small.timeline == clip.timeline and small.framing.size == (160, 106)
    for time in (0.0, 0.3, 0.5):
        assert small.camera.at(time).x == pytest.approx(clip.camera.at(time).x, rel=0.05)
    assert small.motion is clip.motion
