"""The command group, and the mapping of exceptions to a sentence and an exit code."""

from __future__ import annotations

import errno
import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem
from livingstill import __version__
from livingstill.core.errors import InputError, LivingStillError

from livingstill_cli.libraries import remedy

COMMANDS = {
    "animate": "turn one photo into a clip (the default command)",
    "studio": "see, correct and direct a clip in a browser on this machine",
    "depth": "how near each part of a photo is, as a grey picture",
    "regions": "what will move in a photo, as a picture or masks",
    "scene": "a photo cut into layers, as pictures or a mesh",
    "doctor": "is this photo fit for a clip, and for which move; or is this system",
    "check": "watch any clip for flicker, jumps, melting and other faults",
    "rescue": "keep, repair or replace a clip an AI generator spoiled",
    "loop": "make any clip loop",
    "hold": "hold a drifting clip to its still: colours, labels, faces",
    "batch": "many photos to clips; goes on where it was stopped",
    "reel": "a listing's rooms as one reel: on the beat, in several shapes, branded or not",
    "takes": "several versions of one clip, ranked, with a contact sheet",
    "variants": "one photo in every combination of some settings",
    "render": "render a shot file, or prove a manifest again",
    "moves": "the camera moves, and the keys of each",
    "kinds": "the kinds of motion, and how each is found and steered",
    "models": "the depth networks; fetch the larger ones",
    "formats": "the formats clips can be written in, and their codecs",
    "warmup": "compile every kernel now, for images and installers",
}
"""Name and one line of every command; each lives in the module of its name."""

WORDS = (*COMMANDS, "help", "version")
"""What the first word may be besides a photo."""

_SYSTEM_ERRORS = (
    "ENOSPC",
    "EDQUOT",
    "EFBIG",
    "EROFS",
    "EIO",
    "ENAMETOOLONG",
    "EMFILE",
    "ENFILE",
    "ENOMEM",
)
"""Errors of the system that are no fault of ours: full disks, names too long and the like."""

_MAX_SENTENCE = 600
"""Characters of a sentence on stderr."""


class _OutputClosedError(Exception):
    """The reader of our output closed it; click would exit with 1 silently."""


@contextmanager
def _broken_pipe_as_closed() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise _OutputClosedError from None


class LazyGroup(click.Group):
    """A group whose commands are imported when they are used; without a command it animates."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"livingstill_cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands from the table, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))
        with formatter.section("Examples"):
            formatter.write(
                "  livingstill lake.jpg\n  livingstill lake.jpg --camera orbit -o lake.gif\n"
                "  livingstill help animate\n"
            )

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read ``livingstill PHOTO`` as ``livingstill animate PHOTO``."""
        first, *rest = args or ["--help"]
        if first == "help":
            self._check_command_name(rest)
            args = [*rest, "--help"]
        elif not args or (first == "version" and not rest):
            args = ["--help" if not args else "--version"]
        elif first not in COMMANDS and first not in ("--help", "-h", "--version"):
            typo = get_close_matches(first, WORDS, n=1, cutoff=0.75)
            if typo and not Path(first).suffix and not Path(first).exists():
                raise InputError(f"no command is called '{first}'; did you mean '{typo[0]}'?")
            args = ["animate", *args]
        with _broken_pipe_as_closed():
            return super().parse_args(ctx, args)

    def main(self, *args: Any, **more: Any) -> Any:
        """Run the command line, or answer the shell that completes one."""
        if "_LIVINGSTILL_COMPLETE" in os.environ:
            from livingstill_cli import complete

            complete.install()
        return super().main(*args, **more)

    def _check_command_name(self, words: list[str]) -> None:
        """Refuse help on what is no command."""
        if words and words[0] not in COMMANDS:
            from livingstill.core.registry import nearest

            raise InputError(
                f"no command is called '{words[0]}'{nearest(words[0], list(COMMANDS))}"
            )

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002
        """Complete commands, words that are like one, and photos."""
        words = [CompletionItem(word) for word in WORDS if word.startswith(incomplete)]
        return words or [CompletionItem(incomplete, type="file")]

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        with _broken_pipe_as_closed():
            return super().invoke(ctx)


@click.group(
    cls=LazyGroup,
    subcommand_metavar="PHOTO | COMMAND [ARGS]...",
    options_metavar="",
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="livingstill", message="%(prog)s %(version)s")
def cli() -> None:
    """Turn one still photo into a short looping clip.

    `livingstill PHOTO` is short for `livingstill animate PHOTO`; `livingstill help COMMAND` lists
    the options of a command.
    """


def main() -> None:
    """Run the command line; never show a traceback.

    Raises
    ------
    SystemExit
        In the end, with the exit code.
    KeyboardInterrupt
        If it was interrupted.
    """
    try:
        code = cli.main(prog_name="livingstill", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Exit as exit_:
        sys.exit(exit_.exit_code)
    except click.Abort:
        raise KeyboardInterrupt from None
    except click.ClickException as error:
        _fail(error.format_message(), 2)
    except InputError as error:
        _fail(str(error), 2)
    except (BrokenPipeError, _OutputClosedError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        _fail("the reader of the output went away", 2)
    except LivingStillError as error:
        _fail(str(error), 3)
    except Exception as error:
        refused = remedy(error) or _system_refusal(error)
        if refused:
            _fail(refused, 2)
        _fail(
            f"an internal fault ({type(error).__name__}: {error}); the traceback is in {_log()}", 3
        )


def _fail(sentence: str, code: int) -> None:
    """Print one sentence on stderr and exit with ``code``."""
    text = " ".join(sentence.split())
    if len(text) > _MAX_SENTENCE:  # what was given may be of any length
        text = f"{text[: _MAX_SENTENCE // 2]} ... {text[-_MAX_SENTENCE // 3 :]}"
    with suppress(OSError, ValueError):  # stderr may be closed or full
        click.echo(f"livingstill: {text}", err=True)
    _discard_unwritable_output()
    sys.exit(code)


def _discard_unwritable_output() -> None:
    """Let go of what stdout buffers and cannot write; Python would exit with 120 because of it."""
    if sys.stdout is None:  # it was closed when Python began
        return
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _system_refusal(error: Exception) -> str:
    """Return a sentence on a lack of memory or another system error; empty for any other error."""
    words = str(error)
    phrases = ("Insufficient memory", "can't start new thread", "Unable to allocate")
    if isinstance(error, MemoryError) or any(part in words for part in phrases):
        return "there is not enough memory for this; give a smaller --size or fewer --threads"
    if isinstance(error, OSError) and errno.errorcode.get(error.errno or 0) in _SYSTEM_ERRORS:
        file = f" {error.filename}" if error.filename else ""
        return f"the system refuses{file}: {error.strerror}; free some, or choose another place"
    return ""


def _log() -> str:
    """Write the traceback of the current exception to a file; return its path."""
    import tempfile
    import traceback

    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="livingstill-", suffix=".log", delete=False, encoding="utf-8"
        ) as file:
            traceback.print_exc(file=file)
            return file.name
    except OSError:
        return "no file, for none could be written"
