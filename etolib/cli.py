"""The command line; its commands in the order of use, and what an exit status says: `etolib.cli_group`."""

from __future__ import annotations

import shutil
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from etolib import config
from etolib._version import __version__
from etolib.cli_batch import batch
from etolib.cli_doctor import doctor
from etolib.cli_group import Group, complain, completion_of, json_option, print_json, sources_option
from etolib.cli_line import Line
from etolib.cli_logs import logging_options
from etolib.cli_output import check_output, writing
from etolib.cli_serve import deploy, lab, serve, status
from etolib.cli_station import fuse, own_station, reading_options, station, validate
from etolib.cli_tasks import tasks
from etolib.errors import SourceError
from etolib.request import OPTIONS, Request
from etolib.unit_systems import METRIC, SYSTEMS, US, unit
from etolib.words import Text, say

if TYPE_CHECKING:
    from etolib.result.result import Result


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="etolib")
def main() -> None:
    """Daily reference evapotranspiration (ETo) of any place, from several public weather sources."""
    config.check()


@main.command()
@click.option("--lat", required=True, help="Latitude, degrees north (-22.7, or 22°42'S).")
@click.option("--lon", required=True, help="Longitude, degrees east (-47.6, or 47°36'W).")
@click.option(
    "--period", help="Days: 2024-01-01/2024-03-31, a date, 2024-03, 2024, last-30-days, next-6-days, this-year."
)
@click.option("--start", help="First day, YYYY-MM-DD; with --end instead of --period.")
@click.option("--end", help="Last day, YYYY-MM-DD.")
@sources_option
@click.option("--elevation", help="Metres above sea level; looked up where not given.")
@click.option("--name", help="A label for the place.")
@click.option(
    "--krs",
    metavar=f"[{'|'.join(OPTIONS['krs'])}]",
    shell_complete=lambda context, parameter, typed: [one for one in OPTIONS["krs"] if one.startswith(typed)],
    help="Where radiation must be estimated from temperature.",
)
@click.option(
    "--station",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Your own station: CSV, TSV, Excel, AquaCrop, CLIMWAT.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write; its ending chooses the format.",
)
@click.option(
    "--units",
    type=click.Choice(SYSTEMS),
    default=METRIC,
    show_default=True,
    help="Of what people read: CSV, Excel, picture, report. us: inches, °F, mph, feet, named in each column.",
)
@click.option(
    "--compare",
    metavar="NAME",
    help="Beside ours, what a service forecasts itself: nws_fret (contiguous USA, days ahead). Never a part of ours.",
)
@click.option("--plot", is_flag=True, help="Draw the days in the terminal, in place of the CSV.")
@json_option
@reading_options
@logging_options
def compute(
    lat: str,
    lon: str,
    period: str | None,
    start: str | None,
    end: str | None,
    sources: str,
    elevation: str | None,
    name: str | None,
    krs: str | None,
    station: Path | None,
    output: Path | None,
    units: str,
    compare: str | None,
    plot: bool,
    as_json: bool,
    **reading: Any,
) -> None:
    """Compute daily ETo of one place. Without -o, --json or --plot the CSV goes to standard output.

    The options from --column on say how the file of --station is to be read.
    """
    from etolib.result import compared
    from etolib.result.citation import in_words

    if output is not None:
        check_output(output)
    if compare is not None:
        compared.known(compare)
    options: dict[str, Any] = {"krs": krs} if krs else {}
    days = _days(period, start, end)
    asked = partial(Request.from_text, lat, lon, days, elevation=elevation, name=name, **options)
    # The place must be known before its file is read: the sun there tells radiation in a wrong unit.
    own = None if station is None else own_station(station, asked().site, reading)
    request = asked(sources=sources, station=own)
    result = _computed(request)
    if compare is not None:
        result = _compared(result, compare)
    for warning in result.warnings:
        complain("warning", in_words(warning))
    if plot:
        _draw(result, units, err=as_json)
    if as_json:
        _in_si(".json", "JSON", units)
        click.echo(result.to_json())
    if output is not None:
        _write(result, output, units)
    elif not (plot or as_json):
        click.echo(result.to_csv(units=units), nl=False)


def _computed(request: Request) -> Result:
    """Compute, with a line of progress where a terminal is there."""
    from etolib import pipeline

    line = Line(quiet=True)

    def report(*, step: Text, progress: float, source: str | None, **_: Any) -> None:
        if source is None:  # of the whole
            line.show(progress / 100, step)

    try:
        return pipeline.run(request, report=report)
    finally:
        line.end()


def _compared(result: Result, name: str) -> Result:
    """Return the result with what a service publishes beside it; without, and said so, where there is none."""
    try:
        return result.compared_with(name)
    except SourceError as error:
        complain("warning", error)
        return result


def _write(result: Result, output: Path, units: str) -> None:
    with writing(output):
        result.save(output, units=units)
    _in_si(output.suffix, output, units)
    depth = unit("mm day-1", units)
    mean = depth.shown(result.table["eto"].mean())
    click.echo(f"{output}: {len(result.table)} days, mean {mean:.{depth.decimals}f} {_DEPTHS[units]}", err=True)


def _in_si(ending: str, where: object, units: str) -> None:
    """Say that what a program reads is in SI units, where others were asked for."""
    from etolib.result import formats

    if units != METRIC and formats.by_ending(ending).in_units is None:
        click.echo(f"{where}: {say('output_in_si', ending=ending)}", err=True)


def _draw(result: Result, units: str, *, err: bool) -> None:
    """Draw the days as wide as the terminal, in characters that it can show."""
    from etolib.result import terminal

    stream = sys.stderr if err else sys.stdout
    columns = shutil.get_terminal_size().columns
    picture = terminal.draw(result.table, columns, units=units)
    try:
        picture.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        picture = terminal.draw(result.table, columns, plain=True, units=units)
    click.echo(
        f"{result.site}, {result.period}".encode(stream.encoding or "ascii", "replace").decode(
            stream.encoding or "ascii"
        ),
        err=err,
    )
    click.echo(picture, err=err)


_DEPTHS = {METRIC: "mm/day", US: "in/day"}


def _days(period: str | None, start: str | None, end: str | None) -> str | tuple[str, str]:
    """Return the days as `Request` takes them: a period, or a first and a last day."""
    if period is not None and start is None and end is None:
        return period
    if period is None and start is not None and end is not None:
        return start, end
    raise click.UsageError(say("give_period_or_dates"))


@main.command(short_help="List the weather sources: what, from when to when, licence.")
@json_option
def sources(as_json: bool) -> None:
    """List the weather sources: what each provides, from when to when, and its licence."""
    from etolib.sources import catalogue
    from etolib.sources.listing import sources as table

    for sentence in catalogue.SOURCES.refused:
        complain("warning", sentence)
    rows = table().to_dict("records")
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(click.style(row.pop("name"), bold=True))
        for label, value in row.items():
            click.echo(f"    {label}: {value}")


for _one in (batch, station, validate, fuse, doctor, serve, lab, deploy, status, tasks, completion_of(lambda: main)):
    main.add_command(_one)

if __name__ == "__main__":
    main()
