"""Columns that hold another quantity than their name says, told by the other columns, the sun and what is usual there.

A mean in the place of an extreme, a wet bulb called dew point, a wind of gusts or in a larger unit called mean wind, a
sensor of radiation that drifts. Each test gives a reason, which is asked about, and nothing where weather could do the
same. How often they ask on the stations of the shared data stands at each limit: years of 123, windows of 30 to 120
days of 1,281 of these, and of 1,056 of two reanalyses at twelve places, without what `OF_WEEKS` adds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from etolib.equations import sun
from etolib.equations.air import (
    atmospheric_pressure,
    psychrometric_constant,
    saturation_vapour_pressure,
)
from etolib.equations.humidity import dew_point
from etolib.site import Site
from etolib.sources.station.expected import Days, index_of, usual
from etolib.words import Text, say

Array = NDArray[np.float64]

FEWEST = 20
"""Days below which nothing is told."""

OF_WEEKS = {"range": 120.0, "dew": 12.0, "gusts": 3.0}
"""What is added to limits over the number of days: a month may be wet, windy or dark."""

SUNNY = 8.0
"""Radiation above the air from which a day counts. [MJ m-2 day-1]"""

HARGREAVES = 0.165
"""Rs / Ra over the root of the range of temperature: 0.16 inland to 0.19 at coasts (FAO-56 Eq. 50)."""

OF_SUN, OF_PLACE, NARROW = 42.8, 17.3, 18.0
"""Weights of the logarithms of two ratios, and the sum beyond which a range is that of a mean: that coefficient over
0.165 (years of stations: standard deviation 0.09), and the usual range over that of the file (2 K in 11: 0.2). A mean
in the place of an extreme halves the range, which adds 0.35 and 0.69 to them: weights by log-likelihood. Beyond in no
year of a station and in 19 windows, nearly all of CAPE; in 3 of the reanalyses. With a mean put in: 95 % of windows."""

MIDDLE = 0.15
"""How near, as a share of the range, a mean may lie to an extreme in the median."""

SHALLOW = -1.1
"""Logarithm of the ratio of temperature minus dew point to the usual one beyond which it is a wet bulb's, which lies at
a third to a half of the way. Beyond in no year of a station and 25 windows (most of them of BRKS); half of the years
with a wet bulb put in, but none where it is warm and humid: there the two lie as near to each other as two stations."""

NOTHING = 0.5
"""Median distance of the dew point to the temperature below which another humidity is one of saturation. [K]"""

WET, BETTER = 0.8, 0.5
"""Median distance to the wet bulb of the other humidity within which a dew point is that, and how much farther it must
lie from its dew point. [K]"""

GUSTS, CALMS, OF_SHAPE = 1.0, (0.55, 0.6), 1.5
"""Limit of the logarithm of median wind over the usual one plus `OF_SHAPE` times its 10th percentile over its median
less the second of `CALMS`: maxima know no calm. Below the first nothing is told. Beyond in no year or window of a
station, and in 2 of the reanalyses; 77 % of windows of stations with maxima of 2.2 to 3.4 times the mean put in."""

EVEN = 0.006
"""Median change of Rs / Ra from one day to the next below which it is no weather. Windows of 30 days and more of ten
stations and two reanalyses: 0.008 at least, 0.07 in the median; means of months put in 0.003, of five days 0.018."""

CLEAR, OF_MONTH = 0.9, 15
"""Quantile of Rs / Rso that stands for the clear days of a month, and the days it must have."""

DRIFT, SURE, LONG = 0.13, 5.0, 1.5
"""Change of the clear days over a record, as a logarithm, from which a sensor drifts; over its standard error; and the
years from which months can be set beside the same months of other years. No record of 2 to 8 years of stations goes as
far (252 of them: 0.12 at most); of those with a loss of 20 % put in nine of ten do."""


MINUTES = 20
"""Hours of sunshine with decimals of which none is .60 or more where they are minutes; by chance one time in 10,000."""


def reasons(values: Mapping[str, Any], dates: Days, site: Site | None) -> dict[str, Text]:
    """Return by variable why a column may hold another quantity.

    Parameters
    ----------
    values : mapping of str to ndarray, shape (days,)
        Canonical variables in canonical units, NaN where absent.
    dates : sequence of datetime.date
        Their days.
    site : Site or None
        The place.

    Examples
    --------
    >>> days = pd.date_range("2023-05-01", periods=60)
    >>> low, high = 15 + np.sin(np.arange(60.0)), 29 + np.cos(np.arange(60.0))
    >>> reasons({"tmin": low, "tmax": high, "tmean": (low + high) / 2}, days, None)
    {}
    >>> found = reasons({"tmin": low, "tmax": high, "tmean": high}, days, None)
    >>> str(found["tmax"])
    'the mean of the file lies at its height, and not between both extremes'
    """
    days = index_of(dates)
    found: dict[str, Text] = {}
    with np.errstate(invalid="ignore", divide="ignore"):
        for variable, reason in (
            _extreme_of_mean(values),
            _range_of_mean(values, days, site),
            _wet_bulb_of_humidity(values, site),
            *_saturated(values, days, site),
            _gusts(values, days, site),
            _even(values, days, site),
            _drift(values, days, site),
            _minutes(values),
        ):
            if reason is not None:
                found.setdefault(variable, reason)
    return found


Told = tuple[str, Text | None]


def _middle(values: Any) -> float:
    good = values[np.isfinite(values)]
    return float(np.median(good)) if len(good) >= FEWEST else float("nan")


def _extreme_of_mean(values: Mapping[str, Any]) -> Told:
    """Find an extreme at which the mean of the same file lies."""
    if not {"tmin", "tmax", "tmean"} <= values.keys():
        return "tmax", None
    low, high, mean = values["tmin"], values["tmax"], values["tmean"]
    share = _middle(np.where(high - low > 1.0, (mean - low) / (high - low), np.nan))
    if share > 1 - MIDDLE:
        return "tmax", say("mean_at_extreme")
    return "tmin", say("mean_at_extreme") if share < MIDDLE else None


def _range_of_mean(values: Mapping[str, Any], days: pd.DatetimeIndex, site: Site | None) -> Told:
    """Find a range of temperature too small for the sun and for the place."""
    if site is None or not {"tmin", "tmax", "rs"} <= values.keys():
        return "tmax", None
    low, high = (usual(name, days, site) for name in ("tmin", "tmax"))
    if low is None or high is None:
        return "tmax", None
    ra, span = _above_air(days, site), values["tmax"] - values["tmin"]
    by_sun = _middle(np.where(ra > SUNNY, values["rs"] / ra, np.nan) / np.sqrt(np.maximum(span, 0.1)))
    here, there = _middle(span), float(np.median(high - low))
    score = OF_SUN * np.log(by_sun / HARGREAVES) + OF_PLACE * np.log(there / here)
    if not score > NARROW + OF_WEEKS["range"] / len(days):
        return "tmax", None
    return "tmax", say("range_as_of_mean", range=f"{here:.1f}", usual=f"{there:.1f}", ratio=f"{by_sun:.2f}")


def _wet_bulb_of_humidity(values: Mapping[str, Any], site: Site | None) -> Told:
    """Find a dew point that is the wet bulb of another humidity of the file."""
    if not {"tmin", "tmax", "tdew"} <= values.keys():
        return "tdew", None
    low, high, dew = values["tmin"], values["tmax"], values["tdew"]
    mean = (low + high) / 2
    for name in ("ea", "rhmean"):
        if name in values:
            saturated = np.asarray(saturation_vapour_pressure(mean))
            vapour = values[name] if name == "ea" else values[name] / 100 * saturated
            wet = wet_bulb(mean, np.maximum(vapour, 1e-3), site)
            of_wet, of_dew = _middle(np.abs(dew - wet)), _middle(np.abs(dew - np.asarray(dew_point(vapour))))
            if of_wet < WET and of_dew > of_wet + BETTER:
                return "tdew", say("is_the_wet_bulb", apart=f"{of_wet:.1f}", other=f"{of_dew:.1f}")
    return "tdew", None


def _saturated(values: Mapping[str, Any], days: pd.DatetimeIndex, site: Site | None) -> list[Told]:
    """Find humidity too near saturation for the place: a wet bulb called dew point, a sensor that always reads 100."""
    if site is None or not {"tmin", "tmax"} <= values.keys():
        return []
    low, high, vapour = (usual(name, days, site) for name in ("tmin", "tmax", "ea"))
    if low is None or high is None or vapour is None:
        return []
    there = float(np.median((low + high) / 2 - np.asarray(dew_point(vapour))))
    mean, found = (values["tmin"] + values["tmax"]) / 2, list[Told]()
    for name in ("tdew", "ea", "rhmean"):
        if name not in values:
            continue
        dew = values[name]
        if name != "tdew":
            saturated = (saturation_vapour_pressure(values["tmin"]) + saturation_vapour_pressure(values["tmax"])) / 2
            dew = np.asarray(dew_point(np.maximum(dew if name == "ea" else dew / 100 * saturated, 1e-3)))
        here = max(_middle(mean - dew), 0.05)
        shallow = np.log(here / max(there, 0.1)) < SHALLOW - OF_WEEKS["dew"] / len(days)
        if shallow and (name == "tdew" or here < NOTHING):
            key = "dew_near_as_wet_bulb" if name == "tdew" else "humidity_near_saturation"
            found.append((name, say(key, apart=f"{here:.1f}", usual=f"{there:.1f}")))
    return found


def _gusts(values: Mapping[str, Any], days: pd.DatetimeIndex, site: Site | None) -> Told:
    """Find a wind far above what is usual that knows no calm: the largest of each day, or in a smaller unit."""
    level = None if site is None or "u2" not in values else usual("u2", days, site)
    if level is None:
        return "u2", None
    good = values["u2"][np.isfinite(values["u2"])]
    if len(good) < FEWEST or (middle := float(np.median(good))) <= 0:
        return "u2", None
    shape = float(np.quantile(good, 0.1)) / middle
    ratio = middle / max(float(np.median(level)), 0.1)
    if shape < CALMS[0] or np.log(ratio) + OF_SHAPE * (shape - CALMS[1]) < GUSTS + OF_WEEKS["gusts"] / len(days):
        return "u2", None
    return "u2", say("wind_like_gusts", ratio=f"{ratio:.1f}", value=f"{middle:.1f}")


def _even(values: Mapping[str, Any], days: pd.DatetimeIndex, site: Site | None) -> Told:
    """Find radiation of one day after the other that differs too little: means of months, normals, a clear sky."""
    if site is None or "rs" not in values:
        return "rs", None
    ra = _above_air(days, site)
    share = np.where(ra > SUNNY, values["rs"] / ra, np.nan)
    change = _middle(np.abs(np.diff(share)))
    if not change < EVEN:
        return "rs", None
    return "rs", say("radiation_too_even", percent=f"{100 * change:.1f}")


def _drift(values: Mapping[str, Any], days: pd.DatetimeIndex, site: Site | None) -> Told:
    """Find radiation whose clear days become darker, or brighter, over the years."""
    if site is None or "rs" not in values:
        return "rs", None
    ra = _above_air(days, site)
    clear = (0.75 + 2e-5 * (site.elevation or 0.0)) * ra
    share = pd.Series(np.where(ra > SUNNY, values["rs"] / clear, np.nan), days)
    months = share.groupby(days.year * 12 + days.month)
    top = months.quantile(CLEAR)[months.count() >= OF_MONTH]
    top = top[top > 0]
    year, season = top.index.to_numpy(float) / 12, top.index.to_numpy() % 12
    if len(top) < 12 or year[-1] - year[0] < LONG:
        return "rs", None
    table = pd.DataFrame({"year": year, "top": np.log(top.to_numpy(float))})
    apart = table - table.groupby(season).transform("mean")
    along, across = float((apart["year"] ** 2).sum()), float((apart["year"] * apart["top"]).sum())
    if along < 1e-6:
        return "rs", None
    slope = across / along
    rest = max(float((apart["top"] - slope * apart["year"]).std(ddof=0)), 0.01)
    change = slope * (year[-1] - year[0])
    if abs(change) < DRIFT or abs(slope) * np.sqrt(along) / rest < SURE:
        return "rs", None
    return "rs", say("radiation_drifts", percent=f"{100 * np.expm1(change):+.0f}", years=f"{year[-1] - year[0]:.1f}")


def _minutes(values: Mapping[str, Any]) -> Told:
    """Find hours of sunshine whose decimals are minutes: none from 60 on."""
    if "sunshine" not in values:
        return "sunshine", None
    good = values["sunshine"][np.isfinite(values["sunshine"])]
    minutes = np.round(100 * (good % 1), 3)
    written = minutes[(minutes > 0) & (np.abs(minutes - np.round(minutes)) < 1e-3)]
    tenths = np.abs(written / 10 - np.round(written / 10)) < 1e-3
    if len(written) < MINUTES or len(written) < (minutes > 0).sum() or tenths.mean() > 0.5 or written.max() >= 60:
        return "sunshine", None
    return "sunshine", say("decimals_like_minutes", count=len(written))


def _above_air(days: pd.DatetimeIndex, site: Site) -> Array:
    return np.asarray(sun.extraterrestrial_radiation(site.latitude, days.day_of_year.to_numpy(float)))


def wet_bulb(air: Array, vapour: Array, site: Site | None = None) -> Array:
    """Return the temperature of a ventilated wet bulb in air of a vapour pressure, by FAO-56 Eq. 15 turned round.

    Parameters
    ----------
    air : ndarray
        [degC]
    vapour : ndarray
        [kPa]
    site : Site, optional
        Its elevation gives the pressure.

    Examples
    --------
    >>> wet_bulb(np.array([25.6]), np.array([1.91]), Site(0.0, 0.0, 1200.0)).round(1).tolist()
    [19.5]
    """
    elevation = 0.0 if site is None or site.elevation is None else site.elevation
    gamma = float(np.asarray(psychrometric_constant(atmospheric_pressure(elevation))))
    low, high = np.full(np.shape(air), -80.0), np.array(air, dtype=float)
    for _ in range(30):
        middle = (low + high) / 2
        above = np.asarray(saturation_vapour_pressure(middle)) - gamma * (air - middle) > vapour
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return np.where(np.isfinite(air) & np.isfinite(vapour), (low + high) / 2, np.nan)
