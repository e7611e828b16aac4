"""A cluster gives the very frames and files of one machine, whatever dies."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest
from livingstill import animate
from livingstill.core.errors import InputError
from livingstill.jobs import cluster
from livingstill.jobs.batch.run import batch
from livingstill.jobs.manifest import digest
from livingstill.render.frames import unpack

SMALL = {"size": "64x48", "duration": 0.4, "motion": "none", "depth": "cues", "quality": "draft"}


def photo(path: Path, seed: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 255, (6, 8, 3), dtype=np.uint8)
    cv2.imwrite(str(path), cv2.resize(small, (96, 72), interpolation=cv2.INTER_CUBIC))
    return path


@contextmanager
def processes(count: int):
    """A scheduler and workers as a user starts them, on the loopback; gives address and workers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    dask = [sys.executable, "-m", "dask"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    options = ["--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    started = [subprocess.Popen([*dask, "scheduler", *options], **quiet)]
    worker = [*dask, "worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
    started += [subprocess.Popen(worker, **quiet) for _ in range(count)]
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
