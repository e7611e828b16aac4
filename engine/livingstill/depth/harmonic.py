"""Unknown parts of a map filled by the harmonic surface through their rim."""

from __future__ import annotations

import numpy as np
import scipy  # its parts are imported when they are used
from numpy.typing import NDArray

from livingstill.core.model import Float32Array


def fill_harmonic(values: Float32Array, unknown: NDArray[np.bool_]) -> Float32Array:
    """Return (h, w) values with the unknown ones the mean of their neighbours, solved at once.

    It is the discrete Laplace equation with the known values around as its boundary (Perez et al.,
    2003): a plane goes on as a plane. At least one value has to be known.
    """
    out = values.astype(np.float64)
    rows, columns = np.nonzero(unknown)
    number = np.full(values.shape, -1)
    number[rows, columns] = np.arange(len(rows))
    right, count = np.zeros(len(rows)), np.zeros(len(rows))
    pairs: list[NDArray[np.intp]] = []
    for down, across in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        i, j = rows + down, columns + across
        inside = np.flatnonzero((i >= 0) & (j >= 0) & (i < out.shape[0]) & (j < out.shape[1]))
        other = number[i[inside], j[inside]]
        known = inside[other < 0]
        right[known] += out[i[known], j[known]]
        count[inside] += 1
        pairs.append(np.stack([inside[other >= 0], other[other >= 0]]))
    near = np.concatenate(pairs, axis=1)
    joined = scipy.sparse.csr_array(
        (np.ones(near.shape[1]), (near[0], near[1])), shape=(len(rows),) * 2
    )
    out[rows, columns] = scipy.sparse.linalg.spsolve(
        (scipy.sparse.diags_array(count) - joined).tocsc(), right
    )
    return np.asarray(out, np.float32)
