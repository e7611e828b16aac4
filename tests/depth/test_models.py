import hashlib
from dataclasses import replace

import cv2
import numpy as np
import pytest
from livingstill.core.errors import InputError
from livingstill.depth import depth_anything, models, network_input, onnx_network

# --- a writer of protobuf, so that the tests need neither onnx nor torch ---------------------


def varint(value):
    out = b""
    while True:
        value, low = value >> 7, value & 127
        out += bytes([low | (128 if value else 0)])
        if not value:
            return out


def number(field, value):
    return varint(field << 3) + varint(value)


def chunk(field, data):
    data = data.encode() if isinstance(data, str) else data
    return varint(field << 3 | 2) + varint(len(data)) + data


def value_info(name, dims):
    sides = b"".join(chunk(1, number(1, d) if isinstance(d, int) else chunk(2, d)) for d in dims)
    return chunk(1, name) + chunk(2, chunk(1, number(1, 1) + chunk(2, sides)))


def onnx_of_one_convolution(dims):
    """The mean of the three channels: the smallest network from an image to one plane."""
    weights = np.full((1, 3, 1, 1), 1 / 3, np.float32)
    tensor = b"".join(number(1, n) for n in weights.shape) + number(2, 1)
    tensor += chunk(8, "w") + chunk(9, weights.tobytes())
    kernel = chunk(1, "kernel_shape") + number(8, 1) + number(8, 1) + number(20, 7)
    node = chunk(1, "x") + chunk(1, "w") + chunk(2, "y") + chunk(4, "Conv") + chunk(5, kernel)
    out = (1, 1, *dims[2:])
    graph = chunk(1, node) + chunk(2, "g") + chunk(5, tensor)
    graph += chunk(11, value_info("x", dims)) + chunk(12, value_info("y", out))
    return number(1, 8) + chunk(7, graph) + chunk(8, number(2, 13))


def test_the_input_size_is_read_from_the_file():
    assert onnx_network.input_size(onnx_of_one_convolution((1, 3, 64, 96))) == (64, 96)
    assert onnx_network.input_size(onnx_of_one_convolution((1, 3, "h", "w"))) is None


@pytest.mark.parametrize("junk", [b"", b"not a model", bytes(50), b"\xff" * 30])
def test_a_file_that_is_no_model_is_refused_in_one_sentence(junk):
    with pytest.raises(InputError, match="ONNX"):
        onnx_network.input_size(junk)


@pytest.mark.parametrize("dims", [(1, 3, 64, 96), (1, 3, "h", "w")])
def test_any_onnx_file_from_image_to_plane_gives_depth(tmp_path, dims):
    file = tmp_path / "bright.onnx"
    file.write_bytes(onnx_of_one_convolution(dims))
    rgb = np.zeros((60, 90, 3), np.uint8)
    rgb[:, 45:] = 200
    depth = models.estimate(str(file), rgb)
    assert depth.shape == (60, 90)
    assert depth.dtype == np.float32
    assert depth[:, :40].max() < 0.1
    assert depth[:, 50:].min() > 0.9


def test_an_unknown_source_says_what_there_is():
    with pytest.raises(InputError, match="midas-small"):
        models.estimate("nonesuch", np.zeros((8, 8, 3), np.uint8))
    with pytest.raises(InputError, match="depth-anything-v2-small"):
        models.fetch("nonesuch")


def test_a_changed_file_is_not_used(tmp_path):
    file = tmp_path / "weights.pth"
    file.write_bytes(b"something else")
    with pytest.raises(InputError, match="SHA-256"):
        models.verify(file, models.MODELS["depth-anything-v2-small"])
    own = hashlib.sha256(b"something else").hexdigest()
    right = replace(models.MODELS["midas-small"], sha256=own)
    assert models.verify(file, right) == own


def test_offline_is_said_in_one_sentence(tmp_path, monkeypatch):
    hf = pytest.importorskip("huggingface_hub")

    def fails(*_args, **_kwargs):
        raise ConnectionError("no route")

    monkeypatch.setattr(hf, "hf_hub_download", fails)
    with pytest.raises(InputError, match="go online"):
        models.fetch("midas-small", folder=tmp_path)


def test_every_named_model_says_its_licence_and_may_be_used_commercially():
    for name, model in models.MODELS.items():
        assert model.name == name
        assert model.licence
        assert model.commercial or "non-commercial" in model.note


