"""Measures two files are compared by: anomalies, how well they agree, distances in robust standard deviations."""

from __future__ import annotations

import numpy as np

from etolib.fusion.block import Array, Days, Table
from etolib.fusion.statistics import anomaly, correlation

MIN_DAYS = 90
"""Days two sources must share before one is judged by the other: a season; below it a correlation may be chance."""


DARK_RA = 5.0
"""Extraterrestrial radiation up to which a day counts as of the dark season. [MJ m-2 day-1]"""

FOLLOWED = ("tmax", "tmin", "rhmean", "rs", "u2")
"""The variables two sources are compared by."""


def anomalies(table: Table, days: Days) -> Array:
    """Return the anomalies of `FOLLOWED`, NaN where a source has none; shape (variables, places, days)."""
    nothing = np.full(next(iter(table.values())).shape, np.nan) if table else np.empty((0, len(days)))
    return anomaly(np.stack([table.get(variable, nothing) for variable in FOLLOWED]), days.by_month)


def agreement(one: Array, two: Array, lag: int = 0) -> Array:
    """Return the median correlation of two tables of anomalies, NaN with fewer than `MIN_DAYS` shared days.

    ``lag`` moves the first table by days. Shapes (variables, places, days) to (places,).
    """
    if lag:
        moved = np.full_like(one, np.nan)
        moved[..., max(lag, 0) : one.shape[-1] + min(lag, 0)] = one[..., max(-lag, 0) : one.shape[-1] - max(lag, 0)]
        one = moved
    found = np.sort(correlation(one, two, MIN_DAYS), axis=0)  # the few variables
    number = (~np.isnan(found)).sum(axis=0)
    low = np.take_along_axis(found, np.maximum(number - 1, 0)[None] // 2, axis=0)[0]
    high = np.take_along_axis(found, np.minimum(number // 2, len(found) - 1)[None], axis=0)[0]
    return np.where(number > 0, np.where(number % 2 == 1, high, (low + high) / 2), np.nan)


def robust_score(values: Array, days: Days) -> Array:
    """Return how many robust standard deviations each value of one place lies from the median of its month (absolute).

    The month of all years and its neighbours, where they hold `MIN_DAYS` values; else nothing is judged (NaN). Shape
    (days,).
    """
    score = np.full(len(values), np.nan)
    for number in days.by_month:
        near = np.isin(days.month, [(number - 2) % 12 + 1, number, number % 12 + 1]) & np.isfinite(values)
        if near.sum() < MIN_DAYS:
            continue
        centre = np.median(values[near])
        deviation = 1.4826 * np.median(np.abs(values[near] - centre))
        if deviation > 0:
            rows = days.by_month[number]
            score[rows] = np.abs(values[rows] - centre) / deviation
    return score
