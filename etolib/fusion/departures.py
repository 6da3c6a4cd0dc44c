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

from collections.abc import Mapping
from functools import cache
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from etolib.equations import kernel
from etolib.equations.sun import extraterrestrial_radiation
from etolib.fusion.inputs import saturation_pressure
from etolib.fusion.intervals import LEVEL
from etolib.fusion.statistics import Ordered
from etolib.site import Site

Array = NDArray[np.float64]

USUAL = ("tmin", "tmax", "ea", "u2", "rs")
"""What the usual weather of a day is told by."""

VARIED = ("clearness", "temperature", "span", "humidity", "wind")
"""What departs: Rs/Ra; mean temperature [K]; Tmax - Tmin [K]; log odds of relative humidity; log of wind."""

SPREAD = {
    "temperature": (0.62, -0.0194, 0.0355),
    "span": (0.92, -0.0102, 0.0197),
    "humidity": (-0.57, -0.0193, 0.0167),
    "wind": (-0.99, 0.0, 0.0),
}
"""Log of the standard deviation from day to day: a + b T + c A, T usual temperature of the day [degC], A warmest minus
coldest month [K]."""

SPREAD_ERROR = 0.36
"""Standard error of those logarithms at places left out one by one (0.32 to 0.38)."""

TOGETHER = (
    (1.00, 0.08, 0.57, -0.63, -0.04),
    (0.08, 1.00, 0.13, -0.17, 0.04),
    (0.57, 0.13, 1.00, -0.56, -0.18),
    (-0.63, -0.17, -0.56, 1.00, -0.05),
    (-0.04, 0.04, -0.18, -0.05, 1.00),
)
"""Correlation of the daily departures, in the order of `VARIED`."""

OF_MAPS = {"clearness": 0.12, "temperature": 1.46, "span": 2.09, "humidity": 0.50, "wind": 0.37}
"""Standard deviation of the monthly means of the maps about those of the places (clearness: of its logarithm)."""

YEARS = 1.13
"""Variance of days about the usual one over variance within a month: days that are alike (lag-1 correlation r = 0.60 of
temperature, the largest) leave the mean of a month (1 + r) / (1 - r) / 30 of it."""

LEAST_CLEARNESS = 0.05
"""Rs/Ra of the darkest day (Bendt, Collares-Pereira and Rabl 1981)."""

WEATHERS = 1024
"""Weathers tried for a day: bounds lie 0.05 mm/day, on average, from those of 60,000 random ones."""

FIRST = 409
"""Points of the sequence left out: the first ones go together in high dimensions."""

BASES = (2, 3, 5, 7, 11, 13, 17)

TEMPERATURES = (-75.0, 55.0)  # degC; nothing beyond was ever measured
MOST_VAPOUR = 5.0  # kPa, a dew point of 33 degC
ODDS = (0.03, 0.985)  # relative humidity whose odds are formed
LEAST_SPAN = 1.0  # K
TYPICAL_RANGE = 15.0  # K between the warmest and the coldest month, where the maps have nothing


@cache
def _weathers() -> tuple[Array, Array]:
    """Return evenly spread points: the first coordinate within 0 to 1, and all as standard normal. Shape (n, 7).

    The sequence of Halton (1960): the same in every run, evener than chance. One coordinate for each of `VARIED`, one
    for what the maps err in clearness, one for `SPREAD_ERROR`.
    """
    even = np.zeros((WEATHERS, len(BASES)))
    for column, base in enumerate(BASES):
        rest, share = np.arange(FIRST + 1, FIRST + 1 + WEATHERS), 1.0
        while rest.any():
            share /= base
            even[:, column] += share * (rest % base)
            rest = rest // base
    # The points of a coordinate one after the other: they are read coordinate by coordinate.
    return even[:, 0].copy(), np.asfortranarray(np.vectorize(NormalDist().inv_cdf)(even))


