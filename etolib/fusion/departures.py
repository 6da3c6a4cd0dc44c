"""How far the ETo of a day may lie from the ETo of its usual weather.

A day drawn from long-term means (the embedded climatology, monthly means of an own station) has the usual weather, and
its date had another. How much another is known: temperature varies by a few kelvins in the tropics and by ten in a
continental winter, cloudiness has one distribution for each mean (Liu and Jordan 1960), wind varies by a third or so
anywhere. So the equation is applied to a set of weathers that could have been, which depart from the usual one
together as weather does (a clear day is drier and has the larger range), and the interval is what it gives in 95 of
100. It is lopsided where nature is: days cannot be clearer than clear, and winter ETo ends at zero.

Two kinds of departure add up: weather from day to day, and what is wrong in the maps themselves (``of_maps``).

Where the numbers come from: ``tools/fit_departures.py`` over hourly typical-year files of 38 places of the world, none
within 150 km of a place that the intervals are scored on; `docs/validation/climatology.md` tells which.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from etolib.fusion.intervals import LEVEL
from etolib.fusion.screen import quantiles
from etolib.fusion.weathers import Expected
from etolib.site import Site

Array = NDArray[np.float64]

USUAL = ("tmin", "tmax", "ea", "u2", "rs")
"""What the usual weather of a day is told by."""


def interval(
    usual: pd.DataFrame, site: Site, annual_range: float | None, *, of_maps: bool = True
) -> tuple[Array, Array]:
    """Return the bounds between which the ETo of 95 of 100 days lies whose usual weather is given. [mm day-1]

    A day's bounds depend on that day's row, the place and the annual range, and on no other day.

    Parameters
    ----------
    usual : pandas.DataFrame
        By date: ``tmin``, ``tmax`` [degC], ``ea`` [kPa], ``u2`` [m s-1], ``rs`` [MJ m-2 day-1].
    site : Site
        With an elevation.
    annual_range : float or None
        Mean temperature of the warmest minus that of the coldest month, None where unknown. [K]
    of_maps : bool
        Whether the means are those of maps, which have errors of their own.

    Returns
    -------
    lower, upper : ndarray, shape (days,)
        NaN where the row is incomplete.

    Examples
    --------
    >>> day = pd.date_range("2024-01-15", periods=1)
    >>> usual = pd.DataFrame({"tmin": 19.0, "tmax": 29.0, "ea": 2.3, "u2": 1.5, "rs": 20.0}, index=day)
    >>> lower, upper = interval(usual, Site(-22.7, -47.6, 550.0), 8.0)
    >>> lower.round(1).tolist(), upper.round(1).tolist()
    ([1.5], [7.2])
    """
    day = pd.DatetimeIndex(usual.index).day_of_year.to_numpy().astype(float)
    return interval_of(day, {name: usual[name].to_numpy(float) for name in USUAL}, site, annual_range, of_maps=of_maps)


def interval_of(
    day: Array, usual: Mapping[str, Array], site: Site, annual_range: float | None, *, of_maps: bool = True
) -> tuple[Array, Array]:
    """Return the bounds of `interval` from arrays: day of the year, and usual weather by name; shapes (days,)."""
    return intervals_of([(day, usual, site, annual_range)], of_maps=of_maps)[0]


Place = tuple[Array, Mapping[str, Array], Site, float | None]
"""A place: day of the year of its days, their usual weather, where it is, its annual range."""


def intervals_of(places: Sequence[Place], *, of_maps: bool = True) -> list[tuple[Array, Array]]:
    """Return the bounds of several places, as `interval_of` of each: to the bit, and in less time."""
    bounds = [np.full((2, len(day)), np.nan) for day, *_ in places]
    whole, back, once = [], [], []
    for day, usual, _, _ in places:
        rows = np.column_stack([day, *(usual[name] for name in USUAL)])
        whole.append(np.isfinite(rows).all(axis=1))
        different, place = _different(rows[whole[-1]])
        once.append(different)
        back.append(place)
    ends = np.cumsum([0, *map(len, once)])
    if ends[-1]:
        expected = Expected.of(once, [place[2:] for place in places], of_maps)
        found = quantiles(expected, ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
        for bound, some, of_day, start, stop in zip(bounds, whole, back, ends[:-1], ends[1:], strict=True):
            bound[:, some] = found[:, start:stop][:, of_day]
    return [(bound[0], bound[1]) for bound in bounds]


def _different(rows: Array) -> tuple[Array, NDArray[np.int64]]:
    """Return the rows that differ, and which of them each row is: a day of many years is one day."""
    if len(np.unique(rows[:, 0])) == len(rows):
        return rows, np.arange(len(rows))
    different, place = np.unique(rows, axis=0, return_inverse=True)
    return different, place.ravel()
