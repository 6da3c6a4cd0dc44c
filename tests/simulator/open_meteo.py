"""Open-Meteo: archive, forecast, historical forecast, satellite radiation, ensemble mean and elevation."""

from __future__ import annotations

import datetime as dt
import json
import math
import zoneinfo
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.simulator import sky
from tests.simulator.answer import Answer, Query, compact, many, one
from tests.simulator.clock import Clock
from tests.simulator.open_meteo_text import Fixed, render
from tests.simulator.weather import SIMULATED, NoWeather, Weather

MAX_LOCATIONS = 1000
MAX_ELEVATIONS = 100
ARCHIVE_START = dt.date(1940, 1, 1)
ERA5_DELAY = 6  # days behind today of the newest complete ERA5 day
BEST_MATCH_DELAY = 1
HISTORICAL_START = dt.date(2016, 1, 1)
HISTORICAL_DATA = dt.date(2018, 1, 1)
FORECAST_PAST, FORECAST_AHEAD = 92, 15
ARCHIVE_MODELS = ("best_match", "era5_seamless", "era5", "era5_land", "ecmwf_ifs", "cerra", "era5_ensemble")
FORECAST_MODELS = (
    "best_match",
    "ecmwf_ifs",
    "ecmwf_ifs025",
    "gfs_seamless",
    "icon_seamless",
    "jma_seamless",
    "meteofrance_seamless",
)


@dataclass(frozen=True)
class Variable:
    """Key in the weather, kind of unit, factor to the metric unit and decimals."""

    key: str
    unit: str
    decimals: int
    factor: float = 1.0


DAILY = {
    "temperature_2m_max": Variable("tmax", "°C", 1),
    "temperature_2m_min": Variable("tmin", "°C", 1),
    "temperature_2m_mean": Variable("tmean", "°C", 1),
    "dew_point_2m_max": Variable("tdewmax", "°C", 1),
    "dew_point_2m_min": Variable("tdewmin", "°C", 1),
    "dew_point_2m_mean": Variable("tdew", "°C", 1),
    "relative_humidity_2m_max": Variable("rhmax", "%", 0),
    "relative_humidity_2m_min": Variable("rhmin", "%", 0),
    "relative_humidity_2m_mean": Variable("rhmean", "%", 0),
    "wind_speed_10m_max": Variable("ws10max", "m/s", 2),
    "wind_speed_10m_mean": Variable("ws10", "m/s", 2),
    "wind_speed_10m_min": Variable("ws10min", "m/s", 2),
    "shortwave_radiation_sum": Variable("rs", "MJ/m²", 2),
    "precipitation_sum": Variable("precipitation", "mm", 2),
    "rain_sum": Variable("precipitation", "mm", 2),
    "et0_fao_evapotranspiration": Variable("et0", "mm", 2),
    "surface_pressure_mean": Variable("pressure", "hPa", 1, 10),
    "pressure_msl_mean": Variable("msl", "hPa", 1, 10),
    "cloud_cover_mean": Variable("cloud", "%", 0),
    "sunshine_duration": Variable("sunshine", "s", 2, 3600),
    "snow_depth_max": Variable("snow", "m", 2),
}
HOURLY = {
    "temperature_2m": Variable("temperature", "°C", 1),
    "dew_point_2m": Variable("dewpoint", "°C", 1),
    "relative_humidity_2m": Variable("rh", "%", 0),
    "wind_speed_10m": Variable("wind", "m/s", 2),
    "wind_direction_10m": Variable("direction", "°", 0),
    "shortwave_radiation": Variable("rs", "W/m²", 1, 1 / 0.0036),
    "precipitation": Variable("rain", "mm", 2),
    "surface_pressure": Variable("pressure", "hPa", 1, 10),
    "pressure_msl": Variable("msl", "hPa", 1, 10),
    "cloud_cover": Variable("cloud", "%", 0),
    "temperature_2m_spread": Variable("temperature_spread", "°C", 2),
    "relative_humidity_2m_spread": Variable("rh_spread", "%", 1),
    "wind_speed_10m_spread": Variable("wind_spread", "m/s", 2),
    "shortwave_radiation_spread": Variable("rs_spread", "W/m²", 1, 1 / 0.0036),
}
PRECEDING = ("rs", "rain")  # hourly sums carry the label of the hour's end
OLD_SPELLINGS = {
    "windspeed": "wind_speed",
    "dewpoint": "dew_point",
    "relativehumidity": "relative_humidity",
    "cloudcover": "cloud_cover",
}
SATELLITE_MODELS = {  # the first day and the delay of each [days]
    "eumetsat_sarah3": (dt.date(1983, 1, 1), 2),
    "jma_jaxa_himawari": (dt.date(2015, 7, 7), 0),
    "satellite_radiation_seamless": (dt.date(2023, 1, 1), 0),
}
ENSEMBLE_AHEAD = 14  # days of the ensemble of ECMWF after today
SPREADS = {"temperature": 3.0, "rh": 14.0, "wind": 1.6, "rs": 0.35}  # after many days; of radiation relative
SPEED = {"kmh": ("km/h", 3.6, 1), "ms": ("m/s", 1.0, 2), "mph": ("mp/h", 2.236936, 1), "kn": ("kn", 1.943844, 1)}


