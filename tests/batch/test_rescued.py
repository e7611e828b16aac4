"""A table of clips and stills is rescued like a table of photos is animated."""

from __future__ import annotations

import json

import faults
import numpy as np
import pytest
import rescue_clips as clips
from livingstill.core.errors import InputError
from livingstill.jobs.batch.plan import plan
from livingstill.jobs.batch.run import batch
from livingstill.jobs.batch.sources import gather


def table(folder, text):
    path = folder / "rescues.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_folder_of_clips_finds_its_stills_by_name(tmp_path):
    for name in ("clips/b.mp4", "clips/a.gif", "clips/notes.txt", "stills/a.png", "stills/b.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    rows = gather([table(tmp_path, "clip,still,strict\nclips,stills,0.5\n")]).rows
    assert [(r.photo.name, r.still.name, r.rescue) for r in rows] == [
        ("a.gif", "a.png", True),
        ("b.mp4", "b.jpg", True),
    ]
    tasks = plan(rows, tmp_path / "out", {"seed": 3, "camera": "orbit"}, suffix=".webm")
    assert [t.outputs[0].name for t in tasks] == ["a.gif", "b.mp4"]
    assert tasks[0].values == {"seed": 3, "strict": "0.5"}
    (tmp_path / "stills/b.jpg").unlink()
    with pytest.raises(InputError, match="no picture called b"):
        gather([tmp_path / "rescues.csv"])


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("clip,photo\na.mp4,b.png", "names a photo and a clip"),
        ("photo,still\na.png,b.png", "no clip"),
    ],
)
def test_a_row_is_a_photo_or_a_clip(tmp_path, row, sentence):
    with pytest.raises(InputError, match=sentence):
        gather([table(tmp_path, row)])


def test_clips_are_rescued_once_and_a_bad_row_stops_no_other(tmp_path, samples):
    photo = clips.still(samples, 160, 96)
    clean = faults.pushing(photo, 24)
    clips.saved(tmp_path / "still.png", photo)
    clips.written(tmp_path / "clean.mp4", clean)
    clips.written(tmp_path / "black.mp4", [f * 0 if i == 12 else f for i, f in enumerate(clean)])
    rows = "clip,still,blend\nclean.mp4,still.png,\nblack.mp4,still.png,\ngone.mp4,,-1\n"
    report = batch([table(tmp_path, rows)], tmp_path / "out", workers=1)
    assert [r.get("decision") for r in report.records] == ["keep", "repair", None]
    assert "blend" in report.failures[0]["error"]
    assert (tmp_path / "out/clean.mp4").read_bytes() == (tmp_path / "clean.mp4").read_bytes()
    made = clips.decoded(tmp_path / "out/black.mp4")
    assert len(made) == 24 and np.mean(made[12]) > 20
    assert "repair" in (tmp_path / "out/report.html").read_text(encoding="utf-8")
    told = json.loads((tmp_path / "out/report.json").read_text(encoding="utf-8"))
    assert told["records"][1]["rebuilt"] == [12]
    assert batch([tmp_path / "rescues.csv"], tmp_path / "out", workers=1).skipped == 2
