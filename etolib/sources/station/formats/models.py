"""Files of crop models (DSSAT, AgMIP, APSIM, WOFOST), of SWAT and of eddy covariance (FLUXNET)."""

from __future__ import annotations

from etolib.sources.station.formats import apsim, cabo, dssat, fluxnet, swat
from etolib.sources.station.formats.row import Format, Head, Spec

_WTH = {
    "date": Spec("date"), "srad": Spec("rs"), "tmax": Spec("tmax"), "tmin": Spec("tmin"), "t2m": Spec("tmean"),
    "rain": Spec("precipitation"), "dewp": Spec("tdew"), "tdew": Spec("tdew"), "wind": Spec("u2"),
    "vprs": Spec("ea"),
}  # fmt: skip
"""Their units are those of the table: a file may state others than DSSAT's."""


def _agmip(head: Head) -> bool:
    at = dssat.header_of(head.lines)
    return at is not None and {"YYYY", "MM", "DD"} <= set(head.lines[at].split())


DSSAT = Format(
    name="dssat",
    title="DSSAT weather file",
    recognise=lambda head: dssat.header_of(head.lines) is not None and not _agmip(head),
    table=dssat.read,
    columns={**_WTH, "rhum": Spec("rhmean"), "rh2m": Spec("rhmean"), "vapr": Spec("ea")},
    closed=True,
    wind_height=2.0,
    source="DSSAT, Data/WEATHER.CDE and Weather/IPWTH_alt.for (github.com/DSSAT): WIND in km/day at WNDHT (2 m "
           "where that is absent); PAR, TWET and EVAP (a pan) are other quantities",
)  # fmt: skip

AGMIP = Format(
    name="agmip",
    title="AgMIP weather file",
    recognise=_agmip,
    table=dssat.read_agmip,
    columns={**_WTH, "rhum": Spec(None, why="of_one_time_of_the_day")},
    closed=True,
    wind_height=2.0,
    source="AgMIP, acr_agmip003 (A. Ruane): vapour pressure in hPa; AgMERRA (doi:10.1016/j.agrformet.2014.09.016): "
           "RHUM is the humidity at the time of the maximum temperature, so it is not taken. Descriptions differ in "
           "the unit of the wind (m/s, km/h), so none is set here",
)  # fmt: skip

APSIM = Format(
    name="apsim",
    title="APSIM weather file",
    recognise=lambda head: apsim.is_apsim(head.lines),
    table=apsim.read,
    columns={
        "date": Spec("date"), "year": Spec("year"), "month": Spec("month"), "day": Spec("day"),
        "day of month": Spec("day"), "doy": Spec("doy"),
        "radn": Spec("rs"), "maxt": Spec("tmax"), "mint": Spec("tmin"), "meant": Spec("tmean"),
        "rain": Spec("precipitation"), "vp": Spec("ea"), "wind": Spec("u2"), "windspeed": Spec("u2"),
        "rh": Spec("rhmean"), **dict.fromkeys(("pan", "evap"), Spec(None, why="another_evapotranspiration")),
    },
    closed=True,
    source="APSIM, apsim.info, documentation of the module Met, and SILO's APSIM format (units in brackets); pan and "
           "evap are those of a pan; of the wind neither unit nor height is fixed",
)  # fmt: skip

CABO = Format(
    name="cabo",
    title="CABO weather file (WOFOST)",
    recognise=lambda head: cabo.is_cabo(head.lines),
    table=cabo.read,
    columns={
        "station": Spec("station"), "date": Spec("date"), "irradiation": Spec("rs", "kJ/m²"),
        "sunshine": Spec("sunshine", "h"), "tmin": Spec("tmin", "°C"), "tmax": Spec("tmax", "°C"),
        "vapour pressure": Spec("ea", "kPa"), "wind": Spec("u2", "m/s"), "rain": Spec("precipitation", "mm"),
    },
    closed=True,
    wind_height=2.0,
    source="CABO weather system (edepot.wur.nl/43010) as PCSE reads it (pcse/input/cabo_weather.py, base/weather.py)",
)  # fmt: skip

PCSE = Format(
    name="pcse",
    title="PCSE weather file",
    recognise=lambda head: any(line.startswith(cabo.PCSE_HEAD) for line in head.lines[:3]),
    table=cabo.read_pcse,
    columns={
        "day": Spec("date"), "irrad": Spec("rs", "kJ/m²"), "sunshine": Spec("sunshine", "h"),
        "tmin": Spec("tmin", "°C"), "tmax": Spec("tmax", "°C"), "vap": Spec("ea", "kPa"), "wind": Spec("u2", "m/s"),
        "rain": Spec("precipitation", "mm"),
    },
    closed=True,
    wind_height=2.0,
    source="PCSE, CSVWeatherDataProvider and WeatherDataContainer (pcse.readthedocs.io): wind at 2 m",
)  # fmt: skip

_TOWER = {
    "ta": Spec("tmean", "°C"), "sw in": Spec("rs", "W/m²"), "ws": Spec("u2", "m/s"),
    "p": Spec("precipitation", "mm"), "pa": Spec("pressure", "kPa"), "rh": Spec("rhmean", "%"),
}  # fmt: skip
"""Measured values without gap filling, taken where there are no filled ones; ``_1_1_1`` in files of AmeriFlux."""

FLUXNET = Format(
    name="fluxnet",
    title="FLUXNET",
    recognise=lambda head: fluxnet.header_of(head.lines) is not None,
    table=fluxnet.read,
    columns={
        "timestamp": Spec("date"), "timestamp start": Spec("date"), "ta f": Spec("tmean", "°C"),
        "sw in f": Spec("rs", "W/m²"), "ws f": Spec("u2", "m/s"), "p f": Spec("precipitation", "mm"),
        "pa f": Spec("pressure", "kPa"), "rh": Spec("rhmean", "%"),
        fluxnet.DERIVED: Spec("rhmean", "%"),
        **{f"{name}{at}": spec for name, spec in _TOWER.items() for at in ("", " 1 1 1")},
    },
    closed=True,
    stamps="begin",
    day="0 to 24 h local standard time",
    without_extremes="take_half_hours_of_the_site",
    source="FLUXNET2015 (doi:10.1038/s41597-020-0534-3), table of variables of FULLSET and SUBSET: the anemometer "
           "stands above the canopy at the height of the tower, so it is asked; days have no extremes of temperature",
)  # fmt: skip

FORMATS: tuple[Format, ...] = (CABO, PCSE, DSSAT, AGMIP, APSIM, FLUXNET, swat.SWAT)
