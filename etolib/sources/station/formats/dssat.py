"""Weather files of DSSAT (.WTH), of NASA POWER's ICASA format and of AgMIP, which have the same look."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from etolib.errors import InputError, Problem
from etolib.sources.station.cells import number
from etolib.sources.station.layout import Table
from etolib.sources.station.units import unit_of
from etolib.words import say

_PLACE = {"LAT": "latitude", "WTHLAT": "latitude", "LONG": "longitude", "WTHLONG": "longitude", "ELEV": "elevation",
          "WELEV": "elevation"}  # fmt: skip
_UNITS: Mapping[str, str | None] = {
    "SRAD": "MJ/m²", "TMAX": "°C", "TMIN": "°C", "T2M": "°C", "DEWP": "°C", "TDEW": "°C", "RAIN": "mm",
    "WIND": "km/day", "RHUM": "%", "RH2M": "%", "VAPR": "kPa", "VPRS": "kPa",
}  # fmt: skip
"""Units of the columns (Data/WEATHER.CDE, Weather/IPWTH_alt.for), where a file does not state others."""
_CENTURY = 35
"""Two-digit years up to this one are of the 2000s, as DSSAT reads them (Utilities/DATES.for, CROVER)."""


def header_of(lines: Sequence[str]) -> int | None:
    """Return which line names the columns, None where none does.

    >>> header_of(["*WEATHER DATA : X", "@ INSI      LAT     LONG  ELEV", "  X     29.63", "@DATE  SRAD  TMAX"])
    3
    """
    return next((i for i, line in enumerate(lines[:200]) if re.match(r"^@\s*DATE\b", line)), None)


def station(lines: Sequence[str]) -> dict[str, float]:
    """Return what the line of the station says (latitude, longitude, elevation, ``WNDHT``, ``REFHT`` ...).

    >>> station(["@ INSI      LAT     LONG  ELEV   TAV   AMP REFHT WNDHT", " UFGA 29.63 -82.37 40 -99 -99 2 3"])
    {'latitude': 29.63, 'longitude': -82.37, 'elevation': 40.0, 'REFHT': 2.0, 'WNDHT': 3.0}
    """
    at = next((i for i, line in enumerate(lines[:200]) if re.match(r"^@\s*INSI\b", line)), None)
    if at is None or at + 1 >= len(lines):
        return {}
    values = lines[at + 1].split()
    names = lines[at].lstrip("@ ").split()
    found = {_PLACE.get(n, n): number(v, ".") for n, v in zip(names[1:], values[1:], strict=False)}
    return {n: value for n, value in found.items() if value == value}


def wind_height(lines: Sequence[str]) -> float:
    """Return the height at which the wind was measured [m]: ``WNDHT``, else 2 m as DSSAT takes it."""
    height = station(lines).get("WNDHT", 2.0)
    return height if height > 0 else 2.0


def read(lines: Sequence[str], name: str) -> Table:
    """Return the table of a DSSAT weather file with dates as YYYY-MM-DD; -99 is none.

    A comment line that explains a column with a unit (``! WIND  ... (m/s)``, as NASA POWER writes) gives its unit.

    Raises
    ------
    InputError
        For a row that cannot be cut into the columns of the header, or a date that is none.
    """
    at = header_of(lines)
    assert at is not None
    header = lines[at].replace("@", " ", 1).rstrip()
    names = header.split()
    ends = [match.end() for match in re.finditer(r"\S+", header)]
    body = []
    for line in lines[at + 1 :]:
        if line.startswith(("@", "*")):
            break
        if not line.strip() or line.lstrip().startswith("!"):
            continue
        cells = _cells(line.rstrip(), ends)
        if len(cells) != len(names):
            problem = Problem("file", name, say("columns_under_titles", columns=len(cells), titles=len(names)))
            raise InputError([problem])
        cells[0] = _iso(cells[0])
        body.append(cells)
    facts = {n: value for n, value in station(lines[:at]).items() if n in _PLACE.values()}
    facts["wind_height"] = wind_height(lines[:at])
    units = {**_UNITS, **_stated(lines[:at])}
    return Table(names, [units.get(n) for n in names], body, " ", ".", facts)


def _cells(line: str, ends: Sequence[int]) -> list[str]:
    """Return the cells of a row: by spaces, else (numbers that touch, blanks for none) by the ends of the titles."""
    cells = line.split()
    if len(cells) == len(ends):
        return cells
    starts = [0, *ends[:-1]]
    return [line[a:b].strip() for a, b in zip(starts, ends, strict=True)]


def read_agmip(lines: Sequence[str], name: str) -> Table:
    """Return the table of an AgMIP weather file: as DSSAT's, but for vapour pressure [hPa] and wind."""
    table = read(lines, name)
    units = {"WIND": None, "VPRS": "hPa"}
    return replace(table, units=[units.get(n, unit) for n, unit in zip(table.names, table.units, strict=True)])


def _iso(date: str) -> str:
    """Return a date written as year and day of the year, with two or four digits of the year, as YYYY-MM-DD."""
    digits = date.zfill(5) if len(date) < 5 else date
    try:
        year, yearday = int(digits[:-3]), int(digits[-3:])
        if len(digits) == 5:
            year += 2000 if year <= _CENTURY else 1900
        day = dt.date(year, 1, 1) + dt.timedelta(days=yearday - 1)
        if day.year != year:
            raise ValueError
    except (ValueError, OverflowError):
        raise InputError([Problem("file", date, say("is_not_a_date"))]) from None
    return day.isoformat()


def _stated(head: Sequence[str]) -> dict[str, str | None]:
    matches = (re.match(r"^!\s*([A-Z0-9]+)\s+.*\(([^()]+)\)\s*$", line.strip()) for line in head)
    return {match[1]: unit_of(match[2]) for match in matches if match}
