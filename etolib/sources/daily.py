"""From hours, six-hour blocks and odd intervals to local solar days.

Everything is first put on an axis of whole UTC hours; a day is 24 of them, shifted by the offset of the solar day. A
day counts where all its hours are there (for stations: nearly all), else it is missing: half a day is no day.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from etolib.equations import sun
from etolib.site import Site
from etolib.sources import canonical
from etolib.words import Text, join, say

if TYPE_CHECKING:
    from pandas.api.typing import DataFrameGroupBy

NEEDED = 21
"""Hours of a day that must have a value: two or three missing ones move a day's mean by little."""
MENTIONED = 10
"""How many days of fewer hours a sentence names."""
HOUR = pd.Timedelta(hours=1)
OF_HOURS: Sequence[tuple[str, str, Callable[..., Any]]] = (
    ("tmin", "temperature", np.min), ("tmax", "temperature", np.max), ("tmean", "temperature", np.mean),
    ("tmin", "temperature_low", np.min), ("tmax", "temperature_high", np.max),
    ("tdew", "dewpoint", np.mean), ("rhmin", "rh", np.min), ("rhmax", "rh", np.max), ("rhmean", "rh", np.mean),
    ("rhmin", "rh_low", np.min), ("rhmax", "rh_high", np.max), ("ea", "ea", np.mean),
    ("tdry", "tdry", np.mean), ("twet", "twet", np.mean),
    ("sunshine", "sunshine", np.sum), ("eto", "eto", np.sum),
    ("u2", "wind2", np.mean), ("u2", "wind10", np.mean), ("cloud", "cloud", np.mean),
    ("precipitation", "precipitation", np.sum), ("rs", "rs", np.sum), ("pressure", "pressure", np.mean),
)  # fmt: skip
"""What a day has of which column of hours, and how; a later row takes the place of an earlier one."""

_DURATION = re.compile(r"^P(?:(\d{1,3})D)?(?:T(?:(\d{1,3})H)?(?:(\d{1,4})M)?)?$")
_MAX_HOURS = 24 * 60  # no forecast interval is longer; a damaged one must not fill the memory


@dataclass(frozen=True)
class Interval:
    """A value that holds from ``start`` to ``end`` (UTC, without zone)."""

    start: pd.Timestamp
    end: pd.Timestamp
    value: float


def parse_interval(text: str, value: float) -> Interval:
    """Read an ISO 8601 start and duration; ValueError where it is not one.

    >>> interval = parse_interval("2022-02-03T21:00:00+00:00/P1DT3H", 7.0)
    >>> interval.start, interval.end
    (Timestamp('2022-02-03 21:00:00'), Timestamp('2022-02-05 00:00:00'))
    """
    begin, _, duration = text.partition("/")
    match = _DURATION.match(duration)
    if match is None or not any(match.groups()):
        raise ValueError(f"{duration!r} is not a duration of days, hours and minutes")
    days, hours, minutes = (int(g or 0) for g in match.groups())
    start = parse_time(begin)
    span = pd.Timedelta(days=days, hours=hours, minutes=minutes)
    if not pd.Timedelta(0) < span <= _MAX_HOURS * HOUR:
        raise ValueError(f"an interval of {duration} is not plausible")
    return Interval(start, start + span, value)


def parse_time(text: Any) -> pd.Timestamp:
    """Read an ISO time with its zone as UTC without zone; ValueError where it is not one.

    >>> parse_time("2024-02-29T23:30:00-03:00")
    Timestamp('2024-03-01 02:30:00')
    """
    if not isinstance(text, str):
        raise ValueError(f"{str(text)[:40]!r} is not a time")
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return pd.Timestamp(moment.astimezone(dt.UTC).replace(tzinfo=None)).as_unit("us")


def axis(start: pd.Timestamp, end: pd.Timestamp) -> pd.DatetimeIndex:
    """Return the whole hours from ``start`` up to, not including, ``end``; ValueError where they are too many."""
    if not pd.Timedelta(0) <= end - start <= _MAX_HOURS * HOUR:
        raise ValueError("the times of the answer span more than it can hold")
    return pd.date_range(start.floor("h"), end.ceil("h"), freq="h", inclusive="left", unit="us")


