"""Needs torch and timm; skipped where they are not installed."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("timm")

from livingstill.network import forward  # noqa: E402
from livingstill_training import average, batching, export, net, packing, train  # noqa: E402


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
    export.export(out / "last.pt", file)
    network = net.Network()
    network.load_state_dict(state["average"])
    network.eval()
    shipped = forward.read(file.read_bytes())
    rng = np.random.default_rng(1)
    for size in ((64, 96), (96, 64)):
        photo = rng.integers(0, 255, (*size, 3), dtype=np.uint8)
        with torch.no_grad():
            x = torch.from_numpy(photo.transpose(2, 0, 1)[None].astype(np.float32))
            root, logits = network(x)
        inverse, chance = forward.infer_multiscale(shipped, photo, [max(size)])
        np.testing.assert_allclose(inverse, (root[0, 0] ** 2).numpy(), atol=0.02)
        np.testing.assert_allclose(chance, logits.softmax(1)[0].numpy(), atol=0.03)


def test_the_right_answer_costs_less_than_a_wrong_one():
    torch.manual_seed(0)
    depth = torch.linspace(1, 65535, 64).int()[None, :, None].repeat(2, 1, 64)
    kind = torch.full((2, 64, 64), packing.OTHER, dtype=torch.int32)
    kind[:, :20] = packing.SKY
    depth[:, :20] = 1
    truth = ((depth[:, None, ::2, ::2].float() - 1) / 65534).clamp(0, 1)
    logits = torch.zeros(2, 6, 32, 32)
    logits[:, 1, :10], logits[:, 0, 10:] = 5, 5
    good, _ = train.total_loss(truth, logits, depth, kind)
    upside, _ = train.total_loss(truth.flip(2), logits, depth, kind)
    confused, _ = train.total_loss(truth, logits.flip(2), depth, kind)
    assert good < upside
    assert good < confused


def test_a_scaled_depth_keeps_its_order_and_shape_terms():
    torch.manual_seed(0)
    truth = torch.rand(1, 32, 32) * 0.8 + 0.1
    known = torch.ones_like(truth)
    scaled = train.centred(0.5 * truth + 0.1, known)
    torch.testing.assert_close(scaled, train.centred(truth, known), atol=1e-4, rtol=1e-3)


def test_only_one_backbone_ships_and_both_build():
    for name in net.BACKBONES:
        root, logits = net.Network(name).eval()(torch.zeros(1, 3, 64, 64))
        assert root.shape == (1, 1, 32, 32)
        assert logits.shape == (1, len(net.CLASSES), 32, 32)
    assert net.CLASSES == forward.CLASSES


def test_the_mean_of_two_checkpoints_has_norms_of_its_own(pack, tmp_path):
    files = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        state = net.Network().state_dict()
        files.append(tmp_path / f"{seed}.pt")
        train.save(files[-1], backbone=net.BACKBONES[0], average=state)
    both = [train.load(file)["average"] for file in files]
    common = ["--pack", str(pack), "--size", "64", "--batches", "2", "-o", str(tmp_path / "m.pt")]
    average.main([*map(str, files), *common])
    found = train.load(tmp_path / "m.pt")["average"]
    weight = "kind4.lateral.weight"
    torch.testing.assert_close(found[weight], (both[0][weight] + both[1][weight]) / 2)
    network = net.Network()
    network.load_state_dict(found)
    network.eval()
    norm, seen = network.kind_context.narrow[1], []
    norm.register_forward_hook(lambda _m, given, _o: seen.append(given[0].mean((0, 2, 3))))
    for _, batch in zip(
        range(2), batching.Batches(packing.Pack(pack), train.shapes(64), 8, 0, "both")
    ):
        with torch.no_grad():
            network(torch.from_numpy(batch[0]).float())
    torch.testing.assert_close(norm.running_mean, torch.stack(seen).mean(0), rtol=1e-3, atol=1e-6)
