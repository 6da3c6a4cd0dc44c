"""Names of large cities for the offline map: a picture of the labels in view, drawn anew for each view.

The basemap is one picture and has no text; a marker for each city would be two widgets each.
"""

from __future__ import annotations

import json
import math
from functools import cache
from html import escape
from importlib import resources
from typing import NamedTuple
from urllib.parse import quote

ATTRIBUTION = '<a href="https://www.geonames.org" target="_blank" rel="noopener">GeoNames</a>, CC BY 4.0'

_TILE = 256  # pixels of the world at zoom 0
_MARGIN = 0.25  # of the view, drawn beyond each of its edges, so that a small move shows no empty rim
_GAP = (104, 20)  # pixels between labels, across and down


class City(NamedTuple):
    """A city, its place in degrees."""

    name: str
    latitude: float
    longitude: float
    population: int


Corners = tuple[tuple[float, float], tuple[float, float]]


@cache
def cities() -> tuple[City, ...]:
    """Return the cities of the package, the largest first."""
    text = resources.files("etolib.data").joinpath("cities.geojson").read_text(encoding="utf-8")
    found = []
    for one in json.loads(text)["features"]:
        longitude, latitude = one["geometry"]["coordinates"]
        found.append(City(one["properties"]["name"], latitude, longitude, one["properties"]["population"]))
    return tuple(sorted(found, key=lambda city: -city.population))


def project(latitude: float, longitude: float, zoom: float) -> tuple[float, float]:
    """Return the place in a Web Mercator world of ``256 * 2**zoom`` pixels, counted from its north-west corner.

    >>> project(0, 0, 0)
    (128.0, 128.0)
    """
    size = _TILE * 2**zoom
    sine = math.sin(math.radians(max(-85.0511, min(85.0511, latitude))))
    y = 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)
    return (longitude / 360 + 0.5) * size, round(y * size, 9)


def unproject(x: float, y: float, zoom: float) -> tuple[float, float]:
    """Return latitude and longitude of a pixel; the inverse of `project`."""
    size = _TILE * 2**zoom
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / size)))), (x / size - 0.5) * 360


def labels(view: Corners, zoom: float) -> tuple[str, Corners] | None:
    """Return a picture of the names in a view, as a data URL, and its corners; None where there are none.

    Parameters
    ----------
    view : ((south, west), (north, east))
        What the map shows [degrees].
    zoom : float
        Of the map; the picture has as many pixels as it covers there, so that text keeps its size.
    """
    (south, west), (north, east) = view
    size = _TILE * 2**zoom
    left, top = project(north, west, zoom)
    right, bottom = project(south, east, zoom)
    across, down = _MARGIN * (right - left), _MARGIN * (bottom - top)
    left, right = max(0.0, left - across), min(size, right + across)
    top, bottom = max(0.0, top - down), min(size, bottom + down)
    if right - left < 1 or bottom - top < 1:
        return None
    placed: list[tuple[float, float]] = []
    drawn = []
    for city in cities():
        x, y = project(city.latitude, city.longitude, zoom)
        if not (left < x < right and top < y < bottom):
            continue
        if any(abs(x - a) < _GAP[0] and abs(y - b) < _GAP[1] for a, b in placed):
            continue
        placed.append((x, y))
        at = f'x="{x - left + 5:.1f}" y="{y - top + 4:.1f}"'
        drawn.append(f'<circle cx="{x - left:.1f}" cy="{y - top:.1f}" r="2"/><text {at}>{escape(city.name)}</text>')
    if not drawn:
        return None
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {right - left:.1f} {bottom - top:.1f}" '
        f'width="{right - left:.0f}" height="{bottom - top:.0f}"><g fill="#33474a" font-family="sans-serif" '
        'font-size="11.5" stroke="#fff" stroke-opacity=".8" stroke-width="2.4" paint-order="stroke" '
        f'stroke-linejoin="round">{"".join(drawn)}</g></svg>'
    )
    first, last = unproject(left, bottom, zoom), unproject(right, top, zoom)
    return f"data:image/svg+xml,{quote(picture)}", (first, last)
