"""The days of a block by the chosen inputs alone: ETo, and the interval of stated priors. Nothing is learnt here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from etolib.equations.calculation import Calculation
from etolib.equations.filling import CODES, ESTIMATED, FILLED
from etolib.fusion import departures, intervals
from etolib.fusion.block import Array, Block, Mask, Table, places_where, rows_of
from etolib.fusion.equation import Done, complete, evapotranspiration, wind_slope
from etolib.fusion.estimates import BOUNDED, estimate_error
from etolib.fusion.inputs import HUMIDITY, Inputs
from etolib.fusion.sources import own_error, row
from etolib.fusion.wind import unquestioned, wind_error
from etolib.sources.catalogue import STATION
from etolib.sources.climatology import annual_range

ESTIMATE_ERROR = 0.10
"""Added (as relative variance) for each input of a day that is doubtful, or estimated by no rule of `BOUNDED`."""

ROUTE_ERROR = {"from_rh_mean": 0.05, "from_rh_max": 0.03, "from_psychrometer": 0.03}
"""Relative standard error of ETo, added (as variance) to a station's own, of the lesser routes to vapour pressure
(FAO-56 Eqs. 19 and 18). At Maricopa, 2003 to 2020, ETo by them differs from that by the dew point by 4.9 and 3.5 % of
its mean (root mean square); by both extremes (Eq. 17) by 1.5 %, within the station's own. Of a
psychrometer, read at one or a few hours of the day, no series was at hand: taken as that by the maximum. [1]"""

LEAST_ERROR = 0.1  # mm day-1; no interval is narrower than this either way


@dataclass
class Untaught:
    """ETo, interval and weights of each day, while they are made; all of shape (places, days).

    Attributes
    ----------
    inputs : Inputs
    done : Done
        The inputs completed, with flags.
    each : Table
        ETo of each source's own inputs. [mm day-1]
    eto, lower, upper : ndarray
        [mm day-1]
    weights : Table
        Share of each member: ``chosen``, ``second``, ``station``. [1]
    from_station : ndarray
        Where temperature or wind is measured at the place: a grid's bias does not belong there.
    lone_wind : ndarray
        Where the wind is a single grid's.
    corrected : ndarray
        Where something learnt has corrected the day.
    """

    inputs: Inputs
    done: Done
    each: Table
    eto: Array
    lower: Array
    upper: Array
    weights: Table
    from_station: Mask
    lone_wind: Mask
    corrected: Mask

    def on(self, rows: Any) -> Untaught:
        """Return the same on some of the days."""
        return Untaught(
            inputs=self.inputs.on(rows),
            done=self.done.on(rows),
            each=rows_of(self.each, rows),
            eto=self.eto[:, rows],
            lower=self.lower[:, rows],
            upper=self.upper[:, rows],
            weights=rows_of(self.weights, rows),
            from_station=self.from_station[:, rows],
            lone_wind=self.lone_wind[:, rows],
            corrected=self.corrected[:, rows],
        )


def by_priors(
    block: Block,
    inputs: Inputs,
    calculation: Calculation,
    marked: dict[tuple[str, str], Mask],
    means: Sequence[str],
) -> Untaught:
    """Return the days by the chosen inputs alone.

    Parameters
    ----------
    block : Block
        Of checked tables.
    inputs : Inputs
        What was chosen of them.
    calculation : Calculation
    marked : dict of (str, str) to ndarray, shape (places, days)
        Where a value of a source is doubtful and was kept.
    means : sequence of str
        Sources that hold no weather of a date.
    """
    done = complete(inputs.given, block, calculation)
    _mark_doubtful(done, inputs, marked)
    each = {name: _alone(table, block, calculation) for name, table in block.tables.items()}
    own = STATION not in means
    lone_wind = unquestioned(block.tables, inputs)
    if own:
        lone_wind &= ~inputs.of("u2", STATION)
    eto = done.eto.copy()
    slope = wind_slope(eto, evapotranspiration(done.values, block, 0.5 * done.values["u2"]))
    from_station = (inputs.of("tmax", STATION) | inputs.of("u2", STATION)) & own
    measured = inputs.of("u2", STATION) & own
    unknown = done.flagged("u2", ["default_wind"])
    wind = wind_error(done.values, block, eto, np.where(measured, 0.0, slope), lone_wind, unknown)
    there = np.isfinite(eto)
    shares = {"chosen": there & ~from_station, "second": np.zeros(eto.shape), "station": there & from_station}
    days = Untaught(
        inputs=inputs,
        done=done,
        each=each,
        eto=eto,
        lower=eto,
        upper=eto,
        weights={name: share.astype(float) for name, share in shares.items()},
        from_station=from_station,
        lone_wind=lone_wind,
        corrected=np.zeros(eto.shape, bool),
    )
    _draw(days, block, wind, means)
    return days


def _mark_doubtful(done: Done, inputs: Inputs, marked: dict[tuple[str, str], Mask]) -> None:
    """Mark the cells whose value the checks found doubtful and kept."""
    for (name, variable), rows in marked.items():
        cell = "ea" if variable in HUMIDITY else variable
        if cell in done.codes:
            done.codes[cell][rows & inputs.of(cell, name)] = CODES["suspect_unlikely"]


def _alone(table: Table, block: Block, calculation: Calculation) -> Array:
    """Return the ETo of one source's own inputs, gaps filled by FAO-56; shape (places, days). [mm day-1]"""
    if not {"tmin", "tmax"} <= set(table):
        return np.full(block.shape, np.nan)
    return complete(table, block, calculation).eto


