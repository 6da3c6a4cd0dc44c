"""CSV files of NASA POWER: a block of facts before the table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from etolib.sources.station.cells import split
from etolib.sources.station.formats.row import Format, Head
from etolib.sources.station.layout import Table, find_table
from etolib.sources.station.units import unit_of

END = "-END HEADER-"


def recognise(head: Head) -> bool:
    """Return whether a file is of NASA POWER: its block of facts has an end of its own."""
    return any(line.strip() == END for line in head.lines)


def read(lines: Sequence[str], name: str) -> Table:
    """Return the table of a NASA POWER file with place and units of its header."""
    end = next(i for i, line in enumerate(lines) if line.strip() == END)
    facts, units = _header(lines[:end])
    table = find_table(split([line for line in lines[end + 1 :] if line.strip()], ",", name), ",", name)
    stated = [units.get(column, unit) for column, unit in zip(table.names, table.units, strict=True)]
    return replace(table, facts=facts, units=stated)


def _header(lines: Sequence[str]) -> tuple[dict[str, float], dict[str, str | None]]:
    """Return place and units out of the header block."""
    facts: dict[str, float] = {}
    units: dict[str, str | None] = {}
    for line in lines:
        place = re.search(r"latitude\s+(-?\d+(?:\.\d+)?)\s+longitude\s+(-?\d+(?:\.\d+)?)", line, re.IGNORECASE)
        height = re.search(r"=\s*(-?\d+(?:\.\d+)?)\s*meters", line)
        parameter = re.match(r"^([A-Z0-9_]+)\s+.*\(([^()]+)\)\s*$", line.strip())
        if place:
            facts["latitude"], facts["longitude"] = float(place[1]), float(place[2])
        elif height:
            facts["elevation"] = float(height[1])
        elif parameter:
            units[parameter[1]] = unit_of(parameter[2])
    return facts, units


NASA_POWER = Format(
    "nasa_power", "NASA POWER", recognise, source="NASA POWER Daily API, CSV (power.larc.nasa.gov/docs)", table=read
)
