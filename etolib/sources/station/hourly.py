"""From the hours, or minutes, of a station file to canonical days, by the rules of hourly sources.

A row speaks for the time between its begin and its end (`etolib.sources.station.clock`). Rows become hours by their
shares of each hour, hours become days of local solar time by `etolib.sources.daily`: a mean or an extreme needs 21 of
the 24 hours, a sum all of them, and an hour four fifths of its time (rain: all). What is incomplete stays NaN and is
counted; nothing is filled but the radiation of hours without sun, which many networks leave empty.

``hourly="sum"`` computes the ETo of every hour (FAO-56 Eq. 53, `etolib.eto_hourly`) and sums it over the day.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from etolib.equations import air, sun
from etolib.equations.hourly import eto_hourly
from etolib.errors import InputError, Problem
from etolib.site import Site
from etolib.sources import daily
from etolib.sources.canonical import in_words
from etolib.sources.station import gaps, outliers
from etolib.sources.station.clock import Clock, read_clock
from etolib.sources.station.questions import Question
from etolib.variables import VARIABLES
from etolib.words import Text, say

NEEDED = 21
"""Hours of a day that must be there for a mean or an extreme, as for stations of hourly sources."""
OF_AN_HOUR = 0.8
"""Share of an hour that must be there for its mean."""
LONGEST_EXTREMES = 1.01
"""Longest row whose values may stand for the extremes of a day. [h]"""
WAYS = ("days", "sum")
AMOUNTS = ("precipitation", "sunshine", "eto")
"""Variables of which a row holds an amount, whatever its unit says; ``rs`` may, see `to_days`."""

_MEANS = {"tmean": "temperature", "tdew": "dewpoint", "rhmean": "rh", "u2": "wind2", "pressure": "pressure", "ea": "ea",
          "tdry": "tdry", "twet": "twet"}  # fmt: skip
FEWEST_ROWS = 12
"""Rows above 0 by which a counter is known."""
FEWEST_KEPT = 4
"""Rows above 0 by which a counter is known that is cleared with the day and mostly repeats the row before."""
LOW_SUN = np.radians(5.0)
"""Height of the sun in the middle of an hour that has hardly any radiation: less than 0.2 MJ m-2. [radian]"""
EMPTY_NIGHTS = 0.8
"""Share of the dark hours without a value, from which a file is one that leaves nights empty."""
BRIGHTEST_NIGHT, BRIGHTEST = -20 * 0.0864, 1600 * 0.0864
"""Bounds of the radiation of a row: an offset at night, the sun through broken clouds. [MJ m-2 day-1]"""
ENDS = 3
"""Hours by which the clock of a country may differ from the sun. [h]"""
SPIKES = 0.05
"""Largest share of the rows that may be left out because no hour has such a value."""
STAYS, STAYS_CLEARED = 0.9, 0.7
"""Share of the steps from a value above 0 that do not fall, where a column is a counter; and where all of its falls, to
0, come with a new day."""


@dataclass(frozen=True)
class Days:
    """The days of a file of hours.

    Attributes
    ----------
    frame : pandas.DataFrame
        Canonical columns by day; NaN where a day is incomplete.
    clock : Clock
        When the rows begin and end.
    notes : tuple of Text
        What was found out, left out and is incomplete.
    questions : tuple of Question
        What was assumed of the clock.
    doubtful : mapping of str to tuple of str
        By variable the days that lack hours which could have changed it (`etolib.sources.station.gaps`).
    """

    frame: pd.DataFrame
    clock: Clock
    notes: tuple[Text, ...]
    questions: tuple[Question, ...]
    doubtful: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def to_days(
    moments: Any,
    columns: dict[str, Any],
    *,
    site: Site | None = None,
    stamps: str | None = None,
    time_zone: float | str | None = None,
    offsets: Any = None,
    amounts: Collection[str] = (),
    hourly: str = "days",
    named: str | None = None,
) -> Days:
    """Return the days of rows that are minutes or hours.

    Parameters
    ----------
    moments : array of datetime64, shape (rows,)
        The stamps as they are written; in any order.
    columns : dict of str to array, shape (rows,)
        Canonical variables and units (`etolib.variables`); ``precipitation``, ``sunshine`` and ``eto`` per row;
        ``rs`` as a mean flux [MJ m-2 day-1] or, where ``amounts`` holds it, per row [MJ m-2]. Extremes within rows
        (``tmin``, ``tmax``, ``rhmin``, ``rhmax``) are used where they are there.
    site : Site, optional
        Gives the solar day and the sun; without it a day is one of the file's own clock.
    stamps, time_zone, offsets
        As in `etolib.sources.station.clock.read_clock`.
    amounts : collection of str
        May hold ``rs``.
    hourly : {"days", "sum"}
        ``sum`` puts the ETo of the hours summed over the day into the column ``eto``, in the place of the file's own.
    named : str, optional
        Name of the file, for messages.

    Returns
    -------
    Days

    Raises
    ------
    InputError
        As `read_clock`; for rows longer than an hour without extremes of temperature; for ``sum`` where the place,
        the elevation or an input is missing.

    Examples
    --------
    >>> hours = np.datetime64("2024-06-01T00:00") + np.arange(72) * np.timedelta64(1, "h")
    >>> course = 20 - 6 * np.cos(2 * np.pi * (np.arange(72) - 3) / 24)
    >>> days = to_days(hours, {"tmean": course}, site=Site(40.0, -90.0), stamps="begin", time_zone=-6)
    >>> days.frame.loc["2024-06-02", ["tmin", "tmax"]].tolist()
    [14.0, 26.0]
    """
    if hourly not in WAYS:
        raise InputError([Problem("hourly", hourly, say("must_be_one_of", names=list(WAYS)))])
    moments, columns, offsets = _without_copies(moments, columns, offsets)
    clock = read_clock(moments, columns.get("rs"), site=site, stamps=stamps, time_zone=time_zone, offsets=offsets)
    notes = list(clock.notes)
    columns = _without_counters(columns, moments, clock, notes)
    columns = _weather(columns, clock, amounts, notes, site)
    own_extremes = {"tmin", "tmax"} <= columns.keys()
    if not own_extremes and clock.step > LONGEST_EXTREMES:
        value = f"{clock.step:g} h"
        raise InputError([Problem("dates", value, say("too_long_for_extremes"), say("give_extremes_or_days"))])
    if not own_extremes and "tmean" not in columns:
        raise InputError([Problem("file", ", ".join(columns), say("no_columns_for_tmin_and_tmax"))])
    # The hours lie on the clock of UTC; without a place, or a zone, on the file's own. A day is one of the place, or of
    # the clock as it is written.
    place = site if site is not None else _place_of_clock(moments, clock)
    first = np.floor(np.nanmin(clock.begin))
    hours = _hours(columns, clock, first, amounts)
    if site is not None and clock.zone is not None and "rs" in hours:
        notes += _fill_night(hours, site)
        hours = _with_dark_ends(hours, site)
    if hourly == "sum":
        hours["eto"] = _eto_of_hours(hours, site, clock)
    elif not own_extremes and clock.step > 0.99:
        notes.append(say("extremes_of_hours"))
    frame = daily.to_days(hours.drop(columns="energy", errors="ignore"), place, needed=NEEDED)
    if clock.step > LONGEST_EXTREMES:
        frame = frame.drop(columns=[n for n in ("rhmin", "rhmax") if n in frame and n not in columns])
    frame = _told(_between(frame, notes), notes, named)
    doubtful = gaps.of_days(hours, frame, place)
    notes += _nearly_whole(hours, frame, place)
    if doubtful:
        notes.append(say("hours_that_matter", count=len(set().union(*doubtful.values())), variables=list(doubtful)))
    return Days(frame, clock, tuple(notes), clock.questions, doubtful)


def _place_of_clock(moments: Any, clock: Clock) -> Site:
    """Return a place whose days are those of the clock that a file is written by, in its standard time."""
    written = np.asarray(moments).astype("datetime64[s]").astype(np.int64) / 3600
    ahead = float(np.nanmin(written - (clock.begin if clock.stamps == "begin" else clock.end)))
    return Site(0.0, (15 * round(4 * ahead) / 4 + 180) % 360 - 180)


def _without_copies(moments: Any, columns: dict[str, Any], offsets: Any) -> tuple[Any, dict[str, Any], Any]:
    """Return rows without those that repeat another, and without a time."""
    seconds = np.asarray(moments).astype("datetime64[s]")
    table = pd.DataFrame({"moment": seconds, **columns})
    if offsets is not None:
        table["offset"] = offsets
    keep = ~table.duplicated().to_numpy() & ~np.isnat(seconds)
    return (
        seconds[keep],
        {name: np.asarray(values, dtype=float)[keep] for name, values in columns.items()},
        None if offsets is None else np.asarray(offsets, dtype=float)[keep],
    )


def _without_counters(columns: dict[str, Any], moments: Any, clock: Clock, notes: list[Text]) -> dict[str, Any]:
    """Return the columns without totals that count up through the day or the record."""
    order = np.argsort(clock.begin, kind="stable")
    written = np.asarray(moments).astype("datetime64[s]").astype(np.int64)[order] / 3600 % 24
    new_day = written <= clock.step + 1e-6
    kept = dict(columns)
    for name in ("rs", "precipitation", "eto"):
        if name in columns and _counts_up(columns[name][order], new_day):
            kept.pop(name)
            notes.append(say("counts_up", variable=name))
    # Steady sunshine neither rises nor falls for hours, but no row has more of it than its own length.
    if "sunshine" in columns and float(np.nanmax(columns["sunshine"], initial=0.0)) > 1.05 * clock.step:
        kept.pop("sunshine")
        notes.append(say("counts_up", variable="sunshine"))
    return kept


TO_NOTHING = 0.75
"""Share of the falls of a counter that go to 0."""


def _counts_up(values: np.ndarray, new_day: np.ndarray) -> bool:
    """Return whether values rise and stay, as those of a counter do, which falls only where it is cleared.

    Steady rain rises and falls once each, but not with the first row of a day (``new_day``) only.
    """
    values, new_day = values[np.isfinite(values)], new_day[np.isfinite(values)]
    rise = np.diff(values)
    if len(values) >= FEWEST_ROWS and values.min() > 0 and not (rise < 0).any():  # it never rains without an end
        return True
    running = values[:-1] > 0
    falls = rise < 0
    ends = falls & (values[1:] == 0)
    at_midnight = bool(falls.any() and (falls == ends).all() and new_day[1:][falls].all())
    kept = rise[running & ~falls] == 0
    # What fell is kept to the last row of the day, and to that only: no rain ends so, least of all with one amount.
    if at_midnight and running.sum() >= FEWEST_KEPT and kept.any() and kept.mean() >= STAYS_CLEARED:
        return True
    # In the first hour after it is cleared it may rain again.
    cleared = falls.sum() >= 2 and new_day[1:][falls].all() and (values[1:][falls] == 0).mean() >= TO_NOTHING
    if cleared and running.sum() >= FEWEST_ROWS and (rise[running] >= 0).mean() >= STAYS_CLEARED:
        return True
    if running.sum() < FEWEST_ROWS or (rise > 0).sum() < max(2, 2 * (rise < 0).sum()):
        return False
    return bool((rise[running] >= 0).mean() >= STAYS)


def _weather(
    columns: dict[str, Any], clock: Clock, amounts: Collection[str], notes: list[Text], site: Site | None
) -> dict[str, Any]:
    """Return the columns without values that no hour on Earth, or of the place, has, which are counted, and without
    the zero of a night.

    A pyranometer shows some W m-2 below 0 at night.
    """
    kept = {}
    there = None if site is None or np.isnan(clock.begin).any() else outliers.of_hours(_dates(clock.begin), site)
    low: Any
    high: Any
    for name, values in columns.items():
        low, high = VARIABLES[name].lower, VARIABLES[name].upper
        scale = 1.0
        if there is not None and name in ("tmean", "tmin", "tmax", "tdry"):
            low, high = np.maximum(low, there[0]), np.minimum(high, there[1])
        if name == "rs":
            low, high = BRIGHTEST_NIGHT, BRIGHTEST
            scale = 24 / clock.step if name in amounts else 1.0
        elif name == "sunshine":
            high = 1.05 * clock.step
        wrong = (values * scale < low) | (values * scale > high)
        if wrong.mean() > SPIKES:  # a unit, not a spike: the days are judged
            kept[name] = values
            continue
        if wrong.any():
            value = f"{float(values[wrong][0]):g}"
            notes.append(say("rows_no_weather", variable=name, count=int(wrong.sum()), value=value))
        kept[name] = np.where(wrong, np.nan, np.maximum(values, 0.0) if name == "rs" else values)
    return kept


def _dates(hours: np.ndarray) -> pd.DatetimeIndex:
    """Return the moments of hours since 1970."""
    return pd.DatetimeIndex((np.round(hours * 3600).astype(np.int64)).astype("datetime64[s]"))


def _hours(columns: dict[str, Any], clock: Clock, first: float, amounts: Collection[str]) -> pd.DataFrame:
    """Return whole hours from the shares of the rows."""
    begin, end = clock.begin - first, clock.end - first
    count = int(np.ceil(np.nanmax(end) - 1e-9))
    index = pd.date_range(pd.Timestamp(first * 3600, unit="s"), periods=count, freq="h", unit="s")
    shares = _shares(begin, end, count)
    hours: dict[str, Any] = {}
    given = dict(columns)
    if "tmean" not in given and {"tmin", "tmax"} <= given.keys():
        given["tmean"] = (given["tmin"] + given["tmax"]) / 2
    for name, target in _MEANS.items():
        if name in given:
            hours[target] = _mean(given[name], shares, count, OF_AN_HOUR)
    for name in AMOUNTS:
        if name in given:
            hours[name] = _mean(given[name] / (end - begin), shares, count, 1 - 1e-3)
    if "rs" in given:
        flux = given["rs"] / (end - begin) if "rs" in amounts else given["rs"] / 24
        hours["rs"] = _mean(flux, shares, count, OF_AN_HOUR)
    middle = np.floor((begin + end) / 2 + 1e-9)
    for low, high, mean, target in (("tmin", "tmax", "tmean", "temperature"), ("rhmin", "rhmax", "rhmean", "rh")):
        for name, best, worst, suffix in ((low, np.fmin, np.inf, "low"), (high, np.fmax, -np.inf, "high")):
            source = given.get(name, given.get(mean))
            if source is not None:
                hours[f"{target}_{suffix}"] = _extreme(source, middle, count, best, worst)
        if target in hours and f"{target}_low" in hours:  # an hour without its mean has no extremes either
            for suffix in ("low", "high"):
                extreme = hours[f"{target}_{suffix}"]
                gone = np.isnan(hours[target])
                # A row of three hours has its extreme in one of its hours; the others have the mean.
                hours[f"{target}_{suffix}"] = np.where(
                    gone, np.nan, np.where(np.isnan(extreme), hours[target], extreme)
                )
    return pd.DataFrame(hours, index=index)


def _shares(begin: np.ndarray, end: np.ndarray, count: int) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Return pieces of rows within one hour each: row, hour, and length [h]."""
    pieces = []
    start = np.floor(begin + 1e-9)
    for k in range(int(np.ceil(np.nanmax(end - begin))) + 2):
        hour = start + k
        length = np.minimum(hour + 1, end) - np.maximum(hour, begin)
        row = np.flatnonzero((length > 1e-6) & (hour >= 0) & (hour < count))
        pieces.append((row, hour[row].astype(np.int64), length[row]))
    return pieces


