"""No kernel is without a slow, obvious version."""

from __future__ import annotations

import naive  # noqa: F401 - which registers the twins
import twins
from livingstill.kernels.compile import declared


def test_every_kernel_has_a_twin_and_every_twin_a_kernel():
    assert sorted(twins.TWINS) == sorted(declared())
