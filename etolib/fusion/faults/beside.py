"""Columns of an own station that every other source contradicts: another unit or another quantity, seen in few days."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from etolib.fusion.block import Array
from etolib.fusion.faults.examined import Examined
from etolib.sources.catalogue import STATION
from etolib.sources.station.expected import place_in_words, usual, when_in_words
from etolib.words import Text, say

TEMPERATURE_APART = (12.0, 9.0)
"""Median difference of a temperature to every other source, and the least of all but a fifth of the days. [K]

Two reanalyses of one place differ by 8 or 9 K on one day in 1 000 to 10 000 (`values.APART`), never in the median. A
station in a valley or on a mountain lies up to 1 000 m from the mean height of its cell, which is 5.5 K by the lapse
rate of the climatology, and a cold pool or a lake some kelvin more. °F read as °C is 18 K + 0.44 T off: 13 K at -10 °C,
31 K at 30 °C; tenths of a degree more than that where it is neither hot nor freezing."""

LEAST_DAYS = 3
"""Days of a temperature; of a radiation, humidity or wind `MORE_DAYS`, which differ more from day to day."""

MORE_DAYS = 10

RADIATION_FACTOR = 2.7
"""Ratio of sums of radiation: stations and grids agree within a tenth over ten days, a third in overcast ones; kWh
called MJ is 3.6, W m-2 11.6, cal 24."""

HUMIDITY_APART = 45.0  # %, medians; grids lie within 15 of stations, a fraction called a percentage 60 off

WIND_FACTOR = (3.3, 0.1)
"""Ratio of median winds to every other source; stations lie at 0.5 to 1.1 of grids, and at 2 to 5 of one grid where
that is wrong, so that only all together, and a level that is high anywhere (`WIND_HIGH`), tell km/h from m/s."""

WIND_HIGH = 5.0  # m s-1; FAO-56 Table on p. 63: strong wind


def contradicted_by_all(examined: Examined, names: Sequence[str]) -> None:
    """Put columns of the station in quarantine that lie far from all other sources of weather, always on one side.

    Beside a single source, the embedded climatology is the second witness of a temperature; the rest needs two sources.
    """
    others = [name for name in names if name != STATION]
    if STATION not in names or not others:
        return
    for place in range(len(examined.findings)):
        for variable in ("tmin", "tmax"):
            _temperature(examined, place, variable, others)
        if len(others) > 1:
            for variable in ("rs", "rhmean", "u2"):
                _level(examined, place, variable, others)


def _both(examined: Examined, place: int, variable: str, other: str) -> tuple[Array, Array] | None:
    mine, theirs = examined.tables[STATION], examined.tables[other]
    if variable not in mine or variable not in theirs:
        return None
    one, two = mine[variable][place], theirs[variable][place]
    there = ~np.isnan(one) & ~np.isnan(two)
    return one[there], two[there]


def _temperature(examined: Examined, place: int, variable: str, others: Sequence[str]) -> None:
    witnesses = []
    for other in others:
        if (pair := _both(examined, place, variable, other)) is not None and len(pair[0]) >= LEAST_DAYS:
            witnesses.append(pair[0] - pair[1])
    if not witnesses:
        return
    values, site = examined.tables[STATION][variable][place], examined.block.sites[place]
    there = ~np.isnan(values)
    own, days = values[there], examined.days.index[there]
    by_climate = False
    if len(witnesses) == 1:
        level = usual(variable, days, site)
        if level is None:
            return
        by_climate = True
        witnesses.append(own - level)
    middles = [float(np.median(d)) for d in witnesses]
    side = np.sign(middles[0])
    middle, least = TEMPERATURE_APART
    if not all(
        side * m > middle and np.quantile(side * d, 0.2) > least for m, d in zip(middles, witnesses, strict=True)
    ):
        return
    apart = min(middles, key=abs)
    key = "far_above_others" if side > 0 else "far_below_others"
    sentence = say(
        key, variable=variable, value=f"{float(np.median(own)):.0f}", when=when_in_words(days),
        place=place_in_words(site), apart=f"{abs(apart):.0f}", others=_others(others, by_climate),
    )  # fmt: skip
    examined.quarantine(place, STATION, variable, "contradicted", apart, middle, sentence)


def _others(others: Sequence[str], by_climate: bool) -> Text:
    if by_climate:
        return say("the_other_source_and_climate")
    return say("both_other_sources") if len(others) == 2 else say("all_other_sources")


def _level(examined: Examined, place: int, variable: str, others: Sequence[str]) -> None:
    found = []
    for other in others:
        pair = _both(examined, place, variable, other)
        if pair is None or len(pair[0]) < MORE_DAYS:
            return
        mine, theirs = pair
        middle, other_middle = float(np.median(mine)), float(np.median(theirs))
        if variable == "rhmean":
            apart = middle - other_middle
            found.append(0 if abs(apart) < HUMIDITY_APART else np.sign(apart))
        elif variable == "rs":
            apart = float(mine.sum() / max(theirs.sum(), 0.1))
            found.append(1 if apart > RADIATION_FACTOR else -1 if apart < 1 / RADIATION_FACTOR else 0)
        else:
            apart = middle / max(other_middle, 0.1)
            high = apart > WIND_FACTOR[0] and middle > WIND_HIGH
            found.append(1 if high else -1 if apart < WIND_FACTOR[1] else 0)
    if not found or found[0] == 0 or any(side != found[0] for side in found):
        return
    key = "points_from_others" if variable == "rhmean" else "times_others"
    sentence = say(key, variable=variable, ratio=f"{apart:.2g}", others=_others(others, False))
    limit = {"rhmean": HUMIDITY_APART, "rs": RADIATION_FACTOR, "u2": WIND_FACTOR[0]}[variable]
    examined.quarantine(place, STATION, variable, "contradicted", apart, limit, sentence)
