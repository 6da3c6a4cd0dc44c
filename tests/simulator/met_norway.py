"""MET Norway Locationforecast 2.0, compact and complete."""

from __future__ import annotations

import datetime as dt
import email.utils
import math
import re
from typing import Any

import numpy as np

from tests.simulator import sky
from tests.simulator.answer import Answer, Query, html, one
from tests.simulator.clock import Clock
from tests.simulator.weather import SIMULATED, NoWeather, Weather

ROOT = "/weatherapi/locationforecast/2.0/"
FRESH_SECONDS = 1904  # Expires minus Date in the recordings, 31 min 44 s
STEPS = 82
HOURLY_SPAN = 50  # hours; the hourly part ends at the first 6-hour mark after it
GENERIC_AGENTS = re.compile(
    r"(python-requests|python-urllib|python-httpx|httpx2?|aiohttp|okhttp|dalvik|java|curl|wget|go-http-client|node|mozilla)\b",
    re.IGNORECASE,
)
UNITS = {
    "air_pressure_at_sea_level": "hPa",
    "air_temperature": "celsius",
    "air_temperature_max": "celsius",
    "air_temperature_min": "celsius",
    "cloud_area_fraction": "%",
    "cloud_area_fraction_high": "%",
    "cloud_area_fraction_low": "%",
    "cloud_area_fraction_medium": "%",
    "dew_point_temperature": "celsius",
    "fog_area_fraction": "%",
    "precipitation_amount": "mm",
    "relative_humidity": "%",
    "ultraviolet_index_clear_sky": "1",
    "wind_from_direction": "degrees",
    "wind_speed": "m/s",
}
COMPACT = (
    "air_pressure_at_sea_level",
    "air_temperature",
    "cloud_area_fraction",
    "precipitation_amount",
    "relative_humidity",
    "wind_from_direction",
    "wind_speed",
)
SHORT_RANGE = ("fog_area_fraction", "ultraviolet_index_clear_sky")  # absent in the 6-hourly part


def answer(path: str, query: Query, headers: dict[str, str], updated: float, clock: Clock, weather: Weather) -> Answer:
    """Return MET's answer; ``updated`` [epoch s] is when the forecast was last renewed."""
    variant = path.removeprefix(ROOT)
    if not path.startswith(ROOT) or variant not in ("compact", "complete"):
        return html(404, "Not Found")
    agent = headers.get("user-agent", "").strip()
    if not agent or GENERIC_AGENTS.match(agent):
        return html(403, "Forbidden")
    texts = [one(query, name) for name in ("lat", "lon", "altitude")]
    try:
        latitude, longitude = float(texts[0] or ""), float(texts[1] or "")
        altitude = int(texts[2]) if texts[2] is not None else None
    except ValueError:
        return html(400, "Bad Request")
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180) or not -500 <= (altitude or 0) <= 9000:
        return html(400, "Bad Request")
    if any(len((text or "").partition(".")[2]) > 4 for text in texts[:2]):
        return html(403, "Forbidden")
    try:
        weather.need_simulated()
    except NoWeather:
        return html(422, "Unprocessable Entity")
    fresh = {
        "Last-Modified": email.utils.formatdate(updated, usegmt=True),
        "Expires": email.utils.formatdate(clock.seconds() + FRESH_SECONDS, usegmt=True),
        "Vary": "Accept, Accept-Encoding",
    }
    since = email.utils.parsedate_to_datetime(headers["if-modified-since"]) if "if-modified-since" in headers else None
    if since is not None and since.timestamp() >= math.floor(updated):
        return Answer(304, headers=fresh)
    return Answer(document=_forecast(latitude, longitude, altitude, variant, clock), headers=fresh, origin=SIMULATED)


def _forecast(latitude: float, longitude: float, altitude: int | None, variant: str, clock: Clock) -> dict[str, Any]:
    height = altitude if altitude is not None else round(sky.elevation(latitude, longitude))
    now = clock.now().replace(minute=0, second=0, microsecond=0)
    times = steps(now)
    first = int(now.timestamp()) // 3600
    span = int((times[-1] - now).total_seconds()) // 3600 + 13
    hours = sky.hourly(latitude, longitude, np.arange(first, first + span), "met_norway", float(height))
    kept = tuple(UNITS) if variant == "complete" else COMPACT
    change = next(i for i in range(1, len(times)) if times[i] - times[i - 1] > dt.timedelta(hours=1)) - 1
    series = [_step(index, times, change, first, hours, kept) for index in range(len(times))]
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [longitude, latitude, height]},
        "properties": {
            "meta": {
                "updated_at": f"{now - dt.timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}",
                "units": {name: UNITS[name] for name in kept},
            },
            "timeseries": series,
        },
    }


