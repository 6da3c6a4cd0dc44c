"""Units and decimals of the columns of a table, as files have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etolib.variables import VARIABLES

if TYPE_CHECKING:
    import pandas as pd

UNITS = {name: variable.units for name, variable in VARIABLES.items()} | {
    "eto_lower": "mm day-1",
    "eto_upper": "mm day-1",
}
DECIMALS = {name: max(variable.decimals, 2) for name, variable in VARIABLES.items()} | {
    "eto_lower": 2,
    "eto_upper": 2,
    "ea": 3,
}


def rounded(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with each column rounded to its decimals."""
    return table.round({c: d for c, d in DECIMALS.items() if c in table.columns})
