"""The command line: ``etolib serve | lab | compute | batch | station | sources | doctor | fuse | validate``.

Exit status: 0 done, 2 bad input (one line per problem on standard error), 3 no source could answer.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from etolib import config, extras
from etolib._version import __version__
from etolib.cli_batch import batch
from etolib.cli_doctor import doctor
from etolib.cli_logs import logging_options
from etolib.cli_tasks import tasks
from etolib.errors import EtolibError, InputError, NoSourceError, Problem, SourceError
from etolib.request import Request
from etolib.unit_systems import METRIC, SYSTEMS, US, unit
from etolib.words import say

if TYPE_CHECKING:
    from etolib.site import Site
    from etolib.sources.station.file import StationFile

PROTOCOLS = ("T2005", "S", "S200", "ST2005", "G")


class _Group(click.Group):
    """Turns the errors of etolib into one clear line per problem and the promised exit status."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with extras.needed():
                return super().invoke(ctx)
        except InputError as error:
            for problem in error.problems:
                click.echo(f"error: {problem}", err=True)
            sys.exit(2)
        except (NoSourceError, SourceError) as error:
            click.echo(f"error: {error}", err=True)
            sys.exit(3)
        except EtolibError as error:
            click.echo(f"error: {error}", err=True)
            sys.exit(1)
        except click.UsageError as error:
            click.echo(f"error: {error.format_message()} (see --help)", err=True)
            sys.exit(2)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="etolib")
def main() -> None:
    """Daily reference evapotranspiration (ETo) of any place, from several public weather sources."""
    config.check()


