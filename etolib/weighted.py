"""The mean of places by their weights, and its interval: one rule for every area and every page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Mean:
    """The mean of places, a number a day. [mm day-1]

    Attributes
    ----------
    eto, lower, upper : ndarray, shape (days,)
        NaN on a day on which a place that has values on others has none.
    weights : ndarray, shape (places,)
        What each place counts: they sum to one; 0 where it has no values at all.
    share : float
        Part of the whole that the places with values are, 0 to 1.
    """

    eto: Array
    lower: Array
    upper: Array
    weights: Array
    share: float


def mean_of(eto: Array, lower: Array, upper: Array, weights: Array) -> Mean:
    """Return the mean of places by their weights, and its interval.

    The errors of neighbours have the same causes (one grid, one bias), so they are taken as wholly alike: the limits of
    the mean are the means of the limits, and no number of places makes the interval narrower. That is the widest that
    such a mean can have where intervals are symmetric. A place without any value is left out, and the others count as
    much more.

    Parameters
    ----------
    eto, lower, upper : ndarray, shape (places, days)
        NaN where there is none. [mm day-1]
    weights : ndarray, shape (places,)
        Their shares of the whole, which sum to one.

    Examples
    --------
    >>> mean = mean_of(*(np.array([[one], [one + 2]]) for one in (4.0, 3.0, 5.0)), np.array([0.75, 0.25]))
    >>> float(mean.eto[0]), float(mean.lower[0]), float(mean.upper[0]), mean.share
    (4.5, 3.5, 5.5, 1.0)
    """
    there = np.isfinite(eto).any(axis=1)
    share = float(weights[there].sum())
    if not share > 0:
        nothing = np.full(eto.shape[1], np.nan)
        return Mean(nothing, nothing, nothing, np.zeros(len(weights)), 0.0)
    used = np.where(there, weights / share, 0.0)
    mean, low, high = (used[there] @ one[there] for one in (eto, lower, upper))
    return Mean(mean, low, high, used, min(1.0, share))
