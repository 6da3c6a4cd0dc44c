"""Which share of a polygon each cell of a grid has.

Where latitude and longitude are axes, a cell counts by the area of its part inside (edges straight in longitude and
latitude, areas on the sphere); what several polygons cover counts once. Of curved grids and lists the cells count whose
centres lie inside, by the cosine of their latitude.

References
----------
Sutherland, I. E. & Hodgman, G. W. (1974): Reentrant polygon clipping. CACM 17, 32-42. RFC 7946 (GeoJSON).
"""

from __future__ import annotations

import itertools
import json
import math
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
    if cells.axes:
        found = [(at, union_area(parts)) for at, parts in _parts(cells, polygons).items()]
        largest = max((weight for _, weight in found), default=0.0)
        found = [(at, weight) for at, weight in found if weight > largest * _SMALL]
    else:
        found = _by_centres(cells, polygons)
    total = sum(weight for _, weight in found)
    if total <= 0:
        return []
    return [_cell(cells, at, weight / total) for at, weight in found]


def covered(cells: Lattice, polygons: list[Rings]) -> float:
    """Return which share of the polygons' area lies in the cells; 1 where that is not known (curved grids)."""
    if not cells.axes:
        return 1.0
    whole = sum(_area(in_one_turn(rings)) for rings in polygons)
    inside = sum(_area(rings) for parts in _parts(cells, polygons).values() for rings in parts)
    return inside / whole if whole > 0 else 0.0


def _parts(cells: Lattice, polygons: list[Rings]) -> dict[tuple[int, ...], list[Rings]]:
    """Return what each cell has of the polygons; cells that have nothing are not among them."""
    found: dict[tuple[int, ...], list[Rings]] = {}
    for rings in map(in_one_turn, polygons):
        for turn in (-720.0, -360.0, 0.0, 360.0, 720.0):
            moved = [ring + np.array([turn, 0.0]) for ring in rings]
            west, south = moved[0].min(axis=0)
            east, north = moved[0].max(axis=0)
            columns = np.flatnonzero((cells.columns[:, 1] > west) & (cells.columns[:, 0] < east))
            rows = np.flatnonzero((cells.rows[:, 1] > south) & (cells.rows[:, 0] < north))
            for column in columns:
                strip = [_between(ring, 0, *cells.columns[column]) for ring in moved]
                for row in rows:
                    part = [_between(ring, 1, *cells.rows[row]) for ring in strip]
                    if _area(part) > 0:
                        found.setdefault((int(row), int(column)), []).append(part)
    return found


def _by_centres(cells: Lattice, polygons: list[Rings]) -> list[tuple[tuple[int, ...], float]]:
    inside = np.zeros(cells.latitude.shape, dtype=bool)
    for rings in map(in_one_turn, polygons):
        for turn in (-360.0, 0.0, 360.0):
            within = np.zeros_like(inside)
            for ring in rings:
                within ^= _holds(ring + np.array([turn, 0.0]), cells.longitude, cells.latitude)  # a hole takes away
            inside |= within
    weight = np.cos(np.radians(cells.latitude))
    return [(tuple(int(i) for i in at), float(weight[tuple(at)])) for at in np.argwhere(inside)]


def in_one_turn(rings: Rings) -> Rings:
    """Return rings without a jump at the date line, holes in the turn of what they are in."""
    free = [unwrapped(ring) for ring in rings]
    middles = [(ring[:, 0].min() + ring[:, 0].max()) / 2 for ring in free]
    turns = [np.round((middles[0] - middle) / 360.0) * 360.0 for middle in middles]
    return [ring + np.array([turn, 0.0]) for ring, turn in zip(free, turns, strict=True)]