def _draw(days: Untaught, block: Block, wind: tuple[Array, Array], means: Sequence[str]) -> None:
    """Draw the interval of days on which nothing was learnt."""
    eto, done, inputs = days.eto, days.done, days.inputs
    doubtful = np.array([done.flagged(name, ESTIMATED.difference(BOUNDED)) for name in FILLED])
    extra = ESTIMATE_ERROR**2 * doubtful.sum(axis=0) + stated_error(inputs) ** 2
    spread, number = _between([eto for name, eto in days.each.items() if name not in means], eto.shape)
    lower, upper = intervals.without_reference(eto, wind, spread, number, extra=extra)
    own = np.array([inputs.of(name, STATION) | done.flagged(name, BOUNDED) for name in FILLED])
    of_station = days.from_station & own.all(axis=0)
    if of_station.any():
        route = np.zeros(eto.shape)
        for flag, error in ROUTE_ERROR.items():
            route[done.flagged("ea", [flag])] = error
        up, down = (np.exp(intervals.Z95 * np.sqrt(own_error() ** 2 + route**2 + extra + part**2)) for part in wind)
        lower, upper = np.where(of_station, eto / down, lower), np.where(of_station, eto * up, upper)
    for name in means:
        _of_means(days, block, name, extra, lower, upper)
    higher, deeper = estimate_error(done, block)
    lower = eto - np.hypot(eto - lower, intervals.Z95 * deeper)
    upper = eto + np.hypot(upper - eto, intervals.Z95 * higher)
    room = intervals.Z95 * LEAST_ERROR
    lower, days.upper = np.minimum(lower, eto - room), np.maximum(upper, eto + room)
    days.lower = intervals.not_below_zero(eto, lower)


def stated_error(inputs: Inputs) -> Array:
    """Return the largest relative error that the catalogue states of the sources of each day; (places, days). [1]"""
    found = np.zeros(inputs.source["tmax"].shape)
    for name in inputs.names:
        known = None if name == STATION else row(name)
        if known is not None and known.error is not None:
            used = np.logical_or.reduce([inputs.of(variable, name) for variable in ("tmax", "ea", "u2", "rs")])
            found = np.maximum(found, np.where(used, known.error, 0.0))
    return found


def _of_means(days: Untaught, block: Block, name: str, extra: Array, lower: Array, upper: Array) -> None:
    """Draw the interval of the days whose temperature a source of long-term means gives."""
    of_it = days.inputs.of("tmax", name)
    places = places_where(of_it.any(axis=1))
    asked = [
        (
            block.days.of_year[of_it[place]],
            {variable: days.done.values[variable][place, of_it[place]] for variable in departures.USUAL},
            block.sites[place],
            annual_range(block.sites[place]),
        )
        for place in places
    ]
    for place, bounds in zip(places, departures.intervals_of(asked, of_maps=name != STATION), strict=True):
        rows = of_it[place]
        eto, estimated = days.eto[place, rows], np.exp(intervals.Z95 * np.sqrt(extra[place, rows]))
        lower[place, rows] = eto - estimated * (eto - bounds[0])
        upper[place, rows] = eto + estimated * (bounds[1] - eto)


def _between(each: Sequence[Array], shape: tuple[int, ...]) -> tuple[Array, Array]:
    """Return the standard deviation between sources, NaN with fewer than two, and how many have the day."""
    if not each:
        return np.full(shape, np.nan), np.zeros(shape)
    values = np.array(each)
    there = ~np.isnan(values)
    number = there.sum(axis=0)
    mean = np.where(there, values, 0.0).sum(axis=0) / np.maximum(number, 1)
    square = np.where(there, (mean - values) ** 2, 0.0).sum(axis=0)
    return np.where(number > 1, np.sqrt(square / np.maximum(number - 1, 1)), np.nan), number
