"""Depth files: every kind gives the same map, and what is no depth is said."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from livingstill.core.errors import InputError
from livingstill.depth.depth_file import read_depth, resize_depth
from livingstill.depth.sources import flat
from PIL import Image

H, W = 31, 45
INVERSE = (np.add.outer(np.arange(H) * 30, np.arange(W)) / (30 * H - 30 + W - 1)).astype(np.float32)
DEEP = np.rint(INVERSE * 65535).astype(np.uint16)


def write_exr(path: Path, channels: dict[str, np.ndarray], compression: int = 3) -> Path:
    """A plain writer after the published layout: scan lines, no compression (0), ZIPS (2), ZIP (3)."""
    kinds = {"u4": 0, "f2": 1, "f4": 2}
    height, width = next(iter(channels.values())).shape
    names = sorted(channels)
    chlist = b"".join(
        name.encode() + b"\0" + struct.pack("<iB3xii", kinds[channels[name].dtype.str[1:]], 0, 1, 1)
        for name in names
    )
    box = struct.pack("<iiii", 3, -5, width + 2, height - 6)
    head = b"\x76\x2f\x31\x01" + struct.pack("<I", 2)
    for key, kind, value in [
        ("channels", "chlist", chlist + b"\0"),
        ("compression", "compression", bytes([compression])),
        ("dataWindow", "box2i", box),
    ]:
        head += key.encode() + b"\0" + kind.encode() + b"\0" + struct.pack("<i", len(value)) + value
    head += b"\0"
    lines = 16 if compression == 3 else 1
    blocks = []
    for y in range(0, height, lines):
        rows = range(y, min(y + lines, height))
        raw = b"".join(channels[name][row].tobytes() for row in rows for name in names)
        if compression:
            flat_ = np.frombuffer(raw, np.uint8)
            split = np.concatenate([flat_[::2], flat_[1::2]])
            steps = split.copy()
            steps[1:] = split[1:] - split[:-1] + np.uint8(128)
            raw = min(zlib.compress(steps.tobytes()), raw, key=len)
        blocks.append(struct.pack("<iI", y - 5, len(raw)) + raw)
    offsets, at = b"", len(head) + 8 * len(blocks)
    for block in blocks:
        offsets += struct.pack("<Q", at)
        at += len(block)
    path.write_bytes(head + offsets + b"".join(blocks))
    return path


def written(folder: Path, name: str, values: np.ndarray) -> Path:
    path = folder / name
    if name.endswith(".npy"):
        np.save(path, values)
    elif name.endswith(".exr"):
        write_exr(path, {"Z": values})
    elif values.ndim == 3:
        assert cv2.imwrite(str(path), values)
    else:
        Image.fromarray(values).save(path)
    return path


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("a.png", DEEP),
        ("a.tif", DEEP),
        ("colour.png", np.stack([DEEP] * 3, axis=-1)),
        ("colour.tif", np.stack([DEEP] * 3, axis=-1)),
        ("float.tif", DEEP / np.float32(65535)),
        ("a.npy", DEEP),
        ("f.npy", (DEEP / np.float32(65535)).astype(np.float64)),
        ("fortran.npy", np.asfortranarray(DEEP)[None]),
        ("a.exr", DEEP / np.float32(65535)),
    ],
)
def test_16_bits_stay_exact_in_every_kind_of_file(tmp_path, name, values):
    depth = read_depth(written(tmp_path, name, values), (W, H), "dark")
    np.testing.assert_array_equal(np.rint(depth.values * 65535).astype(np.uint16), DEEP)
    assert depth.notes == ()
    assert name in depth.source


def test_8_bits_are_read_and_either_end_may_be_bright(tmp_path):
    grey = np.rint(INVERSE * 255).astype(np.uint8)
    near_bright = read_depth(written(tmp_path, "n.png", grey), (W, H))
    far_bright = read_depth(written(tmp_path, "f.png", 255 - grey), (W, H), "bright")
    np.testing.assert_allclose(near_bright.values, far_bright.values, atol=1e-6)
    np.testing.assert_allclose(near_bright.values, grey / 255, atol=1e-6)


@pytest.mark.parametrize("name", ["z.npy", "z.exr", "z.tif"])
def test_distances_become_inverse_depth(tmp_path, name):
    metres = np.linspace(2, 50, H * W, dtype=np.float32).reshape(H, W)
    if name != "z.tif":
        metres[-1, -5:] = np.inf
    depth = read_depth(written(tmp_path, name, metres), (W, H), "bright").values
    np.testing.assert_allclose(depth, np.minimum(1, 2 / metres), atol=0.06)
    assert depth.max() == 1
    if name != "z.tif":
        assert (depth[-1, -5:] == 0).all()


@pytest.mark.parametrize("compression", [0, 2, 3])
def test_exr_takes_the_depth_channel_of_any_type(tmp_path, compression):
    noise = np.random.default_rng(0).random((H, W)).astype(np.float16)
    channels = {"A": noise, "B": noise, "Depth.V": INVERSE.astype(np.float32), "R": noise}
    path = write_exr(tmp_path / "many.exr", channels, compression)
    np.testing.assert_allclose(read_depth(path, (W, H)).values, INVERSE / INVERSE.max(), atol=1e-6)


def test_exr_in_another_compression_is_refused_with_a_remedy(tmp_path):
    path = write_exr(tmp_path / "a.exr", {"Z": INVERSE}, 0)
    path.write_bytes(
        path.read_bytes().replace(b"compression\0\1\0\0\0\0", b"compression\0\1\0\0\0\4")
    )
    with pytest.raises(InputError, match=r"PIZ; save it with ZIP|damaged"):
        read_depth(path, (W, H))


def test_another_size_is_resized_and_said(tmp_path):
    path = written(tmp_path, "a.png", DEEP)
    depth = read_depth(path, (2 * W, 2 * H))
    assert depth.values.shape == (2 * H, 2 * W)
    assert "45x31 and is resized to 90x62" in depth.notes[0]
    assert "stretched" in read_depth(path, (W, 2 * H)).notes[0]


@pytest.mark.parametrize("size", [(101, 67), (30, 21), (300, 40)])
def test_resizing_invents_no_depth_between_an_object_and_its_background(size):
    inverse = np.full((60, 90), 0.2, np.float32)
    inverse[20:45, 30:70] = 0.9
    values = np.unique(resize_depth(inverse, size).round(5))
    np.testing.assert_allclose(values, [0.2, 0.9], atol=1e-6)


def test_resizing_keeps_a_slope_smooth():
    slope = np.broadcast_to(np.linspace(0, 1, 60, dtype=np.float32)[:, None], (60, 40)).copy()
    steps = np.diff(resize_depth(slope, (80, 120))[:, 5])
    assert steps.min() >= 0 and steps.max() < 0.0125


def test_a_map_that_is_bright_at_the_top_gets_a_hint(tmp_path):
    path = written(tmp_path, "a.png", DEEP[::-1].copy())
    assert "--depth-far bright" in read_depth(path, (W, H)).notes[-1]
    assert read_depth(path, (W, H), "dark").notes == ()


def refused(path: Path, far: str = "auto") -> str:
    with pytest.raises(InputError) as caught:
        read_depth(path, (W, H), far)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)
    return str(caught.value)


def test_what_is_no_depth_is_refused_in_one_sentence(tmp_path):
    holes = INVERSE.copy()
    holes[3, 4] = np.nan
    assert "1 of 1395 values that are no numbers" in refused(written(tmp_path, "nan.npy", holes))
    assert "distances of 0" in refused(written(tmp_path, "zero.npy", INVERSE), "bright")
    colours = np.zeros((H, W, 3), np.uint8)
    colours[..., 0] = 255
    assert "colour picture" in refused(written(tmp_path, "colour.png", colours))
    assert "shape 2x31x45" in refused(written(tmp_path, "many.npy", np.stack([INVERSE] * 2)))
    objects = tmp_path / "objects.npy"
    np.save(objects, np.array([{"a": 1}] * 4), allow_pickle=True)
    assert "object" in refused(objects)
    huge = tmp_path / "huge.npy"
    np.save(huge, DEEP)
    huge.write_bytes(huge.read_bytes().replace(b"(31, 45)", b"(9**9,45"))
    assert "damaged" in refused(huge)
    archive = tmp_path / "a.npz"
    np.savez(archive, DEEP)
    assert "np.save" in refused(archive)
    assert "does not exist" in refused(tmp_path / "missing.png")


def test_flat_depth_is_a_wall():
    depth = flat(np.zeros((3, 5, 3), np.uint8))
    assert depth.values.shape == (3, 5) and (depth.values == 1).all()


@settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.sampled_from(["a.png", "a.tif", "a.npy", "a.exr"]),
    st.lists(st.tuples(st.floats(0, 0.3), st.integers(0, 255)), max_size=8),
    st.floats(0.1, 1.0),
)
def test_damaged_bytes_give_depth_or_one_sentence_and_nothing_else(tmp_path, name, edits, keep):
    values = DEEP if name[2:] in {"png", "tif"} else INVERSE
    path = written(tmp_path, name, values)
    broken = bytearray(path.read_bytes())
    for place, value in edits:
        broken[int(place * len(broken))] = value
    path.write_bytes(broken[: max(1, int(keep * len(broken)))])
    try:
        depth = read_depth(path, (W, H))
    except InputError as error:
        assert "\n" not in str(error)
    else:
        assert depth.values.shape == (H, W) and np.isfinite(depth.values).all()
