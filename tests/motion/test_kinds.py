"""What every kind of motion promises."""

from __future__ import annotations

import cv2
import naive
import numpy as np
import pytest
from livingstill.core import threads
from livingstill.core.kinds import KINDS
from livingstill.core.model import Layer, Region, Scene
from livingstill.motion.builder import compose
from livingstill.motion.canvas import Canvas
from livingstill.motion.context import Box
from livingstill.motion.mirror import Mirror
from livingstill.settings.wind import Wind

ARRAYS = ("first", "first_gain", "second", "second_gain", "bias")


ALIVE = [kind for kind in KINDS if kind != "reflection"]  # a mirror moves only with something
RANDOM = [kind for kind in ALIVE if kind != "glint"]  # always the same light
WITHIN = [kind for kind in ALIVE if kind != "fire"]  # its light falls on what is around


def moved(rgb, depth, mask, kind, **given):
    settings = {"wind": Wind(), "seconds": 2.0, **given}
    return compose(rgb, depth, (Region(kind, mask),), **settings)


def same(a, b):
    return all(
        (getattr(a, name) is None and getattr(b, name) is None)
        or np.array_equal(getattr(a, name), getattr(b, name))
        for name in ARRAYS
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_end_of_the_loop_is_its_start(kind, rgb, depth, mask):
    motion = moved(rgb, depth, mask, kind)
    assert same(motion.at(0.0)[0], motion.at(1.0)[0])
    assert same(motion.at(0.25)[0], motion.at(2.25)[0])


@pytest.mark.parametrize("kind", ALIVE)
def test_the_picture_changes_from_instant_to_instant(kind, rgb, depth, mask):
    motion = moved(rgb, depth, mask, kind)
    first, second = (naive.apply_flow(rgb, motion.at(t)[0]).astype(int) for t in (0.1, 0.45))
    assert np.abs(first - second)[mask > 128].mean() > 0.05


@pytest.mark.parametrize("kind", KINDS)
def test_the_seam_is_a_step_like_any_other(kind, rgb, depth, mask):
    motion = moved(rgb, depth, mask, kind)
    count = 60
    instants = [0, 1, 20, 21, 40, 41, count - 1]
    shown = {i: naive.apply_flow(rgb, motion.at(i / count)[0]).astype(float) for i in instants}
    steps = [np.abs(shown[i + 1] - shown[i]).mean() for i in (0, 20, 40)]
    seam = np.abs(shown[0] - shown[count - 1]).mean()
    assert seam < 1.5 * max(steps) + 0.05


@pytest.mark.parametrize("kind", WITHIN)
def test_twelve_pixels_outside_the_region_nothing_changes(kind, rgb, depth, mask):
    motion = moved(rgb, depth, mask, kind)
    far = cv2.distanceTransform((mask == 0).astype(np.uint8), cv2.DIST_L2, 5) > 12
    for phase in (0.0, 0.3, 0.77):
        assert np.array_equal(naive.apply_flow(rgb, motion.at(phase)[0])[far], rgb[far])


@pytest.mark.parametrize("kind", ALIVE)
def test_a_wide_frame_shows_the_motion_of_a_small_one_larger(kind, rgb, depth, mask):
    felt = []
    for width in (960, 1920):
        size = (width, width * 552 // 960)
        motion = moved(*(cv2.resize(n, size) for n in (rgb, depth, mask)), kind)
        flows = [motion.at(phase)[0] for phase in (0.0, 0.31, 0.55, 0.83)]
        lengths = np.linalg.norm([flow.first for flow in flows], axis=-1) / width
        light = [np.zeros(1) if flow.bias is None else flow.bias for flow in flows]
        if flows[0].first_gain is not None and flows[0].second is None:
            light.extend(flow.first_gain - 1 for flow in flows)
        changes = [lengths.ravel(), np.concatenate([np.ravel(part) for part in light])]
        felt.append([(np.mean(n > 1e-4), np.sqrt(np.square(n).mean())) for n in map(abs, changes)])
    np.testing.assert_allclose(felt[1], felt[0], rtol=0.2)


@pytest.mark.parametrize("kind", KINDS)
def test_threads_change_nothing(kind, rgb, depth, mask):
    try:
        threads.limit(1)
        one = moved(rgb, depth, mask, kind).at(0.31)[0]
        threads.limit(4)
        four = moved(rgb, depth, mask, kind).at(0.31)[0]
    finally:
        threads.limit(None)
    assert same(one, four)


@pytest.mark.parametrize("kind", RANDOM)
def test_the_seed_decides(kind, rgb, depth, mask):
    a, b, c = (moved(rgb, depth, mask, kind, seed=s).at(0.31)[0] for s in (1, 1, 2))
    assert same(a, b)
    assert not same(a, c)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seconds", [0.2, 31.0])
def test_any_length_of_loop_works(kind, seconds, rgb, depth, mask):
    flow = moved(rgb, depth, mask, kind, seconds=seconds).at(0.5)[0]
    assert np.isfinite(flow.first).all()


@pytest.mark.parametrize("kind", KINDS)
def test_no_amount_is_stillness(kind, rgb, depth, mask):
    assert moved(rgb, depth, mask, kind, amount=0.0).at(0.3) == (None,)


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_region_is_still(kind, rgb, depth, mask):
    assert moved(rgb, depth, np.zeros_like(mask), kind).at(0.3) == (None,)


@pytest.mark.parametrize("kind", ["foliage", "grass"])
def test_plants_never_fold(kind, rgb, depth, mask):
    motion = moved(rgb, depth, mask, kind, wind=Wind(speed=9), amount=2.0)
    for i in range(12):
        d = np.asarray(motion.at(i / 12)[0].first, float)
        dy, dx = (np.gradient(d, 4, axis=axis) for axis in (0, 1))
        determinant = (1 + dx[..., 0]) * (1 + dy[..., 1]) - dx[..., 1] * dy[..., 0]
        assert determinant.min() > 0.3
        assert max(np.abs(dx).max(), np.abs(dy).max()) <= 0.4


def test_a_mirror_shows_upside_down_what_sways_above_it(rgb, depth):
    above, below = np.zeros_like(rgb[..., 0]), np.zeros_like(rgb[..., 0])
    above[20:86], below[86:160] = 255, 255
    regions = Region("foliage", above), Region("reflection", below)
    first = compose(rgb, depth, regions, wind=Wind(), seconds=2.0).at(0.3)[0].first
    tree, image = first[16], first[26]
    assert np.abs(tree[5:-5, 0]).max() > 0.3
    assert np.corrcoef(image[5:-5, 0], tree[5:-5, 0])[0, 1] > 0.9


def test_a_fire_lights_its_surroundings_but_not_the_far_end(rgb, depth):
    small = np.zeros_like(rgb[..., 0])
    cv2.ellipse(small, (60, 110), (8, 12), 0, 0, 360, 255, -1)
    gains = [moved(rgb, depth, small, "fire").at(i / 9)[0].first_gain for i in range(9)]
    swing = np.ptp(gains, axis=0)
    assert 0.01 < swing[25, 20] < 0.2
    assert swing[5, 70] == 0


def layered(rgb, depth, mask):
    """Return a scene of a sheet in front, where ``mask`` is, and one behind."""
    colour = np.dstack([rgb, np.full_like(mask, 255)]).view(np.uint32)[..., 0]
    front = np.where(mask > 128, colour, np.uint32(0)).astype(np.uint32)
    return Layer(front, depth.copy()), Layer(colour.copy(), depth.copy())


def test_a_flag_moves_alone(rgb, depth, mask):
    scene = Scene(layered(rgb, depth, mask))
    regions = (Region("flag", mask),)
    flows = compose(rgb, depth, regions, wind=Wind(), seconds=2.0, scene=scene).at(0.2)
    assert np.abs(flows[0].first).max() > 1
    assert flows[1] is None


def test_a_flag_that_a_fold_has_cut_in_two_moves_in_both_parts(rgb, depth, mask):
    whole, behind = layered(rgb, depth, mask)
    upper, lower = whole.colour.copy(), whole.colour.copy()
    upper[100:], lower[:100] = 0, 0
    scene = Scene((Layer(upper, depth.copy()), Layer(lower, depth.copy()), behind))
    regions = (Region("flag", mask),)
    flows = compose(rgb, depth, regions, wind=Wind(), seconds=2.0, scene=scene).at(0.2)
    assert flows[0] is not None and same(flows[0], flows[1])
    assert flows[2] is None


def test_a_ruffled_mirror_shows_nothing_that_flows():
    box, shape = Box(20, 5, 38, 50), (40, 60)
    source = np.broadcast_to(np.arange(19, 1, -1)[:, None], box.shape)
    canvas = Canvas(shape, 4)
    canvas.first[:20] = 1
    second, own = canvas.ensure_second()
    second[:20], own[:20, :30] = 2, 0.5  # clouds to the left, trees to the right
    mirror = Mirror(box, source, np.ones(box.shape, np.float32), calm=False)
    mirror.apply(0.0, canvas)
    assert not canvas.first[20:38, 5:30].any()
    assert not own[20:].any()
    np.testing.assert_array_equal(canvas.first[20:38, 30:50], [[[1, -1]] * 20] * 18)


def test_a_layer_without_motion_is_none(rgb, depth, mask):
    layers = layered(rgb, depth, mask)
    motion = compose(rgb, depth, (), wind=Wind(), seconds=2.0, scene=Scene(layers))
    assert motion.at(0.2) == (None, None)


@pytest.mark.parametrize("twice", [False, True])
def test_a_mirror_copies_what_it_mirrors_upside_down(twice):
    rng = np.random.default_rng(4)
    box, shape = Box(20, 5, 38, 50), (40, 60)
    source = rng.integers(0, 20, box.shape)
    weight = (rng.random(box.shape) * (rng.random(box.shape) > 0.4)).astype(np.float32)
    canvas = Canvas(shape, 4)
    canvas.first[:] = rng.normal(size=(*shape, 2))
    expected = canvas.first.copy()
    columns = np.arange(box.left, box.right)[None]
    seen = expected[source, columns] * np.float32([1, -1]) * weight[..., None]
    if twice:
        second, own = canvas.ensure_second()
        second[:], canvas.gain()[:] = rng.normal(size=(*shape, 2)), rng.random(shape)
        own[:] = rng.random(shape) * (rng.random(shape) > 0.5)
        still = own[box.slices] == 0
        gains = np.stack([canvas.gain(), own], 2)
        lent = gains[source, columns] / np.maximum(gains[source, columns].sum(2), 1e-3)[..., None]
        lends = still & (weight > 0) & (gains[source, columns, 1] > 0)
        shares = np.where(lends[..., None], lent, gains[box.slices])
        other = second[source, columns] * np.float32([1, -1]) * weight[..., None]
        moved = second[box.slices] + np.where(still[..., None], other, seen)
    expected[box.slices] += seen
    Mirror(box, source, weight).apply(0.0, canvas)
    np.testing.assert_allclose(canvas.first, expected, rtol=1e-6)
    if twice:
        np.testing.assert_allclose(canvas.second[box.slices], moved, rtol=1e-6)
        np.testing.assert_allclose(canvas.gain()[box.slices], shares[..., 0], rtol=1e-6)
        np.testing.assert_allclose(own[box.slices], shares[..., 1], rtol=1e-6)


@pytest.mark.parametrize("kind", ["foliage", "grass", "water", "hair", "cloth"])
def test_what_sways_at_the_frame_never_looks_beyond_its_border(rgb, depth, kind):
    everywhere = Region(kind, np.full(rgb.shape[:2], 255, np.uint8))
    motion = compose(
        rgb, depth, (everywhere,), wind=Wind(speed=8), seconds=4, amount=2, seed=1, directions={}
    )
    y, x = motion.step * np.mgrid[: motion.shape[0], : motion.shape[1]]
    for phase in (0, 0.21, 0.55, 0.83):
        flow = motion.at(phase)[0].first
        assert np.abs(flow).max() > 0.3
        across, down = x + flow[..., 0], y + flow[..., 1]
        assert across.min() > -0.2 and across.max() < x.max() + 0.2
        assert down.min() > -0.2 and down.max() < y.max() + 0.2


def test_a_mirror_of_the_sky_needs_clouds_on_its_own_layer(rgb, depth):
    sky, lake = np.zeros(rgb.shape[:2], np.uint8), np.zeros(rgb.shape[:2], np.uint8)
    sky[:80], lake[90:] = 255, 255
    scene = Scene(layered(rgb, depth, lake), has_background=True)
    cloud, mirror = Region("cloud", sky), Region("reflection", lake)
    alone = compose(rgb, depth, (cloud,), wind=Wind(), seconds=2.0, scene=scene).at(0.3)
    assert alone[0] is None and alone[1].second is not None
    both = compose(rgb, depth, (cloud, mirror), wind=Wind(), seconds=2.0, scene=scene).at(0.3)
    assert both[0].second is not None  # what the mirror copies
    assert np.abs(both[0].first[30:]).max() > 0 and same(both[1], alone[1])


def test_effects_are_applied_by_stage_whatever_the_order_of_regions(rgb, depth):
    upper, lower = np.zeros(rgb.shape[:2], np.uint8), np.zeros(rgb.shape[:2], np.uint8)
    upper[20:86], lower[86:160] = 255, 255
    regions = Region("twinkle", upper), Region("reflection", lower), Region("cloud", upper)
    motion = compose(rgb, depth, regions, wind=Wind(), seconds=2.0)
    stages = [effect.placement.stage for effect in motion.effects]
    assert len(set(stages)) > 1 and stages == sorted(stages)
