"""A column whose unit changes within the file: from one day to the next its level is another, by a ratio of units.

The days before a date and those after it are two samples. Where their middles lie as far apart as two units of the
quantity, and the samples hardly overlap, weather is an unlikely cause: in 124 years of eleven stations, and 360 of the
winds of two reanalyses, no wind, radiation (beside that above the air) or humidity has such a step. Ratios below
`LEAST` (m/s beside knots or mph) are those of a season that begins, in one year of seven where the trade winds set in:
of these nothing can be told from the file alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from etolib.sources.station.expected import Days, index_of
from etolib.sources.station.units import QUANTITY, UNITS

NEAR = 0.2
"""How far the logarithm of a ratio may lie from that of two units."""

LEAST = 2.8
"""Ratio of two units below which nothing is told: seasons differ by as much."""

FEWEST = 12
"""Days on either side."""

WIDE, BEYOND = {"rs": 30}, 0.1
"""Days on either side (else `USUAL`), and the share of them that may lie on the other's side."""

USUAL, NEXT = 20, 6
"""Days on either side; and those next to the step, which must show it too."""

COMMON = ("m/s", "km/h", "kn", "mph", "MJ/m²", "W/m²", "kWh/m²", "Ly", "J/cm²", "%", "fraction", "kPa", "hPa",
          "mmHg")  # fmt: skip
"""Units that stand beside each other in files."""

WRITTEN, ON_EACH, OFF = (1.0, 0.1), 8, 0.5
"""Steps in which numbers are written, the numbers on either side of a change of them, and the share of the finer ones
that lie between the steps of the coarser."""

LARGER: Mapping[str, float] = {"precipitation": 3.0, "u2": 1.5}
"""How many times larger the coarser ones are where they are in another unit, and not rounded otherwise."""

JUMP, WIDER = 20.0, 1.35
"""K that the middle temperature of days does not change by from some days to the next, and how many times wider their
range is with it: °F beside °C, whose range is 1.8 times as wide. The end of a cold spell is as high a jump (21 to 24 K
at Saskatoon in 1986, 1996 and 2003), not as wide a range."""


@dataclass(frozen=True)
class Step:
    """A step: its first day, how many times larger the level is after it, and the two units of that ratio."""

    day: dt.date
    ratio: float
    units: tuple[str, str]


def find(variable: str, values: Any, dates: Days, unit: str, least: float = LEAST) -> Step | None:
    """Return the step of a column that is one of two units, None where there is none.

    Parameters
    ----------
    variable : str
        Canonical name.
    values : ndarray, shape (days,)
        In any unit, NaN where absent; without their season as far as that is known (radiation over that above the air).
    dates : sequence of datetime.date
        Their days.
    unit : str
        In which the column is taken.
    least : float
        Ratio of two units below which nothing is told.

    Examples
    --------
    >>> import pandas as pd
    >>> wind = 2 + 0.5 * np.sin(np.arange(60.0))
    >>> wind[30:] *= 3.6
    >>> step = find("u2", wind, pd.date_range("2023-05-01", periods=60), "m/s")
    >>> step.day, round(step.ratio, 1), step.units
    (datetime.date(2023, 5, 31), 3.6, ('m/s', 'km/h'))
    """
    order = np.argsort(index_of(dates).to_numpy(), kind="stable")
    series = np.asarray(values, dtype=float)[order]
    some = np.flatnonzero(np.isfinite(series) & (series > 0))
    units = UNITS[QUANTITY[variable]]
    ratios = {o: float(np.log(units[o][0] / units[unit][0])) for o in COMMON if {o, unit} <= units.keys()}
    ratios = {other: ratio for other, ratio in ratios.items() if abs(ratio) > np.log(least)}
    if len(some) < 2 * FEWEST or not ratios:
        return None
    logs = np.log(series[some])
    apart, clear, here = _steps(logs, WIDE.get(variable, USUAL))
    best: tuple[float, int, str] | None = None
    for other, ratio in ratios.items():
        miss = np.where(clear, np.abs(np.abs(apart) - abs(ratio)), np.inf)
        if miss.min() < NEAR and (best is None or miss.min() < best[0]):
            best = (float(miss.min()), int(np.argmax(np.where(miss < NEAR, here, -1.0))), other)
    if best is None:
        return None
    _, at, other = best
    return Step(index_of(dates)[order][some[at]].date(), float(np.exp(apart[at])), (unit, other))


@dataclass(frozen=True)
class Rewritten:
    """A change of how a column is written: its first day, how many times larger it is after it, and both steps."""

    day: dt.date
    ratio: float
    steps: tuple[float, float]


