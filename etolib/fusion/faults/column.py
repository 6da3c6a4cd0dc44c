"""Columns that are wrong throughout: exchanged, in another unit, wind at another height or of another statistic."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd

from etolib.equations.air import wind_speed_2m
from etolib.fusion.faults.anomalies import DARK_RA, MIN_DAYS, top_of_atmosphere
from etolib.fusion.faults.report import Report
from etolib.fusion.sources import trusted
from etolib.site import Site
from etolib.sources.catalogue import STATION
from etolib.words import Text, say

SWAP_APART, SWAP_TOGETHER = 1.5, 5.0
"""Two columns are exchanged where each median lies 1.5 robust deviations or more from its own of the other source, both
together 5, and within 1.5 of the other column's. Good files: each within 1."""

WIND_MAXIMUM = ((1.4, 0.10), (1.55, 0.05))
"""A maximum is suspected where the ratio to another source's median wind exceeds the first number and the 10th
percentile over the median exceeds the other source's by the second: maxima of a day know no calm. Two means of one
place: ratio 0.66 to 1.05 (1.5 the other way round) with -0.08 to 0.08. A daily maximum is 2.3 to 3.5 times the mean,
so 1.5 times or more the other source's, with 0.15 to 0.22; the higher the level, the less the shape has to prove."""

WIND_FAR = 2.0
"""Ratio of medians two means of one place do not reach (0.66 to 1.05, so 1.5 the other way round); km/h for m/s gives
3.6 and mph 2.2 on top of it."""

CLEAR_DAYS = 0.9
"""Quantile of Rs/Ra that stands for clear days: high enough to be clear; a tenth of the days may be wild."""

RADIATION_RATIO = (0.25, 1.0)
"""Bounds of that quantile of Rs/Ra: a clear day gives 0.65 to 0.80 anywhere. kWh gives 0.2, W m-2 gives 9."""

HEIGHT_TOLERANCE = 0.08
"""Relative tolerance of the ratio of u2 to u10 around 1 (same height) and 0.748 (FAO-56 Eq. 47)."""


def swapped_columns(report: Report, names: Sequence[str]) -> None:
    """Put exchanged columns in quarantine: crosswise levels, or Tmin above Tmax on most days."""
    for name in names:
        frame = report.frames[name]
        if {"tmin", "tmax"} <= set(frame):
            both = frame["tmin"].notna() & frame["tmax"].notna()
            share = float((frame["tmin"] > frame["tmax"])[both].mean()) if both.any() else 0.0
            if share > 0.5:
                for variable in ("tmin", "tmax"):
                    report.quarantine(name, variable, "swapped_columns", share, 0.5, say("tmin_mostly_above_tmax"))
    variables = ("tmin", "tmax", "rhmean", "u2", "rs")
    levels = {name: _levels(report.frames[name], variables) for name in names}
    for name, other in itertools.permutations(names, 2):
        mine, theirs = levels[name], levels[other]
        for first, second in itertools.combinations(variables, 2):
            if not all(v in mine and v in theirs for v in (first, second)):
                continue
            own = [_apart(mine[v], theirs[v]) for v in (first, second)]
            crossed = max(_apart(mine[first], theirs[second]), _apart(mine[second], theirs[first]))
            if min(own) > SWAP_APART and sum(own) > SWAP_TOGETHER and crossed < SWAP_APART:
                if name != _less_possible(report, name, other):
                    continue
                sentence = say("columns_exchanged", variable=first, variable2=second)
                for variable in (first, second):
                    report.quarantine(name, variable, "swapped_columns", crossed, SWAP_APART, sentence)


