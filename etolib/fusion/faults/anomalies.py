"""Measures two files are compared by: anomalies, their correlation, distances in robust standard deviations."""

from __future__ import annotations

import numpy as np
import pandas as pd

from etolib.equations.sun import extraterrestrial_radiation
from etolib.site import Site

MIN_DAYS = 90
"""Days two sources must share before one is judged by the other: a season; below it a correlation may be chance."""


DARK_RA = 5.0
"""Extraterrestrial radiation up to which a day counts as of the dark season. [MJ m-2 day-1]"""


def anomaly(values: pd.Series) -> pd.Series:
    """Return values less the median of their calendar month."""
    return values - values.groupby(pd.DatetimeIndex(values.index).month).transform("median")


def anomalies(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the anomalies of the variables two sources are compared by."""
    return pd.DataFrame({v: anomaly(frame[v]) for v in ("tmax", "tmin", "rhmean", "rs", "u2") if v in frame})


def agreement(one: pd.DataFrame, two: pd.DataFrame, lag: int = 0) -> float | None:
    """Return the median correlation of two tables of anomalies, None with fewer than `MIN_DAYS` shared days.

    ``lag`` moves the first table by days.
    """
    found = []
    for variable in one.columns.intersection(two.columns):
        a, b = one[variable].shift(lag).to_numpy(float), two[variable].to_numpy(float)
        both = np.isfinite(a) & np.isfinite(b)
        if both.sum() >= MIN_DAYS and a[both].std() > 0 and b[both].std() > 0:
            found.append(float(np.corrcoef(a[both], b[both])[0, 1]))
    return float(np.median(found)) if found else None


def robust_score(values: pd.Series) -> pd.Series:
    """Return how many robust standard deviations each value lies from the median of its month (absolute).

    The month of all years and its neighbours, where they hold `MIN_DAYS` values; else nothing is judged (NaN).
    """
    score = pd.Series(np.nan, index=values.index)
    month = pd.DatetimeIndex(values.index).month.to_numpy()
    array = values.to_numpy(float)
    for number in np.unique(month):
        near = np.isin(month, [(number - 2) % 12 + 1, number, number % 12 + 1]) & np.isfinite(array)
        if near.sum() < MIN_DAYS:
            continue
        centre = np.median(array[near])
        deviation = 1.4826 * np.median(np.abs(array[near] - centre))
        if deviation > 0:
            rows = month == number
            score.iloc[np.flatnonzero(rows)] = np.abs(array[rows] - centre) / deviation
    return score


def top_of_atmosphere(frame: pd.DataFrame, site: Site) -> pd.Series:
    """Return extraterrestrial radiation of each day. [MJ m-2 day-1]"""
    day = pd.DatetimeIndex(frame.index).day_of_year.to_numpy().astype(float)
    return pd.Series(np.asarray(extraterrestrial_radiation(site.latitude, day)), index=frame.index)


def extraterrestrial(frame: pd.DataFrame, site: Site) -> pd.Series:
    """Return extraterrestrial radiation of each day, NaN in the dark season. [MJ m-2 day-1]"""
    ra = top_of_atmosphere(frame, site)
    return ra.where(ra > DARK_RA)
