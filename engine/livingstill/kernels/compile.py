"""The decorators that compile kernels, and where their machine code is kept.

A kernel declares the types it is called with::

    @kernel("f4:3 u4:2! i8 i8")
    def scale(field: Floats, mask: Words, row0: int, row1: int) -> None: ...

Per argument, in turn: a NumPy type code, and for an array ``:`` and its number of dimensions, C
order; ``!`` marks arrays that are read-only, which Numba takes for another type; ``none`` is None;
the name of a ``record`` is a NamedTuple. A kernel called with several such lists declares each. That is all a new kernel needs to be compiled
ahead (``kernels.ahead``) and by ``livingstill warmup``: ``declared`` finds it in its module. Other
types are still compiled at the first call, so a missing declaration costs time, never a result.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numba.core import config, event
from numba.core.caching import FunctionCache
from numba.core.runtime import rtsys
from numba.core.targetconfig import TargetConfig

from livingstill.kernels.folder import cache_folder
from livingstill.kernels.parts import PartCompiler

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T", bound=type)

_naming_folder = Lock()

RECORDS: dict[str, tuple[type, str]] = {}
"""By name, the NamedTuples that kernels take, each with the types it declares for its fields."""


def _without_blas() -> None:
    """Import Numba's array functions, which look for a BLAS in SciPy that no kernel of ours uses.

    Numba would import them when it first compiles, and SciPy's linear algebra takes longer than all
    the rest of it. A host's matrix products lose nothing: Numba looks again for each.
    """
    linalg: Any = import_module("numba.np.linalg")

    def none() -> None:
        raise ImportError

    before = getattr(linalg, "ensure_blas", none)
    linalg.ensure_blas = none
    try:
        import_module("numba.np.arraymath")
    finally:
        linalg.ensure_blas = before


class _Listener(event.Listener):  # type: ignore[misc]
    """Tells somebody, once, that a kernel is being compiled; reading one from disk is no news."""

    tell: Callable[[], object] | None = None

    def on_start(self, event: object) -> None:  # noqa: ARG002
        """Tell, and spare the compiler an import."""
        self.tell_once()
        _without_blas()

    def tell_once(self) -> None:
        """Tell, and forget who was to be told."""
        tell, self.tell = self.tell, None
        if tell is not None:
            with suppress(OSError, ValueError):  # stderr may be closed or full
                tell()

    def on_end(self, event: object) -> None:
        """Say nothing."""


_listener = _Listener()
event.register("numba:compile", _listener)


def when_compiling(tell: Callable[[], object]) -> None:
    """Call ``tell``, and whoever was to be told before no more, when a kernel has to be compiled."""
    _listener.tell = tell


def tell_compiling() -> None:
    """Tell whoever is to be told that kernels are compiled, here or in another process."""
    _listener.tell_once()


class KernelCache(FunctionCache):  # type: ignore[misc]
    """The machine code of one kernel on disk. What cannot be read or written there is compiled."""

    before_loading: Callable[[str], object] | None = None
    """Called with a kernel's name before its machine code is looked for."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.name = name_of(function)
        super().__init__(function)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the machine code for the argument types ``sig``, None if it must be compiled.

        Numba would first import all that it can compile, which takes longer than to load all kernels;
        machine code needs no more of it than the allocator.
        """
        if KernelCache.before_loading is not None:
            KernelCache.before_loading(self.name)
        try:
            rtsys.initialize(target_context)
            with self._guard_against_spurious_io_errors():
                return self._load_overload(sig, target_context)
        except Exception:  # cut off by a full disk or a crash: unpickling raises anything
            with suppress(OSError):
                self.flush()
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep the machine code, if the disk lets us."""
        with suppress(OSError):
            super().save_overload(sig, data)

    def holds(self, sig: Any, target_context: Any) -> bool:
        """Return whether the machine code for the argument types ``sig`` is on disk.

        Numba's context is not refreshed, as it would be for loading: another thread may be compiling
        under Numba's lock, which this must neither disturb nor wait for.
        """
        key = self._index_key(sig, target_context.codegen())
        try:
            data = self._cache_file._load_index().get(key)
            return data is not None and Path(self._cache_file._data_path(data)).is_file()
        except Exception:  # as in load_overload
            return False


def record(signature: str) -> Callable[[T], T]:
    """Let kernels take a NamedTuple whose fields have the types of ``signature``."""

    def register(named_tuple: T) -> T:
        RECORDS[named_tuple.__name__] = named_tuple, signature
        return named_tuple

    return register


def kernel(*signatures: str) -> Callable[[F], F]:
    """Compile a function for the argument types declared: serial, without the GIL, strict IEEE.

    At its first call, or ahead; cached on disk. Threads are the caller's business (row bands), so
    results never depend on their number. No fastmath: it reorders sums, and then machines disagree.
    """

    def decorate(function: F) -> F:
        # what allocates nothing needs no reference counts
        allocates = bool({"empty", "zeros"} & set(function.__code__.co_names))
        compiled: Any = _compiled(function, no_cfunc_wrapper=True, _nrt=allocates)
        compiled.declared = signatures
        folder = cache_folder()
        if folder is not None and hasattr(compiled, "overloads"):
            with _naming_folder:  # threads import files of kernels at the same time
                before, config.CACHE_DIR = config.CACHE_DIR, folder
                try:
                    compiled._cache = KernelCache(function)
                except (
                    RuntimeError
                ):  # "no locator available": nowhere to write, so compile each time
                    pass
                finally:
                    config.CACHE_DIR = before
        return cast(F, compiled)

    return decorate


