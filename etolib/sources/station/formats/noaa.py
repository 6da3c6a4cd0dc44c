"""NOAA's daily stations, a row per kind of file and system of units."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from etolib.sources.station.formats import noaa_tables as tables
from etolib.sources.station.formats.row import Format, Head, Spec
from etolib.sources.station.formats.text import find_header, headed
from etolib.sources.station.layout import Table

_AIRPORT = 10.0
_DAY = "from observation to observation: midnight at most airports, morning or evening at volunteers' stations"
_GHCN = "GHCN-Daily, readme.txt and GHCND_documentation.pdf (ncei.noaa.gov/pub/data/ghcn/daily)"


def _elements(temperature: Spec, rain: Spec, wind: Spec) -> Mapping[str, Spec]:
    """Return the elements of GHCN-Daily with the units of these."""
    return {
        **{name: Spec(name) for name in ("station", "date", "latitude", "longitude", "elevation")},
        "tmax": replace(temperature, variable="tmax"), "tmin": replace(temperature, variable="tmin"),
        "tavg": replace(temperature, variable="tmean"), "adpt": replace(temperature, variable="tdew"),
        "rhav": Spec("rhmean", "%"), "rhmx": Spec("rhmax", "%"), "rhmn": Spec("rhmin", "%"),
        "prcp": replace(rain, variable="precipitation"), "awnd": replace(wind, variable="u2"),
        "tsun": Spec("sunshine", "min"),
    }  # fmt: skip


_TENTHS = _elements(Spec(None, "0.1 °C"), Spec(None, "0.1 mm"), Spec(None, "0.1 m/s"))


def _in_units(head: Head, units: str | None) -> bool:
    """Return whether the file is a table of daily stations in these units."""
    return tables.is_wide(head.lines) and _units(tuple(head.lines), head.name) == units


@lru_cache(maxsize=4)
def _units(lines: tuple[str, ...], name: str) -> str | None:
    return tables.units_of(tables.wide(lines, name))


GHCND = Format(
    name="ghcnd",
    title="GHCN-Daily by station",
    recognise=lambda head: _in_units(head, "tenths"),
    table=tables.wide,
    columns=_TENTHS,
    closed=True,
    wind_height=_AIRPORT,
    day=_DAY,
    source=f"{_GHCN}: TMAX, TMIN, TAVG in tenths of °C, PRCP in tenths of mm, AWND in tenths of m/s; by_station CSV",
)

GHCND_LONG = Format(
    name="ghcnd_long",
    title="GHCN-Daily, one value a line",
    recognise=lambda head: tables.is_long(head.lines),
    table=tables.ghcnd_long,
    columns=_TENTHS,
    closed=True,
    wind_height=_AIRPORT,
    day=_DAY,
    source=f"{_GHCN}: by_year, readme-by_year.txt",
)

GHCND_DLY = Format(
    name="ghcnd_dly",
    title="GHCN-Daily (.dly)",
    recognise=lambda head: tables.is_fixed(head.lines),
    table=tables.ghcnd_fixed,
    columns=_TENTHS,
    closed=True,
    wind_height=_AIRPORT,
    day=_DAY,
    source=f"{_GHCN}: section III, format of the .dly files",
)

CDO_STANDARD = Format(
    name="noaa_cdo_standard",
    title="NOAA Climate Data Online, US units",
    recognise=lambda head: _in_units(head, "standard"),
    table=tables.wide,
    columns=_elements(Spec(None, "°F"), Spec(None, "in"), Spec(None, "mph")),
    closed=True,
    wind_height=_AIRPORT,
    day=_DAY,
    source="Climate Data Online, GHCND_documentation.pdf (ncei.noaa.gov/cdo-web/datasets): standard units",
)

CDO_METRIC = Format(
    name="noaa_cdo_metric",
    title="NOAA Climate Data Online, metric units",
    recognise=lambda head: _in_units(head, "metric"),
    table=tables.wide,
    columns=_elements(Spec(None, "°C"), Spec(None, "mm"), Spec(None, "m/s")),
    closed=True,
    wind_height=_AIRPORT,
    day=_DAY,
    source="Climate Data Online, GHCND_documentation.pdf (ncei.noaa.gov/cdo-web/datasets): metric units",
)

UNCLEAR = Format(
    name="noaa_unclear",
    title="NOAA daily stations, units unclear",
    recognise=lambda head: _in_units(head, None),
    table=tables.wide,
    columns=_elements(
        Spec(None, choices=("0.1 °C", "°F")),
        Spec(None, choices=("0.1 mm", "in")),
        Spec(None, choices=("0.1 m/s", "mph")),
    ),
    closed=True,
    wind_height=_AIRPORT,
    day=_DAY,
    source=f"{_GHCN}, or Climate Data Online: whole numbers that may be tenths of °C or °F",
)

_GSOD = {
    "station": Spec("station"), "date": Spec("date"), "latitude": Spec("latitude"), "longitude": Spec("longitude"),
    "elevation": Spec("elevation"), "temp": Spec("tmean", "°F"), "dewp": Spec("tdew", "°F"),
    "stp": Spec("pressure", "hPa"), "wdsp": Spec("u2", "kn"), "max": Spec("tmax", "°F"), "min": Spec("tmin", "°F"),
    "prcp": Spec("precipitation", "in"),
}  # fmt: skip
_GSOD_SOURCE = (
    "Global Surface Summary of the Day, readme.txt (ncei.noaa.gov/data/global-summary-of-the-day): °F, knots, "
)
_GSOD_SOURCE += "inches, 9999.9 and the like for missing"

GSOD = Format(
    name="gsod",
    title="Global Summary of the Day",
    recognise=lambda head: find_header(head.lines, *tables.GSOD) is not None,
    table=tables.gsod,
    columns=_GSOD,
    closed=True,
    wind_height=_AIRPORT,
    day="midnight to midnight, UTC",
    source=_GSOD_SOURCE,
)

GSOD_OLD = Format(
    name="gsod_old",
    title="Global Summary of the Day (.op)",
    recognise=lambda head: any(line.startswith(tables.GSOD_OLD) for line in head.lines[:3]),
    table=tables.gsod_old,
    columns=_GSOD,
    closed=True,
    wind_height=_AIRPORT,
    day="midnight to midnight, UTC",
    source=_GSOD_SOURCE,
)

_LITE = re.compile(r"^\d{4} \d\d \d\d \d\d(?: +-?\d+){8}\s*$")
_LITE_NAMES = ("year", "month", "day", "hour", "air", "dew", "sea", "direction", "speed", "sky", "rain", "rain 6 h")


def _isd_lite(lines: Sequence[str], name: str) -> Table:
    """Return the table of the twelve columns; rain of -1 is a trace, less than can be measured."""
    table = headed(_LITE_NAMES, [line.split() for line in lines if line.strip()], " ")
    at = _LITE_NAMES.index("rain")
    rows = [[*row[:at], "0" if row[at] == "-1" else row[at], *row[at + 1 :]] for row in table.rows]
    return replace(table, rows=rows)


_NONE = (-9999.0,)

ISD_LITE = Format(
    name="isd_lite",
    title="NOAA ISD-Lite, hourly",
    recognise=lambda head: bool(lines := [line for line in head.lines[:20] if line.strip()])
    and all(_LITE.match(line) for line in lines),
    table=_isd_lite,
    columns={
        "year": Spec("year"), "month": Spec("month"), "day": Spec("day"), "hour": Spec("hour"),
        "air": Spec("tmean", "0.1 °C", missing=_NONE), "dew": Spec("tdew", "0.1 °C", missing=_NONE),
        "speed": Spec("u2", "0.1 m/s", missing=_NONE), "rain": Spec("precipitation", "0.1 mm", missing=_NONE),
    },
    closed=True,
    wind_height=_AIRPORT,
    stamps="end",
    time_zone=0.0,
    source="NOAA, isd-lite-format.txt (ncei.noaa.gov/pub/data/noaa/isd-lite): tenths, -9999 for none, hours of UTC; "
           "the pressure is at sea level and the rain of six hours overlaps, so neither is taken",
)  # fmt: skip

FORMATS: tuple[Format, ...] = (
    GHCND, GHCND_LONG, GHCND_DLY, CDO_STANDARD, CDO_METRIC, UNCLEAR, GSOD, GSOD_OLD, ISD_LITE,
)  # fmt: skip
