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
| day_shift       | a file one day early or late, or a part   | anomalies follow better a day apart              |
| wind_maximum    | daily maximum called mean                 | level and shape against the other source         |
| wind_level      | wind in km/h, or otherwise far off        | level against the other source                   |
| wind_unit       | wind in km/h or knots from some day on    | its ratio to the other source steps by theirs    |
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
which are always the same. So is whether days of a station are dated a day late (`place.late_days`). Files without such
a fault, as providers give them, are not touched by that.

The checks stand by what they judge: single `values`, a `column` throughout, the `place` and the days of a whole source.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from etolib.fusion.block import Block, Days, Table, frame_of, table_of
from etolib.fusion.faults.anomalies import MIN_DAYS
from etolib.fusion.faults.beside import contradicted_by_all
from etolib.fusion.faults.column import radiation_units, swapped_columns, wind_height, wind_statistic, wind_unit
from etolib.fusion.faults.examined import Examined
from etolib.fusion.faults.place import as_wholes, late_days
from etolib.fusion.faults.report import WHOLE, Finding, Report
from etolib.fusion.faults.values import contradictions, impossible, stuck, unlikely, unusual
from etolib.fusion.sources import beside, dateless
from etolib.site import Site
from etolib.sources.catalogue import STATION

__all__ = ["WHOLE", "Examined", "Finding", "Report", "check", "examine"]


def check(
    frames: Mapping[str, pd.DataFrame],
    site: Site,
    record: pd.DataFrame | None = None,
    judged: pd.DatetimeIndex | None = None,
) -> Report:
    """Check the labelled tables of one place, each alone and each against the others (`examine`).

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
    if not frames or len(next(iter(frames.values()))) == 0:
        return Report({name: frame.copy() for name, frame in frames.items()})
    block = Block.of_frames(frames, site)
    whole = None if record is None or STATION not in frames else table_of(record)
    recorded = None if record is None else Days(pd.DatetimeIndex(record.index))
    examined = examine(block, whole, recorded, judged)
    found = Report(
        {name: frame_of(examined.tables[name], block.days, like=frame) for name, frame in frames.items()},
        examined.findings[0],
        marked={cell: rows[0] for cell, rows in examined.marked.items()},
    )
    if record is not None and examined.record is not None:
        found.records[STATION] = frame_of(examined.record, examined.recorded, like=record)
    return found


def examine(
    block: Block, record: Table | None = None, recorded: Days | None = None, judged: pd.DatetimeIndex | None = None
) -> Examined:
    """Check the sources of the places of a block, each alone and each against the others of its place.

    Parameters
    ----------
    block : Block
    record, recorded : Table and Days, optional
        The whole record of the station, by which it is judged.
    judged : pandas.DatetimeIndex, optional
        Days of the block on which the sources are compared as wholes; all by default.

    Returns
    -------
    Examined
        What becomes of a place does not depend on the others of its block.
    """
    examined = Examined(block, record, recorded)
    weather = [name for name in block.tables if not dateless(name)]  # long-term means are not compared
    wholes = [name for name in weather if not beside(name)]
    days = None
    if judged is not None and len(judged) >= MIN_DAYS:
        days = block.days.positions(Days(judged))
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        _as_wholes(examined, days, lambda part: swapped_columns(part, wholes))
        contradicted_by_all(examined, wholes)
        for name in weather:  # before single days are judged: in a wrong unit every day is impossible
            radiation_units(examined, name)
        impossible(examined)
        for name in weather:
            wind_height(examined, name)
            stuck(examined, name, weather)
        if len(block.days) >= MIN_DAYS:  # no source is condemned on fewer days
            late_days(examined, wholes)
            _as_wholes(examined, days, lambda part: _compare(part, wholes))
        contradictions(examined, weather)
        if STATION in weather:
            unlikely(examined, STATION, weather)
            unusual(examined, STATION, weather)
    return examined


def _compare(examined: Examined, names: list[str]) -> None:
    as_wholes(examined, names)
    wind_statistic(examined, names)
    wind_unit(examined, names)


def _as_wholes(examined: Examined, days: Any, judge: Callable[[Examined], None]) -> None:
    """Judge columns and sources on some days, and leave out on all what is found there."""
    if days is None:
        judge(examined)
        return
    part = examined.part(days)
    judge(part)
    for place, findings in enumerate(part.findings):
        for found in findings:
            if found.action == "quarantine":
                sentence = found.message.values["sentence"]
                examined.quarantine(
                    place, found.source, found.variable, found.check, found.value, found.limit, sentence
                )
            else:
                examined.findings[place].append(found)