class Refused(ValueError):
    """A request Open-Meteo answers with 400; the text is its reason."""


@dataclass(frozen=True)
class Product:
    """One of the three weather products and what it accepts."""

    service: str
    models: tuple[str, ...]
    kind: str  # of the type named in the error about unknown variables


PRODUCTS = {
    "open_meteo_archive": Product("open_meteo_archive", ARCHIVE_MODELS, "HistoricalVariable"),
    "open_meteo_forecast": Product("open_meteo_forecast", FORECAST_MODELS, "ForecastVariable"),
    "open_meteo_historical_forecast": Product("open_meteo_historical_forecast", FORECAST_MODELS, "ForecastVariable"),
    "open_meteo_satellite": Product("open_meteo_satellite", tuple(SATELLITE_MODELS), "SatelliteVariable"),
    "open_meteo_ensemble": Product("open_meteo_ensemble", ("ecmwf_ifs025_ensemble_mean",), "EnsembleVariable"),
}


def answer(service: str, query: Query, clock: Clock, weather: Weather) -> Answer:
    """Return the answer of one Open-Meteo product."""
    try:
        if service == "open_meteo_elevation":
            return _elevation(query, weather)
        return _series(PRODUCTS[service], query, clock, weather)
    except Refused as refused:
        return error(400, str(refused))
    except NoWeather:
        return error(400, "No data is available for this location")


def error(status: int, reason: str) -> Answer:
    """Return Open-Meteo's error body."""
    return Answer(status, {"error": True, "reason": reason}, content_type="application/json; charset=utf-8")


def weight(query: Query, days: int) -> float:
    """Return how many calls a request counts for.

    >>> round(weight({"latitude": ["1"], "daily": ["a,b,c,d,e,f,g,h,i"]}, 365), 1)
    23.5
    """
    variables = (len(many(query, "daily")) + len(many(query, "hourly"))) * max(1, len(many(query, "models"))) / 10
    return max(1, len(many(query, "latitude"))) * max(1.0, variables, variables * days / 14)


def asked_days(query: Query) -> int:
    """Return the number of days a request asks for, as far as it can be read."""
    try:
        first, last = (dt.date.fromisoformat(many(query, name)[0]) for name in ("start_date", "end_date"))
        return max(1, (last - first).days + 1)
    except (IndexError, ValueError):
        return 7


def _floats(query: Query, name: str) -> list[float]:
    values = []
    for text in many(query, name):
        try:
            values.append(float(text))
        except ValueError:
            raise Refused(f"Data corrupted at path '{name}'. Cannot convert string to Float.") from None
    return values


def _points(query: Query, limit: int) -> list[tuple[float, float]]:
    latitudes, longitudes = _floats(query, "latitude"), _floats(query, "longitude")
    if not latitudes or not longitudes:
        raise Refused(f"Parameter '{'longitude' if latitudes else 'latitude'}' is required")
    if len(latitudes) != len(longitudes):
        raise Refused("Parameter 'latitude' and 'longitude' must have the same number of elements")
    if len(latitudes) > limit:
        raise Refused(f"Only up to {limit} locations can be requested at once")
    for latitude, longitude in zip(latitudes, longitudes, strict=True):
        if not -90 <= latitude <= 90:
            raise Refused(f"Latitude must be in range of -90 to 90°. Given: {latitude}.")
        if not -180 <= longitude <= 180:
            raise Refused(f"Longitude must be in range of -180 to 180°. Given: {longitude}.")
    return list(zip(latitudes, longitudes, strict=True))


