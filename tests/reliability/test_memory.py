"""Freed memory is used again only where the C library takes the threshold that makes it worth while."""

from __future__ import annotations

import ctypes

import pytest
from livingstill.core import memory


class Library:
    """A C library that takes thresholds of mapped memory up to ``most``."""

    def __init__(self, most: int) -> None:
        self.most, self.set = most, {}

    def mallopt(self, parameter: int, value: int) -> int:
        if parameter == -3 and value > self.most:
            return 0
        self.set[parameter] = value
        return 1


@pytest.mark.parametrize(("most", "taken"), [(2**40, 2**30), (2**25, 2**25), (2**20, None)])
def test_an_older_library_gets_what_it_takes_or_stays_as_it_is(monkeypatch, most, taken):
    library = Library(most)
    monkeypatch.setattr(ctypes, "CDLL", lambda name: library)
    memory.reuse_freed()
    assert library.set.get(-3) == taken
    assert len(library.set) == (3 if taken else 0)
