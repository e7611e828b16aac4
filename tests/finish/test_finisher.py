"""Finished frames: what changes, what must not, and what is refused."""

from __future__ import annotations

import hashlib
from fractions import Fraction

import numpy as np
import pytest
from livingstill.core import threads
from livingstill.core.errors import InputError
from livingstill.core.model import Timeline
from livingstill.finish import files, text, typefaces
from livingstill.finish.finisher import Finisher, grain_tile, vignette
from livingstill.finish.layout import anchor, safe_area
from livingstill.finish.titles import title_place
from livingstill.kernels import colour as kernels
from livingstill.render.frames import unpack
from livingstill.settings.shot import Shot
from PIL import Image

SIZE = (322, 182)


def noise(seed=0, size=SIZE):
    rgba = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 4)).astype(np.uint8)
    rgba[..., 3] = 255
    return rgba.view(np.uint32)[..., 0]


def flat(level, size=SIZE):
    return np.full(size[::-1], 0xFF000000 | level * 0x010101, np.uint32)


def finisher(count=10, loop="seamless", size=SIZE, **settings):
    return Finisher(Shot(**settings), size, (0, 0, *size), Timeline(count, Fraction(10), loop))


def finished(frames, **settings):
    made = finisher(len(frames), **settings)
    return [unpack(frame).astype(int) for frame in made.finish(frames, range(len(frames)))]


@pytest.fixture
def logo(tmp_path):
    """Red, its right half clear, its lower half half as strong."""
    rgba = np.zeros((40, 80, 4), np.uint8)
    rgba[:, :40] = 255, 0, 0, 255
    rgba[20:, :40, 3] = 128
    Image.fromarray(rgba).save(tmp_path / "logo.png")
    return tmp_path / "logo.png"


def test_a_shot_without_finishing_passes_frames_through():
    frame = noise()
    made = finisher()
    assert made.idle
    assert next(made.finish([frame], [0])) is frame


def test_everything_stays_the_same_at_any_number_of_threads(logo):
    settings = {"title": "Lake", "logo": logo, "saturation": 0.5, "vignette": 0.5, "grain": 0.5}

    def digest(count):
        threads.limit(count)
        return hashlib.sha256(finished([noise()], **settings)[0].tobytes()).hexdigest()

    try:
        assert digest(1) == digest(2) == digest(5)
    finally:
        threads.limit(None)


def test_title_card_and_logo_stand_still_while_the_picture_moves(logo):
    """Wherever they are opaque, every frame has the same pixels."""
    settings = {
        "title": "A title", "subtitle": "of two lines", "price": "€ 1", "address": "Road 2",
        "title_colour": "#ffeedd", "logo": logo, "title_size": 2, "logo_size": 0.3,
        "vignette": 0.4, "grain": 0.6,
    }  # fmt: skip
    made = np.array(finished([noise(seed) for seed in range(4)], **settings))
    steady = (made == made[0]).all((0, 3))
    ink = (made[0] == (255, 238, 221)).all(2)
    red = (made[0] == (255, 0, 0)).all(2)
    assert ink.sum() > 300
    assert red.sum() > 300
    assert steady[ink].all()
    assert steady[red].all()
    assert steady.mean() < 0.5  # the rest moves


def test_laying_over_is_the_formula_of_porter_and_duff():
    rng = np.random.default_rng(2)
    alpha = rng.integers(0, 256, (20, 30, 1))
    colour = rng.integers(0, 256, (20, 30, 3)) * alpha // 255
    sprite = np.concatenate([colour, alpha], 2).astype(np.uint8).view(np.uint32)[..., 0]
    for opacity, left, top in ((256, 3, 4), (100, -7, 170), (256, 310, -3)):
        out = noise()
        kernels.lay(sprite, left, top, opacity, out, 0, 50)
        kernels.lay(sprite, left, top, opacity, out, 50, out.shape[0])
        below = np.zeros((SIZE[1] + 60, SIZE[0] + 80, 3))
        below[30:-30, 40:-40] = unpack(noise())
        box = below[top + 30 : top + 50, left + 40 : left + 70]
        share = opacity / 256
        box[:] = share * colour + (1 - share * alpha / 255) * box
        assert np.abs(unpack(out) - below[30:-30, 40:-40]).max() < 0.51


def test_grain_is_loop_exact_seeded_and_strongest_in_the_middle_tones():
    one, other = finisher(6, grain=0.5), finisher(6, grain=0.5)
    frames = [unpack(f).copy() for f in one.finish([flat(128)] * 6, range(6))]
    part = [unpack(f).copy() for f in other.finish([flat(128)] * 2, range(3, 5))]
    np.testing.assert_array_equal(part, frames[3:5])  # a frame depends on its index alone
    assert (frames[0] != frames[1]).mean() > 0.5
    again = finished([flat(128)], grain=0.5, seed=1)[0]
    assert (again != frames[0]).mean() > 0.5
    assert frames[0].std() == pytest.approx(5, rel=0.05)
    assert abs(frames[0].mean() - 128) < 0.1
    for level in (0, 255):
        assert (finished([flat(level)], grain=1)[0] == level).all()
    assert finished([flat(40)], grain=0.5)[0].std() < 0.6 * 5


