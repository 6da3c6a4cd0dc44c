"""Files with several rows a day: which they are, what their header says of their clock, and the days they make."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from etolib import dates
from etolib.dates import Dates
from etolib.errors import InputError
from etolib.site import Site
from etolib.sources.station.clock import zone_in
from etolib.sources.station.columns import Column, Mapping
from etolib.sources.station.dates import read_moments
from etolib.sources.station.hourly import AMOUNTS, Days, to_days
from etolib.sources.station.layout import Table
from etolib.sources.station.names import words_of
from etolib.sources.station.units import FLUXES
from etolib.words import Text, say


@dataclass(frozen=True)
class Clocked:
    """What a person says of the clock of a file, as `etolib.read_station` takes it."""

    stamps: str | None = None
    time_zone: float | str | None = None
    hourly: str = "days"


def with_hours(table: Table, columns: Sequence[Column]) -> list[Column]:
    """Return the columns with one for the date, the fullest, and one for the time of day where it stands beside it.

    A column called "Time" may hold either.
    """
    result = list(columns)
    stamps = [i for i, c in enumerate(result) if c.variable == "date"]
    by_parts = {"doy", "day"} & {c.variable for c in result}
    clocks = [i for i in stamps if _has_hours(table, result[i]) and (by_parts or len(stamps) > 1)]
    dated = [i for i in stamps if i not in clocks]
    parts = {c.variable for c in result}
    if {"year", "doy"} <= parts or {"year", "month", "day"} <= parts:
        for i in [i for i in dated if not any(map(dates.parse, _first_cells(table, result[i])))]:
            dated.remove(i)
            result[i] = replace(result[i], variable=None, reasons=(say("no_date_to_read"),))
    for i in clocks:
        result[i] = replace(result[i], variable="hour")
    if len(dated) > 1:
        full = next((i for i in dated if _is_timed(table, result[i])), dated[0])
        for i in dated:
            if i != full:
                reasons = (say("name_used_for_it", name=repr(result[full].name)),)
                result[i] = replace(result[i], variable=None, reasons=reasons)
    hours = [i for i, c in enumerate(result) if c.variable == "hour"]
    if len(hours) > 1:
        kept = next((i for i in hours if zone_in(result[i].name) is not None), hours[0])
        for i in hours:
            if i != kept:
                reasons = (say("name_used_for_it", name=repr(result[kept].name)),)
                result[i] = replace(result[i], variable=None, reasons=reasons)
    return result


def _first_cells(table: Table, column: Column) -> list[str]:
    return [cell for row in table.rows[:50] if (cell := row[column.index]).strip()]


def _has_hours(table: Table, column: Column) -> bool:
    """Return whether cells are times of day without a date."""
    cells = _first_cells(table, column)
    if not cells or any(dates.parse(cell) is not None and len(cell) > 4 for cell in cells):
        return False
    try:
        dates.read_hours(cells)
    except InputError:
        return False
    return True


def _is_timed(table: Table, column: Column) -> bool:
    cells = (dates.parse(cell) for cell in _first_cells(table, column))
    return any(cell is not None and cell.seconds is not None for cell in cells)


def several_a_day(moments: Dates) -> bool:
    """Return whether rows are parts of days: times of day, and mostly more than one row for a date.

    >>> from etolib import dates
    >>> several_a_day(dates.read(["2024-01-01 00:00", "2024-01-01 01:00", "2024-01-01 02:00"]))
    True
    >>> several_a_day(dates.read(["2024-01-01 09:00", "2024-01-02 09:00", "2024-01-03 09:00"]))
    False
    """
    if not moments.timed or not len(moments.days):
        return False
    _, counts = np.unique(moments.days, return_counts=True)
    return bool(np.median(counts) > 1)


def rows_a_day(table: Table, at: MappingOf[str, int], form: str) -> float:
    """Return the usual number of rows of a day; 1 where rows are days, or their dates cannot be read."""
    try:
        moments = read_moments(table, at, form)
    except InputError:  # said where the file is read
        return 1.0
    if not several_a_day(moments):
        return 1.0
    apart = np.diff(np.unique(moments.moments[~np.isnat(moments.moments)])).astype(np.int64)
    return 86400.0 / float(np.median(apart)) if len(apart) else 1.0


def days_of(
    table: Table,
    mapping: Mapping,
    moments: Dates,
    columns: MappingOf[str, Any],
    site: Site | None,
    said: Clocked,
    named: str | None = None,
) -> Days:
    """Return the days of a file with several rows a day.

    Parameters
    ----------
    table, mapping
        The file and what its columns are.
    moments : Dates
        Of the rows.
    columns : mapping of str to array, shape (rows,)
        In canonical units, as if rows were days.
    site : Site or None
        Of the station.
    said : Clocked
        What a person says; it comes before the format of the file, and that before its header.
    named : str, optional
        Name of the file, for messages.
    """
    amounts = [c.variable for c in mapping.columns if c.variable == "rs" and c.unit not in FLUXES]
    form = table.format
    stamps = said.stamps or (None if form is None else form.stamps)
    zone = said.time_zone
    if zone is None and moments.offsets is None:
        zone = table.facts.get("time_zone", None if form is None else form.time_zone)
        zone = _zone_of_header(table, mapping) if zone is None else zone
    return to_days(
        moments.moments,
        dict(columns),
        site=site,
        stamps=stamps,
        time_zone=zone,
        offsets=moments.offsets if said.time_zone is None else None,
        amounts=[name for name in amounts if name],
        hourly=said.hourly,
        named=named,
    )


def _zone_of_header(table: Table, mapping: Mapping) -> float | str | None:
    """Return the time zone that the names of the columns of dates and hours say."""
    headers = [c.name for c in mapping.columns if c.variable in ("date", "hour", "time")]
    return next((zone for header in headers if (zone := zone_in(header)) is not None), None)


def without_running_totals(mapping: Mapping, columns: dict[str, Any]) -> list[Text]:
    """Take amounts "of the day" out of rows that are parts of days: they count up through it; return what is said."""
    found = [c.variable for c in mapping.columns if c.variable in AMOUNTS and _OF_DAYS & set(words_of(c.name))]
    gone = [name for name in found if name is not None and columns.pop(name, None) is not None]
    return [say("counts_up", variable=name) for name in gone]


_OF_DAYS = frozenset(("daily", "today"))
