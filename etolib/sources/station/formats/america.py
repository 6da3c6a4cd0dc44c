"""American networks, a row each; those of Brazil, of NOAA and the grids stand in files of their own."""

from __future__ import annotations

from etolib.sources.station.formats import america_tables as tables
from etolib.sources.station.formats import brazil, grids, noaa
from etolib.sources.station.formats.row import Format, Spec
from etolib.sources.station.formats.text import find_header

NOT = Spec(None)
LOCAL_DAY = "midnight to midnight, local standard time"


def _each(stem: str, variable: str | None, **units: str) -> dict[str, Spec]:
    """Return a column under each way in which its header writes the unit: ``max air temp`` with ``c="°C"``."""
    return {f"{stem} {written.replace('_', ' ')}": Spec(variable, unit) for written, unit in units.items()}


_C_F = {"c": "°C", "f": "°F"}
_M_S = {"m_s": "m/s", "mph": "mph"}
_MM_IN = {"mm": "mm", "in": "in"}

CIMIS = Format(
    name="cimis",
    title="CIMIS daily report",
    recognise=lambda head: find_header(head.lines, "stn id", "stn name") is not None
    and not tables.cimis_hours(head.lines),
    table=tables.cimis,
    columns={
        "stn id": Spec("station"), "stn name": NOT, "cimis region": NOT, "date": Spec("date"), "jul": NOT, "qc": NOT,
        **_each("eto", "eto", **_MM_IN), **_each("precip", "precipitation", **_MM_IN),
        "sol rad w sq m": Spec("rs", "W/m²"), "sol rad ly day": Spec("rs", "Ly"),
        **_each("avg vap pres", "ea", kpa="kPa", mbars="hPa"), **_each("max air temp", "tmax", **_C_F),
        **_each("min air temp", "tmin", **_C_F), **_each("avg air temp", "tmean", **_C_F),
        "max rel hum": Spec("rhmax", "%"), "min rel hum": Spec("rhmin", "%"), "avg rel hum": Spec("rhmean", "%"),
        **_each("dew point", "tdew", **_C_F), **_each("avg wind speed", "u2", **_M_S),
        **_each("wind run", None, km="km/day", miles="mi/day"), **_each("avg soil temp", None, **_C_F),
    },
    dates="month first",
    wind_height=2.0,
    day=LOCAL_DAY,
    source="CIMIS, data definitions and quality control flags (cimis.water.ca.gov); wind and ETo at 2 m over grass",
)  # fmt: skip

CIMIS_HOURLY = Format(
    name="cimis_hourly",
    title="CIMIS hourly report",
    recognise=lambda head: tables.cimis_hours(head.lines),
    table=tables.cimis,
    columns={
        "stn id": Spec("station"), "stn name": NOT, "cimis region": NOT, "date": Spec("date"), "hour pst": Spec("hour"),
        "hour": Spec("hour"), "jul": NOT, "qc": NOT, **_each("eto", "eto", **_MM_IN),
        **_each("precip", "precipitation", **_MM_IN), "sol rad w sq m": Spec("rs", "W/m²"),
        "sol rad ly day": Spec("rs", "W/m²", scale=41840 / 86400), **_each("vap pres", "ea", kpa="kPa", mbars="hPa"),
        **_each("air temp", "tmean", **_C_F), "rel hum": Spec("rhmean", "%"), **_each("dew point", "tdew", **_C_F),
        **_each("wind speed", "u2", **_M_S), "wind dir 0 360": NOT, **_each("soil temp", None, **_C_F),
    },
    dates="month first",
    wind_height=2.0,
    stamps="end",
    time_zone=-8.0,
    day=LOCAL_DAY,
    source="CIMIS, hourly data: hours 0100 to 2400 in Pacific Standard Time, each the mean of the hour that ends "
    "then; Ly/day is a flux there, not the sum of the hour",
)  # fmt: skip

