"""Whether the dates of rows go on as days do: rows of weeks, a mistyped year, days and months exchanged."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from etolib.dates import Dates
from etolib.errors import InputError, Problem
from etolib.sources.station.layout import Table
from etolib.sources.station.questions import Question
from etolib.words import Text, say

FEW = 5
"""Rows from which their distance tells that they are no days."""
ENOUGH = 10
"""Rows from which an order is looked for."""
STEP = 3
"""Days between two neighbours of a row that stands apart."""
REGULAR = 0.9
"""Share of the steps that are a day where dates were written in one order."""


def refuse(days: Sequence[dt.date], name: str) -> None:
    """Raise `InputError` where the dates of rows are not those of days.

    Parameters
    ----------
    days : sequence of datetime.date
        Of the rows as they stand, each once.
    name : str
        Of the file.

    Examples
    --------
    >>> refuse([dt.date(2024, 1, 1) + dt.timedelta(days=i) for i in range(9)], "a.csv")
    >>> refuse([dt.date(2024, 1, 1) + dt.timedelta(days=7 * i) for i in range(9)], "a.csv")
    Traceback (most recent call last):
        ...
    etolib.errors.InputError: file = 'a.csv': has no two days in a row: its rows are 7 days or more apart; ...
    """
    numbers = [day.toordinal() for day in days]
    ordered = sorted(numbers)
    least = min((b - a for a, b in pairwise(ordered)), default=1)
    if len(days) >= FEW and least > 1:
        raise InputError([Problem("file", name, say("rows_days_apart", count=least), say("means_of_days_are_no_days"))])
    if len(days) < ENOUGH:
        refuse_year(days)
        return
    if (pair := _two_orders(days, numbers)) is not None:
        rule, hint = say("dates_in_two_orders"), say("write_dates_one_way")
        raise InputError([Problem("file", f"{pair[0]}, {pair[1]}", rule, hint)])
    if (at := _odd_one(numbers)) is not None:
        rule = say("date_out_of_order", before=str(days[at - 1]), after=str(days[at + 1]))
        raise InputError([Problem(say("row_number", number=at + 1), str(days[at]), rule, say("correct_the_date"))])
    refuse_year(days)


def refuse_year(days: Sequence[dt.date]) -> None:
    """Raise `InputError` at a row beside which the day goes on and the year does not: a year that is mistyped.

    A gap ends on the day after it began, in another year, once in some hundred gaps; and blocks of whole years, in any
    order, begin on 1 January after 31 December. So the new year alone may jump, but not back into its own year.

    Examples
    --------
    >>> refuse_year([dt.date(2021, 12, 31), dt.date(2019, 1, 1), dt.date(2019, 1, 2)])
    >>> refuse_year([dt.date(2024, 3, 1), dt.date(1924, 3, 2), dt.date(1924, 3, 3)])
    Traceback (most recent call last):
        ...
    etolib.errors.InputError: row 2 = '1924-03-02': stands beside 2024-03-01: the day goes on, the year does not; ...
    """
    for at, (one, two) in enumerate(pairwise(days), start=1):
        if abs(one.toordinal() - two.toordinal()) <= STEP:
            continue
        try:
            beside = two.replace(year=one.year)
        except ValueError:  # 29 February
            beside = two.replace(year=one.year, day=28)
        apart = min(abs(beside.toordinal() - one.toordinal()), 365 - abs(beside.toordinal() - one.toordinal()))
        new_year = {one.month, two.month} == {1, 12}
        if one.year == two.year if new_year else apart <= STEP and one.year != two.year:
            if new_year and abs(one.toordinal() - two.toordinal()) < 365 - STEP:
                continue
            rule = say("year_does_not_go_on", before=str(one))
            raise InputError([Problem(say("row_number", number=at + 1), str(two), rule, say("correct_the_date"))])


def _two_orders(days: Sequence[dt.date], numbers: Sequence[int]) -> tuple[dt.date, dt.date] | None:
    """Return two rows one after the other between which the order of day and month changes, None where it does not.

    It does where dates go on day by day only with day and month exchanged in those that can be read both ways.
    """
    exchanged = [day.replace(month=day.day, day=day.month).toordinal() if day.day <= 12 else day.toordinal()
                 for day in days]  # fmt: skip
    steps = len(days) - 1
    if _regular(exchanged) < REGULAR * steps or _regular(numbers) >= REGULAR * steps:
        return None
    return next((a, b) for a, b in pairwise(days) if abs(b.toordinal() - a.toordinal()) != 1)


def _regular(numbers: Sequence[int]) -> int:
    return sum(abs(b - a) == 1 for a, b in pairwise(numbers))


def _odd_one(numbers: Sequence[int]) -> int | None:
    """Return the row that does not lie between its neighbours, which lie beside each other; None where none is."""
    steps = [b - a for a, b in pairwise(numbers)]
    up = 1 if sum(step > 0 for step in steps) >= len(steps) / 2 else -1
    if sum(0 < up * step <= STEP for step in steps) < 0.8 * len(steps):
        return None
    for i in range(1, len(numbers) - 1):
        around = up * (numbers[i + 1] - numbers[i - 1])
        if 0 < around <= STEP and not 0 < up * (numbers[i] - numbers[i - 1]) < around:
            return i
    return None


def _ends_whole_months(first: dt.date, last: dt.date) -> bool:
    """Return whether days make whole months when each is moved to the day before, and do not as they are."""
    return first != last and first.day == 2 and last.day == 1


_MIDNIGHT = re.compile(r"(?:^|[T ])(?:0?0:00(?::00(?:\.0+)?)?|12:00(?::00)? ?a\.?(?:m\.?)?|0000)$", re.IGNORECASE)
_MOMENT = re.compile(r"time|hora|hour|heure|uhr|zeit|moment|ora\b|tijd|stamp", re.IGNORECASE)
"""Words by which a column says that it holds a moment, and not a day with the midnight that a spreadsheet adds."""
LATEST = 12 * 3600
"""Second of the day up to which a reading may belong to the day before. [s]"""


@dataclass(frozen=True)
class Stamped:
    """The days of rows that all have one time of day, and the question whether they end there."""

    days: list[dt.date]
    question: Question | None = None


def of_stamps(table: Table, at: Mapping[str, int], moments: Dates, stamps: str | None, warnings: list[Text]) -> Stamped:
    """Return the day of each row: the one before its date where the rows are stamped with the end of their day.

    Midnight under a header of dates is what spreadsheets add to a date, and is told; under one of times, or where the
    days before make whole months and those written do not, it may be the end of a logger's day, and 7 or 9 in the
    morning the end of an observer's: that is asked, and the day as it is written is taken until it is answered.

    Parameters
    ----------
    table : Table
    at : mapping of str to int
        Which column holds each part of the date.
    moments : Dates
        Of the rows.
    stamps : {"begin", "end"}, optional
        What a person says; it comes before the format of the file.
    warnings : list of Text
        Grows by a sentence where midnight is taken for the begin of a day.
    """
    days: list[dt.date] = moments.days.tolist()
    column = at.get("hour", at.get("date"))
    cells = [] if column is None else [row[column] for row in table.rows if row[column]]
    clock = np.unique((moments.moments - moments.days).astype("timedelta64[s]").astype(np.int64))
    midnight = all(map(_MIDNIGHT.search, cells))
    if not cells or column is None or not (midnight or (len(clock) == 1 and 0 < clock[0] <= LATEST)):
        return Stamped(days)
    known = stamps or (None if table.format is None else table.format.stamps)
    if known == "end":
        return Stamped([day - dt.timedelta(days=1) for day in days])
    if known is not None or table.format is not None:
        return Stamped(days)
    if midnight and not ("hour" in at or _MOMENT.search(table.names[column])):
        first, last = min(days), max(days)
        if _ends_whole_months(first, last):
            text = say("which_day_of_midnight", first=str(first), last=str(last))
            return Stamped(days, Question("stamps", text, None, ("begin", "end"), "begin"))
        warnings.append(say("days_stamped_with_midnight", example=repr(cells[0])))
        return Stamped(days)
    text = say("which_day_ends_there", example=repr(cells[0]))
    return Stamped(days, Question("stamps", text, None, ("begin", "end"), "begin"))
