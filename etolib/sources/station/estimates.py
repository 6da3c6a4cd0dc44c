"""Values that a network itself marks as its own estimates: kept, said, and marked on the days that rest on them."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from typing import Any

import numpy as np
import pandas as pd

from etolib.sources.station.columns import Mapping
from etolib.sources.station.layout import Table
from etolib.words import Text, say

MOST = 0.5
"""Share of the rows of a day from which on the day counts as estimated."""


def of_rows(table: Table, mapping: Mapping, values: MappingOf[str, Any]) -> dict[str, np.ndarray]:
    """Return by variable which rows hold an estimate of the network; shape (rows,), variables without one left out.

    Parameters
    ----------
    table, mapping
        The file and what its columns are.
    values : mapping of str to array, shape (rows,)
        What is read of them: what was left out is no estimate.
    """
    found = {}
    for c in mapping.columns:
        if c.variable is None or c.variable not in values or c.index not in table.estimates:
            continue
        flag, codes = table.estimates[c.index]
        marked = np.array([row[flag].strip() in codes for row in table.rows]) & np.isfinite(values[c.variable])
        if marked.any():
            found[c.variable] = marked
    return found


def of_days(days: Any, marked: MappingOf[str, np.ndarray]) -> dict[str, tuple[str, ...]]:
    """Return by variable the days of which more than half of the rows are estimates, as ISO text.

    >>> of_days(["2024-01-01", "2024-01-01", "2024-01-02"], {"tmax": np.array([True, True, False])})
    {'tmax': ('2024-01-01',)}
    """
    index = pd.DatetimeIndex(pd.to_datetime(list(days))).normalize()
    found = {}
    for name, rows in marked.items():
        share = pd.Series(rows.astype(float), index=index).groupby(level=0).mean()
        most = share.index[share.to_numpy() > MOST]
        if len(most):
            found[name] = tuple(day.date().isoformat() for day in most)
    return found


def told(marked: MappingOf[str, np.ndarray]) -> list[Text]:
    """Return what is said of them."""
    count = sum(int(rows.sum()) for rows in marked.values())
    return [say("estimates_of_network", count=count, variables=list(marked))] if marked else []
