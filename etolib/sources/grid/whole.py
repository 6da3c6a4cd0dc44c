"""The hours of a whole grid become days of local solar time, block by block on dask.

Each block goes the way of a single cell (`etolib.sources.grid.hours`), for many cells beside each other, so that a cell
has the same days as its centre asked as a place. What must be known of the whole, how amounts are summed up and whether
the radiation can be right, is asked of some cells before, by that same way.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from etolib.equations.model_names import GRAVITY, find, is_geopotential, understand
from etolib.errors import InputError, Problem
from etolib.site import Period, Site
from etolib.sources import daily
from etolib.sources.grid import amounts, days, hours, reading
from etolib.sources.grid.lattice import Cell, Lattice
from etolib.sources.grid.options import Options
from etolib.sources.grid.runs import PER_STEP
from etolib.sources.grid.times import Times
from etolib.units import convert, is_rate
from etolib.variables import VARIABLES
from etolib.words import say

if TYPE_CHECKING:
    from etolib.sources.grid.source import GridSource

AMOUNTS = ("rs",)
"""The amounts that ETo takes."""

CELL_HOURS = 2_000_000
"""Cells times hours of a block: about 300 MB while it is in work."""

_SAMPLE_DAYS = 10
_SAMPLE_CELLS = 3  # along each dimension
_DAY = np.timedelta64(1, "D")


def days_of_grid(grid: GridSource) -> Any:
    """Return the days of a grid of hours; see `GridSource.daily`."""
    import xarray as xr

    dataset, times, cells = _plain(grid), grid.times, grid.cells
    options = _decided(grid)
    height = days.height_name(dataset)
    left_out = (height, *hours.SINCE_BEGINNING)
    names = [n for n in reading.names_of(dataset, times) if n not in left_out and times.dim in dataset[n].dims]
    place = _places(dataset, cells, options, height)
    block = _Block({name: dict(dataset[name].attrs) for name in names}, times.dim, options, "elevation" in place)
    first, last = times.days.min(), times.days.max()
    parts = []
    for begin, end in _stretches(dataset, names, times, first, last):
        parts.append(_part(dataset[names], times, place, block, cells.dims, begin, end))
    out = xr.concat(parts, dim="time") if len(parts) > 1 else parts[0]
    out = out.assign_coords({name: place[name] for name in ("latitude", "longitude")})
    if "elevation" in place:
        out["elevation"] = place["elevation"].assign_attrs(units="m")
    out.attrs = {**dataset.attrs, "day_definition": "local solar day, UTC + round(longitude / 15)"}
    return out.transpose("time", *cells.dims)


def _plain(grid: GridSource) -> Any:
    """Return the Dataset along its times and cells alone."""
    dataset = grid.dataset
    if "expver" in dataset.dims:  # ERA5 and its preliminary days
        parts = [dataset.isel(expver=i, drop=True) for i in range(dataset.sizes["expver"])]
        for other in parts[1:]:
            parts[0] = parts[0].fillna(other)
        dataset = parts[0]
    read = dataset[reading.names_of(dataset, grid.times)]
    more = [str(dim) for dim in read.dims if dim not in (grid.times.dim, *grid.cells.dims)]
    several = [dim for dim in more if read.sizes[dim] > 1]
    if several:
        raise InputError(
            [Problem(dim, read.sizes[dim], say("grid_more_dimensions"), say("grid_choose_one", name=dim))
             for dim in several]
        )  # fmt: skip
    return dataset.isel(dict.fromkeys(more, 0), drop=True)


def _decided(grid: GridSource) -> Options:
    """Return the options with how amounts are summed up; `InputError` where some cells cannot be read or do not agree.

    Some cells over the whole grid are read as places for some days: what is wrong with one is so with all.
    """
    told = days.Told()
    first = grid.times.days.min()
    period = Period(str(first), str(min(first + _SAMPLE_DAYS * _DAY, grid.times.days.max())))
    options = grid.info.options
    rows = reading.rows_of(grid.times, period)
    found = set()
    for cell in _some(grid.cells):
        if not reading.has_values(grid.dataset, grid.times, rows, cell):
            continue
        if options.accumulated is None:
            found.add(_kind_of(grid, rows, cell))
        height = days.height_of(grid.dataset, cell) if options.elevation is None else options.elevation
        site = Site(cell.latitude, cell.longitude, height)
        frame = reading.series(grid.dataset, grid.times, cell, site, period, options, height, told)
        reading.check_radiation(frame, site.latitude)
    found.discard(None)
    if len(found) > 1:
        raise InputError([Problem("rs", None, say("grid_accumulated_unknown"), say("grid_say_accumulated"))])
    kind = found.pop() if found else options.accumulated
    return dataclasses.replace(options, accumulated=kind)


def _kind_of(grid: GridSource, rows: slice, cell: Cell) -> amounts.Kind | None:
    """Return how the radiation of a cell is summed up; None where it is a rate, there is none, or it is dark."""
    dataset = grid.dataset
    there = "rs" in dataset.variables
    source = find(dataset, "rs")
    array = dataset["rs"] if there else None if source is None else source.array
    if array is None or is_rate(str(grid.info.options.units.get("rs", array.attrs.get("units", "W m-2")))):
        return None
    if PER_STEP in array.attrs:
        return "step"
    point = reading.point_of(array.to_dataset(name="rs"), grid.times, rows, cell, days.Told())
    point, times = hours.in_order(point, grid.times.rows(rows), days.Told())
    values = point["rs"].to_numpy().astype(float)
    if not np.nanmax(values, initial=0.0) > 0:
        return None
    return amounts.kind_of(values, times.moments, times.step, radiation=True)


def _some(cells: Lattice) -> Iterator[Cell]:
    """Yield some cells over the whole grid."""
    shape = (len(cells.latitude), len(cells.longitude)) if cells.axes else cells.latitude.shape
    picks = [np.unique(np.linspace(0, size - 1, _SAMPLE_CELLS + 2)[1:-1].round().astype(int)) for size in shape]
    for at in np.stack(np.meshgrid(*picks, indexing="ij"), axis=-1).reshape(-1, len(shape)):
        place = tuple(int(i) for i in at)
        latitude = cells.latitude[place[0]] if cells.axes else cells.latitude[place]
        longitude = cells.longitude[place[1]] if cells.axes else cells.longitude[place]
        if np.isfinite(latitude) and np.isfinite(longitude):
            yield Cell(dict(zip(cells.dims, place, strict=True)), float(latitude), _turned(float(longitude)), 1.0, 0.0)


def _turned(longitude: Any) -> Any:
    return np.round((longitude + 180.0) % 360.0 - 180.0, 10)


def _places(dataset: Any, cells: Lattice, options: Options, height: str | None) -> dict[str, Any]:
    """Return latitude, longitude and, where it is known, elevation [m] of the cells."""
    import xarray as xr

    dims = ((cells.dims[0],), (cells.dims[1],)) if cells.axes else (cells.dims, cells.dims)
    found = {
        "latitude": xr.DataArray(cells.latitude, dims=dims[0], attrs={"units": "degrees_north",
                                                                      "standard_name": "latitude"}),
        "longitude": xr.DataArray(_turned(cells.longitude), dims=dims[1], attrs={"units": "degrees_east",
                                                                                 "standard_name": "longitude"}),
    }  # fmt: skip
    if options.elevation is not None:
        found["elevation"] = xr.DataArray(float(options.elevation))
    elif height is not None:
        ground = dataset[height].isel({dim: 0 for dim in dataset[height].dims if dim not in cells.dims}, drop=True)
        unit = str(ground.attrs.get("units", "m"))
        values = ground.astype(float)
        values = values / GRAVITY if is_geopotential(ground) else convert(values, "elevation", unit)
        found["elevation"] = xr.DataArray(values.data, dims=values.dims)
    return found


def _stretches(
    dataset: Any, names: list[str], times: Times, first: np.datetime64, last: np.datetime64
) -> Iterator[tuple[np.datetime64, np.datetime64]]:
    """Yield the first and the last of the days that are computed together: about those of a chunk, five at least."""
    sizes = [dataset[n].chunksizes[times.dim][0] for n in names if times.dim in dataset[n].chunksizes]
    count = max(5, round(max(sizes) * times.step / 24)) if sizes else int((last - first) / _DAY) + 1
    begin = first
    while begin <= last:
        yield begin, min(begin + (count - 1) * _DAY, last)
        begin = begin + count * _DAY


def _part(
    dataset: Any, times: Times, place: dict[str, Any], block: _Block, dims: tuple[str, ...],
    begin: np.datetime64, end: np.datetime64,
) -> Any:  # fmt: skip
    """Return some of the days, lazily, from their hours and those of a day more at either end."""
    import xarray as xr

    rows = reading.rows_of(times, Period(str(begin), str(end)))
    part = dataset.isel({times.dim: rows})
    count = int((end - begin) / _DAY) + 1
    if part.chunks:
        length = max(1, rows.stop - rows.start)
        # As square as the chunks are, and no more cells than a block may have.
        room = max(1, int(CELL_HOURS / (length * times.step)))
        blocks, left = {}, room
        for dim in reversed(dims):
            size = max(part.chunksizes[dim])
            blocks[dim] = max(1, min(size, left))
            left = max(1, left // blocks[dim])
        part = part.chunk({times.dim: -1, **blocks})
    worker = dataclasses.replace(block, times=times.rows(rows), begin=begin, count=count)
    arrays = [part[name] for name in block.attributes]
    elevation = [place["elevation"]] if block.has_elevation else []
    outs = xr.apply_ufunc(
        worker, *arrays, place["longitude"], *elevation,
        input_core_dims=[[times.dim] if times.dim in a.dims else [] for a in arrays] + [[]] * (1 + len(elevation)),
        output_core_dims=[["time"]] * len(block.targets), exclude_dims={times.dim},
        dask="parallelized", output_dtypes=[np.float64] * len(block.targets),
        dask_gufunc_kwargs={"output_sizes": {"time": count}}, join="override",
    )  # fmt: skip
    outs = outs if isinstance(outs, tuple) else (outs,)
    made = xr.Dataset(dict(zip(block.targets, outs, strict=True)))
    for name in made.data_vars:
        made[name].attrs = {"units": VARIABLES[str(name)].units}
    return made.drop_vars([n for n in made.coords if n not in dims]).assign_coords(
        time=pd.date_range(str(begin), periods=count)
    )


@dataclasses.dataclass(frozen=True)
class _Block:
    """The days of a block of cells; it pickles into a dask graph."""

    attributes: dict[str, dict[str, Any]]
    dim: str
    options: Options
    has_elevation: bool
    times: Times | None = None
    begin: np.datetime64 | None = None
    count: int = 0

    @property
    def targets(self) -> tuple[str, ...]:
        """The canonical variables that come out."""
        point = {name: np.full((2, 1), np.nan) for name in self.attributes}
        found = self._named(point, np.zeros(1))[1].variables
        columns = {hours.COLUMNS[name] for name in hours.COLUMNS if name in found}
        columns |= {name for name in AMOUNTS if name in found}
        made = dict.fromkeys(target for target, column, _ in daily.OF_HOURS if column in columns)
        return tuple(name for name in made if name in VARIABLES and name != "cloud")

    def _named(self, values: dict[str, np.ndarray], elevation: np.ndarray | None) -> tuple[Any, Any]:
        """Return the block as a Dataset of cells beside each other, and the same under canonical names."""
        import xarray as xr

        point = xr.Dataset({name: ((self.dim, "cell"), array, self.attributes[name]) for name, array in values.items()})
        high = point
        if elevation is not None and self.has_elevation:
            high = point.assign(elevation=("cell", elevation, {"units": "m"}))
        named, _ = understand(high, (*hours.COLUMNS, *AMOUNTS), self.options.units, self.options.elevation)
        return point, named

    def __call__(self, *arrays: np.ndarray) -> tuple[np.ndarray, ...]:
        assert self.times is not None
        place = arrays[len(self.attributes) :]
        steps = len(self.times.moments)
        weather = dict(zip(self.attributes, arrays[: len(self.attributes)], strict=True))
        shape = np.broadcast_shapes(*(a.shape[:-1] for a in weather.values()), *(a.shape for a in place))
        flat = {name: np.broadcast_to(a, (*shape, a.shape[-1])).reshape(-1, steps).T for name, a in weather.items()}
        longitude, *height = (np.broadcast_to(a, shape).reshape(-1) for a in place)
        offsets = np.floor(np.where(np.isfinite(longitude), longitude, 0.0) / 15 + 0.5).astype(int)
        targets = self.targets
        out = np.full((len(targets), offsets.size, self.count), np.nan)
        for offset in np.unique(offsets):
            own = offsets == offset
            found = self._days({n: a[:, own] for n, a in flat.items()}, height[0][own] if height else None, int(offset))
            for i, name in enumerate(targets):
                if name in found:
                    out[i, own] = found[name]
        return tuple(values.reshape(*shape, self.count) for values in out)

    def _days(self, values: dict[str, np.ndarray], elevation: np.ndarray | None, offset: int) -> dict[str, np.ndarray]:
        """Return each target of cells that share their solar day. (cells, days)"""
        assert self.times is not None
        told = days.Told()
        point, named = self._named(values, elevation)
        point, times = hours.in_order(point, self.times, told)
        if not len(times.moments):
            return {}
        named = named.isel({self.dim: np.unique(self.times.moments, return_index=True)[1][: len(times.moments)]})
        series = hours.Hours(point, times, self.options, hours.hours_of(times), told)
        columns = hours.columns_of(series, named, AMOUNTS)
        # The hour with which the first day begins, counted from the first hour there is.
        begin = (pd.Timestamp(str(self.begin)) - pd.Timedelta(hours=offset) - series.axis[0]) // daily.HOUR
        found = {}
        for target, column, how in daily.OF_HOURS:
            if column in columns:
                found[target] = _whole_days(columns[column], begin, self.count, how)
        return found


def _whole_days(column: np.ndarray, begin: int, count: int, how: Any) -> np.ndarray:
    """Return what ``how`` makes of the 24 hours of each day; NaN where one is missing. (cells, days)"""
    there = np.full((count * 24, column.shape[1]), np.nan)
    first, last = max(begin, 0), min(begin + count * 24, len(column))
    if last > first:
        there[first - begin : last - begin] = column[first:last]
    by_day = np.ascontiguousarray(there.T).reshape(column.shape[1], count, 24)
    with np.errstate(over="ignore", invalid="ignore"):
        found = how(by_day, axis=-1)
    return np.where(np.isfinite(by_day).all(axis=-1), found, np.nan)
