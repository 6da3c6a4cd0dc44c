"""``etolib station`` and ``etolib validate``: files of one's own, and how good the sources are."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from etolib import extras
from etolib.cli_group import json_option, print_json, sources_option
from etolib.cli_line import busy
from etolib.cli_output import check_output, writing
from etolib.errors import InputError, Problem
from etolib.request import Request
from etolib.words import say, verbatim

if TYPE_CHECKING:
    from etolib.site import Site
    from etolib.sources.station.file import StationFile

STANDARD_OUTPUT = Path("-")
PROTOCOLS = ("T2005", "S", "S200", "ST2005", "G")


def reading_options(command: Callable[..., None]) -> Callable[..., None]:
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


def own_station(path: Path, site: Site | None, reading: Mapping[str, Any]) -> StationFile:
    """Read a station file, and say what its columns were taken for."""
    from etolib.result.citation import in_words

    own = _read_own(path, site, reading)
    for line in own.mapping.explain():
        click.echo(f"{path.name}: {_with_options(in_words(line))}", err=True)
    return own


def _read_own(path: Path, site: Site | None, reading: Mapping[str, Any]) -> StationFile:
    """Read a station file as the options of `reading_options` say; errors name the options."""
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
    try:
        return file.read(path, site=site, **said)
    except InputError as error:
        raise InputError([_by_option(problem) for problem in error.problems]) from error


_OPTIONS = {"columns": "column", "units": "unit", "station": "which"}
_PARAMETER = re.compile(
    r"\b(columns|units|station|wind_height|dates|time_zone|stamps|hourly|psychrometer|format|sheet)=(?!=)"
)


def _with_options(text: str) -> str:
    """Return a sentence with the options of the command line in the place of Python's parameters.

    >>> _with_options("say which with station="), _with_options('time_zone="America/Chicago"')
    ('say which with --which', '--time-zone "America/Chicago"')
    """

    def option(match: re.Match[str]) -> str:
        name = f"--{_OPTIONS.get(match[1], match[1]).replace('_', '-')}"
        after = match.string[match.end() : match.end() + 1]
        return f"{name} " if after in ("'", '"') else name

    return _PARAMETER.sub(option, text)


def _by_option(problem: Problem) -> Problem:
    """Return a problem that names the option by which it is answered."""
    thing = problem.thing
    if f"{thing}=" in (problem.suggestion or ""):
        thing = _with_options(f"{thing}=")
    suggestion = None if problem.suggestion is None else verbatim(_with_options(problem.suggestion))
    return Problem(thing, problem.value, verbatim(_with_options(problem.rule)), suggestion)


def _pair(option: str, text: str) -> tuple[str, str]:
    """Return name and value of ``NAME=VALUE``; the name may hold a ``=`` itself."""
    name, sign, value = text.rpartition("=")
    if not sign:
        raise click.UsageError(say("pair_expected", option=f"--{option}", value=repr(text)))
    return name, value


@click.command(short_help="Say what your own station file is taken for.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--lat", help="Of the station, where its file does not say it.")
@click.option("--lon", help="Of the station, where its file does not say it.")
@click.option("--elevation", help="Metres above sea level.")
@click.option("--rows", default=5, show_default=True, type=click.IntRange(0), help="Days to show.")
@json_option
@reading_options
def station(file: Path, lat: str | None, lon: str | None, elevation: str | None, rows: int, as_json: bool,
            **reading: Any) -> None:  # fmt: skip
    """Say what an own station file is taken for, what is uncertain, and show its first days in canonical units."""
    from etolib.result.citation import in_words

    own = _read_own(file, _site(lat, lon, elevation), reading)
    if as_json:
        _print_station(own, rows)
        return
    for line in own.explain():
        click.echo(_with_options(in_words(line)))
    if rows:
        click.echo()
        click.echo(own.frame.head(rows).to_string())


def _print_station(own: StationFile, rows: int) -> None:
    """Print the same as JSON."""
    site = own.site
    where = None if site is None else {
        "latitude": site.latitude, "longitude": site.longitude, "elevation": site.elevation, "name": site.name,
    }  # fmt: skip
    columns = [
        {"name": column.name, "variable": column.variable, "unit": column.unit, "guessed": column.guessed}
        for column in own.mapping.columns
    ]
    first, last = (str(own.frame.index[i]) if own.monthly else own.frame.index[i].date().isoformat() for i in (0, -1))
    print_json(
        {
            "file": own.filename, "site": where, "monthly": own.monthly, "rows": len(own.frame), "first": first,
            "last": last, "columns": columns, "questions": [question.text for question in own.mapping.questions],
            "sentences": own.explain(),
            "shown": json.loads(own.frame.head(rows).reset_index().to_json(orient="records", date_format="iso")),
        }
    )  # fmt: skip


def _site(lat: str | None, lon: str | None, elevation: str | None) -> Site | None:
    """Return the place of options, None where they name none."""
    if lat is None or lon is None:
        return None
    return Request.from_text(lat, lon, "today", elevation=elevation).site


DATA_HELP = "Folder like that of the validation data: cities.csv, cities/<city>.parquet."


@click.command(short_help="Fuse a folder of places under a protocol of the validation.")
@click.option("--data", required=True, type=click.Path(path_type=Path), help=DATA_HELP)
@click.option(
    "--protocol", required=True, type=click.Choice(PROTOCOLS), help="What may be learnt, see docs/validation."
)
@click.option("--cities", help="Names separated by commas; all by default.")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File .parquet.")
@json_option
def fuse(data: Path, protocol: str, cities: str | None, output: Path, as_json: bool) -> None:
    """Fuse the sources of every place of a folder; writes columns city, date, eto, lower, upper."""
    check_output(output, (".parquet",))
    with extras.needed():
        import pyarrow  # noqa: F401 (writes the file)

    from etolib.validation import study

    names = None if cities is None else [name.strip() for name in cities.split(",") if name.strip()]
    with busy(say("busy_fusing")):
        series = study.fuse(data, protocol, names)
    with writing(output):
        series.to_parquet(output, index=False)
    places, rows = series["city"].nunique(), len(series)
    if as_json:
        print_json({"output": str(output), "places": places, "rows": rows})
    click.echo(f"{output}: {places} places, {rows} rows", err=True)


@click.command(short_help="Score the sources and their fusion, by your own station.")
@click.option("--data", type=click.Path(path_type=Path), help=DATA_HELP)
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    is_flag=False,
    flag_value="-",
    help="Print JSON in place of text; with a FILE, write it there too.",
)
@click.option(
    "--station",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Your own station: scores every source, the fusion and what the station teaches on its own record.",
)
@click.option("--lat", help="Of the station, where its file does not say it.")
@click.option("--lon", help="Of the station, where its file does not say it.")
@click.option("--elevation", help="Metres above sea level; looked up where not given.")
@sources_option
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Report of a station: .html, .json, or .csv with the days.",
)
@reading_options
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
    if json_file is not None and json_file != STANDARD_OUTPUT:
        check_output(json_file, (".json",))
    if data is not None:
        from etolib.validation.accuracy import validate as all_tables

        with busy(say("busy_validating")):
            tables = all_tables(data)
        _tell_study(tables.to_text(), tables.to_json, json_file)
        return
    if output is not None:
        check_output(output, (".html", ".json", ".csv"))
    assert station is not None
    site = _site(lat, lon, elevation)
    from etolib.validation import own_record, own_report

    own = own_station(station, site, reading)
    with busy(say("busy_validating")):
        found = own_record.study(own, site, sources)
    _tell_study(own_report.to_text(found), found.to_json, json_file)
    if output is not None:
        with writing(output):
            output.write_text(own_report.WRITERS[output.suffix.lower()](found), encoding="utf-8")


def _tell_study(text: str, to_json: Callable[[], str], json_file: Path | None) -> None:
    """Print a study as text, or as JSON where that is wanted; write it where a file is named."""
    if json_file == STANDARD_OUTPUT:
        click.echo(to_json())
        return
    click.echo(text)
    if json_file is not None:
        with writing(json_file):
            json_file.write_text(to_json(), encoding="utf-8")
