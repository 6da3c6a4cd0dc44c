"""What all commands share: their order, their errors and exit statuses, JSON, and the completion of a shell."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable
from typing import Any

import click
from click.shell_completion import CompletionItem, get_completion_class

from etolib import extras
from etolib.errors import EtolibError, InputError, NoSourceError, SourceError

ORDER: dict[str, tuple[str, ...]] = {
    "Calculate": ("compute", "batch"),
    "Know": ("sources", "station", "validate", "fuse", "doctor"),
    "Pages and notebooks": ("serve", "lab", "deploy", "status", "tasks"),
    "Shell": ("completion",),
}
"""Commands in the order in which one comes to need them, under their headings."""

STATUSES: dict[int, str] = {
    0: "done",
    1: "broken off, no server, or unexpected; of doctor: something has changed",
    2: "bad input or wrong use: a line for each problem on standard error",
    3: "no source could answer; of batch: some places have no values",
}
"""What an exit status says."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def print_json(value: Any) -> None:
    """Print a value as JSON: dates as ISO text, what is absent as null."""
    click.echo(json.dumps(value, indent=1, ensure_ascii=False, default=str))


def complain(kind: str, text: object) -> None:
    """Say something on standard error: an error, a warning, a note; in colour on a terminal."""
    colour = {"error": "red", "warning": "yellow"}.get(kind)
    click.echo(f"{click.style(f'{kind}:', fg=colour, bold=True)} {text}", err=True)


class Group(click.Group):
    """Turns the errors of etolib into one clear line per problem and the promised exit status."""

    def invoke(self, ctx: click.Context) -> Any:
        if os.environ.get("NO_COLOR"):
            ctx.color = False
        try:
            with extras.needed():
                return super().invoke(ctx)
        except InputError as error:
            for problem in error.problems:
                complain("error", problem)
            sys.exit(2)
        except (NoSourceError, SourceError) as error:
            complain("error", error)
            sys.exit(3)
        except EtolibError as error:
            complain("error", error)
            sys.exit(1)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            complain("error", error.strerror)  # what standard output is led into, or the folder of temporary files
            sys.exit(1)
        except click.UsageError as error:
            complain("error", f"{' '.join(error.format_message().split())} (see --help)")
            sys.exit(2)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in their order."""
        ordered = [name for names in ORDER.values() for name in names]
        return [*ordered, *sorted(set(self.commands) - set(ordered))]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands under their headings, then what an exit status says."""
        width = max(map(len, self.commands))
        limit = formatter.width - width - 6
        for heading, names in ORDER.items():
            rows = [(f"{name:{width}}", self.commands[name].get_short_help_str(limit)) for name in names]
            with formatter.section(heading):
                formatter.write_dl(rows)
        with formatter.section("Exit status"):
            formatter.write_dl([(str(status), text) for status, text in STATUSES.items()])


def complete_sources(context: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """Return the names of sources that go on what is typed, after the last comma."""
    from etolib.sources import catalogue

    before, comma, begun = typed.rpartition(",")
    names = ["auto", *catalogue.names()] if not comma else list(catalogue.names())
    return [
        CompletionItem(f"{before}{comma}{name}", help=catalogue.title(name) if name in catalogue.SOURCES else None)
        for name in names
        if name.startswith(begun.strip())
    ]


sources_option = click.option(
    "--sources",
    default="auto",
    show_default=True,
    shell_complete=complete_sources,
    help="auto, or names separated by commas.",
)
"""The option of every command that chooses sources."""

SHELLS = ("bash", "zsh", "fish")


def completion_of(group: Callable[[], click.Group]) -> click.Command:
    """Return the command that prints what a shell needs to complete commands, options and names of sources."""

    @click.command(short_help="Print what completes commands in your shell.")
    @click.argument("shell", metavar="SHELL", type=click.Choice(SHELLS))
    def completion(shell: str) -> None:
        """Print what lets your SHELL (bash, zsh, fish) complete commands, options and names of sources.

        \b
        bash:  etolib completion bash >> ~/.bashrc
        zsh:   etolib completion zsh >> ~/.zshrc
        fish:  etolib completion fish > ~/.config/fish/completions/etolib.fish
        """
        kind = get_completion_class(shell)
        assert kind is not None
        complete = kind(group(), {}, "etolib", "_ETOLIB_COMPLETE")
        click.echo(kind.source_template % complete.source_vars())

    return completion
