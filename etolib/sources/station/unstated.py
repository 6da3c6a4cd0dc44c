"""Units and heights that a file does not state: the likely one by the values and by its other columns, and why."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from etolib.equations import sun
from etolib.sources.station.cells import number
from etolib.sources.station.columns import Column
from etolib.sources.station.layout import Table
from etolib.sources.station.questions import Question
from etolib.sources.station.units import FLUXES, QUANTITY, UNITS
from etolib.words import Text, say

_PRESSURE = (("kPa", 45, 110), ("inHg", 14, 33), ("mmHg", 340, 449), ("hPa", 450, 1100), ("Pa", 45000, 110000))
"""Bounds of the larger values of a station's air pressure, by unit."""


@dataclass(frozen=True)
class _File:
    """What the whole file says of a single column's unit."""

    temperature: str
    american: bool
    latitude: float | None
    per_day: float = 1.0


def complete(
    table: Table, columns: Sequence[Column], latitude: float | None, questions: list[Question], per_day: float = 1.0
) -> list[Column]:
    """Return the columns with a unit each, and each wind with a height; ``questions`` grows by what was assumed.

    ``per_day`` is how many rows a day has.
    """
    file = replace(_whole_file(table, columns, latitude), per_day=per_day)
    result = []
    for c in columns:
        quantity = QUANTITY.get(c.variable or "")
        if quantity is None:
            result.append(c)
            continue
        unit, reasons = c.unit, c.reasons
        guessed = c.guessed or bool(c.choices)
        if c.choices:
            text = say("unit_of_format_unclear", name=repr(c.name), units=list(c.choices))
            questions.append(Question("units", text, c.name, c.choices, unit))
            unit = unit or c.choices[0]
        elif unit is None:
            unit, why = _likely(quantity, values_of(table, c), file)
            text = say("unit_not_stated", name=repr(c.name), unit=unit, reason=why)
            questions.append(Question("units", text, c.name, tuple(UNITS[quantity]), unit))
            reasons = (*reasons, say("unit_from", reason=why))
        height = c.height
        if c.variable == "u2" and height is None:
            height = 2.0
            text = say("wind_height_not_stated", name=repr(c.name))
            questions.append(Question("wind_height", text, c.name, (2.0, 10.0), height))
        result.append(replace(c, unit=unit, height=height, reasons=reasons, guessed=guessed))
    return result


def values_of(table: Table, column: Column) -> Any:
    """Return a column as numbers, NaN where there is none; shape (rows,)."""
    return np.array([number(row[column.index], table.decimal) for row in table.rows], dtype=float)


def _whole_file(table: Table, columns: Sequence[Column], latitude: float | None) -> _File:
    stated = {c.unit for c in columns if c.unit}
    hot = [
        float(np.nanpercentile(values, 95))
        for c in columns
        if QUANTITY.get(c.variable or "") == "temperature" and not c.unit
        and np.isfinite(values := values_of(table, c)).any()
    ]  # fmt: skip
    temperature = "K" if any(v > 200 for v in hot) else "°F" if "°F" in stated or any(v > 50 for v in hot) else "°C"
    american = bool(stated & {"°F", "mph", "in", "Ly"}) or temperature == "°F"
    return _File(temperature, american, latitude)


def _likely(quantity: str, values: Any, file: _File) -> tuple[str, Text]:
    """Return the likely unit of a quantity, and why."""
    some = values[np.isfinite(values)]
    high = float(np.percentile(some, 95)) if len(some) else math.nan
    by_values, usual = say("by_the_values"), say("the_usual_unit")
    if quantity == "temperature":
        return file.temperature, say("by_the_temperatures")
    if quantity == "humidity":
        return ("fraction", say("no_value_above_1")) if len(some) and some.max() <= 1.0 else ("%", by_values)
    if quantity == "vapour pressure":
        return ("kPa", by_values) if not high > 7 else ("hPa", by_values)
    if quantity == "pressure":
        for unit, low, top in _PRESSURE:
            if low <= high <= top:
                return unit, by_values
    if quantity == "wind" and high > 100:
        return "km/day", by_values
    if quantity in ("wind", "water"):
        american, metric = ("mph", "m/s") if quantity == "wind" else ("in", "mm")
        return (american, say("others_in_us_units")) if file.american else (metric, usual)
    if quantity == "radiation":
        if file.per_day > 1:  # of hours: what a sunny day of them comes to
            count = max(round(file.per_day), 1)
            means = values[: len(values) // count * count].reshape(-1, count)
            means = np.where(np.isfinite(means), means, 0.0).mean(axis=1)
            high = float(np.percentile(means, 95)) if len(means) else math.nan
        return _likely_radiation(high, file.latitude, file.per_day)
    return next(iter(UNITS[quantity])), usual


def _likely_radiation(high: float, latitude: float | None, per_day: float = 1.0) -> tuple[str, Text]:
    """Return the unit in which the larger values, means of a day of ``per_day`` rows, come near a clear summer day."""
    top = 31.0  # MJ m-2 day-1, a clear summer day nearly anywhere
    if latitude is not None:
        number_of_day = np.arange(1.0, 366.0)
        top = float(np.max(sun.extraterrestrial_radiation(latitude, number_of_day))) * 0.78
    fits = {}
    for unit in ("MJ/m²", "W/m²", "kWh/m²", "kJ/m²", "J/cm²"):
        share = high * UNITS["radiation"][unit][0] * (1.0 if unit in FLUXES else per_day) / top
        if 0.45 <= share <= 1.25:
            fits[unit] = share
    if "MJ/m²" in fits or not fits:
        return "MJ/m²", say("by_the_values" if fits else "the_usual_unit")
    return max(fits, key=lambda u: -abs(math.log(fits[u]))), say("by_the_values")
