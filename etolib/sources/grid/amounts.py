"""Radiation and rain in amounts: those of each step, or summed up since 00 UTC or since a run began.

ERA5 gives the amount of the hour before its time, ERA5-Land the sum since 00 UTC (its value of 00 UTC is that of the
whole day before), WRF the sum since the simulation began. The attributes do not tell the first two apart; the values
do: the radiation of hours falls in the afternoon, a sum never does before it begins again.

References
----------
ECMWF, ERA5-Land: data documentation, "Accumulations"; ERA5: data documentation, "Mean rates/fluxes and accumulations".
"""

from __future__ import annotations

from typing import Literal

import numpy as np

Kind = Literal["step", "day", "run"]

NOISE = 1e-3
"""What packing may take from a sum that does not fall, as a share of its largest value."""

WET_STRETCHES = 3
"""Days of rain that never falls from one step to the next, before it is taken for a sum."""


def kind_of(values: np.ndarray, moments: np.ndarray, step: float, *, radiation: bool) -> Kind | None:
    """Return how amounts are summed up, as their values show it; None where they do not.

    Parameters
    ----------
    values : ndarray, shape (n,)
        In order of time.
    moments : ndarray of datetime64[ns], shape (n,)
        The ends of their intervals. [UTC]
    step : float
        Hours between them.
    radiation : bool
        Radiation falls every afternoon; rain may rise by chance.

    Examples
    --------
    >>> hours = np.datetime64("2024-01-01T01", "ns") + np.arange(48) * np.timedelta64(1, "h")
    >>> sun = np.tile(np.maximum(0, np.sin((np.arange(24) - 6) / 12 * np.pi)), 2)
    >>> kind_of(sun, hours, 1.0, radiation=True)
    'step'
    >>> kind_of(np.concatenate([sun[:24].cumsum()] * 2), hours, 1.0, radiation=True)
    'day'
    >>> kind_of(sun.cumsum(), hours, 1.0, radiation=True)
    'run'
    """
    there = np.isfinite(values)
    if not there.any() or float(np.max(values[there])) <= 0:
        return "step"  # nothing fell: each reading gives the same
    noise = NOISE * float(np.max(values[there]))
    begins = group_starts(moments, step)
    pairs = there[1:] & there[:-1] & following(moments, step)[1:]
    change = np.diff(values)
    within = pairs & ~begins[1:]
    if (change[within] < -noise).any():
        return "step"
    across = pairs & begins[1:]
    rises = (change[within] > noise).any()
    if not rises:
        return None
    if (change[across] < -noise).any():
        wet = np.unique(moments[1:][within & (change > noise)].astype("datetime64[D]")).size
        return "day" if radiation or wet >= WET_STRETCHES else None
    if across.any() and (radiation or across.sum() >= WET_STRETCHES):
        return "run"
    return None


def per_step(values: np.ndarray, moments: np.ndarray, step: float, kind: Kind) -> np.ndarray:
    """Return the amount of each step; NaN where the sum before it is missing, or a run began anew. (n, ...)

    >>> hours = np.datetime64("2024-01-01T23", "ns") + np.arange(3) * np.timedelta64(1, "h")
    >>> per_step(np.array([5.0, 7.0, 1.0]), hours, 1.0, "day")
    array([nan,  2.,  1.])
    """
    if kind == "step":
        return values
    noise = NOISE * np.nanmax(np.abs(values), initial=0.0, axis=0)
    before = np.full(values.shape, np.nan)
    follows = following(moments, step)[1:].reshape(-1, *(1,) * (values.ndim - 1))
    before[1:] = np.where(follows, values[:-1], np.nan)
    if kind == "day":
        before[group_starts(moments, step)] = 0.0
    amounts = values - before
    return np.where(amounts < -noise, np.nan, np.maximum(amounts, 0.0))


def group_starts(moments: np.ndarray, step: float) -> np.ndarray:
    """Return where an interval is the first of its day of UTC. (n,)"""
    begins = moments - np.timedelta64(round(step * 60), "m")
    return np.asarray(begins == begins.astype("datetime64[D]"))


def following(moments: np.ndarray, step: float) -> np.ndarray:
    """Return where a time follows the one before by one step. (n,)"""
    found = np.zeros(len(moments), dtype=bool)
    found[1:] = np.diff(moments) == np.timedelta64(round(step * 60), "m")
    return found