AGRIMET = Format(
    name="agrimet",
    title="AgriMet daily data",
    recognise=lambda head: tables.agrimet_header(head.lines) is not None and not tables.agrimet_hours(head.lines),
    table=tables.agrimet,
    columns={
        "station": Spec("station"), "datetime": Spec("date"), "date": Spec("date"), "date time": Spec("date"),
        "mx": Spec("tmax", "°F"), "mn": Spec("tmin", "°F"),
        "mm": Spec("tmean", "°F"), "ym": Spec("tdew", "°F"), "ta": Spec("rhmean", "%"), "ea": Spec("ea", "kPa"),
        "sr": Spec("rs", "Ly"), "ua": Spec("u2", "mph"), "wr": Spec(None, "mi/day"),
        "pp": Spec("precipitation", "in"), "pc": NOT, "et": NOT, "etrs": NOT, "etos": Spec("eto", "in"),
        "wg": NOT, "pu": NOT, "mt": NOT,
    },
    closed=True,
    wind_height=3.0,
    day=LOCAL_DAY,
    source="AgriMet, weather parameters and sensors (usbr.gov/pn/agrimet/aginfo): temperature and humidity at 2 m, the "
    "wind monitor at 3 m; ET is Kimberly-Penman and ETRS ASCE of alfalfa, ETOS ASCE of grass; PC accumulates",
)  # fmt: skip

AGRIMET_HOURLY = Format(
    name="agrimet_hourly",
    title="AgriMet hourly data",
    recognise=lambda head: tables.agrimet_hours(head.lines),
    table=tables.agrimet,
    columns={
        "station": Spec("station"), "datetime": Spec("date"), "date": Spec("date"), "date time": Spec("date"),
        "ob": Spec("tmean", "°F"),
        "tu": Spec("rhmean", "%"), "tp": Spec("tdew", "°F"), "ea": Spec("ea", "kPa"), "ws": Spec("u2", "mph"),
        "si": Spec("rs", "Ly"), "pc": NOT, "wd": NOT, "wg": NOT, "sq": NOT,
    },
    closed=True,
    wind_height=3.0,
    stamps="end",
    day=LOCAL_DAY,
    source="AgriMet, hourly parameters (usbr.gov/pn/agrimet/aginfo): means and sums of the hour that ends then",
)  # fmt: skip

COAGMET = Format(
    name="coagmet",
    title="CoAgMet daily data",
    recognise=lambda head: find_header(head.lines, *tables.COAGMET) is not None,
    table=tables.coagmet,
    columns={
        "station": Spec("station"), "date": Spec("date"), "tavg": Spec("tmean"), "tmax": Spec("tmax"),
        "tmin": Spec("tmin"), "vp": Spec("ea"), "vpavg": Spec("ea"), "rhmax": Spec("rhmax"), "rhmin": Spec("rhmin"),
        "solarrad": Spec("rs"), "precip": Spec("precipitation"), "windrun": Spec("u2"),
    },
    closed=True,
    wind_height=2.0,
    day=LOCAL_DAY,
    source="CoAgMet, Data API Documentation (coagmet.colostate.edu/data/doc.html): a row of names, one of units, -999 "
    "for missing; wind at 2 m",
)  # fmt: skip

AZMET = Format(
    name="azmet",
    title="AZMET daily text",
    recognise=lambda head: tables.is_azmet(head.lines),
    table=tables.azmet,
    columns={
        "date": Spec("date"), "station": Spec("station"), "maximum air temperature": Spec("tmax", "°C"),
        "minimum air temperature": Spec("tmin", "°C"), "mean air temperature": Spec("tmean", "°C"),
        "maximum relative humidity": Spec("rhmax", "%"), "minimum relative humidity": Spec("rhmin", "%"),
        "mean relative humidity": Spec("rhmean", "%"), "solar radiation": Spec("rs", "MJ/m²"),
        "precipitation": Spec("precipitation", "mm"), "mean wind speed": Spec("u2", "m/s"),
        "penman monteith reference et": Spec("eto", "mm"), "actual vapor pressure": Spec("ea", "kPa"),
        "dew point": Spec("tdew", "°C"),
    },
    closed=True,
    wind_height=3.0,
    day=LOCAL_DAY,
    source="AZMET, raw data format of the daily files since 2003 (cals.arizona.edu/azmet/raw2003.htm), no header; wind "
    "at 3 m",
)  # fmt: skip

