"""Reading a column of cells into dates: text, numbers, dates of Python, numpy, pandas and others.

Nothing is invented: what is no date, or can be read in several ways, is refused with the cell and what to do.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from etolib.dates import cells as cell_module
from etolib.dates.cells import Cell
from etolib.dates.readings import EXCEL, ORDERS, UNIX, YEARS, Reading, is_likely, is_settled, readings_of
from etolib.errors import InputError, Problem
from etolib.words import Text, join, say

_SECONDS = "datetime64[s]"


@dataclass(frozen=True)
class Dates:
    """The dates of a column.

    Attributes
    ----------
    moments : numpy.ndarray of datetime64[s]
        Date and time of day as they are written (by the clock of whoever wrote them), NaT where nothing stands.
    form : str
        How they are written, as ``strptime`` takes it; ``excel``, ``unix``, or empty where they were dates already.
    timed : bool
        Whether any has a time of day other than midnight.
    offsets : numpy.ndarray or None
        From UTC, NaN where a cell does not say it; None where none does. [h]
    late : numpy.ndarray of bool or None
        Which are written as 24:00: a moment of the next day that ends the day that stands there. None: none is.
    """

    moments: np.ndarray
    form: str = ""
    timed: bool = False
    offsets: np.ndarray | None = None
    late: np.ndarray | None = None

    @property
    def days(self) -> np.ndarray:
        """The day of each as it stands there, datetime64[D]: of 2023-07-10 24:00 the tenth."""
        days: np.ndarray = self.moments.astype("datetime64[D]")
        return days if self.late is None else days - self.late.astype("timedelta64[D]")


def read(
    values: Any,
    order: str | None = None,
    *,
    name: str | Text = "dates",
    rows: Sequence[int] | None = None,
    likely: bool = False,
    absent: bool = False,
) -> Dates:
    """Return the dates of a column of cells.

    Parameters
    ----------
    values : sequence
        Text, whole numbers such as 20230710, ``date``, ``datetime``, ``datetime64``, ``Timestamp``, ``Period``.
    order : str, optional
        ``"day first"``, ``"month first"``, ``"year first"``, ``"excel"`` (days since 1899-12-30), ``"unix"`` (seconds
        since 1970) or a form of ``strptime``, where the cells can be read in several ways.
    name : str or Text
        What the column is called in messages.
    rows : sequence of int, optional
        The number of each cell's row in messages; 1, 2, 3 ... by default.
    likely : bool
        Take the more likely of several readings, where one is; by default that is refused.
    absent : bool
        Give NaT for an empty cell; by default it is refused.

    Returns
    -------
    Dates

    Raises
    ------
    InputError
        Naming the cell that is no date, or what can be said to choose between readings.

    Examples
    --------
    >>> read(["10/07/2023", "11/07/2023", "14/07/2023"], "day first").days[-1]
    np.datetime64('2023-07-14')
    >>> read(["10/07/2023", "13/07/2023"]).days[0]
    np.datetime64('2023-07-10')
    >>> read([20230710, 20230711]).form
    '%Y%m%d'
    >>> read(["2023-07-10 24:00"]).moments[0], read(["2023-07-10 24:00"]).days[0]
    (np.datetime64('2023-07-11T00:00:00'), np.datetime64('2023-07-10'))
    >>> read(["10/07/2023", "11/07/2023"])
    Traceback (most recent call last):
    ...
    etolib.errors.InputError: dates = '10/07/2023': can be read in several ways: ...
    """
    if order is not None and "%" not in order and order not in ORDERS:
        raise InputError([Problem("dates", order, say("must_be_one_of", names=[*ORDERS, "%d/%m/%Y"]))])
    if (moments := _already_dates(values)) is not None:
        return _checked(moments, values, name, rows, absent)
    texts = [as_text(value) for value in values]
    empty = np.array([cell_module.is_absent(text) for text in texts], dtype=bool)
    if empty.any() and not absent:
        raise _no_date(int(np.argmax(empty)), texts, name, rows, say("date_is_empty"))
    filled = [text for text, gone in zip(texts, empty, strict=True) if not gone]
    if not filled:
        raise InputError([Problem(name, None, say("has_no_dates"), say("write_iso_dates"))])
    numbers = rows if rows is not None else range(1, len(texts) + 1)
    kept = [number for number, gone in zip(numbers, empty, strict=True) if not gone]
    found = _read_text(filled, order, name, kept, likely)
    if not empty.any():
        return found
    moments = np.full(len(texts), np.datetime64("NaT"), dtype=_SECONDS)
    moments[~empty] = found.moments
    offsets = late = None
    if found.offsets is not None:
        offsets = np.full(len(texts), np.nan)
        offsets[~empty] = found.offsets
    if found.late is not None:
        late = np.zeros(len(texts), dtype=bool)
        late[~empty] = found.late
    return Dates(moments, found.form, found.timed, offsets, late)


def readings(values: Any) -> list[Reading]:
    """Return every way in which a column can be read, the most likely first; none where a cell is no date.

    Examples
    --------
    >>> [(str(reading.words), reading.first(2)) for reading in readings(["10/07/2023", "11/07/2023"])]
    [('DD/MM/YYYY', ['2023-07-10', '2023-07-11']), ('MM/DD/YYYY', ['2023-10-07', '2023-11-07'])]
    >>> [reading.order for reading in readings(["44927", "44928"])]
    ['excel']
    """
    texts = [text for text in map(as_text, values) if not cell_module.is_absent(text)]
    parsed = cell_module.parse_all(texts)
    alike = [cell for cell in parsed if cell is not None]
    if not alike or len(alike) < len(parsed) or _odd_one(parsed) is not None:
        return []
    found = readings_of(alike)
    return [] if found[0].bad is not None else found


def settled(values: Any) -> bool:
    """Return whether a column can be read in one way only, beyond doubt."""
    found = readings(values)
    return bool(found) and is_settled(found)


def _already_dates(values: Any) -> np.ndarray | None:
    """Return the moments of values that are dates and no text, by their own clock; None for others."""
    dtype = getattr(values, "dtype", None)
    if isinstance(dtype, np.dtype) and dtype.kind == "M":
        return np.asarray(values).astype(_SECONDS)
    if hasattr(dtype, "tz"):  # of pandas, with a time zone: the wall clock there
        local = values.dt.tz_localize(None) if hasattr(values, "dt") else values.tz_localize(None)
        return np.asarray(local).astype(_SECONDS)
    cells = list(values)
    if cells and all(isinstance(cell, dt.date | np.datetime64) for cell in cells):
        return np.array([_moment(cell) for cell in cells], dtype=_SECONDS)
    return None


def _moment(cell: Any) -> Any:
    if isinstance(cell, np.datetime64):
        return cell.astype(_SECONDS)
    if cell != cell:  # NaT is a date to Python
        return np.datetime64("NaT")
    return np.datetime64(cell.replace(tzinfo=None) if isinstance(cell, dt.datetime) else cell, "s")


def as_text(value: Any) -> str:
    """Return a cell as text; a number that is whole without its decimals."""
    if value is None or (isinstance(value, float | np.floating) and value != value):
        return ""
    if isinstance(value, bool | np.bool_):
        return f"{value}"
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    if isinstance(value, np.datetime64):
        return "" if np.isnat(value) else str(value.astype(_SECONDS))
    if isinstance(value, dt.datetime):
        return "" if value != value else value.replace(microsecond=0, tzinfo=None).isoformat()
    return str(value).strip()


def _checked(moments: np.ndarray, values: Any, name: str | Text, rows: Sequence[int] | None, absent: bool) -> Dates:
    gone = np.isnat(moments)
    if gone.any() and not absent:
        raise _no_date(int(np.argmax(gone)), ["NaT"] * len(moments), name, rows, say("date_is_empty"))
    if gone.size and gone.all():
        raise InputError([Problem(name, None, say("has_no_dates"), say("write_iso_dates"))])
    years = moments.astype("datetime64[Y]").astype(np.int64) + 1970
    odd = ~gone & ((years < YEARS[0]) | (years > YEARS[1]))
    if odd.any():
        texts = [str(moment)[:10] for moment in moments]
        raise _no_date(int(np.argmax(odd)), texts, name, rows, say("no_date_to_read"))
    timed = bool((moments[~gone] != moments[~gone].astype("datetime64[D]")).any())
    return Dates(moments, "", timed)


def _read_text(texts: Sequence[str], order: str | None, name: str | Text, rows: Sequence[int], likely: bool) -> Dates:
    parsed = cell_module.parse_all(texts)
    at = _odd_one(parsed)
    found_readings = [] if at is not None else readings_of([cell for cell in parsed if cell is not None], order)
    if order is not None and (not found_readings or found_readings[0].bad is not None):
        if (found := _by_form(texts, order)) is not None:
            return found
        bad = _first_bad(texts, order) if not found_readings else found_readings[0].bad
        rule = say("is_not_in_this_order", order=repr(order))
        raise _no_date((bad or 0) if at is None else at, texts, name, rows, rule)
    if at is not None:
        raise _no_date(at, texts, name, rows)
    cells = [cell for cell in parsed if cell is not None]
    best = found_readings[0]
    if best.bad is not None:
        raise _no_date(best.bad, texts, name, rows)
    if best.months_only and len(found_readings) == 1:
        raise InputError([Problem(name, texts[0], say("are_months_without_days"), say("write_iso_dates"))])
    settled = order is not None or is_settled(found_readings)
    if not settled and not (likely and is_likely(found_readings)):
        raise InputError([several_readings(texts[0], found_readings, name)])
    unknown = 0.0 if best.order == UNIX else np.nan  # they count in UTC
    offsets = np.array([unknown if cell.offset is None else cell.offset for cell in cells])
    late = _late(texts)
    timed = bool((best.days != best.days.astype("datetime64[D]")).any())
    return Dates(best.days, best.form, timed, None if np.isnan(offsets).all() else offsets, late)


_MIDNIGHT = re.compile(r"(?:[T ]24:?00(?::00)?|^\d{8}24(?:00){0,2})\s*$")


def _late(texts: Sequence[str]) -> np.ndarray | None:
    """Return which cells end with 24:00, None where none does."""
    late = np.array(["24" in text and _MIDNIGHT.search(text) is not None for text in texts], dtype=bool)
    return late if late.any() else None


def several_readings(cell: str, found: Sequence[Reading], name: str | Text) -> Problem:
    """Return what is said of dates that can be read in several ways."""
    ways = join(", ", [say("reading_of_dates", form=reading.words, date=reading.first(1)[0]) for reading in found])
    rule = say("can_be_read_in_several_ways", ways=ways) if len(found) > 1 else say("may_be_numbers_of_days", ways=ways)
    orders = list(dict.fromkeys(reading.order for reading in found))
    return Problem(name, cell, rule, say("say_how_dates_are_written", names=orders))


def _by_form(texts: Sequence[str], form: str) -> Dates | None:
    """Return the dates that a form of ``strptime`` gives, with or without a time of day behind; None if not all."""
    if "%" not in form:
        return None
    moments = []
    for text in texts:
        day = re.split(r"[T ,]\s*(?=\d{1,2}:)", text, maxsplit=1)[0]
        cell = cell_module.parse(text)
        try:
            moments.append(dt.datetime.strptime(text, form).replace(tzinfo=None))  # noqa: DTZ007 (the written clock)
        except ValueError:
            try:
                date = dt.datetime.strptime(day, form)  # noqa: DTZ007 (a date)
            except ValueError:
                return None
            moments.append(date + dt.timedelta(seconds=(cell.seconds or 0) if cell else 0))
    found = np.array(moments, dtype=_SECONDS)
    late = _late(texts)
    timed = bool((found != found.astype("datetime64[D]")).any())
    return Dates(found, form, timed, late=late)


def _first_bad(texts: Sequence[str], order: str) -> int:
    return next((i for i, text in enumerate(texts) if _by_form([text], order) is None), 0)


def _odd_one(parsed: Sequence[Cell | None]) -> int | None:
    """Return the first cell that is no date, or is written unlike most; None where all are alike."""
    kinds = [None if cell is None else (cell.kind, cell.sign) for cell in parsed]
    count: dict[tuple[str, str], int] = {}
    for kind in kinds:
        if kind is not None:
            count[kind] = count.get(kind, 0) + 1
    if not count:
        return 0
    most = max(count, key=lambda kind: count[kind])
    return next((i for i, kind in enumerate(kinds) if kind != most), None)


def _no_date(
    at: int, texts: Sequence[str], name: str | Text, rows: Sequence[int] | None, rule: Text | None = None
) -> InputError:
    number = at + 1 if rows is None else rows[at]
    thing = say("dates_in_row", name=name, number=number)
    return InputError([Problem(thing, texts[at], rule or say("no_date_to_read"), say("write_iso_dates"))])


__all__ = ["EXCEL", "UNIX", "Dates", "Reading", "read", "readings", "settled", "several_readings"]
