"""The dates of a station file: how they are written, and the day of each row."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from etolib.errors import InputError, Problem
from etolib.sources.station.cells import date_like
from etolib.sources.station.layout import Table
from etolib.words import Text, say, verbatim

FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y",
           "%d.%m.%Y", "%d-%b-%Y", "%d %b %Y", "%d-%b-%y", "%d/%m/%y", "%m/%d/%y")  # fmt: skip
"""How a date may be written in one column, as ``strptime`` takes it."""

YEAR_AND_DAY, YEAR_MONTH_DAY, MONTHS = "year and day of year", "year, month, day", "twelve months, no year"

IN_PARTS: Mapping[str, str] = {
    YEAR_AND_DAY: "year_and_day_of_year",
    YEAR_MONTH_DAY: "year_month_day",
    MONTHS: "twelve_months",
    "timestamps": "as_timestamps",
}
"""Dates that stand in several columns, or in none, and their key among the texts."""

PARTS = ("date", "year", "month", "day", "doy")


def format_in_words(form: str) -> Text:
    """Return how dates are written, for people.

    >>> format_in_words("%d/%m/%Y")
    'DD/MM/YYYY'
    """
    if form in IN_PARTS:
        return say(IN_PARTS[form])
    for sign, letters in (("%Y", "YYYY"), ("%m", "MM"), ("%d", "DD"), ("%y", "YY"), ("%b", "MON")):
        form = form.replace(sign, letters)
    return verbatim(form)


def find_format(table: Table, at: Mapping[str, int], questions: list[Text]) -> str:
    """Return how the dates are written.

    Parameters
    ----------
    table : Table
    at : mapping of str to int
        Which column holds each of `PARTS`, as far as they are there.
    questions : list of Text
        Grows by what is uncertain.

    Raises
    ------
    InputError
        Where they cannot be read.
    """
    column = at.get("date")
    if column is None:
        if {"year", "doy"} <= at.keys():
            return YEAR_AND_DAY
        if {"year", "month", "day"} <= at.keys():
            return YEAR_MONTH_DAY
        column = at.get("day")
        if column is None or not any(date_like(row[column]) for row in table.rows[:5]):
            names = ", ".join(name for name in table.names if name)
            raise InputError([Problem("file", names, say("no_column_for_the_date"), say("name_the_date"))])
    cells = [row[column] for row in table.rows if row[column]]
    good = [form for form in FORMATS if _fits(cells, form)]
    if not good:
        thing = say("column_named", name=repr(table.names[column]))
        raise InputError([Problem(thing, cells[0] if cells else "", say("is_not_a_date"), say("write_iso_dates"))])
    if len(good) == 1:
        return good[0]
    steps = {form: _even(cells, form) for form in good}
    best = max(good, key=lambda form: steps[form])
    others = [form for form in good if form != best and steps[form] == steps[best]]
    if others and _parse(cells[:50], best) != _parse(cells[:50], others[0]):
        questions.append(say("dates_in_two_ways", date=repr(cells[0]), form=format_in_words(best)))
    return best


def dates_of(table: Table, at: Mapping[str, int], form: str) -> tuple[list[dt.date], bool]:
    """Return the date of each row, and whether rows have times of day; ``at`` as for `find_format`."""
    found: list[dt.date] = []
    hourly = "hour" in at
    for line, row in enumerate(table.rows, start=1):
        try:
            if form == YEAR_AND_DAY:
                year, doy = int(float(row[at["year"]])), int(float(row[at["doy"]]))
                day = dt.date(year, 1, 1) + dt.timedelta(days=doy - 1)
                if not 1 <= doy <= 366 or day.year != year:
                    raise ValueError
            elif form == YEAR_MONTH_DAY:
                day = dt.date(*(int(float(row[at[part]])) for part in ("year", "month", "day")))
            else:
                cell = row[at.get("date", at.get("day", 0))]
                hourly = hourly or (_day_part(cell) != cell and not re.search(r"[T ]0?0:00(:00)?", cell))
                day = _parse([cell], form)[0]
        except (ValueError, OverflowError):
            problem = Problem(say("row_number", number=line), " ".join(row[:4]), say("no_date_to_read"))
            raise InputError([problem]) from None
        found.append(day)
    return found, hourly


def _day_part(cell: str) -> str:
    """Return the date without a time of day."""
    return re.split(r"[T ](?=\d{1,2}:)", cell, maxsplit=1)[0]


def _fits(cells: Sequence[str], form: str) -> bool:
    try:
        _parse(cells, form)
    except ValueError:
        return False
    return True


def _parse(cells: Sequence[str], form: str) -> list[dt.date]:
    return [dt.datetime.strptime(_day_part(cell), form).date() for cell in cells]  # noqa: DTZ007 (a date)


def _even(cells: Sequence[str], form: str) -> float:
    """Return the share of steps of one day."""
    days = _parse(cells[:400], form)
    steps = [(b - a).days for a, b in pairwise(days)]
    return sum(step == 1 for step in steps) / len(steps) if steps else 0.0
