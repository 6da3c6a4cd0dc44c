"""Fusion as the product uses it: the sources of one place in, one ETo with weights, interval and reasons out.

Without a reference nothing is learnt: inputs are chosen per variable by stated priors. No bias found in one region
is bundled, because none was shown to carry over: the wind of the grids is 1.2 to 2 times too high in the twelve
places of the validation, and nothing says it is so elsewhere. With a station of the user's own, or any reference
series, the bias of the grids at that place is learnt, tried on days held back, and used only where it helped there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from etolib.equations.filling import ESTIMATED
from etolib.errors import InputError, Problem
from etolib.fusion import bias, faults, intervals, series
from etolib.fusion.inputs import choose_inputs
from etolib.fusion.members import Recipe, member, penman_monteith, wind_slope
from etolib.fusion.series import Members
from etolib.reference import EtoResult
from etolib.reference import eto as reference_eto
from etolib.site import Site

STATION = "station"
CLIMATOLOGY = "climatology"

LEARN_DAYS = 60
"""Days a reference and the sources must share before a bias is learnt: two months; below it the trial on held-back
days says nothing."""

FOLDS = 5
"""Stretches of the reference held back in turn to see whether what is learnt helps."""

STATION_ERROR = 0.05
"""Relative standard error of ETo from a station's own complete record: instruments and siting. A round prior."""

ESTIMATE_ERROR = 0.10
"""Added (as variance) for each input of a day that is an estimate."""

CLIMATOLOGY_ERROR = 0.25
"""The same for a day of the climatology: weather departs from its mean."""

LEAST_ERROR = 0.1  # mm day-1; no interval is narrower than this either way


@dataclass(frozen=True)
class Learnt:
    """What a reference has taught about the grids of a place.

    Attributes
    ----------
    days : int
        Reference days learnt from.
    ratio : pandas.Series
        Reference over uncorrected ETo by month, from the bias states; index 1 to 12. [1]
    wind_factor : float
        Factor on the grid's wind that the wind state amounts to. [1]
    rmse_before, rmse_after : float
        On days held back, without and with what was learnt from the others. [mm day-1]
    used : bool
        Whether it helped there, and so is used.
    text : str
        One sentence.
    """

    days: int
    ratio: pd.Series
    wind_factor: float
    rmse_before: float
    rmse_after: float
    used: bool
    text: str


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
    learnt : Learnt or None
        None without a reference.
    quarantined, findings : list of Finding
        Sources or columns left out, and everything the checks found.
    evidence : tuple of str
        Why the inputs were chosen as they were.
    warnings : list of str
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
    quarantined: list[faults.Finding]
    findings: list[faults.Finding]
    evidence: tuple[str, ...]
    warnings: list[str] = field(default_factory=list)