def _elevation(query: Query, weather: Weather) -> Answer:
    heights, origin = [], ""
    for latitude, longitude in _points(query, MAX_ELEVATIONS):
        if abs(latitude) == 90 or longitude == 180:
            heights.append(math.nan)  # a tile the service does not have: bare nan in the body
            continue
        height, origin = weather.elevation(latitude, longitude)
        heights.append(float(round(height)))
    return Answer(document={"elevation": heights}, render=_render_elevation, origin=origin)


def _render_elevation(document: dict[str, Any]) -> bytes:
    # the service writes fixed one-decimal numbers with a blank after the comma, and lower-case nan
    if not isinstance(document.get("elevation"), list):
        return compact(document)
    values = ", ".join(f"{v:.1f}" if isinstance(v, float) else json.dumps(v) for v in document["elevation"])
    return f'{{"elevation":[{values}]}}'.encode()


@dataclass(frozen=True)
class Zone:
    """A time zone as Open-Meteo uses it: one fixed offset, that of the moment of the request."""

    name: str
    abbreviation: str
    offset: int  # seconds


def _zone(name: str, longitude: float, clock: Clock) -> Zone:
    if name == "auto":
        # The service looks up the political zone; here the nautical one, so that no zone map is needed.
        shift = round(longitude / 15)
        name = f"Etc/GMT{-shift:+d}" if shift else "GMT"
    if name in ("GMT", "UTC"):
        return Zone("GMT", "GMT", 0)
    try:
        offset = clock.now().astimezone(zoneinfo.ZoneInfo(name)).utcoffset() or dt.timedelta()
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise Refused("Invalid timezone") from None
    seconds = int(offset.total_seconds())
    hours, minutes = divmod(abs(seconds) // 60, 60)
    text = f"GMT{'-' if seconds < 0 else '+'}{hours}" + (f":{minutes:02d}" if minutes else "")
    return Zone(name, text if seconds else "GMT", seconds)


def _date(text: str, name: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise Refused(f"Invalid date format. Make sure to use 'YYYY-MM-DD' for parameter '{name}'") from None


def _integer(query: Query, name: str, default: int, top: int) -> int:
    text = one(query, name)
    if text is None:
        return default
    if not text.lstrip("-").isdigit():
        raise Refused(f"Data corrupted at path '{name}'. Cannot convert string to Int.")
    if not 0 <= int(text) <= top:
        label = "Past days" if name == "past_days" else "Forecast days"
        raise Refused(
            f"{label} is invalid. Allowed range 0 to {top}. Given {int(text) if name == 'past_days' else top}."
        )
    return int(text)


def _range(product: Product, today: dt.date) -> tuple[dt.date, dt.date]:
    """Return the dates the server accepts."""
    if product.service == "open_meteo_archive":
        return ARCHIVE_START, today
    if product.service == "open_meteo_satellite":
        return dt.date(1983, 1, 1), today
    ahead = today + dt.timedelta(FORECAST_AHEAD)
    if product.service == "open_meteo_historical_forecast":
        return HISTORICAL_START, ahead
    return today - dt.timedelta(FORECAST_PAST + 1), ahead


def _period(product: Product, query: Query, index: int, today: dt.date, local: dt.date) -> tuple[dt.date, dt.date]:
    starts, ends = many(query, "start_date"), many(query, "end_date")
    if bool(starts) != bool(ends):
        raise Refused("Both 'start_date' and 'end_date' must be set")
    if not starts:
        if product.service == "open_meteo_archive":
            raise Refused("Parameter 'start_date' and 'end_date' are required")
        past = _integer(query, "past_days", 0, FORECAST_PAST)
        ahead = _integer(query, "forecast_days", 7, FORECAST_AHEAD + 1)
        return local - dt.timedelta(past), local + dt.timedelta(ahead - 1)
    if one(query, "past_days") or one(query, "forecast_days"):
        raise Refused(
            "Parameter 'past_days' and 'forecast_days' are mutually exclusive with 'start_date' and 'end_date'"
        )
    first = _date(starts[min(index, len(starts) - 1)], "start_date")
    last = _date(ends[min(index, len(ends) - 1)], "end_date")
    low, high = _range(product, today)
    for name, day in (("start_date", first), ("end_date", last)):
        if not low <= day <= high:
            raise Refused(f"Parameter '{name}' is out of allowed range from {low} to {high}")
    if last < first:
        raise Refused("End-date must be larger or equals than start-date")
    return first, last


def _data_window(product: Product, model: str, today: dt.date) -> tuple[dt.date, dt.date]:
    """Return the days for which there are numbers; outside them the answer holds null."""
    if product.service == "open_meteo_archive":
        start = dt.date(1950, 1, 1) if model == "era5_land" else ARCHIVE_START
        fresh = model in ("best_match", "ecmwf_ifs")
        return start, today - dt.timedelta(BEST_MATCH_DELAY if fresh else ERA5_DELAY)
    if product.service == "open_meteo_satellite":
        start, delay = SATELLITE_MODELS[model]
        return start, today - dt.timedelta(delay)
    if product.service == "open_meteo_ensemble":
        return today - dt.timedelta(FORECAST_PAST), today + dt.timedelta(ENSEMBLE_AHEAD)
    if model == "ecmwf_ifs":  # 360 hours from midnight UTC: the day after begins only
        last = today + dt.timedelta(FORECAST_AHEAD - 1)
        return (HISTORICAL_DATA if "historical" in product.service else today - dt.timedelta(FORECAST_PAST)), last
    if product.service == "open_meteo_historical_forecast":
        return HISTORICAL_DATA, today + dt.timedelta(FORECAST_AHEAD)
    return today - dt.timedelta(FORECAST_PAST), today + dt.timedelta(FORECAST_AHEAD)


def _specs(query: Query, block: str, product: Product) -> dict[str, Variable]:
    table = DAILY if block == "daily" else HOURLY
    found = {}
    for name in many(query, block):
        modern = name
        for old, new in OLD_SPELLINGS.items():
            modern = modern.replace(old, new)
        if modern not in table:
            listed = ",".join(many(query, block))
            kind = product.kind + ("Daily" if block == "daily" else "Hourly")
            raise Refused(f"Data corrupted at path ''. Cannot initialize {kind} from invalid String value {listed}.")
        found[name] = table[modern]
    return found


@dataclass(frozen=True)
class Units:
    """Units asked for in the query."""

    fahrenheit: bool
    speed: str
    inch: bool

    def text(self, spec: Variable) -> tuple[str, float, float, int]:
        """Return unit text, factor, addend and decimals of a variable."""
        if spec.unit == "°C" and self.fahrenheit:
            return "°F", 1.8, 32.0, 1
        if spec.unit == "m/s":
            text, factor, decimals = SPEED[self.speed]
            return text, factor, 0.0, decimals
        if spec.unit == "mm" and self.inch:
            return "inch", 1 / 25.4, 0.0, 3
        return spec.unit, spec.factor, 0.0, spec.decimals


def _units(query: Query) -> Units:
    speed = one(query, "wind_speed_unit") or one(query, "windspeed_unit") or "kmh"
    temperature = one(query, "temperature_unit", "celsius")
    rain = one(query, "precipitation_unit", "mm")
    for text, known in ((speed, tuple(SPEED)), (temperature, ("celsius", "fahrenheit")), (rain, ("mm", "inch"))):
        if text not in known:
            raise Refused(f"Invalid value '{text}'. Allowed values: {', '.join(known)}")
    return Units(temperature == "fahrenheit", speed, rain == "inch")


def _series(product: Product, query: Query, clock: Clock, weather: Weather) -> Answer:
    points = _points(query, MAX_LOCATIONS)
    if one(query, "format", "json") != "json":
        raise Refused("This simulator answers in the format json only")
    specs = {block: _specs(query, block, product) for block in ("daily", "hourly")}
    units = _units(query)
    models = many(query, "models") or ["best_match"]
    for model in models:
        if model not in product.models:
            raise Refused(
                "Data corrupted at path ''. Cannot initialize MultiDomains from invalid String value"
                f" {','.join(models)}."
            )
    zones = many(query, "timezone") or ["GMT"]
    if len(zones) not in (1, len(points)):
        raise Refused("Parameter 'timezone' must have the same number of elements as coordinates")
    heights = many(query, "elevation")
    if product.service == "open_meteo_satellite":
        for point in points:
            _seen(point, weather)
    documents, origin = [], ""
    for index, (latitude, longitude) in enumerate(points):
        zone = _zone(zones[min(index, len(zones) - 1)], longitude, clock)
        period = _period(product, query, index, clock.today(), clock.today(zone.offset / 3600))
        given = heights[min(index, len(heights) - 1)] if heights else None
        document, origin = _location(
            product, (latitude, longitude), zone, period, given, specs, units, models, clock, weather
        )
        if index:
            document = _insert_after(document, "elevation", "timezone_abbreviation", {"location_id": index})
        if one(query, "timeformat") == "unixtime":
            _as_unixtime(document, zone)
        documents.append(document)
    return Answer(
        document=documents[0] if len(documents) == 1 else documents,
        render=render,
        origin=origin,
        content_type="application/json; charset=utf-8",
    )


def _seen(point: tuple[float, float], weather: Weather) -> None:
    """Raise where no satellite of the service looks; a folder of days has no hours, and none are invented for it."""
    if not (abs(point[0]) <= 65 and (point[1] >= -65 or point[1] <= -160)) or weather.city(*point) is not None:
        raise NoWeather


def _insert_after(document: dict[str, Any], name: str, other: str, extra: dict[str, Any]) -> dict[str, Any]:
    """Return the document with members put after ``name``, or after ``other`` where ``name`` was left out."""
    anchor = name if name in document else other
    result: dict[str, Any] = {}
    for key, value in document.items():
        result[key] = value
        if key == anchor:
            result.update(extra)
    return result


def _cell(latitude: float, longitude: float, model: str) -> tuple[float, float]:
    step = 0.25 if model in ("era5", "era5_ensemble") else 0.1
    return round(latitude / step) * step, round(longitude / step) * step


def _location(
    product: Product,
    point: tuple[float, float],
    zone: Zone,
    period: tuple[dt.date, dt.date],
    given: str | None,
    specs: dict[str, dict[str, Variable]],
    units: Units,
    models: list[str],
    clock: Clock,
    weather: Weather,
) -> tuple[dict[str, Any], str]:
    cell = _cell(*point, models[0])
    height, origin = weather.elevation(*point)
    shown = float(round(height)) if given is None else float(given)
    document: dict[str, Any] = {
        "latitude": float(f"{np.float32(cell[0]):.8g}"),
        "longitude": float(f"{np.float32(cell[1]):.8g}"),
        "generationtime_ms": 0.42939186096191406,
        "utc_offset_seconds": zone.offset,
        "timezone": zone.name,
        "timezone_abbreviation": zone.abbreviation,
        "elevation": shown,
    }
    if not math.isfinite(shown):
        del document["elevation"]
        shown = sky.elevation(*cell)  # no downscaling: the height of the cell itself
    for block in ("hourly", "daily"):
        if specs[block]:
            read = _daily_values if block == "daily" else _hourly_values
            columns, unit_texts = {}, {}
            for model in models:
                # Where there is no local model the service's own choice is IFS HRES (since 2026-04).
                same = product.service != "open_meteo_archive" and model == "ecmwf_ifs"
                provider = f"{product.service} {'best_match' if same else model}"
                values, origin = read(product, provider, point, cell, period, zone, shown, weather)
                if product.service == "open_meteo_ensemble":
                    values |= _spreads(values, period, clock.today())
                if product.service == "open_meteo_satellite" and not _in_disk(model, point):
                    values = {name: np.full_like(v, np.nan) for name, v in values.items()}
                if product.service == "open_meteo_archive" and model in ("best_match", "era5_seamless", "era5_land"):
                    values["snow"] = np.zeros(len(next(iter(values.values()))))  # only ERA5-Land has it
                values = _known(values, block, period, _data_window(product, model, clock.today()))
                suffix = f"_{model}" if len(models) > 1 else ""
                for name, spec in specs[block].items():
                    text, column = _column(values.get(spec.key), spec, units, block, period)
                    columns[name + suffix], unit_texts[name + suffix] = column, text
            document[f"{block}_units"] = {"time": "iso8601", **unit_texts}
            document[block] = {"time": _labels(block, period), **columns}
    return document, origin


def _in_disk(model: str, point: tuple[float, float]) -> bool:
    """Return whether the satellite of a model sees a point."""
    return {"eumetsat_sarah3": abs(point[1]) <= 65, "jma_jaxa_himawari": point[1] > 80 or point[1] < -160}.get(
        model, True
    )


def _spreads(values: dict[str, sky.Array], period: tuple[dt.date, dt.date], today: dt.date) -> dict[str, sky.Array]:
    """Return the spread of an invented ensemble: it grows with the days ahead and levels off."""
    count = len(next(iter(values.values())))
    lead = (period[0] - today).days + np.arange(count) / 24 + 0.5
    share = 1 - np.exp(-np.maximum(lead, 0.1) / 4)
    return {
        f"{name}_spread": most * share * (values["rs"] if name == "rs" else np.ones(count))
        for name, most in SPREADS.items()
        if name in values
    }


def _labels(block: str, period: tuple[dt.date, dt.date]) -> list[str]:
    days = [(period[0] + dt.timedelta(i)).isoformat() for i in range((period[1] - period[0]).days + 1)]
    return days if block == "daily" else [f"{day}T{hour:02d}:00" for day in days for hour in range(24)]


def _daily_values(
    product: Product,
    provider: str,
    point: tuple[float, float],
    cell: tuple[float, float],
    period: tuple[dt.date, dt.date],
    zone: Zone,
    height: float,
    weather: Weather,
) -> tuple[dict[str, sky.Array], str]:
    # Data are read on whole hours: a half-hour zone counts as the hour below it.
    days = weather.days("open_meteo", provider, point, cell, *period, zone.offset // 3600, height=height, lag=1)
    return days.values, days.origin


def _hourly_values(
    product: Product,
    provider: str,
    point: tuple[float, float],
    cell: tuple[float, float],
    period: tuple[dt.date, dt.date],
    zone: Zone,
    height: float,
    weather: Weather,
) -> tuple[dict[str, sky.Array], str]:
    """Return hours (always simulated: data folders hold days); sums are those of the preceding hour."""
    weather.need_simulated()
    start = sky.day_number(period[0]) * 24 - zone.offset // 3600
    hours = np.arange(start - 1, start + ((period[1] - period[0]).days + 1) * 24)
    whole = sky.hourly(*cell, hours, provider, height)
    return {name: v[:-1] if name in PRECEDING else v[1:] for name, v in whole.items()}, SIMULATED


def _known(
    values: dict[str, sky.Array], block: str, period: tuple[dt.date, dt.date], window: tuple[dt.date, dt.date]
) -> dict[str, sky.Array]:
    per_day = 1 if block == "daily" else 24
    day = np.arange(((period[1] - period[0]).days + 1) * per_day) // per_day
    kept = (day >= (window[0] - period[0]).days) & (day <= (window[1] - period[0]).days)
    return {name: np.where(kept, v, np.nan) for name, v in values.items()}


def _column(
    values: sky.Array | None, spec: Variable, units: Units, block: str, period: tuple[dt.date, dt.date]
) -> tuple[str, list[float | None]]:
    """Return unit text and column; a variable nobody has is a column of null with the unit ``undefined``."""
    if values is None:
        return "undefined", [None] * len(_labels(block, period))
    text, factor, addend, decimals = units.text(spec)
    scaled = np.round(values * factor + addend, decimals) + 0.0
    return text, [None if math.isnan(v) else Fixed(v, decimals) for v in scaled.tolist()]


def _as_unixtime(document: dict[str, Any], zone: Zone) -> None:
    for block in ("hourly", "daily"):
        if block in document:
            times = (dt.datetime.fromisoformat(t).replace(tzinfo=dt.UTC) for t in document[block]["time"])
            document[block]["time"] = [int(t.timestamp()) - zone.offset for t in times]
            document[f"{block}_units"]["time"] = "unixtime"
