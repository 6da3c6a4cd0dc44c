"""What the weather of a place and its days usually is, and how far a series of days may lie from it.

The level is the embedded climatology (`etolib.sources.climatology`). The spread of the median of a series has two
parts, each from something stated elsewhere and none fitted to files of stations:

- *of the level*: errors that stay the same from day to day. Temperature 3 K: the climatology's diurnal range errs by
  2.1 K (``etolib/data/README.md``), its height by up to some hundred metres in valleys (0.0055 K m-1), and a cold
  pool, a town or a coast differs from its cell by a few kelvin. Vapour pressure 25 % (its course errs by 14 %;
  irrigation, coasts). Radiation 12 % (annual 7.4 %, and its course). Wind a factor 1.6 (one value for the year, 28 %
  off at typical stations, and a station's own shelter). Humidity 15 points.
- *of the days*: weather. Daily temperatures depart by about 1 to 2 K in the humid tropics and 8 to 10 K in
  continental winters; both are 1.5 K + 0.2 of the place's annual range of monthly means. The dew point departs a
  little more than the temperature does, 7 % of vapour pressure a kelvin. Radiation departs the more the cloudier a
  place is. Days in a row are alike: of n days 1 + (n - 1)/tau are independent, with tau = 7 days for temperature and
  vapour, 3 for humidity, 2 for radiation and wind (autocorrelations of 0.75, 0.5 and 0.3).

A series may lie `FAR` standard deviations from its level: far more than any year's weather, less than a wrong unit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from etolib.equations import sun
from etolib.equations.air import saturation_vapour_pressure
from etolib.equations.humidity import vapour_pressure_from_dew_point
from etolib.errors import NotCovered, SourceUnavailable
from etolib.site import Period, Site
from etolib.sources.climatology import Climatology
from etolib.words import Text, say

Array = NDArray[np.float64]
Days = pd.DatetimeIndex | Sequence[dt.date]

FAR = 4.5
"""Standard deviations a median of days may lie from what is usual."""

LEVEL = {"temperature": 3.0, "vapour": 0.25, "radiation": 0.12, "wind": 0.47, "humidity": 15.0}
"""Standard deviations of the level: K, of the logarithm, of the logarithm, of the logarithm, points."""

GUSTY = 0.5
"""Standard deviation of the logarithm of a day's wind."""

TAU = {"temperature": 7.0, "vapour": 7.0, "radiation": 2.0, "wind": 2.0, "humidity": 3.0}
"""Days of which one is independent."""

KIND = {
    "tmin": "temperature", "tmax": "temperature", "tmean": "temperature", "tdew": "vapour", "ea": "vapour",
    "rs": "radiation", "u2": "wind", "rhmin": "humidity", "rhmax": "humidity", "rhmean": "humidity",
}  # fmt: skip
UNKNOWN_HEIGHT = 2.0
"""Standard deviation of a temperature where the elevation is looked up in a coarse grid: 360 m. [K]"""

SUNNY = 3.0  # MJ m-2 day-1; with less of it above the air a day tells nothing of radiation
OVERCAST = 15
"""Days in a row that may be dark anywhere: a series of fewer is not too dark."""

LEAST_EA = 0.01  # kPa


@dataclass(frozen=True)
class Departure:
    """How a series lies to what is usual.

    Attributes
    ----------
    score : float
        Departure of the median over what is possible: 0 as usual, 1 at the limit.
    apart : float
        Median departure: K, points, or the natural logarithm of a ratio.
    usual : float
        Median of what is usual on those days, in the unit of the variable.
    """

    score: float
    apart: float
    usual: float


@lru_cache(maxsize=256)
def _year(site: Site) -> pd.DataFrame | None:
    """Return 365 days of the climatology of a place, None where it covers none."""
    try:
        return Climatology().fetch(site, Period("2023-01-01", "2023-12-31")).frame
    except (NotCovered, SourceUnavailable):
        return None


@lru_cache(maxsize=64)
def _columns(site: Site) -> dict[str, Array] | None:
    """Return what is usual by variable, each of shape (365,), and the annual range of temperature; None: unknown."""
    year = _year(site)
    if year is None:
        return None
    found = {name: year[name].to_numpy(float) for name in ("tmin", "tmax", "tmean", "ea", "rs", "u2")}
    found["tdew"] = found["ea"]
    for name, air in (("rhmin", "tmax"), ("rhmax", "tmin"), ("rhmean", "tmean")):
        saturated = np.asarray(saturation_vapour_pressure(found[air]))
        found[name] = np.clip(100 * found["ea"] / saturated, 5.0, 100.0)
    months = year["tmean"].groupby(pd.DatetimeIndex(year.index).month).mean()
    found["range"] = np.asarray(float(months.max() - months.min()))
    found["ra"] = np.asarray(sun.extraterrestrial_radiation(site.latitude, np.arange(1.0, 366.0)))
    return found


