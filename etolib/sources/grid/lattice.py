"""Where the cells of a Dataset lie, and which of them answers for a place.

Longitudes may run from 0 to 360 or from -180 to 180, latitudes down or up; latitude and longitude may also be arrays of
two dimensions (rotated and projected grids), or share one dimension (lists of cells). A place outside of every cell is
not covered: the cell at the edge never answers for what lies beyond it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from etolib.equations.model_names import coordinate_of
from etolib.errors import InputError, Problem
from etolib.site import Site
from etolib.units import convert
from etolib.words import say

NAMES = {
    "latitude": ("latitude", "lat", "XLAT", "nav_lat", "Latitude", "LAT"),
    "longitude": ("longitude", "lon", "XLONG", "nav_lon", "Longitude", "LON"),
}
"""What coordinates are called where their attributes do not say it."""

EDGE = 1e-4
"""How far beyond its edge a cell still answers, as a share of it: rounding of float32 coordinates."""

EARTH_KM = 6371.0


@dataclass(frozen=True)
class Cell:
    """A cell that answers: its position in each dimension, its centre [degrees], its weight, and how far it is."""

    at: dict[str, int]
    latitude: float
    longitude: float
    weight: float
    distance_km: float


@dataclass(frozen=True)
class Lattice:
    """The cells of a Dataset.

    Attributes
    ----------
    dims : tuple of str
        Of rows and columns; one where the cells are a list.
    latitude, longitude : ndarray
        Centres: (rows,) and (columns,) where ``axes``, else of the shape of ``dims``. [degrees]
    rows, columns : ndarray, shape (n, 2)
        Edges of the cells along each axis, lower first; empty but with ``axes``. [degrees]
    """

    dims: tuple[str, ...]
    latitude: np.ndarray
    longitude: np.ndarray
    rows: np.ndarray
    columns: np.ndarray

    @property
    def axes(self) -> bool:
        """Whether latitude and longitude have a dimension each."""
        return bool(self.rows.size)

    @property
    def spacing_km(self) -> float:
        """About how far the centres of neighbours are; NaN for a single cell. [km]"""
        if self.axes:
            steps = [abs(float(np.median(np.diff(edges, axis=1)))) for edges in (self.rows, self.columns)]
            middle = math.cos(math.radians(float(np.median(self.latitude))))
            return math.radians(1.0) * EARTH_KM * max(steps[0], steps[1] * middle)
        flat = self.latitude.ravel(), self.longitude.ravel()
        if flat[0].size < 2:
            return math.nan
        other = _neighbour(self.latitude.shape)
        return float(distances_km(flat[0][0], flat[1][0], self.latitude[other], self.longitude[other]))

    def nearest(self, site: Site) -> Cell | None:
        """Return the cell in which a place lies, None outside of all."""
        if self.axes:
            row, column = _holding(self.rows, site.latitude), self._column(site.longitude)
            return None if row is None or column is None else self._cell(site, row, column, 1.0)
        far = distances_km(site.latitude, site.longitude, self.latitude, self.longitude)
        if not np.isfinite(far).any():
            return None
        place = tuple(int(i) for i in np.unravel_index(int(np.nanargmin(far)), far.shape))
        if not (self._inside(site, place) if len(self.dims) == 2 else self._near(far, place)):
            return None
        return Cell(
            dict(zip(self.dims, place, strict=True)), float(self.latitude[place]),
            _wrapped(float(self.longitude[place])), 1.0, float(far[place]),
        )  # fmt: skip

    def around(self, site: Site) -> list[Cell]:
        """Return the cells between whose centres a place lies with their bilinear weights; empty outside of all.

        Between the outermost centre and the edge of the grid the outermost cells answer.
        """
        if not self.axes:
            raise InputError([Problem("method", "bilinear", say("grid_bilinear_needs_axes"), say("grid_take_nearest"))])
        if self.nearest(site) is None:
            return []
        rows = _between(self.latitude, site.latitude)
        columns = _between(self.longitude, self._turned(site.longitude), self._round())
        return [
            self._cell(site, row, column, weight * share)
            for row, weight in rows
            for column, share in columns
            if weight * share > 0
        ]

    def _cell(self, site: Site, row: int, column: int, weight: float) -> Cell:
        latitude, longitude = float(self.latitude[row]), _wrapped(float(self.longitude[column]))
        far = float(distances_km(site.latitude, site.longitude, np.array(latitude), np.array(longitude)))
        return Cell({self.dims[0]: row, self.dims[1]: column}, latitude, longitude, weight, far)

    def _round(self) -> bool:
        """Whether the columns go once around the Earth."""
        return bool(abs(float(self.columns.max() - self.columns.min()) - 360.0) < abs(np.diff(self.columns[0])[0]) / 2)

    def _column(self, longitude: float) -> int | None:
        for turn in (0.0, 360.0, -360.0, 720.0, -720.0):
            found = _holding(self.columns, longitude + turn)
            if found is not None:
                return found
        return None

    def _turned(self, longitude: float) -> float:
        """Return a longitude in the turn in which the columns lie."""
        turns = [longitude + turn for turn in (0.0, 360.0, -360.0, 720.0, -720.0)]
        return next(x for x in turns if _holding(self.columns, x) is not None)

    def _inside(self, site: Site, place: tuple[int, ...]) -> bool:
        """Return whether a place lies within half a cell of one of a curved grid, by the steps to its neighbours."""
        if min(self.latitude.shape) < 2:
            return self._near(distances_km(site.latitude, site.longitude, self.latitude, self.longitude), place)
        here = np.array([self.latitude[place], self.longitude[place]])
        shrink = np.array([1.0, math.cos(math.radians(float(here[0])))])
        steps = []
        for axis in (0, 1):
            ahead = 1 if place[axis] + 1 < self.latitude.shape[axis] else -1
            other = tuple(i + ahead * (k == axis) for k, i in enumerate(place))
            step = np.array([self.latitude[other], self.longitude[other]]) - here
            steps.append(ahead * _short(step) * shrink)
        offset = _short(np.array([site.latitude, site.longitude]) - here) * shrink
        try:
            share = np.linalg.solve(np.array(steps).T, offset)
        except np.linalg.LinAlgError:
            return False
        for axis, part in enumerate(share):
            last = place[axis] == self.latitude.shape[axis] - 1
            first = place[axis] == 0
            if (last and part > 0.5 + EDGE) or (first and part < -0.5 - EDGE * 100):
                return False
        return bool((np.abs(share) < 1.5).all())  # next to cells without coordinates

    def _near(self, far: np.ndarray, place: tuple[int, ...]) -> bool:
        """Return whether a place is nearer to a cell of a list than its neighbour's half way, corners included."""
        between = distances_km(float(self.latitude[place]), float(self.longitude[place]), self.latitude, self.longitude)
        others = between[between > 0]
        return bool(others.size) and float(far[place]) <= float(np.nanmin(others)) * math.sqrt(0.5) * (1 + EDGE)


