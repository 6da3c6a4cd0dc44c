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


LATE, LATE_DAYS = 7.5, 20
"""How much better, summed over days in a row, anomalies of the station must follow another source a day apart, and how
many days at least: mean product of five standardised anomalies, of fewer more by the root. Two reanalyses of twelve
places reach 5.8 at most in 360 years, and 5.2 in three years at a time; with the last 60 days a day late they reach 6.7
to 29, with the last 120 days 16 and more."""


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


def late_days(examined: Examined, names: Sequence[str]) -> None:
    """Find days in a row of the station that follow all other sources better a day apart: from some row on its dates
    are a day late or early, or throughout.

    Beside two or more other sources those days are left out; beside one they are kept and marked.
    """
    others = [name for name in names if name != STATION]
    if STATION not in names or not others:
        return
    shape = {name: _standardised(anomalies(examined.tables[name], examined.days)) for name in names}
    for place in range(len(examined.findings)):
        for lag in (1, -1):
            runs = [
                found
                for other in others
                if (found := _run(shape[STATION][:, place], shape[other][:, place], lag)) is not None
            ]
            if not runs or not all(run[0] > LATE for run in runs):
                continue
            begin, end = max(run[1] for run in runs), min(run[2] for run in runs)
            if end - begin >= LATE_DAYS:
                _tell(examined, place, slice(begin, end), min(run[0] for run in runs), lag, len(runs), others)


def _standardised(values: Array) -> Array:
    """Return anomalies over their root mean square, at most 3 of it."""
    number = np.maximum(np.isfinite(values).sum(axis=-1, keepdims=True), 1)
    spread = np.sqrt(np.nansum(values**2, axis=-1, keepdims=True) / number)
    return np.clip(values / np.where(spread > 0, spread, np.nan), -3.0, 3.0)


def _run(own: Array, other: Array, lag: int) -> tuple[float, int, int] | None:
    """Return the days in a row on which one follows the other best a day apart: how much better in all, first, end.

    Shapes (variables, days); None where they share too little. The score is that of five variables, and 0 where those
    days do not follow the other either.
    """
    both = np.isfinite(own) & np.isfinite(other)
    number = int((both.sum(axis=1) >= MIN_DAYS).sum())
    if number < 2:
        return None
    moved = np.full_like(other, np.nan)
    if lag > 0:
        moved[:, 1:] = other[:, :-1]
    else:
        moved[:, :-1] = other[:, 1:]
    better = np.where(np.isfinite(moved) & both, own * (moved - other), 0.0).sum(axis=0)
    better = better / np.maximum(both.sum(axis=0), 1) * np.sqrt(number / len(own))
    total = np.concatenate([[0.0], np.cumsum(better)])
    gain = total - np.minimum.accumulate(total)
    end = int(np.argmax(gain))
    begin = int(np.argmin(total[: end + 1]))
    there = slice(begin, end)
    follows = float(np.nanmean(own[:, there] * moved[:, there])) if end - begin >= LATE_DAYS else 0.0
    return float(gain[end]) if follows > LEAST_CORRELATION else 0.0, begin, end


def _tell(
    examined: Examined, place: int, days: slice, value: float, lag: int, number: int, others: Sequence[str]
) -> None:
    """Leave out, or mark, the days of the station at a place that are those of a day apart."""
    rows = np.zeros((len(examined.findings), len(examined.days)), bool)
    rows[place, days] = True
    index = examined.days.index[days]
    said = {"first": str(index[0].date()), "last": str(index[-1].date()), "sources": list(others),
            "when": say("a_day_late" if lag > 0 else "a_day_early")}  # fmt: skip
    values = np.full(len(examined.findings), value)
    if number > 1:
        sentence = say("days_apart_left_out", **said)
        for variable in list(examined.tables[STATION]):
            examined.mask(
                STATION, variable, examined.there(STATION, rows), "day_shift", values, LATE, lambda _: sentence
            )
        return
    kept = say("days_apart_kept", **said)
    for variable in ("tmax", "rs"):
        if variable in examined.tables[STATION]:
            here = rows & np.isfinite(examined.tables[STATION][variable])
            examined.mark(STATION, variable, here, "day_shift", values, LATE, lambda _: kept)


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
