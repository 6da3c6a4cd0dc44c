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
| spike           | single wild values                        | difference to the other source, and own climate  |

Wind at 10 m called 2 m is 1.34 times too high. Two reanalyses differ by 0.66 to 1.05 over the places looked at, so
another source alone cannot prove it; `wind_height` needs the column it was made from.

The checks stand by what they judge: single `values`, a `column` throughout, the `place` and the days of a whole source.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from etolib.fusion.faults.anomalies import MIN_DAYS
from etolib.fusion.faults.column import radiation_units, swapped_columns, wind_height, wind_statistic
from etolib.fusion.faults.place import day_shift, other_place
from etolib.fusion.faults.report import WHOLE, Finding, Report
from etolib.fusion.faults.values import impossible, spikes, stuck
from etolib.fusion.sources import dateless
from etolib.site import Site

__all__ = ["WHOLE", "Finding", "Report", "check"]


def check(frames: Mapping[str, pd.DataFrame], site: Site) -> Report:
    """Check the sources of one place, each alone and each against the others.

    Parameters
    ----------
    frames : mapping of str to pandas.DataFrame
        Canonical daily tables on one date index.
    site : Site
        Latitude is needed.

    Returns
    -------
    Report
        Its tables have NaN where something was left out; the tables given are not changed.
    """
    report = Report({name: frame.copy() for name, frame in frames.items()})
    if not frames or len(next(iter(frames.values()))) == 0:
        return report
    weather = [name for name in frames if not dateless(name)]  # long-term means are not compared
    swapped_columns(report, weather)
    for name in weather:  # before single days are judged: in a wrong unit every day is impossible
        radiation_units(report, name, site)
    impossible(report)
    for name in weather:
        wind_height(report, name)
        stuck(report, name)
    if len(next(iter(frames.values()))) < MIN_DAYS:
        return report  # what follows judges no fewer days; a forecast is spared the work
    other_place(report, weather, site)
    day_shift(report, weather)
    wind_statistic(report, weather)
    spikes(report, weather)
    return report
