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
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from etolib.equations import kernel
from etolib.equations.compiled import driver
from etolib.equations.conventions import FAO56
from etolib.equations.sun import extraterrestrial_radiation
from etolib.fusion.inputs import saturation_pressure
from etolib.fusion.intervals import LEVEL
from etolib.fusion.narrowing import quantiles, rough, runs_of
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
STEADY = (3.0, 0.5, 0.5, 0.05, 0.1, 0.5)
"""Second differences from day to day, of the day of the year and of `USUAL`, up to which days change smoothly."""

DARK = 1.0  # MJ m-2 day-1; where the sun hardly rises ETo jumps from day to day
TYPICAL_RANGE = 15.0  # K between the warmest and the coldest month, where the maps have nothing


@dataclass(frozen=True)
class Points:
    """Weathers that could have been, as evenly spread points; by weather, or by day and weather.

    Attributes
    ----------
    share : ndarray
        Share of the days that are less clear, 0 to 1.
    normal : tuple of ndarray
        Five that are standard normal, one for each of `VARIED`.
    clearer : ndarray
        Factor of what the maps err in clearness. [1]
    wider : ndarray
        Factor of what `SPREAD` errs. [1]
    """

    share: Array
    normal: tuple[Array, ...]
    clearer: Array
    wider: Array

    def on(self, which: NDArray[np.int64]) -> Points:
        """Return some of them; the shape is that of the index."""
        normal = tuple(part[which] for part in self.normal)
        return Points(self.share[which], normal, self.clearer[which], self.wider[which])


