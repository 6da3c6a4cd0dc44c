"""Medians, quantiles and correlations of rows with gaps: arrays (..., day), NaN is absent, a number for each row.

Every row is worked on by itself and along all of its days, so that it gives the same bits alone and among others.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def count(values: Array) -> NDArray[np.int64]:
    """Return how many values each row has."""
    return np.asarray(np.isfinite(values).sum(axis=-1), dtype=np.int64)


class Ordered:
    """The values of each row in order, absent ones last.

    Parameters
    ----------
    values : ndarray, shape (..., days)
        NaN where absent; infinite values are none.

    Examples
    --------
    >>> rows = Ordered(np.array([[3.0, np.nan, 1.0], [np.nan, np.nan, np.nan]]))
    >>> rows.count.tolist(), rows.median().tolist(), rows.quantile(0.25).tolist()
    ([2, 0], [2.0, nan], [1.5, nan])
    """

    def __init__(self, values: Array) -> None:
        self.values = np.sort(values, axis=-1)
        self.count = np.asarray((~np.isnan(values)).sum(axis=-1), dtype=np.int64)

    def _at(self, position: NDArray[np.int64]) -> Array:
        last = max(self.values.shape[-1] - 1, 0)
        if self.values.shape[-1] == 0:
            return np.full(position.shape, np.nan)
        return np.asarray(np.take_along_axis(self.values, np.clip(position, 0, last)[..., None], axis=-1)[..., 0])

    def median(self) -> Array:
        """Return the median of each row, NaN where it has no value."""
        low, high = self._at((self.count - 1) // 2), self._at(self.count // 2)
        middle = np.where(self.count % 2 == 1, high, (low + high) / 2)
        return np.where(self.count > 0, middle, np.nan)

    def quantile(self, level: float) -> Array:
        """Return the quantile of each row, between two values by distance; NaN where it has no value."""
        place = np.maximum(self.count - 1, 0) * level
        below = np.floor(place).astype(np.int64)
        low, high = self._at(below), self._at(np.minimum(below + 1, np.maximum(self.count - 1, 0)))
        share = place - below  # as numpy's quantile: from the nearer end
        between = np.where(share < 0.5, low + (high - low) * share, high - (high - low) * (1 - share))
        return np.where(self.count > 0, between, np.nan)


def median(values: Array) -> Array:
    """Return the median of each row, NaN where it has no value."""
    return Ordered(values).median()


def deviation(values: Array, centre: Array) -> Array:
    """Return the robust standard deviation of each row about its centre: 1.4826 times the median distance."""
    return np.asarray(1.4826 * median(np.abs(values - centre[..., None])))


def anomaly(values: Array, by_month: Mapping[int, NDArray[np.int64]]) -> Array:
    """Return values less the median of their calendar month, of all years together.

    >>> anomaly(np.array([[1.0, 3.0, 7.0]]), {1: np.array([0, 1]), 2: np.array([2])}).tolist()
    [[-1.0, 1.0, 0.0]]
    """
    out = np.empty_like(values)
    for rows in by_month.values():
        part = values[..., rows]
        out[..., rows] = part - median(part)[..., None]
    return out


def correlation(one: Array, two: Array, least: int) -> Array:
    """Return the correlation of rows, NaN where they share fewer than ``least`` values or one of them does not vary.

    >>> a = np.array([[1.0, 2.0, 3.0, np.nan]])
    >>> correlation(a, np.array([[2.0, 4.0, 7.0, 1.0]]), 3).round(3).tolist()
    [0.993]
    """
    both = np.isfinite(one) & np.isfinite(two)
    number = both.sum(axis=-1)
    a, b = _centred(one, both, number), _centred(two, both, number)
    aa, bb = (a * a).sum(axis=-1), (b * b).sum(axis=-1)
    usable = (number >= least) & (aa > 0) & (bb > 0)
    scale = np.sqrt(np.where(usable, aa, 1.0)) * np.sqrt(np.where(usable, bb, 1.0))
    return np.where(usable, (a * b).sum(axis=-1) / scale, np.nan)


def _centred(values: Array, there: NDArray[np.bool_], number: NDArray[np.int64]) -> Array:
    """Return values less the mean of those that count, 0 elsewhere."""
    counted = np.where(there, values, 0.0)
    mean = counted.sum(axis=-1) / np.maximum(number, 1)
    return np.where(there, counted - mean[..., None], 0.0)


def run_lengths(values: Array) -> NDArray[np.int64]:
    """Return for each value the length of the run of equal values it belongs to; 0 where absent.

    >>> run_lengths(np.array([[1.0, 1.0, 2.0, np.nan, 2.0], [2.0, 2.0, 2.0, 3.0, 3.0]])).tolist()
    [[2, 2, 1, 0, 1], [3, 3, 3, 2, 2]]
    """
    change = np.ones(values.shape, bool)
    change[..., 1:] = values[..., 1:] != values[..., :-1]
    run = np.cumsum(change.ravel()) - 1
    length = np.bincount(run)[run].reshape(values.shape) if run.size else np.zeros(values.shape, np.int64)
    return np.asarray(np.where(np.isfinite(values), length, 0), dtype=np.int64)
