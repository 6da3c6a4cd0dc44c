"""US National Weather Service: points, raw grid, stations, observations.

Offices, grids and stations are invented: an office is a box of five degrees, its grid has cells of 0.025 degrees,
and one station stands somewhere in every cell of a 0.4 degree lattice. Names carry the word Simulated.
"""

from __future__ import annotations

import re

from tests.simulator.answer import Answer, Query
from tests.simulator.clock import Clock
from tests.simulator.nws_grid import raw_grid
from tests.simulator.nws_places import (
    CONTEXT,
    PRECISION,
    as_data,
    covered,
    grid_of,
    not_found,
    problem,
    quantity,
    shortest,
    zone,
)
from tests.simulator.nws_stations import (
    grid_stations,
    latest,
    nearest,
    observations,
    one_station,
    station_list,
    station_named,
)
from tests.simulator.weather import NoWeather, Weather

__all__ = ["answer", "grid_of", "nearest", "problem", "station_named"]


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


def _point(found: re.Match[str], query: Query, root: str, clock: Clock) -> Answer:
    texts = found["lat"], found["lon"]
    latitude, longitude = (float(text) for text in texts)
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return problem(400, "InvalidParameter", "Invalid Parameter", 'Parameter "point" is invalid: out of bounds')
    exact = tuple(shortest(value) for value in (latitude, longitude))
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
        return station_list(latitude, longitude, query, root, clock)
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
                    "distance": quantity("m", 0.0),
                    "bearing": quantity("degree_(angle)", 0),
                },
            },
            "forecastZone": f"{root}/zones/forecast/ZZZ001",
            "county": f"{root}/zones/county/ZZC001",
            "fireWeatherZone": f"{root}/zones/fire/ZZZ001",
            "timeZone": zone(longitude),
            "radarStation": "KSIM",
        },
    }
    return as_data(document, 86_400, clock)


_ROUTES = (
    (r"/points/(?P<lat>-?[\d.]+),(?P<lon>-?[\d.]+)(?P<rest>(?:/stations)?)", _point),
    (r"/gridpoints/(?P<office>[A-Z]{3})/(?P<x>\d+),(?P<y>\d+)", raw_grid),
    (r"/gridpoints/(?P<office>[A-Z]{3})/(?P<x>\d+),(?P<y>\d+)/stations", grid_stations),
    (r"/stations/(?P<station>\w+)", one_station),
    (r"/stations/(?P<station>\w+)/observations", observations),
    (r"/stations/(?P<station>\w+)/observations/latest", latest),
)
