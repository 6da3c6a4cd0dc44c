"""Sources that are wrong as a whole: the file of another place, or of another day."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np

from etolib.fusion.block import Array, places_where
from etolib.fusion.faults.anomalies import DARK_RA, MIN_DAYS, agreement, anomalies
from etolib.fusion.faults.examined import Examined
from etolib.fusion.faults.report import WHOLE
from etolib.fusion.sources import trusted
from etolib.fusion.statistics import anomaly, correlation
from etolib.sources.catalogue import STATION
from etolib.words import say

LEAST_CORRELATION = 0.3
"""Median correlation of anomalies (Tmax, Tmin, humidity, radiation, wind) below which two files are not of one place.
Two reanalyses of one place: 0.53 to 0.78 (12 places). A wrong place: 0.02. The limit lies nearer the wrong side, and a
month of days can still tell the two apart."""

LAND_LINK = 0.2
"""Least correlation of diurnal range with clearness over land: sun warms the day and clear sky cools the night.
Over 12 places 0.43 to 0.81; over sea it vanishes or turns round (-0.35)."""

SHIFT_MARGIN = 0.1
"""How much better anomalies must follow a day apart. In step they follow 0.1 to 0.3 better the same day."""


def as_wholes(examined: Examined, names: Sequence[str]) -> None:
    """Judge whole sources by how their anomalies follow each other: `other_place`, then `day_shift`."""
    shape = {name: anomalies(examined.tables[name], examined.days) for name in names}
    for place, name in other_place(examined, shape):
        shape[name][:, place] = np.nan
    day_shift(examined, shape)


def other_place(examined: Examined, shape: Mapping[str, Array]) -> list[tuple[int, str]]:
    """Put the source in quarantine whose anomalies follow those of no other; returns places and sources left out.

    Parameters
    ----------
    examined : Examined
    shape : mapping of str to ndarray, shape (variables, places, days)
        Anomalies by source.
    """
    places = len(examined.findings)
    follow = {name: np.full(places, np.nan) for name in shape}
    for one, two in itertools.combinations(shape, 2):
        value = agreement(shape[one], shape[two])
        for name in (one, two):
            follow[name] = np.fmax(follow[name], value)
    low = {name: highest < LEAST_CORRELATION for name, highest in follow.items()}
    gone = []
    for place in places_where(np.logical_or.reduce([*low.values(), np.zeros(places, bool)])):
        different = [name for name in shape if low[name][place]]
        if len(different) == 2 and len([name for name in shape if not np.isnan(follow[name][place])]) == 2:
            different = _less_plausible(examined, place, different)
        for name in different:
            highest = float(follow[name][place])
            sentence = say("follows_no_other", ratio=f"{highest:.2f}")
            examined.quarantine(place, name, WHOLE, "other_place", highest, LEAST_CORRELATION, sentence)
            gone.append((int(place), name))
    return gone


def _less_plausible(examined: Examined, place: int, pair: list[str]) -> list[str]:
    """Return which of two sources that contradict each other to leave out: the one less like land, else the less
    trusted; a station of the user's is never judged by one grid alone."""
    low = [name for name in pair if land_link(examined, place, name) < LAND_LINK]
    if len(low) == 1:
        return low
    if STATION in pair:
        sentence = say("station_contradicts_the_only_other")
        examined.note(place, STATION, WHOLE, "other_place", 0.0, LEAST_CORRELATION, sentence)
        return []
    return [name for name in pair if not trusted(name)] or pair[1:]


def land_link(examined: Examined, place: int, name: str) -> float:
    """Return the correlation of anomalies of diurnal range and clearness; NaN where it cannot be formed."""
    table = examined.tables[name]
    if not {"tmin", "tmax", "rs"} <= set(table):
        return float("nan")
    ra = examined.top(examined.days)[place]
    with np.errstate(invalid="ignore", divide="ignore"):
        clear = np.where(ra > DARK_RA, table["rs"][place] / ra, np.nan)
    span, clear = anomaly(np.stack([table["tmax"][place] - table["tmin"][place], clear]), examined.days.by_month)
    both = ~np.isnan(span) & ~np.isnan(clear)
    if both.sum() < MIN_DAYS:
        return float("nan")
    if min(span[both].std(ddof=1), clear[both].std(ddof=1)) < 1e-6:
        return 0.0
    return float(correlation(span, clear, MIN_DAYS))


def day_shift(examined: Examined, shape: Mapping[str, Array]) -> None:
    """Put the less trusted of two sources in quarantine that follow each other better a day apart.

    Parameters as those of `other_place`.
    """
    for one, two in itertools.combinations(shape, 2):
        same = agreement(shape[one], shape[two])
        before, after = (np.nan_to_num(agreement(shape[one], shape[two], lag), nan=-1.0) for lag in (-1, 1))
        apart = np.maximum(before, after)
        for place in places_where((apart - same > SHIFT_MARGIN) & (apart > LEAST_CORRELATION)):
            blamed = two if trusted(one) or one == STATION else one
            sentence = say(
                "follows_a_day_apart",
                source=one if blamed == two else two,
                apart=f"{apart[place]:.2f}",
                same=f"{same[place]:.2f}",
            )
            value = float(apart[place] - same[place])
            examined.quarantine(place, blamed, WHOLE, "day_shift", value, SHIFT_MARGIN, sentence)
