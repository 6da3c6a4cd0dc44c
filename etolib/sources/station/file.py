"""An own weather station: CSV, TSV, Excel, NASA POWER, FAO AquaCrop and CLIMWAT files.

`guess` looks at a file and says what it takes each column for, and why; `read` applies that mapping, or the one a
person has corrected, and gives a source like any other. What cannot be right (a unit, a missing column, two stations
in one file) is refused with a sentence that says which.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from etolib.equations import radiation
from etolib.equations.air import wind_speed_2m
from etolib.errors import InputError, Problem
from etolib.site import Period, Site
from etolib.sources import canonical
from etolib.sources.base import SourceData, SourceInfo
from etolib.sources.climatology import year_curve
from etolib.sources.station.layout import Table, content, is_empty, number, open_table
from etolib.sources.station.mapping import Column, Known, Mapping, dates_of, guess, map_table
from etolib.sources.station.names import QUANTITY, UNITS

__all__ = ["Column", "Mapping", "StationFile", "guess", "read"]

NAME = "station"


def read(
    file: str | Path | bytes,
    *,
    mapping: Mapping | None = None,
    filename: str | None = None,
    site: Site | None = None,
    station: str | None = None,
    known: Known | None = None,
) -> StationFile:
    """Read a file into a source like any other.

    Parameters
    ----------
    file : str, pathlib.Path or bytes
        Path, or the content itself.
    mapping : Mapping, optional
        What the columns are; default: `guess`.
    filename : str, optional
        Named in messages where ``file`` is the content.
    site : Site, optional
        Where the station stands, where the file does not tell.
    station : str, optional
        Which station, where the file holds several.
    known : mapping, optional
        What you know of columns, by name (`etolib.sources.station.mapping.Known`), where no mapping is given.

    Returns
    -------
    StationFile

    Raises
    ------
    InputError
        Naming the column, unit, row or station that is wrong.

    Examples
    --------
    >>> source = read(b"date,tmax_F,tmin_F\\n2024-02-28,86,68\\n2024-02-29,77,59\\n")
    >>> source.frame["tmax"].tolist()
    [30.0, 25.0]
    """
    table = open_table(file, filename)
    _, name = content(file, filename)
    mapping = mapping or map_table(table, None if site is None else site.latitude, known)
    mapping = replace(mapping, station=station or mapping.station)
    place = _place(table, mapping, site)
    if table.monthly is not None:
        return StationFile(table.monthly, name, place, mapping, monthly=True)
    table = _one_station(table, mapping, station, name)
    dates, hourly = dates_of(table, mapping)
    if len(set(dates)) < len(dates):
        twice = next(day for day in dates if dates.count(day) > 1)
        if hourly:
            raise InputError([Problem("file", name, f"has several rows for {twice}: it is not daily",
                                      "make daily values of it first")])  # fmt: skip
        raise InputError([Problem("file", name, f"has two rows for {twice}: two stations, or a row twice",
                                  "keep one station, and one row for each day")])  # fmt: skip
    problems: list[Problem] = []
    warnings: list[str] = list(mapping.questions)
    columns = {}
    latitude = None if place is None else place.latitude
    yearday = np.array([day.timetuple().tm_yday for day in dates], dtype=float)
    for c in mapping.columns:
        if c.variable is None or c.variable not in QUANTITY:
            continue
        units = UNITS[QUANTITY[c.variable]]
        if c.unit is None or c.unit not in units:
            problems.append(Problem(f"column {c.name!r}", c.unit, f"has no unit of {', '.join(units)}"))
            continue
        cells = [row[c.index] for row in table.rows]
        raw = np.array([number(cell, table.decimal) for cell in cells], dtype=float)
        odd = [cell for cell, value in zip(cells, raw, strict=True) if math.isnan(value) and not is_empty(cell)]
        if odd:
            warnings.append(f"{c.name!r}: {len(odd)} cell(s) are no numbers ({odd[0][:20]!r}) and count as missing")
        factor, offset = units[c.unit]
        values = raw * factor + offset
        problem = _wrong_unit(c, raw, values, latitude, yearday)
        if problem:
            problems.append(problem)
        if c.variable == "u2" and (c.height or 2.0) != 2.0:
            values = np.asarray(wind_speed_2m(values, c.height))
        columns[c.variable] = values
    if {"tmin", "tmax"} <= columns.keys():
        both = np.isfinite(columns["tmin"]) & np.isfinite(columns["tmax"])
        if both.any() and (columns["tmin"] > columns["tmax"])[both].mean() > 0.5:
            names = [next(c.name for c in mapping.columns if c.variable == v) for v in ("tmin", "tmax")]
            problems.append(Problem("columns", ", ".join(names), "are the wrong way round: tmin lies above tmax"))
    elif not problems:
        problems.append(Problem("file", name, "has no columns for the minimum and the maximum temperature of the day"))
    if problems:
        raise InputError(problems)
    frame = canonical.table(dates, columns, warnings)
    return StationFile(frame, name, place, mapping, warnings=tuple(warnings))


def _place(table: Table, mapping: Mapping, site: Site | None) -> Site | None:
    """Return where the station stands: as given, else from the file."""
    if site is not None:
        return site
    facts = dict(table.facts)
    for c in mapping.columns:
        if c.variable in ("latitude", "longitude", "elevation") and table.rows:
            value = number(table.rows[0][c.index], table.decimal)
            if math.isfinite(value):
                facts[c.variable] = value
    if "latitude" not in facts or "longitude" not in facts:
        return None
    try:
        return Site(facts["latitude"], facts["longitude"], facts.get("elevation"))
    except InputError:
        return None


def _one_station(table: Table, mapping: Mapping, wanted: str | None, name: str) -> Table:
    """Return the rows of one station; InputError where the file holds several and none was named."""
    for c in (c for c in mapping.columns if c.variable == "station"):
        known = list(dict.fromkeys(row[c.index] for row in table.rows if row[c.index]))
        if wanted is not None and wanted in known:
            return replace(table, rows=[row for row in table.rows if row[c.index] == wanted])
        if wanted is not None:
            raise InputError([Problem("station", wanted, f"is not in {name}", f"it holds {', '.join(known[:10])}")])
        if len(known) > 1:
            shown = ", ".join(known[:5]) + ("" if len(known) <= 5 else f" and {len(known) - 5} more")
            raise InputError([Problem(f"column {c.name!r}", shown, f"names {len(known)} stations in one file",
                                      "keep one of them, or say which with station=")])  # fmt: skip
    return table


_LIMITS: MappingOf[str, tuple[float, float]] = {
    # Bounds of the *median* of a series. A day may be beyond them, a series in the right unit is not.
    "tmin": (-60, 33), "tmax": (-55, 48), "tmean": (-57, 40), "tdew": (-65, 30), "u2": (0.05, 12),
    "rhmin": (1.01, 100), "rhmax": (1.01, 110), "rhmean": (1.01, 105), "ea": (0.005, 5), "pressure": (45, 108),
    "rs": (0.0, 40), "precipitation": (0, 150), "sunshine": (0, 24), "eto": (0, 18),
}  # fmt: skip


def _wrong_unit(column: Column, raw: Any, values: Any, latitude: float | None, yearday: Any) -> Problem | None:
    """Return the problem where a series cannot be in the unit of its column, with the unit it may be in."""
    assert column.variable is not None
    good = np.isfinite(values)
    if good.sum() < 1:
        return None
    low, high = _LIMITS[column.variable]

    def fits(series: Any) -> bool:
        middle = float(np.median(series[good]))
        if not low <= middle <= high:
            return False
        if column.variable == "rs" and latitude is not None:
            ra = radiation.extraterrestrial_radiation(latitude, yearday)
            sunny = good & (ra > 5)
            if sunny.sum() >= 15:
                return bool(0.18 <= np.median(series[sunny] / ra[sunny]) <= 0.9)
        return True

    if fits(values):
        return None
    others = [
        unit
        for unit, (factor, offset) in UNITS[QUANTITY[column.variable]].items()
        if unit != column.unit and fits(raw * factor + offset)
    ]
    return Problem(
        f"column {column.name!r}",
        f"{np.nanmin(raw):g} to {np.nanmax(raw):g}",
        f"cannot be {column.variable} in {column.unit}",
        f"the values look like {' or '.join(others)}" if others else "check the column and its unit",
    )


@dataclass
class StationFile:
    """A station's own data as a source: ``info``, ``fetch``, and the whole ``frame``.

    ``frame`` holds canonical columns by day (by month 1 to 12 where ``monthly``); a column ``eto`` of the file is its
    own ETo, a reference to compare with and never an input.
    """

    frame: pd.DataFrame
    filename: str
    site: Site | None
    mapping: Mapping
    monthly: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def reference(self) -> pd.Series | None:
        """The file's own ETo [mm day-1], None where it has none."""
        return self.frame.get("eto")

    @property
    def info(self) -> SourceInfo:
        """What the file promises."""
        if self.monthly:
            first, last = dt.date(1900, 1, 1), dt.date(2199, 12, 31)
        else:
            first, last = self.frame.index[0].date(), self.frame.index[-1].date()
        return SourceInfo(
            name=NAME,
            title=f"own station file {self.filename}",
            provides=tuple(name for name in self.frame.columns if name != "eto"),
            window=lambda today: (first, last),
            delay="none",
            coverage="the station",
            licence="as its owner says",
            attribution=f"own data ({self.filename})",
            homepage="",
            politeness="no network",
        )

    def fetch(self, site: Site, period: Period) -> SourceData:
        """Return the days of ``period`` that the file holds; `SourceWindowError` where it holds none."""
        info = self.info
        today = dt.date.max
        inside = info.clip(period, today)
        warnings = list(self.warnings)
        canonical.clipped(period, inside, info.title, warnings)
        inputs = self.frame.drop(columns="eto", errors="ignore")
        if self.monthly:
            inputs = _days_of_months(inputs, inside)
            warnings.append(f"{info.title}: monthly means drawn as a smooth year, not the weather of the dates")
        frame = canonical.finish(inputs, inside, today=today, forecast=False, warnings=warnings, named=info.title)
        canonical.require(info.name, frame, ("tmin", "tmax"))
        if self.monthly:
            frame["kind"] = "climatology"
        distance, place = None, self.site
        if place is not None:
            distance = round(canonical.distance_km(site.latitude, site.longitude, place.latitude, place.longitude), 2)
        if distance is not None and distance > 25:
            warnings.append(f"{info.title}: the station stands {distance:.0f} km from the place")
        wind = next((c.height for c in self.mapping.columns if c.variable == "u2"), None)
        meta = {
            "source": NAME, "title": info.title, "model": "measured" if not self.monthly else "monthly means",
            "requested": {"latitude": site.latitude, "longitude": site.longitude},
            "latitude": None if place is None else place.latitude,
            "longitude": None if place is None else place.longitude,
            "elevation": None if place is None else place.elevation,
            "distance_km": distance, "day": "as in the file", "retrieved": None, "url": None, "from_cache": False,
            "stale": False, "attribution": info.attribution, "licence": info.licence, "estimated": [],
            "wind": "none" if wind is None else "at 2 m" if wind == 2.0 else f"{wind:g} m brought to 2 m",
            "mapping": self.mapping.explain(), "station": self.mapping.station,
            "known": {name: dict(told) for name, told in self.mapping.known.items()},
        }  # fmt: skip
        return SourceData(NAME, frame, meta, warnings)


def _days_of_months(months: pd.DataFrame, period: Period) -> pd.DataFrame:
    """Return daily values of a smooth year with the given monthly means; 29 February as the 28th."""
    days = pd.date_range(period.start, period.end, freq="D", name="date")
    leap = days.is_leap_year & (days.day_of_year > 59)
    position = days.day_of_year.to_numpy() - leap - 1
    lower = {"u2": 0.0, "rs": 0.0, "sunshine": 0.0, "rhmean": 0.0}
    return pd.DataFrame(
        {name: year_curve(months[name].to_numpy(dtype=float), lower.get(name))[position] for name in months.columns},
        index=days,
    )
