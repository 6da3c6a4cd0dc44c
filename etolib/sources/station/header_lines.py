"""Which of the lines above the data name the columns, and which give their groups, units and statistics."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from etolib.sources.station.cells import is_number
from etolib.sources.station.headers import take_apart
from etolib.sources.station.names import plain
from etolib.sources.station.units import unit_of
from etolib.sources.station.vocabulary import STATISTICS

_STATISTICS = {word for words in STATISTICS.values() for word in words} | {"smp", "sample", "inst", "tot", "tmx", "tmn"}
_EVERY = {"ts", "rn", "-", "units", "unit", "unidade", "einheit"}


@dataclass(frozen=True)
class Head:
    """The header of a table.

    Attributes
    ----------
    names : list of str
    units : list of str or None
        As a line of its own writes them.
    line : int
        Which row names the columns.
    top : int
        The first row of the header.
    """

    names: list[str]
    units: list[str | None]
    line: int
    top: int


def find(rows: Sequence[Sequence[str]], above: Sequence[int], width: int) -> Head:
    """Return the header out of the rows ``above`` the data.

    >>> head = find([["", "Temp", ""], ["Date", "Hi", "Low"], ["", "C", "C"], ["2024-01-01", "9", "1"]], [1, 2], 3)
    >>> head.names, head.units
    (['Date', 'Hi', 'Low'], [None, 'C', 'C'])
    """
    lines = list(above)
    units: list[str | None] = []
    statistics: list[str] = []
    while len(lines) > 1 and all(re.fullmatch(r"\(?\d{1,2}\)?\.?", cell) for cell in rows[lines[-1]] if cell):
        lines.pop()  # the columns are numbered
    for _ in range(2):
        if len(lines) < 2 or lines[-2] != lines[-1] - 1:
            break
        row = rows[lines[-1]]
        if not units and _share(row, lambda cell: unit_of(cell) is not None and plain(cell) not in _STATISTICS) >= 0.5:
            units = [None if _statistic(cell) else cell or None for cell in row]
            if any(map(_statistic, row)):
                statistics = [cell if _statistic(cell) else "" for cell in row]
        elif not statistics and _share(row, lambda cell: plain(cell) in _STATISTICS) >= 0.7:
            statistics = list(row)
        else:
            break
        lines.pop()
    line = top = lines[-1]
    names = list(rows[line])
    if _needs_groups(names) and line > 0 and _is_groups(rows[line - 1], names):
        top = line - 1
        names = _grouped(rows[top], names)
    names = _carried(names, statistics)
    size = len(names)
    padded = (units + [None] * size)[:size]
    return Head([_with(name, how) for name, how in _both(names, statistics)], padded, line, top)


def _share(row: Sequence[str], fits: Callable[[str], bool]) -> float:
    filled = [cell for cell in row if cell and plain(cell) not in _EVERY]
    return sum(map(fits, filled)) / len(filled) if filled else 0.0


def _both(names: Sequence[str], statistics: Sequence[str]) -> list[tuple[str, str]]:
    return list(zip(names, [*statistics, *[""] * len(names)][: len(names)], strict=True))


def _carried(names: Sequence[str], statistics: Sequence[str]) -> list[str]:
    """Return the names with that of the left where a statistic stands below none."""
    result: list[str] = []
    for name, how in _both(names, statistics):
        result.append(name or (result[-1] if how and result else ""))
    return result


def _with(name: str, statistic: str) -> str:
    return name if not statistic or plain(statistic) in plain(name).split() else f"{name} {statistic}"


def _needs_groups(names: Sequence[str]) -> bool:
    """Return whether names do not say what they are: one stands twice, or is a statistic only."""
    filled = [_statistic(name) or plain(name) for name in names if name]
    return len(set(filled)) < len(filled) or sum(name in _STATISTICS for name in filled) >= 2


def _statistic(name: str) -> str | None:
    """Return the statistic that a name is, with or without a unit behind it: ``Min °C``, ``Máx. (ºC)``."""
    if (word := plain(name)) in _STATISTICS:
        return word
    word = plain(take_apart(name).text)
    return word if word in _STATISTICS else None


def _is_groups(upper: Sequence[str], names: Sequence[str]) -> bool:
    filled = [cell for cell in upper if cell]
    return (
        len(filled) >= 2 and len(upper) >= len(names) - 2 and not any(is_number(cell) or ":" in cell for cell in filled)
    )


def _grouped(upper: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return each name behind its group; a group without a name of its own goes on from the left."""
    every = all(cell for cell, name in zip(upper[1:], names[1:], strict=False) if name in ("", *names[:1]))
    result, group = [], ""
    for i, name in enumerate(names):
        cell = upper[i] if i < len(upper) else ""
        group = cell or (group if _statistic(name) or unit_of(name) is not None or not every else "")
        result.append(f"{group} {name}".strip() if group != name else name)
    return result
