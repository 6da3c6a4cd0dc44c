"""Weights of members from their error covariance (best linear unbiased estimate), by month.

Errors of two members of one place are correlated: they share a sky, and here often the same satellite. Weights from
variances alone would count the shared part twice, so the whole covariance is inverted. Weights are never negative
(a negative one bets on the correlation staying what it was).
"""

from __future__ import annotations

import itertools

import numpy as np

from etolib.fusion.quantiles import near_month

LOADING = 0.1
"""Share of each variance added to the diagonal, against weights that rest on a chance correlation."""

MIN_DAYS = 90
"""Days with errors needed in a month and its two neighbours; with less the month takes the year's covariance."""


def error_covariance(errors: np.ndarray, month: np.ndarray) -> np.ndarray | None:
    """Return the error covariance of each month, or None where the year has fewer than `MIN_DAYS` days.

    Parameters
    ----------
    errors : ndarray, shape (members, days)
        Member minus reference, NaN where either is absent. [mm day-1]
    month : ndarray, shape (days,)
        1 to 12.

    Returns
    -------
    ndarray, shape (12, members, members)
        Second moments about zero, so that a member with a bias left is worth less. [mm2 day-2]
    """
    whole = np.isfinite(errors).all(axis=0)
    if whole.sum() < MIN_DAYS:
        return None
    year = errors[:, whole] @ errors[:, whole].T / whole.sum()
    out = np.empty((12, *year.shape))
    for number in range(12):
        rows = whole & near_month(month, number + 1)
        out[number] = errors[:, rows] @ errors[:, rows].T / rows.sum() if rows.sum() >= MIN_DAYS else year
    return out


def blue(covariance: np.ndarray) -> np.ndarray:
    """Return non-negative weights of least error variance that sum to one.

    Parameters
    ----------
    covariance : ndarray, shape (members, members)

    Examples
    --------
    >>> blue(np.diag([1.0, 3.0])).round(2).tolist()
    [0.75, 0.25]
    >>> blue(np.array([[1.0, 1.5], [1.5, 4.0]])).tolist()
    [1.0, 0.0]
    """
    loaded = covariance + LOADING * np.diag(np.diag(covariance))
    active = np.arange(len(loaded))
    while True:
        share = np.linalg.solve(loaded[active][:, active], np.ones(len(active)))
        share /= share.sum()
        if share.min() >= 0 or len(active) == 1:
            weights = np.zeros(len(loaded))
            weights[active] = share
            return weights
        active = np.delete(active, int(np.argmin(share)))


def combine(members: np.ndarray, covariance: np.ndarray, month: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Join members with the weights of the month among those that have the day.

    Parameters
    ----------
    members : ndarray, shape (members, days)
        NaN where absent. [mm day-1]
    covariance : ndarray, shape (12, members, members)
    month : ndarray, shape (days,)

    Returns
    -------
    joined : ndarray, shape (days,)
        NaN where no member has the day. [mm day-1]
    weights : ndarray, shape (members, days)
        Sum to 1 on every day with a member, else all 0.

    Examples
    --------
    >>> each = np.array([[4.0, np.nan], [6.0, 6.0]])
    >>> joined, weights = combine(each, np.tile(np.eye(2), (12, 1, 1)), np.array([1, 1]))
    >>> joined.tolist(), weights.tolist()
    ([5.0, 6.0], [[0.5, 0.0], [0.5, 1.0]])
    """
    there = np.isfinite(members)
    weights = np.zeros(members.shape)
    for pattern in itertools.product([False, True], repeat=len(members)):
        chosen = np.flatnonzero(pattern)
        rows = (there == np.array(pattern)[:, None]).all(axis=0)
        if not chosen.size or not rows.any():
            continue
        for number in np.unique(month[rows]):
            share = blue(covariance[number - 1][chosen][:, chosen])
            days = np.flatnonzero(rows & (month == number))
            weights[chosen[:, None], days] = share[:, None]
    joined = np.where(there, members, 0.0)
    joined = (weights * joined).sum(axis=0)
    return np.where(there.any(axis=0), joined, np.nan), weights
