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

from etolib.equations.filling import ESTIMATED, FILLED
from etolib.errors import InputError, Problem
from etolib.fusion import departures, faults, intervals, series, usual
from etolib.fusion.estimates import BOUNDED, estimate_error
from etolib.fusion.inputs import HUMIDITY, Chosen, choose_inputs
from etolib.fusion.learnt import Learnt, learn
from etolib.fusion.members import Members, member, penman_monteith, wind_slope
from etolib.fusion.sources import CLIMATOLOGY, dateless, own_error
from etolib.fusion.wind import said, unquestioned, wind_error
from etolib.reference import EtoResult
from etolib.reference import eto as reference_eto
from etolib.site import Site
from etolib.sources.catalogue import STATION
from etolib.sources.climatology import annual_range
from etolib.words import Text, say

ESTIMATE_ERROR = 0.10
"""Added (as relative variance) for each input of a day that is doubtful, or estimated by no rule of `BOUNDED`."""

ROUTE_ERROR = {"from_rh_mean": 0.05, "from_rh_max": 0.03, "from_psychrometer": 0.03}
"""Relative standard error of ETo, added (as variance) to a station's own, of the lesser routes to vapour pressure
(FAO-56 Eqs. 19 and 18). At Maricopa, 2003 to 2020, ETo by them differs from that by the dew point by 4.9 and 3.5 % of
its mean (root mean square); by both extremes (Eq. 17) by 1.5 %, within the station's own. Of a
psychrometer, read at one or a few hours of the day, no series was at hand: taken as that by the maximum. [1]"""

USUAL = "climatology"
"""The source of usual weather."""

REACH = pd.Timedelta(days=3 * 365)
"""How far from the days of teaching what was learnt there is used, where those are said."""

LEAST_ERROR = 0.1  # mm day-1; no interval is narrower than this either way


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
    clean = report.frames
    chosen = choose_inputs(clean, first, site.elevation)
    completed = reference_eto(chosen.given, site, **options)
    completed = replace(completed, flags=_doubtful(completed.flags, chosen.source, report))
    index = chosen.inputs.index
    each = pd.DataFrame({name: _alone(frame, site, options) for name, frame in clean.items()}, index=index)
    means = _long_term_means(frames)
    lone_wind = unquestioned(clean, chosen.source["u2"])
    if STATION not in means:
        lone_wind &= (chosen.source["u2"] != STATION).to_numpy()
    fused = _nothing_learnt(site, chosen, completed, each, means, lone_wind)
    truth = _reference(reference, clean, means, site, index)
    learnt, said_of_grids = _correct(fused, clean, site, truth, means, first, teaching)
    lesson, said_of_usual = _teach_usual(fused, completed, chosen, site, _whole(truth, reference, record, site))
    warnings = [f.message for f in report.quarantined]
    warnings += [f.message for f in report.findings if f.action == "note"]
    warnings += said_of_grids + said_of_usual
    warnings += said(completed.inputs, site, fused.eto, chosen.source["u2"], lone_wind & ~fused.corrected)
    return Fused(
        eto=pd.Series(fused.eto, index=index, name="eto"),
        lower=pd.Series(fused.lower, index=index, name="eto_lower"),
        upper=pd.Series(fused.upper, index=index, name="eto_upper"),
        weights=fused.weights,
        inputs=chosen.inputs,
        inputs_source=chosen.source,
        completed=completed,
        source_eto=each,
        learnt=learnt,
        learnt_usual=lesson,
        quarantined=report.quarantined,
        findings=report.findings,
        evidence=chosen.evidence,
        warnings=warnings,
    )


@dataclass
class _Days:
    """ETo, interval and weights of each day, while they are made."""

    eto: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    weights: pd.DataFrame
    from_station: np.ndarray
    corrected: np.ndarray


def _nothing_learnt(
    site: Site,
    chosen: Chosen,
    completed: EtoResult,
    each: pd.DataFrame,
    means: Sequence[str],
    lone_wind: np.ndarray,
) -> _Days:
    """Return the days by the chosen inputs alone, with the interval of stated priors."""
    eto = completed.eto.to_numpy(float).copy()
    slope = wind_slope(eto, penman_monteith(completed.inputs, site, wind_factor=0.5))
    from_station = _from_station(chosen.source) & (STATION not in means)
    measured_wind = (chosen.source["u2"] == STATION).to_numpy() & (STATION not in means)
    unknown = (completed.flags["u2"] == "default_wind").to_numpy()
    wind = wind_error(completed.inputs, site, eto, np.where(measured_wind, 0.0, slope), lone_wind, unknown)
    estimates = estimate_error(completed.inputs, completed.flags, site, eto)
    lower, upper = _without_reference(eto, wind, each, chosen.source, completed, site, estimates, from_station, means)
    there = np.isfinite(eto)
    weights = pd.DataFrame(
        {"chosen": there & ~from_station, "second": False, "station": there & from_station},
        index=chosen.inputs.index,
    ).astype(float)
    return _Days(eto, lower, upper, weights, from_station, np.zeros(len(eto), bool))


