"""Values that somebody filled in: days on a straight line, one number for many days, days and rows that repeat others.

Weather does neither but by chance, and how often it does is seen in the record itself: a run is told where a record of
its length holds one less often than once in a thousand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from etolib.sources.canonical import in_words
from etolib.sources.station import codes, doubts, runs
from etolib.words import Text, say

CHANCE = 1e-3
"""Of a run in a record of its length."""

FEWEST = 5
"""Days on a line between its ends: of 124 years of eleven stations none has so many, two have one less."""

RECORD = 30
"""Days from which a record tells how often chance makes a line."""

ROUNDED = 1.05
"""How far a value on a line may lie from it, in steps of the column: three of them are rounded."""

LINED = ("tmin", "tmax", "tmean")
"""Variables whose days differ at every season by more than a line does: radiation of a dark month does not."""

MEASURED, MOIST = ("tmin", "tmax", "tmean", "tdew", "rs", "rhmin", "rhmean", "rhmax"), 95.0
"""Variables of which no one number stands for many days; but humidity near saturation, and wind near calm. [%]"""

OFTEN, UNLIKELY = 6, 1e-6
"""Days with one number from which it is looked at, and the chance below which it was filled in, beside numbers around
it. Of 123 years of stations four hold one: radiation of UFQU in 2017 (eleven days of 24), and of UHIH in three."""

COMPARED = ("tmin", "tmax", "tmean", "tdew", "ea", "rhmin", "rhmax", "rhmean", "rs", "u2")
ALIKE = 5.0
"""How many times more often two days are alike in a further column than its numbers say: seasons, and weather. Pairs of
days at eleven stations: 2 to 5 times in two columns, up to 33 in three and 107 in four."""

STILL = 12.0
"""Hours for which a temperature of the air that is written in tenths does not stand still."""

HOURS, COLUMNS = 3.0, 3
"""Hours, and columns, that repeat in a file of hours where nothing was measured."""


def lines(frame: pd.DataFrame, warnings: list[Text]) -> dict[str, tuple[str, ...]]:
    """Return by variable the days on straight lines between others, as ISO text; ``warnings`` grow by which.

    Parameters
    ----------
    frame : pandas.DataFrame
        Canonical columns by day: the whole record.
    warnings : list of Text

    Examples
    --------
    >>> days = pd.date_range("2023-06-01", periods=60)
    >>> frame = pd.DataFrame({"tmax": np.round(25 + 4 * np.sin(np.arange(60) ** 1.4), 1)}, days)
    >>> lines(frame, [])
    {}
    >>> frame.iloc[20:30] = np.nan
    >>> found = lines(frame.interpolate().round(1), [])["tmax"]
    >>> len(found), found[0], found[-1]
    (10, '2023-06-21', '2023-06-30')
    """
    days = pd.DatetimeIndex(frame.index)
    found: dict[str, NDArray[np.bool_]] = {}
    for name in (n for n in LINED if n in frame):
        line = _on_lines(frame[name].to_numpy(float), days)
        if line.any():
            warnings.append(say("days_on_a_line", variable=name, count=int(line.sum()), days=in_words(days[line])))
            found[name] = line
    return doubts.of_days(days, found)


def numbers(frame: pd.DataFrame, warnings: list[Text]) -> dict[str, tuple[str, ...]]:
    """Return by variable the days of one number that stands there far more often than those around it, as ISO text.

    Parameters
    ----------
    frame : pandas.DataFrame
        Canonical columns by day: the whole record.
    warnings : list of Text
        Grows by which.

    Examples
    --------
    >>> days = pd.date_range("2023-06-01", periods=90)
    >>> frame = pd.DataFrame({"tmax": np.round(25 + 4 * np.sin(np.arange(90) ** 1.4), 1)}, days)
    >>> numbers(frame, [])
    {}
    >>> frame.iloc[::9] = 25.37
    >>> len(numbers(frame, [])["tmax"])
    10
    """
    days = pd.DatetimeIndex(frame.index)
    found: dict[str, NDArray[np.bool_]] = {}
    for name in (n for n in MEASURED if n in frame):
        values = frame[name].to_numpy(float)
        known, counts = np.unique(values[np.isfinite(values)].round(6), return_counts=True)
        if len(known) < RECORD // 2 or counts.max() < OFTEN or np.quantile(np.diff(known), 0.1) > codes.TENTHS:
            continue  # whole degrees repeat
        often = float(known[int(np.argmax(counts))])
        if name.startswith("rh") and often > MOIST:
            continue
        same = np.isclose(values, often, atol=1e-6)
        if codes.chance(values, same, often) < UNLIKELY:
            said = {"value": f"{often:.4g}", "days": in_words(days[same])}
            warnings.append(say("number_too_often", variable=name, **said))
            found[name] = same
    return doubts.of_days(days, found)


def copies(frame: pd.DataFrame, warnings: list[Text]) -> dict[str, tuple[str, ...]]:
    """Return by variable the days that hold the values of other days in all columns: copied, or filled with one row.

    How many days in a row must be alike follows from how often the numbers of each column stand in it: one day of
    five columns, several of two.

    Parameters
    ----------
    frame : pandas.DataFrame
        Canonical columns by day: the whole record.
    warnings : list of Text
        Grows by which.

    Examples
    --------
    >>> days, turn = pd.date_range("2023-06-01", periods=90), np.arange(90)
    >>> frame = pd.DataFrame({"tmin": 9 + 4 * np.sin(turn**1.4), "tmax": 25 + 4 * np.sin(turn**1.3)}, days).round(1)
    >>> copies(frame, [])
    {}
    >>> frame.iloc[60:70] = frame.iloc[20:30].to_numpy()
    >>> len(copies(frame, [])["tmin"])
    20
    """
    names = [name for name in COMPARED if name in frame and frame[name].notna().mean() > 0.5]
    days = pd.DatetimeIndex(frame.index)
    table = frame[names]
    whole = table.notna().all(axis=1).to_numpy()
    count = int(whole.sum())
    if count < RECORD or not {"tmin", "tmax"} <= set(names):
        return {}
    # How likely two days are alike in a column; in all of them, which go with each other; and how many days in a row
    # must be alike so that none of the pairs of days of this record is by chance.
    numbers_of = [table[name][whole].value_counts().to_numpy(float) for name in names]
    each = [float((n * (n - 1)).sum()) / (count * (count - 1)) for n in numbers_of]
    chance = min(float(np.prod(np.maximum(each, 1.0 / count))) * ALIKE ** (len(names) - 1), 0.5)
    least = int(np.ceil(np.log(CHANCE / (count**2 / 2)) / np.log(chance)))
    # Of each day the last one before it that is alike in all columns, and how far back: a copy keeps its distance.
    group = table.groupby(names, dropna=False, sort=False).ngroup()
    row = pd.Series(np.arange(len(table)), index=group.to_numpy())
    before = row.groupby(level=0).shift().to_numpy()
    apart = np.where(whole, np.arange(len(table)) - before, np.nan)
    again = np.isfinite(apart)
    goes_on = np.concatenate([[False], apart[1:] == apart[:-1]])
    copied = again & (runs.lengths(again, ~goes_on) >= least)
    if not copied.any():
        return {}
    either = copied.copy()
    either[before[copied].astype(int)] = True
    said = {"count": int(either.sum()), "number": len(names), "days": in_words(days[either])}
    warnings.append(say("days_of_other_days", **said))
    return doubts.of_days(days, dict.fromkeys(names, either))


def _on_lines(values: NDArray[np.float64], days: pd.DatetimeIndex) -> NDArray[np.bool_]:
    """Return which values lie on a line with their neighbours, in runs too long for chance."""
    nothing = np.zeros(len(values), bool)
    known = np.unique(values[np.isfinite(values)].round(6))
    if np.isfinite(values).sum() < RECORD or len(known) < RECORD // 2:
        return nothing
    step = float(np.quantile(np.diff(known), 0.1))
    day = days.to_numpy().astype("datetime64[D]").astype(np.int64)
    beside = (np.diff(day)[:-1] == 1) & (np.diff(day)[1:] == 1)
    bend = np.abs(values[2:] - 2 * values[1:-1] + values[:-2])
    sloped = np.abs(values[2:] - values[:-2]) > 0
    straight = nothing.copy()
    straight[1:-1] = beside & (bend <= 2 * ROUNDED * step) & sloped
    usable = beside & np.isfinite(bend)
    if usable.sum() < RECORD:
        return nothing
    run = runs.lengths(straight)
    alone = straight[1:-1] & (run[1:-1] < FEWEST)
    chance = min(max((alone.sum() + 1) / usable.sum(), 0.01), 0.9)
    least = max(FEWEST, int(np.ceil(np.log(CHANCE / len(values)) / np.log(chance))))
    return np.asarray(straight & (run >= least), dtype=bool)


def without_still(columns: dict[str, Any], moments: NDArray[np.datetime64], warnings: list[Text]) -> dict[str, Any]:
    """Return columns of hours without temperatures of the air that stand still for half a day, which are told.

    Parameters
    ----------
    columns : dict of str to ndarray, shape (rows,)
        Canonical variables.
    moments : ndarray of datetime64, shape (rows,)
        Their times.
    warnings : list of Text
        Grows by how many.

    Examples
    --------
    >>> hours = np.datetime64("2024-06-01T00:00") + np.arange(96) * np.timedelta64(1, "h")
    >>> air = np.round(20 - 6 * np.cos(np.arange(96) * np.pi / 12) + 0.1 * np.sin(np.arange(96) ** 1.3), 1)
    >>> air[30:50] = air[30]
    >>> int(np.isnan(without_still({"tmean": air}, hours, [])["tmean"]).sum())
    20
    """
    order = np.argsort(moments, kind="stable")
    step = (
        float(np.median(np.diff(moments[order]).astype("timedelta64[s]").astype(float))) / 3600 if len(order) > 2 else 0
    )
    kept = dict(columns)
    for name in (n for n in ("tmean", "tmin", "tmax", "tdry") if n in columns):
        values = columns[name][order]
        known = np.unique(values[np.isfinite(values)].round(6))
        if len(known) < RECORD // 2 or step <= 0 or np.quantile(np.diff(known), 0.1) > codes.TENTHS:
            continue
        same = np.concatenate([[False], values[1:] == values[:-1]])
        held = same & (runs.lengths(same) * step >= STILL)
        held = held | np.concatenate([held[1:] & ~same[:-1], [False]])  # and the first, which they repeat
        if held.any():
            warnings.append(say("stands_still_for_hours", variable=name, count=int(held.sum())))
            back = np.empty(len(order), bool)
            back[order] = held
            kept[name] = np.where(back, np.nan, columns[name])
    return kept


def repeated(columns: Mapping[str, NDArray[np.float64]], moments: NDArray[np.datetime64]) -> NDArray[np.bool_]:
    """Return which rows of a file of hours repeat the one before in all columns, for hours.

    Parameters
    ----------
    columns : mapping of str to ndarray, shape (rows,)
        Canonical variables.
    moments : ndarray of datetime64, shape (rows,)
        Their times.

    Examples
    --------
    >>> hours = np.datetime64("2024-06-01T00:00") + np.arange(9) * np.timedelta64(1, "h")
    >>> air = np.array([9.1, 8.8, 8.8, 8.8, 8.8, 8.8, 9.4, 9.9, 9.9])
    >>> repeated({"tmean": air, "rhmean": 90 - air, "u2": air / 5}, hours).nonzero()[0].tolist()
    [2, 3, 4, 5]
    """
    told = [values for name, values in columns.items() if name in _TELLING]
    nothing = np.zeros(len(moments), bool)
    if not {"tmean", "tdry"} & set(columns) or len(told) < COLUMNS or len(moments) < 3:
        return nothing
    same = nothing.copy()
    order = np.argsort(moments, kind="stable")
    table = np.array(told)[:, order]
    alike = (table[:, 1:] == table[:, :-1]) & (np.abs(table[:, 1:]) > 0) & (table[:, 1:] != 100)
    unlike = (table[:, 1:] != table[:, :-1]) & np.isfinite(table[:, 1:]) & np.isfinite(table[:, :-1])
    same[1:] = (alike.sum(axis=0) >= COLUMNS) & ~unlike.any(axis=0)
    step = np.median(np.diff(moments[order]).astype("timedelta64[s]").astype(float)) / 3600
    found = nothing.copy()
    found[order] = same & (runs.lengths(same) * step >= HOURS)
    return found


_TELLING = ("tmean", "tdry", "twet", "tdew", "rhmean", "u2", "pressure", "rs", "ea")
