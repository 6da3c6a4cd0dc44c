"""What a station's record says of the usual weather of its place, for days that have no other weather.

The climatology's ETo is wrong by a level, by a course of the year, and by wet and dry years that it cannot know. How
much of each is expected was found elsewhere (`Errors`), and what a record shows is weighed against it: a few weeks move
the level a little, decades leave nothing of the maps but where they have no days. The station's days are gathered in
blocks of `BLOCK` days, and the error of a day follows from them as the best linear estimate (a Gaussian process):

    error(day) = scale(day of the year) x (level + course(day of the year) + spells(date) + years(date))

The scale grows with the square root of the usual ETo: the error of a small ETo is relatively larger, but absolutely
smaller. A long record needs no maps at all: its own means of the season come to count as much as that estimate (`OWN`).

What is learnt is the same whatever days are asked: blocks lie at fixed dates, and all of the record is learnt from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from etolib.errors import SourceError
from etolib.fusion import departures, intervals
from etolib.fusion.learnt import FOLDS, LEARN_DAYS, Learnt, deviation
from etolib.fusion.members import penman_monteith
from etolib.site import Period, Site
from etolib.sources.climatology import Climatology, annual_range
from etolib.words import Text, say

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Errors:
    """How wrong the usual ETo of a day is expected to be, relative to its scale (standard deviations) [1] and in time.

    Found by ``tools/fit_usual.py`` (greatest likelihood). Level and course: the climatology at the 38 places of
    `etolib.fusion.departures`, where each month of a typical year has its own weather. Spells and years: the twelve
    Brazilian cities, 1991-2020 (BR-DWGD). Days: both (1.66 and 1.54).

    Attributes
    ----------
    level : float
        Of all days.
    wave : float
        A wave of one year.
    course, course_days : float
        The rest of the course of the year; it is alike over so many days of the year. [1; d]
    spells, spell_days : float
        Dry and wet spells, forgotten in so many days. [1; d]
    years, years_days : float
        Dry and wet runs of years, forgotten in about twenty. [1; d]
    days : float
        n days of one spell tell as much as n / 1.6 that know nothing of each other.
    """

    level: float = 0.14
    wave: float = 0.082
    course: float = 0.06
    course_days: float = 32.0
    spells: float = 0.036
    spell_days: float = 82.0
    years: float = 0.038
    years_days: float = 7350.0
    days: float = 1.6

    def together(self, a: Array, b: Array) -> Array:
        """Return the covariance of the errors between dates given as numbers of days."""
        apart = np.abs(a[:, None] - b)
        angle = np.pi * apart / 365.25
        in_year = 365.25 / np.pi * np.sin(angle)
        course = self.wave**2 * np.cos(2 * angle) + self.course**2 * np.exp(-0.5 * (in_year / self.course_days) ** 2)
        spells = self.spells**2 * np.exp(-apart / self.spell_days)
        years = self.years**2 * np.exp(-apart / self.years_days)
        return np.asarray(self.level**2 + course + spells + years)

    @property
    def variance(self) -> float:
        """Of the error of one day's usual ETo."""
        return self.level**2 + self.wave**2 + self.course**2 + self.spells**2 + self.years**2


ERRORS = Errors()

BLOCK = 15  # d
LEAST = 0.05  # mm day-1, the smallest usual ETo a scale is made of

SEASON = 30
"""Days to either side in the year whose errors tell the spread of a day; a season without a day of the record is one
that is not known."""

OWN, OWN_YEARS, OWN_DAYS = 0.5, 10, 15
"""Share of a station's own means (of the days of all years within `OWN_DAYS` in the year) in the usual ETo, from the
ten years on that a provisional normal needs (WMO-No. 1203); with fewer years less. Where both are good neither is known
to be the better one, and the mean of two estimates is seldom worse than either (Bates and Granger 1969)."""

SHIFT, SHIFT_DAYS = 5.0, 365
"""A change of level within a record that is said: in standard errors, with so many days of record before and after. The
largest in thirty years at the twelve Brazilian cities is 3.8. [1; d]"""

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

    def of(self, rows: NDArray[Any]) -> Usual:
        """Return some of the days."""
        return Usual(self.dates[rows], self.eto[rows], self.lower[rows], self.upper[rows], self.scale[rows])