def _reading(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that say how an own file is to be read."""
    options = (
        click.option("--column", multiple=True, metavar="NAME=VARIABLE", help="What a column is; nothing: not used."),
        click.option("--unit", multiple=True, metavar="NAME=UNIT", help="Unit of a column, or of a variable."),
        click.option("--wind-height", type=float, help="Height of the anemometer [m]."),
        click.option("--dates", help="How dates are written: 'day first', 'month first', or a form like %d.%m.%y."),
        click.option("--time-zone", help="Of a file of hours: hours from UTC, or a name like America/Chicago."),
        click.option(
            "--stamps", type=click.Choice(["begin", "end"]), help="Which end of its interval a row is stamped."
        ),
        click.option("--hourly", type=click.Choice(["days", "sum"]), help="sum: also the ETo of the hours, summed."),
        click.option(
            "--psychrometer", type=click.Choice(["ventilated", "natural", "indoor"]), help="Air past the wet bulb."
        ),
        click.option("--format", "file_format", help="Name of the format of the file, where it is not recognised."),
        click.option("--sheet", help="Which sheet of an Excel file."),
        click.option("--which", help="Which station, where the file holds several."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@main.command()
@click.option("--lat", required=True, help="Latitude, degrees north (-22.7, or 22°42'S).")
@click.option("--lon", required=True, help="Longitude, degrees east (-47.6, or 47°36'W).")
@click.option(
    "--period", help="Days: 2024-01-01/2024-03-31, a date, 2024-03, 2024, last-30-days, next-6-days, this-year."
)
@click.option("--start", help="First day, YYYY-MM-DD; with --end instead of --period.")
@click.option("--end", help="Last day, YYYY-MM-DD.")
@click.option("--sources", default="auto", show_default=True, help="auto, or names separated by commas.")
@click.option("--elevation", help="Metres above sea level; looked up where not given.")
@click.option("--name", help="A label for the place.")
@click.option("--krs", help="Where radiation must be estimated from temperature: interior, coast or island.")
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
@_reading
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
    **reading: Any,
) -> None:
    """Compute daily ETo of one place. Without -o the CSV goes to standard output.

    The options from --column on say how the file of --station is to be read.
    """
    if output is not None:
        check_output(output)
    options: dict[str, Any] = {"krs": krs} if krs else {}
    days = _days(period, start, end)
    asked = partial(Request.from_text, lat, lon, days, elevation=elevation, name=name, **options)
    # The place must be known before its file is read: the sun there tells radiation in a wrong unit.
    own = None if station is None else _own(station, asked().site, reading)
    request = asked(sources=sources, station=own)
    from etolib import pipeline
    from etolib.result import formats

    result = pipeline.compute(request)
    for warning in result.warnings:
        click.echo(f"warning: {warning}", err=True)
    if output is None:
        click.echo(result.to_csv(units=units), nl=False)
        return
    with _writing(output):
        result.save(output, units=units)
    if units != METRIC and formats.by_ending(output.suffix).in_units is None:
        click.echo(f"{output}: {say('output_in_si', ending=output.suffix)}", err=True)
    depth = unit("mm day-1", units)
    mean = depth.shown(result.table["eto"].mean())
    click.echo(f"{output}: {len(result.table)} days, mean {mean:.{depth.decimals}f} {_DEPTHS[units]}", err=True)


_DEPTHS = {METRIC: "mm/day", US: "in/day"}


def _days(period: str | None, start: str | None, end: str | None) -> str | tuple[str, str]:
    """Return the days as `Request` takes them: a period, or a first and a last day."""
    if period is not None and start is None and end is None:
        return period
    if period is None and start is not None and end is not None:
        return start, end
    raise click.UsageError(say("give_period_or_dates"))


def _own(path: Path, site: Site | None, reading: Mapping[str, Any]) -> StationFile:
    """Read a station file, and say what its columns were taken for."""
    own = _read_own(path, site, reading)
    for line in own.mapping.explain():
        click.echo(f"{path.name}: {line}", err=True)
    return own


def _read_own(path: Path, site: Site | None, reading: Mapping[str, Any]) -> StationFile:
    """Read a station file as the options of `_reading` say; errors name the options."""
    from etolib.sources.station import file

    said = {name: value for name, value in reading.items() if value not in (None, ())}
    for option, name in (("column", "columns"), ("unit", "units")):
        if pairs := said.pop(option, None):
            said[name] = dict(_pair(option, pair) for pair in pairs)
    for option, name in (("file_format", "format"), ("which", "station")):
        if option in said:
            said[name] = said.pop(option)
    with contextlib.suppress(ValueError, KeyError):
        said["time_zone"] = float(said["time_zone"])
    return file.read(path, site=site, **said)


def _pair(option: str, text: str) -> tuple[str, str]:
    """Return name and value of ``NAME=VALUE``; the name may hold a ``=`` itself."""
    name, sign, value = text.rpartition("=")
    if not sign:
        raise click.UsageError(say("pair_expected", option=f"--{option}", value=repr(text)))
    return name, value


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--lat", help="Of the station, where its file does not say it.")
@click.option("--lon", help="Of the station, where its file does not say it.")
@click.option("--elevation", help="Metres above sea level.")
@click.option("--rows", default=5, show_default=True, type=click.IntRange(0), help="Days to show.")
@_reading
def station(file: Path, lat: str | None, lon: str | None, elevation: str | None, rows: int, **reading: Any) -> None:
    """Say what an own station file is taken for, what is uncertain, and show its first days in canonical units."""
    own = _read_own(file, _site(lat, lon, elevation), reading)
    for line in own.explain():
        click.echo(line)
    if rows:
        click.echo()
        click.echo(own.frame.head(rows).to_string())


def _site(lat: str | None, lon: str | None, elevation: str | None) -> Site | None:
    """Return the place of options, None where they name none."""
    if lat is None or lon is None:
        return None
    return Request.from_text(lat, lon, "today", elevation=elevation).site


def check_output(path: Path, endings: Collection[str] | None = None) -> None:
    """Refuse a file that could not be written, before anything is computed; by default any format of a result."""
    if endings is None:
        from etolib.result import formats

        endings = formats.endings()
        if path.suffix.lower() in endings:
            extras.check(*formats.by_ending(path.suffix).needs)
    if path.suffix.lower() not in endings:
        raise InputError([Problem("output", str(path), say("must_end_in", endings=" ".join(endings)))])
    with _writing(path), contextlib.suppress(FileNotFoundError):
        path.lstat()  # a name that is longer than names can be
    folder = path.absolute().parent
    if not folder.is_dir():
        raise InputError([Problem("output", str(path), say("output_folder_missing"), say("make_folder_first"))])
    if path.is_dir() or not os.access(folder, os.W_OK):
        rule = say("output_is_folder") if path.is_dir() else say("output_folder_read_only")
        raise InputError([Problem("output", str(path), rule, say("choose_other_file"))])


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Turn a disk that is full, and the like, into one line."""
    try:
        yield
    except OSError as error:
        rule = say("output_not_written", error=error.strerror or str(error))
        raise InputError([Problem("output", str(path), rule, say("choose_other_file"))]) from error


@main.command()
def sources() -> None:
    """List the weather sources: what each provides, from when to when, and its licence."""
    from etolib.sources import catalogue
    from etolib.sources.listing import sources as table

    for sentence in catalogue.SOURCES.refused:
        click.echo(f"warning: {sentence}", err=True)
    for row in table().to_dict("records"):
        click.echo(click.style(row.pop("name"), bold=True))
        for label, value in row.items():
            click.echo(f"    {label}: {value}")


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
        click.option("--dashboard", is_flag=True, help="Have dask's dashboard too: all users of this machine see it."),
    )

    def give(command: Callable[..., None]) -> Callable[..., None]:
        for option in reversed(options):
            command = option(command)
        return command

    return give


