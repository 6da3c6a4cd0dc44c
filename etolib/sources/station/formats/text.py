"""Tables out of lines of text whose layout is known: under a header, by records, by flags beside the values."""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from etolib.errors import InputError, Problem
from etolib.sources.station.cells import NUMBER_COMMA, NUMBER_POINT, is_number, number
from etolib.sources.station.layout import Table
from etolib.sources.station.names import plain
from etolib.sources.station.units import unit_of
from etolib.words import Text, say

HEAD = 60
"""Lines in which a file shows what it is."""
LONGEST = 20_000
"""Letters of a line that may be a header."""


def find_header(lines: Sequence[str], *wanted: str) -> tuple[int, str] | None:
    """Return which of the first lines has all the ``wanted`` cells (compared plainly) and what separates them.

    >>> find_header(["a report", "Stn Id,Stn Name,ETo (mm)"], "stn id", "eto mm")
    (1, ',')
    >>> find_header(["date,tmax"], "stn id") is None
    True
    """
    cells = set(wanted)
    for at, line in enumerate(lines[:HEAD]):
        for delimiter in ",;\t":
            if delimiter in line and cells <= plain_cells(line, delimiter):
                return at, delimiter
    return None


@lru_cache(maxsize=1024)
def plain_cells(line: str, delimiter: str) -> frozenset[str]:
    """Return the cells of one line, compared plainly; every row asks for those of the same few lines.

    >>> sorted(plain_cells("Stn Id,Date", ","))
    ['date', 'stn id']
    """
    return frozenset(plain(cell) for cell in cells_of(line, delimiter))


def cells_of(line: str, delimiter: str) -> list[str]:
    """Return the cells of one line, without quotes and blanks around them; none of a line too long for a header.

    >>> cells_of('"a, b", 1 ', ",")
    ['a, b', '1']
    """
    if len(line) > LONGEST:
        return []
    return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])]


def rows_of(lines: Iterable[str], delimiter: str, name: str) -> list[list[str]]:
    """Return the cells of lines, without those that are blank; InputError where quotes do not end."""
    body = (line for line in lines if line.strip())
    try:
        return [[cell.strip() for cell in row] for row in csv.reader(body, delimiter=delimiter, skipinitialspace=True)]
    except csv.Error as error:
        raise InputError([Problem("file", name, say("no_table_of_text", error=str(error)))]) from error


def under(lines: Sequence[str], name: str, *wanted: str, units_row: bool = False) -> Table:
    """Return the table under the header that has the ``wanted`` cells, to the end of the file.

    Parameters
    ----------
    lines : sequence of str
    name : str
        Of the file, for messages.
    *wanted : str
        Cells of the header, plainly.
    units_row : bool
        Whether the row under the header holds units.

    Raises
    ------
    InputError
        Where nothing stands under it.
    """
    found = find_header(lines, *wanted)
    rows: list[list[str]] = []
    if found is not None:
        rows = rows_of(lines[found[0] :], found[1], name)
    if found is None or len(rows) < (3 if units_row else 2):
        raise InputError([Problem("file", name, say("has_no_rows"))])
    return headed(rows[0], rows[2 if units_row else 1 :], found[1], units=rows[1] if units_row else None)


def headed(
    names: Sequence[str], rows: Iterable[Sequence[str]], delimiter: str, *, units: Sequence[str] | None = None
) -> Table:
    """Return a table of ``rows`` under ``names``, every row as wide as the header."""
    width = len(names)
    body = [(list(row) + [""] * width)[:width] for row in rows]
    some = [cell for row in body[:500] for cell in row]
    commas = sum(bool(NUMBER_COMMA.match(cell)) for cell in some)
    points = sum("." in cell and bool(NUMBER_POINT.match(cell)) for cell in some)
    stated = [unit or None for unit in ([*units, *[""] * width][:width] if units else [""] * width)]
    return Table(list(names), stated, body, delimiter, "," if commas > points else ".")


