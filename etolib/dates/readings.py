"""The ways in which a column of cells can be read as dates, and which of them it is.

A column is read as a whole: a day above 12 settles whether the day or the month stands first, else the steps do. A
column that stays open has several readings, to be chosen from by a person (``order``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from etolib.dates.cells import Cell
from etolib.words import Text, say, verbatim

EXCEL, UNIX = "excel", "unix"
_OLD = np.datetime64("1950-01-01", "s")
ORDERS = ("day first", "month first", "year first", EXCEL, UNIX)
"""The words that choose a reading; a form of ``strptime`` chooses too."""

YEARS = (1700, 2300)
_SECONDS = "datetime64[s]"

Numbers = tuple[np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Reading:
    """One way to read a column of dates.

    Attributes
    ----------
    form : str
        As ``strptime`` takes it, without time of day; ``excel`` days since 1899-12-30, ``unix`` seconds since 1970.
    order : str
        The word of `ORDERS` for it, else the form.
    days : numpy.ndarray of datetime64[s]
        What each cell is in this reading, NaT where it is no date in it.
    bad : int or None
        The first cell that is no date in this reading.
    daily : float
        Share of steps between the different days that are of one day.
    monthly : bool
        Whether every step is of a month.
    rare : bool
        Whether hardly anybody writes so: taken only where its steps speak for it.
    """

    form: str
    order: str
    days: np.ndarray
    bad: int | None
    daily: float
    monthly: bool
    rare: bool = False

    @property
    def months_only(self) -> bool:
        """Whether months stand there and no days."""
        return "%m" in self.form and "%d" not in self.form

    @property
    def words(self) -> Text:
        """How the dates are written, for people."""
        return form_in_words(self.form)

    def first(self, count: int = 3) -> list[str]:
        """Return the first dates in this reading, as ISO text."""
        return [str(day) for day in self.days[:count].astype("datetime64[D]")]


def form_in_words(form: str) -> Text:
    """Return how dates are written, for people.

    >>> form_in_words("%d/%m/%Y")
    'DD/MM/YYYY'
    """
    if form in (EXCEL, UNIX):
        return say("dates_of_excel" if form == EXCEL else "dates_of_unix")
    for sign, letters in (("%Y", "YYYY"), ("%m", "MM"), ("%d", "DD"), ("%y", "YY"), ("%b", "MON"), ("%j", "DDD"),
                          ("%H", "hh"), ("%M", "mm"), ("%S", "ss"), ("%B", "MONTH"), ("%p", "AM")):  # fmt: skip
        form = form.replace(sign, letters)
    return verbatim(form)


def readings_of(cells: Sequence[Cell], order: str | None = None) -> list[Reading]:
    """Return every way to read cells that are written alike, the most likely first; only those of ``order``.

    Those that fit every cell, or, where none does, the one that fits the most of them.
    """
    kind = cells[0].kind
    if kind in ("y..", "..y", "...", "dby", "bdy", "ybd"):
        found = _of_three(kind, cells)
    elif kind in ("yj", "jy"):
        found = _of_two(kind, cells)
    else:
        found = _of_one(kind, cells)
    found = [
        _with_times(reading, cells) for reading in found if order is None or order in (reading.order, reading.form)
    ]
    if not found:
        return []
    whole = [reading for reading in found if reading.bad is None]
    if not whole:
        return [max(found, key=lambda r: int(np.count_nonzero(~np.isnat(r.days))))]
    return sorted(_different(_usual(whole)), key=lambda r: -r.daily)


def _usual(readings: Sequence[Reading]) -> list[Reading]:
    """Return the readings without the rare ones, unless only these give a run of days."""
    usual = [reading for reading in readings if not reading.rare]
    if not usual:
        return list(readings)
    best = max(reading.daily for reading in usual)
    return usual + [r for r in readings if r.rare and r.daily > best + 0.5 and len(np.unique(r.days)) > 3]


def is_settled(readings: Sequence[Reading]) -> bool:
    """Return whether the first of several readings is the right one beyond doubt.

    It is where it alone gives a run of days, and no other gives a run of months: 01/05, 02/05, 03/05 may be three days
    of May or the first days of three months. Where hours go on over midnight they are three days. Seconds since 1970
    are, where several rows of a day are the same time apart.
    """
    if len(readings) == 1:
        return readings[0].order != EXCEL and (readings[0].order != UNIX or _goes_on(readings[0]))
    best, *others = readings
    steps = len(np.unique(best.days)) - 1
    if any(EXCEL in (r.order, best.order) or UNIX in (r.order, best.order) for r in others):
        return False
    by_hours = _goes_on(best)
    return steps >= 3 and best.daily >= 0.8 and all(r.daily < 0.2 and (by_hours or not r.monthly) for r in others)


def _goes_on(reading: Reading) -> bool:
    """Return whether rows of at most two hours follow each other over midnight as they do within a day."""
    moments = reading.days.astype(np.int64)
    apart = np.diff(moments)
    usual = abs(float(np.median(apart))) if len(apart) else 0.0
    midnights = np.diff(reading.days.astype("datetime64[D]").astype(np.int64)) != 0
    if not 0 < usual <= 7200 or not midnights.any():
        return False
    return float(np.mean(np.abs(apart[midnights]) <= 1.5 * usual)) > 0.8


def is_likely(readings: Sequence[Reading]) -> bool:
    """Return whether the first reading is the more likely one of daily rows."""
    best, *others = readings
    if best.order == EXCEL:  # a run of days of our time, where the other reading is of years before there were loggers
        now = np.datetime64(dt.datetime.now(dt.UTC).date())
        ours = bool(((best.days > _OLD) & (best.days.astype("datetime64[D]") <= now)).all())
        run = best.daily >= 0.8 and len(np.unique(best.days)) > 3
        return ours and run and all((r.days < _OLD).all() for r in others)
    return best.order not in (EXCEL, UNIX) and all(best.daily > r.daily and r.order != EXCEL for r in others)


def _of_three(kind: str, cells: Sequence[Cell]) -> list[Reading]:
    a, b, c = (np.array([cell.numbers[i] for cell in cells]) for i in range(3))
    sign = cells[0].sign
    short = any(cell.short_year for cell in cells)
    if kind == "y..":
        first = _reading(_joined("%Y", "%m", "%d", sign), "year first", (a, b, c))
        return [first] if first.bad is None else [first, _reading(_joined("%Y", "%d", "%m", sign), "", (a, c, b))]
    if kind == "ybd":
        return [_reading(_joined("%Y", "%b", "%d", sign), "year first", (a, b, c))]
    year = "%y" if short else "%Y"
    full = full_years(c, [cell.short_year for cell in cells]) if short else c
    if kind in ("dby", "bdy"):
        form = _joined("%d", "%b", year, sign) if kind == "dby" else _joined("%b", "%d", year, sign)
        found = [_reading(form, "day first" if kind == "dby" else "month first", (full, b, a))]
        if kind == "dby" and short:
            first_year = full_years(a, [True] * len(a))
            found.append(_rare(_reading(_joined("%y", "%b", "%d", sign), "year first", (first_year, b, c))))
        return found
    found = [
        _reading(_joined("%d", "%m", year, sign), "day first", (full, b, a)),
        _reading(_joined("%m", "%d", year, sign), "month first", (full, a, b)),
    ]
    if kind == "...":
        first_year = full_years(a, [True] * len(a))
        found.append(_reading(_joined("%y", "%m", "%d", sign), "year first", (first_year, b, c)))
    return [found[0], *map(_rare, found[1:])] if sign == "." else found


def _rare(reading: Reading) -> Reading:
    return replace(reading, rare=True)


def _of_two(kind: str, cells: Sequence[Cell]) -> list[Reading]:
    first, second = (np.array([cell.numbers[i] for cell in cells]) for i in range(2))
    year, number = (first, second) if kind == "yj" else (second, first)
    if kind == "jy":
        year, number = _ordered(first, second)
    sign = cells[0].sign
    form = f"%Y{sign}%j" if kind == "yj" else f"%j{sign}%Y"
    found = [_year_day(form, year, number)]
    if not all(cell.three_digits for cell in cells):
        month = f"%Y{sign}%m" if kind == "yj" else f"%m{sign}%Y"
        found.append(_reading(month, month, (year, number, np.ones_like(number))))
    return found


def _ordered(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return (first, second) if first.min() > second.max() else (second, first)


def _of_one(kind: str, cells: Sequence[Cell]) -> list[Reading]:
    n = np.array([cell.numbers[0] for cell in cells], dtype=np.int64)
    fraction = np.array([cell.fraction for cell in cells])
    if kind == "serial":
        return [_excel(n, fraction) if n.max() < 100_000 else _unix(n)]
    if kind == "n5":
        found = [_year_day("%y%j", full_years(n // 1000, [True] * len(n)), n % 1000), _excel(n, fraction)]
        return found[::-1] if (found[0].days < _OLD).all() else found
    if kind == "n7":
        return [_year_day("%Y%j", n // 1000, n % 1000)]
    if kind == "n6":
        high, middle, low = n // 10_000, n // 100 % 100, n % 100
        years = [True] * len(n)
        return [
            _reading("%y%m%d", "year first", (full_years(high, years), middle, low)),
            _reading("%d%m%y", "day first", (full_years(low, years), middle, high)),
            _reading("%m%d%y", "month first", (full_years(low, years), high, middle)),
            _reading("%Y%m", "%Y%m", (n // 100, n % 100, np.ones_like(n))),
        ]
    if kind in ("n8", "n10", "n12", "n14"):
        return _of_many(kind, n)
    return [_unix(n // (1000 if kind == "n13" else 1))]


def _of_many(kind: str, n: np.ndarray) -> list[Reading]:
    """Return the readings of YYYYMMDD with hours, minutes and seconds behind."""
    digits = int(kind[1:]) - 8
    clock, day = n % 10**digits, n // 10**digits
    seconds = clock * 10 ** (6 - digits)
    hour, minute, second = seconds // 10_000, seconds // 100 % 100, seconds % 100
    late = (hour > 24) | (minute > 59) | (second > 59)
    tail = "%H%M%S"[:digits]
    found = [
        _reading(f"{form}{tail}", order, numbers, hour * 3600 + minute * 60 + second, late)
        for form, order, numbers in (
            ("%Y%m%d", "year first", (day // 10_000, day // 100 % 100, day % 100)),
            ("%d%m%Y", "day first", (day % 10_000, day // 10_000 % 100, day // 1_000_000)),
            ("%m%d%Y", "month first", (day % 10_000, day // 1_000_000, day // 10_000 % 100)),
        )
    ]
    # Seconds since 1970 have ten digits as well: those of 1990 to 2030 begin with 06 to 18, which is no year.
    return [_unix(n)] if kind == "n10" and (n < 1_900_000_000).all() else found


def _joined(first: str, second: str, third: str, sign: str) -> str:
    return f"{first}{sign}{second}{sign}{third}"


def full_years(years: np.ndarray, short: Any) -> np.ndarray:
    """Return years of two digits in full: none later than next year."""
    latest = dt.datetime.now(dt.UTC).year + 1
    century = latest - latest % 100
    full = np.where(years + century > latest, years + century - 100, years + century)
    return np.where(np.asarray(short), full, years)


def moments_of(numbers: Numbers) -> tuple[np.ndarray, np.ndarray]:
    """Return the days of years, months and days of the month, and which of them there are not."""
    year, month, day = numbers
    good = (year >= YEARS[0]) & (year <= YEARS[1]) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    months = (np.where(good, year, 2000) - 1970) * 12 + np.where(good, month, 1) - 1
    start = months.astype("datetime64[M]")
    days = start.astype("datetime64[D]") + (np.where(good, day, 1) - 1)
    good &= days.astype("datetime64[M]") == start
    return days.astype(_SECONDS), ~good


def year_days_of(year: np.ndarray, number: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the days of years and days of the year, and which of them there are not."""
    good = (year >= YEARS[0]) & (year <= YEARS[1]) & (number >= 1) & (number <= 366)
    start = (np.where(good, year, 2000) - 1970).astype("datetime64[Y]")
    days = start.astype("datetime64[D]") + (np.where(good, number, 1) - 1)
    good &= days.astype("datetime64[Y]") == start
    return days.astype(_SECONDS), ~good


