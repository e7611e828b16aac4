from pathlib import Path

import cv2
import numpy as np
import pytest
from livingstill.network import forward
from livingstill_training import batching, labels, own_depth, packing

SAMPLE = Path(__file__).parents[2] / "samples" / "lake.jpg"


@pytest.fixture
def folder(tmp_path):
    """A tiny set of every kind."""
    rng = np.random.default_rng(0)
    for part in ("labels/train", "depth/train", "renders"):
        (tmp_path / part).mkdir(parents=True)

    def photo(file):
        noise = rng.integers(0, 255, (60, 80, 3), dtype=np.uint8)
        cv2.imwrite(str(tmp_path / f"{file}.jpg"), noise)

    photo("labels/train/bsds500_1")
    label = np.zeros((60, 80), np.uint8)
    label[:20], label[20:30], label[50:] = 1, 3, 255
    cv2.imwrite(str(tmp_path / "labels/train/bsds500_1.png"), label)
    photo("depth/train/7scenes_1")
    coded = np.full((60, 80), 30000, np.uint16)
    coded[30:] = 60000
    coded[:5] = 0
    cv2.imwrite(str(tmp_path / "depth/train/7scenes_1.png"), coded)
    photo("renders/ext_1")
    depth = np.linspace(0, 255, 60).astype(np.uint8)[:, None].repeat(80, 1)
    kinds = np.zeros((60, 80), np.uint8)
    kinds[:20], kinds[40:] = 1, 5
    cv2.imwrite(str(tmp_path / "renders/ext_1_d.png"), depth)
    cv2.imwrite(str(tmp_path / "renders/ext_1_c.png"), kinds)
    more = tmp_path / "more"
    more.mkdir()
    photo("more/int_2")
    z = np.full((60, 80), 4, np.float16)
    z[30:], z[:10] = 2, np.inf
    cls = np.zeros((60, 80), np.uint8)
    cls[:10] = 1
    np.savez(more / "int_2.npz", z=z, cls=cls)
    return tmp_path


@pytest.fixture
def packed(folder):
    assert packing.pack(folder, [folder / "more"], folder / "pack") == 4
    return packing.Pack(folder / "pack")


def test_what_is_packed_comes_back(packed):
    assert [s.source for s in packed.samples] == ["bsds500", "depth", "renders", "renders"]
    photo, depth, kind = packed[0]
    assert photo.shape == (60, 80, 3)
    assert (depth == 0).all()  # unknown
    assert set(np.unique(kind[:20])) == {labels.SKY}
    assert set(np.unique(kind[20:30])) == {labels.FOLIAGE | labels.GRASS}
    assert set(np.unique(kind[50:])) == {labels.ANY}


def test_depth_is_the_root_of_inverse_depth_and_the_sky_is_infinitely_far(packed):
    _, depth, kind = packed[3]
    assert set(np.unique(depth[:10])) == {1}
    assert depth[40, 40] == 65535
    assert depth[20, 40] == pytest.approx(65535 * np.sqrt(0.5), rel=1e-3)
    assert (kind[:10] == labels.SKY).all()
    _, depth, _ = packed[1]
    assert (depth[:5] == 0).all()
    assert depth[20, 20] == pytest.approx(65535 * np.sqrt(0.5), rel=1e-3)


def test_another_networks_depth_is_known_up_to_factor_and_shift(folder):
    count = packing.pack(folder, [], folder / "pack", pseudo=folder / "depth/train")
    packed = packing.Pack(folder / "pack")
    (index,) = packed.by_source["pseudo"]
    assert count == 4
    assert (packed[index][2] & labels.UP_TO_SHIFT).all()


def test_own_depth_is_the_same_of_a_photos_mirror_and_is_packed_up_to_factor_and_shift(folder):
    photo, own = folder / "photos/step.png", folder / "own"
    rgb = cv2.imread(str(SAMPLE))[::8, ::8, ::-1].copy()
    photo.parent.mkdir()
    cv2.imwrite(str(photo), rgb[..., ::-1])
    network = forward.embedded("depth")
    depth = own_depth.own_depth(network, rgb)
    mirrored = own_depth.own_depth(network, rgb[:, ::-1].copy())
    np.testing.assert_allclose(mirrored[:, ::-1], depth, atol=1e-5)
    own.mkdir()
    own_depth.write(network, photo, own / "step.png")
    stored = cv2.imread(str(own / "step.png"), cv2.IMREAD_UNCHANGED)
    np.testing.assert_allclose(stored / 65535, depth, atol=2e-5)
    packing.pack(folder, [], folder / "pack", own=own)
    packed = packing.Pack(folder / "pack")
    (index,) = packed.by_source["own"]
    assert (packed[index][2] & labels.UP_TO_SHIFT).all()