def lattice_of(dataset: Any) -> Lattice:
    """Return where the cells of a Dataset lie.

    Raises
    ------
    InputError
        Where it has no latitude and longitude, or they are in no order.

    Examples
    --------
    >>> import xarray as xr
    >>> cells = lattice_of(xr.Dataset(coords={"lat": [1.0, 0.0], "lon": [358.0, 359.0, 360.0]}))
    >>> cells.nearest(Site(0.2, -0.9)).at, cells.nearest(Site(0.2, 0.6))
    ({'lat': 1, 'lon': 1}, None)
    """
    latitude, longitude = (_coordinate(dataset, axis) for axis in ("latitude", "longitude"))
    nothing = np.empty((0, 2))
    lat = np.asarray(convert(latitude.to_numpy(), "latitude", _unit(latitude)), dtype=float)
    lon = np.asarray(convert(longitude.to_numpy(), "longitude", _unit(longitude)), dtype=float)
    if latitude.dims == longitude.dims and latitude.ndim in (1, 2):
        return Lattice(tuple(map(str, latitude.dims)), lat, lon, nothing, nothing)
    if latitude.ndim == longitude.ndim == 1:
        lon = np.unwrap(lon, period=360.0)
        rows, columns = _edges(lat, dataset, latitude, "latitude"), _edges(lon, dataset, longitude, "longitude")
        if rows is None and columns is not None:
            rows = lat[:, None] + np.diff(columns[:1]) * np.array([-0.5, 0.5])
        if columns is None and rows is not None:
            columns = lon[:, None] + np.diff(rows[:1]) * np.array([-0.5, 0.5])
        if rows is None or columns is None:
            raise InputError([Problem("latitude", lat.tolist(), say("grid_one_cell"), say("grid_give_bounds"))])
        return Lattice((str(latitude.dims[0]), str(longitude.dims[0])), lat, lon, np.clip(rows, -90, 90), columns)
    raise InputError([Problem("latitude", str(latitude.dims), say("grid_no_cells"), say("grid_give_coordinates"))])


