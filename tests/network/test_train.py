"""Needs torch and timm; skipped where they are not installed."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("timm")

from livingstill.network import forward  # noqa: E402
from livingstill_training import calibrate, export, labels, losses, net, packing, train  # noqa: E402


@pytest.fixture
def pack(tmp_path):
    import cv2

    rng = np.random.default_rng(0)
    (tmp_path / "renders").mkdir()
    for i in range(3):
        noise = rng.integers(0, 255, (64, 64, 3), dtype=np.uint8)
        depth = np.linspace(0, 255, 64).astype(np.uint8)[:, None].repeat(64, 1)
        kinds = np.zeros((64, 64), np.uint8)
        kinds[:20] = 1
        cv2.imwrite(str(tmp_path / f"renders/x_{i}.jpg"), noise)
        cv2.imwrite(str(tmp_path / f"renders/x_{i}_d.png"), depth)
        cv2.imwrite(str(tmp_path / f"renders/x_{i}_c.png"), kinds)
    packing.pack(tmp_path, [], tmp_path / "pack")
    return tmp_path / "pack"


def test_a_run_is_resumed_exported_and_answers_alike_by_our_kernels(pack, tmp_path):
    out = tmp_path / "run"
    common = ["--pack", str(pack), "--out", str(out), "--size", "64", "--batch", "2"]
    train.main([*common, "--steps", "2", "--frozen", "1"])
    assert train.load(out / "last.pt")["step"] == 2
    train.main([*common, "--steps", "3"])
    state = train.load(out / "last.pt")
    assert state["step"] == 3
    assert "from step 2" in (out / "log.txt").read_text()

    file = tmp_path / "small.npz"
    export.export(out / "last.pt", file, temperature=2.0)
    shipped = forward.read(file.read_bytes())
    for photo, logits in answers_of(net.ClassNetwork(), state):
        found = forward.class_probabilities(shipped, forward.views(photo, [max(photo.shape)]))
        share = (logits / 2).softmax(1)[0].numpy()
        share[0] += share[len(forward.CLASSES) :].sum(0)
        np.testing.assert_allclose(found, share[: len(forward.CLASSES)], atol=0.03)


def answers_of(network, state):
    """Yield photos and what torch answers with a checkpoint's averaged weights."""
    network.load_state_dict(state["average"])
    network.eval()
    rng = np.random.default_rng(1)
    for size in ((64, 96), (96, 64)):
        photo = rng.integers(0, 255, (*size, 3), dtype=np.uint8)
        with torch.no_grad():
            yield photo, network(torch.from_numpy(photo.transpose(2, 0, 1)[None]).float())


def test_depth_is_learned_on_from_exported_weights(pack, tmp_path):
    common = ["--pack", str(pack), "--size", "64", "--batch", "2", "--learn", "depth"]
    train.main([*common, "--out", str(tmp_path / "one"), "--steps", "1"])
    file = tmp_path / "depth.npz"
    export.export(tmp_path / "one/last.pt", file)
    begun = net.DepthNetwork()
    with np.load(file) as arrays:
        count = net.load_folded(begun, dict(arrays))
        assert 2 * count == len(arrays)
    shipped = forward.read(file.read_bytes())
    for photo, root in answers_of(net.DepthNetwork(), {"average": begun.state_dict()}):
        found = forward.inverse_depth(shipped, forward.views(photo, [max(photo.shape)]))
        np.testing.assert_allclose(found, (root[0, 0] ** 2).numpy(), atol=0.02)


def test_the_right_depth_costs_less_than_a_wrong_one():
    torch.manual_seed(0)
    depth = torch.linspace(1, 65535, 32).int()[None, :, None].repeat(2, 1, 32)
    allowed = torch.full((2, 32, 32), labels.OTHER)
    allowed[:, :10], depth[:, :10] = labels.SKY, 1
    truth = ((depth.float() - 1) / 65534).clamp(0, 1)
    good = losses.depth_losses(truth, depth, allowed)
    upside = losses.depth_losses(truth.flip(1), depth, allowed)
    assert sum(good.values()) < sum(upside.values())


