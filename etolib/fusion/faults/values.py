"""Single values that are wrong: impossible ones, contradicted ones, sensors that stand still, unlikely ones."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from etolib.errors import InputError, SourceError
from etolib.fusion.faults.anomalies import MIN_DAYS, robust_score
from etolib.fusion.faults.report import Report
from etolib.fusion.inputs import TEMPERATURE, relative_humidity
from etolib.site import Period, Site
from etolib.sources import catalogue
from etolib.sources.catalogue import STATION
from etolib.variables import VARIABLES
from etolib.words import Text, say, verbatim

APART = {"tmin": 8.0, "tmax": 9.0, "rhmean": 40.0, "u2": 4.0, "rs": 15.0}
"""Two sources contradict each other on a day where they lie this far apart [degC, degC, %, factor, MJ m-2 day-1].

Fixed, so that what becomes of a day does not depend on the days around it that were asked. Two reanalyses of one place
lie farther apart on one day in 10 000 (Tmax, humidity, wind) to 1 000 (Tmin, radiation) at the worst of the twelve
places of the validation, and nearer elsewhere. Of 5 % simulated faults they repair as much as gates on the spread of
each place's own thirty years did (RMSE 0.388 against 0.389 mm/day), at 0.06 instead of 0.25 % of days with a good value
lost. How they were chosen: `etolib.validation.constants`."""

STRANGE = 0.6
"""A contradicted value is left out where it also lies this share of `APART` from what is usual at the place and season
(the embedded climatology), and farther than the other; that decides which of the two is wrong."""

UNLIKELY = 10.0
"""A value of a station is marked beyond so many robust standard deviations of the month in its whole record."""

STUCK_CHANCE = 1e-3
"""A run is stuck where a record of that length should hold one less often than this by chance."""

STUCK_LEAST = 5
"""Shortest run called stuck."""

MANY = 0.2
"""Share of stuck or impossible days from which a column is put in quarantine."""


def possible(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table with impossible values set to NaN.

    Outside the variable table, a minimum above its maximum, a wet bulb above its dry one.
    """
    out = frame.copy()
    for name in out.columns.intersection(list(VARIABLES)):
        variable = VARIABLES[name]
        values = pd.to_numeric(out[name], errors="coerce").astype(float)
        out[name] = values.where((values >= variable.lower) & (values <= variable.upper))
    if {"tmin", "tmax"} <= set(out.columns):
        crossed = out["tmin"] > out["tmax"]
        out.loc[crossed, [c for c in TEMPERATURE if c in out]] = np.nan
    if {"rhmin", "rhmax"} <= set(out.columns):
        out.loc[out["rhmin"] > out["rhmax"], ["rhmin", "rhmax"]] = np.nan
    if {"tdry", "twet"} <= set(out.columns):
        out.loc[out["twet"] > out["tdry"], ["tdry", "twet"]] = np.nan
    return out


def impossible(report: Report) -> None:
    """Mask what cannot be weather."""
    for name, frame in report.frames.items():
        record = report.record(name)
        clean = possible(record)
        gone = record.notna() & clean.isna()
        if name in report.records:
            report.records[name], report.frames[name] = clean, possible(frame)
        else:
            report.frames[name] = clean
        for variable in gone.columns[gone.any()]:
            days = int(gone[variable].sum())

            def sentence(count: int, variable: str = str(variable)) -> Text:
                return say("impossible_on_days", variable=variable, count=count)

            if days > MANY * int(record[variable].notna().sum()) and days >= MIN_DAYS:
                report.quarantine(name, str(variable), "impossible", days, MANY, sentence(days))
            else:
                report.mask(name, str(variable), gone[variable], "impossible", days, 0, sentence)


def stuck(report: Report, name: str, others: Sequence[str]) -> None:
    """Find runs of one value that are too long for chance; a column that is often stuck goes in quarantine.

    On days that another source has, what stands still is masked; else it is marked and kept.
    """
    frame = report.record(name)
    for variable in ("tmin", "tmax", "rhmean", "u2", "rs"):
        if variable not in frame or frame[variable].notna().sum() < MIN_DAYS:
            continue
        values = frame[variable].to_numpy(float)
        length = np.where(_at_rest(values, variable), 0, run_lengths(values))
        short = length < STUCK_LEAST
        equal = (length > 1) & short
        chance = min(max(float(equal.sum()) / max(int(short.sum()), 1), 0.01), 0.9)
        least = max(STUCK_LEAST, 1 + int(np.ceil(np.log(STUCK_CHANCE / len(values)) / np.log(chance))))
        bad = pd.Series(length >= least, index=frame.index)
        days = int(bad.sum())
        if not days:
            continue
        if days > MANY * np.isfinite(values).sum():
            sentence = say("repeats_values", least=least, count=days)
            if variable == "u2":
                sentence = say("of_variable", variable=variable, sentence=sentence)
            report.quarantine(name, variable, "stuck", days, least, sentence)
        else:
            still = say("stands_still", variable=variable, least=least)
            longest = int(length[bad].max())
            elsewhere = _elsewhere(report, variable, others, name).reindex(frame.index, fill_value=False)
            alone = report.here(name, bad & ~elsewhere)
            report.mask(name, variable, bad & elsewhere, "stuck", longest, least, _always(still))
            report.mark(
                name, variable, alone, "stuck", longest, least, _kept("stands_still_kept", variable, least=least)
            )


