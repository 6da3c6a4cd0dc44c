"""Whether the dates of rows go on as days do: rows of weeks, a mistyped year, days and months exchanged."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from etolib.errors import InputError, Problem
from etolib.sources.station.layout import Table
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
        return
    if (pair := _two_orders(days, numbers)) is not None:
        rule, hint = say("dates_in_two_orders"), say("write_dates_one_way")
        raise InputError([Problem("file", f"{pair[0]}, {pair[1]}", rule, hint)])
    if (at := _odd_one(numbers)) is not None:
        rule = say("date_out_of_order", before=str(days[at - 1]), after=str(days[at + 1]))
        raise InputError([Problem(say("row_number", number=at + 1), str(days[at]), rule, say("correct_the_date"))])


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


_MIDNIGHT = re.compile(r"(?:^|[T ])(?:0?0:00(?::00(?:\.0+)?)?|12:00(?::00)? ?a\.?(?:m\.?)?|0000)$", re.IGNORECASE)


def of_midnights(
    table: Table, at: Mapping[str, int], dates: Sequence[dt.date], stamps: str | None, warnings: list[Text]
) -> list[dt.date]:
    """Return the day of each row: the one before its date where the rows are stamped with the midnight that ends it.

    Parameters
    ----------
    table : Table
    at : mapping of str to int
        Which column holds each part of the date.
    dates : sequence of datetime.date
        As the rows have them.
    stamps : {"begin", "end"}, optional
        What a person says; it comes before the format of the file. Where nobody says it the day that begins is taken.
    warnings : list of Text
        Grows by a sentence where it is taken.
    """
    column = at.get("hour", at.get("date"))
    cells = [] if column is None else [row[column] for row in table.rows if row[column]]
    if not cells or not all(_MIDNIGHT.search(cell) for cell in cells):
        return list(dates)
    known = stamps or (None if table.format is None else table.format.stamps)
    if known is None and table.format is None:
        warnings.append(say("days_stamped_with_midnight", example=repr(cells[0])))
    return [day - dt.timedelta(days=1) for day in dates] if known == "end" else list(dates)
