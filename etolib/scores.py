"""Scores of a series against a reference."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from etolib.unit_systems import METRIC, unit

SCORES = ("r2", "kge", "kge2012", "nse", "mae", "rmse", "pbias")


def score(eto: np.ndarray, reference: np.ndarray) -> dict[str, float]:
    """Return the scores of a series on the days both have.

    Parameters
    ----------
    eto, reference : ndarray, shape (days,)
        [mm day-1]

    Returns
    -------
    dict
        ``n``; ``r2`` squared correlation; ``kge`` Gupta et al. (2009, doi:10.1016/j.jhydrol.2009.08.003); ``kge2012``
        Kling et al. (2012, doi:10.1016/j.jhydrol.2012.01.011: ratio of coefficients of variation); ``nse`` Nash and
        Sutcliffe (1970); ``mae``, ``rmse`` [mm day-1]; ``pbias`` [%], positive where the series is too high. NaN with
        fewer than two days.

    Examples
    --------
    >>> perfect = score(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 3.0]))
    >>> perfect["kge"], perfect["rmse"], perfect["n"]
    (1.0, 0.0, 3.0)
    """
    found = _scores(eto, reference)
    return {name: found[name] for name in ("n", *SCORES)}


def _scores(eto: np.ndarray, reference: np.ndarray) -> dict[str, float]:
    """Return every score of both `score` and `agreement`; NaN with fewer than two days."""
    both = np.isfinite(eto) & np.isfinite(reference)
    if both.sum() < 2:
        return {"n": float(both.sum()), **dict.fromkeys(("bias", "r", *SCORES), float("nan"))}
    mine, truth = eto[both], reference[both]
    error = mine - truth
    correlation = float(np.corrcoef(mine, truth)[0, 1])
    spread, level = mine.std() / truth.std(), mine.mean() / truth.mean()
    return {
        "n": float(both.sum()),
        "bias": float(error.mean()),
        "r": correlation,
        "r2": correlation**2,
        "kge": float(1 - np.sqrt((correlation - 1) ** 2 + (spread - 1) ** 2 + (level - 1) ** 2)),
        "kge2012": float(1 - np.sqrt((correlation - 1) ** 2 + (spread / level - 1) ** 2 + (level - 1) ** 2)),
        "nse": float(1 - (error**2).sum() / ((truth - truth.mean()) ** 2).sum()),
        "mae": float(np.abs(error).mean()),
        "rmse": float(np.sqrt((error**2).mean())),
        "pbias": float(100 * error.sum() / truth.sum()),
    }


def agreement(eto: np.ndarray, reference: np.ndarray) -> dict[str, float]:
    """Return how far a series agrees with another one on the days both have.

    Parameters
    ----------
    eto, reference : ndarray, shape (days,)
        [mm day-1]

    Returns
    -------
    dict
        ``n``, ``rmse`` and ``kge`` as `score` gives them; ``bias`` mean of the series less the reference [mm day-1];
        ``r`` correlation (Pearson). NaN with fewer than two days, and ``r`` and ``kge`` where one of both never
        changes.

    Examples
    --------
    >>> found = agreement(np.array([2.0, 3.0, 4.0]), np.array([1.0, 2.0, 3.0]))
    >>> found["bias"], found["rmse"], round(found["r"], 9)
    (1.0, 1.0, 1.0)
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        found = _scores(eto, reference)
    both = np.isfinite(eto) & np.isfinite(reference)
    # What rounding leaves of a constant is no spread.
    varied = bool(both.any()) and np.ptp(eto[both]) > 0 and np.ptp(reference[both]) > 0
    named = {name: found[name] for name in ("n", "bias", "rmse")}
    return named | {name: found[name] if varied else float("nan") for name in ("kge", "r")}


