"""Which share of a polygon each cell of a grid has.

Where latitude and longitude are axes, a cell counts by the area of its part inside (edges straight in longitude and
latitude, areas on the sphere). Of curved grids and lists the cells count whose centres lie inside, by the cosine of
their latitude.

References
----------
Sutherland, I. E. & Hodgman, G. W. (1974): Reentrant polygon clipping. CACM 17, 32-42. RFC 7946 (GeoJSON).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from etolib.errors import InputError, Problem
from etolib.sources.grid.lattice import Cell, Lattice
from etolib.words import say

Rings = list[np.ndarray]
"""A polygon: its outer ring and its holes, each (n, 2), longitude and latitude. [degrees]"""

_SMALL = 1e-9
_FLAT = 1e-6  # rad: of an edge along a parallel


def polygons_of(document: Any) -> list[Rings]:
    """Return the polygons of GeoJSON: a mapping, its text, a path, or an object with ``__geo_interface__``.

    Raises
    ------
    InputError
        Where there is none, or its coordinates are no longitudes and latitudes.

    Examples
    --------
    >>> [ring.shape for ring in polygons_of('{"type": "Polygon", "coordinates": [[[0,0],[1,0],[1,1],[0,0]]]}')[0]]
    [(4, 2)]
    """
    found = list(_polygons(_read(document)))
    if not found:
        raise InputError([Problem("polygon", str(document)[:80], say("area_no_polygon"), say("area_give_polygon"))])
    for rings in found:
        for ring in rings:
            if ring.ndim != 2 or ring.shape[1] < 2 or len(ring) < 4 or not np.isfinite(ring).all():
                raise InputError([Problem("polygon", str(ring.shape), say("area_no_ring"), say("area_give_polygon"))])
            if np.abs(ring[:, 0]).max() > 360 or np.abs(ring[:, 1]).max() > 90:
                raise InputError([Problem("polygon", str(ring[0].tolist()), say("no_wgs84"), say("area_give_degrees"))])
    return found


def _read(document: Any) -> Any:
    if hasattr(document, "__geo_interface__"):
        return document.__geo_interface__
    if isinstance(document, Mapping):
        return document
    try:
        text = str(document)
        return json.loads(text if text.lstrip().startswith("{") else Path(text).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = say("grid_cannot_be_opened", error=str(error)[:200])
        raise InputError([Problem("polygon", str(document)[:80], reason, say("check_the_path"))]) from None


def _polygons(document: Any) -> Iterator[Rings]:
    kind = document.get("type") if isinstance(document, Mapping) else None
    try:
        if kind == "FeatureCollection":
            for feature in document["features"]:
                yield from _polygons(feature)
        elif kind == "Feature":
            yield from _polygons(document["geometry"])
        elif kind == "GeometryCollection":
            for geometry in document["geometries"]:
                yield from _polygons(geometry)
        elif kind in ("Polygon", "MultiPolygon"):
            parts = [document["coordinates"]] if kind == "Polygon" else document["coordinates"]
            for part in parts:
                yield [np.asarray([position[:2] for position in ring], dtype=float) for ring in part]
    except (KeyError, TypeError, ValueError, IndexError):
        raise InputError([Problem("polygon", str(kind), say("no_geojson"), say("area_give_polygon"))]) from None


def shares(cells: Lattice, polygons: list[Rings]) -> list[Cell]:
    """Return the cells that have a part of the polygons; their weights sum to one. Empty where there are none.

    A part of the polygons beyond the grid counts for nothing: `covered` tells how much that is.

    Examples
    --------
    >>> import xarray as xr
    >>> from etolib.sources.grid.lattice import lattice_of
    >>> cells = lattice_of(xr.Dataset(coords={"lat": [0.0, 1.0], "lon": [10.0, 11.0]}))
    >>> box = polygons_of({"type": "Polygon", "coordinates": [[[10, 0], [11.5, 0], [11.5, 0.5], [10, 0.5], [10, 0]]]})
    >>> [(cell.longitude, round(cell.weight, 4)) for cell in shares(cells, box)]
    [(10.0, 0.3333), (11.0, 0.6667)]
    """
    found = _by_area(cells, polygons) if cells.axes else _by_centres(cells, polygons)
    total = sum(weight for _, weight in found)
    if total <= 0:
        return []
    return [_cell(cells, at, weight / total) for at, weight in found]


def covered(cells: Lattice, polygons: list[Rings]) -> float:
    """Return which share of the polygons' area lies in the cells; 1 where that is not known (curved grids)."""
    if not cells.axes:
        return 1.0
    whole = sum(_area(_turned(rings, 0.0)) for rings in polygons)
    return sum(weight for _, weight in _by_area(cells, polygons)) / whole if whole > 0 else 0.0


