"""A clock that changes with daylight saving and is not named: where it goes forward and back, and the hours without it.

On one day an hour is missing, on another it comes twice; both in the hour of the night at which some time zone near the
place changes on that very day, which no gap of a logger does but by chance. Rows between the two are set back by an
hour, so that the whole file is on standard time; the radiation, where there is some, must agree.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
import zoneinfo
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from etolib.site import Site
from etolib.words import Text, join, say

NEAR = 2.6
"""How far the standard time of a zone lies from the sun of its places at most, but for a few. [h]"""
AROUND = 20
"""Days before and after a change whose radiation is compared."""
FEWEST = 3
"""Days with sun on each side for a comparison to count."""
AGREES, DIFFERS = 0.35, 0.65
"""How far the centre of the radiation moves over a change that the hours follow, and over one that they do not. [h]"""


@dataclass(frozen=True)
class Change:
    """A change of the clock.

    Attributes
    ----------
    hour : float
        The first missing hour, or the first that comes twice, by the clock of the file. [h since 1970]
    forward : bool
        Whether an hour is missing; else one comes twice.
    """

    hour: float
    forward: bool


def changes(raw: np.ndarray, step: float, site: Site | None) -> list[Change]:
    """Return where the clock of rows goes forward or back as those of time zones do, in order.

    Parameters
    ----------
    raw : ndarray, shape (rows,)
        The stamps [h since 1970], in the order of the file.
    step : float
        Usual length of a row. [h]
    site : Site or None
        Zones far from it do not count.

    Examples
    --------
    >>> hours = np.arange(24 * 40) + 24.0 * 19415  # from 2023-02-27, in standard time
    >>> wall = hours + (hours >= 24 * 19428 + 2)
    >>> [(found.forward, found.hour - 24 * 19428) for found in changes(wall, 1.0, Site(38.5, -121.8))]
    [(True, 2.0)]
    >>> changes(np.delete(hours, 100), 1.0, Site(38.5, -121.8))
    []
    """
    times, counts = np.unique(raw[np.isfinite(raw)], return_counts=True)
    gaps = np.flatnonzero(np.abs(np.diff(times) - step - 1.0) < 1e-6)
    found = [Change(float(times[i] + step), True) for i in gaps if _changes(times[i] + step, True, site)]
    twice = times[counts == 2]
    days, first = np.unique(np.floor(twice / 24), return_index=True)
    amounts = np.diff(np.r_[first, len(twice)])
    usual = len(days) and (amounts * step <= 1.01).all() and (counts <= 2).all()
    if usual and all(_changes(hour, False, site) for hour in twice):
        found += [Change(float(hour), False) for hour in twice[first]]
    return sorted(found, key=lambda change: change.hour)


def standard(raw: np.ndarray, found: list[Change]) -> np.ndarray | None:
    """Return stamps in standard time, of the same shape; None where changes do not follow each other by turns.

    Of an hour that comes twice the first is summer time.
    """
    turns = [change.forward for change in found]
    if not found or any(a == b for a, b in itertools.pairwise(turns)):
        return None
    order = np.argsort(raw, kind="stable")
    times = raw[order]
    again = np.zeros(len(raw), bool)
    again[order[1:]] = times[1:] == times[:-1]
    ahead = np.full(len(raw), 0.0 if turns[0] else 1.0)
    for change in found:
        if change.forward:
            ahead[raw >= change.hour] = 1.0
        else:
            ahead[(raw >= change.hour + 1 - 1e-6) | ((raw >= change.hour) & again)] = 0.0
    return np.asarray(raw - ahead)


def agreement(found: list[Change], days: np.ndarray, off: np.ndarray) -> bool | None:
    """Return whether the sun stays where it is over changes that were undone; None where too few days tell.

    Parameters
    ----------
    found : list of Change
    days, off : ndarray, shape (days,)
        Days since 1970 and how far the centre of their radiation lies after noon, with the changes undone. [h]
    """
    moves = []
    for change in found:
        day = change.hour / 24
        before = off[(days < np.floor(day)) & (days > day - AROUND)]
        after = off[(days > np.floor(day)) & (days < day + AROUND)]
        if len(before) >= FEWEST and len(after) >= FEWEST:
            moves.append(abs(float(np.median(after) - np.median(before))))
    if any(move > DIFFERS for move in moves):
        return False
    return True if len(moves) == len(found) and all(move < AGREES for move in moves) else None


def in_words(found: list[Change]) -> Text:
    """Return what is said of changes that were undone.

    >>> in_words([Change(24.0 * 19428 + 2, True)])
    'the clock of the file goes forward on 2023-03-12 at 02:00, as daylight saving does; its rows were read in ...'
    """
    parts = [
        say("clock_goes_forward" if change.forward else "clock_goes_back", date=at[:10], time=at[11:16])
        for change in found
        for at in [str(np.datetime64(round(change.hour * 3600), "s"))]
    ]
    return say("clock_changes", changes=join(", ", parts))


def _changes(hour: float, forward: bool, site: Site | None) -> bool:
    """Return whether the clock of some zone near a place leaves out, or repeats, an hour of the night."""
    moment = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(hours=float(hour))
    if 4 < moment.hour < 22:
        return False
    for zone in _zones():
        local = moment.replace(tzinfo=zone)
        first, second = local.utcoffset(), local.replace(fold=1).utcoffset()
        if first is None or second is None or first == second or (first < second) != forward:
            continue
        usual = min(first, second).total_seconds() / 3600
        if site is None or abs(usual - site.longitude / 15) <= NEAR:
            return True
    return False


@lru_cache(maxsize=1)
def _zones() -> tuple[zoneinfo.ZoneInfo, ...]:
    """Return the zones of places."""
    names = sorted(name for name in zoneinfo.available_timezones() if _PLACE.match(name))
    return tuple(zoneinfo.ZoneInfo(name) for name in names)


_PLACE = re.compile(r"(?:Africa|America|Asia|Atlantic|Australia|Europe|Indian|Pacific|Antarctica)/")
