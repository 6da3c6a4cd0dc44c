"""Degree days: the warmth of days above a base temperature.

References
----------
McMaster, G. S., Wilhelm, W. W. (1997): Growing degree-days: one equation, two interpretations. Agric. For. Meteorol.
87, 291-300, doi:10.1016/S0168-1923(97)00027-0.
Baskerville, G. L., Emin, P. (1969): Rapid estimation of heat accumulation from maximum and minimum temperatures.
Ecology 50, 514-517, doi:10.2307/1933912.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from etolib.errors import InputError, Problem
from etolib.words import say

METHODS = ("mean", "limited", "sine")


def degree_days(tmin: Any, tmax: Any, base: float, upper: float | None = None, *, method: str = "limited") -> Any:
    """Return the degree days of each day [degC day].

    Parameters
    ----------
    tmin, tmax : array_like
        Minimum and maximum temperature of the day [degC].
    base : float
        Temperature below which nothing grows [degC].
    upper : float, optional
        Temperature above which more warmth adds nothing (horizontal cut-off) [degC].
    method : {"limited", "mean", "sine"}
        ``limited``: Tmin and Tmax are brought within base and upper, then their mean less base (method 2 of McMaster
        and Wilhelm; with 10 and 30 degC the "modified growing degree days" of maize). ``mean``: the mean of Tmin and
        Tmax is brought within base and upper (method 1). ``sine``: the mean over a sine wave from Tmin to Tmax of
        what lies within base and upper (Baskerville and Emin).

    Returns
    -------
    numpy.ndarray
        NaN where Tmin or Tmax is absent, or Tmin above Tmax.

    Raises
    ------
    InputError
        Where upper is not above base, or the method is none of these.

    >>> [round(float(degree_days(8, 32, 10, 30, method=m)), 2) for m in METHODS]
    [10.0, 10.0, 10.0]
    >>> [round(float(degree_days(4, 20, 10, method=m)), 2) for m in METHODS]
    [2.0, 5.0, 3.63]
    """
    problems = []
    if method not in METHODS:
        problems.append(Problem("method", method, say("not_one_of", names=list(METHODS))))
    if upper is not None and not upper > base:
        problems.append(Problem("upper", upper, say("must_lie_above", low=base)))
    if problems:
        raise InputError(problems)
    low, high = np.asarray(tmin, float), np.asarray(tmax, float)
    top = np.inf if upper is None else upper
    with np.errstate(invalid="ignore"):
        if method == "mean":
            value = np.clip((low + high) / 2, base, top) - base
        elif method == "limited":
            value = (np.clip(low, base, top) + np.clip(high, base, top)) / 2 - base
        else:
            value = _above(low, high, base) - (0.0 if upper is None else _above(low, high, upper))
        return np.where(low <= high, value, np.nan)


def _above(low: np.ndarray, high: np.ndarray, threshold: float) -> np.ndarray:
    """Return the mean over a day of what a sine wave between two temperatures has above a threshold."""
    mean, half = (low + high) / 2, (high - low) / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        angle = np.arcsin(np.clip((threshold - mean) / half, -1.0, 1.0))
        partly = ((mean - threshold) * (np.pi / 2 - angle) + half * np.cos(angle)) / np.pi
    return np.where(low >= threshold, mean - threshold, np.where(high <= threshold, 0.0, partly))
