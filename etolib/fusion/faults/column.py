"""Columns that are wrong throughout: exchanged, in another unit, wind at another height or of another statistic."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from etolib.equations.air import wind_speed_2m
from etolib.fusion.block import Array, Mask, Table, places_where
from etolib.fusion.faults.anomalies import DARK_RA, MIN_DAYS
from etolib.fusion.faults.examined import Examined
from etolib.fusion.sources import trusted
from etolib.fusion.statistics import Ordered, count, deviation, median
from etolib.sources.catalogue import STATION
from etolib.sources.station import steps
from etolib.units import LANGLEY
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

WIND_UNITS = 1.7
"""Ratio of two units of wind from which a change within a file is told. Of 360 years of two reanalyses of one place the
ratio steps so in none; with a change to knots put in it does in 89 %, to km/h in 99 %."""

CLEAR_DAYS = 0.9
"""Quantile of Rs/Ra that stands for clear days: high enough to be clear; a tenth of the days may be wild."""

RADIATION_RATIO = (0.25, 1.0)
"""Bounds of that quantile of Rs/Ra: a clear day gives 0.65 to 0.80 anywhere. kWh gives 0.2, W m-2 gives 9."""

HEIGHT_TOLERANCE = 0.08
"""Relative tolerance of the ratio of u2 to u10 around 1 (same height) and 0.748 (FAO-56 Eq. 47)."""


def swapped_columns(examined: Examined, names: Sequence[str]) -> None:
    """Put exchanged columns in quarantine: crosswise levels, or Tmin above Tmax on most days."""
    for name in names:
        table = examined.tables[name]
        if {"tmin", "tmax"} <= set(table):
            both = ~np.isnan(table["tmin"]) & ~np.isnan(table["tmax"])
            share = (table["tmin"] > table["tmax"]).sum(axis=1) / np.maximum(both.sum(axis=1), 1)
            for place in places_where(share > 0.5):
                for variable in ("tmin", "tmax"):
                    sentence = say("tmin_mostly_above_tmax")
                    examined.quarantine(place, name, variable, "swapped_columns", share[place], 0.5, sentence)
    levels = {name: _levels(examined.tables[name]) for name in names}
    pairs = list(itertools.combinations(range(len(COMPARED)), 2))
    for name, other in itertools.permutations(names, 2):
        centre, spread = levels[other]
        # apart[i, j]: the median of column i from that of the other source's column j, in robust deviations of that
        apart = np.abs(levels[name][0][:, None] - centre[None]) / np.maximum(spread, 1e-6)[None]
        for first, second in pairs:
            own = apart[first, first], apart[second, second]
            crossed = np.fmax(apart[first, second], apart[second, first])
            hit = (np.fmin(*own) > SWAP_APART) & (own[0] + own[1] > SWAP_TOGETHER) & (crossed < SWAP_APART)
            for place in places_where(hit):
                if name == _less_possible(examined, place, name, other):
                    sentence = say("columns_exchanged", variable=COMPARED[first], variable2=COMPARED[second])
                    for at in (first, second):
                        examined.quarantine(
                            place, name, COMPARED[at], "swapped_columns", crossed[place], SWAP_APART, sentence
                        )


COMPARED = ("tmin", "tmax", "rhmean", "u2", "rs")
"""The columns whose levels are compared."""


def _levels(table: Table) -> tuple[Array, Array]:
    """Return median and robust deviation of `COMPARED`, NaN with fewer than `MIN_DAYS` values; (columns, places)."""
    nothing = np.full(next(iter(table.values())).shape, np.nan) if table else np.empty((0, 0))
    values = np.stack([table.get(variable, nothing) for variable in COMPARED])
    centre = np.where(count(values) >= MIN_DAYS, median(values), np.nan)
    return centre, deviation(values, centre)


def _less_possible(examined: Examined, place: int, one: str, two: str) -> str:
    """Return which of two sources has levels no climate has; the less trusted where that does not decide."""

    def strange(table: Table) -> bool:
        level = {name: float(median(table[name][place])) for name in ("tmin", "tmax", "u2", "rs") if name in table}
        return bool(
            level.get("tmin", 0.0) >= level.get("tmax", 1.0)
            or level.get("tmax", 20.0) > 50
            or level.get("u2", 2.0) > 12
            or not 2 <= level.get("rs", 15.0) <= 38
        )

    first, second = strange(examined.tables[one]), strange(examined.tables[two])
    if first != second:
        return one if first else two
    return two if trusted(one) else one


def radiation_units(examined: Examined, name: str) -> None:
    """Put radiation in quarantine whose clear days do not lie where clear days lie; mask days above the sun's own.

    In the dark season, where a ratio says nothing, days above what `etolib.eto` calls suspect (1.2 Ra + 1).
    """
    table, days = examined.judged(name)
    if "rs" not in table:
        return
    top, rs = examined.top(days), table["rs"]
    bright = top > DARK_RA
    ratio = np.where(bright, rs / np.where(bright, top, 1.0), np.nan)
    low, high = RADIATION_RATIO
    rows = Ordered(ratio)
    clear = rows.quantile(CLEAR_DAYS)
    # A month may be overcast throughout; a season is not, anywhere on land.
    wrong = (clear > high) | ((clear < low) & (rows.count >= MIN_DAYS))
    wrong &= rows.count >= MIN_DAYS // 3
    above = (ratio > high) | (~bright & (rs > 1.2 * top + 1.0))
    above[wrong] = False
    for place in places_where(wrong):
        value = float(clear[place])
        limit = low if value < low else high
        examined.quarantine(place, name, "rs", "radiation_units", value, limit, _likely_unit(value))
    if above.any():
        highest = rows.quantile(1.0)
        examined.mask(name, "rs", above, "impossible", highest, high, lambda n: say("above_top_of_atmosphere", count=n))


def _likely_unit(clear: float) -> Text:
    """Return what clear days that reach ``clear`` of extraterrestrial radiation say of the unit."""
    factors = {"W m-2": 1 / 0.0864, "kWh m-2 day-1": 1 / 3.6, "cal cm-2 day-1": 1 / LANGLEY, "J cm-2 day-1": 100.0}
    unit, factor = min(factors.items(), key=lambda item: abs(np.log(clear / (0.73 * item[1]))) if clear > 0 else 1e9)
    if clear > 0 and abs(np.log(clear / (0.73 * factor))) < 0.3:
        return say("clear_days_look_like", ratio=f"{clear:.2f}", unit=unit)
    return say("clear_days_of_no_unit", ratio=f"{clear:.2f}")


def wind_height(examined: Examined, name: str) -> None:
    """Put wind in quarantine that is called 2 m and equals the column at 10 m."""
    table, _ = examined.judged(name)
    if not {"u2", "u10"} <= set(table):
        return
    usable = table["u10"] > 0.5
    ratio = median(np.where(usable, table["u2"] / np.where(usable, table["u10"], 1.0), np.nan))
    for place in places_where(np.abs(ratio - 1) < HEIGHT_TOLERANCE):
        sentence = say("wind_of_10_m", ratio=f"{float(wind_speed_2m(1.0, 10.0)):.3f}")
        examined.quarantine(place, name, "u2", "wind_height", ratio[place], 1 - HEIGHT_TOLERANCE, sentence)


def wind_statistic(examined: Examined, names: Sequence[str]) -> None:
    """Put wind in quarantine that is a daily maximum, or in another unit, judged by another source.

    A station's wind is measured over its own ground and may differ by a factor; it is neither judged nor a judge.
    """
    grids = [name for name in names if name != STATION and "u2" in examined.tables[name]]
    known: dict[tuple[str, str], tuple[Mask, Array, Array, Array, Array]] = {}
    for name, other in itertools.permutations(grids, 2):
        if (other, name) in known:
            enough, theirs, their_calm, mine, my_calm = known[other, name]
        else:
            enough, mine, my_calm, theirs, their_calm = known[name, other] = _winds(examined, name, other)
        ratio = mine / np.maximum(theirs, 0.1)
        tilt = my_calm / np.maximum(mine, 0.1) - their_calm / np.maximum(theirs, 0.1)
        limits = np.array([limit for limit, _ in WIND_MAXIMUM])[:, None]
        proof = (ratio > limits) & (tilt > np.array([shape for _, shape in WIND_MAXIMUM])[:, None])
        hit = enough & (proof.any(axis=0) | (ratio > WIND_FAR))
        for place in places_where(hit):
            one, two, value = float(mine[place]), float(theirs[place]), float(ratio[place])
            if proof[:, place].any():
                limit = float(limits[proof[:, place]][-1, 0])
                sentence = say("wind_maximum", ratio=f"{value:.2f}", source=other)
                examined.quarantine(place, name, "u2", "wind_maximum", value, limit, sentence)
            else:
                # Of two levels so far apart the one nearer the mean of the world at 2 m (2 m/s, FAO-56 p. 63) is kept.
                blamed = name if abs(np.log(one / 2)) >= abs(np.log(max(two, 0.01) / 2)) else other
                sentence = say("wind_level", one=f"{one:.1f}", other=f"{two:.1f}", source=other)
                examined.quarantine(place, blamed, "u2", "wind_level", value, WIND_FAR, sentence)
        if hit.any():
            known.clear()


def wind_unit(examined: Examined, names: Sequence[str]) -> None:
    """Put a station's wind in quarantine whose ratio to another source steps by that of two units (m/s, knots, mph).

    Seasons go out of the ratio, so that a factor of 2 tells; of the file alone it does not.
    """
    own = examined.tables.get(STATION, {}).get("u2") if STATION in names else None
    for name in names if own is not None else ():
        theirs = examined.tables[name].get("u2")
        if name == STATION or theirs is None or own is None:
            continue
        ratio = np.where(theirs > 0.1, own / np.where(theirs > 0.1, theirs, 1.0), np.nan)
        for place in places_where(np.isfinite(ratio).sum(axis=1) >= MIN_DAYS):
            step = steps.find("u2", ratio[place], examined.days.index, "m/s", least=WIND_UNITS)
            if step is not None:
                said = {"ratio": f"{step.ratio:.2g}", "date": str(step.day), "source": name, "unit": step.units[1]}
                sentence = say("wind_changes_unit", **said)
                examined.quarantine(place, STATION, "u2", "wind_unit", step.ratio, WIND_UNITS, sentence)


def _winds(examined: Examined, one: str, two: str) -> tuple[Mask, Array, Array, Array, Array]:
    """Return where two sources share enough days of wind, and of each the median and the 10th percentile on them."""
    a, b = examined.tables[one]["u2"], examined.tables[two]["u2"]
    both = ~np.isnan(a) & ~np.isnan(b)
    mine, theirs = Ordered(np.where(both, a, np.nan)), Ordered(np.where(both, b, np.nan))
    enough = mine.count >= MIN_DAYS
    return enough, mine.median(), mine.quantile(0.1), theirs.median(), theirs.quantile(0.1)