@main.command()
@_serving(8866)
@click.option("--pages", default=30, show_default=True, type=click.IntRange(1), help="Pages open at once, 100 MB each.")
@logging_options
def serve(**options: Any) -> None:
    """Start (or adopt) a dask cluster and serve the dashboards with Voila.

    The printed address holds a token that lets its browser in; ETOLIB_TOKEN sets another.
    """
    from etolib.serve import server

    sys.exit(server.serve("voila", **options))


@main.command()
@_serving(8888)
@click.option("--notebooks/--no-notebooks", default=True, help="Copy etolib's notebooks here; yours stay as they are.")
@logging_options
def lab(notebooks: bool, **options: Any) -> None:
    """The same with JupyterLab, to explore with notebooks: in the current folder."""
    from etolib.serve import notebooks as ours
    from etolib.serve import server

    for line in ours.offer(Path.cwd()) if notebooks else ():
        click.echo(line, err=True)
    sys.exit(server.serve("lab", **options))


@main.command()
@click.option("--port", default=8866, show_default=True, type=click.IntRange(1, 65535), help="Where it listens.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where it listens.")
@click.option("--base-url", default="/", show_default=True, help="Path below which it serves.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(port: int, host: str, base_url: str, as_json: bool) -> None:
    """Tell how a running `etolib serve` of this user is: pages, kernels, memory."""
    from etolib.serve import server

    found = server.status(host, port, base_url)
    if as_json:
        click.echo(json.dumps({name: float(value) for name, value in found}, indent=1))
        return
    for name, value in found:
        click.echo(f"{name}\t{value}")


DATA_HELP = "Folder like that of the validation data: cities.csv, cities/<city>.parquet."


@main.command()
@click.option("--data", required=True, type=click.Path(path_type=Path), help=DATA_HELP)
@click.option(
    "--protocol", required=True, type=click.Choice(PROTOCOLS), help="What may be learnt, see docs/validation."
)
@click.option("--cities", help="Names separated by commas; all by default.")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File .parquet.")
def fuse(data: Path, protocol: str, cities: str | None, output: Path) -> None:
    """Fuse the sources of every place of a folder; writes columns city, date, eto, lower, upper."""
    check_output(output, (".parquet",))
    with extras.needed():
        import pyarrow  # noqa: F401 (writes the file)

    from etolib.validation import study

    names = None if cities is None else [name.strip() for name in cities.split(",") if name.strip()]
    series = study.fuse(data, protocol, names)
    with _writing(output):
        series.to_parquet(output, index=False)
    click.echo(f"{output}: {series['city'].nunique()} places, {len(series)} rows", err=True)


@main.command()
@click.option("--data", type=click.Path(path_type=Path), help=DATA_HELP)
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write all tables here too.")
@click.option(
    "--station",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Your own station: scores every source, the fusion and what the station teaches on its own record.",
)
@click.option("--lat", help="Of the station, where its file does not say it.")
@click.option("--lon", help="Of the station, where its file does not say it.")
@click.option("--elevation", help="Metres above sea level; looked up where not given.")
@click.option("--sources", default="auto", show_default=True, help="auto, or names separated by commas.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Report of a station: .html, .json, or .csv with the days.",
)
@_reading
def validate(
    data: Path | None,
    json_file: Path | None,
    station: Path | None,
    lat: str | None,
    lon: str | None,
    elevation: str | None,
    sources: str,
    output: Path | None,
    **reading: Any,
) -> None:
    """Print how accurate the sources and their fusion are: on your own station, or on a folder of places."""
    if (data is None) == (station is None):
        raise click.UsageError(say("give_data_or_station"))
    if data is not None:
        _validate_places(data, json_file)
        return
    if output is not None:
        check_output(output, (".html", ".json", ".csv"))
    assert station is not None
    site = _site(lat, lon, elevation)
    from etolib.validation import own_record, own_report

    own = _own(station, site, reading)
    found = own_record.study(own, site, sources)
    click.echo(own_report.to_text(found))
    if output is not None:
        with _writing(output):
            output.write_text(own_report.WRITERS[output.suffix.lower()](found), encoding="utf-8")


def _validate_places(data: Path, json_file: Path | None) -> None:
    """Print the accuracy of all protocols on a folder of places with a reference."""
    if json_file is not None:
        check_output(json_file, (".json",))
    from etolib.validation.accuracy import validate as all_tables

    tables = all_tables(data)
    click.echo(tables.to_text())
    if json_file is not None:
        with _writing(json_file):
            json_file.write_text(tables.to_json())


main.add_command(batch)
main.add_command(doctor)
main.add_command(tasks)

if __name__ == "__main__":
    main()