@dataclass(frozen=True)
class Lesson:
    """What a record has taught of the climatology of its place.

    Attributes
    ----------
    learnt : Learnt or None
        None where there was too little to learn from.
    text : Text
        What was learnt, or why nothing.
    doubt : Text or None
        That the level of the record changes more than weather does, with the date.
    """

    learnt: Learnt | None
    text: Text
    doubt: Text | None = None
    _known: _Known | None = None

    @property
    def used(self) -> bool:
        """Whether the climatology is to be corrected."""
        return self.learnt is not None and self.learnt.used

    def corrected(self, usual: Usual) -> tuple[Array, Array, Array]:
        """Return ETo of the days as the record has taught it, and its bounds. [mm day-1]"""
        assert self._known is not None
        eto, deviation = self._known.expected(usual)
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
    held, parts = np.empty(len(truth)), np.array_split(np.arange(len(truth)), FOLDS)
    for part in parts:
        rest = np.ones(len(truth), bool)
        rest[part] = False
        held[part] = _Known.of(usual, truth, rest).expected(usual.of(part))[0]
    known = _Known.of(usual, truth, np.ones(len(truth), bool))
    untaught, taught = ([float(np.mean((eto - truth)[part] ** 2)) for part in parts] for eto in (usual.eto, held))
    learnt = _told(usual, truth, known, np.array(untaught), np.array(taught))
    return Lesson(learnt, learnt.text, known.shift(), known)


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


def _told(usual: Usual, truth: Array, known: _Known, untaught: Array, taught: Array) -> Learnt:
    """Return what was learnt, in numbers and one sentence; from the mean square errors on the stretches held back.

    It is used unless it did worse there by more than the standard error of the difference.
    """
    month = pd.Series(usual.dates.month)
    ratio = pd.Series(known.expected(usual)[0]).groupby(month).sum() / pd.Series(usual.eto).groupby(month).sum()
    before, after = float(np.sqrt(untaught.mean())), float(np.sqrt(taught.mean()))
    worse = taught - untaught
    used = bool(worse.mean() <= worse.std(ddof=1) / np.sqrt(len(worse)))
    helped = "climatology_corrected" if after < before else "climatology_corrected_by_chance"
    text = say(
        helped if used else "climatology_not_corrected",
        count=len(truth),
        off=deviation(100 * float(usual.eto.sum() / truth.sum() - 1)),
        before=f"{before:.2f}",
        after=f"{after:.2f}",
    )
    return Learnt(len(truth), ratio.reindex(range(1, 13)), float("nan"), before, after, used, text)


