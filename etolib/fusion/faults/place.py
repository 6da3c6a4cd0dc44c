"""Sources that are wrong as a whole: the file of another place, or of another day."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd

from etolib.fusion.faults.anomalies import MIN_DAYS, agreement, anomalies, anomaly, extraterrestrial
from etolib.fusion.faults.report import WHOLE, Report
from etolib.fusion.sources import trusted
from etolib.site import Site
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


def other_place(report: Report, names: Sequence[str], site: Site) -> None:
    """Put the source in quarantine whose anomalies follow those of no other."""
    follow: dict[str, list[float]] = {name: [] for name in names}
    shape = {name: anomalies(report.frames[name]) for name in names}
    for one, two in itertools.combinations(names, 2):
        if (value := agreement(shape[one], shape[two])) is not None:
            follow[one].append(value)
            follow[two].append(value)
    different = [name for name in names if follow[name] and max(follow[name]) < LEAST_CORRELATION]
    if len(different) == 2 and len([n for n in names if follow[n]]) == 2:
        different = _less_plausible(report, different, site)
    for name in different:
        highest = max(follow[name])
        sentence = say("follows_no_other", ratio=f"{highest:.2f}")
        report.quarantine(name, WHOLE, "other_place", highest, LEAST_CORRELATION, sentence)


def _less_plausible(report: Report, pair: list[str], site: Site) -> list[str]:
    """Return which of two sources that contradict each other to leave out: the one less like land, else the less
    trusted; a station of the user's is never judged by one grid alone."""
    links = {name: land_link(report.frames[name], site) for name in pair}
    low = [name for name in pair if links[name] < LAND_LINK]
    if len(low) == 1:
        return low
    if STATION in pair:
        report.note(STATION, WHOLE, "other_place", 0.0, LEAST_CORRELATION, say("station_contradicts_the_only_other"))
        return []
    return [name for name in pair if not trusted(name)] or pair[1:]


def land_link(frame: pd.DataFrame, site: Site) -> float:
    """Return the correlation of anomalies of diurnal range and clearness; NaN where it cannot be formed."""
    if not {"tmin", "tmax", "rs"} <= set(frame):
        return float("nan")
    span = anomaly(frame["tmax"] - frame["tmin"])
    clear = anomaly(frame["rs"] / extraterrestrial(frame, site))
    both = span.notna() & clear.notna()
    if both.sum() < MIN_DAYS:
        return float("nan")
    if min(span[both].std(), clear[both].std()) < 1e-6:
        return 0.0
    return float(np.corrcoef(span[both], clear[both])[0, 1])


def day_shift(report: Report, names: Sequence[str]) -> None:
    """Put the less trusted of two sources in quarantine that follow each other better a day apart."""
    shape = {name: anomalies(report.frames[name]) for name in names}
    for one, two in itertools.combinations(names, 2):
        same = agreement(shape[one], shape[two])
        if same is None:
            continue
        apart = {lag: agreement(shape[one], shape[two], lag) or -1.0 for lag in (-1, 1)}
        lag = max(apart, key=lambda k: apart[k])
        if apart[lag] - same > SHIFT_MARGIN and apart[lag] > LEAST_CORRELATION:
            blamed = two if trusted(one) or one == STATION else one
            sentence = say(
                "follows_a_day_apart",
                source=one if blamed == two else two,
                apart=f"{apart[lag]:.2f}",
                same=f"{same:.2f}",
            )
            report.quarantine(blamed, WHOLE, "day_shift", apart[lag] - same, SHIFT_MARGIN, sentence)
