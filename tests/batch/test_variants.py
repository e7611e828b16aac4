"""Variants: every combination once, under names that last."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest
from livingstill.core.errors import InputError
from livingstill.jobs.batch.work import make
from livingstill.jobs.variants import TABLE, axes, plan, variants


@pytest.fixture
def photo(tmp_path) -> Path:
    path = tmp_path / "photo.png"
    rng = np.random.default_rng(0)
    rough = rng.integers(0, 255, (12, 16, 3), np.uint8)
    cv2.imwrite(str(path), cv2.resize(rough, (96, 64), interpolation=cv2.INTER_CUBIC))
    return path


def here(tasks):
    return (make(task) for task in tasks)


QUICK = {"size": "64x48", "duration": "0.2", "fps": "10", "motion": "none", "depth": "flat"}


def test_an_id_is_the_same_whatever_else_is_varied(photo, tmp_path):
    quick = {**QUICK, "size": "64"}
    few = plan(photo, tmp_path, axes(["camera=orbit"]), quick)[1]
    many = plan(photo, tmp_path, axes(["camera=push-in,orbit", "aspect=16:9,1:1"]), quick)[1]
    said = plan(photo, tmp_path, axes(["camera=orbit"]), {**quick, "aspect": "1:1"})[1]
    assert len(many) == 4 and len({variant.id for variant in many}) == 4
    assert few[0].id not in {variant.id for variant in many}  # it has no aspect
    assert said[0].id == many[3].id
    other = photo.with_name("other.png")
    other.write_bytes(photo.read_bytes() + b"\0")
    assert plan(other, tmp_path, axes(["camera=orbit"]), quick)[1][0].id != few[0].id


def test_every_combination_is_made_once_and_listed(photo, tmp_path):
    folder = tmp_path / "out"
    vary = ["camera=static,orbit", "seed=1;2"]
    report = variants(photo, folder, vary, QUICK, suffix=".gif", runner=here)
    with (folder / TABLE).open() as file:
        rows = list(csv.DictReader(file))
    assert [(row["camera"], row["seed"]) for row in rows] == [
        ("static", "1"), ("static", "2"), ("orbit", "1"), ("orbit", "2"),
    ]  # fmt: skip
    assert all(row["state"] == "done" and row["id"] in row["file"] for row in rows)
    assert all((folder / row["file"]).stat().st_size == int(row["bytes"]) for row in rows)
    assert not report.failures
    (folder / rows[2]["file"]).unlink()
    again = variants(photo, folder, vary, QUICK, suffix=".gif", runner=here)
    assert again.skipped == 3 and (folder / rows[2]["file"]).exists()


@pytest.mark.parametrize(
    ("said", "remedy"),
    [("camra=orbit", "did you mean 'camera'"), ("title", "title=A,B"), ("title=", "no value")],
)
def test_what_cannot_be_varied_is_said(said, remedy):
    with pytest.raises(InputError, match=remedy):
        axes([said])


def test_a_wrong_value_is_said_before_any_work(photo, tmp_path):
    with pytest.raises(InputError, match="fps"):
        variants(photo, tmp_path / "out", ["fps=24,999"], QUICK, runner=here)
    assert not (tmp_path / "out").exists()
