"""What can be drawn of an open question: a column as each answer would read it, and what is usual at the place."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from etolib.equations.air import wind_speed_2m
from etolib.errors import EtolibError
from etolib.site import Site
from etolib.sources.station.columns import Column, Mapping
from etolib.sources.station.dates import dates_of
from etolib.sources.station.expected import usual
from etolib.sources.station.headers import take_apart
from etolib.sources.station.judge import misfit
from etolib.sources.station.layout import Table
from etolib.sources.station.questions import Question
from etolib.sources.station.units import CANONICAL, QUANTITY, UNITS, conversion, unit_of

MOST_POINTS = 240
"""Days drawn: a longer record is drawn by its newest days, so that a season can be seen."""

MOST_READINGS = 3

_DAY = {"tmin": "min", "rhmin": "min", "tmax": "max", "rhmax": "max"}  # of several rows of a day; else their mean


def preview(table: Table, mapping: Mapping, question: Question, site: Site | None = None) -> dict[str, Any] | None:
    """Return what to draw beside a question, None where it is about no column of weather.

    Parameters
    ----------
    table : Table
    mapping : Mapping
    question : Question
    site : Site, optional
        Where the station stands; without it nothing is known to be usual.

    Returns
    -------
    dict or None
        ``variable``; its canonical ``unit``; ``dates`` as ISO text; ``readings``: the series by answer; ``usual``: the
        climatology of the place on those days, None where it is not known. In the canonical unit, None where absent.
    """
    columns = {c.name: c for c in mapping.columns}
    column = columns.get(question.column or "")
    if column is None or column.variable not in QUANTITY:
        return None
    try:
        at = {c.variable: c.index for c in mapping.columns if c.variable}
        days, _ = dates_of(table, at, mapping.date_format)
    except EtolibError:
        return None
    found = _readings(table, column, columns, question)
    if not found:
        return None
    if question.parameter == "units":
        found = _likely(column.variable or "", found, pd.DatetimeIndex(days), site, question.assumed)
    drawn = pd.DataFrame(found, index=pd.DatetimeIndex(days, name="date"))
    drawn = drawn.groupby(level="date").agg(_DAY.get(column.variable or "", "mean")).sort_index().tail(MOST_POINTS)
    expected = None if site is None else usual(column.variable or "", pd.DatetimeIndex(drawn.index), site)
    return {
        "variable": column.variable,
        "unit": CANONICAL[column.variable or ""],
        "dates": [day.date().isoformat() for day in drawn.index],
        "readings": {str(name): _plain(values) for name, values in drawn.items()},
        "usual": None if expected is None else _plain(expected),
    }


def _likely(
    variable: str, readings: MappingOf[str, np.ndarray], days: pd.DatetimeIndex, site: Site | None, assumed: Any
) -> dict[str, np.ndarray]:
    """Return the readings that can be weather, the likeliest few, and the one that is assumed."""
    badly = {name: misfit(variable, values, days, site) for name, values in readings.items()}
    ordered = sorted(readings, key=lambda name: (name != assumed, badly[name]))
    kept = [name for name in ordered if badly[name] < 1 or name == assumed][:MOST_READINGS]
    return {name: readings[name] for name in kept or ordered[:MOST_READINGS]}


def _readings(
    table: Table, column: Column, columns: MappingOf[str, Column], question: Question
) -> dict[str, np.ndarray]:
    """Return the series of each answer in the canonical unit."""
    variable = column.variable or ""
    quantity = QUANTITY[variable]
    units = UNITS[quantity]

    def values(one: Column, unit: str | None) -> np.ndarray:
        factor, offset = conversion(variable, unit)
        return np.asarray(table.numbers(one) * factor + offset)

    if question.parameter == "units":
        names = [str(unit) for unit in question.choices if unit in units] or list(units)
        as_written = replace(column, scale=1.0)  # what a person answers is the unit of the numbers in the file
        return {unit: values(column if unit == column.unit else as_written, unit) for unit in names}
    if question.parameter == "wind_height":
        wind = values(column, column.unit)
        heights = [float(height) for height in question.choices] or [2.0, 10.0]
        return {f"{height:g} m": np.asarray(wind_speed_2m(wind, height)) for height in heights}
    rivals = [one for name in question.choices if (one := columns.get(str(name))) is not None]
    rivals = [one for one in rivals if one.variable is None or QUANTITY.get(one.variable) == quantity]
    return {one.name: values(one, _unit(table, one, quantity) or column.unit) for one in rivals or [column]}


def _unit(table: Table, column: Column, quantity: str) -> str | None:
    """Return the unit of a column, also of one that is not used and has kept none."""
    stated, _ = take_apart(column.name).unit_for(quantity)
    units = (column.unit, stated, unit_of(table.units[column.index] or ""))
    return next((unit for unit in units if unit in UNITS[quantity]), None)


def _plain(values: Any) -> Sequence[float | None]:
    return [round(float(value), 3) if np.isfinite(value) else None for value in values]
