"""Files of Meteostat: of a year with the source beside each value, of the older archive without a header."""

from __future__ import annotations

import re
from collections.abc import Sequence

from etolib.sources.station.cells import split
from etolib.sources.station.formats.text import headed
from etolib.sources.station.layout import Table

_OLD = ("date", "tavg", "tmin", "tmax", "prcp", "snow", "wdir", "wspd", "wpgt", "pres", "tsun")
_OLD_HOURS = ("date", "hour", "temp", "dwpt", "rhum", "prcp", "snow", "wdir", "wspd", "wpgt", "pres", "tsun", "coco")
_NUMBER = r"(?:-?\d+(?:\.\d+)?)?"
_ROW = re.compile(r"^\d{4}-\d\d-\d\d" + rf",{_NUMBER}" * 10 + r"$")
_HOUR = re.compile(r"^\d{4}-\d\d-\d\d,(?:[01]?\d|2[0-3])" + rf",{_NUMBER}" * 11 + r"$")


def is_daily(lines: Sequence[str]) -> bool:
    """Return whether lines are a daily file of Meteostat.

    >>> is_daily(["2023-07-10,23.1,15.2,30.4,0.0,,240,11.2,31.5,1016.2,702"]), is_daily(["date,tmin,tmax"])
    (True, False)
    """
    body = [line.strip().replace('"', "") for line in lines[:10] if line.strip()]
    if not body:
        return False
    names = set(body[0].lower().split(","))
    if {"tmin", "tmax"} <= names and ({"wspd", "wpgt"} <= names or {"wspd_source", "tmax_source"} <= names):
        return True
    return all(_ROW.match(line) for line in body) and all(_plausible(line.split(",")) for line in body)


def is_hourly(lines: Sequence[str]) -> bool:
    """Return whether lines are an hourly file of Meteostat.

    >>> is_hourly(["2023-07-10,0,15.5,12.6,83,0.0,,240,4.8,10.7,1013.6,0,2"]), is_hourly(["date,temp,rhum"])
    (True, False)
    """
    body = [line.strip().replace('"', "") for line in lines[:10] if line.strip()]
    names = set(body[0].lower().split(",")) if body else set()
    return {"temp", "rhum", "wspd", "coco"} <= names or (bool(body) and all(map(_HOUR.match, body)))


def _plausible(row: Sequence[str]) -> bool:
    """Return whether mean, minimum and maximum stand in order, and direction and pressure where they belong."""
    mean, low, high, pressure = (float(row[i]) if row[i] else None for i in (1, 2, 3, 9))
    if low is not None and high is not None and not low <= high:
        return False
    if mean is not None and low is not None and high is not None and not low - 0.5 <= mean <= high + 0.5:
        return False
    return pressure is None or 850 < pressure < 1100


def read(lines: Sequence[str], name: str) -> Table:
    """Return the table of a file of Meteostat, whose older archive has no header."""
    rows = [[cell.strip() for cell in row] for row in split([line for line in lines if line.strip()], ",", name)]
    first = ",".join(rows[0])
    old = _OLD if _ROW.match(first) else _OLD_HOURS if _HOUR.match(first) else None
    names = rows.pop(0) if old is None else list(old)
    return headed(names, rows, ",")
