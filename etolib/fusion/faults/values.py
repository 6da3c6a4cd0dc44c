"""Single values that are wrong: impossible ones, contradicted ones, sensors that stand still, unlikely ones."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from etolib.errors import InputError, SourceError
from etolib.fusion.block import Array, Days, Mask, Table, frame_of, places_where, table_of
from etolib.fusion.faults.anomalies import MIN_DAYS, robust_score
from etolib.fusion.faults.examined import Examined
from etolib.fusion.inputs import TEMPERATURE, relative_humidity
from etolib.fusion.statistics import run_lengths
from etolib.site import Period, Site
from etolib.sources import catalogue
from etolib.sources.catalogue import STATION
from etolib.sources.station import expected
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

UNUSUAL = {"tmin": 3.5, "tmax": 3.5, "u2": 3.0}
"""A value of a station is marked beyond so many standard deviations of what is usual at its place on that date.

Days of records that are weather lie as far: Tmax of 46.7 degC at Portland on 2021-06-28 is 4.2 of them, but has days
beside it that are nearly as hot; winds of 25 m/s are at home on islands whose file is windy throughout."""

ALONE = 0.5
"""A temperature is marked where the days before and after it depart less than this share of its own departure."""

GALE = 12.0
"""Mean wind of a day at 2 m below which none is marked. [m s-1]"""

OWN_LEVEL = 10
"""Days of a record from which on its own level counts beside that of the climatology."""

STUCK_CHANCE = 1e-3
"""A run is stuck where a record of that length should hold one less often than this by chance."""

STUCK_LEAST = 5
"""Shortest run called stuck."""

STUCK_RECORD = 30
"""Days of a station's record from which it is told; of other sources those that are asked count (`MIN_DAYS`)."""

MANY = 0.2
"""Share of stuck or impossible days from which a column is put in quarantine."""


