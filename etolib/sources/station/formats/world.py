"""Services of Australia (SILO, BoM) and of the whole world (Meteostat, Open-Meteo, AgERA5, ERA5)."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace

from etolib.sources.station.cells import split
from etolib.sources.station.formats import bom, meteostat, open_meteo, silo
from etolib.sources.station.formats.row import Format, Head, Spec
from etolib.sources.station.formats.text import find_header, headed, under, value, with_units
from etolib.sources.station.layout import Table, delimiter_of
from etolib.sources.station.names import plain


def _first(head: Head) -> str:
    return next((line for line in head.lines if line.strip()), "")


_LARGEST = Spec(None, why="largest_of_the_day")
_ONE_TIME = Spec(None, why="of_one_time_of_the_day")
_OTHER_EVAPORATION = Spec(None, why="another_evapotranspiration")
_SILO_CODES = {"smx", "smn", "srn", "ssl"}


def _silo(head: Head) -> bool:
    at = silo.spaced_header(head.lines)
    if at is not None and _SILO_CODES & set(head.lines[at].lower().split()):
        return True
    return "YYYY-MM-DD" in _first(head) and "_source" in _first(head)


SILO = Format(
    name="silo",
    title="SILO (Queensland)",
    recognise=_silo,
    table=silo.read,
    columns={
        "date": Spec("date"), "yyyy mm dd": Spec("date"), "station": Spec("station"), "latitude": Spec("latitude"),
        "longitude": Spec("longitude"), "t max": Spec("tmax", "°C"), "max temp": Spec("tmax", "°C"),
        "t min": Spec("tmin", "°C"), "min temp": Spec("tmin", "°C"), "rain": Spec("precipitation", "mm"),
        "daily rain": Spec("precipitation", "mm"), "radn": Spec("rs", "MJ/m²"), "radiation": Spec("rs", "MJ/m²"),
        "vp": Spec("ea", "hPa"), "fao56": Spec("eto", "mm"), "et short crop": Spec("eto", "mm"),
        **dict.fromkeys(("rhmaxt", "rhmint", "rh tmax", "rh tmin"), _ONE_TIME),
        **dict.fromkeys(("evap", "evap pan", "evap syn", "evap comb", "et tall crop"), _OTHER_EVAPORATION),
    },
    closed=True,
    day="minima and rain to 9 h, maxima from 9 h",
    source="SILO, longpaddock.qld.gov.au/silo/about/file-formats-and-samples and samples/alldata-grid: RHmaxT and "
           "rh_tmax are the humidity at the time of the maximum temperature, so neither is taken; no wind is given",
)  # fmt: skip

BOM_ETO = Format(
    name="bom_eto",
    title="BoM, daily evapotranspiration",
    recognise=lambda head: any(line.startswith(("Station Name,Date,0000-2400", '"Station Name","Date","0000-2400'))
                               for line in head.lines),
    table=bom.read_evapotranspiration,
    columns={
        "station name": Spec("station"), "date": Spec("date"), "evapotranspiration 0000 2400 mm": Spec("eto", "mm"),
        "rain 0900 0900 mm": Spec("precipitation", "mm"), "maximum temperature c": Spec("tmax", "°C"),
        "minimum temperature c": Spec("tmin", "°C"), "maximum relative humidity": Spec("rhmax", "%"),
        "minimum relative humidity": Spec("rhmin", "%"), "average 10m wind speed m sec": Spec("u2", "m/s", 10.0),
        "solar radiation mj sq m": Spec("rs", "MJ/m²"), "pan evaporation 0900 0900 mm": _OTHER_EVAPORATION,
    },
    closed=True,
    wind_height=10.0,
    day="0 to 24 h; rain from 9 to 9 h",
    source="BoM, bom.gov.au/watl/eto/about.shtml and the tables IDCKWCDEA0 (wind at 10 m, FAO-56 ETo)",
)  # fmt: skip

BOM_OBSERVATIONS = Format(
    name="bom_observations",
    title="BoM, daily weather observations",
    recognise=lambda head: any("IDCJDW" in line for line in head.lines[:4]),
    table=bom.read_observations,
    columns={
        "date": Spec("date"), "minimum temperature c": Spec("tmin", "°C"), "maximum temperature c": Spec("tmax", "°C"),
        "rainfall mm": Spec("precipitation", "mm"), "sunshine hours": Spec("sunshine", "h"),
        "evaporation mm": _OTHER_EVAPORATION,
        **{f"{hour} {what}": _ONE_TIME for hour in ("9am", "3pm")
           for what in ("temperature c", "relative humidity", "wind speed km h")},
    },
    closed=True,
    day="minima and rain to 9 h, maxima from 9 h",
    source="BoM, bom.gov.au/climate/dwo/IDCJDW0000.shtml: humidity and wind are those of 9 and 15 h and the gust, "
           "evaporation is that of a pan, so none of them is taken",
)  # fmt: skip

BOM_CLIMATE = Format(
    name="bom_climate",
    title="BoM, Climate Data Online",
    recognise=lambda head: "Bureau of Meteorology station number" in _first(head),
    columns={
        "bureau of meteorology station number": Spec("station"), "year": Spec("year"), "month": Spec("month"),
        "day": Spec("day"), "maximum temperature degree c": Spec("tmax", "°C"),
        "minimum temperature degree c": Spec("tmin", "°C"), "rainfall amount millimetres": Spec("precipitation", "mm"),
        "daily global solar exposure mj m m": Spec("rs", "MJ/m²"),
    },
    closed=True,
    day="minima and rain to 9 h, maxima from 9 h",
    source="BoM, bom.gov.au/climate/cdo/about: IDCJAC0009, 0010, 0011 and 0016, a file each, joined by their dates",
)  # fmt: skip

METEOSTAT = Format(
    name="meteostat",
    title="Meteostat, daily",
    recognise=lambda head: meteostat.is_daily(head.lines),
    table=meteostat.read,
    columns={
        "date": Spec("date"), "time": Spec("date"), "year": Spec("year"), "month": Spec("month"), "day": Spec("day"),
        "station": Spec("station"), "temp": Spec("tmean", "°C"), "tavg": Spec("tmean", "°C"),
        "tmin": Spec("tmin", "°C"), "tmax": Spec("tmax", "°C"), "rhum": Spec("rhmean", "%"),
        "prcp": Spec("precipitation", "mm"), "wspd": Spec("u2", "km/h"), "tsun": Spec("sunshine", "min"),
    },
    closed=True,
    wind_height=10.0,
    source="Meteostat, dev.meteostat.net (bulk daily data; parameters): metric units; pres is at sea level, wpgt a "
           "gust. Its sources are weather services, which measure wind at 10 m (WMO-No. 8); the pages state no height",
)  # fmt: skip

METEOSTAT_HOURLY = Format(
    name="meteostat_hourly",
    title="Meteostat, hourly",
    recognise=lambda head: meteostat.is_hourly(head.lines),
    table=meteostat.read,
    columns={
        "date": Spec("date"), "time": Spec("date"), "year": Spec("year"), "month": Spec("month"), "day": Spec("day"),
        "hour": Spec("hour"), "station": Spec("station"), "temp": Spec("tmean", "°C"), "dwpt": Spec("tdew", "°C"),
        "rhum": Spec("rhmean", "%"), "prcp": Spec("precipitation", "mm"), "wspd": Spec("u2", "km/h"),
        "tsun": Spec("sunshine", "min"),
    },
    closed=True,
    wind_height=10.0,
    stamps="end",
    time_zone=0.0,
    source="Meteostat, dev.meteostat.net (bulk hourly data; parameters): UTC; rain is that of the hour before",
)  # fmt: skip

_OPEN_METEO = re.compile(r"^(location_id,)?latitude,longitude,elevation,utc_offset_seconds,timezone,")

OPEN_METEO = Format(
    name="open_meteo",
    title="Open-Meteo, download",
    recognise=lambda head: bool(_OPEN_METEO.match(_first(head).lstrip("\ufeff"))),
    table=open_meteo.read,
    columns={
        "location id": Spec("station"), "latitude": Spec("latitude"), "longitude": Spec("longitude"),
        "elevation": Spec("elevation"), "time": Spec("date"), "temperature 2m max": Spec("tmax"),
        "temperature 2m min": Spec("tmin"), "temperature 2m mean": Spec("tmean"), "temperature 2m": Spec("tmean"),
        "dew point 2m mean": Spec("tdew"), "dewpoint 2m mean": Spec("tdew"), "dew point 2m": Spec("tdew"),
        "dewpoint 2m": Spec("tdew"), "relative humidity 2m max": Spec("rhmax"),
        "relative humidity 2m min": Spec("rhmin"), "relative humidity 2m mean": Spec("rhmean"),
        "relative humidity 2m": Spec("rhmean"), "relativehumidity 2m": Spec("rhmean"),
        "precipitation sum": Spec("precipitation"), "precipitation": Spec("precipitation"),
        "shortwave radiation sum": Spec("rs"), "shortwave radiation": Spec("rs"),
        "wind speed 10m mean": Spec("u2", height=10.0), "windspeed 10m mean": Spec("u2", height=10.0),
        "wind speed 10m": Spec("u2", height=10.0), "windspeed 10m": Spec("u2", height=10.0),
        "sunshine duration": Spec("sunshine"), "surface pressure mean": Spec("pressure"),
        "surface pressure": Spec("pressure"), "et0 fao evapotranspiration": Spec("eto"),
        "wind speed 10m max": _LARGEST, "windspeed 10m max": _LARGEST,
    },
    closed=True,
    wind_height=10.0,
    stamps="end",
    source="Open-Meteo, open-meteo.com/en/docs (daily and hourly variables, CSV): units in brackets; the day is that "
           "of the time zone asked; sums and means of an hour are those before its stamp; the largest wind and gust of "
           "a day are no mean and are not taken",
)  # fmt: skip

_AGERA5 = re.compile(r"Temperature[_-]Air[_-]2m[_-](Max|Min)", re.IGNORECASE)

_AGERA5_UNITS = {"temperature": "K", "dew": "K", "vapour": "hPa", "solar": "J/m²", "wind": "m/s", "precipitation": "mm",
                 "referenceet": "mm"}  # fmt: skip


def _agera5(lines: Sequence[str], name: str) -> Table:
    """Return the table with AgERA5's own units where the header states none."""
    filled = [line for line in lines if line.strip()]
    delimiter = delimiter_of(filled)
    table = with_units(headed(*_cells(split(filled, delimiter, name)), delimiter))
    own = [_AGERA5_UNITS.get(plain(column).split(" ")[0]) for column in table.names]
    return replace(table, units=[unit or mine for unit, mine in zip(table.units, own, strict=True)])


