"""Many places as arrays (place, day): what the engine works on. One place is the case of one.

A block holds places whose sources, columns and days are the same; an absent value is NaN. What is computed of a place
is computed along its own row, so that it comes out the same, bit by bit, alone and among others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from etolib.site import Site

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

Table = dict[str, Array]
"""Columns of one source: arrays of shape (places, days) by variable, canonical units."""


@dataclass(frozen=True)
class Days:
    """The days of a block, and what the engine asks of them.

    Parameters
    ----------
    index : pandas.DatetimeIndex
        Daily dates.

    Examples
    --------
    >>> days = Days(pd.date_range("2024-01-31", periods=2))
    >>> days.month.tolist(), days.of_year.tolist(), [rows.tolist() for rows in days.by_month.values()]
    ([1, 2], [31.0, 32.0], [[0], [1]])
    """

    index: pd.DatetimeIndex

    def __len__(self) -> int:
        return len(self.index)

    @cached_property
    def month(self) -> NDArray[np.int64]:
        """Month of each day, 1 to 12; shape (days,)."""
        return np.asarray(self.index.month, dtype=np.int64)

    @cached_property
    def of_year(self) -> Array:
        """Day of the year of each day, 1 to 366; shape (days,)."""
        return np.asarray(self.index.day_of_year, dtype=np.float64)

    @cached_property
    def by_month(self) -> dict[int, NDArray[np.int64]]:
        """Positions of the days of each calendar month, all years together."""
        return {int(number): np.flatnonzero(self.month == number) for number in np.unique(self.month)}

    def positions(self, other: Days) -> NDArray[np.int64]:
        """Return where each day of ``other`` stands here, -1 where it does not; shape (days of other,)."""
        return np.asarray(self.index.get_indexer(other.index), dtype=np.int64)


@dataclass(frozen=True)
class Block:
    """Tables of the sources of some places.

    Attributes
    ----------
    sites : tuple of Site
        The places.
    days : Days
    tables : mapping of str to Table
        By source, in the order in which they were asked.
    """

    sites: tuple[Site, ...]
    days: Days
    tables: Mapping[str, Table]

    @classmethod
    def of_frames(cls, frames: Mapping[str, pd.DataFrame], site: Site) -> Block:
        """Return the block of one place from its labelled tables; columns that are no numbers are left aside.

        >>> frame = pd.DataFrame({"tmin": [20.0], "kind": "observed"}, index=pd.date_range("2024-01-31", periods=1))
        >>> block = Block.of_frames({"nasa_power": frame}, Site(0.0, 0.0))
        >>> {name: values.shape for name, values in block.tables["nasa_power"].items()}
        {'tmin': (1, 1)}
        """
        days = Days(pd.DatetimeIndex(next(iter(frames.values())).index))
        return cls((site,), days, {name: table_of(frame) for name, frame in frames.items()})

    @property
    def latitude(self) -> Array:
        """Of each place; shape (places, 1). [degrees]"""
        return np.array([[site.latitude] for site in self.sites], dtype=np.float64)

    @property
    def elevation(self) -> Array:
        """Of each place, NaN where unknown; shape (places, 1). [m]"""
        known = (np.nan if site.elevation is None else site.elevation for site in self.sites)
        return np.array([[value] for value in known], dtype=np.float64)


def table_of(frame: pd.DataFrame) -> Table:
    """Return the numeric columns of a labelled table as arrays of shape (1, days), which are copies."""
    return {
        str(name): np.array(column, dtype=np.float64)[None, :]
        for name, column in frame.items()
        if pd.api.types.is_numeric_dtype(column.dtype)
    }


def columns_of(frame: pd.DataFrame, names: Sequence[str]) -> Table:
    """Return some columns of a labelled table that may hold anything: what is no number is NaN."""
    found = {name: pd.to_numeric(frame[name], errors="coerce") for name in names if name in frame}
    return {name: np.array(column, dtype=np.float64)[None, :] for name, column in found.items()}


def frame_of(table: Table, days: Days, place: int = 0, like: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the columns of one place as a labelled table; others of the table ``like`` stay as they are there."""
    columns: dict[Any, Any] = {} if like is None else dict(like.items())
    columns |= {name: values[place] for name, values in table.items()}
    return pd.DataFrame(columns, index=days.index if like is None else like.index)


def rows_of(table: Table, rows: NDArray[Any] | slice) -> Table:
    """Return a table on some of its days."""
    return {name: values[:, rows] for name, values in table.items()}


def places_where(found: Any) -> list[int]:
    """Return the numbers of the places of which something is true, given an array of shape (places,).

    >>> places_where(np.array([False, True]))
    [1]
    """
    return [int(place) for place in np.flatnonzero(found)]
