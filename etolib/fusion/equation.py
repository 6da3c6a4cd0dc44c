"""The equation on the tables of a block: completed by FAO-56, and Penman-Monteith of what is complete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from etolib.equations import filling, kernel
from etolib.equations.calculation import Calculation
from etolib.equations.filling import FLAGS
from etolib.equations.grids import READ
from etolib.fusion.block import Array, Block, Mask, Table, rows_of

LEAST = 0.1  # mm day-1; below it a logarithm means nothing


@dataclass(frozen=True)
class Done:
    """Tables without gaps where a rule fills them, and their ETo.

    Attributes
    ----------
    values : Table
        What the equation was given: tmin, tmax, ea, rs, u2, and the soil heat flux where there is one.
    codes : dict of str to ndarray, shape (places, days)
        Flag of each cell of the five, see `etolib.equations.filling.CODES`.
    eto : ndarray, shape (places, days)
        [mm day-1]
    """

    values: Table
    codes: dict[str, NDArray[np.int8]]
    eto: Array

    def on(self, rows: Any) -> Done:
        """Return the same on some of the days."""
        codes = {name: flags[:, rows] for name, flags in self.codes.items()}
        return Done(rows_of(dict(self.values), rows), codes, self.eto[:, rows])

    def flagged(self, variable: str, flags: Any) -> Mask:
        """Return where a cell has one of some flags."""
        wanted = np.isin(np.arange(len(FLAGS)), [filling.CODES[flag] for flag in flags])
        return np.asarray(wanted[self.codes[variable]])


def complete(given: Mapping[str, Array], block: Block, calculation: Calculation) -> Done:
    """Fill what is missing by FAO-56 and return the ETo.

    Parameters
    ----------
    given : mapping of str to ndarray, shape (places, days)
        ``tmin`` and ``tmax``, and what else there is.
    block : Block
        Whose places and days these are.
    calculation : Calculation
        Method, convention and rules.

    Raises
    ------
    InputError
        As `etolib.eto` of each place; of several places where one of them has it (`Mixed` where it has it alone).
    """
    place = {"latitude": block.latitude, "elevation": block.elevation, "day_of_year": block.days.of_year[None, :]}
    read = {name: given[name] for name in READ if name in given}
    if len(block.sites) > 1 and filling.refused_alone(read, place["latitude"], place["day_of_year"]).any():
        raise Mixed
    values, codes, eto = calculation.run(read, place)
    return Done({n: np.asarray(v) for n, v in values.items()}, codes, np.array(eto, dtype=np.float64))


class Mixed(Exception):
    """Some places of a block are refused by themselves and would hide among the others: compute them one by one."""


def evapotranspiration(values: Mapping[str, Array], block: Block, wind: Array | None = None) -> Array:
    """Return FAO-56 ETo of complete inputs, or of derived ones, which are not judged; shape (places, days).

    Parameters
    ----------
    values : mapping of str to ndarray, shape (places, days)
        As `Done.values`.
    block : Block
    wind : ndarray, optional
        In place of theirs. [m s-1]
    """
    return np.asarray(
        kernel.daily(
            tmin=values["tmin"],
            tmax=values["tmax"],
            ea=values["ea"],
            rs=values["rs"],
            u2=values["u2"] if wind is None else wind,
            g=values.get("soil_heat_flux"),
            latitude=block.latitude,
            elevation=block.elevation,
            day_of_year=block.days.of_year[None, :],
            checked=True,
        )
    )


def wind_slope(eto: np.ndarray, eto_half_wind: np.ndarray) -> np.ndarray:
    """Return by how much log ETo falls when the wind is halved, per doubling. [1]

    A secant, because grids are wrong by factors of about two: the correction is then exact at half the wind.

    >>> wind_slope(np.array([4.0, 0.05]), np.array([3.0, 0.05])).round(3).tolist()
    [0.415, 0.0]
    """
    usable = (eto > LEAST) & (eto_half_wind > LEAST)
    ratio = np.where(usable, eto, 1.0) / np.where(usable, eto_half_wind, 1.0)
    slope = np.clip(np.log2(ratio), -0.5, 1.0)
    return np.where(np.isnan(eto), np.nan, slope)
