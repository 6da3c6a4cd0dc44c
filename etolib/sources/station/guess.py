"""Guessing what the columns of a station file are, from names, units and values; each guess with its reasons."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import replace
from pathlib import Path
from typing import Any

from etolib.dates import PARTS
from etolib.errors import InputError, Problem
from etolib.sources.station.cells import is_empty
from etolib.sources.station.columns import Column, Known, Mapping
from etolib.sources.station.contents import open_table
from etolib.sources.station.dates import MONTHS, DateForm, date_form
from etolib.sources.station.formats.row import Format, Spec
from etolib.sources.station.layout import Table
from etolib.sources.station.names import classify, height_of, plain, split_unit
from etolib.sources.station.questions import Question
from etolib.sources.station.rows import rows_a_day, with_hours
from etolib.sources.station.units import CANONICAL, QUANTITY, UNITS, unit_of
from etolib.sources.station.unstated import complete
from etolib.words import Text, say

_LACKING = {
    "tmin": ("no_column_for_tmin", "name_the_column_tmin"),
    "tmax": ("no_column_for_tmax", "name_the_column_tmax"),
    "tmin+tmax": ("no_columns_for_tmin_and_tmax", "name_the_columns_tmin_and_tmax"),
}
"""What is said of a file without temperatures, and what can be done: keys of texts."""


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
        What a person says of columns, by name (see `etolib.sources.station.columns.Known`); only the rest is guessed.

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
        return _monthly(table)
    latitude = table.facts.get("latitude", latitude) if latitude is None else latitude
    questions: list[Question] = []
    notes: list[Text] = []
    named = with_hours(table, _by_name(table, known, notes))
    at = {c.variable: c.index for c in named if c.variable in PARTS}
    by_format = None if table.format is None else table.format.dates
    written = _dates(table, at, next((said["format"] for said in known.values() if said.get("format")), by_format))
    form = written.form
    if written.question is not None:
        questions.append(Question("dates", written.question, None, written.choices, written.assumed))
    per_day = rows_a_day(table, at, form)
    columns = complete(table, named, latitude, questions, per_day)
    found = {c.variable for c in columns}
    if per_day > 1 and "tmean" in found:  # the extremes of the day are those of its rows
        found |= {"tmin", "tmax"}
    if lacking := [name for name in ("tmin", "tmax") if name not in found]:
        rule, hint = map(say, _LACKING["+".join(lacking)])
        raise InputError([Problem("file", ", ".join(name for name in table.names if name), rule, hint)])
    said = {name: dict(said) for name, said in known.items()}
    return Mapping(tuple(columns), table.delimiter, table.decimal, form, tuple(questions), tuple(notes), known=said)


def _dates(table: Table, at: MappingOf[str, int], order: str | None) -> DateForm:
    """Return how the dates are written; what was said of another file and does not fit this one is not heeded."""
    try:
        return date_form(table, at, order)
    except InputError:
        if order is None:
            raise
        return date_form(table, at)


def _monthly(table: Table) -> Mapping:
    assert table.monthly is not None
    months = tuple(
        Column(name, i, name, None, True, 2.0 if name == "u2" else None, (say("place_in_climwat"),))
        for i, name in enumerate(table.monthly.columns)
    )
    return Mapping(months, table.delimiter, table.decimal, MONTHS)


def _by_name(table: Table, known: Known, notes: list[Text]) -> list[Column]:
    """Return the columns by what a person says of them, else by their names; one column for each variable."""
    by_hand = {said["variable"]: name for name, said in known.items() if said.get("variable") and name in table.names}
    taken: dict[str, str] = {}
    first = {variable: header for variable, header in _first_of_format(table).items() if header not in known}
    columns = []
    for index, header in enumerate(table.names):
        column = _column(table, index, known.get(header, {}))
        variable = column.variable
        other = taken.get(variable or "", by_hand.get(variable or "", first.get(variable or "", header)))
        if variable in QUANTITY and (variable in taken or other != header):
            notes.append(say("looks_like_too", name=repr(header), variable=variable, name2=repr(other)))
            reasons = (say("name_used_for_it", name=repr(other)),)
            column = replace(column, variable=None, unit=None, height=None, reasons=reasons)
        elif variable:
            taken[variable] = header
        elif header not in known and table.format and (spec := table.format.spec(header)) and spec.why:
            notes.append(say(spec.why, name=repr(header)))
        columns.append(column)
    return columns


def _first_of_format(table: Table) -> dict[str, str]:
    """Return the column of each variable that a known format takes: the first of its row that is not empty."""
    if table.format is None:
        return {}
    headers = {plain(header): i for i, header in reversed(list(enumerate(table.names)))}
    first: dict[str, str] = {}
    for name, spec in table.format.columns.items():
        i = headers.get(name)
        if i is None or spec.variable is None or spec.variable not in QUANTITY or spec.variable in first:
            continue
        if any(not is_empty(row[i]) for row in table.rows):
            first[spec.variable] = table.names[i]
    return first


def _column(table: Table, index: int, said: MappingOf[str, Any]) -> Column:
    """Return what one column is by its name alone, and by what a person said of it."""
    header = table.names[index]
    if table.format is not None and "variable" not in said and (spec := table.format.spec(header)) is not None:
        return _of_format(table, table.format, spec, Column(header, index, spec.variable), said)
    name, unit = split_unit(header)
    unit = said.get("unit") or unit or table.units[index]
    variable = (said["variable"] or None) if "variable" in said else classify(name)
    reason = say("set_by_hand") if said else say("its_name", name=repr(header))
    if unit is None and header in CANONICAL:
        unit, reason = CANONICAL[header], say("canonical_name_and_unit")
    if variable and unit is not None and unit not in UNITS.get(QUANTITY.get(variable, ""), {}):
        unit = None
    height = said.get("height") or height_of(header) if variable == "u2" else None
    stated = unit is not None
    return Column(header, index, variable, unit if variable in QUANTITY else None, stated, height, (reason,))


def _of_format(table: Table, known: Format, spec: Spec, column: Column, said: MappingOf[str, Any]) -> Column:
    """Return a column as the format of the file has it, and by what a person ``said`` of it."""
    reasons = (say("set_by_hand") if said else say("column_of_format", format=known.title),)
    if spec.variable is None or spec.variable not in QUANTITY:
        return replace(column, reasons=reasons)
    units = UNITS[QUANTITY[spec.variable]]
    found = said.get("unit") or spec.unit or table.units[column.index]
    unit = found if found in units else unit_of(found or "")
    heights = (said.get("height"), spec.height, table.facts.get("wind_height"), known.wind_height)
    height = next((height for height in heights if height), None) if spec.variable == "u2" else None
    by_hand = bool(said.get("unit"))
    settled = by_hand or (unit in units and spec.unit is None)  # by a person, or by the file itself
    return replace(
        column, unit=unit if unit in units else None, stated=unit in units and (settled or not spec.choices),
        height=height, reasons=reasons, scale=1.0 if by_hand else spec.scale, missing=spec.missing,
        choices=() if settled else spec.choices,
    )  # fmt: skip