def official_names():
    """The names and shapes in the published checkpoint of Depth Anything V2 Small."""
    w = 384
    shapes = {
        "pretrained.cls_token": (1, 1, w),
        "pretrained.pos_embed": (1, 1370, w),
        "pretrained.mask_token": (1, w),
        "pretrained.patch_embed.proj.weight": (w, 3, 14, 14),
        "pretrained.patch_embed.proj.bias": (w,),
        "pretrained.norm.weight": (w,),
        "pretrained.norm.bias": (w,),
    }
    for i in range(12):
        block = f"pretrained.blocks.{i}."
        for name in ("norm1", "norm2"):
            shapes |= {f"{block}{name}.weight": (w,), f"{block}{name}.bias": (w,)}
        for name, out, inside in (
            ("attn.qkv", 3 * w, w),
            ("attn.proj", w, w),
            ("mlp.fc1", 4 * w, w),
            ("mlp.fc2", w, 4 * w),
        ):
            shapes |= {f"{block}{name}.weight": (out, inside), f"{block}{name}.bias": (out,)}
        shapes |= {f"{block}ls1.gamma": (w,), f"{block}ls2.gamma": (w,)}
    head = "depth_head."
    channels = (48, 96, 192, 384)
    for i, c in enumerate(channels):
        shapes |= {f"{head}projects.{i}.weight": (c, w, 1, 1), f"{head}projects.{i}.bias": (c,)}
        shapes[f"{head}scratch.layer{i + 1}_rn.weight"] = (64, c, 3, 3)
        fusion = f"{head}scratch.refinenet{i + 1}."
        shapes |= {f"{fusion}out_conv.weight": (64, 64, 1, 1), f"{fusion}out_conv.bias": (64,)}
        for unit in ("resConfUnit1", "resConfUnit2"):
            for conv in ("conv1", "conv2"):
                shapes[f"{fusion}{unit}.{conv}.weight"] = (64, 64, 3, 3)
                shapes[f"{fusion}{unit}.{conv}.bias"] = (64,)
    for i, (c, k) in {0: (48, 4), 1: (96, 2), 3: (384, 3)}.items():
        shapes |= {
            f"{head}resize_layers.{i}.weight": (c, c, k, k),
            f"{head}resize_layers.{i}.bias": (c,),
        }
    for name, out, inside, k in (
        ("output_conv1", 32, 64, 3),
        ("output_conv2.0", 32, 32, 3),
        ("output_conv2.2", 1, 32, 1),
    ):
        shapes[f"{head}scratch.{name}.weight"] = (out, inside, k, k)
        shapes[f"{head}scratch.{name}.bias"] = (out,)
    return shapes


def test_the_official_names_of_depth_anything_fill_our_network_at_any_aspect():
    torch = pytest.importorskip("torch")
    pytest.importorskip("timm")
    torch.manual_seed(0)
    state = {name: torch.randn(shape) * 0.02 for name, shape in official_names().items()}
    network = depth_anything.load_network(state)
    ours = network.state_dict()
    assert len(ours) == len(state) - 1  # all but the mask token
    weight = state["depth_head.scratch.refinenet2.resConfUnit1.conv2.weight"]
    assert torch.equal(ours["head.fuse.1.side.second.weight"], weight)
    with torch.inference_mode():
        for size in ((70, 98), (98, 70)):
            assert network(torch.zeros(1, 3, *size)).shape == (1, 1, *size)
    state.pop("pretrained.norm.weight")
    with pytest.raises(InputError, match="not Depth Anything V2 Small"):
        depth_anything.load_network(state)


def test_a_checkpoint_with_code_in_it_is_not_run(tmp_path):
    torch = pytest.importorskip("torch")

    class Trap:
        def __reduce__(self):
            return (pytest.fail, ("code of the checkpoint was run",))

    torch.save({"weights": Trap()}, tmp_path / "trap.pth")
    with pytest.raises(Exception, match=r"weights_only|Unsupported"):
        depth_anything.read_checkpoint(tmp_path / "trap.pth")


def test_the_photo_is_normalised_as_the_networks_expect():
    grey = np.full((20, 30, 3), 128, np.uint8)
    blob = network_input.normalise(grey, 14, 28)
    assert blob.shape == (1, 3, 14, 28)
    np.testing.assert_allclose(
        blob[0, :, 0, 0], (128 / 255 - np.array(network_input.MEAN)) / network_input.SPREAD, 1e-5
    )
    assert cv2.__version__.startswith("5")
