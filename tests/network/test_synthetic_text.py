"""Lettering that is drawn for training lies where the truth says, and nothing is changed elsewhere."""

from importlib import resources
from pathlib import Path

import cv2
import numpy as np
import pytest
from livingstill_training.distractors import draw_shapes, draw_texture
from livingstill_training.lettering import sharp_photos
from livingstill_training.synthetic_text import by_script, draw_lettering, fonts_in, scripts_of


@pytest.fixture(scope="module")
def fonts():
    return by_script(fonts_in([Path(str(resources.files("livingstill")))]))


def test_our_fonts_have_latin_and_no_made_up_script(fonts):
    assert fonts["latin"]
    assert "cjk" not in fonts
    assert all("latin" in scripts_of(font) for font in fonts["latin"])


def test_what_changes_is_on_lettering_or_beside_it(fonts):
    shown = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        page = np.full((200, 260, 3), 120, np.uint8)
        picture, truth = draw_lettering(rng, page, fonts)
        changed = (picture != page).any(axis=2)
        assert set(np.unique(truth)) <= {0, 1, 2}
        # a bar behind it or a shadow may reach beyond what is near
        assert changed[truth == 0].mean() < 0.1
        shown += bool((truth == 1).any())
    assert shown > 10


def test_a_seed_draws_the_same_again(fonts):
    page = draw_texture(np.random.default_rng(1), (120, 160))
    once, again = (draw_lettering(np.random.default_rng(9), page, fonts) for _ in range(2))
    np.testing.assert_array_equal(once.picture, again.picture)
    np.testing.assert_array_equal(once.lettering, again.lettering)
    assert draw_shapes(np.random.default_rng(2), page).shape == page.shape


def test_sharp_photos_are_read_in_the_order_of_their_names_red_first(tmp_path):
    red = np.zeros((8, 12, 3), np.uint8)
    red[..., 2] = 255  # as OpenCV writes it
    cv2.imwrite(str(tmp_path / "b.png"), red)
    cv2.imwrite(str(tmp_path / "a.png"), red[:4])
    cv2.imwrite(str(tmp_path / "c.png"), red[..., 2])  # grey
    (tmp_path / "sources.tsv").write_text("no photo")
    first, second, grey = sharp_photos(tmp_path)
    assert first.shape == (4, 12, 3)
    assert second.shape == (8, 12, 3)
    assert (second == (255, 0, 0)).all()
    assert grey.shape == (8, 12, 3)