def clearness(mean: Array, share: Array) -> Array:
    """Return Rs/Ra that so large a share of the days stays below, where its mean is ``mean``. [1]

    The distribution of Bendt, Collares-Pereira and Rabl (1981), Solar Energy 27, 1-5: exponential between a least and a
    greatest value, the latter by Hollands and Huget (1983), Solar Energy 30, 195-209; in the closed form of Duffie and
    Beckman, Solar Engineering of Thermal Processes, Eqs. 2.9.5 to 2.9.7.

    Parameters
    ----------
    mean : ndarray
        Of the month; kept within 0.1 and 0.77. [1]
    share : ndarray
        0 to 1.

    Examples
    --------
    >>> clearness(np.array([0.5]), np.array([0.1, 0.5, 0.9])).round(2).tolist()
    [0.2, 0.54, 0.73]
    """
    mean = np.clip(mean, 0.1, 0.77)
    most = 0.6313 + 0.267 * mean - 11.9 * (mean - 0.75) ** 8
    width = most - LEAST_CLEARNESS
    bend = width / (most - mean)
    rate = -1.498 + (1.184 * bend - 27.182 * np.exp(-1.5 * bend)) / width
    rate = np.where(np.abs(rate) < 1e-3, 1e-3, rate)
    found: Array = np.log((1 - share) * np.exp(rate * LEAST_CLEARNESS) + share * np.exp(rate * most)) / rate
    return found


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
    rows = np.column_stack([day, *(usual[name] for name in USUAL)])
    bounds = np.full((2, len(rows)), np.nan)
    whole = np.isfinite(rows).all(axis=1)
    if whole.any():  # the same day of many years is one day
        once, place = np.unique(rows[whole], axis=0, return_inverse=True)
        annual = TYPICAL_RANGE if annual_range is None else annual_range
        parts = []
        for start in range(0, len(once), DAYS_AT_ONCE):
            eto = Ordered(_possible_eto(once[start : start + DAYS_AT_ONCE], site, annual, of_maps))
            parts.append([eto.quantile((1 - LEVEL) / 2), eto.quantile((1 + LEVEL) / 2)])
        bounds[:, whole] = np.concatenate(parts, axis=1)[:, place.ravel()]
    return bounds[0], bounds[1]


DAYS_AT_ONCE = 64
"""Days whose weathers are tried together: small arrays, and too few cells for an interval to wait for a compiler
(`etolib.equations.kernel.COMPILE_FROM`), which takes seconds; where it is there already, it is used."""


def _possible_eto(rows: Array, site: Site, annual: float, of_maps: bool) -> Array:
    """Return ETo of the weathers that could have been on each day. Shape (days, weathers). [mm day-1]"""
    day, low, high, vapour, wind, radiation = (column[:, None] for column in rows.T)
    share, normal = _weathers()
    middle, span = (low + high) / 2, high - low
    extra = np.asarray(extraterrestrial_radiation(site.latitude, day))
    mean = np.divide(radiation, extra, out=np.full_like(radiation, 0.4), where=extra > 0.01)
    odds = np.clip(vapour / _mean_saturation(low, high), *ODDS)
    daily, move = _moves(middle, annual, of_maps, normal)
    clear = clearness(mean, share) * np.exp((OF_MAPS["clearness"] if of_maps else 0.0) * normal[:, 5])
    clear = np.minimum(clear, np.maximum(0.82, mean))
    middle = middle + move[0]
    half = np.maximum(span + move[1], LEAST_SPAN) / 2
    low = np.clip(middle - half, TEMPERATURES[0], TEMPERATURES[1] - 1)
    high = np.clip(middle + half, TEMPERATURES[0] + 1, TEMPERATURES[1])
    humidity = 1 / (1 + (1 - odds) / odds * np.exp(-move[2]))
    # The mean of a log-normal lies above its median: the usual wind is the mean of the days.
    wind = np.clip(wind * np.exp(move[3] - daily[3] ** 2 / 2), 0.05, 30.0)
    return kernel.daily(
        tmin=low,
        tmax=high,
        ea=np.minimum(humidity * _mean_saturation(low, high), MOST_VAPOUR),
        rs=clear * extra,
        u2=wind,
        latitude=np.array([[site.latitude]]),
        elevation=np.array([[np.nan if site.elevation is None else site.elevation]]),
        day_of_year=day,
        checked=True,
    )


def _moves(middle: Array, annual: float, of_maps: bool, normal: Array) -> tuple[list[Array], list[Array]]:
    """Return the daily spread and the departures of all but clearness, four of shape (days, weathers) each.

    Daily departures go together, those of the maps do not: their sum is normal with the correlation of the parts.
    """
    names = VARIED[1:]
    once = np.array([np.exp(a + b * middle[:, 0] + c * annual) for a, b, c in (SPREAD[name] for name in names)]).T
    once = np.sqrt(YEARS) * once  # (days, 4)
    maps = np.array([OF_MAPS[name] if of_maps else 0.0 for name in names])
    weight = np.column_stack([np.ones(len(once)), once / np.hypot(once, maps)])
    alike = np.array(TOGETHER) * weight[:, :, None] * weight[:, None, :]
    alike[:, range(len(VARIED)), range(len(VARIED))] = 1.0
    factor = np.linalg.cholesky(alike)
    error = np.exp(SPREAD_ERROR * normal[:, 6])
    daily, move = [], []
    for i in range(len(names)):  # term by term: a product of matrices may round otherwise with other days beside
        together = factor[:, i + 1, 0, None] * normal[:, 0]
        for j in range(1, i + 2):
            together += factor[:, i + 1, j, None] * normal[:, j]
        daily.append(once[:, i, None] * error)
        move.append(np.sqrt(daily[i] ** 2 + maps[i] ** 2) * together)
    return daily, move


def _mean_saturation(low: Array, high: Array) -> Array:
    """Return the mean saturation pressure of a day (FAO-56 Eq. 12). [kPa]"""
    return np.asarray((saturation_pressure(low) + saturation_pressure(high)) / 2)
