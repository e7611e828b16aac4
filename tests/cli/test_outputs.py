"""Outputs from the command line: many files of one render, pipes, and what goes beside them."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import cv2
import numpy as np
import pytest
from livingstill.media import sound

QUICK = ("--size", "64x48", "--duration", "0.5", "--fps", "10", "--motion", "none",
         "--depth", "flat", "--camera", "static")  # fmt: skip


@pytest.fixture
def photo(tmp_path) -> str:
    rng = np.random.default_rng(0)
    rough = rng.integers(0, 255, (12, 16, 3), np.uint8)
    cv2.imwrite(str(tmp_path / "p.png"), cv2.resize(rough, (64, 48)))
    return "p.png"


def test_one_render_gives_everything(livingstill, photo, tmp_path):
    answer = livingstill(
        photo, *QUICK, "-o", "a.mp4", "-o", "f-%d.jpg", "--audio", "rain", "--audio-level", "-3",
        "--poster", "poster.png", "--sidecar", "a.xmp", "--manifest", "a.json",
    )  # fmt: skip
    assert answer.code == 0, answer.err
    assert "sound of rain" in answer.err and "f-%d.jpg carries no sound" in answer.err
    assert len(sound.read(tmp_path / "a.mp4", 0, 9)) == pytest.approx(24_000, abs=1024)
    poster, still = cv2.imread("poster.png"), cv2.imread(photo)
    np.testing.assert_allclose(poster.astype(int), still, atol=2)
    texts = {(node.text or "") for node in ET.parse(tmp_path / "a.xmp").iter()}
    assert "camera move over one photograph, in which nothing moves; no generated content" in texts
    digest = json.loads((tmp_path / "a.json").read_text())["photo"]["sha256"]
    assert f"sha256:{digest}" in texts


def test_bare_rgb_goes_to_a_pipe(livingstill, photo, monkeypatch):
    monkeypatch.setattr("os.isatty", lambda _: False)
    answer = livingstill(photo, *QUICK, "-o", "-.rgb", "-q", "--duration", "0.1")
    assert answer.code == 0, answer.err
    assert len(answer.out) > 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--poster", "p.gif"), "give .png, .jpg or .webp"),
        (("--sidecar", "s.txt"), "give .json or .xmp"),
        (("--poster", "a.png", "-o", "a.png"), "two outputs have one name"),
        (("--audio", "thunder"), "some of wind, leaves"),
        (("--alpha", "water"), "cannot be transparent"),
    ],
)
def test_a_mistake_is_one_sentence_and_leaves_nothing(livingstill, photo, tmp_path, options, said):
    answer = livingstill(photo, *QUICK, *options)
    assert answer.code == 2 and said in answer.err and answer.err.count("\n") == 1
    assert [file.name for file in tmp_path.iterdir()] == [photo]


def test_nothing_is_written_over_what_is_read(livingstill, photo, tmp_path):
    depth = tmp_path / "d.png"
    cv2.imwrite(str(depth), np.full((48, 64), 90, np.uint8))
    before = depth.read_bytes()
    answer = livingstill(photo, *QUICK, "--depth", "d.png", "--poster", "d.png", "--overwrite")
    assert answer.code == 2 and "d.png would replace d.png, which is read" in answer.err
    assert livingstill("depth", photo, "--depth", "d.png", "-o", "d.png", "--overwrite").code == 2
    assert depth.read_bytes() == before and not (tmp_path / "p.mp4").exists()


def test_files_of_one_name_are_refused_before_anything_is_rendered(livingstill, photo, tmp_path):
    answer = livingstill(photo, *QUICK, "--manifest", "a.json", "--save-shot", "a.json")
    assert answer.code == 2 and "two outputs have one name" in answer.err
    (tmp_path / "poster-1x1.png").write_bytes(b"kept")
    answer = livingstill(
        photo, *QUICK, "--size", "64", "--aspect", "16:9,1:1", "--poster", "poster.png"
    )
    assert answer.code == 2 and "poster-1x1.png exists" in answer.err
    assert not (tmp_path / "p-16x9.mp4").exists()