def _mean(values: np.ndarray, shares: list[Any], count: int, least: float) -> np.ndarray:
    """Return the time-weighted mean of each hour of which at least the share ``least`` is known."""
    known, amount = np.zeros(count), np.zeros(count)
    for row, hour, length in shares:
        good = np.isfinite(values[row])
        known += np.bincount(hour[good], length[good], count)
        amount += np.bincount(hour[good], (length * values[row])[good], count)
    enough = known >= least - 1e-6
    return np.where(enough, amount / np.where(enough, known, 1.0), np.nan)


def _extreme(values: np.ndarray, hour: np.ndarray, count: int, best: Any, worst: float) -> np.ndarray:
    """Return the least or the largest value of each hour, by the middle of the rows; NaN where there is none."""
    good = np.isfinite(values) & np.isfinite(hour) & (hour >= 0) & (hour < count)
    result = np.full(count, worst)
    best.at(result, hour[good].astype(np.int64), values[good])
    return np.where(np.isfinite(result), result, np.nan)


def _when(index: pd.DatetimeIndex) -> dict[str, Any]:
    """Return the middle of UTC hours as the sun's equations take it."""
    return {"day_of_year": index.day_of_year.to_numpy().astype(float), "hour": index.hour.to_numpy() + 0.5}


def _with_dark_ends(hours: pd.DataFrame, site: Site) -> pd.DataFrame:
    """Return hours with those before the first and after the last that have no sun, and so no radiation.

    A file of whole days by the clock of its country lacks an hour or two of the solar days at its ends.
    """
    index = pd.DatetimeIndex(hours.index)
    more = pd.date_range(index[0] - pd.Timedelta(hours=ENDS), index[-1] + pd.Timedelta(hours=ENDS), freq="h")
    wider = hours.reindex(more)
    dark = sun.solar_altitude(latitude=site.latitude, longitude=site.longitude, utc_offset=0.0, **_when(more)) < 0
    wider.loc[~more.isin(index) & dark, "rs"] = 0.0
    return wider


