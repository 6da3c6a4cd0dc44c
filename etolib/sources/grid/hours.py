"""From the hours of a cell (or steps of two, three, six ...) to days of local solar time.

A day is the 24 hours from midnight of the solar time round(longitude / 15), as everywhere in etolib; one that lacks an
hour has no value. Wind is the mean of the speeds of the hours, not the speed of their mean.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from etolib.equations.model_names import EASTWARD, SPECIFIC, find, understand
from etolib.errors import InputError, Problem
from etolib.site import Site
from etolib.sources import daily
from etolib.sources.grid import amounts
from etolib.sources.grid.days import NEGATIVE, Told, need_temperatures
from etolib.sources.grid.options import Options
from etolib.sources.grid.runs import PER_STEP
from etolib.sources.grid.times import Times
from etolib.units import convert, is_rate
from etolib.words import say

COLUMNS = {"temperature": "temperature", "tmin": "temperature_low", "tmax": "temperature_high", "tdew": "dewpoint",
           "ea": "ea", "rhmean": "rh", "u2": "wind2", "pressure": "pressure", "cloud": "cloud"}  # fmt: skip
"""What the values of a moment or an hour are called on the way to days (`etolib.sources.daily.to_days`)."""

AMOUNTS = ("rs", "precipitation")

SINCE_BEGINNING = ("RAINC", "RAINNC", "RAINSH")
"""The parts of WRF's rain, each summed up since the simulation began. [mm]"""

SPARSE = 6.0
"""Steps from here on do not show the extremes of the day. [h]"""

_ECMWF = ("ssrd", "tp", "mx2t", "mn2t", "surface_solar_radiation_downwards", "total_precipitation")
_HOUR = pd.Timedelta(hours=1)


