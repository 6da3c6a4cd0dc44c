"""Weather services of Europe: Germany (DWD), Switzerland (MeteoSwiss), the Netherlands (KNMI), France (Météo-France),
Spain (AEMET).
"""

from __future__ import annotations

import re

from etolib.sources.station.formats import aemet, knmi, meteo_france
from etolib.sources.station.formats.row import Format, Head, Spec
from etolib.sources.station.formats.text import find_header

_WMO = 10.0
"""Height at which weather services measure wind [m] (WMO-No. 8, part I, 5.1)."""


def _dwd(head: Head) -> str:
    """Return what a file of the DWD holds: ``days``, ``hours``, ``minutes`` by its first date, else nothing."""
    at = next((i for i, line in enumerate(head.lines[:3]) if _DWD_HEADER.match(line)), None)
    if at is None or at + 1 >= len(head.lines):
        return ""
    date = [*head.lines[at + 1].split(";"), "", ""][1].strip()
    if len(date) == 12 and "_10" in head.lines[at] and date >= "2000":  # before, ten minutes are stamped in CET
        return "minutes"
    return {8: "days"}.get(len(date), "hours")


_METEOSWISS = ("station abbr", "reference timestamp", "tre200dx")
_DWD_HEADER = re.compile(r"^\ufeff?\s*STATIONS_ID\s*;\s*MESS_DATUM\s*;")


def _aemet(head: Head) -> bool:
    text = "\n".join(head.lines[:12]).replace('"', " ")
    return all(f" {word} " in f" {text.replace(';', ' ; ').replace(',', ' , ')} " for word in _AEMET_HAS)


_AEMET_HAS = ("fecha", "indicativo", "nombre", "provincia")


def _tenths(variable: str, unit: str) -> Spec:
    return Spec(variable, unit, scale=0.1)


DWD = Format(
    name="dwd",
    title="DWD Climate Data Center, daily",
    recognise=lambda head: _dwd(head) == "days",
    columns={
        "stations id": Spec("station"), "mess datum": Spec("date"), "fm": Spec("u2", "m/s"),
        "rsk": Spec("precipitation", "mm"), "sdk": Spec("sunshine", "h"), "vpm": Spec("ea", "hPa"),
        "pm": Spec("pressure", "hPa"), "tmk": Spec("tmean", "°C"), "upm": Spec("rhmean", "%"),
        "txk": Spec("tmax", "°C"), "tnk": Spec("tmin", "°C"), "fg strahl": Spec("rs", "J/cm²"),
        "lufttemperatur": Spec("tmean", "°C"), "lufttemperatur maximum": Spec("tmax", "°C"),
        "lufttemperatur minimum": Spec("tmin", "°C"), "dampfdruck": Spec("ea", "hPa"),
        "rel feuchte": Spec("rhmean", "%"), "luftdruck stationshoehe": Spec("pressure", "hPa"),
        "niederschlagshoehe": Spec("precipitation", "mm"),
        "sonnenscheindauer": Spec("sunshine", "h"), "windgeschwindigkeit": Spec("u2"),
    },
    closed=True,
    wind_height=_WMO,
    day="0 to 24 h UTC; rain from 6 to 6 h UTC",
    source="DWD CDC, DESCRIPTION_obsgermany-climate-daily-kl_en.pdf and -daily-solar_en.pdf: FG_STRAHL (global), not "
           "FD_STRAHL (diffuse) and ATMO_STRAHL (longwave); -999 is none",
)  # fmt: skip

DWD_HOURLY = Format(
    name="dwd_hourly",
    title="DWD Climate Data Center, hourly",
    recognise=lambda head: _dwd(head) == "hours",
    columns={
        "stations id": Spec("station"), "mess datum": Spec("date"), "tt tu": Spec("tmean", "°C"),
        "rf tu": Spec("rhmean", "%"), "f": Spec("u2", "m/s"), "r1": Spec("precipitation", "mm"),
        "td": Spec("tdew", "°C"), "fg lberg": Spec("rs", "J/cm²"), "p0": Spec("pressure", "hPa"),
    },
    closed=True,
    wind_height=_WMO,
    stamps="end",
    time_zone=0.0,
    source="DWD CDC, hourly air_temperature, wind, precipitation, dew_point, pressure and solar (a file each): UTC; P0 "
           "is at the station, P at sea level",
)  # fmt: skip

