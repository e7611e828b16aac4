"""Bad input gets one sentence naming thing, value and remedy, exit code 2, and leaves nothing."""

from __future__ import annotations

import struct
import zlib

import cv2
import numpy as np
import pytest


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds nothing."""
    ihdr = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + ihdr
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    )


@pytest.fixture
def bad(tmp_path, samples):
    """Photos nobody can use, by name."""
    whole = (samples / "lake.jpg").read_bytes()
    (tmp_path / "truncated.jpg").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "empty.jpg").write_bytes(b"")
    (tmp_path / "words.jpg").write_bytes(b"not a picture at all")
    (tmp_path / "bomb.png").write_bytes(png_header(40000, 40000))
    cv2.imwrite(str(tmp_path / "dot.png"), np.zeros((1, 1, 3), np.uint8))
    return tmp_path


@pytest.mark.parametrize(
    "name", ["missing.jpg", "truncated.jpg", "empty.jpg", "words.jpg", "bomb.png", "dot.png"]
)
def test_an_unusable_photo_is_one_sentence(livingstill, bad, name):
    before = set(bad.iterdir())
    answer = livingstill(name)
    assert answer.code == 2
    assert answer.err.startswith("livingstill: ")
    assert answer.err.count("\n") == 1
    assert name in answer.err
    assert set(bad.iterdir()) == before


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["https://a.org/lake.jpg?w=9"], "photo https://a.org/lake.jpg?w=9 is an address"),
        (["HTTP://a.org/lake.jpg", "-o", "a.mp4"], "download it first"),
        (["file:///home/me/my%20lake.jpg"], "give its path, /home/me/my lake.jpg"),
        (["file://localhost/lake.jpg"], "give its path, /lake.jpg"),
        (["www.a.org/lake.jpg"], "photo www.a.org/lake.jpg is an address"),
        (["doctor", "data:image/png;base64,iVBORw0KGgo"], "save the picture as a file first"),
        (["."], "photo . is a folder; for all in it: livingstill batch . -o clips/"),
        (["depth", "https://a.org/lake.jpg"], "download it first"),
        (["doctor", "https://a.org/lake.jpg"], "download it first"),
        (["check", "https://a.org/lake.mp4"], "clip https://a.org/lake.mp4 is an address"),
        (["batch", "https://a.org/lake.jpg", "-o", "clips"], "download it first"),
        (["takes", "https://a.org/lake.jpg", "-o", "new/lake.mp4"], "download it first"),
    ],
)
def test_an_address_is_told_its_remedy(livingstill, tmp_path, args, words):
    answer = livingstill(*args)
    assert answer.code == 2
    assert words in answer.err
    assert answer.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["takes", "depth", "regions"])
def test_a_folder_that_cannot_be_made_is_one_sentence(livingstill, samples, tmp_path, command):
    (tmp_path / "file").write_bytes(b"mine")
    suffix = "mp4" if command == "takes" else "png"
    answer = livingstill(command, samples / "lake.jpg", "-o", f"file/new/lake.{suffix}")
    assert answer.code == 2
    assert "file" in answer.err and answer.err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_folder_made_for_takes_is_gone_if_there_are_none(livingstill, bad):
    before = set(bad.iterdir())
    assert livingstill("takes", "words.jpg", "-o", "new/deep/lake.mp4").code == 2
    assert set(bad.iterdir()) == before


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--camera", "orbt"], "did you mean 'orbit'"),
        (["--camera", "orbit:amount=900"], "amount"),
        (["--camera", "orbit:sped=1"], "sped"),
        (["--amount", "99"], "amount is 99; it must be at most 4"),
        (["--fps", "0"], "fps is 0; it must be at least 1"),
        (["--size", "333x9"], "size is 333x9; it must have sides from 16 to 8192"),
        (["--size", "large"], "size is large; it must be WxH, a long side such as 640"),
        (["-o", "clip.xyz"], ".xyz"),
        (["-o", "nowhere/clip.mp4"], "nowhere"),
        (["--depth", "nowhere.png"], "nowhere.png"),
        (["--shot", "nowhere.toml"], "nowhere.toml"),
        (["--camra", "orbit"], "--camera"),
    ],
)
def test_a_wrong_option_is_one_sentence(livingstill, samples, tmp_path, args, words):
    answer = livingstill(samples / "lake.jpg", *args)
    assert answer.code == 2
    assert words in answer.err
    assert answer.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_an_existing_output_is_kept_without_overwrite(livingstill, samples, tmp_path):
    (tmp_path / "lake.mp4").write_bytes(b"mine")
    answer = livingstill(samples / "lake.jpg", "-o", "lake.mp4")
    assert answer.code == 2
    assert "--overwrite" in answer.err
    assert (tmp_path / "lake.mp4").read_bytes() == b"mine"


def test_a_mistyped_command_is_told_its_neighbour(livingstill):
    answer = livingstill("animat")
    assert answer.code == 2
    assert "did you mean 'animate'" in answer.err


def test_a_depth_file_with_nan_is_refused(livingstill, samples, tmp_path):
    np.save(tmp_path / "depth.npy", np.full((20, 30), np.nan, np.float32))
    answer = livingstill(samples / "lake.jpg", "--depth", "depth.npy")
    assert answer.code == 2
    assert "depth.npy" in answer.err