@dataclass(frozen=True)
class Hours:
    """What the hours of a cell, or of many, are made of."""

    point: Any
    times: Times
    options: Options
    axis: pd.DatetimeIndex
    told: Told

    def instants(self, values: np.ndarray) -> np.ndarray:
        """Return values at each whole hour, by straight lines over no more than a step."""
        moments = list(pd.DatetimeIndex(self.times.moments))
        return np.asarray(daily.from_instants(moments, values, self.axis, reach=self.times.step))

    def spread(self, values: np.ndarray, starts: np.ndarray, *, total: bool) -> np.ndarray:
        """Return for each hour the value of its interval, or its share of a total."""
        count = round(self.times.step)
        begin = (pd.DatetimeIndex(starts) - self.axis[0]) / _HOUR
        first = np.round(np.asarray(begin, dtype=float)).astype(int)
        out = np.full((len(self.axis) + 2 * count, *values.shape[1:]), np.nan)
        for k in range(count):
            out[first + k + count] = values / count if total else values
        return out[count : count + len(self.axis)]

    def starts(self, name: str, attributes: Mapping[str, Any], source: str) -> np.ndarray:
        """Return where the intervals of a variable begin; `InputError` where nothing says it."""
        step = np.timedelta64(round(self.times.step * 60), "m")
        if self.options.label is not None:
            return self.times.moments - {"start": step * 0, "middle": step // 2, "end": step}[self.options.label]
        if self.times.starts is not None:
            return self.times.starts
        if source in _ECMWF or any(str(key).startswith("GRIB_") for key in attributes):
            return self.times.moments - step
        raise InputError([Problem(source, f"{self.times.step:g} h", say("grid_label_unknown"), say("grid_say_label"))])


def names_of_amounts(dataset: Any) -> list[str]:
    """Return the variables in which WRF gives its rain."""
    return [name for name in SINCE_BEGINNING if name in dataset.data_vars]


def hourly_days(
    point: Any, times: Times, site: Site, options: Options, height: float | None, told: Told
) -> pd.DataFrame:
    """Return canonical columns by local solar day of the series of one cell.

    As `etolib.sources.grid.days.daily_frame`, of steps shorter than a day; ``site`` gives the solar day, ``options``
    are those of the grid.
    """
    point, times = in_order(point, times, told)
    named, said = understand(point, tuple(COLUMNS), options.units, height)
    told(*said)
    if not len(times.moments):
        _check_names(named, times)
        return pd.DataFrame(index=pd.DatetimeIndex([], name="date"))
    _check_names(named, times)
    hours = Hours(point, times, options, hours_of(times), told)
    axis = hours.axis
    columns = columns_of(hours, named, AMOUNTS)
    days = daily.to_days(pd.DataFrame(columns, index=axis), site)
    if "tmean" in days and times.step > 1.0 and "temperature_high" not in columns:
        told(say("grid_extremes_of_steps", hours=f"{times.step:g}"))
    told(say("grid_days_of_hours", offset=f"{site.utc_offset:+d}"))
    _tell_incomplete(days, columns, axis, site, told)
    return days


def hours_of(times: Times) -> pd.DatetimeIndex:
    """Return the whole hours that the intervals and moments of times touch."""
    begin = pd.Timestamp(times.moments[0]).floor("h") - pd.Timedelta(hours=times.step)
    return pd.date_range(begin, pd.Timestamp(times.moments[-1]).ceil("h"), freq="h")


def columns_of(hours: Hours, named: Any, wanted: Sequence[str]) -> dict[str, np.ndarray]:
    """Return the columns of `etolib.sources.daily.to_days` by hour, of one cell or of many beside it. (n, ...)

    Parameters
    ----------
    hours : Hours
    named : xarray.Dataset
        Its point, as `etolib.equations.model_names.understand` names it; dimensions in order, time first.
    wanted : sequence of str
        Which of `AMOUNTS`.
    """
    columns = {COLUMNS[name]: _of_moments(hours, named, name) for name in COLUMNS if name in named.variables}
    for name in wanted:
        values = _of_amounts(hours, name)
        if values is not None:
            columns[name] = values
    return columns


def in_order(point: Any, times: Times, told: Told) -> tuple[Any, Times]:
    """Return a series and its times in order, each time once, those of no date left out."""
    moments, first = np.unique(times.moments, return_index=True)
    first = first[~np.isnat(moments)]
    if len(first) < int((~np.isnat(times.moments)).sum()):
        told(say("grid_times_twice"))
    starts = None if times.starts is None else times.starts[first]
    return point.isel({times.dim: first}), Times(times.dim, times.moments[first], times.step, starts, times.calendar)


def _check_names(named: Any, times: Times) -> None:
    """Raise `InputError` where the extremes of the temperature cannot be had."""
    extremes = {"tmin", "tmax"} <= set(map(str, named.variables))
    if "temperature" not in named.variables and not extremes:
        need_temperatures({}, named)
    if times.step >= SPARSE and not extremes:
        rule = say("grid_too_sparse")
        raise InputError([Problem("temperature", f"{times.step:g} h", rule, say("grid_give_extremes"))])


def _source_of(point: Any, name: str) -> tuple[str, Mapping[str, Any]]:
    """Return the variable that stands for a canonical one, and its attributes."""
    if name in point.variables:
        return name, point[name].attrs
    found = find(point, name)
    if found is not None:
        return found.source, found.array.attrs
    parts = [part for part in (*EASTWARD, *SPECIFIC) if part in point.variables]
    return (parts[0], point[parts[0]].attrs) if parts else (name, {})


def _of_moments(hours: Hours, named: Any, name: str) -> np.ndarray:
    """Return a variable that is a state or its mean or extreme over a step, by hour."""
    source, attributes = _source_of(hours.point, name)
    values = named[name].to_numpy().astype(float)
    unit = named[name].attrs.get("units") or (hours.options.units.get(name) if name in hours.point.variables else None)
    values = values if unit is None else np.asarray(convert(values, name, str(unit)))
    methods = str(attributes.get("cell_methods", "")) + str(attributes.get("GRIB_stepType", ""))
    whole = (hours.times.moments == hours.times.moments.astype("datetime64[h]")).all()
    extreme = name in ("tmin", "tmax")
    if extreme or not whole or (re.search(r"time: (mean|max|min)|avg|max|min", methods) and "point" not in methods):
        return hours.spread(values, hours.starts(name, attributes, source), total=False)
    return hours.instants(values)


def _of_amounts(hours: Hours, name: str) -> np.ndarray | None:
    """Return radiation [MJ m-2] or rain [mm] of each hour; None where the Dataset has none."""
    point, times = hours.point, hours.times
    rain = names_of_amounts(point) if name == "precipitation" else []
    if rain:
        total = np.sum([point[part].to_numpy().astype(float) for part in rain], axis=0)
        hours.told(say("grid_since_beginning", variable=name, name=repr(rain[0])))
        amount = amounts.per_step(total, times.moments, times.step, "run")
        return hours.spread(amount, times.moments - np.timedelta64(round(times.step * 60), "m"), total=True)
    found = find(point, name) if name not in point.variables else None
    if found is None and name not in point.variables:
        return None
    array = point[name] if found is None else found.array
    source = str(array.name)
    unit = hours.options.units.get(name, array.attrs.get("units"))
    if unit is None:
        raise InputError([Problem(source, None, say("states_no_unit"), say("give_its_unit", name=name))])
    values = np.asarray(convert(array.to_numpy().astype(float), name, str(unit)))
    values = np.where((values < 0) & (values > NEGATIVE[name]), 0.0, values)
    hours.told(say("variable_taken_for", variable=name, name=repr(source)))
    if is_rate(str(unit)):
        if source == "SWDOWN" or "time: point" in str(array.attrs.get("cell_methods", "")):
            return _of_instant_rates(hours, values, name) / 24.0
        return hours.spread(values, hours.starts(name, array.attrs, source), total=False) / 24.0
    kind = _kind(hours, values, source, name)
    if kind != "step":
        hours.told(say("grid_since_midnight" if kind == "day" else "grid_since_beginning", variable=name,
                       name=repr(source)))  # fmt: skip
        ends = times.moments
        return hours.spread(
            amounts.per_step(values, ends, times.step, kind), ends - np.timedelta64(round(times.step * 60), "m"),
            total=True,
        )  # fmt: skip
    return hours.spread(values, hours.starts(name, array.attrs, source), total=True)


def _of_instant_rates(hours: Hours, values: np.ndarray, name: str) -> np.ndarray:
    """Return the mean of each hour of a rate that is known at moments: of its values at both ends."""
    hours.told(say("grid_rate_of_moments", variable=name))
    at = hours.instants(values)
    return np.asarray((at + np.concatenate([at[1:], np.full_like(at[:1], np.nan)])) / 2.0)


def _kind(hours: Hours, values: np.ndarray, source: str, name: str) -> amounts.Kind:
    """Return how amounts are summed up: as a person says, as the radiation shows, as they show themselves."""
    if PER_STEP in hours.point[source].attrs:
        return "step"
    if hours.options.accumulated is not None:
        return hours.options.accumulated
    moments, step = hours.times.moments, hours.times.step
    sun = find(hours.point, "rs") if "rs" not in hours.point.variables else None
    radiation = hours.point["rs"] if "rs" in hours.point.variables else None if sun is None else sun.array
    if radiation is not None and not is_rate(str(radiation.attrs.get("units", "W m-2"))):
        found = amounts.kind_of(radiation.to_numpy().astype(float), moments, step, radiation=True)
        own = amounts.kind_of(values, moments, step, radiation=False)
        # Rain that falls from one step to the next is no sum, whatever the radiation is.
        agree = name == "rs" or own is None or own == found or not np.nanmax(values, initial=0.0) > 0
        if found is not None and agree:
            return found
    else:
        found = amounts.kind_of(values, moments, step, radiation=False)
        if found is not None:
            return found
    raise InputError([Problem(source, None, say("grid_accumulated_unknown"), say("grid_say_accumulated"))])


def _tell_incomplete(
    days: pd.DataFrame, columns: Mapping[str, np.ndarray], axis: pd.DatetimeIndex, site: Site, told: Told
) -> None:
    """Say of how many days some hours are there and some are not."""
    local = (axis + pd.Timedelta(hours=site.utc_offset)).normalize()
    name = "temperature" if "temperature" in columns else "temperature_high"
    there = pd.Series(np.isfinite(columns[name]), index=local).groupby(level=0).sum()
    inner = there.iloc[1:-1]
    count = int(((inner > 0) & (inner < 24)).sum())
    if count:
        told(say("grid_days_incomplete", count=count))
