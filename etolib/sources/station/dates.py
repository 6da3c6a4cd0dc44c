"""Which columns of a station file hold its dates, and how they are written; `etolib.dates` reads them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from etolib import dates
from etolib.dates import YEAR_AND_DAY, YEAR_MONTH_DAY, Dates
from etolib.errors import InputError, Problem
from etolib.sources.station.layout import Table
from etolib.words import Text, say

MONTHS = "twelve months, no year"

IN_PARTS: Mapping[str, str] = {
    YEAR_AND_DAY: "year_and_day_of_year",
    YEAR_MONTH_DAY: "year_month_day",
    MONTHS: "twelve_months",
    "timestamps": "as_timestamps",
}
"""Dates that stand in several columns, or in none, and their key among the texts."""


@dataclass(frozen=True)
class DateForm:
    """How the dates of a file are written.

    Attributes
    ----------
    form : str
        As ``strptime`` takes it, ``excel``, ``unix``, or one of `IN_PARTS`.
    question : Text or None
        What is uncertain of it.
    choices : tuple of str
        What answers the question (``dates=``).
    assumed : str or None
        What is taken until it is answered; None where nothing may be.
    """

    form: str
    question: Text | None = None
    choices: tuple[str, ...] = ()
    assumed: str | None = None


def format_in_words(form: str) -> Text:
    """Return how dates are written, for people.

    >>> format_in_words("%d/%m/%Y"), format_in_words("year, month, day")
    ('DD/MM/YYYY', 'year, month, day')
    """
    return say(IN_PARTS[form]) if form in IN_PARTS else dates.form_in_words(form)


def date_form(table: Table, at: Mapping[str, int], order: str | None = None) -> DateForm:
    """Return how the dates of a table are written, with what is uncertain.

    Parameters
    ----------
    table : Table
    at : mapping of str to int
        Which column holds each of `PARTS`, as far as they are there.
    order : str, optional
        What a person says of it, as for `etolib.dates.read`; it answers the question.

    Raises
    ------
    InputError
        Where there are none, or one cannot be read, or not as is said.
    """
    column = at.get("date")
    if column is None:
        if {"year", "doy"} <= at.keys():
            return DateForm(YEAR_AND_DAY)
        if {"year", "month", "day"} <= at.keys() or ({"month", "day"} <= at.keys() and _with_years(table, at["month"])):
            return DateForm(YEAR_MONTH_DAY)
        column = at.get("day")
        if column is None or all(dates.parse(row[column]) is None for row in table.rows[:5]):
            names = ", ".join(name for name in table.names if name)
            raise InputError([Problem("file", names, say("no_column_for_the_date"), say("name_the_date"))])
    cells = [row[column] for row in table.rows]
    found = dates.readings(cells)
    if order is not None or not found or found[0].months_only:
        name = say("column_named", name=repr(table.names[column]))
        return DateForm(dates.read(cells, order, name=name, absent=True).form)
    if "hour" in at:  # hours that go on over midnight settle what is a day and what a month
        found = _with_hours(found, [row[at["hour"]] for row, cell in zip(table.rows, cells, strict=True)
                                    if not dates.is_absent(cell)])  # fmt: skip
    best = found[0]
    if dates.is_settled(found):
        return DateForm(best.form)
    first = next(cell for cell in cells if not dates.is_absent(cell))
    key = "dates_in_two_ways" if len(found) > 1 else "dates_may_be_numbers"
    question = say(key, date=repr(first), form=best.words)
    choices = tuple(dict.fromkeys(reading.order for reading in found))
    return DateForm(best.form, question, choices, best.order if dates.is_likely(found) else None)


def _with_hours(found: list[dates.Reading], hours: list[str]) -> list[dates.Reading]:
    """Return readings with the times of day of a column beside them, as they were where these cannot be read."""
    try:
        seconds = dates.read_hours(hours).astype("timedelta64[s]")
    except InputError:
        return found
    return [replace(r, days=r.days + seconds) if len(r.days) == len(seconds) else r for r in found]


def _with_years(table: Table, column: int) -> bool:
    """Return whether a column of months holds their year too (``202307``)."""
    return all(len(row[column]) == 6 and row[column].isdigit() for row in table.rows[:50])


def read_moments(table: Table, at: Mapping[str, int], form: str) -> Dates:
    """Return the dates of the rows with their times of day, a column of hours put in; as `read_dates`."""
    found = read_dates(table, at, form)
    if "hour" not in at or found.timed:
        return found
    hours = dates.read_hours([row[at["hour"]] for row in table.rows])
    late = hours == 86_400 if (hours == 86_400).any() else None
    return replace(found, moments=found.moments + hours.astype("timedelta64[s]"), timed=True, late=late)


def read_dates(table: Table, at: Mapping[str, int], form: str) -> Dates:
    """Return the dates of the rows, with times of day; ``at`` as for `date_form`, ``form`` a form or an order.

    Raises
    ------
    InputError
        Naming the row that has none.
    """
    if form in (YEAR_AND_DAY, YEAR_MONTH_DAY):
        parts = {name: [row[at[name]] for row in table.rows] for name in ("year", "month", "day", "doy") if name in at}
        if form == YEAR_MONTH_DAY:
            parts.pop("doy", None)
        return dates.read_parts(parts)
    column = at.get("date", at.get("day", 0))
    return dates.read([row[column] for row in table.rows], form or None)


def dates_of(table: Table, at: Mapping[str, int], form: str) -> tuple[list[dt.date], bool]:
    """Return the date of each row, and whether rows have times of day; ``at`` as for `date_form`."""
    found = read_dates(table, at, form)
    return found.days.tolist(), found.timed or "hour" in at
