"""What several places are compared by: sums, means, running means, scores against one of them. Numbers only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from etolib.scores import agreement, monthly_bias

RUNNING = 7
"""Days of a running mean; it stands at the last of them."""

QUALITIES = ("HIGH", "MEDIUM", "LOW")


@dataclass(frozen=True)
class Place:
    """The days of one place.

    Parameters
    ----------
    label : str
        What it is called; no two are called the same.
    day : ndarray of int, shape (days,)
        Days since 1970-01-01, rising.
    eto, rain : ndarray, shape (days,)
        NaN where absent. [mm day-1]
    quality : sequence of str or None
        Of each day, as in `etolib.result.result.Result.table`.
    """

    label: str
    day: np.ndarray
    eto: np.ndarray
    rain: np.ndarray
    quality: Sequence[str | None] = field(default=())


def labels(names: Sequence[str]) -> tuple[str, ...]:
    """Return names of which no two are the same: the second is numbered.

    >>> labels(["Farm", "Farm", "Farm (2)"])
    ('Farm', 'Farm (2)', 'Farm (2) (2)')
    """
    found: list[str] = []
    for name in names:
        times, label = 1, name
        while label in found:
            times += 1
            label = f"{name} ({times})"
        found.append(label)
    return tuple(found)


def all_days(days: Sequence[np.ndarray]) -> np.ndarray:
    """Return every day that any has, rising.

    >>> all_days([np.array([3, 4]), np.array([1, 3])]).tolist()
    [1, 3, 4]
    """
    return np.unique(np.concatenate([np.empty(0, int), *days])).astype(int)


def on_days(day: np.ndarray, values: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Return values on other days, NaN where there is none.

    >>> on_days(np.array([3, 4]), np.array([1.0, 2.0]), np.array([2, 3])).tolist()
    [nan, 1.0]
    """
    found = np.full(len(days), np.nan)
    _, mine, theirs = np.intersect1d(day, days, assume_unique=True, return_indices=True)
    found[theirs] = values[mine]
    return found


def running(values: np.ndarray, days: int = RUNNING) -> np.ndarray:
    """Return the mean of the days that end on each day; NaN unless all of them are known.

    >>> running(np.array([1.0, 2.0, 3.0, np.nan, 5.0]), 2).tolist()
    [nan, 1.5, 2.5, nan, nan]
    """
    found = np.full(len(values), np.nan)
    if len(values) >= days:
        found[days - 1 :] = np.lib.stride_tricks.sliding_window_view(values, days).mean(axis=1)
    return found


def cumulative(values: np.ndarray) -> np.ndarray:
    """Return the sum since the first known day; NaN from the first gap on: what is missing is not 0.

    >>> cumulative(np.array([np.nan, 1.0, 2.0, np.nan, 4.0])).tolist()
    [nan, 1.0, 3.0, nan, nan]
    """
    known = np.flatnonzero(np.isfinite(values))
    found = np.full(len(values), np.nan)
    if len(known):
        found[known[0] :] = np.cumsum(values[known[0] :])
    return found


def months(day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the first day of each calendar month there is, and which of them each day lies in.

    >>> first, of = months(np.array([0, 30, 31]))
    >>> first.tolist(), of.tolist()
    ([0, 31], [0, 0, 1])
    """
    first, of = np.unique(day.astype("datetime64[D]").astype("datetime64[M]"), return_inverse=True)
    return first.astype("datetime64[D]").astype(int), of


def monthly(day: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the first day of each calendar month, the mean of its known days, and how many those are.

    >>> first, mean, known = monthly(np.array([0, 1, 31]), np.array([1.0, 3.0, np.nan]))
    >>> first.tolist(), mean.tolist(), known.tolist()
    ([0, 31], [2.0, nan], [2, 0])
    """
    first, of = months(day)
    there = np.isfinite(values)
    known = np.bincount(of[there], minlength=len(first))
    total = np.bincount(of[there], weights=values[there], minlength=len(first))
    return first, np.where(known > 0, total / np.maximum(known, 1), np.nan), known


def month_of_year(day: np.ndarray) -> np.ndarray:
    """Return the month of days, 1 to 12.

    >>> month_of_year(np.array([0, 31])).tolist()
    [1, 2]
    """
    found: np.ndarray = day.astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12 + 1
    return found


def by_month(place: Place) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean ETo of each month of the year over its known days [mm day-1], and how many those are.

    >>> mean, days = by_month(Place("a", np.array([0, 1, 31]), np.array([1.0, 3.0, 5.0]), np.zeros(3)))
    >>> mean[:3].tolist(), days[:3].tolist()
    ([2.0, 5.0, nan], [2, 1, 0])
    """
    return monthly_bias(place.eto, np.zeros(len(place.eto)), month_of_year(place.day))


def bias_by_month(place: Place, reference: Place) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean difference to a reference in each month of the year, on the days both have, and their number."""
    return monthly_bias(place.eto, on_days(reference.day, reference.eto, place.day), month_of_year(place.day))


def summary(place: Place, reference: Place | None = None) -> dict[str, Any]:
    """Return what is said of a place in one line.

    Returns
    -------
    dict
        ``days``; ``known`` days with an ETo; ``mean``, ``least``, ``most`` [mm day-1]; ``sum`` [mm] of the known days;
        ``rain`` [mm] of its known days; ``balance`` rain less ETo over the days that have both [mm]; ``HIGH``,
        ``MEDIUM``, ``LOW``: days of each quality; and against the reference, on the days both have: ``n``, ``bias``,
        ``rmse`` [mm day-1], ``r`` (`etolib.scores.agreement`). Absent is NaN.

    Examples
    --------
    >>> one = Place("a", np.arange(3), np.array([1.0, 2.0, np.nan]), np.array([0.0, 5.0, 1.0]), ["HIGH", "LOW", None])
    >>> found = summary(one, one)
    >>> found["sum"], found["rain"], found["balance"], found["HIGH"], found["bias"]
    (3.0, 6.0, 2.0, 1, 0.0)
    """
    eto, rain = place.eto[np.isfinite(place.eto)], place.rain[np.isfinite(place.rain)]
    both = np.isfinite(place.eto) & np.isfinite(place.rain)
    nothing = float("nan")
    counts = Counter(place.quality)
    found: dict[str, Any] = {
        "days": len(place.day), "known": len(eto),
        "mean": float(eto.mean()) if len(eto) else nothing, "sum": float(eto.sum()) if len(eto) else nothing,
        "least": float(eto.min()) if len(eto) else nothing, "most": float(eto.max()) if len(eto) else nothing,
        "rain": float(rain.sum()) if len(rain) else nothing,
        "balance": float((place.rain - place.eto)[both].sum()) if both.any() else nothing,
        **{level: counts.get(level, 0) for level in QUALITIES},
    }  # fmt: skip
    scores: Mapping[str, float] = {}
    if reference is not None:
        scores = agreement(place.eto, on_days(reference.day, reference.eto, place.day))
    return found | {name: scores.get(name, nothing) for name in ("n", "bias", "rmse", "r")}
