"""US National Weather Service: the raw forecast grid of 2.5 km."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from etolib import config
from etolib.errors import BadResponse, NotCovered
from etolib.site import Period, Site
from etolib.sources import canonical, catalogue, daily, no_radiation, nws
from etolib.sources.base import SourceData
from etolib.sources.catalogue import SourceInfo
from etolib.sources.network import address, client
from etolib.sources.network.agent import require_contact
from etolib.sources.shape import Anything, List, Number, Object, Words
from etolib.words import Text, say

INFO = catalogue.SOURCES["nws_forecast"]


@dataclass(frozen=True)
class Grid:
    """Hours of a raw forecast grid, its extremes, and its elevation [m]."""

    hours: pd.DataFrame
    maxima: tuple[daily.Interval, ...]
    minima: tuple[daily.Interval, ...]
    elevation: float | None
    updated: str
    center: tuple[float, float] | None


_LAYERS: Mapping[str, tuple[str, Mapping[str, canonical.Conversion]]] = {
    "temperature": ("temperature", nws.CELSIUS),
    "dewpoint": ("dewpoint", nws.CELSIUS),
    "relativeHumidity": ("rh", nws.PERCENT),
    "skyCover": ("cloud", nws.PERCENT),
    "windSpeed": ("wind10", nws.SPEED),
    "quantitativePrecipitation": ("precipitation", nws.WATER),
}


def parse_grid(body: bytes) -> Grid:
    """Read a raw grid answer; ValueError where it is not one.

    Values hold over their interval; precipitation is a total that is spread over it. Layers end at different times, and
    one without data has no unit.
    """
    data = canonical.read_json(body)
    properties = data["properties"]
    layers: dict[str, list[daily.Interval]] = {}
    for name in (*_LAYERS, "maxTemperature", "minTemperature"):
        layer = properties.get(name) or {}
        values = layer.get("values") or []
        if not values:
            continue
        known = _LAYERS[name][1] if name in _LAYERS else nws.CELSIUS
        factor, offset = nws.unit(name, layer.get("uom"), known)
        layers[name] = [
            daily.parse_interval(item["validTime"], canonical.number(item["value"]) * factor + offset)
            for item in values
        ]
    if "temperature" not in layers:
        raise BadResponse(say("grid_without_temperature"), source=INFO.name)
    spans = layers["temperature"]
    hours = daily.axis(min(i.start for i in spans), max(i.end for i in spans))
    columns = {
        _LAYERS[name][0]: daily.from_intervals(layers[name], hours, total=name == "quantitativePrecipitation")
        for name in _LAYERS
        if name in layers
    }
    height = properties.get("elevation") or {}
    elevation = canonical.number(height.get("value"))
    if math.isfinite(elevation):
        elevation = elevation * nws.unit("elevation", height.get("unitCode"), {"m": (1.0, 0.0), "ft": (0.3048, 0.0)})[0]
    return Grid(
        hours=pd.DataFrame(columns, index=hours),
        maxima=tuple(layers.get("maxTemperature", ())),
        minima=tuple(layers.get("minTemperature", ())),
        elevation=elevation if math.isfinite(elevation) else None,
        updated=str(properties.get("updateTime", ""))[:40],
        center=_center(data.get("geometry")),
    )


def _center(geometry: Any) -> tuple[float, float] | None:
    """Return latitude and longitude of the middle of a cell's outline, None where there is none."""
    try:
        ring = np.array(geometry["coordinates"][0], dtype=float)[:-1]
        return float(ring[:, 1].mean()), float(ring[:, 0].mean())
    except (TypeError, KeyError, IndexError, ValueError):
        return None


def _header_life(headers: Mapping[str, str], now: float, most: float) -> float:
    until = address.parse_http_date(headers.get("expires"))
    return most if until is None else min(max(until - now, 60.0), most)


class NwsForecast:
    """The raw forecast grid."""

    requests_per_place = 2  # about: what is near shares answers

    def __init__(self, info: SourceInfo = INFO) -> None:
        self.info = info

    def fetch(self, site: Site, period: Period) -> SourceData:
        """Return the whole days of ``period`` that the grid covers; raises a `SourceError`."""
        today = config.today()
        info = self.info
        inside = info.clip(period, today)
        if not info.covers(site):
            raise NotCovered(say("nws_has_no_forecast", place=str(site)), source=info.name,
                             suggestion=say("choose_another_source_here"))  # fmt: skip
        require_contact(info, say("us_national_weather_service"))
        warnings: list[Text] = []
        canonical.clipped(period, inside, info.title, warnings)
        where = nws.point(info, site)
        door = client.door()
        reply = nws.get(info, where.grid, parse_grid, lambda data, headers: _header_life(headers, door.clock(), 3600.0))
        grid: Grid = reply.data
        days = daily.forecast_days(
            grid.hours, site, maxima=grid.maxima, minima=grid.minima, named=info.title, warnings=warnings
        )
        center = grid.center or (site.latitude, site.longitude)
        away = canonical.distance_km(site.latitude, site.longitude, *center)
        if away > 25:
            raise BadResponse(say("nws_cell_far_away", distance=f"{away:.0f}"), source=info.name)
        return no_radiation.source_data(info, site, inside, today, days, grid.elevation, reply, warnings, {
            "model": f"NDFD {where.grid.removeprefix('/gridpoints/')} {grid.updated}",
            "latitude": round(center[0], 4),
            "longitude": round(center[1], 4),
            "elevation": grid.elevation,
            "distance_km": round(away, 2),
        })  # fmt: skip


def _layer(known: Mapping[str, canonical.Conversion]) -> Object:
    steps = List(Object(validTime=Words(lambda text: daily.parse_interval(text, 0.0)), value=Number(or_null=True)))
    return Object(uom=nws.units(known), values=steps)


SHAPES = nws.POINTS | {
    r"/gridpoints/\w+/\d+,\d+": Object(
        properties=Object(
            {name: _layer(known) for name, (_, known) in _LAYERS.items()}
            | {name: _layer(nws.CELSIUS) for name in ("maxTemperature", "minTemperature")},
            elevation=Object(unitCode=nws.units({"m": canonical.SAME}), value=Number(-500, 9000)),
            updateTime=Words(daily.parse_time),
            others=Anything(),
        ),
        others=Anything(),
    ),
}
"""What answers are assumed to be; `etolib doctor` looks whether they still are."""
