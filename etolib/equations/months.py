"""The means of the calendar months of a record, for the equations that are made for months.

A month of a year counts where at least `SHARE` of its days are known; its mean then stands on each of its days. The
heat index is that of the record: of the mean of every calendar month over its years.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from etolib.equations.temperature import MONTHS, heat_index
from etolib.errors import InputError, Problem
from etolib.words import say

SHARE = 0.8
"""Least share of the days of a month that must be known for it to have a mean."""

OF_MONTHS: dict[str, tuple[str, str]] = {
    "tmin_of_month": ("degC", "mean of the month of the daily minimum air temperature"),
    "tmax_of_month": ("degC", "mean of the month of the daily maximum air temperature"),
    "rain_of_month": ("mm", "precipitation of the month"),
    "heat_index": ("1", "heat index of Thornthwaite"),
}
"""Unit and words of what is made here, by name."""


def of_months(given: Mapping[str, Any], time: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """Return the inputs of months of a record, one value per day.

    Parameters
    ----------
    given : mapping of str to xarray.DataArray
        ``tmin`` and ``tmax``, and ``precipitation`` where ``rain_of_month`` is asked for; along the days of ``time``.
    time : xarray.DataArray
        The days: a coordinate of dates, of any calendar.
    names : tuple of str
        Which of `OF_MONTHS`.

    Returns
    -------
    dict of str to xarray.DataArray
        NaN on the days of months of which too little is known.

    Raises
    ------
    InputError
        Where ``heat_index`` is asked for and the record lacks a calendar month.

    Examples
    --------
    >>> import pandas as pd, xarray as xr
    >>> time = xr.DataArray(pd.date_range("2023-01-01", "2023-02-10"), dims="time", name="time")
    >>> tmin = xr.DataArray(np.arange(41.0), dims="time", coords={"time": time})
    >>> found = of_months({"tmin": tmin, "tmax": tmin + 10}, time, ("tmin_of_month",))["tmin_of_month"]
    >>> float(found[0]), float(found[-1])
    (15.0, nan)
    """
    days = time.drop_vars(time.name) if time.name in time.coords else time
    key = (days.dt.year * MONTHS + days.dt.month).rename("month_of_record")
    lengths = days.dt.days_in_month

    def mean(name: str) -> Any:
        array = given[name].drop_vars(time.name, errors="ignore")
        groups = array.groupby(key)
        known = groups.count(time.dims[0])
        length = lengths.groupby(key).first()
        return groups.mean(time.dims[0]).where(known >= SHARE * length)

    def on_days(of_month: Any) -> Any:
        return of_month.sel(month_of_record=key).drop_vars("month_of_record")

    found = {}
    for name, variable in (("tmin_of_month", "tmin"), ("tmax_of_month", "tmax")):
        if name in names:
            found[name] = on_days(mean(variable))
    if "rain_of_month" in names:
        found["rain_of_month"] = on_days(mean("precipitation")) * lengths
    if "heat_index" in names:
        found["heat_index"] = _heat_index((mean("tmin") + mean("tmax")) / 2, key, lengths)
    return {
        name: array.assign_coords({time.name: time}) if time.dims[0] in array.dims else array
        for name, array in found.items()
    }


def _heat_index(means: Any, key: Any, lengths: Any) -> Any:
    """Return the heat index of the mean year of a record."""
    import xarray as xr

    counts = xr.ones_like(lengths).groupby(key).sum()
    whole = counts >= SHARE * lengths.groupby(key).first()
    calendar = (means["month_of_record"] - 1) % MONTHS + 1
    there = len(np.unique(calendar.to_numpy()[whole.to_numpy()]))
    if there < MONTHS:
        rule = say("needs_all_months", percent=round(SHARE * 100), count=there)
        raise InputError([Problem("time", there, rule, say("take_a_longer_record"))])
    year = means.groupby(calendar.rename("calendar_month")).mean("month_of_record")
    return xr.apply_ufunc(
        heat_index,
        year.chunk({"calendar_month": -1}) if year.chunks else year,
        input_core_dims=[["calendar_month"]],
        kwargs={"axis": -1},
        dask="parallelized",
        output_dtypes=[float],
    )