def unwrapped(ring: np.ndarray) -> np.ndarray:
    """Return a ring without a jump at the date line.

    Parameters
    ----------
    ring : ndarray, shape (n, 2)
        Longitude and latitude, the first corner repeated at the end. [degrees]

    Returns
    -------
    ndarray
        An edge of more than 180 degrees goes the shorter way, across the date line. One of 360 degrees stays where
        the ring would lose its area or its end otherwise: it runs round the world (the box -180 to 180; Antarctica cut
        at the date line). A ring round a pole that has no such edge is closed along the pole.

    Examples
    --------
    >>> unwrapped(np.array([[179.0, 0.0], [-179.0, 0.0], [-179.0, 1.0], [179.0, 0.0]]))[:, 0].tolist()
    [179.0, 181.0, 181.0, 179.0]
    >>> unwrapped(np.array([[0.0, 60.0], [120.0, 60.0], [-120.0, 60.0], [0.0, 60.0]])).tolist()[3:]
    [[360.0, 60.0], [360.0, 90.0], [0.0, 90.0], [0.0, 60.0]]
    """
    jumps = np.abs(np.diff(ring[:, 0]))
    if not (jumps > 180.0).any():
        return ring
    free = np.column_stack([np.unwrap(ring[:, 0], period=360.0), ring[:, 1]])
    closed = abs(free[-1, 0] - free[0, 0]) < _SMALL
    if closed and _area([free]) > 0:
        return free
    if closed or (np.abs(jumps - 360.0) < _SMALL).any():
        return ring
    (begin, start), (end, _), pole = free[0], free[-1], math.copysign(90.0, float(free[:, 1].mean()))
    return np.vstack([free, [[end, pole], [begin, pole], [begin, start]]])


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


def union_area(polygons: list[Rings]) -> float:
    """Return the area that polygons cover together, on the sphere of radius one; what several cover counts once.

    Between two meridians next to each other, of all corners and crossings, no edges cross. So there the stretches that
    each polygon covers (even and odd) are put together, and the sine of the latitude is integrated along their ends.

    Examples
    --------
    >>> box = [np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 1.0], [0.0, 1.0]])]
    >>> other = [box[0] + [1.0, 0.0]]
    >>> round(union_area([box, other]) / union_area([box]), 6), union_area([box, box]) == union_area([box])
    (1.5, True)
    """
    if len(polygons) == 1:
        return _area(polygons[0])
    edges, owner = _edges(polygons)
    borders = np.unique(np.concatenate([edges[:, :, 0].ravel(), _crossings(edges)]))
    total = 0.0
    for west, east in itertools.pairwise(borders):
        middle = (west + east) / 2
        here = (edges[:, 0, 0] <= middle) & (edges[:, 1, 0] > middle)
        (x, y), (far, high) = edges[here, 0].T, edges[here, 1].T
        at = (y + (high - y) * (one - x) / (far - x) for one in (west, middle, east))
        left, mid, right = at
        heights = np.stack([left, right], axis=1)
        low = None
        depth: dict[int, bool] = {}
        for i in np.argsort(mid, kind="stable"):
            depth[owner[here][i]] = not depth.get(owner[here][i], False)
            if any(depth.values()) and low is None:
                low = i
            elif not any(depth.values()) and low is not None:
                total += _above(heights[i], east - west) - _above(heights[low], east - west)
                low = None
    return total


def _edges(polygons: list[Rings]) -> tuple[np.ndarray, np.ndarray]:
    """Return the edges that are not meridians, shape (n, 2, 2), their western ends first; and whose each is."""
    found, owner = [], []
    for number, rings in enumerate(polygons):
        for ring in rings:
            if len(ring) < 3:
                continue
            pairs = np.stack([ring, np.roll(ring, -1, axis=0)], axis=1)
            pairs = pairs[pairs[:, 0, 0] != pairs[:, 1, 0]]
            backwards = pairs[:, 0, 0] > pairs[:, 1, 0]
            pairs[backwards] = pairs[backwards, ::-1]
            found.append(pairs)
            owner += [number] * len(pairs)
    return np.concatenate(found), np.array(owner)


def _crossings(edges: np.ndarray) -> np.ndarray:
    """Return the longitudes at which edges cross. [degrees]"""
    x, y = edges[:, 0].T
    slope = (edges[:, 1, 1] - y) / (edges[:, 1, 0] - x)
    base = y - slope * x
    with np.errstate(divide="ignore", invalid="ignore"):
        at = (base[None, :] - base[:, None]) / (slope[:, None] - slope[None, :])
    far = edges[:, 1, 0]
    inside = (at > np.maximum(x[:, None], x)) & (at < np.minimum(far[:, None], far))  # not of NaN
    crossings: np.ndarray = at[inside]
    return crossings


def _above(ends: np.ndarray, width: float) -> float:
    """Return the integral of the sine of the latitude along an edge between two latitudes [degrees]."""
    low, high = np.radians(ends)
    mean = np.sin((low + high) / 2) if abs(high - low) < _FLAT else (np.cos(low) - np.cos(high)) / (high - low)
    return float(np.radians(width) * mean)


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
