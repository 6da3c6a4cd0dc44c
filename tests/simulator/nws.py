"""US National Weather Service: points, raw grid, stations, observations (SOURCES.md section 4).

Offices, grids and stations are invented: an office is a box of five degrees, its grid has cells of 0.025 degrees,
and one station stands somewhere in every cell of a 0.4 degree lattice. Names carry the word Simulated.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import hashlib
import math
import re
import urllib.parse
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.simulator import sky
from tests.simulator.answer import Answer, Query, indented, one
from tests.simulator.clock import Clock
from tests.simulator.weather import SIMULATED, NoWeather, Weather

# The states and territories [south, north, west, east], roughly.
COVERED = (
    (24.4, 49.4, -125, -66.9),
    (51, 71.5, -170, -130),
    (18.8, 22.4, -160.4, -154.7),
    (17.6, 18.6, -67.4, -64.5),
    (13.2, 15.4, 144.6, 145.9),
)
BOX, CELL, LATTICE = 5.0, 0.025, 0.4
STATIONS_LISTED = 30
PAGE = 500
RETENTION = dt.timedelta(days=7)
DELAY = dt.timedelta(minutes=20)
CONTEXT = [
    "https://geojson.org/geojson-ld/geojson-context.jsonld",
    {"@version": "1.1", "wmoUnit": "https://codes.wmo.int/common/unit/"},
]
EMPTY_LAYERS = ("snowLevel", "hainesIndex", "pressure", "probabilityOfThunder", "redFlagThreatIndex")
PRECISION = (
    "The precision of latitude/longitude points is limited to 4 decimal digits for efficiency."
    " The location attribute contains your request mapped to the nearest supported point."
    " If your client supports it, you will be redirected."
)


def problem(status: int, name: str, title: str, detail: str) -> Answer:
    """Return an ``application/problem+json`` answer."""
    number = hashlib.sha256(f"{name}{detail}".encode()).hexdigest()[:8]
    return Answer(
        status,
        {
            "correlationId": number,
            "title": title,
            "type": f"https://api.weather.gov/problems/{name}",
            "status": status,
            "detail": detail,
            "instance": f"https://api.weather.gov/requests/{number}",
        },
        content_type="application/problem+json",
        render=indented,
    )


def not_found(path: str) -> Answer:
    """Return the problem for a path that leads nowhere."""
    return problem(404, "NotFound", "Not Found", f"'{path}' is not a valid resource path")


def answer(path: str, query: Query, root: str, clock: Clock, weather: Weather) -> Answer:
    """Return the service's answer; ``root`` is put into the links, so that clients stay here."""
    try:
        weather.need_simulated()
    except NoWeather:
        return problem(
            404, "InvalidPoint", "Data Unavailable For Requested Point", "Unable to provide data for requested point"
        )
    for pattern, handler in _ROUTES:
        found = re.fullmatch(pattern, path)
        if found:
            return handler(found, query, root, clock)
    return not_found(path)


def covered(latitude: float, longitude: float) -> bool:
    """Return whether the service has data there.

    >>> covered(30, -85), covered(25.048, -77.3554), covered(40, -40)
    (True, False, False)
    """
    inside = any(s <= latitude <= n and w <= longitude <= e for s, n, w, e in COVERED)
    bahamas = latitude < 27.5 and longitude > -79.6 and longitude < -68
    return inside and not bahamas and sky.is_land(latitude, longitude)


# ---------------------------------------------------------------- the invented grid


@dataclass(frozen=True)
class Grid:
    """An office and a cell of its grid."""

    office: str
    x: int
    y: int

    @property
    def centre(self) -> tuple[float, float]:
        """Latitude and longitude of the cell's centre."""
        number = sum((ord(c) - 65) * 26**i for i, c in enumerate(reversed(self.office)))
        south, west = divmod(number, 72)
        return south * BOX - 90 + (self.y + 0.5) * CELL, west * BOX - 180 + (self.x + 0.5) * CELL


