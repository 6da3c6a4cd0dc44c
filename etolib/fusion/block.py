"""Many places as arrays (place, day): what the engine works on. One place is the case of one.

A block holds places whose sources, columns and days are the same; an absent value is NaN. What is computed of a place
is computed along its own row, so that it comes out the same, bit by bit, alone and among others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from etolib.equations.elementwise import checked_inputs
from etolib.equations.sun import extraterrestrial_radiation
from etolib.errors import InputError, Problem
from etolib.site import Site
from etolib.sources.row import KINDS
from etolib.words import say

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
    kinds : mapping of str to ndarray, shape (places, days)
        By source the kind of each day as its position in `etolib.sources.row.KINDS`, -1 where it has none; a source
        that says none is not there.
    ahead : mapping of str to ndarray, shape (places, days)
        What an ensemble says of the days to come: mean and spread by column.
    """

    sites: tuple[Site, ...]
    days: Days
    tables: Mapping[str, Table]
    kinds: Mapping[str, NDArray[np.int8]] = field(default_factory=dict)
    ahead: Mapping[str, Array] = field(default_factory=dict)

    @classmethod
    def of_frames(cls, frames: Mapping[str, pd.DataFrame], site: Site) -> Block:
        """Return the block of one place from its labelled tables; columns that are no numbers are left aside.

        `InputError` without tables, or where their dates differ.

        >>> frame = pd.DataFrame({"tmin": [20.0], "kind": "observed"}, index=pd.date_range("2024-01-31", periods=1))
        >>> block = Block.of_frames({"nasa_power": frame}, Site(0.0, 0.0))
        >>> {name: values.shape for name, values in block.tables["nasa_power"].items()}
        {'tmin': (1, 1)}
        """
        days = Days(pd.DatetimeIndex(one_index(frames)))
        kinds = {name: kinds_of(frame["kind"])[None, :] for name, frame in frames.items() if "kind" in frame}
        return cls((site,), days, {name: table_of(frame) for name, frame in frames.items()}, kinds)

    @property
    def shape(self) -> tuple[int, int]:
        """(places, days)."""
        return len(self.sites), len(self.days)

    def with_tables(self, tables: Mapping[str, Table]) -> Block:
        """Return the same places with other tables of the same days."""
        return Block(self.sites, self.days, tables, self.kinds, self.ahead)

    @cached_property
    def ra(self) -> Array:
        """Extraterrestrial radiation (FAO-56 Eq. 21); shape (places, days). [MJ m-2 day-1]"""
        return self.ra_of(self.days)

    def ra_of(self, days: Days) -> Array:
        """Return the extraterrestrial radiation of other days. [MJ m-2 day-1]"""
        with checked_inputs():
            return np.asarray(extraterrestrial_radiation(self.latitude, days.of_year[None, :]), dtype=np.float64)

    @cached_property
    def latitude(self) -> Array:
        """Of each place; shape (places, 1). [degrees]"""
        return np.array([[site.latitude] for site in self.sites], dtype=np.float64)

    @cached_property
    def elevation(self) -> Array:
        """Of each place, NaN where unknown; shape (places, 1). [m]"""
        known = (np.nan if site.elevation is None else site.elevation for site in self.sites)
        return np.array([[value] for value in known], dtype=np.float64)


def one_index(frames: Mapping[str, pd.DataFrame]) -> pd.Index:
    """Return the index that labelled tables share; `InputError` without tables, or where they do not."""
    if not frames:
        raise InputError([Problem("frames", {}, say("holds_no_source"))])
    index = next(iter(frames.values())).index
    if uneven := [name for name, frame in frames.items() if not frame.index.equals(index)]:
        raise InputError([Problem("frames", uneven, say("must_have_one_date_index"), say("reindex_to_one"))])
    return index


def kinds_of(kind: pd.Series) -> NDArray[np.int8]:
    """Return a column of kinds as codes, see `Block.kinds`; shape (days,).

    >>> kinds_of(pd.Series(["observed", None, "climatology"])).tolist()
    [0, -1, 2]
    """
    words = kind.to_numpy(dtype=object)
    codes = np.full(len(words), -1, np.int8)
    for code, word in enumerate(KINDS):
        codes[words == word] = code
    return codes


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
