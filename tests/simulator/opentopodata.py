"""OpenTopoData: ``/v1/{dataset[,dataset]}``."""

from __future__ import annotations

import math
from typing import Any

from tests.simulator import sky
from tests.simulator.answer import Answer, Query, indented, one
from tests.simulator.weather import NoWeather, Weather

MAX_LOCATIONS = 100
# Latitudes each dataset covers [south, north]; outside them the height is null.
DATASETS = {
    "srtm30m": (-60, 60),
    "srtm90m": (-60, 60),
    "aster30m": (-83, 83),
    "mapzen": (-90, 90),
    "etopo1": (-90, 90),
    "ned10m": (18, 72),
    "eudem25m": (34, 72),
    "nzdem8m": (-48, -34),
}


class Refused(ValueError):
    """A request OpenTopoData answers with 400."""


def answer(path: str, query: Query, weather: Weather) -> Answer:
    """Return OpenTopoData's answer to a path and query (or form)."""
    if not path.startswith("/v1/") or path.count("/") != 2:
        return error(404, "INVALID_REQUEST", "404: Page not found.")
    try:
        return _heights(path.removeprefix("/v1/").split(","), query, weather)
    except Refused as refused:
        return error(400, "INVALID_REQUEST", str(refused))


def error(status: int, name: str, text: str) -> Answer:
    """Return OpenTopoData's error body."""
    return Answer(status, {"status": name, "error": text}, render=indented)


def _heights(datasets: list[str], query: Query, weather: Weather) -> Answer:
    for name in datasets:
        if name not in DATASETS:
            raise Refused(f"Dataset '{name}' not in config.")
    if one(query, "interpolation", "bilinear") not in ("bilinear", "nearest", "cubic"):
        raise Refused(f"Invalid interpolation method '{one(query, 'interpolation')}' not recognized.")
    if one(query, "format", "json") != "json":
        raise Refused("This simulator answers in the format json only.")
    text = one(query, "locations")
    if text is None:
        raise Refused("No locations provided. Add locations in a query string: ?locations=lat1,lon1|lat2,lon2.")
    if "," not in text:
        raise Refused("Unable to parse polyline: encoded polylines are not simulated.")
    places = [_place(part, number) for number, part in enumerate(text.strip("|").split("|"), start=1)]
    if len(places) > MAX_LOCATIONS:
        raise Refused(f"Too many locations provided ({len(places)}), the limit is {MAX_LOCATIONS}.")
    nodata = {"null": None, "nan": math.nan}.get(one(query, "nodata_value", "null") or "null", -9999.0)
    results, origin = [], ""
    for latitude, longitude in places:
        found, origin = _height(datasets, latitude, longitude, weather)
        location = {"lat": latitude, "lng": longitude}
        results.append(
            {"elevation": nodata if found[0] is None else found[0], "location": location, "dataset": found[1]}
        )
    return Answer(document={"results": results, "status": "OK"}, render=indented, origin=origin)


def _place(text: str, position: int) -> tuple[float, float]:
    where = f"Unable to parse location '{text}' in position {position}."
    parts = text.split(",")
    try:
        latitude, longitude = (float(part) for part in parts)
    except ValueError:
        raise Refused(f"{where} Add locations like lat1,lon1|lat2,lon2.") from None
    if not -90 <= latitude <= 90:
        raise Refused(f"{where} Latitude must be between -90 and 90. Provide locations in lat,lon order.")
    if not -180 <= longitude <= 180:
        raise Refused(f"{where} Longitude must be between -180 and 180. Provide locations in lat,lon order.")
    return latitude, longitude


def _height(
    datasets: list[str], latitude: float, longitude: float, weather: Weather
) -> tuple[tuple[float | None, str], str]:
    """Return (height or None, dataset that answered) and origin: the first dataset with a value wins."""
    for name in datasets:
        south, north = DATASETS[name]
        tile_without_land = name.startswith("srtm") and not _near_land(latitude, longitude)
        if south <= latitude <= north and not tile_without_land:
            try:
                height, origin = weather.elevation(latitude, longitude)
            except NoWeather:
                return (None, datasets[-1]), ""
            return (round(height, 1), name), origin
    return (None, datasets[-1]), ""


def _near_land(latitude: float, longitude: float) -> bool:
    """Return whether the 1 degree tile has land: at sea inside a tile the height is 0, without a tile null."""
    south, west = math.floor(latitude), math.floor(longitude)
    corners: list[tuple[Any, Any]] = [(south + i, west + j) for i in (0, 0.5, 1) for j in (0, 0.5, 1)]
    return any(sky.is_land(*corner) for corner in corners)
