"""Quantile mapping by month: gives a corrected member the spread the reference has, where ten years of it exist.

The map is a *ratio* per quantile, interpolated between quantiles and held constant beyond the outermost: it keeps
the order of the days, moves no day in time and never turns into an offset on days that were not seen before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

QUANTILES = 25
"""Quantiles per month. With ten years of three months each stands on 36 days."""

MIN_DAYS = 3650
"""Reference days needed: ten years. With less the tails of a month are a matter of chance."""

MIN_MONTH = 200
"""Reference days needed within a month and its two neighbours."""


@dataclass(frozen=True)
class QuantileMap:
    """Ratio of reference to member at quantiles of each month.

    Attributes
    ----------
    at, ratio : ndarray, shape (12, QUANTILES)
        Member's quantiles [mm day-1] and the factor there [1]; NaN where a month could not be learnt.
    """

    at: np.ndarray
    ratio: np.ndarray

    def apply(self, eto: np.ndarray, month: np.ndarray) -> np.ndarray:
        """Return mapped ETo; unchanged in a month that was not learnt. [mm day-1]"""
        out = np.array(eto, float)
        for number in range(12):
            if np.isfinite(self.at[number]).all():
                rows = month == number + 1
                out[rows] = eto[rows] * np.interp(eto[rows], self.at[number], self.ratio[number])
        return out


def near_month(month: np.ndarray, number: int) -> np.ndarray:
    """Return where ``month`` is within one month of ``number`` (1 to 12, December next to January).

    >>> near_month(np.arange(1, 13), 1).nonzero()[0].tolist()
    [0, 1, 11]
    """
    return np.isin(month, [(number - 2) % 12 + 1, number, number % 12 + 1])


def learn(eto: np.ndarray, reference: np.ndarray, month: np.ndarray) -> QuantileMap | None:
    """Learn the map of one place, or return None with fewer than `MIN_DAYS` reference days.

    Parameters
    ----------
    eto : ndarray, shape (days,)
        Corrected ETo of a member. [mm day-1]
    reference : ndarray, shape (days,)
        NaN where absent. [mm day-1]
    month : ndarray, shape (days,)
        1 to 12.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> eto, month = rng.uniform(2, 8, 4000), np.arange(4000) % 12 + 1
    >>> found = learn(eto, 0.5 * eto, month)
    >>> found.apply(np.array([4.0]), np.array([3])).round(2).tolist()
    [2.0]
    """
    both = np.isfinite(eto) & np.isfinite(reference) & (eto > 0)
    if both.sum() < MIN_DAYS:
        return None
    at = np.full((12, QUANTILES), np.nan)
    ratio = np.full((12, QUANTILES), np.nan)
    levels = (np.arange(QUANTILES) + 0.5) / QUANTILES
    for number in range(12):
        rows = both & near_month(month, number + 1)
        if rows.sum() >= MIN_MONTH:
            own = np.quantile(eto[rows], levels)
            if own[0] > 0:
                at[number], ratio[number] = own, np.quantile(reference[rows], levels) / own
    return QuantileMap(at, ratio)
