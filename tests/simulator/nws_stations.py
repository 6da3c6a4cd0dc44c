"""US National Weather Service, simulated: stations and what they observed."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import re
import urllib.parse
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.simulator import sky
from tests.simulator.answer import Answer, Query, one
from tests.simulator.clock import Clock
from tests.simulator.nws_places import (
    CONTEXT,
    LATTICE,
    as_data,
    asked_grid,
    covered,
    letters,
    problem,
    quantity,
    shortest,
    unknown_grid,
    zone,
)

STATIONS_LISTED = 30


PAGE = 500


RETENTION = dt.timedelta(days=7)


DELAY = dt.timedelta(minutes=20)


@dataclass(frozen=True)
class Station:
    """An invented station.

    ``kind``: ``airport`` (hourly at :53), ``automatic`` (every five minutes), ``no_wind``, ``no_humidity`` (mesonets
    that lack them), ``silent`` (nothing for the last three days).
    """

    name: str
    latitude: float
    longitude: float
    elevation: float
    kind: str


KINDS = ("airport", "automatic", "airport", "no_wind", "automatic", "no_humidity", "airport", "silent")


def _chance(*parts: object) -> int:
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:6], "big")


def station_at(row: int, column: int) -> Station | None:
    """Return the station of a lattice cell; None where the service has none."""
    dice = _chance("station", row, column)
    latitude = round(row * LATTICE - 90 + LATTICE * (dice % 1000) / 1000, 5)
    longitude = round(column * LATTICE - 180 + LATTICE * (dice // 1000 % 1000) / 1000, 5)
    if not covered(latitude, longitude):
        return None
    height = round(sky.elevation(latitude, longitude) + dice // 10**6 % 60, 4)
    return Station("S" + letters(row * 900 + column, 4), latitude, longitude, height, KINDS[dice // 10**8 % len(KINDS)])


def station_named(name: str) -> Station | None:
    """Return a station by its identifier."""
    if not re.fullmatch("S[A-Z]{4}", name):
        return None
    number = sum((ord(c) - 65) * 26**i for i, c in enumerate(reversed(name[1:])))
    return station_at(*divmod(number, 900))


def _distance(latitude: float, longitude: float, station: Station) -> tuple[float, float]:
    """Return distance [m] and bearing [degrees] from a point to a station."""
    phi, theta = math.radians(latitude), math.radians(station.latitude)
    east = math.radians(station.longitude - longitude)
    a = math.sin((theta - phi) / 2) ** 2 + math.cos(phi) * math.cos(theta) * math.sin(east / 2) ** 2
    bearing = math.atan2(
        math.sin(east) * math.cos(theta),
        math.cos(phi) * math.sin(theta) - math.sin(phi) * math.cos(theta) * math.cos(east),
    )
    return 2 * 6_371_000 * math.asin(math.sqrt(a)), math.degrees(bearing) % 360


def nearest(latitude: float, longitude: float, count: int = STATIONS_LISTED) -> list[Station]:
    """Return the nearest stations, nearest first."""
    row, column = int((latitude + 90) / LATTICE), int((longitude + 180) / LATTICE)
    around = [station_at(row + i, (column + j) % 900) for i in range(-4, 5) for j in range(-5, 6)]
    return sorted((s for s in around if s), key=lambda s: _distance(latitude, longitude, s)[0])[:count]


def _station_feature(station: Station, root: str, seen_from: tuple[float, float] | None = None) -> dict[str, Any]:
    address = f"{root}/stations/{station.name}"
    properties: dict[str, Any] = {
        "@id": address,
        "@type": "wx:ObservationStation",
        "elevation": quantity("m", station.elevation),
        "stationIdentifier": station.name,
        "name": f"Simulated {station.name}",
        "timeZone": zone(station.longitude),
        "provider": "ASOS" if station.kind == "airport" else "MesoWest",
        "subProvider": "SIMULATED",
        "forecast": f"{root}/zones/forecast/ZZZ001",
        "county": f"{root}/zones/county/ZZC001",
        "fireWeatherZone": f"{root}/zones/fire/ZZZ001",
    }
    if seen_from:
        metres, bearing = _distance(*seen_from, station)
        properties |= {"distance": quantity("m", metres), "bearing": quantity("degree_(angle)", bearing)}
    geometry = {"type": "Point", "coordinates": [station.longitude, station.latitude]}
    return {"id": address, "type": "Feature", "geometry": geometry, "properties": properties}


def station_list(latitude: float, longitude: float, query: Query, root: str, clock: Clock) -> Answer:
    limit = int(one(query, "limit") or PAGE)
    # The next page exists in every answer; the one after the last is empty.
    stations = [] if one(query, "cursor") else nearest(latitude, longitude)[:limit]
    document = {
        "@context": CONTEXT,
        "type": "FeatureCollection",
        "features": [_station_feature(s, root, (latitude, longitude)) for s in stations],
        "observationStations": [f"{root}/stations/{s.name}" for s in stations],
        "pagination": {
            "next": f"{root}/points/{shortest(latitude)},{shortest(longitude)}/stations?cursor=eyJzIjo1MDB9"
        },
    }
    return as_data(document, 86_400, clock)


def grid_stations(found: re.Match[str], query: Query, root: str, clock: Clock) -> Answer:
    grid = asked_grid(found)
    return station_list(*grid.centre, query, root, clock) if grid else unknown_grid(found)


def one_station(found: re.Match[str], query: Query, root: str, clock: Clock) -> Answer:
    station = station_named(found["station"])
    if station is None:
        return _no_station(found)
    return as_data({"@context": CONTEXT, **_station_feature(station, root)}, 86_400, clock)


def _no_station(found: re.Match[str]) -> Answer:
    return problem(404, "NotFound", "Not Found", f"Station ID '{found['station']}' does not exist")


def _instant(query: Query, name: str, default: dt.datetime) -> dt.datetime:
    text = one(query, name)
    if text is None:
        return default
    moment = dt.datetime.fromisoformat(text.replace(" ", "+"))  # a plus sign not escaped arrives as a blank
    if moment.tzinfo is None:
        raise ValueError(f'Parameter "{name}" is invalid: not a valid date-time with offset')
    return moment.astimezone(dt.UTC)


def observation_times(station: Station, start: dt.datetime, end: dt.datetime, now: dt.datetime) -> list[dt.datetime]:
    """Return the moments of observation kept by the service, newest first."""
    newest = now - DELAY - (dt.timedelta(days=3) if station.kind == "silent" else dt.timedelta())
    first, last = max(start, now - RETENTION), min(end, newest)
    begin = first.replace(minute=0, second=0, microsecond=0) - dt.timedelta(hours=1)
    minutes = [53] if station.kind == "airport" else sorted({*range(0, 60, 5), 53})
    hours = max(0, int((last - begin).total_seconds() // 3600) + 1)
    moments = (begin + dt.timedelta(hours=h, minutes=m) for h in range(hours) for m in minutes)
    return sorted((t for t in moments if first <= t <= last), reverse=True)


def _measured(unit: str, value: float | None, code: str = "V") -> dict[str, Any]:
    return {"unitCode": f"wmoUnit:{unit}", "value": value, "qualityControl": "Z" if value is None else code}


def _observation(station: Station, time: dt.datetime, air: dict[str, float], root: str) -> dict[str, Any]:
    """Return one report. About one in forty lacks its values (null, Z), one in sixty is marked bad (X)."""
    dice = _chance(station.name, time.isoformat())
    absent, bad = dice % 40 == 0, dice % 61 == 0
    at_airport = station.kind == "airport"

    def value(number: float, *, missing: bool = False) -> float | None:
        return None if absent or missing else number

    temperature = round(air["temperature"], 1) if at_airport else float(round(air["temperature"]))
    dew = round(air["dewpoint"], 1) if at_airport else float(round(air["dewpoint"]))
    dry, still = station.kind == "no_humidity", station.kind == "no_wind"
    knots = round(air["wind"] * 1.943844)
    properties: dict[str, Any] = {
        "@id": f"{root}/stations/{station.name}/observations/{time:%Y-%m-%dT%H:%M:%S+00:00}",
        "@type": "wx:ObservationStation",
        "elevation": quantity("m", station.elevation),
        "station": f"{root}/stations/{station.name}",
        "stationId": station.name,
        "stationName": f"Simulated {station.name}",
        "timestamp": f"{time:%Y-%m-%dT%H:%M:%S+00:00}",
        "rawMessage": "",
        "textDescription": "Simulated",
        "presentWeather": [],
        "temperature": _measured("degC", value(59.0 if bad else temperature), "X" if bad else "V"),
        "dewpoint": _measured("degC", value(dew, missing=dry)),
        "windDirection": _measured("degree_(angle)", value(float(round(air["direction"] / 10) * 10), missing=still)),
        "windSpeed": _measured("km_h-1", value(round(knots * 1.852, 3), missing=still)),
        "windGust": _measured("km_h-1", None),
        "barometricPressure": _measured("Pa", value(round(air["msl"] * 1000 / 33.86389) * 33.86389)),
        "seaLevelPressure": _measured("Pa", value(round(air["msl"] * 100) * 10.0, missing=not at_airport)),
        "visibility": _measured("m", 16093.44, "C"),
        "maxTemperatureLast24Hours": quantity("degC", None),
        "minTemperatureLast24Hours": quantity("degC", None),
        "relativeHumidity": _measured("percent", value(air["rh"], missing=dry)),
        "windChill": _measured("degC", None),
        "heatIndex": _measured("degC", None),
        "cloudLayers": [{"base": quantity("m", 1460.0), "amount": _amount(air["cloud"])}],
    }
    if at_airport:  # newer answers of other stations have only the three-hour sum, and seldom a value in it
        properties["precipitationLastHour"] = _measured("mm", value(round(air["rain_before"] / 0.254) * 0.254), "C")
    properties["precipitationLast3Hours"] = _measured("mm", None)
    geometry = {"type": "Point", "coordinates": [round(station.longitude, 2), round(station.latitude, 2)]}
    return {"id": properties["@id"], "type": "Feature", "geometry": geometry, "properties": properties}


def _amount(cloud: float) -> str:
    return next(
        name for top, name in ((10, "CLR"), (30, "FEW"), (55, "SCT"), (88, "BKN"), (101, "OVC")) if cloud <= top
    )


def _reports(station: Station, times: list[dt.datetime], root: str) -> list[dict[str, Any]]:
    if not times:
        return []
    first = int(times[-1].timestamp()) // 3600 - 1
    count = int(times[0].timestamp()) // 3600 - first + 3
    hours = np.arange(first, first + count)
    air = sky.hourly(station.latitude, station.longitude, hours, "nws", station.elevation)
    reports = []
    for time in times:
        at = time.timestamp() / 3600
        now = {
            name: float(np.interp(at, hours, values))
            for name, values in air.items()
            if name not in ("rain", "rs", "ra")
        }
        now["rain_before"] = float(air["rain"][round(at) - 1 - first])  # of the hour that ends about now
        reports.append(_observation(station, time, now, root))
    return reports


def observations(found: re.Match[str], query: Query, root: str, clock: Clock) -> Answer:
    station = station_named(found["station"])
    if station is None:
        return _no_station(found)
    now = clock.now()
    try:
        limit = int(one(query, "limit") or PAGE)
        if not 1 <= limit <= PAGE:
            raise ValueError('Parameter "limit" is invalid: should be in 1..500')
        start, end = _instant(query, "start", now - RETENTION), _instant(query, "end", now)
        cursor = _instant(query, "cursor", now)
    except ValueError as wrong:
        return problem(400, "InvalidParameter", "Invalid Parameter", str(wrong))
    times = [t for t in observation_times(station, start, end, now) if t < cursor or one(query, "cursor") is None][
        :limit
    ]
    base = f"{root}/stations/{station.name}/observations"
    document: dict[str, Any] = {
        "@context": CONTEXT,
        "type": "FeatureCollection",
        "features": _reports(station, times, root),
    }
    oldest = times[-1] if times else start
    asked = {name: one(query, name) or "" for name in ("start", "end", "limit") if one(query, name)}
    document["pagination"] = {"next": f"{base}?{urllib.parse.urlencode(asked | {'cursor': oldest.isoformat()})}"}
    return as_data(document, 300, clock)


def latest(found: re.Match[str], query: Query, root: str, clock: Clock) -> Answer:
    station = station_named(found["station"])
    if station is None:
        return _no_station(found)
    now = clock.now()
    times = observation_times(station, now - RETENTION, now, now)[:1]
    if not times:
        return problem(404, "NotFound", "Not Found", "No observations for this station")
    return as_data({"@context": CONTEXT, **_reports(station, times, root)[0]}, 300, clock)
