"""Units and heights that a file does not state: the likely one by the values and by its other columns, and why."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from etolib.equations import sun
from etolib.equations.air import saturation_vapour_pressure, wind_speed_2m
from etolib.equations.daily import eto_fao56
from etolib.site import Site
from etolib.sources.station.columns import Column, Mapping
from etolib.sources.station.judge import DOUBT, LIMITS, USUAL, misfit
from etolib.sources.station.layout import Table
from etolib.sources.station.names import height_of
from etolib.sources.station.questions import Question
from etolib.sources.station.units import FLUXES, QUANTITY, UNITS, conversion
from etolib.words import Text, say

WIDEST_RANGE = 50.0
"""Range of temperature of a usual day that none has in °C, K or °F: such numbers are tenths."""

DARKEST = 0.08
"""Share of a clear summer day that the brightest days of a dark winter have; a unit that gives less is no question."""

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
            values = table.numbers(c)
            unit, why = _likely(quantity, values, file)
            reasons = (*reasons, say("unit_from", reason=why))
            if _others_fit(c.variable or "", values, unit, file):
                text = say("unit_not_stated", name=repr(c.name), unit=unit, reason=why)
                questions.append(Question("units", text, c.name, tuple(UNITS[quantity]), unit))
                guessed = True
        height = c.height
        if c.variable == "u2" and height is None:
            height, guessed = 2.0, True
            text = wind_height_question(c.name, _mean_wind(table, c, unit), table, columns, latitude)
            questions.append(Question("wind_height", text, c.name, (2.0, 10.0), height))
        other = table.facts.get("wind_height")
        if c.variable == "u2" and other and height not in (None, other) and height == height_of(c.name):
            guessed = True
            text = say("wind_heights_differ", name=repr(c.name), one=f"{height:g}", other=f"{other:g}")
            questions.append(Question("wind_height", text, c.name, (height, other), height))
        result.append(replace(c, unit=unit, height=height, reasons=reasons, guessed=guessed))
    return result


def by_weather(mapping: Mapping, frame: pd.DataFrame, place: Site | None, *, of_hours: bool = False) -> Mapping:
    """Return the mapping with the units that the weather of the place leaves possible, each asked about.

    A unit that nobody states and that gives what cannot be there (`judge.misfit`) is exchanged where exactly one other
    gives what can. Columns of temperature share theirs. What fits in no unit or in several is left to `judge`.

    Parameters
    ----------
    mapping : Mapping
        What the columns are taken for.
    frame : pandas.DataFrame
        Canonical columns by day, as the mapping makes them.
    place : Site or None
        Where the station stands; nothing is changed where it is not known.
    of_hours : bool
        Whether the rows of the file are parts of days: a radiation may then be a mean or an amount, and is left alone.
    """
    groups: dict[str, list[Column]] = {}
    for c in mapping.columns:
        said = mapping.known.get(c.name, {}).get("unit")
        if place is None or c.unit is None or c.stated or said or c.scale != 1.0 or c.variable not in frame:
            continue
        quantity = QUANTITY[c.variable or ""]
        if not (of_hours and quantity == "radiation"):
            groups.setdefault(quantity if quantity == "temperature" else c.name, []).append(c)
    better: dict[str, str] = {}
    for columns in groups.values():
        unit = _only_possible(columns, frame, place)
        better |= {c.name: unit for c in columns if unit is not None and unit != c.unit}
    if not better:
        return mapping
    columns_now, questions = [], [q for q in mapping.questions if q.parameter != "units" or q.column not in better]
    for c in mapping.columns:
        if (unit := better.get(c.name)) is not None:
            reason = say("the_weather_there")
            text = say("unit_not_stated", name=repr(c.name), unit=unit, reason=reason)
            choices = c.choices or tuple(UNITS[QUANTITY[c.variable or ""]])
            questions.append(Question("units", text, c.name, choices, unit))
            reasons = (*(r for r in c.reasons if r.key != "unit_from"), say("unit_from", reason=reason))
            c = replace(c, unit=unit, guessed=True, reasons=reasons)
        columns_now.append(c)
    return replace(mapping, columns=tuple(columns_now), questions=tuple(questions))


def _only_possible(columns: Sequence[Column], frame: pd.DataFrame, place: Site | None) -> str | None:
    """Return the one unit in which all of some columns of a quantity can be at a place; None where several are."""
    days = pd.DatetimeIndex(frame.index)
    values = [(c, frame[c.variable].to_numpy(float)) for c in columns]
    if all(misfit(c.variable or "", now, days, place) < 1 for c, now in values):
        return None
    scores = {unit: 0.0 for unit in UNITS[QUANTITY[columns[0].variable or ""]] if not unit[0].isdigit()}
    for c, now in values:
        factor, offset = conversion(c.variable, c.unit)
        for unit in scores:  # tenths are rarer, and no guess
            scale, shift = conversion(c.variable, unit)
            other = misfit(c.variable or "", (now - offset) / factor * scale + shift, days, place)
            scores[unit] = max(scores[unit], other)
    possible = [unit for unit, score in scores.items() if score < 1]
    return possible[0] if len(possible) == 1 and scores[possible[0]] < DOUBT else None


def _others_fit(variable: str, values: Any, unit: str, file: _File) -> bool:
    """Return whether the values could well be in another unit than the likely one."""
    some = values[np.isfinite(values)]
    quantity = QUANTITY[variable]
    if not len(some):
        return False
    if quantity == "radiation":
        high = float(np.percentile(some, 95))
        could = _fitting(high, file.latitude, file.per_day, least=DARKEST)
        return file.per_day > 1 or file.latitude is None or len(could if file.american else could.keys() - {"Ly"}) != 1
    low, top = USUAL[variable] if quantity == "water" else LIMITS[variable]
    middle = float(np.median(some if quantity != "water" else some[some > 0] if (some > 0).any() else some))
    others = (change for name, change in UNITS[quantity].items() if name != unit and not name[0].isdigit())
    return any(low <= middle * factor + offset <= top for factor, offset in others)


def _mean_wind(table: Table, column: Column, unit: str | None) -> float:
    values = table.numbers(column)
    factor, offset = conversion("u2", unit)
    good = values[np.isfinite(values)]
    return float(np.mean(good) * factor + offset) if len(good) else math.nan


def wind_height_question(
    name: str, mean: float, table: Table, columns: Sequence[Column], latitude: float | None
) -> Text:
    """Return what is said of a wind whose height is not stated: its mean, and what 10 m would change of ETo.

    The change is that of FAO-56 Penman-Monteith on the mean temperatures of the file, with 15 MJ m-2 day-1 and the
    vapour pressure that the minimum saturates.
    """
    means = {}
    for c in columns:
        if c.variable in ("tmin", "tmax", "tmean"):
            factor, offset = conversion(c.variable, c.unit)
            values = table.numbers(c) * factor + offset
            means[c.variable] = float(np.nanmean(values)) if np.isfinite(values).any() else 20.0
    low = min(max(means.get("tmin", means.get("tmean", 20.0) - 5), -30.0), 35.0)
    high = min(max(means.get("tmax", means.get("tmean", 20.0) + 5), low), 45.0)
    if not math.isfinite(mean) or not 0 <= mean < 60:
        return say("wind_height_not_stated", name=repr(name))

    def eto(wind: float) -> float:
        return float(
            eto_fao56(tmin=low, tmax=high, ea=saturation_vapour_pressure(low), rs=15.0, u2=wind,
                      latitude=latitude or 0.0, elevation=100.0, day_of_year=80)
        )  # fmt: skip

    at_2 = eto(mean)
    change = 100 * (eto(float(wind_speed_2m(mean, 10.0))) / at_2 - 1) if at_2 > 0 else 0.0
    return say("wind_height_and_its_effect", name=repr(name), mean=f"{mean:.1f}", percent=f"{abs(change):.0f}")


def _whole_file(table: Table, columns: Sequence[Column], latitude: float | None) -> _File:
    stated = {c.unit for c in columns if c.unit}
    hot = [
        float(np.nanpercentile(values, 95))
        for c in columns
        if QUANTITY.get(c.variable or "") == "temperature" and not c.unit
        and np.isfinite(values := table.numbers(c)).any()
    ]  # fmt: skip
    both = {c.variable: table.numbers(c) for c in columns if c.variable in ("tmin", "tmax") and not c.unit}
    apart = np.abs(both["tmax"] - both["tmin"]) if len(both) == 2 else np.array([])
    apart = apart[np.isfinite(apart)]
    if len(apart) and float(np.median(apart)) > WIDEST_RANGE:
        return _File("0.1 °C", bool(stated & {"mph", "in", "Ly"}), latitude)
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
    fits = {unit: share for unit, share in _fitting(high, latitude, per_day).items() if unit != "Ly"}
    if "MJ/m²" in fits or not fits:
        return "MJ/m²", say("by_the_values" if fits else "the_usual_unit")
    return max(fits, key=lambda u: -abs(math.log(fits[u]))), say("by_the_values")


def _fitting(high: float, latitude: float | None, per_day: float, least: float = 0.45) -> dict[str, float]:
    """Return the units in which the larger values are near a clear summer day (from ``least``), and their share."""
    top = 31.0  # MJ m-2 day-1, a clear summer day nearly anywhere
    if latitude is not None:
        number_of_day = np.arange(1.0, 366.0)
        top = float(np.max(sun.extraterrestrial_radiation(latitude, number_of_day))) * 0.78
    shares = {
        unit: high * UNITS["radiation"][unit][0] * (1.0 if unit in FLUXES else per_day) / top
        for unit in ("MJ/m²", "W/m²", "kWh/m²", "kJ/m²", "J/cm²", "J/m²", "Wh/m²", "Ly")
    }
    return {unit: share for unit, share in shares.items() if least <= share <= 1.25}
