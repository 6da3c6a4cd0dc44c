"""What the columns of a station file are taken for: guessed from names, units and values, shown, changed by hand."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from etolib.equations import radiation
from etolib.errors import InputError, Problem
from etolib.sources.station.layout import Table, date_like, number, open_table
from etolib.sources.station.names import CANONICAL, QUANTITY, UNITS, classify, height_of, split_unit

_DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y",
                 "%d.%m.%Y", "%d-%b-%Y", "%d %b %Y", "%d-%b-%y", "%d/%m/%y", "%m/%d/%y")  # fmt: skip

_LACKING = {
    "tmin": (
        "has no column for the minimum temperature of the day",
        "name the column tmin, or say which column it is",
    ),
    "tmax": (
        "has no column for the maximum temperature of the day",
        "name the column tmax, or say which column it is",
    ),
    "tmin+tmax": (
        "has no columns for the minimum and the maximum temperature of the day",
        "name the columns tmin and tmax, or say which columns they are",
    ),
}
"""What is told of a file without temperatures, and what can be done."""

Known = MappingOf[str, MappingOf[str, Any]]
"""What a person says of columns, by name: ``variable`` ("" for none), ``unit``, ``height`` [m], ``format`` (dates)."""


@dataclass(frozen=True)
class Column:
    """What one column of the file is taken for.

    ``variable`` is a canonical name, a part of the date, ``station``, or None (not used). ``stated`` tells whether the
    file names the unit. ``height`` of a wind [m].
    """

    name: str
    index: int
    variable: str | None
    unit: str | None = None
    stated: bool = False
    height: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class Mapping:
    """What a file is taken for; change it with `change`, then hand it to `read`.

    ``known`` is what a person said of columns, ``station`` which of several stations was read.
    """

    columns: tuple[Column, ...]
    delimiter: str
    decimal: str
    date_format: str
    questions: tuple[str, ...] = ()
    station: str | None = None
    known: Known = field(default_factory=dict)

    def table(self) -> pd.DataFrame:
        """Return one row per column of the file: its name, what it is taken for, unit, reason."""
        return pd.DataFrame(
            [
                {
                    "column": c.name,
                    "taken for": c.variable or "not used",
                    "unit": c.unit or "",
                    "unit stated": c.stated,
                    "reason": c.reason,
                }
                for c in self.columns
            ]
        )

    def change(
        self, column: str, *, variable: str | None = None, unit: str | None = None, height: float | None = None
    ) -> Mapping:
        """Return the mapping with one column taken for something else; ``variable=""`` leaves it out.

        Raises
        ------
        InputError
            Where the column or the unit is not known.
        """
        names = [c.name for c in self.columns]
        if column not in names:
            raise InputError([Problem("column", column, "is not in the file", f"columns are {', '.join(names)}")])
        changed = []
        for c in self.columns:
            if c.name == column:
                target = c.variable if variable is None else variable or None
                if target is not None and unit is not None and unit not in UNITS.get(QUANTITY.get(target, ""), {}):
                    known = ", ".join(UNITS.get(QUANTITY.get(target, ""), {}))
                    raise InputError([Problem(f"unit of {column!r}", unit, f"is not one of {known}")])
                c = replace(
                    c, variable=target, unit=unit or c.unit, stated=c.stated or unit is not None,
                    height=height or c.height, reason="set by hand",
                )  # fmt: skip
            changed.append(c)
        return replace(self, columns=tuple(changed))

    def explain(self) -> list[str]:
        """Return the mapping in sentences, what is uncertain last."""
        sign = {"\t": "tabulators", " ": "spaces", "": "cells"}.get(self.delimiter, f"{self.delimiter!r}")
        words = [f"columns separated by {sign}, decimal {'comma' if self.decimal == ',' else 'point'}, "
                 f"dates as {_words(self.date_format)}"]  # fmt: skip
        words += [
            f"{c.name!r} is taken for {c.variable}{f' in {c.unit}' if c.unit else ''} ({c.reason})"
            for c in self.columns
            if c.variable
        ]
        ignored = [c.name for c in self.columns if not c.variable and c.name]
        if ignored:
            words.append(f"not used: {', '.join(ignored)}")
        return words + list(self.questions)


def guess(
    file: str | Path | bytes,
    *,
    filename: str | None = None,
    latitude: float | None = None,
    known: Known | None = None,
) -> Mapping:
    """Return what a file is taken for, to be shown and confirmed.

    Parameters
    ----------
    file : str, pathlib.Path or bytes
        Path, or the content itself.
    filename : str, optional
        Named in messages where ``file`` is the content.
    latitude : float, optional
        Helps to tell the unit of radiation. [degrees]
    known : mapping, optional
        What a person says of columns, by name (see `Known`); only the rest is guessed.

    Raises
    ------
    InputError
        Where the file is no table, or lacks a column without which there is no ETo.

    Examples
    --------
    >>> mapping = guess(b"date;Tmax (C);Tmin (C)\\n01/02/2024;30,1;19,5\\n02/02/2024;31,0;20,2\\n")
    >>> mapping.decimal, [c.variable for c in mapping.columns]
    (',', ['date', 'tmax', 'tmin'])
    >>> mapping = guess(b"date,A,B\\n2024-02-01,86,68\\n", known={"A": {"variable": "tmax"}, "B": {"variable": "tmin"}})
    >>> [c.unit for c in mapping.columns]
    [None, '°F', '°F']
    """
    return map_table(open_table(file, filename), latitude, known)


def map_table(table: Table, latitude: float | None, known: Known | None = None) -> Mapping:
    """Return what the columns of a table are taken for; see `guess`."""
    known = known or {}
    if table.monthly is not None:
        months = tuple(
            Column(name, i, name, None, True, 2.0 if name == "u2" else None, "place in the CLIMWAT file")
            for i, name in enumerate(table.monthly.columns)
        )
        return Mapping(months, table.delimiter, table.decimal, "twelve months, no year")
    latitude = table.facts.get("latitude", latitude) if latitude is None else latitude
    questions: list[str] = []
    columns: list[Column] = []
    by_hand = {told["variable"]: name for name, told in known.items() if told.get("variable") and name in table.names}
    taken: dict[str, str] = {}
    for index, header in enumerate(table.names):
        told = known.get(header, {})
        name, unit = split_unit(header)
        unit = told.get("unit") or unit or table.units[index]
        variable = (told["variable"] or None) if "variable" in told else classify(name)
        reason = "set by hand" if told else f"its name {header!r}"
        if unit is None and header in CANONICAL:
            unit, reason = CANONICAL[header], "the canonical name and unit"
        if variable and unit is not None and unit not in UNITS.get(QUANTITY.get(variable, ""), {}):
            unit = None
        other = taken.get(variable or "", by_hand.get(variable or "", header))
        if variable in QUANTITY and (variable in taken or other != header):
            questions.append(f"{header!r} looks like {variable} too, as {other!r} does; it is not used")
            variable, reason = None, f"{other!r} is used for it"
        if variable:
            taken[variable] = header
        height = told.get("height") or height_of(header) if variable == "u2" else None
        columns.append(
            Column(header, index, variable, unit if variable in QUANTITY else None, unit is not None, height, reason)
        )
    columns = _complete_units(table, columns, latitude, questions)
    form = next((told["format"] for told in known.values() if told.get("format")), None)
    if form not in _DATE_FORMATS:
        form = _date_format(table, columns, questions)
    mapping = Mapping(tuple(columns), table.delimiter, table.decimal, form)
    lacking = [name for name in ("tmin", "tmax") if name not in taken]
    if lacking:
        rule, hint = _LACKING["+".join(lacking)]
        raise InputError([Problem("file", ", ".join(n for n in table.names if n), rule, hint)])
    return replace(mapping, questions=tuple(questions), known={name: dict(told) for name, told in known.items()})


def _complete_units(
    table: Table, columns: Sequence[Column], latitude: float | None, questions: list[str]
) -> list[Column]:
    """Fill in units the file does not state, from the values and from its other columns."""
    stated = {c.unit for c in columns if c.unit}
    imperial = bool(stated & {"°F", "mph", "in", "Ly"})
    hot = [
        float(np.nanpercentile(values, 95))
        for c in columns
        if QUANTITY.get(c.variable or "") == "temperature" and not c.unit
        and np.isfinite(values := _values(table, c)).any()
    ]  # fmt: skip
    temperature = "°F" if "°F" in stated or any(v > 50 for v in hot) else "K" if any(v > 200 for v in hot) else "°C"
    if any(v > 200 for v in hot):
        temperature = "K"
    imperial = imperial or temperature == "°F"
    result = []
    for c in columns:
        quantity = QUANTITY.get(c.variable or "")
        if quantity is None:
            result.append(c)
            continue
        unit, why = c.unit, c.reason
        values = _values(table, c)
        if unit is None:
            unit, why = _likely(quantity, values, temperature, imperial, latitude, table, columns)
            questions.append(f"{c.name!r}: the unit is not stated, {unit} assumed ({why})")
            why = f"{c.reason}; unit from {why}"
        height = c.height
        if c.variable == "u2" and height is None:
            height = 2.0
            questions.append(f"{c.name!r}: the height of the wind is not stated, 2 m assumed; set 10 m if it is that")
        result.append(replace(c, unit=unit, height=height, reason=why))
    return result


def _likely(
    quantity: str, values: Any, temperature: str, imperial: bool, latitude: float | None, table: Table,
    columns: Sequence[Column],
) -> tuple[str, str]:  # fmt: skip
    """Return the likely unit of a quantity, and why."""
    some = values[np.isfinite(values)]
    high = float(np.percentile(some, 95)) if len(some) else math.nan
    if quantity == "temperature":
        return temperature, "the values of the temperatures"
    if quantity == "humidity":
        return ("fraction", "no value above 1") if len(some) and some.max() <= 1.0 else ("%", "the values")
    if quantity == "vapour pressure":
        return ("kPa", "the values") if not high > 7 else ("hPa", "the values")
    if quantity == "pressure":
        for unit, low, top in (("kPa", 45, 110), ("inHg", 14, 33), ("mmHg", 340, 449), ("hPa", 450, 1100),
                               ("Pa", 45000, 110000)):  # fmt: skip
            if low <= high <= top:
                return unit, "the values"
    if quantity == "wind":
        if high > 100:
            return "km/day", "the values"
        return ("mph", "the other columns are in US units") if imperial else ("m/s", "the usual unit")
    if quantity == "water":
        return ("in", "the other columns are in US units") if imperial else ("mm", "the usual unit")
    if quantity == "radiation":
        return _likely_radiation(values, latitude, table, columns)
    return next(iter(UNITS[quantity])), "the usual unit"


def _likely_radiation(values: Any, latitude: float | None, table: Table, columns: Sequence[Column]) -> tuple[str, str]:
    some = values[np.isfinite(values)]
    high = float(np.percentile(some, 95)) if len(some) else math.nan
    top = 31.0  # MJ m-2 day-1, a clear summer day nearly anywhere
    if latitude is not None:
        number = np.arange(1.0, 366.0)
        top = float(np.max(radiation.extraterrestrial_radiation(latitude, number))) * 0.78
    fits = {}
    for unit in ("MJ/m²", "W/m²", "kWh/m²", "kJ/m²", "J/cm²"):
        share = high * UNITS["radiation"][unit][0] / top
        if 0.45 <= share <= 1.25:
            fits[unit] = share
    if "MJ/m²" in fits or not fits:
        return "MJ/m²", "the values" if fits else "the usual unit"
    return max(fits, key=lambda u: -abs(math.log(fits[u]))), "the values"


def _values(table: Table, column: Column) -> Any:
    return np.array([number(row[column.index], table.decimal) for row in table.rows], dtype=float)


def _date_format(table: Table, columns: Sequence[Column], questions: list[str]) -> str:
    """Return how the dates are written; InputError where they cannot be read."""
    parts = {c.variable: c for c in columns if c.variable in ("date", "year", "month", "day", "doy")}
    if "date" not in parts:
        if {"year", "doy"} <= parts.keys():
            return "year and day of year"
        if {"year", "month", "day"} <= parts.keys():
            return "year, month, day"
        if "day" in parts and any(date_like(row[parts["day"].index]) for row in table.rows[:5]):
            parts["date"] = parts["day"]
        else:
            raise InputError(
                [
                    Problem(
                        "file",
                        ", ".join(n for n in table.names if n),
                        "has no column for the date",
                        "name it date, or year, month and day",
                    )
                ]
            )
    cells = [row[parts["date"].index] for row in table.rows if row[parts["date"].index]]
    good = [form for form in _DATE_FORMATS if _fits(cells, form)]
    if not good:
        raise InputError(
            [Problem(f"column {parts['date'].name!r}", cells[0] if cells else "", "is not a date", "write YYYY-MM-DD")]
        )
    if len(good) > 1:
        steps = {form: _even(cells, form) for form in good}
        best = max(good, key=lambda form: steps[form])
        others = [form for form in good if form != best and steps[form] == steps[best]]
        if others and _parse_dates(cells[:50], best) != _parse_dates(cells[:50], others[0]):
            questions.append(f"dates such as {cells[0]!r} can be read in two ways; {_words(best)} is taken")
        return best
    return good[0]


def _words(form: str) -> str:
    return form.replace("%Y", "YYYY").replace("%m", "MM").replace("%d", "DD").replace("%y", "YY").replace("%b", "MON")


def _day_part(cell: str) -> str:
    """Return the date without a time of day."""
    return re.split(r"[T ](?=\d{1,2}:)", cell, maxsplit=1)[0]


def _fits(cells: Sequence[str], form: str) -> bool:
    try:
        _parse_dates(cells, form)
    except ValueError:
        return False
    return True


def _parse_dates(cells: Sequence[str], form: str) -> list[dt.date]:
    return [dt.datetime.strptime(_day_part(cell), form).date() for cell in cells]  # noqa: DTZ007 (a date)


def _even(cells: Sequence[str], form: str) -> float:
    days = _parse_dates(cells[:400], form)
    steps = [(b - a).days for a, b in pairwise(days)]
    return sum(step == 1 for step in steps) / len(steps) if steps else 0.0


def dates_of(table: Table, mapping: Mapping) -> tuple[list[dt.date], bool]:
    """Return the date of each row, and whether rows have times of day."""
    at = {c.variable: c.index for c in mapping.columns if c.variable}
    found: list[dt.date] = []
    hourly = "hour" in at
    for line, row in enumerate(table.rows, start=1):
        try:
            if mapping.date_format == "year and day of year":
                year, doy = int(float(row[at["year"]])), int(float(row[at["doy"]]))
                day = dt.date(year, 1, 1) + dt.timedelta(days=doy - 1)
                if not 1 <= doy <= 366 or day.year != year:
                    raise ValueError
            elif mapping.date_format == "year, month, day":
                day = dt.date(*(int(float(row[at[part]])) for part in ("year", "month", "day")))
            else:
                cell = row[at.get("date", at.get("day", 0))]
                hourly = hourly or (_day_part(cell) != cell and not re.search(r"[T ]0?0:00(:00)?", cell))
                day = _parse_dates([cell], mapping.date_format)[0]
        except (ValueError, OverflowError):
            shown = " ".join(row[:4])
            raise InputError([Problem(f"row {line}", shown, "has no date that can be read")]) from None
        found.append(day)
    return found, hourly
