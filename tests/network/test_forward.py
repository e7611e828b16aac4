from importlib import resources

import cv2
import numpy as np
import pytest
from livingstill.core import threads
from livingstill.core.errors import InputError
from livingstill.network import forward as module
from livingstill.network.forward import CLASSES, SIZES, forward, size_for


def scene(height=240, width=320):
    """Blue above, a dark band, green below: enough for the network to say something."""
    rng = np.random.default_rng(3)
    picture = np.zeros((height, width, 3), np.float32)
    picture[: height // 2] = (120, 170, 230)
    picture[height // 2 :] = (70, 110, 50)
    picture += cv2.GaussianBlur(rng.normal(0, 60, picture.shape).astype(np.float32), (0, 0), 2)
    return np.clip(picture, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("shape", [(240, 320), (320, 240), (90, 400), (31, 33), (1200, 700)])
def test_one_pass_answers_for_any_shape(shape):
    seen = forward(scene(*shape), quality="draft")
    height, width = seen.inverse_depth.shape
    assert seen.classes == CLASSES
    assert seen.probabilities.shape == (len(CLASSES), height, width)
    assert abs(width / height - shape[1] / shape[0]) < 0.35 * shape[1] / shape[0]
    assert seen.inverse_depth.min() >= 0
    assert seen.inverse_depth.max() == 1
    total = seen.probabilities.astype(int).sum(0)
    assert abs(total - 255).max() <= len(CLASSES)


@pytest.mark.parametrize("quality", SIZES)
def test_the_number_of_threads_changes_no_bit(quality):
    photo, answers = scene(), []
    try:
        for count in (1, 2, 4):
            threads.limit(count)
            answers.append(forward(photo, quality=quality))
    finally:
        threads.limit(None)
    for other in answers[1:]:
        np.testing.assert_array_equal(answers[0].inverse_depth, other.inverse_depth)
        np.testing.assert_array_equal(answers[0].probabilities, other.probabilities)


def test_depth_comes_in_steps_of_sixteen_bits():
    words = forward(scene()).inverse_depth.astype(np.float64) * 65535
    np.testing.assert_allclose(words, np.round(words), atol=0.01)


def test_high_quality_sees_a_mirrored_photo_mirrored():
    photo = scene()[:, :300]
    photo[40:200, 20:60] = 30
    one = forward(photo, quality="high").inverse_depth
    other = forward(np.ascontiguousarray(photo[:, ::-1]), quality="high").inverse_depth
    np.testing.assert_allclose(one, other[:, ::-1], atol=1e-3)


@pytest.mark.parametrize(
    ("photo", "quality", "says"),
    [
        (np.zeros((20, 20, 3), np.uint8), "best", "draft, standard, high"),
        (np.zeros((20, 20), np.uint8), "draft", "must be"),
        (np.zeros((20, 20, 3), np.float32), "draft", "uint8"),
    ],
)
def test_wrong_input_is_named(photo, quality, says):
    with pytest.raises(InputError, match=says):
        forward(photo, quality=quality)


def test_sizes_keep_the_aspect_in_steps_of_32():
    for width, height in [(4000, 3000), (1080, 1920), (5000, 500)]:
        found = size_for(width, height, 512)
        assert max(found) == 512
        assert all(side % 32 == 0 and side > 0 for side in found)


def test_the_weights_are_small_and_have_a_card():
    folder = resources.files("livingstill.network") / "weights"
    sizes = [len(file.read_bytes()) for file in folder.iterdir() if file.is_file()]
    assert sum(sizes) < 12e6
    for file in module.WEIGHTS.values():
        assert len((folder / file).read_bytes()) > 1e6
    assert "licence" in (folder / "MODEL_CARD.md").read_text().lower()
