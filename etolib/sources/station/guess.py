"""Guessing what the columns of a station file are, from names, units and values; each guess with its reasons."""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingOf
from dataclasses import replace
from pathlib import Path
from typing import Any

from etolib.dates import PARTS
from etolib.errors import InputError, Problem
from etolib.sources.station import preamble, psychrometer
from etolib.sources.station.cells import is_empty
from etolib.sources.station.choose import behind, components, one_for_each
from etolib.sources.station.columns import Column, Known, Mapping
from etolib.sources.station.contents import open_table
from etolib.sources.station.dates import MONTHS, DateForm, date_form
from etolib.sources.station.flags import is_flag
from etolib.sources.station.formats.row import Format, Spec
from etolib.sources.station.headers import Header, take_apart, unread_unit
from etolib.sources.station.layout import Table
from etolib.sources.station.names import Name, height_of, plain, read_name
from etolib.sources.station.questions import Question
from etolib.sources.station.rows import rows_a_day, with_hours
from etolib.sources.station.units import CANONICAL, QUANTITY, UNITS, unit_of
from etolib.sources.station.unstated import complete
from etolib.words import Text, join, say

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
    said = (known or {}).get("", {})
    return map_table(open_table(file, filename, said.get("table"), said.get("sheet")), latitude, known)


def map_table(table: Table, latitude: float | None, known: Known | None = None) -> Mapping:
    """Return what the columns of a table are taken for; see `guess`."""
    known = known or {}
    if table.monthly is not None:
        return _monthly(table)
    latitude = table.facts.get("latitude", latitude) if latitude is None else latitude
    questions: list[Question] = []
    notes: list[Text] = list(table.notes)
    named = with_hours(table, _by_name(table, known, notes, questions))
    at = {c.variable: c.index for c in named if c.variable in PARTS}
    by_format = None if table.format is None else table.format.dates
    written = _dates(table, at, next((said["format"] for said in known.values() if said.get("format")), by_format))
    form = written.form
    if written.question is not None:
        questions.append(Question("dates", written.question, None, written.choices, written.assumed))
    per_day = rows_a_day(table, at, form)
    columns = complete(table, psychrometer.both_or_neither(named, notes), latitude, questions, per_day)
    if (ventilation := psychrometer.question(table, columns, known)) is not None:
        questions.append(ventilation)
    if len(table.sheets) > 1:
        first, *others = table.sheets
        text = say("which_sheet", sheet=repr(first), names=list(map(repr, others)))
        questions.append(Question("sheet", text, None, table.sheets, first))
        columns = [replace(c, guessed=c.guessed or c.variable in QUANTITY) for c in columns]
    found = {c.variable for c in columns}
    if per_day > 1 and {"tmean", "tdry"} & found:  # the extremes of the day are those of its rows
        found |= {"tmin", "tmax"}
    if lacking := [name for name in ("tmin", "tmax") if name not in found]:
        rule, hint = map(say, _LACKING["+".join(lacking)])
        if table.format is not None and table.format.without_extremes:
            hint = say(table.format.without_extremes)
        names = ", ".join(name for name in table.names if name)
        # What was left out may be the column that is missing: the reason belongs to the refusal.
        raise InputError([Problem("file", names, rule, join("; ", [hint, *notes[:3]]) if notes else hint)])
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


def _by_name(table: Table, known: Known, notes: list[Text], questions: list[Question]) -> list[Column]:
    """Return the columns by what a person says of them, else by their names; one column for each variable."""
    first = {variable: header for variable, header in _first_of_format(table).items() if header not in known}
    above = preamble.read(table.above, table.names)
    told = {name: str(said["variable"]) for name, said in known.items() if "variable" in said}
    named = psychrometer.pair(table.names, told, notes)
    columns = []
    for index, header in enumerate(table.names):
        said = known.get(header, {})
        column = _column(table, index, said, above, notes, named.get(header))
        variable = column.variable
        other = first.get(variable or "", header)
        if variable in QUANTITY and other != header:
            column = behind(column, other, notes)
        elif variable is None and header not in known and (why := _why_not(table, header)):
            notes.append(say(why, name=repr(header)))
        columns.append(column)
    for index in components(columns, table):
        notes.append(say("is_another_quantity", name=repr(columns[index].name), what=say("other_wind_component")))
        columns[index] = replace(columns[index], variable=None, unit=None, height=None)
    chosen = one_for_each(table, columns, known, notes, questions)
    return [
        _asked_about(c, questions) if c.unknown and c.variable in QUANTITY and c.name not in known else c
        for c in chosen
    ]


def _why_not(table: Table, header: str) -> str | None:
    """Return why a known format makes no use of a column, None where it says nothing."""
    spec = None if table.format is None else table.format.spec(header)
    return None if spec is None else spec.why


def _asked_about(column: Column, questions: list[Question]) -> Column:
    """Return a column with words that are not understood as a guess, with the question whether it is right."""
    words = ", ".join(column.unknown)
    text = say("words_not_understood", name=repr(column.name), variable=column.variable, words=words)
    questions.append(Question("columns", text, column.name, (column.variable or "", ""), column.variable))
    return replace(column, guessed=True)


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


