"""The layouts of American networks of stations: from their lines to a table."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from etolib.errors import InputError, Problem
from etolib.sources.station.cells import is_number
from etolib.sources.station.formats.text import (
    cells_of,
    find_header,
    headed,
    places,
    rejected,
    rejecting,
    under,
    without,
)
from etolib.sources.station.layout import Table
from etolib.sources.station.names import plain
from etolib.words import say

CIMIS_REJECTED = frozenset("ACIMNQRS")
"""Flags of CIMIS: historical average (A), not collected (C, N), ignore (I), missing (M), a sensor it needs is missing
(Q), far out of range (R), out of service (S). Kept: moderately out of range (Y), some hours missing (H)."""


def cimis_hours(lines: Sequence[str]) -> bool:
    """Return whether the first lines are a CIMIS report of hours."""
    return any(find_header(lines, "stn id", "stn name", hour) is not None for hour in ("hour", "hour pst"))


def cimis(lines: Sequence[str], name: str) -> Table:
    """Return the table of a CIMIS report (daily or hourly): each value is followed by its flag, ``qc``."""
    table = under(lines, name, "stn id", "stn name")
    last = len(table.names) - 1
    return rejecting(table, lambda i: i + 1 if i < last and plain(table.names[i + 1]) == "qc" else None,
                     CIMIS_REJECTED.__contains__)  # fmt: skip


_PCODE = re.compile(r"^[a-z][a-z0-9]{2,7}[\s_]+[a-z][a-z0-9]{1,6}$", re.IGNORECASE)


_TEMPERATURES = {"MX", "MN", "MM", "OB"}

_OF_HOURS = {"ob", "obm", "obx", "obn", "tu", "tp", "ea", "ws", "wd", "wg", "si", "sq", "pc", "pi", "bp", "bv", "wc"}
"""Codes of AgriMet's hours."""
_WORDS = {"temp", "temperature", "air", "tair", "tmp", "t2m", "outdoor", "max", "min", "rel", "hum", "humidity"}
"""What stands before ``mx`` in files of others."""


def agrimet_header(lines: Sequence[str]) -> tuple[int, str] | None:
    """Return which line is the header of an AgriMet answer: a date, then station and code in every cell."""
    for number, line in enumerate(lines[:60]):
        for delimiter in ",;\t":
            first, *rest = cells_of(line, delimiter) or [""]
            if plain(first) in ("date", "datetime", "date time") and all(map(_PCODE.match, rest)):
                stations, codes = ({plain(cell).split()[i] for cell in rest} for i in (0, -1))
                if not stations & _WORDS and ({"mx", "mn"} <= codes or {"ob"} < codes <= _OF_HOURS):
                    return number, delimiter
    return None


def agrimet_hours(lines: Sequence[str]) -> bool:
    """Return whether the first lines are an AgriMet answer of hours or quarters of one: its dates have times."""
    found = agrimet_header(lines)
    rows = [] if found is None else [line.lstrip(' "') for line in lines[found[0] + 1 : found[0] + 5]]
    first = next((line for line in rows if line[:1].isdigit()), "")
    return bool(re.match(r"\S+[ T]\d{1,2}:\d\d", first))


def agrimet(lines: Sequence[str], name: str) -> Table:
    """Return the table of an AgriMet answer: comma-separated text, or inside the page of ``BEGIN DATA``.

    The columns are the station and the codes of what is measured there; of several stations a row each.
    ``998877`` and ``NO RECORD`` mean missing; a value followed by ``+``, ``-`` or ``^`` failed a limit and is left out,
    and counted.
    """
    found = agrimet_header(lines)
    assert found is not None
    start, delimiter = found
    header = [cell.split() for cell in cells_of(lines[start].replace("_", " "), delimiter)]
    codes = list(dict.fromkeys(words[-1] for words in header[1:]))
    days: dict[tuple[str, str], dict[str, str]] = {}
    count: Counter[str] = Counter()
    for line in lines[start + 1 :]:
        cells = cells_of(line, delimiter)
        if cells and re.match(r"\d", cells[0]):
            # The page writes month/day/year, the text year-month-day.
            date = re.sub(r"^(\d\d)/(\d\d)/(\d{4})", r"\3-\1-\2", cells[0])
            for words, cell in zip(header[1:], cells[1:], strict=False):
                days.setdefault((words[0], date), {})[words[-1]] = _agrimet_value(cell)
                count[words[-1]] += bool(_FAILED.search(cell))
        elif days:
            break
    if not days:
        raise InputError([Problem("file", name, say("has_no_rows"))])
    rows = [[station, date, *(cells.get(code, "") for code in codes)] for (station, date), cells in days.items()]
    table = headed(["station", " ".join(header[0]), *codes], rows, delimiter)
    table = replace(table, notes=tuple(rejected(count)))
    return without(table, lambda _, number: abs(number - 998877) < 1 or number <= -459)


_FAILED = re.compile(r"\d\s*[-+^]$")


def _agrimet_value(cell: str) -> str:
    if cell.upper() in ("NO RECORD", "MISSING") or _FAILED.search(cell):
        return ""
    return re.sub(r"(?<=\d)\s*[a-z]$", "", cell)


