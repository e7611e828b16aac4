"""`livingstill models`: the depth networks there are, facts of one, and fetching the larger ones."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial

import click

from livingstill_cli import say
from livingstill_cli.command import Command, Group
from livingstill_cli.complete import completer

EMBEDDED = "in the package: depth and regions in one pass, no download"


class Models(Group):
    """A group in which every word but ``fetch`` is a network to tell about."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        """Return ``fetch``, or the command that describes the network of this name."""
        subcommand = super().get_command(ctx, cmd_name)
        if subcommand is not None:
            return subcommand
        json_option = click.Option(["--json", "as_json"], is_flag=True)
        return Command(cmd_name, callback=partial(_print_model, cmd_name), params=[json_option])

    def shell_complete(
        self, ctx: click.Context, incomplete: str
    ) -> list[click.shell_completion.CompletionItem]:
        """Complete ``fetch`` and the names."""
        return [
            *super().shell_complete(ctx, incomplete),
            *completer("models")(ctx, self.params[0], incomplete),
        ]


@click.group(
    "models",
    cls=Models,
    invoke_without_command=True,
    subcommand_metavar="[NAME | fetch NAME]",
    examples=(
        "livingstill models",
        "livingstill models midas-small",
        "livingstill models fetch midas-small",
    ),
)
@say.as_json
@click.pass_context
def command(context: click.Context, as_json: bool) -> None:
    """List the depth networks; with NAME what one is; `models fetch NAME` downloads one.

    They are used with --depth NAME.
    """
    if context.invoked_subcommand:
        return
    from livingstill.depth.models import MODELS

    lines = {"embedded": EMBEDDED} | {
        name: f"{model.licence}, {model.megabytes:.0f} MB; {model.note}"
        for name, model in MODELS.items()
    }
    say.json_line(lines) if as_json else say.table(lines.items())


@click.pass_context
def _print_model(context: click.Context, /, name: str, as_json: bool) -> None:
    """Print what there is to know of one network."""
    from livingstill.depth import models

    print_json = as_json or (context.parent is not None and context.parent.params.get("as_json"))
    facts = asdict(models.find(name)) if name != "embedded" else {"name": name, "note": EMBEDDED}
    if print_json:
        say.json_line(facts)
        return
    labels = {
        "licence": "{licence}",
        "commercial use": "{commercial}",
        "download": "{megabytes:g} MB, {file} of {repo}",
        "revision": "{revision}",
        "SHA-256": "{sha256}",
        "made for": "pictures with a long side of {side} pixels",
        "use": "--depth {name}",
    }
    values = facts | {"commercial": "allowed" if facts.get("commercial") else "not allowed"}
    lines = labels if name != "embedded" else {"use": "--depth embedded, the default"}
    say.entry(name, facts["note"], {key: text.format(**values) for key, text in lines.items()})


@command.command(
    "fetch", cls=Command, examples=("livingstill models fetch depth-anything-v2-small",)
)
@click.argument("name", shell_complete=completer("models"))
def fetch(name: str) -> None:
    """Download the network NAME once, and verify it."""
    from livingstill.depth import models

    click.echo(str(models.fetch(name)))
