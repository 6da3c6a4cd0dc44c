"""What the water balance takes from a result or a table: days without a gap, and what is absent as NaN."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from etolib import dates
from etolib.equations.air import saturation_vapour_pressure
from etolib.equations.table_dates import with_dates
from etolib.errors import InputError, Problem
from etolib.quantities import without_unit
from etolib.variables import VARIABLES
from etolib.water.single import minimum_humidity
from etolib.words import say

if TYPE_CHECKING:
    import pandas as pd

MOST = 2000
"""Depth of water of one day at most [mm]."""

_READ = ("eto", "precipitation", "irrigation", "u2", "rhmin", "ea", "tdew", "tmin", "tmax")


def daily(data: Any) -> pd.DataFrame:
    """Return a table of every day from the first to the last, index dates; absent days and cells are NaN.

    Parameters
    ----------
    data : Result or pandas.DataFrame
        With ``eto``, ``precipitation`` [mm day-1], and where they are there ``irrigation``, ``u2``, ``rhmin``, ``ea``,
        ``tdew``, ``tmin``, ``tmax`` in the units of `etolib.variables`.

    Returns
    -------
    pandas.DataFrame
        Columns eto, precipitation, irrigation, u2, rhmin.

    Raises
    ------
    InputError
        Where eto or precipitation is no column, a day stands there twice, or a number cannot be water.
    """
    import pandas as pd

    frame = getattr(data, "table", data)
    if not isinstance(frame, pd.DataFrame):
        raise InputError([Problem("data", type(data).__name__, say("must_be_daily_weather"))])
    problems: list[Problem] = []
    table = with_dates(frame, None, _READ, problems)
    if not problems:
        for name in ("eto", "precipitation"):
            if name not in table.columns:
                problems.append(Problem(name, None, say("is_missing"), say("columns_are", names=list(table.columns))))
        if not table.index.is_unique:
            day = table.index[table.index.duplicated()][0]
            problems.append(Problem("date", str(day)[:10], say("stands_there_twice"), say("keep_one_row_a_day")))
    if problems or not len(table):
        raise InputError(problems or [Problem("data", None, say("is_missing"))])
    columns = {name: _numbers(table[name], name, problems) for name in _READ if name in table.columns}
    if problems:
        raise InputError(problems)
    index = pd.PeriodIndex(table.index, freq="D").to_timestamp() if hasattr(table.index, "qyear") else table.index
    bare = pd.DataFrame(columns, index=pd.DatetimeIndex(index).tz_localize(None).normalize()).sort_index()
    whole = bare.reindex(pd.date_range(bare.index[0], bare.index[-1], name="date"))
    whole["rhmin"] = _rhmin(whole)
    if "irrigation" in whole:
        whole["irrigation"] = whole["irrigation"].fillna(0.0)  # where none is noted, none was given
    return whole.reindex(columns=["eto", "precipitation", "irrigation", "u2", "rhmin"])


def _numbers(values: Any, name: str, problems: list[Problem]) -> np.ndarray:
    """Return a column as floats; what cannot be that variable is a problem."""
    import pandas as pd

    try:
        numbers = pd.to_numeric(without_unit(values, "precipitation" if name == "irrigation" else name))
        found: np.ndarray = numbers.to_numpy(float, na_value=np.nan)
    except (TypeError, ValueError):
        problems.append(Problem(name, str(values.dtype), say("not_a_column_of_numbers")))
        return np.full(len(values), np.nan)
    bounds = VARIABLES["precipitation" if name == "irrigation" else name]
    low, high = (-2.0 if name == "eto" else bounds.lower), bounds.upper  # a winter's night can outweigh its day
    wrong = (found < low) | (found > high)
    if wrong.any():
        rule = say("must_be_number_between", low=low, high=high)
        problems.append(Problem(name, float(found[wrong][0]), rule))
    return found


def _rhmin(table: pd.DataFrame) -> np.ndarray:
    """Return the minimum relative humidity [%]: given, else of vapour pressure, dew point or Tmin (Eqs. 63 and 64)."""
    found = table["rhmin"].to_numpy(float) if "rhmin" in table else np.full(len(table), np.nan)
    if "tmax" not in table:
        return found
    pressures = []
    if "ea" in table:
        pressures.append(table["ea"].to_numpy(float))
    pressures += [saturation_vapour_pressure(table[name].to_numpy(float)) for name in ("tdew", "tmin") if name in table]
    for pressure in pressures:
        found = np.where(np.isnan(found), minimum_humidity(pressure, table["tmax"].to_numpy(float)), found)
    return found


def climatology_days(data: Any) -> int:
    """Return how many days of a result are of the climatology; 0 of a table that does not say."""
    table = getattr(data, "table", data)
    return int((table["kind"] == "climatology").sum()) if "kind" in table else 0


def depths(given: Any, index: pd.Index[Any], name: str) -> np.ndarray:
    """Return depths by date as one a day [mm]: a number for every day, a Series or a mapping of dates; else 0.

    Raises
    ------
    InputError
        Where a date lies outside the days, or a depth is negative, more than `MOST`, or none.
    """
    import pandas as pd

    if given is None:
        return np.zeros(len(index))
    if not isinstance(given, Mapping | pd.Series):
        found = np.asarray(given, float)
        if found.shape not in ((), (1,), (len(index),)):
            raise InputError([Problem(name, list(found.shape), say("must_have_values", number=len(index)))])
        found = np.broadcast_to(found, len(index)).copy()
    else:
        series = pd.Series(dict(given), dtype=float)
        when = pd.DatetimeIndex([as_date(key, name) for key in series.index])
        outside = ~when.isin(index)
        if outside.any():
            allowed = f"{index[0].date()}/{index[-1].date()}"
            rule = say("choose_dates_within", allowed=allowed)
            raise InputError(
                [Problem(name, str(when[outside][0].date()), say("day_not_in_result", period=allowed), rule)]
            )
        found = pd.Series(series.to_numpy(), when).groupby(level=0).sum().reindex(index, fill_value=0.0).to_numpy()
    possible = (found >= 0) & (found <= MOST)
    if not possible.all():
        raise InputError([Problem(name, float(found[~possible][0]), say("must_be_number_between", low=0, high=MOST))])
    return found


def with_rain(days: pd.DataFrame, rain: Any) -> tuple[pd.DataFrame, int]:
    """Return days with the rain of another gauge on the dates it has, and how many these are."""
    if rain is None or not len(rain):
        return days, 0
    fallen = depths(rain, days.index, "rain")
    when = days.index.isin([as_date(key, "rain") for key in dict(rain)])
    return days.assign(precipitation=np.where(when, fallen, days["precipitation"])), int(when.sum())


def as_date(value: Any, name: str) -> dt.date:
    """Return a date of a date, a moment or text YYYY-MM-DD; InputError where it is none.

    >>> as_date("2024-03-01", "planting")
    datetime.date(2024, 3, 1)
    """
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        day: dt.date = dates.read([value], None, name=name).days[0].astype("datetime64[D]").astype(object)
    except InputError:
        raise InputError([Problem(name, value, say("is_not_a_date"), say("write_date_like"))]) from None
    return day
