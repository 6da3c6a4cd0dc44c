"""What a station's record says of the usual weather of its place, for days that have no other weather.

The climatology's ETo is wrong by a level, by a course of the year, and by wet and dry years that it cannot know. How
much of each is expected was found elsewhere (below), and what a record shows is weighed against it: a few weeks move
the level a little, decades leave nothing of the maps but where they have no days. The station's days are gathered in
blocks of `BLOCK` days, and the error of a day follows from them as the best linear estimate (a Gaussian process):

    error(day) = scale(day of the year) x (level + course(day of the year) + years(date))

with covariance LEVEL^2 + COURSE^2 exp(-s^2 / (2 COURSE_DAYS^2)) + YEARS^2 exp(-t / YEARS_DAYS), s days apart in the
year and t days apart. The scale grows with the square root of the usual ETo: the error of a small ETo is relatively
larger, but absolutely smaller.

What is learnt is the same whatever days are asked: blocks lie at fixed dates, and all of the record is learnt from.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from etolib.errors import SourceError
from etolib.fusion import departures, intervals
from etolib.fusion.learnt import FOLDS, LEARN_DAYS, Learnt
from etolib.fusion.members import penman_monteith
from etolib.site import Period, Site
from etolib.sources.climatology import Climatology, annual_range
from etolib.words import Text, say

Array = NDArray[np.float64]

LEVEL = 0.12
"""Standard deviation of the climatology's error of the year: at the 38 places of `etolib.fusion.departures`. [1]"""

COURSE, COURSE_DAYS = 0.15, 23.0
"""The same of its months about that (weighted with ETo), and how far they are alike: neighbouring months by 0.43.
[1; d]"""

YEARS, YEARS_DAYS = 0.04, 180.0
"""Wet and dry years: monthly ETo of the twelve Brazilian cities (BR-DWGD, 1991-2020) departs from its mean by 8 %, of
which a quarter is there in the next month, a tenth after four to twelve. [1; d]"""

ALIKE = 4.0
"""Days are alike: n of them tell as much as n / 4. (1 + r) / (1 - r) with r = 0.59, the mean lag-1 correlation of daily
ETo in these cities."""

BLOCK = 15  # d
LEAST = 0.05  # mm day-1, the smallest usual ETo a scale is made of

SEASON = 30
"""Days to either side in the year whose errors tell the spread of a day; a season without a day of the record is one
that is not known."""

OWN_SPREAD = 200
"""Days of the record within `SEASON` from which the interval is the station's own: 5 beyond each bound."""


@dataclass(frozen=True)
class Usual:
    """The climatology's ETo of some days, with its interval without the error of maps. [mm day-1]"""

    dates: pd.DatetimeIndex
    eto: Array
    lower: Array
    upper: Array
    scale: Array


@dataclass(frozen=True)
class Lesson:
    """What a record has taught of the climatology of its place.

    Attributes
    ----------
    learnt : Learnt or None
        None where there was too little to learn from.
    text : Text
        What was learnt, or why nothing.
    """

    learnt: Learnt | None
    text: Text
    _known: _Known | None = None

    @property
    def used(self) -> bool:
        """Whether the climatology is to be corrected."""
        return self.learnt is not None and self.learnt.used

    def corrected(self, usual: Usual) -> tuple[Array, Array, Array]:
        """Return ETo of the days as the record has taught it, and its bounds. [mm day-1]"""
        assert self._known is not None
        error, deviation = self._known.error(usual.dates)
        eto = np.maximum(usual.eto + usual.scale * error, 0.0)
        below, above = self._known.spread(usual)
        room = intervals.Z95 * usual.scale * deviation
        return eto, eto - np.hypot(below, room), eto + np.hypot(above, room)

    def unknown_season(self, dates: pd.DatetimeIndex) -> int:
        """Return how many of the days lie in a season of which the record has no day."""
        return 0 if self._known is None else int((self._known.near(dates) == 0).sum())