def test_grain_is_the_formula_of_its_kernel():
    tile = grain_tile(SIZE, 0.7, 3)
    frame = noise()
    out = frame.copy()
    kernels.grain(tile, 500, 17, out, 0, 100)
    kernels.grain(tile, 500, 17, out, 100, out.shape[0])
    rows = (np.arange(SIZE[1]) + 500) % tile.shape[0]
    added = tile[rows, 17 : 17 + SIZE[0]][..., None].astype(float)
    c = unpack(frame).astype(float)
    expected = np.clip(c + added * np.floor(c * (255 - c) / 64) / 65536, 0, 255)
    assert np.abs(unpack(out) - expected).max() <= 0.501


def test_a_vignette_darkens_the_corners_and_leaves_the_middle():
    out = finished([flat(200, (321, 181))], vignette=0.8, size=(321, 181))[0]
    assert (out[90, 160] == 200).all()
    corner = (out[0, 0, 0] / 200) ** 2
    assert corner == pytest.approx(1 - 0.62 * 0.8, abs=0.01)
    np.testing.assert_array_equal(out, out[::-1, ::-1])
    assert (vignette(SIZE, 0) == 32768).all()


@pytest.mark.parametrize("loop", ["seamless", "bounce", "none", "hold"])
def test_a_fade_is_gone_at_both_ends_and_whole_between(loop):
    made = finisher(50, loop, title="Lake", title_fade=1.0)
    shown = [made.title_opacity(index) for index in range(50)]
    assert shown[0] == 0
    assert max(shown) == 1
    if made._timeline.periodic:
        assert made.title_opacity(50) == 0  # the next loop begins as this one ends
        assert shown[1:] == pytest.approx(shown[:0:-1])
    else:
        assert shown[-1] == 0
    assert np.abs(np.diff(shown)).max() < 0.2
    assert finisher(50, title="Lake").title_opacity(0) == 1


def test_a_fade_longer_than_the_clip_is_cut_to_its_half():
    made = finisher(20, title="Lake", title_fade=30)
    assert made.title_opacity(10) == 1


@pytest.mark.parametrize("size", [(640, 360), (360, 640), (400, 400), (320, 400)])
@pytest.mark.parametrize("place", ["top-left", "bottom-right", "centre", "bottom"])
def test_text_stays_in_the_safe_area_of_every_shape(size, place):
    out = finished(
        [flat(0, size)], size=size, title="Long days by the water", subtitle="and short nights",
        title_place=place, title_shadow=0,
    )[0]  # fmt: skip
    left, top, width, height = safe_area((0, 0, *size))
    rows, columns = np.nonzero(out.max(2))
    assert rows.size > 100
    assert left <= columns.min() and columns.max() < left + width
    assert top <= rows.min() and rows.max() < top + height


def test_a_long_title_wraps_then_shrinks_and_then_is_refused():
    short, long = "Lake", "A long title that needs more than a single line of the frame"
    shapes = []
    for words in (short, long):
        style = text.Style(24, typefaces.load(None))
        shapes.append(text.set_text(words, style, 250, "title").coverage.shape)
    assert shapes[0][0] < 30 < shapes[1][0]
    assert shapes[1][1] <= 252
    with pytest.raises(InputError, match=r"title is 'x+\.\.\.', too long for this frame"):
        finisher(title="x" * 200)


def test_what_is_higher_than_the_frame_is_refused():
    for settings in ({"title": "a\nb\nc\nd"}, {"price": "1", "address": "2", "details": "3"}):
        with pytest.raises(InputError, match="pixels high, of which the frame has"):
            finisher(**settings, title_size=4, size=(300, 48))


def test_a_title_makes_room_for_a_card():
    assert title_place(Shot(title="a", address="b")) == "top-left"
    assert anchor((4, 4), title_place(Shot(title="a")), (0, 0, 10, 10)) == (0, 6)


def test_the_card_is_the_brands_colour_with_text_that_stands_out():
    for plate, bright in (("#102030", True), ("#f0f0f0", False)):
        out = finished(
            [flat(128)], price="€ 1,250,000", address="12 Elm Street", card_colour=plate,
            accent="#ff0000", title_size=1.5,
        )[0]  # fmt: skip
        assert (out == (255, 0, 0)).all(2).sum() > 50
        ink = (out > 250).all(2) if bright else (out < 20).all(2)
        assert ink.sum() > 100


def test_things_that_overlap_are_told(logo):
    made = finisher(title="Lake", title_place="top-right", logo=logo, title_size=2)
    assert made.notes == ("title and logo overlap; give one another place",)
    assert not finisher(title="Lake", logo=logo).notes


def test_what_cannot_be_used_is_told_before_any_work(tmp_path, monkeypatch):
    monkeypatch.setattr(typefaces, "system_faces", lambda: ())
    page = tmp_path / "page.txt"
    page.write_text("no picture")
    for settings, sentence in (
        ({"font": page}, f"font {page} is no font we can read"),
        ({"font": tmp_path / "x.ttf"}, "does not exist"),
        ({"logo": page}, f"logo {page} is no picture we can read"),
        ({"lut": page}, f"LUT {page}, line 1 begins with 'no'"),
        ({"title_colour": "reddish"}, "title_colour is reddish; it must be a colour"),
        ({"accent": "#12"}, "accent is #12; it must be a colour"),
    ):
        with pytest.raises(InputError) as caught:
            files.check(Shot(**settings))
        assert sentence in str(caught.value)
    with pytest.raises(InputError, match="'★' \\(BLACK STAR\\), which the default font lacks"):
        finisher(title="★")
