"""Numbers of days that stand for none though they could be weather: zeros and their like far from all others."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from etolib.sources.canonical import in_words
from etolib.words import Text, say

CODES = (0.0, -0.1, -1.0, -9.0, -9.9, -17.8)
"""Temperatures that programs write for none; the last is 0 °F. [degC]"""

AROUND = 15
"""Days to either side that a temperature is set beside."""

FAR, AT_LEAST = 4.0, 8.0
"""Robust standard deviations, and K, by which a code lies beyond the days around it."""

SEASON, NEAR = 30, 2.0
"""Days of the year, and K, within which another value of the record shows that a code may be weather."""

CALM = 0.4
"""Mean wind of a day below which some of a record lie where a calm day is weather. [m s-1]"""

LONG_CALM = 5
"""Days without any wind after each other that no anemometer in order shows."""

COUNTED = 20
"""Days from which a rain that never falls is a counter."""


def without(frame: pd.DataFrame, warnings: list[Text]) -> pd.DataFrame:
    """Return days without numbers that stand for none.

    Parameters
    ----------
    frame : pandas.DataFrame
        Canonical columns by day: the whole record.
    warnings : list of Text
        Grows by what is left out.

    Examples
    --------
    >>> days = pd.date_range("2023-07-01", periods=12)
    >>> said = []
    >>> frame = without(pd.DataFrame({"tmin": [14.0, 15.1, 0.0, *[14.6, 13.2, 15.5] * 3]}, index=days), said)
    >>> int(frame["tmin"].isna().sum()), str(said[0])
    (1, 'tmin: 0 on 2023-07-03 is far from the days around and a number that stands for none; it counts as missing')
    """
    kept = {str(name): frame[name].to_numpy(float, copy=True) for name in frame.columns}
    days = pd.DatetimeIndex(frame.index)
    for name in ("tmin", "tmax", "tmean"):
        if name in kept:
            code = np.isclose(kept[name][:, None], CODES, atol=0.03).any(axis=1) & _apart(kept[name])
            code &= _alone(kept[name], code, days)
            _leave(kept[name], code, name, days, warnings)
    if "u2" in kept:
        still = _windless(kept["u2"])
        if still.any():
            warnings.append(say("days_without_wind", count=int(still.sum()), days=in_words(days[still])))
            kept["u2"][still] = np.nan
    if "precipitation" in kept and _counts_up(kept["precipitation"]):
        warnings.append(say("counts_up_over_days", variable="precipitation"))
        del kept["precipitation"]
    return pd.DataFrame(kept, index=frame.index)


def _leave(
    values: NDArray[np.float64], code: NDArray[np.bool_], name: str, days: pd.DatetimeIndex, warnings: list[Text]
) -> None:
    """Empty the values that are codes, and say which."""
    if code.any():
        value = f"{values[int(np.argmax(code))]:.4g}"
        warnings.append(say("number_for_none", variable=name, value=value, days=in_words(days[code])))
        values[code] = np.nan


def _apart(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which values lie far from the days around them."""
    series = pd.Series(values)
    around = series.rolling(2 * AROUND + 1, center=True, min_periods=8)
    middle = around.median()
    spread = 1.4826 * (series - middle).abs().rolling(2 * AROUND + 1, center=True, min_periods=8).median()
    return np.asarray((series - middle).abs() > np.maximum(AT_LEAST, FAR * spread), dtype=bool)


def _alone(values: NDArray[np.float64], code: NDArray[np.bool_], days: pd.DatetimeIndex) -> NDArray[np.bool_]:
    """Return which codes have no other value of the record near them at their season, in whatever year."""
    alone: NDArray[np.bool_] = code.copy()
    day = days.day_of_year.to_numpy()
    for i in np.flatnonzero(code):
        apart = np.abs(day - day[i])
        season = np.minimum(apart, 366 - apart) <= SEASON
        near = (np.abs(values - values[i]) <= NEAR) & ~np.isclose(values, values[i], atol=0.03)
        alone[i] = not (season & near).any()
    return alone


def _windless(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return the days whose wind of zero is that of a sensor that stands, or no value."""
    zero = values == 0
    some = values[np.isfinite(values) & ~zero]
    if not zero.any() or len(some) < 5:
        return np.zeros(len(values), bool)
    if np.quantile(some, 0.05) >= CALM:
        return np.asarray(zero, dtype=bool)
    run = pd.Series(zero).groupby((~zero).cumsum()).transform("sum").to_numpy()
    return np.asarray(zero & (run >= LONG_CALM), dtype=bool)


def _counts_up(values: NDArray[np.float64]) -> bool:
    """Return whether a rain never falls from one day to the next, and rises again and again."""
    steps = np.diff(values[np.isfinite(values)])
    return len(steps) + 1 >= COUNTED and bool((steps >= 0).all()) and int((steps > 0).sum()) >= 3
