"""No kernel is without a slow, obvious version."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import naive  # noqa: F401 - which registers the twins
import numba
import pytest
import twins
from livingstill.kernels.compile import declared


def test_every_kernel_has_a_twin_and_every_twin_a_kernel():
    assert sorted(twins.TWINS) == sorted(declared())


@pytest.mark.slow
@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="this is that run")
def test_kernels_agree_with_their_twins_in_plain_python():
    done = subprocess.run(
        [sys.executable, "-m", "pytest", str(Path(__file__).parent)],
        check=False, capture_output=True, text=True, timeout=600,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
