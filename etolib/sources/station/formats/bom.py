"""Files of the Australian Bureau of Meteorology (BoM): the tables of its evapotranspiration and of its observations."""

from __future__ import annotations

import re
from collections.abc import Sequence

from etolib.errors import InputError, Problem
from etolib.sources.station.cells import split
from etolib.sources.station.formats.text import headed
from etolib.sources.station.layout import Table
from etolib.words import say

_DAY = re.compile(r"^\d{2}/\d{2}/\d{4}$")


def _cells(lines: Sequence[str], name: str) -> list[list[str]]:
    return [[cell.strip() for cell in row] for row in split(list(lines), ",", name)]


def read_evapotranspiration(lines: Sequence[str], name: str) -> Table:
    """Return the table of a month of evapotranspiration (IDCKWCDE..): the names of its columns stand in three rows.

    Raises
    ------
    InputError
        Where nothing stands under them.
    """
    rows = _cells(lines, name)
    at = next((i for i, row in enumerate(rows) if row[:2] == ["Station Name", "Date"]), len(rows))
    if at + 2 >= len(rows):
        raise InputError([Problem("file", name, say("has_no_rows"))])
    units = rows[at + 1]
    names = [
        " ".join(part for row in rows[max(0, at - 2) : at + 1] if len(row) > i and (part := row[i])).replace("- ", "")
        for i in range(len(rows[at]))
    ]
    names = [f"{n} {units[i]}".strip() if i < len(units) else n for i, n in enumerate(names)]
    body = [row for row in rows[at + 2 :] if len(row) > 1 and _DAY.match(row[1])]
    for row in body:
        row[1] = "-".join(reversed(row[1].split("/")))
    return headed(names, body, ",")


def read_observations(lines: Sequence[str], name: str) -> Table:
    """Return the table of a month of daily observations (IDCJDW..), which has values of 9 and 15 h and no means.

    Raises
    ------
    InputError
        Where there is no row that names them.
    """
    rows = _cells(lines, name)
    at = next((i for i, row in enumerate(rows) if row[1:2] == ["Date"]), len(rows))
    if at + 1 >= len(rows):
        raise InputError([Problem("file", name, say("has_no_rows"))])
    names = rows[at]
    body = [row for row in rows[at + 1 :] if len(row) > 1 and row[1]]
    for row in body:
        year, month, day = row[1].split("-") if row[1].count("-") == 2 else ("", "", "")
        row[1] = f"{year}-{month:0>2}-{day:0>2}" if year else row[1]
    return headed(names, body, ",")