def learn(record: pd.Series, site: Site) -> Lesson:
    """Learn from a station's ETo what the climatology of its place errs by, and try it on stretches held back.

    Parameters
    ----------
    record : pandas.Series
        ETo of the station by date, NaN where absent: all there is, whatever days are wanted. [mm day-1]
    site : Site
        With an elevation.

    Returns
    -------
    Lesson

    Examples
    --------
    >>> days = pd.date_range("2020-01-01", "2020-02-20", name="date")
    >>> print(learn(pd.Series(4.0, index=days), Site(-22.7, -47.6, 550.0)).text)
    the own record has 51 complete days, fewer than 60: too few to learn anything of the climatology from it
    """
    record = record.dropna()
    usual = of_dates(pd.DatetimeIndex(record.index), site) if len(record) >= LEARN_DAYS else None
    if usual is None:
        return Lesson(None, say("climatology_not_learnt", count=len(record), least=LEARN_DAYS))
    truth = record.to_numpy(float)
    held = np.empty(len(truth))
    for part in np.array_split(np.arange(len(truth)), FOLDS):
        rest = np.ones(len(truth), bool)
        rest[part] = False
        error, _ = _Known.of(usual, truth, rest).error(usual.dates[part])
        held[part] = np.maximum(usual.eto[part] + usual.scale[part] * error, 0.0)
    before, after = (float(np.sqrt(np.mean((eto - truth) ** 2))) for eto in (usual.eto, held))
    known = _Known.of(usual, truth, np.ones(len(truth), bool))
    learnt = _told(usual, truth, known, before, after)
    return Lesson(learnt, learnt.text, known)


def of_dates(dates: pd.DatetimeIndex, site: Site) -> Usual | None:
    """Return the climatology of a place on some days, None where it has none."""
    try:
        frame = Climatology().fetch(site, Period(dates[0].date(), dates[-1].date())).frame.loc[dates]
    except SourceError:
        return None
    return of_weather(frame, site)


def of_weather(frame: pd.DataFrame, site: Site) -> Usual:
    """Return ETo and interval of days whose usual weather is given (columns of `departures.USUAL`)."""
    eto = penman_monteith(frame, site)
    annual = annual_range(site)
    lower, upper = departures.interval(frame, site, annual, of_maps=False)
    year = Climatology().fetch(site, Period("2023-01-01", "2023-12-31")).frame  # the same mean whatever days are asked
    mean = max(float(penman_monteith(year, site).mean()), LEAST)
    return Usual(pd.DatetimeIndex(frame.index), eto, lower, upper, np.sqrt(np.maximum(eto, LEAST) * mean))


def _told(usual: Usual, truth: Array, known: _Known, before: float, after: float) -> Learnt:
    """Return what was learnt, in numbers and one sentence."""
    error, _ = known.error(usual.dates)
    month = pd.Series(usual.dates.month)
    ratio = pd.Series(usual.eto + usual.scale * error).groupby(month).sum() / pd.Series(usual.eto).groupby(month).sum()
    used = after < before
    text = say(
        "climatology_corrected" if used else "climatology_not_corrected",
        count=len(truth),
        off=f"{100 * (usual.eto.sum() / truth.sum() - 1):+.0f}",
        before=f"{before:.2f}",
        after=f"{after:.2f}",
    )
    return Learnt(len(truth), ratio.reindex(range(1, 13)), float("nan"), before, after, used, text)