AZMET_API = Format(
    name="azmet_api",
    title="AZMET daily data",
    recognise=lambda head: find_header(head.lines, "meta station id", "temp air maxc") is not None,
    columns={
        "meta station id": Spec("station"), "datetime": Spec("date"), "temp air maxc": Spec("tmax", "°C"),
        "temp air minc": Spec("tmin", "°C"), "temp air meanc": Spec("tmean", "°C"), "dwpt mean": Spec("tdew", "°C"),
        "relative humidity max": Spec("rhmax", "%"), "relative humidity min": Spec("rhmin", "%"),
        "relative humidity mean": Spec("rhmean", "%"), "vp actual mean": Spec("ea", "kPa"),
        "sol rad total": Spec("rs", "MJ/m²"), "precip total mm": Spec("precipitation", "mm"),
        "wind spd mean mps": Spec("u2", "m/s"), "eto pen mon": Spec("eto", "mm"),
    },
    closed=True,
    wind_height=3.0,
    day=LOCAL_DAY,
    source="azmetr, az_daily and az_add_units (uace-azmet.github.io/azmetr); wind at 3 m",
)  # fmt: skip

FAWN = Format(
    name="fawn",
    title="FAWN daily report",
    recognise=lambda head: find_header(head.lines, "fawn station", "period") is not None,
    columns={
        "fawn station": Spec("station"), "period": Spec("date"), "2m t avg f": Spec("tmean", "°F"),
        "2m t min f": Spec("tmin", "°F"), "2m t max f": Spec("tmax", "°F"), "2m dewpt avg f": Spec("tdew", "°F"),
        "relhum avg 2m pct": Spec("rhmean", "%"), "2m rain tot in": Spec("precipitation", "in"),
        "solrad avg 2m w m 2": Spec("rs", "W/m²"), "10m wind avg mph": Spec("u2", "mph", 10.0),
        "et in": Spec("eto", "in"),
    },
    closed=True,
    wind_height=10.0,
    day=LOCAL_DAY,
    source="FAWN, report of daily data (fawn.ifas.ufl.edu/data/reports): temperatures at 0.6, 2 and 10 m (2 m taken), "
    "wind at 10 m, pressure at sea level",
)  # fmt: skip

_ECCC = {
    "climate id": Spec("station"), "id climatologique": Spec("station"),
    "longitude x": Spec("longitude"), "latitude y": Spec("latitude"),
}  # fmt: skip

ECCC = Format(
    name="eccc",
    title="Environment Canada daily data",
    recognise=lambda head: any(find_header(head.lines, *header) for header in tables.ECCC_DAYS),
    table=tables.eccc,
    columns={
        **_ECCC, "date time": Spec("date"), "max temp c": Spec("tmax", "°C"), "min temp c": Spec("tmin", "°C"),
        "mean temp c": Spec("tmean", "°C"), "total precip mm": Spec("precipitation", "mm"),
        "date heure": Spec("date"), "temp max c": Spec("tmax", "°C"), "temp min c": Spec("tmin", "°C"),
        "temp moy c": Spec("tmean", "°C"), "precip tot mm": Spec("precipitation", "mm"),
    },
    closed=True,
    day="climatological day of the station: from 06 UTC to 06 UTC, or from morning to morning",
    source="climate.weather.gc.ca, download of daily data and its legend of flags; glossary, Climatological Day",
)  # fmt: skip

ECCC_HOURLY = Format(
    name="eccc_hourly",
    title="Environment Canada hourly data",
    recognise=lambda head: any(find_header(head.lines, *header) for header in tables.ECCC_HOURS),
    table=tables.eccc,
    columns={
        **_ECCC, "date time lst": Spec("date"), "date time": Spec("date"), "temp c": Spec("tmean", "°C"),
        "dew point temp c": Spec("tdew", "°C"), "rel hum": Spec("rhmean", "%"),
        "precip amount mm": Spec("precipitation", "mm"), "wind spd km h": Spec("u2", "km/h"),
        "stn press kpa": Spec("pressure", "kPa"), "date heure hnl": Spec("date"), "date heure": Spec("date"),
        "point de rosee c": Spec("tdew", "°C"), "hum rel": Spec("rhmean", "%"),
        "hauteur de precip mm": Spec("precipitation", "mm"), "vit du vent km h": Spec("u2", "km/h"),
        "pression a la station kpa": Spec("pressure", "kPa"),
    },
    closed=True,
    wind_height=10.0,
    stamps="end",
    day="local standard time",
    source="climate.weather.gc.ca, download of hourly data; glossary: at the hour, wind at 10 m, local standard time",
)  # fmt: skip

FORMATS: tuple[Format, ...] = (
    CIMIS, CIMIS_HOURLY, AGRIMET, AGRIMET_HOURLY, COAGMET, AZMET, AZMET_API, FAWN, ECCC, ECCC_HOURLY, *brazil.FORMATS,
    *noaa.FORMATS, *grids.FORMATS,
)  # fmt: skip