def from_instants(
    times: Sequence[pd.Timestamp], values: Any, hours: pd.DatetimeIndex, *, reach: Sequence[float] | float
) -> Any:
    """Return values at whole hours, by straight lines between neighbouring instants. (n, ...)

    ``times`` rise; ``values`` lie along them, of one place or of many beside it. ``reach`` [h] is how far each instant
    speaks for what follows: where the next one is farther away,
    or either of the two has no value, the hours between are NaN.

    >>> t = [pd.Timestamp("2024-01-01 00:00"), pd.Timestamp("2024-01-01 06:00")]
    >>> from_instants(t, [0.0, 6.0], axis(t[0], t[1] + HOUR), reach=6)
    array([0., 1., 2., 3., 4., 5., 6.])
    >>> from_instants(t, [0.0, 6.0], axis(t[0], t[1] + HOUR), reach=1)
    array([ 0., nan, nan, nan, nan, nan,  6.])
    """
    given = np.asarray(values, dtype=float)
    if not len(hours) or not len(times):
        return np.full((len(hours), *given.shape[1:]), np.nan)
    zero = hours[0]
    at = np.array([(t - zero) / HOUR for t in times], dtype=float)
    span = np.broadcast_to(np.asarray(reach, dtype=float), at.shape)
    wanted = np.arange(len(hours), dtype=float)
    before = np.clip(np.searchsorted(at, wanted, side="right") - 1, 0, len(at) - 1)
    after = np.clip(np.searchsorted(at, wanted, side="left"), 0, len(at) - 1)
    gap = at[after] - at[before]
    share = np.where(gap > 0, (wanted - at[before]) / np.where(gap > 0, gap, 1.0), 0.0)
    inside = (wanted >= at[0]) & (wanted <= at[-1]) & (gap <= span[before] + 1e-9)
    share, gap, inside = (a.reshape(-1, *(1,) * (given.ndim - 1)) for a in (share, gap, inside))
    # At an instant itself its neighbour must not count, not even as a factor of 0.
    result = np.where(gap > 0, given[before] * (1 - share) + given[after] * share, given[before])
    return np.where(inside, result, np.nan)


def from_intervals(intervals: Iterable[Interval], hours: pd.DatetimeIndex, *, total: bool) -> Any:
    """Return a value for each whole hour: the time-weighted mean, or the hour's share of each ``total``. (n,)

    An hour that is not wholly covered is NaN; so is one covered twice by totals, which must not be added up, or by
    two different values, of which one must be wrong.

    >>> start = pd.Timestamp("2024-01-01")
    >>> from_intervals([Interval(start, start + 6 * HOUR, 12.0)], axis(start, start + 3 * HOUR), total=True)
    array([2., 2., 2.])
    """
    covered, amount = np.zeros(len(hours)), np.zeros(len(hours))
    lowest, highest = np.full(len(hours), np.inf), np.full(len(hours), -np.inf)
    if not len(hours):
        return amount
    zero = hours[0]
    for interval in intervals:
        if not math.isfinite(interval.value):
            continue
        first, last = (interval.start - zero) / HOUR, (interval.end - zero) / HOUR
        i, j = max(math.floor(first), 0), min(math.ceil(last), len(hours))
        if i >= j:
            continue
        k = np.arange(i, j)
        share = np.minimum(k + 1, last) - np.maximum(k, first)
        covered[i:j] += share
        amount[i:j] += share * (interval.value / (last - first) if total else interval.value)
        lowest[i:j] = np.minimum(lowest[i:j], interval.value)
        highest[i:j] = np.maximum(highest[i:j], interval.value)
    with np.errstate(invalid="ignore", divide="ignore"):
        if total:
            return np.where(np.abs(covered - 1) < 1e-3, amount, np.nan)
        doubtful = (covered > 1 + 1e-3) & (highest > lowest)
        return np.where((covered > 1 - 1e-3) & ~doubtful, amount / covered, np.nan)


EARLY = pd.Timedelta(minutes=10)
"""A report so little before the hour speaks for the hour: the routine ones are of minute 51 to 53."""


def by_hour(reports: pd.DataFrame) -> DataFrameGroupBy[Any, Any]:
    """Return reports at any minute in groups of an hour: the mean of a burst of reports weighs no more than one.

    Parameters
    ----------
    reports : pandas.DataFrame
        Index: UTC time of each report.

    Returns
    -------
    DataFrameGroupBy
        By whole UTC hours; a report is in the hour it was made in, or soon closes (`EARLY`).
    """
    return reports.groupby((pd.DatetimeIndex(reports.index) + EARLY).floor("h"))


