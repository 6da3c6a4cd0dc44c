"""What is read of a Dataset for one cell and some days, and what must be known before."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pandas as pd

from etolib.equations.model_names import understand
from etolib.equations.sun import extraterrestrial_radiation
from etolib.errors import BadResponse, EtolibError, InputError, Problem
from etolib.site import Period, Site
from etolib.sources.grid import days, hours
from etolib.sources.grid.lattice import Cell, Lattice, distances_km
from etolib.sources.grid.options import Options
from etolib.sources.grid.times import Times
from etolib.words import Text, say

_PACKED = ("scale_factor", "add_offset", "_FillValue", "missing_value")
"""Attributes that stand at a variable while it is not decoded."""

AS_COUNTED = "as in the dataset"
"""The day of a Dataset that does not say how it counts them."""

_LIGHT = 5.0  # MJ m-2 day-1: less tells nothing
_ENOUGH = 5  # days
_DARKEST, _BRIGHTEST = 0.08, 1.0  # of what reaches the top of the atmosphere


def check(dataset: Any, times: Times, options: Options) -> None:
    """Raise `InputError` where nothing of a Dataset can be read, before a value is."""
    names = names_of(dataset, times)
    problems = [
        Problem(name, key, say("grid_is_packed"), say("grid_decode_it"))
        for name in names
        for key in _PACKED
        if key in dataset[name].attrs
    ]
    if problems:
        raise InputError(problems)
    nothing = dataset[names].isel({times.dim: slice(0, 0)})
    nothing = nothing.isel({dim: 0 for dim in nothing.dims if dim != times.dim})
    none = dataclasses.replace(times, moments=times.moments[:0], starts=None)
    if times.daily:
        days.daily_frame(nothing, none, options.units, 0.0, days.Told())
    else:
        hours.hourly_days(nothing, none, Site(0.0, 0.0, 0.0), options, 0.0, days.Told())


def wanted_of(times: Times) -> tuple[str, ...]:
    """Return the canonical variables that are looked for."""
    return days.READ if times.daily else (*hours.COLUMNS, *hours.AMOUNTS)


def names_of(dataset: Any, times: Times) -> list[str]:
    """Return the variables of a Dataset that are read."""
    more = [] if times.daily else hours.names_of_amounts(dataset)
    return [*days.names_needed(dataset, wanted_of(times)), *more]


def provides(dataset: Any, times: Times, options: Options) -> tuple[str, ...]:
    """Return the canonical variables a Dataset has, as far as its names show."""
    nothing = dataset[names_of(dataset, times)].isel({times.dim: slice(0, 0)})
    nothing = nothing.isel({dim: 0 for dim in nothing.dims if dim != times.dim})
    named, _ = understand(nothing, wanted_of(times), options.units, 0.0)
    there = set(map(str, named.variables))
    if "temperature" in there and not times.daily:
        there |= {"tmin", "tmax", "tmean"}
    if hours.names_of_amounts(dataset):
        there.add("precipitation")
    return tuple(name for name in days.READ if name in there)


def rows_of(times: Times, period: Period) -> slice:
    """Return the rows that may belong to the days of a period, in one piece. Of hours a day more at either end."""
    more = np.timedelta64(0 if times.daily else 1, "D")
    first, last = np.datetime64(period.start) - more, np.datetime64(period.end) + more
    at = np.flatnonzero((times.days >= first) & (times.days <= last))
    return slice(int(at[0]), int(at[-1]) + 1) if at.size else slice(0, 0)


def series(
    dataset: Any, times: Times, cell: Cell, site: Site, period: Period, options: Options, height: float | None,
    told: days.Told,
) -> pd.DataFrame:  # fmt: skip
    """Return canonical columns by day of one cell.

    Raises
    ------
    InputError
        Where it cannot be understood.
    """
    rows = rows_of(times, period)
    point = point_of(dataset[names_of(dataset, times)], times, rows, cell, told)
    part = times.rows(rows)
    if times.daily:
        return days.daily_frame(point, part, options.units, height, told)
    return hours.hourly_days(point, part, site, options, height, told)


def point_of(dataset: Any, times: Times, rows: slice, cell: Cell, told: days.Told) -> Any:
    """Return the series of a cell, loaded here and now: along its times alone."""
    point = dataset.isel({**{dim: i for dim, i in cell.at.items() if dim in dataset.dims}, times.dim: rows})
    if "expver" in point.dims:  # ERA5 and its preliminary days
        point = _loaded(point)
        parts = [point.isel(expver=i, drop=True) for i in range(point.sizes["expver"])]
        for other in parts[1:]:
            parts[0] = parts[0].fillna(other)
        point = parts[0]
        told(say("grid_expver"))
    more = {str(dim): size for dim, size in point.sizes.items() if dim != times.dim}
    several = {dim: size for dim, size in more.items() if size > 1}
    if several:
        raise InputError(
            [Problem(dim, size, say("grid_more_dimensions"), say("grid_choose_one", name=dim))
             for dim, size in several.items()]
        )  # fmt: skip
    return _loaded(point.isel(dict.fromkeys(more, 0)))


def _loaded(lazy: Any) -> Any:
    """Return what is read of a Dataset here and now, on no cluster; `BadResponse` where it is damaged."""
    try:
        return lazy.load(scheduler="threads")
    except EtolibError:
        raise
    except Exception as error:  # whatever a codec or a file format raises
        raise BadResponse(say("grid_damaged", error=str(error)[:200]), suggestion=say("grid_get_it_again")) from error


def has_values(dataset: Any, times: Times, rows: slice, cell: Cell) -> bool:
    """Return whether a cell has a temperature on any of some rows, by a few of them."""
    name = _probe(dataset, times)
    at = sorted({rows.start, (rows.start + rows.stop) // 2, max(rows.stop - 1, rows.start)})
    return rows.stop == rows.start or any(
        bool(np.isfinite(np.asarray(_at(dataset[name], times, i, cell), dtype=float)).any()) for i in at
    )


def _at(array: Any, times: Times, row: int, cell: Cell) -> Any:
    return _loaded(array.isel({times.dim: row, **cell.at})).to_numpy()


def _probe(dataset: Any, times: Times) -> str:
    """Return the variable by which land is told from sea: one of the temperatures."""
    names = [n for n in days.names_needed(dataset, ("tmax", "tmin", "temperature")) if times.dim in dataset[n].dims]
    if not names:
        days.need_temperatures({}, dataset)
    return names[0]


def nearest_with_values(
    dataset: Any, times: Times, rows: slice, cells: Lattice, site: Site, reach: float
) -> Cell | None:
    """Return the nearest cell with values within ``reach`` [km]; None where there is none."""
    if cells.axes:
        latitude, longitude = np.meshgrid(cells.latitude, cells.longitude, indexing="ij")
    else:
        latitude, longitude = cells.latitude, cells.longitude
    far = distances_km(site.latitude, site.longitude, latitude, longitude)
    places = np.argwhere(far <= reach)
    order = np.argsort([far[tuple(place)] for place in places], kind="stable")
    for place in places[order][:400]:
        at = tuple(int(i) for i in place)
        cell = Cell(dict(zip(cells.dims, at, strict=True)), float(latitude[at]),
                    (float(longitude[at]) + 180.0) % 360.0 - 180.0, 1.0, float(far[at]))  # fmt: skip
        if has_values(dataset, times, rows, cell):
            return cell
    return None


def of_whole(cells: list[Cell]) -> list[Cell]:
    """Return cells with weights that sum to one."""
    total = sum(cell.weight for cell in cells)
    return [dataclasses.replace(cell, weight=cell.weight / total) for cell in cells]


def climate(dataset: Any) -> list[Text]:
    """Return what to say where the days of a Dataset are no weather of their dates: a free run of a climate model."""
    attributes = {str(name): str(value).lower() for name, value in dataset.attrs.items()}
    experiment = (
        attributes.get("experiment_id") or attributes.get("driving_experiment_name") or attributes.get("experiment", "")
    )
    if experiment and not any(word in experiment for word in ("evaluation", "reanalysis", "era", "none")):
        return [say("grid_climate_simulation", name=experiment)]
    return []


def check_radiation(frame: pd.DataFrame, latitude: float) -> None:
    """Raise `InputError` where radiation as a whole is far from what the sun can give: sums and means mistaken.

    The mean of hours taken for the sum of a day is a 24th of it, the least of dark weeks a tenth of what reaches the
    top of the atmosphere.
    """
    if "rs" not in frame:
        return
    day = pd.DatetimeIndex(frame.index).day_of_year.to_numpy().astype(float)
    top = np.asarray(extraterrestrial_radiation(latitude, day), dtype=float)
    share = (frame["rs"].to_numpy() / np.where(top > _LIGHT, top, np.nan))[:, None]
    share = share[np.isfinite(share)]
    if share.size < _ENOUGH or (share.max() > _DARKEST and np.median(share) < _BRIGHTEST):
        return
    shown = f"{100 * float(np.median(share)):.0f}"
    raise InputError([Problem("rs", f"{shown} %", say("grid_radiation_unlikely"), say("grid_say_radiation"))])


def of_days(dataset: Any, times: Times, site: Site) -> list[Text]:
    """Return what to say where the days of a Dataset may begin at another hour than those of the place."""
    if not times.daily or not site.utc_offset or day_of_dataset(dataset) != AS_COUNTED:
        return []
    return [say("grid_days_as_counted", offset=f"{site.utc_offset:+d}")]


def day_of_dataset(dataset: Any) -> str:
    """Return how a daily Dataset counts its days, as far as it says."""
    for name in ("time_standard", "day_definition"):
        if name in dataset.attrs:
            return str(dataset.attrs[name])[:100]
    return AS_COUNTED
