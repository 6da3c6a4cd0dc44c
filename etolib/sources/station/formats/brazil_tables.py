"""The layouts of INMET, Brazil's weather service: its automatic stations, BDMEP of today and of before 2019."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from etolib.sources.station.formats.text import find_header, places, under
from etolib.sources.station.layout import Table
from etolib.sources.station.names import plain

INMET_HEADERS = (("data", "hora utc"), ("data yyyy mm dd", "hora utc"))
"""Date and time in the yearly files of the automatic stations: since 2019, and before."""

_PLACE = {
    "latitude": r"LATITUDE\s*(?:\(graus\))?\s*:\s*;?\s*(-?\d+(?:[.,]\d+)?)",
    "longitude": r"LONGITUDE\s*(?:\(graus\))?\s*:\s*;?\s*(-?\d+(?:[.,]\d+)?)",
    "elevation": r"ALTITUDE\s*(?:\(metros\))?\s*:\s*;?\s*(-?\d+(?:[.,]\d+)?)",
}


def inmet(lines: Sequence[str], name: str) -> Table:
    """Return the table of an automatic station with the place of its first lines."""
    wanted = next((header for header in INMET_HEADERS if find_header(lines, *header)), INMET_HEADERS[0])
    return replace(under(lines, name, *wanted), facts=places(lines, _PLACE))


def bdmep(lines: Sequence[str], name: str) -> Table:
    """Return the table of an answer of BDMEP with the place of its first lines."""
    return replace(under(lines, name, "data medicao"), facts=places(lines, _PLACE))


OLD_BDMEP = ("estacao", "data", "hora")


def old_bdmep(lines: Sequence[str], name: str) -> Table:
    """Return the table of BDMEP of before 2019: a day has a row for each hour of observation, put together here.

    The row of 00 UTC holds maximum, sunshine and means of the day of its date, the row of 12 UTC minimum and rain: the
    values of a day are the first that its rows give. What a single hour says (dry and wet bulb, pressure) is left out.
    """
    table = under(lines, name, *OLD_BDMEP)
    at = {plain(column): i for i, column in enumerate(table.names)}
    daily = [i for i, column in enumerate(table.names) if plain(column) in OLD_DAILY]
    days: dict[str, list[str]] = {}
    for row in table.rows:
        values = days.setdefault(row[at["data"]], [""] * len(daily))
        for j, i in enumerate(daily):
            values[j] = values[j] or row[i]
    names = [table.names[at["data"]], *(table.names[i] for i in daily)]
    rows = [[day, *values] for day, values in days.items() if day]
    return Table(names, [None] * len(names), rows, table.delimiter, table.decimal, places(lines, _PLACE))


OLD_DAILY = ("precipitacao", "tempmaxima", "tempminima", "insolacao", "evaporacao piche", "temp comp media",
             "umidade relativa media", "velocidade do vento media")  # fmt: skip
"""Columns of BDMEP of before 2019 that hold one value a day."""