def _cells(rows: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    cells = [[cell.strip() for cell in row] for row in rows]
    return cells[0], cells[1:]


AGERA5 = Format(
    name="agera5",
    title="AgERA5",
    recognise=lambda head: bool(_AGERA5.search(_first(head))),
    table=_agera5,
    columns={
        "valid time": Spec("date"), "time": Spec("date"), "date": Spec("date"), "latitude": Spec("latitude"),
        "longitude": Spec("longitude"), "lat": Spec("latitude"), "lon": Spec("longitude"),
        "temperature air 2m max 24h": Spec("tmax"), "temperature air 2m min 24h": Spec("tmin"),
        "temperature air 2m mean 24h": Spec("tmean"), "dew point temperature 2m mean": Spec("tdew"),
        "dew point temperature 2m mean 24h": Spec("tdew"), "vapour pressure mean": Spec("ea"),
        "vapour pressure mean 24h": Spec("ea"), "solar radiation flux": Spec("rs"),
        "wind speed 10m mean": Spec("u2", height=10.0), "wind speed 10m mean 24h": Spec("u2", height=10.0),
        **{f"relative humidity 2m {hour}": _ONE_TIME for hour in ("06h", "09h", "12h", "15h", "18h")},
        "precipitation flux": Spec("precipitation"), "referenceet penmanmonteith fao56": Spec("eto"),
    },
    closed=True,
    wind_height=10.0,
    day="0 to 24 h local time",
    source="Copernicus CDS, sis-agrometeorological-indicators (product user guide): K, J m-2 d-1, hPa, m/s, mm; "
           "Relative_Humidity_2m_06h .. 18h are of one hour, day and night means are no means of the day",
)  # fmt: skip

_ERA5_WIND = "wind of u10 and v10"


def _era5(lines: Sequence[str], name: str) -> Table:
    """Return the table with the speed of the wind beside its components."""
    table = under(lines, name, "t2m", "d2m")
    at = {plain(column): i for i, column in enumerate(table.names)}
    if not {"u10", "v10"} <= at.keys():
        return table
    speeds = [math.hypot(value(row[at["u10"]]), value(row[at["v10"]])) for row in table.rows]
    rows = [
        [*row, f"{speed:.4f}" if math.isfinite(speed) else ""] for row, speed in zip(table.rows, speeds, strict=True)
    ]
    return replace(table, names=[*table.names, _ERA5_WIND], units=[*table.units, None], rows=rows)


ERA5 = Format(
    name="era5",
    title="ERA5, hourly",
    recognise=lambda head: find_header(head.lines, "t2m", "d2m") is not None,
    table=_era5,
    columns={
        "valid time": Spec("date"), "time": Spec("date"), "date": Spec("date"), "latitude": Spec("latitude"),
        "longitude": Spec("longitude"), "lat": Spec("latitude"), "lon": Spec("longitude"), "t2m": Spec("tmean", "K"),
        "d2m": Spec("tdew", "K"), "ssrd": Spec("rs", "J/m²"), "sp": Spec("pressure", "Pa"),
        "tp": Spec("precipitation", "m"), _ERA5_WIND: Spec("u2", "m/s"),
    },
    closed=True,
    wind_height=10.0,
    stamps="end",
    time_zone=0.0,
    source="ECMWF, ERA5 data documentation (parameters t2m, d2m, u10, v10, ssrd, sp, tp; short names of the CSV files "
           "of the CDS): K, m/s, J m-2, Pa, m; ssrd and tp are sums of the hour before the stamp, in UTC; the others "
           "are of its moment. In ERA5-Land sums run on from 00 UTC: they count up, and are left out",
)  # fmt: skip

FORMATS: tuple[Format, ...] = (
    SILO, BOM_ETO, BOM_OBSERVATIONS, BOM_CLIMATE, OPEN_METEO, AGERA5, ERA5, METEOSTAT_HOURLY, METEOSTAT,
)  # fmt: skip
