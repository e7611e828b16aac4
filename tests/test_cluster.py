"""A cluster gives the very frames and files of one machine, whatever dies."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import socket
import subprocess
import sys
from collections import deque
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest
from livingstill import animate
from livingstill.core.errors import InputError
from livingstill.io.files import atomic_write, is_full
from livingstill.jobs import cluster
from livingstill.jobs.batch import overview
from livingstill.jobs.batch import work as batch_work
from livingstill.jobs.batch.plan import plan
from livingstill.jobs.batch.run import batch, finished, work
from livingstill.jobs.batch.sources import Row
from livingstill.jobs.manifest import digest
from livingstill.jobs.reel.run import reel
from livingstill.render.frames import unpack

SMALL = {"size": "64x48", "duration": 0.4, "motion": "none", "depth": "cues", "quality": "draft"}


def photo(path: Path, seed: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 255, (6, 8, 3), dtype=np.uint8)
    cv2.imwrite(str(path), cv2.resize(small, (96, 72), interpolation=cv2.INTER_CUBIC))
    return path


@contextmanager
def processes(count: int, full: int = 0):
    """A scheduler and workers as a user starts them, on the loopback; gives address and workers.

    The last ``full`` of the workers have no space to write a clip.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    dask = [sys.executable, "-m", "dask"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    options = ["--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    started = [subprocess.Popen([*dask, "scheduler", *options], **quiet)]
    worker = [*dask, "worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
    small = ["bash", "-c", 'ulimit -f 12; exec "$@"', "worker"]  # no file beyond 12 kB
    for index in range(count):
        before = small if index >= count - full else []
        started.append(subprocess.Popen([*before, *worker], **quiet))
    try:
        yield address, started[1:]
    finally:
        for process in started:
            process.kill()
            process.wait()


def files(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.glob("*.mp4")}


def test_an_address_that_is_none_is_told():
    pytest.importorskip("distributed")
    with pytest.raises(InputError, match="must be local or tcp://HOST:PORT"), cluster.connect("x"):
        pass


def test_a_span_of_a_clip_is_the_same_as_in_the_whole(tmp_path):
    clip = animate(photo(tmp_path / "p.png"), **{**SMALL, "motion": "auto", "smooth": 1.0})
    whole = [digest(frame) for frame in clip.frames()]
    for span in (range(0, 3), range(5, 9), range(10, 12)):
        assert [digest(unpack(f)) for f in clip.packed(span)] == whole[span.start : span.stop]


@pytest.mark.slow
def test_a_clip_cut_into_spans_has_the_same_hashes_though_a_worker_is_killed(tmp_path):
    pytest.importorskip("distributed")
    clip = animate(photo(tmp_path / "p.png"), **{**SMALL, "duration": 3.0})
    whole = [digest(frame) for frame in clip.frames()]
    with processes(2) as (address, workers), cluster.connect(address) as client:
        client.wait_for_workers(2, timeout=60)
        apart = []
        for frame in cluster.frames(client, clip, span=5):
            apart.append(digest(unpack(frame)))
            if len(apart) == 20:
                os.kill(workers[0].pid, signal.SIGKILL)
    assert apart == whole


@pytest.mark.slow
def test_photos_that_fan_out_give_the_same_files_though_a_worker_is_killed(tmp_path):
    pytest.importorskip("distributed")
    for index in range(8):
        photo(tmp_path / "in" / f"p{index}.png", index)
    (tmp_path / "in" / "bad.jpg").write_bytes(b"none")
    alone = batch([tmp_path / "in"], tmp_path / "alone", SMALL, workers=1)
    with processes(2) as (address, workers), cluster.connect(address) as client:
        client.wait_for_workers(2, timeout=60)

        def runner(tasks):
            for count, records in enumerate(cluster.run(client, tasks)):
                if count == 1:
                    os.kill(workers[0].pid, signal.SIGKILL)
                yield records

        apart = batch([tmp_path / "in"], tmp_path / "apart", SMALL, runner=runner)
    assert files(tmp_path / "apart") == files(tmp_path / "alone") and len(alone.failures) == 1
    assert apart.failures[0]["error"] == alone.failures[0]["error"]
    again = batch([tmp_path / "in"], tmp_path / "apart", SMALL, workers=1)
    assert again.skipped == 8


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_night_with_two_workers_killed_and_one_disk_full_ends_complete(tmp_path, monkeypatch):
    pytest.importorskip("distributed")
    for index in range(24):
        photo(tmp_path / "in" / f"p{index:02d}.png", index)
    large = SMALL | {"size": "256x192", "depth": "flat", "truth": True}
    with processes(4, full=1) as (address, workers), cluster.connect(address) as client:
        client.wait_for_workers(4, timeout=60)

        def runner(tasks):
            for count, records in enumerate(cluster.run(client, tasks)):
                if count in (3, 9):
                    os.kill(workers[count // 6].pid, signal.SIGKILL)
                yield records

        report = batch([tmp_path / "in"], tmp_path / "out", large, runner=runner)
        assert not report.failures and not report.problems
        assert len(files(tmp_path / "out")) == 24
        assert len(list((tmp_path / "out").glob("*.certificate.json"))) == 24

        for worker in workers:  # then nobody is left
            worker.kill()
        monkeypatch.setattr(cluster.handout, "PATIENCE", 1.0)
        report = batch(
            [tmp_path / "in"], tmp_path / "none", large, runner=lambda t: cluster.run(client, t)
        )
    assert len(report.failures) == 24
    assert all("no worker has been left" in str(f["error"]) for f in report.failures)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_reel_with_two_workers_killed_and_one_disk_full_ends_complete(tmp_path, monkeypatch):
    pytest.importorskip("distributed")
    for index in range(8):
        photo(tmp_path / "in" / f"p{index:02d}.png", index)
    values = {"size": "360p", "fps": 10, "duration": 16, "pace": "fast", "depth": "flat",
              "quality": "draft", "aspect": "1:1"}  # fmt: skip
    alone = reel(tmp_path / "in", tmp_path / "alone", values, workers=1)
    with processes(4, full=1) as (address, workers), cluster.connect(address) as client:
        client.wait_for_workers(4, timeout=60)
        left = deque(workers[:2])

        def runner(pieces):
            for records in cluster.run_reel(client, pieces):
                if left and any(record["name"].startswith("shot") for record in records):
                    os.kill(left.popleft().pid, signal.SIGKILL)
                yield records

        done = reel(tmp_path / "in", tmp_path / "out", values, runner=runner)
        assert not left and not done.missing and not done.failed
        assert files(tmp_path / "out") == files(tmp_path / "alone") and len(alone.plan.stops) == 8

        for worker in workers:  # then nobody is left
            worker.kill()
        monkeypatch.setattr(cluster.handout, "PATIENCE", 1.0)
        planned = {**values, "title": "Villa"}  # whose photos are analysed, but not rendered
        done = reel(tmp_path / "in", tmp_path / "out", planned,
                    runner=lambda work: cluster.run_reel(client, work))  # fmt: skip
    assert len(done.missing) == 8 and "no worker has been left" in done.lines()[-2]


def test_a_clip_that_our_own_disk_has_no_room_for_is_named(tmp_path, monkeypatch):
    given = [photo(tmp_path / f"p{index}.png", index) for index in range(2)]
    tasks = plan([Row(path) for path in given], tmp_path / "out", SMALL)

    def runner(tasks):
        for task in tasks:
            output = task.outputs[0]
            record = {"output": output.name, "aspect": None, "state": "done", "bytes": 4}
            full = task.photo.endswith("p1.png")
            monkeypatch.setattr(cluster.photos, "atomic_write", refuse if full else atomic_write)
            yield cluster.photos._store_results(task, [record], {output.name: b"clip"})

    def refuse(path, overwrite=False):
        raise InputError(f"cannot write {path}: {os.strerror(errno.ENOSPC)}")

    monkeypatch.setattr(overview, "write", lambda _: refuse("report.json"))
    report = work(tasks, tmp_path / "out", ".mp4", runner=runner)
    assert [record["state"] for record in report.records] == ["done", "failed"]
    assert "No space left" in report.failures[0]["error"]
    assert report.problems == (
        "no report was written: cannot write report.json: No space left on device",
    )
    assert any("p1.png: cannot write" in line for line in report.lines())
    assert finished(tasks[0], tasks[0].outputs[0]) and not finished(tasks[1], tasks[1].outputs[0])


def test_a_worker_whose_disk_is_full_tells_instead_of_stopping_the_batch(tmp_path, monkeypatch):
    given = photo(tmp_path / "p.png")
    (task,) = plan([Row(given)], tmp_path / "out", SMALL)

    def refuse(path, record):
        raise InputError(f"cannot write {path}: {os.strerror(errno.ENOSPC)}")

    monkeypatch.setattr(batch_work, "store", refuse)
    (record,) = batch_work.make(task)
    assert record["state"] == "failed" and is_full(record["error"])