def _coordinate(dataset: Any, axis: str) -> Any:
    """Return latitude or longitude; of those that stand once for each time, as WRF's, the first."""
    name = next((name for name in NAMES[axis] if name in dataset.variables), None) or coordinate_of(dataset, axis)
    if name is None:
        raise InputError([Problem(axis, None, say("not_in_the_dataset"), say("grid_give_coordinates"))])
    found = dataset[name]
    if found.ndim == 0:
        found = found.expand_dims(name)
    if found.ndim == 3:
        found = found.isel({found.dims[0]: 0})
    return found


def _unit(coordinate: Any) -> str:
    return str(coordinate.attrs.get("units", "degrees"))


def _edges(centres: np.ndarray, dataset: Any, coordinate: Any, axis: str) -> np.ndarray | None:
    """Return lower and upper edge of each cell, by its bounds or half-way to its neighbours; None for one alone."""
    bounds = dataset.variables.get(coordinate.attrs.get("bounds"))
    if bounds is not None and bounds.shape == (centres.size, 2):
        edges = np.sort(np.asarray(convert(bounds.to_numpy(), axis, _unit(coordinate))), axis=1)
        edges = edges + np.round((centres - edges.mean(axis=1)) / 360.0)[:, None] * 360.0
        if (edges[:, 0] <= centres + EDGE).all() and (centres <= edges[:, 1] + EDGE).all():
            return np.asarray(edges, dtype=float)
    if centres.size < 2:
        return None
    steps = np.diff(centres)
    if not (np.all(steps > 0) or np.all(steps < 0)):
        rule = say("grid_axis_in_no_order")
        raise InputError([Problem(str(coordinate.name), None, rule, say("grid_sort_it", name=str(coordinate.name)))])
    between = np.concatenate([[centres[0] - steps[0] / 2], centres[:-1] + steps / 2, [centres[-1] + steps[-1] / 2]])
    return np.sort(np.stack([between[:-1], between[1:]], axis=1), axis=1)


def _holding(edges: np.ndarray, value: float) -> int | None:
    room = np.abs(edges[:, 1] - edges[:, 0]) * EDGE
    inside = np.flatnonzero((edges[:, 0] - room <= value) & (value <= edges[:, 1] + room))
    return int(inside[0]) if inside.size else None


def _between(centres: np.ndarray, value: float, around: bool = False) -> list[tuple[int, float]]:
    """Return the two centres next to a value and their shares; beyond the outermost, that one alone."""
    order = np.argsort(centres)
    rising = centres[order]
    after = int(np.searchsorted(rising, value))
    if 0 < after < centres.size:
        low, high = rising[after - 1], rising[after]
        share = float((value - low) / (high - low))
        return [(int(order[after - 1]), 1.0 - share), (int(order[after]), share)]
    if around:  # between the last column and the first
        low, high = rising[-1] - (360.0 if after == 0 else 0.0), rising[0] + (0.0 if after == 0 else 360.0)
        share = float((value - low) / (high - low))
        return [(int(order[-1]), 1.0 - share), (int(order[0]), share)]
    return [(int(order[0 if after == 0 else -1]), 1.0)]


def _short(step: np.ndarray) -> np.ndarray:
    """Return a step in latitude and longitude, the latter the short way around."""
    return np.array([step[0], (step[1] + 180.0) % 360.0 - 180.0])


def _wrapped(longitude: float) -> float:
    return round((longitude + 180.0) % 360.0 - 180.0, 10)


def _neighbour(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(k == len(shape) - 1 and size > 1) for k, size in enumerate(shape))


def distances_km(latitude: float, longitude: float, latitudes: np.ndarray, longitudes: np.ndarray) -> np.ndarray:
    """Return the great-circle distances [km] of places from one (haversine, sphere of 6371 km).

    >>> distances_km(0.0, 0.0, np.array([0.0]), np.array([359.0])).round(1)
    array([111.2])
    """
    a, b = math.radians(latitude), np.radians(latitudes)
    step = np.radians(longitudes - longitude)
    h = np.sin((b - a) / 2) ** 2 + math.cos(a) * np.cos(b) * np.sin(step / 2) ** 2
    found: np.ndarray = 2 * EARTH_KM * np.arcsin(np.minimum(1.0, np.sqrt(h)))
    return found