def possible(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a labelled table with impossible values set to NaN (`possible_cells`)."""
    known = [name for name in frame.columns if name in VARIABLES]
    numbers = frame[known].apply(pd.to_numeric, errors="coerce").astype(float)
    return frame_of(possible_cells(table_of(numbers)), Days(pd.DatetimeIndex(frame.index)), like=frame)


def possible_cells(table: Table) -> Table:
    """Return a table with impossible values set to NaN.

    Outside the variable table, a minimum above its maximum, a wet bulb above its dry one.

    >>> day = possible_cells({"tmin": np.array([[20.0, 30.0]]), "tmax": np.array([[70.0, 25.0]])})
    >>> day["tmin"].tolist(), day["tmax"].tolist()
    ([[20.0, nan]], [[nan, nan]])
    """
    out = dict(table)
    for name in table:
        if name in VARIABLES:
            values, variable = table[name], VARIABLES[name]
            inside = (values >= variable.lower) & (values <= variable.upper)
            out[name] = values if inside.all() else np.where(inside, values, np.nan)
    for low, high, together in (
        ("tmin", "tmax", TEMPERATURE),
        ("rhmin", "rhmax", ("rhmin", "rhmax")),
        ("twet", "tdry", ("tdry", "twet")),
    ):
        if low in out and high in out and (crossed := out[low] > out[high]).any():
            out |= {name: np.where(crossed, np.nan, out[name]) for name in together if name in out}
    return out


def impossible(examined: Examined) -> None:
    """Mask what cannot be weather."""
    for name in examined.tables:
        table, _ = examined.judged(name)
        clean = possible_cells(table)
        gone = {variable: np.isnan(clean[variable]) & ~np.isnan(table[variable]) for variable in table}
        had = {variable: (~np.isnan(table[variable])).sum(axis=1) for variable in table if gone[variable].any()}
        if name == STATION and examined.record is not None:
            examined.tables[name] = {v: np.array(a) for v, a in possible_cells(examined.tables[name]).items()}
        table |= {variable: np.array(clean[variable]) for variable in had}
        for variable, there in had.items():

            def sentence(count: int, variable: str = variable) -> Text:
                return say("impossible_on_days", variable=variable, count=count)

            days = gone[variable].sum(axis=1)
            throughout = (days > MANY * there) & (days >= MIN_DAYS)
            for place in places_where(throughout):
                number = int(days[place])
                examined.quarantine(place, name, variable, "impossible", number, MANY, sentence(number))
            rows = gone[variable] & ~throughout[:, None]
            examined.mask(name, variable, rows, "impossible", days, 0, sentence)


def stuck(examined: Examined, name: str, others: Sequence[str]) -> None:
    """Find runs of one value that are too long for chance; a column that is often stuck goes in quarantine.

    On days that another source has, what stands still is masked; else it is marked and kept.
    """
    table, days = examined.judged(name)
    for variable in ("tmin", "tmax", "rhmean", "u2", "rs"):
        if variable not in table:
            continue
        values = table[variable]
        number = (~np.isnan(values)).sum(axis=1)
        enough = number >= (STUCK_RECORD if name == STATION else MIN_DAYS)
        if not enough.any():
            continue
        length = np.where(_at_rest(values, variable), 0, run_lengths(values))
        short = length < STUCK_LEAST
        chance = ((length > 1) & short).sum(axis=1) / np.maximum(short.sum(axis=1), 1)
        chance = np.minimum(np.maximum(chance, 0.01), 0.9)
        least = np.maximum(STUCK_LEAST, 1 + np.ceil(np.log(STUCK_CHANCE / len(days)) / np.log(chance)))
        bad = (length >= least[:, None]) & enough[:, None]
        if bad.any():
            _stand_still(examined, name, variable, others, bad, length, least)


def _stand_still(
    examined: Examined, name: str, variable: str, others: Sequence[str], bad: Mask, length: Array, least: Array
) -> None:
    """Leave out, or mark, what stands still in the cells ``bad`` of what a source is judged by."""
    days = bad.sum(axis=1)
    values = examined.judged(name)[0][variable]
    throughout = days > MANY * (~np.isnan(values)).sum(axis=1)
    for place in places_where(throughout):
        sentence = say("repeats_values", least=int(least[place]), count=int(days[place]))
        if variable == "u2":
            sentence = say("of_variable", variable=variable, sentence=sentence)
        examined.quarantine(place, name, variable, "stuck", days[place], least[place], sentence)
    bad = bad & ~throughout[:, None]
    longest = np.where(bad, length, 0).max(axis=1)
    elsewhere = examined.elsewhere(variable, others, name)
    masked = bad & examined.there(name, elsewhere)
    marked = examined.here(name, bad) & ~elsewhere
    for place in places_where(bad.any(axis=1)):  # one by one: each place has its own least length in its sentence
        only = np.zeros((len(bad), 1), bool)
        only[place] = True
        limit = int(least[place])
        still = say("stands_still", variable=variable, least=limit)
        examined.mask(name, variable, masked & only, "stuck", longest, limit, _always(still))
        kept = _kept("stands_still_kept", variable, least=limit)
        examined.mark(name, variable, marked & only, "stuck", longest, limit, kept)


def _always(text: Text) -> Callable[[int], Text]:
    return lambda _: text


def _kept(key: str, variable: str, **values: object) -> Callable[[pd.DatetimeIndex], Text]:
    """Return what makes the sentence on days that were marked and kept."""

    def sentence(days: pd.DatetimeIndex) -> Text:
        shown = verbatim(", ".join(str(day.date()) for day in days[:3]))
        if len(days) > 3:
            shown = say("and_more_days", days=shown, number=len(days) - 3)
        return say(key, variable=variable, days=shown, **values)

    return sentence


def _at_rest(values: Array, variable: str) -> Mask:
    """Return where a value may well last: fog, polar night, calm."""
    if variable == "rhmean":
        return np.asarray(values >= 97)
    return np.asarray(values <= 0.1) if variable in ("rs", "u2") else np.zeros(values.shape, bool)


def contradictions(examined: Examined, names: Sequence[str]) -> None:
    """Mask a value that the other sources of the day contradict and that is the less usual at the place.

    Of a station's every other source must contradict it, and its wind is neither judged nor a judge: it is measured
    over its own ground and may differ from a grid's by a factor. Where there is no climatology, nothing is left out.
    """
    usual = _Usual(examined)
    for variable, apart in APART.items():
        there = [n for n in names if variable in examined.tables[n] and not (variable == "u2" and n == STATION)]
        gate = float(np.log(apart)) if variable == "u2" else apart
        values = {name: _scale(examined.tables[name][variable], variable) for name in there}
        far = np.zeros(len(examined.findings), bool)
        for one, two in itertools.combinations(there, 2):
            far |= (np.abs(values[one] - values[two]) > gate).any(axis=1)
        if not far.any():
            continue
        rows = places_where(far)
        expected = usual.of(variable, rows)
        values = {name: value[rows] for name, value in values.items()}
        own = {name: np.abs(value - expected) for name, value in values.items()}
        hits = {name: _contradicted(name, values, own, gate) & (own[name] > STRANGE * gate) for name in there}
        for name, hit in hits.items():
            if hit.any():
                whole, farthest = np.zeros(examined.tables[name][variable].shape, bool), np.zeros(len(far))
                whole[rows], farthest[rows] = hit, np.where(hit, own[name], 0.0).max(axis=1)
                examined.mask(name, variable, examined.there(name, whole), "spike", farthest, gate, _wild(variable))


def _contradicted(name: str, values: Mapping[str, Array], own: Mapping[str, Array], gate: float) -> Mask:
    """Return where other sources contradict one that is the less usual: any of them; of a station all."""
    rivals = [other for other in values if other != name]
    against = np.array([(np.abs(values[name] - values[o]) > gate) & (own[name] > own[o]) for o in rivals])
    if name != STATION:
        return np.asarray(against.any(axis=0))
    have = np.array([np.isfinite(values[other]) for other in rivals])
    return np.asarray((against | ~have).all(axis=0) & have.any(axis=0))


def _wild(variable: str) -> Callable[[int], Text]:
    return lambda count: say("wild_on_days", variable=variable, count=count)


class _Usual:
    """What the embedded climatology has for the days at hand, of the places that need it."""

    def __init__(self, examined: Examined) -> None:
        self.sites, self.days = examined.block.sites, examined.days
        self.known: dict[int, dict[str, Array] | None] = {}

    def of(self, variable: str, places: Sequence[int]) -> Array:
        """Return a variable of `APART`, scaled; NaN where the climatology does not cover the place."""
        nothing = np.full(len(self.days), np.nan)
        rows = []
        for place in places:
            if place not in self.known:
                self.known[place] = self._of_place(self.sites[place])
            found = self.known[place]
            rows.append(nothing if found is None else found[variable])
        return np.array(rows)

    def _of_place(self, site: Site) -> dict[str, Array] | None:
        source = next(row.name for row in catalogue.SOURCES.values() if row.dateless)
        first, last = self.days.index[0].date(), self.days.index[-1].date()
        try:
            frame = catalogue.provider(source).fetch(site, Period(first, last)).frame
        except (SourceError, InputError):
            return None
        frame = frame.assign(rhmean=relative_humidity(frame)).reindex(self.days.index)
        return {variable: _scale(frame[variable].to_numpy(float), variable) for variable in APART}


def unlikely(examined: Examined, name: str, others: Sequence[str]) -> None:
    """Mark values far from what a station's whole record shows at that season, on days no other source has.

    They are kept: the worst storm of eighteen years looks like this, and so does a broken sensor.
    """
    table, days = examined.judged(name)
    for variable in APART:
        if variable in table:
            score = np.array([robust_score(row, days) for row in _scale(table[variable], variable)])
            rows = examined.here(name, score > UNLIKELY) & ~examined.elsewhere(variable, others, name)
            if rows.any():
                highest = np.nanmax(np.where(np.isnan(score), -np.inf, score), axis=1)
                kept = _kept("unlikely_value_kept", variable)
                examined.mark(name, variable, rows, "spike", highest, UNLIKELY, kept)


def unusual(examined: Examined, name: str, others: Sequence[str]) -> None:
    """Mark values of a station far from what is usual at the place on their date, which no other source confirms.

    They are kept. The level is that of the climatology, or of the station's own record where that is longer than
    `OWN_LEVEL` days; a short record of few days tells no level.
    """
    table, days = examined.judged(name)
    for variable in set(UNUSUAL) & set(table):
        sites = examined.block.sites
        score = np.array([_apart(variable, row, days, site) for row, site in zip(table[variable], sites, strict=True)])
        rows = examined.here(name, score > UNUSUAL[variable])
        for other in others:
            if other != name and variable in examined.tables[other]:
                theirs = examined.tables[other][variable]
                # A grid's wind is another wind than that of a mast: it confirms a storm where it has half of one.
                rows = rows & ~(
                    theirs > 0.5 * examined.tables[name][variable] if variable == "u2" else theirs == theirs
                )
        rows = rows & ~examined.marked.get((name, variable), np.zeros(rows.shape, bool))
        if rows.any():
            highest = np.nanmax(np.where(np.isnan(score), -np.inf, score), axis=1)
            kept = _kept("unusual_value_kept", variable)
            examined.mark(name, variable, rows, "spike", highest, UNUSUAL[variable], kept)


def _apart(variable: str, values: Array, days: Days, site: Site) -> Array:
    """Return how far values depart from what is usual, in standard deviations; NaN where that is not known."""
    level, spread = expected.usual(variable, days.index, site), expected.day_to_day(site)
    if level is None or spread is None:
        return np.full(len(values), np.nan)
    long = np.isfinite(values).sum() >= OWN_LEVEL
    if variable == "u2":
        own = max(float(np.nanmedian(values)), 0.1) if long else 0.1
        sd = float(np.hypot(expected.LEVEL["wind"], expected.GUSTY))
        return np.where(values >= GALE, np.log(np.maximum(values, 0.1) / np.maximum(level, own)) / sd, 0.0)
    departure = values - level - (float(np.nanmedian(values - level)) if long else 0.0)
    score = departure / float(np.hypot(expected.LEVEL["temperature"], spread))
    beside = np.fmax(np.r_[np.nan, score[:-1] * np.sign(score[1:])], np.r_[score[1:] * np.sign(score[:-1]), np.nan])
    return np.where(beside >= ALONE * np.abs(score), 0.0, np.abs(score))


def _scale(values: Array, variable: str) -> Array:
    """Wind errs by factors: judge its logarithm."""
    return np.asarray(np.log(np.maximum(values, 0.05))) if variable == "u2" else values
