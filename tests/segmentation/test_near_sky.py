"""Sky that depth contradicts is none: what is near below the top, and what is doubted and not far."""

from __future__ import annotations

import numpy as np
import pytest
from livingstill.segmentation.sky_mask import near_components


@pytest.mark.parametrize(
    ("top", "chance", "inverse_depth", "kept"),
    [
        (0, 0.95, 0.30, True),  # sure and open to the top
        (0, 0.60, 0.005, True),  # doubted, and at infinity
        (0, 0.60, 0.05, False),  # doubted, and not
        (20, 0.95, 0.05, True),  # a gap, far
        (20, 0.95, 0.30, False),  # a white wall
    ],
)
def test_depth_decides_on_a_component(top, chance, inverse_depth, kept):
    sky = np.zeros((60, 80), bool)
    sky[top : top + 20, 10:70] = True
    depth = np.full(sky.shape, inverse_depth, np.float32)
    near = near_components(np.where(sky, np.float32(chance), np.float32(0.1)), sky, depth)
    assert near.any() != kept
    assert not near[~sky].any()
