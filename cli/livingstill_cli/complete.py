"""Shell completion of option values: words, registered names, or files."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from importlib import import_module

import click
from click.shell_completion import BashComplete, CompletionItem, add_completion_class

_KINDS = ("livingstill.core.kinds", "KINDS")
_CAMERAS = ("livingstill.camera.path", "CAMERAS")
NAMES = {
    "camera": _CAMERAS,
    "moves": _CAMERAS,
    "motion": _KINDS,
    "kinds": _KINDS,
    "alpha": _KINDS,
    "mask": _KINDS,
    "brush": _KINDS,
    "amount_of": _KINDS,
    "depth": ("livingstill.depth.sources", "SOURCES"),
    "models": ("livingstill.depth.models", "MODELS"),
    "formats": ("livingstill.media.formats", "FORMATS"),
    "preset": ("livingstill.settings.presets", "PRESETS"),
    "audio": ("livingstill.audio.beds", "BEDS"),
    "size": ("livingstill.settings.values", "LONG_SIDES"),
}
"""What is completed with names, and the table of each: imported when the shell asks."""

FURTHER = {
    "camera": ("auto",),
    "moves": ("auto",),
    "motion": ("auto", "none"),
    "depth": ("embedded",),
    "models": ("embedded",),
    "audio": ("auto",),
    "size": ("source",),
}
"""Words that may stand there besides the names."""

AFTER = {"mask": "=", "brush": ":", "amount_of": "="}
"""What follows the name where it is not the whole value."""

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def completer(what: str, words: Sequence[str] = ()) -> Completer:
    """Return what completes a setting or an argument; lists are completed after their last comma."""

    def complete(
        context: click.Context,  # noqa: ARG001
        parameter: click.Parameter,  # noqa: ARG001
        incomplete: str,
    ) -> list[CompletionItem]:
        words_known = [*words, *FURTHER.get(what, ())]
        if what in NAMES:
            module, table = NAMES[what]
            words_known += [
                name + AFTER.get(what, "") for name in getattr(import_module(module), table)
            ]
        name, colon, rest = incomplete.partition(":")
        if not words_known or (what == "mask" and "=" in incomplete):
            return [CompletionItem(incomplete, type="file")]
        if what == "camera" and colon:
            return [CompletionItem(f"{name}:{part}") for part in _keys(name, rest)]
        before, comma, last = incomplete.rpartition(",")
        return [CompletionItem(f"{before}{comma}{w}") for w in words_known if w.startswith(last)]

    return complete


def _keys(name: str, typed: str) -> list[str]:
    """Return how the keys of a camera move may go on after ``typed``: keys, or words of one."""
    from livingstill.camera import path
    from livingstill.core.errors import InputError

    try:
        keys = {key.key: key for key in path.keys(name)}
    except InputError:
        return []
    before, comma, last = typed.rpartition(",")
    key, equals, prefix = last.partition("=")
    if equals:
        words = keys[key].words if key in keys else ()
        completions = [f"{key}={word}" for word in words if word.startswith(prefix)]
    else:
        used = {part.partition("=")[0] for part in before.split(",")}
        completions = [f"{k}=" for k in keys if k.startswith(last) and k not in used]
    return [f"{before}{comma}{part}" for part in completions]


_BASH = """\
%(complete_func)s() {
    local line kind value
    while IFS= read -r line; do
        kind=${line%%%%,*} value=${line#*,}
        case $kind in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            plain) COMPREPLY+=("$value"); [[ $value == *[=:] ]] && compopt -o nospace ;;
        esac
    done < <(COMP_WORDS="$(printf '%%s\\n' "${COMP_WORDS[@]}")" COMP_CWORD=$COMP_CWORD \\
        %(complete_var)s=bash_complete "$1")
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""


class Bash(BashComplete):
    """Completion for Bash, which breaks words at ``:`` and ``=`` and replaces the last piece only."""

    source_template = _BASH

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the cursor and the one at it, put together again."""
        import os

        from click.shell_completion import split_arg_string

        pieces = split_arg_string(os.environ["COMP_WORDS"])
        position = int(os.environ["COMP_CWORD"])
        pieces = [*pieces[1:position], *(pieces[position : position + 1] or [""])]
        words: list[str] = []
        joined = False
        for piece in pieces:
            breaks = re.fullmatch(r"[:=]+", piece) is not None
            if words and (breaks or joined):
                words[-1] += piece
            else:
                words.append(piece)
            joined = breaks
        last = "" if re.fullmatch(r"[:=]+", pieces[-1]) else pieces[-1]
        _prefix = words[-1].removesuffix(last)
        self._prefix = _prefix.partition("=")[2] if _prefix.startswith("--") else _prefix
        return words[:-1], words[-1]

    def format_completion(self, item: CompletionItem) -> str:
        """Return what replaces the last piece."""
        value = item.value.removeprefix(self._prefix) if item.type == "plain" else item.value
        return f"{item.type},{value}"


def install() -> None:
    """Let click use our completion for Bash."""
    add_completion_class(Bash)
