"""Stopped at any moment, on a full disk, or with nobody listening: whole files or none, and the next
run cleans up and goes on."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
import rescue_clips as clips

# a shell's background jobs, and what they start, ignore SIGINT unless told otherwise
RUN = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from livingstill_cli.entry import run
if __name__ == "__main__":
    print("here", flush=True)
    run()
"""
SMALL = ("--size", "160x106", "--fps", "10", "--quality", "draft", "--motion", "none")
HALF = (".part", ".copy")


def started(folder: Path, *args: object, **more: object) -> subprocess.Popen[str]:
    """Start ``livingstill ARGS`` in a folder; come back when its own code runs."""
    script = folder.parent / "run.py"  # a file, because a batch starts it again in its workers
    script.write_text(RUN)
    process = subprocess.Popen(
        [sys.executable, str(script), *map(str, args)],
        cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True, **more,
    )  # fmt: skip
    assert process.stdout is not None and process.stdout.readline() == "here\n"
    return process


def run(folder: Path, *args: object, **more: object) -> tuple[int, str]:
    process = started(folder, *args, **more)
    _, err = process.communicate(timeout=300)
    return process.returncode, err


def half_done(folder: Path) -> list[str]:
    return [str(path) for path in folder.rglob("*") if any(mark in path.name for mark in HALF)]


def whole(path: Path, frames: int) -> bool:
    return len(clips.decoded(path)) == frames


@pytest.fixture
def small(tmp_path, samples) -> Path:
    """A folder with a small photo in it."""
    folder = tmp_path / "work"
    folder.mkdir()
    photo = cv2.imread(str(samples / "lake.jpg"))
    cv2.imwrite(
        str(folder / "lake.jpg"), cv2.resize(photo, (300, 200), interpolation=cv2.INTER_AREA)
    )
    return folder


def jobs(folder: Path) -> dict[str, tuple[tuple[object, ...], dict[str, int]]]:
    """Return command lines that write for a while, and the clips and frames they make."""
    pan = [np.roll(clips.still(folder, 128, 84), 2 * index, 1) for index in range(24)]
    clips.written(folder / "clip.mp4", pan, sound=False)
    for index in range(3):
        photo = folder / "in" / f"{index}.jpg"
        photo.parent.mkdir(exist_ok=True)
        shutil.copy(folder / "lake.jpg", photo)
    return {
        "animate": (
            ("lake.jpg", *SMALL, "--duration", "20", "-o", "out.mp4", "-o", "out.gif"),
            {"out.mp4": 200},
        ),
        "batch": (
            ("batch", "in", "-o", "clips", *SMALL, "--duration", "6", "--workers", "2"),
            {f"clips/{index}.mp4": 60 for index in range(3)},
        ),
        "rescue": (
            ("rescue", "clip.mp4", "-o", "out.mp4", "--mode", "replace", "--quality", "draft"),
            {"out.mp4": 24},
        ),
    }