def _reading(form: str, order: str, numbers: Numbers, seconds: Any = 0, wrong: Any = False) -> Reading:
    days, bad = moments_of(numbers)
    return _judged(form, order or form, days + np.asarray(seconds).astype("timedelta64[s]"), bad | wrong)


def _year_day(form: str, year: np.ndarray, number: np.ndarray) -> Reading:
    return _judged(form, form, *year_days_of(year, number))


def _excel(n: np.ndarray, fraction: np.ndarray) -> Reading:
    days = np.datetime64("1899-12-30", "s") + (n * 86_400 + np.round(fraction * 86_400).astype(np.int64))
    return _judged(EXCEL, EXCEL, days, np.zeros(len(n), dtype=bool))


def _unix(n: np.ndarray) -> Reading:
    return _judged(UNIX, UNIX, n.astype(_SECONDS), np.zeros(len(n), dtype=bool))


def _judged(form: str, order: str, days: np.ndarray, wrong: np.ndarray) -> Reading:
    days = days.copy()
    days[wrong] = np.datetime64("NaT")
    bad = int(np.argmax(wrong)) if wrong.any() else None
    dates = days[~wrong].astype("datetime64[D]")
    steps = np.diff(dates.astype(np.int64))
    steps = np.abs(steps[steps != 0])
    daily = float(np.mean(steps == 1)) if steps.size else 0.0
    months = np.diff(dates.astype("datetime64[M]").astype(np.int64))
    same = bool(dates.size) and bool(
        np.all(dates - dates.astype("datetime64[M]") == dates[0] - dates[0].astype("M8[M]"))
    )
    return Reading(form, order, days, bad, daily, same and bool(np.all(np.abs(months[months != 0]) == 1)))


def _with_times(reading: Reading, cells: Sequence[Cell]) -> Reading:
    seconds = np.array([cell.seconds or 0 for cell in cells])
    if not seconds.any():
        return reading
    days = reading.days + seconds.astype("timedelta64[s]")
    return replace(reading, days=days)


def _different(readings: Sequence[Reading]) -> list[Reading]:
    found: list[Reading] = []
    for reading in readings:
        if not any(np.array_equal(reading.days, other.days) for other in found):
            found.append(reading)
    return found
