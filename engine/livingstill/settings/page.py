"""Which outputs are pages, and how large a page's picture may be."""

from __future__ import annotations

from pathlib import PurePath

SUFFIXES = (".html", ".htm")

DEFAULT_SIDE, LARGEST_SIDE = 1280, 1920
"""Longer side of a page's picture in pixels: where nothing is said, and at most."""


def is_page(output: str) -> bool:
    """Return whether an output is a page.

    >>> is_page("out/lake.HTML"), is_page("lake.mp4")
    (True, False)
    """
    return PurePath(output).suffix.lower() in SUFFIXES
