"""Named families of things (camera moves, motion kinds, depth sources) with plug-ins by entry point."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Generic, TypeVar

from livingstill.core.errors import InputError

T = TypeVar("T")


@cache
def _plugins(group: str, path: tuple[str, ...]) -> dict[str, EntryPoint]:  # noqa: ARG001
    """Return the entry points of a group by name; all distributions on ``path`` are read for them."""
    return {plugin.name: plugin for plugin in entry_points(group=group)}


def nearest(word: str, words: list[str]) -> str:
    """Return ``"; did you mean 'x'?"`` for the closest of ``words``, or a list of them.

    >>> nearest("spirl", ["spiral", "orbit"])
    "; did you mean 'spiral'?"
    """
    close = get_close_matches(word, words, n=1, cutoff=0.6)
    return f"; did you mean '{close[0]}'?" if close else f"; there are {', '.join(words)}"


class Registry(Mapping[str, T], Generic[T]):
    """An ordered, read-only table of members by name.

    Members of other distributions come through the entry-point ``group``; they, and members of our
    own that are given as an ``EntryPoint``, are imported only when looked up.

    >>> shapes = Registry("shape", "livingstill.doctest", {"circle": 1})
    >>> shapes["circle"]
    1
    >>> shapes["circel"]
    Traceback (most recent call last):
    livingstill.core.errors.InputError: no shape is called 'circel'; did you mean 'circle'?
    """

    def __init__(self, what: str, group: str, members: Mapping[str, T | EntryPoint]) -> None:
        self.what = what
        self.group = group
        self._members = dict(members)

    def __getitem__(self, name: str) -> T:
        if name in self._members:
            member = self._members[name]
            return self._load(member) if isinstance(member, EntryPoint) else member
        plugins = _plugins(self.group, tuple(sys.path))
        if name in plugins:
            return self._load(plugins[name])
        raise InputError(f"no {self.what} is called '{name}'{nearest(name, list(self))}")

    def _load(self, plugin: EntryPoint) -> T:
        """Import the member that an entry point names."""
        try:
            loaded: T = plugin.load()
        except Exception as error:
            owner = plugin.dist.name if plugin.dist else plugin.value
            raise InputError(
                f"{self.what} '{plugin.name}' of {owner} cannot be loaded: {error}; "
                "mend or uninstall that plug-in"
            ) from error
        return loaded

    def __contains__(self, name: object) -> bool:
        return any(name == known for known in self)

    def __iter__(self) -> Iterator[str]:
        yield from self._members
        for name in _plugins(self.group, tuple(sys.path)):
            if name not in self._members:
                yield name

    def __len__(self) -> int:
        return sum(1 for _ in self)
