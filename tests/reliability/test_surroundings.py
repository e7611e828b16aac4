"""Little memory, one core, no home, odd names, packages that cannot be written: it still works."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import livingstill
import livingstill_cli
import pytest

SMALL = ("--size", "96x64", "--duration", "0.3", "--fps", "10", "--quality", "draft", "-q")
ADDRESS_SPACE = 6_000_000
"""Kilobytes for `ulimit -v`: libraries and thread stacks reserve far more than they use."""


def run(folder: Path, *args: object, before: str = "", **environment: str):
    """Run ``livingstill ARGS`` after a shell line; a value of "" takes a variable away."""
    whole = {**os.environ, **environment}
    whole = {key: value for key, value in whole.items() if environment.get(key) != ""}
    words = [sys.executable, "-m", "livingstill_cli", *map(str, args)]
    return subprocess.run(
        ["bash", "-c", f'{before} exec "$@"', "bash", *words],
        cwd=folder, env=whole, capture_output=True, text=True, check=False, timeout=500,
    )  # fmt: skip


@pytest.fixture
def photo(tmp_path, samples) -> Path:
    return Path(shutil.copy(samples / "lake.jpg", tmp_path / "lake.jpg"))


def test_with_a_limit_on_memory(photo, tmp_path):
    before = f"ulimit -v {ADDRESS_SPACE};"
    done = run(tmp_path, photo, *SMALL, "--threads", "2", before=before)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_too_little_memory_is_one_sentence(photo, tmp_path):
    before = f"ulimit -v {ADDRESS_SPACE // 4};"
    done = run(tmp_path, photo, "--size", "8192x5462", "-q", "--threads", "1", before=before)
    assert done.returncode == 2, done.stderr
    assert "memory" in done.stderr and "Traceback" not in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lake.jpg"]


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("taskset"), reason="needs taskset")
def test_on_one_core(photo, tmp_path):
    done = run(tmp_path, photo, *SMALL, before="taskset -pc 0 $$ >/dev/null;")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "environment",
    [
        {"HOME": "", "XDG_CACHE_HOME": ""},
        {"HOME": "/nonexistent", "XDG_CACHE_HOME": ""},
        {"HOME": "/proc", "XDG_CACHE_HOME": "/proc"},
        {"HOME": "/dev/null"},
    ],
    ids=["no HOME", "HOME missing", "HOME not writable", "HOME no folder"],
)
@pytest.mark.slow
def test_without_a_home(photo, tmp_path, environment):
    args = (photo, *SMALL, "--motion", "none", "--depth", "flat", "--camera", "static")
    done = run(tmp_path, *args, **environment)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def test_in_a_path_with_spaces_and_other_alphabets(samples, tmp_path):
    folder = tmp_path / "mein Ordner" / "фото 写真 é"
    folder.mkdir(parents=True)
    name = "see & bäume 湖 %d '1'.jpg"
    shutil.copy(samples / "lake.jpg", folder / name)
    small = (*SMALL, "--depth", "flat", "--motion", "none")
    done = run(folder, name, *small, "-o", "clip 湖.mp4", "--manifest", "m 湖.json")
    assert done.returncode == 0, done.stderr
    assert run(folder, "render", "m 湖.json", "-o", "noch eins.gif").returncode == 0
    assert run(folder, "check", "clip 湖.mp4", "-q").returncode in (0, 1)


@pytest.fixture
def sealed(tmp_path):
    """Our packages on a disk that cannot be written, not even by root."""
    disk = tmp_path / "packages"
    disk.mkdir()
    if sys.platform != "linux" or os.geteuid():
        pytest.skip("only root can make a disk")
    mount = ["mount", "-t", "tmpfs", "tmpfs", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("disks cannot be mounted here")
    try:
        for package in (livingstill, livingstill_cli):
            source = Path(package.__file__).parent
            bare = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, disk / source.name, ignore=bare)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


@pytest.mark.slow
def test_packages_that_cannot_be_written(photo, tmp_path, sealed):
    """And nowhere to keep compiled kernels."""
    args = (photo, *SMALL, "--depth", "flat", "--motion", "none", "--camera", "static")
    done = run(tmp_path, *args, PYTHONPATH=str(sealed), HOME="/proc", XDG_CACHE_HOME="/proc")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "lake.mp4").stat().st_size
    assert not list(sealed.rglob("__pycache__"))


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 3])
def test_threads_are_respected_by_every_library(photo, tmp_path, count):
    """Besides ours there are the main thread, the encoder's own and its fixed ones, and the warm-up."""
    code = f"""
import sys, threading
sys.argv = ["livingstill", {str(photo)!r}, "--size", "96x64", "--duration", "2", "--fps", "10",
            "-q", "--threads", "{count}", "-o", "out.mp4"]
from pathlib import Path
import cv2
from livingstill.media import formats
most = [0]
names = set()
def watch():
    while True:
        names.update(t.name.rsplit("_", 1)[0] + str(t.name.count("band") and t.name) for t in threading.enumerate())
        most[0] = max(most[0], len(list(Path("/proc/self/task").iterdir())))
        if done.wait(0.002):
            return
done = threading.Event()
threading.Thread(target=watch, daemon=True).start()
from livingstill_cli.main import main
try:
    main()
except SystemExit as left:
    assert not left.code, left.code
done.set()
bands = sum("band" in name for name in names)
print(cv2.getNumThreads(), bands, most[0], formats.ENCODER_THREADS)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    opencv, bands, most, encoder = map(int, done.stdout.split())
    assert opencv == count
    assert bands <= count
    # main, watcher, warm-up, encoder's hand, its fixed threads and their look-ahead, OpenCV's, ours
    assert most <= 5 + 2 * encoder + 2 * count
