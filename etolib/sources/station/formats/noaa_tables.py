"""The layouts of NOAA's daily stations: GHCN-Daily in tenths, Climate Data Online, the Global Summary of the Day."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from etolib.errors import InputError, Problem
from etolib.sources.station.formats.text import (
    HEAD,
    cells_of,
    find_header,
    headed,
    pivoted,
    rejected,
    rejecting,
    under,
    value,
    without,
)
from etolib.sources.station.layout import Table
from etolib.sources.station.names import plain
from etolib.words import say

_STATION = re.compile(r"(GHCND:)?[A-Z]{2}[A-Z0-9_-]{9}")
_LONG = re.compile(r"^[A-Z]{2}[A-Z0-9_-]{9},\d{8},[A-Z0-9]{4},-?\d+,")
_FIXED = re.compile(r"^[A-Z]{2}[A-Z0-9_ -]{9}\d{6}[A-Z0-9]{4}[ -]")


def is_long(lines: Sequence[str]) -> bool:
    """Return whether the first lines are GHCN-Daily with one value a line."""
    body = [line.replace('"', "") for line in lines[:HEAD] if line.strip()]
    body = body[1:] if body and body[0].upper().startswith("ID,DATE,ELEMENT") else body
    return bool(body) and all(_LONG.match(line) for line in body)


def is_fixed(lines: Sequence[str]) -> bool:
    """Return whether the first lines are a .dly file of GHCN-Daily: a month of one element a line."""
    body = [line for line in lines[:HEAD] if line.strip()]
    return bool(body) and all(_FIXED.match(line) and len(line) >= 21 for line in body)


def ghcnd_long(lines: Sequence[str], name: str) -> Table:
    """Return the table of GHCN-Daily with one value a line: station, day, element, value, three flags, hour.

    A value whose quality flag is set has failed a check and is left out, and counted.
    """
    return _by_day(_long_records(lines))


def _long_records(lines: Sequence[str]) -> Iterator[tuple[str, str, str, str, bool]]:
    for line in lines:
        cells = cells_of(line, ",")
        if len(cells) >= 4 and re.fullmatch(r"\d{8}", cells[1]) and cells[3] != "-9999":
            yield cells[0], cells[1], cells[2], cells[3], len(cells) > 5 and bool(cells[5])


def ghcnd_fixed(lines: Sequence[str], name: str) -> Table:
    """Return the table of a .dly file: station, year and month, element, then 31 values with three flags each."""
    return _by_day(_fixed_records(lines))


def _fixed_records(lines: Sequence[str]) -> Iterator[tuple[str, str, str, str, bool]]:
    for line in lines:
        if not _FIXED.match(line):
            continue
        for day in range(31):
            value, flags = line[21 + 8 * day : 26 + 8 * day].strip(), line[26 + 8 * day : 29 + 8 * day].ljust(3)
            if value and value != "-9999":
                yield line[:11], f"{line[11:17]}{day + 1:02d}", line[17:21], value, bool(flags[1].strip())


def _by_day(records: Iterator[tuple[str, str, str, str, bool]]) -> Table:
    """Return a table of records (station, day, element, value, whether it failed a check)."""
    rows = list(records)
    count = Counter(element for _, _, element, _, failed in rows if failed)
    table = pivoted((station, day, element, "" if failed else value) for station, day, element, value, failed in rows)
    return replace(table, notes=tuple(rejected(count)))


GHCN_WIDE = ("station", "date", "tmax", "tmin")


def wide(lines: Sequence[str], name: str) -> Table:
    """Return the table of daily stations with a column an element; its quality flag, where there is one, beside it.

    The attributes of a value are ``measurement flag, quality flag, source, hour``: a quality flag means that it failed.
    """
    table = under(lines, name, *GHCN_WIDE)
    at = {column.upper(): i for i, column in enumerate(table.names)}
    beside = {i: at[f"{column.upper()}_ATTRIBUTES"] for i, column in enumerate(table.names)
              if f"{column.upper()}_ATTRIBUTES" in at}  # fmt: skip
    table = rejecting(table, beside.get, lambda flags: bool([*flags.split(","), ""][1].strip()))
    return without(table, lambda _, number: abs(number) == 9999)


def units_of(table: Table) -> str | None:
    """Return in which units a table of daily stations is: "tenths", "metric", "standard" (US), None where unclear.

    Temperatures of GHCN-Daily are whole tenths of a degree, those of Climate Data Online have a decimal in °C and none
    in °F (as wind in mph and rain in inches have two). A median range of the day above 45 is none in °F, one below 9
    none in tenths. Tenths that were measured in whole °F fall on 10 of 18 numbers: twelve days all on them are tenths.
    """
    at = {plain(column): i for i, column in enumerate(table.names)}
    high, low = (_numbers(table, at[element]) for element in ("tmax", "tmin"))
    if not high or not low:
        return None
    both = [*high.values(), *low.values()]
    if any(value % 1 for value in both):
        return "metric" if float(np.percentile(list(high.values()), 90)) <= 58 else "standard"
    spread = [high[day] - low[day] for day in high.keys() & low.keys()]
    middle = float(np.median(spread)) if spread else 0.0
    if max(abs(value) for value in both) > 140 or middle > 45:
        return "tenths"
    others = [row[at[element]] for row in table.rows for element in ("prcp", "awnd") if element in at]
    if any(re.search(r"[.,]\d\d|[.,][1-9]", text) for text in others):
        return "standard"
    if len(both) >= 24 and all(value in _FROM_FAHRENHEIT for value in both):
        return "tenths"
    return "standard" if len(spread) >= 10 and middle < 9 else None


_FROM_FAHRENHEIT = {round((value - 32) / 0.18) for value in range(-100, 140)}
"""Whole °F in tenths of °C."""


def _numbers(table: Table, column: int) -> dict[int, float]:
    return {i: number for i, row in enumerate(table.rows) if math.isfinite(number := value(row[column]))}


GSOD = ("station", "date", "temp", "dewp", "stp", "wdsp", "max", "min")


def gsod(lines: Sequence[str], name: str) -> Table:
    """Return the table of the Global Summary of the Day as comma-separated text."""
    return _gsod_values(under(lines, name, *GSOD))


GSOD_OLD = "STN--- WBAN   YEARMODA"
_OLD_COLUMNS = {"DATE": (14, 22), "TEMP": (24, 30), "DEWP": (35, 41), "SLP": (46, 52), "STP": (57, 63),
                "VISIB": (68, 73), "WDSP": (78, 83), "MXSPD": (88, 93), "GUST": (95, 100), "MAX": (102, 108),
                "MIN": (110, 116), "PRCP": (118, 123), "PRCP_ATTRIBUTES": (123, 124), "SNDP": (125, 130)}  # fmt: skip
"""Columns of letters of a .op file, from the description of GSOD (readme.txt, "FORMAT")."""


def gsod_old(lines: Sequence[str], name: str) -> Table:
    """Return the table of the Global Summary of the Day in columns of letters (.op)."""
    rows = [
        [line[:12].strip(), *(line[a:b].strip() for a, b in _OLD_COLUMNS.values())]
        for line in lines
        if re.match(r"^\d{6} ", line)
    ]
    if not rows:
        raise InputError([Problem("file", name, say("has_no_rows"))])
    return _gsod_values(headed(["STATION", *_OLD_COLUMNS], rows, " "))


def _gsod_values(table: Table) -> Table:
    """Return the table without fills, with the thousands that the pressure of a station lost.

    Pressures of 1000 hPa and more are written without their first figure ("4.9"); rain with the flag I means that none
    was reported, which is not that none fell.
    """
    fills = {"PRCP": 99.99, "WDSP": 999.9, "MXSPD": 999.9, "GUST": 999.9, "SNDP": 999.9, "VISIB": 999.9, "STP": 999.9}
    table = without(table, lambda column, number: number in (9999.9, fills.get(column.upper(), 9999.9)))
    at = {column.upper(): i for i, column in enumerate(table.names)}
    if "PRCP_ATTRIBUTES" in at:
        table = rejecting(table, lambda i: at["PRCP_ATTRIBUTES"] if i == at["PRCP"] else None, "I".__eq__, told=False)
    pressure = at.get("STP")
    rows = [
        [
            f"{value(cell) + 1000:.1f}".replace(".", table.decimal) if i == pressure and value(cell) < 400 else cell
            for i, cell in enumerate(row)
        ]
        for row in table.rows
    ]
    return replace(table, rows=rows)


def is_wide(lines: Sequence[str]) -> bool:
    """Return whether the first lines hold daily stations of GHCN with a column an element."""
    found = find_header(lines, *GHCN_WIDE)
    if found is None:
        return False
    start, delimiter = found
    column = [plain(cell) for cell in cells_of(lines[start], delimiter)].index("station")
    stations = [cells_of(line, delimiter)[column : column + 1] for line in lines[start + 1 : HEAD] if line.strip()]
    return bool(stations) and all(cells and _STATION.fullmatch(cells[0]) for cells in stations)
