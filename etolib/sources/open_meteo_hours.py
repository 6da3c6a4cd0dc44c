"""Hours of Open-Meteo that make days: read from an answer, and laid out as 24 of each local solar day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from etolib.equations.sun import extraterrestrial_radiation_hourly
from etolib.site import Site
from etolib.sources import canonical

MISSING = 0.01
"""Share of a day's radiation above the air that may lie in hours without a value. A round prior: the first and last
light of a day, where satellites see nothing and little is lost. [1]"""

HIGH_SUN = 0.5
"""Share of the day's highest hour above which no hour is dark: under the thickest cloud some percent come through."""


def read(data: Any, names: Iterable[str]) -> tuple[list[dt.datetime], dict[str, np.ndarray], list[str]]:
    """Return the hours of an answer, the values by name, and the names it has nothing of.

    Parameters
    ----------
    data : dict
        The answer for one place.
    names : iterable of str
        What was asked.

    Raises
    ------
    ValueError
        Where the answer has no hours.
    """
    values_of, units = data["hourly"], data["hourly_units"]
    times = values_of["time"]
    if not isinstance(times, list):
        raise ValueError("the dates are missing")
    stamps = [dt.datetime.fromisoformat(text) for text in times]
    found, missing = {}, []
    for name in names:
        values = canonical.numbers(values_of[name], len(stamps)) if name in values_of else None
        if values is None or (units.get(name) == "undefined" and np.isnan(values).all()):
            missing.append(name)
        else:
            found[name] = values
    return stamps, found, missing


def days_of(hours: pd.DataFrame, most: int, what: str) -> pd.DatetimeIndex:
    """Return the days that hours span, none where there are none; ValueError where they span more than ``most``."""
    if hours.empty:
        return pd.DatetimeIndex([], name="date")
    first, last = hours.index[0].normalize(), hours.index[-1].normalize()
    if last - first > pd.Timedelta(days=most):
        raise ValueError(f"the hours span more than {what}")
    return pd.date_range(first, last, freq="D", name="date")


def laid_out(values: pd.Series, days: pd.DatetimeIndex, *, labelled_at_end: bool) -> np.ndarray:
    """Return the hours of each day, NaN where absent; shape (days, 24).

    Parameters
    ----------
    values : pandas.Series
        By hour.
    days : pandas.DatetimeIndex
        One or more, without a gap.
    labelled_at_end : bool
        Whether a value is of the hour that ends at its label.
    """
    begin = days[0] + pd.Timedelta(hours=1 if labelled_at_end else 0)
    axis = pd.date_range(begin, periods=24 * len(days), freq="h")
    return values.reindex(axis).to_numpy(dtype=float).reshape(len(days), 24)


def sunlight(site: Site, days: pd.DatetimeIndex) -> np.ndarray:
    """Return the radiation above the air in each hour of local solar days; shape (days, 24). [MJ m-2]

    >>> sunlight(Site(0.0, 0.0), pd.date_range("2024-03-20", periods=1))[0, [2, 12]].round(1).tolist()
    [0.0, 4.9]
    """
    number = days.day_of_year.to_numpy().astype(float)[:, None]
    hour = np.arange(24)[None, :] + 0.5
    found = extraterrestrial_radiation_hourly(
        site.latitude, site.longitude, number, hour, site.utc_offset, convention="asce2005"
    )
    return np.asarray(found, dtype=float)


def daily(hours: np.ndarray, light: np.ndarray) -> np.ndarray:
    """Return the radiation of days from their hours, NaN where a day is not whole; shape (days,). [MJ m-2 day-1]

    Parameters
    ----------
    hours : ndarray, shape (days, 24)
        NaN where absent. [MJ m-2]
    light : ndarray, shape (days, 24)
        Radiation above the air, see `sunlight`. [MJ m-2]

    Examples
    --------
    >>> light = sunlight(Site(0.0, 0.0), pd.date_range("2024-03-20", periods=3))
    >>> hours = 0.7 * light
    >>> hours[0, :5], hours[1, 10], hours[2, 12] = np.nan, np.nan, 0.0
    >>> daily(hours, light).round(1).tolist()
    [26.5, nan, nan]
    """
    with np.errstate(invalid="ignore"):
        high = light > HIGH_SUN * light.max(axis=1, keepdims=True)
        absent = np.isnan(hours) | (hours < 0) | (high & (hours <= 0))
    total = light.sum(axis=1)
    lost = np.where(absent, light, 0.0).sum(axis=1)
    whole = np.where(total > 0.1, lost <= MISSING * total, ~absent.any(axis=1)) & ~absent.all(axis=1)
    return np.where(whole, np.where(absent, 0.0, hours).sum(axis=1), np.nan)
