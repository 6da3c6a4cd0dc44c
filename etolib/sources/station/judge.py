"""Whether columns are weather, and the quantity they are taken for.

`misfit` judges one series: by what a variable can be at all, by the sun of the place, and by what is usual there on
those days (`etolib.sources.station.expected`). `judge` also sets the columns beside each other
(`etolib.sources.station.relations`) and gives a verdict on each that contradicts: the file is refused where it is a
temperature without which there is no ETo, the column is left out where the file can do without it, and what could be
either is a question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import reduce
from typing import Any

import numpy as np

from etolib.equations import sun
from etolib.errors import Problem
from etolib.site import Site
from etolib.sources.station import columns as station_columns
from etolib.sources.station.columns import Column
from etolib.sources.station.expected import KIND, Days, Departure, departure, index_of, place_in_words, when_in_words
from etolib.sources.station.questions import Question
from etolib.sources.station.relations import contradictions, exchanged
from etolib.sources.station.units import CANONICAL, QUANTITY, UNITS, conversion
from etolib.sources.station.verdicts import ESSENTIAL, Verdict
from etolib.words import Text, say

LIMITS: Mapping[str, tuple[float, float]] = {
    # Bounds of the *median* of a series. A day may be beyond them, a series in the right unit is not.
    "tmin": (-60, 33), "tmax": (-55, 48), "tmean": (-57, 40), "tdew": (-65, 30), "u2": (0.05, 12),
    "tdry": (-57, 46), "twet": (-57, 33),
    "rhmin": (1.01, 100), "rhmax": (1.01, 110), "rhmean": (1.01, 105), "ea": (0.005, 5), "pressure": (45, 108),
    "rs": (0.0, 40), "precipitation": (0, 150), "sunshine": (0, 24), "eto": (0, 18),
}  # fmt: skip
"""Bounds of the median of each variable, canonical units."""

USUAL: Mapping[str, tuple[float, float]] = {
    # Within these a median is common on inhabited land (1st to 99th percentile of monthly means, rounded outwards).
    "tmin": (-35, 28), "tmax": (-25, 43), "tmean": (-30, 36), "tdew": (-38, 27), "u2": (0.5, 6),
    "tdry": (-30, 40), "twet": (-30, 28),
    "rhmin": (5, 98), "rhmax": (20, 100), "rhmean": (10, 99), "ea": (0.03, 3.6), "pressure": (60, 104),
    "rs": (0.3, 32), "precipitation": (0, 30), "sunshine": (0, 15), "eto": (0, 14),
}  # fmt: skip
"""Bounds within which the median of a variable is nothing unusual; towards `LIMITS` the misfit grows to 1."""

CLEARNESS = (0.12, 0.9)
"""Bounds of the median of radiation over extraterrestrial radiation, on days with a sun."""

BRIGHT = 0.9
"""Quantile of that share that lies within its upper bound too, of a series of `SUNNY_DAYS` and more."""

SUNNY_DAYS = 15
"""Days with a sun (Ra above 5 MJ m-2 day-1) below which `CLEARNESS` judges nothing: a fortnight may be overcast."""

DOUBT = 0.8
"""Misfit from which a temperature that can be is asked about; no window of the stations of the trials reaches it
often, and a wrong unit in winter does."""

_OF_HOURS = {"tmin": "tmean", "tmax": "tmean", "rhmin": "rhmean", "rhmax": "rhmean"}
"""Whose rows the extremes of days come from where the rows are hours."""

DAY_LENGTH_ROOM = 0.5  # h, a sensor of sunshine may count twilight


def misfit(variable: str, values: Any, dates: Days, site: Site | None = None) -> float:
    """Return how badly a series fits a variable: 0 fits, 1 and more cannot be.

    Parameters
    ----------
    variable : str
        Canonical name.
    values : ndarray, shape (days,)
        In the canonical unit, NaN where absent.
    dates : sequence of datetime.date
        Their days.
    site : Site, optional
        Where it is measured: its sun, and what is usual there, are used where it is known.

    Examples
    --------
    >>> import pandas as pd
    >>> january = pd.date_range("2023-01-05", periods=20)
    >>> hot = np.full(20, 39.0)
    >>> misfit("tmax", hot, january), misfit("tmax", hot, january, Site(52.0, 13.0)) > 1
    (0.0, True)
    """
    series = np.asarray(values, dtype=float)
    good = np.isfinite(series)
    if not good.any() or variable not in LIMITS:
        return 0.0
    score = max(_of_bounds(variable, float(np.median(series[good]))), _of_amount(variable, series[good]))
    if site is None:
        return score
    score = max(score, _of_sun(variable, series, dates, site))
    if variable in KIND and (found := departure(variable, series, dates, site)) is not None:
        score = max(score, found.score)
    return score


def judge(
    columns: Mapping[str, Any], dates: Days, site: Site | None, mapping: station_columns.Mapping
) -> list[Verdict]:
    """Return what is wrong with the columns of a file, each by itself and beside the others.

    Parameters
    ----------
    columns : mapping of str to ndarray, shape (days,)
        Canonical variables in canonical units.
    dates : sequence of datetime.date
        Their days.
    site : Site or None
        Where the station stands.
    mapping : Mapping
        Which column of the file each is, in which unit, and what a person said of it.

    Returns
    -------
    list of Verdict
        At most one for each variable.

    Examples
    --------
    >>> import pandas as pd
    >>> from etolib.sources.station.guess import guess
    >>> text = b"date,tmax (C),tmin (C)\\n2023-01-05,39,25\\n2023-01-06,41,27\\n2023-01-07,41,27\\n"
    >>> values = {"tmax": np.array([39.0, 41, 41]), "tmin": np.array([25.0, 27, 27])}
    >>> found = judge(values, pd.date_range("2023-01-05", periods=3), Site(52.0, 13.0), guess(text))
    >>> [(v.variable, v.action) for v in found]
    [('tmax', 'refuse'), ('tmin', 'refuse')]
    """
    dates = index_of(dates)
    named = {c.variable: c for c in reversed(mapping.columns) if c.variable is not None and c.variable in columns}
    if "tmean" in columns and "tmean" not in named and "tdry" in named:  # the air of hours by its dry bulb
        named["tmean"] = replace(named["tdry"], variable="tmean")
    for extreme, mean in _OF_HOURS.items():  # of rows that are hours
        if extreme in columns and extreme not in named and mean in named:
            named[extreme] = replace(named[mean], variable=extreme)
    verdicts: dict[str, Verdict] = {}
    ordered = sorted((v for v in named if v in LIMITS), key=lambda v: (named[v].index, v not in ESSENTIAL))
    series = {v: np.asarray(columns[v], dtype=float) for v in ordered}
    scores = {v: misfit(v, values, dates, site) for v, values in series.items()}
    alone = [v for v in ordered if v not in ESSENTIAL] if exchanged(series) else ordered
    for variable in alone:
        column = named[variable]
        by_hand = bool(mapping.known.get(column.name, {}).get("unit"))
        found = _alone(column, series[variable], scores[variable], dates, site, by_hand)
        if found is not None and column.name not in {v.column for v in verdicts.values() if v.problem is not None}:
            verdicts[variable] = found
    kept = [v for v in ordered if v not in verdicts or verdicts[v].action in ("ask", "say")]
    rest = {v: series[v] for v in kept}
    for found in contradictions(rest, dates, site, {v: named[v] for v in rest}, scores):
        if found.action == "ask" and "variable" in mapping.known.get(found.column, {}):
            continue  # answered
        if found.action != "ask" or found.variable not in verdicts:
            verdicts[found.variable] = found
    return list(verdicts.values())


def judged(mapping: station_columns.Mapping, verdicts: Sequence[Verdict]) -> station_columns.Mapping:
    """Return the mapping with the verdicts carried out.

    What is left out is not used and noted, what is asked is a question, and its column a guess until it is answered.

    Examples
    --------
    >>> from etolib.sources.station.guess import guess
    >>> mapping = guess(b"date,tmax,tmin,rs\\n2023-01-05,9,5,900\\n")
    >>> found = judged(mapping, [Verdict("rs", "rs", "leave out", say("its_name", name="rs"))])
    >>> [c.variable for c in found.columns], len(found.notes) - len(mapping.notes)
    (['date', 'tmax', 'tmin', None], 1)
    """
    out = {v.variable: v for v in verdicts if v.action == "leave out"}
    asked = [v for v in verdicts if v.question is not None]
    guesses = {v.variable for v in asked}
    columns = []
    for c in mapping.columns:
        if c.variable in out:
            c = replace(c, variable=None, unit=None, height=None, guessed=False, reasons=(out[c.variable].text,))
        elif c.variable in guesses:
            c = replace(c, guessed=True)
        columns.append(c)
    return replace(
        mapping,
        columns=tuple(columns),
        questions=(*mapping.questions, *(v.question for v in asked if v.question is not None)),
        notes=(*mapping.notes, *(v.text for v in out.values())),
    )


def _alone(column: Column, values: Any, score: float, dates: Days, site: Site | None, by_hand: bool) -> Verdict | None:
    """Return the verdict on one column by itself, whose misfit is ``score``."""
    assert column.variable is not None
    variable = column.variable
    if score < DOUBT or (score < 1 and variable not in ESSENTIAL):
        return None
    possible = misfit(variable, values, dates, None) < 1 and (
        site is None or _of_sun(variable, values, dates, site) < 1
    )
    far = departure(variable, values, dates, site) if site is not None and possible and variable in KIND else None
    thing = say("column_named", name=repr(column.name))
    if far is None and score < 1:
        return None
    rule = _rule(column, values) if far is None or site is None else _far(column, values, dates, site, far)
    if far is not None and (by_hand or score < 1):
        if by_hand:
            return Verdict(variable, column.name, "say", say("unusual_but_said", name=repr(column.name), reason=rule))
        question = Question(
            "units",
            say("is_that_the_unit", name=repr(column.name), reason=rule, unit=column.unit or ""),
            column.name,
            tuple(UNITS[QUANTITY[variable]]),
            column.unit,
        )
        return Verdict(variable, column.name, "ask", question.text, question=question)
    units = other_units(column, values, dates, site)
    unit = reduce(lambda one, other: say("one_or_other", one=one, other=other), units) if units else None
    hint = say("check_column_and_unit" if far is None else "check_column_unit_and_place")
    hint = hint if unit is None else say("values_look_like", unit=unit)
    if variable in ESSENTIAL and units and not column.stated and not by_hand:
        said = {"name": repr(column.name), "value": _range(column, values), "reason": rule, "hint": hint}
        text = say("unit_not_stated_and_contradicted", **said)
        return Verdict(variable, column.name, "ask", text, question=Question("units", text, column.name, tuple(units)))
    if variable in ESSENTIAL or by_hand:
        return Verdict(variable, column.name, "refuse", rule, Problem(thing, _range(column, values), rule, hint))
    return Verdict(
        variable, column.name, "leave out",
        say("column_left_out", name=repr(column.name), value=_range(column, values), reason=rule, hint=hint),
    )  # fmt: skip


def _range(column: Column, values: Any) -> Text:
    """Return the range of a column as the file has it."""
    raw = _as_written(column, values)
    return say("from_to", one=f"{np.nanmin(raw):.4g}", other=f"{np.nanmax(raw):.4g}")


def _as_written(column: Column, values: Any) -> Any:
    """Return values as the file has them (of a wind, at 2 m)."""
    factor, offset = conversion(column.variable, column.unit)
    return (values - offset) / factor / column.scale


def _rule(column: Column, values: Any) -> Text:
    return say("cannot_be", variable=column.variable, unit=column.unit or CANONICAL[column.variable or ""])


def _far(column: Column, values: Any, dates: Days, site: Site, found: Departure) -> Text:
    """Return the sentence that says how far a column lies from what is usual: numbers, month and place."""
    good = np.isfinite(values)
    raw = float(np.median(_as_written(column, values[good])))
    value = f"{raw:.3g} {column.unit or ''}".strip()
    when, place = when_in_words(index_of(dates)[good]), place_in_words(site)
    if KIND[column.variable or ""] in ("temperature", "humidity"):
        key = "above_usual" if found.apart > 0 else "below_usual"
        unit = "K" if KIND[column.variable or ""] == "temperature" else "%"
        return say(key, value=value, when=when, place=place, apart=f"{abs(found.apart):.0f} {unit}")
    return say("times_usual", value=value, when=when, place=place, ratio=f"{float(np.exp(found.apart)):.2g}")


def other_units(column: Column, values: Any, dates: Days, site: Site | None) -> list[str]:
    """Return the units in which a column would fit, without its own.

    Parameters
    ----------
    column : Column
        With a variable.
    values : ndarray, shape (days,)
        In the canonical unit, as converted from the unit of the column.
    dates : sequence of datetime.date
        Their days.
    site : Site or None
        The place.
    """
    variable = column.variable or ""
    factor, offset = conversion(column.variable, column.unit)
    raw = (np.asarray(values, dtype=float) - offset) / factor
    scores = {
        unit: misfit(variable, raw * scale + shift, dates, site)
        for unit, (scale, shift) in UNITS[QUANTITY[variable]].items()
        if unit != column.unit
    }
    fit = [unit for unit, score in scores.items() if score < DOUBT]
    return [unit for unit in fit if not unit.startswith("0.1")] or fit  # tenths are rarer


def _of_bounds(variable: str, middle: float) -> float:
    """Return the misfit of a median by what the variable can be anywhere."""
    (low, high), (usual_low, usual_high) = LIMITS[variable], USUAL[variable]
    if middle < low or middle > high:
        return 1.0 + abs(middle - (low if middle < low else high)) / (high - low)
    if middle < usual_low:
        return (usual_low - middle) / max(usual_low - low, 1e-9) * 0.99
    if middle > usual_high:
        return (middle - usual_high) / max(high - usual_high, 1e-9) * 0.99
    return 0.0


MOST_RAIN = 80.0
"""Mean of a series of ten days or more that no place has: Cherrapunji's wettest month. [mm day-1]"""