def rejecting(
    table: Table, flag_of: Callable[[int], int | None], rejects: Callable[[str], bool], *, told: bool = True
) -> Table:
    """Return the table without the values whose quality flag the network rejects, and with a sentence that says so.

    ``flag_of`` gives the column of the flag of a column, None where it has none; ``rejects`` is asked with the flag;
    without ``told`` nothing is said, because the flag says that there is no value.
    """
    beside = {i: flag for i in range(len(table.names)) if (flag := flag_of(i)) is not None}
    rows = []
    count: Counter[str] = Counter()
    for row in table.rows:
        kept = list(row)
        for column, flag in beside.items():
            if rejects(row[flag].strip()):
                count[table.names[column]] += is_number(kept[column])
                kept[column] = ""
        rows.append(kept)
    return replace(table, rows=rows, notes=(*table.notes, *(rejected(count) if told else ())))


def rejected(count: Counter[str]) -> list[Text]:
    """Return what is said of values that the network itself marks as failed or doubtful, by the names of columns."""
    names = [name for name, number in count.items() if number]
    return [say("marked_by_network", count=count.total(), names=names)] if names else []


def without(table: Table, is_fill: Callable[[str, float], bool]) -> Table:
    """Return the table without the numbers that mean "missing": ``is_fill`` is asked with the column and the number."""
    rows = []
    for row in table.rows:
        kept = list(row)
        for i, cell in enumerate(row):
            if is_fill(table.names[i], value(cell)):
                kept[i] = ""
        rows.append(kept)
    return replace(table, rows=rows)


def value(cell: str) -> float:
    """Return the number of a cell, written with a decimal point or comma; NaN where it is none.

    >>> value("3,5"), value("1.234,5"), value("x")
    (3.5, 1234.5, nan)
    """
    return number(cell, "," if "," in cell else ".") if is_number(cell) else math.nan


def pivoted(records: Iterable[tuple[str, str, str, str]]) -> Table:
    """Return the table of records (station, day as YYYYMMDD, element, value): a row a day, a column an element.

    >>> table = pivoted([("X1", "20230105", "TMAX", "12"), ("X1", "20230105", "TMIN", "-56"),
    ...                  ("X1", "20230106", "TMIN", "3")])
    >>> table.names, table.rows
    (['STATION', 'DATE', 'TMAX', 'TMIN'], [['X1', '2023-01-05', '12', '-56'], ['X1', '2023-01-06', '', '3']])
    """
    days: dict[tuple[str, str], dict[str, str]] = {}
    elements: dict[str, None] = {}
    for station, day, element, value in records:
        days.setdefault((station.strip(), day), {}).setdefault(element, value)
        elements.setdefault(element)
    rows = [
        [station, f"{day[:4]}-{day[4:6]}-{day[6:]}", *(values.get(element, "") for element in elements)]
        for (station, day), values in sorted(days.items())
    ]
    return Table(["STATION", "DATE", *elements], [None] * (2 + len(elements)), rows, ",", ".")


def with_units(table: Table) -> Table:
    """Return the table with the brackets of its header as units: ``rain (mm)`` is ``rain`` in ``mm``.

    >>> with_units(headed(["time", "wind_speed_10m_mean (km/h)"], [["2024-01-01", "7"]], ",")).units
    [None, 'km/h']
    """
    parts = [re.fullmatch(r"(.*?)\s*[(\[]([^()\[\]]*)[)\]]", column) for column in table.names]
    names = [part[1] if part else column for part, column in zip(parts, table.names, strict=True)]
    units = [unit_of(part[2]) or part[2] if part else None for part in parts]
    return replace(table, names=names, units=units)


def places(lines: Sequence[str], patterns: dict[str, str]) -> dict[str, float]:
    """Return numbers that the first lines state: ``patterns`` of what they are, each with the number as first group.

    >>> places(["LATITUDE:;-15,789"], {"latitude": r"LATITUDE:;(-?[0-9.,]+)"})
    {'latitude': -15.789}
    """
    found: dict[str, float] = {}
    text = "\n".join(lines[:HEAD])
    for what, pattern in patterns.items():
        if match := re.search(pattern, text, re.IGNORECASE):
            found[what] = float(match[1].replace(",", "."))
    return found
