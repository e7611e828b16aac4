"""Finishing from end to end: the command line, brand files, manifests and batches."""

from __future__ import annotations

import csv
import json

import cv2
import numpy as np
import pytest
from livingstill import animate
from livingstill.media import clip_reader

SMALL = (
    "--size", "160x106", "--duration", "0.4", "--fps", "10", "--quality", "draft",
    "--motion", "none", "--depth", "cues", "--camera", "push-in",
)  # fmt: skip


@pytest.fixture
def lake(samples):
    return samples / "lake.jpg"


@pytest.fixture
def brand(tmp_path):
    """A brand with a logo, a LUT that swaps red and blue, and colours."""
    folder = tmp_path / "brand"
    folder.mkdir()
    logo = np.zeros((20, 20, 4), np.uint8)
    logo[..., 1::2] = 255
    cv2.imwrite(str(folder / "logo.png"), logo)
    rows = [f"{b} {g} {r}" for b in (0, 1) for g in (0, 1) for r in (0, 1)]
    (folder / "swap.cube").write_text("LUT_3D_SIZE 2\n" + "\n".join(rows))
    (folder / "brand.toml").write_text(
        'logo = "logo.png"\nlut = "swap.cube"\ncard_colour = "#402060"\naccent = "#ff8000"\n'
        'mood = "calm"\n'
    )
    return folder / "brand.toml"


def test_a_finished_clip_replays_bit_for_bit_from_its_manifest(livingstill, lake, brand, tmp_path):
    done = livingstill(
        lake, *SMALL, "--title", "Lake", "--title-depth", "0.3", "--title-fade", "0.1",
        "--brand", brand, "--grain", "0.3", "--manifest", "lake.json", "-o", "lake.mp4",
    )  # fmt: skip
    assert done.code == 0, done.err
    record = json.loads((tmp_path / "lake.json").read_text())
    assert set(record["files"]) == {"logo", "lut"}
    (brand.parent / "brand.toml").unlink()  # the manifest holds what it said
    assert livingstill("render", "lake.json", "-o", "again.mp4").code == 0
    assert (tmp_path / "again.mp4").read_bytes() == (tmp_path / "lake.mp4").read_bytes()
    with (brand.parent / "swap.cube").open("a") as file:
        file.write("# changed\n")
    refused = livingstill("render", "lake.json", "-o", "third.mp4")
    assert refused.code == 2
    assert "is not the one of the manifest" in refused.err
    assert not (tmp_path / "third.mp4").exists()


def test_a_title_in_the_scene_stands_still_where_nothing_passes(lake):
    """Under a moving camera, moving water and the filter over time."""
    clip = animate(
        lake, size="240x160", duration=0.4, fps=10, title="LAKE", title_depth=1,
        title_size=2, camera="push-in", quality="draft",
    )  # fmt: skip
    frames = np.array([frame.copy() for frame in clip.frames()])
    sprite = clip.finisher.title_in_scene
    left, top, width, height = sprite.box
    ink = sprite.rgba[sprite.margin :, sprite.margin :][:height, :width] == 0xFFFFFFFF
    assert ink.sum() > 200
    seen = frames[:, top : top + height, left : left + width]
    assert (seen[:, ink] == 255).all()
    assert (frames[0] != frames[2]).mean() > 0.3


def test_a_batch_takes_brand_and_card_from_its_table(livingstill, lake, brand, tmp_path):
    with (tmp_path / "list.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["photo", "price", "address", "brand"])
        table.writerow([lake, "€ 1,000", "1 Road", ""])
        table.writerow([lake, "€ 2,000", "2 Road", "brand/brand.toml"])
    batch = ("batch", "list.csv", "-o", "clips", *SMALL, "--workers", "1", "--json")
    done = livingstill(*batch)
    assert done.code == 0, done.err
    plain, branded = (tmp_path / "clips" / name for name in ("lake.mp4", "lake-2.mp4"))
    frames = [next(iter(clip_reader.ClipReader(clip))).rgb.astype(int) for clip in (plain, branded)]
    plate = [frame[92:100, 30:60].mean((0, 1)) for frame in frames]
    assert plate[0].max() < 90
    assert plate[1][2] > plate[1][0] > plate[1][1]  # violet
    top = [frame[:12, :60].mean((0, 1)) for frame in frames]
    np.testing.assert_allclose(top[0], top[1][::-1], atol=12)
    stamps = [clip.stat().st_mtime_ns for clip in (plain, branded)]
    (brand.parent / "swap.cube").write_text("LUT_1D_SIZE 2\n1 1 1\n0 0 0\n")
    assert livingstill(*batch).code == 0  # what another LUT changes is made anew, the rest kept
    after = [clip.stat().st_mtime_ns for clip in (plain, branded)]
    assert (after[0] == stamps[0], after[1] == stamps[1]) == (True, False)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--font", "none.ttf"), "font none.ttf does not exist"),
        (("--lut", "none.cube"), "LUT none.cube does not exist"),
        (("--title", "x" * 301), "it must have at most 300 characters"),
        (("--title", "w" * 200), "too long for this frame"),
        (("--title-depth", "far"), "it must be front, auto or a number"),
        (("--brand", "none.toml"), "cannot read brand file none.toml"),
    ],
)
def test_a_mistake_is_a_sentence_and_leaves_nothing(livingstill, lake, tmp_path, options, sentence):
    before = set(tmp_path.iterdir())
    answer = livingstill(lake, *SMALL, *options, "-o", "out.mp4")
    assert answer.code == 2
    assert sentence in answer.err
    assert "Traceback" not in answer.err
    assert set(tmp_path.iterdir()) == before
