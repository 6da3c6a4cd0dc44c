"""Daily weather of one cell: canonical columns by date, from the names and units of the Dataset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from etolib.equations.model_names import GRAVITY, geopotential_name, is_geopotential, names_read, understand
from etolib.errors import InputError, Problem
from etolib.sources import canonical
from etolib.sources.grid.lattice import Cell
from etolib.sources.grid.times import Times
from etolib.units import convert
from etolib.words import Text, say

READ = ("tmin", "tmax", "tmean", "ea", "tdew", "rhmin", "rhmax", "rhmean", "rs", "sunshine", "u2", "pressure",
        "precipitation", "cloud")  # fmt: skip
"""The canonical variables that are read of days."""

NEGATIVE = {"rs": -1.0, "precipitation": -1.0}
"""What packing may take below zero [canonical units]; it is zero."""


@dataclass
class Told:
    """What the reader should know, each sentence once."""

    sentences: list[Text] = field(default_factory=list)

    def __call__(self, *sentences: Text) -> None:
        self.sentences += [one for one in sentences if one not in self.sentences]


def names_needed(dataset: Any, wanted: tuple[str, ...]) -> list[str]:
    """Return the variables of a Dataset to read for ``wanted``, and its elevation."""
    height = height_name(dataset)
    return [*names_read(dataset, wanted), *([height] if height is not None and height in dataset.data_vars else [])]


def height_name(dataset: Any) -> str | None:
    """Return what a Dataset calls the elevation of its cells, or their geopotential; None where it has none."""
    known = names_read(dataset, ("elevation",))
    if known:
        return known[0]
    if "elevation" in dataset.coords:
        return "elevation"
    return geopotential_name(dataset)


def height_of(dataset: Any, cell: Cell) -> float | None:
    """Return the elevation of a cell, None where the Dataset has none. [m]"""
    name = height_name(dataset)
    if name is None:
        return None
    found = dataset[name].isel({dim: i for dim, i in cell.at.items() if dim in dataset[name].dims})
    found = found.isel(dict.fromkeys(found.dims, 0))
    value = float(found.to_numpy())
    if not np.isfinite(value):
        return None
    unit = str(dataset[name].attrs.get("units", "m"))
    if is_geopotential(dataset[name]):
        return value / GRAVITY
    return float(convert(value, "elevation", unit))


def daily_frame(point: Any, times: Times, units: Mapping[str, str], height: float | None, told: Told) -> pd.DataFrame:
    """Return canonical columns by date of the series of one cell.

    Parameters
    ----------
    point : xarray.Dataset
        Along the dimension of time alone; loaded.
    times : Times
        Of ``point``.
    units : mapping of str to str
        What a person says of units, by canonical name.
    height : float or None
        Of the cell. [m]
    told : Told
        Grows.

    Raises
    ------
    InputError
        Where a variable has no unit, two could be meant, or the temperatures are missing.
    """
    frame = columns_of(point, times, units, height, told)
    need_temperatures({str(name): None for name in frame}, point)
    return frame


def columns_of(point: Any, times: Times, units: Mapping[str, str], height: float | None, told: Told) -> pd.DataFrame:
    """Return the same, whether or not the extremes of the temperature are among the columns."""
    named, said = understand(point, READ, units, height)
    told(*said)
    columns: dict[str, Any] = {}
    for name in (name for name in READ if name in named.variables and named[name].ndim == 1):
        unit = units.get(name) if name in point.variables else None
        unit = unit or named[name].attrs.get("units")
        values = named[name].to_numpy().astype(float)
        values = values if unit is None else convert(values, name, str(unit))
        if name in NEGATIVE:
            values = np.where((values < 0) & (values > NEGATIVE[name]), 0.0, values)
        columns[name] = values
    real = ~np.isnat(times.days)
    return canonical.table(
        times.days[real].astype("datetime64[ns]"), {k: v[real] for k, v in columns.items()}, told.sentences
    )


def need_temperatures(columns: Mapping[str, Any], dataset: Any) -> None:
    """Raise `InputError` where the extremes of the temperature are not among the columns."""
    there = [str(name) for name in dataset.data_vars]
    problems = [
        Problem(name, None, say("grid_has_no", names=there), say("grid_name_it", name=name))
        for name in ("tmin", "tmax")
        if name not in columns
    ]
    if problems:
        raise InputError(problems)