def steps(now: dt.datetime) -> list[dt.datetime]:
    """Return the time axis: every hour for two days and a bit, then 00, 06, 12, 18 UTC; 82 steps.

    >>> axis = steps(dt.datetime(2020, 7, 20, 11, tzinfo=dt.UTC))
    >>> [f"{t:%d %H}" for t in (axis[54], axis[55], axis[56], axis[-1])]
    ['22 17', '22 18', '23 00', '29 06']
    """
    change = now + dt.timedelta(hours=HOURLY_SPAN)
    change += dt.timedelta(hours=-change.hour % 6)
    hourly = int((change - now).total_seconds()) // 3600
    axis = [now + dt.timedelta(hours=i) for i in range(hourly)]
    return axis + [change + dt.timedelta(hours=6 * i) for i in range(STEPS - hourly)]


def _step(
    index: int, times: list[dt.datetime], change: int, first: int, hours: dict[str, sky.Array], kept: tuple[str, ...]
) -> dict[str, Any]:
    """Return one step; ``change`` is the index of the first step of the 6-hourly part."""
    time = times[index]
    at = int(time.timestamp()) // 3600 - first
    is_hourly = index < change
    # what a step looks ahead to must lie within its own part of the axis, except at 6-hour marks
    end = times[change] if is_hourly and time.hour % 6 else times[-1]
    if is_hourly:
        reaches = {1: True, 6: time + dt.timedelta(hours=6) <= times[change], 12: time + dt.timedelta(hours=12) <= end}
    else:
        reaches = {1: False, 6: index < len(times) - 1, 12: time + dt.timedelta(hours=12) <= end}
    data: dict[str, Any] = {"instant": {"details": _instant(at, hours, kept, index <= change)}}
    for ahead in (12, 1, 6):
        if reaches[ahead]:
            data[f"next_{ahead}_hours"] = _ahead(at, ahead, hours, kept)
    return {"time": f"{time:%Y-%m-%dT%H:%M:%SZ}", "data": data}


def _instant(at: int, hours: dict[str, sky.Array], kept: tuple[str, ...], short_range: bool) -> dict[str, float]:
    cloud = hours["cloud"][at]
    found = {
        "air_pressure_at_sea_level": hours["msl"][at] * 10,
        "air_temperature": hours["temperature"][at],
        "cloud_area_fraction": cloud,
        "cloud_area_fraction_high": cloud * 0.4,
        "cloud_area_fraction_low": cloud * 0.7,
        "cloud_area_fraction_medium": cloud * 0.6,
        "dew_point_temperature": hours["dewpoint"][at],
        "fog_area_fraction": 0.0,
        "relative_humidity": hours["rh"][at],
        "ultraviolet_index_clear_sky": hours["ra"][at] * 1.8,
        "wind_from_direction": hours["direction"][at],
        "wind_speed": hours["wind"][at],
    }
    names = [n for n in found if n in kept and (short_range or n not in SHORT_RANGE)]
    return {name: round(float(found[name]), 1) + 0.0 for name in names}


def _ahead(at: int, ahead: int, hours: dict[str, sky.Array], kept: tuple[str, ...]) -> dict[str, Any]:
    part = slice(at, at + ahead)
    rain = float(hours["rain"][part].sum())
    symbol = {"summary": {"symbol_code": _symbol(float(hours["cloud"][part].mean()), rain, hours["ra"][at] > 0)}}
    if ahead == 12:
        return symbol
    details = {"precipitation_amount": round(rain, 1)}
    if ahead == 6 and "air_temperature_max" in kept:
        air = hours["temperature"][at + 1 : at + 7]
        extremes = {"air_temperature_max": air.max(), "air_temperature_min": air.min()}
        details = {name: round(float(v), 1) + 0.0 for name, v in extremes.items()} | details
    return symbol | {"details": details}


def _symbol(cloud: float, rain: float, day: bool) -> str:
    if rain >= 0.5:
        return "rain"
    if cloud > 85:
        return "cloudy"
    kind = "partlycloudy" if cloud > 40 else "fair" if cloud > 13 else "clearsky"
    return f"{kind}_{'day' if day else 'night'}"