@dataclass(frozen=True)
class Blocks:
    """A record's errors relative to the scale of the days, block by block.

    Attributes
    ----------
    middle : ndarray
        Of each block, in days since 1970.
    error, variance : ndarray
        Mean error, and its variance if no day knew of another. [1]
    place : ndarray
        The block of each day.
    """

    middle: Array
    error: Array
    variance: Array
    place: NDArray[np.int64]

    @classmethod
    def of(cls, usual: Usual, truth: Array, days: float = BLOCK) -> Blocks:
        """Gather days in blocks of so many; those of small spread count more."""
        sigma = (usual.upper - usual.lower) / (2 * intervals.Z95)
        weight = (usual.scale / np.maximum(sigma, intervals.Z95 * LEAST)) ** 2
        blocks, place = np.unique(_number(usual.dates) // days, return_inverse=True)
        total = np.bincount(place, weights=weight)
        error = np.bincount(place, weights=weight * (truth - usual.eto) / usual.scale) / total
        return cls(np.asarray((blocks + 0.5) * days, dtype=np.float64), error, 1 / total, place)


@dataclass(frozen=True)
class _Known:
    """What a record tells: blocks and what they weigh, its own means by day of the year and their days, and the rest.

    ``rest`` is how far its days lie from the estimate. [mm day-1]
    """

    middle: Array
    weights: Array
    factor: Array
    day_of_year: NDArray[np.int64]
    rest: Array
    own: Array
    days: NDArray[np.int64]

    @classmethod
    def of(cls, usual: Usual, truth: Array, rows: NDArray[np.bool_]) -> _Known:
        """Return what those rows of a record tell."""
        usual, truth = usual.of(rows), truth[rows]
        blocks = Blocks.of(usual, truth)
        prior = ERRORS.together(blocks.middle, blocks.middle)
        factor = np.asarray(np.linalg.inv(prior + np.diag(ERRORS.days * blocks.variance)), dtype=np.float64)
        weights = np.asarray(factor @ blocks.error, dtype=np.float64)
        rest = truth - usual.eto - usual.scale * (prior @ weights)[blocks.place]
        day = _of_year(usual.dates)
        count, total = (
            part[_around(OWN_DAYS)].sum(axis=0)
            for part in (np.bincount(day, minlength=365), np.bincount(day, weights=truth, minlength=365))
        )
        own = np.divide(total, count, out=np.zeros(365), where=count > 0)
        return cls(blocks.middle, weights, factor, day, rest, own, count)

    def expected(self, usual: Usual) -> tuple[Array, Array]:
        """Return the mean ETo of days [mm day-1], and the standard deviation of its error relative to the scale."""
        error, deviation = self.error(usual.dates)
        eto = np.maximum(usual.eto + usual.scale * error, 0.0)
        day = _of_year(usual.dates)
        share = OWN * np.minimum(1.0, self.days[day] / (OWN_YEARS * (2 * OWN_DAYS + 1)))
        return (1 - share) * eto + share * self.own[day], deviation

    def shift(self) -> Text | None:
        """Say where the level of the record changes by more than spells and years do, None where it does nowhere.

        A step is tried between all blocks (generalised least squares, the errors as in `Errors`).
        """
        after = np.cumsum(self.weights[::-1])[::-1]
        known = np.cumsum(np.cumsum(self.factor[::-1, ::-1], axis=0), axis=1)[::-1, ::-1].diagonal()
        first, last = self.middle[0] + SHIFT_DAYS, self.middle[-1] - SHIFT_DAYS
        there = np.flatnonzero((self.middle > first) & (self.middle < last))
        if not there.size:
            return None
        step = there[np.argmax(np.abs(after[there]) / np.sqrt(known[there]))]
        if abs(after[step]) < SHIFT * np.sqrt(known[step]):
            return None
        date = np.datetime64(int(self.middle[step]), "D").item()
        return say("record_changes_level", change=f"{100 * after[step] / known[step]:+.0f}", month=f"{date:%Y-%m}")

    def error(self, dates: pd.DatetimeIndex) -> tuple[Array, Array]:
        """Return the relative error of days, and its standard deviation: between the blocks they lie between."""
        position = _number(dates) / BLOCK - 0.5
        first = np.floor(position).astype(int)
        blocks = np.unique(np.concatenate([first, first + 1]))
        mean, variance = np.empty(len(blocks)), np.empty(len(blocks))
        for i, block in enumerate(blocks):  # one by one: sums of another length round otherwise
            near = ERRORS.together(np.array([(block + 0.5) * BLOCK]), self.middle)[0]
            mean[i] = near @ self.weights
            variance[i] = ERRORS.variance - near @ (self.factor @ near)
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
        found: NDArray[np.int64] = count[_around(SEASON)].sum(axis=0)[_of_year(dates)]
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


def _around(days: int) -> NDArray[np.int64]:
    """Return the days of the year within so many days of each one. Shape (2 days + 1, 365)."""
    return np.asarray((np.arange(365) + np.arange(-days, days + 1)[:, None]) % 365, dtype=np.int64)


def _number(dates: pd.DatetimeIndex) -> NDArray[np.int64]:
    """Return dates as days since 1970."""
    return np.asarray(dates.to_numpy().astype("datetime64[D]").astype(np.int64))


def _of_year(dates: pd.DatetimeIndex) -> NDArray[np.int64]:
    """Return the place in a year of 365 days, from 0."""
    return np.asarray(np.minimum(dates.day_of_year.to_numpy() - 1, 364), dtype=np.int64)