def _fill_night(hours: pd.DataFrame, site: Site) -> list[Text]:
    """Put 0 where radiation is missing in hours without sun, or with hardly any, of a file that leaves nights empty.

    Returns what is said of it.
    """
    index = pd.DatetimeIndex(hours.index)
    radiation = hours["rs"].to_numpy(copy=True)
    altitude = sun.solar_altitude(
        latitude=site.latitude, longitude=site.longitude, utc_offset=0.0, **_when(index)
    )  # fmt: skip
    missing = np.isnan(radiation)
    dark = altitude < 0
    # Within a day of some radiation: what is missing for longer is no night.
    near = pd.Series(~missing).rolling(25, center=True, min_periods=1).max().to_numpy() > 0
    if (missing & near)[dark].sum() > EMPTY_NIGHTS * (dark & near).sum():
        filled = missing & near & (altitude < LOW_SUN)
        radiation[filled] = 0.0
        hours["rs"] = radiation
        return [say("nights_without_radiation", count=int(filled.sum()))]
    return []


def _eto_of_hours(hours: pd.DataFrame, site: Site | None, clock: Clock) -> np.ndarray:
    """Return the ETo of each hour [mm]; InputError where something it needs is missing."""
    problems = []
    if site is None or site.elevation is None:
        problems.append(Problem("site", None, say("needed_for_hourly_eto"), say("give_site_with_elevation")))
    if clock.zone is None or any(q.parameter == "time_zone" for q in clock.questions):
        problems.append(Problem("time_zone", None, say("needed_for_hourly_eto"), say("write_zone_like")))
    humid = next((name for name in ("ea", "dewpoint", "rh") if name in hours), None)
    absent = [name for name, column in (("tmean", "temperature"), ("rs", "rs"), ("u2", "wind2")) if column not in hours]
    for name in [*absent, *([] if humid else ["rhmean"])]:
        hint = say("add_the_variable", name=name)
        problems.append(Problem(name, None, say("needed_for_hourly_eto"), hint))
    if problems or site is None or humid is None:
        raise InputError(problems)
    temperature = hours["temperature"].to_numpy()
    if humid == "rh":
        ea = np.minimum(hours["rh"].to_numpy(), 100.0) / 100 * air.saturation_vapour_pressure(temperature)
    else:
        ea = hours["ea"].to_numpy() if humid == "ea" else air.saturation_vapour_pressure(hours["dewpoint"].to_numpy())
    return np.asarray(
        eto_hourly(
            temperature=temperature,
            ea=ea,
            rs=hours["rs"].to_numpy(),
            u2=hours["wind2"].to_numpy(),
            latitude=site.latitude,
            longitude=site.longitude,
            elevation=site.elevation,
            utc_offset=0.0,
            **_when(pd.DatetimeIndex(hours.index)),
        )
    )