def part(function: F) -> F:
    """Compile ``function`` for kernels of its file alone, which it is cached with.

    Python cannot call it: the wrappers that take its arguments apart would double its compilation.
    It allocates nothing, and so counts no references.
    """
    return _compiled(
        function,
        no_cpython_wrapper=True,
        no_cfunc_wrapper=True,
        pipeline_class=PartCompiler,
        _nrt=False,
    )


def _compiled(function: F, **options: Any) -> F:
    compiled: F = numba.njit(nogil=True, error_model="numpy", **options)(function)
    return compiled


def name_of(function: Callable[..., Any]) -> str:
    """Return a kernel's name with its module's, as in ``composite.compose``."""
    return f"{function.__module__.rpartition('.')[2]}.{function.__name__}"


def named(name: str) -> Any:
    """Return the kernel of a name such as ``composite.compose``."""
    module, _, function = name.partition(".")
    return getattr(import_module(f"{__package__}.{module}"), function)


def declared(*modules: str) -> list[str]:
    """Return the names of all kernels, or of those of some modules of this package."""
    found = modules or [m.name for m in pkgutil.iter_modules([str(Path(__file__).parent)])]
    return [
        f"{module}.{name}"
        for module in found
        for name, value in vars(import_module(f"{__package__}.{module}")).items()
        if isinstance(getattr(value, "declared", None), tuple)
        and name_of(value) == f"{module}.{name}"
    ]


def types_of(signature: str) -> tuple[Any, ...]:
    """Return the Numba types of a declaration.

    >>> types_of("f4:2! i8 none")
    (Array(float32, 2, 'C', True, aligned=True), int64, none)
    """
    return tuple(map(_type_of, signature.split()))


def _type_of(token: str) -> Any:
    if token == "none":
        return numba.types.none
    if token in RECORDS:
        named_tuple, signature = RECORDS[token]
        return numba.types.BaseTuple.from_types(types_of(signature), named_tuple)
    code, _, dimensions = token.partition(":")
    scalar = numba.from_dtype(np.dtype(code))
    if not dimensions:
        return scalar
    return numba.types.Array(
        scalar, int(dimensions.removesuffix("!")), "C", readonly=dimensions.endswith("!")
    )


def is_ready(name: str) -> bool:
    """Return whether a kernel's machine code is loaded or on disk for all types it declares."""
    dispatcher = named(name)
    if not hasattr(dispatcher, "overloads"):  # Numba is switched off
        return True
    kept: Any = dispatcher._cache
    return all(
        types in dispatcher.overloads
        or (isinstance(kept, KernelCache) and kept.holds(types, dispatcher.targetctx))
        for types in map(types_of, dispatcher.declared)
    )


def make_ready(name: str) -> None:
    """Load a kernel's machine code for all types it declares, or compile it and keep it."""
    dispatcher = named(name)
    if hasattr(dispatcher, "overloads"):
        for signature in dispatcher.declared:
            dispatcher.compile(types_of(signature))


def make_common() -> None:
    """Compile what most kernels contain, for the processes that this one forks."""

    def common(n: int) -> Any:
        floats, grid = np.empty(n, np.float32), np.empty((n, n), np.float32)
        integers, words = np.empty(n, np.int32), np.empty(n, np.uint32)
        floats[0] = min(max(grid[0, 0], np.float32(0)), np.float32(n))
        integers[0] = min(max(np.int32(n), np.int32(0)), np.int32(words[0]))
        return floats[min(max(n, 1), n - 1)] + np.float32(integers[0])

    compiled = _compiled(common, no_cfunc_wrapper=True)
    if hasattr(compiled, "compile"):
        compiled.compile((numba.int64,))


def compare_flags_faster() -> None:
    """Let Numba compare its compiler flags by those that are set, not by all, each time anew.

    It does so for every call in a kernel; a twentieth of all time went there. For processes that
    only compile.
    """
    everything = TargetConfig.__eq__

    def equal(self: Any, other: object) -> Any:
        if isinstance(other, TargetConfig) and self._values == other._values:
            return True
        return everything(self, other)

    TargetConfig.__eq__ = equal
    TargetConfig.__hash__ = lambda self: hash(type(self))  # what is looked up by it is told apart


def weight(name: str) -> int:
    """Return how long a kernel takes to compile, as the bytes of its and its parts' bytecode."""

    def total(function: Any, known: set[str]) -> int:
        code, found = function.__code__, len(function.__code__.co_code)
        for other in map(function.__globals__.get, code.co_names):
            inner = getattr(other, "py_func", None)
            if inner is not None and inner.__name__ not in known:
                known.add(inner.__name__)
                found += total(inner, known)
        return found

    function = named(name)
    return total(getattr(function, "py_func", function), set())
