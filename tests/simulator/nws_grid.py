"""US National Weather Service, simulated: the raw forecast grid."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import numpy as np

from tests.simulator import sky
from tests.simulator.answer import Answer, Query
from tests.simulator.clock import Clock
from tests.simulator.nws_places import CELL, CONTEXT, as_data, asked_grid, quantity, unknown_grid

EMPTY_LAYERS = ("snowLevel", "hainesIndex", "pressure", "probabilityOfThunder", "redFlagThreatIndex")


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


def _layers(first: int, hours: int, air: dict[str, Any], longitude: float) -> dict[str, Any]:
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
    return layers


def raw_grid(found: re.Match[str], query: Query, root: str, clock: Clock) -> Answer:
    grid = asked_grid(found)
    if grid is None:
        return unknown_grid(found)
    latitude, longitude = grid.centre
    height = sky.elevation(latitude, longitude)
    now = clock.now()
    first = int(now.timestamp()) // 3600 - 3
    hours = 24 * 7 + 14
    air = sky.hourly(latitude, longitude, np.arange(first, first + hours), "nws", height)
    layers = _layers(first, hours, air, longitude)
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
            "elevation": quantity("m", round(height, 4)),
            "forecastOffice": f"{root}/offices/{grid.office}",
            "gridId": grid.office,
            "gridX": str(grid.x),
            "gridY": str(grid.y),
            **layers,
        },
    }
    return as_data(document, 3600, clock)
