"""How Numba compiles a part of a kernel: only as far as the kernels that contain it need.

Numba would optimise it and make machine code of it, as if Python called it, and then do both again
within each kernel it is linked into: a tenth of all time spent compiling.
"""

from __future__ import annotations

from typing import Any

from numba import _dynfunc
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering


class _PartLibrary(JITCodeLibrary):  # type: ignore[misc]
    """LLVM code that is only linked into that of kernels."""

    def _optimize_functions(self, ll_module: Any) -> None:
        """Leave that to the kernel, where more is known."""
        ll_module.data_layout = self._codegen._data_layout

    def _optimize_final_module(self) -> None:
        """Leave that to the kernel, where more is known."""

    def _finalize_final_module(self) -> None:
        """Make no machine code."""
        self._finalize_dynamic_globals()
        self._finalized = True


@register_pass(mutates_CFG=True, analysis_only=False)
class _PartLowering(NativeLowering):  # type: ignore[misc]
    """Lower a function to LLVM code, and let kernels call it."""

    _name = "part_lowering"

    def run_pass(self, state: Any) -> bool:
        """Lower, and register the result under an entry that would fail if Python called it."""
        library = _PartLibrary(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library, state.flags.no_compile = library, True
        super().run_pass(state)
        lowered = state["cr"]
        described = lowered.fndesc
        entry = _dynfunc.make_function(
            described.lookup_module(), described.qualname, "", 0, lowered.env, (library,)
        )
        state.targetctx.insert_user_function(entry, described, [library])
        state["cr"] = lowered._replace(cfunc=entry)
        return True


class PartCompiler(Compiler):  # type: ignore[misc]
    """Numba's compiler, with the last of its passes replaced."""

    def define_pipelines(self) -> list[Any]:
        """Return Numba's passes, with ours to lower."""
        pipelines: list[Any] = super().define_pipelines()
        for pipeline in pipelines:
            pipeline.passes = [
                (_PartLowering if step is NativeLowering else step, description)
                for step, description in pipeline.passes
            ]
        return pipelines