def rewritten(variable: str, written: Any, dates: Days) -> Rewritten | None:
    """Return where a column is written in finer or coarser steps from some day on, and smaller or larger as well.

    Amounts of rain differ so much from day to day that their level alone tells no unit; that 3.4 becomes 0.13 does. Of
    378 years of rain and 123 of wind none is told; of those of rain with a part in inches (0.01), cm or tenths of mm
    put in nine of ten are.

    Parameters
    ----------
    variable : str
        One of `LARGER`.
    written : ndarray, shape (days,)
        As the file has them, NaN where absent.
    dates : sequence of datetime.date
        Their days.

    Examples
    --------
    >>> import pandas as pd
    >>> rain = np.round(4 + 3 * np.sin(np.arange(40.0) ** 1.4), 1)
    >>> rain[20:] = np.round(rain[20:] / 25.4, 2)
    >>> found = rewritten("precipitation", rain, pd.date_range("2023-05-01", periods=40))
    >>> found.day, found.steps, found.ratio < 0.1
    (datetime.date(2023, 5, 21), (0.1, 0.01), True)
    """
    index = index_of(dates)
    order = np.argsort(index.to_numpy(), kind="stable")
    series = np.asarray(written, dtype=float)[order]
    some = np.flatnonzero(np.isfinite(series) & (series > 0))
    values = series[some]
    for step in WRITTEN:
        on = np.abs(values / step - np.round(values / step)) < 1e-4
        for coarse_first in (True, False):
            row = on if coarse_first else on[::-1]
            count = len(row) if row.all() else int(np.argmin(row))
            if count < ON_EACH or len(row) - count < ON_EACH or 1 - row[count:].mean() < OFF:
                continue
            at = count if coarse_first else len(row) - count
            before, after = values[max(at - USUAL, 0) : at], values[at : at + USUAL]
            ratio = float(np.median(after) / np.median(before))
            if (1 / ratio if coarse_first else ratio) > LARGER[variable]:
                fine = step / 10
                steps = (step, fine) if coarse_first else (fine, step)
                return Rewritten(index[order][some[at]].date(), ratio, steps)
    return None


def jump(low: Any, high: Any, dates: Days) -> tuple[dt.date, float] | None:
    """Return the first day after a jump of temperature that is no weather, and how far it goes [K]; None without one.

    Parameters
    ----------
    low, high : ndarray, shape (days,)
        Minimum and maximum. [degC]
    dates : sequence of datetime.date
        Their days.

    Examples
    --------
    >>> import pandas as pd
    >>> low, high = np.r_[np.full(20, 10.0), np.full(20, 50.0)], np.r_[np.full(20, 20.0), np.full(20, 68.0)]
    >>> jump(low, high, pd.date_range("2023-05-01", periods=40))
    (datetime.date(2023, 5, 21), 44.0)
    >>> jump(low, high - np.r_[np.zeros(20), np.full(20, 8.0)], pd.date_range("2023-05-01", periods=40)) is None
    True
    """
    order = np.argsort(index_of(dates).to_numpy(), kind="stable")
    mean, span = ((low + high) / 2)[order].astype(float), (high - low)[order].astype(float)
    some = np.flatnonzero(np.isfinite(mean))
    if len(some) < 2 * FEWEST:
        return None
    apart, clear, here = _steps(mean[some], USUAL)
    wide = clear & (np.abs(apart) > JUMP)
    if not wide.any():
        return None
    at = int(np.argmax(np.where(wide, here, -1.0)))
    before, after = (
        float(np.median(span[some][part])) for part in (slice(max(at - USUAL, 0), at), slice(at, at + USUAL))
    )
    larger = after / max(before, 0.1) if apart[at] > 0 else before / max(after, 0.1)
    return (index_of(dates)[order][some[at]].date(), float(apart[at])) if larger > WIDER else None


def _steps(logs: NDArray[np.float64], wide: int) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64]]:
    """Return by the first day after a step how far the middles lie apart, whether the days hardly overlap, and how far
    the means of the days next to it lie apart."""
    (few, low, middle, high), (few2, low2, middle2, high2) = _beside(logs, wide)
    (_, _, near, _), (_, _, near2, _) = _beside(logs, NEXT)
    apart = middle2 - middle
    clear = (np.minimum(few, few2) >= FEWEST) & ((low2 > high) | (high2 < low))
    sums = np.concatenate([np.zeros(NEXT), np.cumsum(np.concatenate([[0.0], logs])), np.full(NEXT, logs.sum())])
    count = len(logs)
    here = np.abs(sums[2 * NEXT : 2 * NEXT + count] - 2 * sums[NEXT : NEXT + count] + sums[:count])
    return apart, clear & (np.abs(near2 - near) > 0.6 * np.abs(apart)), here


def _beside(logs: NDArray[np.float64], wide: int) -> tuple[tuple[NDArray[Any], ...], tuple[NDArray[Any], ...]]:
    """Return the `_quantiles` of the days before each day, and of those from it on."""
    windows, count = _window(logs, wide), len(logs)
    return _quantiles(windows[:count]), _quantiles(windows[wide : wide + count])


def _window(logs: NDArray[np.float64], wide: int) -> NDArray[np.float64]:
    nothing = np.full(wide, np.nan)
    return np.lib.stride_tricks.sliding_window_view(np.concatenate([nothing, logs, nothing]), wide)


def _quantiles(windows: NDArray[np.float64]) -> tuple[NDArray[Any], ...]:
    """Return how many values windows have, and their lower, middle and upper ones; NaN stand last."""
    ordered = np.sort(windows, axis=1)
    few, row = np.isfinite(ordered).sum(axis=1), np.arange(len(ordered))
    at = [np.clip(np.round(share * (few - 1)).astype(int), 0, None) for share in (BEYOND, 0.5, 1 - BEYOND)]
    return few, *(ordered[row, place] for place in at)
