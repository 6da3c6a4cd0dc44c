"""The layouts of loggers and small stations: Campbell, HOBO, Davis, Ecowitt."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from etolib.errors import InputError, Problem
from etolib.sources.station.formats.scale import numbers, temperature_unit
from etolib.sources.station.formats.text import cells_of, find_header, headed, plain_cells, rows_of
from etolib.sources.station.layout import Table
from etolib.sources.station.names import plain
from etolib.words import say

PROCESSING = ("Avg", "Max", "Min", "Tot", "TMx", "TMn", "Std")
"""What a Campbell logger does with the readings of an interval, as the fourth line of a file has it."""


def toa5(lines: Sequence[str], name: str) -> Table:
    """Return the table of a Campbell file TOA5: station, names, units, processing (Avg, Max, Tot ...), then rows.

    A name without its processing gets it: ``AirTC`` of ``Max`` is ``AirTC_Max``.
    """
    rows = rows_of(lines, _separator(lines), name)
    if len(rows) < 5:
        raise InputError([Problem("file", name, say("has_no_rows"))])
    processing = [*rows[3], *[""] * len(rows[1])]
    names = [
        f"{column}_{how}" if how in PROCESSING and plain(column).split()[-1:] != [plain(how)] and i > 1 else column
        for i, (column, how) in enumerate(zip(rows[1], processing, strict=False))
    ]
    return headed(names, rows[4:], _separator(lines), units=rows[2])


def _separator(lines: Sequence[str]) -> str:
    """Return what separates the cells: a comma, unless a spreadsheet has saved the file again."""
    return next((sign for sign in ",;\t" if sign in lines[0]), ",")


def toaci1(lines: Sequence[str], name: str) -> Table:
    """Return the table of a Campbell file TOACI1: station, names, then rows; it states no unit."""
    rows = rows_of(lines, _separator(lines), name)
    if len(rows) < 3:
        raise InputError([Problem("file", name, say("has_no_rows"))])
    return headed(rows[1], rows[2:], _separator(lines))


def hobo_header(lines: Sequence[str]) -> tuple[int, str] | None:
    """Return which line is the header of a HOBOware export, and what separates its cells.

    It has a column of the date and time (with the offset from UTC) and names logger or sensors by serial number.
    """
    for number, line in enumerate(lines[:6]):
        for delimiter in ",;\t":
            cells = cells_of(line.lstrip("\ufeff"), delimiter)
            dated = any(re.match(r"Date[ -]Time\b|Date$", cell, re.IGNORECASE) for cell in cells[:3])
            if (
                dated
                and len(cells) > 2
                and ("S/N:" in line or cells[0] in ("#", "Line#", "Line #") or "Plot Title" in "".join(lines[:1]))
            ):
                return number, delimiter
    return None


def hobo(lines: Sequence[str], name: str) -> Table:
    """Return the table of a HOBOware export without the rows of events (stopped, connected) that hold no value."""
    found = hobo_header(lines)
    assert found is not None
    rows = rows_of([line.lstrip("\ufeff") for line in lines[found[0] :]], found[1], name)
    names = [column.lstrip("\ufeff") for column in rows[0]]
    kept = [i for i, column in enumerate(names) if not re.match(_EVENTS, column, re.IGNORECASE)]
    values = [i for i in kept if i > 0 and not re.match(r"Date|Time", names[i], re.IGNORECASE)]
    body = [
        [row[i] if i < len(row) else "" for i in kept]
        for row in rows[1:]
        if any(row[i : i + 1] != [""] for i in values if i < len(row))
    ]
    if not body:
        raise InputError([Problem("file", name, say("has_no_rows"))])
    stated = [re.match(r"[^(]*, ([^,(]+?) ?(?:\(|$)", names[i]) for i in kept]
    return headed([names[i] for i in kept], body, found[1], units=[match[1] if match else "" for match in stated])


_EVENTS = (
    r"(Host Connected|Stopped|End Of File|Coupler|Button|Bad Battery|Good Battery|Started|Logged|Launched|Water Detect)"
)


def davis_header(lines: Sequence[str]) -> int | None:
    """Return where the two lines of header of a WeatherLink text begin: ``Temp Hi Low`` over ``Date Time Out``."""
    for number, (upper, lower) in enumerate(pairwise(lines[:20])):
        if {"date", "out"} <= plain_cells(lower, "\t") and {"hi", "low"} <= plain_cells(upper, "\t"):
            return number
    return None


def davis(lines: Sequence[str], name: str) -> Table:
    """Return the table of a WeatherLink text (tabulators) with each pair of header cells as one name: ``Hi Temp``."""
    start = davis_header(lines)
    assert start is not None
    upper, lower, *rows = rows_of(lines[start:], "\t", name)
    width = max(len(upper), len(lower))
    pairs = zip([*upper, *[""] * width][:width], [*lower, *[""] * width][:width], strict=True)
    names = [" ".join(f"{above} {below}".split()) for above, below in pairs]
    if not rows:
        raise InputError([Problem("file", name, say("has_no_rows"))])
    table = headed(names, rows, "\t")
    clock = next((i for i, name in enumerate(names) if plain(name) == "time"), None)
    table = replace(table, rows=[[_davis_cell(cell, i == clock) for i, cell in enumerate(row)] for row in table.rows])
    if clock is not None and not any(row[clock] for row in table.rows):  # days, not intervals of them
        table = replace(table, names=[name if i != clock else "" for i, name in enumerate(names)])
    degrees = temperature_unit(*(numbers(table, name) for name in ("temp out", "dew pt", "out hum")))
    known = {**dict.fromkeys(("temp out", "hi temp", "low temp", "dew pt"), degrees), "wind speed": _davis_wind(table)}
    return replace(table, units=[known.get(plain(name)) for name in table.names])


def _davis_cell(cell: str, is_time: bool) -> str:
    """Return a cell without dashes for "missing", a time of day in 24 hours: ``12:30a`` is 00:30.

    >>> _davis_cell("---", False), _davis_cell("12:30a", True), _davis_cell("1:00p", True), _davis_cell("13:00", True)
    ('', '00:30', '13:00', '13:00')
    """
    match = re.fullmatch(r"(\d{1,2}):(\d\d) ?([ap])m?", cell, re.IGNORECASE) if is_time else None
    if match is not None:
        return f"{int(match[1]) % 12 + (12 if match[3].lower() == 'p' else 0):02d}:{match[2]}"
    return "" if re.fullmatch(r"-{2,}", cell) else cell


def _davis_wind(table: Table) -> str | None:
    """Return m/s where the run of the wind shows it, None where it does not tell: km/h gives km, mph gives miles.

    The run of an interval is its speed times its length, and 3.6 times that where metres a second give kilometres.
    """
    speed, run, minutes = (numbers(table, name) for name in ("wind speed", "wind run", "arc int"))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = run / (speed * minutes / 60)
    ratio = ratio[np.isfinite(ratio) & (speed > 0)]
    return "m/s" if len(ratio) and 3.2 < np.median(ratio) < 4.0 else None


def ecowitt_net_header(lines: Sequence[str]) -> tuple[int, str] | None:
    """Return where the two lines of header of an ecowitt.net export begin (groups over names), and the separator."""
    for number, (upper, lower) in enumerate(pairwise(lines[:4])):
        for delimiter in ",;\t":
            groups, cells = cells_of(upper, delimiter), cells_of(lower, delimiter)
            if len(cells) > 3 and plain(cells[0]) == "time" and "Outdoor" in groups and not groups[0]:
                return number, delimiter
    return None


def ecowitt_net(lines: Sequence[str], name: str) -> Table:
    """Return the table of an ecowitt.net export, each name behind its group (``Outdoor``)."""
    found = ecowitt_net_header(lines)
    assert found is not None
    groups, cells, *rows = rows_of([line.lstrip("\ufeff") for line in lines[found[0] :]], found[1], name)
    if not rows:
        raise InputError([Problem("file", name, say("has_no_rows"))])
    names, group = [], ""
    for i, cell in enumerate(cells):
        group = groups[i] if i < len(groups) and groups[i] else group
        names.append(f"{group} {cell}".strip() if i else cell)
    return headed(names, rows, found[1])


def is_ecowitt_gateway(lines: Sequence[str]) -> bool:
    """Return whether the first lines hold the header of a gateway's or console's own file."""
    return any(
        cells and plain(cells[0]) == "time" and any(cell.startswith("Outdoor Temperature(") for cell in cells)
        for line in lines[:3]
        for cells in [cells_of(line.lstrip("\ufeff"), ",")]
    )


WEATHERLINK_COM = ("date time",)


def is_weatherlink_com(lines: Sequence[str]) -> bool:
    """Return whether the first lines hold the header of an export of weatherlink.com: ``Temp - °C``."""
    found = find_header(lines, *WEATHERLINK_COM)
    return found is not None and bool(re.search(r"\bTemp - .{1,3}[CF]\b", lines[found[0]]))