def _of_amount(variable: str, good: Any) -> float:
    """Return the misfit of an amount by its larger values: on most days it may be nothing."""
    if variable == "sunshine" and np.mean(good > 24.0) > 0.05:
        return float(np.max(good)) / 24.0
    if variable != "precipitation" or len(good) < 10:
        return 0.0
    return float(np.mean(good)) / MOST_RAIN if np.mean(good) >= MOST_RAIN else 0.0


def _of_sun(variable: str, values: Any, dates: Days, site: Site) -> float:
    """Return the misfit by the sun of a place: radiation, sunshine and ETo beyond what it gives."""
    if variable not in ("rs", "sunshine", "eto"):
        return 0.0
    yearday = index_of(dates).day_of_year.to_numpy(float)
    good = np.isfinite(values)
    if variable == "sunshine":
        length = np.asarray(sun.daylight_hours(site.latitude, yearday)) + DAY_LENGTH_ROOM
        return 1.0 + float(np.mean(values[good] / length[good])) if np.mean((values > length)[good]) > 0.2 else 0.0
    ra = np.asarray(sun.extraterrestrial_radiation(site.latitude, yearday))
    sunny = good & (ra > 5)
    if not sunny.any():
        return 0.0
    if variable == "eto":  # all radiation into water, and half as much again by advection
        share = float(np.median(values[sunny] / (0.408 * ra[sunny] * 1.5)))
        return share if share >= 1 else 0.0
    shares = values[sunny] / ra[sunny]
    share = float(np.median(shares))
    low, high = CLEARNESS
    if (bright := float(np.quantile(shares, BRIGHT)) if len(shares) >= SUNNY_DAYS else share) > high:
        return bright / high
    return low / max(share, 1e-6) if share < low and sunny.sum() >= SUNNY_DAYS else 0.0
