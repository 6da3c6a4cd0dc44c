"""CSV files of NASA POWER: a block of facts before the table."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace

from etolib.errors import InputError, Problem
from etolib.sources.station.cells import split
from etolib.sources.station.formats.row import Format, Head, Spec
from etolib.sources.station.layout import Table, find_table
from etolib.sources.station.units import unit_of
from etolib.words import say

END = "-END HEADER-"
_OF_AN_HOUR = {"MJ/hr": "MJ/m²", "mm/hour": "mm"}
"""Units of amounts in files of hours."""


def recognise(head: Head) -> bool:
    """Return whether a file is of NASA POWER: its block of facts has an end of its own."""
    return any(line.strip() == END for line in head.lines)


def read(lines: Sequence[str], name: str) -> Table:
    """Return the table of a NASA POWER file with place and units of its header.

    Raises
    ------
    InputError
        For means of months or of many years, which have a column a month.
    """
    end = next(i for i, line in enumerate(lines) if line.strip() == END)
    facts, units = _header(lines[:end])
    titles = next((line for line in lines[end + 1 :] if line.strip()), "")
    if {"PARAMETER", "JAN", "DEC"} <= {cell.strip() for cell in titles.split(",")}:
        rule = say("records_not_daily", word=say("records_monthly"))
        raise InputError([Problem("file", name, rule, say("choose_daily_power"))])
    table = find_table(split([line for line in lines[end + 1 :] if line.strip()], ",", name), ",", name)
    stated = [units.get(column, unit) for column, unit in zip(table.names, table.units, strict=True)]
    return replace(table, facts=facts, units=stated)


def _header(lines: Sequence[str]) -> tuple[dict[str, float], dict[str, str | None]]:
    """Return place and units out of the header block."""
    facts: dict[str, float] = {}
    units: dict[str, str | None] = {}
    standard = None
    for line in lines:
        place = re.search(r"latitude\s+(-?\d+(?:\.\d+)?)\s+longitude\s+(-?\d+(?:\.\d+)?)", line, re.IGNORECASE)
        height = re.search(r"=\s*(-?\d+(?:\.\d+)?)\s*meters", line)
        parameter = re.match(r"^([A-Z0-9_]+)\s+.*\(([^()]+)\)\s*$", line.strip())
        if place:
            facts["latitude"], facts["longitude"] = float(place[1]), float(place[2])
        elif height:
            facts["elevation"] = float(height[1])
        elif clock := re.match(r"^Dates .* in (UTC|LST)\s*$", line):
            standard = clock[1]
        elif parameter:
            units[parameter[1]] = _OF_AN_HOUR.get(parameter[2]) or unit_of(parameter[2])
    if standard == "UTC":
        facts["time_zone"] = 0.0
    elif standard == "LST" and "longitude" in facts:  # the solar time of a band of 15 degrees
        facts["time_zone"] = float(math.floor(facts["longitude"] / 15 + 0.5))
    return facts, units


NASA_POWER = Format(
    name="nasa_power",
    title="NASA POWER",
    recognise=recognise,
    table=read,
    columns={
        "year": Spec("year"), "mo": Spec("month"), "dy": Spec("day"), "doy": Spec("doy"), "hr": Spec("hour"),
        "t2m max": Spec("tmax"), "t2m min": Spec("tmin"), "t2m": Spec("tmean"), "t2mdew": Spec("tdew"),
        "rh2m": Spec("rhmean"), "prectotcorr": Spec("precipitation"), "prectot": Spec("precipitation"),
        "ps": Spec("pressure"), "ws2m": Spec("u2", height=2.0), "ws10m": Spec("u2", height=10.0),
        "allsky sfc sw dwn": Spec("rs"),
    },
    closed=True,
    wind_height=2.0,
    stamps="begin",
    source="NASA POWER, power.larc.nasa.gov/docs: names, units and time standard stand in the head of each file (LST: "
           "solar time of bands of 15 degrees; hours by the one at which they begin); "
           "T2MWET, TS, QV2M, CLRSKY_ and TOA_SW_DWN are other quantities, WS2M_MAX and the like no means",
)  # fmt: skip