def fuse_sources(
    frames: Mapping[str, pd.DataFrame],
    site: Site,
    reference: pd.Series | None = None,
    *,
    checked: faults.Report | None = None,
    first: Sequence[str] = (),
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
        raise InputError([Problem("elevation", None, "is missing", "give the site an elevation")])
    report = checked or check(frames, site)
    clean = report.frames
    chosen = choose_inputs(clean, first)
    completed = reference_eto(chosen.inputs, site, **options)
    each = pd.DataFrame(
        {name: _alone(frame, site, options) for name, frame in clean.items()}, index=chosen.inputs.index
    )
    eto = completed.eto.to_numpy(float).copy()
    half_wind = penman_monteith(completed.inputs, site, wind_factor=0.5)
    slope = wind_slope(eto, half_wind)
    dateless = _dateless(frames)
    from_station = _from_station(chosen.source) & (STATION not in dateless)
    lower, upper = _without_reference(eto, slope, each, chosen.source, completed.flags, from_station, dateless)
    weights = pd.DataFrame(
        {"chosen": np.isfinite(eto) & ~from_station, "second": False, "station": np.isfinite(eto) & from_station},
        index=chosen.inputs.index,
    ).astype(float)

    learnt = None
    dated = {name: frame for name, frame in clean.items() if name not in dateless}
    truth = _reference(reference, dated, site, chosen.inputs.index)
    grids = {name: frame for name, frame in dated.items() if name != STATION}
    if truth is not None and grids:
        members = Members(site, grids, first)
        learnt = learn(members, truth)
        if learnt is not None and learnt.used:
            fused = series.fuse_with_reference(members, truth, _nothing_known)
            take = ~from_station & np.isfinite(fused.eto)
            eto[take], lower[take], upper[take] = fused.eto[take], fused.lower[take], fused.upper[take]
            weights.loc[take, ["chosen", "second"]] = fused.weights.T[take]
    index = chosen.inputs.index
    warnings = [f.message for f in report.quarantined]
    warnings += [f.message for f in report.findings if f.action == "note"]
    if learnt is not None:
        warnings.append(learnt.text)
    return Fused(
        eto=pd.Series(eto, index=index, name="eto"),
        lower=pd.Series(lower, index=index, name="eto_lower"),
        upper=pd.Series(upper, index=index, name="eto_upper"),
        weights=weights,
        inputs=chosen.inputs,
        inputs_source=chosen.source,
        completed=completed,
        source_eto=each,
        learnt=learnt,
        quarantined=report.quarantined,
        findings=report.findings,
        evidence=chosen.evidence,
        warnings=warnings,
    )


def learn(members: Members, reference: np.ndarray) -> Learnt | None:
    """Learn the bias of the chosen inputs from a reference, and try it on days held back.

    Parameters
    ----------
    members : Members
    reference : ndarray, shape (days,)
        NaN where absent. [mm day-1]

    Returns
    -------
    Learnt or None
        None with fewer than `LEARN_DAYS` days both have.
    """
    recipe = next(iter(members.used), None)
    if recipe is None:
        return None
    eto = members.of(recipe)[0]
    both = np.flatnonzero(np.isfinite(eto) & np.isfinite(reference))
    if len(both) < LEARN_DAYS:
        return None
    held = np.full(len(eto), np.nan)
    for part in np.array_split(both, FOLDS):
        rest = reference.copy()
        rest[part] = np.nan
        held[part] = bias.correct(eto, _states_bias(members, recipe, rest)[0])[part]
    before = float(np.sqrt(np.mean((eto - reference)[both] ** 2)))
    after = float(np.sqrt(np.mean((held - reference)[both] ** 2)))
    log_bias, states = _states_bias(members, recipe, reference)
    ratio = pd.Series(np.exp(log_bias)).groupby(members.month).mean().reindex(range(1, 13))
    factor = float(np.exp2(states.mean[0, bias.WIND]))
    used = after < before
    off = 100 * (float(np.exp(-log_bias[both].mean())) - 1)
    text = (
        f"{len(both)} days of reference: the grids' ETo is {off:+.0f} % off; "
        f"on days held back the error falls from {before:.2f} to {after:.2f} mm/day, so the correction is "
        f"{'used' if used else 'not used'}"
    )
    return Learnt(len(both), ratio, factor, before, after, used, text)


def _states_bias(members: Members, recipe: Recipe, reference: np.ndarray) -> tuple[np.ndarray, bias.States]:
    eto, slope = members.of(recipe)
    found = bias.track(eto[:, None], slope[:, None], reference[:, None], members.day_of_year)
    states = found.last.at_rest()
    mean, _ = bias.expected(states, np.nan_to_num(slope)[:, None], members.day_of_year)
    return mean[:, 0], states


def _nothing_known(recipe: Recipe) -> bias.States:
    return bias.unknown(1)


def check(frames: Mapping[str, pd.DataFrame], site: Site) -> faults.Report:
    """Look for faults in the tables of one place; the report holds them with what was found left out."""
    return faults.check({name: _numbers(frame) for name, frame in frames.items()}, site)


def _numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the numeric columns (a table may name the kind of each day)."""
    return frame.select_dtypes("number").astype(float)


def _alone(frame: pd.DataFrame, site: Site, options: Mapping[str, Any]) -> pd.Series:
    """Return the ETo of one source's own inputs, gaps filled by FAO-56."""
    if not {"tmin", "tmax"} <= set(frame.columns):
        return pd.Series(np.nan, index=frame.index)
    return reference_eto(frame, site, **options).eto


def _dateless(frames: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return the sources that hold no weather of a date: the climatology, and monthly means of an own station."""
    own = frames[STATION].get("kind") if STATION in frames else None
    return [CLIMATOLOGY, STATION] if own is not None and (own.dropna() == CLIMATOLOGY).all() else [CLIMATOLOGY]


def _from_station(source: pd.DataFrame) -> np.ndarray:
    """Return where temperature or wind is measured at the place: a grid's bias does not belong there."""
    return ((source["tmax"] == STATION) | (source["u2"] == STATION)).to_numpy()


def _reference(
    given: pd.Series | None, frames: Mapping[str, pd.DataFrame], site: Site, index: pd.Index
) -> np.ndarray | None:
    """Return the reference on the dates: the one given, else the station's own ETo on its complete days."""
    if given is not None:
        return given.reindex(index).to_numpy(float)
    if STATION not in frames:
        return None
    own = choose_inputs({STATION: frames[STATION]}).inputs
    return member(own, site)[0]


def _without_reference(
    eto: np.ndarray,
    slope: np.ndarray,
    each: pd.DataFrame,
    source: pd.DataFrame,
    flags: pd.DataFrame,
    from_station: np.ndarray,
    dateless: list[str],
) -> tuple[np.ndarray, np.ndarray]:
    """Return the interval of days on which nothing was learnt."""
    weather = each.drop(columns=dateless, errors="ignore")
    extra = ESTIMATE_ERROR**2 * flags.isin(ESTIMATED).sum(axis=1).to_numpy(float)
    extra += CLIMATOLOGY_ERROR**2 * source["tmax"].isin(dateless).to_numpy(float)
    lower, upper = intervals.without_reference(
        eto,
        np.where(from_station, 0.0, slope),
        weather.std(axis=1, ddof=1).to_numpy(float),
        weather.notna().sum(axis=1).to_numpy(),
        extra=extra,
    )
    measured = from_station & (source["rs"] == STATION).to_numpy() & (extra == 0)
    ratio = np.exp(intervals.Z95 * STATION_ERROR)
    lower, upper = np.where(measured, eto / ratio, lower), np.where(measured, eto * ratio, upper)
    room = intervals.Z95 * LEAST_ERROR
    lower, upper = np.minimum(lower, eto - room), np.maximum(upper, eto + room)
    return np.where(eto >= 0, np.maximum(lower, 0.0), lower), upper
