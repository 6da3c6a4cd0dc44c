"""Forecast runs (a time and a step, as GRIB files of ECMWF open) laid out along one time.

States stand at time + step. Amounts may be those of each step or summed up since the run began, which the attributes
do not tell: ``accum`` is said of both. Within a run a sum never falls and the radiation of hours falls every evening,
so the values tell, where the runs cover the hours of a day; else it is asked.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from etolib.equations.model_names import find
from etolib.errors import InputError, Problem
from etolib.sources.grid.amounts import NOISE
from etolib.units import is_rate
from etolib.words import say

STEP, TIME = "step", "time"
PER_STEP = "etolib_amounts"
"""Attribute of a variable that holds the amount of each step by now."""

AMOUNTS = ("rs", "precipitation")

_NOTHING: Literal["nothing"] = "nothing"
_RUNS = 8
"""Runs that are looked at."""
_CELLS = 3  # along each dimension


def flat(dataset: Any, accumulated: Literal["step", "day", "run"] | None = None) -> Any:
    """Return a Dataset of runs along ``valid_time`` alone; others as they are.

    Where several runs speak for a time the latest does.

    Parameters
    ----------
    dataset : xarray.Dataset
    accumulated : {"step", "day", "run"}, optional
        How amounts are summed up, where a person says it.

    Raises
    ------
    InputError
        Where the values do not tell how amounts are summed up.

    Examples
    --------
    >>> import xarray as xr
    >>> run = np.array(["2024-01-01T00", "2024-01-01T06"], dtype="datetime64[ns]")
    >>> step = np.array([6, 12], dtype="timedelta64[h]").astype("timedelta64[ns]")
    >>> t2m = ("time", "step"), [[1.0, 2.0], [3.0, 4.0]], {"units": "degC"}
    >>> flat(xr.Dataset({"t2m": t2m}, {"time": run, "step": step}))["t2m"].values
    array([1., 3., 4.])
    """
    if not _has_runs(dataset):
        return dataset
    runs, steps = dataset[TIME].to_numpy().astype("datetime64[ns]"), dataset[STEP].to_numpy()
    # Steps in order, runs too: of equal times the last that stands is that of the latest run.
    dataset = dataset.isel({TIME: np.argsort(runs, kind="stable"), STEP: np.argsort(steps, kind="stable")})
    runs, steps = np.sort(runs), np.sort(steps)
    dataset, first = _per_step(dataset, runs, steps, accumulated)
    dataset = dataset.isel({STEP: slice(first, None)})
    moments = (runs[:, None] + steps[None, first:]).ravel()
    last = len(moments) - 1 - np.unique(moments[::-1], return_index=True)[1]
    dropped = [name for name in ("valid_time", TIME, STEP) if name in dataset.coords]
    laid = dataset.drop_vars(dropped).stack(valid_time=(TIME, STEP), create_index=False)
    out = laid.isel(valid_time=last).assign_coords(valid_time=moments[last])
    for name in dataset.data_vars:
        out[name].attrs = dataset[name].attrs
    return out.transpose("valid_time", ...)


def _has_runs(dataset: Any) -> bool:
    return (
        {STEP, TIME} <= set(dataset.dims) & set(map(str, dataset.coords))
        and dataset[STEP].dtype.kind == "m"
        and dataset[TIME].dtype.kind == "M"
    )


def _per_step(dataset: Any, runs: np.ndarray, steps: np.ndarray, accumulated: str | None) -> tuple[Any, int]:
    """Return the Dataset with the amounts of each step, and the first step that has one (not that of the start)."""
    import xarray as xr

    names = [name for name in _amounts_of(dataset) if {STEP, TIME} <= set(dataset[name].dims)]
    if not names:
        return dataset, 0
    attributes = {name: dict(dataset[name].attrs) for name in names}
    first = int(steps[0] == np.timedelta64(0))
    kinds = _kinds(dataset, names, runs, steps, accumulated)
    gaps = np.unique(np.diff(steps[first:]))
    for name in names:
        if kinds[name] != "step":
            if kinds[name] != "run" or len(gaps) != 1 or steps[first] != gaps[0]:
                raise InputError([Problem(name, None, say("grid_accumulated_unknown"), say("grid_say_accumulated"))])
            sums = dataset[name].isel({STEP: slice(first, None)})
            amount = sums - sums.shift({STEP: 1}, fill_value=0.0)
            lost = dataset[name].isel({STEP: slice(0, first)}) * np.nan  # the start of a run has no amount
            dataset[name] = xr.concat([lost, amount], STEP) if first else amount
        dataset[name].attrs = {**attributes[name], PER_STEP: "of each step"}
    return dataset, first


def _kinds(
    dataset: Any, names: list[str], runs: np.ndarray, steps: np.ndarray, accumulated: str | None
) -> dict[str, str | None]:
    """Return how each amount is summed up; rain never falls by chance, too, and is then what the radiation is."""
    if accumulated is not None:
        return dict.fromkeys(names, accumulated)
    found: dict[str, str | None] = {name: _kind(dataset[name], runs, steps) for name in names}
    sun = names[0] if names[0] == _name_of(dataset, "rs") else None
    for name in names:
        if name != sun and found[name] == "run":
            found[name] = None if sun is None else found[sun]
            found[name] = None if found[name] == _NOTHING else found[name]
    return {name: "step" if kind == _NOTHING else kind for name, kind in found.items()}


def _amounts_of(dataset: Any) -> list[str]:
    """Return the variables that are amounts: radiation and rain that are no rates."""
    there = [name for of in AMOUNTS if (name := _name_of(dataset, of)) is not None]
    return [name for name in there if not is_rate(str(dataset[name].attrs.get("units", "")))]


def _name_of(dataset: Any, canonical: str) -> str | None:
    if canonical in dataset.data_vars:
        return canonical
    found = find(dataset, canonical)
    return None if found is None else found.source


def _kind(array: Any, runs: np.ndarray, steps: np.ndarray) -> Literal["step", "run", "nothing"] | None:
    """Return how an amount is summed up, by some cells of some runs; None where they do not tell."""
    others = [dim for dim in array.dims if dim not in (TIME, STEP)]
    picks = {dim: np.unique(np.linspace(0, array.sizes[dim] - 1, _CELLS).round().astype(int)) for dim in others}
    some = array.isel({TIME: slice(0, _RUNS), **picks}).transpose(TIME, STEP, ...).to_numpy().astype(float)
    if not np.isfinite(some).any() or not np.nanmax(some) > 0:
        return _NOTHING  # each reading gives the same
    change = np.diff(some, axis=1)
    noise = NOISE * float(np.nanmax(some))
    if (change < -noise).any():
        return "step"
    covered = np.unique((runs[:_RUNS, None] + steps).astype("datetime64[h]").astype(int) % 24)
    step = np.median(np.diff(steps)) / np.timedelta64(1, "h")
    whole = len(covered) * step >= 24 and (steps[-1] - steps[0]) >= np.timedelta64(6, "h")
    return "run" if whole and (change > noise).any() else None