def _correct(
    days: _Days,
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
    theirs = ~days.from_station & np.isfinite(fused.eto)
    take, far = theirs & near, int((theirs & ~near).sum())
    days.eto[take], days.lower[take], days.upper[take] = fused.eto[take], fused.lower[take], fused.upper[take]
    days.corrected[take] = True
    days.weights.loc[take, ["chosen", "second"]] = fused.weights.T[take]
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


def _teach_usual(
    days: _Days, completed: EtoResult, chosen: Chosen, site: Site, record: pd.Series | None
) -> tuple[Learnt | None, list[Text]]:
    """Correct the days that the climatology gives by what a record has taught of it; returns what there is to say."""
    rows = (chosen.source[["tmax", "ea", "u2", "rs"]] == USUAL).all(axis=1).to_numpy()
    if record is None or not rows.any():
        return None, []
    lesson = usual.learn(record, site)
    if not lesson.used:
        return lesson.learnt, [lesson.text]
    asked = usual.of_weather(completed.inputs.loc[rows, list(departures.USUAL)], site)
    eto, lower, upper = lesson.corrected(asked)
    room = intervals.Z95 * LEAST_ERROR
    days.eto[rows] = eto
    days.lower[rows], days.upper[rows] = np.maximum(np.minimum(lower, eto - room), 0.0), np.maximum(upper, eto + room)
    days.corrected[rows] = True
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
    numbers = {name: _numbers(frame) for name, frame in frames.items()}
    return faults.check(numbers, site, None if record is None else _numbers(record), judged)


def _doubtful(flags: pd.DataFrame, source: pd.DataFrame, report: faults.Report) -> pd.DataFrame:
    """Return the flags with those cells marked whose value the checks found doubtful and kept."""
    out = flags.copy()
    for (name, variable), rows in report.marked.items():
        cell = "ea" if variable in HUMIDITY else variable
        if cell in out:
            out.loc[rows & (source[cell] == name).to_numpy(), cell] = "suspect_unlikely"
    return out


def _numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the numeric columns (a table may name the kind of each day); a psychrometer needs its coefficient."""
    out = frame.select_dtypes("number").astype(float)
    return out if "a_psy" in out else out.drop(columns=["tdry", "twet"], errors="ignore")


def _alone(frame: pd.DataFrame, site: Site, options: Mapping[str, Any]) -> pd.Series:
    """Return the ETo of one source's own inputs, gaps filled by FAO-56."""
    if not {"tmin", "tmax"} <= set(frame.columns):
        return pd.Series(np.nan, index=frame.index)
    eto: pd.Series = reference_eto(frame, site, **options).eto
    return eto


def _long_term_means(frames: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return the sources that hold no weather of a date: the climatology, and monthly means of an own station."""
    found = [name for name in frames if dateless(name)]
    own = frames[STATION].get("kind") if STATION in frames else None
    return [*found, STATION] if own is not None and (own.dropna() == CLIMATOLOGY).all() else found


def _from_station(source: pd.DataFrame) -> np.ndarray:
    """Return where temperature or wind is measured at the place: a grid's bias does not belong there."""
    return ((source["tmax"] == STATION) | (source["u2"] == STATION)).to_numpy()


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


def _without_reference(
    eto: np.ndarray,
    wind: tuple[np.ndarray, np.ndarray],
    each: pd.DataFrame,
    source: pd.DataFrame,
    completed: EtoResult,
    site: Site,
    estimates: tuple[np.ndarray, np.ndarray],
    from_station: np.ndarray,
    means: Sequence[str],
) -> tuple[np.ndarray, np.ndarray]:
    """Return the interval of days on which nothing was learnt."""
    weather = each.drop(columns=list(means), errors="ignore")
    flags = completed.flags
    extra = ESTIMATE_ERROR**2 * flags.isin(ESTIMATED.difference(BOUNDED)).sum(axis=1).to_numpy(float)
    lower, upper = intervals.without_reference(
        eto,
        wind,
        weather.std(axis=1, ddof=1).to_numpy(float),
        weather.notna().sum(axis=1).to_numpy(),
        extra=extra,
    )
    own = (source[[*FILLED]] == STATION) | flags[[*FILLED]].isin(BOUNDED)
    of_station = from_station & own.all(axis=1).to_numpy()
    route = flags["ea"].map(ROUTE_ERROR).fillna(0.0).to_numpy(float)
    up, down = (np.exp(intervals.Z95 * np.sqrt(own_error() ** 2 + route**2 + extra + part**2)) for part in wind)
    lower, upper = np.where(of_station, eto / down, lower), np.where(of_station, eto * up, upper)
    for name in means:
        of_it = (source["tmax"] == name).to_numpy()
        usual = completed.inputs.loc[of_it, list(departures.USUAL)]
        bounds = departures.interval(usual, site, annual_range(site), of_maps=name != STATION)
        estimated = np.exp(intervals.Z95 * np.sqrt(extra[of_it]))
        lower[of_it] = eto[of_it] - estimated * (eto[of_it] - bounds[0])
        upper[of_it] = eto[of_it] + estimated * (bounds[1] - eto[of_it])
    higher, deeper = estimates
    lower = eto - np.hypot(eto - lower, intervals.Z95 * deeper)
    upper = eto + np.hypot(upper - eto, intervals.Z95 * higher)
    room = intervals.Z95 * LEAST_ERROR
    lower, upper = np.minimum(lower, eto - room), np.maximum(upper, eto + room)
    return np.where(eto >= 0, np.maximum(lower, 0.0), lower), upper