DWD_TEN_MINUTES = Format(
    name="dwd_ten_minutes",
    title="DWD Climate Data Center, ten minutes",
    recognise=lambda head: _dwd(head) == "minutes",
    columns={
        "stations id": Spec("station"), "mess datum": Spec("date"), "tt 10": Spec("tmean", "°C"),
        "rf 10": Spec("rhmean", "%"), "td 10": Spec("tdew", "°C"), "ff 10": Spec("u2", "m/s"),
        "gs 10": Spec("rs", "J/cm²"), "rws 10": Spec("precipitation", "mm"), "pp 10": Spec("pressure", "hPa"),
    },
    closed=True,
    wind_height=_WMO,
    stamps="end",
    time_zone=0.0,
    source="DWD CDC, 10_minutes air_temperature, wind, solar and precipitation (a file each): from 2000 on UTC, the "
           "end of the ten minutes; FX_10, FNX_10 and FMX_10 are extremes of the wind, DS_10 is diffuse, TM5_10 is at "
           "5 cm",
)  # fmt: skip

METEOSWISS = Format(
    name="meteoswiss",
    title="MeteoSwiss, daily",
    recognise=lambda head: (found := find_header(head.lines, *_METEOSWISS)) is not None and found[0] < 3,
    columns={
        "station abbr": Spec("station"), "reference timestamp": Spec("date"), "tre200d0": Spec("tmean", "°C"),
        "tre200dx": Spec("tmax", "°C"), "tre200dn": Spec("tmin", "°C"), "ure200d0": Spec("rhmean", "%"),
        "pva200d0": Spec("ea", "hPa"), "prestad0": Spec("pressure", "hPa"), "gre000d0": Spec("rs", "W/m²"),
        "rka150d0": Spec("precipitation", "mm"), "rre150d0": Spec("precipitation", "mm"),
        "sre000d0": Spec("sunshine", "min"), "fkl010d0": Spec("u2", "m/s"), "fu3010d0": Spec("u2", "km/h"),
    },
    closed=True,
    dates="day first",
    wind_height=_WMO,
    day="0 to 24 h UTC; rain (rre150d0) from 6 to 6 h UTC",
    source="MeteoSwiss open data, ogd-smn_meta_parameters.csv: global radiation is a mean, sunshine in minutes; "
           "fkl010d0 and fu3010d0 are the mean wind in m/s and km/h; the height of the wind is that of WMO-No. 8",
)  # fmt: skip
KNMI = Format(
    name="knmi",
    title="KNMI, daily",
    recognise=lambda head: knmi.header_of(head.lines) is not None and not _knmi_hours(head),
    table=knmi.read,
    columns={
        "stn": Spec("station"), "yyyymmdd": Spec("date"), "fg": _tenths("u2", "m/s"), "tg": _tenths("tmean", "°C"),
        "tn": _tenths("tmin", "°C"), "tx": _tenths("tmax", "°C"), "sq": _tenths("sunshine", "h"),
        "q": Spec("rs", "J/cm²"), "rh": _tenths("precipitation", "mm"), "ug": Spec("rhmean", "%"),
        "ux": Spec("rhmax", "%"), "un": Spec("rhmin", "%"),
        "ev24": Spec(None, why="another_evapotranspiration"),
    },
    closed=True,
    wind_height=_WMO,
    day="0 to 24 h UTC",
    source="KNMI, head of etmgeg_<station>.txt; wind at 10 m: knmi.nl, uitleg/windmetingen. FHVEC is a vector mean, PG "
           "is at sea level and EV24 is Makkink's, so none of them is taken",
)  # fmt: skip


def _knmi_hours(head: Head) -> bool:
    at = knmi.header_of(head.lines)
    return at is not None and "HH" in [cell.strip() for cell in head.lines[at].split(",")]