def to_days(
    hours: pd.DataFrame,
    site: Site,
    *,
    maxima: Iterable[Interval] = (),
    minima: Iterable[Interval] = (),
    needed: int = 24,
) -> pd.DataFrame:
    """Return canonical daily columns from hours.

    Parameters
    ----------
    hours : pandas.DataFrame
        Index: whole UTC hours, without gaps. Columns, where there are any: ``temperature``, ``dewpoint``, ``tdry``,
        ``twet`` [degC], ``rh`` [%], ``wind10`` or ``wind2`` [m s-1], ``cloud`` [%], ``precipitation``, ``eto`` [mm],
        ``rs`` [MJ m-2], ``pressure``, ``ea`` [kPa], ``sunshine`` [h]; ``temperature_low``, ``temperature_high``,
        ``rh_low`` and ``rh_high``, the extremes within each hour, take the place of those of the hours.
    site : Site
        Gives the solar day and, with the elevation, the sun.
    maxima, minima : iterable of Interval
        Extremes over intervals. One belongs to the day in which the hourly course has its own extreme of that
        interval: a night's minimum goes to the day of the dawn.
    needed : int
        Hours of the day that must be there; sums need all 24. [h]

    Returns
    -------
    pandas.DataFrame
        Index ``date``.
    """
    if hours.empty:
        return pd.DataFrame(index=pd.DatetimeIndex([], name="date"))
    index = pd.DatetimeIndex(hours.index)
    begin = index[0] + pd.Timedelta(hours=site.utc_offset)
    lead = begin.hour  # hours of the first day before the first hour
    count = math.ceil((lead + len(hours)) / 24)
    dates = pd.date_range(begin.normalize(), periods=count, freq="D", name="date")
    grid = {name: _by_day(hours[name].to_numpy(dtype=float), lead, count) for name in hours.columns}
    days: dict[str, Any] = {}
    for target, column, how in OF_HOURS:
        if column in grid:
            days[target] = _of_days(grid[column], how, 24 if how is np.sum else needed)
    if "wind10" in grid:
        days["u2"] = canonical.u2_from_10m(days["u2"])
    if "temperature" in grid:
        course = grid["temperature"].ravel()
        first = index[0] - lead * HOUR
        for target, intervals, best, pick in (
            ("tmax", maxima, np.maximum, np.argmax),
            ("tmin", minima, np.minimum, np.argmin),
        ):
            for interval in intervals:
                i, j = math.ceil((interval.start - first) / HOUR), math.ceil((interval.end - first) / HOUR)
                inside = course[max(i, 0) : max(j, 0)]
                # A hole within the interval may hide its extreme, and so the day it belongs to: a few hours do not.
                if not math.isfinite(interval.value) or not len(inside) or np.isnan(inside).sum() > 24 - needed:
                    continue
                if np.isnan(inside).all():
                    continue
                inside = np.where(np.isnan(inside), -np.inf if pick is np.argmax else np.inf, inside)
                owner = (max(i, 0) + int(pick(inside))) // 24
                days[target][owner] = best(days[target][owner], interval.value)  # NaN stays NaN
    if "cloud" in grid:
        lit = np.where(_sun_is_up(dates, site.latitude), grid["cloud"], np.nan)
        whole = np.isfinite(grid["cloud"]).sum(axis=1) >= needed
        days["cloud_by_day"] = np.where(whole, _of_days(lit, np.mean, 1), np.nan)
    return pd.DataFrame(days, index=dates)


def forecast_days(
    hours: pd.DataFrame,
    site: Site,
    *,
    maxima: Iterable[Interval] = (),
    minima: Iterable[Interval] = (),
    named: Text | str,
    warnings: list[Text],
) -> pd.DataFrame:
    """Return the days of a forecast: of `NEEDED` hours where some have no value, but none that it only begins or ends.

    ``named`` is how warnings call the source; ``warnings`` grows by the days of fewer hours; the rest as in `to_days`.
    """
    days = to_days(hours, site, maxima=maxima, minima=minima, needed=NEEDED)
    if days.empty:
        return days
    local = pd.DatetimeIndex(hours.index) + pd.Timedelta(hours=site.utc_offset)
    spanned = pd.Series(1, index=local).groupby(local.normalize()).sum().reindex(days.index)
    days[spanned.to_numpy() < 24] = np.nan
    warnings += of_fewer_hours(hours, site, named)
    return days


def of_fewer_hours(hours: pd.DataFrame, site: Site, named: Text | str) -> list[Text]:
    """Return a sentence that names the days of which a mean or an extreme is of `NEEDED` hours or more, but not all."""
    local = pd.DatetimeIndex(hours.index) + pd.Timedelta(hours=site.utc_offset)
    groups = hours.drop(columns="precipitation", errors="ignore").groupby(local.normalize())
    counts = groups.count()[(groups.size() == 24).to_numpy()]
    least = counts.where((counts >= NEEDED) & (counts < 24)).min(axis=1).dropna()
    if least.empty:
        return []
    days = pd.DatetimeIndex(least.index).strftime("%Y-%m-%d")
    of = [say("day_from_hours", day=d, number=int(n)) for d, n in zip(days, least.to_numpy(), strict=True)]
    told = join(", ", of[:MENTIONED])
    if len(of) > MENTIONED:
        told = say("and_more_days", days=told, number=len(of) - MENTIONED)
    return [say("of_source", source=named, sentence=say("means_of_fewer_hours", days=told))]


def _by_day(values: Any, lead: int, count: int) -> Any:
    """Return hours as one row for each day, NaN where there are none. (count, 24)"""
    padded = np.full(count * 24, np.nan)
    padded[lead : lead + len(values)] = values
    return padded.reshape(count, 24)


def _of_days(grid: Any, how: Any, needed: int) -> Any:
    """Return the mean, sum, least or largest of each day's hours; NaN where fewer than ``needed`` are there. (n,)"""
    result = np.full(len(grid), np.nan)
    there = np.isfinite(grid)
    with np.errstate(over="ignore"):  # of damaged hours: `frames.finish` leaves out what cannot be weather
        for i in np.flatnonzero(there.sum(axis=1) >= needed):
            result[i] = how(grid[i, there[i]])
    return result


def _sun_is_up(days: pd.DatetimeIndex, latitude: float) -> Any:
    """Return whether the sun is up in the middle of each hour of solar time. (days, 24)"""
    angle = np.abs((np.arange(24) + 0.5 - 12.0) * math.pi / 12.0)
    return angle[None, :] < sun.sunset_hour_angle(latitude, days.day_of_year.to_numpy().astype(float))[:, None]
