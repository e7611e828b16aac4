"""Which slow, obvious function stands for which kernel, and the comparison of the two."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from itertools import pairwise

import numpy as np
from livingstill.kernels.compile import RECORDS, named

TWINS: dict[str, Callable] = {}


def twin(*kernels):
    """Register a function as the naive version of kernels such as ``accumulate.add``."""

    def register(function):
        TWINS.update(dict.fromkeys(kernels, function))
        return function

    return register


def channels(packed):
    """Return packed pixels (...) uint32 as (..., 4) uint8."""
    packed = np.ascontiguousarray(packed)
    return packed.view(np.uint8).reshape(*packed.shape, 4)


def pack(levels):
    """Return (..., 4) levels as packed pixels (...) uint32."""
    return np.ascontiguousarray(levels, np.uint8).view(np.uint32)[..., 0]


def _as_declared(token, value):
    """Return a copy of an argument, of the type that a kernel's declaration gives it."""
    if token in RECORDS:
        record, declaration = RECORDS[token]
        return record(*map(_as_declared, declaration.split(), value))
    code, _, dimensions = token.partition(":")
    if code == "none":
        return None
    if not dimensions:
        return np.dtype(code).type(value) if code == "f4" else np.dtype(code).type(value).item()
    array = np.array(value, code, order="C")
    assert array.ndim == int(dimensions[0])
    array.setflags(write=not dimensions.endswith("!"))
    return array


RNG = np.random.default_rng(12)


def flow_box(shape, *, row=0, column=0, first_gain=True, second=True, bias=True):
    """Return random fields of a flow for kernels that write in a box of it."""

    def field(*channels, there=True):
        return RNG.normal(size=(*(shape if there else (0, 0)), *channels))

    return (
        field(2), np.abs(field(there=first_gain)), field(2, there=second),
        np.abs(field(there=second and first_gain)), field(3, there=bias), row, column,
    )  # fmt: skip


def _flat(arguments):
    """Return arguments by name, each field of a record by itself."""
    out = {}
    for name, value in arguments.items():
        fields = value._asdict() if isinstance(value, tuple) else {"": value}
        out |= {f"{name}.{field}".rstrip("."): part for field, part in fields.items()}
    return out


def agree(kernel, *, share=None, unit=1, atol=0.0, **arguments):
    """Run a kernel, in three parts of its ``share`` of rows if it takes one; compare with its twin.

    The parts begin at multiples of ``unit``.

    The twin takes the same arguments but the share, and returns by name what must be in the
    kernel's arrays, and as ``returned`` what it must return. For packed pixels it may return
    (..., 4) levels, not yet rounded. All other arrays must be left as they were.
    """
    function = named(kernel)
    names = list(inspect.signature(getattr(function, "py_func", function)).parameters)
    tokens = next(
        declaration.split()
        for declaration in function.declared
        if all(
            (token == "none") == (arguments.get(name, 0) is None)
            for name, token in zip(names, declaration.split())
        )
    )
    given = {name: _as_declared(*pair) for name, *pair in zip(names, tokens, arguments.values())}
    assert list(given) == list(arguments), "arguments in the kernel's order"
    wanted = TWINS[kernel](**given)
    found = {name: _as_declared(*pair) for name, *pair in zip(names, tokens, given.values())}
    parts = [()]
    if share is not None:
        cuts = {0, share // 3 // unit * unit, share // 2 // unit * unit, share}
        parts = pairwise(sorted(cuts))
    with np.errstate(all="ignore"):  # where Numba is off, NumPy warns of integers that wrap
        for part in parts:
            returned = function(*found.values(), *part)
    given = _flat(given)
    for name, value in _flat(found).items():
        if not isinstance(value, np.ndarray):
            continue
        want = np.asarray(wanted.get(name, given[name]))
        if value.dtype == np.uint32 and (want.ndim > value.ndim or atol):
            value = channels(value)  # noqa: PLW2901
            want = want if want.ndim == value.ndim else channels(want.astype(np.uint32))
        if value.dtype.kind == "f" or atol:
            np.testing.assert_allclose(
                value.astype(float), want.astype(float), rtol=1e-5 if atol else 0, atol=atol,
                err_msg=name,
            )  # fmt: skip
        else:
            np.testing.assert_array_equal(value, want, err_msg=name)
    assert returned == wanted.get("returned")
    return found
