"""Files of the Dutch weather service (KNMI): the header is the last comment line, numbers stand in tenths."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from etolib.sources.station.cells import split
from etolib.sources.station.formats.text import headed
from etolib.sources.station.layout import Table

_HEADER = re.compile(r"^#?\s*STN\s*,\s*YYYYMMDD\s*,")
_STATION = re.compile(r"^#?\s*(\d{3})\s*:?\s+(-?\d+\.\d+)\s+(-?\d+\.\d+)\s+(-?\d+\.\d+)\s+\S")
_BELOW_HALF = ("RH", "RHX", "SQ", "R")
"""Columns in which -1 says that there was some, but less than 0.05."""


def header_of(lines: Sequence[str]) -> int | None:
    """Return which line names the columns, None where none does.

    >>> header_of(["# SOURCE: KNMI", "# STN,YYYYMMDD,   FG,   TG", "  260,20230710,   35,  219"])
    1
    """
    return next((i for i, line in enumerate(lines[:200]) if _HEADER.match(line)), None)


def read(lines: Sequence[str], name: str) -> Table:
    """Return the table of a KNMI file of days or hours, with the place where its head lists one station only.

    Numbers are as in the file (tenths), but that -1 of rain and sunshine, which says "less than 0.05", is 0.
    """
    start = header_of(lines)
    assert start is not None
    names = [cell.strip() for cell in lines[start].lstrip("# ").split(",")]
    rows = []
    for cells in split([line for line in lines[start + 1 :] if line.strip(" ,#")], ",", name):
        row = [cell.strip() for cell in cells]
        rows.append(["0" if n in _BELOW_HALF and cell == "-1" else cell for n, cell in zip(names, row, strict=False)])
    table = headed(names, rows, ",")
    return replace(table, facts=_place(lines[:start], {row[0] for row in table.rows}))


def _place(head: Sequence[str], stations: set[str]) -> dict[str, float]:
    """Return where the station stands, by the list of stations in the head (longitude before latitude)."""
    found = [match for line in head if (match := _STATION.match(line)) and match[1] in stations]
    if len(found) != 1 or len(stations) != 1:
        return {}
    return {"longitude": float(found[0][2]), "latitude": float(found[0][3]), "elevation": float(found[0][4])}
