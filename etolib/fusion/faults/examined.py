"""The tables of a block while they are checked: what is left out, and what was found, place by place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from etolib.fusion.block import Array, Block, Days, Mask, Table, places_where, rows_of
from etolib.fusion.faults.report import WHOLE, Finding
from etolib.fusion.inputs import HUMIDITY, TEMPERATURE
from etolib.sources.catalogue import STATION
from etolib.words import Text, say


class Examined:
    """Tables under examination.

    Parameters
    ----------
    block : Block
        Its arrays are not changed.
    record : Table, optional
        The whole record of the station, by which it is judged; shape (places, days of the record).
    recorded : Days, optional
        The days of the record.

    Attributes
    ----------
    tables : dict of str to Table
        By source, NaN where something was left out.
    record : Table or None
        The same of the station's record. What is left out of the one is left out of the other; findings tell of the
        days of the block only.
    findings : list of list of Finding
        Of each place.
    marked : dict of (str, str) to ndarray, shape (places, days)
        By source and variable where a value is doubtful and was kept.
    """

    def __init__(self, block: Block, record: Table | None = None, recorded: Days | None = None) -> None:
        self.block = block
        self.tables = {name: _copy(table) for name, table in block.tables.items()}
        self.record = None if record is None or STATION not in self.tables else _copy(record)
        self.recorded = block.days if self.record is None or recorded is None else recorded
        self.findings: list[list[Finding]] = [[] for _ in block.sites]
        self.marked: dict[tuple[str, str], Mask] = {}

    @property
    def days(self) -> Days:
        """The days of the block."""
        return self.block.days

    def judged(self, source: str) -> tuple[Table, Days]:
        """Return what a source is judged by, and its days: of a station its whole record."""
        if source == STATION and self.record is not None:
            return self.record, self.recorded
        return self.tables[source], self.days

    def here(self, source: str, rows: Mask) -> Mask:
        """Return rows of what a source is judged by as rows of the days of the block."""
        if source != STATION or self.record is None:
            return rows
        return np.where(self._at >= 0, rows[:, self._at], False)

    def there(self, source: str, rows: Mask) -> Mask:
        """Return rows of the days of the block as rows of what a source is judged by."""
        if source != STATION or self.record is None:
            return rows
        at = self.days.positions(self.recorded)
        return np.where(at >= 0, rows[:, at], False)

    @cached_property
    def _at(self) -> Any:
        return self.recorded.positions(self.days)

    def top(self, days: Days) -> Array:
        """Return extraterrestrial radiation, shape (places, days). [MJ m-2 day-1]"""
        return self.block.ra if days is self.days else self.block.ra_of(days)

    def quarantine(
        self, place: int, source: str, variable: str, check: str, value: float, limit: float, sentence: Text
    ) -> None:
        """Leave out a column of one place, or with `WHOLE` all of a source, and say why."""
        days = 0
        for table in self._both(source):
            columns = [name for name in _together(variable, list(table)) if name in table]
            there = [~np.isnan(table[name][place]) for name in columns]
            days = int(np.logical_or.reduce(there).sum()) if there else 0
            for name in columns:
                table[name][place] = np.nan
        self._add(place, source, variable, check, "quarantine", value, limit, days, sentence)

    def _both(self, source: str) -> Iterator[Table]:
        if source == STATION and self.record is not None:
            yield self.record
        yield self.tables[source]

    def mask(
        self, source: str, variable: str, rows: Mask, check: str, value: Array, limit: Array | float,
        sentence: Callable[[int], Text],
    ) -> None:  # fmt: skip
        """Leave out the cells ``rows`` of a column (of what its source is judged by), and say why.

        ``value`` and ``limit`` are numbers of each place; ``sentence`` gets the number of days at hand, and where there
        are none nothing is said.
        """
        here = self.here(source, rows)
        if source == STATION and self.record is not None:
            self.record[variable][rows] = np.nan
        if variable in self.tables[source]:
            self.tables[source][variable][here] = np.nan
        days, limit = here.sum(axis=1), np.broadcast_to(limit, len(self.findings))
        for place in places_where(days):
            number = int(days[place])
            self._add(place, source, variable, check, "mask", value[place], limit[place], number, sentence(number))

    def mark(
        self, source: str, variable: str, rows: Mask, check: str, value: Array, limit: Array | float,
        sentence: Callable[[Any], Text],
    ) -> None:  # fmt: skip
        """Keep what is doubtful in the cells ``rows`` of the block, mark it, and say which days."""
        if not rows.any():
            return
        before = self.marked.get((source, variable))
        self.marked[source, variable] = rows if before is None else rows | before
        limit = np.broadcast_to(limit, len(self.findings))
        for place in places_where(rows.any(axis=1)):
            days = self.days.index[rows[place]]
            self._add(place, source, variable, check, "note", value[place], limit[place], len(days), sentence(days))

    def note(
        self, place: int, source: str, variable: str, check: str, value: float, limit: float, sentence: Text
    ) -> None:
        """Leave nothing out of a place, but say what was found."""
        self._add(place, source, variable, check, "note", value, limit, 0, sentence)

    def _add(
        self, place: int, source: str, variable: str, check: str, action: str, value: float, limit: float, days: int,
        sentence: Text,
    ) -> None:  # fmt: skip
        message = say("of_source", source=source, sentence=sentence)
        found = Finding(source, variable, check, action, float(value), float(limit), days, message)
        self.findings[place].append(found)

    def part(self, rows: Any) -> Examined:
        """Return the same on some of its days, with nothing found yet."""
        tables = {name: rows_of(table, rows) for name, table in self.tables.items()}
        return Examined(Block(self.block.sites, Days(self.days.index[rows]), tables))

    def elsewhere(self, variable: str, others: Sequence[str], name: str) -> Mask:
        """Return where another source has a variable; shape (places, days)."""
        found = np.zeros((len(self.findings), len(self.days)), bool)
        for other in others:
            if other != name and variable in self.tables[other]:
                found |= ~np.isnan(self.tables[other][variable])
        return found


def _copy(table: Table) -> Table:
    return {name: np.array(values) for name, values in table.items()}


def _together(variable: str, columns: Sequence[str]) -> Sequence[str]:
    """Return the columns that go with one: a day's extremes belong together, and humidity is read at them."""
    if variable == WHOLE:
        return columns
    return {"tmax": TEMPERATURE, "rhmean": HUMIDITY}.get(variable, (variable,))