def _read(header: str, told: str) -> tuple[Header, Name]:
    """Return what a header says, and what was ``told`` of it above the table where it says nothing itself."""
    parts = take_apart(header)
    name = read_name(parts.text)
    if name.variable is None and name.other is None and (first := _DEGREES_FIRST.match(header)):
        parts = take_apart(f"Temperature {first[2]}, {first[1]}")  # a unit and a statistic: "°F Max"
        name = read_name(parts.text)
    if not parts.units and (unit := _unit_first(header, name.variable)):
        parts = Header(parts.text, ((unit, True),))
    if name.variable == "sunshine" and any(unit in UNITS["radiation"] for unit, _ in parts.units):
        name = replace(name, variable="rs")  # "insolation" is either
    if not told:
        return parts, name
    more = take_apart(told)
    described = read_name(more.text)
    if name.variable is None and name.other is None and (described.variable in QUANTITY or described.other):
        return more, described
    if not parts.units and described.variable == name.variable:
        return Header(parts.text, more.units), name
    return parts, name


def _unit_first(header: str, variable: str | None) -> str | None:
    """Return the unit that a header begins with (``W/m² Solar Radiation``), where it is one of its variable."""
    first, _, rest = header.strip().partition(" ")
    unit = unit_of(first) if rest else None
    return unit if unit in UNITS.get(QUANTITY.get(variable or "", ""), ()) else None


def _column(
    table: Table,
    index: int,
    said: MappingOf[str, Any],
    above: preamble.Above,
    notes: list[Text],
    bulb: str | None = None,
) -> Column:
    """Return what one column is by its name alone, and by what a person said of it.

    ``above`` is what the lines above the table say; ``notes`` grows by what is left out; ``bulb`` is which of a
    psychrometer it is, "" of one of several.
    """
    header = table.names[index]
    if table.format is not None and "variable" not in said and (spec := table.format.spec(header)) is not None:
        return _of_format(table, table.format, spec, Column(header, index, spec.variable), said)
    if bulb == "":
        return Column(header, index, None, reasons=(say("other_wet_bulb"),))
    parts, name = _read(header, "" if "variable" in said else above.columns.get(header, ""))
    name = Name(bulb) if bulb else name
    by_row = table.units[index]
    variable = (said["variable"] or None) if "variable" in said else name.variable
    reason = say("set_by_hand") if said else say("its_name", name=repr(header))
    if "variable" not in said and name.other and header:
        if not (name.other == "quality" and is_flag(header)):  # what it marks is said where it is carried out
            notes.append(_instead(header, name.other))
        return Column(header, index, None, reasons=(say(f"other_{name.other}"),))
    quantity = QUANTITY.get(variable or "")
    if quantity is None:
        return Column(header, index, variable, reasons=(reason,), unknown=name.unknown if variable else ())
    unit, contradiction = parts.unit_for(quantity)
    if unit is None and contradiction is None and by_row:
        unit, contradiction = Header("", ((unit_of(by_row) or "", True),) if unit_of(by_row) else ()).unit_for(quantity)
    if (
        variable == "u2"
        and name.run
        and unit is None
        and (way := next((u for u, _ in parts.units if u in _RUNS), None))
    ):
        unit, contradiction = _RUNS[way], None
    if contradiction is not None and not said.get("unit"):
        if "variable" not in said:
            notes.append(say("unit_of_something_else", name=repr(header), unit=contradiction, variable=variable))
            return Column(header, index, None, reasons=(say("unit_contradicts", unit=contradiction),))
        unit = None
    if said.get("unit") in UNITS[quantity]:
        unit = said["unit"]
    if unit is None and header in CANONICAL:
        unit, reason = CANONICAL[header], say("canonical_name_and_unit")
    if unit is None and quantity in above.units:
        unit, reason = above.units[quantity], say("unit_from", reason=say("the_lines_above"))
    height = _wind_height(table, variable, said.get("height"), height_of(header))
    unknown = () if "variable" in said else name.unknown
    if unit is None and (odd := unread_unit(header)) is not None:
        unknown = (*unknown, odd)
    return Column(header, index, variable, unit, unit is not None, height, (reason,), unknown=unknown)


def _instead(header: str, other: str) -> Text:
    """Return what is said of a column that is another quantity."""
    if psychrometer.bulb_of(header) == "twet":
        return say("wet_bulb_without_dry", name=repr(header))
    return say("is_another_quantity", name=repr(header), what=say(f"other_{other}"))


def _wind_height(table: Table, variable: str | None, *of_column: float | None) -> float | None:
    """Return the height of a wind: what is known of the column, else of the file, else of its format. [m]"""
    if variable != "u2":
        return None
    of_format = None if table.format is None else table.format.wind_height
    return next((height for height in (*of_column, table.facts.get("wind_height"), of_format) if height), None)


_DEGREES_FIRST = re.compile(r"(°\s?[CF]|deg\.? ?[CF])\b[\s_.:-]*(\w+)$", re.IGNORECASE)
_RUNS = {"km": "km/day", "mi": "mi/day"}
"""Units of the way of air in a day."""


def _of_format(table: Table, known: Format, spec: Spec, column: Column, said: MappingOf[str, Any]) -> Column:
    """Return a column as the format of the file has it, and by what a person ``said`` of it."""
    reasons = (say("set_by_hand") if said else say("column_of_format", format=known.title),)
    if spec.variable is None or spec.variable not in QUANTITY:
        return replace(column, reasons=reasons)
    units = UNITS[QUANTITY[spec.variable]]
    found = said.get("unit") or spec.unit or table.units[column.index]
    unit = found if found in units else unit_of(found or "")
    height = _wind_height(table, spec.variable, said.get("height"), spec.height)
    by_hand = bool(said.get("unit"))
    settled = by_hand or (unit in units and spec.unit is None)  # by a person, or by the file itself
    return replace(
        column, unit=unit if unit in units else None, stated=unit in units and (settled or not spec.choices),
        height=height, reasons=reasons, missing=spec.missing,
        scale=1.0 if by_hand and unit != spec.unit else spec.scale,  # the unit of the format said again: as it stands
        choices=() if settled else spec.choices,
    )  # fmt: skip
