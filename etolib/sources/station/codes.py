"""Numbers of days that stand for none though they could be weather: zeros and their like far from all others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from etolib.sources.canonical import in_words
from etolib.sources.station import doubts, runs
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

BOTH = 0.03
"""K within which both extremes of a day are one number."""

PLAIN = 30
"""Cells of a column, all with decimals, beside which one number without is none."""

TOO_OFTEN, LEAST, BESIDE = 1e-3, 3, 8
"""Chance below which a number stands there too often, how often it must at least, and how many tenths to either side
tell how often one of them is to be expected."""

ZERO = 2.0
"""How much more often 0 is to be expected: what is cut off towards zero, and snow that melts."""

TENTHS = 0.25
"""Distance of the numbers of a column up to which it has tenths. [K]"""

RUN = 4
"""Days after each other with one and the same of `CODES`: a temperature repeats its tenth from one day to the next in
one case of thirty."""

_OF_AIR = ("tmin", "tmax", "tmean")

COUNTED = 20
"""Days from which a rain that never falls is a counter."""


def empty_zero_days(columns: dict[str, Any], warnings: list[Text]) -> None:
    """Leave out the days of which a logger wrote zeros: no range of temperature, and no humidity or no sun at all."""
    others = [columns[name] == 0 for name in ("rhmin", "rhmean", "rhmax", "rs") if name in columns]
    if not others:
        return
    zero = (columns["tmin"] == columns["tmax"]) & np.any(others, axis=0)
    if zero.any():
        warnings.append(say("days_of_zeros", count=int(zero.sum())))
        columns.update({name: np.where(zero, np.nan, values) for name, values in columns.items()})


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
    for name in _OF_AIR:
        if name in kept:
            code = np.isclose(kept[name][:, None], CODES, atol=0.03).any(axis=1) & _apart(kept[name])
            code &= _alone(kept[name], code, days)
            _leave(kept[name], code, name, days, warnings)
    _leave_both(frame, kept, days, warnings)
    if "u2" in kept:
        still = _windless(kept["u2"])
        if still.any():
            warnings.append(say("days_without_wind", count=int(still.sum()), days=in_words(days[still])))
            kept["u2"][still] = np.nan
    if "precipitation" in kept and _counts_up(kept["precipitation"]):
        warnings.append(say("counts_up_over_days", variable="precipitation"))
        del kept["precipitation"]
    return pd.DataFrame(kept, index=frame.index)


def written_otherwise(variable: str, cells: Sequence[str], numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which cells hold a whole number, always the same, in a column whose other cells all have decimals.

    Temperatures and pressures only: of rain, wind and sun a whole 0 is how nothing is written, and humidity that is cut
    off at 99 or 100 is a whole number too.

    Examples
    --------
    >>> cells = [f"{value:.1f}" for value in np.linspace(-4, 3, 40)] + ["0"]
    >>> int(written_otherwise("tmin", cells, np.array(cells, float)).sum())
    1
    """
    known = np.isfinite(numbers)
    if variable not in _WHOLE:
        return np.zeros(len(cells), bool)
    whole = np.array([cell.strip().lstrip("-+").isdigit() for cell in cells]) & known
    alike = whole.any() and len(np.unique(numbers[whole])) == 1 and float(numbers[whole][0]) in _WRITTEN
    return whole if alike and int((known & ~whole).sum()) >= PLAIN else np.zeros(len(cells), bool)


_WHOLE = ("tmin", "tmax", "tmean", "tdew", "tdry", "twet", "pressure", "ea")
_WRITTEN = (0.0, -1.0, -9.0, -99.0, 9.0, 99.0, 999.0)


