"""What the shell completes after an option: the words it may be, names there are, or files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module

import click
from click.shell_completion import CompletionItem

NAMES = {
    "camera": ("livingstill.camera.path", "CAMERAS"),
    "motion": ("livingstill.core.kinds", "KINDS"),
    "alpha": ("livingstill.core.kinds", "KINDS"),
    "depth": ("livingstill.depth.sources", "SOURCES"),
    "audio": ("livingstill.audio.beds", "BEDS"),
}
"""Settings that are names, and the table of each: imported when the shell asks."""

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def completer(setting: str, words: Sequence[str] = ()) -> Completer:
    """Return what completes a setting; lists are completed after their last comma."""

    def complete(
        context: click.Context,  # noqa: ARG001
        parameter: click.Parameter,  # noqa: ARG001
        incomplete: str,
    ) -> list[CompletionItem]:
        if not words and setting not in NAMES:
            return [CompletionItem(incomplete, type="file")]
        known = list(words)
        if setting in NAMES:
            home, table = NAMES[setting]
            known += getattr(import_module(home), table)
        done, comma, last = incomplete.rpartition(",")
        return [CompletionItem(f"{done}{comma}{w}") for w in known if w.startswith(last)]

    return complete