@dataclass(frozen=True)
class _Known:
    """The record in blocks: their middle dates, what they weigh, and the errors the estimate is made of."""

    middle: Array
    weights: Array
    factor: Array
    day_of_year: NDArray[np.int64]
    rest: Array

    @classmethod
    def of(cls, usual: Usual, truth: Array, rows: NDArray[np.bool_]) -> _Known:
        """Return what those rows of a record tell."""
        day = _number(usual.dates)[rows]
        scale, error = usual.scale[rows], (truth - usual.eto)[rows]
        sigma = (usual.upper - usual.lower)[rows] / (2 * intervals.Z95)
        weight = (scale / np.maximum(sigma, intervals.Z95 * LEAST)) ** 2 / ALIKE
        blocks, place = np.unique(day // BLOCK, return_inverse=True)
        total = np.bincount(place, weights=weight)
        mean = np.bincount(place, weights=weight * error / scale) / total
        middle = np.asarray((blocks + 0.5) * BLOCK, dtype=np.float64)
        factor = np.asarray(np.linalg.inv(_alike(middle, middle) + np.diag(1 / total)), dtype=np.float64)
        weights = np.asarray(factor @ mean, dtype=np.float64)
        fitted = (_alike(middle, middle) @ weights)[place]
        return cls(middle, weights, factor, _of_year(usual.dates)[rows], error - scale * fitted)

    def error(self, dates: pd.DatetimeIndex) -> tuple[Array, Array]:
        """Return the relative error of days, and its standard deviation: between the blocks they lie between."""
        position = _number(dates) / BLOCK - 0.5
        first = np.floor(position).astype(int)
        blocks = np.unique(np.concatenate([first, first + 1]))
        mean, variance = np.empty(len(blocks)), np.empty(len(blocks))
        for i, block in enumerate(blocks):  # one by one: sums of another length round otherwise
            near = _alike(np.array([(block + 0.5) * BLOCK]), self.middle)[0]
            mean[i] = near @ self.weights
            variance[i] = LEVEL**2 + COURSE**2 + YEARS**2 - near @ (self.factor @ near)
        share = position - first
        at = np.searchsorted(blocks, first)
        deviation = np.sqrt(np.maximum(variance, 0.0))
        return (
            (1 - share) * mean[at] + share * mean[at + 1],
            (1 - share) * deviation[at] + share * deviation[at + 1],
        )

    def near(self, dates: pd.DatetimeIndex) -> NDArray[np.int64]:
        """Return how many days of the record lie within `SEASON` days of the year of each day."""
        count = np.bincount(self.day_of_year, minlength=365)
        window = (np.arange(365) + np.arange(-SEASON, SEASON + 1)[:, None]) % 365
        found: NDArray[np.int64] = count[window].sum(axis=0)[_of_year(dates)]
        return found

    def spread(self, usual: Usual) -> tuple[Array, Array]:
        """Return how far 95 of 100 days lie below and above their mean: the station's own days, where it has enough.

        Else the departures of the usual weather.
        """
        below, above = usual.eto - usual.lower, usual.upper - usual.eto
        of_year, enough = _of_year(usual.dates), self.near(usual.dates) >= OWN_SPREAD
        for day in np.unique(of_year[enough]):
            apart = np.abs(self.day_of_year - day)
            season = np.minimum(apart, 365 - apart) <= SEASON
            low, high = np.quantile(self.rest[season], [(1 - intervals.LEVEL) / 2, (1 + intervals.LEVEL) / 2])
            rows = of_year == day
            below[rows], above[rows] = max(-low, 0.0), max(high, 0.0)
        return below, above


def _alike(a: Array, b: Array) -> Array:
    """Return the prior covariance of relative errors between dates given as numbers of days."""
    apart = np.abs(a[:, None] - b)
    in_year = 365.25 / np.pi * np.sin(np.pi * apart / 365.25)
    course = COURSE**2 * np.exp(-0.5 * (in_year / COURSE_DAYS) ** 2)
    return np.asarray(LEVEL**2 + course + YEARS**2 * np.exp(-apart / YEARS_DAYS))


def _number(dates: pd.DatetimeIndex) -> NDArray[np.int64]:
    """Return dates as days since 1970."""
    return np.asarray(dates.to_numpy().astype("datetime64[D]").astype(np.int64))


def _of_year(dates: pd.DatetimeIndex) -> NDArray[np.int64]:
    """Return the place in a year of 365 days, from 0."""
    return np.asarray(np.minimum(dates.day_of_year.to_numpy() - 1, 364), dtype=np.int64)
