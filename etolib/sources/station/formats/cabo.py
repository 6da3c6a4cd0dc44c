"""Weather of the Wageningen crop models: yearly CABO files (``nl1.023``) and the comma-separated files of PCSE."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace

from etolib.errors import InputError, Problem
from etolib.sources.station.cells import NUMBER_POINT, number, split
from etolib.sources.station.formats.text import headed
from etolib.sources.station.layout import Table
from etolib.words import say

_NAMES = ("station", "date", "irradiation", "tmin", "tmax", "vapour pressure", "wind", "rain")
_SUNSHINE = "sunshine"
_STATUS = "-999"
PCSE_HEAD = "## Site Characteristics"
_PCSE_TABLE = "## Daily weather observations"


def is_cabo(lines: Sequence[str]) -> bool:
    """Return whether lines are those of a CABO file: comments with ``*``, five numbers of the place, rows of nine.

    >>> is_cabo(["* any", " 5.67 51.97 7. 0. 0.", " 1 2023 1 1000. 1. 5. 0.6 3. 0.0"]), is_cabo(["a,b", "1,2"])
    (True, False)
    """
    body = [line.split() for line in lines[:200] if line.strip() and not line.startswith("*")]
    body = [row for i, row in enumerate(body) if i == 0 or not row[0].startswith(_STATUS)]
    if len(body) < 2 or len(body[0]) != 5 or not all(NUMBER_POINT.match(cell) for cell in body[0]):
        return False
    return all(len(row) == 9 and all(NUMBER_POINT.match(cell) for cell in row) for row in body[1:4])


def wind_height(lines: Sequence[str]) -> float:
    """Return the height of the wind that the comments name [m], else 2 m (PCSE, ``WeatherDataContainer``).

    >>> wind_height(["*     8      mean wind speed (height: 10 m) m s-1"]), wind_height(["* 8 mean wind speed m s-1"])
    (10.0, 2.0)
    """
    for line in lines[:60]:
        if line.startswith("*") and "wind" in line.lower():
            match = re.search(r"(\d+(?:\.\d+)?)\s*m\b(?!\s*/|\s*s)", line, re.IGNORECASE)
            if match:
                return float(match[1])
    return 2.0


def read(lines: Sequence[str], name: str) -> Table:
    """Return the table of a CABO file; -99 is none, a row that begins with -999 is not one.

    Where both Angström values of the line of the place are positive, the fourth column holds sunshine [h].

    Raises
    ------
    InputError
        For a row that has no day.
    """
    body = [line.split() for line in lines if line.strip() and not line.startswith("*")]
    place = [number(cell, ".") for cell in body[0]]
    names = list(_NAMES)
    if place[3] > 0 and place[4] > 0:
        names[2] = _SUNSHINE
    rows = []
    for row in body[1:]:
        if row[0].startswith(_STATUS):
            continue
        if len(row) != 9:
            rule = say("columns_under_titles", columns=len(row), titles=9)
            raise InputError([Problem("file", name, rule)])
        rows.append([row[0], _day(row[1], row[2]), *row[3:]])
    facts = dict(zip(("longitude", "latitude", "elevation"), place[:3], strict=True))
    facts["wind_height"] = wind_height(lines)
    return Table(names, [None] * len(names), rows, " ", ".", facts)


def _day(year: str, yearday: str) -> str:
    try:
        day = dt.date(int(year), 1, 1) + dt.timedelta(days=int(yearday) - 1)
        if day.year != int(year):
            raise ValueError
    except (ValueError, OverflowError):
        raise InputError([Problem("file", f"{year} {yearday}", say("is_not_a_date"))]) from None
    return day.isoformat()


def read_pcse(lines: Sequence[str], name: str) -> Table:
    """Return the table of a weather file of PCSE (CSV), with the place of its head; NaN is none.

    Where the head says ``HasSunshine = True``, the column IRRAD holds sunshine [h].

    Raises
    ------
    InputError
        Where no table follows the head.
    """
    at = next((i for i, line in enumerate(lines[:60]) if line.startswith(_PCSE_TABLE)), None)
    body = [] if at is None else [line for line in lines[at + 1 :] if line.strip()]
    if len(body) < 2:
        raise InputError([Problem("file", name, say("has_no_rows"))])
    rows = [[cell.strip() for cell in row] for row in split(body, ";" if ";" in body[0] else ",", name)]
    names = rows[0]
    head = dict(re.findall(r"(\w+)\s*=\s*('[^']*'|[^;'\s]+)", "\n".join(lines[:at])))
    if head.get("HasSunshine", "").lower() in ("true", "1"):
        names = [_SUNSHINE if n == "IRRAD" else n for n in names]
    facts = {
        key.lower(): value for key in ("Longitude", "Latitude", "Elevation")
        if (value := number(head.get(key, ""), ".")) == value
    }  # fmt: skip
    return replace(headed(names, rows[1:], ","), facts=facts)