@cache
def _weathers() -> Points:
    """Return the points of the sequence of Halton (1960): the same in every run, evener than chance."""
    even = np.zeros((len(BASES), WEATHERS))
    for column, base in enumerate(BASES):
        rest, share = np.arange(FIRST + 1, FIRST + 1 + WEATHERS), 1.0
        while rest.any():
            share /= base
            even[column] += share * (rest % base)
            rest = rest // base
    normal = np.vectorize(NormalDist().inv_cdf)(even)
    return Points(
        even[0], tuple(normal[:5]), np.exp(OF_MAPS["clearness"] * normal[5]), np.exp(SPREAD_ERROR * normal[6])
    )


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
        different, place = np.unique(rows[whole[-1]], axis=0, return_inverse=True)  # a day of many years is one day
        once.append(different)
        back.append(place.ravel())
    ends = np.cumsum([0, *map(len, once)])
    if ends[-1]:
        _compile_for(int(ends[-1]))
        expected = Expected.of(once, [place[2:] for place in places], of_maps)
        dark = expected.extra[:, 0] < DARK
        runs = [
            run
            for start, stop, rows in zip(ends[:-1], ends[1:], once, strict=True)
            for run in runs_of(start, rough(rows, STEADY) | dark[start:stop])
        ]
        found = quantiles(expected.eto, runs, WEATHERS, ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
        for bound, some, of_day, start, stop in zip(bounds, whole, back, ends[:-1], ends[1:], strict=True):
            bound[:, some] = found[:, start:stop][:, of_day]
    return [(bound[0], bound[1]) for bound in bounds]


MANY_DAYS = 400_000
"""Days from which compiling the equation pays in a process: it takes three seconds, and saves a hundredth of a
millisecond a day. The numbers are the same to the bit."""

_days_seen = 0


def _compile_for(days: int) -> None:
    """Count days, and compile the equation once there are many."""
    global _days_seen
    _days_seen += days
    if _days_seen >= MANY_DAYS:
        driver(("float64", FAO56, "short"))


@dataclass(frozen=True)
class Expected:
    """The usual weather of days of any places, as departures need it: each of shape (days, 1).

    Attributes
    ----------
    latitude, elevation : ndarray
        Of the place. [degrees; m]
    day : ndarray
        Of the year.
    extra, clearness : ndarray
        Extraterrestrial radiation [MJ m-2 day-1], and usual Rs/Ra. [1]
    middle, span : ndarray
        Mean temperature, and Tmax - Tmin. [degC; K]
    odds : ndarray
        Usual relative humidity over what it lacks to 1, inverted. [1]
    wind : ndarray
        [m s-1]
    spread : tuple of ndarray
        Daily standard deviation of all but clearness, see `SPREAD`.
    factor : tuple of tuple of ndarray
        Rows of the root of their correlation (Cholesky), from the second on.
    of_maps : bool
    """

    latitude: Array
    elevation: Array
    day: Array
    extra: Array
    clearness: Array
    middle: Array
    span: Array
    odds: Array
    wind: Array
    spread: tuple[Array, ...]
    factor: tuple[tuple[Array, ...], ...]
    of_maps: bool

    @classmethod
    def of(cls, rows: Sequence[Array], places: Sequence[tuple[Site, float | None]], of_maps: bool) -> Expected:
        """Return the days of places: of each its rows (day of the year and `USUAL`), site and annual range."""
        of_place = [
            (site.latitude, np.nan if site.elevation is None else site.elevation, TYPICAL_RANGE if a is None else a)
            for site, a in places
        ]
        every = np.repeat(np.array(of_place, dtype=np.float64), [len(one) for one in rows], axis=0)
        latitude, elevation, annual = (column[:, None].copy() for column in every.T)
        day, low, high, vapour, wind, radiation = (column[:, None].copy() for column in np.concatenate(rows).T)
        extra = np.asarray(extraterrestrial_radiation(latitude, day))
        mean = np.divide(radiation, extra, out=np.full_like(radiation, 0.4), where=extra > 0.01)
        humidity = np.clip(vapour / _mean_saturation(low, high), *ODDS)
        middle = (low + high) / 2
        spread = tuple(
            np.sqrt(YEARS) * np.exp(a + b * middle + c * annual) for a, b, c in (SPREAD[name] for name in VARIED[1:])
        )
        return cls(
            latitude,
            elevation,
            day,
            extra,
            mean,
            middle,
            high - low,
            (1 - humidity) / humidity,
            wind,
            spread,
            _factor(spread, of_maps),
            of_maps,
        )

    def eto(self, rows: Any, which: NDArray[np.int64] | None = None) -> Array:
        """Return ETo of weathers that could have been on some of the days. [mm day-1]

        Parameters
        ----------
        rows : index of the days
        which : ndarray, shape (days, n), optional
            Weathers to try on each of them; all by default.

        Returns
        -------
        ndarray, shape (days, n)
        """
        points = _weathers() if which is None else _weathers().on(which)
        extra, usual = self.extra[rows], self.clearness[rows]
        wind_spread, move = self._moves(rows, points)
        clear = clearness(usual, points.share)
        if self.of_maps:
            clear = clear * points.clearer
        clear = np.minimum(clear, np.maximum(0.82, usual))
        middle = self.middle[rows] + move[0]
        half = np.maximum(self.span[rows] + move[1], LEAST_SPAN) / 2
        low = np.clip(middle - half, TEMPERATURES[0], TEMPERATURES[1] - 1)
        high = np.clip(middle + half, TEMPERATURES[0] + 1, TEMPERATURES[1])
        humidity = 1 / (1 + self.odds[rows] * np.exp(-move[2]))
        # The mean of a log-normal lies above its median: the usual wind is the mean of the days.
        wind = np.clip(self.wind[rows] * np.exp(move[3] - wind_spread**2 / 2), 0.05, 30.0)
        return kernel.daily(
            tmin=low,
            tmax=high,
            ea=np.minimum(humidity * _mean_saturation(low, high), MOST_VAPOUR),
            rs=clear * extra,
            u2=wind,
            latitude=self.latitude[rows],
            elevation=self.elevation[rows],
            day_of_year=self.day[rows],
            checked=True,
        )

    def _moves(self, rows: Any, points: Points) -> tuple[Array, list[Array]]:
        """Return the daily spread of wind, and the departures of all but clearness, four of shape (days, weathers).

        Daily departures go together, those of the maps do not: their sum is normal with the correlation of the parts.
        """
        move = []
        for name, spread, factor in zip(VARIED[1:], self.spread, self.factor, strict=True):
            together = factor[0][rows] * points.normal[0]
            for part, normal in zip(factor[1:], points.normal[1:], strict=False):
                together += part[rows] * normal
            daily = spread[rows] * points.wider
            move.append((np.sqrt(daily**2 + OF_MAPS[name] ** 2) if self.of_maps else daily) * together)
        return daily, move


def _factor(spread: Sequence[Array], of_maps: bool) -> tuple[tuple[Array, ...], ...]:
    """Return the root of the correlation of departures (Cholesky), by rows from the second on; numbers by day."""
    maps = [OF_MAPS[name] if of_maps else 0.0 for name in VARIED[1:]]
    weight = [np.ones_like(spread[0]), *(one / np.hypot(one, of_map) for one, of_map in zip(spread, maps, strict=True))]
    root: list[list[Array]] = []
    for i in range(len(VARIED)):
        row: list[Array] = []
        for j in range(i):
            rest = TOGETHER[i][j] * weight[i] * weight[j] - sum(row[k] * root[j][k] for k in range(j))
            row.append(rest / root[j][j])
        row.append(np.sqrt(1.0 - sum((part**2 for part in row), np.zeros_like(weight[0]))))
        root.append(row)
    return tuple(tuple(row) for row in root[1:])


def _mean_saturation(low: Array, high: Array) -> Array:
    """Return the mean saturation pressure of a day (FAO-56 Eq. 12). [kPa]"""
    return np.asarray((saturation_pressure(low) + saturation_pressure(high)) / 2)
