"""How sure a region is, and how much of a photo is in doubt, from probabilities known by heart."""

from __future__ import annotations

import numpy as np
import pytest
from livingstill.core.finding import NO_DOUBT, Finding
from livingstill.core.model import Perception, Region
from livingstill.network.forward import CLASSES
from livingstill.segmentation.confidence import doubt, findings, hold_uncertain
from livingstill.segmentation.plan import DetectedKinds

PLAIN = np.zeros((64, 128, 3), np.uint8)


def perception(left, right):
    """Return a perception whose halves have these probabilities, the rest of each is "other"."""
    chance = np.zeros((len(CLASSES), 32, 64), np.uint8)
    for half, given in ((np.s_[:, :32], left), (np.s_[:, 32:], right)):
        for name, p in ({"other": 1 - sum(given.values())} | given).items():
            chance[CLASSES.index(name)][half] = round(255 * p)
    return Perception(np.zeros((32, 64), np.float32), CLASSES, chance)


def region(kind, columns):
    mask = np.zeros((64, 128), np.uint8)
    mask[:, columns] = 255
    return Region(kind, mask)


def test_a_region_is_as_sure_as_its_class_is_probable_under_it():
    seen = perception({"water": 0.6}, {"water": 1.0})
    found = findings((region("water", np.s_[:64]), region("flow", np.s_[64:])), lambda: seen)
    assert [one.confidence for one in found] == pytest.approx([0.6, 1.0], abs=0.003)
    assert [str(one) for one in found] == ["water 50% (60% sure)", "flow 50%"]


def test_grass_may_be_foliage_to_the_network():
    seen = perception({"grass": 0.5, "foliage": 0.45}, {})
    (found,) = findings((region("grass", np.s_[:64]),), lambda: seen)
    assert found.confidence == pytest.approx(0.95, abs=0.005)


def test_what_was_masked_or_has_a_detector_of_its_own_has_no_confidence():
    def refuse():
        raise AssertionError("the network is not asked")

    regions = (region("water", np.s_[:64]), region("fire", np.s_[64:]))
    assert [one.confidence for one in findings(regions, refuse, {"water"})] == [None, None]


def test_doubt_is_where_what_may_move_is_not_certain():
    def share(left, right, requested=("water", "cloud", "foliage")):
        return doubt(perception(left, right), requested).share

    assert share({"water": 0.6}, {"sky": 1.0}) == 0.5
    assert share({"person": 0.6}, {}) == 0  # neither of the two moves
    assert share({"water": 0.95}, {"foliage": 0.9}) == 0
    assert share({"water": 0.6}, {"sky": 1.0}, requested=("cloud",)) == 0  # water is not to move


def test_doubt_is_a_part_of_what_may_move_and_none_where_the_user_says_what_moves():
    seen = perception({"water": 0.6}, {"sky": 1.0})
    regions = (region("water", np.s_[:64]), region("cloud", np.s_[64:96]))
    kinds = ("water", "cloud")
    found = doubt(seen, kinds, regions)
    assert (found.share, found.part) == (0.5, pytest.approx(0.5 / 0.75))
    assert doubt(seen, kinds, regions, {"water"}) == NO_DOUBT
    assert doubt(seen, kinds, (region("fire", np.s_[:64]),)) == NO_DOUBT  # it has its own detector


def detected(**columns):
    """Return what was detected: kinds with these columns of a 64 x 128 photo, whole."""
    kinds = {}
    for kind, where in columns.items():
        kinds[kind] = np.zeros((64, 128), np.float32)
        kinds[kind][:, where] = 1
    return DetectedKinds((64, 128), kinds)


def test_the_parts_of_a_region_that_may_be_something_else_are_left_still():
    seen = perception({"water": 0.55}, {"water": 0.95})
    detection = detected(water=np.r_[4:56, 72:128])
    held = hold_uncertain(detection, lambda: seen, ("auto",), PLAIN)
    assert held.kinds["water"][:, :60].max() == 0
    assert held.kinds["water"][:, 76:].min() == 1
    (finding,) = held.uncertain
    assert (finding.kind, finding.moves) == ("water", False)
    assert finding.confidence == pytest.approx(0.55, abs=0.01)
    assert finding.share == pytest.approx(52 / 128, abs=0.01)
    assert "--motion auto,water" in finding.note


def test_sand_that_may_be_sea_is_left_still_and_shallows_that_look_like_it_move():
    rgb = np.zeros((240, 480, 3), np.uint8)
    rgb[:80], rgb[80:] = (120, 100, 80), (30, 80, 140)  # cliffs above, the sea below
    rgb[80:, 240:360] = (120, 100, 80)  # sand like the cliffs
    chance = np.zeros((len(CLASSES), 120, 240), np.uint8)
    chance[CLASSES.index("water"), 40:] = 250
    chance[CLASSES.index("water"), 40:, 120:] = 180  # neither sand nor shallows are certain
    chance[0] = 255 - chance[CLASSES.index("water")]
    seen = Perception(np.zeros((120, 240), np.float32), CLASSES, chance)
    share = np.zeros((240, 480), np.float32)
    share[80:] = 1
    held = hold_uncertain(DetectedKinds((240, 480), {"water": share}), lambda: seen, (), rgb)
    water = held.kinds["water"]
    assert water[100:, 20:220].min() > 0.9 and water[100:, 380:].min() > 0.9
    assert water[100:, 260:340].max() < 0.1


def test_the_mixed_colours_beside_a_region_do_not_make_it_doubtful():
    chance = np.zeros((len(CLASSES), 32, 64), np.uint8)
    sky = chance[CLASSES.index("sky")]
    sky[:, :40], sky[:, 40:60] = 220, 90
    chance[0] = 255 - sky
    seen = Perception(np.zeros((32, 64), np.float32), CLASSES, chance)
    (found,) = findings((region("cloud", np.s_[:120]),), lambda: seen)
    assert found.confidence == pytest.approx(220 / 255, abs=0.005)


def test_what_is_named_or_has_a_detector_of_its_own_moves_however_sure_it_is():
    seen = perception({"water": 0.55}, {"sky": 0.6})
    detection = detected(water=np.r_[4:56], fire=np.r_[80:120])
    assert hold_uncertain(detection, lambda: seen, ("auto", "water"), PLAIN).uncertain == ()
    held = hold_uncertain(detection, lambda: seen, ("auto",), PLAIN)
    assert [one.kind for one in held.uncertain] == ["water"]
    assert held.kinds["fire"] is detection.kinds["fire"]


def test_a_finding_as_json_has_its_figures():
    assert Finding("hair", 0.123456, None).as_json() == {
        "kind": "hair",
        "share": 0.1235,
        "confidence": None,
        "moves": True,
    }
