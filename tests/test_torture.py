"""A short share of the torture (see `torture/__main__.py`), the same cases every time."""

from __future__ import annotations

import pytest
from torture.cases import FAMILIES, case
from torture.worker import run

SEED = 7
EACH = 8


def share(family: str) -> list[int]:
    found: list[int] = []
    number = 0
    while len(found) < EACH:
        if case(number, SEED).family == family:
            found.append(number)
        number += 1
    return found


@pytest.mark.parametrize("family", FAMILIES)
def test_no_input_breaks_a_promise(family, capfd):
    with capfd.disabled():  # a case has its own files for what is said
        results = [run(case(number, SEED), number) for number in share(family)]
    broken = [(r.number, r.wrong, r.args, r.err[-800:]) for r in results if r.wrong]
    assert not broken, broken
