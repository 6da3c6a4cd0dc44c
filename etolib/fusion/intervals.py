"""Intervals: how far the fused ETo of a day may lie from the truth.

Three parts add as variances: the error of a day (learnt by month from days with a reference, larger on days of
large ETo), what is not known of the bias states (from the filter, whose noise is inflated because errors of
neighbouring days are alike), and, where nothing was learnt at all, stated priors.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from etolib.fusion.quantiles import near_month

Z95 = 1.959964

LEVEL = 0.95
"""Share of days an interval is meant to hold."""

MEMORY_DAYS = 3 * 365.25
"""Errors older than this count less (by 1/e per three years): sources get better as satellites are added. Learnt to
1998, scored 1999-2005: coverage 94.9, 95.2, 95.7, 95.9 % with 2, 3, 5, 8 years."""

MIN_DAYS = 90
"""Days with errors needed to learn a spread."""

MIN_MONTH = 30
"""Days needed in a month and its two neighbours; with less the month takes the spread of all days."""

SHORT_YEARS = 0.5
"""An interval learnt on n years is widened by the square root of 1 + 0.5 / n: few years do not show how years differ,
and what was learnt on them fits them best. Learnt on 0.5, 1, 2 and 4 years to 1998, scored 1999-2005: coverage 90, 89,
92, 93 % without, 97, 94, 94, 95 % with it."""

GROWTH = 0.25
"""Exponent of the spread's growth with ETo within a month: between constant (0) and proportional (1). Same years: the
lowest and highest decile of the reference are covered to 88 and 94 % with 0.25, to 86 and 95 % with 0.5."""

SHARED_ERROR = 0.10
"""Relative standard error of ETo without a reference, where two or more sources share in it. A round prior."""

ALONE_ERROR = 0.15
"""The same where only one source has the day."""

WIND_SD = 0.5
"""Standard deviation of the unknown wind factor, in doublings: the same prior as the wind state of the filter."""

SPREAD_SHARE = 0.25
"""Share of the spread between the sources' ETo that counts as error of the chosen one."""


@dataclass(frozen=True)
class Spread:
    """Learnt size of daily errors.

    Attributes
    ----------
    deviation, centre : ndarray, shape (12,)
        Root mean square error and mean ETo of each month. [mm day-1]
    factor : float
        Half-width of the interval in deviations: the `LEVEL` quantile of the learnt errors over their deviation.
    """

    deviation: np.ndarray
    centre: np.ndarray
    factor: float

    def daily(self, eto: np.ndarray, month: np.ndarray) -> np.ndarray:
        """Return the standard deviation of each day's error. [mm day-1]"""
        level = np.clip(eto / self.centre[month - 1], 0.25, 4.0)
        daily: np.ndarray = self.deviation[month - 1] * level**GROWTH
        return daily


def learn(
    errors: np.ndarray, eto: np.ndarray, bias_variance: np.ndarray, month: np.ndarray, age: np.ndarray
) -> Spread | None:
    """Learn the spread from days with a reference, or return None with fewer than `MIN_DAYS`.

    Parameters
    ----------
    errors : ndarray, shape (days,)
        Fused minus reference, NaN where absent. [mm day-1]
    eto : ndarray, shape (days,)
        Fused ETo. [mm day-1]
    bias_variance : ndarray, shape (days,)
        Variance of its log bias as `bounds` gets it; the factor is learnt with it.
    month : ndarray, shape (days,)
    age : ndarray, shape (days,)
        Days before the last one learnt from; see `MEMORY_DAYS`.
    """
    there = np.isfinite(errors) & np.isfinite(eto) & (eto > 0)
    if there.sum() < MIN_DAYS:
        return None
    weight = np.where(there, np.exp(-age / MEMORY_DAYS), 0.0)
    square = np.where(there, errors, 0.0) ** 2
    value = np.where(there, eto, 0.0)
    deviation, centre = np.empty(12), np.empty(12)
    for number in range(12):
        rows = near_month(month, number + 1)
        rows = rows if there[rows].sum() >= MIN_MONTH else np.ones_like(rows)
        deviation[number] = np.sqrt((weight * square)[rows].sum() / weight[rows].sum())
        centre[number] = (weight * value)[rows].sum() / weight[rows].sum()
    spread = Spread(deviation, centre, 0.0)
    size = np.sqrt(spread.daily(np.where(there, eto, 1.0), month) ** 2 + bias_variance * value**2)
    ratio = np.abs(np.where(there, errors, 0.0)) / size
    factor = weighted_quantile(ratio[there], weight[there], LEVEL)
    return Spread(deviation, centre, factor * np.sqrt(1 + SHORT_YEARS * 365.25 / there.sum()))


def weighted_quantile(values: np.ndarray, weights: np.ndarray, level: float) -> float:
    """Return the quantile of weighted values.

    >>> weighted_quantile(np.array([3.0, 1.0, 2.0]), np.ones(3), 0.5)
    2.0
    """
    order = np.argsort(values)
    cumulative = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(cumulative, level * cumulative[-1])])


def bounds(
    eto: np.ndarray, deviation: np.ndarray, bias_variance: np.ndarray, factor: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return lower and upper bound, the lower one by `not_below_zero`. [mm day-1]

    Parameters
    ----------
    eto, deviation : ndarray, shape (days,)
        Fused ETo and the deviation of its daily error. [mm day-1]
    bias_variance : ndarray, shape (days,)
        Variance of its log bias.
    factor : float
        Half-width in standard deviations.

    Examples
    --------
    >>> lower, upper = bounds(np.array([4.0]), np.array([0.3]), np.array([0.01]), 2.0)
    >>> lower.tolist(), upper.tolist()
    ([3.0], [5.0])
    """
    half = factor * np.sqrt(deviation**2 + bias_variance * eto**2)
    return not_below_zero(eto, eto - half), eto + half


def not_below_zero(eto: np.ndarray, lower: np.ndarray) -> np.ndarray:
    """Return lower bounds that do not fall below zero where ETo lies above it. [mm day-1]

    One rule for every interval. A negative ETo is left as the equation gives it (condensation, polar night), and so is
    what bounds it.

    >>> not_below_zero(np.array([0.1, -0.1]), np.array([-0.2, -0.4])).tolist()
    [0.0, -0.4]
    """
    return np.where(eto > 0, np.maximum(lower, 0.0), lower)


def without_reference(
    eto: np.ndarray,
    wind: tuple[np.ndarray, np.ndarray],
    spread: np.ndarray,
    sources: np.ndarray,
    extra: np.ndarray | float = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the interval of an ETo that has learnt from nothing: stated priors, as a ratio. [mm day-1]

    Parameters
    ----------
    eto : ndarray, shape (days,)
        ETo of the chosen inputs. [mm day-1]
    wind : two ndarrays, shape (days,)
        Relative standard error of ETo for its wind, upwards and downwards (`etolib.fusion.wind`). [1]
    spread : ndarray, shape (days,)
        Standard deviation between the ETo of the sources. [mm day-1]
    sources : ndarray, shape (days,)
        Number of sources.
    extra : ndarray, shape (days,), or float
        Further relative variance. [1]
    """
    shared = np.where(sources >= 2, SHARED_ERROR, ALONE_ERROR)
    common = shared**2 + extra + (SPREAD_SHARE * np.nan_to_num(spread) / np.maximum(np.abs(eto), 0.1)) ** 2
    up, down = (np.exp(Z95 * np.sqrt(common + np.nan_to_num(part) ** 2)) for part in wind)
    return np.where(eto >= 0, eto / down, eto * down), np.where(eto >= 0, eto * up, eto / up)
