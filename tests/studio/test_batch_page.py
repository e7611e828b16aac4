"""A batch takes the photos of its folder, and nothing that batches have made of them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

client = pytest.importorskip("studio_client")

from studio_client import receive  # noqa: E402

PLAIN = {"size": "64x", "duration": 0.2, "fps": 5, "motion": "none", "depth": "flat"}


def test_clips_of_earlier_batches_are_no_photos_whatever_their_folder_is_called(
    serve, samples, tmp_path
):
    photos = tmp_path / "out"  # the studio's own folder, too
    (photos / "cellar").mkdir(parents=True)
    shutil.copy(samples / "lake.jpg", photos)
    shutil.copy(samples / "lake.jpg", photos / "cellar" / "cellar.jpg")
    studio = serve(source=photos)
    with studio.connect() as page:
        job = {"op": "batch", "photos": [], "settings": PLAIN, "suffix": ".webp"}
        for name in ("shop", "window"):
            page.send(json.dumps({**job, "name": name}))
            assert Path(receive(page, "batched")["folder"]).name == name
            page.send(json.dumps({"op": "plan", "photos": []}))
            plan = receive(page, "plan")
            assert [photo["name"] for photo in plan["photos"]] == ["cellar.jpg", "lake.jpg"]
    assert len(list((photos / "window").rglob("*.webp"))) == 2


def test_a_batch_into_its_photos_own_folder_is_refused(serve, samples, tmp_path):
    photos = tmp_path / "out" / "trip"
    photos.mkdir(parents=True)
    shutil.copy(samples / "lake.jpg", photos)
    with serve(source=photos).connect() as page:
        page.send(json.dumps({"op": "batch", "photos": [], "settings": PLAIN, "name": "trip"}))
        answer = json.loads(page.recv(30))
        assert answer["type"] == "error" and "another output folder" in answer["message"]
    assert [path.name for path in photos.iterdir()] == ["lake.jpg"]


def test_a_batch_of_nothing_is_refused(serve):
    with serve().connect() as page:
        page.send(json.dumps({"op": "batch", "photos": [], "settings": PLAIN}))
        answer = json.loads(page.recv(30))
        assert answer["type"] == "error" and "choose some" in answer["message"]