def monthly_bias(eto: np.ndarray, reference: np.ndarray, month: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the bias of each month of the year, and on how many days it stands.

    Parameters
    ----------
    eto, reference : ndarray, shape (days,)
        [mm day-1]
    month : ndarray of int, shape (days,)
        1 to 12.

    Returns
    -------
    bias : ndarray, shape (12,)
        Mean of the series less the reference, NaN for a month without a day that both have. [mm day-1]
    days : ndarray of int, shape (12,)

    Examples
    --------
    >>> bias, days = monthly_bias(np.array([2.0, 3.0]), np.array([1.0, 1.0]), np.array([1, 1]))
    >>> float(bias[0]), days[:2].tolist(), bool(np.isnan(bias[1]))
    (1.5, [2, 0], True)
    """
    both = np.isfinite(eto) & np.isfinite(reference)
    days = np.bincount(month[both], minlength=13)[1:]
    total = np.bincount(month[both], weights=(eto - reference)[both], minlength=13)[1:]
    return np.where(days > 0, total / np.maximum(days, 1), np.nan), days


def interval_score(lower: np.ndarray, upper: np.ndarray, reference: np.ndarray) -> dict[str, float]:
    """Return ``coverage`` [%] and mean full ``width`` [mm day-1] of an interval on the days all three have.

    >>> found = interval_score(np.array([0.0, 0.0]), np.array([1.0, 1.0]), np.array([0.5, 2.0]))
    >>> found["coverage"], found["width"]
    (50.0, 1.0)
    """
    there = np.isfinite(lower) & np.isfinite(upper) & np.isfinite(reference)
    if not there.any():
        return {"coverage": float("nan"), "width": float("nan")}
    inside = (reference >= lower) & (reference <= upper)
    return {
        "coverage": float(100 * inside[there].mean()),
        "width": float((upper - lower)[there].mean()),
    }


def compared_csv(
    day: np.ndarray, reference: np.ndarray, name: str, series: Mapping[str, np.ndarray], units: str = METRIC
) -> str:
    """Return compared days as CSV text: ``# `` lines with the scores, then a row a day, empty where absent.

    Parameters
    ----------
    day : ndarray of int, shape (days,)
        Days since 1970-01-01.
    reference : ndarray, shape (days,)
        [mm day-1]
    name : str
        Of the reference.
    series : mapping of str to ndarray, shape (days,)
        What is compared with it. [mm day-1]
    units : {"metric", "us"}
        Of the file; inches are named in the columns and have a decimal more.

    >>> print(compared_csv(np.array([0, 1]), np.array([2.0, 3.0]), "mine", {"eto": np.array([2.5, 3.5])}))
    # etolib comparison; reference: mine
    # eto: n 2, bias 0.500, rmse 0.500, kge 0.800, r 1.000
    # units: mm day-1; empty = absent
    date,reference,eto
    1970-01-01,2.000,2.500
    1970-01-02,3.000,3.500
    <BLANKLINE>
    """
    depth = unit("mm day-1", units)
    decimals = 4 if depth.suffix else 3
    lines = [f"# etolib comparison; reference: {' '.join(name.split())}"]
    for one, eto in series.items():
        found = agreement(eto, reference)
        scores = {"bias": depth.of(found["bias"]), "rmse": depth.of(found["rmse"])}
        told = [f"{score} {value:.{decimals}f}" for score, value in scores.items()]
        told += [f"{score} {found[score]:.3f}" for score in ("kge", "r")]
        lines.append(f"# {one}: n {found['n']:.0f}, {', '.join(told)}")
    lines.append(f"# units: {depth.text}; empty = absent")
    lines.append(",".join(["date", *map(depth.name, ("reference", *series))]))
    shown = [depth.of(values) for values in (reference, *series.values())]
    for date, *values in zip(day.astype("datetime64[D]").astype(str), *shown, strict=True):
        lines.append(",".join([date, *("" if math.isnan(value) else f"{value:.{decimals}f}" for value in values)]))
    return "\n".join(lines) + "\n"
