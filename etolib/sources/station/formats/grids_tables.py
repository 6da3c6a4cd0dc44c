"""The layouts of grids of North America at a point: Daymet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from etolib.equations import sun
from etolib.sources.station.formats.text import HEAD, cells_of, places, plain_cells, under, value
from etolib.sources.station.layout import Table
from etolib.sources.station.names import plain
from etolib.words import say


def daymet_header(lines: Sequence[str]) -> tuple[int, str] | None:
    """Return which line is a header of Daymet and what separates it: both temperatures, and its day or its daylight.

    The single-pixel service writes ``year,yday,dayl (s),...``; other clients a date and the names without the units.
    """
    for number, line in enumerate(lines[:HEAD]):
        for delimiter in ",;\t":
            words = {cell.split()[0] for cell in plain_cells(line, delimiter) if cell}
            if {"tmax", "tmin"} <= words and ({"year", "yday"} <= words or {"dayl", "srad"} <= words):
                return number, delimiter
    return None


def daymet(lines: Sequence[str], name: str) -> Table:
    """Return the table of Daymet, its radiation as the sum of the day.

    Daymet's ``srad`` is the mean over the daylight (W m-2) and ``dayl`` its length (s): their product is the day's sum.
    Without ``dayl`` the length is that of the geometry of the place (FAO-56 Eq. 34); without a place too the column is
    left empty, as a mean over an unknown time says nothing.
    """
    found = daymet_header(lines)
    assert found is not None
    table = under(lines[found[0] :], name, *map(plain, cells_of(lines[found[0]], found[1])[:3]))
    facts = places(lines, {
        "latitude": r"Latitude:\s*(-?[\d.]+)", "longitude": r"Longitude:\s*(-?[\d.]+)",
        "elevation": r"Elevation:\s*(-?[\d.]+)",
    })  # fmt: skip
    at = {words[0]: i for i, column in enumerate(table.names) if (words := plain(column).split())}
    radiation = at.get("srad")
    if radiation is None:
        return replace(table, facts=facts)
    rows = []
    kind = "daymet_daylight_given" if "dayl" in at else "daymet_daylight_computed"
    for row in table.rows:
        length = _daylight(row, at, facts.get("latitude"))
        cell = row[radiation]
        total = value(cell) * length * 1e-6
        kept = list(row)
        kept[radiation] = f"{total:.6g}".replace(".", table.decimal) if math.isfinite(total) else ""
        rows.append(kept)
    if not any(row[radiation] for row in rows):
        kind = "daymet_daylight_unknown"
    note = say(kind, name=repr(table.names[radiation]))
    return replace(table, rows=rows, facts=facts, notes=(*table.notes, note))


def _daylight(row: Sequence[str], at: dict[str, int], latitude: float | None) -> float:
    """Return the length of the daylight [s], NaN where it cannot be known."""
    if "dayl" in at and math.isfinite(length := value(row[at["dayl"]])):
        return length
    day = value(row[at["yday"]]) if "yday" in at else math.nan
    if latitude is None or not 1 <= day <= 366:
        return math.nan
    return float(np.asarray(sun.daylight_hours(latitude, day))) * 3600