def coagmet(lines: Sequence[str], name: str) -> Table:
    """Return the table of a CoAgMet answer: under the header stands a row of units, and a run is one of a day."""
    found = find_header(lines, *COAGMET)
    assert found is not None
    second = next((line for line in lines[found[0] + 1 :] if line.strip()), "")
    stated = not any(is_number(cell) or re.match(r"\d{4}-", cell) for cell in cells_of(second, found[1]))
    table = under(lines, name, *COAGMET, units_row=stated)
    units = [
        f"{unit}/day" if unit and plain(column).startswith("windrun") else unit
        for column, unit in zip(table.names, table.units, strict=True)
    ]
    return without(replace(table, units=units), lambda _, number: number == -999)


COAGMET = ("station", "tmax", "tmin", "windrun")

AZMET = ("year", "day of year", "station", "maximum air temperature", "minimum air temperature",
         "mean air temperature", "maximum relative humidity", "minimum relative humidity", "mean relative humidity",
         "vapor pressure deficit", "solar radiation", "precipitation", "soil maximum 4 inch", "soil minimum 4 inch",
         "soil mean 4 inch", "soil maximum 20 inch", "soil minimum 20 inch", "soil mean 20 inch", "mean wind speed",
         "wind vector magnitude", "wind vector direction", "wind direction deviation", "maximum wind speed",
         "AZMET reference ET", "heat units", "Penman-Monteith reference ET", "actual vapor pressure",
         "dew point")  # fmt: skip
"""What the columns of AZMET's daily text are; the file has no header."""


def azmet_row(line: str) -> list[float] | None:
    """Return the numbers of a line of AZMET's daily text, None where it is none.

    Such a line has a year, a day of the year and a station, and three columns of temperature and three of humidity in
    the order maximum, minimum, mean.
    """
    cells = line.split(",") if len(line) < 500 else []
    if not 24 <= len(cells) <= len(AZMET) or not all(is_number(cell.strip()) for cell in cells):
        return None
    row = [float(cell) for cell in cells]
    year, day, station = row[:3]
    if not (year % 1 == day % 1 == station % 1 == 0 and 1 <= day <= 366 and 1 <= station <= 99):
        return None
    return row if 1986 <= year <= 2100 or 86 <= year <= 99 or 0 <= year <= 2 else None


def is_azmet(lines: Sequence[str]) -> bool:
    """Return whether the first lines are AZMET's daily text."""
    body = [line for line in lines[:30] if line.strip()]
    rows = [azmet_row(line) for line in body]
    good = [row for row in rows if row is not None and row[3] < 99 and row[6] <= 110]
    ordered = [r[3] >= r[5] >= r[4] and r[6] >= r[8] >= r[7] for r in good]
    return bool(good) and None not in rows and all(ordered)


def azmet(lines: Sequence[str], name: str) -> Table:
    """Return the table of AZMET's daily text, which has no header; 999 means missing."""
    rows = []
    for line in lines:
        if line.strip():
            cells = [cell.strip() for cell in line.split(",")]
            year, day = (int(float(cell)) if is_number(cell) else 0 for cell in cells[:2])
            year += 0 if year > 99 else 1900 if year > 85 else 2000
            date = dt.date(year, 1, 1) + dt.timedelta(days=day - 1) if year and 1 <= day <= 366 else None
            rows.append(["" if date is None else date.isoformat(), *cells[2:]])
    table = headed(["date", *AZMET[2:]], rows, ",")
    return without(table, lambda column, number: abs(number) >= 999 and column != "date")


_ECCC_REJECTED = frozenset("MNYLAFC")
ECCC_DAYS = (("max temp c", "max temp flag"), ("temp max c", "temp min c", "date heure"))
ECCC_HOURS = (("temp c", "dew point temp c", "temp flag"), ("temp c", "point de rosee c", "hum rel"))
"""Columns that show a download in English and in French."""


def eccc(lines: Sequence[str], name: str) -> Table:
    """Return the table of a download of climate.weather.gc.ca; M means missing, and lines above may state the place."""
    wanted = next(header for header in (*ECCC_DAYS, *ECCC_HOURS) if find_header(lines, *header))
    table = under(lines, name, *wanted)
    flags = {re.sub(r" (flag|indicateur)$", "", plain(column)): i for i, column in enumerate(table.names)
             if re.search(r" (flag|indicateur)$", plain(column))}  # fmt: skip

    def flag_of(i: int) -> int | None:
        return flags.get(re.sub(r" (c|mm|cm|km h|kpa|10s deg)$", "", plain(table.names[i])))

    stated = places(lines, {
        "latitude": r'"Latitude","(-?[\d.]+)"', "longitude": r'"Longitude","(-?[\d.]+)"',
        "elevation": r'"Elevation","(-?[\d.]+)"',
    })  # fmt: skip
    flagged = {i: (flag, frozenset("E")) for i in range(len(table.names)) if (flag := flag_of(i)) is not None}
    return replace(rejecting(table, flag_of, _ECCC_REJECTED.__contains__), facts=stated, estimates=flagged)