def _between(frame: pd.DataFrame, notes: list[Text]) -> pd.DataFrame:
    """Return days without the incomplete ones at both ends of the record; more than one at an end is said."""
    there = np.flatnonzero(frame.notna().any(axis=1).to_numpy())
    if not len(there):
        return frame.iloc[:0]
    before, after = frame.index[: there[0]], frame.index[there[-1] + 1 :]
    gone = [*(before if len(before) > 1 else ()), *(after if len(after) > 1 else ())]
    if gone:
        notes.append(say("ends_incomplete", days=in_words(gone), hours=NEEDED))
    return frame.iloc[there[0] : there[-1] + 1]


def _told(frame: pd.DataFrame, notes: list[Text], named: str | None) -> pd.DataFrame:
    """Return the days with their incomplete ones counted; InputError where no day is complete."""
    if frame.empty or frame["tmax"].isna().all():
        raise InputError([Problem("file", named, say("no_complete_day", hours=NEEDED))])
    for count, names in _by_count(frame).items():
        notes.append(say("incomplete_days", count=count, total=len(frame), variables=names))
    return frame


def _nearly_whole(hours: pd.DataFrame, frame: pd.DataFrame, place: Site) -> list[Text]:
    """Return what is said of days of which an hour or more of temperature is missing, though not enough to refuse."""
    if "temperature" not in hours:
        return []
    local = (pd.DatetimeIndex(hours.index) + pd.Timedelta(hours=place.utc_offset)).floor("D")
    count = hours["temperature"].notna().groupby(local).sum().reindex(frame.index)
    short = (count < 24) & frame["tmax"].notna().to_numpy()
    return [say("days_of_fewer_hours", count=int(short.sum()), total=len(frame))] if short.any() else []


def _by_count(frame: pd.DataFrame) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for name in frame.columns:
        if count := int(frame[name].isna().sum()):
            found.setdefault(count, []).append(name)
    return found
