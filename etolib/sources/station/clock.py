"""The clock of a file whose rows are hours or less: how long a row is, which end of it is stamped, and its time zone.

What is given counts. What is not is read from the sun: the radiation of a day is centred on solar noon, so where its
centre stands in the file tells how far the clock is from UTC and whether the begin or the end of a row is stamped.
Where there is no radiation the likely answer is taken and asked for.
"""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from etolib.equations import sun
from etolib.errors import InputError, Problem
from etolib.site import Site
from etolib.sources.station import summer_time
from etolib.sources.station.questions import Question
from etolib.words import Text, say

STAMPS = ("begin", "end")
LONGEST = 3.0  # h: of a row; longer ones say too little of a day
HALF_ZONES = {
    -9.5: (-12, -7, -142, -138), -4.5: (0, 13, -74, -59), -3.5: (46, 61, -68, -52), 3.5: (25, 40, 44, 64),
    4.5: (29, 39, 60, 75), 5.5: (5, 37, 68, 98), 5.75: (26, 31, 80, 89), 6.5: (-13, 29, 92, 102),
    8.75: (-34, -30, 125, 130), 9.5: (-39, -10, 129, 142), 10.5: (-39, -25, 129, 160), 12.75: (-45, -43, -178, -175),
}  # fmt: skip
"""Clocks that are not whole hours off [h], and where they are kept: south, north, west and east bound [degrees]."""
FAR = 3.5  # h: no clock of a place is farther from its solar time, but UTC
FEWEST_DAYS = 3  # with sun, for the centre of the radiation to tell anything
CLEAR_ENOUGH = 0.25  # of the sunniest day's radiation: days below have a centre of chance
SURE = 0.3  # h: how near the centre must lie to what an answer expects
JUMP = 0.7  # h: how far the centre moves in the year where a clock knows daylight saving


@dataclass(frozen=True)
class Clock:
    """When the rows of a file begin and end.

    Attributes
    ----------
    begin, end : ndarray of float, shape (rows,)
        Hours of UTC since 1970, or of the file's own clock where ``zone`` is None; NaN for rows that repeat others.
    step : float
        Usual length of a row. [h]
    stamps : {"begin", "end"}
        What of a row is stamped.
    zone : str or None
        The time zone in words (``UTC-6``, ``America/Chicago``); None where it is not known.
    notes : tuple of Text
        What was found out, and how.
    questions : tuple of Question
        What was assumed.
    """

    begin: np.ndarray
    end: np.ndarray
    step: float
    stamps: str
    zone: str | None
    notes: tuple[Text, ...] = ()
    questions: tuple[Question, ...] = ()


def read_clock(
    moments: Any,
    radiation: Any = None,
    *,
    site: Site | None = None,
    stamps: str | None = None,
    time_zone: float | str | None = None,
    offsets: Any = None,
) -> Clock:
    """Return when the rows of a file begin and end.

    Parameters
    ----------
    moments : array of datetime64, shape (rows,)
        The stamps as they are written, in order.
    radiation : array, shape (rows,), optional
        Mean solar radiation of each row, in any unit: its centre tells the clock.
    site : Site, optional
        Where the sun is seen from.
    stamps : {"begin", "end"}, optional
        What of a row is stamped, where it is known.
    time_zone : float or str, optional
        Hours from UTC (-6), or a name (``"America/Chicago"``: with its daylight saving), where it is known.
    offsets : array, shape (rows,), optional
        Hours from UTC that the stamps themselves say.

    Returns
    -------
    Clock

    Raises
    ------
    InputError
        For an unknown zone or name of ``stamps``, rows longer than three hours, two different rows of one time, and
        clocks that jump with daylight saving and are not named.

    Examples
    --------
    >>> hours = np.datetime64("2024-06-01T01:00") + np.arange(48) * np.timedelta64(1, "h")
    >>> clock = read_clock(hours, stamps="end", time_zone=-6)
    >>> clock.step, clock.zone, float(clock.begin[0] % 24)
    (1.0, 'UTC-6', 6.0)
    """
    _check(stamps, time_zone)
    raw = _hours(moments)
    if len(raw) > 1 and np.nanmedian(np.diff(raw)) < 0:  # the newest row first
        back = slice(None, None, -1)
        turned = [None if v is None else np.asarray(v)[back] for v in (moments, radiation, offsets)]
        clock = read_clock(turned[0], turned[1], site=site, stamps=stamps, time_zone=time_zone, offsets=turned[2])
        return replace(clock, begin=clock.begin[back], end=clock.end[back])
    step = _step(raw)
    offset, words = _known_offset(raw, time_zone, offsets)
    notes: list[Text] = []
    questions: list[Question] = []
    doubt = None
    if offset is None:
        raw, doubt = _in_standard_time(raw, step, radiation, site, notes)
    noon = None
    if site is not None and radiation is not None:
        noon = _days_off(raw if offset is None else raw - offset, np.asarray(radiation, dtype=float), step, site)
    _no_repeated_time(raw if offset is None else raw - offset, step, named=offset is not None)
    if noon is not None and (offset is None or words is None or "/" not in words):
        _no_jump(noon)
    off = None if noon is None else float(np.median(noon[1]))
    if offset is None:
        zone, stamps = _zone(off, step, stamps, site, raw, notes, questions)
        words = None if zone is None else in_words(zone)
        utc = raw if zone is None else raw - zone
        if doubt is not None and any(question.parameter == "time_zone" for question in questions):
            notes.append(doubt)  # the days are unconfirmed as it is
        elif doubt is not None:
            questions.append(Question("time_zone", doubt, None, (), words or "local"))
    else:
        utc = raw - offset
        stamps = _which_end(off, step, stamps, raw, notes, questions)
    begin, end = _intervals(utc, step, stamps, notes)
    return Clock(begin, end, step, stamps, words, tuple(notes), tuple(questions))


