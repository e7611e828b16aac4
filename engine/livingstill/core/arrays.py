"""Views of arrays as kernels are compiled for them, and arrays that are empty for the most part."""

from __future__ import annotations

import math
import mmap
from typing import Any

import numpy as np
from numpy.typing import NDArray


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """Return an unwritable view of an array.

    A kernel is compiled per type, and to Numba a writable array is of another type than an
    unwritable one, such as frozen values hold; so kernels read from unwritable views alone.

    >>> import numpy as np
    >>> read_only(np.zeros(2)).flags.writeable
    False
    """
    view = array.view()
    view.setflags(write=False)
    return view


def sparse(shape: tuple[int, ...]) -> NDArray[np.uint32]:
    """Return zeros (uint32) that take memory only where something else has been written.

    ``numpy.zeros`` clears memory that was used before, and so takes all of it.
    """
    size = 4 * math.prod(shape)
    private = (
        {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_PRIVATE") else {}
    )
    return np.ndarray(shape, np.uint32, buffer=mmap.mmap(-1, size, **private))
