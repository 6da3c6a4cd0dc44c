"""Dates whose parts stand in several columns: year, month and day; year and day of the year; an hour beside them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from etolib.dates import cells as cell_module
from etolib.dates import reader
from etolib.dates.reader import Dates
from etolib.dates.readings import full_years, moments_of, year_days_of
from etolib.errors import InputError, Problem
from etolib.words import Text, say

YEAR_AND_DAY, YEAR_MONTH_DAY = "year and day of year", "year, month, day"
PARTS = ("date", "year", "month", "day", "doy", "hour")
"""What a column can hold of a date."""


def read_parts(
    parts: Mapping[str, Any], order: str | None = None, *, rows: Sequence[int] | None = None, likely: bool = False
) -> Dates:
    """Return the dates of columns that hold their parts.

    Parameters
    ----------
    parts : mapping of str to sequence
        Columns by what they hold: ``date``, or ``year`` with ``doy``, or ``year`` with ``month`` (a number or a name)
        and ``day``; with any of them ``hour`` (0 to 24, 0 to 2400, or a time such as 13:30).
    order, rows, likely
        As for `etolib.dates.read`.

    Raises
    ------
    InputError
        Naming the row that is no date, or the part that is missing.

    Examples
    --------
    >>> read_parts({"year": [2024, 2024], "doy": [59, 60]}).days.tolist()
    [datetime.date(2024, 2, 28), datetime.date(2024, 2, 29)]
    >>> read_parts({"year": ["23"], "month": ["Jul"], "day": ["10"], "hour": ["1430"]}).moments[0]
    np.datetime64('2023-07-10T14:30:00')
    """
    parts = _year_of_months(parts)
    if "date" in parts:
        found = reader.read(parts["date"], order, rows=rows, likely=likely)
        moments, form, offsets, late = found.moments, found.form, found.offsets, found.late
        if "hour" in parts:
            moments, late = found.days.astype("datetime64[s]"), None
    else:
        offsets = late = None
        if {"year", "doy"} <= parts.keys():
            form = YEAR_AND_DAY
            columns: tuple[str, ...] = ("year", "doy")
            numbers = [_whole(parts[name], name, rows) for name in columns]
            moments, wrong = year_days_of(_years(numbers[0]), numbers[1])
        elif {"year", "month", "day"} <= parts.keys():
            form = YEAR_MONTH_DAY
            columns = ("year", "month", "day")
            numbers = [_whole(parts[name], name, rows) for name in columns]
            moments, wrong = moments_of((_years(numbers[0]), numbers[1], numbers[2]))
        else:
            there = [name for name in PARTS if name in parts]
            raise InputError([Problem("dates", ", ".join(there), say("no_whole_date"), say("name_the_date"))])
        if wrong.any():
            at = int(np.argmax(wrong))
            cell = " ".join(str(list(parts[name])[at]) for name in columns)
            number = at + 1 if rows is None else rows[at]
            thing = say("dates_in_row", name=", ".join(columns), number=number)
            raise InputError([Problem(thing, cell, say("no_date_to_read"), say("write_iso_dates"))])
    if "hour" in parts:
        seconds = read_hours(parts["hour"], rows=rows)
        moments = moments + seconds.astype("timedelta64[s]")
        late = seconds == 86_400 if (seconds == 86_400).any() else None
    timed = bool((moments != moments.astype("datetime64[D]")).any())
    return Dates(moments, form, timed, offsets, late)


def _year_of_months(parts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return parts with the year that a column of months holds (``202307``)."""
    if "year" in parts or not {"month", "day"} <= parts.keys():
        return parts
    texts = [reader.as_text(value) for value in parts["month"]]
    if not all(re.fullmatch(r"(?:1[6-9]|2[01])\d\d(?:0[1-9]|1[0-2])", text) for text in texts):
        return parts
    return {**parts, "year": [text[:4] for text in texts], "month": [text[4:] for text in texts]}


def read_hours(values: Any, *, rows: Sequence[int] | None = None) -> np.ndarray:
    """Return times of day [s] of a column: 0 to 24, 0 to 2400 (hours and minutes), 13:30, 01:30 PM, 1:30p or 13.5.

    >>> read_hours(["0100", "0230", "2400"]).tolist(), read_hours([0, 23]).tolist(), read_hours(["1:30 PM"]).tolist()
    ([3600, 9000, 86400], [0, 82800], [48600])
    """
    texts = [reader.as_text(value).upper().removesuffix("UTC").strip() for value in values]
    texts = [f"{text}M" if re.fullmatch(r"[\d:]+ ?[AP]", text) else text for text in texts]  # 1:30a, as loggers write
    numeric = [text for text in texts if text.isdigit()]
    together = any(int(text) > 24 or len(text) >= 3 for text in numeric)  # hours and minutes in one number
    found = np.zeros(len(texts), dtype=np.int64)
    for i, text in enumerate(texts):
        if text.isdigit():
            number = int(text)
            hour, minute = divmod(number, 100) if together else (number, 0)
            good = hour <= 24 and minute <= 59 and hour * 60 + minute <= 1440
            seconds = hour * 3600 + minute * 60 if good else None
        elif re.fullmatch(r"\d{1,2}\.\d+", text) and float(text) <= 24:
            seconds = round(float(text) * 3600)
        else:
            cell = cell_module.parse(f"2000-01-01 {text}")
            seconds = None if cell is None else cell.seconds
        if seconds is None:
            thing = say("dates_in_row", name="hour", number=i + 1 if rows is None else rows[i])
            raise InputError([Problem(thing, text, say("no_time_of_day"), say("write_hours"))])
        found[i] = seconds
    return found


def _whole(values: Any, name: str, rows: Sequence[int] | None) -> np.ndarray:
    """Return a column of whole numbers; the name of a month as its number."""
    found = []
    for i, value in enumerate(values):
        text = reader.as_text(value)
        number = cell_module.month_of(text) if name == "month" else None
        if number is None:
            try:
                amount = float(text)
                number = int(amount) if amount == int(amount) else None
            except (ValueError, OverflowError):
                number = None
        if number is None:
            thing: Text = say("dates_in_row", name=name, number=i + 1 if rows is None else rows[i])
            raise InputError([Problem(thing, text, say("no_date_to_read"), say("write_iso_dates"))])
        found.append(number)
    return np.clip(np.array(found, dtype=np.int64), -1, 10_000)


def _years(years: np.ndarray) -> np.ndarray:
    return full_years(years, years < 100)
