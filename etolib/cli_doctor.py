"""``etolib doctor``: whether the sources still answer as etolib assumes."""

from __future__ import annotations

import datetime as dt
import json
import sys

import click

from etolib._version import __version__
from etolib.cli_group import json_option
from etolib.cli_logs import logging_options
from etolib.words import say


@click.command(short_help="Ask whether each source still answers as assumed.")
@click.option("--source", "names", multiple=True, metavar="NAME", help="Only this one; may be given several times.")
@json_option
@logging_options
def doctor(names: tuple[str, ...], as_json: bool) -> None:
    """Ask each source one small question, and say whether its answer is still as etolib assumes.

    Exit status: 0 all agree, 1 something has changed, 3 something did not answer or nothing could be asked.
    """
    from etolib.sources import doctor as doctors

    found = []
    for one in doctors.examine(names):
        found.append(one)
        if not as_json:
            for line in doctors.told(one):
                click.echo(line)
    if as_json:
        when = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        report = {"etolib": __version__, "time": when, "sources": [one.as_dict() for one in found]}
        click.echo(json.dumps(report, indent=1, ensure_ascii=False))
    elif any(one.state == "changed" for one in found):
        click.echo(say("doctor_report", version=__version__, day=str(dt.datetime.now(dt.UTC).date())), err=True)
    sys.exit(doctors.status(found))
