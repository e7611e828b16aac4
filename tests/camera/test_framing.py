"""Framing: even sizes, the shape asked for, the subject in it, no silent enlarging."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from livingstill.camera.framing import frame, nearest_even, ratio
from livingstill.core.errors import InputError
from livingstill.settings.declare import checked
from livingstill.settings.shot import Shot
from livingstill.settings.values import LONG_SIDES

sides = st.integers(16, 9000)
points = st.tuples(st.floats(0, 1), st.floats(0, 1))
sizes = st.sampled_from(["720p", "1080p", "4k", "source", "1920x1080", "640x640"])
aspects = st.sampled_from([None, "16:9", "9:16", "1:1", "4:5", "2.39:1"])


@given(st.tuples(sides, sides), sizes, aspects, st.sampled_from(["crop", "pad", "blur"]), points)
def test_every_frame_is_even_and_shows_only_the_photo(photo, size, aspect, fit, subject):
    if "x" in size:
        aspect = None
    framing = frame(photo, size=size, aspect=aspect, fit=fit, subject=subject)
    assert all(side % 2 == 0 and 16 <= side <= 8192 for side in framing.size)
    left, top, right, bottom = framing.box
    assert -1e-9 <= left < right <= 1 + 1e-9
    assert -1e-9 <= top < bottom <= 1 + 1e-9
    x, y, width, height = framing.picture
    assert x >= 0 and y >= 0 and x + width <= framing.size[0] and y + height <= framing.size[1]
    shown = framing.extent[0] * photo[0] / (framing.extent[1] * photo[1])
    assert shown == pytest.approx(width / height, rel=1e-6)
    assert bool(framing.notes) >= (framing.scale > 1.02)


def test_a_named_size_is_the_long_side_of_either_orientation():
    assert frame((4000, 3000)).size == (1920, 1440)
    assert frame((3000, 4000)).size == (1440, 1920)


def test_a_small_photo_makes_a_smaller_clip_and_says_so():
    framing = frame((640, 480), max_upscale=1.5)
    assert framing.size == (960, 720)
    assert "enlarged 1.5 times" in framing.notes[0]


def test_an_explicit_size_is_kept_and_its_softness_told():
    framing = frame((640, 480), size="1920x1080")
    assert framing.size == (1920, 1080)
    assert "soft" in framing.notes[0]


def test_the_source_size_is_the_photo_made_even():
    assert frame((641, 481), size="source").size == (640, 480)


def test_a_crop_keeps_the_subject_in_frame():
    framing = frame((4000, 3000), aspect="9:16", subject=(0.95, 0.5))
    left, _, right, _ = framing.box
    assert left < 0.95 < right == pytest.approx(1)


def test_a_pad_shows_the_whole_photo():
    framing = frame((4000, 3000), aspect="9:16", fit="pad")
    assert framing.size == (1080, 1920)
    assert framing.extent == pytest.approx((1, 1), abs=0.01)
    assert framing.bars and framing.picture == (0, 555, 1080, 810)


def test_a_size_and_another_aspect_disagree():
    with pytest.raises(InputError, match="size 1920x1080 is not 9:16; give one of them"):
        frame((400, 300), size="1920x1080", aspect="9:16")
    assert ratio("9:16") == 9 / 16


lengths = st.integers(16, 8192)


@given(st.tuples(sides, sides), lengths, lengths, st.booleans())
def test_sides_in_pixels_are_kept_to_the_nearest_even_number(photo, width, height, upper):
    size = f"{width}{'X' if upper else 'x'}{height}"
    made = frame(photo, size=Shot(size=size).size)
    assert all(abs(a - b) <= 1 and a % 2 == 0 for a, b in zip(made.size, (width, height)))
    told = any(f"{made.size[0]}x{made.size[1]}" in note for note in made.notes)
    assert told == (made.size != (width, height))


@given(st.tuples(st.integers(400, 900), st.integers(400, 900)), st.integers(64, 2000))
def test_one_side_in_pixels_leaves_the_other_to_the_photo(photo, side):
    shape = photo[0] / photo[1]
    across, down = (frame(photo, size=form.format(side)).size for form in ("{}x", "x{}"))
    long = frame(photo, size=f"{side}").size
    assert (across[0], down[1], max(long)) == (nearest_even(side),) * 3
    assert (
        abs(across[1] - nearest_even(side) / shape) <= 1
        and abs(down[0] - nearest_even(side) * shape) <= 1
    )
    assert long == (across if shape >= 1 else down)


@given(st.text("0123456789xXpk ", max_size=12))
def test_a_size_is_understood_or_refused_in_a_sentence(text):
    try:
        size = checked(Shot, {"size": text}).size
    except InputError as error:
        assert str(error).startswith(f"size is {text}; it must ")
        return
    assert checked(Shot, {"size": size}).size == size
    assert all(side % 2 == 0 and 16 <= side <= 8192 for side in frame((300, 200), size=size).size)


@pytest.mark.parametrize(("size", "long"), LONG_SIDES.items())
def test_every_named_size_is_a_long_side(size, long):
    assert max(frame((12000, 9000), size=size).size) == long
    assert Shot(size=size.upper()).size == size
