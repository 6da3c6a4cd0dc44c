"""The numbers of a region as they come, and what is shown of them: a day, a mean, a sum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

QUANTITIES = ("eto", "anomaly", "width", "quality")
"""ETo; ETo less what is usual; width of the 95 % interval; quality."""

STEPS = {
    "eto": ("day", "mean", "sum"), "anomaly": ("day", "mean", "sum"), "width": ("day", "mean"),
    "quality": ("day", "mean"),
}  # fmt: skip
"""What can be shown of each: a day, the mean of the days, their sum. An interval of a sum is nobody's to give: how far
the errors of two days go together is not known."""

TO_DO, DONE, PARTIAL, FAILED = range(4)
"""States of a place, as in `etolib.store.layout`."""


@dataclass
class Values:
    """What is known of a region by now.

    Attributes
    ----------
    first : int
        The first day, since 1970-01-01.
    eto, lower, upper : ndarray, shape (places, days)
        NaN where there is none yet. [mm day-1]
    quality, kind : ndarray of int8, shape (places, days)
        0 no value, 1 low, 2 medium, 3 high; 0 no value, 1 observed, 2 forecast, 3 climatology.
    elevation : ndarray, shape (places,)
        [m]
    state : ndarray of int8, shape (places,)
    usual : ndarray or None
        ETo of the climatology, once it was asked for; shape (places, days). [mm day-1]
    """

    first: int
    eto: Array
    lower: Array
    upper: Array
    quality: NDArray[np.int8]
    kind: NDArray[np.int8]
    elevation: Array
    state: NDArray[np.int8]
    usual: Array | None = None

    @classmethod
    def none(cls, places: int, days: int, first: int) -> Values:
        """Return a region of which nothing is known yet.

        >>> Values.none(2, 3, 0).eto.shape
        (2, 3)
        """
        shape = (places, days)
        return cls(
            first, np.full(shape, np.nan), np.full(shape, np.nan), np.full(shape, np.nan), np.zeros(shape, np.int8),
            np.zeros(shape, np.int8), np.full(places, np.nan), np.zeros(places, np.int8),
        )  # fmt: skip

    @property
    def days(self) -> int:
        """Days of the period."""
        return int(self.eto.shape[1])


def shown(values: Values, quantity: str, step: str, day: int) -> Array:
    """Return one number a place.

    Parameters
    ----------
    quantity, step : str
        Of `QUANTITIES` and `STEPS`. The mean is that of the days that have a value; a sum is none where a day is
        missing. The mean of quality is the share of days of high quality [%].
    day : int
        From 0; of ``step="day"`` alone.

    Returns
    -------
    ndarray, shape (places,)
        [mm day-1], sums [mm], quality 1 to 3 or [%]; NaN where there is none.

    Examples
    --------
    >>> one = Values.none(1, 2, 0)
    >>> one.eto[0], one.lower[0], one.upper[0] = (4.0, 5.0), (3.5, 4.0), (4.5, 6.0)
    >>> kinds = ("eto", "day"), ("eto", "mean"), ("eto", "sum"), ("width", "mean")
    >>> [float(shown(one, *kind, 1)[0]) for kind in kinds]
    [5.0, 4.5, 9.0, 1.5]
    """
    if quantity == "quality":
        known = values.quality > 0
        if step == "day":
            return np.where(known[:, day], values.quality[:, day].astype(float), np.nan)
        count = known.sum(axis=1)
        return 100.0 * _over((values.quality == 3).sum(axis=1), count)
    table = of(values, quantity)
    if step == "day":
        return table[:, day]
    known = np.isfinite(table)
    total = np.where(known, table, 0.0).sum(axis=1)
    if step == "sum":
        return np.where(known.all(axis=1), total, np.nan)
    return _over(total, known.sum(axis=1))


def of(values: Values, quantity: str) -> Array:
    """Return a quantity of every place and day. [mm day-1]"""
    if quantity == "anomaly":
        return np.full_like(values.eto, np.nan) if values.usual is None else values.eto - values.usual
    return values.upper - values.lower if quantity == "width" else values.eto


def _over(total: NDArray[np.generic], count: NDArray[np.int64]) -> Array:
    """Return means, NaN of nothing."""
    mean: Array = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return mean


def extent(values: Values, quantity: str, step: str) -> tuple[float, float] | None:
    """Return the least and the largest number that a map of this kind shows on any day; None where nothing is known.

    So the colours mean the same on every day. One hundredth is left out at either end: a single place in a thousand
    shall not take the colours from the others.
    """
    numbers = of(values, quantity) if step == "day" else shown(values, quantity, step, 0)
    known = numbers[np.isfinite(numbers)]
    if not known.size:
        return None
    low, high = np.quantile(known, (0.005, 0.995)) if known.size >= 400 else (known.min(), known.max())
    return float(low), float(high)