def test_a_cut_keeps_photo_depth_and_classes_together():
    rng = np.random.default_rng(5)
    grid = np.arange(120 * 160, dtype=np.uint16).reshape(120, 160)
    photo = np.repeat((grid % 160 + 40).astype(np.uint8)[..., None], 3, 2)
    kind = (grid // 160).astype(np.uint8)
    for _ in range(20):
        p, d, k, _ = batching.cut(rng, photo, grid, kind, (96, 128))
        assert p.shape == (96, 128, 3)
        assert d.shape == k.shape == (96, 128)
        same = np.abs(p[..., 0].astype(int) - (d % 160 + 40)) <= 6
        assert same[8:-8, 8:-8].mean() > 0.9
        assert (k == d // 160).all()


def test_batches_follow_from_their_seed(packed):
    one, two, three = (
        batching.Batches(packed, [(32, 64)], 3, seed, ahead=1).queue.get() for seed in (4, 4, 5)
    )
    for a, b in zip(one, two):
        np.testing.assert_array_equal(a, b)
    assert any((a != b).any() for a, b in zip(one, three))
    photos, depths, kinds, taught = one
    assert photos.shape == (3, 3, 32, 64)
    assert photos.dtype == np.uint8
    assert depths.shape == kinds.shape == (3, 32, 64)
    assert taught.shape == (3, packing.TEACHER_CLASSES + 1, 16, 32)


def test_a_cut_moves_what_a_teacher_says_with_the_photo():
    rng = np.random.default_rng(6)
    x = np.arange(256, dtype=np.float32)
    ramp = np.broadcast_to(x, (192, 256))
    photo = np.repeat(ramp.astype(np.uint8)[..., None], 3, 2)
    nothing = np.zeros(ramp.shape, np.uint16)
    side = packing.TEACHER_SIDE
    small = cv2.resize(ramp, (side, side), interpolation=cv2.INTER_AREA)
    said = np.repeat(np.round(small).astype(np.uint8)[None], packing.TEACHER_CLASSES + 1, 0)
    for _ in range(10):
        p, _, _, taught = batching.cut(rng, photo, nothing, nothing, (96, 128), said)
        half = p[..., 0].reshape(48, 2, 64, 2).mean((1, 3))
        apart = np.abs(taught[0] - half)[6:-6, 6:-6]
        assert np.median(apart) < 2


def test_a_pasted_figure_stands_on_the_ground():
    rng = np.random.default_rng(2)
    depth = np.linspace(1000, 60000, 100).astype(np.uint16)[:, None].repeat(160, 1)
    scene = (np.zeros((100, 160, 3), np.uint8), depth, np.full((100, 160), labels.OTHER, np.uint8))
    figure = (np.full((40, 16, 3), 255, np.uint8), np.full((40, 16), 255, np.uint8), False)
    for _ in range(10):
        _, after, kind = batching.paste(rng, scene, figure)
        person = kind == labels.PERSON
        assert person.any()
        foot = np.flatnonzero(person.any(1)).max()
        assert after[person].max() == pytest.approx(depth[foot, 0], rel=0.02)
        np.testing.assert_array_equal(after[~person], depth[~person])
    np.testing.assert_array_equal(scene[1], depth)  # the scene itself stays as it was


def test_colours_change_and_shapes_stay():
    rng = np.random.default_rng(7)
    photo = rng.integers(0, 255, (40, 50, 3), dtype=np.uint8)
    like = rng.integers(0, 90, (30, 30, 3), dtype=np.uint8)
    for i in range(30):
        out = batching.recolour(rng, photo, like if i % 2 else None)
        assert out.shape == photo.shape
        assert out.dtype == np.uint8
