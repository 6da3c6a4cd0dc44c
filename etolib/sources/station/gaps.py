"""Hours that a day lacks, and whether its values could be others with them.

A day of an hourly file may lack three of its hours (`etolib.sources.daily.NEEDED`). Which three matters: the hour
before sunrise holds the minimum, that of the afternoon the maximum, and any three a front. The whole days of the same
file tell: the hours that a day lacks are taken out of each of them, and where that moves the value of one day in
fifty (`SELDOM`) by more than `ROOM`, the day that lacks them is doubtful.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from etolib.site import Site
from etolib.sources.station import doubts

ROOM: Mapping[str, float] = {
    "tmin": 0.3, "tmax": 0.3, "tmean": 0.3, "tdew": 0.3, "tdry": 0.3, "twet": 0.3,
    "rhmin": 3.0, "rhmax": 3.0, "rhmean": 3.0, "u2": 0.2, "ea": 0.03,
}  # fmt: skip
"""How far a value of a day may move: about what a sensor errs by. [K, %, m s-1, kPa]"""

SELDOM = 0.02
"""Share of the whole days that may move farther."""

WHOLE = 5
"""Whole days of a file below which each day that lacks an hour is doubtful."""

_OF: Mapping[str, tuple[tuple[str, ...], Any]] = {
    "tmin": (("temperature_low", "temperature"), np.min), "tmax": (("temperature_high", "temperature"), np.max),
    "tmean": (("temperature",), np.mean), "tdew": (("dewpoint",), np.mean), "tdry": (("tdry",), np.mean),
    "twet": (("twet",), np.mean), "rhmin": (("rh_low", "rh"), np.min), "rhmax": (("rh_high", "rh"), np.max),
    "rhmean": (("rh",), np.mean), "u2": (("wind2",), np.mean), "ea": (("ea",), np.mean),
}  # fmt: skip


def of_days(hours: pd.DataFrame, frame: pd.DataFrame, place: Site) -> dict[str, tuple[str, ...]]:
    """Return by variable the days whose value could be another one with the hours that they lack, as ISO text.

    Parameters
    ----------
    hours : pandas.DataFrame
        Values by hour, as `etolib.sources.daily.to_days` takes them.
    frame : pandas.DataFrame
        The days made of them.
    place : Site
        Its solar day.

    Examples
    --------
    >>> index = pd.date_range("2024-06-01", periods=240, freq="h")
    >>> hours = pd.DataFrame({"temperature": 20 - 6 * np.cos(2 * np.pi * (index.hour - 4) / 24)}, index)
    >>> hours.iloc[48 + 3 : 48 + 6] = hours.iloc[96 + 22] = np.nan
    >>> days = hours["temperature"].resample("D").agg(tmin="min", tmax="max")
    >>> of_days(hours, days, Site(40.0, 0.0))
    {'tmin': ('2024-06-03',)}
    """
    local = pd.DatetimeIndex(hours.index) + pd.Timedelta(hours=place.utc_offset)
    days = pd.DatetimeIndex(frame.index)
    row, hour = days.get_indexer(local.floor("D")), local.hour.to_numpy()
    found: dict[str, np.ndarray] = {}
    for name, (columns, reduce) in _OF.items():
        column = next((c for c in columns if c in hours), None)
        if column is None or name not in frame:
            continue
        values = np.full((len(days), 24), np.nan)
        values[row[row >= 0], hour[row >= 0]] = hours[column].to_numpy(float)[row >= 0]
        absent = np.isnan(values)
        whole = values[~absent.any(axis=1)]
        lacking = absent.any(axis=1) & ~absent.all(axis=1) & frame[name].notna().to_numpy()
        for i in np.flatnonzero(lacking):
            lacking[i] = _moves(whole, absent[i], reduce, ROOM[name])
        found[name] = lacking
    return doubts.of_days(days, found)


def _moves(whole: np.ndarray, absent: np.ndarray, reduce: Any, room: float) -> bool:
    """Return whether days without the hours ``absent`` have too often another value than whole ones."""
    if len(whole) < WHOLE:
        return True
    moved = np.abs(reduce(whole[:, ~absent], axis=1) - reduce(whole, axis=1))
    return bool(np.mean(moved > room) > SELDOM)
