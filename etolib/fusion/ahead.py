"""Days to come: how far their weather may still depart from the forecast, and what that does to the interval of ETo.

A forecast errs the more the farther it looks ahead. Its temperature, humidity, wind and radiation depart together, as
weather does (`etolib.fusion.weathers.TOGETHER`), so the equation is applied to a set of weathers that may still come,
and the interval takes what it gives in 95 of 100, besides all that it has for a day that was observed. The ETo itself
is the forecast's: nothing jumps where the past ends.

How large the departures are, of each variable:

- **Without an ensemble**: the growth of errors. Their variance begins small and levels off at twice that of the
  weather from day to day, because then a forecast is a weather like any other (Leith 1974, Mon. Weather Rev. 102,
  409-418; Buizza and Leutbecher 2015, doi:10.1002/qj.2619). How fast is a round prior (`HALFWAY`).
- **With an ensemble**: the spread between its members, widened by `too_small`, together with how far the forecast lies
  from the ensemble's mean; not below `FLOOR` of the growth. Spreads are too small in the first days: raw ensembles of
  reference evapotranspiration needed considerable adjustment of theirs (Medina and Tian 2020,
  doi:10.5194/hess-24-1011-2020), ensembles of 2 m temperature lack spread near the ground (Hamill et al. 2021,
  doi:10.1175/MWR-D-20-0119.1). By how much is a stated prior, not a measured one: no recorded ensemble was at hand.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from etolib.equations import kernel
from etolib.equations.conventions import FAO56
from etolib.equations.sun import extraterrestrial_radiation
from etolib.fusion.block import Array, Block, Mask
from etolib.fusion.inputs import saturation_pressure
from etolib.fusion.intervals import LEVEL, not_below_zero
from etolib.fusion.untaught import Untaught
from etolib.fusion.weathers import (
    LEAST_CLEARNESS,
    LEAST_SPAN,
    ODDS,
    SPREAD,
    TOGETHER,
    TYPICAL_RANGE,
    VARIED,
    YEARS,
    points,
)
from etolib.sources.climatology import annual_range
from etolib.sources.row import KINDS
from etolib.words import Text, say

HALFWAY = {"clearness": 4.5, "temperature": 7.0, "span": 4.5, "humidity": 4.5, "wind": 4.5}
"""Days after which the error of a forecast is as large as the weather from day to day: a week for temperature, less for
cloud and wind. Round priors. [d]"""

CLEARNESS_SPREAD = 0.18
"""Standard deviation of Rs/Ra from day to day: 0.17 to 0.20 for means of 0.3 to 0.6 (`etolib.fusion.weathers`). [1]"""

CLEAREST = 0.82
"""Greatest Rs/Ra of a day that may come, as of the usual weather. [1]"""

FLOOR = 0.5
"""Least error of a forecast, as a share of the growth without an ensemble. A round prior. [1]"""

WEATHERS = 512
"""Weathers tried for a day."""

CELLS = 2000
"""Days computed at once: their weathers stay small in memory."""

FORECAST = KINDS.index("forecast")
COLUMN = {"clearness": "rs", "temperature": "tmean", "humidity": "rhmean", "wind": "u2"}
"""What an ensemble gives of each departure; of the range of the day it gives nothing."""


@dataclass(frozen=True)
class Weather:
    """Forecast days of any places, arrays of shape (cells,): temperatures [degC], vapour pressure [kPa], radiation
    [MJ m-2 day-1], wind [m s-1], latitude [degrees], elevation [m], day of the year, and the annual range [K]."""

    tmin: Array
    tmax: Array
    ea: Array
    rs: Array
    u2: Array
    latitude: Array
    elevation: Array
    of_year: Array
    annual: Array

    def part(self, rows: Any) -> Weather:
        """Return some of the cells."""
        return Weather(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))

    @property
    def humidity(self) -> Array:
        """Relative humidity, within what odds are formed of. [1]"""
        return relative_humidity(self.tmin, self.tmax, self.ea)


def relative_humidity(tmin: Array, tmax: Array, ea: Array) -> Array:
    """Return relative humidity of vapour pressure and extremes, within what odds are formed of. [1]"""
    saturated = (saturation_pressure(tmin) + saturation_pressure(tmax)) / 2
    return np.asarray(np.clip(ea / saturated, *ODDS))


def too_small(lead: Array) -> Array:
    """Return by what the spread of an ensemble is multiplied, so many days ahead. [1]

    >>> too_small(np.array([0.5, 3.0, 10.0])).round(2).tolist()
    [1.61, 1.32, 1.12]
    """
    found: Array = 1.1 + 0.6 * np.exp(-lead / 3.0)
    return found


def growth(lead: Array, variable: str) -> Array:
    """Return the error of a forecast so many days ahead, over the standard deviation of days. [1]

    >>> growth(np.array([0.5, 7.0, 15.5]), "temperature").round(2).tolist()
    [0.31, 1.0, 1.25]
    """
    found: Array = np.sqrt(2.0 * (1.0 - 0.5 ** (lead / HALFWAY[variable])))
    return found


def day_to_day(weather: Weather) -> dict[str, Array]:
    """Return the standard deviation of each of `VARIED` from day to day; units as there, of clearness itself."""
    middle = (weather.tmin + weather.tmax) / 2
    found = {name: np.sqrt(YEARS) * np.exp(a + b * middle + c * weather.annual) for name, (a, b, c) in SPREAD.items()}
    return {"clearness": np.full(middle.shape, CLEARNESS_SPREAD), **found}


def errors(weather: Weather, top: Array, lead: Array, spread: dict[str, Array], apart: dict[str, Array]) -> list[Array]:
    """Return the standard error of each of `VARIED` of a forecast; shapes (cells,).

    Parameters
    ----------
    weather : Weather
    top : ndarray
        Radiation above the air. [MJ m-2 day-1]
    lead : ndarray
        Days ahead. [d]
    spread, apart : dict of str to ndarray
        Spread between members, and forecast minus the ensemble's mean, of the columns of `COLUMN`; NaN where absent.
    """
    usual = day_to_day(weather)
    bright, humid = np.maximum(top, 0.5), weather.humidity
    unit = {
        "clearness": 1 / bright,
        "temperature": np.ones(lead.shape),
        "humidity": 0.01 / (humid * (1 - humid)),
        "wind": 1 / np.maximum(weather.u2, 0.3),
    }
    nothing = np.full(lead.shape, np.nan)
    found, share = [], np.ones(lead.shape)
    for name in VARIED:
        prior = growth(lead, name) * usual[name]
        if name not in COLUMN:  # the range of the day errs as its temperature does
            found.append(share * prior)
            continue
        members = too_small(lead) * spread.get(COLUMN[name], nothing) * unit[name]
        off = np.nan_to_num(apart.get(COLUMN[name], nothing) * unit[name])
        by_members = np.clip(np.hypot(members, off), FLOOR * prior, 2 * usual[name])
        error = np.where(np.isnan(members), prior, by_members)
        if name == "temperature":
            share = error / prior
        found.append(error)
    return found


@cache
def _departures() -> NDArray[Any]:
    """Return standard departures that go together; shape (5, WEATHERS)."""
    root: NDArray[Any] = np.linalg.cholesky(np.array(TOGETHER))
    return np.asarray(root @ points()[1:6, :WEATHERS])


def reach(weather: Weather, error: list[Array]) -> tuple[Array, Array]:
    """Return how far ETo may lie below and above that of the forecast, in 95 of 100 weathers. [mm day-1]

    Parameters
    ----------
    weather : Weather
    error : list of ndarray
        Of each of `VARIED`, see `errors`.

    Returns
    -------
    down, up : ndarray, shape (cells,)
        Not negative.
    """
    bounds = [
        _reach(weather.part(rows), [one[rows] for one in error])
        for rows in (slice(i, i + CELLS) for i in range(0, len(weather.tmin), CELLS))
    ]
    if not bounds:
        return np.zeros(0), np.zeros(0)
    down, up = (np.concatenate(parts) for parts in zip(*bounds, strict=True))
    return down, up


def eto_of(weather: Weather, departed: list[Array]) -> tuple[Array, Array]:
    """Return ETo of the forecast, and of weathers that depart from it by so much of each of `VARIED`. [mm day-1]

    ``departed`` has shapes (cells, n); results (cells,) and (cells, n).
    """
    tables = [table[:, None] for table in kernel.tables_of(weather.latitude, weather.elevation, weather.of_year)]
    equation, g = kernel.plain_formula(("float64", FAO56, "short")), np.zeros(1)
    low, high, ea, rs, u2 = (getattr(weather, name)[:, None] for name in ("tmin", "tmax", "ea", "rs", "u2"))
    top = _top(weather)[:, None]
    clearness, warmer, wider, damper, windier = departed
    with np.errstate(all="ignore"):
        radiation = np.clip(rs + top * clearness, LEAST_CLEARNESS * top, np.maximum(CLEAREST * top, rs))
        beside = np.maximum(high - low + wider, LEAST_SPAN) / 2
        middle = (low + high) / 2 + warmer
        cold, hot = middle - beside, middle + beside
        humid = weather.humidity[:, None]
        relative = 1 / (1 + (1 - humid) / humid * np.exp(-damper))
        vapour = relative * (saturation_pressure(cold) + saturation_pressure(hot)) / 2
        wind = np.clip(u2 * np.exp(windier), 0.05, 30.0)
        eto = np.asarray(equation(cold, hot, vapour, radiation, wind, *tables, g))
        middle_eto = np.asarray(equation(low, high, ea, rs, u2, *tables, g))
    return middle_eto[:, 0], eto


def _reach(weather: Weather, error: list[Array]) -> tuple[Array, Array]:
    departed = [one[:, None] * together for one, together in zip(error, _departures(), strict=True)]
    expected, eto = eto_of(weather, departed)
    lowest, highest = np.quantile(eto, ((1 - LEVEL) / 2, (1 + LEVEL) / 2), axis=1)
    return np.maximum(expected - lowest, 0.0), np.maximum(highest - expected, 0.0)


def _top(weather: Weather) -> Array:
    return np.asarray(extraterrestrial_radiation(weather.latitude, weather.of_year), dtype=np.float64)


def forecast_days(days: Untaught, block: Block) -> Mask:
    """Return where the temperature of a day is a forecast; shape (places, days)."""
    found = np.zeros(block.shape, bool)
    for name, kind in block.kinds.items():
        found |= (kind == FORECAST) & days.inputs.of("tmax", name)
    return found & np.isfinite(days.eto)


def widen(days: Untaught, block: Block, today: dt.date) -> Mask:
    """Widen the interval of the days to come, by an ensemble where the block has one; ``days`` is changed.

    Returns where that was done.
    """
    rows = forecast_days(days, block)
    if not rows.any():
        return rows
    place, day = np.nonzero(rows)
    values = days.done.values
    annual = np.array([a if (a := annual_range(site)) is not None else TYPICAL_RANGE for site in block.sites])
    inputs = {
        name: np.asarray(values[name][place, day], dtype=np.float64) for name in ("tmin", "tmax", "ea", "rs", "u2")
    }
    weather = Weather(
        **inputs,
        latitude=block.latitude[place, 0],
        elevation=np.nan_to_num(block.elevation[place, 0]),
        of_year=block.days.of_year[day],
        annual=annual[place],
    )
    ahead = ((block.days.index - np.datetime64(today)) / np.timedelta64(1, "D")).to_numpy()
    lead = np.maximum(ahead[day], 0.0) + 0.5
    spread = {n: block.ahead[f"{n}_spread"][place, day] for n in COLUMN.values() if f"{n}_spread" in block.ahead}
    apart = {name: off[place, day] for name, off in _apart(days, block, rows).items()}
    down, up = reach(weather, errors(weather, _top(weather), lead, spread, apart))
    eto = days.eto[rows]
    lower, upper = days.lower.copy(), days.upper.copy()
    deeper = eto - np.hypot(eto - lower[rows], np.nan_to_num(down))
    lower[rows] = not_below_zero(eto, deeper)
    upper[rows] = eto + np.hypot(upper[rows] - eto, np.nan_to_num(up))
    days.lower, days.upper = lower, upper
    return rows


def _apart(days: Untaught, block: Block, rows: Mask) -> dict[str, Array]:
    """Return the forecast minus the ensemble's mean, without what both differ by throughout: that is no error of a day.

    Of places with fewer than five days of both nothing is known.
    """
    values = days.done.values
    low, high = values["tmin"], values["tmax"]
    humid = 100 * relative_humidity(low, high, values["ea"])
    mine = {"tmean": (low + high) / 2, "rhmean": humid, "u2": values["u2"], "rs": values["rs"]}
    found = {}
    for name, forecast in mine.items():
        if name not in block.ahead:
            continue
        off = np.where(rows, forecast - block.ahead[name], np.nan)
        enough = np.isfinite(off).sum(axis=1) >= 5
        usual = np.full(len(off), np.nan)
        usual[enough] = np.nanmedian(off[enough], axis=1) if enough.any() else np.nan
        found[name] = off - usual[:, None]
    return found


def said(rows: Mask, block: Block) -> tuple[Text, ...]:
    """Return how the interval of the days to come was made, nothing where there are none."""
    if not rows.any():
        return ()
    by_members = any(name.endswith("_spread") for name in block.ahead)
    return (say("why_interval_by_members" if by_members else "why_interval_by_growth"),)
