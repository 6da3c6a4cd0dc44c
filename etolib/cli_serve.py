"""``etolib serve``, ``lab``, ``deploy`` and ``status``: pages and notebooks."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from etolib.cli_group import json_option, print_json
from etolib.cli_logs import logging_options
from etolib.serve import deployment


def _serving(port: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of a server that listens on a port by default."""
    options = (
        click.option("--port", default=port, show_default=True, type=click.IntRange(0, 65535), help="0: a free one."),
        click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on."),
        click.option(
            "--workers", type=click.IntRange(1, 256), help="Worker processes (default: the cores, 4 at most)."
        ),
        click.option("--scheduler", help="Use this dask scheduler instead of starting one."),
        click.option("--browser/--no-browser", default=True, help="Open a browser, or do not."),
        click.option("--token/--no-token", default=True, help="Ask visitors for the token of the printed address."),
        click.option("--insecure", is_flag=True, help="Allow --no-token where others can reach the address."),
        click.option(
            "--allow-host", "names", multiple=True, metavar="NAME", help="Answer to this name too (a proxy's)."
        ),
        click.option("--base-url", default="/", show_default=True, help="Path below which everything is served."),
        json_option,
        click.option("--dashboard", is_flag=True, help="Have dask's dashboard too: all users of this machine see it."),
    )

    def give(command: Callable[..., None]) -> Callable[..., None]:
        for option in reversed(options):
            command = option(command)
        return command

    return give


@click.command(short_help="Serve the dashboards, with a dask cluster.")
@_serving(8866)
@click.option("--pages", default=30, show_default=True, type=click.IntRange(1), help="Pages open at once, 100 MB each.")
@logging_options
def serve(**options: Any) -> None:
    """Start (or adopt) a dask cluster and serve the dashboards with Voila.

    The printed address holds a token that lets its browser in; ETOLIB_TOKEN sets another.
    """
    from etolib.serve import server

    sys.exit(server.serve("voila", **options))


@click.command(short_help="The same with JupyterLab and notebooks.")
@_serving(8888)
@click.option("--notebooks/--no-notebooks", default=True, help="Copy etolib's notebooks here; yours stay as they are.")
@logging_options
def lab(notebooks: bool, **options: Any) -> None:
    """The same with JupyterLab, to explore with notebooks: in the current folder."""
    from etolib import extras
    from etolib.serve import notebooks as ours
    from etolib.serve import server

    extras.check("jupyterlab", extra="app")  # before anything is copied

    for line in ours.offer(Path.cwd()) if notebooks else ():
        click.echo(line, err=True)
    sys.exit(server.serve("lab", **options))


@click.command(short_help="Print files for a server that runs all the time.")
@click.argument("what", metavar="WHAT", type=click.Choice(list(deployment.FILES)))
@click.argument("name", metavar="[NAME]", default="")
def deploy(what: str, name: str) -> None:
    """Print WHAT keeps `etolib serve` running on a machine that visitors call NAME (docs/deploy.md).

    \b
    etolib deploy constraints > constraints.txt     versions the tests ran with, for pip
    etolib deploy systemd NAME > /etc/systemd/system/etolib.service
    etolib deploy nginx NAME > /etc/nginx/conf.d/etolib.conf
    etolib deploy caddy NAME > /etc/caddy/Caddyfile
    """
    if not name and what not in deployment.NAMELESS:
        raise click.UsageError("Missing argument 'NAME'.")
    click.echo(deployment.text(what, name or deployment.EXAMPLE), nl=False)


@click.command(short_help="Show the pages, memory and tasks of your running `etolib serve`.")
@click.option("--port", default=8866, show_default=True, type=click.IntRange(1, 65535), help="Where it listens.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where it listens.")
@click.option("--base-url", default="/", show_default=True, help="Path below which it serves.")
@json_option
def status(port: int, host: str, base_url: str, as_json: bool) -> None:
    """Tell how a running `etolib serve` of this user is: pages, workers, tasks, memory. --json has every figure."""
    from etolib.serve import status as running

    found = running.figures(host, port, base_url)
    if as_json:
        print_json(found)
        return
    for name, told in running.rows(found):
        click.echo(f"{name}\t{told}")