KNMI_HOURLY = Format(
    name="knmi_hourly",
    title="KNMI, hourly",
    recognise=_knmi_hours,
    table=knmi.read,
    columns={
        "stn": Spec("station"), "yyyymmdd": Spec("date"), "hh": Spec("hour"), "fh": _tenths("u2", "m/s"),
        "t": _tenths("tmean", "°C"), "td": _tenths("tdew", "°C"), "sq": _tenths("sunshine", "h"),
        "q": Spec("rs", "J/cm²"), "rh": _tenths("precipitation", "mm"), "u": Spec("rhmean", "%"),
    },
    closed=True,
    wind_height=_WMO,
    stamps="end",
    time_zone=0.0,
    source="KNMI, head of uurgeg_<station>.txt: hour 5 is from 4 to 5 h UT; FH is the mean of the hour",
)  # fmt: skip

METEO_FRANCE = Format(
    name="meteo_france",
    title="Météo-France, daily",
    recognise=lambda head: meteo_france.is_daily(head.lines),
    table=meteo_france.read,
    columns={
        "num poste": Spec("station"), "poste": Spec("station"), "date": Spec("date"), "lat": Spec("latitude"),
        "lon": Spec("longitude"), "alti": Spec("elevation"),
        "aaaammjj": Spec("date"), "rr": Spec("precipitation", "mm"), "tn": Spec("tmin", "°C"),
        "tx": Spec("tmax", "°C"), "tm": Spec("tmean", "°C"), "ffm": Spec("u2", "m/s"), "ff2m": Spec("u2", "m/s", 2.0),
        "inst": Spec("sunshine", "min"), "glot": Spec("rs", "J/cm²"), "un": Spec("rhmin", "%"),
        "ux": Spec("rhmax", "%"), "um": Spec("rhmean", "%"), "tsvm": Spec("ea", "hPa"),
        **dict.fromkeys(("etpmon", "etpgrille"), Spec(None, why="another_evapotranspiration")),
    },
    closed=True,
    wind_height=_WMO,
    day="0 to 24 h UTC; rain from 6 to 6 h UTC, minima from 18 h the day before, maxima from 6 h",
    source="Météo-France (meteo.data.gouv.fr), Q_descriptif_champs_RR-T-Vent.csv and _autres-parametres.csv: FFM at "
           "10 m, FF2M at 2 m; DIFT, DIRT, UV are other radiation, PMERM is at sea level",
)  # fmt: skip

SIAR = Format(
    name="siar",
    title="SIAR (Spain), daily",
    recognise=lambda head: find_header(head.lines, "idprovincia", "idestacion", "fecha") is not None,
    columns={"idprovincia": Spec(None), "idestacion": Spec("station"), "fecha": Spec("date"), "ano": Spec(None),
             "dia": Spec(None), "hormintempmax": Spec(None), "hormintempmin": Spec(None)},
    dates="day first",
    wind_height=2.0,
    source="SIAR, Ministerio de Agricultura (Spain), servicio.mapa.gob.es/websiar, description of the stations: wind "
           "speed and direction at 2 m; a station is its number within a province",
)  # fmt: skip

AEMET = Format(
    name="aemet",
    title="AEMET OpenData, daily",
    recognise=_aemet,
    table=aemet.read,
    columns={
        "fecha": Spec("date"), "indicativo": Spec("station"), "altitud": Spec("elevation"),
        "tmed": Spec("tmean", "°C"), "prec": Spec("precipitation", "mm"), "tmin": Spec("tmin", "°C"),
        "tmax": Spec("tmax", "°C"), "velmedia": Spec("u2", "m/s"), "sol": Spec("sunshine", "h"),
        "hrmedia": Spec("rhmean", "%"), "hrmax": Spec("rhmax", "%"), "hrmin": Spec("rhmin", "%"),
    },
    closed=True,
    wind_height=_WMO,
    day="0 to 24 h UTC; rain from 7 to 7 h",
    source="AEMET OpenData, metadata of valores/climatologicos/diarios; the height of the wind is that of WMO-No. 8, "
           "the metadata state none. Of pressure there are only the extremes",
)  # fmt: skip

FORMATS: tuple[Format, ...] = (
    DWD,
    DWD_HOURLY,
    DWD_TEN_MINUTES,
    METEOSWISS,
    KNMI,
    KNMI_HOURLY,
    METEO_FRANCE,
    SIAR,
    AEMET,
)