def too_often(frame: pd.DataFrame, raw: pd.DataFrame, warnings: list[Text]) -> dict[str, tuple[str, ...]]:
    """Return by variable the days with one of `CODES` that stands there more often than weather writes it.

    Parameters
    ----------
    frame, raw : pandas.DataFrame
        Canonical columns by day: the whole record after and before `without`. A number that was left out of one day is
        doubtful on the others.
    warnings : list of Text
        Grows by which.

    Examples
    --------
    >>> days = pd.date_range("2023-01-01", periods=60)
    >>> cold = pd.DataFrame({"tmin": np.round(4 * np.sin(np.arange(60) * 1.7) - 3.03, 1)}, days)
    >>> too_often(cold, cold, [])
    {}
    >>> cold.iloc[20:25] = -9.0
    >>> len(too_often(cold, cold, [])["tmin"])
    5
    """
    days = pd.DatetimeIndex(frame.index)
    found: dict[str, NDArray[np.bool_]] = {}
    for name in (n for n in _OF_AIR if n in frame):
        values = frame[name].to_numpy(float)
        odd = np.zeros(len(values), bool)
        gone = np.concatenate(
            [raw[n][frame[n].isna()].dropna().to_numpy(float) for n in _OF_AIR if n in raw and n in frame]
        )
        known = np.unique(values[np.isfinite(values)].round(2))
        if len(known) < BESIDE or np.quantile(np.diff(known), 0.1) > TENTHS:
            continue  # whole degrees repeat
        for code in CODES:
            same = np.isclose(values, code, atol=0.03)
            used = any(np.isclose(gone, code, atol=0.03))
            if same.sum() < (1 if used else LEAST):
                continue
            more = same if used or chance(values, same, code) < TOO_OFTEN else same & (runs.lengths(same) >= RUN)
            if more.any():
                warnings.append(say("number_too_often", variable=name, value=f"{code:g}", days=in_words(days[more])))
                odd |= more
        found[name] = odd
    return doubts.of_days(days, found)


def without_signs(raw: pd.DataFrame, warnings: list[Text]) -> dict[str, tuple[str, ...]]:
    """Return the days of minima that may have lost their sign: no number of the column is below 0, and its larger ones
    lie above the maximum of their day, which with a minus none does.

    Parameters
    ----------
    raw : pandas.DataFrame
        Canonical columns by day: the whole record.
    warnings : list of Text
        Grows by a sentence.

    Examples
    --------
    >>> frame = pd.DataFrame({"tmin": [6.0, 4.0, 8.0, 1.0, 9.0], "tmax": [-2.0, 1.0, -1.0, 3.0, 20.0]})
    >>> frame.index = pd.date_range("2024-01-01", periods=5)
    >>> without_signs(frame, [])
    {'tmin': ('2024-01-01', '2024-01-02', '2024-01-03', '2024-01-04')}
    """
    if not {"tmin", "tmax"} <= set(raw):
        return {}
    low, high = raw["tmin"].to_numpy(float), raw["tmax"].to_numpy(float)
    crossed = low > high
    if crossed.sum() < LEAST or (low < 0).any() or (-low > high)[crossed].any():
        return {}
    odd = low <= low[crossed].max()
    days = pd.DatetimeIndex(raw.index)
    warnings.append(say("signs_lost", count=int(crossed.sum()), days=in_words(days[odd])))
    return doubts.of_days(days, {"tmin": odd})


def chance(values: NDArray[np.float64], same: NDArray[np.bool_], code: float) -> float:
    """Return the chance that weather writes a number as often, by how often the numbers around it stand there.

    Parameters
    ----------
    values : ndarray, shape (days,)
        A column.
    same : ndarray of bool, shape (days,)
        Where it holds the number ``code``.
    code : float

    Examples
    --------
    >>> values = np.round(np.linspace(8, 12, 80), 1)
    >>> values[::10] = 10.0
    >>> chance(values, values == 10.0, 10.0) < 1e-3, chance(values, values == 11.0, 11.0) > 0.1
    (True, True)
    """
    if same.sum() > 100:  # as many are chance nowhere
        return 0.0 if same.mean() > 0.05 else 1.0
    near = np.abs(values - code) <= (BESIDE + 0.5) * 0.1
    expected = (1.0 + int((near & ~same).sum())) / (2 * BESIDE) * (ZERO if code == 0 else 1.0)
    fewer = sum(math.exp(-expected) * expected**count / math.factorial(count) for count in range(int(same.sum())))
    return 1.0 - fewer  # Poisson


def _leave_both(
    frame: pd.DataFrame, kept: dict[str, NDArray[np.float64]], days: pd.DatetimeIndex, warnings: list[Text]
) -> None:
    """Empty the days of which both extremes are one and the same of `CODES`."""
    if not {"tmin", "tmax"} <= kept.keys():
        return
    low, high = (frame[name].to_numpy(float) for name in ("tmin", "tmax"))
    code = np.isclose(low[:, None], CODES, atol=BOTH).any(axis=1) & (np.abs(high - low) <= BOTH)
    for name in ("tmin", "tmax"):
        _leave(kept[name], code & np.isfinite(kept[name]), name, days, warnings)


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
    return np.asarray(zero & (runs.lengths(zero) >= LONG_CALM), dtype=bool)


def _counts_up(values: NDArray[np.float64]) -> bool:
    """Return whether a rain never falls from one day to the next, and rises again and again."""
    steps = np.diff(values[np.isfinite(values)])
    return len(steps) + 1 >= COUNTED and bool((steps >= 0).all()) and int((steps > 0).sum()) >= 3
