"""The same frames on every machine: by the hashes in `golden.json`, and under other processors' code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import golden
import numpy as np
import pytest
from livingstill.core import threads
from numpy._core import _multiarray_umath as umath


@pytest.fixture(autouse=True)
def all_threads():
    yield
    threads.limit(None)


EXPECTED = json.loads(golden.FILE.read_text())
DISPATCHED = umath.__cpu_dispatch__
PROCESSORS = {
    "no AVX2": {"OPENCV_CPU_DISABLE": "AVX2,AVX512F,AVX512-SKX,FMA3"},
    "no AVX-512": {"OPENCV_CPU_DISABLE": "AVX512F,AVX512-SKX"},
    "SSE3 only": {"OPENCV_CPU_DISABLE": "SSE4.1,SSE4.2,AVX,AVX2,AVX512F,AVX512-SKX,FMA3"},
    "no IPP": {"OPENCV_IPP": "disabled"},
    "older IPP": {"OPENCV_IPP": "sse42"},
    "generic kernels": {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""},
    "no AVX-512 in NumPy": {
        "NPY_DISABLE_CPU_FEATURES": " ".join(
            name for name in DISPATCHED if "AVX512" in name or name == "X86_V4"
        )
    },
    "no AVX2 in NumPy": {"NPY_DISABLE_CPU_FEATURES": " ".join(DISPATCHED)},
    "AVX2 in BLAS": {"OPENBLAS_CORETYPE": "Haswell"},
    "SSE in BLAS": {"OPENBLAS_CORETYPE": "Nehalem"},
    "no FMA in libm": {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-AVX512F"},
}
"""What OpenCV, IPP, Numba, NumPy, OpenBLAS and the C library take the machine for."""


def test_every_sample_has_its_hashes():
    assert list(EXPECTED) == golden.names(), golden.REFRESH


@pytest.mark.parametrize("name", ["lake", "living-room"])
def test_frames_are_those_of_every_other_machine(name):
    wrong = golden.differences(EXPECTED[name], golden.hashes(name))
    assert not wrong, f"{wrong[0]} of {name} differs first; {golden.REFRESH}"


@pytest.mark.slow
@pytest.mark.parametrize("name", golden.names())
def test_frames_of_all_samples(name):
    test_frames_are_those_of_every_other_machine(name)


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 2, 4])
def test_threads_and_repetition_change_nothing(count):
    threads.limit(count)
    for _ in range(2):
        assert golden.hashes("lake")["frames"] == EXPECTED["lake"]["frames"]


def on(machine: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a new process that takes the processor for another, with these sources."""
    places = [str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, **PROCESSORS[machine], **more}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, places))
    return subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.slow
@pytest.mark.parametrize("machine", PROCESSORS)
def test_another_processor_makes_the_same_frames(machine, tmp_path):
    """With an empty cache where kernels are compiled otherwise, so that each is compiled anew."""
    anew = {"NUMBA_CACHE_DIR": str(tmp_path)} if machine == "generic kernels" else {}
    done = on(machine, "-m", "golden", "meadow", "river", **anew)
    assert done.returncode == 0, done.stdout + done.stderr
    told = on(machine, "-m", "livingstill_cli", "doctor", "--system", **anew)
    assert told.returncode == 0, told.stdout + told.stderr


PHASORS = """
import hashlib, numpy as np
from livingstill.motion.oscillators import _phasor_powers
angle = np.linspace(-9, 9, 300_000).reshape(300, 1000)
powers, which = _phasor_powers(angle, np.array([1, 3, 4, 9, 11]))
steps = np.array([1, 2, 5])[:, None, None] * angle
assert which.tolist() == [0, 1, 0, 2, 1]
assert np.abs(powers - np.stack([np.cos(steps), np.sin(steps)], axis=1)).max() < 1e-6
print(hashlib.sha256(powers.tobytes()).hexdigest())
"""


def test_a_fronts_phasors_are_the_same_on_a_processor_without_avx():
    told = [on(machine, "-c", PHASORS) for machine in ("no IPP", "no AVX2 in NumPy")]
    assert not any(one.returncode for one in told), told
    assert told[0].stdout == told[1].stdout


@pytest.fixture(scope="module")
def here() -> str:
    return golden.finished()


@pytest.mark.slow
@pytest.mark.parametrize("machine", PROCESSORS)
def test_another_processor_finishes_frames_the_same(machine, here):
    done = on(machine, "-c", "import golden; print(golden.finished())")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-1] == here


def test_depth_and_masks_are_whole_steps(samples):
    import livingstill

    clip = livingstill.animate(samples / "lake.jpg", size="96x64", duration=0.1, quality="draft")
    steps = clip.depth.values * np.float32(65535)
    np.testing.assert_allclose(steps, np.round(steps), atol=4e-3)
    assert all(region.mask.dtype == np.uint8 for region in clip.regions)
