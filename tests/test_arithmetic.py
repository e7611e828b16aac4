"""OpenCV's plain path gives the same bits on any number of threads, whoever used OpenCV before."""

from __future__ import annotations

import subprocess
import sys

import pytest

BLURS = """
import cv2, numpy as np
picture = np.random.default_rng(0).random((900, 1601), dtype=np.float32)
{before}
from livingstill.core.determinism import plain
seen = set()
for threads in (1, 2, 3, 5, 2, 3):
    cv2.setNumThreads(threads)
    with plain():
        seen.add(cv2.GaussianBlur(picture, (0, 0), 1.8).tobytes())
    assert cv2.getNumThreads() == threads and cv2.useOptimized()
print(len(seen))
"""


@pytest.mark.parametrize("before", ["", "cv2.GaussianBlur(picture, (0, 0), 1.8)"])
def test_the_plain_path_gives_the_same_bits_on_any_number_of_threads(before):
    code = BLURS.format(before=before)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("1\n", "")
