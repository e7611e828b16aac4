"""Stands in for PyTorch where nodes are tested without it: tensors are arrays."""

from __future__ import annotations

import numpy as np


class Tensor(np.ndarray):
    """An array that knows where it is."""

    def cpu(self) -> Tensor:
        return self


def from_numpy(array: np.ndarray) -> Tensor:
    return array.view(Tensor)
