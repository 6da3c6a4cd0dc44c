"""Fusion as the product uses it: the sources of one place in, one ETo with weights, interval and reasons out.

Without a reference nothing is learnt: inputs are chosen per variable by stated priors. No bias found in one region
is bundled, because none was shown to carry over: the wind of the grids is 1.2 to 2 times too high in the twelve
places of the validation, and nothing says it is so elsewhere. With a station of the user's own, or any reference
series, the bias of the grids at that place is learnt, tried on days held back, and used only where it helped there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from etolib import config
from etolib.equations.calculation import Options
from etolib.equations.conventions import FAO56
from etolib.equations.filling import FLAGS, summary
from etolib.errors import InputError, Problem
from etolib.fusion import ahead, departures, faults, intervals, series, usual
from etolib.fusion.block import Block, Days, Mask, frame_of, kinds_of
from etolib.fusion.inputs import choose, choose_inputs, labelled
from etolib.fusion.learnt import Learnt, learn
from etolib.fusion.members import Members, member
from etolib.fusion.sources import CLIMATOLOGY, dateless
from etolib.fusion.untaught import LEAST_ERROR, Untaught, by_priors
from etolib.fusion.wind import said
from etolib.reference import EtoResult
from etolib.site import Site
from etolib.sources.catalogue import STATION
from etolib.sources.row import KINDS
from etolib.words import Text, say

USUAL = "climatology"
"""The source of usual weather."""

REACH = pd.Timedelta(days=3 * 365)
"""How far from the days of teaching what was learnt there is used, where those are said."""


@dataclass(frozen=True)
class Fused:
    """One fused series and everything that is known about it.

    Attributes
    ----------
    eto, lower, upper : pandas.Series
        By date; NaN where no source gives the day. [mm day-1]
    weights : pandas.DataFrame
        Share of each member in each day: ``chosen`` (inputs per variable), ``second`` (NASA POWER alone),
        ``station``.
    inputs, inputs_source : pandas.DataFrame
        Chosen inputs and the source of each cell, see `Chosen`.
    completed : EtoResult
        The Penman-Monteith of the chosen inputs, gaps filled by FAO-56, with flags and terms.
    source_eto : pandas.DataFrame
        ETo from each source's own inputs. [mm day-1]
    learnt, learnt_usual : Learnt or None
        Of the grids, and of the climatology where it has days; None without a reference.
    quarantined, findings : list of Finding
        Sources or columns left out, and everything the checks found.
    evidence : tuple of Text
        Why the inputs were chosen as they were.
    warnings : list of Text
        What the reader should know.
    """

    eto: pd.Series
    lower: pd.Series
    upper: pd.Series
    weights: pd.DataFrame
    inputs: pd.DataFrame
    inputs_source: pd.DataFrame
    completed: EtoResult
    source_eto: pd.DataFrame
    learnt: Learnt | None
    learnt_usual: Learnt | None
    quarantined: list[faults.Finding]
    findings: list[faults.Finding]
    evidence: tuple[Text, ...]
    warnings: list[Text] = field(default_factory=list)


def fuse_sources(
    frames: Mapping[str, pd.DataFrame],
    site: Site,
    reference: pd.Series | None = None,
    *,
    checked: faults.Report | None = None,
    first: Sequence[str] = (),
    teaching: pd.DatetimeIndex | None = None,
    record: pd.DataFrame | None = None,
    **options: Any,
) -> Fused:
    """Fuse the sources of one place.

    Parameters
    ----------
    frames : mapping of str to pandas.DataFrame
        Canonical daily tables by source name, all on one date index; other columns are ignored.
    site : Site
        With an elevation.
    reference : pandas.Series, optional
        Reference ETo by date, NaN where absent. By default the ETo of the source ``station`` on the days its record is
        complete, where there is one. [mm day-1]
    checked : etolib.fusion.faults.Report, optional
        What `check` has found in these frames already.
    first : sequence of str
        National services that are at home at the place, see `choose_inputs`.
    teaching : pandas.DatetimeIndex, optional
        Days of the index on which the reference teaches; no day farther from them than `REACH` is corrected. All by
        default, and all are. With the same days of teaching a day comes out the same whatever days stand around it.
    record : pandas.DataFrame, optional
        The whole record of the source ``station``, checked, on dates of its own: it teaches the climatology
        (`etolib.fusion.usual`). Its days in ``frames`` by default; with a ``reference`` that teaches.
    **options
        For `etolib.eto`, for example ``krs``.

    Returns
    -------
    Fused

    Raises
    ------
    InputError
        Without frames, with uneven dates, without an elevation, or for an option that is not known.

    Examples
    --------
    >>> days = pd.date_range("2020-01-01", periods=2)
    >>> table = pd.DataFrame({"tmin": 20.0, "tmax": 30.0, "rhmean": 60.0, "u2": 2.0, "rs": 20.0}, index=days)
    >>> fused = fuse_sources({"nasa_power": table, "open_meteo_archive": table}, Site(-12.1, -45.0, 440.0))
    >>> fused.eto.round(2).tolist(), bool((fused.lower < fused.eto).all()), fused.learnt is None
    ([4.94, 4.94], True, True)
    """
    if site.elevation is None:
        raise InputError([Problem("elevation", None, say("is_missing"), say("give_an_elevation"))])
    report = checked or check(frames, site)
    block = Block.of_frames(report.frames, site)
    kinds = {name: kinds_of(frame["kind"])[None, :] for name, frame in frames.items() if "kind" in frame}
    checks = Checks([report.findings], {cell: rows[None, :] for cell, rows in report.marked.items()})
    fused = fuse_block(
        Block(block.sites, block.days, block.tables, kinds),
        checks,
        first,
        Lessons(reference, teaching, record),
        **options,
    )
    return labelled_place(fused)


@dataclass(frozen=True)
class Checks:
    """What the checks found: findings of each place, and by source and variable the doubtful cells that were kept."""

    findings: list[list[faults.Finding]]
    marked: dict[tuple[str, str], Mask] = field(default_factory=dict)


@dataclass(frozen=True)
class Lessons:
    """What one place can learn from: reference, days of teaching and record of `fuse_sources`."""

    reference: pd.Series | None = None
    teaching: pd.DatetimeIndex | None = None
    record: pd.DataFrame | None = None


@dataclass(frozen=True)
class FusedBlock:
    """The fused days of the places of a block.

    Attributes
    ----------
    block : Block
        Places and days, and the checked tables.
    days : Untaught
        ETo, interval, weights, inputs and flags, with what was learnt in them; shapes (places, days).
    findings, warnings : list of list
        Of each place, as in `Fused`.
    learnt, learnt_usual : Learnt or None
        Of a block of one place.
    ahead : tuple of Text
        How the interval of the days to come was made, where there are any.
    """

    block: Block
    days: Untaught
    findings: list[list[faults.Finding]]
    warnings: list[list[Text]]
    learnt: Learnt | None = None
    learnt_usual: Learnt | None = None
    ahead: tuple[Text, ...] = ()

    def on(self, days: pd.DatetimeIndex | None = None) -> FusedBlock:
        """Return the same on some of its days, without those that were only learnt from; the tables are left aside."""
        if days is None:
            return replace(self, block=self.block.with_tables({}))
        rows = self.block.days.positions(Days(days))
        kinds = {name: codes[:, rows] for name, codes in self.block.kinds.items()}
        block = Block(self.block.sites, Days(days), {}, kinds)
        return replace(self, block=block, days=self.days.on(rows))


def fuse_block(
    block: Block, checks: Checks, first: Sequence[str] = (), lessons: Lessons | None = None, **options: Any
) -> FusedBlock:
    """Fuse the checked sources of the places of a block; what becomes of a place does not depend on the others.

    Parameters
    ----------
    block : Block
        Of checked tables.
    checks : Checks
    first : sequence of str
        As in `fuse_sources`.
    lessons : Lessons, optional
        Of a block of one place.
    **options
        As in `fuse_sources`.

    Raises
    ------
    InputError
        For an option that is not known, and for numbers of a place that `etolib.eto` refuses.
    Mixed
        Where places must be computed one by one.
    """
    means = _long_term_means(block)
    inputs = choose(block.tables, block.shape, first, block.elevation)
    days = by_priors(block, inputs, Options(**options).calculation(), checks.marked, means)
    warnings: list[list[Text]] = [[f.message for f in found if f.action == "quarantine"] for found in checks.findings]
    for place, found in enumerate(checks.findings):
        warnings[place] += [f.message for f in found if f.action == "note"]
    learnt, lesson = None, None
    if len(block.sites) == 1 and (lessons is not None or STATION in block.tables):
        learnt, lesson, told = _learn(block, days, lessons or Lessons(), means, first)
        warnings[0] += told
    to_come = ahead.widen(days, block, config.today())
    for place, told in enumerate(said(days.done.values, block, days.eto, inputs, days.lone_wind & ~days.corrected)):
        warnings[place] += told
    reasons = ahead.said(to_come, block)
    return FusedBlock(block, days, checks.findings, warnings, learnt, lesson, reasons)


def _learn(
    block: Block, days: Untaught, lessons: Lessons, means: Sequence[str], first: Sequence[str]
) -> tuple[Learnt | None, Learnt | None, list[Text]]:
    """Learn from the reference of one place what there is to learn; returns it, and what there is to say of it."""
    site, index = block.sites[0], block.days.index
    clean = {name: frame_of(table, block.days) for name, table in block.tables.items()}
    truth = _reference(lessons.reference, clean, means, site, index)
    learnt, said_of_grids = _correct(days, clean, site, truth, means, first, lessons.teaching)
    record = _whole(truth, lessons.reference, lessons.record, site)
    lesson, said_of_usual = _teach_usual(days, block, record)
    return learnt, lesson, said_of_grids + said_of_usual


def labelled_place(fused: FusedBlock, place: int = 0) -> Fused:
    """Return what a block holds of one place, by date."""
    days, index, site = fused.days, fused.block.days.index, fused.block.sites[place]
    inputs = labelled(days.inputs, index, place)
    words = np.array(FLAGS, dtype=object)
    completed = EtoResult(
        eto=pd.Series(days.done.eto[place], index=index, name="eto"),
        flags=pd.DataFrame({name: words[codes[place]] for name, codes in days.done.codes.items()}, index=index),
        inputs=pd.DataFrame({name: values[place] for name, values in days.done.values.items()}, index=index),
        latitude=site.latitude,
        elevation=site.elevation,
        method="fao56",
        convention=FAO56,
        warnings=tuple(summary({name: codes[place] for name, codes in days.done.codes.items()})),
    )
    return Fused(
        eto=pd.Series(days.eto[place], index=index, name="eto"),
        lower=pd.Series(days.lower[place], index=index, name="eto_lower"),
        upper=pd.Series(days.upper[place], index=index, name="eto_upper"),
        weights=pd.DataFrame({name: share[place] for name, share in days.weights.items()}, index=index),
        inputs=inputs.inputs,
        inputs_source=inputs.source,
        completed=completed,
        source_eto=pd.DataFrame({name: eto[place] for name, eto in days.each.items()}, index=index),
        learnt=fused.learnt,
        learnt_usual=fused.learnt_usual,
        quarantined=[f for f in fused.findings[place] if f.action == "quarantine"],
        findings=fused.findings[place],
        evidence=inputs.evidence,
        warnings=fused.warnings[place],
    )


def _correct(
    days: Untaught,
    clean: Mapping[str, pd.DataFrame],
    site: Site,
    reference: pd.Series | None,
    means: Sequence[str],
    first: Sequence[str],
    teaching: pd.DatetimeIndex | None,
) -> tuple[Learnt | None, list[Text]]:
    """Learn the bias of the grids from a reference; where that helps, the days that are not the station's take it.

    Returns what was learnt, and what there is to say of it.
    """
    grids = {name: frame for name, frame in clean.items() if name not in (*means, STATION)}
    if reference is None or not grids:
        return None, []
    members = Members(site, grids, first)
    index = pd.DatetimeIndex(reference.index)
    at_school = members if teaching is None else Members(site, {n: f.loc[teaching] for n, f in grids.items()}, first)
    known = (reference if teaching is None else reference.loc[teaching]).to_numpy(float)
    learnt = learn(at_school, known)
    if learnt is None:
        return None, []
    if not learnt.used or (taught := series.teach(at_school, known)) is None:
        return learnt, [learnt.text]
    near = np.ones(len(index), bool)
    if teaching is not None:
        members = Members(site, grids, first, like=at_school)
        near = np.asarray((index >= teaching[0] - REACH) & (index <= teaching[-1] + REACH))
    fused = series.fuse_taught(members, taught)
    theirs = ~days.from_station[0] & np.isfinite(fused.eto)
    take, far = theirs & near, int((theirs & ~near).sum())
    for mine, other in ((days.eto, fused.eto), (days.lower, fused.lower), (days.upper, fused.upper)):
        mine[0, take] = other[take]
    for name, share in zip(("chosen", "second"), fused.weights, strict=True):
        days.weights[name][0, take] = share[take]
    days.corrected[0, take] = True
    return learnt, [learnt.text, *([say("too_far_to_correct", count=far)] if far else [])]


def _whole(
    truth: pd.Series | None, given: pd.Series | None, record: pd.DataFrame | None, site: Site
) -> pd.Series | None:
    """Return all that is known of the place's ETo: the reference given, else the station's whole record."""
    if given is not None or record is None:
        return truth if given is None else given.astype(float)
    return pd.Series(
        member(choose_inputs({STATION: record}, elevation=site.elevation).inputs, site)[0], index=record.index
    )


def _teach_usual(days: Untaught, block: Block, record: pd.Series | None) -> tuple[Learnt | None, list[Text]]:
    """Correct the days that the climatology gives by what a record has taught of it; returns what there is to say."""
    rows = np.logical_and.reduce([days.inputs.of(name, USUAL)[0] for name in ("tmax", "ea", "u2", "rs")])
    if record is None or not rows.any():
        return None, []
    lesson = usual.learn(record, block.sites[0])
    if not lesson.used:
        return lesson.learnt, [lesson.text]
    weather = {name: days.done.values[name][0, rows] for name in departures.USUAL}
    asked = usual.of_weather(pd.DataFrame(weather, index=block.days.index[rows]), block.sites[0])
    eto, lower, upper = lesson.corrected(asked)
    room = intervals.Z95 * LEAST_ERROR
    days.eto[0, rows] = eto
    days.lower[0, rows], days.upper[0, rows] = (
        intervals.not_below_zero(eto, np.minimum(lower, eto - room)),
        np.maximum(upper, eto + room),
    )
    days.corrected[0, rows] = True
    unknown = lesson.unknown_season(asked.dates)
    more = [] if lesson.doubt is None else [lesson.doubt]
    return lesson.learnt, [lesson.text, *more, *([say("climatology_season_unknown", count=unknown)] if unknown else [])]


def check(
    frames: Mapping[str, pd.DataFrame],
    site: Site,
    record: pd.DataFrame | None = None,
    judged: pd.DatetimeIndex | None = None,
) -> faults.Report:
    """Look for faults in the tables of one place; the report holds them with what was found left out.

    ``record`` is the whole record of the station, ``judged`` the days on which sources are compared as wholes
    (`etolib.fusion.faults.check`).
    """
    tables = {name: numbers(frame) for name, frame in frames.items()}
    return faults.check(tables, site, None if record is None else numbers(record), judged)


def numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the numeric columns (a table may name the kind of each day); a psychrometer needs its coefficient."""
    out = frame.select_dtypes("number").astype(float)
    return out if "a_psy" in out else out.drop(columns=["tdry", "twet"], errors="ignore")


def _long_term_means(block: Block) -> list[str]:
    """Return the sources that hold no weather of a date: the climatology, and monthly means of an own station."""
    found = [name for name in block.tables if dateless(name)]
    own = block.kinds.get(STATION)
    return [*found, STATION] if own is not None and np.isin(own, (-1, KINDS.index(CLIMATOLOGY))).all() else found


def _reference(
    given: pd.Series | None, frames: Mapping[str, pd.DataFrame], means: Sequence[str], site: Site, index: pd.Index
) -> pd.Series | None:
    """Return the reference on the dates: the one given, else the station's own ETo on its complete days."""
    if given is not None:
        return given.reindex(index).astype(float)
    if STATION not in frames or STATION in means:
        return None
    own = choose_inputs({STATION: frames[STATION]}, elevation=site.elevation).inputs
    return pd.Series(member(own, site)[0], index=index)
