"""Where the dates of a table or a Dataset stand, and that they are dates; `etolib.dates` reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from etolib import dates
from etolib.dates import Dates
from etolib.errors import InputError, Problem
from etolib.words import Text, say

DATE_NAMES = ("date", "dates", "time", "datetime", "timestamp", "valid_time", "day", "data", "fecha", "datum")
"""What a column of dates is called, whatever its case."""

_PARTS = {
    "year": ("year", "yr", "ano", "año", "jahr", "annee", "année", "anno"),
    "month": ("month", "mo", "mes", "mês", "monat", "mois", "mese"),
    "day": ("day", "dy", "dia", "día", "tag", "jour", "giorno"),
    "doy": ("doy", "yday", "jday", "julian", "dayofyear", "day_of_year", "yearday"),
}


def with_dates(frame: Any, order: str | None, read: Sequence[str], problems: list[Problem]) -> Any:
    """Return a table with its dates as index, a DatetimeIndex or a PeriodIndex of days.

    Parameters
    ----------
    frame : pandas.DataFrame
        With an index of dates, a column of dates (`DATE_NAMES`), or columns of year, month and day or of year and day
        of the year.
    order : str or None
        As for `etolib.dates.read`.
    read : sequence of str
        The variables that are read: none may stand there twice.
    problems : list of Problem
        Grows by what is wrong.

    Returns
    -------
    pandas.DataFrame
        The table as it is where it has no dates.
    """
    import pandas as pd

    if isinstance(frame.index, pd.MultiIndex) or isinstance(frame.columns, pd.MultiIndex):
        which = "index" if isinstance(frame.index, pd.MultiIndex) else "columns"
        problems.append(Problem(which, "MultiIndex", say("has_several_levels"), say("give_one_place")))
        return frame
    names = [str(name) for name in frame.columns]
    twice = list(dict.fromkeys(n for n in names if names.count(n) > 1 and (n in read or n.lower() in DATE_NAMES)))
    if twice:
        problems += [Problem("columns", name, say("stands_there_twice"), say("keep_one_column")) for name in twice]
        return frame
    try:
        index = _index_of(frame, order)
    except InputError as error:
        problems += error.problems
        return frame
    if not isinstance(index, pd.PeriodIndex):
        problem = hours_problem(index.tz_localize(None).to_numpy() if index.tz is not None else index.to_numpy())
        if problem is not None:
            problems.append(problem)
    return frame.set_axis(index, axis=0)


def _index_of(frame: Any, order: str | None) -> Any:
    """Return the dates of a table as an index; InputError where it has none."""
    import pandas as pd

    plain = {str(name).strip().lower(): name for name in frame.columns}
    if isinstance(frame.index, pd.PeriodIndex):
        if frame.index.freqstr != "D":
            raise InputError([Problem("index", frame.index.dtype, say("are_no_days"), say("give_dates"))])
        _checked(frame.index.to_timestamp())
        return frame.index
    column, found = _column(frame, [plain[name] for name in DATE_NAMES if name in plain], order)
    own = _own_index(frame.index)
    if own is not None:
        if found is not None and str(column).lower() == "date" and not np.array_equal(found.days, own.days):
            raise InputError([Problem("date", str(found.days[0]), say("differs_from_index", date=str(own.days[0])))])
        return frame.index if isinstance(frame.index, pd.DatetimeIndex) else _as_index(own, frame.index.name)
    if found is not None:
        return _as_index(found, column)
    parts = {part: plain[name] for part, known in _PARTS.items() for name in known if name in plain}
    if {"year", "doy"} <= parts.keys() or {"year", "month", "day"} <= parts.keys():
        return _as_index(dates.read_parts({part: frame[name] for part, name in parts.items()}), "date")
    if isinstance(frame.index, pd.RangeIndex) or len(frame) == 0:
        raise InputError([Problem("index", str(frame.index.dtype), say("not_dates"), say("give_dates"))])
    return _as_index(dates.read(frame.index, order, name=frame.index.name or "index"), frame.index.name)


def _column(frame: Any, columns: Sequence[Any], order: str | None) -> tuple[Any, Dates | None]:
    """Return the one column of dates, and these; a column that holds no dates at all is none."""
    found: list[tuple[Any, Dates]] = []
    refused: InputError | None = None
    for name in columns:
        try:
            found.append((name, dates.read(frame[name], order, name=str(name))))
        except InputError as error:
            # "date" promises dates; "time" may be a time of day, "day" one of the month.
            if str(name).lower() in ("date", "dates", "datetime") or dates.readings(frame[name]):
                refused = refused or error
    if refused is not None:
        raise refused
    if not found:
        return None, None
    different = [(name, other) for name, other in found[1:] if not np.array_equal(other.days, found[0][1].days)]
    if different:
        names = [str(found[0][0]), *(str(name) for name, _ in different)]
        rule = say("several_columns_of_dates")
        raise InputError([Problem("columns", ", ".join(names), rule, say("keep_one_column"))])
    return found[0]


def _own_index(index: Any) -> Dates | None:
    """Return the dates of an index that are dates by their type."""
    import datetime as dt

    import pandas as pd

    if isinstance(index, pd.DatetimeIndex) or (len(index) and all(isinstance(label, dt.date) for label in index)):
        return _checked(index)
    if hasattr(index, "calendar"):  # a CFTimeIndex of xarray
        return dates.read([label.isoformat() for label in index], name="index")
    return None


def _checked(index: Any) -> Dates:
    return dates.read(index, name=index.name or "index")


def _as_index(found: Dates, name: Any) -> Any:
    import pandas as pd

    return pd.DatetimeIndex(found.moments, name=name)


def hours_problem(moments: np.ndarray) -> Problem | None:
    """Return what is wrong where a day has several times: rows of hours, which are no days."""
    days = np.asarray(moments).astype("datetime64[D]")
    clocks = np.unique(np.asarray(moments).astype("datetime64[s]"))
    if len(clocks) == len(np.unique(days)):
        return None
    of_clock = clocks.astype("datetime64[D]")
    day = of_clock[1:][of_clock[1:] == of_clock[:-1]][0]
    return Problem("dates", str(day), say("has_several_times_of_day"), say("make_days_or_hourly"))


def twice_warnings(index: Any) -> list[Text]:
    """Return a sentence where days stand in a table more than once."""
    if index.is_unique:
        return []
    day = index[index.duplicated()][0]
    return [say("days_stand_twice", count=int(index.duplicated().sum()), date=str(day)[:10])]


def time_coordinate(dataset: Any, order: str | None, problems: list[Problem]) -> Any:
    """Return the coordinate of dates of a Dataset, decoded; None (and a problem) where it has none.

    ``time`` or ``date``, else the only coordinate that holds dates.
    """
    names = [name for name in ("time", "date") if name in dataset.coords]
    names = names or [name for name in dataset.coords if holds_dates(dataset.coords[name])]
    if len(names) != 1 and "time" not in names:
        problems.append(
            Problem("time", ", ".join(map(str, names)) or None, say("not_a_coordinate_of_dates"), say("add_time"))
        )
        return None
    when = dataset.coords[names[0]]
    if " since " in str(when.attrs.get("units", "")):
        problems.append(Problem(str(names[0]), when.attrs["units"], say("is_not_decoded"), say("decode_times")))
        return None
    try:
        if holds_dates(when):
            if when.dtype.kind == "M":
                dates.read(np.atleast_1d(when.to_numpy()).ravel(), name=str(names[0]))
        else:
            cells = np.atleast_1d(when.to_numpy()).ravel()
            found = dates.read(cells, order, name=str(names[0]))
            when = when.copy(data=found.moments.astype("datetime64[ns]").reshape(when.shape))
            when = when.assign_coords({names[0]: when}) if names[0] in when.coords else when
    except InputError as error:
        problems += error.problems
        return None
    if when.ndim == 1 and when.dtype.kind == "M" and (problem := hours_problem(when.to_numpy())) is not None:
        problems.append(replace(problem, suggestion=say("make_days_of_grid")))
        return None
    return when


def holds_dates(coordinate: Any) -> bool:
    """Return whether a coordinate holds dates, of numpy or of cftime."""
    if coordinate.dtype.kind == "M":
        return True
    return coordinate.dtype == object and coordinate.size > 0 and hasattr(coordinate.to_numpy().flat[0], "calendar")


def days_of(index: Any) -> np.ndarray:
    """Return the moments of an index of dates by its own clock, datetime64[ns]."""
    found: np.ndarray = dates.read(index.to_timestamp() if hasattr(index, "to_timestamp") else index).moments
    return found.astype("datetime64[ns]")


def day_of_year(when: Any) -> Any:
    """Return the day of the year of an index or a coordinate of dates, as the sun counts it.

    In a calendar of 360 days a day stands for 365/360 days of the sun; in one without leap days the year has 365.
    """
    if not hasattr(when, "dt"):
        return np.asarray(when.day_of_year, dtype=float)
    number = when.dt.dayofyear
    if getattr(when.dt, "calendar", "") == "360_day":
        return (number - 0.5) * (365 / 360) + 0.5
    return number