def _by_area(cells: Lattice, polygons: list[Rings]) -> list[tuple[tuple[int, ...], float]]:
    weights: dict[tuple[int, ...], float] = {}
    for rings in polygons:
        for turn in (-720.0, -360.0, 0.0, 360.0, 720.0):
            moved = _turned(rings, turn)
            west, south = moved[0].min(axis=0)
            east, north = moved[0].max(axis=0)
            columns = np.flatnonzero((cells.columns[:, 1] > west) & (cells.columns[:, 0] < east))
            rows = np.flatnonzero((cells.rows[:, 1] > south) & (cells.rows[:, 0] < north))
            for column in columns:
                strip = [_between(ring, 0, *cells.columns[column]) for ring in moved]
                for row in rows:
                    part = _area([_between(ring, 1, *cells.rows[row]) for ring in strip])
                    if part > 0:
                        at = (int(row), int(column))
                        weights[at] = weights.get(at, 0.0) + part
    largest = max(weights.values(), default=0.0)
    return [(at, weight) for at, weight in weights.items() if weight > largest * _SMALL]


def _by_centres(cells: Lattice, polygons: list[Rings]) -> list[tuple[tuple[int, ...], float]]:
    inside = np.zeros(cells.latitude.shape, dtype=bool)
    for rings in polygons:
        for turn in (-360.0, 0.0, 360.0):
            within = np.zeros_like(inside)
            for ring in _turned(rings, turn):
                within ^= _holds(ring, cells.longitude, cells.latitude)  # a hole takes away
            inside |= within
    weight = np.cos(np.radians(cells.latitude))
    return [(tuple(int(i) for i in at), float(weight[tuple(at)])) for at in np.argwhere(inside)]


def _turned(rings: Rings, turn: float) -> Rings:
    """Return rings without a jump at the date line, all in the turn of the first, some turns on."""
    out = []
    first = rings[0][0, 0]
    for ring in rings:
        longitudes = np.unwrap(ring[:, 0], period=360.0)
        longitudes = longitudes + np.round((first - longitudes[0]) / 360.0) * 360.0 + turn
        out.append(np.stack([longitudes, ring[:, 1]], axis=1))
    return out


def _between(ring: np.ndarray, axis: int, low: float, high: float) -> np.ndarray:
    """Return the part of a ring between two parallels or meridians (Sutherland and Hodgman)."""
    return _half(_half(ring, axis, low, 1.0), axis, high, -1.0)


def _half(ring: np.ndarray, axis: int, limit: float, sign: float) -> np.ndarray:
    if not len(ring):
        return ring
    depth = sign * (ring[:, axis] - limit)
    out: list[np.ndarray] = []
    for i in range(len(ring)):
        before, here = i - 1, i
        if (depth[before] > 0) != (depth[here] > 0) and depth[before] != depth[here]:
            share = depth[before] / (depth[before] - depth[here])
            out.append(ring[before] + share * (ring[here] - ring[before]))
        if depth[here] > 0:
            out.append(ring[here])
    return np.array(out) if out else np.empty((0, 2))


def _area(rings: Rings) -> float:
    """Return the area of rings on the sphere of radius one, edges straight in longitude and latitude; less the holes.

    The integral of the sine of the latitude along an edge, exactly.
    """
    sizes = []
    for ring in rings:
        if len(ring) < 3:
            sizes.append(0.0)
            continue
        x, y = np.radians(ring[:, 0]), np.radians(ring[:, 1])
        ahead, rise = np.roll(x, -1) - x, np.roll(y, -1) - y
        slope = (np.cos(y) - np.cos(np.roll(y, -1))) / np.where(rise == 0, 1.0, rise)
        sine = np.where(np.abs(rise) < _FLAT, np.sin(y + rise / 2), slope)
        sizes.append(abs(float(np.sum(ahead * sine))))
    return max(sizes[0] - sum(sizes[1:]), 0.0) if sizes else 0.0


def _holds(ring: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return which points lie inside of a ring (even and odd crossings)."""
    inside = np.zeros(x.shape, dtype=bool)
    for (x1, y1), (x2, y2) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        if y1 == y2:
            continue
        crosses = ((y1 > y) != (y2 > y)) & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
        inside ^= crosses
    return inside


def _cell(cells: Lattice, at: tuple[int, ...], weight: float) -> Cell:
    latitude = cells.latitude[at[0]] if cells.axes else cells.latitude[at]
    longitude = cells.longitude[at[1]] if cells.axes else cells.longitude[at]
    wrapped = (float(longitude) + 180.0) % 360.0 - 180.0
    return Cell(dict(zip(cells.dims, at, strict=True)), float(latitude), wrapped, weight, 0.0)