def usual(variable: str, dates: Days, site: Site) -> Array | None:
    """Return what is usual of a variable on each day; None where the climatology has no such thing.

    Parameters
    ----------
    variable : str
        Canonical name.
    dates : sequence of datetime.date
        Days.
    site : Site
        The place.

    Returns
    -------
    ndarray, shape (days,), or None
        In the canonical unit (of ``tdew`` the vapour pressure).

    Examples
    --------
    >>> usual("tmax", pd.date_range("2023-01-10", periods=2), Site(52.0, 13.0)).round(0).tolist()
    [5.0, 5.0]
    """
    known = _columns(site)
    if known is None or variable not in KIND:
        return None
    return known[variable][_day(dates)]


def day_to_day(site: Site) -> float | None:
    """Return the standard deviation of a day's temperature from what is usual; None where it is not known. [K]"""
    known = _columns(site)
    return None if known is None else 1.5 + 0.2 * float(known["range"])


def departure(variable: str, values: Any, dates: Days, site: Site) -> Departure | None:
    """Return how a series lies to what is usual at a place on its days; None where that is not known.

    Parameters
    ----------
    variable : str
        Canonical name.
    values : ndarray, shape (days,)
        In the canonical unit, NaN where absent.
    dates : sequence of datetime.date
        Its days.
    site : Site
        The place.

    Examples
    --------
    >>> january = pd.date_range("2023-01-05", periods=20)
    >>> found = departure("tmax", np.full(20, 39.0), january, Site(52.0, 13.0, 40.0))
    >>> found.score > 1, round(found.apart)
    (True, 34)
    """
    spread, known = day_to_day(site), _columns(site)
    if variable not in KIND or spread is None or known is None:
        return None
    at = _day(dates)
    level = known[variable][at]
    kind = KIND[variable]
    series = np.asarray(values, dtype=float)
    good = np.isfinite(series)
    shares = level / np.maximum(known["ra"][at], 0.1)
    if kind == "radiation":
        good = good & (known["ra"][at] > SUNNY)
    if not good.any():
        return None
    mine, theirs = series[good], level[good]
    if variable == "tdew":
        mine = np.asarray(vapour_pressure_from_dew_point(np.clip(mine, -90.0, 45.0)))
    by_ratio = kind in ("vapour", "radiation", "wind")
    least = LEAST_EA if kind == "vapour" else 0.1
    apart = np.log(np.maximum(mine, least) / np.maximum(theirs, least)) if by_ratio else mine - theirs
    middle = float(np.median(apart))
    if kind == "radiation":
        middle = float(np.log(max(mine.sum(), 0.01) / theirs.sum()))
        if middle < 0 and good.sum() < OVERCAST:
            return Departure(0.0, middle, float(np.median(theirs)))
    day = {
        "temperature": spread,
        "vapour": 0.08 * spread,
        "radiation": float(0.1 + 0.9 * max(0.75 - np.median(shares[good]), 0.0)),
        "wind": GUSTY,
        "humidity": 15.0,
    }[kind]
    independent = 1.0 + (good.sum() - 1.0) / TAU[kind]
    height = UNKNOWN_HEIGHT if kind == "temperature" and site.elevation is None else 0.0
    sd = float(np.sqrt(LEVEL[kind] ** 2 + day**2 / independent + height**2))
    return Departure(abs(middle) / (FAR * sd), middle, float(np.median(theirs)))


def index_of(dates: Days) -> pd.DatetimeIndex:
    """Return dates as an index.

    >>> index_of([dt.date(2024, 2, 29)]).day_of_year.tolist()
    [60]
    """
    return dates if isinstance(dates, pd.DatetimeIndex) else pd.DatetimeIndex(list(dates))


MONTHS = ("in_january", "in_february", "in_march", "in_april", "in_may", "in_june", "in_july", "in_august",
          "in_september", "in_october", "in_november", "in_december")  # fmt: skip


def when_in_words(dates: Days) -> Text:
    """Return when days are: their month, where they have one.

    >>> when_in_words(pd.date_range("2023-01-05", periods=2))
    'in January'
    """
    months = set(index_of(dates).month)
    return say(MONTHS[months.pop() - 1]) if len(months) == 1 else say("on_these_days")


def place_in_words(site: Site) -> Text:
    """Return the latitude of a place.

    >>> place_in_words(Site(52.4, 13.1))
    '52 N'
    """
    half = "degrees_north" if site.latitude >= 0 else "degrees_south"
    return say(half, degrees=f"{abs(site.latitude):.0f}")


def _day(dates: Days) -> NDArray[np.int64]:
    """Return the position of each date in a year of 365 days; 29 February as the 28th."""
    index = index_of(dates)
    leap = index.is_leap_year & (index.day_of_year > 59)
    return np.asarray(index.day_of_year - leap - 1, dtype=np.int64)
