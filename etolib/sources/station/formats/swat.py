"""Weather files of SWAT: temperatures of SWAT+, of SWAT 2012 and of ArcSWAT; the files of one other variable are told.

SWAT+ has a title, a line of names, a line of the place, and rows of year, day of the year, maximum and minimum. SWAT
2012 has four lines of the stations, and rows of YYYYDDD with numbers of five letters. ArcSWAT has the first date alone
in a line, and then a row a day. -99 is none.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence
from dataclasses import replace

from etolib.errors import InputError, Problem
from etolib.sources.station.formats.row import Format, Spec
from etolib.sources.station.formats.text import headed, value
from etolib.sources.station.layout import Table
from etolib.words import say

_PLACE = ("latitude", "longitude", "elevation")
_NAMES = ("date", "tmax", "tmin")
_NONE = -98.0
_2012 = re.compile(r"^\d{7}(?:[ +-]*\d+\.\d)+\s*$")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$")


def _kind(lines: Sequence[str]) -> str | None:
    """Return which of the three layouts the first lines have, None for none."""
    if len(lines) > 3 and re.match(r"\s*nbyr\s+tstep\s+lat\s+lon\s+elev\s*$", lines[1], re.IGNORECASE):
        return "plus"
    heads = [line.split(" ")[0].split("\t")[0].lower() for line in lines[:4]]
    if heads[1:] == ["lati", "long", "elev"] and len(lines) > 4 and re.match(r"^\d{7}", lines[4]):
        return "2012"
    body = [line.strip() for line in lines[1:] if line.strip()]
    if lines and _day(lines[0].strip()) and len(body) > 1 and all(map(_numbers, body)):
        return "arc"
    return None


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if re.fullmatch(r"[12][0-9]{7}", text) else None
    except ValueError:
        return None


def _numbers(line: str) -> bool:
    cells = line.split(",")
    return len(cells) <= 2 and all(_NUMBER.match(cell.strip()) for cell in cells)


def read(lines: Sequence[str], name: str) -> Table:
    """Return the table of temperatures.

    Raises
    ------
    InputError
        For files of another variable, of several stations, and rows that are no days.
    """
    kind = _kind(lines)
    facts: dict[str, float] = {}
    if kind == "plus":
        place = [value(cell) for cell in lines[2].split()[2:5]]
        facts = {what: v for what, v in zip(_PLACE, place, strict=False) if math.isfinite(v)}
        rows = [_dated(line.split()[:2], line.split()[2:]) for line in lines[3:] if line.strip()]
    elif kind == "2012":
        for what, line in zip(_PLACE, lines[1:4], strict=True):
            found = re.findall(r"-?\d+(?:\.\d+)?", line)
            if len(found) > 1:
                raise InputError([Problem("file", name, say("swat_several"), say("keep_one_place"))])
            facts |= {what: float(found[0])} if found else {}
        rows = [_dated([line[:4], line[4:7]], re.findall(r".{5}", line[7:].rstrip().ljust(10))) for line in lines[4:]
                if line.strip()]  # fmt: skip
    else:
        first = _day(lines[0].strip()) or dt.date.min
        body = [line.split(",") for line in lines[1:] if line.strip()]
        rows = [[(first + dt.timedelta(days=i)).isoformat(), *row] for i, row in enumerate(body)]
    if not rows or any(len(row) != len(_NAMES) for row in rows):
        raise InputError([Problem("file", name, say("swat_no_temperatures"), say("join_by_date"))])
    rows = [[row[0], *("" if _is_none(cell) else cell.strip() for cell in row[1:])] for row in rows]
    return replace(headed(_NAMES, rows, " "), facts=facts, units=[None, "°C", "°C"])


def _dated(day: Sequence[str], cells: Sequence[str]) -> list[str]:
    """Return a row with the date of a year and a day of the year; the cell as it is where that is none."""
    year, number = (int(part) if part.strip().isdecimal() else 0 for part in [*day, "", ""][:2])
    if (
        0 < year < 9999
        and 1 <= number <= 366
        and (date := dt.date(year, 1, 1) + dt.timedelta(days=number - 1)).year == year
    ):
        return [date.isoformat(), *cells]
    return [" ".join(day), *cells]


def _is_none(cell: str) -> bool:
    return bool(_NUMBER.match(cell.strip())) and float(cell) <= _NONE


SWAT = Format(
    name="swat",
    title="SWAT weather file",
    recognise=lambda head: _kind([line.lstrip("\ufeff") for line in head.lines]) is not None,
    table=read,
    columns={"date": Spec("date"), "tmax": Spec("tmax", "°C"), "tmin": Spec("tmin", "°C")},
    closed=True,
    source="SWAT+ input documentation (swatplus.gitbook.io: .tmp) and SWAT 2012 Input/Output Documentation (chapters "
           "of .tmp; ArcSWAT weather tables): maximum before minimum, °C, -99 for none; .pcp, .slr, .wnd and .hmd hold "
           "one variable each",
)  # fmt: skip
