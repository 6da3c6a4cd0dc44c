"""Faults of a source: named checks that find what no single day shows, and what is then left out.

A wrong *day* is masked (one cell, the other source stands in). A wrong *column* or *source* is put in quarantine: a
gate per day is not enough for a fault that is there every day. No check needs a reference.

| check           | finds                                     | evidence                                         |
|-----------------|-------------------------------------------|--------------------------------------------------|
| impossible      | -999, humidity 300 %, Tmin above Tmax     | bounds of the variable table                     |
| swapped_columns | two columns exchanged                     | levels match crosswise, Tmin mostly above Tmax   |
| radiation_units | W m-2, kWh, cal cm-2 called MJ m-2 day-1  | clear days against extraterrestrial radiation    |
| stuck           | a sensor that repeats a value             | runs too long for chance                         |
| other_place     | the file of another place                 | anomalies do not follow those of other sources   |
| day_shift       | a file one day early or late              | anomalies follow better a day apart              |
| wind_maximum    | daily maximum called mean                 | level and shape against the other source         |
| wind_level      | wind in km/h, or otherwise far off        | level against the other source                   |
| wind_height     | wind at 10 m called 2 m                   | ratio to the column at 10 m, where there is one  |
| contradicted    | a station's column in another unit        | far from every other source, always on one side  |
| spike           | single wild values                        | another source's same day, and the climatology   |

Wind at 10 m called 2 m is 1.34 times too high. Two reanalyses differ by 0.66 to 1.05 over the places looked at, so
another source alone cannot prove it; `wind_height` needs the column it was made from.

**What becomes of a day does not depend on the days around it that were asked.** A station is judged by its whole
record, known when its file is read. What two sources say of the same day is compared by fixed distances. A value of a
lone source that is only unlikely is marked and kept: it is left out where something independent contradicts it, another
source's same day or physics. What remains: whether a *grid's column* is wrong throughout, or stands still, can only be
seen on many days, so it is judged on those downloaded, from `MIN_DAYS` on; beside an own station on those it teaches,
which are always the same. Files without such a fault, as providers give them, are not touched by that.

The checks stand by what they judge: single `values`, a `column` throughout, the `place` and the days of a whole source.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from etolib.fusion.faults.anomalies import MIN_DAYS
from etolib.fusion.faults.beside import contradicted_by_all
from etolib.fusion.faults.column import radiation_units, swapped_columns, wind_height, wind_statistic
from etolib.fusion.faults.place import day_shift, other_place
from etolib.fusion.faults.report import WHOLE, Finding, Report
from etolib.fusion.faults.values import contradictions, impossible, stuck, unlikely
from etolib.fusion.sources import dateless
from etolib.site import Site
from etolib.sources.catalogue import STATION

__all__ = ["WHOLE", "Finding", "Report", "check"]


def check(
    frames: Mapping[str, pd.DataFrame],
    site: Site,
    record: pd.DataFrame | None = None,
    judged: pd.DatetimeIndex | None = None,
) -> Report:
    """Check the sources of one place, each alone and each against the others.

    Parameters
    ----------
    frames : mapping of str to pandas.DataFrame
        Canonical daily tables on one date index.
    site : Site
        Latitude is needed.
    record : pandas.DataFrame, optional
        The whole record of the station, by which it is judged; its days in ``frames`` by default.
    judged : pandas.DatetimeIndex, optional
        Days of ``frames`` on which the sources are compared as wholes; all by default.

    Returns
    -------
    Report
        Its tables have NaN where something was left out; the tables given are not changed.
    """
    report = Report({name: frame.copy() for name, frame in frames.items()})
    if not frames or len(next(iter(frames.values()))) == 0:
        return report
    if record is not None and STATION in frames:
        report.records[STATION] = record.copy()
    weather = [name for name in frames if not dateless(name)]  # long-term means are not compared
    days = judged if judged is not None and len(judged) >= MIN_DAYS else None
    _as_wholes(report, days, lambda part: swapped_columns(part, weather))
    contradicted_by_all(report, weather, site)
    for name in weather:  # before single days are judged: in a wrong unit every day is impossible
        radiation_units(report, name, site)
    impossible(report)
    for name in weather:
        wind_height(report, name)
        stuck(report, name, weather)
    if len(next(iter(frames.values()))) >= MIN_DAYS:  # no source is condemned on fewer days
        _as_wholes(report, days, lambda part: _compare(part, weather, site))
    contradictions(report, weather, site)
    if STATION in weather:
        unlikely(report, STATION, weather)
    return report


def _compare(report: Report, names: list[str], site: Site) -> None:
    other_place(report, names, site)
    day_shift(report, names)
    wind_statistic(report, names)


def _as_wholes(report: Report, days: pd.DatetimeIndex | None, judge: Callable[[Report], None]) -> None:
    """Judge columns and sources on some days, and leave out on all what is found there."""
    if days is None:
        judge(report)
        return
    part = Report({name: frame.loc[days] for name, frame in report.frames.items()})
    judge(part)
    for found in part.findings:
        if found.action == "quarantine":
            sentence = found.message.values["sentence"]
            report.quarantine(found.source, found.variable, found.check, found.value, found.limit, sentence)
        else:
            report.findings.append(found)