@pytest.mark.slow
@pytest.mark.parametrize("command", ["animate", "batch", "rescue"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_stopped_at_any_moment_nothing_partial_has_the_final_name(small, command, number):
    args, made = jobs(small)[command]
    start = time.monotonic()
    assert run(small, *args)[0] == 0
    takes = time.monotonic() - start
    for name, frames in made.items():
        assert whole(small / name, frames)
        (small / name).unlink()
    (small / "out.gif").unlink(missing_ok=True)
    shutil.rmtree(small / "clips", ignore_errors=True)
    rng = random.Random(f"{command} {number}")
    codes = (0, -number) if number == signal.SIGKILL else (0, 130)
    for turn in range(6):
        process = started(small, *args, "--overwrite")
        time.sleep(rng.uniform(0, takes))
        if turn % 2:
            process.send_signal(number)
        else:  # as a terminal does: to its workers too
            os.killpg(process.pid, number)
        _, err = process.communicate(timeout=120)
        assert process.returncode in codes, err
        assert "Traceback" not in err
        for name, frames in made.items():
            assert not (small / name).exists() or whole(small / name, frames)
        if number != signal.SIGKILL:
            assert half_done(small) == []
    deadline = time.monotonic() + 20  # workers of a killed batch notice it within moments
    while command == "batch" and time.monotonic() < deadline:
        if run(small, *args)[0] == 0:
            break
        time.sleep(0.5)
    else:
        code, err = run(small, *args, "--overwrite")
        assert code == 0, err
    assert half_done(small) == []
    for name, frames in made.items():
        assert whole(small / name, frames)


def test_an_interrupt_amid_an_import_s_exec_ends_as_any_other(tmp_path):
    script = tmp_path / "interrupted.py"
    script.write_text(
        "import livingstill_cli.main as main\n"
        "from livingstill_cli.entry import run\n"
        "main.main = lambda: exec('raise KeyboardInterrupt')\n"
        "run()\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", script.stem], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == 130 and b"interrupted" in done.stderr


def test_what_a_killed_run_left_is_gone_after_the_next_and_a_living_run_is_spared(small):
    long = ("lake.jpg", *SMALL, "--duration", "600", "--depth", "flat")
    killed = started(small, *long, "-o", "a.gif")
    living = started(small, *long, "-o", "b.gif")
    deadline = time.monotonic() + 120
    while len(half_done(small)) < 4 and time.monotonic() < deadline:  # a GIF has a copy beside it
        time.sleep(0.05)
    before = half_done(small)
    assert len(before) == 4
    killed.kill()
    killed.communicate()
    code, err = run(
        small, "lake.jpg", *SMALL, "--duration", "0.2", "--depth", "flat", "-o", "c.mp4"
    )
    assert code == 0, err
    left = half_done(small)
    assert len(left) == 2 and all(".b." in name for name in left)
    living.terminate()
    living.communicate(timeout=60)
    assert half_done(small) == []


@pytest.fixture
def tiny(tmp_path, small):
    """A disk of 300 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(disk)]
    if sys.platform != "linux" or os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:  # fmt: skip
        pytest.skip("only root can make a small disk")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["mp4", "webm", "gif", "webp", "png", "y4m"])
def test_a_full_disk_is_one_sentence_and_leaves_nothing(small, tiny, suffix):
    args = (
        ("--duration", "8", "--crf", "0")
        if suffix in ("mp4", "webm")
        else (
            "--duration",
            "8",
        )
    )
    code, err = run(
        small, "lake.jpg", "--size", "300x200", "--depth", "flat", *args, "-q", "-o", tiny / f"a.{suffix}"
    )  # fmt: skip
    assert code == 2, err
    assert err.startswith("livingstill: ") and err.count("\n") == 1
    assert "No space left" in err
    assert list(tiny.iterdir()) == []


@pytest.mark.slow
def test_a_batch_on_a_full_disk_fails_each_clip_and_goes_on_elsewhere(small, tiny):
    shutil.copy(small / "lake.jpg", small / "two.jpg")
    args = ("batch", "lake.jpg", "two.jpg", "--size", "300x200", "--depth", "flat", "--crf", "0",
            "--duration", "8", "--workers", "1", "-q")  # fmt: skip
    code, err = run(small, *args, "-o", tiny / "clips")
    assert code in (1, 2), err
    assert "Traceback" not in err
    assert half_done(tiny) == [] and not list(tiny.rglob("[!.]*.mp4"))


def test_a_folder_that_cannot_be_written_is_one_sentence(small):
    # root may write anywhere but here
    target = Path("/proc") if os.geteuid() == 0 else small / "closed"
    if target.name == "closed":
        target.mkdir(mode=0o555)
    code, err = run(small, "lake.jpg", *SMALL, "--duration", "0.2", "-q", "-o", target / "a.mp4")
    assert code == 2
    assert err.startswith("livingstill: ") and err.count("\n") == 1


def test_a_folder_that_vanishes_is_one_sentence(small):
    target = small / "there"
    target.mkdir()
    process = started(
        small,
        "lake.jpg",
        *SMALL,
        "--duration",
        "20",
        "--depth",
        "flat",
        "-q",
        "-o",
        target / "a.mp4",
    )
    deadline = time.monotonic() + 120
    while not half_done(target) and time.monotonic() < deadline:
        time.sleep(0.02)
    shutil.rmtree(target)
    _, err = process.communicate(timeout=300)
    assert process.returncode == 2, err
    assert err.startswith("livingstill: ") and err.count("\n") == 1
    assert not target.exists()


@pytest.mark.parametrize(
    ("args", "codes"),
    [
        (("lake.jpg", *SMALL, "--duration", "20", "--depth", "flat", "-q", "-o", "-"), (2,)),
        (("moves",), (0, 2)),
        (("--help",), (0, 2)),
        (("depth", "lake.jpg", "--depth", "flat", "-o", "d.png", "--json"), (0, 2)),
    ],
)
@pytest.mark.parametrize("how", ["head", "closed", "full"])
def test_nobody_listens_to_stdout(small, args, codes, how):
    if how == "full" and not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    tail = {"head": "| head -c 10 >/dev/null; exit ${PIPESTATUS[0]}", "closed": ">&-",
            "full": ">/dev/full"}[how]  # fmt: skip
    words = " ".join([sys.executable, "-m", "livingstill_cli", *args])
    done = subprocess.run(
        ["bash", "-c", f"{words} {tail}"],
        check=False, cwd=small, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode in codes, done.stderr
    assert "Traceback" not in done.stderr and "Exception ignored" not in done.stderr
    if done.returncode == 2:
        assert done.stderr.startswith("livingstill: ") and done.stderr.count("\n") == 1
    assert half_done(small) == []


def test_a_batch_that_was_killed_goes_on_where_it_was(small):
    args, _ = jobs(small)["batch"]
    process = started(small, *args)
    deadline = time.monotonic() + 200
    while not list((small / "clips").glob("[!.]*.mp4")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.kill()
    process.communicate()
    first = {p.name: p.stat().st_mtime_ns for p in (small / "clips").glob("[!.]*.mp4")}
    assert first
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:  # the lock ends with the last worker
        code, err = run(small, *args)
        if code == 0:
            break
    assert code == 0, err
    for name, when in first.items():
        assert (small / "clips" / name).stat().st_mtime_ns == when
    report = json.loads((small / "clips" / "report.json").read_text())
    assert report["done"] == 3 and report["kept"] >= len(first)
    assert half_done(small) == []