def _letters(number: int, length: int) -> str:
    return "".join(chr(65 + number // 26**i % 26) for i in reversed(range(length)))


def grid_of(latitude: float, longitude: float) -> Grid:
    """Return the cell a point lies in.

    >>> [round(v, 4) for v in grid_of(30.0, -85.0).centre]
    [30.0125, -84.9875]
    """
    south, west = math.floor((latitude + 90) / BOX), math.floor((longitude + 180) / BOX)
    return Grid(
        _letters(south * 72 + west, 3),
        int(((longitude + 180) % BOX) / CELL + 1e-9),
        int(((latitude + 90) % BOX) / CELL + 1e-9),
    )


def _quantity(unit: str, value: float | None) -> dict[str, Any]:
    return {"unitCode": f"wmoUnit:{unit}", "value": value}


def _zone(longitude: float) -> str:
    zones = {
        -5: "America/New_York",
        -6: "America/Chicago",
        -7: "America/Denver",
        -8: "America/Los_Angeles",
        -9: "America/Anchorage",
    }
    return zones.get(round(longitude / 15), "Pacific/Honolulu")


def _whole(value: Any) -> Any:
    """Return a document with whole numbers written without decimals, as the service does."""
    if isinstance(value, dict):
        return {key: _whole(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_whole(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _data(document: dict[str, Any], seconds: int, clock: Clock) -> Answer:
    now = clock.seconds()
    headers = {
        "Cache-Control": f"public, max-age={seconds}, s-maxage={seconds}",
        "Expires": email.utils.formatdate(now + seconds, usegmt=True),
        "Last-Modified": email.utils.formatdate(now, usegmt=True),
    }
    return Answer(
        document=_whole(document),
        content_type="application/geo+json",
        render=indented,
        headers=headers,
        origin=SIMULATED,
    )


def _shortest(value: float) -> str:
    return f"{round(value, 4):.4f}".rstrip("0").rstrip(".")


def _point(found: re.Match[str], query: Query, root: str, clock: Clock) -> Answer:
    texts = found["lat"], found["lon"]
    latitude, longitude = (float(text) for text in texts)
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return problem(400, "InvalidParameter", "Invalid Parameter", 'Parameter "point" is invalid: out of bounds')
    exact = tuple(_shortest(value) for value in (latitude, longitude))
    if exact != texts:
        moved = problem(301, "AdjustPointPrecision", "Adjusting Precision Of Point Coordinate", PRECISION)
        moved.headers["Location"] = f"{root}/points/{','.join(exact)}{found['rest']}"
        return moved
    if not covered(latitude, longitude):
        place = ",".join(exact)
        return problem(
            404,
            "InvalidPoint",
            "Data Unavailable For Requested Point",
            f"Unable to provide data for requested point {place}",
        )
    if found["rest"] == "/stations":
        return _station_list(latitude, longitude, query, root, clock)
    grid = grid_of(latitude, longitude)
    base = f"{root}/gridpoints/{grid.office}/{grid.x},{grid.y}"
    document = {
        "@context": CONTEXT,
        "id": f"{root}/points/{','.join(exact)}",
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
        "properties": {
            "@id": f"{root}/points/{','.join(exact)}",
            "@type": "wx:Point",
            "cwa": grid.office,
            "forecastOffice": f"{root}/offices/{grid.office}",
            "gridId": grid.office,
            "gridX": grid.x,
            "gridY": grid.y,
            "forecast": f"{base}/forecast",
            "forecastHourly": f"{base}/forecast/hourly",
            "forecastGridData": base,
            "observationStations": f"{base}/stations",
            "relativeLocation": {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
                "properties": {
                    "city": "Simulated",
                    "state": "ZZ",
                    "distance": _quantity("m", 0.0),
                    "bearing": _quantity("degree_(angle)", 0),
                },
            },
            "forecastZone": f"{root}/zones/forecast/ZZZ001",
            "county": f"{root}/zones/county/ZZC001",
            "fireWeatherZone": f"{root}/zones/fire/ZZZ001",
            "timeZone": _zone(longitude),
            "radarStation": "KSIM",
        },
    }
    return _data(document, 86_400, clock)


def _grid(found: re.Match[str]) -> Grid | None:
    grid = Grid(found["office"], int(found["x"]), int(found["y"]))
    steps = round(BOX / CELL)
    latitude, longitude = grid.centre
    inside = grid.x < steps and grid.y < steps and -90 <= latitude <= 90 and -180 <= longitude <= 180
    return grid if inside and covered(latitude, longitude) else None


def _unknown_grid(found: re.Match[str]) -> Answer:
    return problem(
        404,
        "InvalidGridpoint",
        "Invalid Gridpoint",
        f"Gridpoint {found['office']}/{found['x']},{found['y']} does not exist",
    )


# ---------------------------------------------------------------- raw grid


def duration(hours: int) -> str:
    """Return an ISO 8601 duration of whole hours.

    >>> [duration(h) for h in (1, 17, 24, 27, 182)]
    ['PT1H', 'PT17H', 'P1D', 'P1DT3H', 'P7DT14H']
    """
    days, rest = divmod(hours, 24)
    return "P" + (f"{days}D" if days else "") + (f"T{rest}H" if rest or not days else "")


def _entry(start: int, hours: int, value: Any) -> dict[str, Any]:
    time = dt.datetime.fromtimestamp(start * 3600, dt.UTC)
    return {"validTime": f"{time:%Y-%m-%dT%H:%M:%S+00:00}/{duration(hours)}", "value": value}


def _merged(first: int, values: list[Any]) -> list[dict[str, Any]]:
    """Return hourly values with runs of equal ones joined to one interval."""
    entries, begin = [], 0
    for index in range(1, len(values) + 1):
        if index == len(values) or values[index] != values[begin]:
            entries.append(_entry(first + begin, index - begin, values[begin]))
            begin = index
    return entries


def _half_days(
    first: int, air: sky.Array, longitude: float, start: int, length: int, highest: bool
) -> list[dict[str, Any]]:
    """Return day maxima or night minima: intervals with gaps between them, the first one a stump."""
    entries = []
    offset = round(longitude / 15)
    for day in range(-1, len(air) // 24 + 1):
        begin = ((first + offset) // 24 + day) * 24 + start - offset
        low, high = max(begin, first), min(begin + length, first + len(air))
        if high - low >= 4 and (begin >= first or low == first):
            part = air[low - first : high - first]
            entries.append(_entry(low, high - low, _fahrenheit(float(part.max() if highest else part.min()))))
    return entries


def _fahrenheit(celsius: float) -> float:
    # forecasters edit whole degrees Fahrenheit, hence values like 22.77777777777778
    return (round(celsius * 1.8 + 32) - 32) / 1.8


def _six_hours(first: int, count: int, rain: sky.Array) -> list[dict[str, Any]]:
    entries, at = [], 0
    while at < count:
        length = min(6 - (first + at) % 6, count - at)
        entries.append(_entry(first + at, length, round(round(float(rain[at : at + length].sum()) / 0.254) * 0.254, 3)))
        at += length
    return entries


def _raw_grid(found: re.Match[str], query: Query, root: str, clock: Clock) -> Answer:
    grid = _grid(found)
    if grid is None:
        return _unknown_grid(found)
    latitude, longitude = grid.centre
    height = sky.elevation(latitude, longitude)
    now = clock.now()
    first = int(now.timestamp()) // 3600 - 3
    hours = 24 * 7 + 14
    air = sky.hourly(latitude, longitude, np.arange(first, first + hours), "nws", height)
    rounded: dict[str, tuple[str, list[Any]]] = {
        "temperature": ("degC", [_fahrenheit(v) for v in air["temperature"]]),
        "dewpoint": ("degC", [_fahrenheit(v) for v in air["dewpoint"]]),
        "relativeHumidity": ("percent", [round(v) for v in air["rh"]]),
        "apparentTemperature": ("degC", [_fahrenheit(v) for v in air["temperature"]]),
        "skyCover": ("percent", [round(v) for v in air["cloud"]]),
        "windDirection": ("degree_(angle)", [round(v / 10) * 10 for v in air["direction"]]),
        "windSpeed": ("km_h-1", [round(round(v * 1.943844) * 1.852, 3) for v in air["wind"]]),
        "windGust": ("km_h-1", [round(round(v * 2.9) * 1.852, 3) for v in air["wind"]]),
        "probabilityOfPrecipitation": ("percent", [round(v) // 5 * 5 for v in air["cloud"]]),
    }
    layers: dict[str, Any] = {}
    for name, (unit, values) in rounded.items():
        kept = (
            values if name in ("temperature", "windSpeed", "windDirection") else values[:-1]
        )  # layers end at different hours
        layers[name] = {"uom": f"wmoUnit:{unit}", "values": _merged(first, kept)}
    layers["maxTemperature"] = {
        "uom": "wmoUnit:degC",
        "values": _half_days(first, air["temperature"], longitude, 7, 13, True),
    }
    layers["minTemperature"] = {
        "uom": "wmoUnit:degC",
        "values": _half_days(first, air["temperature"], longitude, 19, 14, False),
    }
    layers["quantitativePrecipitation"] = {"uom": "wmoUnit:mm", "values": _six_hours(first, hours - 22, air["rain"])}
    layers["heatIndex"] = {
        "uom": "wmoUnit:degC",
        "values": [_entry(first, 3, None), _entry(first + 3, hours - 3, None)],
    }
    layers["hazards"] = {"values": [_entry(first, 51, [])]}
    layers |= {name: {"values": []} for name in EMPTY_LAYERS}
    south, west = latitude - CELL / 2, longitude - CELL / 2
    ring = [[west, south], [west, south + CELL], [west + CELL, south + CELL], [west + CELL, south], [west, south]]
    address = f"{root}/gridpoints/{grid.office}/{grid.x},{grid.y}"
    document = {
        "@context": CONTEXT,
        "id": address,
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [[[round(v, 7) for v in corner] for corner in ring]]},
        "properties": {
            "@id": address,
            "@type": "wx:Gridpoint",
            "updateTime": f"{now - dt.timedelta(minutes=40):%Y-%m-%dT%H:%M:%S+00:00}",
            "validTimes": _entry(first, hours, None)["validTime"],
            "elevation": _quantity("m", round(height, 4)),
            "forecastOffice": f"{root}/offices/{grid.office}",
            "gridId": grid.office,
            "gridX": str(grid.x),
            "gridY": str(grid.y),
            **layers,
        },
    }
    return _data(document, 3600, clock)


# ---------------------------------------------------------------- stations


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
    return Station(
        "S" + _letters(row * 900 + column, 4), latitude, longitude, height, KINDS[dice // 10**8 % len(KINDS)]
    )


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
        "elevation": _quantity("m", station.elevation),
        "stationIdentifier": station.name,
        "name": f"Simulated {station.name}",
        "timeZone": _zone(station.longitude),
        "provider": "ASOS" if station.kind == "airport" else "MesoWest",
        "subProvider": "SIMULATED",
        "forecast": f"{root}/zones/forecast/ZZZ001",
        "county": f"{root}/zones/county/ZZC001",
        "fireWeatherZone": f"{root}/zones/fire/ZZZ001",
    }
    if seen_from:
        metres, bearing = _distance(*seen_from, station)
        properties |= {"distance": _quantity("m", metres), "bearing": _quantity("degree_(angle)", bearing)}
    geometry = {"type": "Point", "coordinates": [station.longitude, station.latitude]}
    return {"id": address, "type": "Feature", "geometry": geometry, "properties": properties}


def _station_list(latitude: float, longitude: float, query: Query, root: str, clock: Clock) -> Answer:
    limit = int(one(query, "limit") or PAGE)
    # The next page exists in every answer; the one after the last is empty.
    stations = [] if one(query, "cursor") else nearest(latitude, longitude)[:limit]
    document = {
        "@context": CONTEXT,
        "type": "FeatureCollection",
        "features": [_station_feature(s, root, (latitude, longitude)) for s in stations],
        "observationStations": [f"{root}/stations/{s.name}" for s in stations],
        "pagination": {
            "next": f"{root}/points/{_shortest(latitude)},{_shortest(longitude)}/stations?cursor=eyJzIjo1MDB9"
        },
    }
    return _data(document, 86_400, clock)


def _grid_stations(found: re.Match[str], query: Query, root: str, clock: Clock) -> Answer:
    grid = _grid(found)
    return _station_list(*grid.centre, query, root, clock) if grid else _unknown_grid(found)


def _station(found: re.Match[str], query: Query, root: str, clock: Clock) -> Answer:
    station = station_named(found["station"])
    if station is None:
        return _no_station(found)
    return _data({"@context": CONTEXT, **_station_feature(station, root)}, 86_400, clock)


def _no_station(found: re.Match[str]) -> Answer:
    return problem(404, "NotFound", "Not Found", f"Station ID '{found['station']}' does not exist")


# ---------------------------------------------------------------- observations


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
        "elevation": _quantity("m", station.elevation),
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
        "maxTemperatureLast24Hours": _quantity("degC", None),
        "minTemperatureLast24Hours": _quantity("degC", None),
        "relativeHumidity": _measured("percent", value(air["rh"], missing=dry)),
        "windChill": _measured("degC", None),
        "heatIndex": _measured("degC", None),
        "cloudLayers": [{"base": _quantity("m", 1460.0), "amount": _amount(air["cloud"])}],
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


def _observations(found: re.Match[str], query: Query, root: str, clock: Clock) -> Answer:
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
    return _data(document, 300, clock)


def _latest(found: re.Match[str], query: Query, root: str, clock: Clock) -> Answer:
    station = station_named(found["station"])
    if station is None:
        return _no_station(found)
    now = clock.now()
    times = observation_times(station, now - RETENTION, now, now)[:1]
    if not times:
        return problem(404, "NotFound", "Not Found", "No observations for this station")
    return _data({"@context": CONTEXT, **_reports(station, times, root)[0]}, 300, clock)


_ROUTES = (
    (r"/points/(?P<lat>-?[\d.]+),(?P<lon>-?[\d.]+)(?P<rest>(?:/stations)?)", _point),
    (r"/gridpoints/(?P<office>[A-Z]{3})/(?P<x>\d+),(?P<y>\d+)", _raw_grid),
    (r"/gridpoints/(?P<office>[A-Z]{3})/(?P<x>\d+),(?P<y>\d+)/stations", _grid_stations),
    (r"/stations/(?P<station>\w+)", _station),
    (r"/stations/(?P<station>\w+)/observations", _observations),
    (r"/stations/(?P<station>\w+)/observations/latest", _latest),
)
