"""What a person says of a file: of single columns, and of the whole of it. One form in which it travels."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from typing import Any

from etolib.equations.humidity import VENTILATION
from etolib.errors import InputError, Problem
from etolib.sources.station.columns import Known, Mapping
from etolib.sources.station.guess import map_table
from etolib.sources.station.layout import Table
from etolib.sources.station.rows import Clocked
from etolib.sources.station.units import QUANTITY, UNITS, unit_of
from etolib.words import say

WHOLE = ""
"""Key, among the names of columns, of what is said of the whole file."""


def whole(
    known: Known | None,
    dates: str | None = None,
    time_zone: float | str | None = None,
    stamps: str | None = None,
    hourly: str | None = None,
    table: str | None = None,
    psychrometer: str | None = None,
    sheet: str | None = None,
) -> dict[str, dict[str, Any]]:
    """Return what is known of columns together with what is said of the whole file.

    >>> whole({"T": {"unit": "°F"}}, dates="day first")
    {'T': {'unit': '°F'}, '': {'format': 'day first'}}
    """
    said = {"format": dates, "time_zone": time_zone, "stamps": stamps, "hourly": hourly, "table": table,
            "psychrometer": psychrometer, "sheet": sheet}  # fmt: skip
    if psychrometer is not None and psychrometer not in VENTILATION:
        raise InputError([Problem("psychrometer", psychrometer, say("must_be_one_of", names=list(VENTILATION)))])
    given = {name: value for name, value in said.items() if value is not None}
    found = {name: dict(facts) for name, facts in (known or {}).items()}
    if given:
        found[WHOLE] = found.get(WHOLE, {}) | given
    return found


def clock(known: Known) -> Clocked:
    """Return what is said of the clock of a file."""
    said = known.get(WHOLE, {})
    return Clocked(said.get("stamps"), said.get("time_zone"), said.get("hourly") or "days")


def applied(
    table: Table,
    latitude: float | None,
    known: Known,
    columns: MappingOf[str, str],
    units: MappingOf[str, str],
    wind_height: float | None,
) -> Mapping:
    """Return what a table is taken for, with everything that is said of it.

    Parameters
    ----------
    table : Table
    latitude : float or None
        Helps to tell the unit of radiation. [degrees]
    known : mapping
        As `whole` gives it.
    columns, units, wind_height
        As in `etolib.read_station`.

    Raises
    ------
    InputError
        Naming the parameter and the column, variable or unit in it that there is not.
    """
    said = {name: dict(facts) for name, facts in known.items()}
    problems = [
        Problem("columns", name, say("not_in_the_file"), say("columns_are", names=[n for n in table.names if n]))
        for name in columns
        if name not in table.names
    ]
    problems += [
        Problem("columns", variable, say("is_not_known"), say("known_are", names=[*QUANTITY, ""]))
        for variable in columns.values()
        if variable not in (*QUANTITY, "", "date", "year", "month", "day", "doy", "hour", "station")
    ]
    if problems:
        raise InputError(problems)
    for name, variable in columns.items():
        said.setdefault(name, {})["variable"] = variable
    mapping = map_table(table, latitude, said)
    if not units and wind_height is None:
        return mapping
    for name, text in units.items():
        column = next((c for c in mapping.columns if name in (c.name, c.variable)), None)
        if column is None:
            names = [c.name for c in mapping.columns if c.name]
            raise InputError([Problem("units", name, say("not_in_the_file"), say("columns_are", names=names))])
        possible = UNITS.get(QUANTITY.get(column.variable or "", ""), {})
        unit = text if text in possible else unit_of(text)
        if unit is None or (column.variable is not None and unit not in possible):
            raise InputError([Problem("units", text, say("not_one_of", names=list(possible)))])
        said.setdefault(column.name, {})["unit"] = unit
    if wind_height is not None:
        if not 0 < wind_height <= 200:
            rule = say("must_lie_within_unit", low="0", high="200", unit="m")
            raise InputError([Problem("wind_height", wind_height, rule)])
        for c in mapping.columns:
            if c.variable == "u2":
                said.setdefault(c.name, {})["height"] = float(wind_height)
    return map_table(table, latitude, said)
