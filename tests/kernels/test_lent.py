"""What a kernel allocates lives as long as the views of it, which count no references."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from livingstill import kernels

FILES = sorted(Path(kernels.__path__[0]).glob("*.py"))
ALLOCATE = ("np.empty", "np.zeros")
VIEW = ("view_at", "view_from", "view_grid", "view_blocks", "view_flat", "borrow")


def bindings(function: ast.FunctionDef) -> Iterator[tuple[str, ast.expr, int]]:
    """Yield each name that is bound, the expression, and the line."""
    for node in ast.walk(function):
        for target in node.targets if isinstance(node, ast.Assign) else ():
            together = isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
            names = target.elts if isinstance(target, ast.Tuple) else [target]
            values = node.value.elts if together else [node.value] * len(names)
            for name, value in zip(names, values):
                if isinstance(name, ast.Name) and isinstance(value, ast.Call):
                    yield name.id, value, node.lineno


def outlived(function: ast.FunctionDef) -> list[str]:
    """Return the views that are used after the last use of what they are views of."""
    owners, views, bound = set(), {}, {}
    for name, value, line in bindings(function):
        called = ast.unparse(value.func)
        if called in ALLOCATE:
            owners.add(name)
        elif called in VIEW and not (name in views or name in owners):
            of = value.args[0]
            while isinstance(of, ast.Call):
                of = of.args[0]
            if isinstance(of, ast.Name):
                views[name] = of.id
        bound.setdefault(name, line)
    loops = [node for node in ast.walk(function) if isinstance(node, ast.For | ast.While)]

    def last_use(name: str) -> int:
        uses = (n.lineno for n in ast.walk(function) if isinstance(n, ast.Name) and n.id == name)
        last = max(uses)
        for loop in loops:  # what was bound before a loop is needed in its next turn
            if bound[name] < loop.lineno <= last <= loop.end_lineno:
                last = loop.end_lineno
        return last

    found = []
    for view, owner in views.items():
        while owner in views and owner != views[owner]:
            owner = views[owner]  # noqa: PLW2901
        if owner in owners and last_use(view) > last_use(owner):
            found.append(f"{function.name}: {view} of {owner}")
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_view_outlives_what_it_is_a_view_of(path):
    functions = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.FunctionDef)]
    assert [line for function in functions for line in outlived(function)] == []


def test_a_view_that_outlives_its_owner_is_found():
    text = """
def kernel(w, h):
    lines = np.empty((2, w))
    one = view_at(lines, 0)
    for y in range(h):
        one[0] = y
"""
    assert outlived(ast.parse(text).body[0]) == ["kernel: one of lines"]
