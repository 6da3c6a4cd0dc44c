"""Monthly means of a station of FAO CLIMWAT (.pen)."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from etolib.errors import InputError, Problem
from etolib.sources.station.cells import NUMBER_POINT, split
from etolib.sources.station.formats.row import Format, Head
from etolib.sources.station.layout import Table
from etolib.words import say


def recognise(head: Head) -> bool:
    """Return whether a file is of CLIMWAT: a line of the station and twelve of means."""
    return _months(head.lines) is not None


def _months(lines: Sequence[str]) -> tuple[str, list[list[str]]] | None:
    """Return the line of the station and the cells of the months."""
    body = [line for line in lines if line.strip()]
    if not 13 <= len(body) <= 14 or not body[0].lstrip().startswith('"'):
        return None
    rows = [re.split(r"[\s,]+", line.strip().strip(",")) for line in body[1:13]]
    widths = {len(row) for row in rows}
    if widths not in ({3}, {7}) or not all(NUMBER_POINT.match(cell) for row in rows for cell in row):
        return None
    return body[0], rows


def read(lines: Sequence[str], name: str) -> Table:
    """Return the months of a CLIMWAT file (.pen).

    Columns: maximum and minimum temperature [°C], humidity [%], wind [km/day], sunshine [h], radiation
    [MJ m-2 day-1], ETo [mm/day]. The station's line holds country, name, elevation, latitude, its half of the globe
    (``N.L.``, ``S.L.``), longitude and its half. Where a half cannot be read the place is not taken from the file. The
    file of rain beside it (.cli) has three columns and is refused by name.
    """
    found = _months(lines)
    assert found is not None
    station, rows = found
    if len(rows[0]) == 3:
        raise InputError([Problem("file", name, say("climwat_rain"), say("choose_the_pen_file"))])
    values = np.array(rows, dtype=float)
    low, high = np.minimum(values[:, 0], values[:, 1]), np.maximum(values[:, 0], values[:, 1])
    months = pd.DataFrame(
        {"tmin": low, "tmax": high, "rhmean": values[:, 2], "u2": values[:, 3] / 86.4, "sunshine": values[:, 4],
         "rs": values[:, 5], "eto": values[:, 6]},
        index=range(1, 13),
    )  # fmt: skip
    facts = _place(split([station], ",", name)[0])
    return Table([], [], [], " ", ".", facts, monthly=months)


def _place(head: Sequence[str]) -> dict[str, float]:
    """Return elevation, latitude and longitude of the first line of a CLIMWAT file, as far as they are certain.

    >>> _place(["Brazil", "X", "550", "22.7", "S.L.", "47.6", "W.L."])
    {'elevation': 550.0, 'latitude': -22.7, 'longitude': -47.6}
    >>> _place(["Location 77", "SRINAGAR", "1587", "34.08", "N.L.", "74.83", " 01"])
    {'elevation': 1587.0, 'latitude': 34.08}
    """
    cells = [cell.strip() for cell in head]
    found: dict[str, float] = {}
    if len(cells) < 3 or not NUMBER_POINT.match(cells[2]):
        return found
    found["elevation"] = float(cells[2])
    for key, at, plus, minus in (("latitude", 3, "N", "S"), ("longitude", 5, "E", "W")):
        if len(cells) > at + 1 and NUMBER_POINT.match(cells[at]):
            half, degrees = cells[at + 1][:1].upper(), float(cells[at])
            if half in (plus, minus):
                found[key] = -abs(degrees) if half == minus else degrees
            elif degrees < 0:
                found[key] = degrees
    return found


CLIMWAT = Format(
    "climwat", "FAO CLIMWAT", recognise, source="CLIMWAT 2.0 for CROPWAT, description of the .pen files", table=read
)