def in_words(offset: float) -> str:
    """Return a time zone as people write it.

    >>> in_words(-3.0), in_words(5.5), in_words(0)
    ('UTC-3', 'UTC+5:30', 'UTC')
    """
    if not offset:
        return "UTC"
    hours, minutes = divmod(round(abs(offset) * 60), 60)
    return f"UTC{'-' if offset < 0 else '+'}{hours}" + (f":{minutes:02}" if minutes else "")


_OFFSET = re.compile(r"\b(?:UTC|GMT|Z)\s*([+\-−]?)\s*(\d{1,2})(?::?([0-5]\d))?\b(?!\d)", re.I)
_SECONDS = re.compile(r"utc_offset_seconds[^\d\-]+(-?\d{1,6})", re.I)
_NAME = re.compile(r"\b(?:Africa|America|Asia|Atlantic|Australia|Europe|Indian|Pacific)/[A-Za-z_/]+")
_UTC = re.compile(r"\b(?:UTC|GMT|UCT|Zulu)\b", re.I)


def zone_in(text: str) -> float | str | None:
    """Return the time zone that a header or a preamble names, None where it names none.

    >>> zone_in("Date Time, GMT-06:00"), zone_in("Hora UTC"), zone_in("Time (UTC+5:30)"), zone_in("TIMESTAMP")
    (-6.0, 0.0, 5.5, None)
    >>> zone_in("utc_offset_seconds,-10800"), zone_in("timezone: America/Sao_Paulo")
    (-3.0, 'America/Sao_Paulo')
    """
    if match := _SECONDS.search(text):
        return int(match[1]) / 3600
    if (match := _NAME.search(text)) and match[0] in zoneinfo.available_timezones():
        return match[0]
    if (match := _OFFSET.search(text)) and match[1]:
        hours = int(match[2]) + int(match[3] or 0) / 60
        return (-hours if match[1] != "+" else hours) if hours <= 14 else None
    return 0.0 if _UTC.search(text) else None


