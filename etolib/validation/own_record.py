"""An own station's record as the judge: every source, the fusion and the teaching scored on days they have not seen.

The record is cut into stretches that are hidden in turn; what is learnt from the rest (with some days of room, because
the errors of neighbouring days are alike) is scored on the hidden days. Everything is scored on the same days: those
on which the station measured all that its own ETo needs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from etolib import config
from etolib.equations.filling import ESTIMATED
from etolib.errors import InputError, NoSourceError, Problem
from etolib.fusion import check, faults
from etolib.fusion.fuse import Fused, fuse_sources
from etolib.glance import Glance, Told
from etolib.reference import eto as reference_eto
from etolib.request import Request
from etolib.scores import interval_score, score
from etolib.site import Period, Site
from etolib.sources import catalogue, download
from etolib.sources import plan as plans
from etolib.sources.catalogue import STATION
from etolib.sources.station.file import StationFile
from etolib.words import Text, say

FOLDS = 5
"""Parts of the record hidden in turn, fewer where it has fewer stretches."""

LONG_YEARS = 3
"""A record of so many years is cut into years, a shorter one into stretches of `SHORT_STRETCH` days: with fewer years
a hidden year would leave whole seasons that nothing is learnt of."""

SHORT_STRETCH = 30

ROOM = 5
"""Days before and after a hidden stretch that are not learnt from: the errors of neighbouring days are alike (lag-1
correlation 0.3 to 0.8)."""

SMOOTH = 15
"""Days to either side that a seasonal mean takes in."""

LEAST_DAYS = 60
"""Days with a complete measurement below which nothing is scored: two months."""

NOTHING_LEARNT, TAUGHT, SEASONAL = "fusion, nothing learnt", "fusion, taught by the station", "station's seasonal means"
"""Names of what is scored beside the sources."""


@dataclass(frozen=True, repr=False)
class OwnStudy(Glance):
    """What a station's record says of the sources.

    Attributes
    ----------
    name : str
        Of the file.
    site : Site
    series : pandas.DataFrame
        By date: ``station`` and one column for each candidate. [mm day-1]
    scores : pandas.DataFrame
        One row for each candidate: the scores of `etolib.validation.scores.score`, ``coverage`` [%] and ``width``
        [mm day-1] of the 95 % interval where it has one, and ``bias_1`` to ``bias_12``: mean difference to the station
        by month. [mm day-1]
    hidden : pandas.Series
        By date: in which part of the record the day was hidden, from 0.
    notes : tuple of Text
        What was found, and what the reader should know.
    """

    name: str
    site: Site
    series: pd.DataFrame
    scores: pd.DataFrame
    hidden: pd.Series
    notes: tuple[Text, ...]

    def _told(self) -> Told:
        shown = ["n", "r2", "kge", "mae", "rmse", "pbias", "coverage", "width"]
        table = self.scores.sort_values("rmse")[[name for name in shown if name in self.scores]]
        return Told(self.name, self.notes, table.reset_index(names="candidate"))

    def to_json(self) -> str:
        """Return scores, months and notes as JSON text; NaN as null."""
        return json.dumps(
            {
                "station": self.name,
                "latitude": self.site.latitude,
                "longitude": self.site.longitude,
                "elevation": self.site.elevation,
                "first": str(self.series.index[0].date()),
                "last": str(self.series.index[-1].date()),
                "days": int(self.series["station"].notna().sum()),
                "scores": json.loads(self.scores.reset_index(names="candidate").to_json(orient="records")),
                "notes": [str(note) for note in self.notes],
            },
            indent=2,
        )


@dataclass(frozen=True)
class _Candidate:
    """A series that is scored, with its interval where it has one."""

    eto: pd.Series
    lower: pd.Series | None = None
    upper: pd.Series | None = None


def study(
    station: StationFile, site: Site | None = None, sources: str | Sequence[str] = "auto", **options: Any
) -> OwnStudy:
    """Score the sources of a place, their fusion, and the fusion taught by the station, on the station's own record.

    Parameters
    ----------
    station : StationFile
        Daily values of several months or years.
    site : Site, optional
        Where the file does not say its place, or another elevation shall count.
    sources : "auto", str or sequence of str
        Which sources, as for `etolib.compute`.
    **options
        As for `etolib.compute`.

    Returns
    -------
    OwnStudy

    Raises
    ------
    InputError
        Without a place, without days, or with too few complete days (`LEAST_DAYS`).
    NoSourceError
        Where no source gave an answer.
    """
    site = _place(station, site)
    station = station.at(site)
    period = _period(station)
    request = Request(site, period, sources, **options)
    plan = plans.make(request)
    answered = download.run(plan, download.Silent())
    if not answered.answers:
        raise NoSourceError(
            say("no_source_could_answer", place=str(site), period=str(period)), causes=list(answered.failed)
        )
    site = answered.site
    days = pd.date_range(period.start, period.end, name="date")
    truth, notes = _truth(station, site, period, days, request.options)
    frames = {
        name: answer.frame.reindex(days)
        for name, answer in answered.answers.items()
        if not catalogue.find(name).spreads
    }
    first = plan.at_home(answered.answers)
    report = check(frames, site)
    candidates = {
        catalogue.find(name).title: _alone(name, frame, site, request.options)
        for name, frame in frames.items()
        if {"tmin", "tmax"} <= set(frame)  # who has radiation alone is scored on radiation
    }
    if "climatology" not in frames or frames["climatology"]["tmax"].isna().any():
        usual = catalogue.provider("climatology").fetch(site, period).frame.reindex(days)
        candidates[catalogue.find("climatology").title] = _alone("climatology", usual, site, request.options)
    free = fuse_sources(frames, site, checked=report, first=first, **request.options)
    candidates[NOTHING_LEARNT] = _Candidate(free.eto, free.lower, free.upper)
    hidden = parts(truth)
    taught, used = _taught(frames, site, truth, hidden, report, first, request.options)
    candidates[TAUGHT] = taught
    candidates[SEASONAL] = _Candidate(_over_parts(hidden, truth, seasonal_means))
    scores = _scores(candidates, truth)
    notes += [catalogue.of_source(error.source, error.message) for error in answered.failed]
    notes += _findings(scores, used, int(hidden.max()) + 1)
    notes += _radiation(station.fetch(site, period).frame.reindex(days), report.frames)
    series = pd.DataFrame({"station": truth} | {name: one.eto for name, one in candidates.items()})
    return OwnStudy(station.filename, site, series, scores, hidden, tuple(dict.fromkeys(notes)))


def _radiation(own: pd.DataFrame, frames: Mapping[str, pd.DataFrame]) -> list[Text]:
    """Return how far the radiation of each source lies from the station's own, the nearest first."""
    found = []
    for name, frame in frames.items():
        if "rs" not in own or "rs" not in frame or catalogue.find(name).dateless or name == STATION:
            continue
        if (own["rs"].notna() & frame["rs"].notna()).sum() >= LEAST_DAYS:
            one = score(frame["rs"].to_numpy(float), own["rs"].to_numpy(float))
            found.append((one["rmse"], name, one["pbias"]))
    return [
        say("radiation_against_own", source=name, rmse=f"{rmse:.2f}", bias=f"{bias:+.0f}")
        for rmse, name, bias in sorted(found)
    ]


