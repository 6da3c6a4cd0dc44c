"""NASA POWER: ``/api/temporal/{daily,hourly}/point`` and the checks of ``daily/regional``."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np

from tests.simulator import sky
from tests.simulator.answer import Answer, Query, html, many, one
from tests.simulator.clock import Clock
from tests.simulator.weather import SIMULATED, NoWeather, Weather

FILL = -999.0
VERSIONS = {"daily": "v2.9.7", "hourly": "v2.10.0"}
TITLE = "NASA/POWER Source Native Resolution {} Data"
REFUSAL = "The POWER {} API failed to complete your request; please review the errors below and the POWER Docs (https://power.larc.nasa.gov/docs/)."
NO_SOLAR = (
    "The radiation parameter(s) for times prior to 1984-1-1 are removed;"
    " radiation parameters are not available until 1984-1-1. The requested parameters would have returned no data."
)
MET_START = dt.date(1981, 1, 1)
SOLAR_START = dt.date(1984, 1, 1)
HOURLY_START = dt.date(2001, 1, 1)
MET_DELAY = 3
SOLAR_DELAY = 7
LIMIT = {"daily": 20, "hourly": 15}


@dataclass(frozen=True)
class Parameter:
    """One POWER parameter: key in the weather, factor to its unit, unit text, long name."""

    key: str
    longname: str
    units: str
    hourly_key: str | None = None
    solar: bool = False
    factor: float = 1.0
    hourly_units: str | None = None


PARAMETERS = {
    "T2M": Parameter("tmean", "Temperature at 2 Meters", "C", "temperature"),
    "T2M_MAX": Parameter("tmax", "Temperature at 2 Meters Maximum", "C"),
    "T2M_MIN": Parameter("tmin", "Temperature at 2 Meters Minimum", "C"),
    "T2MDEW": Parameter("tdew", "Dew/Frost Point at 2 Meters", "C", "dewpoint"),
    "RH2M": Parameter("rhmean", "Relative Humidity at 2 Meters", "%", "rh"),
    "WS2M": Parameter("ws2", "Wind Speed at 2 Meters", "m/s", "wind2"),
    "WS10M": Parameter("ws10", "Wind Speed at 10 Meters", "m/s", "wind"),
    "WS10M_MAX": Parameter("ws10max", "Wind Speed at 10 Meters Maximum", "m/s"),
    "WS10M_MIN": Parameter("ws10min", "Wind Speed at 10 Meters Minimum", "m/s"),
    "PS": Parameter("pressure", "Surface Pressure", "kPa", "pressure"),
    "PRECTOTCORR": Parameter("precipitation", "Precipitation Corrected", "mm/day", "rain", hourly_units="mm/hour"),
    "ALLSKY_SFC_SW_DWN": Parameter("rs", "All Sky Surface Shortwave Downward Irradiance", "", "rs", solar=True),
    "TOA_SW_DWN": Parameter("ra", "Top-Of-Atmosphere Shortwave Downward Irradiance", "", "ra", solar=True),
}

# Unit, factor from MJ m-2 and decimals of radiation, by community: the trap of this service.
RADIATION = {
    ("daily", "AG"): ("MJ/m^2/day", 1.0, 2),
    ("daily", "RE"): ("kW-hr/m^2/day", 1 / 3.6, 4),
    ("daily", "SB"): ("W m-2", 1 / 0.0864, 2),
    ("hourly", "AG"): ("MJ/hr", 1.0, 2),
    ("hourly", "RE"): ("Wh/m^2", 1000 / 3.6, 2),
    ("hourly", "SB"): ("Wh/m^2", 1000 / 3.6, 2),
}


class Refused(ValueError):
    """A request POWER answers with 422; holds the messages."""


def answer(path: str, query: Query, clock: Clock, weather: Weather) -> Answer:
    """Return POWER's answer to a path and query."""
    parts = path.strip("/").split("/")
    if parts[:2] != ["api", "temporal"] or len(parts) != 4 or (parts[2], parts[3]) not in _ROUTES:
        return html(404, "Not Found", size=19_000)
    scale, shape = parts[2], parts[3]
    try:
        return _ROUTES[scale, shape](scale, query, clock, weather)
    except Refused as refused:
        return refusal(scale, [str(message) for message in refused.args])


def refusal(scale: str, messages: list[str], status: int = 422) -> Answer:
    """Return POWER's error body."""
    return Answer(status, {"header": REFUSAL.format(scale.capitalize()), "messages": messages})


def met_cell(latitude: float, longitude: float) -> tuple[float, float]:
    """Return the centre of the 0.5 x 0.625 degree cell (MERRA-2 centres lie on multiples)."""
    return round(latitude / 0.5) * 0.5, (round(longitude / 0.625) * 0.625 + 180) % 360 - 180


def solar_cell(latitude: float, longitude: float) -> tuple[float, float]:
    """Return the centre of the 1 degree cell (SYN1DEG centres lie on halves)."""
    return min(math.floor(latitude), 89) + 0.5, (math.floor(longitude) + 0.5 + 180) % 360 - 180


