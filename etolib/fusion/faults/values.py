"""Single values that are wrong: impossible ones, sensors that stand still, spikes."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd

from etolib.fusion.faults.anomalies import MIN_DAYS, robust_score
from etolib.fusion.faults.report import Report
from etolib.fusion.inputs import TEMPERATURE
from etolib.variables import VARIABLES
from etolib.words import say

SPIKE = {"tmin": 5.0, "tmax": 5.0, "tmean": 5.0, "rhmean": 5.0, "u2": 5.0, "rs": 6.0}
"""Gate on the difference of two sources, in robust standard deviations of the month. Normal errors would allow 4;
these differences have heavier tails, radiation most. Lowered until one more simulated fault found (of 5 % of days)
costs one good value: 6 and 8 find 3.9 % and lose 0.05 %, 5 and 6 find 4.5 % and lose 0.25 %, 4.5 and 5.5 find 4.7 %
and lose 0.47 %. A value lost is replaced by the other source's."""

SPIKE_OWN = 3.0
"""A spike must also be strange in its own source's climate; that decides which of the two is wrong."""

SPIKE_ALONE = 10.0
"""Gate on a source's own climate, where no other source has the day."""

STUCK_CHANCE = 1e-3
"""A run is stuck where a record of that length should hold one less often than this by chance."""

STUCK_LEAST = 5
"""Shortest run called stuck."""

MANY = 0.2
"""Share of stuck or impossible days from which a column is put in quarantine."""


def possible(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table with impossible values (outside the variable table, or a minimum above its maximum) set to NaN."""
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
    return out


def impossible(report: Report) -> None:
    """Mask what cannot be weather."""
    for name, frame in report.frames.items():
        clean = possible(frame)
        gone = frame.notna() & clean.isna()
        report.frames[name] = clean
        for variable in gone.columns[gone.any()]:
            days = int(gone[variable].sum())
            sentence = say("impossible_on_days", variable=str(variable), count=days)
            if days > MANY * int(frame[variable].notna().sum()) and days >= MIN_DAYS:
                report.quarantine(name, str(variable), "impossible", days, MANY, sentence)
            else:
                report.mask(name, str(variable), gone[variable], "impossible", days, 0, sentence)


def stuck(report: Report, name: str) -> None:
    """Mask runs of one value that are too long for chance; a column that is often stuck goes in quarantine."""
    frame = report.frames[name]
    for variable in ("tmin", "tmax", "rhmean", "u2", "rs"):
        if variable not in frame or frame[variable].notna().sum() < MIN_DAYS:
            continue
        values = frame[variable].to_numpy(float)
        length = np.where(_at_rest(values, variable), 0, run_lengths(values))
        short = length < STUCK_LEAST
        equal = (length > 1) & short
        chance = min(max(float(equal.sum()) / max(int(short.sum()), 1), 0.01), 0.9)
        least = max(STUCK_LEAST, 1 + int(np.ceil(np.log(STUCK_CHANCE / len(values)) / np.log(chance))))
        bad = length >= least
        days = int(bad.sum())
        if not days:
            continue
        if days > MANY * np.isfinite(values).sum():
            sentence = say("repeats_values", least=least, count=days)
            if variable == "u2":
                sentence = say("of_variable", variable=variable, sentence=sentence)
            report.quarantine(name, variable, "stuck", days, least, sentence)
        else:
            sentence = say("stands_still", variable=variable, least=least)
            report.mask(name, variable, bad, "stuck", int(length[bad].max()), least, sentence)


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


def spikes(report: Report, names: Sequence[str]) -> None:
    """Mask single values far from the other source's and strange in their own climate."""
    for variable, gate in SPIKE.items():
        own = {
            n: robust_score(_scale(report.frames[n][variable], variable)) for n in names if variable in report.frames[n]
        }
        bad = {name: pd.Series(False, index=score.index) for name, score in own.items()}
        judged = {name: pd.Series(False, index=score.index) for name, score in own.items()}
        for one, two in itertools.combinations(own, 2):
            a, b = (_scale(report.frames[name][variable], variable) for name in (one, two))
            apart = robust_score(a - b)
            for name, rival in ((one, two), (two, one)):
                judged[name] |= apart.notna()
                bad[name] |= (apart > gate) & (own[name] > SPIKE_OWN) & (own[name] >= own[rival])
        for name, score in own.items():
            hit = bad[name] | (~judged[name] & (score > SPIKE_ALONE))
            if hit.any():
                sentence = say("wild_on_days", variable=variable, count=int(hit.sum()))
                report.mask(name, variable, hit, "spike", float(score[hit].max()), gate, sentence)


def _scale(values: pd.Series, variable: str) -> pd.Series:
    """Wind errs by factors: judge its logarithm."""
    return pd.Series(np.log(values.clip(lower=0.05)), index=values.index) if variable == "u2" else values