def _place(station: StationFile, site: Site | None) -> Site:
    place = site or station.site
    if place is None:
        raise InputError([Problem("site", station.filename, say("file_names_no_place"), say("give_place_of_station"))])
    return place


def _period(station: StationFile) -> Period:
    if station.monthly:
        raise InputError([Problem("station", station.filename, say("holds_no_days"), say("give_daily_record"))])
    first, last = station.info.window(config.today())
    return Period(first, min(last, config.today()))


def _truth(
    station: StationFile, site: Site, period: Period, days: pd.DatetimeIndex, options: Mapping[str, Any]
) -> tuple[pd.Series, list[Text]]:
    """Return the station's own ETo on the days its record is complete, and notes; the file's own ETo where it is not.

    [mm day-1]
    """
    answer = station.fetch(site, period)
    frame = check({STATION: answer.frame}, site).frames[STATION].reindex(days)
    own = reference_eto(frame, site, **options)
    whole = ~own.flags.isin([*ESTIMATED, "missing"]).any(axis=1)
    truth = own.eto.where(whole).rename("station")
    notes = [say("of_source", source=STATION, sentence=note) for note in answer.warnings]
    printed = None if station.reference is None else station.reference.reindex(days)
    if printed is not None and (both := printed.notna() & truth.notna()).sum() >= LEAST_DAYS:
        difference = score(truth.to_numpy(float), printed.to_numpy(float))
        notes.append(
            say(
                "own_eto_column_differs",
                count=int(both.sum()),
                rmse=f"{difference['rmse']:.2f}",
                bias=f"{difference['pbias']:+.1f}",
            )
        )
    if truth.notna().sum() < LEAST_DAYS and printed is not None and printed.notna().sum() >= LEAST_DAYS:
        truth = printed.astype(float).rename("station")
        notes.append(say("scored_on_eto_of_the_file"))
    if (count := int(truth.notna().sum())) < LEAST_DAYS:
        rule = say("too_few_complete_days", count=count, least=LEAST_DAYS)
        raise InputError([Problem("station", station.filename, rule, say("complete_days_need"))])
    return truth, notes


def parts(truth: pd.Series) -> pd.Series:
    """Return which part of the record each day belongs to; a part is hidden as a whole.

    Parameters
    ----------
    truth : pandas.Series
        Reference by date, every day of the record, NaN where absent. [mm day-1]

    Returns
    -------
    pandas.Series
        0 to `FOLDS` - 1. Stretches follow each other in turn, so that every part has days of all seasons.

    Examples
    --------
    >>> days = pd.date_range("2020-01-01", "2023-12-30")
    >>> parts(pd.Series(3.0, index=days)).groupby(days.year).first().tolist()
    [0, 1, 2, 3]
    """
    length = 365 if len(truth) >= LONG_YEARS * 365 else SHORT_STRETCH
    stretch = np.arange(len(truth)) // length
    count = int(stretch[-1]) + 1
    return pd.Series(stretch % min(FOLDS, max(count, 2)), index=truth.index, name="part")


