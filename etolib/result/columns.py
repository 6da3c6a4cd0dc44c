"""Units and decimals of the columns of a table, as files have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etolib.sources.catalogue import COMPARED
from etolib.unit_systems import METRIC, Unit, unit
from etolib.variables import VARIABLES

if TYPE_CHECKING:
    import pandas as pd

UNITS = {name: variable.units for name, variable in VARIABLES.items()} | {
    "eto_lower": "mm day-1",
    "eto_upper": "mm day-1",
    "eto_mean": "mm day-1",
    "eto_sum": "mm",
    "precipitation_sum": "mm",
    **{f"eto_{name}": "mm day-1" for name in COMPARED},
}
"""Canonical unit of every column with numbers that a file may have."""

DECIMALS = {name: max(variable.decimals, 2) for name, variable in VARIABLES.items()} | {
    "eto_lower": 2,
    "eto_upper": 2,
    "ea": 3,
    "eto_mean": 2,
    "eto_sum": 2,
    "precipitation_sum": 2,
    **{f"eto_{name}": 2 for name in COMPARED},
}


def rounded(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with each column rounded to its decimals."""
    return table.round({c: d for c, d in DECIMALS.items() if c in table.columns})


def unit_of(column: str, system: str = METRIC, default: str | None = None) -> Unit | None:
    """Return the unit of a column in a system of units, None where it has none.

    Parameters
    ----------
    column : str
        As in `etolib.result.result.TABLE_COLUMNS`.
    system : {"metric", "us"}
    default : str, optional
        The canonical unit of columns that are not known here.

    Examples
    --------
    >>> unit_of("eto_lower", "us").text, unit_of("flags", "us")
    ('in day-1', None)
    """
    canonical = UNITS.get(column, default)
    return None if canonical is None else unit(canonical, system)


def name_in(column: str, system: str = METRIC, default: str | None = None) -> str:
    """Return the name of a column in a system of units: no name means two units.

    >>> name_in("tmin"), name_in("tmin", "us"), name_in("source", "us")
    ('tmin', 'tmin_degF', 'source')
    """
    found = unit_of(column, system, default)
    return column if found is None else found.name(column)


def in_units(table: pd.DataFrame, system: str = METRIC, default: str | None = None) -> pd.DataFrame:
    """Return a table as files have it: rounded, in the units of a system, the unit in the name of a column that is not
    in its canonical one.

    US numbers are made of the rounded canonical ones, as those of the page are.

    Parameters
    ----------
    table : pandas.DataFrame
        In canonical units.
    system : {"metric", "us"}
    default : str, optional
        The canonical unit of columns with numbers that are not known here, as ``mm day-1`` of the sources' own ETo.
    """
    shown = rounded(table)
    if default is not None:
        shown = shown.round({c: unit(default).decimals for c in shown.columns if c not in UNITS})
    if system == METRIC:
        return shown
    own = {c: default if shown[c].dtype.kind in "if" else None for c in shown.columns}
    units = {c: u for c in shown.columns if (u := unit_of(c, system, own[c])) is not None and u.suffix}
    converted = {c: u.shown(shown[c].astype(float)) for c, u in units.items()}
    return shown.assign(**converted).rename(columns={c: name_in(c, system, own[c]) for c in converted})