def _levels(frame: pd.DataFrame, variables: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Return median and robust deviation of the columns with at least `MIN_DAYS` values."""
    out = {}
    for variable in variables:
        if variable in frame and (values := frame[variable].dropna().to_numpy(float)).size >= MIN_DAYS:
            centre = float(np.median(values))
            out[variable] = (centre, 1.4826 * float(np.median(np.abs(values - centre))))
    return out


def _apart(one: tuple[float, float], two: tuple[float, float]) -> float:
    """Return the distance of two medians in robust deviations of the second."""
    return abs(one[0] - two[0]) / max(two[1], 1e-6)


def _less_possible(report: Report, one: str, two: str) -> str:
    """Return which of two sources has levels no climate has; the less trusted where that does not decide."""

    def strange(frame: pd.DataFrame) -> bool:
        level = frame.median(numeric_only=True)
        return bool(
            level.get("tmin", 0.0) >= level.get("tmax", 1.0)
            or level.get("tmax", 20.0) > 50
            or level.get("u2", 2.0) > 12
            or not 2 <= level.get("rs", 15.0) <= 38
        )

    first, second = strange(report.frames[one]), strange(report.frames[two])
    if first != second:
        return one if first else two
    return two if trusted(one) else one


def radiation_units(report: Report, name: str, site: Site) -> None:
    """Put radiation in quarantine whose clear days do not lie where clear days lie; mask days above the sun's own.

    In the dark season, where a ratio says nothing, days above what `etolib.eto` calls suspect (1.2 Ra + 1).
    """
    frame = report.record(name)
    if "rs" not in frame:
        return
    top = top_of_atmosphere(frame, site)
    ratio = frame["rs"] / top.where(top > DARK_RA)
    low, high = RADIATION_RATIO
    if ratio.notna().sum() >= MIN_DAYS // 3:
        clear = float(ratio.quantile(CLEAR_DAYS))
        # A month may be overcast throughout; a season is not, anywhere on land.
        if clear > high or (clear < low and ratio.notna().sum() >= MIN_DAYS):
            limit = low if clear < low else high
            report.quarantine(name, "rs", "radiation_units", clear, limit, _likely_unit(clear))
            return
    above = (ratio > high) | ((top <= DARK_RA) & (frame["rs"] > 1.2 * top + 1.0))
    if above.any():
        highest = float(ratio.max())
        report.mask(name, "rs", above, "impossible", highest, high, lambda n: say("above_top_of_atmosphere", count=n))


def _likely_unit(clear: float) -> Text:
    """Return what clear days that reach ``clear`` of extraterrestrial radiation say of the unit."""
    factors = {"W m-2": 1 / 0.0864, "kWh m-2 day-1": 1 / 3.6, "cal cm-2 day-1": 1 / 0.041868, "J cm-2 day-1": 100.0}
    unit, factor = min(factors.items(), key=lambda item: abs(np.log(clear / (0.73 * item[1]))) if clear > 0 else 1e9)
    if clear > 0 and abs(np.log(clear / (0.73 * factor))) < 0.3:
        return say("clear_days_look_like", ratio=f"{clear:.2f}", unit=unit)
    return say("clear_days_of_no_unit", ratio=f"{clear:.2f}")


def wind_height(report: Report, name: str) -> None:
    """Put wind in quarantine that is called 2 m and equals the column at 10 m."""
    frame = report.record(name)
    if not {"u2", "u10"} <= set(frame):
        return
    ratio = (frame["u2"] / frame["u10"].where(frame["u10"] > 0.5)).dropna()
    if len(ratio) and abs(float(ratio.median()) - 1) < HEIGHT_TOLERANCE:
        sentence = say("wind_of_10_m", ratio=f"{float(wind_speed_2m(1.0, 10.0)):.3f}")
        report.quarantine(name, "u2", "wind_height", float(ratio.median()), 1 - HEIGHT_TOLERANCE, sentence)


def wind_statistic(report: Report, names: Sequence[str]) -> None:
    """Put wind in quarantine that is a daily maximum, or in another unit, judged by another source.

    A station's wind is measured over its own ground and may differ by a factor; it is neither judged nor a judge.
    """
    grids = [name for name in names if name != STATION]
    for name, other in itertools.permutations(grids, 2):
        mine, theirs = report.frames[name], report.frames[other]
        if "u2" not in mine or "u2" not in theirs:
            continue
        both = mine["u2"].notna() & theirs["u2"].notna()
        if both.sum() < MIN_DAYS:
            continue
        a, b = mine["u2"][both], theirs["u2"][both]
        ratio = float(a.median() / max(b.median(), 0.1))
        tilt = float(a.quantile(0.1) / max(a.median(), 0.1) - b.quantile(0.1) / max(b.median(), 0.1))
        proof = [limit for limit, shape in WIND_MAXIMUM if ratio > limit and tilt > shape]
        if proof:
            sentence = say("wind_maximum", ratio=f"{ratio:.2f}", source=other)
            report.quarantine(name, "u2", "wind_maximum", ratio, proof[-1], sentence)
        elif ratio > WIND_FAR:
            # Of two levels so far apart the one nearer the mean of the world at 2 m (2 m/s, FAO-56 p. 63) is kept.
            blamed = name if abs(np.log(a.median() / 2)) >= abs(np.log(max(b.median(), 0.01) / 2)) else other
            sentence = say("wind_level", one=f"{a.median():.1f}", other=f"{b.median():.1f}", source=other)
            report.quarantine(blamed, "u2", "wind_level", ratio, WIND_FAR, sentence)