def seasonal_means(known: pd.Series, days: int = SMOOTH) -> pd.Series:
    """Return the mean of the known days within so many days of each day of the year, whatever the year.

    >>> days = pd.date_range("2021-01-01", "2022-12-31")
    >>> seasonal_means(pd.Series(np.where(days.year == 2021, 2.0, np.nan), index=days)).unique().tolist()
    [2.0]
    """
    position = np.minimum(pd.DatetimeIndex(known.index).day_of_year.to_numpy() - 1, 364)
    there = np.isfinite(known.to_numpy(float))
    count = np.bincount(position[there], minlength=365).astype(float)
    total = np.bincount(position[there], weights=known.to_numpy(float)[there], minlength=365)
    window = (np.arange(365) + np.arange(-days, days + 1)[:, None]) % 365
    with np.errstate(invalid="ignore"):
        mean = total[window].sum(axis=0) / count[window].sum(axis=0)
    return pd.Series(mean[position], index=known.index)


def _visible(hidden: pd.Series, part: int) -> np.ndarray:
    """Return the days that may be learnt from while a part is hidden."""
    gone = (hidden == part).to_numpy()
    near = np.convolve(gone, np.ones(2 * ROOM + 1), "same") > 0
    return ~near


def _over_parts(hidden: pd.Series, truth: pd.Series, predict: Any) -> pd.Series:
    """Return for the days of each part what ``predict`` makes of the visible rest."""
    out = pd.Series(np.nan, index=truth.index)
    for part in range(int(hidden.max()) + 1):
        rows = (hidden == part).to_numpy()
        out[rows] = predict(truth.where(_visible(hidden, part)))[rows]
    return out


def _alone(name: str, frame: pd.DataFrame, site: Site, options: Mapping[str, Any]) -> _Candidate:
    found = fuse_sources({name: frame}, site, **options)
    return _Candidate(found.eto, found.lower, found.upper)


def _taught(
    frames: Mapping[str, pd.DataFrame], site: Site, truth: pd.Series, hidden: pd.Series, report: faults.Report,
    first: Sequence[str], options: Mapping[str, Any],
) -> tuple[_Candidate, int]:  # fmt: skip
    """Return the fusion on the days of each part, taught by the others; and in how many parts the teaching was used."""
    columns = {name: pd.Series(np.nan, index=truth.index) for name in ("eto", "lower", "upper")}
    used = 0
    for part in range(int(hidden.max()) + 1):
        known = truth.where(_visible(hidden, part))
        fused: Fused = fuse_sources(frames, site, known, checked=report, first=first, **options)
        used += any(one is not None and one.used for one in (fused.learnt, fused.learnt_usual))
        rows = (hidden == part).to_numpy()
        for name, column in columns.items():
            column[rows] = getattr(fused, name)[rows]
    return _Candidate(**columns), used


def _scores(candidates: Mapping[str, _Candidate], truth: pd.Series) -> pd.DataFrame:
    """Return one row of scores for each candidate."""
    reference = truth.to_numpy(float)
    month = pd.DatetimeIndex(truth.index).month
    rows = {}
    for name, one in candidates.items():
        row = score(one.eto.to_numpy(float), reference)
        if one.lower is not None and one.upper is not None:
            row |= interval_score(one.lower.to_numpy(float), one.upper.to_numpy(float), reference)
        by_month = (one.eto - truth).groupby(month).mean().reindex(range(1, 13))
        rows[name] = row | {f"bias_{number}": value for number, value in by_month.items()}
    return pd.DataFrame.from_dict(rows, orient="index")


def _findings(scores: pd.DataFrame, used: int, count: int) -> list[Text]:
    """Return what the scores say, in sentences."""

    def number(candidate: str, name: str, form: str = ".2f") -> str:
        return format(float(scores[name][candidate]), form)

    rmse = scores["rmse"].drop(index=[NOTHING_LEARNT, TAUGHT, SEASONAL]).dropna()
    found = []
    if len(rmse):
        best = str(rmse.idxmin())
        found.append(say("best_source_alone", name=best, rmse=number(best, "rmse"), bias=number(best, "pbias", "+.0f")))
    before, after, seasonal = (number(name, "rmse") for name in (NOTHING_LEARNT, TAUGHT, SEASONAL))
    if used:
        found.append(say("teaching_changes", before=before, after=after, parts=used, total=count, seasonal=seasonal))
    else:
        found.append(say("teaching_not_used", before=before, seasonal=seasonal))
    if np.isfinite(scores.get("coverage", pd.Series(np.nan, index=[TAUGHT]))[TAUGHT]):
        width = number(TAUGHT, "width")
        found.append(say("interval_held", coverage=number(TAUGHT, "coverage", ".0f"), width=width))
    return found
