import numpy as np
from livingstill.segmentation.class_probabilities import clean_probabilities

NAMES = ("other", "sky", "water")
FAR = np.zeros((100, 120), np.float32)


def chances(winner, sure=0.9):
    planes = np.full((len(NAMES), *winner.shape), (1 - sure) / (len(NAMES) - 1), np.float32)
    for i in range(len(NAMES)):
        planes[i][winner == i] = sure
    return planes


def test_a_stray_patch_goes_to_its_surroundings():
    winner = np.zeros((100, 120), int)
    winner[:40] = 1
    winner[80:82, 50:52] = 1  # sky on the ground
    winner[10:12, 30:32] = 0  # a hole in the sky
    found = clean_probabilities(chances(winner), NAMES, FAR).argmax(0)
    assert (found[:40] == 1).all()
    assert (found[40:] != 1).all()


def test_a_class_that_is_hardly_there_is_not_there():
    winner = np.zeros((100, 120), int)
    winner[50:58, 50:60] = 2
    assert (clean_probabilities(chances(winner), NAMES, FAR).argmax(0) == 0).all()


def test_a_class_nobody_is_sure_of_is_not_there():
    winner = np.zeros((100, 120), int)
    winner[50:] = 2
    assert (clean_probabilities(chances(winner, 0.5), NAMES, FAR).argmax(0) != 2).all()
    assert (clean_probabilities(chances(winner, 0.9), NAMES, FAR).argmax(0) == winner).all()


def test_chances_still_add_up_to_one():
    rng = np.random.default_rng(0)
    raw = rng.random((3, 40, 50)).astype(np.float32)
    raw /= raw.sum(0)
    found = clean_probabilities(raw, NAMES, np.zeros((40, 50), np.float32))
    np.testing.assert_allclose(found.sum(0), 1, atol=1e-5)
    assert found.dtype == np.float32


def test_sky_on_the_road_is_no_sky():
    winner = np.zeros((100, 120), int)
    winner[:30] = 1
    winner[70:90, 20:100] = 1  # a zebra crossing
    depth = np.linspace(0, 1, 100, dtype=np.float32)[:, None].repeat(120, 1)
    found = clean_probabilities(chances(winner), NAMES, depth).argmax(0)
    assert (found[:30] == 1).all()
    assert (found[30:] != 1).all()


def test_a_dark_cloud_is_sky_and_a_balloon_is_not():
    winner = np.ones((100, 120), int)
    winner[80:] = 0
    winner[20:30, 10:40] = 0
    winner[40:55, 70:85] = 0
    depth = np.zeros((100, 120), np.float32)
    depth[80:], depth[20:30, 10:40], depth[40:55, 70:85] = 0.8, 0.02, 0.4
    found = clean_probabilities(chances(winner), NAMES, depth).argmax(0)
    assert (found[20:30, 10:40] == 1).all()
    assert (found[40:55, 70:85] == 0).all()
    assert (found[80:] == 0).all()


def test_far_dunes_under_the_sky_stay_ground():
    winner = np.ones((100, 120), int)
    winner[80:] = 0
    depth = np.full((100, 120), 0.01, np.float32)
    assert (clean_probabilities(chances(winner), NAMES, depth).argmax(0) == winner).all()


def test_what_is_only_probably_sky_has_to_be_at_infinity():
    winner = np.zeros((100, 120), int)
    winner[:40] = 1
    planes = chances(winner, 0.96)
    planes[1, :40, 60:] = 0.7  # haze over a slope
    planes[0, :40, 60:] = 0.28
    planes[:, :40, 58:60] = np.array([0.96, 0.02, 0.02])[:, None, None]  # a ridge between the two
    depth = np.zeros((100, 120), np.float32)
    depth[:40, 60:] = 0.2
    found = clean_probabilities(planes, NAMES, depth).argmax(0) == 1
    assert found[:40, :58].all()
    assert not found[:, 60:].any()
    assert (clean_probabilities(planes, NAMES, FAR).argmax(0) == 1)[:40, 60:].all()


def test_a_class_that_is_absent_wins_nothing_that_another_loses():
    winner = np.zeros((100, 120), int)
    winner[50:] = 2
    planes = chances(winner, 0.5)
    planes[1, 50:], planes[0, 50:] = 0.3, 0.2  # sky is second to water that nobody is sure of
    assert (clean_probabilities(planes, NAMES, FAR).argmax(0) == 0).all()