def _always(text: Text) -> Callable[[int], Text]:
    return lambda _: text


def _elsewhere(report: Report, variable: str, others: Sequence[str], name: str) -> pd.Series:
    """Return the days at hand on which another source has a variable."""
    there = pd.Series(False, index=report.frames[name].index)
    for other in others:
        if other != name and variable in report.frames[other]:
            there |= report.frames[other][variable].notna()
    return there


def _kept(key: str, variable: str, **values: object) -> Callable[[pd.DatetimeIndex], Text]:
    """Return what makes the sentence on days that were marked and kept."""

    def sentence(days: pd.DatetimeIndex) -> Text:
        shown = verbatim(", ".join(str(day.date()) for day in days[:3]))
        if len(days) > 3:
            shown = say("and_more_days", days=shown, number=len(days) - 3)
        return say(key, variable=variable, days=shown, **values)

    return sentence


def _at_rest(values: np.ndarray, variable: str) -> np.ndarray:
    """Return where a value may well last: fog, polar night, calm."""
    if variable == "rhmean":
        return values >= 97
    return values <= 0.1 if variable in ("rs", "u2") else np.zeros(len(values), bool)


def run_lengths(values: np.ndarray) -> np.ndarray:
    """Return for each day the length of the run of equal values it belongs to; 0 where absent.

    >>> run_lengths(np.array([1.0, 1.0, 2.0, np.nan, 2.0])).tolist()
    [2, 2, 1, 0, 1]
    """
    change = np.ones(len(values), bool)
    change[1:] = values[1:] != values[:-1]
    run = np.cumsum(change) - 1
    return np.where(np.isfinite(values), np.bincount(run)[run], 0)


def contradictions(report: Report, names: Sequence[str], site: Site) -> None:
    """Mask a value that the other sources of the day contradict and that is the less usual at the place.

    Of a station's every other source must contradict it, and its wind is neither judged nor a judge: it is measured
    over its own ground and may differ from a grid's by a factor. Where there is no climatology, nothing is left out.
    """
    usual: dict[str, np.ndarray] | None = None
    for variable, apart in APART.items():
        there = [n for n in names if variable in report.frames[n] and not (variable == "u2" and n == STATION)]
        gate = float(np.log(apart)) if variable == "u2" else apart
        values = {name: _scale(report.frames[name][variable], variable).to_numpy(float) for name in there}
        far = [np.abs(values[one] - values[two]) > gate for one, two in itertools.combinations(there, 2)]
        if not any(found.any() for found in far):
            continue
        if usual is None and (usual := _usual(report, site)) is None:
            return  # nothing decides which of two is wrong
        own = {name: np.abs(value - usual[variable]) for name, value in values.items()}
        hits = {name: _contradicted(name, values, own, gate) & (own[name] > STRANGE * gate) for name in there}
        for name, hit in hits.items():
            if hit.any():
                rows = pd.Series(hit, index=report.frames[name].index)
                if name in report.records:
                    rows = rows.reindex(report.records[name].index, fill_value=False)
                farthest = float(own[name][hit].max())
                report.mask(name, variable, rows, "spike", farthest, gate, _wild(variable))


def _contradicted(
    name: str, values: Mapping[str, np.ndarray], own: Mapping[str, np.ndarray], gate: float
) -> np.ndarray:
    """Return where other sources contradict one that is the less usual: any of them; of a station all."""
    rivals = [other for other in values if other != name]
    against = np.array([(np.abs(values[name] - values[o]) > gate) & (own[name] > own[o]) for o in rivals])
    if name != STATION:
        return np.asarray(against.any(axis=0))
    have = np.array([np.isfinite(values[other]) for other in rivals])
    return np.asarray((against | ~have).all(axis=0) & have.any(axis=0))


def _wild(variable: str) -> Callable[[int], Text]:
    return lambda count: say("wild_on_days", variable=variable, count=count)


def _usual(report: Report, site: Site) -> dict[str, np.ndarray] | None:
    """Return what the embedded climatology has for the days at hand, None where it does not cover the place."""
    days = pd.DatetimeIndex(next(iter(report.frames.values())).index)
    source = next(row.name for row in catalogue.SOURCES.values() if row.dateless)
    try:
        frame = catalogue.provider(source).fetch(site, Period(days[0].date(), days[-1].date())).frame
    except (SourceError, InputError):
        return None
    frame = frame.assign(rhmean=relative_humidity(frame)).reindex(days)
    return {variable: _scale(frame[variable], variable).to_numpy(float) for variable in APART}


def unlikely(report: Report, name: str, others: Sequence[str]) -> None:
    """Mark values far from what a station's whole record shows at that season, on days no other source has.

    They are kept: the worst storm of eighteen years looks like this, and so does a broken sensor.
    """
    record = report.record(name)
    for variable in APART:
        if variable in record:
            score = robust_score(_scale(record[variable], variable))
            rows = report.here(name, score > UNLIKELY) & ~_elsewhere(report, variable, others, name)
            report.mark(
                name, variable, rows, "spike", float(score.max()), UNLIKELY, _kept("unlikely_value_kept", variable)
            )


def _scale(values: pd.Series, variable: str) -> pd.Series:
    """Wind errs by factors: judge its logarithm."""
    return pd.Series(np.log(values.clip(lower=0.05)), index=values.index) if variable == "u2" else values
