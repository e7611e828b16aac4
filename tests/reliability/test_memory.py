"""What is used no more leaves memory, and freed memory is used again where that is worth while."""

from __future__ import annotations

import ctypes
import gc
import mmap
import platform
import subprocess
import sys
import time
import weakref
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import numpy as np
import pytest
from click.testing import CliRunner
from livingstill import animate
from livingstill.core import memory, threads
from livingstill.core.arrays import sparse
from livingstill.jobs import shapes, write  # noqa: F401 - shapes imports what a test replaces
from livingstill_cli.animate import command


class Library:
    """A C library that takes thresholds of mapped memory or not."""

    def __init__(self, takes: bool) -> None:
        self.takes, self.set = takes, {}

    def mallopt(self, parameter: int, value: int) -> int:
        if parameter == -3 and not self.takes:
            return 0
        self.set[parameter] = value
        return 1


@pytest.mark.parametrize("takes", [True, False])
def test_a_library_that_keeps_no_large_arrays_keeps_none_at_all(monkeypatch, takes):
    library = Library(takes)
    monkeypatch.setattr(ctypes, "CDLL", lambda name: library)
    monkeypatch.setitem(memory._state, "keeps freed", False)
    memory.reuse_freed()
    assert len(library.set) == (3 if takes else 0)
    assert memory._state["keeps freed"] == takes


_FAULTS = """
import resource
import numpy as np
from livingstill.core import memory
memory.reuse_freed()
if {ahead}:
    memory.prefault(2**20)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
fields = [np.full(2**20, 1, np.float32) for _ in range(16)]
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc's thresholds")
def test_memory_that_is_cleared_ahead_is_there_when_it_is_wanted():
    faults = [
        int(subprocess.check_output([sys.executable, "-c", _FAULTS.format(ahead=ahead)]))
        for ahead in (False, True)
    ]
    assert faults[1] < 0.2 * faults[0]


def test_nothing_is_cleared_ahead_for_large_frames_or_where_freed_memory_is_not_kept(monkeypatch):
    asked = []
    library = SimpleNamespace(malloc=Mock(side_effect=asked.append), free=Mock())
    monkeypatch.setattr(ctypes, "CDLL", lambda name: library)
    for kept, pixels, wanted in ((True, 2**20, 1e8), (True, 2**24, 0), (False, 2**20, 0)):
        monkeypatch.setitem(memory._state, "keeps freed", kept)
        asked.clear()
        memory.prefault(pixels)
        assert sum(asked) == pytest.approx(wanted, rel=0.1)


def test_a_clip_that_is_written_needs_neither_its_photo_nor_its_depth(samples, tmp_path):
    shot = {"size": "160x106", "duration": 0.5, "fps": 10}
    clip = animate(samples / "lake.jpg", **shot)
    whole = clip.save(tmp_path / "a.rgb", hashes=True)
    held = [clip.photo.rgb, clip.depth.values, *(one.inverse_depth for one in clip.scene.layers)]
    left = [weakref.ref(array) for array in held]
    write_clip = write.begin(clip, (str(tmp_path / "b.rgb"),), hashes=True)
    clip = clip.without_pictures()
    del held
    gc.collect()
    assert not any(array() is not None for array in left)
    assert write_clip().frames == whole.frames
    assert clip.moving and len(clip.scene.layers) > 1


def test_what_is_computed_on_demand_forgets_what_it_is_made_of():
    source = np.arange(5)
    left = weakref.ref(source)
    total = threads.lazy(partial(np.sum, source))
    del source
    assert [total(), total()] == [10, 10]
    assert left() is None


@pytest.mark.skipif(sys.platform != "linux", reason="resident memory is read from Linux's /proc")
def test_zeros_take_no_memory_until_something_is_written():
    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * mmap.PAGESIZE

    before = resident()
    zeros = sparse((8, 2048, 2048))
    assert not zeros[3].any()
    zeros[5, :16] = 7
    assert resident() - before < 8e6 < zeros.nbytes
    assert (zeros[5, :17].sum(1) > 0).sum() == 16


def test_a_command_keeps_no_pixels_of_its_photo(samples, monkeypatch):
    seen = []

    def await_release(_shot, _job, *, ahead, **_):
        pixels = weakref.ref(ahead()[0].rgb)
        until = time.monotonic() + 15  # what is begun of the analysis ends first
        while pixels() is not None and time.monotonic() < until:
            time.sleep(0.05)
            gc.collect()
        seen.append(pixels() is None)
        raise SystemExit

    monkeypatch.setattr("livingstill.jobs.animate.animate_file", await_release)
    CliRunner().invoke(command, [str(samples / "lake.jpg"), "--size", "160x106", "--quiet"])
    assert seen == [True]