def cells(latitude: float, longitude: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return both cells that answer for a point."""
    return met_cell(latitude, longitude), solar_cell(latitude, longitude)


def solar_offset(longitude: float) -> int:
    """Return the UTC offset of the local solar day [h]: bands of 15 degrees.

    >>> solar_offset(-105.27)
    -7
    """
    return math.floor(longitude / 15 + 0.5)


def _number(query: Query, name: str, low: float, high: float) -> float:
    text = one(query, name)
    try:
        value = float(text or "")
    except ValueError:
        raise Refused(f"Please provide a correct {name} value.") from None
    if not low <= value <= high:
        raise Refused(f"Please provide a correct {name} value between {low:g} and {high:g}.")
    return value


def _day(query: Query, name: str) -> dt.date:
    text = one(query, name) or ""
    try:
        if len(text) != 8 or not text.isdigit():
            raise ValueError
        return dt.datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a calendar day has no zone
    except ValueError:
        raise Refused(f"Please provide a correct {name} date formatting.") from None


def _period(query: Query, scale: str, clock: Clock) -> tuple[dt.date, dt.date]:
    first, last, today = _day(query, "start"), _day(query, "end"), clock.today()
    begin = MET_START if scale == "daily" else HOURLY_START
    messages = []
    if first < begin:
        messages.append(
            "Please provide a correct start date. Your start date out of range."
            f" The data is available from {begin:%Y/%m/%d}."
        )
    if last > today:
        messages.append(
            f"Please provide a correct end date. Your end date out of range. The data is available to {today:%Y/%m/%d}."
        )
    if last < first:
        messages.append("Please provide an end date that is after the start date.")
    if messages:
        raise Refused(*messages)
    return first, last


def _names(query: Query, scale: str) -> list[str]:
    asked = ["PRECTOTCORR" if name == "PRECTOT" else name for name in (n.upper() for n in many(query, "parameters"))]
    if not asked:
        raise Refused("Please provide at least one parameter.")
    if len(asked) > LIMIT[scale]:
        raise Refused(f"Please provide no more than {LIMIT[scale]} parameters.")
    wrong = [n for n in asked if n not in PARAMETERS or (scale == "hourly" and PARAMETERS[n].hourly_key is None)]
    if wrong:
        raise Refused(f"One of your parameters is incorrect: {', '.join(wrong)}.")
    return list(dict.fromkeys(asked))


def _community(query: Query) -> str:
    community = (one(query, "community") or "").upper()
    if community not in ("AG", "RE", "SB"):
        raise Refused("Please provide a correct community: AG, RE, SB.")
    return community


def _standard(query: Query) -> str:
    standard = (one(query, "time-standard", "LST") or "").upper()
    if standard not in ("LST", "UTC"):
        raise Refused("Please provide a correct time-standard: LST, UTC.")
    if (one(query, "format", "JSON") or "").upper() != "JSON":
        raise Refused("This simulator answers in the format JSON only.")
    return standard


def _sources(names: list[str], first: dt.date, last: dt.date, today: dt.date) -> list[str]:
    found = ["MERRA2"] if any(not PARAMETERS[n].solar for n in names) else []
    if any(PARAMETERS[n].solar for n in names):
        spans = (
            ("SRB", SOLAR_START, dt.date(2000, 12, 31)),
            ("SYN1DEG", dt.date(2001, 1, 1), today - dt.timedelta(120)),
            ("FLASHFLUX", today - dt.timedelta(119), today),
        )
        found += [name for name, begin, end in spans if first <= end and last >= begin]
    return found


def _point(scale: str, query: Query, clock: Clock, weather: Weather) -> Answer:
    names, community, standard = _names(query, scale), _community(query), _standard(query)
    latitude, longitude = _number(query, "latitude", -90, 90), _number(query, "longitude", -180, 180)
    first, last = _period(query, scale, clock)
    messages: list[str] = []
    if last < SOLAR_START and any(PARAMETERS[n].solar for n in names):
        names = [n for n in names if not PARAMETERS[n].solar]
        if not names:
            raise Refused(NO_SOLAR)
        messages.append(NO_SOLAR)
    offset = solar_offset(longitude) if standard == "LST" else 0
    read = _daily_columns if scale == "daily" else _hourly_columns
    columns, height, origin = read(names, latitude, longitude, first, last, offset, weather)
    missing = [n for n in names if n not in columns]
    if missing:
        messages.append(
            f"The parameter(s) {', '.join(missing)} are removed; the requested parameters would have returned no data."
        )
        names = [n for n in names if n in columns]
    if not names:
        raise Refused(*messages)
    keys = [f"{day:%Y%m%d}" for day in (first + dt.timedelta(i) for i in range((last - first).days + 1))]
    per_day = 1
    if scale == "hourly":
        keys, per_day = [f"{key}{hour:02d}" for key in keys for hour in range(24)], 24
    parameter, units = {}, {}
    for name in names:
        spec = PARAMETERS[name]
        unit, factor, decimals = (spec.hourly_units or spec.units) if scale == "hourly" else spec.units, 1.0, 2
        if spec.solar:
            unit, factor, decimals = RADIATION[scale, community]
        values = _known(columns[name] * factor, spec, first, per_day, clock.today())
        parameter[name] = dict(zip(keys, _rounded(values, decimals), strict=True))
        units[name] = {"units": unit, "longname": spec.longname}
    document = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [longitude, latitude, round(height, 2)]},
        "properties": {"parameter": parameter},
        "header": _header(scale, names, first, last, standard, clock),
        "messages": messages,
        "parameters": units,
        "times": {"data": 0.121, "process": 0.01},
    }
    return Answer(document=document, headers=_headers(scale, document), origin=origin)


def _header(
    scale: str, names: list[str], first: dt.date, last: dt.date, standard: str, clock: Clock
) -> dict[str, object]:
    return {
        "title": TITLE.format(scale.capitalize()),
        "api": {"version": VERSIONS[scale], "name": f"POWER {scale.capitalize()} API"},
        "sources": _sources(names, first, last, clock.today()),
        "fill_value": FILL,
        "time_standard": standard,
        "start": f"{first:%Y%m%d}",
        "end": f"{last:%Y%m%d}",
    }


def _headers(scale: str, document: dict) -> dict[str, str]:
    return {
        "x-app-name": scale,
        "x-app-version": document["header"]["api"]["version"],
        "x-data-sources": ",".join(document["header"]["sources"]).lower(),
    }


def _daily_columns(
    names: list[str], latitude: float, longitude: float, first: dt.date, last: dt.date, offset: int, weather: Weather
) -> tuple[dict[str, sky.Array], float, str]:
    """Return columns, cell height and origin: meteorology and radiation from their own, unaligned cells."""
    cell, solar = cells(latitude, longitude)
    city = weather.city(latitude, longitude, cells)
    height = city.elevation if city else sky.elevation(*cell)
    columns: dict[str, sky.Array] = {}
    origin = ""
    for place, is_solar in ((cell, False), (solar, True)):
        wanted = [n for n in names if PARAMETERS[n].solar is is_solar]
        if wanted:
            try:
                days = weather.days(
                    "nasa", "nasa_power", (latitude, longitude), place, first, last, offset, cells=cells
                )
                found, origin = days.values, days.origin
            except NoWeather:
                found = {PARAMETERS[n].key: np.full((last - first).days + 1, np.nan) for n in wanted}
            columns.update({n: found[PARAMETERS[n].key] for n in wanted if PARAMETERS[n].key in found})
    return columns, height, origin


def _hourly_columns(
    names: list[str], latitude: float, longitude: float, first: dt.date, last: dt.date, offset: int, weather: Weather
) -> tuple[dict[str, sky.Array], float, str]:
    """Return hourly columns (always simulated: data folders hold days)."""
    cell, solar = cells(latitude, longitude)
    height = sky.elevation(*cell)
    hours = np.arange(sky.day_number(first) * 24, (sky.day_number(last) + 1) * 24) - offset
    try:
        weather.need_simulated()
    except NoWeather:
        return {n: np.full(len(hours), np.nan) for n in names}, height, ""
    columns: dict[str, sky.Array] = {}
    for place, is_solar in ((cell, False), (solar, True)):
        wanted = [n for n in names if PARAMETERS[n].solar is is_solar]
        if wanted:
            found = sky.hourly(*place, hours, "nasa_power")
            found["wind2"] = found["wind"] * 0.735
            columns.update({n: found[PARAMETERS[n].hourly_key or ""] for n in wanted})
    return columns, height, SIMULATED


def _known(values: sky.Array, spec: Parameter, first: dt.date, per_day: int, today: dt.date) -> sky.Array:
    """Return values with NaN where POWER would not have them yet, or not from so long ago."""
    newest = today - dt.timedelta(SOLAR_DELAY if spec.solar else MET_DELAY)
    day = np.arange(len(values)) // per_day
    kept = day <= (newest - first).days
    if spec.solar:
        kept &= day >= (SOLAR_START - first).days
    return np.where(kept, values, np.nan)


def _rounded(values: sky.Array, decimals: int) -> list[float]:
    return [float(v) for v in np.where(np.isnan(values), FILL, np.round(values, decimals) + 0.0)]


def _regional(scale: str, query: Query, clock: Clock, weather: Weather) -> Answer:
    """Check a box as POWER does; the data of a box are not simulated, etolib never asks for them."""
    names = _names(query, scale)
    if len(names) > 1:
        raise Refused("Please provide only one parameter; the regional endpoint is limited to one parameter.")
    _community(query), _standard(query), _period(query, scale, clock)
    for axis, limit in (("latitude", 90), ("longitude", 180)):
        side = _number(query, f"{axis}-max", -limit, limit) - _number(query, f"{axis}-min", -limit, limit)
        if side < 2:
            raise Refused(f"Please provide at least a 2 degree range in {axis}; otherwise use the point endpoint.")
        if side > 10:
            raise Refused(f"Please provide at most a 10 degree range in {axis}; otherwise use several requests.")
    return html(501, "Not Implemented")


_ROUTES = {("daily", "point"): _point, ("hourly", "point"): _point, ("daily", "regional"): _regional}
