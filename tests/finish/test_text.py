"""Titles in every script: where lines break, which way they run, and which font has what."""

from __future__ import annotations

import numpy as np
import pytest
from livingstill.core.errors import InputError
from livingstill.finish import text, titles, typefaces
from livingstill.finish.bidirectional import is_right_to_left, visual_runs
from livingstill.finish.line_breaking import break_units, wrap
from livingstill.settings.shot import Shot
from PIL import ImageFont, features

FRAME = (0, 0, 640, 360)


@pytest.fixture
def hebrew():
    """Skip where this machine cannot set Hebrew."""
    if not features.check("raqm"):
        pytest.skip("Pillow without Raqm shapes no Hebrew")
    try:
        typefaces.faces_of("בית", typefaces.load(None), "title")
    except InputError:
        pytest.skip("no font of this machine has Hebrew")


@pytest.mark.parametrize(
    ("paragraph", "width", "lines"),
    [
        ("Lake house by the sea", 6, ["Lake", "house", "by the", "sea"]),
        ("10\u00a0000 €", 6, ["10\u00a0000", "€"]),
        ("well-known", 6, ["well-", "known"]),
        ("静かな湖、春の朝。", 4, ["静かな", "湖、春の", "朝。"]),
        ("「湖」の家々", 5, ["「湖」の", "家々"]),
        ("호수 옆의 집", 4, ["호수 옆", "의 집"]),
        ("extra\u00adordinary", 8, ["extra-", "ordinary"]),
        ("un\u2060broken words", 8, ["unbroken", "words"]),
        ("бережок 5", 7, ["бережок", "5"]),
        ("one\n\ntwo", 6, ["one", "", "two"]),
        ("  spaced   out ", 6, ["spaced", "out"]),
    ],
)
def test_lines_break_where_unicode_lets_them(paragraph, width, lines):
    assert wrap(paragraph, width, len) == lines


def test_no_line_begins_with_what_ends_a_sentence_nor_ends_with_what_opens_one():
    units = break_units("私は「静かな湖」、と言う。(本当に)")
    assert not any(unit[0] in "、。」)" for unit in units)
    assert not any(unit[-1] in "「(" for unit in units)


def test_thai_breaks_between_words_and_never_inside_one():
    sentence = "วันนี้อากาศดี"
    units = [unit.strip("\u200b") for unit in break_units(sentence)]
    assert "".join(units) == sentence
    assert 2 <= len(units) <= 5
    assert not any(unit[0] in "ัิีึืุู็่้๊๋์" for unit in units)
    assert wrap(sentence, 7, len)[0] in sentence


def test_the_first_strong_character_says_where_a_paragraph_starts():
    assert is_right_to_left("בית Lake")
    assert is_right_to_left("12 بيت")
    assert not is_right_to_left("Lake בית")
    assert not is_right_to_left("12, 13")


@pytest.mark.parametrize(
    ("line", "runs"),
    [
        ("abc אבג", ["abc ", "אבג"]),
        ("אבג abc", ["abc", "אבג "]),
        ("אבג 12 דהו", [" דהו", "12", "אבג "]),
        ("abc אבג def", ["abc ", "אבג", " def"]),
        ("אב ab גד", [" גד", "ab", "אב "]),
        ("אב 1,500.50 גד", [" גד", "1,500.50", "אב "]),
        ("50% אב", [" אב", "50%"]),
        ("אב €10:30", ["€10:30", "אב "]),
    ],
)
def test_runs_are_ordered_as_they_are_seen(line, runs):
    seen = visual_runs(line, [None] * len(line), is_right_to_left(line))
    assert [run for run, _, _ in seen] == runs
    assert all(right == any("א" <= c <= "ת" for c in run) for run, _, right in seen)


def test_runs_are_divided_by_face_too():
    line, faces = "aaabb", list("xxxyy")
    assert visual_runs(line, faces, False) == [("aaa", "x", False), ("bb", "y", False)]


def test_a_right_to_left_title_starts_right(hebrew):
    shot = Shot(title="בית ליד האגם\nקיץ", title_shadow=0)
    sprite = titles.draw(shot, FRAME)
    left, _, width, _ = sprite.box
    assert left + width == 640 - 32
    ink = sprite.rgba.view(np.uint8).reshape(*sprite.rgba.shape, 4)[..., 3] > 0
    first, second = (np.flatnonzero(half.any(0)) for half in np.array_split(ink, 2))
    assert abs(first[-1] - second[-1]) <= 2 < second[0] - first[0]
    assert titles.draw(shot.model_copy(update={"title_place": "top-left"}), FRAME).box[0] == 32


def test_what_a_font_lacks_is_set_in_one_of_this_machine_and_said(hebrew):
    sprite = titles.draw(Shot(title="Villa בית 12"), FRAME)
    (note,) = sprite.notes
    assert note.startswith("title has 'בית', which the default font lacks: set in ")
    assert titles.draw(Shot(title="Villa 12"), FRAME).notes == ()


def test_arabic_letters_join(hebrew):
    face = next(f for f in typefaces.faces_of("بيت", typefaces.load(None), "title").values())
    font = face.font(40, ImageFont.Layout.RAQM)
    assert font.getlength("بيت", direction="rtl") != sum(font.getlength(c) for c in "بيت")


def test_a_missing_glyph_is_named(monkeypatch):
    monkeypatch.setattr(typefaces, "system_faces", lambda: ())
    with pytest.raises(
        InputError, match=r"title has '湖' \(CJK UNIFIED IDEOGRAPH-6E56\), which the"
    ):
        text.set_text("湖の家", text.Style(24, typefaces.load(None)), 300, "title")
    with pytest.raises(InputError, match=r"title has U\+0007, which the default font lacks"):
        text.set_text("a\u0007", text.Style(24, typefaces.load(None)), 300, "title")


def test_fonts_that_cannot_be_read_are_passed_over(tmp_path, monkeypatch):
    broken = tmp_path / "a.ttf"
    broken.write_bytes(b"no font")
    ours = typefaces.Face("ours", path=str(typefaces._FONTS / typefaces.TEXT_FONT))
    faces = (typefaces.Face("broken", path=str(broken)), ours)
    monkeypatch.setattr(typefaces, "system_faces", lambda: faces)
    assert typefaces._fallback(["a"]) == {"a": ours}