def _check(stamps: str | None, time_zone: float | str | None) -> None:
    if stamps is not None and stamps not in STAMPS:
        raise InputError([Problem("stamps", stamps, say("must_be_one_of", names=list(STAMPS)))])
    if isinstance(time_zone, str):
        try:
            zoneinfo.ZoneInfo(time_zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            raise InputError([Problem("time_zone", time_zone, say("no_time_zone"), say("write_zone_like"))]) from None
    elif time_zone is not None and not -14 <= time_zone <= 14:
        raise InputError([Problem("time_zone", time_zone, say("no_time_zone"), say("write_zone_like"))])


def _in_standard_time(
    raw: np.ndarray, step: float, radiation: Any, site: Site | None, notes: list[Text]
) -> tuple[np.ndarray, Text | None]:
    """Return stamps without the changes of daylight saving, which are told; or asked, where no sun confirms them."""
    found = summer_time.changes(raw, step, site)
    even = summer_time.standard(raw, found)
    if even is None:
        return raw, None
    agrees = None
    if site is not None and radiation is not None:
        noon = _days_off(even, np.asarray(radiation, dtype=float), step, site)
        agrees = None if noon is None else summer_time.agreement(found, *noon)
    if agrees is False:  # the sun stays where it was: an hour that is missing, or written twice
        return raw, None
    told = summer_time.in_words(found)
    if agrees:
        notes.append(told)
    return even, None if agrees else say("clock_may_change", sentence=told)


def _hours(moments: Any) -> np.ndarray:
    """Return moments as hours since 1970."""
    seconds = np.asarray(moments).astype("datetime64[s]")
    hours = seconds.astype(np.int64) / 3600.0
    return np.where(np.isnat(seconds), np.nan, hours)


def _step(raw: np.ndarray) -> float:
    """Return the usual time between rows [h]."""
    apart = np.diff(np.unique(raw[np.isfinite(raw)]))
    apart = apart[apart > 1e-6]
    if not len(apart):
        raise InputError([Problem("dates", len(raw), say("too_few_times"))])
    minutes, counts = np.unique(np.round(apart * 60, 1), return_counts=True)
    usual = float(minutes[np.argmax(counts)]) / 60 if counts.max() * 2 > len(apart) else float(np.median(apart))
    if usual > LONGEST + 0.01:
        raise InputError([Problem("dates", f"{usual:g} h", say("rows_too_long", hours=f"{LONGEST:g}"))])
    return usual


def _known_offset(raw: np.ndarray, time_zone: float | str | None, offsets: Any) -> tuple[Any, str | None]:
    """Return how far the clock of each row is ahead of UTC [h] and the zone in words; None where it is not known."""
    if time_zone is None and offsets is not None and np.isfinite(offsets).all():
        values = np.asarray(offsets, dtype=float)
        return values, in_words(float(values[0]))
    if time_zone is None:
        return None, None
    if not isinstance(time_zone, str):
        return float(time_zone), in_words(time_zone)
    return _offset_of_name(raw, time_zone), time_zone


def _offset_of_name(raw: np.ndarray, name: str) -> Any:
    """Return how far a named clock is ahead of UTC in each row [h].

    Of an hour that comes twice the first is summer time. A file with rows in the hour that the clock leaves out does
    not follow it: it keeps standard time all the year, as loggers do.
    """
    stamps = pd.DatetimeIndex(pd.to_datetime(np.round(raw * 3600), unit="s"))
    ambiguous = np.asarray(stamps.tz_localize(name, ambiguous="NaT", nonexistent="shift_forward").isna())
    unplaced = np.asarray(stamps.tz_localize(name, ambiguous="NaT", nonexistent="NaT").isna())
    zone = zoneinfo.ZoneInfo(name)
    if unplaced.sum() > ambiguous.sum():
        known = [t for t in stamps[:: max(len(stamps) // 500, 1)] if not pd.isna(t)]
        moments = [t.to_pydatetime().replace(tzinfo=zone) for t in known]
        standard = min((m.utcoffset() or dt.timedelta()) - (m.dst() or dt.timedelta()) for m in moments)
        return np.full(len(raw), standard.total_seconds() / 3600)
    again = pd.Series(stamps).duplicated().to_numpy()
    # Where the hour comes once only, the order of rows tells nothing: it is the summer's, as the clock had it first.
    local = stamps.tz_localize(name, ambiguous=~again, nonexistent="shift_forward")
    utc = local.tz_convert("UTC").tz_localize(None)
    return raw - _hours(utc.to_numpy())


def _no_repeated_time(raw: np.ndarray, step: float, named: bool) -> None:
    """Refuse two rows of one time: an hour that comes twice needs the name of the zone, others are a fault."""
    times, counts = np.unique(raw[np.isfinite(raw)], return_counts=True)
    twice = times[counts > 1]
    if not len(twice):
        return
    day = str(pd.Timestamp(float(twice[0]) * 3600, unit="s").date())
    if not named and _is_an_hour(twice, step):
        raise InputError([Problem("time_zone", None, say("hour_comes_twice", date=day), say("name_the_time_zone"))])
    when = str(pd.Timestamp(float(twice[0]) * 3600, unit="s"))
    raise InputError([Problem("dates", when, say("two_rows_of_one_time", count=len(twice)), say("keep_one_of_them"))])


def _is_an_hour(twice: np.ndarray, step: float) -> bool:
    """Return whether the times that come twice are one hour of a day, once a year."""
    days, counts = np.unique(np.floor(twice / 24), return_counts=True)
    return bool((counts * step <= 1.01).all()) and (len(days) == 1 or float(np.diff(days).min()) > 300)


Noon = tuple[np.ndarray, np.ndarray]
"""Days since 1970, and how far the centre of their radiation lies after solar noon by the clock of UTC [h]."""


def _days_off(hours: np.ndarray, radiation: np.ndarray, step: float, site: Site) -> Noon | None:
    """Return where the radiation of days with sun and all their rows is centred; None where they are too few."""
    good = np.isfinite(hours)
    # Days from midnight to midnight of the sun, as well as they are known: a day's light must not be cut in two.
    solar = hours + site.longitude / 15
    energy = np.where(good & np.isfinite(radiation), np.maximum(radiation, 0.0), 0.0)
    if not energy.any():
        return None
    angle = np.exp(2j * np.pi / 24 * np.where(good, solar, 0.0))
    turn = float(np.angle((energy * angle).sum())) * 24 / (2 * np.pi) - 12  # the mean centre, from noon
    day = np.floor((np.where(good, solar, 0.0) - turn) / 24).astype(np.int64)
    first = day[good].min()
    slot = np.where(good, day - first, 0)
    count = int(slot.max()) + 1
    total = np.bincount(slot, energy, count)
    rows = np.bincount(slot, good & np.isfinite(radiation), count)
    pointer = np.bincount(slot, energy * angle.real, count) + 1j * np.bincount(slot, energy * angle.imag, count)
    use = (rows >= 0.8 * min(24 / step, rows.max())) & (total > CLEAR_ENOUGH * total.max())
    if use.sum() < FEWEST_DAYS:
        return None
    days = first + np.flatnonzero(use)
    centre = np.angle(pointer[use]) * 24 / (2 * np.pi)  # in the clock of `solar`
    yearday = pd.DatetimeIndex(pd.to_datetime(days, unit="D")).day_of_year.to_numpy().astype(float)
    noon = 12 - sun.solar_time_angle(site.longitude, yearday, 12.0, 0.0) * 12 / np.pi
    off = centre - site.longitude / 15 - noon
    return days, (off + 12) % 24 - 12


def _no_jump(noon: Noon) -> None:
    """Refuse a clock whose distance to the sun jumps within the year (daylight saving)."""
    days, off = noon
    months = pd.DatetimeIndex(pd.to_datetime(days, unit="D")).to_period("M")
    groups = pd.Series(off).groupby(np.asarray(months.astype(str)))
    middle = groups.median()[groups.count() >= 2 * FEWEST_DAYS]
    if len(middle) > 1 and float(middle.max() - middle.min()) > JUMP:
        value = f"{float(middle.max() - middle.min()):.1f} h"
        raise InputError([Problem("time_zone", value, say("clock_jumps"), say("name_the_time_zone"))])


def _shift(stamps: str, step: float) -> float:
    """Return how far a stamp lies after the middle of its row [h]."""
    return step / 2 if stamps == "end" else -step / 2


def _by_rows(raw: np.ndarray, step: float) -> str:
    """Return which end is stamped by the hours at which the file starts and ends: 00:00 to 23:00, or 01:00 to 24:00."""
    first, last = raw[np.isfinite(raw)][[0, -1]] % 24
    if abs(first - step) < 1e-6 and min(last, 24 - last) < 1e-6:
        return "end"
    if abs(first) < 1e-6 and abs(last - (24 - step)) < 1e-6:
        return "begin"
    return "end"


def _which_end(
    off: float | None, step: float, stamps: str | None, raw: np.ndarray, notes: list[Text], questions: list[Question]
) -> str:
    """Return which end of a row is stamped in a clock that is known; asks where neither file nor sun tells."""
    if stamps is not None:
        if off is not None and abs(off - _shift(stamps, step)) > JUMP:
            away = f"{off - _shift(stamps, step):+.1f}"
            notes.append(say("radiation_not_centred", hours=away))
        return stamps
    if step <= 0.26:  # which end it is moves a value by a quarter of an hour at most
        return _by_rows(raw, step)
    if off is not None:
        nearest = min(STAMPS, key=lambda name: abs(off - _shift(name, step)))
        if abs(off - _shift(nearest, step)) <= SURE * step:
            notes.append(say("stamps_by_the_sun", stamps=say(f"stamps_{nearest}")))
            return nearest
        if abs(off - _shift(nearest, step)) > JUMP:
            notes.append(say("radiation_not_centred", hours=f"{off:+.1f}"))
    assumed = _by_rows(raw, step)
    questions.append(
        Question("stamps", say("stamps_not_known", stamps=say(f"stamps_{assumed}")), None, STAMPS, assumed)
    )
    return assumed


def _zone(
    off: float | None,
    step: float,
    stamps: str | None,
    site: Site | None,
    raw: np.ndarray,
    notes: list[Text],
    questions: list[Question],
) -> tuple[float | None, str]:
    """Return how far the clock is ahead of UTC [h], None where nothing tells, and which end of a row is stamped."""
    by_rows = stamps or _by_rows(raw, step)
    if off is not None and site is not None:
        local = float(site.utc_offset)
        odd = [zone for zone, bounds in HALF_ZONES.items() if _within(site, bounds)]
        zones = [z for z in np.arange(-12.0, 15.0) if z == 0 or abs(z - site.longitude / 15) <= FAR] + odd
        # Whole hours before odd ones, then the stamps that the rows suggest, then the clock nearest to the sun's.
        ranked = sorted(
            (
                round(max(abs(off - zone - _shift(end, step)) - SURE / 2, 0.0), 3),
                zone in HALF_ZONES,
                end != by_rows,
                abs(zone - local),
                zone,
                end,
            )
            for zone in zones
            for end in ((stamps,) if stamps else STAMPS)
        )
        miss, *_, zone, end = ranked[0]
        if miss <= SURE / 2:
            notes.append(say("clock_by_the_sun", zone=in_words(float(zone)), stamps=say(f"stamps_{end}")))
            return float(zone), str(end)
    if stamps is None and step > 0.26:
        known = say("stamps_not_known", stamps=say(f"stamps_{by_rows}"))
        questions.append(Question("stamps", known, None, STAMPS, by_rows))
    if site is None:
        questions.append(Question("time_zone", say("zone_not_known_nor_place"), None, (), "local"))
        return None, by_rows
    zone = float(site.utc_offset)
    sentence = say("zone_not_known", zone=in_words(zone))
    questions.append(Question("time_zone", sentence, None, (zone, 0.0), zone))
    return zone, by_rows


def _within(site: Site, bounds: tuple[float, float, float, float]) -> bool:
    south, north, west, east = bounds
    return south <= site.latitude <= north and west <= site.longitude <= east


LONGEST_OF_FEW = 1.0
"""Longest rows of a stretch that is recorded in other steps than most of the file. [h]"""
STRETCH = 12
"""Rows in a row that are the same time apart, by which such a stretch is known: it is no gap."""


def _intervals(utc: np.ndarray, step: float, stamps: str, notes: list[Text]) -> tuple[np.ndarray, np.ndarray]:
    """Return begin and end of each row: up to its neighbour, and never longer than the usual step.

    In a stretch of longer steps (hours, before a logger was set to ten minutes) a row is as long as these.
    """
    order = np.argsort(utc, kind="stable")
    times = utc[order]
    apart = np.diff(times)
    length = np.full(len(times), step)
    near = (apart > 1e-9) & (apart < step)
    slow = _in_stretches(apart, step)
    if slow.any():
        other = f"{float(np.median(apart[slow])) * 60:g}"
        notes.append(say("steps_change", count=int(slow.sum()), minutes=other, usual=f"{step * 60:g}"))
    near |= slow
    if stamps == "end":
        length[1:][near] = apart[near]
        begin, end = times - length, times
    else:
        length[:-1][near] = apart[near]
        begin, end = times, times + length
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return begin[back], end[back]


def _in_stretches(apart: np.ndarray, step: float) -> np.ndarray:
    """Return which times between rows are of a stretch of steps that are all alike and longer than the usual ones."""
    minutes = np.round(apart * 60, 1)
    slow = np.isfinite(minutes) & (minutes > step * 60 + 0.5) & (apart <= LONGEST_OF_FEW + 1e-6)
    if not slow.any():
        return slow
    starts = np.flatnonzero(np.r_[True, minutes[1:] != minutes[:-1]])
    sizes = np.diff(np.r_[starts, len(minutes)])
    return slow & (np.repeat(sizes, sizes) >= STRETCH)
