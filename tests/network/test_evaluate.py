import numpy as np
import pytest
from livingstill.core.model import Perception
from livingstill_training import evaluate


def test_a_class_found_where_there_is_none_counts_zero():
    label = np.zeros((10, 10), np.uint8)
    nothing, something = np.zeros((10, 10), bool), np.ones((10, 10), bool)
    assert evaluate.class_scores(nothing, label, "water") is None
    assert evaluate.class_scores(something, label, "water") == 0


def test_unknown_pixels_do_not_count():
    label = np.full((10, 10), 255, np.uint8)
    label[:5] = 1
    assert evaluate.class_scores(np.ones((10, 10), bool), label, "sky") == 1
    label[5:] = 254  # not water, else unknown
    assert evaluate.class_scores(np.ones((10, 10), bool), label, "sky") is None
    assert evaluate.class_scores(np.ones((10, 10), bool), label, "water") == 0
    label[5:] = 253  # neither sky nor water
    assert evaluate.class_scores(np.ones((10, 10), bool), label, "sky") == 0.5


def test_iou_of_a_half_right_mask():
    label = np.zeros((10, 10), np.uint8)
    label[:4] = 2
    mask = np.zeros((10, 10), bool)
    mask[2:6] = True
    assert evaluate.class_scores(mask, label, "water") == pytest.approx(2 / 6)


def test_scale_and_shift_do_not_change_the_depth_scores():
    rng = np.random.default_rng(1)
    truth = rng.uniform(0.1, 1, 4000)
    ours = truth + rng.normal(0, 0.03, 4000)
    one = evaluate.depth_scores(ours, truth)
    np.testing.assert_allclose(one, evaluate.depth_scores(3 * ours - 5, truth), atol=1e-9)
    assert one[0] > 0.95
    np.testing.assert_allclose(evaluate.depth_scores(truth, truth), (1, 0, 1), atol=1e-9)
    assert evaluate.depth_scores(-truth, truth)[0] == 0


def test_the_table_has_a_row_per_set_and_all_at_the_end(tmp_path):
    import cv2

    for part in ("labels", "depth"):
        folder = tmp_path / part / "val"
        folder.mkdir(parents=True)
        cv2.imwrite(str(folder / "set_1.jpg"), np.zeros((40, 60, 3), np.uint8))
    label = np.zeros((40, 60), np.uint8)
    label[:20] = 1
    cv2.imwrite(str(tmp_path / "labels/val/set_1.png"), label)
    ramp = np.linspace(1000, 60000, 40, dtype=np.uint16)[:, None].repeat(60, 1)
    cv2.imwrite(str(tmp_path / "depth/val/set_1.png"), ramp)

    def look(photo):
        height, width = photo.shape[:2]
        chance = np.zeros((6, height, width), np.uint8)
        chance[1, : height // 2], chance[0, height // 2 :] = 255, 255
        depth = np.linspace(0, 1, height, dtype=np.float32)[:, None].repeat(width, 1)
        names = ("other", "sky", "water", "foliage", "grass", "person")
        return Perception(depth, names, chance)

    figures = evaluate.evaluate(look, tmp_path)
    assert figures["all"]["sky"] == 1
    assert figures["all"]["pairs"] == pytest.approx(1, abs=1e-3)
    assert evaluate.table(figures).splitlines()[-1].startswith("all")