def test_a_depth_known_up_to_factor_and_shift_asks_for_neither():
    # order is compared at random pairs: the same ones for each
    inverse = torch.rand(1, 32, 32, generator=torch.Generator().manual_seed(1)) * 0.5 + 0.2
    depth = (1 + 65534 * (0.5 * inverse + 0.2).sqrt()).int()

    def cost(allowed, root):
        torch.manual_seed(0)
        return float(losses.depth_losses(root, depth, torch.full((1, 32, 32), allowed))["depth"])

    shifted = labels.ANY | labels.UP_TO_SHIFT
    right, wrong = inverse.sqrt(), inverse.flip(1).sqrt()
    assert cost(shifted, right) < 0.3 * cost(labels.ANY, right)
    assert cost(shifted, right) < 0.1 * cost(shifted, wrong)


def test_lettering_costs_less_where_it_is_and_unknown_pixels_nothing():
    truth = torch.zeros(1, 16, 16, dtype=torch.uint8)
    truth[:, 4:8], truth[:, 8:10] = 1, 2

    def cost(rows):
        logits = torch.zeros(1, 2, 16, 16)
        logits[:, 0], logits[:, 1, rows] = 3, 6
        return float(losses.lettering_loss(logits, truth))

    assert cost(slice(4, 8)) < 0.5 * cost(slice(10, 14))
    assert cost(slice(4, 8)) == pytest.approx(cost(slice(4, 10)))


def test_lettering_is_learned_and_exported(pack, tmp_path):
    out = tmp_path / "lettering"
    common = ["--pack", str(pack), "--out", str(out), "--size", "64", "--batch", "2"]
    train.main([*common, "--steps", "2", "--learn", "lettering"])
    export.export(out / "last.pt", tmp_path / "lettering.npz")
    shipped = forward.read((tmp_path / "lettering.npz").read_bytes())
    for photo, logits in answers_of(net.LetteringNetwork(), train.load(out / "last.pt")):
        found = shipped.class_probabilities(photo)
        np.testing.assert_allclose(found, logits.softmax(1)[0].numpy(), atol=0.03)


def test_labels_and_a_teacher_who_agrees_with_himself_are_learned_and_labels_win():
    allowed = torch.full((1, 8, 8), labels.ANY)
    allowed[:, :2] = labels.SKY
    taught = torch.zeros(1, packing.TEACHER_CLASSES + 1, 8, 8)
    taught[:, 2], taught[:, -1] = 1, 1  # water, everywhere: the label says sky above
    logits = torch.zeros(1, len(labels.CLASSES), 8, 8)

    def cost(*classes, agree=1.0):
        said = logits.clone()
        for rows, k in zip((slice(0, 2), slice(2, 8)), classes):
            said[:, k, rows] = 6
        taught[:, -1] = agree
        return float(losses.class_loss(said, allowed, taught))

    sky, water, foliage = 1, 2, 3
    assert cost(sky, water) < cost(water, water)
    assert cost(sky, water) < cost(sky, foliage)
    assert cost(sky, water, agree=0.1) == pytest.approx(cost(sky, foliage, agree=0.1))


def test_a_scaled_depth_keeps_its_order_and_shape_terms():
    torch.manual_seed(0)
    truth = torch.rand(1, 32, 32) * 0.8 + 0.1
    known = torch.ones_like(truth)
    scaled = losses.centred(0.5 * truth + 0.1, known)
    torch.testing.assert_close(scaled, losses.centred(truth, known), atol=1e-4, rtol=1e-3)


def test_classes_are_those_of_the_engine():
    assert (*forward.CLASSES, *forward.HELPER_CLASSES) == labels.CLASSES


def test_overconfidence_is_told_by_the_temperature():
    torch.manual_seed(0)
    logits = 2 * torch.randn(20000, 4)
    drawn = torch.distributions.Categorical(logits=logits).sample()
    allowed = 1 << drawn
    assert calibrate.best_temperature(3 * logits, allowed) == pytest.approx(3, abs=0.1)
    table = calibrate.reliability(3 * logits, allowed, 3.0)
    used = table[:, 2] > 100
    np.testing.assert_allclose(table[used, 0], table[used, 1], atol=0.05)
