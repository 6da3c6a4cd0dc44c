"""The weathers that could have been on a day of which the usual one is known, and the ETo of each.

The departures from the usual weather are one formula, run by numpy or compiled by numba, in double precision where its
numbers are wanted and in single where it is only asked which weathers matter (`etolib.fusion.screen`).

Where the numbers come from: ``tools/fit_departures.py`` over hourly typical-year files of 38 places of the world, none
within 150 km of a place that the intervals are scored on; `docs/validation/climatology.md` tells which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from etolib.equations import kernel
from etolib.equations.conventions import FAO56
from etolib.equations.sun import extraterrestrial_radiation
from etolib.fusion.inputs import saturation_pressure
from etolib.site import Site

Array = NDArray[np.float64]

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

CELLS = 1 << 15
"""Weathers that numpy computes at once: they stay in the cache of a core."""

DAY = 30
"""Numbers that a day contributes, see `Expected`."""

FIRST = 409
"""Points of the sequence left out: the first ones go together in high dimensions."""

BASES = (2, 3, 5, 7, 11, 13, 17)

TEMPERATURES = (-75.0, 55.0)  # degC; nothing beyond was ever measured
MOST_VAPOUR = 5.0  # kPa, a dew point of 33 degC
ODDS = (0.03, 0.985)  # relative humidity whose odds are formed
LEAST_SPAN = 1.0  # K
TYPICAL_RANGE = 15.0  # K between the warmest and the coldest month, where the maps have nothing


@cache
def points(precision: str = "float64") -> NDArray[Any]:
    """Return the weathers as evenly spread points, the sequence of Halton (1960): the same in every run.

    Returns
    -------
    ndarray, shape (8, WEATHERS)
        Share of the days that are less clear, 0 to 1; five numbers that are standard normal, one for each of `VARIED`;
        the factor of what the maps err in clearness; the factor of what `SPREAD` errs.

    Examples
    --------
    >>> points().shape, float(points()[0].mean().round(2))
    ((8, 1024), 0.5)
    """
    even = np.zeros((len(BASES), WEATHERS))
    for column, base in enumerate(BASES):
        rest, share = np.arange(FIRST + 1, FIRST + 1 + WEATHERS), 1.0
        while rest.any():
            share /= base
            even[column] += share * (rest % base)
            rest = rest // base
    normal = np.vectorize(NormalDist().inv_cdf)(even)
    clearer, wider = np.exp(OF_MAPS["clearness"] * normal[5]), np.exp(SPREAD_ERROR * normal[6])
    return np.vstack([even[:1], normal[:5], clearer, wider]).astype(precision)


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
    rate, darkest, clearest = _distribution(mean)
    found: Array = np.log((1 - share) * darkest + share * clearest) / rate
    return found


def _distribution(mean: Array) -> tuple[Array, Array, Array]:
    """Return the rate of the exponential distribution of clearness, and what it gives at its two ends."""
    mean = np.clip(mean, 0.1, 0.77)
    most = 0.6313 + 0.267 * mean - 11.9 * (mean - 0.75) ** 8
    width = most - LEAST_CLEARNESS
    bend = width / (most - mean)
    rate = -1.498 + (1.184 * bend - 27.182 * np.exp(-1.5 * bend)) / width
    rate = np.where(np.abs(rate) < 1e-3, 1e-3, rate)
    return rate, np.exp(rate * LEAST_CLEARNESS), np.exp(rate * most)


class Steps(NamedTuple):
    """The formula of a weather that could have been, from numbers of the day and of a point to inputs of the equation.

    ``radiation``, ``temperatures``, ``humidity`` (relative) and ``wind`` of a day and a point; ``vapour`` of relative
    humidity and mean saturation pressure.
    """

    radiation: Callable[..., Any]
    temperatures: Callable[..., Any]
    humidity: Callable[..., Any]
    wind: Callable[..., Any]
    vapour: Callable[..., Any]


def make_steps(
    number: Callable[[float], Any],
    of_maps: bool,
    *,
    exp: Callable[..., Any],
    log: Callable[..., Any],
    least: Callable[..., Any],
    most: Callable[..., Any],
    inline: Callable[..., Any],
) -> Steps:
    """Return the formula of a weather, with the type of its numbers, and with or without the errors of maps.

    What numpy and numba write differently is given: exponential and logarithm, the smaller and the larger of two, and a
    decorator of the steps.
    """
    # Long: its steps share the constants, and the compiler must find them in one closure.
    coldest, warmest = (number(bound) for bound in TEMPERATURES)
    map_temperature, map_span, map_humidity, map_wind = (number(OF_MAPS[name] ** 2) for name in VARIED[1:])
    one, half, least_span, most_vapour = number(1), number(0.5), number(LEAST_SPAN), number(MOST_VAPOUR)
    least_wind, most_wind = number(0.05), number(30.0)

    @inline
    def move(daily: Any, of_map: Any, together: Any) -> Any:
        """Return a departure. Daily ones go together, those of the maps do not: their sum is normal as the parts."""
        return (np.sqrt(daily * daily + of_map) if of_maps else daily) * together

    @inline
    def radiation(day: Any, share: Any, clearer: Any) -> Any:
        rate, darkest, clearest, cap, extra = day
        clear = log((one - share) * darkest + share * clearest) / rate
        if of_maps:
            clear = clear * clearer
        return least(clear, cap) * extra

    @inline
    def temperatures(day: Any, n1: Any, n2: Any, n3: Any, wider: Any) -> Any:
        middle, span, spread, of_span, a1, a2, b1, b2, b3 = day
        centre = middle + move(spread * wider, map_temperature, a1 * n1 + a2 * n2)
        apart = move(of_span * wider, map_span, b1 * n1 + b2 * n2 + b3 * n3)
        beside = most(span + apart, least_span) * half
        low = least(most(centre - beside, coldest), warmest - one)
        return low, least(most(centre + beside, coldest + one), warmest)

    @inline
    def humidity(day: Any, n1: Any, n2: Any, n3: Any, n4: Any, wider: Any) -> Any:
        odds, spread, a1, a2, a3, a4 = day
        return one / (one + odds * exp(-move(spread * wider, map_humidity, a1 * n1 + a2 * n2 + a3 * n3 + a4 * n4)))

    @inline
    def wind(day: Any, n1: Any, n2: Any, n3: Any, n4: Any, n5: Any, wider: Any) -> Any:
        usual, spread, a1, a2, a3, a4, a5 = day
        daily = spread * wider
        moved = move(daily, map_wind, a1 * n1 + a2 * n2 + a3 * n3 + a4 * n4 + a5 * n5)
        # The mean of a log-normal lies above its median: the usual wind is the mean of the days.
        return least(most(usual * exp(moved - daily * daily * half), least_wind), most_wind)

    @inline
    def vapour(relative: Any, saturation: Any) -> Any:
        return least(relative * saturation, most_vapour)

    return Steps(radiation, temperatures, humidity, wind, vapour)


@dataclass(frozen=True)
class Expected:
    """The usual weather of days of any places, as departures need it.

    Attributes
    ----------
    table : ndarray, shape (DAY, days)
        Of each day what the steps of `Steps` take, one after the other (5, 9, 6 and 7 numbers): rate and ends of the
        distribution of clearness, the greatest there is [1], extraterrestrial radiation [MJ m-2 day-1]; mean
        temperature, Tmax - Tmin, the daily standard deviation of both [K] and two rows of the root of the correlation
        (Cholesky); relative humidity over what it lacks to 1, inverted, its deviation and row; wind [m s-1], its
        deviation and row. Then what the equation needs of place and day (`etolib.equations.kernel.tables_of`).
    of_maps : bool
    runs : tuple of int
        Where the days of each place begin.
    """

    table: Array
    of_maps: bool
    runs: tuple[int, ...] = (0,)

    @property
    def days(self) -> int:
        """How many there are."""
        return int(self.table.shape[1])

    def on(self, days: Any) -> Expected:
        """Return some of the days, as if all were of one place."""
        return Expected(self.table[:, days], self.of_maps)

    def parts(self, days: int) -> Iterator[Expected]:
        """Return the same in parts of whole places, of so many days where a place has no more."""
        start, begun = 0, [0]
        for stop in (*self.runs[1:], self.days):
            if stop - start >= days or stop == self.days:
                yield Expected(self.table[:, start:stop], self.of_maps, tuple(begun))
                start, begun = stop, []
            begun.append(stop - start)

    @classmethod
    def of(cls, rows: Sequence[Array], places: Sequence[tuple[Site, float | None]], of_maps: bool) -> Expected:
        """Return the days of places: of each its rows (day of the year and `USUAL`), site and annual range."""
        of_place = [
            (site.latitude, np.nan if site.elevation is None else site.elevation, TYPICAL_RANGE if a is None else a)
            for site, a in places
        ]
        latitude, elevation, annual = np.repeat(np.array(of_place, np.float64), [len(one) for one in rows], axis=0).T
        day, low, high, vapour, wind, radiation = np.concatenate(rows).T
        extra = np.asarray(extraterrestrial_radiation(latitude, day))
        mean = np.divide(radiation, extra, out=np.full_like(radiation, 0.4), where=extra > 0.01)
        saturated = (saturation_pressure(low) + saturation_pressure(high)) / 2
        humidity = np.clip(vapour / saturated, *ODDS)
        middle = (low + high) / 2
        spread = [
            np.sqrt(YEARS) * np.exp(a + b * middle + c * annual) for a, b, c in (SPREAD[name] for name in VARIED[1:])
        ]
        factor = _factor(spread, of_maps)
        sun = [*_distribution(mean), np.maximum(0.82, mean), extra]
        heat = [middle, high - low, spread[0], spread[1], *factor[0], *factor[1]]
        damp = [(1 - humidity) / humidity, spread[2], *factor[2]]
        air = [wind, spread[3], *factor[3]]
        runs = np.cumsum([0, *(len(one) for one in rows if len(one))])[:-1]
        table = np.stack([*sun, *heat, *damp, *air, *kernel.tables_of(latitude, elevation, day)])
        return cls(table, of_maps, tuple(runs.tolist()))

    def eto(self, days: Any, which: NDArray[Any] | None = None, precision: str = "float64") -> NDArray[Any]:
        """Return ETo of weathers that could have been on some of the days. [mm day-1]

        Parameters
        ----------
        days : index of the days
        which : ndarray, optional
            Which weather to try on each of them, of a shape that broadcasts with theirs; all by default.
        precision : {"float64", "float32"}

        Returns
        -------
        ndarray, shape (days, WEATHERS), or that of both together
        """
        day = self.table[:, days].astype(precision)
        if which is None:
            day = day[..., None]
        share, n1, n2, n3, n4, n5, clearer, wider = points(precision) if which is None else points(precision)[:, which]
        steps = _on_arrays(precision, self.of_maps)
        with np.errstate(all="ignore"):
            radiation = steps.radiation(day[:5], share, clearer)
            low, high = steps.temperatures(day[5:14], n1, n2, n3, wider)
            saturation = (saturation_pressure(low) + saturation_pressure(high)) / 2
            vapour = steps.vapour(steps.humidity(day[14:20], n1, n2, n3, n4, wider), saturation)
            wind = steps.wind(day[20:27], n1, n2, n3, n4, n5, wider)
            equation = kernel.plain_formula((precision, FAO56, "short"))
            return np.asarray(equation(low, high, vapour, radiation, wind, *day[27:], np.zeros(1, precision)))


@cache
def _on_arrays(precision: str, of_maps: bool) -> Steps:
    """Return the steps on arrays."""
    return make_steps(
        np.dtype(precision).type, of_maps,
        exp=np.exp, log=np.log, least=np.minimum, most=np.maximum, inline=lambda function: function,
    )  # fmt: skip


def _factor(spread: Sequence[Array], of_maps: bool) -> list[list[Array]]:
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
    return root[1:]
