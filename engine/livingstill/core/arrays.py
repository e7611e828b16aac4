"""Views of arrays as kernels are compiled for them."""

from __future__ import annotations

from typing import Any

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
